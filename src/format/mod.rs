//! Text formats that other people write: read strictly, written without loss.

pub mod canonical_json;
pub mod decimal;
pub mod duration;
pub mod hmac;
pub mod json;
pub mod timestamp;
pub mod yaml;
