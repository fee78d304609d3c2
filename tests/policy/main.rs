//! The policy's grammar: what is read, what is refused, and what is derived from it.

#![cfg(not(target_arch = "wasm32"))] // `wasm-pack test` builds every test program.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::too_many_lines)]

mod fixtures;
mod rules;
#[cfg(feature = "schema")]
mod schema;
mod support;
mod unicode;
