//! What ECMAScript defines: how a double is written in decimal, and with it RFC 8785's canonical JSON.
//!
//! In wasm the engine around it already has the one, and npm's `canonicalize` is a kilobyte for the other; natively, in
//! tests, the crates `ryu-js` and `serde_json_canonicalizer` do the same. In wasm those crates would be a tenth of the
//! module. The two ways are held against each other in the tests.

#[cfg(not(target_arch = "wasm32"))]
pub use native::{canonicalize, shortest};

#[cfg(target_arch = "wasm32")]
pub use crate::wasm::{canonicalize, shortest};

#[cfg(not(target_arch = "wasm32"))]
mod native {
    /// The digits with which ECMAScript writes the double that is nearest to a JSON number (`Number::toString`);
    /// nothing where that is not finite.
    pub fn shortest(number: &str) -> Option<String> {
        let double: f64 = number.parse().ok()?;
        double.is_finite().then(|| ryu_js::Buffer::new().format_finite(double).to_owned())
    }

    /// The canonical form (RFC 8785) of a JSON text without repeated keys; nothing where the text is no JSON.
    pub fn canonicalize(json: &str) -> Option<String> {
        let value: serde_json::Value = serde_json::from_str(json).ok()?;
        serde_json_canonicalizer::to_string(&value).ok()
    }
}
