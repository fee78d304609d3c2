//! YAML text as a tree whose nodes know their line and column.
//!
//! Only the part of YAML that a policy needs is read: mappings with text keys, lists and scalars, in one document.
//! Anchors, aliases, tags, directives, merge keys and repeated keys are refused, so that what a reader of the text
//! sees is what the guard sees. Scalars stay text: `on`, `yes` and `012` mean nothing else here, and only a caller
//! that asks for a boolean or a number gets one.

use std::{borrow::Cow, collections::HashMap, error::Error, fmt};

use saphyr_parser::{Event, Marker, Parser, ScalarStyle, ScanError, Span};

/// The longest text that is read, in bytes.
pub const MAX_BYTES: usize = 256 * 1024;

/// How many lists and mappings may lie within each other.
pub const MAX_DEPTH: usize = 32;

/// Characters of a user's text that an error message quotes at most.
const MAX_QUOTED: usize = 40;

/// A place in the text.
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

impl From<Marker> for Position {
    fn from(marker: Marker) -> Self {
        let number = |n| u32::try_from(n).unwrap_or(u32::MAX);
        Self { line: number(marker.line()), column: number(marker.col()).saturating_add(1) }
    }
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
    /// The text of a single value, quoted or not: `7` and `true` are texts, too. Nothing (`null`) is not.
    pub fn as_str(&self) -> Option<&str> {
        match &self.value {
            Value::Scalar { text, .. } => Some(text),
            _ => None,
        }
    }

    /// A boolean, written `true` or `false` without quotes. YAML 1.1's `yes`, `on`, `True` and the like are none.
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

    /// What a person would call the value, for messages: `a list`, `a mapping`, `nothing`, `a boolean`, `a number`
    /// or `text`.
    pub fn kind(&self) -> &'static str {
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
    /// The place of the fault.
    pub position: Position,
    /// What was found and how to mend it. User values are in backticks and may hold any character.
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

/// Reads one YAML document. An empty one, or one that holds only comments or `null`, is `None`.
///
/// # Errors
/// The first fault of the text: what YAML does not allow, and what the module's description says is refused.
pub fn parse(text: &str) -> Result<Option<Node>, YamlError> {
    if text.len() > MAX_BYTES {
        let message = format!("the text has {} bytes, {MAX_BYTES} are allowed: shorten it", text.len());
        return Err(YamlError::new(Position::START, message));
    }
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let lines = Lines::new(&text);
    lines.refuse_nul()?;
    lines.refuse_tabs()?;
    lines.refuse_directives()?;
    let mut tree = Tree::new(&lines);
    for event in Parser::new_from_str(&text) {
        let (event, span) = event.map_err(|error| reword(&error, &lines))?;
        tree.add(event, span)?;
    }
    Ok(tree.root.filter(|root| !root.is_null()))
}

/// The text's lines, for what the parser does not tell.
struct Lines<'a>(Vec<&'a str>);

impl<'a> Lines<'a> {
    fn new(text: &'a str) -> Self {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        Self(text.split('\n').collect())
    }

    fn numbered(&self) -> impl Iterator<Item = (u32, &'a str)> {
        (1..).zip(self.0.iter().copied())
    }

    fn get(&self, number: u32) -> &'a str {
        let index = usize::try_from(number).unwrap_or(usize::MAX);
        self.0.get(index.wrapping_sub(1)).copied().unwrap_or_default()
    }

    fn char_at(&self, position: Position) -> Option<char> {
        let index = usize::try_from(position.column).ok()?.checked_sub(1)?;
        self.get(position.line).chars().nth(index)
    }

    /// The same place, or the text's end: the parser takes a last line without a line end for one that has it.
    fn within(&self, position: Position) -> Position {
        let last = u32::try_from(self.0.len()).unwrap_or(u32::MAX);
        if position.line <= last {
            return position;
        }
        Position { line: last, column: column_after(self.get(last)) }
    }

    /// The place of the first character of a line that is not blank.
    fn start_of(&self, line: u32) -> Position {
        let column = column_after(indentation(self.get(line)));
        Position { line, column }
    }

    /// The start of the last line before this one that holds more than a comment.
    fn content_before(&self, line: u32) -> Option<Position> {
        let before = (1..line).rev().find(|&line| is_content(self.get(line)))?;
        Some(self.start_of(before))
    }

    /// YAML allows no NUL anywhere. The parser takes one for the text's end where it does not look closely.
    fn refuse_nul(&self) -> Result<(), YamlError> {
        match self.numbered().find_map(|(line, text)| text.find('\0').map(|nul| (line, &text[..nul]))) {
            Some((line, before)) => {
                let column = column_after(before);
                Err(YamlError::new(Position { line, column }, "a NUL character is not allowed: remove it"))
            }
            None => Ok(()),
        }
    }

    /// YAML allows tabs in some indentations that look like others where it does not; here they are never allowed.
    fn refuse_tabs(&self) -> Result<(), YamlError> {
        for (line, text) in self.numbered().filter(|(_, text)| is_content(text)) {
            let indentation = indentation(text);
            if let Some(tab) = indentation.find('\t') {
                let column = column_after(&indentation[..tab]);
                return Err(YamlError::new(Position { line, column }, "a tab indents this line: use spaces"));
            }
        }
        Ok(())
    }

    /// Directives (`%YAML`, `%TAG`) can only stand before the document; the parser keeps silent about them.
    fn refuse_directives(&self) -> Result<(), YamlError> {
        match self.numbered().find(|(_, text)| is_content(text)) {
            Some((line, text)) if text.starts_with('%') => {
                Err(YamlError::new(Position { line, column: 1 }, NO_DIRECTIVE))
            }
            _ => Ok(()),
        }
    }
}

fn indentation(line: &str) -> &str {
    &line[..line.len() - line.trim_start_matches([' ', '\t']).len()]
}

fn is_content(line: &str) -> bool {
    let text = line.trim_start_matches([' ', '\t']);
    !text.is_empty() && !text.starts_with('#')
}

fn column_after(text: &str) -> u32 {
    u32::try_from(text.chars().count()).map_or(u32::MAX, |count| count.saturating_add(1))
}

/// A tree that grows event by event. The open lists and mappings lie on a stack of its own: no call recurses.
struct Tree<'a> {
    lines: &'a Lines<'a>,
    open: Vec<Open>,
    root: Option<Node>,
    has_document: bool,
}

/// A list or mapping whose end has not been read yet.
struct Open {
    position: Position,
    content: Content,
}

enum Content {
    Sequence(Vec<Node>),
    Mapping {
        entries: Vec<(Key, Node)>,
        /// The key that waits for its value.
        key: Option<Key>,
        /// The line of each key so far.
        lines: HashMap<String, u32>,
    },
}

impl Content {
    fn mapping() -> Self {
        Self::Mapping { entries: Vec::new(), key: None, lines: HashMap::new() }
    }
}

impl<'a> Tree<'a> {
    const fn new(lines: &'a Lines<'a>) -> Self {
        Self { lines, open: Vec::new(), root: None, has_document: false }
    }

    fn add(&mut self, event: Event<'_>, span: Span) -> Result<(), YamlError> {
        let position = self.lines.within(span.start.into());
        match event {
            Event::DocumentStart(_) => self.start_document(position),
            Event::Alias(_) => Err(YamlError::new(position, NO_ALIAS)),
            Event::Scalar(text, style, anchor, tag) => {
                refuse_properties(position, anchor, tag.is_some())?;
                self.add_scalar(position, text, style == ScalarStyle::Plain)
            }
            Event::SequenceStart(anchor, tag) => {
                refuse_properties(position, anchor, tag.is_some())?;
                // A list in brackets has its bracket as span, others have an empty one.
                let position = if span.is_empty() { self.block_list_start(position) } else { position };
                self.begin(position, Content::Sequence(Vec::new()), "a list")
            }
            Event::MappingStart(anchor, tag) => {
                refuse_properties(position, anchor, tag.is_some())?;
                self.begin(position, Content::mapping(), "a mapping")
            }
            Event::SequenceEnd | Event::MappingEnd => self.end(),
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentEnd => Ok(()),
        }
    }

    fn start_document(&mut self, position: Position) -> Result<(), YamlError> {
        if self.has_document {
            return Err(YamlError::new(position, "a second document begins here: keep one and remove `---`"));
        }
        self.has_document = true;
        Ok(())
    }

    fn add_scalar(&mut self, position: Position, text: Cow<'_, str>, plain: bool) -> Result<(), YamlError> {
        if let Some(Content::Mapping { key: key @ None, lines, .. }) = self.innermost() {
            *key = Some(read_key(position, text.into_owned(), plain, lines)?);
            return Ok(());
        }
        let value =
            if plain && is_null(&text) { Value::Null } else { Value::Scalar { text: text.into_owned(), plain } };
        self.place(Node { position, value })
    }

    /// Where a list without brackets begins. The parser places one whose entries stand right below their key, in
    /// its column, after the first `-`.
    fn block_list_start(&self, position: Position) -> Position {
        let is_value = matches!(self.open.last(), Some(Open { content: Content::Mapping { .. }, .. }));
        let start = self.lines.start_of(position.line);
        if is_value && self.lines.char_at(start) == Some('-') { start } else { position }
    }

    fn begin(&mut self, position: Position, content: Content, kind: &str) -> Result<(), YamlError> {
        if let Some(Content::Mapping { key: None, .. }) = self.innermost() {
            return Err(not_a_key(position, kind));
        }
        if self.open.len() == MAX_DEPTH {
            return Err(YamlError::new(position, too_deep()));
        }
        self.open.push(Open { position, content });
        Ok(())
    }

    fn end(&mut self) -> Result<(), YamlError> {
        let Some(Open { position, content }) = self.open.pop() else {
            return Ok(());
        };
        let value = match content {
            Content::Sequence(nodes) => Value::Sequence(nodes),
            Content::Mapping { entries, .. } => Value::Mapping(entries),
        };
        self.place(Node { position, value })
    }

    /// Puts a whole node where it belongs.
    fn place(&mut self, node: Node) -> Result<(), YamlError> {
        match self.innermost() {
            None => self.root = Some(node),
            Some(Content::Sequence(nodes)) => nodes.push(node),
            Some(Content::Mapping { entries, key, .. }) => match key.take() {
                Some(key) => entries.push((key, node)),
                None => return Err(not_a_key(node.position, node.kind())),
            },
        }
        Ok(())
    }

    fn innermost(&mut self) -> Option<&mut Content> {
        self.open.last_mut().map(|open| &mut open.content)
    }
}

fn read_key(position: Position, text: String, plain: bool, lines: &mut HashMap<String, u32>) -> Result<Key, YamlError> {
    if plain && text.is_empty() {
        return Err(YamlError::new(position, "a key is missing before `:`"));
    }
    if plain && text == "<<" {
        return Err(YamlError::new(position, "merge keys (`<<`) are not allowed: write the keys out"));
    }
    if let Some(line) = lines.insert(text.clone(), position.line) {
        return Err(YamlError::new(
            position,
            format!("key `{}` is repeated, it stands on line {line} already: keep one", shortened(&text)),
        ));
    }
    Ok(Key { position, text })
}

fn refuse_properties(position: Position, anchor: usize, has_tag: bool) -> Result<(), YamlError> {
    if anchor > 0 {
        return Err(YamlError::new(position, NO_ANCHOR));
    }
    if has_tag {
        return Err(YamlError::new(position, NO_TAG));
    }
    Ok(())
}

/// The plain scalars that mean null in the core schema, <https://yaml.org/spec/1.2.2/#1032-tag-resolution>.
fn is_null(text: &str) -> bool {
    matches!(text, "" | "~" | "null" | "Null" | "NULL")
}

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

const NO_ANCHOR: &str = "anchors are not allowed: write the value out, or put a text that begins with `&` in quotes";
const NO_ALIAS: &str = "aliases are not allowed: write the value out, or put a text that begins with `*` in quotes";
const NO_DIRECTIVE: &str = "directives (`%YAML`, `%TAG`) are not allowed: remove the line";
const NO_TAG: &str = "tags are not allowed: remove it, or put a text that begins with `!` in quotes";

fn too_deep() -> String {
    format!("lists and mappings lie more than {MAX_DEPTH} deep within each other: flatten them")
}

fn not_a_key(position: Position, kind: &str) -> YamlError {
    YamlError::new(position, format!("a key must be text, found {kind}"))
}

fn shortened(text: &str) -> Cow<'_, str> {
    match text.char_indices().nth(MAX_QUOTED) {
        Some((end, _)) => Cow::Owned(format!("{}…", &text[..end])),
        None => Cow::Borrowed(text),
    }
}

/// Says a fault that the parser found in words that help to mend it.
fn reword(error: &ScanError, lines: &Lines<'_>) -> YamlError {
    let info = error.info();
    let position = Position::from(*error.marker());
    let message = if info.contains("recursion limit") {
        too_deep()
    } else if info.contains("anchor") {
        String::from(if lines.char_at(position) == Some('&') { NO_ANCHOR } else { NO_ALIAS })
    } else {
        let found = WORDS.iter().find(|(theirs, _)| info.contains(theirs));
        found.map_or_else(|| format!("this is not YAML: {info}"), |(_, ours)| (*ours).to_owned())
    };
    let position = if info.starts_with(LACKS_COLON) { lacking_colon(position, lines) } else { position };
    let Position { line, column } = lines.within(position);
    // In comments the parser counts bytes.
    let column = column.min(column_after(lines.get(line)));
    YamlError { position: Position { line, column }, message }
}

/// The parser misses a key's `:` only at whatever follows: the key itself is on the line before.
fn lacking_colon(position: Position, lines: &Lines<'_>) -> Position {
    if lines.start_of(position.line) < position {
        return position;
    }
    lines.content_before(position.line).unwrap_or(position)
}

const LACKS_COLON: &str = "simple key expect";

/// Parts of the parser's messages, and what is said instead. The first that fits counts.
const WORDS: &[(&str, &str)] = &[
    ("expected ',' or ']'", NO_CLOSING_BRACKET),
    (
        "expected ',' or '}'",
        "a mapping in braces lacks `,` or `}` before this: add it, or quote a text that holds a bracket or brace",
    ),
    ("misplaced bracket", "this bracket closes nothing: remove it, or put the text in quotes"),
    ("mapping values are not allowed", NO_KEY_HERE),
    ("illegal placement of ':'", NO_CLOSING_BRACKET),
    (LACKS_COLON, "a key lacks its `:`: write `key: value`, or mend the indentation"),
    ("did not find expected key", "this fits no key above: begin the keys of one mapping in the same column"),
    (
        "expected '-' indicator",
        "this fits no list entry above: begin each entry of a list with `- ` in the same column",
    ),
    ("expected <document start>", "the document ends before this: begin all its keys in the same column"),
    ("quoted scalar, found unexpected end", NO_CLOSING_QUOTE),
    ("quoted scalar, found unexpected document", NO_CLOSING_QUOTE),
    ("indentation in quoted scalar", NO_CLOSING_QUOTE),
    (
        "trailing content after double-quoted",
        "something follows the closing quote: quote the whole text, and write `''` for a quote within single quotes",
    ),
    (
        "unknown escape character",
        "a `\\` in this quoted text begins no escape: use single quotes, where it stands for itself",
    ),
    ("hexadecimal number", BAD_ESCAPE),
    ("Unicode character escape", BAD_ESCAPE),
    ("unexpected character", "a text cannot begin with `@`, `%` or a backtick: put it in quotes"),
    ("sequence entries are not allowed", NO_ENTRY_HERE),
    ("only valid inside a block", NO_ENTRY_HERE),
    ("cannot start with '-'", NO_ENTRY_HERE),
    ("mapping keys are not allowed", NO_QUESTION_MARK_HERE),
    ("expected whitespace", NO_QUESTION_MARK_HERE),
    ("expected node content", "a value is missing before this: remove a `,` too many, or put the text in quotes"),
    (
        "comment intercepting",
        "this comment ends the value, but the next line is indented as if the value went on: mend the indentation",
    ),
    (
        "block scalar",
        "a block text (`|` or `>`) begins on the next line, all its lines indented deeper than its key: mend it",
    ),
    ("byte order mark", "a byte order mark stands within the text: remove it"),
    ("content after document end", "something follows `...`: remove it"),
    ("comments must be separated", "a comment begins with ` #`: put a space before it, or put the text in quotes"),
    ("may not precede any of", "the `:` of a key lacks a space after it: write `key: value`"),
    ("valid YAML whitespace", "a tab is not allowed here: use spaces"),
    ("directive", NO_DIRECTIVE),
    ("tag", NO_TAG),
    ("handle", NO_TAG),
    ("tab", "a tab is not allowed here: use spaces"),
    ("indentation", "the indentation does not fit the lines above: indent deeper than the key that this belongs to"),
];

const NO_CLOSING_BRACKET: &str =
    "a list in brackets lacks `,` or `]` before this: add it, or quote a text that holds a bracket or brace";
const NO_KEY_HERE: &str =
    "a key cannot stand here: put a text that holds `: ` in quotes, or mend the lines above and the indentation";
const NO_CLOSING_QUOTE: &str = "a quoted text is not closed: add the quote, or indent the text's next lines";
const BAD_ESCAPE: &str =
    "a `\\x`, `\\u` or `\\U` in this quoted text names no character: mend it, or use single quotes";
const NO_ENTRY_HERE: &str =
    "a list entry (`- `) cannot stand here: begin it on a line of its own, or put the text in quotes";
const NO_QUESTION_MARK_HERE: &str = "`?` cannot stand here: put the text in quotes";

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::time::{Duration, Instant};

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
        let place = |Position { line, column }| format!("{line}:{column} ");
        let value = match &node.value {
            Value::Null => "null".to_owned(),
            Value::Scalar { text, plain: true } => text.clone(),
            Value::Scalar { text, plain: false } => format!("{text:?}"),
            Value::Sequence(nodes) => format!("[{}]", nodes.iter().map(show).collect::<Vec<_>>().join(", ")),
            Value::Mapping(entries) => {
                let entry = |(key, node): &(Key, Node)| format!("{}{}: {}", place(key.position), key.text, show(node));
                format!("{{{}}}", entries.iter().map(entry).collect::<Vec<_>>().join(", "))
            }
        };
        place(node.position) + &value
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
        assert_eq!(error("a: 1\n\u{feff}b: 1"), ("a byte order mark stands within the text: remove it".into(), 2, 1));
    }

    #[test]
    fn all_line_ends_are_read_alike() {
        let text = "a:\n  b: 1 # c\n\n  c:\n  - d\n  e: \"f\n    g\"\n  h: |\n    i\n    j\n";
        let expected =
            "1:1 {1:1 a: 2:3 {2:3 b: 2:6 1, 4:3 c: 5:3 [5:5 d], 6:3 e: 6:6 \"f g\", 8:3 h: 9:5 \"i\\nj\\n\"}}";
        assert_eq!(tree(text), expected);
        assert_eq!(tree(&text.replace('\n', "\r\n")), expected);
        assert_eq!(tree(&text.replace('\n', "\r")), expected);
        assert_eq!(error("a: 1\r\r\n\r\na: 2\r\n").1, 4);
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
    fn only_null_is_nothing() {
        for text in ["", "~", "null", "Null", "NULL", "# comment"] {
            let node = value_of(text);
            assert!(node.is_null(), "{text:?}");
            assert_eq!((node.as_str(), node.kind()), (None, "nothing"));
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
            assert_eq!((node.as_number(), node.as_str(), node.kind()), (Some(text), Some(text), "a number"));
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
    fn kinds_are_words_for_people() {
        let kinds = ["[]", "{}", "true", "'true'", "7", "'7'", "main", "~"].map(|text| value_of(text).kind());
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
            ("#\r%FUTURE x\r---\ra: 1", 2),
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
            assert!(message.starts_with("key `a` is repeated, it stands on line "), "{message}");
            assert_eq!((at_line, at_column), (line, column), "{text:?}");
        }
        assert_eq!(error("b: 1\na: 1\n\na: 2").0, "key `a` is repeated, it stands on line 2 already: keep one");
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
    fn faults_of_grammar_say_how_to_mend_them() {
        for (text, words, line, column) in [
            ("actors: [@org/team]", "a text cannot begin with `@`", 1, 10),
            ("a: `b`", "cannot begin with `@`, `%` or a backtick: put it in quotes", 1, 4),
            ("a: [github-actions[bot]]", "quote a text that holds a bracket or brace", 1, 19),
            ("a: [x\nb: 1\n", "lacks `,` or `]`", 2, 2),
            ("a: {x: 1\nb: 3\n", "lacks `,` or `}`", 2, 2),
            ("a: [x]]\n", "this bracket closes nothing", 1, 7),
            ("a: b: c\n", "a text that holds `: ` in quotes", 1, 5),
            ("a:1\nb: 2\n", "a key cannot stand here", 2, 2),
            ("a: 1\nb\n\n# c\nd: 2\n", "a key lacks its `:`", 2, 1),
            ("a: 1\n  # c\nb", "a key lacks its `:`", 3, 1),
            ("a:\n    b: 1\n  c: 2\n", "in the same column", 3, 3),
            ("- a\nb: c\n", "begin each entry of a list with `- `", 2, 1),
            (" a: 1\nb: 2\n", "the document ends before this", 2, 1),
            ("a: 'b\nc: d\n", "a quoted text is not closed", 1, 4),
            ("a: \"b", "a quoted text is not closed", 1, 4),
            ("a: 'it's'", "something follows the closing quote", 1, 8),
            ("a: \"\\d\"", "begins no escape: use single quotes", 1, 4),
            ("a: \"\\ud800\"", "names no character", 1, 4),
            ("a: - b", "a list entry (`- `) cannot stand here", 1, 4),
            ("a: [b,, c]", "remove a `,` too many", 1, 7),
            ("a: b # c\n  d\n", "this comment ends the value", 1, 6),
            ("a: |x\n  b\n", "a block text (`|` or `>`) begins on the next line", 1, 4),
            ("a: \0", "a NUL character is not allowed", 1, 4),
            ("a: b # é \u{202e}\0", "a NUL character is not allowed", 1, 11),
            ("a: \"b\0\"", "a NUL character is not allowed", 1, 6),
            ("a: ?", "`?` cannot stand here", 1, 4),
            ("a: [b,\nc]", "the indentation does not fit", 2, 1),
            ("a: {b:[c]}", "lacks a space after it", 1, 6),
            ("a: 1\n... b", "something follows `...`", 2, 5),
        ] {
            let (message, at_line, at_column) = error(text);
            assert!(message.contains(words), "{text:?}: {message}");
            assert_eq!((at_line, at_column), (line, column), "{text:?}: {message}");
        }
    }

    #[test]
    fn a_long_line_is_no_key_on_the_line_above() {
        let text = format!("a: 1\n{}: 2\n", "k".repeat(2000));
        let (message, line, _) = error(&text);
        assert_eq!((message.contains("lacks its `:`"), line), (true, 2), "{message}");
    }

    #[test]
    fn errors_show_their_place() {
        let error = parse("a: 1\na: 2").unwrap_err();
        assert_eq!(error.to_string(), "line 2, column 1: key `a` is repeated, it stands on line 1 already: keep one");
    }

    /// Time for the slowest build on a busy machine; a quadratic reader needs minutes.
    const LIMIT: Duration = Duration::from_secs(2);

    #[test]
    fn bombs_end_at_once() {
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

    /// Pieces of YAML in every order never make the parser panic or hang, and all errors have a place in the text.
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
                    let lines = text.replace("\r\n", "\n").split(['\n', '\r']).count();
                    assert!((1..=lines).contains(&(error.position.line as usize)), "{text:?}: {error}");
                    assert!(error.position.column >= 1);
                    assert!(!error.message.contains("this is not YAML"), "{text:?}: {error}");
                }
            }
        }
        assert!(answers > 1000 && errors > 1000, "{answers} answers, {errors} errors");
    }
}
