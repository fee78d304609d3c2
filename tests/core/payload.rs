//! The payload of a dispatch against its declared fields.

use serde_json::{Value, json};

use crate::support::github::{self, HEAD, OTHER, PULL_7, pull};
use crate::support::scenario::dispatch_rule;
use crate::support::{Decided, Scenario, policy};

/// A dispatch whose payload is this JSON text, under a rule that declares these fields and has these further lines.
fn dispatch(fields: &str, payload: &str, more: &str) -> Scenario {
    let event = github::dispatch("mona", "deploy", json!("PAYLOAD")).to_string().replace("\"PAYLOAD\"", payload);
    let rule = format!("types: [deploy]\nactors: [mona]\n{more}\npayload:\n{}", indented(fields));
    Scenario::dispatch_by("mona").policy(&policy("repository_dispatch", &rule)).event_bytes(event.as_bytes())
}

/// The same as `inputs` of a `workflow_dispatch`.
fn manual(fields: &str, inputs: &str) -> Scenario {
    let event = github::workflow_dispatch("mona", json!("INPUTS")).to_string().replace("\"INPUTS\"", inputs);
    let rule = format!("actors: [mona]\npayload:\n{}", indented(fields));
    Scenario::new("workflow_dispatch", "mona", &json!({}))
        .policy(&policy("workflow_dispatch", &rule))
        .event_bytes(event.as_bytes())
        .pull(&pull())
}

fn indented(text: &str) -> String {
    text.lines().map(|line| format!("  {line}\n")).collect()
}

/// A dispatch with one field of this declaration and this JSON text as its value.
fn field(declaration: &str, value: &str) -> Scenario {
    dispatch(&format!("x: {declaration}"), &format!("{{\"x\": {value}}}"), "")
}

fn refused(declaration: &str, value: &str) -> Decided {
    let decided = field(declaration, value).expect_in((declaration, value), "payload.invalid_field");
    decided.says(&["`client_payload.x`"]).requested(&[]);
    decided
}

fn payload_of(decided: &Decided) -> Value {
    serde_json::from_str(decided.output("payload")).expect("JSON")
}

#[test]
fn pull_request_numbers() {
    for value in ["7", "\"7\""] {
        let decided = field("pull-request", value).expect_in(value, "allowed");
        decided.requested(&[PULL_7]);
        assert_eq!(decided.output("payload"), r#"{"x":7}"#);
        assert_eq!(decided.output("pr-number"), "7");
    }
    for value in [
        "0",
        "-1",
        "-7",
        "1.5",
        "7.0",
        "7e0",
        "70e-1",
        "1e400",
        "9007199254740993",
        "2147483648",
        // 7 after a cut to 32 or 64 bits.
        "4294967303",
        "18446744073709551623",
        "99999999999",
        "\"0\"",
        "\"-1\"",
        "\"007\"",
        "\" 7\"",
        "\"7 \"",
        "\"7\\n\"",
        "\"+7\"",
        "\"7.0\"",
        "\"0x7\"",
        "\"1e1\"",
        "\"\"",
        "\"2147483648\"",
        "\"12345678901\"",
        "\"#7\"",
        "\"７\"",
        "\"7/../8\"",
        "\"4294967303\"",
        "\"18446744073709551623\"",
        "\"7?x=1\"",
        "\"..%2f7\"",
        "true",
        "null",
        "[7]",
        "{\"number\": 7}",
    ] {
        refused("pull-request", value);
    }
    // The largest that is taken is asked for as it is.
    for value in ["2147483647", "\"2147483647\""] {
        let route = "GET /repos/acme/charts/pulls/2147483647";
        let reply = crate::support::Reply::refusal(404, "Not Found");
        field("pull-request", value).route(route, reply).expect_in(value, "pull_request.not_found").requested(&[route]);
    }
}

#[test]
fn the_head_commit() {
    let with = |sha: &str| dispatch("pr: pull-request\nhead: head-sha", &format!(r#"{{"pr": 7, "head": {sha}}}"#), "");
    with(&format!("\"{HEAD}\"")).expect("allowed").requested(&[PULL_7]);
    let moved = with(&format!("\"{OTHER}\"")).expect("pull_request.head_moved");
    moved.says(&["`client_payload.head`", HEAD, OTHER]);
    assert_eq!(moved.output("head-sha"), "");
    for odd in [&HEAD.to_uppercase(), &HEAD[..39], &HEAD[..7], "", "main", &format!("{HEAD}0"), &format!("{HEAD}\\n")] {
        with(&format!("\"{odd}\"")).expect_in(odd, "payload.invalid_field").says(&["`client_payload.head`"]);
    }
    for odd in ["null", "7", "[]", "{}", "true"] {
        with(odd).expect_in(odd, "payload.invalid_field").requested(&[]);
    }
    let long = "a".repeat(64);
    with(&format!("\"{long}\"")).expect("pull_request.head_moved");
}

#[test]
fn commits() {
    for good in [HEAD.to_owned(), "0".repeat(40), "f0".repeat(32)] {
        let decided = field("sha", &format!("\"{good}\"")).expect_in(&good, "allowed");
        assert_eq!(payload_of(&decided), json!({ "x": good }));
    }
    for bad in [
        HEAD.to_uppercase(),
        "a".repeat(39),
        "a".repeat(41),
        "a".repeat(63),
        "a".repeat(65),
        "g".repeat(40),
        " ".repeat(40),
        String::new(),
    ] {
        refused("sha", &format!("\"{bad}\""));
    }
    for bad in ["7", "null", "[]", "1111111111111111111111111111111111111111"] {
        refused("sha", bad);
    }
}

#[test]
fn slugs() {
    for good in ["a", "9", "Z", "redis", "my-chart_1.2", "a..", "0-", &"a".repeat(100)] {
        field("slug", &format!("\"{good}\"")).expect_in(good, "allowed");
    }
    for bad in [
        "",
        " ",
        "-a",
        ".a",
        "_a",
        "a b",
        " a",
        "a ",
        "a/b",
        "../a",
        "a\\\\b",
        "$(id)",
        "`id`",
        "a'b",
        "a\\\"b",
        "a;b",
        "a|b",
        "a&b",
        "a\\nb",
        "a\\u0000",
        "é",
        "а",
        "a\u{202e}b",
        "a\u{200b}",
        "a%0a",
        "${{ a }}",
        &"a".repeat(101),
        &"a".repeat(300),
    ] {
        refused("slug", &format!("\"{bad}\""));
    }
    for bad in ["7", "true", "null", "[\"a\"]", "{}"] {
        refused("slug", bad);
    }
}

#[test]
fn strings() {
    for good in ["a", "any text — with `$(x)` 'and' <b>", " ", "日本語", "\u{1f600}", &"é".repeat(256)] {
        let decided = field("string", &json!(good).to_string()).expect_in(good, "allowed");
        assert_eq!(payload_of(&decided), json!({ "x": good }));
    }
    for bad in [
        "",
        "a\nb",
        "a\rb",
        "a\tb",
        "\0",
        "\u{7f}",
        "\u{85}",
        "\u{9b}0m",
        "\u{202a}",
        "\u{202b}",
        "\u{202c}",
        "\u{202d}",
        "\u{202e}",
        "\u{2066}",
        "\u{2067}",
        "\u{2068}",
        "\u{2069}",
        &"a".repeat(257),
        &"é".repeat(257),
        &"\u{1f600}".repeat(257),
    ] {
        refused("string", &json!(bad).to_string());
    }
    for bad in ["7", "true", "null", "[\"a\"]", "{}"] {
        refused("string", bad);
    }
    field("{type: string, max-length: 3}", "\"äöü\"").expect("allowed");
    refused("{type: string, max-length: 3}", "\"abcd\"").says(&["3 characters"]);
    field("{type: string, max-length: 8192}", &json!("x".repeat(8192)).to_string()).expect("allowed");
    refused("{type: string, max-length: 8192}", &json!("x".repeat(8193)).to_string());
}

#[test]
fn patterns_match_the_whole_value() {
    let version = r"{type: string, pattern: 'v[0-9]+\.[0-9]+|latest'}";
    for good in ["v1.2", "v10.20", "latest"] {
        field(version, &format!("\"{good}\"")).expect_in(good, "allowed");
    }
    for bad in ["v1.2 ", "xv1.2", "v1.2.3", "latest!", "not latest", "v1.2\u{2028}", "V1.2", "v1.2latest"] {
        refused(version, &format!("\"{bad}\"")).says(&["v[0-9]+"]);
    }
    // The value's whole text, not one of its lines, even where the pattern asks for lines.
    refused(r"{type: string, pattern: '(?m)^v1$'}", "\"v1\\nv2\"");
    field(r"{type: string, pattern: '^v1$'}", "\"v1\"").expect("allowed");
}

#[test]
fn a_pattern_takes_linear_time() {
    let value = json!("a".repeat(255) + "!").to_string();
    let start = std::time::Instant::now();
    for pattern in ["(a+)+", "(a|aa)+", "(.*a){20}", "(a?){50}a{50}"] {
        refused(&format!("{{type: string, pattern: '{pattern}'}}"), &value);
    }
    assert!(start.elapsed().as_secs() < 10, "{:?}", start.elapsed());
}

#[test]
fn numbers_keep_their_value() {
    for good in [
        "0",
        "-0",
        "7",
        "-7",
        "0.1",
        "1.50",
        "1e3",
        "1E+3",
        "-2.5e-3",
        "9007199254740993",
        "18446744073709551615",
        "-9223372036854775808",
    ] {
        let decided = field("number", good).expect_in(good, "allowed");
        assert_eq!(decided.output("payload"), format!("{{\"x\":{good}}}"));
    }
    for bad in [
        "1e400",
        "-1e400",
        "1e-400",
        "18446744073709551616",
        "-9223372036854775809",
        "9007199254740993.0",
        "0.1000000000000000055511151231257827",
        "1e99999999999999999999",
        "\"7\"",
        "true",
        "null",
        "[7]",
        "\"\"",
    ] {
        refused("number", bad);
    }
    let bounded = "{type: number, min: -0.5, max: 9007199254740992}";
    for good in ["-0.5", "0", "9007199254740992", "9007199254740992.0", "1e15"] {
        field(bounded, good).expect_in(good, "allowed");
    }
    for bad in ["-0.50000000000000011", "-1", "9007199254740993", "1e16"] {
        refused(bounded, bad);
    }
    let whole = "{type: number, integer: true, min: 1}";
    for good in ["1", "7", "7.0", "1e3", "70e-1"] {
        field(whole, good).expect_in(good, "allowed");
    }
    for bad in ["0", "1.5", "1e-1", "0.999999999999999999999999999"] {
        refused(whole, bad).says(&["whole number", "at least 1"]);
    }
    field("{type: number, integer: false}", "1.5").expect("allowed");
}

#[test]
fn booleans_and_choices() {
    for good in ["true", "false"] {
        let decided = field("boolean", good).expect_in(good, "allowed");
        assert_eq!(decided.output("payload"), format!("{{\"x\":{good}}}"));
    }
    for bad in ["\"true\"", "1", "0", "null", "[true]", "\"\""] {
        refused("boolean", bad);
    }
    let choice = "{type: choice, options: [dev, prod, 'on', 1.10, true]}";
    for good in ["dev", "prod", "on", "1.10", "true"] {
        field(choice, &format!("\"{good}\"")).expect_in(good, "allowed");
    }
    for bad in ["\"Dev\"", "\"dev \"", "\"\"", "\"1.1\"", "1.10", "true", "null", "[\"dev\"]"] {
        refused(choice, bad).says(&["`dev`", "`prod`"]);
    }
}

#[test]
fn the_inputs_of_a_manual_run_are_text() {
    for (declaration, value, handed_on) in [
        ("pull-request", "\"7\"", "7"),
        ("number", "\"7\"", "7"),
        ("number", "\"1.50\"", "1.50"),
        ("number", "\"9007199254740993\"", "9007199254740993"),
        ("number", "7", "7"),
        ("boolean", "\"true\"", "true"),
        ("boolean", "\"false\"", "false"),
        ("boolean", "true", "true"),
        ("slug", "\"redis\"", "\"redis\""),
        ("{type: choice, options: [dev]}", "\"dev\"", "\"dev\""),
    ] {
        let decided = manual(&format!("x: {declaration}"), &format!("{{\"x\": {value}}}")).expect_in(value, "allowed");
        assert_eq!(decided.output("payload"), format!("{{\"x\":{handed_on}}}"));
    }
    for (declaration, value) in [
        ("number", "\" 7\""),
        ("number", "\"7 \""),
        ("number", "\"07\""),
        ("number", "\"0x7\""),
        ("number", "\"+7\""),
        ("number", "\"7,5\""),
        ("number", "\"NaN\""),
        ("number", "\"1e400\""),
        ("number", "\"[7]\""),
        ("number", "\"7\\n\""),
        ("boolean", "\"True\""),
        ("boolean", "\"yes\""),
        ("boolean", "\"1\""),
        ("boolean", "1"),
    ] {
        let decided = manual(&format!("x: {declaration}"), &format!("{{\"x\": {value}}}"));
        decided.expect_in((declaration, value), "payload.invalid_field").says(&["`inputs.x`"]);
    }
}

#[test]
fn an_input_that_was_left_empty_is_not_there() {
    manual("x: string", r#"{"x": ""}"#).expect("payload.missing_field").says(&["`inputs.x`"]);
    let decided = manual("x: {type: number, required: false}", r#"{"x": ""}"#).expect("allowed");
    assert_eq!(decided.output("payload"), "{}");
    let decided = manual("x: {type: number, required: false, default: 3}", r#"{"x": ""}"#).expect("allowed");
    assert_eq!(decided.output("payload"), r#"{"x":3}"#);
    // A sender of `client_payload` who writes an empty text means an empty text.
    refused("string", "\"\"");
    refused("{type: string, required: false}", "\"\"");
}

#[test]
fn required_fields() {
    dispatch("pr: pull-request\nchart: slug", r#"{"pr": 7}"#, "")
        .expect("payload.missing_field")
        .says(&["`client_payload.chart`"]);
    dispatch("chart: slug", "{}", "").expect("payload.missing_field").requested(&[]);
    dispatch("chart: {type: slug, required: true}", "{}", "").expect("payload.missing_field");
    // Not what is written in another case, or elsewhere.
    dispatch("chart: slug", r#"{"Chart": "redis"}"#, "").expect("payload.missing_field");
    dispatch("chart: slug", r#"{"x": {"chart": "redis"}}"#, "unknown-fields: drop").expect("payload.missing_field");
    // GitHub sends `null` where the sender gave no payload.
    dispatch("chart: slug", "null", "").expect("payload.missing_field");
    dispatch("chart: {type: slug, required: false}", "null", "").expect("allowed");
    // Missing comes before invalid.
    dispatch("a: slug\nb: slug", r#"{"a": 7}"#, "").expect("payload.missing_field");
}

#[test]
fn optional_fields_and_defaults() {
    let optional = |value: &str, default: &str| {
        dispatch(&format!("x: {{{value}, required: false{default}}}"), "{}", "").expect_in((value, default), "allowed")
    };
    assert_eq!(optional("type: slug", "").output("payload"), "{}");
    assert_eq!(optional("type: slug", ", default: redis").output("payload"), r#"{"x":"redis"}"#);
    assert_eq!(optional("type: number", ", default: 1.50").output("payload"), r#"{"x":1.50}"#);
    assert_eq!(optional("type: boolean", ", default: false").output("payload"), r#"{"x":false}"#);
    assert_eq!(optional("type: choice, options: [a, b]", ", default: b").output("payload"), r#"{"x":"b"}"#);
    assert_eq!(optional("type: string", ", default: 'true'").output("payload"), r#"{"x":"true"}"#);
    // `null` is a value, and none that any type accepts.
    refused("{type: slug, required: false}", "null");
    refused("{type: slug, required: false, default: redis}", "null");
    let given = dispatch("x: {type: slug, required: false, default: redis}", r#"{"x": "nginx"}"#, "").expect("allowed");
    assert_eq!(given.output("payload"), r#"{"x":"nginx"}"#);
}

#[test]
fn an_optional_pull_request_that_is_not_named() {
    let fields = "pr: {type: pull-request, required: false}";
    let decided = dispatch(fields, "{}", "").expect("allowed");
    decided.requested(&[]);
    assert_eq!((decided.output("pr-number"), decided.output("head-sha")), ("", ""));
    dispatch(fields, "{}", "pull-request: {base: [main]}")
        .expect("pull_request.missing")
        .says(&["`client_payload.pr`"]);
    dispatch(fields, r#"{"pr": 7}"#, "pull-request: {base: [main]}").expect("allowed").requested(&[PULL_7]);
    // A pin is compared with a pull request; without one nothing could be compared with it.
    let pinned = format!("{fields}\nhead: {{type: head-sha, required: false}}");
    let decided = dispatch(&pinned, &format!(r#"{{"head": "{OTHER}"}}"#), "").run();
    assert_eq!(decided.output("head-sha"), "");
}

#[test]
fn unknown_fields() {
    let unknown = dispatch("chart: slug", r#"{"chart": "redis", "chrat": "x"}"#, "").expect("payload.unknown_field");
    unknown.says(&["`client_payload.chrat`", "did you mean `chart`"]).requested(&[]);
    dispatch("chart: slug", r#"{"chart": "redis", "CHART": "x"}"#, "").expect("payload.malformed");
    dispatch("chart: slug", r#"{"chart": "redis", "": "x"}"#, "").expect("payload.unknown_field");
    for name in ["_Guard", "__proto__", "constructor"] {
        let payload = json!({ "chart": "redis", name: { "allowed": true } }).to_string();
        dispatch("chart: slug", &payload, "").expect_in(name, "payload.unknown_field").says(&[name]);
    }
    dispatch("chart: slug", r#"{"chart": "redis", "x": null}"#, "unknown-fields: deny").expect("payload.unknown_field");
    let dropped =
        dispatch("chart: slug", r#"{"chart": "redis", "x": {"y": []}}"#, "unknown-fields: drop").expect("allowed");
    assert_eq!(dropped.output("payload"), r#"{"chart":"redis"}"#);
    // What is dropped is not read either.
    let rule = dispatch_rule("unknown-fields: drop");
    let event = github::dispatch("github-actions[bot]", "chart-pr-created", json!({ "pr": 7, "head_sha": OTHER }));
    Scenario::dispatch().policy(&rule).event(&event).expect("allowed");
    // Without declared fields, any is unknown.
    let rule = policy("repository_dispatch", "types: [deploy]\nactors: [mona]");
    let event = github::dispatch("mona", "deploy", json!({ "x": 1 }));
    Scenario::dispatch_by("mona").policy(&rule).event(&event).expect("payload.unknown_field");
    let event = github::dispatch("mona", "deploy", json!({}));
    Scenario::dispatch_by("mona").policy(&rule).event(&event).expect("allowed").requested(&[]);
    // Invalid comes before unknown.
    dispatch("chart: slug", r#"{"x": 1, "chart": 7}"#, "").expect("payload.invalid_field");
}

#[test]
fn a_payload_is_an_object() {
    for odd in ["\"{\\\"pr\\\": 7}\"", "[{\"pr\": 7}]", "7", "true", "\"\""] {
        dispatch("pr: pull-request", odd, "")
            .expect_in(odd, "payload.malformed")
            .says(&["`client_payload`"])
            .requested(&[]);
    }
    for odd in ["\"x\"", "[]", "7"] {
        manual("x: {type: slug, required: false}", odd).expect_in(odd, "payload.malformed").says(&["`inputs`"]);
    }
    manual("x: {type: slug, required: false}", "null").expect("allowed");
}

#[test]
fn a_payload_has_githubs_limits() {
    let members = |count: usize| -> String {
        let members: Vec<String> = (0..count).map(|index| format!("\"k{index}\": {index}")).collect();
        format!("{{{}}}", members.join(","))
    };
    let optional = "k0: {type: number, required: false}";
    dispatch(optional, &members(10), "unknown-fields: drop").expect("allowed");
    dispatch(optional, &members(11), "unknown-fields: drop").expect("payload.malformed").says(&["11 properties", "10"]);

    // `{"k0":"…"}` has nine characters around the value.
    let long =
        |characters: usize, letter: char| format!("{{\"k1\": \"{}\"}}", letter.to_string().repeat(characters - 9));
    for letter in ['x', 'é', '\u{1f600}'] {
        dispatch(optional, &long(65_535, letter), "unknown-fields: drop").expect_in(letter, "allowed");
        let decided = dispatch(optional, &long(65_536, letter), "unknown-fields: drop");
        decided.expect_in(letter, "payload.malformed").says(&["65536 characters", "65535"]).requested(&[]);
    }
    dispatch(optional, &long(70_000, 'x'), "").expect("payload.malformed");
}

#[test]
fn nesting_has_a_limit() {
    // The event is one level, the payload the second.
    let nested = |depth: usize| format!("{{\"k\": {}{}}}", "[".repeat(depth - 2), "]".repeat(depth - 2));
    let optional = "x: {type: number, required: false}";
    dispatch(optional, &nested(64), "unknown-fields: drop").expect("allowed");
    for depth in [65, 66, 1000, 20_000] {
        let start = std::time::Instant::now();
        let decided = dispatch(optional, &nested(depth), "unknown-fields: drop").expect_in(depth, "payload.malformed");
        decided.says(&["client_payload.k", "64"]).requested(&[]);
        assert!(start.elapsed().as_secs() < 10, "{depth}: {:?}", start.elapsed());
    }
    // Objects count as well.
    let objects = format!("{}1{}", "{\"k\":".repeat(70), "}".repeat(70));
    dispatch(optional, &objects, "unknown-fields: drop").expect("payload.malformed");
    // Elsewhere in the event, too.
    let event = github::pull_request_event("mona", "opened", pull()).to_string();
    let deep =
        event.replacen("\"title\":\"Chart redis\"", &format!("\"title\":{}{}", "[".repeat(70), "]".repeat(70)), 1);
    Scenario::pull_request().event_bytes(deep.as_bytes()).expect("payload.malformed");
}

#[test]
fn repeated_keys_anywhere_in_the_event() {
    let optional = "x: {type: number, required: false}";
    for (payload, path) in [
        (r#"{"x": 1, "x": 1}"#, "client_payload.x"),
        (r#"{"x": 1, "\u0078": 2}"#, "client_payload.x"),
        (r#"{"y": {"z": 1, "z": 1}}"#, "client_payload.y.z"),
        (r#"{"y": [{"z": 1, "z": 1}]}"#, "client_payload.y[0].z"),
    ] {
        let decided = dispatch(optional, payload, "unknown-fields: drop").expect_in(payload, "payload.malformed");
        decided.says(&[path]).requested(&[]);
    }
    let twice = |text: &str| text.replacen("\"sender\":", "\"sender\":{},\"sender\":", 1);
    let event = twice(&github::dispatch("github-actions[bot]", "chart-pr-created", json!({ "pr": 7 })).to_string());
    // The sender that is read is the first: nobody. Whoever it is, nothing is asked and nobody goes on.
    let decided = Scenario::dispatch().event_bytes(event.as_bytes()).run();
    assert!(!decided.allowed());
    decided.requested(&[]);
    let event = github::pull_request_event("mona", "opened", pull()).to_string();
    let event = event.replacen("\"action\":", "\"action\":\"x\",\"action\":", 1);
    Scenario::pull_request().event_bytes(event.as_bytes()).expect("payload.malformed").says(&["`action`"]);
}

#[test]
fn the_envelopes_key_is_always_permitted() {
    let decided = dispatch("x: {type: number, required: false}", r#"{"_guard": {"v": 1}}"#, "").run();
    assert_ne!(decided.code(), "payload.unknown_field");
    // It counts among GitHub's ten.
    let ten: Vec<String> = (0..10).map(|index| format!("\"k{index}\": 1")).collect();
    let payload = format!("{{\"_guard\": {{}}, {}}}", ten.join(", "));
    dispatch("x: {type: number, required: false}", &payload, "unknown-fields: drop").expect("payload.malformed");
}

#[test]
fn fields_are_handed_on_in_the_order_of_the_policy() {
    let decided =
        dispatch("b: slug\na: slug\npr: pull-request", r#"{"a": "1", "pr": "7", "b": "2"}"#, "").expect("allowed");
    assert_eq!(decided.output("payload"), r#"{"b":"2","a":"1","pr":7}"#);
    assert_eq!(decided.result()["payload"], json!({ "a": "1", "b": "2", "pr": 7 }));
}

#[test]
fn events_without_a_payload_have_none() {
    let decided = Scenario::pull_request().expect("allowed");
    assert_eq!(decided.output("payload"), "");
    assert_eq!(decided.result()["payload"], Value::Null);
    // A payload that did not pass is not handed on.
    let decided = field("slug", "7").expect("payload.invalid_field");
    assert_eq!(decided.output("payload"), "");
}

#[test]
fn ambiguous_numbers_and_texts_survive_the_whole_way() {
    let decided = dispatch("n: number\ns: string", "{\"n\": 1.0, \"s\": \"1.0\"}", "").expect("allowed");
    assert_eq!(decided.output("payload"), r#"{"n":1.0,"s":"1.0"}"#);
    let decided = dispatch("s: string", r#"{"s": "\u00e9\ud83d\ude00"}"#, "").expect("allowed");
    assert_eq!(decided.output("payload"), "{\"s\":\"é😀\"}");
    dispatch("s: string", r#"{"s": "\ud83d"}"#, "").expect("event.malformed");
}
