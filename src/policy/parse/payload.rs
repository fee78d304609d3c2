//! Fields of a payload, and arguments of a command.

use super::text::check_display_safe;
use super::values::describe;
use super::{Entry, PolicyParser, join};
use crate::envelope::ENVELOPE_KEY;
use crate::format::json::{Json, Number};
use crate::format::yaml::{Node, Position};
use crate::policy::field::{AnchoredRegex, Bound, DEFAULT_MAX_LENGTH, Encoding, Field, FieldType, TYPE_NAMES};
use crate::policy::grammar::{FieldKey, KeyInfo, MAX_PATH_KEYS, MappingKey, STRING_LENGTHS, Scope};
use crate::text::{quote, quote_list};

/// Where a field is declared.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Payload,
    Arguments,
}

/// What the keys of one field say.
#[derive(Default)]
struct Details {
    required: Option<bool>,
    path: Option<Vec<String>>,
    pattern: Option<AnchoredRegex>,
    max_length: Option<u64>,
    rest: bool,
    min: Option<Bound>,
    max: Option<Bound>,
    integer: bool,
    options: Vec<String>,
}

impl PolicyParser {
    /// The fields of a payload.
    pub fn fields(&mut self, node: &Node, path: &str) -> Vec<Field> {
        self.declarations(node, path, Place::Payload).into_iter().map(|(field, _)| field).collect()
    }

    /// The arguments of a command, and whether the last one takes the rest of the line.
    pub fn arguments(&mut self, node: &Node, path: &str) -> (Vec<Field>, bool) {
        let declared = self.declarations(node, path, Place::Arguments);
        let mut after_optional = None;
        for (field, _) in &declared {
            match (field.required, after_optional) {
                (false, _) => after_optional = Some(&field.name),
                (true, Some(optional)) => {
                    let message = format!(
                        "a required argument cannot follow the optional one {}; declare optional ones last",
                        quote(optional)
                    );
                    self.error(node.position, &join(path, &field.name), message);
                }
                (true, None) => {}
            }
        }
        if let Some((field, _)) = declared.iter().rev().skip(1).find(|(_, rest)| *rest) {
            let message = "only the last argument can have `rest: true`: it takes the rest of the line";
            self.error(node.position, &join(&join(path, &field.name), FieldKey::Rest.info().name), message);
        }
        let rest = declared.last().is_some_and(|(_, rest)| *rest);
        (declared.into_iter().map(|(field, _)| field).collect(), rest)
    }

    fn declarations(&mut self, node: &Node, path: &str, place: Place) -> Vec<(Field, bool)> {
        let Some(entries) = node.as_mapping() else {
            let message = format!("found {}, expected a mapping of names to types", node.type_name());
            self.error(node.position, path, message);
            return Vec::new();
        };
        let mut fields: Vec<(Field, bool)> = Vec::new();
        for (key, value) in entries {
            let path = join(path, &key.text);
            if let Some(why) = unusable_name(&key.text, entries.iter().map(|(key, _)| key.text.as_str())) {
                self.error(key.position, &path, why);
                continue;
            }
            let Some((field, rest)) = self.field(&key.text, value, &path, place) else { continue };
            self.check_beside(&fields, &field, key.position, &path);
            fields.push((field, rest));
        }
        fields
    }

    /// What a field can conflict with in those before it.
    fn check_beside(&mut self, others: &[(Field, bool)], field: &Field, position: Position, path: &str) {
        let is_single = matches!(field.kind, FieldType::PullRequest | FieldType::HeadSha);
        if is_single && others.iter().any(|(other, _)| other.kind.name() == field.kind.name()) {
            let message = format!("this is a second field of type `{}`; there can be one", field.kind.name());
            self.error(position, path, message);
        }
        let (key, path_name) = (field.top_level_key(), FieldKey::Path.info().name);
        let differs_in_case = |other: &&(Field, bool)| {
            let (other, _) = other;
            let is_nested = field.path.is_some() || other.path.is_some();
            is_nested && differ_only_in_case(other.top_level_key(), key)
        };
        if let Some((other, _)) = others.iter().find(differs_in_case) {
            let message = format!(
                "the keys {} and {} differ only in case; a payload with both is refused",
                quote(other.top_level_key()),
                quote(key)
            );
            self.error(position, &join(path, path_name), message);
        }
    }

    fn field(&mut self, name: &str, node: &Node, path: &str, place: Place) -> Option<(Field, bool)> {
        let (kind, details, default) = match node.as_mapping() {
            None => (self.field_type(node, path, place)?, Details::default(), None),
            Some(entries) => {
                let type_name = FieldKey::Type.info().name;
                let Some((_, type_node)) = entries.iter().find(|(key, _)| key.text == type_name) else {
                    let message = format!("this key is missing; expected one of {}", quote_list(TYPE_NAMES, "or"));
                    self.error(node.position, &join(path, type_name), message);
                    return None;
                };
                let kind = self.field_type(type_node, &join(path, type_name), place)?;
                let (details, default) = self.details(kind, node, path, place);
                (kind, details, default)
            }
        };
        let required = details.required.unwrap_or(true);
        let (rest, field_path) = (details.rest, details.path.clone());
        let kind = self.complete_type(kind, details, node.position, path)?;
        let mut field = Field { name: name.to_owned(), kind, required, default: None, path: field_path };
        if let Some(Entry { position, path, value, .. }) = default {
            field.default = self.default_value(&field, position, value, &path);
        }
        Some((field, rest))
    }

    fn field_type(&mut self, node: &Node, path: &str, place: Place) -> Option<&'static str> {
        let name = self.one_of(node, path, &TYPE_NAMES.map(|name| (name, name)))?;
        if place == Place::Arguments && name == FieldType::PullRequest.name() {
            let message = "an argument cannot be the pull request: it is the one that the comment is on";
            self.error(node.position, path, message);
            return None;
        }
        Some(name)
    }

    /// The keys of a field beside its type. The default is handed on, since it is checked against all others.
    fn details<'n>(
        &mut self,
        kind: &str,
        node: &'n Node,
        path: &str,
        place: Place,
    ) -> (Details, Option<Entry<'n, FieldKey>>) {
        let is_supported = |info: &KeyInfo| {
            let is_elsewhere = match place {
                Place::Payload => info.name == FieldKey::Rest.info().name,
                Place::Arguments => info.name == FieldKey::Path.info().name,
            };
            info.scope.includes_type(kind) && !is_elsewhere
        };
        let mut details = Details::default();
        let mut default = None;
        for entry in self.entries::<FieldKey>(node, path, &is_supported, |key| unsupported(key, kind)) {
            let Entry { key, path, value, .. } = &entry;
            match key {
                FieldKey::Type => {}
                FieldKey::Required => details.required = self.boolean(value, path),
                FieldKey::Default => default = Some(entry),
                FieldKey::Path => details.path = self.payload_path(value, path),
                FieldKey::Pattern => details.pattern = self.regex(value, path),
                FieldKey::MaxLength => details.max_length = self.integer(value, path, STRING_LENGTHS),
                FieldKey::Rest => details.rest = self.boolean(value, path).unwrap_or_default(),
                FieldKey::Min => details.min = self.bound(value, path),
                FieldKey::Max => details.max = self.bound(value, path),
                FieldKey::Integer => details.integer = self.boolean(value, path).unwrap_or_default(),
                FieldKey::Options => details.options = self.string_list(value, path, "option"),
            }
        }
        (details, default)
    }

    /// The type of a name with what the field's keys say.
    fn complete_type(&mut self, name: &str, details: Details, position: Position, path: &str) -> Option<FieldType> {
        Some(match FieldType::plain(name) {
            Some(FieldType::String { .. }) => FieldType::String {
                pattern: details.pattern,
                max_length: details.max_length.unwrap_or(DEFAULT_MAX_LENGTH),
            },
            Some(FieldType::Number { .. }) => {
                let Details { min, max, integer, .. } = details;
                if let (Some(min), Some(max)) = (&min, &max)
                    && min.value.compare(&max.value).is_gt()
                {
                    self.error(position, path, "`min` is larger than `max`; no number can pass");
                }
                FieldType::Number { min, max, integer }
            }
            Some(kind) => kind,
            // `choice`, the one type that is not complete by its name.
            None if details.options.is_empty() => {
                let message = "this key is missing; a `choice` needs the list of options";
                self.error(position, &join(path, FieldKey::Options.info().name), message);
                return None;
            }
            None => FieldType::Choice(details.options),
        })
    }

    fn payload_path(&mut self, node: &Node, path: &str) -> Option<Vec<String>> {
        let text = self.string(node, path)?;
        let keys: Vec<String> = text.split('.').map(str::to_owned).collect();
        if keys.len() > MAX_PATH_KEYS || keys.iter().any(|key| key.trim() != key || key.is_empty()) {
            let message = format!(
                "{} is not a valid path; expected 1 to {MAX_PATH_KEYS} keys with dots between them, as `pull_request.number`",
                quote(text)
            );
            self.error(node.position, path, message);
            return None;
        }
        if keys.first().is_some_and(|key| key.eq_ignore_ascii_case(ENVELOPE_KEY)) {
            self.error(node.position, path, RESERVED);
            return None;
        }
        Some(keys)
    }

    fn regex(&mut self, node: &Node, path: &str) -> Option<AnchoredRegex> {
        let text = node.as_str();
        if text.is_none() {
            self.error(node.position, path, format!("found {}, expected a regular expression", node.type_name()));
        }
        AnchoredRegex::parse(text?).map_err(|why| self.error(node.position, path, why)).ok()
    }

    fn bound(&mut self, node: &Node, path: &str) -> Option<Bound> {
        let bound = node.as_number().and_then(Bound::parse);
        if bound.is_none() {
            self.error(node.position, path, format!("found {}, expected a number", describe(node)));
        }
        bound
    }

    fn default_value(&mut self, field: &Field, position: Position, node: &Node, path: &str) -> Option<Json> {
        if field.required {
            self.error(position, path, "a required field never takes its default; add `required: false`");
            return None;
        }
        let value = match (&field.kind, node.as_str()) {
            (FieldType::Number { .. }, Some(_)) => node.as_number().and_then(Number::parse).map(Json::Number),
            (FieldType::Boolean, Some(_)) => node.as_bool().map(Json::Bool),
            (_, text) => text.map(Json::string),
        };
        let accepted = value.and_then(|value| field.kind.validate(&value, Encoding::Json).ok());
        if accepted.is_none() {
            let message = format!("found {}, expected {}", describe(node), field.kind.describe());
            self.error(node.position, path, message);
        }
        accepted
    }
}

const RESERVED: &str = "this key is the envelope's; it is always permitted and never declared";

/// Why a field cannot have a name, among all names of its mapping.
fn unusable_name<'a>(name: &'a str, mut names: impl Iterator<Item = &'a str>) -> Option<String> {
    if name.eq_ignore_ascii_case(ENVELOPE_KEY) {
        return Some(RESERVED.to_owned());
    }
    if let Some(why) = check_display_safe(name) {
        return Some(why);
    }
    // Only names before this one: of two, the second is the one to report.
    let other = names.by_ref().take_while(|other| *other != name).find(|other| differ_only_in_case(other, name))?;
    Some(format!("the names {} and {} differ only in case; choose another name", quote(other), quote(name)))
}

fn differ_only_in_case(first: &str, second: &str) -> bool {
    first != second && first.eq_ignore_ascii_case(second)
}

/// Why a field of a type cannot have a key.
fn unsupported(key: FieldKey, kind: &str) -> String {
    match (key, key.info().scope) {
        (FieldKey::Default, _) => format!("a field of type `{kind}` has no default; the sender must name it"),
        (_, Scope::FieldTypes(names)) if !names.contains(&kind) => {
            format!("only a field of type {} has it", quote_list(names, "or"))
        }
        (FieldKey::Rest, _) => "only an argument of a command has it".to_owned(),
        (FieldKey::Path, _) => "an argument is not in a nested payload".to_owned(),
        (
            FieldKey::Type
            | FieldKey::Required
            | FieldKey::Pattern
            | FieldKey::MaxLength
            | FieldKey::Min
            | FieldKey::Max
            | FieldKey::Integer
            | FieldKey::Options,
            _,
        ) => String::new(),
    }
}
