//! Parses JSON text, token by token.
//!
//! `serde_json` would do, one level of raw values at a time, which keeps repeated keys and the text of numbers. For an
//! event of 25 kB that takes 1.7 times as long, and it links 47 kB more wasm, half of it the formatting of floats.

use std::fmt;

use hifijson::num::LexWrite as _;
use hifijson::str::{self, LexAlloc as _};
use hifijson::token::{Expect, Lex as _};
use hifijson::{Error, Read as _, SliceLexer};

use super::{Json, Number, Object};
use crate::text::quote;
use crate::text::redact::Redactor;

/// The deepest nesting of arrays and objects that is read; anything deeper is a violation.
pub const MAX_DEPTH: usize = 64;
/// What [`Violations`] are violations of, for messages.
pub const UNAMBIGUOUS: &str = "each key may occur once, and values may be nested 64 levels deep";

/// A parsed text and the violations in it.
#[derive(Debug, Clone)]
pub struct Document {
    /// The value.
    pub root: Json,
    /// What makes the value ambiguous or too complex.
    pub violations: Violations,
}

/// What JSON's grammar permits and this product does not.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Violations {
    /// The dotted path of the first key that occurs twice in its object.
    pub repeated_key: Option<String>,
    /// The dotted path of the first value nested deeper than [`MAX_DEPTH`]; it was replaced by `null`.
    pub too_deep: Option<String>,
}

impl Document {
    /// Replaces secrets in the value and in the paths of the violations, which messages shorten. Returns whether the
    /// value had any.
    pub fn redact(&mut self, redactor: &Redactor) -> bool {
        let Violations { repeated_key, too_deep } = &mut self.violations;
        for path in [repeated_key, too_deep].into_iter().flatten() {
            redactor.redact_value(path);
        }
        self.root.redact(redactor)
    }
}

impl Violations {
    /// The first violation in words, or `None`.
    pub fn describe(&self) -> Option<String> {
        if let Some(path) = &self.repeated_key {
            return Some(format!("the key {} is repeated", quote(path)));
        }
        self.too_deep.as_ref().map(|path| format!("{} is nested deeper than {MAX_DEPTH} levels", quote(path)))
    }
}

/// Why a text is not JSON, and where: line and column count from 1, columns in characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JsonError {
    message: String,
}

impl fmt::Display for JsonError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.message)
    }
}

/// Parses one JSON text (RFC 8259).
///
/// # Errors
/// With the position, if the bytes are not UTF-8, not JSON, or more than one value.
pub fn parse(text: &[u8]) -> Result<Document, JsonError> {
    Parser::default().parse(text)
}

/// An array or object whose end has not been read.
enum Open {
    Array(Vec<Json>),
    Object { members: Object, key: String },
}

/// Builds the tree from the lexer's tokens, without recursion.
#[derive(Default)]
struct Parser {
    /// The open arrays and objects, down to [`MAX_DEPTH`].
    open: Vec<Open>,
    /// The closing bracket of each open array and object, beyond [`MAX_DEPTH`] too.
    closers: Vec<u8>,
    root: Option<Json>,
    violations: Violations,
}

impl Parser {
    fn parse(mut self, text: &[u8]) -> Result<Document, JsonError> {
        let mut lexer = SliceLexer::new(text);
        let result = self.parse_text(&mut lexer);
        let rest = lexer.as_slice();
        let mut offset = text.len() - rest.len();
        let mut message = match (&result, self.root) {
            (Ok(()), Some(root)) => return Ok(Document { root, violations: self.violations }),
            (Ok(()), None) => "the text is empty".to_owned(),
            (Err(error), _) => describe(error).to_owned(),
        };
        match result {
            // The lexer consumes a control character before it refuses it, and nothing else.
            Err(Error::Str(str::Error::Control)) => offset -= 1,
            Err(Error::Token(_) | Error::Num(_)) if rest.is_empty() => message.push_str(", found the end of the text"),
            _ => {}
        }
        Err(JsonError { message: format!("{}: {message}", line_and_column(&text[..offset])) })
    }

    fn parse_text(&mut self, lexer: &mut SliceLexer<'_>) -> Result<(), Error> {
        if lexer.ws_peek().is_none() {
            return Ok(());
        }
        loop {
            if self.parse_value(lexer)? {
                continue;
            }
            // A value is complete, and perhaps the arrays and objects that it is in.
            loop {
                let Some(closer) = self.closers.last().copied() else {
                    return if lexer.ws_peek().is_none() { Ok(()) } else { Err(Expect::Eof.into()) };
                };
                if lexer.expect(SliceLexer::ws_peek, closer).is_none() {
                    lexer.expect(SliceLexer::ws_peek, b',').ok_or(Expect::CommaOrEnd)?;
                    if closer == b'}' {
                        self.parse_key(lexer)?;
                    }
                    break;
                }
                self.close();
            }
        }
    }

    /// Parses a scalar or an empty array or object, or the start of another one. Returns whether a first element or
    /// member follows.
    fn parse_value(&mut self, lexer: &mut SliceLexer<'_>) -> Result<bool, Error> {
        let first = lexer.ws_peek().ok_or(Expect::Value)?;
        match first {
            b'[' => {
                self.open(b']', Open::Array(Vec::new()));
                if lexer.discarded().expect(SliceLexer::ws_peek, b']').is_none() {
                    return Ok(true);
                }
                self.close();
            }
            b'{' => {
                self.open(b'}', Open::Object { members: Object::default(), key: String::new() });
                if lexer.discarded().expect(SliceLexer::ws_peek, b'}').is_none() {
                    self.parse_key(lexer)?;
                    return Ok(true);
                }
                self.close();
            }
            b'"' => {
                let text = lexer.discarded().str_string()?;
                self.push(|| Json::String(text.into_owned()));
            }
            b'-' | b'0'..=b'9' => {
                let (text, _) = lexer.num_string().validated()?;
                self.push(|| Json::Number(Number::from_lexed(text)));
            }
            _ => {
                let literals = [("null", Json::Null), ("true", Json::Bool(true)), ("false", Json::Bool(false))];
                let found = literals.into_iter().find(|(word, _)| lexer.strip_prefix(word.as_bytes()));
                let (_, value) = found.ok_or(Expect::Value)?;
                self.push(|| value);
            }
        }
        Ok(false)
    }

    fn parse_key(&mut self, lexer: &mut SliceLexer<'_>) -> Result<(), Error> {
        lexer.expect(SliceLexer::ws_peek, b'"').ok_or(Expect::String)?;
        let name = lexer.str_string()?;
        lexer.expect(SliceLexer::ws_peek, b':').ok_or(Expect::Colon)?;
        if self.within_depth()
            && let Some(Open::Object { key, .. }) = self.open.last_mut()
        {
            *key = name.into_owned();
        }
        Ok(())
    }

    /// Whether the parser is at a place that is not nested too deeply, whose values are kept.
    fn within_depth(&self) -> bool {
        self.closers.len() == self.open.len()
    }

    fn open(&mut self, closer: u8, opened: Open) {
        if self.within_depth() {
            if self.open.len() < MAX_DEPTH {
                self.open.push(opened);
            } else if self.violations.too_deep.is_none() {
                self.violations.too_deep = Some(self.path());
            }
        }
        self.closers.push(closer);
    }

    fn close(&mut self) {
        let is_kept = self.within_depth();
        self.closers.pop();
        if !is_kept {
            self.push(|| Json::Null);
            return;
        }
        let Some(closed) = self.open.pop() else { return };
        let value = match closed {
            Open::Array(elements) => Json::Array(elements),
            Open::Object { members, .. } => {
                if self.violations.repeated_key.is_none()
                    && let Some(key) = members.repeated_key()
                {
                    self.violations.repeated_key = Some(join(&self.path(), key));
                }
                Json::Object(members)
            }
        };
        self.push(|| value);
    }

    fn push(&mut self, value: impl FnOnce() -> Json) {
        if !self.within_depth() {
            return;
        }
        match self.open.last_mut() {
            None => self.root = Some(value()),
            Some(Open::Array(elements)) => elements.push(value()),
            Some(Open::Object { members, key }) => members.0.push((std::mem::take(key), value())),
        }
    }

    /// The dotted path of the value that is being read.
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

/// The position after a text: line and column from 1, the latter in characters.
fn line_and_column(before: &[u8]) -> String {
    let lines = before.split(|byte| *byte == b'\n');
    let last = lines.clone().next_back().unwrap_or_default();
    format!("line {}, column {}", lines.count(), String::from_utf8_lossy(last).chars().count() + 1)
}

fn describe(error: &Error) -> &'static str {
    match error {
        Error::Token(Expect::Value | Expect::ValueOrEnd) | Error::Depth => "expected a value",
        Error::Token(Expect::CommaOrEnd) => "expected `,` or the end of the array or object",
        Error::Token(Expect::String) => "expected a key in double quotes",
        Error::Token(Expect::Colon) => "expected `:`",
        Error::Token(Expect::Eof) => "expected the end of the text",
        Error::Num(_) => "expected a digit",
        Error::Str(str::Error::Control) => "control characters must be escaped",
        Error::Str(str::Error::Escape(_)) => "invalid escape sequence, or half of a surrogate pair",
        Error::Str(str::Error::Utf8(_)) => "invalid UTF-8",
        Error::Str(str::Error::Eof) => "unterminated string",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_name_the_limit() {
        assert!(UNAMBIGUOUS.contains(&format!(" {MAX_DEPTH} levels")));
    }

    #[test]
    fn repeated_keys_are_reported_with_their_path() {
        for (text, path) in [
            (r#"{"a":1,"a":1}"#, "a"),
            (r#"{"x":{"a":1,"b":2,"a":3}}"#, "x.a"),
            (r#"{"x":[0,{"a":1,"\u0061":3}]}"#, "x[1].a"),
        ] {
            let violations = parse(text.as_bytes()).unwrap().violations;
            assert_eq!(violations.repeated_key.as_deref(), Some(path), "{text}");
        }
        assert_eq!(parse(br#"{"a":{"a":1},"b":{"a":1}}"#).unwrap().violations, Violations::default());
    }

    #[test]
    fn the_path_of_a_violation_contains_no_secret() {
        let mut redactor = Redactor::default();
        redactor.add("s3cret-token");
        let mut document = parse(br#"{"x":{"s3cret-token":1,"s3cret-token":2}}"#).unwrap();
        assert!(document.redact(&redactor));
        assert_eq!(document.violations.describe().as_deref(), Some("the key `x.***` is repeated"));
        assert_eq!(document.root.to_compact(), r#"{"x":{"***":1,"***":2}}"#);
    }

    #[test]
    fn the_first_of_a_repeated_key_counts() {
        assert_eq!(parse(br#"{"a":1,"a":2}"#).unwrap().root.get_path("a").as_u64(), Some(1));
    }

    #[test]
    fn deep_nesting_is_a_violation_and_never_a_crash() {
        let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert_eq!(parse(nested(64).as_bytes()).unwrap().violations, Violations::default());
        assert!(parse(nested(65).as_bytes()).unwrap().violations.too_deep.is_some());
        let deep = format!(r#"{{"a":{},"b":7}}"#, nested(20_000));
        let document = parse(deep.as_bytes()).unwrap();
        assert!(document.violations.too_deep.unwrap().starts_with("a[0]"));
        assert_eq!(document.root.get_path("b").as_u64(), Some(7));
        assert!(parse(nested(200_000).as_bytes()).unwrap().violations.too_deep.is_some());
        let often = format!("{}{}0{}", "[".repeat(64), "[],".repeat(200_000), "]".repeat(64));
        assert!(parse(often.as_bytes()).unwrap().violations.too_deep.is_some());
        // What is nested too deeply still has to be JSON.
        for text in ["[".repeat(200_000), format!("{}}}", "[".repeat(70)), nested(70).replace("[]", "[1 2]")] {
            assert!(parse(text.as_bytes()).is_err());
        }
    }

    #[test]
    fn errors_name_their_position() {
        for (text, message) in [
            (&b""[..], "line 1, column 1: the text is empty"),
            (b"{\"a\":1,}", "line 1, column 8: expected a key in double quotes"),
            (b"{\"a\": 1}\n {}", "line 2, column 2: expected the end of the text"),
            (b"[1,\n 01]", "line 2, column 3: expected `,` or the end"),
            (b"{'a':1}", "line 1, column 2: expected a key"),
            (b"[\"\\ud800\"]", "line 1, column "),
            (b"[\"\xff\"]", "line 1, column 4: invalid UTF-8"),
            (b"[NaN]", "line 1, column 2: expected a value"),
            (b"[1", "line 1, column 3: expected `,` or the end of the array or object, found the end of the text"),
            (b"{", "line 1, column 2: expected a key in double quotes, found the end of the text"),
            (b"-", "line 1, column 2: expected a digit, found the end of the text"),
            (b"{\"a\"}", "line 1, column 5: expected `:`"),
            (b"{\"a\":1 \"b\":2}", "line 1, column 8: expected `,` or the end"),
            (b"{\"a\":1]", "line 1, column 7: expected `,` or the end"),
            (b"[1.]", "line 1, column 4: expected a digit"),
            (b"[-]", "line 1, column 3: expected a digit"),
            (b"[.5]", "line 1, column 2: expected a value"),
            (b"[+1]", "line 1, column 2: expected a value"),
            (b"[1e+]", "line 1, column 5: expected a digit"),
            (b"[nul]", "line 1, column 2: expected a value"),
            (b"[nullx]", "line 1, column 6: expected `,` or the end"),
            (b"[\"a\nb\"]", "line 1, column 4: control characters"),
            (b"[\"\\x\"]", "line 1, column 5: invalid escape"),
            (b"[\"\\udc00\"]", "line 1, column "),
            (b"[\"\\ud800\\u0041\"]", "line 1, column "),
            (b"[\"a", "line 1, column 4: unterminated string"),
            ("[\"é\n\"]".as_bytes(), "line 1, column 4: control characters"),
            (b"\xef\xbb\xbf{}", "line 1, column 1: expected a value"),
            (b"/**/{}", "line 1, column 1: expected a value"),
            (b"[1]\x0b", "line 1, column 4: expected the end of the text"),
            (b"\x00\x01", "line 1, column 1: expected a value"),
        ] {
            let error = parse(text).unwrap_err().to_string();
            assert!(error.starts_with(message), "{:?}: {error}", String::from_utf8_lossy(text));
        }
    }
}
