//! Commands of comments and reviews.

use super::{Entry, PolicyParser};
use crate::format::yaml::Node;
use crate::policy::CommandRule;
use crate::policy::grammar::CommandKey;
use crate::text::quote;

/// The longest name of a command, without `/` or `@`.
const MAX_NAME_CHARS: usize = 50;

impl PolicyParser {
    /// A command's name, a list of names, or a mapping.
    pub fn command(&mut self, node: &Node, path: &str) -> CommandRule {
        if node.as_mapping().is_none() {
            let names = self.command_names(node, path);
            return CommandRule { names, arguments: Vec::new(), rest: false };
        }
        let mut rule = CommandRule { names: Vec::new(), arguments: Vec::new(), rest: false };
        for Entry { key, path, value, .. } in self.mapping::<CommandKey>(node, path) {
            match key {
                CommandKey::Name => rule.names = self.command_names(value, &path),
                CommandKey::Arguments => (rule.arguments, rule.rest) = self.arguments(value, &path),
            }
        }
        rule
    }

    fn command_names(&mut self, node: &Node, path: &str) -> Vec<String> {
        if node.as_sequence().is_some() {
            return self.list_of(node, path, "command", command_name);
        }
        match self.string(node, path).map(command_name) {
            Some(Ok(name)) => vec![name],
            Some(Err(why)) => {
                self.error(node.position, path, why);
                Vec::new()
            }
            None => Vec::new(),
        }
    }
}

fn command_name(text: &str) -> Result<String, String> {
    let name = text.strip_prefix(['/', '@']).unwrap_or(text);
    let is_valid = name.len() <= MAX_NAME_CHARS
        && name.starts_with(|first: char| first.is_ascii_lowercase())
        && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"_-".contains(&byte));
    if is_valid {
        return Ok(text.to_owned());
    }
    Err(format!(
        "{} is not a valid command; expected a lower-case letter and up to {} of the characters `a-z 0-9 _ -`, with `/` or \
         `@` before them or without, such as `/deploy`",
        quote(text),
        MAX_NAME_CHARS - 1
    ))
}
