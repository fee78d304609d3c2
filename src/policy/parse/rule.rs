//! The rules of an event.

use super::{Entry, PolicyParser, join};
use crate::format::yaml::{Key, Node, Position};
use crate::github::event_name::EventName;
use crate::policy::grammar::{KeyInfo, MAX_RULES, MappingKey, RuleKey, UNKNOWN_FIELDS, unsupported_key};
use crate::policy::pattern::PatternKind;
use crate::policy::rule_checks::{self, Violation};
use crate::policy::{ReviewState, Rule, overlap};
use crate::text::quote;

impl PolicyParser {
    /// One rule, or a list of them.
    pub fn rules(&mut self, event: EventName, key: &Key, node: &Node, path: &str) -> Vec<Rule> {
        match node.as_sequence() {
            None => vec![self.rule(event, node, key.position, path)],
            Some(_) if !event.has_types() => {
                let message = format!(
                    "found a list, expected one rule: `{}` has no types that could tell rules apart",
                    event.name()
                );
                self.error(node.position, path, message);
                Vec::new()
            }
            Some(elements) => self.rule_list(event, elements, node.position, path),
        }
    }

    fn rule_list(&mut self, event: EventName, elements: &[Node], position: Position, list_path: &str) -> Vec<Rule> {
        if elements.is_empty() || elements.len() > MAX_RULES {
            let message = format!("the list has {} rules; expected 1 to {MAX_RULES}", elements.len());
            self.error(position, list_path, message);
        }
        let mut rules: Vec<Rule> = Vec::new();
        for (index, element) in elements.iter().take(MAX_RULES).enumerate() {
            let path = format!("{list_path}[{index}]");
            let rule = self.rule(event, element, element.position, &path);
            if rule.types.is_none() && !RuleKey::Types.info().required.includes_event(event) {
                let message = "this key is missing: every rule of a list needs it, so that exactly one applies";
                self.error(element.position, &join(&path, RuleKey::Types.info().name), message);
            }
            for (other_index, other) in rules.iter().enumerate() {
                let other_path = quote(&format!("{list_path}[{other_index}]"));
                if !rule.name.is_empty() && rule.name == other.name {
                    let message = format!("the name {} is used by {other_path} already", quote(&rule.name));
                    self.error(element.position, &join(&path, RuleKey::Name.info().name), message);
                }
                if let Some(why) = overlap::common_events(other, &rule) {
                    let message = format!("this rule and {other_path} can apply to the same event: {why}");
                    self.error(element.position, &path, message);
                }
            }
            rules.push(rule);
        }
        rules
    }

    fn rule(&mut self, event: EventName, node: &Node, position: Position, path: &str) -> Rule {
        let is_supported = |info: &KeyInfo| info.scope.includes_event(event);
        // `push:` with nothing behind it is a rule without demands.
        let entries = if node.is_null() {
            Vec::new()
        } else {
            self.entries::<RuleKey>(node, path, &is_supported, |key| unsupported_key(event, key))
        };
        let mut rule = Rule::default();
        for Entry { key, path, value, .. } in &entries {
            self.rule_key(&mut rule, event, *key, value, path);
        }
        if node.is_null() || node.as_mapping().is_some() {
            let is_required = |info: &KeyInfo| info.required.includes_event(event);
            self.check_required::<RuleKey>(node, position, path, &is_supported, &is_required);
        }
        for Violation { key, message } in rule_checks::check(event, &rule) {
            let at = entries.iter().find(|entry| entry.key == key).map_or(position, |entry| entry.position);
            self.error(at, &join(path, key.info().name), message);
        }
        rule
    }

    fn rule_key(&mut self, rule: &mut Rule, event: EventName, key: RuleKey, value: &Node, path: &str) {
        match key {
            RuleKey::Name => rule.name = self.slug(value, path).unwrap_or_default(),
            RuleKey::Types => rule.types = Some(self.types(event, value, path)),
            RuleKey::Branches => rule.branches = self.patterns(value, path, PatternKind::Branch),
            RuleKey::Label => rule.label = Some(self.labels(value, path)),
            RuleKey::Review => {
                let states = self.list_of(value, path, "state", |text| {
                    let state = ReviewState::NAMES.iter().find(|(_, name)| *name == text);
                    let names = ReviewState::NAMES.map(|(_, name)| name);
                    state.map(|(state, _)| *state).ok_or_else(|| super::values::unknown_word("state", text, &names))
                });
                rule.review = Some(states);
            }
            RuleKey::Command => rule.command = Some(self.command(value, path)),
            RuleKey::Source => rule.source = self.source(value, path),
            RuleKey::Actors => rule.actors = self.actors(value, path),
            RuleKey::ViaApps => rule.via_apps = self.apps(value, path),
            RuleKey::RerunBy => rule.rerun_by = self.actors(value, path),
            RuleKey::Payload => rule.payload = self.fields(value, path),
            RuleKey::UnknownFields => {
                rule.drop_unknown_fields = self.one_of(value, path, &UNKNOWN_FIELDS).unwrap_or_default();
            }
            RuleKey::PullRequest => rule.pull_request = Some(self.pull_request(value, path)),
            RuleKey::Provenance => rule.provenance = self.provenance(value, path),
            RuleKey::Once => rule.once = self.boolean(value, path).unwrap_or_default(),
        }
    }

    fn types(&mut self, event: EventName, node: &Node, path: &str) -> Vec<String> {
        self.list_of(node, path, "type", |text| match rule_checks::unknown_type(event, text) {
            None => Ok(text.to_owned()),
            Some(why) => Err(why),
        })
    }
}
