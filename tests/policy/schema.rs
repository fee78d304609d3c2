//! What is derived from the grammar: the JSON Schema in `schema/`, and the tables of `docs/policy.md`.
//!
//! `UPDATE_SCHEMA=1` and `UPDATE_DOCS=1` write them. `tests/js/contract/schema.test.js` has a validator, and compares the
//! schema's verdict on each policy of the fixtures with the parser's.

use dispatch_guard::checks::costs;
use dispatch_guard::github::event_name::EventName;
use dispatch_guard::policy::field::DEFAULT_MAX_LENGTH;
use dispatch_guard::policy::grammar::{KeyInfo, MAPPINGS, RULE, Scope};
use dispatch_guard::policy::schema::policy_schema;
use dispatch_guard::policy::tables::tables;
use dispatch_guard::policy::{Proof, defaults};
use serde_json::{Value, json};

use crate::support::{committed, errors, policy, root};

#[test]
fn the_committed_schema_is_up_to_date() {
    committed("schema/policy.schema.json", &format!("{:#}\n", policy_schema()), "UPDATE_SCHEMA");
}

/// Each rule of the schema has the keys that the parser accepts for the event, and requires those that it requires.
#[test]
fn each_event_has_the_same_keys_in_schema_and_parser() {
    let schema = policy_schema();
    for event in EventName::ALL {
        let rule = &schema["$defs"][format!("rule of {}", event.name())];
        let required = |info: &KeyInfo| info.required.includes_event(*event);
        for info in RULE.keys {
            let is_unknown = errors(&policy(event.name(), &format!("{}: x", info.name)))
                .iter()
                .any(|error| error.contains("is not supported here"));
            let in_schema = rule["properties"].get(info.name).is_some();
            assert_eq!(in_schema, !is_unknown, "{}: {}", event.name(), info.name);
            let in_required = rule["required"].as_array().is_some_and(|names| names.contains(&json!(info.name)));
            assert_eq!(in_required, required(info), "{}: {}", event.name(), info.name);
        }
        let may_be_empty = errors(&policy(event.name(), "")).is_empty();
        assert_eq!(rule["type"] == json!(["object", "null"]), may_be_empty, "{}", event.name());
        let takes_list = schema["properties"]["events"]["properties"][event.name()].get("anyOf").is_some();
        assert_eq!(takes_list, event.has_types(), "{}", event.name());
    }
}

#[test]
fn every_mapping_is_closed_and_every_key_is_described() {
    fn check(schema: &Value, path: &str, count: &mut usize) {
        match schema {
            Value::Object(members) => {
                if let Some(properties) =
                    members.get("properties").filter(|_| members.contains_key("additionalProperties"))
                {
                    assert_eq!(members["additionalProperties"], json!(false), "{path}");
                    for (key, property) in properties.as_object().unwrap() {
                        let is_event = EventName::from_name(key).is_some();
                        let described = property["description"].as_str().is_some_and(|text| text.ends_with('.'));
                        assert!(described || is_event, "{path}.{key} has no description: {property}");
                        *count += 1;
                    }
                }
                members.iter().for_each(|(key, member)| check(member, &format!("{path}.{key}"), count));
            }
            Value::Array(elements) => elements.iter().for_each(|element| check(element, path, count)),
            _ => {}
        }
    }
    let mut count = 0;
    check(&policy_schema(), "", &mut count);
    assert!(count > 150, "{count}");
}

#[test]
fn lines_of_help_are_sentences() {
    for mapping in MAPPINGS {
        for info in mapping.keys {
            assert!(info.help.starts_with(char::is_uppercase) && info.help.ends_with('.'), "{}", info.help);
            assert!(info.required == Scope::Nowhere || info.scope != Scope::Nowhere, "{}", info.name);
        }
    }
}

/// A line of help may state a default, which has its home elsewhere.
#[test]
fn lines_of_help_state_the_defaults() {
    let help = |mapping: &str, key: &str| {
        let mapping = MAPPINGS.iter().find(|known| known.name == mapping).unwrap();
        mapping.keys.iter().find(|info| info.name == key).unwrap().help
    };
    for (mapping, key, default) in [
        ("provenance", "max-age", format!("`{}m`", defaults::MAX_AGE_SECS / 60)),
        ("provenance", "max-hops", defaults::MAX_HOPS.to_string()),
        ("provenance", "require", format!("`{}`", Proof::default().name())),
        ("approvals", "min", defaults::MIN_APPROVALS.to_string()),
        ("source", "conclusions", format!("`[{}]`", defaults::CONCLUSIONS.join(", "))),
        ("field", "max-length", DEFAULT_MAX_LENGTH.to_string()),
    ] {
        assert!(help(mapping, key).contains(&format!("{default} unless given")), "{key}: {}", help(mapping, key));
    }
}

const START: &str = "<!-- grammar:";
const END: &str = "<!-- /grammar -->";

/// Tables stand between `<!-- grammar:NAME -->` and `<!-- /grammar -->`.
#[test]
fn the_tables_of_the_documentation_are_up_to_date() {
    let mut tables = tables();
    tables.push(("costs", costs::table()));
    let text = std::fs::read_to_string(root().join("docs/policy.md")).unwrap();
    let mut parts = text.split(START);
    let mut generated = parts.next().unwrap().to_owned();
    for part in parts {
        let (name, rest) = part.split_once(" -->").expect("a marker ends with ` -->`");
        let (_, after) = rest.split_once(END).expect("a table ends with `<!-- /grammar -->`");
        let (_, table) = tables.iter().find(|(known, _)| *known == name).unwrap_or_else(|| panic!("no table `{name}`"));
        generated += &format!("{START}{name} -->\n\n{table}\n{END}{after}");
    }
    committed("docs/policy.md", &generated, "UPDATE_DOCS");
}
