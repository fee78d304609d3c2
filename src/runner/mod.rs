//! What the runner hands over: inputs, variables and the event file.

pub mod environment;
pub mod inputs;
pub mod invocation;
