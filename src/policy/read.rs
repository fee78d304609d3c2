//! Policy text into a [`Policy`]. Every error is collected, each with its line, column and path.

use std::fmt;

use super::actor::{ActorEntry, Actors};
use super::field::{Bound, DEFAULT_MAX_LENGTH, Field, FieldType, LARGEST_MAX_LENGTH, TYPE_NAMES, WholePattern};
use super::pattern::{Pattern, Patterns};
use super::{LabelRule, Policy, Proof, ProvenanceRule, PullRequestRule, Rule, StateRule, WorkflowRef};
use crate::event::{EventName, Source};
use crate::json::{Json, Number};
use crate::payload::ENVELOPE_KEY;
use crate::text::{did_you_mean, is_deceptive, look_alike, nearest, printable, quote, quote_list};
use crate::yaml::{self, Key, Node, Position, Value};

/// The keys of a policy.
pub const POLICY_KEYS: &[&str] = &["version", "events"];
/// The keys of a rule.
pub const RULE_KEYS: &[&str] = &["types", "actors", "payload", "unknown-fields", "pull-request", "provenance", "once"];
/// The keys of `pull-request`.
pub const PULL_REQUEST_KEYS: &[&str] = &["base", "state", "merged", "drafts", "forks", "labels", "authors", "head"];
/// The keys of `labels`.
pub const LABEL_KEYS: &[&str] = &["all", "any", "none"];
/// The keys of `provenance`.
pub const PROVENANCE_KEYS: &[&str] = &["require", "workflows", "max-age", "max-hops"];
/// The keys of a payload field, whatever its type.
pub const FIELD_KEYS: &[&str] = &["type", "required", "default"];
/// The keys that only fields of one type have.
pub const TYPE_KEYS: &[(&str, &[&str])] =
    &[("string", &["pattern", "max-length"]), ("number", &["min", "max", "integer"]), ("choice", &["options"])];

/// The longest `max-age`, in seconds: a week.
const LONGEST_MAX_AGE: u64 = 7 * 24 * 60 * 60;
/// How many elements a list may have, so that a policy cannot make the guard slow.
const MOST_ELEMENTS: usize = 1000;
/// The longest chain of dispatches that a policy may allow.
const MOST_HOPS: u64 = 100;

/// An error in a policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// Where it is.
    pub position: Position,
    /// The path of keys that leads there: `events.push.types[0]`; empty for the whole text.
    pub path: String,
    /// What is wrong and how to mend it.
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

/// Reads a policy.
///
/// # Errors
/// Every error, in the order of the text.
pub fn policy(text: &str) -> Result<Policy, Vec<Diagnostic>> {
    let mut reader = Reader::default();
    let policy = reader.document(text).and_then(|root| reader.policy(&root));
    reader.finish(policy)
}

/// Reads the fields of a payload, as the flat input `payload` gives them.
///
/// # Errors
/// Every error, in the order of the text.
pub fn payload(text: &str) -> Result<Vec<Field>, Vec<Diagnostic>> {
    let mut reader = Reader::default();
    let fields = reader.document(text).map(|root| reader.fields(&root, ""));
    reader.finish(fields)
}

#[derive(Default)]
struct Reader {
    diagnostics: Vec<Diagnostic>,
}

impl Reader {
    fn finish<T>(self, value: Option<T>) -> Result<T, Vec<Diagnostic>> {
        match value {
            Some(value) if self.diagnostics.is_empty() => Ok(value),
            _ => Err(self.diagnostics),
        }
    }

    fn error(&mut self, position: Position, path: &str, message: impl Into<String>) {
        let place = self.diagnostics.partition_point(|other| other.position <= position);
        self.diagnostics.insert(place, Diagnostic { position, path: path.to_owned(), message: message.into() });
    }

    fn document(&mut self, text: &str) -> Option<Node> {
        match yaml::parse(text) {
            Ok(Some(root)) => return Some(root),
            Ok(None) => self.error(Position { line: 1, column: 1 }, "", "the text is empty"),
            // It may quote a key.
            Err(error) => self.error(error.position, "", printable(&error.message)),
        }
        None
    }

    /// A mapping's entries; keys that are not known are errors and left out.
    fn mapping<'n>(&mut self, node: &'n Node, path: &str, known: &[&str]) -> Vec<&'n (Key, Node)> {
        let Some(entries) = node.as_mapping() else {
            self.error(node.position, path, format!("this is {}; it has to be a mapping", node.kind()));
            return Vec::new();
        };
        let mut good = Vec::new();
        for entry in entries {
            let key = &entry.0;
            if known.contains(&key.text.as_str()) {
                good.push(entry);
            } else {
                let near = did_you_mean(&key.text, known.iter().copied());
                let message =
                    format!("{} is no key here{near}; the keys are {}", quote(&key.text), quote_list(known, "and"));
                self.error(key.position, &join(path, &key.text), message);
            }
        }
        good
    }

    fn policy(&mut self, root: &Node) -> Option<Policy> {
        let entries = self.mapping(root, "", POLICY_KEYS);
        root.as_mapping()?;
        let find = |name: &str| entries.iter().find(|(key, _)| key.text == name).map(|(_, node)| node);
        match find("version") {
            None if is_misspelt(root, POLICY_KEYS, "version") => {}
            None => self.error(root.position, "version", "this key is missing; write `version: 1`"),
            Some(node) if node.as_number() != Some("1") => {
                self.error(node.position, "version", "the only version is the number `1`");
            }
            Some(_) => {}
        }
        let Some(events) = find("events") else {
            if !is_misspelt(root, POLICY_KEYS, "events") {
                self.error(root.position, "events", "this key is missing; it lists the events that may pass");
            }
            return None;
        };
        let names: Vec<&str> = EventName::ALL.iter().map(|(_, name)| *name).collect();
        let entries = self.mapping(events, "events", &names);
        if events.as_mapping().is_some_and(<[_]>::is_empty) {
            self.error(events.position, "events", "the mapping is empty; list at least one event");
        }
        let mut rules = Vec::new();
        for (key, node) in entries {
            if let Some(event) = EventName::from_name(&key.text) {
                rules.push((event, self.rule(event, key, node)));
            }
        }
        Some(Policy::new(rules))
    }

    fn rule(&mut self, event: EventName, key: &Key, node: &Node) -> Rule {
        let path = join("events", &key.text);
        let mut rule = Rule::default();
        // `push:` with nothing behind it is a rule that asks for nothing.
        let entries = if node.is_null() { Vec::new() } else { self.mapping(node, &path, RULE_KEYS) };
        for (key, value) in &entries {
            let path = join(&path, &key.text);
            if let Some(why) = not_for(event, &key.text) {
                self.error(key.position, &path, why);
                continue;
            }
            match key.text.as_str() {
                "types" => rule.types = Some(self.words(value, &path, "type")),
                "actors" => rule.actors = self.actors(value, &path),
                "payload" => rule.payload = self.fields(value, &path),
                "unknown-fields" => {
                    rule.drop_unknown_fields = self.choice(value, &path, &["deny", "drop"]) == Some("drop");
                }
                "pull-request" => rule.pull_request = Some(self.pull_request(value, &path)),
                "provenance" => rule.provenance = self.provenance(value, &path),
                _ => rule.once = self.boolean(value, &path).unwrap_or_default(),
            }
        }
        for needed in needed_keys(event) {
            let is_there = entries.iter().any(|(key, _)| key.text == *needed);
            if !is_there && !is_misspelt(node, RULE_KEYS, needed) {
                let message = format!("this key is missing; `{}` needs it", event.name());
                self.error(key.position, &join(&path, needed), message);
            }
        }
        let names_pull_request = rule.payload.iter().any(|field| field.kind.name() == "pull-request");
        if rule.once && !names_pull_request && rule.pull_request.is_none() {
            let message = "the record of what has passed lies on the pull request's head commit, so the rule needs a \
                 payload field of type `pull-request`";
            self.error(key.position, &join(&path, "once"), message);
        }
        if rule.payload.len() > event.payload_properties() {
            let message =
                format!("{} fields are declared; GitHub takes {}", rule.payload.len(), event.payload_properties());
            self.error(key.position, &join(&path, "payload"), message);
        }
        rule
    }

    /// The elements of a list that must not be empty, with their paths.
    fn list<'n>(&mut self, node: &'n Node, path: &str) -> Vec<(&'n Node, String)> {
        match node.as_sequence() {
            None => {
                let one = node.as_str().map(|text| format!(", as {}", quote(&format!("[{text}]")))).unwrap_or_default();
                let message = format!("this is {}; it has to be a list{one}", node.kind());
                self.error(node.position, path, message);
                Vec::new()
            }
            Some([]) => {
                self.error(node.position, path, "the list is empty; take the key out, or list what is meant");
                Vec::new()
            }
            Some(elements) if elements.len() > MOST_ELEMENTS => {
                let message = format!("the list has {} elements; {MOST_ELEMENTS} are allowed", elements.len());
                self.error(node.position, path, message);
                Vec::new()
            }
            Some(elements) => {
                elements.iter().enumerate().map(|(index, node)| (node, format!("{path}[{index}]"))).collect()
            }
        }
    }

    /// A single text that shows what it is.
    fn text<'n>(&mut self, node: &'n Node, path: &str) -> Option<&'n str> {
        let Some(text) = node.as_str() else {
            self.error(node.position, path, format!("this is {}; it has to be text", node.kind()));
            return None;
        };
        match unclear(text) {
            None => Some(text),
            Some(why) => {
                self.error(node.position, path, why);
                None
            }
        }
    }

    fn words(&mut self, node: &Node, path: &str, what: &str) -> Vec<String> {
        let mut words: Vec<String> = Vec::new();
        for (element, path) in self.list(node, path) {
            let Some(word) = self.text(element, &path) else { continue };
            if words.iter().any(|known| known == word) {
                self.error(element.position, &path, format!("the {what} {} is listed twice", quote(word)));
            }
            words.push(word.to_owned());
        }
        words
    }

    fn actors(&mut self, node: &Node, path: &str) -> Option<Actors> {
        let mut entries = Vec::new();
        for (element, path) in self.list(node, path) {
            let Some(text) = element.as_str() else {
                let hint = if element.as_mapping().is_some() {
                    "; write `login:id` and `role:LEVEL` without a space"
                } else {
                    ""
                };
                let message = format!("this is {}; it has to be an actor{hint}", element.kind());
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

    fn branches(&mut self, node: &Node, path: &str) -> Option<Patterns> {
        let mut patterns = Vec::new();
        let mut broken = false;
        for (element, path) in self.list(node, path) {
            let pattern = self.text(element, &path).map(Pattern::parse);
            match pattern {
                Some(Ok(pattern)) => patterns.push(pattern),
                Some(Err(error)) => {
                    self.error(element.position, &path, error.to_string());
                    broken = true;
                }
                None => broken = true,
            }
        }
        if broken || patterns.is_empty() {
            return None;
        }
        Patterns::new(patterns).map_err(|error| self.error(node.position, path, error.to_string())).ok()
    }

    fn boolean(&mut self, node: &Node, path: &str) -> Option<bool> {
        let value = node.as_bool();
        if value.is_none() {
            self.error(node.position, path, format!("{} is neither `true` nor `false`", shown(node)));
        }
        value
    }

    fn choice(&mut self, node: &Node, path: &str, options: &[&'static str]) -> Option<&'static str> {
        let found = node.as_str().and_then(|text| options.iter().find(|option| **option == text)).copied();
        if found.is_none() {
            let near = node.as_str().map(|text| did_you_mean(text, options.iter().copied())).unwrap_or_default();
            let message = format!("{} is not one of {}{near}", shown(node), quote_list(options, "and"));
            self.error(node.position, path, message);
        }
        found
    }

    fn integer(&mut self, node: &Node, path: &str, from: u64, to: u64) -> Option<u64> {
        let value = node.as_number().and_then(|text| text.parse().ok()).filter(|value| (from..=to).contains(value));
        if value.is_none() {
            self.error(node.position, path, format!("{} is not a whole number from {from} to {to}", shown(node)));
        }
        value
    }

    fn pull_request(&mut self, node: &Node, path: &str) -> PullRequestRule {
        let mut rule = PullRequestRule::default();
        for (key, value) in self.mapping(node, path, PULL_REQUEST_KEYS) {
            let path = join(path, &key.text);
            match key.text.as_str() {
                "base" => rule.base = self.branches(value, &path),
                "head" => rule.head = self.branches(value, &path),
                "state" => {
                    rule.state = self.choice(value, &path, &["open", "closed", "any"]).map(|state| match state {
                        "open" => StateRule::Open,
                        "closed" => StateRule::Closed,
                        _ => StateRule::Any,
                    });
                }
                "merged" => rule.merged = self.boolean(value, &path),
                "drafts" => {
                    rule.allow_drafts = self.choice(value, &path, &["allow", "deny"]).map(|word| word == "allow");
                }
                "forks" => rule.allow_forks = self.choice(value, &path, &["allow", "deny"]).map(|word| word == "allow"),
                "labels" => rule.labels = self.labels(value, &path),
                _ => rule.authors = self.actors(value, &path),
            }
        }
        if rule.merged == Some(true) && rule.state == Some(StateRule::Open) {
            self.error(node.position, path, "`merged: true` and `state: open` can never hold together");
        }
        rule
    }

    fn labels(&mut self, node: &Node, path: &str) -> LabelRule {
        let mut labels = LabelRule::default();
        for (key, value) in self.mapping(node, path, LABEL_KEYS) {
            let words = self.words(value, &join(path, &key.text), "label");
            match key.text.as_str() {
                "all" => labels.all = words,
                "any" => labels.any = words,
                _ => labels.none = words,
            }
        }
        if node.as_mapping().is_some_and(<[_]>::is_empty) {
            self.error(node.position, path, "the mapping is empty; give `all`, `any` or `none`");
        }
        if let Some(both) = labels.all.iter().find(|label| labels.none.contains(label)) {
            self.error(node.position, path, required_and_forbidden(both));
        }
        labels
    }

    fn provenance(&mut self, node: &Node, path: &str) -> ProvenanceRule {
        let mut rule = ProvenanceRule::default();
        for (key, value) in self.mapping(node, path, PROVENANCE_KEYS) {
            let path = join(path, &key.text);
            match key.text.as_str() {
                "require" => {
                    let word = self.choice(value, &path, &Proof::NAMES.map(|(_, name)| name));
                    let proof = Proof::NAMES.iter().find(|(_, name)| Some(*name) == word);
                    rule.require = proof.map_or(Proof::None, |(proof, _)| *proof);
                }
                "workflows" => rule.workflows = self.workflows(value, &path),
                "max-age" => rule.max_age = self.duration(value, &path).unwrap_or(rule.max_age),
                _ => rule.max_hops = self.integer(value, &path, 1, MOST_HOPS).unwrap_or(rule.max_hops),
            }
        }
        let has_workflows = node.as_mapping().is_some_and(|all| all.iter().any(|(key, _)| key.text == "workflows"));
        if matches!(rule.require, Proof::Run | Proof::Oidc) && !has_workflows {
            let message = format!("`require: {}` needs `workflows`: the workflows that may send", rule.require.name());
            self.error(node.position, path, message);
        }
        let tag = rule.workflows.iter().find(|workflow| workflow.git_ref.starts_with("refs/tags/"));
        if let (Proof::Run, Some(tag)) = (rule.require, tag) {
            let message = format!(
                "`require: run` knows a run by its branch, so {} never matches; list `refs/heads/…`, or require `oidc`",
                quote(&tag.to_string())
            );
            self.error(node.position, &join(path, "workflows"), message);
        }
        rule
    }

    fn workflows(&mut self, node: &Node, path: &str) -> Vec<WorkflowRef> {
        let mut workflows = Vec::new();
        for (element, path) in self.list(node, path) {
            let Some(text) = self.text(element, &path) else { continue };
            match workflow_ref(text) {
                Some(workflow) => workflows.push(workflow),
                None => self.error(
                    element.position,
                    &path,
                    format!(
                        "{} is no workflow at a ref; write it as `.github/workflows/w2.yml@refs/heads/main`",
                        quote(text)
                    ),
                ),
            }
        }
        workflows
    }

    fn duration(&mut self, node: &Node, path: &str) -> Option<u64> {
        let seconds = node.as_str().and_then(seconds).filter(|seconds| (1..=LONGEST_MAX_AGE).contains(seconds));
        if seconds.is_none() {
            let message = format!(
                "{} is no duration from `1s` to `7d`; write a whole number and `s`, `m`, `h` or `d`",
                shown(node)
            );
            self.error(node.position, path, message);
        }
        seconds
    }

    fn fields(&mut self, node: &Node, path: &str) -> Vec<Field> {
        let Some(entries) = node.as_mapping() else {
            let message = format!("this is {}; it has to be a mapping of field names to types", node.kind());
            self.error(node.position, path, message);
            return Vec::new();
        };
        let mut fields: Vec<Field> = Vec::new();
        for (key, node) in entries {
            let path = join(path, &key.text);
            if key.text == ENVELOPE_KEY {
                self.error(
                    key.position,
                    &path,
                    "this key is the envelope's; it is always permitted and never declared",
                );
                continue;
            }
            if let Some(why) = unclear(&key.text) {
                self.error(key.position, &path, why);
                continue;
            }
            if let Some(field) = self.field(&key.text, node, &path) {
                let single = matches!(field.kind, FieldType::PullRequest | FieldType::HeadSha);
                if single && fields.iter().any(|other| other.kind.name() == field.kind.name()) {
                    let message = format!("a second field of type `{}`; there can be one", field.kind.name());
                    self.error(key.position, &path, message);
                }
                fields.push(field);
            }
        }
        let has = |kind: &str| fields.iter().any(|field| field.kind.name() == kind);
        if has("head-sha") && !has("pull-request") {
            let message = "a field of type `head-sha` is held against the pull request's head, so it needs a field of type `pull-request`";
            self.error(node.position, path, message);
        }
        fields
    }

    fn field(&mut self, name: &str, node: &Node, path: &str) -> Option<Field> {
        if node.as_mapping().is_none() {
            let kind = self.field_type(node, path)?;
            let kind = self.with_details(kind, &[], node.position, path)?;
            return Some(Field { name: name.to_owned(), kind, required: true, default: None });
        }
        let entries = node.as_mapping().unwrap_or_default();
        let Some((_, type_node)) = entries.iter().find(|(key, _)| key.text == "type") else {
            self.error(
                node.position,
                &join(path, "type"),
                format!("this key is missing; the types are {}", TYPE_NAMES.join(", ")),
            );
            return None;
        };
        let kind = self.field_type(type_node, &join(path, "type"))?;
        let own = TYPE_KEYS.iter().find(|(name, _)| *name == kind).map_or(&[][..], |(_, keys)| keys);
        let entries = self.mapping(node, path, &[FIELD_KEYS, own].concat());
        let mut required = true;
        for (key, value) in &entries {
            if key.text == "required" {
                required = self.boolean(value, &join(path, "required")).unwrap_or(true);
            }
        }
        let kind = self.with_details(kind, &entries, node.position, path)?;
        let mut field = Field { name: name.to_owned(), kind, required, default: None };
        if let Some((key, value)) = entries.iter().find(|(key, _)| key.text == "default") {
            field.default = self.default_value(&field, key, value, &join(path, "default"));
        }
        Some(field)
    }

    fn field_type(&mut self, node: &Node, path: &str) -> Option<&'static str> {
        self.choice(node, path, &TYPE_NAMES)
    }

    /// The type of a name with what its own keys say.
    fn with_details(
        &mut self,
        name: &str,
        entries: &[&(Key, Node)],
        position: Position,
        path: &str,
    ) -> Option<FieldType> {
        let find = |key: &str| entries.iter().find(|(found, _)| found.text == key).map(|(_, node)| node);
        Some(match name {
            "string" => {
                let pattern = find("pattern").and_then(|node| self.pattern(node, &join(path, "pattern")));
                let length = find("max-length")
                    .and_then(|node| self.integer(node, &join(path, "max-length"), 1, LARGEST_MAX_LENGTH));
                FieldType::String { pattern, max_length: length.unwrap_or(DEFAULT_MAX_LENGTH) }
            }
            "number" => {
                let min = find("min").and_then(|node| self.bound(node, &join(path, "min")));
                let max = find("max").and_then(|node| self.bound(node, &join(path, "max")));
                if let (Some(min), Some(max)) = (&min, &max)
                    && min.value.compare(&max.value).is_gt()
                {
                    self.error(position, path, "`min` is larger than `max`; no number can pass");
                }
                let integer = find("integer").and_then(|node| self.boolean(node, &join(path, "integer")));
                FieldType::Number { min, max, integer: integer.unwrap_or(false) }
            }
            "choice" => {
                let path = join(path, "options");
                let Some(node) = find("options") else {
                    self.error(position, &path, "this key is missing; `choice` needs the list of options");
                    return None;
                };
                FieldType::Choice(self.words(node, &path, "option"))
            }
            name => FieldType::plain(name)?,
        })
    }

    fn pattern(&mut self, node: &Node, path: &str) -> Option<WholePattern> {
        let text = node.as_str();
        if text.is_none() {
            self.error(node.position, path, format!("this is {}; it has to be a regular expression", node.kind()));
        }
        WholePattern::parse(text?).map_err(|why| self.error(node.position, path, why)).ok()
    }

    fn bound(&mut self, node: &Node, path: &str) -> Option<Bound> {
        let bound = node.as_number().and_then(Bound::parse);
        if bound.is_none() {
            self.error(node.position, path, format!("{} is no number", shown(node)));
        }
        bound
    }

    fn default_value(&mut self, field: &Field, key: &Key, node: &Node, path: &str) -> Option<Json> {
        if field.required {
            self.error(key.position, path, "a default is of no use to a required field; add `required: false`");
            return None;
        }
        if matches!(field.kind, FieldType::PullRequest | FieldType::HeadSha) {
            let message = format!("a field of type `{}` has no default; the sender has to name it", field.kind.name());
            self.error(key.position, path, message);
            return None;
        }
        let value = match (&field.kind, node.as_str()) {
            (FieldType::Number { .. }, Some(_)) => node.as_number().and_then(Number::parse).map(Json::Number),
            (FieldType::Boolean, Some(_)) => node.as_bool().map(Json::Bool),
            (_, text) => text.map(Json::string),
        };
        let accepted = value.and_then(|value| field.kind.accept(&value, false).ok());
        if accepted.is_none() {
            let message = format!("{} is not of the field's type: {}", shown(node), field.kind.describe());
            self.error(node.position, path, message);
        }
        accepted
    }
}

/// Whether a mapping has an unknown key that is close to this one: then the error about that key says it all.
fn is_misspelt(node: &Node, known: &[&str], needed: &str) -> bool {
    node.as_mapping().unwrap_or_default().iter().any(|(key, _)| {
        !known.contains(&key.text.as_str()) && nearest(&key.text, known.iter().copied()) == Some(needed)
    })
}

/// The keys that an event's rule cannot do without.
pub fn needed_keys(event: EventName) -> &'static [&'static str] {
    match event {
        EventName::RepositoryDispatch => &["types", "actors"],
        EventName::WorkflowDispatch => &["actors"],
        _ => &[],
    }
}

/// Why an event's rule cannot have a key.
fn not_for(event: EventName, key: &str) -> Option<String> {
    let name = event.name();
    match key {
        "types" if !event.has_types() => Some(format!("`{name}` has no activity types")),
        "payload" | "unknown-fields" if !event.is_dispatch() => {
            Some(format!("`{name}` carries no payload; only dispatch events do"))
        }
        "once" if !event.is_dispatch() => {
            Some(format!("`{name}` is not sent on purpose; only a dispatch can be sent twice"))
        }
        "provenance" if event != EventName::RepositoryDispatch => {
            Some(format!("`{name}` carries no envelope; only `repository_dispatch` does"))
        }
        "pull-request" if event.source() == Source::None => Some(format!("`{name}` is about no pull request")),
        _ => None,
    }
}

pub(super) fn required_and_forbidden(label: &str) -> String {
    format!("{} is required and forbidden", quote(label))
}

/// Why a text of a policy does not show what it is.
pub(super) fn unclear(text: &str) -> Option<String> {
    if text.is_empty() {
        return Some("this is empty; write the text that is meant".to_owned());
    }
    if text.trim() != text {
        return Some(format!("{} has white space at an end; write it without", quote(text)));
    }
    let odd = text.chars().find(|letter| is_deceptive(*letter)).or_else(|| look_alike(text))?;
    Some(format!(
        "{} holds the character U+{:04X}, which is not seen or looks like another; type the text anew",
        quote(text),
        u32::from(odd)
    ))
}

fn shown(node: &Node) -> String {
    match &node.value {
        // `'true'` is a text, and looks like the boolean without its quotes.
        Value::Scalar { text, plain: false } => format!("the quoted text {}", quote(text)),
        Value::Scalar { text, .. } => quote(text),
        _ => node.kind().to_owned(),
    }
}

fn join(path: &str, key: &str) -> String {
    if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") }
}

/// `PATH@REF`: a file right under `.github/workflows`, and a full ref.
fn workflow_ref(text: &str) -> Option<WorkflowRef> {
    let (path, git_ref) = text.split_once('@')?;
    let file = path.strip_prefix(".github/workflows/")?;
    let is_file = !file.contains('/') && (file.ends_with(".yml") || file.ends_with(".yaml"));
    let is_ref =
        ["refs/heads/", "refs/tags/"].iter().any(|kind| git_ref.len() > kind.len() && git_ref.starts_with(kind));
    (is_file && is_ref && !text.contains('*'))
        .then(|| WorkflowRef { path: path.to_owned(), git_ref: git_ref.to_owned() })
}

/// Seconds of a duration such as `90s`, `15m`, `2h` or `1d`.
fn seconds(text: &str) -> Option<u64> {
    let digits = text.trim_end_matches(|letter: char| letter.is_ascii_alphabetic());
    let unit = match &text[digits.len()..] {
        "s" => 1,
        "m" => 60,
        "h" => 60 * 60,
        "d" => 24 * 60 * 60,
        _ => return None,
    };
    let plain = !digits.is_empty() && digits.len() <= 6 && digits.bytes().all(|byte| byte.is_ascii_digit());
    if plain { digits.parse::<u64>().ok().map(|number| number * unit) } else { None }
}
