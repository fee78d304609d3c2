//! The part of the core's own test support that is needed here.

#[path = "../../../tests/support/github.rs"]
pub mod github;
#[path = "../../../tests/support/host.rs"]
pub mod host;
#[path = "../../../tests/support/scenario.rs"]
pub mod scenario;

pub use github::{account, set, without};
pub use host::Reply;
pub use scenario::{Decided, Scenario, policy};
