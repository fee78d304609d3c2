//! How ECMAScript writes a double, and RFC 8785's canonical JSON, which builds on it.
//!
//! In wasm, the JavaScript engine does the first and npm's `canonicalize`, which is a kilobyte, the second. The crates
//! that do the same natively, `ryu-js` and `serde_json_canonicalizer`, would be a tenth of the wasm. Tests compare both.

#[cfg(not(target_arch = "wasm32"))]
pub use native::{canonicalize, format_f64, nearest_f64};

#[cfg(target_arch = "wasm32")]
pub use engine::{canonicalize, format_f64, nearest_f64};

#[cfg(not(target_arch = "wasm32"))]
mod native {
    /// The double that is nearest to a JSON number; nothing if that is not finite.
    pub fn nearest_f64(number: &str) -> Option<f64> {
        number.parse().ok().filter(|double: &f64| double.is_finite())
    }

    /// The digits with which ECMAScript writes a finite double (`Number::toString`).
    pub fn format_f64(double: f64) -> String {
        ryu_js::Buffer::new().format_finite(double).to_owned()
    }

    /// The canonical form (RFC 8785) of a JSON text without repeated keys; nothing if the text is not JSON.
    pub fn canonicalize(json: &str) -> Option<String> {
        let value: serde_json::Value = serde_json::from_str(json).ok()?;
        serde_json_canonicalizer::to_string(&value).ok()
    }
}

#[cfg(target_arch = "wasm32")]
mod engine {
    use wasm_bindgen::prelude::*;

    #[wasm_bindgen(module = "canonicalize")]
    extern "C" {
        #[wasm_bindgen(js_name = default, catch)]
        fn canonicalize_value(value: &JsValue) -> Result<Option<String>, JsValue>;
    }

    /// The canonical form (RFC 8785) of a JSON text without repeated keys; nothing if the text is not JSON.
    pub fn canonicalize(json: &str) -> Option<String> {
        canonicalize_value(&js_sys::JSON::parse(json).ok()?).ok()?
    }

    /// The double that is nearest to a JSON number; nothing if that is not finite.
    pub fn nearest_f64(number: &str) -> Option<f64> {
        // The unary plus reads JSON's numbers as the engine's own `JSON.parse` does.
        Some(JsValue::from_str(number).unchecked_into_f64()).filter(|double| double.is_finite())
    }

    /// The digits with which ECMAScript writes a finite double.
    pub fn format_f64(double: f64) -> String {
        js_sys::Number::from(double).to_string_with_radix(10).map(String::from).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn doubles_are_written_as_ecmascript_does() {
        for (number, digits) in [
            ("1e2", "100"),
            ("0.1", "0.1"),
            ("-0", "0"),
            ("1e21", "1e+21"),
            ("9007199254740993", "9007199254740992"),
            ("5e-324", "5e-324"),
        ] {
            assert_eq!(nearest_f64(number).map(format_f64).as_deref(), Some(digits), "{number}");
        }
        assert_eq!(nearest_f64("1e400"), None);
    }

    #[test]
    fn canonical_json_sorts_keys_and_drops_white_space() {
        let canonical = canonicalize("{\"b\": [1e2, \"\\u0041\"], \"a\": {}}");
        assert_eq!(canonical.as_deref(), Some("{\"a\":{},\"b\":[100,\"A\"]}"));
        assert_eq!(canonicalize("{"), None);
    }
}
