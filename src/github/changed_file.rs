//! The files that a pull request changes, as the REST API lists them.

use crate::format::json::Json;
use crate::github::error::invalid_response;
use crate::github::pull_request::lacks_field;
use crate::rejection::Rejection;

/// A changed file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangedFile {
    /// Its path.
    pub name: String,
    /// Its name before, if it was renamed.
    pub previous_name: Option<String>,
}

impl ChangedFile {
    /// Reads a changed file.
    ///
    /// # Errors
    /// `api.invalid_response`.
    pub fn read(json: &Json, path: &str) -> Result<Self, Rejection> {
        let text = |field: &str| {
            json.get_path(field).as_str().map(str::to_owned).ok_or_else(|| invalid_response(path, &lacks_field(field)))
        };
        let is_renamed = json.get_path("status").as_str() == Some("renamed");
        let previous_name = match json.get_path("previous_filename") {
            Json::Null if !is_renamed => None,
            _ => Some(text("previous_filename")?),
        };
        Ok(Self { name: text("filename")?, previous_name })
    }
}
