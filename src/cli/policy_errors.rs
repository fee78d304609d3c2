//! The errors of a policy as the command line shows them.

use serde::Serialize;

use crate::policy::parse::{self, Diagnostic};
use crate::text::{escape_unprintable, quote};

/// An error of a policy as the command line shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PolicyError {
    /// Line, from 1.
    pub line: u32,
    /// Column, from 1, in characters.
    pub column: u32,
    /// Where in the policy, what is wrong, and how to fix it; on one line.
    pub message: String,
}

impl From<&Diagnostic> for PolicyError {
    fn from(diagnostic: &Diagnostic) -> Self {
        let path = match diagnostic.path.as_str() {
            "" => String::new(),
            path => format!("{}: ", quote(path)),
        };
        Self {
            line: diagnostic.position.line,
            column: diagnostic.position.column,
            message: escape_unprintable(&format!("{path}{}", diagnostic.message)).into_owned(),
        }
    }
}

/// Every error of a policy, in the order of the text.
pub fn in_text(text: &str) -> Vec<PolicyError> {
    parse::policy(text).err().unwrap_or_default().iter().map(PolicyError::from).collect()
}
