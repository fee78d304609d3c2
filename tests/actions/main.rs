//! Send, report and reconcile as a whole, in a process in which nothing is real.

#![cfg(not(target_arch = "wasm32"))] // `wasm-pack test` builds every test program.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::too_many_lines)]

#[path = "../support/mod.rs"]
#[allow(unused_imports)] // Each test program uses a part.
mod support;

mod reconcile;
mod report;
mod run;
mod send;
mod wait;
