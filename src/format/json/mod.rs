//! JSON that other people wrote: read strictly, nothing rounded, nothing silently dropped.
//!
//! A parsed JavaScript object has already lost repeated keys and the digits of large numbers, so the core takes
//! text and keeps every number as it was written. Repeated keys and deep nesting are reported as [`Violations`];
//! whether to refuse them is the caller's decision.

mod number;
mod parse;

use serde::ser::{Serialize, Serializer};

use crate::text::redact::Redactor;

pub use number::Number;
pub use parse::{Document, JsonError, MAX_DEPTH, UNAMBIGUOUS, Violations, parse};

/// A JSON value. Objects keep the order of their keys.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Json {
    /// `null`, and what [`Json::get_path`] returns if there is no such path.
    #[default]
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number as it was written.
    Number(Number),
    /// A string, its escapes resolved.
    String(String),
    /// An array.
    Array(Vec<Json>),
    /// An object.
    Object(Object),
}

/// The members of an object in the order in which they were written. Of a repeated key the first value counts;
/// [`Violations::repeated_key`] reports that there was another.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Object(Vec<(String, Json)>);

impl Object {
    /// The value of a key, the first if the key is repeated.
    pub fn get(&self, key: &str) -> Option<&Json> {
        self.0.iter().find(|(name, _)| name == key).map(|(_, value)| value)
    }

    /// The members in the order in which they were written.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Json)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value))
    }

    /// The number of members.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether the object has no members.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Sets a key: in its place if it is present, else at the end.
    pub fn set(&mut self, key: &str, value: Json) {
        match self.0.iter_mut().find(|(name, _)| name == key) {
            Some((_, old)) => *old = value,
            None => self.0.push((key.to_owned(), value)),
        }
    }

    /// Removes a key.
    pub fn remove(&mut self, key: &str) -> Option<Json> {
        let index = self.0.iter().position(|(name, _)| name == key)?;
        Some(self.0.remove(index).1)
    }

    fn repeated_key(&self) -> Option<&str> {
        let mut names: Vec<&str> = self.0.iter().map(|(name, _)| name.as_str()).collect();
        names.sort_unstable();
        names.windows(2).find(|pair| pair[0] == pair[1]).map(|pair| pair[0])
    }
}

impl FromIterator<(String, Json)> for Object {
    fn from_iter<I: IntoIterator<Item = (String, Json)>>(members: I) -> Self {
        Self(members.into_iter().collect())
    }
}

impl Json {
    /// The value at a dotted path of keys (`pull_request.head.sha`); otherwise `null`.
    pub fn get_path(&self, path: &str) -> &Json {
        path.split('.').fold(self, |value, key| match value {
            Json::Object(object) => object.get(key).unwrap_or(&Json::Null),
            _ => &Json::Null,
        })
    }

    /// The text of a string.
    pub fn as_str(&self) -> Option<&str> {
        if let Json::String(text) = self { Some(text) } else { None }
    }

    /// The value of a boolean.
    pub fn as_bool(&self) -> Option<bool> {
        if let Json::Bool(value) = self { Some(*value) } else { None }
    }

    /// An unsigned integer that is written as one.
    pub fn as_u64(&self) -> Option<u64> {
        if let Json::Number(number) = self { number.as_u64() } else { None }
    }

    /// The members of an object.
    pub fn as_object(&self) -> Option<&Object> {
        if let Json::Object(object) = self { Some(object) } else { None }
    }

    /// The elements of an array.
    pub fn as_array(&self) -> Option<&[Json]> {
        if let Json::Array(elements) = self { Some(elements) } else { None }
    }

    /// Whether this is `null` or missing.
    pub fn is_null(&self) -> bool {
        matches!(self, Json::Null)
    }

    /// The type of this value, in words for a message.
    pub fn type_name(&self) -> &'static str {
        match self {
            Json::Null => "null",
            Json::Bool(_) => "a boolean",
            Json::Number(_) => "a number",
            Json::String(_) => "a string",
            Json::Array(_) => "an array",
            Json::Object(_) => "an object",
        }
    }

    /// Two keys of an object that differ only in ASCII case, in this value or below.
    pub fn keys_that_differ_in_case(&self) -> Option<(&str, &str)> {
        match self {
            Json::Array(elements) => elements.iter().find_map(Json::keys_that_differ_in_case),
            Json::Object(Object(members)) => {
                let mut keys: Vec<(String, &str)> =
                    members.iter().map(|(key, _)| (key.to_ascii_lowercase(), key.as_str())).collect();
                keys.sort_unstable();
                let same = keys.windows(2).find(|pair| pair[0].0 == pair[1].0 && pair[0].1 != pair[1].1);
                same.map(|pair| (pair[0].1, pair[1].1))
                    .or_else(|| members.iter().find_map(|(_, value)| value.keys_that_differ_in_case()))
            }
            _ => None,
        }
    }

    /// The dotted path, below this value, of the first key or string that contains a secret. The path itself contains
    /// none.
    pub fn path_of_secret(&self, redactor: &Redactor) -> Option<String> {
        match self {
            Json::String(text) => redactor.contains_secret(text).then(String::new),
            Json::Array(elements) => elements
                .iter()
                .enumerate()
                .find_map(|(index, element)| Some(format!("[{index}]{}", element.path_of_secret(redactor)?))),
            Json::Object(Object(members)) => members.iter().find_map(|(key, value)| {
                if redactor.contains_secret(key) {
                    return Some(".***".to_owned());
                }
                Some(format!(".{key}{}", value.path_of_secret(redactor)?))
            }),
            _ => None,
        }
    }

    /// Replaces secrets in every key and string. Returns whether there was any.
    pub fn redact(&mut self, redactor: &Redactor) -> bool {
        let mut found = false;
        let mut redact = |text: &mut String| {
            if redactor.contains_secret(text) {
                found = true;
                redactor.redact_value(text);
            }
        };
        let mut pending = vec![self];
        while let Some(value) = pending.pop() {
            match value {
                Json::String(text) => redact(text),
                Json::Array(elements) => pending.extend(elements),
                Json::Object(Object(members)) => {
                    for (key, value) in members {
                        redact(key);
                        pending.push(value);
                    }
                }
                _ => {}
            }
        }
        found
    }

    /// The value as compact JSON, its numbers as they were written.
    pub fn to_compact(&self) -> String {
        let mut out = String::new();
        self.write(&mut out);
        out
    }

    fn write(&self, out: &mut String) {
        match self {
            Json::Null => out.push_str("null"),
            Json::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
            Json::Number(number) => out.push_str(number.as_str()),
            Json::String(text) => write_string(text, out),
            Json::Array(elements) => {
                out.push('[');
                for (index, element) in elements.iter().enumerate() {
                    if index > 0 {
                        out.push(',');
                    }
                    element.write(out);
                }
                out.push(']');
            }
            Json::Object(object) => {
                out.push('{');
                for (index, (key, value)) in object.iter().enumerate() {
                    if index > 0 {
                        out.push(',');
                    }
                    write_string(key, out);
                    out.push(':');
                    value.write(out);
                }
                out.push('}');
            }
        }
    }

    /// A JSON string.
    pub fn string(text: impl Into<String>) -> Self {
        Json::String(text.into())
    }

    /// A JSON number from an integer.
    pub fn integer(value: u64) -> Self {
        Json::Number(value.into())
    }

    /// The first number that RFC 8785 cannot write without changing it.
    pub fn first_inexact_number(&self) -> Option<&str> {
        match self {
            Json::Number(number) if !number.is_exact_f64() => Some(number.as_str()),
            Json::Array(elements) => elements.iter().find_map(Json::first_inexact_number),
            Json::Object(object) => object.iter().find_map(|(_, value)| value.first_inexact_number()),
            _ => None,
        }
    }

    /// A key that occurs twice in its object, in this value or below.
    pub fn repeated_key(&self) -> Option<&str> {
        match self {
            Json::Array(elements) => elements.iter().find_map(Json::repeated_key),
            Json::Object(object) => {
                object.repeated_key().or_else(|| object.iter().find_map(|(_, value)| value.repeated_key()))
            }
            _ => None,
        }
    }
}

fn write_string(text: &str, out: &mut String) {
    // INVARIANT: a `&str` always serializes.
    out.push_str(&serde_json::to_string(text).unwrap_or_default());
}

impl Serialize for Json {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Json::Null => serializer.serialize_unit(),
            Json::Bool(value) => serializer.serialize_bool(*value),
            Json::Number(number) => number.serialize(serializer),
            Json::String(text) => serializer.serialize_str(text),
            Json::Array(elements) => serializer.collect_seq(elements),
            Json::Object(object) => serializer.collect_map(object.iter()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn root(text: &str) -> Json {
        parse(text.as_bytes()).expect("valid JSON").root
    }

    #[test]
    fn every_type_of_value_is_read_and_written_back() {
        let text = r#"{"a":[null,true,-1.50e3,123456789012345678901234567890,"x\ny"],"b":{}}"#;
        assert_eq!(root(text).to_compact(), text);
    }

    #[test]
    fn numbers_are_serialized_by_value() {
        let serialize = |text: &str| serde_json::to_string(&root(text));
        for (text, expected) in [
            ("[18446744073709551615,-9223372036854775808]", "[18446744073709551615,-9223372036854775808]"),
            ("{\"a\":1.50}", "{\"a\":1.5}"),
            ("1e2", "100.0"),
            ("[null,true,\"x\\ny\"]", "[null,true,\"x\\ny\"]"),
        ] {
            assert_eq!(serialize(text).unwrap(), expected);
        }
        for rounded in ["18446744073709551616", "9007199254740993.0", "1e400"] {
            assert!(serialize(rounded).is_err(), "{rounded}");
        }
    }

    #[test]
    fn a_missing_path_is_null() {
        let json = root(r#"{"a":{"b":7}}"#);
        assert_eq!(json.get_path("a.b").as_u64(), Some(7));
        assert!(json.get_path("a.c").is_null());
        assert!(json.get_path("a.b.c").is_null());
    }

    #[test]
    fn secrets_are_found_and_replaced_in_keys_and_strings() {
        let mut redactor = Redactor::default();
        redactor.add("s3cret-token");
        let mut json = root(r#"{"a":[1,{"b":"x s3cret-token"}],"s3cret-token":2}"#);
        assert_eq!(json.path_of_secret(&redactor).as_deref(), Some(".a[1].b"));
        assert!(json.redact(&redactor));
        assert_eq!(json.to_compact(), r#"{"a":[1,{"b":"x ***"}],"***":2}"#);
        assert!(!json.redact(&redactor));
    }

    #[test]
    fn keys_that_differ_only_in_case_are_found_at_any_depth() {
        assert_eq!(root(r#"{"a":[{"pr":1,"x":2,"PR":3}]}"#).keys_that_differ_in_case(), Some(("PR", "pr")));
        assert_eq!(root(r#"{"a":{"pr":1},"PR":3}"#).keys_that_differ_in_case(), None);
    }
}
