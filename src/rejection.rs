//! Why a run was denied, or could not be decided.

use std::fmt;

use crate::reason::{ReasonCode, Verdict};

/// Why the run was denied or could not be decided. Boxed to keep `Result<T, Rejection>` small.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejection(Box<RejectionParts>);

/// What was found, what was expected, and how to fix it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RejectionParts {
    /// The reason.
    pub code: ReasonCode,
    /// What was found, as a clause.
    pub found: String,
    /// What the policy or GitHub expects, as a clause; may be empty.
    pub expected: String,
    /// How to fix it, as one or more sentences.
    pub help: String,
}

impl std::ops::Deref for Rejection {
    type Target = RejectionParts;

    fn deref(&self) -> &RejectionParts {
        &self.0
    }
}

impl std::ops::DerefMut for Rejection {
    fn deref_mut(&mut self) -> &mut RejectionParts {
        &mut self.0
    }
}

impl Rejection {
    /// A rejection with the code's own help.
    pub fn new(code: ReasonCode, found: impl Into<String>, expected: impl Into<String>) -> Self {
        Self::boxed(code, found.into(), expected.into())
    }

    /// A rejection of the inputs of an action.
    pub fn invalid_input(found: impl Into<String>, expected: impl Into<String>) -> Self {
        Self::new(ReasonCode::ConfigInvalidInput, found, expected)
    }

    // Out of line: nearly every check can reject and hardly any run does, so V8 need not compile this with the check.
    #[cold]
    #[inline(never)]
    fn boxed(code: ReasonCode, found: String, expected: String) -> Self {
        Self(Box::new(RejectionParts { code, found, expected, help: code.meta().help.to_owned() }))
    }

    /// Whether the question could not be answered, so that this is no denial.
    pub fn is_error(&self) -> bool {
        self.code.verdict() == Verdict::Error
    }

    /// The same with another help.
    #[must_use]
    pub fn with_help(mut self, help: impl Into<String>) -> Self {
        self.0.help = help.into();
        self
    }

    /// The same under another code.
    #[must_use]
    pub fn with_code(mut self, code: ReasonCode) -> Self {
        self.0.code = code;
        self
    }
}

/// One sentence for a person, without its full stop.
impl fmt::Display for Rejection {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.found)?;
        if !self.expected.is_empty() {
            write!(out, "; {}", self.expected)?;
        }
        Ok(())
    }
}
