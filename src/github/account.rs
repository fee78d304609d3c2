//! Accounts as GitHub describes them.

use crate::format::json::Json;

/// An account.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Account {
    /// The login; empty if it is not known.
    pub login: String,
    /// The numeric id; `None` if GitHub gave none.
    pub id: Option<u64>,
    /// `User`, `Bot`, `Organization`, `Mannequin` or another; empty if GitHub gave none.
    pub account_type: String,
}

impl Account {
    /// Reads an account; `None` without a login.
    pub fn read(json: &Json) -> Option<Self> {
        Some(Self {
            login: json.get_path("login").as_str()?.to_owned(),
            id: json.get_path("id").as_u64(),
            account_type: json.get_path("type").as_str().unwrap_or_default().to_owned(),
        })
    }

    /// Whether both are certainly the same account: ids survive a change of login, logins do not.
    pub fn is_same(&self, other: &Self) -> bool {
        match (self.id, other.id) {
            (Some(mine), Some(theirs)) => mine == theirs,
            _ => !self.login.is_empty() && self.login.eq_ignore_ascii_case(&other.login),
        }
    }
}
