//! Everything that a decision depended on, in one document.
//!
//! A [`Recorder`] wraps the host and records its responses: every API exchange, every signature check, the clock. A
//! [`Replayer`] is a host that gives the recorded responses. Secrets are left out: of a check that needs one, the result
//! is recorded.

mod reader;
mod recorder;
mod redaction;

pub use reader::{Evidence, Replayer};
pub use recorder::Recorder;

use sha2::{Digest, Sha256};

use crate::format::json::Json;
use crate::text::hex;

/// The version of the document's shape.
const SCHEMA_VERSION: u64 = 1;

/// Identifies an RS256 check: by key and data, without the signature.
fn rs256_subject(jwk: &str, data: &[u8]) -> String {
    hex(&Sha256::new().chain_update(jwk).chain_update(b"\n").chain_update(data).finalize())
}

fn object<'k>(members: impl IntoIterator<Item = (&'k str, Json)>) -> Json {
    Json::Object(members.into_iter().map(|(key, value)| (key.to_owned(), value)).collect())
}
