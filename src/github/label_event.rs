//! The events of a pull request's labels, as the REST API lists them.

use crate::format::json::Json;
use crate::format::timestamp::parse_rfc3339;
use crate::github::account::Account;
use crate::github::error::invalid_response;
use crate::github::pull_request::lacks_field;
use crate::rejection::Rejection;

/// A label that was added or removed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LabelEvent {
    /// Its id, which grows with time.
    pub id: u64,
    /// The label's name.
    pub label: String,
    /// Whether the label was added.
    pub is_added: bool,
    /// Who did it; `None` if the account no longer exists.
    pub actor: Option<Account>,
    /// In Unix seconds.
    pub at: u64,
    /// As GitHub writes it.
    pub time: String,
}

impl LabelEvent {
    /// Reads an event of an issue; `None` if it is about no label.
    ///
    /// # Errors
    /// `api.invalid_response`.
    pub fn read(json: &Json, path: &str) -> Result<Option<Self>, Rejection> {
        let event = json.get_path("event").as_str().ok_or_else(|| invalid_response(path, &lacks_field("event")))?;
        if !matches!(event, "labeled" | "unlabeled") {
            return Ok(None);
        }
        let text = |field: &str| {
            json.get_path(field).as_str().map(str::to_owned).ok_or_else(|| invalid_response(path, &lacks_field(field)))
        };
        let time = text("created_at")?;
        Ok(Some(Self {
            id: json.get_path("id").as_u64().ok_or_else(|| invalid_response(path, &lacks_field("id")))?,
            label: text("label.name")?,
            is_added: event == "labeled",
            actor: Account::read(json.get_path("actor")),
            at: parse_rfc3339(&time).ok_or_else(|| invalid_response(path, &lacks_field("created_at")))?,
            time,
        }))
    }
}
