//! What `check` is asked to decide.

use std::collections::BTreeMap;

use serde::Deserialize;

/// What to decide, as the user wrote it. An empty text means that the option was not given.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct CheckRequest {
    /// The policy as YAML.
    pub policy: Option<String>,
    /// Shorthand inputs as `NAME=VALUE`.
    pub flat: Vec<String>,
    /// The inputs of a step that was taken out of a workflow.
    pub inputs: BTreeMap<String, String>,
    /// Keys that are accepted from senders, one a line.
    pub signing_keys: String,
    /// The token for the live API; empty if no request is made.
    pub token: String,
    /// Variables that are known already.
    pub environment: BTreeMap<String, String>,
    /// Whether the host's clock is used even if there is evidence.
    pub at: bool,
    /// Whose answers are used before those that came with the event: `host` or `evidence`.
    pub answers: String,
    /// The evidence whose answers are used.
    pub evidence: Option<String>,
    /// Whether to record evidence.
    pub record: bool,
    /// `GITHUB_EVENT_NAME`.
    pub event_name: String,
    /// `GITHUB_EVENT_PATH`.
    pub event_path: String,
    /// `OWNER/NAME[:ID]`.
    pub repository: String,
    /// `LOGIN[:ID]`.
    pub actor: String,
    /// `LOGIN`.
    pub triggering_actor: String,
    /// A whole number from 1.
    pub run_id: String,
    /// A whole number from 1.
    pub run_attempt: String,
    /// `GITHUB_WORKFLOW_REF`.
    pub workflow_ref: String,
    /// `GITHUB_SERVER_URL`.
    pub server_url: String,
    /// `GITHUB_API_URL`.
    pub api_url: String,
}
