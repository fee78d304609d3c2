//! Check runs as the REST API lists them.

use crate::format::json::Json;
use crate::format::timestamp::parse_rfc3339;
use crate::github::error::invalid_response;
use crate::github::pull_request::lacks_field;
use crate::rejection::Rejection;

/// A run of a check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckRun {
    /// Its name.
    pub name: String,
    /// The slug of the app that reports it; empty if the app no longer exists.
    pub app: String,
    /// The id of its suite; `None` if it has none.
    pub suite: Option<u64>,
    /// As GitHub writes it, such as `completed`.
    pub status: String,
    /// How it ended; empty if it has not.
    pub conclusion: String,
    /// In Unix seconds; `None` if it has not begun.
    pub started_at: Option<u64>,
    /// In Unix seconds; `None` if it has not ended.
    pub completed_at: Option<u64>,
}

impl CheckRun {
    /// Reads a check run.
    ///
    /// # Errors
    /// `api.invalid_response`.
    pub fn read(json: &Json, path: &str) -> Result<Self, Rejection> {
        let text = |field: &str| {
            json.get_path(field).as_str().map(str::to_owned).ok_or_else(|| invalid_response(path, &lacks_field(field)))
        };
        let optional = |field: &str| json.get_path(field).as_str().unwrap_or_default().to_owned();
        let time = |field: &str| json.get_path(field).as_str().and_then(parse_rfc3339);
        Ok(Self {
            name: text("name")?,
            app: optional("app.slug"),
            suite: json.get_path("check_suite.id").as_u64(),
            status: text("status")?,
            conclusion: optional("conclusion"),
            started_at: time("started_at"),
            completed_at: time("completed_at"),
        })
    }

    /// Whether it has ended with success.
    pub fn is_successful(&self) -> bool {
        self.status == "completed" && self.conclusion == "success"
    }

    /// Whether another run repeats this one: in the same suite, and begun once this one was over. Jobs of the same name
    /// in one suite run at the same time, and each counts.
    pub fn is_repeated_by(&self, other: &Self) -> bool {
        let is_later = matches!((self.completed_at, other.started_at), (Some(over), Some(begun)) if over <= begun);
        self.status == "completed" && self.suite.is_some() && self.suite == other.suite && self != other && is_later
    }

    /// How it ended, or else how far it is.
    pub fn describe(&self) -> String {
        if self.status == "completed" { self.conclusion.clone() } else { self.status.clone() }
    }
}
