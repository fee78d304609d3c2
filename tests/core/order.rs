//! Of two violations the first in the contract's order is named.

use serde_json::{Value, json};

use crate::support::github::{self, OTHER, PULL_7, pull};
use crate::support::{Reply, Scenario, account, set};

/// A run that breaks some rules.
struct Draft {
    event_name: &'static str,
    actor: &'static str,
    sender: Value,
    triggering: &'static str,
    kind: &'static str,
    repository_id: u64,
    payload: Value,
    types: &'static str,
    pull_rule: Vec<&'static str>,
    live: Value,
    missing: bool,
    mode: &'static str,
}

type Break = fn(&mut Draft);

/// Every violation that a dispatch of a pull request can have, in the contract's order. Those that exclude each other
/// share a number.
const DISPATCH: &[(u32, &str, Break)] = &[
    (1, "config.invalid_input", |draft| draft.mode = "enforced"),
    (2, "config.policy_invalid", |draft| draft.pull_rule.push("bsae: [main]")),
    (3, "event.mismatch", |draft| draft.repository_id = 5),
    (4, "event.not_allowed", |draft| draft.event_name = "release"),
    (5, "event.type_not_allowed", |draft| draft.kind = "other"),
    (6, "actor.not_allowed", |draft| draft.actor = "eve"),
    (7, "actor.sender_not_allowed", |draft| draft.sender = account("eve")),
    (7, "actor.identity_mismatch", |draft| draft.sender = set(account("mona"), "id", json!(1))),
    (8, "actor.rerun_not_allowed", |draft| draft.triggering = "eve"),
    (9, "payload.malformed", |draft| (0..12).for_each(|index| draft.payload[format!("k{index}")] = json!(1))),
    (10, "payload.missing_field", |draft| _ = draft.payload.as_object_mut().unwrap().remove("chart")),
    (11, "payload.invalid_field", |draft| draft.payload["pr"] = json!("x")),
    (12, "payload.unknown_field", |draft| draft.payload["extra"] = json!(1)),
    (13, "pull_request.not_found", |draft| draft.missing = true),
    (14, "pull_request.wrong_repository", |draft| draft.live["base"]["repo"]["id"] = json!(5)),
    (15, "pull_request.head_gone", |draft| draft.live["head"]["repo"] = json!(null)),
    (15, "pull_request.fork", |draft| draft.live["head"]["repo"]["id"] = json!(6)),
    (16, "pull_request.head_moved", |draft| draft.live["head"]["sha"] = json!(OTHER)),
    (17, "pull_request.base_not_allowed", |draft| draft.live["base"]["ref"] = json!("dev")),
    (18, "pull_request.head_not_allowed", |draft| draft.live["head"]["ref"] = json!("dev")),
    (19, "pull_request.state_not_allowed", |draft| draft.pull_rule.push("state: closed")),
    (20, "pull_request.not_merged", |draft| draft.pull_rule.push("merged: true")),
    (21, "pull_request.draft", |draft| draft.live["draft"] = json!(true)),
    (22, "pull_request.author_not_allowed", |draft| draft.live["user"] = account("eve")),
    (23, "pull_request.label_missing", |draft| draft.live["labels"][0] = json!({ "name": "other" })),
    (24, "pull_request.label_forbidden", |draft| {
        draft.live["labels"].as_array_mut().unwrap().push(json!({ "name": "rejection" }));
    }),
];

fn scenario(breaks: &[Break]) -> Scenario {
    let mut draft = Draft {
        event_name: "repository_dispatch",
        actor: "mona",
        sender: account("mona"),
        triggering: "mona",
        kind: "chart-pr-created",
        repository_id: github::REPOSITORY_ID,
        payload: json!({ "pr": 7, "chart": "redis", "head": github::HEAD }),
        types: "chart-pr-created",
        pull_rule: vec![
            "base: [main]",
            "head: ['feature/*']",
            "drafts: deny",
            "authors: [mona]",
            "labels: {all: [ok], none: [rejection]}",
        ],
        live: github::labelled(&["ok"]),
        missing: false,
        mode: "enforce",
    };
    // The last first, so that what an earlier one takes away is still there.
    breaks.iter().rev().for_each(|broken| broken(&mut draft));
    let rule = format!(
        "types: [{}]\nactors: ['mona:2001']\npayload: {{pr: pull-request, chart: slug, head: head-sha}}\npull-request: {{{}}}",
        draft.types,
        draft.pull_rule.join(", ")
    );
    let event = github::dispatch("mona", draft.kind, draft.payload);
    let event = set(set(event, "sender", draft.sender), "repository.id", json!(draft.repository_id));
    let live = if draft.missing { Reply::refusal(404, "Not Found") } else { Reply::json(200, &draft.live) };
    Scenario::new(draft.event_name, draft.actor, &event)
        .policy(&crate::support::policy("repository_dispatch", &rule))
        .env("GITHUB_TRIGGERING_ACTOR", draft.triggering)
        .input("mode", draft.mode)
        .route(PULL_7, live)
}

#[test]
fn without_a_violation_it_goes_on() {
    scenario(&[]).expect("allowed");
}

#[test]
fn each_violation_alone_is_named() {
    for (_, code, broken) in DISPATCH {
        scenario(&[*broken]).expect_in(code, code);
    }
}

#[test]
fn of_two_violations_the_first_is_named() {
    for (earlier, code, first) in DISPATCH {
        for (later, other, second) in DISPATCH {
            if earlier < later {
                let decided = scenario(&[*first, *second]).expect_in((code, other), code);
                // Nobody who is not allowed costs a request.
                if *earlier < 13 {
                    decided.requested(&[]);
                }
            }
        }
    }
}

#[test]
fn codes_of_this_table_are_in_the_order_of_the_registry() {
    let place = |code: &str| {
        let all = dispatch_guard::reason::ReasonCode::ALL;
        all.iter().position(|known| known.name() == code).unwrap_or_else(|| panic!("no code {code}"))
    };
    // The identity that fails first gives the code, so `identity_mismatch` has no place of its own.
    let codes: Vec<&str> =
        DISPATCH.iter().map(|(_, code, _)| *code).filter(|code| *code != "actor.identity_mismatch").collect();
    assert!(codes.is_sorted_by_key(|code| place(code)), "{codes:?}");
}

#[test]
fn on_pull_request_target_a_moved_head_comes_before_a_changed_base_and_before_the_rules() {
    let rule = crate::support::policy("pull_request_target", "pull-request: {base: [main], drafts: deny}");
    let run = |live: &Value| Scenario::pull_request_target(pull()).policy(&rule).pull(live);
    let changed = set(set(pull(), "base.ref", json!("dev")), "draft", json!(true));
    run(&changed).expect("pull_request.changed");
    run(&set(changed, "head.sha", json!(OTHER))).expect("pull_request.head_moved");
    run(&set(set(pull(), "head.sha", json!(OTHER)), "head.repo.id", json!(5))).expect("pull_request.fork");
}

#[test]
fn a_repeated_key_is_named_after_the_actor_and_before_the_fields() {
    let twice = |scenario: &Scenario| {
        let text = String::from_utf8(scenario.event_file().unwrap().to_vec()).unwrap();
        scenario.clone().event_bytes(text.replacen("\"branch\":", "\"branch\":\"x\",\"branch\":", 1).as_bytes())
    };
    twice(&scenario(&[])).expect("payload.malformed");
    for (place, code, broken) in DISPATCH {
        let expected = if *place < 9 { code } else { "payload.malformed" };
        twice(&scenario(&[*broken])).expect_in(code, expected);
    }
}
