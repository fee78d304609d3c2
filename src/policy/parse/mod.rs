//! Policy text into a [`Policy`]. Every error is collected, each with its line, column and path.

mod consent;
mod payload;
mod provenance;
mod pull_request;
mod rule;
mod source;
mod text;
mod values;

use std::fmt;

use super::Policy;
use super::field::Field;
use super::grammar::{KeyInfo, MappingKey, PolicyKey};
use crate::format::yaml::{self, Key, Node, Position};
use crate::github::event_name::EventName;
use crate::text::{closest_match, did_you_mean, escape_unprintable, quote, quote_list};

pub use pull_request::required_and_forbidden;
pub use text::check_display_safe;

/// An error in a policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// Where it is.
    pub position: Position,
    /// The path of keys that leads there: `events.push.types[0]`; empty for the whole text.
    pub path: String,
    /// What is wrong and how to fix it.
    pub message: String,
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Position { line, column } = self.position;
        write!(out, "line {line}, column {column}: ")?;
        if !self.path.is_empty() {
            write!(out, "{}: ", quote(&self.path))?;
        }
        out.write_str(&self.message)
    }
}

/// Parses a policy.
///
/// # Errors
/// Every error, in the order of the text.
pub fn policy(text: &str) -> Result<Policy, Vec<Diagnostic>> {
    let mut parser = PolicyParser::default();
    let policy = parser.document(text).and_then(|root| parser.policy(&root));
    parser.finish(policy)
}

/// Parses the fields of a `client_payload`, as the shorthand input `payload` declares them.
///
/// # Errors
/// Every error, in the order of the text.
pub fn payload(text: &str) -> Result<Vec<Field>, Vec<Diagnostic>> {
    let mut parser = PolicyParser::default();
    let fields = parser.document(text).map(|root| parser.fields(&root, ""));
    parser.finish(fields)
}

/// Collects the errors of a policy while it is read.
#[derive(Default)]
struct PolicyParser {
    diagnostics: Vec<Diagnostic>,
}

/// A key that its mapping has, as it was found.
struct Entry<'n, K> {
    key: K,
    position: Position,
    path: String,
    value: &'n Node,
}

impl PolicyParser {
    fn finish<T>(self, value: Option<T>) -> Result<T, Vec<Diagnostic>> {
        match value {
            Some(value) if self.diagnostics.is_empty() => Ok(value),
            _ => Err(self.diagnostics),
        }
    }

    fn error(&mut self, position: Position, path: &str, message: impl Into<String>) {
        let index = self.diagnostics.partition_point(|other| other.position <= position);
        self.diagnostics.insert(index, Diagnostic { position, path: path.to_owned(), message: message.into() });
    }

    fn document(&mut self, text: &str) -> Option<Node> {
        let misleading = text::misleading_chars(text);
        if !misleading.is_empty() {
            self.diagnostics = misleading;
            return None;
        }
        match yaml::parse(text) {
            Ok(Some(root)) => return Some(root),
            Ok(None) => self.error(Position { line: 1, column: 1 }, "", "the text is empty"),
            // It may quote a key.
            Err(error) => self.error(error.position, "", escape_unprintable(&error.message)),
        }
        None
    }

    /// The entries of a mapping whose keys the grammar knows. Other keys are errors, and so are missing ones.
    fn mapping<'n, K: MappingKey>(&mut self, node: &'n Node, path: &str) -> Vec<Entry<'n, K>> {
        let everywhere = |info: &KeyInfo| info.scope == super::grammar::Scope::Everywhere;
        let entries = self.entries(node, path, &everywhere, |_| String::new());
        if node.as_mapping().is_some() {
            let required = |info: &KeyInfo| info.required == super::grammar::Scope::Everywhere;
            self.check_required::<K>(node, node.position, path, &everywhere, &required);
        }
        entries
    }

    /// The entries of a mapping whose keys are supported here. `why_not` says why a key of the grammar is not.
    fn entries<'n, K: MappingKey>(
        &mut self,
        node: &'n Node,
        path: &str,
        is_supported: &dyn Fn(&KeyInfo) -> bool,
        why_not: impl Fn(K) -> String,
    ) -> Vec<Entry<'n, K>> {
        let Some(entries) = node.as_mapping() else {
            self.error(node.position, path, format!("found {}, expected a mapping", node.type_name()));
            return Vec::new();
        };
        let mut known = Vec::new();
        for (Key { position, text }, value) in entries {
            let path = join(path, text);
            let key = K::from_name(text);
            match key {
                Some(key) if is_supported(key.info()) => {
                    known.push(Entry { key, position: *position, path, value });
                }
                _ => {
                    let names: Vec<&str> = supported_names::<K>(is_supported).collect();
                    let reason = key.map(&why_not).filter(|reason| !reason.is_empty());
                    let message = match reason {
                        None => unknown_key(text, &names),
                        Some(reason) => {
                            format!("the key {} is not supported here: {reason}; {}", quote(text), expected(&names))
                        }
                    };
                    self.error(*position, &path, message);
                }
            }
        }
        known
    }

    /// Reports required keys that are missing. A misspelt key is reported as such alone.
    fn check_required<K: MappingKey>(
        &mut self,
        node: &Node,
        position: Position,
        path: &str,
        is_supported: &dyn Fn(&KeyInfo) -> bool,
        is_required: &dyn Fn(&KeyInfo) -> bool,
    ) {
        let entries = node.as_mapping().unwrap_or_default();
        for info in K::MAPPING.keys.iter().filter(|info| is_required(info)) {
            let is_misspelt = |key: &Key| {
                K::from_name(&key.text).is_none()
                    && closest_match(&key.text, supported_names::<K>(is_supported)) == Some(info.name)
            };
            if !entries.iter().any(|(key, _)| key.text == info.name || is_misspelt(key)) {
                let message = format!("this key is missing; it is required: {}", first_clause(info.help));
                self.error(position, &join(path, info.name), message);
            }
        }
    }

    fn policy(&mut self, root: &Node) -> Option<Policy> {
        let mut repositories = None;
        let mut rules = Vec::new();
        for Entry { key, path, value, .. } in self.mapping::<PolicyKey>(root, "") {
            match key {
                PolicyKey::Version => {
                    if value.as_number() != Some("1") {
                        let message = format!("found {}, expected the number `1`", values::describe(value));
                        self.error(value.position, &path, message);
                    }
                }
                PolicyKey::Repositories => repositories = Some(self.repositories(value, &path)),
                PolicyKey::Events => rules = self.events(value, &path),
            }
        }
        root.as_mapping()?;
        Some(Policy::new(repositories, rules))
    }

    fn events(&mut self, node: &Node, path: &str) -> Vec<(EventName, Vec<super::Rule>)> {
        let Some(entries) = node.as_mapping() else {
            self.error(node.position, path, format!("found {}, expected a mapping", node.type_name()));
            return Vec::new();
        };
        if entries.is_empty() {
            self.error(node.position, path, "the mapping is empty; list at least one event");
        }
        let mut rules = Vec::new();
        for (key, value) in entries {
            let path = join(path, &key.text);
            if let Some(event) = EventName::from_name(&key.text) {
                rules.push((event, self.rules(event, key, value, &path)));
            } else {
                let names: Vec<&str> = EventName::ALL.iter().map(|event| event.name()).collect();
                self.error(key.position, &path, unknown_key(&key.text, &names));
            }
        }
        rules
    }
}

fn supported_names<K: MappingKey>(is_supported: &dyn Fn(&KeyInfo) -> bool) -> impl Iterator<Item = &'static str> {
    K::MAPPING.keys.iter().filter(|info| is_supported(info)).map(|info| info.name)
}

fn unknown_key(text: &str, names: &[&str]) -> String {
    format!("unknown key {}{}; {}", quote(text), did_you_mean(text, names.iter().copied()), expected(names))
}

/// Unlike other lists in messages this one is never shortened: it is all that the key can be.
fn expected(names: &[&str]) -> String {
    match names {
        [] => "no key is".to_owned(),
        [only] => format!("expected `{only}`"),
        names if names.len() <= 12 => format!("expected one of {}", quote_list(names, "or")),
        names => format!("expected one of `{}`", names.join("`, `")),
    }
}

/// The first sentence of a line of help, to go on with in another sentence.
fn first_clause(help: &str) -> String {
    let sentence = help.split_once(". ").map_or(help, |(first, _)| first).trim_end_matches('.');
    let mut chars = sentence.chars();
    chars.next().map(|first| first.to_ascii_lowercase()).into_iter().chain(chars).collect()
}

fn join(path: &str, key: &str) -> String {
    if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") }
}
