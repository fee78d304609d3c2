//! The command line's judgement: decisions on files, replays, and checks of workflows and policies. JavaScript reads the
//! files, prints and exits.

pub mod check;
mod environment;
pub mod files;
pub mod init;
pub mod lint;
mod policy_errors;
pub mod policy_tests;
mod read_only_host;
pub mod replay;
pub mod request;
pub mod workflow;

use crate::text::did_you_mean;

/// Exit status: the run may proceed, or nothing was found.
pub const ALLOW: u8 = 0;
/// Exit status: the policy denies the run, or a test failed.
pub const DENY: u8 = 1;
/// Exit status: wrong use, or a policy or event that cannot be used.
pub const EXIT_USAGE: u8 = 2;
/// Exit status: an answer of the API is missing or invalid.
pub const EXIT_API: u8 = 3;
/// Exit status: the decision differs from the recorded one.
pub const EXIT_REPLAY_MISMATCH: u8 = 4;

/// ` (did you mean …?)` for an unknown word of the command line, or nothing. `known` has one word a line.
pub fn suggestion(word: &str, known: &str) -> String {
    did_you_mean(word, known.lines())
}
