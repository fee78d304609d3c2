//! The JSON Schemas in `schema/`: made from the Rust types, and held against what the core reads and writes.
//!
//! `UPDATE_SCHEMA=1` writes them anew. That they judge policies as the reader does is held in
//! `tests/js/contract/schema.test.js`, where there is a validator.

use dispatch_guard::decision::Decision;
use dispatch_guard::event::EventName;
use dispatch_guard::policy::document::PolicyDocument;
use dispatch_guard::policy::field::TYPE_NAMES;
use dispatch_guard::policy::read::{
    FIELD_KEYS, LABEL_KEYS, POLICY_KEYS, PROVENANCE_KEYS, PULL_REQUEST_KEYS, RULE_KEYS, TYPE_KEYS,
};
use schemars::generate::SchemaSettings;
use schemars::transform::{RecursiveTransform, Transform};
use schemars::{JsonSchema, Schema};
use serde_json::{Value, json};

use crate::support::committed;

fn schema<T: JsonSchema>(settings: SchemaSettings, name: &str, title: &str) -> Value {
    let mut schema = settings.into_generator().into_root_schema_for::<T>();
    RecursiveTransform(|schema: &mut Schema| {
        tidy(schema);
        leave_out_null(schema);
    })
    .transform(&mut schema);
    let address = format!("https://raw.githubusercontent.com/org/dispatch-guard/v1/schema/{name}.schema.json");
    schema.insert("$id".to_owned(), json!(address));
    schema.insert("title".to_owned(), json!(title));
    schema.to_value()
}

/// Descriptions are wrapped in the source, but are shown in one line. Rust's widths of numbers are no formats.
fn tidy(schema: &mut Schema) {
    if let Some(Value::String(text)) = schema.get_mut("description") {
        *text = text.replace('\n', " ");
    }
    if schema.get("format").is_some() {
        schema.remove("format");
    }
}

/// A key that may be left out is still not `null` in a policy.
fn leave_out_null(schema: &mut Schema) {
    let Some(Value::Object(properties)) = schema.get_mut("properties") else { return };
    for property in properties.values_mut() {
        let Some(property) = property.as_object_mut() else { continue };
        if let Some(Value::Array(mut either)) = property.remove("anyOf") {
            either.retain(|schema| *schema != json!({ "type": "null" }));
            match either.as_slice() {
                [Value::Object(only)] => property.extend(only.clone()),
                _ => _ = property.insert("anyOf".to_owned(), Value::Array(either)),
            }
        }
        if let Some(Value::Array(types)) = property.get_mut("type") {
            types.retain(|name| name != "null");
            if let [only] = types.as_slice() {
                let only = only.clone();
                property.insert("type".to_owned(), only);
            }
        }
        if let Some(Value::Array(values)) = property.get_mut("enum") {
            values.retain(|value| !value.is_null());
        }
    }
}

fn policy_schema() -> Value {
    schema::<PolicyDocument>(SchemaSettings::draft2020_12(), "policy", "dispatch-guard policy")
}

fn result_schema() -> Value {
    let mut generated =
        SchemaSettings::draft2020_12().for_serialize().into_generator().into_root_schema_for::<Decision>();
    RecursiveTransform(tidy).transform(&mut generated);
    let mut schema = generated.to_value();
    schema["$id"] = json!("https://raw.githubusercontent.com/org/dispatch-guard/v1/schema/result.schema.json");
    schema["title"] = json!("dispatch-guard result");
    schema["properties"]["schema_version"]["const"] = json!(1);
    schema
}

#[test]
fn the_committed_schemas_are_those_of_the_types() {
    let text = |schema: Value| format!("{schema:#}\n");
    committed("schema/policy.schema.json", &text(policy_schema()), "UPDATE_SCHEMA");
    committed("schema/result.schema.json", &text(result_schema()), "UPDATE_SCHEMA");
}

/// The keys of an object's schema in their order.
fn keys(schema: &Value) -> Vec<&str> {
    schema["properties"].as_object().expect("properties").keys().map(String::as_str).collect()
}

fn sorted(names: impl IntoIterator<Item = &'static str>) -> Vec<&'static str> {
    let mut names: Vec<_> = names.into_iter().collect();
    names.sort_unstable();
    names.dedup();
    names
}

#[test]
fn the_policys_schema_has_the_readers_keys() {
    let schema = policy_schema();
    let of = |name: &str| &schema["$defs"][name];
    assert_eq!(keys(&schema), sorted(POLICY_KEYS.iter().copied()));
    assert_eq!(keys(of("Events")), sorted(EventName::ALL.iter().map(|(_, name)| *name)));
    assert_eq!(keys(of("RepositoryDispatchRule")), sorted(RULE_KEYS.iter().copied()));
    assert_eq!(keys(of("PullRequest")), sorted(PULL_REQUEST_KEYS.iter().copied()));
    assert_eq!(keys(of("Labels")), sorted(LABEL_KEYS.iter().copied()));
    assert_eq!(keys(of("Provenance")), sorted(PROVENANCE_KEYS.iter().copied()));
    for field in of("LongField")["oneOf"].as_array().unwrap() {
        let name = field["properties"]["type"]["const"].as_str().unwrap();
        assert!(TYPE_NAMES.contains(&name), "{name}");
        let own = TYPE_KEYS.iter().find(|(known, _)| *known == name).map_or(&[][..], |(_, keys)| keys);
        let no_default = matches!(name, "pull-request" | "head-sha");
        let common = FIELD_KEYS.iter().filter(|key| !no_default || **key != "default");
        assert_eq!(keys(field), sorted(common.chain(own).copied()), "{name}");
    }
    assert_eq!(of("LongField")["oneOf"].as_array().unwrap().len(), TYPE_NAMES.len());
}

#[test]
fn every_key_of_the_policy_is_described() {
    fn check(schema: &Value, path: &str) {
        if let Some(properties) = schema["properties"].as_object() {
            for (key, property) in properties.iter().filter(|(_, property)| property.get("const").is_none()) {
                let described = property["description"].as_str().is_some_and(|text| text.len() > 5);
                assert!(described, "{path}.{key} has no description: {property}");
            }
        }
        for schema in schema["oneOf"].as_array().into_iter().flatten() {
            check(schema, path);
        }
    }
    let schema = policy_schema();
    check(&schema, "");
    schema["$defs"].as_object().unwrap().iter().for_each(|(name, schema)| check(schema, name));
}

/// Each rule of the schema has the keys that the reader takes for the event, and needs those that it needs.
#[test]
fn each_event_takes_the_same_keys() {
    let schema = policy_schema();
    for (event, name) in EventName::ALL {
        let rule = schema["$defs"]["Events"]["properties"][*name]["$ref"].as_str().expect("a reference");
        let rule = &schema["$defs"][rule.rsplit_once('/').unwrap().1];
        for key in RULE_KEYS {
            let value = match *key {
                "types" => "[x]",
                "actors" => "[mona]",
                "payload" => "{pr: pull-request}",
                "unknown-fields" => "drop",
                "once" => "false",
                _ => "{}",
            };
            let needed = dispatch_guard::policy::read::needed_keys(*event);
            let others = needed.iter().filter(|other| *other != key).map(|other| format!("{other}: [mona]\n"));
            let text = crate::support::policy(name, &(others.collect::<String>() + &format!("{key}: {value}")));
            let accepted = dispatch_guard::policy::read::policy(&text).is_ok();
            assert_eq!(keys(rule).contains(key), accepted, "{name}: {key}");
            let required = rule["required"].as_array().is_some_and(|required| required.contains(&json!(key)));
            assert_eq!(required, needed.contains(key), "{name}: {key}");
        }
        let may_be_nothing = rule["type"] == json!(["object", "null"]);
        assert_eq!(may_be_nothing, dispatch_guard::policy::read::needed_keys(*event).is_empty(), "{name}");
    }
}

/// A document of every kind has the keys of the schema and no others.
#[test]
fn results_have_the_schemas_keys() {
    use crate::support::{Scenario, github};
    fn check(document: &Value, schema: &Value, root: &Value, path: &str) {
        let schema = match schema["$ref"].as_str() {
            Some(reference) => root.pointer(&reference[1..]).expect("a definition"),
            None => schema,
        };
        if let Some(either) = schema["anyOf"].as_array() {
            if !document.is_null() {
                check(document, &either[0], root, path);
            }
        } else if let (Some(members), Some(properties)) = (document.as_object(), schema["properties"].as_object()) {
            let names = |map: &serde_json::Map<String, Value>| map.keys().cloned().collect::<Vec<_>>();
            assert_eq!(names(members), names(properties), "{path}");
            assert_eq!(schema["required"].as_array().map(Vec::len), Some(properties.len()), "{path}: {schema}");
            members.iter().for_each(|(key, value)| check(value, &properties[key], root, &format!("{path}.{key}")));
        } else if let Some(elements) = document.as_array() {
            for element in elements {
                check(element, &schema["items"], root, path);
            }
        }
    }
    let schema = result_schema();
    for scenario in [
        Scenario::dispatch(),
        Scenario::dispatch_by("eve"),
        Scenario::dispatch().event_bytes(b"[]"),
        Scenario::pull_request(),
        Scenario::pull_request_target(github::merged()),
        Scenario::dispatch().input("mode", "x"),
    ] {
        check(&scenario.run().result(), &schema, &schema, "");
    }
}

#[test]
fn the_results_schema_has_every_code() {
    let schema = result_schema();
    let codes = &schema["$defs"]["Code"];
    let listed: Vec<&Value> = match codes["oneOf"].as_array() {
        Some(each) => each.iter().map(|code| &code["const"]).collect(),
        None => codes["enum"].as_array().unwrap().iter().collect(),
    };
    let all: Vec<&str> = dispatch_guard::decision::Code::ALL.iter().map(|code| code.name()).collect();
    assert_eq!(listed, all);
}
