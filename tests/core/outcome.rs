//! What the shim is to carry out: outputs, exit status, annotation, log, summary, files.
//!
//! That every output is there, that the words are safe and that the documents agree are laws of every scenario.

use dispatch_guard::outcome::Outcome;
use serde_json::json;

use crate::support::github::{self, HEAD, fork, labelled, pull};
use crate::support::scenario::{dispatch_rule, policy};
use crate::support::{Reply, Scenario, set};

fn denied() -> Scenario {
    Scenario::dispatch_by("eve")
}

fn failed() -> Scenario {
    Scenario::dispatch().event_bytes(b"[]")
}

#[test]
fn allowed_is_written_last() {
    for scenario in [Scenario::dispatch(), denied(), failed()] {
        let decided = scenario.run();
        let (last, value) = decided.outcome.outputs.0.last().unwrap();
        assert_eq!((*last, value.as_str()), ("allowed", decided.output("allowed")));
    }
}

#[test]
fn the_exit_status_follows_mode_and_on_deny() {
    let lenient = [("mode", "evaluate"), ("on-deny", "skip")];
    for (name, value) in lenient.into_iter().chain([("mode", "enforce"), ("on-deny", "fail")]) {
        let skips = lenient.contains(&(name, value));
        for (scenario, decision, status) in
            [(Scenario::dispatch(), "allow", 0), (denied(), "deny", u8::from(!skips)), (failed(), "error", 1)]
        {
            let decided = scenario.input(name, value).run();
            assert_eq!((decided.output("decision"), decided.outcome.exit_code), (decision, status), "{name}: {value}");
            assert_eq!(decided.output("allowed"), (decision == "allow").to_string(), "{name}: {value}");
        }
    }
}

#[test]
fn the_outputs_do_not_depend_on_the_mode() {
    for scenario in [Scenario::dispatch(), denied(), failed()] {
        let plain = scenario.run();
        for (name, value) in [("mode", "evaluate"), ("on-deny", "skip")] {
            let other = scenario.clone().input(name, value).run();
            for (output, value) in plain.outcome.outputs.0.iter().filter(|(output, _)| *output != "result") {
                assert_eq!(other.output(output), value, "{name}: {output}");
            }
        }
    }
}

#[test]
fn a_setting_that_cannot_be_read_makes_nothing_lenient() {
    for (name, value) in [
        ("mode", "Evaluate"),
        ("mode", "evaluate\nenforce"),
        ("mode", "off"),
        ("on-deny", "Skip"),
        ("on-deny", "ignore"),
        ("summary", "yes"),
        ("summary", "1"),
        ("require-merged", "ja"),
        ("allow-forks", "maybe"),
    ] {
        let lenient = if name == "mode" { ("on-deny", "skip") } else { ("mode", "evaluate") };
        let scenario = Scenario::dispatch().flat(&[("dispatch-types", "chart-pr-created"), ("allowed-actors", "mona")]);
        let decided =
            scenario.input(name, value).input(lenient.0, lenient.1).expect_in((name, value), "config.invalid_input");
        assert_eq!(decided.outcome.exit_code, 1);
        decided.says(&[&format!("`{name}`")]).requested(&[]);
    }
}

#[test]
fn annotations() {
    assert_eq!(Scenario::dispatch().expect("allowed").outcome.annotation, None);
    for (scenario, level) in [
        (denied(), "error"),
        (denied().input("mode", "evaluate"), "warning"),
        (denied().input("on-deny", "skip"), "notice"),
        (failed(), "error"),
        (failed().input("mode", "evaluate"), "error"),
        (failed().input("on-deny", "skip"), "error"),
    ] {
        let decided = scenario.run();
        let annotation = decided.outcome.annotation.clone().expect("an annotation");
        assert_eq!(annotation.level, level);
        assert_eq!(annotation.title, format!("dispatch-guard: {}", decided.code()));
    }
    let annotation = denied().run().outcome.annotation.unwrap();
    assert_eq!(
        annotation.message,
        "The actor is `eve` (id 666); the policy allows `github-actions[bot]`.\nHave an allowed actor trigger the event, or \
         add this one to `actors` (shorthand: `allowed-actors`).\n\
         https://github.com/org/dispatch-guard/blob/v1/docs/reason-codes.md#actornot_allowed"
    );
}

#[test]
fn every_annotation_says_what_was_found_and_how_to_fix_it() {
    let scenarios = [
        denied(),
        failed(),
        Scenario::dispatch().pull(&fork()),
        Scenario::dispatch_of(json!({})),
        Scenario::dispatch_of(json!({ "pr": "x" })),
        Scenario::dispatch_of(json!({ "pr": 7, "x": 1 })),
        Scenario::dispatch().policy("version: 1"),
        Scenario::dispatch().no_input("policy"),
        Scenario::dispatch().policy(&dispatch_rule("pull-request: {base: [dev]}")),
        Scenario::dispatch().policy(&dispatch_rule("pull-request: {labels: {all: [x]}}")),
    ];
    for scenario in scenarios {
        let decided = scenario.run();
        let annotation = decided.outcome.annotation.clone().unwrap();
        let (found, help) = annotation.message.split_once(".\n").expect("two sentences");
        assert!(found.starts_with(|first: char| first.is_uppercase() || !first.is_alphabetic()), "{found}");
        let (help, link) = help.rsplit_once('\n').expect("a link");
        assert!(help.ends_with('.') || help.ends_with(')'), "{help}");
        assert!(link.starts_with("https://") && link.contains("reason-codes.md#"), "{link}");
        assert!(!annotation.message.contains('*'), "{}", annotation.message);
    }
}

#[test]
fn files() {
    let audit = Scenario::dispatch().input("audit-file", " audit/guard.jsonl ").expect("allowed");
    let file = &audit.outcome.files[0];
    assert_eq!((file.path.as_str(), file.append), ("audit/guard.jsonl", true));
    assert_eq!(file.text, format!("{}\n", audit.output("result")));
    assert_eq!(file.text.matches('\n').count(), 1, "one line a decision");
    assert!(Scenario::dispatch().expect("allowed").outcome.files.is_empty());
    // Whatever comes of it, it is on record.
    for scenario in
        [denied(), failed(), Scenario::dispatch().no_input("policy"), Scenario::dispatch().input("mode", "x")]
    {
        assert_eq!(scenario.input("audit-file", "a").run().outcome.files.len(), 1);
    }
}

#[test]
fn a_summary_unless_not_wanted() {
    assert!(Scenario::dispatch().expect("allowed").outcome.summary.is_some());
    for value in ["false", "False", "FALSE"] {
        assert!(Scenario::dispatch().input("summary", value).expect("allowed").outcome.summary.is_none());
    }
    let summary = denied().run().outcome.summary.unwrap();
    assert!(summary.starts_with("### dispatch-guard: ⛔ denied\n"), "{summary}");
    for part in ["<code>eve</code> (id 666)", "❌", "➖", "<code>chart-pr-created</code>"] {
        assert!(summary.contains(part), "{part} is not in {summary}");
    }
    let summary = Scenario::dispatch().expect("allowed").outcome.summary.unwrap();
    for part in [
        "✅ allowed",
        HEAD,
        "(verified)",
        "<code>feature/redis</code>",
        "(id 41898282)",
        "<code>{&#34;pr&#34;&#58;7}</code>",
    ] {
        let escaped = part.replace('{', "&#123;").replace('}', "&#125;");
        assert!(summary.contains(part) || summary.contains(&escaped), "{part} is not in {summary}");
    }
    let summary = Scenario::dispatch().pull(&fork()).run().outcome.summary.unwrap();
    assert!(summary.contains("(not verified)"), "{summary}");
}

#[test]
fn the_log_says_why_and_folds_what_passed() {
    let decided = denied().run();
    let Outcome { log, log_groups, .. } = &decided.outcome;
    assert_eq!(log[0], format!("dispatch-guard {}: DENY (actor.not_allowed)", dispatch_guard::VERSION));
    assert!(log[1].contains("`eve`") && log[2].starts_with("  help: ") && log[3].starts_with("  ✗ actor"), "{log:?}");
    assert_eq!(log.len(), 4, "{log:?}");
    let [checks, audit] = &log_groups[..] else { panic!("{log_groups:?}") };
    assert_eq!(checks.title, "Other checks: 3 passed, 4 skipped");
    let marks: String = checks.lines.iter().filter_map(|line| line.chars().next()).collect();
    assert_eq!(marks, "✓✓✓----", "{checks:?}");
    assert_eq!((audit.title.as_str(), audit.lines.len()), ("Audit record", 1));
}

#[test]
fn log_annotation_and_summary_say_what_the_step_makes_of_a_denial() {
    for (scenario, word, title, annotated, setting) in [
        (denied(), "DENY", "⛔ denied", "The actor is", ""),
        (
            denied().input("mode", "evaluate"),
            "WOULD BE DENIED",
            "🔎 would be denied",
            "The run would be denied: the actor is",
            "mode: evaluate",
        ),
        (
            denied().input("on-deny", "skip"),
            "SKIPPED",
            "⏩ skipped",
            "The run is skipped: the actor is",
            "on-deny: skip",
        ),
        (
            denied().input("skip-on", "actor.not_allowed"),
            "SKIPPED",
            "⏩ skipped",
            "The run is skipped: the actor is",
            "skip-on",
        ),
        (denied().input("skip-on", "replay.duplicate"), "DENY", "⛔ denied", "The actor is", ""),
        (failed().input("mode", "evaluate"), "ERROR", "❗ no decision", "The event file", ""),
        (Scenario::dispatch().input("mode", "evaluate"), "ALLOW", "✅ allowed", "", ""),
    ] {
        let decided = scenario.run();
        let first = format!("dispatch-guard {}: {word} ({})", dispatch_guard::VERSION, decided.code());
        assert_eq!(decided.outcome.log[0], first);
        let message = decided.outcome.annotation.clone().map(|annotation| annotation.message).unwrap_or_default();
        assert!(message.starts_with(annotated), "{message}");
        let summary = decided.outcome.summary.clone().unwrap();
        assert!(summary.starts_with(&format!("### dispatch-guard: {title}\n")), "{summary}");
        let note = decided.outcome.log.iter().find_map(|line| line.strip_prefix("  note: "));
        assert_eq!(note.is_some(), !setting.is_empty());
        if let Some(note) = note {
            assert_eq!(note, format!("the step succeeds because of `{setting}`; the output `allowed` is `false`."));
            assert!(summary.contains("**Note:** The step succeeds because of <code>"), "{summary}");
        }
    }
}

#[test]
fn the_summary_links_what_it_names() {
    let summary = Scenario::dispatch().expect("allowed").outcome.summary.unwrap();
    let page = "https://github.com/acme/charts";
    for link in [
        format!("[#7]({page}/pull/7) (open)"),
        format!("[<code>{HEAD}</code>]({page}/commit/{HEAD}) (verified)"),
        format!("[<code>777000</code>]({page}/actions/runs/777000)"),
        "[<code>allowed</code>](https://github.com/org/dispatch-guard/blob/v1/docs/reason-codes.md#allowed)".to_owned(),
    ] {
        assert!(summary.contains(&link), "{link} is not in {summary}");
    }
    // An address that could be read as markup is left out, and the text stays.
    for server in ["https://x y", "https://x/)](javascript:a"] {
        let summary = Scenario::dispatch().env("GITHUB_SERVER_URL", server).run().outcome.summary.unwrap();
        assert_eq!(summary.matches("](").count(), 1, "only the code: {summary}");
    }
}

#[test]
fn the_summary_begins_with_the_check_that_failed() {
    let summary = denied().run().outcome.summary.unwrap();
    let failed = summary.find('❌').unwrap();
    let folded = summary.find("<details><summary>Other checks: 3 passed, 4 skipped</summary>").unwrap();
    assert!(failed < summary.find("| Event |").unwrap() && failed < folded, "{summary}");
    assert!(!summary[folded..].contains('❌') && !summary[..folded].contains('➖'), "{summary}");
}

#[test]
fn the_result_is_the_whole_decision() {
    let result = Scenario::dispatch().pull(&labelled(&["a"])).expect("allowed").result();
    assert_eq!(result["schema_version"], 1);
    assert_eq!(result["version"], dispatch_guard::VERSION);
    assert_eq!(result["time"], "2026-09-21T14:13:20Z");
    assert_eq!((&result["decision"], &result["allowed"]), (&json!("allow"), &json!(true)));
    assert_eq!((&result["mode"], &result["on_deny"]), (&json!("enforce"), &json!("fail")));
    assert_eq!(result["event"], json!({ "name": "repository_dispatch", "type": "chart-pr-created" }));
    assert_eq!(
        result["run"],
        json!({
            "repository": "acme/charts",
            "repository_id": "1001",
            "run_id": "777000",
            "run_attempt": "1",
            "workflow_ref": "acme/charts/.github/workflows/w5.yml@refs/heads/main",
            "url": "https://github.com/acme/charts/actions/runs/777000",
        })
    );
    assert_eq!(result["policy"]["source"], "policy");
    assert_eq!(result["policy"]["sha256"].as_str().unwrap().len(), 64);
    assert_eq!(result["pull_request"]["head_sha"], HEAD);
    assert_eq!(result["pull_request"]["labels"], json!(["a"]));
    assert_eq!(result["head_verified"], true);
    assert_eq!(result["payload"], json!({ "pr": 7 }));
    assert_eq!(result["checks"][0]["step"], "config");
    assert_eq!(result["provenance"]["level"], "none");
}

#[test]
fn whoever_started_the_attempt_is_an_output() {
    let decided = Scenario::dispatch().rerun_by("eve").run();
    assert_eq!((decided.output("actor"), decided.output("triggering-actor")), ("github-actions[bot]", "eve"));
    let decided = Scenario::dispatch().run();
    assert_eq!((decided.output("actor-id"), decided.output("triggering-actor")), ("41898282", "github-actions[bot]"));
}

#[test]
fn the_actor_is_an_output_before_anybody_is_judged() {
    // Only what was established before the failing check is told, but who it was is known from the start.
    let decided = Scenario::dispatch().env("GITHUB_EVENT_NAME", "push").run();
    assert!(!decided.allowed());
    let decided = denied().run();
    assert_eq!((decided.output("actor"), decided.output("actor-id")), ("eve", "666"));
}

/// Texts that try to be something else than text wherever they are printed.
const HOSTILE: [&str; 17] = [
    "::error::pwned",
    "x\n::set-output name=allowed::true",
    "x\r\n::add-mask::y",
    "##[error]pwned",
    "x ##[group]y",
    "a|b|c",
    "<img src=x onerror=alert(1)>",
    "</code></td></tr></table><script>",
    "`code` **bold** [link](https://evil.example)",
    "@acme/everyone #1 acme/charts#1 GH-1",
    "</details><details open><summary>x</summary>",
    "&lt;img src=x&gt; &#60;b&#62; ![x](//evil.example) https://evil.example www.evil.example",
    "\u{202e}drawkcab",
    "\u{1b}[31mred\u{1b}[0m",
    "a\u{2028}b\u{85}c\u{0}d",
    "EOF\nallowed=true\nEOF",
    "\u{feff}\u{200b}\u{e0041}",
];

#[test]
fn hostile_texts_stay_text_everywhere() {
    for text in HOSTILE {
        let with_branch = set(set(pull(), "head.ref", json!(text)), "head.repo.full_name", json!(text));
        let hostile_pull = set(set(with_branch, "labels", json!([{ "name": text }])), "user.login", json!(text));
        let base = set(hostile_pull.clone(), "base.ref", json!(text));
        let event = |actor: &str| github::dispatch(actor, text, json!({ "pr": 7 }));
        let string = policy(
            "repository_dispatch",
            "types: [chart-pr-created]\nactors: ['github-actions[bot]']\npayload: {pr: pull-request, x: string}\nunknown-fields: drop",
        );
        for scenario in [
            Scenario::dispatch().pull(&hostile_pull),
            Scenario::dispatch().pull(&base).policy(&dispatch_rule("pull-request: {base: [main], labels: {all: [x]}}")),
            Scenario::pull_request_of(hostile_pull.clone()),
            Scenario::pull_request_target(hostile_pull),
            Scenario::dispatch().event(&event("github-actions[bot]")),
            Scenario::dispatch_by(text),
            Scenario::dispatch().rerun_by(text),
            Scenario::dispatch().env("GITHUB_EVENT_NAME", text),
            Scenario::dispatch().env("GITHUB_REPOSITORY", text),
            Scenario::dispatch().env("GITHUB_REPOSITORY_ID", text),
            Scenario::dispatch()
                .env("GITHUB_RUN_ID", text)
                .env("GITHUB_WORKFLOW_REF", text)
                .env("GITHUB_SERVER_URL", text),
            Scenario::dispatch().event_error(text),
            Scenario::dispatch().env("GITHUB_EVENT_PATH", text).event_bytes(b"x"),
            Scenario::dispatch().input(text, text),
            Scenario::dispatch().input("mode", text),
            Scenario::dispatch()
                .input("policy-file", text)
                .no_input("policy")
                .route("GET /x", Reply::refusal(404, text))
                .input("policy", text),
            Scenario::dispatch().policy(text),
            Scenario::dispatch().policy(&format!("version: 1\nevents:\n  {}: {{}}\n", json!(text))),
            Scenario::dispatch().flat(&[("allowed-actors", text), ("dispatch-types", text)]),
            Scenario::dispatch().flat(&[("base-branches", text), ("dispatch-types", "x"), ("allowed-actors", "mona")]),
            Scenario::dispatch_of(json!({ "pr": text })),
            Scenario::dispatch_of(json!({ "pr": 7, text: text })),
            Scenario::dispatch_of(json!({ "pr": 7, "x": text })).policy(&string),
            Scenario::dispatch_of(json!({ "pr": 7, "x": text, text: [text] })).policy(&string),
            Scenario::dispatch()
                .route(github::PULL_7, Reply::refusal(403, text).header("x-accepted-github-permissions", text)),
            Scenario::dispatch().route(github::PULL_7, Reply::refusal(429, text).header("retry-after", text)),
            Scenario::dispatch().route(github::PULL_7, Reply::redirect(301, text)),
            Scenario::dispatch().route(github::PULL_7, Reply::text(200, text)),
        ] {
            // The laws are checked by the run itself.
            scenario.run();
        }
    }
}
