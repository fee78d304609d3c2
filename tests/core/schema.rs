//! The JSON Schema of results: made from the Rust types, and compared with what the core writes.
//!
//! `UPDATE_SCHEMA=1` writes it. That of policies is tested in `tests/policy/schema.rs`.

use dispatch_guard::outcome::result_v1::ResultV1;
use schemars::Schema;
use schemars::generate::SchemaSettings;
use schemars::transform::{RecursiveTransform, Transform};
use serde_json::{Value, json};

use crate::support::committed;

/// Descriptions are wrapped in the source, but are shown in one line. Rust's widths of numbers are no formats.
fn tidy(schema: &mut Schema) {
    if let Some(Value::String(text)) = schema.get_mut("description") {
        *text = text.replace('\n', " ");
    }
    if schema.get("format").is_some() {
        schema.remove("format");
    }
}

fn result_schema() -> Value {
    let mut generated =
        SchemaSettings::draft2020_12().for_serialize().into_generator().into_root_schema_for::<ResultV1>();
    RecursiveTransform(tidy).transform(&mut generated);
    let mut schema = generated.to_value();
    schema["$id"] = json!("https://raw.githubusercontent.com/org/dispatch-guard/v1/schema/result.schema.json");
    schema["title"] = json!("dispatch-guard result");
    schema["properties"]["schema_version"]["const"] = json!(1);
    schema
}

#[test]
fn the_committed_schema_is_that_of_the_types() {
    committed("schema/result.schema.json", &format!("{:#}\n", result_schema()), "UPDATE_SCHEMA");
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
    let codes = schema["properties"]["reason_code"]["enum"].as_array().unwrap();
    let listed: Vec<&str> = codes.iter().map(|code| code.as_str().unwrap()).collect();
    let all: Vec<&str> = dispatch_guard::reason::ReasonCode::ALL.iter().map(|code| code.name()).collect();
    assert_eq!(listed, all);
}
