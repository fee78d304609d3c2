//! dispatch-guard decides whether a privileged GitHub Actions run may proceed, and for exactly which pull request at
//! which commit.
//!
//! Data flows one way: text in, judgement, result out. The core does no I/O and reads no clock and no environment: what
//! it needs of the process it asks of a [`host::Host`]. JavaScript owns the process and its primitives, this crate owns
//! every judgement and every word.
//!
//! The modules are listed from the lowest layer to the highest. Each imports only from layers below its own, which
//! `tests/layers.rs` checks. The order of a decision reads from top to bottom in [`actions::guard`].

pub mod text;

pub mod format;
pub mod reason;

pub mod host;
pub mod rejection;

pub mod runner;

pub mod github;

pub mod decision;
pub mod envelope;

pub mod outcome;
pub mod policy;

pub mod checks;

pub mod evidence;

pub mod actions;

#[cfg(feature = "cli")]
pub mod cli;

#[cfg(target_arch = "wasm32")]
pub mod wasm;

/// The version of dispatch-guard.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");
