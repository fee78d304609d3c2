//! JSON that other people wrote: read strictly, nothing rounded, nothing silently dropped.
//!
//! A parsed JavaScript object has already lost repeated keys and the digits of large numbers, so the core takes
//! text and keeps every number as it was written. Repeated keys and deep nesting are noticed and handed on as
//! [`Flaws`]; what to make of them is the caller's judgement.

use std::cmp::Ordering;
use std::fmt;

use hifijson::num::LexWrite as _;
use hifijson::str::{self, LexAlloc as _};
use hifijson::token::{Expect, Lex as _};
use hifijson::{Error, Read as _, SliceLexer};
use serde::ser::{Serialize, SerializeStruct, Serializer};

use crate::decimal::Decimal;
use crate::ecmascript;

/// The deepest nesting of arrays and objects that is kept; what lies deeper is a flaw.
pub const MAX_DEPTH: usize = 64;

/// A JSON value. Objects keep the order of their keys.
#[derive(Debug, Clone, PartialEq)]
pub enum Json {
    /// `null`, and what [`Json::at`] finds where there is nothing.
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

/// The text of a JSON number, exactly as it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Number(String);

/// The members of an object in the order in which they were written. Where a key is repeated the first one counts;
/// [`Flaws::repeated_key`] tells that there was another.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Object(Vec<(String, Json)>);

/// A parsed text and what was wrong with it although it parsed.
#[derive(Debug, Clone)]
pub struct Document {
    /// The value.
    pub root: Json,
    /// What makes the value ambiguous or unreasonable.
    pub flaws: Flaws,
}

/// Ambiguities that JSON's grammar permits and this product does not.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Flaws {
    /// The dotted path of the first key that stands twice in its object.
    pub repeated_key: Option<String>,
    /// The dotted path of the first value nested deeper than [`MAX_DEPTH`]; it was replaced by `null`.
    pub too_deep: Option<String>,
}

/// Why a text is no JSON, with the place: line and column count from 1, columns in characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JsonError {
    message: String,
}

impl fmt::Display for JsonError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.message)
    }
}

impl Flaws {
    /// The first flaw in words, or nothing.
    pub fn describe(&self) -> Option<String> {
        if let Some(path) = &self.repeated_key {
            return Some(format!("the key {} is repeated", crate::text::quote(path)));
        }
        self.too_deep
            .as_ref()
            .map(|path| format!("{} is nested deeper than {MAX_DEPTH} levels", crate::text::quote(path)))
    }
}

impl Number {
    /// A number from text in JSON's grammar and nothing else.
    pub fn parse(text: &str) -> Option<Self> {
        let bare = text.starts_with(|first: char| first == '-' || first.is_ascii_digit())
            && !text.ends_with(char::is_whitespace);
        match parse(text.as_bytes()) {
            Ok(Document { root: Json::Number(number), .. }) if bare => Some(number),
            _ => None,
        }
    }

    /// The number as it was written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Its exact value; nothing where the exponent is beyond all use.
    pub fn decimal(&self) -> Option<Decimal> {
        Decimal::parse(&self.0)
    }

    /// The number as an unsigned integer, only where it is written as one (`7`, not `7.0` or `7e0`).
    pub fn as_u64(&self) -> Option<u64> {
        self.0.parse().ok()
    }

    /// Whether the number survives any JSON reader unchanged: a whole number of 64 bits, or a decimal that is what an
    /// IEEE 754 double prints as.
    pub fn fits(&self) -> bool {
        self.0.parse::<i64>().is_ok() || self.0.parse::<u64>().is_ok() || self.fits_double()
    }

    /// Whether an IEEE 754 double holds the number without rounding it to other digits, as RFC 8785 requires.
    pub fn fits_double(&self) -> bool {
        let held = ecmascript::shortest(&self.0).and_then(|digits| Decimal::parse(&digits));
        match (self.decimal(), held) {
            (Some(written), Some(held)) => written.compare(&held) == Ordering::Equal,
            _ => false,
        }
    }
}

impl Object {
    /// The value of a key, the first where it is repeated.
    pub fn get(&self, key: &str) -> Option<&Json> {
        self.0.iter().find(|(name, _)| name == key).map(|(_, value)| value)
    }

    /// The members in the order in which they were written.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Json)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value))
    }

    /// How many members there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is no member.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Sets a key: in its place where it is there, at the end where it is not.
    pub fn set(&mut self, key: &str, value: Json) {
        match self.0.iter_mut().find(|(name, _)| name == key) {
            Some((_, old)) => *old = value,
            None => self.0.push((key.to_owned(), value)),
        }
    }

    /// Takes a key out.
    pub fn remove(&mut self, key: &str) -> Option<Json> {
        let place = self.0.iter().position(|(name, _)| name == key)?;
        Some(self.0.remove(place).1)
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
    /// What lies at a dotted path of keys (`pull_request.head.sha`); `null` where there is nothing.
    pub fn at(&self, path: &str) -> &Json {
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

    /// Whether this is `null` or nothing.
    pub fn is_null(&self) -> bool {
        matches!(self, Json::Null)
    }

    /// What kind of value this is, in words for a message.
    pub fn kind(&self) -> &'static str {
        match self {
            Json::Null => "null",
            Json::Bool(_) => "a boolean",
            Json::Number(_) => "a number",
            Json::String(_) => "a string",
            Json::Array(_) => "an array",
            Json::Object(_) => "an object",
        }
    }

    /// The value as compact JSON.
    pub fn to_compact(&self) -> String {
        let mut out = String::new();
        self.write(&mut out);
        out
    }

    /// A JSON string.
    pub fn string(text: impl Into<String>) -> Self {
        Json::String(text.into())
    }

    /// A JSON number from an integer.
    pub fn integer(value: u64) -> Self {
        Json::Number(Number(value.to_string()))
    }

    /// The path of the first number that RFC 8785 cannot write without changing it.
    pub fn inexact_number(&self) -> Option<&str> {
        match self {
            Json::Number(number) if !number.fits_double() => Some(number.as_str()),
            Json::Array(elements) => elements.iter().find_map(Json::inexact_number),
            Json::Object(object) => object.iter().find_map(|(_, value)| value.inexact_number()),
            _ => None,
        }
    }

    /// A key that stands twice in its object, in this value or below.
    pub fn repeated_key(&self) -> Option<&str> {
        match self {
            Json::Array(elements) => elements.iter().find_map(Json::repeated_key),
            Json::Object(object) => {
                object.repeated_key().or_else(|| object.iter().find_map(|(_, value)| value.repeated_key()))
            }
            _ => None,
        }
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
}

fn write_string(text: &str, out: &mut String) {
    // INVARIANT: a `&str` always serialises.
    out.push_str(&serde_json::to_string(text).unwrap_or_default());
}

/// Written as the text it came as, so that no number changes on its way through.
impl Serialize for Json {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        // What serde_json's `RawValue` does, without its parser, which would read our own text once more.
        const RAW_VALUE: &str = "$serde_json::private::RawValue";
        let mut raw = serializer.serialize_struct(RAW_VALUE, 1)?;
        raw.serialize_field(RAW_VALUE, &self.to_compact())?;
        raw.end()
    }
}

/// Parses one JSON text (RFC 8259). Works without recursion, so no nesting can exhaust the stack.
///
/// # Errors
/// With the place, where the bytes are not UTF-8, not JSON, or more than one value.
pub fn parse(text: &[u8]) -> Result<Document, JsonError> {
    Builder::default().build(text)
}

/// An array or object that is still open.
enum Open {
    Array(Vec<Json>),
    Object { members: Object, key: String },
}

#[derive(Default)]
struct Builder {
    open: Vec<Open>,
    /// What ends each array and object that is open, beyond [`MAX_DEPTH`] too.
    ends: Vec<u8>,
    root: Option<Json>,
    flaws: Flaws,
}

impl Builder {
    fn build(mut self, text: &[u8]) -> Result<Document, JsonError> {
        let mut lexer = SliceLexer::new(text);
        let result = self.read(&mut lexer);
        let rest = lexer.as_slice();
        let mut place = text.len() - rest.len();
        let mut fault = match (&result, self.root) {
            (Ok(()), Some(root)) => return Ok(Document { root, flaws: self.flaws }),
            (Ok(()), None) => "the text is empty".to_owned(),
            (Err(error), _) => explain(error).to_owned(),
        };
        match result {
            // Of all that can be wrong only this is read before it is refused.
            Err(Error::Str(str::Error::Control)) => place -= 1,
            Err(Error::Token(_) | Error::Num(_)) if rest.is_empty() => fault.push_str(", but the text ends"),
            _ => {}
        }
        Err(JsonError { message: format!("{}: {fault}", line_and_column(&text[..place])) })
    }

    fn read(&mut self, lexer: &mut SliceLexer<'_>) -> Result<(), Error> {
        if lexer.ws_peek().is_none() {
            return Ok(());
        }
        loop {
            if self.begin(lexer)? {
                continue;
            }
            // A value is complete, and with it perhaps what holds it.
            loop {
                let Some(end) = self.ends.last().copied() else {
                    return if lexer.ws_peek().is_none() { Ok(()) } else { Err(Expect::Eof.into()) };
                };
                if lexer.expect(SliceLexer::ws_peek, end).is_none() {
                    lexer.expect(SliceLexer::ws_peek, b',').ok_or(Expect::CommaOrEnd)?;
                    if end == b'}' {
                        self.key(lexer)?;
                    }
                    break;
                }
                self.end();
            }
        }
    }

    /// Reads a value, or the beginning of one that holds others. The answer is whether the first of these comes next.
    fn begin(&mut self, lexer: &mut SliceLexer<'_>) -> Result<bool, Error> {
        let first = lexer.ws_peek().ok_or(Expect::Value)?;
        match first {
            b'[' => {
                self.start(b']', Open::Array(Vec::new()));
                if lexer.discarded().expect(SliceLexer::ws_peek, b']').is_none() {
                    return Ok(true);
                }
                self.end();
            }
            b'{' => {
                self.start(b'}', Open::Object { members: Object::default(), key: String::new() });
                if lexer.discarded().expect(SliceLexer::ws_peek, b'}').is_none() {
                    self.key(lexer)?;
                    return Ok(true);
                }
                self.end();
            }
            b'"' => {
                let text = lexer.discarded().str_string()?;
                self.value(|| Json::String(text.into_owned()));
            }
            b'-' | b'0'..=b'9' => {
                let (text, _) = lexer.num_string().validated()?;
                self.value(|| Json::Number(Number(text.to_owned())));
            }
            _ => {
                let literals = [("null", Json::Null), ("true", Json::Bool(true)), ("false", Json::Bool(false))];
                let found = literals.into_iter().find(|(word, _)| lexer.strip_prefix(word.as_bytes()));
                let (_, value) = found.ok_or(Expect::Value)?;
                self.value(|| value);
            }
        }
        Ok(false)
    }

    fn key(&mut self, lexer: &mut SliceLexer<'_>) -> Result<(), Error> {
        lexer.expect(SliceLexer::ws_peek, b'"').ok_or(Expect::String)?;
        let name = lexer.str_string()?;
        lexer.expect(SliceLexer::ws_peek, b':').ok_or(Expect::Colon)?;
        if self.is_kept()
            && let Some(Open::Object { key, .. }) = self.open.last_mut()
        {
            *key = name.into_owned();
        }
        Ok(())
    }

    /// Whether what is read now lies within [`MAX_DEPTH`].
    fn is_kept(&self) -> bool {
        self.ends.len() == self.open.len()
    }

    fn start(&mut self, end: u8, opened: Open) {
        if self.is_kept() {
            if self.open.len() < MAX_DEPTH {
                self.open.push(opened);
            } else if self.flaws.too_deep.is_none() {
                self.flaws.too_deep = Some(self.path());
            }
        }
        self.ends.push(end);
    }

    fn end(&mut self) {
        let kept = self.is_kept();
        self.ends.pop();
        if !kept {
            self.value(|| Json::Null);
            return;
        }
        let Some(closed) = self.open.pop() else { return };
        let value = match closed {
            Open::Array(elements) => Json::Array(elements),
            Open::Object { members, .. } => {
                if self.flaws.repeated_key.is_none()
                    && let Some(key) = members.repeated_key()
                {
                    self.flaws.repeated_key = Some(join(&self.path(), key));
                }
                Json::Object(members)
            }
        };
        self.value(|| value);
    }

    fn value(&mut self, value: impl FnOnce() -> Json) {
        if !self.is_kept() {
            return;
        }
        match self.open.last_mut() {
            None => self.root = Some(value()),
            Some(Open::Array(elements)) => elements.push(value()),
            Some(Open::Object { members, key }) => members.0.push((std::mem::take(key), value())),
        }
    }

    /// The dotted path of the place that is being read.
    fn path(&self) -> String {
        self.open.iter().fold(String::new(), |path, open| match open {
            Open::Array(elements) => format!("{path}[{}]", elements.len()),
            Open::Object { key, .. } => join(&path, key),
        })
    }
}

fn join(path: &str, key: &str) -> String {
    match (path.is_empty(), key.is_empty()) {
        (_, true) => path.to_owned(),
        (true, false) => key.to_owned(),
        (false, false) => format!("{path}.{key}"),
    }
}

/// The place after a text: line and column from 1, the latter in characters.
fn line_and_column(before: &[u8]) -> String {
    let lines = before.split(|byte| *byte == b'\n');
    let last = lines.clone().next_back().unwrap_or_default();
    format!("line {}, column {}", lines.count(), String::from_utf8_lossy(last).chars().count() + 1)
}

fn explain(error: &Error) -> &'static str {
    match error {
        Error::Token(Expect::Value | Expect::ValueOrEnd) | Error::Depth => "a value is expected",
        Error::Token(Expect::CommaOrEnd) => "a comma or the end of the array or object is expected",
        Error::Token(Expect::String) => "a key in double quotes is expected",
        Error::Token(Expect::Colon) => "a colon is expected",
        Error::Token(Expect::Eof) => "the text has to end here",
        Error::Num(_) => "a digit is expected",
        Error::Str(str::Error::Control) => "a control character has to be written as an escape",
        Error::Str(str::Error::Escape(_)) => "this is no escape sequence, or half of a surrogate pair",
        Error::Str(str::Error::Utf8(_)) => "the string is not UTF-8",
        Error::Str(str::Error::Eof) => "the string does not end",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn root(text: &str) -> Json {
        parse(text.as_bytes()).expect("valid JSON").root
    }

    fn number(text: &str) -> Number {
        Number(text.to_owned())
    }

    #[test]
    fn reads_every_kind_of_value_and_writes_it_back() {
        let text = r#"{"a":[null,true,-1.50e3,"x\ny"],"b":{}}"#;
        assert_eq!(root(text).to_compact(), text);
    }

    #[test]
    fn finds_by_path_and_is_null_where_there_is_nothing() {
        let json = root(r#"{"a":{"b":7}}"#);
        assert_eq!(json.at("a.b").as_u64(), Some(7));
        assert!(json.at("a.c").is_null());
        assert!(json.at("a.b.c").is_null());
    }

    #[test]
    fn notices_repeated_keys_wherever_they_are() {
        for (text, path) in [
            (r#"{"a":1,"a":1}"#, "a"),
            (r#"{"x":{"a":1,"b":2,"a":3}}"#, "x.a"),
            (r#"{"x":[0,{"a":1,"\u0061":3}]}"#, "x[1].a"),
        ] {
            let flaws = parse(text.as_bytes()).unwrap().flaws;
            assert_eq!(flaws.repeated_key.as_deref(), Some(path), "{text}");
        }
        assert_eq!(parse(br#"{"a":{"a":1},"b":{"a":1}}"#).unwrap().flaws, Flaws::default());
    }

    #[test]
    fn the_first_of_a_repeated_key_counts() {
        assert_eq!(root(r#"{"a":1,"a":2}"#).at("a").as_u64(), Some(1));
    }

    #[test]
    fn nesting_beyond_the_limit_is_a_flaw_and_never_a_crash() {
        let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert_eq!(parse(nested(64).as_bytes()).unwrap().flaws, Flaws::default());
        assert!(parse(nested(65).as_bytes()).unwrap().flaws.too_deep.is_some());
        let deep = format!(r#"{{"a":{},"b":7}}"#, nested(20_000));
        let document = parse(deep.as_bytes()).unwrap();
        assert!(document.flaws.too_deep.unwrap().starts_with("a[0]"));
        assert_eq!(document.root.at("b").as_u64(), Some(7));
        assert!(parse(nested(200_000).as_bytes()).unwrap().flaws.too_deep.is_some());
        let often = format!("{}{}0{}", "[".repeat(64), "[],".repeat(200_000), "]".repeat(64));
        assert!(parse(often.as_bytes()).unwrap().flaws.too_deep.is_some());
        // What lies too deep still has to be JSON.
        for text in ["[".repeat(200_000), format!("{}}}", "[".repeat(70)), nested(70).replace("[]", "[1 2]")] {
            assert!(parse(text.as_bytes()).is_err());
        }
    }

    #[test]
    fn refuses_what_is_no_json_and_names_the_place() {
        for (text, message) in [
            (&b""[..], "line 1, column 1"),
            (b"{\"a\":1,}", "line 1, column 8"),
            (b"{\n \"a\": 01}", "line 2"),
            (b"[1] [2]", "line 1, column 5"),
            (b"{'a':1}", "line 1, column 2"),
            (b"[\"\\ud800\"]", "line 1"),
            (b"[\"\xff\"]", "line 1"),
            (b"[NaN]", "line 1, column 2"),
            (b"[1", "line 1, column 3: a comma or the end of the array or object is expected, but the text ends"),
            (b"{", "line 1, column 2: a key in double quotes is expected, but the text ends"),
            (b"-", "line 1, column 2: a digit is expected, but the text ends"),
            (b"{\"a\"}", "line 1, column 5: a colon"),
            (b"{\"a\":1 \"b\":2}", "line 1, column 8: a comma or the end"),
            (b"{\"a\":1]", "line 1, column 7: a comma or the end"),
            (b"[1.]", "line 1, column 4: a digit"),
            (b"[-]", "line 1, column 3: a digit"),
            (b"[.5]", "line 1, column 2: a value"),
            (b"[+1]", "line 1, column 2: a value"),
            (b"[1e+]", "line 1, column 5: a digit"),
            (b"[nul]", "line 1, column 2: a value"),
            (b"[nullx]", "line 1, column 6: a comma or the end"),
            (b"[\"a\nb\"]", "line 1, column 4: a control character"),
            (b"[\"\\x\"]", "line 1, column 5: this is no escape"),
            (b"[\"\\udc00\"]", "line 1"),
            (b"[\"\\ud800\\u0041\"]", "line 1"),
            (b"[\"a", "line 1, column 4: the string does not end"),
            ("[\"é\n\"]".as_bytes(), "line 1, column 4: a control character"),
            (b"\xef\xbb\xbf{}", "line 1, column 1: a value"),
            (b"/**/{}", "line 1, column 1: a value"),
            (b"[1]\x0b", "line 1, column 4: the text has to end"),
            (b"\x00\x01", "line 1, column 1"),
        ] {
            let error = parse(text).unwrap_err().to_string();
            assert!(error.starts_with(message), "{text:?}: {error}");
        }
    }

    #[test]
    fn knows_which_numbers_survive() {
        for fits in [
            "0",
            "-0",
            "7",
            "0.1",
            "1e2",
            "9007199254740993",
            "18446744073709551615",
            "-9223372036854775808",
            "1.50",
            "5e-324",
        ] {
            assert!(number(fits).fits(), "{fits}");
        }
        for lost in
            ["1e400", "18446744073709551616", "0.1000000000000000055511151231257827", "1e-400", "9007199254740993.0"]
        {
            assert!(!number(lost).fits(), "{lost}");
        }
        assert!(!number("9007199254740993").fits_double());
        assert!(number("9007199254740992").fits_double());
        assert!(number("100000000000000000000").fits_double());
    }
}
