//! Reviews of a pull request as the REST API lists them.

use crate::format::json::Json;
use crate::format::timestamp::parse_rfc3339;
use crate::github::account::Account;
use crate::github::error::invalid_response;
use crate::github::pull_request::lacks_field;
use crate::rejection::Rejection;

/// A review that approves, asks for changes, or did so until it was dismissed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Review {
    /// Who reviewed.
    pub reviewer: Account,
    /// What the review says.
    pub state: ReviewState,
    /// The commit that it is about; empty if GitHub no longer knows it.
    pub commit: String,
    /// In Unix seconds.
    pub submitted_at: u64,
}

/// What a review says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReviewState {
    /// It approves.
    Approved,
    /// It asks for changes.
    ChangesRequested,
    /// It did one of the two, until somebody dismissed it.
    Dismissed,
}

impl Review {
    /// Reads a review; `None` if it decides nothing, or its author no longer exists.
    ///
    /// # Errors
    /// `api.invalid_response`.
    pub fn read(json: &Json, path: &str) -> Result<Option<Self>, Rejection> {
        let state = json.get_path("state").as_str().ok_or_else(|| invalid_response(path, &lacks_field("state")))?;
        let state = match state.to_ascii_uppercase().as_str() {
            "APPROVED" => ReviewState::Approved,
            "CHANGES_REQUESTED" => ReviewState::ChangesRequested,
            "DISMISSED" => ReviewState::Dismissed,
            _ => return Ok(None),
        };
        let Some(reviewer) = Account::read(json.get_path("user")) else { return Ok(None) };
        let submitted_at = json.get_path("submitted_at").as_str().and_then(parse_rfc3339);
        Ok(Some(Self {
            reviewer,
            state,
            commit: json.get_path("commit_id").as_str().unwrap_or_default().to_owned(),
            submitted_at: submitted_at.ok_or_else(|| invalid_response(path, &lacks_field("submitted_at")))?,
        }))
    }
}
