//! What holds for every rule and every run, tried on random ones.
//!
//! In the first part a world is a rule and a run, and what has to come of it is worked out a second time, in the plainest
//! way (`tests/support/world.rs`); the guard has to agree, code by code. In the second part a good run is spoilt.

use dispatch_guard::reason::{ReasonCode, Verdict};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

use crate::support::github::{self, HEAD, OTHER, PULL_7};
use crate::support::{Decided, Reply, Scenario, policy, set};
use crate::world::World;

/// So many cases; `CASES_TIMES=100` is for a long night.
fn config(cases: u32) -> ProptestConfig {
    let times = std::env::var("CASES_TIMES").ok().and_then(|times| times.parse().ok()).unwrap_or(1);
    ProptestConfig { cases: cases * times, failure_persistence: None, ..ProptestConfig::default() }
}

/// A world: see `tests/support/world.rs`.
fn worlds() -> impl Strategy<Value = World> {
    vec(any::<u8>(), 0..160).prop_map(|bytes| World::from_bytes(&bytes))
}

proptest! {
    #![proptest_config(config(600))]

    #[test]
    fn the_guard_agrees_with_a_plain_reading_of_the_contract(world in worlds()) {
        let decided = world.scenario().run();
        prop_assert_eq!(decided.code(), world.expected(), "{}\n{}", world.policy(), decided.trace());
        let head = if world.verifies_head() { HEAD } else { "" };
        prop_assert_eq!(decided.output("head-sha"), head, "{}", decided.trace());
    }
}

proptest! {
    #![proptest_config(config(400))]

    #[test]
    fn one_more_demand_never_turns_a_no_into_a_yes(world in worlds(), which in 0..World::DEMANDS, pick in 0_usize..6) {
        let Some(stricter) = world.constrained(which, pick) else { return Ok(()) };
        let (before, after) = (world.scenario().run(), stricter.scenario().run());
        prop_assert!(!after.code().starts_with("config."), "{}\n{}", stricter.policy(), after.trace());
        prop_assert!(before.allowed() || !after.allowed(), "{}\n{}", world.policy(), stricter.policy());
    }

    #[test]
    fn the_order_of_lists_does_not_matter(world in worlds(), seed in 0_usize..60) {
        let turned = world.turned(seed);
        let (one, two) = (world.scenario().run(), turned.scenario().run());
        prop_assert_eq!(one.code(), two.code(), "{}\n{}", world.policy(), turned.policy());
        for (name, value) in &one.outcome.outputs.0 {
            if !matches!(*name, "reason" | "result" | "labels") {
                prop_assert_eq!(value, two.output(name), "{}", name);
            }
        }
    }
}

/// `LookupResults` to a question about a team or a role.
fn lookups() -> impl Strategy<Value = Vec<Reply>> {
    let reply = prop_oneof![
        Just(Reply::json(200, &json!({ "state": "active", "permission": "admin", "role_name": "admin" }))),
        Just(Reply::json(200, &json!({ "state": "pending", "permission": "none", "role_name": "none" }))),
        Just(Reply::refusal(403, "Resource not accessible")),
        Just(Reply::refusal(404, "Not Found")),
        Just(Reply::refusal(500, "Oops")),
        Just(Reply::text(200, "<html>")),
    ];
    vec(reply, 3)
}

proptest! {
    #![proptest_config(config(80))]

    #[test]
    fn the_order_of_actors_does_not_matter_whatever_github_answers(
        entries in Just(vec!["@acme/a", "@acme/b", "role:write", "mona:1", "eve"]).prop_shuffle(),
        replies in lookups(),
    ) {
        let run = |entries: &[&str]| {
            let quoted: Vec<String> = entries.iter().map(|entry| format!("'{entry}'")).collect();
            let rule = format!("types: [chart-pr-created]\nactors: [{}]\npayload: {{pr: pull-request}}", quoted.join(", "));
            let replies = replies.clone();
            Scenario::dispatch_by("mona").policy(&policy("repository_dispatch", &rule)).run_with(move |request| match &request.url {
                url if url.contains("/teams/a") => replies[0].clone(),
                url if url.contains("/teams/b") => replies[1].clone(),
                url if url.contains("/permission") => replies[2].clone(),
                _ => Reply::json(200, &github::pull()),
            })
        };
        let (one, two) = (run(&["@acme/a", "@acme/b", "role:write", "mona:1", "eve"]), run(&entries));
        prop_assert_eq!(one.output("decision"), two.output("decision"), "{}\n{}", one.trace(), two.trace());
        if one.output("decision") != "error" {
            prop_assert_eq!(one.code(), two.code());
        }
    }
}

/// Text that is not polite.
fn texts() -> impl Strategy<Value = String> {
    let pieces = vec(
        select(&[
            "::",
            "::error::x",
            "##[",
            "\n",
            "\r",
            "\r\n",
            "|",
            "`",
            "<",
            ">",
            "&",
            "</code>",
            "<script>",
            "[x](y)",
            "**",
            "_",
            "\\",
            "\"",
            "'",
            "EOF",
            "=",
            "%0A",
            "${{ x }}",
            "$(x)",
            "\u{202e}",
            "\u{2066}",
            "\u{200b}",
            "\u{feff}",
            "\u{2028}",
            "\u{85}",
            "\u{1b}[31m",
            "\0",
            "\u{e0041}",
            "é",
            "日",
            "😀",
            "a",
            "main",
            " ",
            "\t",
            "*",
            "!",
            "#",
            "~",
            "{",
            "}",
            ",",
            ":",
            "-",
            "null",
            "true",
            "7",
        ]),
        0..8,
    );
    prop_oneof![3 => pieces.prop_map(|pieces| pieces.concat()), 1 => any::<String>()]
}

/// Any JSON, not too large.
fn jsons() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(json!(null)),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_filter("finite", |number| number.is_finite()).prop_map(Value::from),
        select(&[7_u64, github::REPOSITORY_ID, github::FORK_ID, 41_898_282]).prop_map(Value::from),
        select(&[
            "main",
            "open",
            "closed",
            HEAD,
            OTHER,
            "github-actions[bot]",
            "mona",
            "Bot",
            "chart-pr-created",
            "acme/charts"
        ])
        .prop_map(Value::from),
        texts().prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        let keys = select(&[
            "pr", "id", "login", "type", "repo", "ref", "sha", "name", "state", "x", "_guard", "number", "head", "base",
        ]);
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::from),
            vec((keys, inner), 0..4).prop_map(|members| {
                members
                    .into_iter()
                    .map(|(key, value)| (key.to_owned(), value))
                    .collect::<serde_json::Map<_, _>>()
                    .into()
            })
        ]
    })
}

/// Every place of a JSON value.
fn places(json: &Value, here: &str, all: &mut Vec<String>) {
    all.push(here.to_owned());
    match json {
        Value::Object(members) => members.iter().for_each(|(key, value)| places(value, &format!("{here}/{key}"), all)),
        Value::Array(elements) => {
            (0..).zip(elements).for_each(|(index, value)| places(value, &format!("{here}/{index}"), all));
        }
        _ => {}
    }
}

/// The same with some of its places changed, or gone.
fn mutated(json: &Value, changes: &[(prop::sample::Index, Option<Value>)]) -> Value {
    let mut json = json.clone();
    for (index, change) in changes {
        let mut all = Vec::new();
        places(&json, "", &mut all);
        let place = index.get(&all);
        match (change, place.rsplit_once('/')) {
            (Some(value), _) => *json.pointer_mut(place).expect("a place") = value.clone(),
            (None, Some((parent, key))) => match json.pointer_mut(parent).expect("a place") {
                Value::Object(members) => _ = members.remove(key),
                Value::Array(elements) => _ = elements.pop(),
                _ => {}
            },
            (None, None) => json = json!({}),
        }
    }
    json
}

fn changes() -> impl Strategy<Value = Vec<(prop::sample::Index, Option<Value>)>> {
    vec((any::<prop::sample::Index>(), option::weighted(0.7, jsons())), 1..4)
}

/// Whether an answer is the pull request that the rule of [`Scenario::dispatch`] lets pass.
fn passes(pull: &Value) -> bool {
    let id = |place: &str| pull.pointer(place).and_then(Value::as_u64);
    let text = |place: &str| pull.pointer(place).and_then(Value::as_str);
    id("/number") == Some(7)
        && id("/base/repo/id") == Some(github::REPOSITORY_ID)
        && id("/head/repo/id") == Some(github::REPOSITORY_ID)
        && text("/state") == Some("open")
        && pull.get("merged").is_none_or(|merged| *merged != json!(true))
        && text("/head/sha").is_some_and(|sha| matches!(sha.len(), 40 | 64))
}

fn check_dispatch(event: &Value, decided: &Decided) {
    if decided.allowed() {
        let text = |place: &str| event.pointer(place).and_then(Value::as_str).unwrap_or_default();
        assert_eq!(text("/action"), "chart-pr-created");
        assert_eq!(event.pointer("/repository/id"), Some(&json!(github::REPOSITORY_ID)));
        assert!(text("/repository/full_name").eq_ignore_ascii_case("acme/charts"));
        assert_eq!(text("/sender/login"), "github-actions[bot]");
        assert_eq!(event.pointer("/sender/id"), Some(&json!(41_898_282)));
        assert_eq!(text("/sender/type"), "Bot");
        let payload = event["client_payload"].as_object().expect("an object");
        assert!(payload["pr"] == json!(7) || payload["pr"] == json!("7"));
        assert!(payload.keys().all(|key| key == "pr" || key == "_guard"), "{payload:?}");
        assert!(event.get("pull_request").is_none());
    }
}

proptest! {
    #![proptest_config(config(100))]

    #[test]
    fn no_bytes_in_the_place_of_the_event_let_a_run_go_on(bytes in vec(any::<u8>(), 0..300)) {
        prop_assert!(!Scenario::dispatch().event_bytes(&bytes).run().allowed());
        prop_assert!(!Scenario::pull_request().event_bytes(&bytes).run().allowed());
    }

    #[test]
    fn a_changed_dispatch_passes_only_if_it_is_still_one_that_may(changes in changes()) {
        let event = mutated(&github::dispatch("github-actions[bot]", "chart-pr-created", json!({ "pr": 7 })), &changes);
        check_dispatch(&event, &Scenario::dispatch().event(&event).run_with(|_| Reply::json(200, &github::pull())));
    }

    #[test]
    fn a_changed_pull_request_event_passes_only_in_its_own_repository(changes in changes()) {
        let event = mutated(&github::pull_request_event("mona", "opened", github::pull()), &changes);
        let rule = policy("pull_request", "types: [opened]\nactors: [mona]\npull-request: {base: [main], forks: deny, state: open, drafts: deny}");
        let decided = Scenario::pull_request().policy(&rule).event(&event).run();
        if decided.allowed() {
            let pull = &event["pull_request"];
            prop_assert!(passes(&set(pull.clone(), "number", json!(7))), "{}", event);
            prop_assert!(pull["number"].is_u64() && pull["base"]["ref"] == "main" && pull["draft"] != json!(true));
            prop_assert!(event["sender"]["login"].as_str().unwrap().eq_ignore_ascii_case("mona"));
            prop_assert!(pull["user"]["login"].as_str().unwrap().eq_ignore_ascii_case("mona"));
            prop_assert_eq!(&event["repository"]["id"], &json!(github::REPOSITORY_ID));
        }
    }

    #[test]
    fn a_changed_answer_passes_only_if_it_is_still_the_pull_request(changes in changes()) {
        let pull = mutated(&github::pull(), &changes);
        let decided = Scenario::dispatch().pull(&pull).run();
        prop_assert!(!decided.allowed() || passes(&pull), "{}", pull);
        prop_assert_eq!(decided.output("head-sha").is_empty(), !decided.decision.facts().head_verified);
    }

    #[test]
    fn any_answer_ends_in_a_decision(
        status in prop_oneof![Just(200_u16), Just(403), Just(429), Just(301), 100..600_u16],
        headers in vec((select(&["location", "retry-after", "x-ratelimit-remaining", "x-ratelimit-reset", "x-accepted-github-permissions"]), texts()), 0..3),
        body in prop_oneof![jsons().prop_map(|json| json.to_string()), texts(), Just(github::pull().to_string())],
    ) {
        let reply = headers.iter().fold(Reply::text(status, &body), |reply, (name, value)| reply.header(name, value));
        let decided = Scenario::dispatch().run_with(move |_| reply.clone());
        let is_pull = serde_json::from_str(&body).is_ok_and(|pull| passes(&pull));
        prop_assert!(!decided.allowed() || is_pull);
        prop_assert!(decided.elapsed_ms <= 60_000);
    }

    #[test]
    fn texts_of_others_stay_texts(values in vec(texts(), 8)) {
        let pull = set(set(github::pull(), "head.ref", json!(values[0])), "user.login", json!(values[1]));
        let pull = set(set(pull, "labels", json!([{ "name": values[2] }])), "head.repo.full_name", json!(values[3]));
        let payload = json!({ "pr": 7, "x": values[4], values[5].clone(): values[6] });
        let rule = "types: [chart-pr-created]\nactors: ['github-actions[bot]']\npayload: {pr: pull-request, x: string}\nunknown-fields: drop\npull-request: {base: [main]}";
        let scenario = Scenario::dispatch_of(payload).policy(&policy("repository_dispatch", rule)).pull(&pull);
        scenario.run();
        scenario.clone().env("GITHUB_ACTOR", &values[7]).env("GITHUB_WORKFLOW_REF", &values[0]).run();
        scenario.clone().pull(&set(pull.clone(), "base.ref", json!(values[7]))).run();
        scenario.clone().rerun_by(&values[7]).event_error(&values[0]).run();
        Scenario::pull_request_of(pull).env("GITHUB_RUN_ID", &values[4]).run();
    }

    #[test]
    fn no_text_in_the_place_of_the_policy_breaks_the_guard(lines in vec((prop::sample::Index::arbitrary(), texts()), 0..4), drop in any::<prop::sample::Index>(), random in texts()) {
        Scenario::dispatch().policy(&random).run();
        let good = crate::support::scenario::dispatch_rule("pull-request:\n  base: [main]\n  labels: {all: [a]}\n  authors: [mona]");
        let mut all: Vec<String> = good.lines().map(str::to_owned).collect();
        for (index, text) in lines {
            let place = index.index(all.len());
            let line = all[place].clone();
            let cut = line.char_indices().map(|(at, _)| at).nth(text.len() % line.chars().count().max(1)).unwrap_or(0);
            all[place] = format!("{}{text}{}", &line[..cut], &line[cut..]);
        }
        all.remove(drop.index(all.len()));
        // The pull request lacks the label and has the wrong author, so only a policy that no longer asks lets it pass.
        let decided = Scenario::dispatch_by("eve").policy(&all.join("\n")).run();
        prop_assert!(!decided.allowed() || all.join("\n").contains("eve"));
    }

    #[test]
    fn no_inputs_break_the_guard(inputs in vec((select(dispatch_guard::runner::inputs::GUARD.inputs), texts()), 0..5), environment in vec((select(dispatch_guard::runner::environment::RECORDED_VARIABLES), texts()), 0..3)) {
        // A secret that equals an ordinary setting is not secret.
        let inputs = inputs.iter().filter(|(input, _)| !matches!(input.name, "token" | "signing-keys"));
        let scenario = inputs.fold(Scenario::dispatch(), |scenario, (input, value)| scenario.input(input.name, value));
        let scenario = environment.iter().fold(scenario, |scenario, (name, value)| scenario.env(name, value));
        let lenient = scenario.run_with(|_| Reply::refusal(404, "Not Found"));
        prop_assert!(!lenient.allowed());
    }
}

/// Worlds as the properties have them, without proptest's own choices.
fn sample() -> impl Iterator<Item = World> {
    (0..9000).map(World::from_seed)
}

/// Denials for demands that this model does not make: `worlds` has those of consent, source and evidence; repositories,
/// branches and too many files have tests of their own beside the check.
const OUTSIDE_THE_MODEL: [&str; 15] = [
    "event.repository_not_allowed",
    "event.branch_not_allowed",
    "event.source_not_allowed",
    "event.label_not_allowed",
    "event.review_not_allowed",
    "event.no_command",
    "actor.commenter_not_allowed",
    "actor.source_not_allowed",
    "pull_request.ambiguous",
    "pull_request.label_not_trusted",
    "pull_request.file_not_allowed",
    "pull_request.too_many_files",
    "pull_request.changes_requested",
    "pull_request.approval_missing",
    "pull_request.check_not_successful",
];

#[test]
fn the_worlds_are_varied() {
    let mut codes = std::collections::BTreeMap::<&str, u32>::new();
    let mut events = std::collections::BTreeSet::new();
    for world in sample() {
        *codes.entry(world.expected()).or_default() += 1;
        if world.expected() == "allowed" {
            events.insert(world.event());
        }
    }
    // Every deny but those that the worlds above are about, and every event with a pull request or a payload.
    let denies = ReasonCode::ALL.iter().filter(|code| code.verdict() == Verdict::Deny).map(|code| code.name());
    let denies = denies.filter(|code| !OUTSIDE_THE_MODEL.contains(code));
    for code in denies.chain(["allowed", "actor.unverified"]) {
        assert!(codes.get(code).is_some_and(|count| *count >= 3), "{code}: {codes:?}");
    }
    assert!(codes["allowed"] > 600, "{codes:?}");
    assert_eq!(events.len(), 7, "{events:?}");
}

#[test]
fn every_demand_can_be_made_and_some_turn_a_yes_into_a_no() {
    let mut turns = [0; World::DEMANDS];
    for world in sample().filter(|world| world.expected() == "allowed") {
        for (which, count) in turns.iter_mut().enumerate() {
            let stricter = (0..6).filter_map(|pick| world.constrained(which, pick));
            *count += stricter.filter(|stricter| stricter.expected() != "allowed").count();
        }
    }
    assert!(turns.iter().all(|count| *count > 0), "{turns:?}");
}

#[test]
fn the_route_of_the_pull_request_is_the_only_one() {
    Scenario::dispatch().expect("allowed").requested(&[PULL_7]);
}
