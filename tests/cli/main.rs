//! The command line's core: lint, policy tests, init and the options of check.

#![cfg(all(feature = "cli", not(target_arch = "wasm32")))] // `wasm-pack test` builds every test program.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::too_many_lines)]

mod check;
mod init;
mod lint;
mod policy_tests;
mod support;
