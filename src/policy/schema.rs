//! The JSON Schema of a policy, for editors, from [`super::grammar`].
//!
//! What a schema cannot express, such as that a pattern is valid or that two rules do not overlap, only the parser checks.

use serde_json::{Map, Value, json};

use super::field::TYPE_NAMES;
use super::grammar::{
    ANY, COMMAND, FIELD, FieldKey, KeyInfo, MAPPINGS, MAX_LIST_ELEMENTS, MAX_PATH_KEYS, MAX_RULES, Mapping, MappingKey,
    POLICY, PullRequestKey, RULE, RuleKey, Scope, Shape,
};
use super::pattern::{MAX_PATTERN_CHARS, PatternKind};
use crate::envelope::ENVELOPE_KEY;
use crate::github::event_name::EventName;

const ID: &str = "https://raw.githubusercontent.com/org/dispatch-guard/v1/schema/policy.schema.json";

/// The JSON Schema of a policy.
pub fn policy_schema() -> Value {
    let mut definitions = Map::new();
    for mapping in MAPPINGS.iter().filter(|mapping| ![POLICY.name, RULE.name, FIELD.name].contains(&mapping.name)) {
        definitions.insert(mapping.name.to_owned(), mapping_schema(mapping));
    }
    for event in EventName::ALL {
        definitions.insert(format!("rule of {}", event.name()), rule_schema(*event));
    }
    definitions.insert("actors".to_owned(), actors());
    for place in [Place::ClientPayload, Place::Inputs, Place::Arguments] {
        definitions.insert(place.name().to_owned(), fields(place));
    }
    let mut schema = mapping_schema(&POLICY);
    schema["$schema"] = json!("https://json-schema.org/draft/2020-12/schema");
    schema["$id"] = json!(ID);
    schema["title"] = json!("dispatch-guard policy");
    schema["description"] = json!(format!("A policy of dispatch-guard: {}.", POLICY.help));
    schema["$defs"] = Value::Object(definitions);
    schema
}

fn reference(name: &str) -> Value {
    json!({ "$ref": format!("#/$defs/{}", name.replace(' ', "%20")) })
}

/// A property with the key's line of help.
fn property(info: &KeyInfo, mut schema: Value) -> (String, Value) {
    schema["description"] = json!(info.help);
    (info.name.to_owned(), schema)
}

fn object(properties: &Map<String, Value>, required: &[&str]) -> Value {
    let mut schema = json!({ "type": "object", "additionalProperties": false, "properties": properties });
    if !required.is_empty() {
        schema["required"] = json!(required);
    }
    schema
}

fn mapping_schema(mapping: &Mapping) -> Value {
    let properties: Map<_, _> = mapping.keys.iter().map(|info| property(info, shape_schema(info.shape))).collect();
    let required: Vec<&str> =
        mapping.keys.iter().filter(|info| info.required == Scope::Everywhere).map(|info| info.name).collect();
    let mut schema = object(&properties, &required);
    match mapping.name {
        "labels" => {
            schema["minProperties"] = json!(1);
            let either = json!({ "anyOf": [{ "required": ["all"] }, { "required": ["any"] }] });
            schema["dependentSchemas"] = json!({ "set-by": either });
        }
        "files" | "any" => schema["minProperties"] = json!(1),
        "pull-request" => {
            let (merged, state) = (PullRequestKey::Merged.info().name, PullRequestKey::State.info().name);
            schema["not"] = json!({
                "properties": { merged: { "const": true }, state: { "const": "open" } },
                "required": [merged, state],
            });
        }
        "provenance" => {
            schema["if"] = json!({ "properties": { "require": { "enum": ["run", "oidc"] } }, "required": ["require"] });
            schema["then"] = json!({ "required": ["workflows"] });
        }
        _ => {}
    }
    schema
}

fn rule_schema(event: EventName) -> Value {
    let keys = RULE.keys.iter().filter(|info| info.scope.includes_event(event));
    let required: Vec<&str> =
        keys.clone().filter(|info| info.required.includes_event(event)).map(|info| info.name).collect();
    let schema_of = |info: &KeyInfo| match info.shape {
        Shape::Types => types(event),
        Shape::Fields => reference(Place::of_payload(event).name()),
        shape => shape_schema(shape),
    };
    let mut schema = object(&keys.map(|info| property(info, schema_of(info))).collect(), &required);
    if required.is_empty() {
        schema["type"] = json!(["object", "null"]);
    }
    if has_property(&schema, RuleKey::Label) {
        let types = json!({ "items": { "enum": ["labeled", "unlabeled"] } });
        schema["dependentSchemas"] = json!({ "label": { "required": ["types"], "properties": { "types": types } } });
    }
    schema
}

fn has_property(rule: &Value, key: RuleKey) -> bool {
    rule["properties"].get(key.info().name).is_some()
}

fn types(event: EventName) -> Value {
    match event.activity_types() {
        [] => list(&text(), true),
        known => list(&json!({ "enum": known }), true),
    }
}

fn events() -> Value {
    let rule = |event: &EventName| {
        let rule = reference(&format!("rule of {}", event.name()));
        if !event.has_types() {
            return (event.name().to_owned(), rule);
        }
        let element = json!({ "allOf": [rule, { "type": "object", "required": [RuleKey::Types.info().name] }] });
        let rules = json!({ "type": "array", "minItems": 1, "maxItems": MAX_RULES, "items": element });
        (event.name().to_owned(), json!({ "anyOf": [rule, rules] }))
    };
    let properties: Map<String, Value> = EventName::ALL.iter().map(rule).collect();
    let mut schema = object(&properties, &[]);
    schema["minProperties"] = json!(1);
    schema
}

/// Text. YAML's numbers and booleans are read as the text that they are written as.
fn any_text() -> Value {
    json!({ "type": ["string", "number", "boolean"] })
}

/// Text without white space around it.
fn text() -> Value {
    json!({ "type": ["string", "number", "boolean"], "pattern": r"^\S(?:[\s\S]*\S)?$" })
}

fn text_like(pattern: &str) -> Value {
    json!({ "type": "string", "pattern": pattern })
}

fn list(items: &Value, is_unique: bool) -> Value {
    let mut schema = json!({ "type": "array", "minItems": 1, "maxItems": MAX_LIST_ELEMENTS, "items": items });
    if is_unique {
        schema["uniqueItems"] = json!(true);
    }
    schema
}

fn actors() -> Value {
    let login = r"[A-Za-z0-9_-]{1,100}";
    let pattern = format!(
        r"^(?:{login}(?:\[[Bb][Oo][Tt]\])?(?::[1-9][0-9]{{0,19}})?|@{login}(?:/(?:ent:)?[A-Za-z0-9_.-]{{1,255}})?|role:(?:read|triage|write|maintain|admin))$"
    );
    let entry = json!({
        "type": ["string", "integer"],
        "pattern": pattern,
        "not": { "type": "string", "pattern": "^[Cc][Oo][Pp][Ii][Ll][Oo][Tt]$" },
        "examples": ["octocat", "github-actions[bot]", "octocat:583231", "@org", "@org/team", "role:write"],
    });
    let mut schema = list(&entry, false);
    schema["description"] = json!("One match suffices. There are no wildcards.");
    schema
}

fn patterns(kind: PatternKind) -> Value {
    let item = match kind {
        PatternKind::Branch => json!({
            "type": ["string", "number", "boolean"],
            "maxLength": MAX_PATTERN_CHARS,
            "pattern": r"^!?[^\s~^:/](?:[^\s~^:]*[^\s~^:/])?$",
            "not": { "type": "string", "pattern": "^!?refs/heads/" },
        }),
        PatternKind::Path => json!({
            "type": ["string", "number", "boolean"],
            "maxLength": MAX_PATTERN_CHARS,
            "pattern": r"^!?[^\s/](?:.*[^\s/])?$",
            "not": { "type": "string", "pattern": r"^!?\./" },
        }),
    };
    let mut schema = list(&item, false);
    schema["allOf"] = json!([{ "prefixItems": [{ "not": { "type": "string", "pattern": "^!" } }] }]);
    schema
}

fn command_name() -> Value {
    text_like("^[/@]?[a-z][a-z0-9_-]{0,49}$")
}

fn command_names() -> Value {
    json!({ "anyOf": [command_name(), list(&command_name(), true)] })
}

fn shape_schema(shape: Shape) -> Value {
    match shape {
        Shape::Version => json!({ "const": 1 }),
        Shape::Events => events(),
        Shape::Repositories => list(&text_like("^[A-Za-z0-9_-]{1,100}/[A-Za-z0-9_.-]{1,100}$"), true),
        Shape::Slug => {
            json!({ "type": ["string", "number", "boolean"], "pattern": "^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$" })
        }
        Shape::Types | Shape::Options => list(&text(), true),
        Shape::Patterns(kind) => patterns(kind),
        Shape::Labels => {
            let mut label = text();
            label["not"] = json!({ "type": "string", "pattern": r"^\*+$" });
            list(&label, true)
        }
        Shape::ListOf(names) => list(&json!({ "enum": names }), true),
        Shape::ListOfOrAny(names) => json!({ "anyOf": [{ "const": ANY }, list(&json!({ "enum": names }), true)] }),
        Shape::OneOf(names) => json!({ "enum": names }),
        Shape::Actors => reference("actors"),
        Shape::Authors => json!({ "anyOf": [{ "const": ANY }, reference("actors")] }),
        Shape::Apps => list(&text_like("^[A-Za-z0-9_.-]{1,255}$"), true),
        Shape::Boolean => json!({ "type": "boolean" }),
        Shape::Integer(min, max) => json!({ "type": "integer", "minimum": min, "maximum": max }),
        Shape::Duration(_) => json!({ "type": "string", "pattern": "^0*[1-9][0-9]*[smhd]$", "maxLength": 7 }),
        Shape::Mapping(mapping) => reference(mapping.name),
        Shape::Blocks(mapping) => list(&reference(mapping.name), false),
        Shape::Fields => reference(Place::ClientPayload.name()),
        Shape::Arguments => reference(Place::Arguments.name()),
        Shape::Command => json!({ "anyOf": [command_name(), list(&command_name(), true), reference(COMMAND.name)] }),
        Shape::CommandNames => command_names(),
        Shape::WorkflowPaths => list(&text_like(r"^\.github/workflows/[^/*@]+\.ya?ml$"), true),
        Shape::WorkflowRefs => list(&text_like(r"^\.github/workflows/[^/*@]+\.ya?ml@refs/(?:heads|tags)/[^*]+$"), true),
        Shape::CheckRuns => list(&text_like(r"^.*\S.*@[A-Za-z0-9_.-]{1,255}$"), true),
        Shape::FieldType => json!({ "enum": TYPE_NAMES }),
        Shape::Path => text_like(&format!(r"^[^.\s]+(?:\.[^.\s]+){{0,{}}}$", MAX_PATH_KEYS - 1)),
        Shape::Default | Shape::Regex => any_text(),
        Shape::Number => json!({ "type": "number" }),
    }
}

/// Where fields are declared.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    ClientPayload,
    Inputs,
    Arguments,
}

impl Place {
    fn of_payload(event: EventName) -> Self {
        if event == EventName::RepositoryDispatch { Place::ClientPayload } else { Place::Inputs }
    }

    fn name(self) -> &'static str {
        match self {
            Place::ClientPayload => "fields of client_payload",
            Place::Inputs => "fields of inputs",
            Place::Arguments => "arguments",
        }
    }

    fn has_key(self, key: &str) -> bool {
        match self {
            Place::ClientPayload => key != FieldKey::Rest.info().name,
            Place::Inputs => ![FieldKey::Rest.info().name, FieldKey::Path.info().name].contains(&key),
            Place::Arguments => key != FieldKey::Path.info().name,
        }
    }
}

fn fields(place: Place) -> Value {
    let is_type = |name: &&&str| place != Place::Arguments || **name != "pull-request";
    let types: Vec<&str> = TYPE_NAMES.iter().filter(is_type).copied().collect();
    let short: Vec<&str> = types.iter().filter(|name| **name != "choice").copied().collect();
    let long: Vec<Value> = types.iter().map(|name| long_field(name, place)).collect();
    let mut schema = json!({
        "type": "object",
        "propertyNames": { "pattern": r"^\S(?:[\s\S]*\S)?$", "not": { "const": ENVELOPE_KEY } },
        "additionalProperties": { "anyOf": [{ "enum": short }, { "oneOf": long }] },
    });
    if place == Place::Inputs {
        schema["maxProperties"] = json!(EventName::WorkflowDispatch.max_payload_properties());
    }
    schema
}

fn long_field(name: &str, place: Place) -> Value {
    let keys = FIELD.keys.iter().filter(|info| info.scope.includes_type(name) && place.has_key(info.name));
    let required: Vec<&str> =
        keys.clone().filter(|info| info.required.includes_type(name)).map(|info| info.name).collect();
    let schema_of = |info: &KeyInfo| match info.shape {
        Shape::FieldType => json!({ "const": name }),
        Shape::Default => match name {
            "number" => json!({ "type": "number" }),
            "boolean" => json!({ "type": "boolean" }),
            "string" => any_text(),
            _ => text(),
        },
        shape => shape_schema(shape),
    };
    let mut schema = object(&keys.map(|info| property(info, schema_of(info))).collect(), &required);
    if schema["properties"].get(FieldKey::Default.info().name).is_some() {
        let optional = json!({ "properties": { "required": { "const": false } }, "required": ["required"] });
        schema["dependentSchemas"] = json!({ FieldKey::Default.info().name: optional });
    }
    schema
}
