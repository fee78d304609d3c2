//! Workflow files as a tree whose nodes know their places.
//!
//! Unlike a policy, a workflow is YAML as GitHub reads it: with anchors, aliases and several styles of text.

use std::collections::HashMap;

use saphyr_parser::{Event, Parser, ScalarStyle, Span};

use crate::format::yaml::{Position, YamlError};

/// The most bytes of a file that is read.
const MAX_BYTES: usize = 1024 * 1024;
/// The most nodes after aliases are expanded, which a few lines could multiply without end.
const MAX_NODES: usize = 200_000;
/// The most levels of nesting.
const MAX_DEPTH: usize = 64;

/// A value and where it begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// Where the value begins; of a block (`|`) where its first line does.
    pub position: Position,
    /// The value.
    pub value: Value,
}

/// What a node contains.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// A single value as text.
    Text(String, Style),
    /// A list.
    List(Vec<Node>),
    /// Keys and values in the order of the text.
    Mapping(Vec<(Text, Node)>),
}

/// How a text is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// Without quotes.
    Plain,
    /// In quotes.
    Quoted,
    /// As a block that keeps its lines (`|`).
    Literal,
    /// As a block whose lines are joined (`>`).
    Folded,
}

/// A text and where it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    /// Where it begins.
    pub position: Position,
    /// Its characters.
    pub text: String,
    /// How it is written.
    pub style: Style,
}

impl Text {
    /// Where a place in the text is in the file.
    pub fn place(&self, inner: Position) -> Position {
        if self.style != Style::Literal {
            return self.position;
        }
        let blank = self.text.chars().take_while(|c| *c == '\n').count();
        let first = self.position.line.saturating_sub(u32::try_from(blank).unwrap_or(u32::MAX));
        Position {
            line: first.saturating_add(inner.line.saturating_sub(1)),
            column: self.position.column.saturating_add(inner.column.saturating_sub(1)),
        }
    }
}

impl Node {
    /// The text of a single value; `None` for a list, a mapping and nothing.
    pub fn text(&self) -> Option<Text> {
        match &self.value {
            Value::Text(text, Style::Plain) if matches!(text.as_str(), "" | "~" | "null") => None,
            Value::Text(text, style) => Some(Text { position: self.position, text: text.clone(), style: *style }),
            _ => None,
        }
    }

    /// The entries of a mapping; empty for anything else.
    pub fn entries(&self) -> &[(Text, Node)] {
        match &self.value {
            Value::Mapping(entries) => entries,
            _ => &[],
        }
    }

    /// The elements of a list; empty for anything else.
    pub fn elements(&self) -> &[Node] {
        match &self.value {
            Value::List(nodes) => nodes,
            _ => &[],
        }
    }

    /// The texts of a list or of a single value.
    pub fn texts(&self) -> Vec<Text> {
        match self.text() {
            Some(text) => vec![text],
            None => self.elements().iter().filter_map(Node::text).collect(),
        }
    }

    /// The value of a key of a mapping.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.entries().iter().find(|(name, _)| name.text == key).map(|(_, value)| value)
    }

    fn size(&self) -> usize {
        1 + match &self.value {
            Value::Text(..) => 0,
            Value::List(nodes) => nodes.iter().map(Node::size).sum(),
            Value::Mapping(entries) => entries.iter().map(|(_, node)| node.size()).sum(),
        }
    }
}

/// Parses one document.
///
/// # Errors
/// The first place that is not YAML, or too large.
pub fn parse(text: &str) -> Result<Node, YamlError> {
    let start = Position { line: 1, column: 1 };
    let error = |position, message: &str| YamlError { position, message: message.to_owned() };
    if text.len() > MAX_BYTES {
        return Err(error(start, "the file has more than 1 MiB"));
    }
    let text = text.strip_prefix('\u{feff}').unwrap_or(text).replace("\r\n", "\n");
    let mut tree = Tree::default();
    for event in Parser::new_from_str(&text) {
        let (event, span) = event.map_err(|error| YamlError {
            position: Position::from(*error.marker()),
            message: error.info().to_owned(),
        })?;
        if matches!(event, Event::DocumentEnd) {
            break;
        }
        tree.add(event, span).map_err(|message| error(Position::from(span.start), message))?;
    }
    tree.root.ok_or_else(|| error(start, "the file is empty"))
}

#[derive(Default)]
struct Tree {
    open: Vec<Open>,
    root: Option<Node>,
    anchors: HashMap<usize, Node>,
    nodes: usize,
}

struct Open {
    node: Node,
    key: Option<Text>,
    anchor: usize,
}

impl Tree {
    fn add(&mut self, event: Event<'_>, span: Span) -> Result<(), &'static str> {
        let position = Position::from(span.start);
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                // `if: !cancelled()` is a tag to YAML and an expression to its author.
                let text = match tag {
                    Some(tag) if tag.handle == "!" => format!("!{} {text}", tag.suffix),
                    _ => text.into_owned(),
                };
                let style = match style {
                    ScalarStyle::Plain => Style::Plain,
                    ScalarStyle::Literal => Style::Literal,
                    ScalarStyle::Folded => Style::Folded,
                    ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted => Style::Quoted,
                };
                self.put(Node { position, value: Value::Text(text, style) }, anchor)
            }
            Event::Alias(anchor) => {
                let mut node = self.anchors.get(&anchor).cloned().ok_or("an alias contains itself")?;
                node.position = position;
                self.put(node, 0)
            }
            Event::SequenceStart(anchor, _) => self.begin(position, Value::List(Vec::new()), anchor),
            Event::MappingStart(anchor, _) => self.begin(position, Value::Mapping(Vec::new()), anchor),
            Event::SequenceEnd | Event::MappingEnd => match self.open.pop() {
                Some(Open { node, anchor, .. }) => self.put(node, anchor),
                None => Ok(()),
            },
            _ => Ok(()),
        }
    }

    fn begin(&mut self, position: Position, value: Value, anchor: usize) -> Result<(), &'static str> {
        if self.open.len() == MAX_DEPTH {
            return Err("lists and mappings are nested too deeply");
        }
        self.open.push(Open { node: Node { position, value }, key: None, anchor });
        Ok(())
    }

    fn put(&mut self, node: Node, anchor: usize) -> Result<(), &'static str> {
        self.nodes += node.size();
        if self.nodes > MAX_NODES {
            return Err("the aliases expand to too many values");
        }
        if anchor > 0 {
            self.anchors.insert(anchor, node.clone());
        }
        let Some(Open { node: parent, key, .. }) = self.open.last_mut() else {
            self.root = Some(node);
            return Ok(());
        };
        match &mut parent.value {
            Value::List(nodes) => nodes.push(node),
            Value::Mapping(entries) => match key.take() {
                Some(key) => entries.push((key, node)),
                None => match node.value {
                    Value::Text(text, style) => *key = Some(Text { position: node.position, text, style }),
                    _ => return Err("a key has to be text"),
                },
            },
            Value::Text(..) => {}
        }
        Ok(())
    }
}
