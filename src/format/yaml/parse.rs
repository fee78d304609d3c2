//! Parses YAML with `saphyr-parser`, whose events become a tree.

use std::borrow::Cow;
use std::collections::HashMap;

use saphyr_parser::{Event, Marker, Parser, ScalarStyle, Span};

use super::lines::Lines;
use super::messages::{NO_ALIAS, NO_ANCHOR, NO_TAG, too_deep, translate_error, truncate};
use super::{Key, MAX_BYTES, MAX_DEPTH, Node, Position, Value, YamlError};

impl From<Marker> for Position {
    fn from(marker: Marker) -> Self {
        let number = |n| u32::try_from(n).unwrap_or(u32::MAX);
        Self { line: number(marker.line()), column: number(marker.col()).saturating_add(1) }
    }
}

/// Reads one YAML document. An empty one, or one that holds only comments or `null`, is `None`.
///
/// # Errors
/// The first error in the text: what YAML does not allow, or what this module refuses.
pub fn parse(text: &str) -> Result<Option<Node>, YamlError> {
    if text.len() > MAX_BYTES {
        let message = format!("the text has {} bytes, {MAX_BYTES} are allowed: shorten it", text.len());
        return Err(YamlError::new(Position::START, message));
    }
    let text = text.replace("\r\n", "\n");
    let lines = Lines::new(&text);
    lines.check()?;
    let mut tree = TreeBuilder::new(&lines);
    for event in Parser::new_from_str(&text) {
        let (event, span) = event.map_err(|error| translate_error(&error, &lines))?;
        tree.add(event, span)?;
    }
    Ok(tree.root.filter(|root| !root.is_null()))
}

/// Builds the tree from the parser's events. Open lists and mappings are on a stack of its own, so no call recurses.
struct TreeBuilder<'a> {
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
        /// The key whose value comes next.
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

impl<'a> TreeBuilder<'a> {
    const fn new(lines: &'a Lines<'a>) -> Self {
        Self { lines, open: Vec::new(), root: None, has_document: false }
    }

    fn add(&mut self, event: Event<'_>, span: Span) -> Result<(), YamlError> {
        let position = self.lines.within(span.start.into());
        match event {
            Event::DocumentStart(_) => self.start_document(position),
            Event::Alias(_) => Err(YamlError::new(position, NO_ALIAS)),
            Event::Scalar(text, style, anchor, tag) => {
                reject_properties(position, anchor, tag.is_some())?;
                self.add_scalar(position, text, style == ScalarStyle::Plain)
            }
            Event::SequenceStart(anchor, tag) => {
                reject_properties(position, anchor, tag.is_some())?;
                // A list in brackets has its bracket as span, others have an empty one.
                let position = if span.is_empty() { self.block_list_start(position) } else { position };
                self.begin(position, Content::Sequence(Vec::new()), "a list")
            }
            Event::MappingStart(anchor, tag) => {
                reject_properties(position, anchor, tag.is_some())?;
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
        self.attach(Node { position, value })
    }

    /// Where a list without brackets begins. If its entries are in the column of their key, the parser reports the
    /// position after the first `-`.
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
        self.attach(Node { position, value })
    }

    /// Adds a complete node to the list or mapping that it is in.
    fn attach(&mut self, node: Node) -> Result<(), YamlError> {
        match self.innermost() {
            None => self.root = Some(node),
            Some(Content::Sequence(nodes)) => nodes.push(node),
            Some(Content::Mapping { entries, key, .. }) => match key.take() {
                Some(key) => entries.push((key, node)),
                None => return Err(not_a_key(node.position, node.type_name())),
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
            format!("key `{}` is repeated, it is already on line {line}: keep one", truncate(&text)),
        ));
    }
    Ok(Key { position, text })
}

fn reject_properties(position: Position, anchor: usize, has_tag: bool) -> Result<(), YamlError> {
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

fn not_a_key(position: Position, kind: &str) -> YamlError {
    YamlError::new(position, format!("a key must be text, found {kind}"))
}
