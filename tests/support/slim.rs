//! An outcome without what it says more than once.

use serde_json::Value;

/// The outcome with its result as a value, and without the copies of it in the log and in files.
///
/// # Panics
/// Where a copy differs.
pub fn slim(mut outcome: Value) -> Value {
    let result = outcome["outputs"]["result"].take();
    let text = result.as_str().expect("a text").to_owned();
    let value: Value = serde_json::from_str(&text).expect("JSON");
    let audit = outcome["log"].as_array_mut().and_then(Vec::pop).expect("an audit line");
    let audit: Value = serde_json::from_str(audit.as_str().expect("a text")).expect("JSON");
    assert_eq!(audit, value, "the audit line");
    for file in outcome["files"].as_array_mut().expect("files") {
        assert_eq!(file["text"], format!("{text}\n"), "the audit file");
        file["text"] = Value::Null;
    }
    outcome["outputs"]["result"] = value;
    outcome
}
