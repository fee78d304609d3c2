//! dispatch-guard decides whether a privileged GitHub Actions run may go on, and for exactly which pull request at
//! which commit.
//!
//! Data flows one way: text in, judgement, result out. The core does no I/O, reads no clock and no environment of its
//! own: what it needs of the process it asks of a [`host::Host`]. JavaScript owns the process and its primitives, this
//! crate owns every judgement and every word.
//!
//! The order of a decision reads from top to bottom in [`guard`].

pub mod command;
pub mod config;
pub mod decimal;
pub mod decision;
pub mod deed;
pub mod ecmascript;
pub mod environment;
pub mod event;
pub mod evidence;
pub mod github;
pub mod guard;
pub mod host;
pub mod identity;
pub mod inputs;
pub mod invocation;
pub mod json;
pub mod map;
pub mod once;
pub mod outcome;
pub mod payload;
pub mod policy;
pub mod provenance;
pub mod pull_request;
pub mod report;
pub mod send;
pub mod summary;
pub mod text;
pub mod time;
#[cfg(target_arch = "wasm32")]
pub mod wasm;
pub mod yaml;

/// The version of dispatch-guard.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");
