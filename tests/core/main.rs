//! The core as a whole, in a process in which nothing is real: see `support`.
//!
//! Each module holds a part of the product against what it promises. Whatever the scenario, `Scenario::run` checks the
//! laws that hold for every decision.

#![cfg(not(target_arch = "wasm32"))] // `wasm-pack test` builds every test program.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::too_many_lines)]
#![allow(clippy::format_collect, clippy::format_push_string, clippy::struct_excessive_bools)] // Short before fast.

#[path = "../support/mod.rs"]
mod support;
#[path = "../support/world.rs"]
mod world;

mod config;
mod documents;
mod event;
mod github;
mod identity;
mod order;
mod outcome;
mod payload;
mod properties;
mod pull_request;
#[cfg(feature = "schema")]
mod schema;
mod shared;
mod shorthand;
mod worlds;
