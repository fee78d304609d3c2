//! Report: the status that is set, and every reason for which none is.

use dispatch_guard::host::TransportErrorKind;
use serde_json::json;

use crate::run::{Action, Run};
use crate::support::Reply;
use crate::support::github::HEAD;
use crate::support::scenario::TOKEN;

const PAGE: &str = "https://github.com/acme/charts/actions/runs/555000";

fn route() -> String {
    format!("POST /repos/acme/charts/statuses/{HEAD}")
}

/// What GitHub answers to a status.
fn created(state: &str, context: &str) -> Reply {
    Reply::json(201, &json!({ "id": 1, "state": state, "context": context, "description": "x", "target_url": null }))
}

fn report() -> Run {
    Run::of(Action::Report)
        .input("sha", HEAD)
        .input("status", "success")
        .route(&route(), created("success", "dispatch-guard / W2"))
}

#[test]
fn sets_a_status_on_the_commit() {
    let ran = report().expect("allowed", &["`dispatch-guard / W2` is now `success`", HEAD]);
    assert_eq!(ran.requests(), [route()]);
    let body = json!({ "state": "success", "context": "dispatch-guard / W2", "description": "W2 succeeded (attempt 2)", "target_url": PAGE });
    assert_eq!(ran.body(), body);
    assert_eq!(ran.audit()["facts"]["state"], "success");
}

#[test]
fn what_was_cancelled_never_looks_like_a_success() {
    for (status, state, words) in [
        ("success", "success", "W2 succeeded (attempt 2)"),
        ("failure", "failure", "W2 failed (attempt 2)"),
        ("cancelled", "error", "W2 was cancelled (attempt 2)"),
        ("pending", "pending", "W2 is running (attempt 2)"),
    ] {
        let run = report().input("status", status).route(&route(), created(state, "dispatch-guard / W2"));
        let ran = run.expect("allowed", &[]);
        assert_eq!((ran.body()["state"].as_str(), ran.body()["description"].as_str()), (Some(state), Some(words)));
    }
}

#[test]
fn other_statuses_are_refused() {
    for status in ["", "Success", "error", "neutral", "skipped", "success\nfailure", "sucess"] {
        let ran = report().input("status", status).expect("config.invalid_input", &["`status`"]);
        assert_eq!(ran.requests(), [""; 0]);
    }
    report().input("status", "sucess").expect("config.invalid_input", &["did you mean `success`?"]);
    report().input("status", "skipped").expect("config.invalid_input", &["no result", "`if:`"]);
}

#[test]
fn only_a_whole_commit_id_is_one() {
    let long = HEAD.repeat(2);
    for (sha, words) in [
        ("", "the guard's output `head-sha`, and report only where it is not empty"),
        (&HEAD[..7], "the whole id"),
        (&HEAD[..39], "the whole id"),
        (&long[..63], "the whole id"),
        ("refs/heads/main", "the whole id"),
        (&format!("{}/../../x", &HEAD[..33]), "the whole id"),
    ] {
        let ran = report().input("sha", sha).expect("config.invalid_input", &["`sha`", words]);
        assert_eq!(ran.requests(), [""; 0]);
    }
    let sha = &long[..64];
    let route = format!("POST /repos/acme/charts/statuses/{sha}");
    let ran = report().input("sha", &format!(" {sha}\n")).route(&route, created("success", "dispatch-guard / W2"));
    assert_eq!(ran.expect("allowed", &[]).requests(), [route.as_str()]);
    let ran = report().input("sha", &sha.to_uppercase()).route(&route, created("success", "dispatch-guard / W2"));
    assert_eq!(ran.expect("allowed", &[]).requests(), [route]);
}

#[test]
fn the_context_is_the_users_or_names_the_workflow() {
    for (workflow, context) in [
        ("🚀 Deploy", "dispatch-guard / Deploy".to_owned()),
        ("", "dispatch-guard / workflow".to_owned()),
        (&"w".repeat(300), format!("dispatch-guard / {}…", "w".repeat(237))),
    ] {
        let run = report().env("GITHUB_WORKFLOW", workflow).route(&route(), created("success", &context));
        assert_eq!(run.expect("allowed", &[]).body()["context"], context);
    }
    let longest = "é".repeat(255);
    for context in ["ci / charts", &longest] {
        let run = report().input("context", context).route(&route(), created("success", context));
        assert_eq!(run.expect("allowed", &[]).body()["context"], context);
    }
    report()
        .input("context", &"é".repeat(256))
        .expect("config.invalid_input", &["256 characters", "GitHub accepts 255"]);
    report().input("context", "ci\u{200b}").expect("config.invalid_input", &["`context`", "invisible"]);
}

#[test]
fn the_description_is_plain_and_cut_to_140_characters() {
    let fits = "é".repeat(140);
    for (given, sent) in [
        ("3 of 4 charts\n  are valid 🎉", "3 of 4 charts are valid".to_owned()),
        (&fits, fits.clone()),
        (&"é".repeat(141), format!("{}…", "é".repeat(139))),
    ] {
        let ran = report().input("description", given).expect("allowed", &[]);
        assert_eq!(ran.body()["description"], sent);
    }
}

#[test]
fn the_conclusions_of_runs_are_shown_as_no_success() {
    for (status, state) in [("timed_out", "error"), ("startup_failure", "error"), ("action_required", "failure")] {
        let run = report().input("status", status).route(&route(), created(state, "dispatch-guard / W2"));
        assert_eq!(run.expect("allowed", &[]).body()["state"], state, "{status}");
    }
    for status in ["neutral", "skipped", "stale"] {
        report().input("status", status).expect("config.invalid_input", &["no result"]);
    }
}

#[test]
fn another_repository_gets_the_status() {
    let route = format!("POST /repos/acme/other/statuses/{HEAD}");
    let ran = report().input("repository", "acme/other").route(&route, created("success", "dispatch-guard / W2"));
    assert_eq!(ran.expect("allowed", &[]).requests(), [route.as_str()]);
    report().input("repository", "acme").expect("config.invalid_input", &["`repository`", "`owner/name`"]);
}

#[test]
fn the_page_is_a_web_address() {
    for url in ["https://ci.example/runs/7?a=b#c", "http://10.0.0.1:8080/"] {
        assert_eq!(report().input("target-url", url).expect("allowed", &[]).body()["target_url"], url);
    }
    for url in ["javascript:alert(1)", "ftp://x/", "//x", "x", "https://a:b@x/", "https://x/ y", "https://x/\u{202e}"] {
        report().input("target-url", url).expect("config.invalid_input", &["`target-url`", "`https://`"]);
    }
    // Without a run there is no page, and a status may have none.
    let ran = report().env("GITHUB_RUN_ID", "").expect("allowed", &[]);
    assert_eq!(ran.body().get("target_url"), None);
}

#[test]
fn a_secret_is_never_published() {
    for input in ["context", "target-url"] {
        let run = report().input(input, &format!("https://x/{TOKEN}"));
        let ran = run.expect("config.invalid_input", &[input, "secret", "revoke"]);
        assert_eq!(ran.requests(), [""; 0]);
    }
}

#[test]
fn a_refusal_names_what_is_missing() {
    let forbidden = Reply::refusal(403, "Resource not accessible by integration")
        .header("x-accepted-github-permissions", "statuses=write");
    let no_commit = Reply::refusal(422, &format!("No commit found for SHA: {HEAD}"));
    let invalid = Reply::json(
        422,
        &json!({ "message": "Validation Failed", "errors": [{ "field": "context", "message": "context doesn't accept 4-byte Unicode" }] }),
    );
    for (reply, code, words) in [
        (forbidden, "api.forbidden", ["`statuses: write`", "`statuses=write`"]),
        (Reply::refusal(404, "Not Found"), "api.forbidden", ["404", "`statuses: write`"]),
        (no_commit, "config.invalid_input", ["has no such commit", "`head-sha`"]),
        (invalid, "config.invalid_input", ["invalid", "context doesn't accept 4-byte Unicode"]),
        (Reply::refusal(401, "Bad credentials"), "api.unauthorized", ["Bad credentials", "`token`"]),
        (Reply::refusal(410, "Gone"), "api.invalid_response", ["410", "Gone"]),
    ] {
        let ran = report().route(&route(), reply).expect(code, &words);
        assert_eq!(ran.made.len(), 1);
    }
}

#[test]
fn a_passing_fault_is_tried_again() {
    let good = || created("success", "dispatch-guard / W2");
    for fault in [
        Reply::fault(TransportErrorKind::Refused, "nobody listens", false),
        Reply::fault(TransportErrorKind::Reset, "reset", true),
        Reply::refusal(500, "Server Error"),
        Reply::refusal(502, "Bad Gateway"),
        Reply::refusal(429, "slow down"),
    ] {
        let ran = report().replies(&route(), vec![fault.clone(), fault, good()]).expect("allowed", &[]);
        assert_eq!((ran.made.len(), ran.sleeps.len()), (3, 2));
    }
    let ran = report().route(&route(), Reply::refusal(500, "Server Error")).expect("api.unavailable", &["500"]);
    assert_eq!(ran.made.len(), 4);
}

#[test]
fn only_the_status_itself_is_a_yes() {
    for reply in [
        Reply::json(200, &json!({})),
        Reply::text(201, ""),
        Reply::text(201, "<html>"),
        created("pending", "dispatch-guard / W2"),
        created("success", "another"),
    ] {
        report().route(&route(), reply).expect("api.invalid_response", &[]);
    }
}

#[test]
fn without_a_token_nothing_is_asked() {
    let ran = report().input("token", "").expect("api.unauthorized", &["`token`"]);
    assert_eq!(ran.requests(), [""; 0]);
    report().input("tokn", "x").expect("config.invalid_input", &["`tokn`", "`token`"]);
}
