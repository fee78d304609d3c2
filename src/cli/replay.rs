//! Recorded decisions: as they were made, and once more.

use serde::Serialize;

use super::check::{CheckResponse, exit_code};
use super::{ALLOW, EXIT_REPLAY_MISMATCH};
use crate::actions::guard;
use crate::evidence::Evidence;
use crate::format::json::{self, Json};
use crate::outcome;
use crate::reason::ReasonCode;
use crate::runner::invocation::Invocation;
use crate::text::escape_log_json;

/// The decision in evidence, as it was made.
///
/// # Errors
/// In words for the user, if the file is not evidence.
pub fn recorded_decision(file: &[u8]) -> Result<CheckResponse, String> {
    let decision = Evidence::read(text(file)?)?.decision;
    let code = decision.get_path("reason_code").as_str();
    let code = ReasonCode::ALL.iter().copied().find(|known| Some(known.name()) == code);
    match (code, decision.get_path("reason").as_str()) {
        (Some(code), Some(_)) if decision.get_path("decision").as_str() == Some(code.meta().verdict.name()) => {
            Ok(CheckResponse {
                result: escape_log_json(&decision.to_compact()),
                exit_code: exit_code(code),
                errors: Vec::new(),
                evidence: None,
            })
        }
        _ => Err("this is not evidence: `decision` is not a known decision".to_owned()),
    }
}

/// A decision that was made again, as the command line shows it.
#[derive(Debug, Clone, Serialize)]
pub struct Replay {
    /// The decision now, as in [`CheckResponse`].
    pub result: String,
    /// The exit status.
    pub exit_code: u8,
    /// Where it differs from the recorded decision.
    pub differences: Vec<Difference>,
}

/// Makes a decision again from its evidence.
///
/// # Errors
/// In words for the user, if the file is not evidence.
pub async fn replay(file: &[u8]) -> Result<Replay, String> {
    let Evidence { inputs, environment, event, decision: recorded, replayer } = Evidence::read(text(file)?)?;
    let environment = environment.into_iter().collect();
    let event = event.as_deref().map_err(Clone::clone);
    let outcome = guard::decide(&Invocation { inputs, environment, event }, &replayer).await;
    let result = outcome::decision_json(&outcome.decision);
    let replayed = json::parse(result.as_bytes()).map_err(|error| error.to_string())?.root;
    let mut differences = Vec::new();
    compare("", Some(&recorded), Some(&replayed), &mut differences);
    // Another version of dispatch-guard is what a replay is for.
    differences.retain(|difference| difference.path != "version");
    let exit_code = if differences.is_empty() { ALLOW } else { EXIT_REPLAY_MISMATCH };
    Ok(Replay { result: escape_log_json(&result), exit_code, differences })
}

fn text(file: &[u8]) -> Result<&str, String> {
    std::str::from_utf8(file).map_err(|_| "this is not evidence: it is not UTF-8 text".to_owned())
}

/// Where two decisions differ.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// The dotted path: `checks[3].status`.
    pub path: String,
    /// The value in the evidence as JSON; otherwise empty.
    pub recorded: String,
    /// The value replayed as JSON; otherwise empty.
    pub replayed: String,
}

/// Collects every place in which two values differ.
fn compare(path: &str, recorded: Option<&Json>, replayed: Option<&Json>, differences: &mut Vec<Difference>) {
    let below = |key: &str| if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") };
    match (recorded, replayed) {
        (Some(Json::Object(recorded)), Some(Json::Object(replayed))) => {
            let added = replayed.iter().map(|(key, _)| key).filter(|key| recorded.get(key).is_none());
            for key in recorded.iter().map(|(key, _)| key).chain(added) {
                compare(&below(key), recorded.get(key), replayed.get(key), differences);
            }
        }
        (Some(Json::Array(recorded)), Some(Json::Array(replayed))) => {
            for index in 0..recorded.len().max(replayed.len()) {
                compare(&format!("{path}[{index}]"), recorded.get(index), replayed.get(index), differences);
            }
        }
        _ if recorded == replayed => {}
        _ => {
            let shown = |value: Option<&Json>| value.map(Json::to_compact).unwrap_or_default();
            differences.push(Difference {
                path: path.to_owned(),
                recorded: shown(recorded),
                replayed: shown(replayed),
            });
        }
    }
}
