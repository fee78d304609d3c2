//! Single values and lists.

use super::PolicyParser;
use super::text::check_display_safe;
use crate::format::yaml::{Node, Value};
use crate::policy::actor::{ActorEntry, Actors, is_slug};
use crate::policy::field::is_slug as is_field_slug;
use crate::policy::grammar::MAX_LIST_ELEMENTS;
use crate::policy::label::LabelPattern;
use crate::policy::pattern::{Pattern, PatternKind, Patterns};
use crate::text::{did_you_mean, quote, quote_list};

impl PolicyParser {
    /// The elements of a list that must not be empty, with their paths.
    pub fn non_empty_list<'n>(&mut self, node: &'n Node, path: &str) -> Vec<(&'n Node, String)> {
        match node.as_sequence() {
            None => {
                let example = node.as_str().map(|text| format!(", as {}", quote(&format!("[{text}]"))));
                let message = format!("found {}, expected a list{}", node.type_name(), example.unwrap_or_default());
                self.error(node.position, path, message);
                Vec::new()
            }
            Some([]) => {
                self.error(node.position, path, "the list is empty; remove the key, or list what is meant");
                Vec::new()
            }
            Some(elements) if elements.len() > MAX_LIST_ELEMENTS => {
                let message = format!("the list has {} elements; {MAX_LIST_ELEMENTS} are allowed", elements.len());
                self.error(node.position, path, message);
                Vec::new()
            }
            Some(elements) => {
                elements.iter().enumerate().map(|(index, node)| (node, format!("{path}[{index}]"))).collect()
            }
        }
    }

    /// A text that shows what it is.
    pub fn string<'n>(&mut self, node: &'n Node, path: &str) -> Option<&'n str> {
        let Some(text) = node.as_str() else {
            self.error(node.position, path, format!("found {}, expected text", node.type_name()));
            return None;
        };
        match check_display_safe(text) {
            None => Some(text),
            Some(why) => {
                self.error(node.position, path, why);
                None
            }
        }
    }

    /// The elements of a list that `read` reads. `read` returns what is wrong with an element.
    pub fn list_of<T>(
        &mut self,
        node: &Node,
        path: &str,
        what: &str,
        read: impl Fn(&str) -> Result<T, String>,
    ) -> Vec<T> {
        let mut texts: Vec<&str> = Vec::new();
        let mut values = Vec::new();
        for (element, path) in self.non_empty_list(node, path) {
            let Some(text) = self.string(element, &path) else { continue };
            if texts.contains(&text) {
                self.error(element.position, &path, format!("the {what} {} is listed twice", quote(text)));
            }
            texts.push(text);
            match read(text) {
                Ok(value) => values.push(value),
                Err(why) => self.error(element.position, &path, why),
            }
        }
        values
    }

    /// A list of texts.
    pub fn string_list(&mut self, node: &Node, path: &str, what: &str) -> Vec<String> {
        self.list_of(node, path, what, |text| Ok(text.to_owned()))
    }

    /// A list of some words.
    pub fn list_out_of(&mut self, node: &Node, path: &str, what: &str, options: &[&str]) -> Vec<String> {
        self.list_of(node, path, what, |text| {
            if options.contains(&text) { Ok(text.to_owned()) } else { Err(unknown_word(what, text, options)) }
        })
    }

    pub fn labels(&mut self, node: &Node, path: &str) -> Vec<LabelPattern> {
        self.list_of(node, path, "label", |text| {
            LabelPattern::parse(text).map_err(|why| format!("the label {} {why}", quote(text)))
        })
    }

    pub fn patterns(&mut self, node: &Node, path: &str, kind: PatternKind) -> Option<Patterns> {
        let mut patterns = Vec::new();
        let mut is_valid = true;
        for (element, path) in self.non_empty_list(node, path) {
            match self.string(element, &path).map(|text| Pattern::parse(text, kind)) {
                Some(Ok(pattern)) => patterns.push(pattern),
                Some(Err(error)) => {
                    self.error(element.position, &path, error.to_string());
                    is_valid = false;
                }
                None => is_valid = false,
            }
        }
        if !is_valid || patterns.is_empty() {
            return None;
        }
        Patterns::new(patterns).map_err(|error| self.error(node.position, path, error.to_string())).ok()
    }

    pub fn actors(&mut self, node: &Node, path: &str) -> Option<Actors> {
        let mut entries = Vec::new();
        for (element, path) in self.non_empty_list(node, path) {
            let Some(text) = element.as_str() else {
                let hint = if element.as_mapping().is_some() {
                    "; write `login:id` and `role:LEVEL` without a space"
                } else {
                    ""
                };
                let message = format!("found {}, expected an actor{hint}", element.type_name());
                self.error(element.position, &path, message);
                continue;
            };
            match ActorEntry::parse(text) {
                Ok(entry) => entries.push(entry),
                Err(why) => self.error(element.position, &path, why),
            }
        }
        Actors::new(entries)
    }

    /// Slugs of apps.
    pub fn apps(&mut self, node: &Node, path: &str) -> Vec<String> {
        self.list_of(node, path, "app", |text| {
            if is_slug(text) {
                return Ok(text.to_owned());
            }
            let hint = if text.ends_with("[bot]") { " without `[bot]`" } else { "" };
            Err(format!(
                "{} is not a valid slug of an app; expected it as in `github.com/apps/SLUG`{hint}",
                quote(text)
            ))
        })
    }

    pub fn repositories(&mut self, node: &Node, path: &str) -> Vec<String> {
        self.list_of(node, path, "repository", |text| match text.split_once('/') {
            Some((owner, name)) if is_owner(owner) && is_repository_name(name) => Ok(text.to_owned()),
            _ => Err(format!("{} is not a valid repository; expected `OWNER/NAME`", quote(text))),
        })
    }

    pub fn boolean(&mut self, node: &Node, path: &str) -> Option<bool> {
        let value = node.as_bool();
        if value.is_none() {
            self.error(node.position, path, format!("found {}, expected `true` or `false`", describe(node)));
        }
        value
    }

    /// The value that a word means.
    pub fn one_of<T: Copy>(&mut self, node: &Node, path: &str, table: &[(T, &'static str)]) -> Option<T> {
        let found = node.as_str().and_then(|text| table.iter().find(|(_, name)| *name == text));
        if found.is_none() {
            let names = || table.iter().map(|(_, name)| *name);
            let near = node.as_str().map(|text| did_you_mean(text, names())).unwrap_or_default();
            let message = format!("found {}{near}, expected {}", describe(node), quote_list(names(), "or"));
            self.error(node.position, path, message);
        }
        found.map(|(value, _)| *value)
    }

    pub fn integer(&mut self, node: &Node, path: &str, (min, max): (u64, u64)) -> Option<u64> {
        let value = node.as_number().and_then(|text| text.parse().ok()).filter(|value| (min..=max).contains(value));
        if value.is_none() {
            let message = format!("found {}, expected a whole number from {min} to {max}", describe(node));
            self.error(node.position, path, message);
        }
        value
    }

    /// The name of a rule.
    pub fn slug(&mut self, node: &Node, path: &str) -> Option<String> {
        let text = self.string(node, path)?;
        if is_field_slug(text) {
            return Some(text.to_owned());
        }
        let message = format!(
            "{} is not a valid name; expected 1 to 100 of the characters `A-Z a-z 0-9 . _ -`, starting with a letter or digit",
            quote(text)
        );
        self.error(node.position, path, message);
        None
    }
}

/// The message for an unknown word.
pub fn unknown_word(what: &str, text: &str, options: &[&str]) -> String {
    let near = did_you_mean(text, options.iter().copied());
    format!("unknown {what} {}{near}; expected one of {}", quote(text), quote_list(options, "or"))
}

/// A value for a message.
pub fn describe(node: &Node) -> String {
    match &node.value {
        // `'true'` is text, and looks like the boolean without its quotes.
        Value::Scalar { text, plain: false } => format!("the quoted text {}", quote(text)),
        Value::Scalar { text, .. } => quote(text),
        _ => node.type_name().to_owned(),
    }
}

fn is_owner(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= 100
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
}

fn is_repository_name(text: &str) -> bool {
    (1..=100).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
        && !matches!(text, "." | "..")
}
