//! An outcome without what it says more than once.

use serde_json::Value;
use sha2::{Digest, Sha256};

/// The outcome with its result as a value, and without the copies of it in the log and in files.
///
/// # Panics
/// Where a copy differs.
pub fn normalize(mut outcome: Value) -> Value {
    let result = outcome["outputs"]["result"].take();
    let text = result.as_str().expect("a text").to_owned();
    let value: Value = serde_json::from_str(&text).expect("JSON");
    let audit = outcome["log_groups"].as_array_mut().and_then(Vec::pop).expect("an audit record");
    let audit: Value = serde_json::from_str(audit["lines"][0].as_str().expect("a text")).expect("JSON");
    assert_eq!(audit, value, "the audit line");
    for file in outcome["files"].as_array_mut().expect("files") {
        assert_eq!(file["text"], format!("{text}\n"), "the audit file");
        file["text"] = Value::Null;
    }
    outcome["outputs"]["result"] = value;
    outcome
}

/// SHA-256 of all that an outcome says, except the version of the program, in hex.
///
/// # Panics
/// If the value is not an outcome.
pub fn digest(outcome: Value) -> String {
    let mut outcome = normalize(outcome);
    outcome["outputs"]["result"].as_object_mut().expect("a document").remove("version").expect("a version");
    // The log's first line names it as well.
    let log = outcome["log"].to_string().replace(dispatch_guard::VERSION, "");
    outcome["log"] = Value::String(log);
    let digest = Sha256::digest(outcome.to_string());
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}
