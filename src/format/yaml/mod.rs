//! YAML text as a tree whose nodes know their line and column.
//!
//! Only the part of YAML that a policy needs is read: mappings with text keys, lists and scalars, in one document.
//! Anchors, aliases, tags, directives, merge keys and repeated keys are refused, so that the guard sees what a reader of
//! the text sees. Scalars stay text: `on`, `yes` and `012` have no special meaning, and only a caller that asks for a
//! boolean or a number gets one.

mod lines;
mod messages;
mod parse;

use std::{error::Error, fmt};

pub use parse::parse;

/// The longest text that is read, in bytes.
pub const MAX_BYTES: usize = 256 * 1024;

/// The deepest nesting of lists and mappings that is read.
pub const MAX_DEPTH: usize = 32;

/// A position in the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// Line, from 1.
    pub line: u32,
    /// Column, from 1, in characters.
    pub column: u32,
}

impl Position {
    const START: Self = Self { line: 1, column: 1 };
}

/// A value and where it begins. A quoted text begins at its quote, a list in brackets at its bracket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// Where the value begins; for an empty value, close to where it is missing.
    pub position: Position,
    /// The value.
    pub value: Value,
}

/// What a node holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// No value, `~` or a plain `null`.
    Null,
    /// Any other single value.
    Scalar {
        /// The value's text, escapes resolved.
        text: String,
        /// Whether it was written without quotes and not as a block (`|`, `>`).
        plain: bool,
    },
    /// A list.
    Sequence(Vec<Node>),
    /// Keys and values in the order of the text. No key occurs twice.
    Mapping(Vec<(Key, Node)>),
}

/// A mapping's key and where it begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// Where the key begins.
    pub position: Position,
    /// The key's text.
    pub text: String,
}

impl Node {
    /// The text of a scalar, quoted or not: `7` and `true` are text too, `null` is not.
    pub fn as_str(&self) -> Option<&str> {
        match &self.value {
            Value::Scalar { text, .. } => Some(text),
            _ => None,
        }
    }

    /// A boolean, written `true` or `false` without quotes. YAML 1.1's `yes`, `on`, `True` are not booleans.
    pub fn as_bool(&self) -> Option<bool> {
        match self.as_plain()? {
            "true" => Some(true),
            "false" => Some(false),
            _ => None,
        }
    }

    /// The text of a number as JSON writes one, without quotes. It is not converted, so nothing is rounded.
    pub fn as_number(&self) -> Option<&str> {
        self.as_plain().filter(|text| is_json_number(text))
    }

    /// The entries of a list.
    pub fn as_sequence(&self) -> Option<&[Node]> {
        match &self.value {
            Value::Sequence(nodes) => Some(nodes),
            _ => None,
        }
    }

    /// The entries of a mapping.
    pub fn as_mapping(&self) -> Option<&[(Key, Node)]> {
        match &self.value {
            Value::Mapping(entries) => Some(entries),
            _ => None,
        }
    }

    /// Whether the node holds no value: empty, `~` or a plain `null`.
    pub fn is_null(&self) -> bool {
        self.value == Value::Null
    }

    /// The type of the value, for messages: `a list`, `a mapping`, `nothing`, `a boolean`, `a number` or `text`.
    pub fn type_name(&self) -> &'static str {
        match &self.value {
            Value::Null => "nothing",
            Value::Sequence(_) => "a list",
            Value::Mapping(_) => "a mapping",
            Value::Scalar { .. } if self.as_bool().is_some() => "a boolean",
            Value::Scalar { .. } if self.as_number().is_some() => "a number",
            Value::Scalar { .. } => "text",
        }
    }

    fn as_plain(&self) -> Option<&str> {
        match &self.value {
            Value::Scalar { text, plain: true } => Some(text),
            _ => None,
        }
    }
}

/// Why a text is refused, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct YamlError {
    /// Where the error is.
    pub position: Position,
    /// What was found and how to fix it. User values are in backticks and may contain any character.
    pub message: String,
}

impl YamlError {
    fn new(position: Position, message: impl Into<String>) -> Self {
        Self { position, message: message.into() }
    }
}

impl fmt::Display for YamlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Position { line, column } = self.position;
        write!(f, "line {line}, column {column}: {}", self.message)
    }
}

impl Error for YamlError {}

/// Whether the text is a number in the grammar of RFC 8259, section 6.
fn is_json_number(text: &str) -> bool {
    let text = text.strip_prefix('-').unwrap_or(text);
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (text, None),
    };
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (mantissa, None),
    };
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    is_digits(whole)
        && (whole == "0" || !whole.starts_with('0'))
        && fraction.is_none_or(is_digits)
        && exponent.is_none_or(|exponent| is_digits(exponent.strip_prefix(['+', '-']).unwrap_or(exponent)))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::time::{Duration, Instant};

    use super::lines::NO_DIRECTIVE;
    use super::messages::{MAX_QUOTED, NO_ALIAS, NO_ANCHOR, NO_TAG, too_deep};
    use super::*;

    /// The tree in one line: `line:column` before each key and value.
    fn tree(text: &str) -> String {
        match parse(text) {
            Ok(Some(node)) => show(&node),
            Ok(None) => "empty".to_owned(),
            Err(error) => format!("error: {error}"),
        }
    }

    fn show(node: &Node) -> String {
        let position = |Position { line, column }| format!("{line}:{column} ");
        let value = match &node.value {
            Value::Null => "null".to_owned(),
            Value::Scalar { text, plain: true } => text.clone(),
            Value::Scalar { text, plain: false } => format!("{text:?}"),
            Value::Sequence(nodes) => format!("[{}]", nodes.iter().map(show).collect::<Vec<_>>().join(", ")),
            Value::Mapping(entries) => {
                let entry =
                    |(key, node): &(Key, Node)| format!("{}{}: {}", position(key.position), key.text, show(node));
                format!("{{{}}}", entries.iter().map(entry).collect::<Vec<_>>().join(", "))
            }
        };
        position(node.position) + &value
    }

    /// The message and `line:column` of the error that a text must end in.
    fn error(text: &str) -> (String, u32, u32) {
        let YamlError { position, message } = parse(text).unwrap_err();
        (message, position.line, position.column)
    }

    fn value_of(scalar: &str) -> Node {
        let node = parse(&format!("key: {scalar}\n")).unwrap().unwrap();
        node.as_mapping().unwrap()[0].1.clone()
    }

    #[test]
    fn a_policy_has_every_position() {
        let text = "\
# who may dispatch
version: 1
events:
  repository_dispatch:
    types: [chart-pr-created, 'b']
    actors:
      - github-actions[bot]
      -   \"octo\\u0063at\"  # quoted
    payload: {pr: pull-request, chart: {type: slug}}
";
        assert_eq!(
            tree(text),
            "2:1 {2:1 version: 2:10 1, 3:1 events: 4:3 {4:3 repository_dispatch: 5:5 {\
             5:5 types: 5:12 [5:13 chart-pr-created, 5:31 \"b\"], \
             6:5 actors: 7:7 [7:9 github-actions[bot], 8:11 \"octocat\"], \
             9:5 payload: 9:14 {9:15 pr: 9:19 pull-request, 9:33 chart: 9:40 {9:41 type: 9:47 slug}}}}}"
        );
    }

    #[test]
    fn lists_begin_at_their_first_dash_or_bracket() {
        assert_eq!(tree("a:\n- x\n- y\n"), "1:1 {1:1 a: 2:1 [2:3 x, 3:3 y]}");
        assert_eq!(tree("a:\n  b:\n  -   # c\n    x\n"), "1:1 {1:1 a: 2:3 {2:3 b: 3:3 [4:5 x]}}");
        assert_eq!(tree("a:\n  - x\n"), "1:1 {1:1 a: 2:3 [2:5 x]}");
        assert_eq!(tree("a:\n  [x,\n   y]\n"), "1:1 {1:1 a: 2:3 [2:4 x, 3:4 y]}");
        assert_eq!(tree("- - x\n  - y: z\n"), "1:1 [1:3 [1:5 x, 2:5 {2:5 y: 2:8 z}]]");
        assert_eq!(tree("- {a: [x]}\n"), "1:1 [1:3 {1:4 a: 1:7 [1:8 x]}]");
        assert_eq!(tree("? a\n: - x\n"), "1:1 {1:3 a: 2:3 [2:5 x]}");
    }

    #[test]
    fn columns_count_characters() {
        assert_eq!(
            tree("é: \"ü\\n\" # 😀\n😀: [\u{200b}é, '\u{202e}b', c]\n"),
            "1:1 {1:1 é: 1:4 \"ü\\n\", 2:1 😀: 2:4 [2:5 \u{200b}é, 2:9 \"\\u{202e}b\", 2:15 c]}"
        );
        assert_eq!(tree("{\"a\\x41\\\"\": 1, b: 2}"), "1:1 {1:2 aA\": 1:13 1, 1:16 b: 1:19 2}");
        assert_eq!(tree("a: \u{7}\u{85}\u{2028}b\nc: 1"), "1:1 {1:1 a: 1:4 \u{7}\u{85}\u{2028}b, 2:1 c: 2:4 1}");
    }

    #[test]
    fn a_byte_order_mark_is_allowed_at_the_start_alone() {
        assert_eq!(tree("\u{feff}a:\n- x"), "1:1 {1:1 a: 2:1 [2:3 x]}");
        assert_eq!(tree("a: 'x\u{feff}'"), "1:1 {1:1 a: 1:4 \"x\\u{feff}\"}");
        let (_, line, column) = error("a: 1\n\u{feff}b: 1");
        assert_eq!((line, column), (2, 1));
    }

    #[test]
    fn both_line_ends_are_read_alike() {
        let text = "a:\n  b: 1 # c\n\n  c:\n  - d\n  e: \"f\n    g\"\n  h: |\n    i\n    j\n";
        let expected =
            "1:1 {1:1 a: 2:3 {2:3 b: 2:6 1, 4:3 c: 5:3 [5:5 d], 6:3 e: 6:6 \"f g\", 8:3 h: 9:5 \"i\\nj\\n\"}}";
        assert_eq!(tree(text), expected);
        assert_eq!(tree(&text.replace('\n', "\r\n")), expected);
        let message = "a carriage return without a line feed is not allowed: remove it";
        assert_eq!(error("a: 1\r\n# é \r b: 2\r\n"), (message.to_owned(), 2, 5));
    }

    #[test]
    fn quoted_and_block_texts() {
        assert_eq!(tree("a: 'it''s # \\n'"), "1:1 {1:1 a: 1:4 \"it's # \\\\n\"}");
        assert_eq!(tree("a: \"\\t\\u00e9\\U0001F600\""), "1:1 {1:1 a: 1:4 \"\\té😀\"}");
        assert_eq!(tree("a: >-\n  x\n  y\nb: |+\n  z\n\n"), "1:1 {1:1 a: 2:3 \"x y\", 4:1 b: 5:3 \"z\\n\\n\"}");
        assert_eq!(tree("a: x\n  y\nb: c"), "1:1 {1:1 a: 1:4 x y, 3:1 b: 3:4 c}");
    }

    #[test]
    fn empty_documents() {
        for text in ["", "\n\n", "  ", "# only this\n", "---", "---\n...\n", "~", "null\n", "\u{feff}"] {
            assert_eq!(parse(text), Ok(None), "{text:?}");
        }
        assert_eq!(tree("\"\""), "1:1 \"\"");
        assert_eq!(tree("--- # one\na: b\n...\n# end\n"), "2:1 {2:1 a: 2:4 b}");
    }

    #[test]
    fn only_null_is_null() {
        for text in ["", "~", "null", "Null", "NULL", "# comment"] {
            let node = value_of(text);
            assert!(node.is_null(), "{text:?}");
            assert_eq!((node.as_str(), node.type_name()), (None, "nothing"));
        }
        for text in ["'null'", "\"\"", "nil", "nuLL", "|\n  null"] {
            assert!(!value_of(text).is_null(), "{text:?}");
        }
    }

    #[test]
    fn only_plain_true_and_false_are_booleans() {
        assert_eq!(value_of("true").as_bool(), Some(true));
        assert_eq!(value_of("false").as_bool(), Some(false));
        for text in ["on", "off", "yes", "no", "y", "True", "TRUE", "'true'", "\"false\"", "1", "~", "[true]", "tru"] {
            assert_eq!(value_of(text).as_bool(), None, "{text:?}");
        }
    }

    #[test]
    fn numbers_keep_their_text() {
        for text in "0 -0 7 1.50 -12.5e+3 1E400 9007199254740993".split(' ') {
            let node = value_of(text);
            assert_eq!((node.as_number(), node.as_str(), node.type_name()), (Some(text), Some(text), "a number"));
        }
        for text in "007 0o17 0x1F 1_000 +1 .5 1. 1e 1e+ e5 -x .inf 1:30 '7' ² 7a".split(' ') {
            assert_eq!(value_of(text).as_number(), None, "{text:?}");
        }
    }

    #[test]
    fn scalars_stay_the_text_that_was_written() {
        for text in ["on", "yes", "012", "0x10", "1e3", "2026-01-01", "1.10", "true"] {
            assert_eq!(value_of(text).as_str(), Some(text));
        }
        assert_eq!(tree("on: yes\nnull: ~"), "1:1 {1:1 on: 1:5 yes, 2:1 null: 2:7 null}");
    }

    #[test]
    fn types_have_names_for_messages() {
        let kinds = ["[]", "{}", "true", "'true'", "7", "'7'", "main", "~"].map(|text| value_of(text).type_name());
        assert_eq!(kinds, ["a list", "a mapping", "a boolean", "text", "a number", "text", "text", "nothing"]);
        assert_eq!(value_of("[a, b]").as_sequence().unwrap().len(), 2);
        assert_eq!(value_of("[a]").as_str(), None);
        assert_eq!(value_of("a").as_sequence(), None);
        assert_eq!(value_of("a").as_mapping(), None);
    }

    #[test]
    fn anchors_aliases_and_tags_are_refused() {
        for (text, message, line, column) in [
            ("a: &x 1\n", NO_ANCHOR, 1, 4),
            ("a: &x [*x]\n", NO_ANCHOR, 1, 4),
            ("- a\n- &x\n  b: c\n", NO_ANCHOR, 2, 3),
            ("&x a: b", NO_ANCHOR, 1, 1),
            ("a: &\n", NO_ANCHOR, 1, 4),
            ("a: *x\n", NO_ALIAS, 1, 4),
            ("*x : y\n", NO_ALIAS, 1, 1),
            ("base: ['a', *]\n", NO_ALIAS, 1, 13),
            ("base:\n  - **/x\n", NO_ALIAS, 2, 5),
            ("- !!str x\n", NO_TAG, 1, 3),
            ("- a\n- !main\n", NO_TAG, 2, 3),
            ("a: ! x\n", NO_TAG, 1, 4),
            ("a: !<tag:yaml.org,2002:str> x\n", NO_TAG, 1, 4),
            ("a: !b!c x\n", NO_TAG, 1, 4),
            ("!!map {a: b}\n", NO_TAG, 1, 1),
            ("a: !!seq [b]\n", NO_TAG, 1, 4),
        ] {
            assert_eq!(error(text), (message.to_owned(), line, column), "{text:?}");
        }
    }

    #[test]
    fn directives_are_refused() {
        let message = NO_DIRECTIVE.to_owned();
        for (text, line) in [
            ("%YAML 1.2\n---\na: 1\n", 1),
            ("\u{feff}%YAML 1.1\n---\na: 1\n", 1),
            ("# c\r\n  # d\r\n\r\n%TAG ! x\r\n---\r\na: 1\r\n", 4),
            ("a: 1\n%YAML 1.2\n---\n", 2),
        ] {
            assert_eq!(error(text), (message.clone(), line, 1), "{text:?}");
        }
        assert_eq!(tree("a:\n  x\n  %y\n"), "1:1 {1:1 a: 2:3 x %y}");
    }

    #[test]
    fn a_second_document_is_refused() {
        let message = "a second document begins here: keep one and remove `---`".to_owned();
        for (text, line) in [("a: 1\n---\nb: 2\n", 2), ("---\n---\n", 2), ("a\n...\nb\n", 3), ("--- a\n--- b", 2)] {
            assert_eq!(error(text), (message.clone(), line, 1), "{text:?}");
        }
    }

    #[test]
    fn repeated_keys_are_refused() {
        for (text, line, column) in [
            ("a: 1\nb: 2\na: 3\n", 3, 1),
            ("a: 1\n'a': 2\n", 2, 1),
            ("{a: 1, \"\\x61\": 2}", 1, 8),
            ("x:\n  - a:\n    a: 1\n", 3, 5),
        ] {
            let (message, at_line, at_column) = error(text);
            assert!(message.starts_with("key `a` is repeated, it is already on line "), "{message}");
            assert_eq!((at_line, at_column), (line, column), "{text:?}");
        }
        assert_eq!(error("b: 1\na: 1\n\na: 2").0, "key `a` is repeated, it is already on line 2: keep one");
        assert_eq!(tree("- a: 1\n- a: 2\n"), "1:1 [1:3 {1:3 a: 1:6 1}, 2:3 {2:3 a: 2:6 2}]");
        assert_eq!(tree("a: {a: {a: 1}}"), "1:1 {1:1 a: 1:4 {1:5 a: 1:8 {1:9 a: 1:12 1}}}");
    }

    #[test]
    fn messages_quote_a_long_key_in_part() {
        let key = "é".repeat(200);
        let (message, ..) = error(&format!("{key}: 1\n{key}: 2\n"));
        assert!(message.contains(&format!("`{}…`", "é".repeat(MAX_QUOTED))), "{message}");
        assert!(message.chars().count() < 120, "{message}");
    }

    #[test]
    fn keys_are_text() {
        for (text, kind, column) in [
            ("[a]: b", "a list", 1),
            ("? [a]\n: b", "a list", 3),
            ("{{a: b}: c}", "a mapping", 2),
            ("? - a\n", "a list", 3),
        ] {
            assert_eq!(error(text), (format!("a key must be text, found {kind}"), 1, column), "{text:?}");
        }
        for (text, column) in [(": b", 1), ("{: b}", 2), ("[: b]", 2), ("? \n: b", 0)] {
            assert_eq!(error(text).0, "a key is missing before `:`", "{text:?}");
            assert!(column == 0 || error(text).2 == column, "{text:?}");
        }
        let message = "merge keys (`<<`) are not allowed: write the keys out".to_owned();
        assert_eq!(error("a:\n  <<: {b: c}\n"), (message, 2, 3));
        assert_eq!(tree("'<<': a"), "1:1 {1:1 <<: 1:7 a}");
    }

    #[test]
    fn tabs_never_indent() {
        let message = "a tab indents this line: use spaces".to_owned();
        for (text, line, column) in [
            ("\ta: 1\n", 1, 1),
            ("a:\n\tb: 1\n", 2, 1),
            ("a:\n  b: 1\n  \tc: 2\n", 3, 3),
            ("a: [b,\n\tc]\n", 2, 1),
            ("a: |\n\tb\n", 2, 1),
            ("a: 'b\n \tc'\n", 2, 2),
        ] {
            assert_eq!(error(text), (message.clone(), line, column), "{text:?}");
        }
        assert_eq!(error("a:\tb"), ("a tab is not allowed here: use spaces".into(), 1, 4));
        assert_eq!(tree("a: b\t# c\n\t# d\n \t\n"), "1:1 {1:1 a: 1:4 b}");
    }

    #[test]
    fn nesting_has_a_limit() {
        let lists = |depth| "[".repeat(depth) + &"]".repeat(depth);
        assert!(parse(&lists(MAX_DEPTH)).is_ok());
        let column = u32::try_from(MAX_DEPTH).unwrap() + 1;
        assert_eq!(error(&lists(MAX_DEPTH + 1)), (too_deep(), 1, column));
        let blocks = |depth: usize| (0..depth).map(|i| "  ".repeat(i) + "a:\n").collect::<String>();
        assert!(parse(&blocks(MAX_DEPTH)).is_ok());
        assert_eq!(error(&blocks(MAX_DEPTH + 1)).1, column);
    }

    #[test]
    fn length_has_a_limit() {
        let line = "# 45678\n";
        assert_eq!(parse(&line.repeat(MAX_BYTES / line.len())), Ok(None));
        assert_eq!(
            error(&(line.repeat(MAX_BYTES / line.len()) + "#")),
            ("the text has 262145 bytes, 262144 are allowed: shorten it".into(), 1, 1)
        );
    }

    #[test]
    fn common_mistakes_are_reported_with_a_fix() {
        for (text, words, line, column) in [
            ("actors: [@org/team]", "text cannot begin with `@`", 1, 10),
            ("a: `b`", "cannot begin with `@`, `%` or a backtick: quote it", 1, 4),
            ("a: [github-actions[bot]]", "quote text that contains a bracket or brace", 1, 19),
            ("a: [x\nb: 1\n", "expected `,` or `]`", 2, 2),
            ("a: {x: 1\nb: 3\n", "expected `,` or `}`", 2, 2),
            ("a: [x]]\n", "this bracket closes nothing", 1, 7),
            ("a: b: c\n", "quote text that contains `: `", 1, 5),
            ("a:1\nb: 2\n", "a key is not allowed here", 2, 2),
            ("a: 1\nb\n\n# c\nd: 2\n", "the key has no `:`", 2, 1),
            ("a: 1\n  # c\nb", "the key has no `:`", 3, 1),
            ("a:\n    b: 1\n  c: 2\n", "in the same column", 3, 3),
            ("- a\nb: c\n", "start each entry with `- `", 2, 1),
            (" a: 1\nb: 2\n", "the document ends before this", 2, 1),
            ("a: 'b\nc: d\n", "the quoted text is not closed", 1, 4),
            ("a: \"b", "the quoted text is not closed", 1, 4),
            ("a: 'it's'", "expected nothing after the closing quote", 1, 8),
            ("a: \"\\d\"", "unknown escape sequence", 1, 4),
            ("a: \"\\ud800\"", "invalid YAML", 1, 4),
            ("a: - b", "a list entry (`- `) is not allowed here", 1, 4),
            ("a: [b,, c]", "remove a `,` too many", 1, 7),
            ("a: b # c\n  d\n", "the comment ends the value", 1, 6),
            ("a: |x\n  b\n", "a block text (`|` or `>`) starts on the next line", 1, 4),
            ("a: \0", "a NUL character is not allowed", 1, 4),
            ("a: b # é \u{202e}\0", "a NUL character is not allowed", 1, 11),
            ("a: \"b\0\"", "a NUL character is not allowed", 1, 6),
            ("a: [b,\nc]", "the indentation does not match", 2, 1),
            ("a: {b:[c]}", "expected a space after the `:`", 1, 6),
            ("a: 1\n... b", "invalid YAML", 2, 5),
        ] {
            let (message, at_line, at_column) = error(text);
            assert!(message.contains(words), "{text:?}: {message}");
            assert_eq!((at_line, at_column), (line, column), "{text:?}: {message}");
        }
    }

    #[test]
    fn a_long_key_is_not_reported_on_the_line_above() {
        let text = format!("a: 1\n{}: 2\n", "k".repeat(2000));
        let (message, line, _) = error(&text);
        assert_eq!((message.contains("has no `:`"), line), (true, 2), "{message}");
    }

    #[test]
    fn errors_show_their_position() {
        let error = parse("a: 1\na: 2").unwrap_err();
        assert_eq!(error.to_string(), "line 2, column 1: key `a` is repeated, it is already on line 1: keep one");
    }

    /// Time for the slowest build on a busy machine; a quadratic reader needs minutes.
    const LIMIT: Duration = Duration::from_secs(10);

    #[test]
    fn bombs_end_quickly() {
        let laughs = (1..100).map(|i| format!("l{i}: &l{i} [*l{0}, *l{0}, *l{0}]\n", i - 1)).collect::<Vec<_>>();
        for text in [
            "[".repeat(100_000),
            "{".repeat(100_000),
            "[\n".repeat(100_000),
            "{a: ".repeat(60_000),
            "{a: [".repeat(50_000),
            "- ".repeat(100_000),
            "? ".repeat(100_000),
            (0..500).map(|i| " ".repeat(i) + "a:\n").collect(),
            "l0: &l0 lol\n".to_owned() + &laughs.concat(),
            "&a [*a]".to_owned(),
            "&a {a: *a}".to_owned(),
        ] {
            let start = Instant::now();
            assert!(parse(&text).is_err());
            assert!(start.elapsed() < LIMIT, "{:?}", &text[..20.min(text.len())]);
        }
    }

    #[test]
    fn time_grows_with_length_alone() {
        for (first, unit) in [
            ("", "k: {a: [b]}\n"),
            ("- {", "a: [b],"),
            ("[", "b: ,"),
            ("[", ",:"),
            ("", "- - x: y\n"),
            ("a: \"", "\\\""),
            ("a: |\n", "  b\n"),
            ("a: x\n", "  y # c\n"),
            ("", "#\n"),
            ("a:", "\n"),
            ("a", " "),
        ] {
            let text = first.to_owned() + &unit.repeat((MAX_BYTES - first.len()) / unit.len());
            let start = Instant::now();
            let _ = parse(&text);
            assert!(start.elapsed() < LIMIT, "{first:?} {unit:?}: {:?}", start.elapsed());
        }
        let keys = (0..20_000).map(|i| format!("k{i}:\n- a\n")).collect::<Vec<_>>().concat();
        let start = Instant::now();
        assert_eq!(parse(&keys).unwrap().unwrap().as_mapping().unwrap().len(), 20_000);
        assert!(start.elapsed() < LIMIT);
    }

    /// Pieces of YAML in any order never make the parser panic or hang, and all errors have a position in the text.
    #[test]
    fn pieces_in_any_order_end_in_an_answer() {
        let pieces = [
            "a", "b: ", ":", "- ", "? ", "[", "]", "{", "}", ",", "\n", "\n  ", " ", "\t", "\"", "'", "|\n", ">-", "#",
            "&a ", "*a", "!t ", "%T", "---\n", "...", "\r", "\0", "\u{feff}", "é", "\\", "<<: ", "~",
        ];
        let (mut answers, mut errors) = (0, 0);
        for code in 0..32_u32.pow(4) {
            // The step is odd, so every fourth power is visited once at most and neighbours differ in all places.
            let text: String =
                (0..4).map(|i| pieces[(code.wrapping_mul(7919) >> (5 * i)) as usize % pieces.len()]).collect();
            if code % 8 != 0 {
                continue;
            }
            match parse(&text) {
                Ok(_) => answers += 1,
                Err(error) => {
                    errors += 1;
                    let lines = text.split('\n').count();
                    assert!((1..=lines).contains(&(error.position.line as usize)), "{text:?}: {error}");
                    assert!(error.position.column >= 1);
                }
            }
        }
        assert!(answers > 1000 && errors > 1000, "{answers} answers, {errors} errors");
    }
}
