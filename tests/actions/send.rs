//! Send: what is sent, what is refused before anything is sent, and what is made of each answer.

use dispatch_guard::envelope::digest::{Digest, parse_signature};
use dispatch_guard::format::hmac::verify;
use dispatch_guard::format::json;
use dispatch_guard::host::TransportErrorKind;
use serde_json::{Value, json};

use crate::run::{Action, REQUEST_TOKEN, Ran, Run, TOKEN_URL};
use crate::support::github::{BASE, FORK_ID, HEAD, PULL_7, REPOSITORY_ID, closed, dispatch, fork, pull};
use crate::support::scenario::TOKEN;
use crate::support::{Reply, set};

const POST: &str = "POST /repos/acme/charts/dispatches";
const KEY: &str = "k3y-of-the-tests";
const ID_TOKEN: &str = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ4In0.c2lnbmF0dXJl";

fn taken() -> Reply {
    Reply::text(204, "")
}

fn send() -> Run {
    Run::of(Action::Send)
        .input("event-type", "chart-pr-created")
        .input("client-payload", r#"{"chart": "redis"}"#)
        .route(POST, taken())
        .route(PULL_7, Reply::json(200, &pull()))
        .secret(KEY)
        .secret(ID_TOKEN)
}

/// A run that is refused before anything is asked.
#[track_caller]
fn refused(run: &Run, code: &str, words: &[&str]) {
    let ran = run.expect(code, words);
    assert_eq!(ran.requests(), [""; 0]);
    assert_eq!(ran.output("payload"), "");
}

/// The payload that was sent.
fn payload(ran: &Ran) -> Value {
    ran.body()["client_payload"].clone()
}

/// The digest of what was sent, to a repository.
fn digest(ran: &Ran, repository_id: u64) -> Digest {
    let body = ran.made.last().unwrap().request.body.clone().unwrap();
    let sent = json::parse(body.as_bytes()).unwrap().root;
    Digest::compute(sent.get_path("client_payload"), sent.get_path("event_type").as_str().unwrap(), repository_id)
        .unwrap()
}

mod sends {
    use super::*;

    #[test]
    fn the_payload_with_an_envelope() {
        let ran = send().expect("allowed", &["`chart-pr-created` was sent to `acme/charts`"]);
        assert_eq!(ran.requests(), [POST]);
        let guard = json!({
            "v": 1, "run_id": 555_000, "run_attempt": 2,
            "workflow_ref": "acme/charts/.github/workflows/w2.yml@refs/heads/main",
            "issued_at": 1_790_000_000, "nonce": "ab".repeat(16), "hops": 1,
        });
        let sent = json!({ "chart": "redis", "_guard": guard });
        assert_eq!(ran.body(), json!({ "event_type": "chart-pr-created", "client_payload": sent }));
        assert_eq!(serde_json::from_str::<Value>(ran.output("payload")).unwrap(), sent);
        assert_eq!((ran.output("event-type"), ran.output("pr-number")), ("chart-pr-created", ""));
        assert_eq!(ran.output("nonce"), "ab".repeat(16));
        let facts = json!({
            "repository": "acme/charts", "event_type": "chart-pr-created", "pr_number": null, "head_sha": "",
            "nonce": "ab".repeat(16), "hops": 1, "proofs": "", "workflow": "", "run_url": "", "conclusion": "",
        });
        assert_eq!(ran.audit()["facts"], facts);
        let summary = ran.outcome.summary.as_deref().unwrap();
        assert!(summary.contains("### dispatch-guard: ✅ sent"), "{summary}");
    }

    #[test]
    fn the_payload_as_it_is_without_an_envelope() {
        for text in [r#"{"chart":"redis","n":1.50,"big":9007199254740993,"a":[null,true]}"#, "{}"] {
            let ran = send().input("envelope", "false").input("client-payload", text).expect("allowed", &[]);
            assert_eq!(ran.output("payload"), text);
            assert!(ran.made[0].request.body.as_ref().unwrap().ends_with(&format!("\"client_payload\":{text}}}")));
            assert_eq!(ran.output("nonce"), "");
        }
    }

    #[test]
    fn the_pins_of_a_pull_request() {
        let ran = send().input("pr-number", " 7 ").expect("allowed", &["pull request #7 at commit", HEAD]);
        assert_eq!(ran.requests(), [PULL_7, POST]);
        let sent = payload(&ran);
        assert_eq!((&sent["pr"], &sent["chart"]), (&json!(7), &json!("redis")));
        let guard = &sent["_guard"];
        assert_eq!(guard["pr"], 7);
        assert_eq!(guard["head_sha"], HEAD);
        assert_eq!(guard["base_ref"], "main");
        assert_eq!(guard["base_sha"], BASE);
        assert_eq!((ran.output("pr-number"), ran.output("head-sha")), ("7", HEAD));
    }

    #[test]
    fn a_closed_pull_request_and_one_from_a_fork_for_the_guard_to_judge() {
        for pull in [closed(), fork()] {
            send().input("pr-number", "7").route(PULL_7, Reply::json(200, &pull)).expect("allowed", &[]);
        }
    }

    #[test]
    fn the_users_own_number_as_the_user_wrote_it() {
        for given in ["7", "\"7\""] {
            let run = send().input("pr-number", "7").input("client-payload", &format!("{{\"pr\": {given}}}"));
            assert_eq!(payload(&run.expect("allowed", &[]))["pr"].to_string(), given);
        }
    }

    #[test]
    fn a_signature_over_everything_that_is_sent() {
        let ran = send().input("pr-number", "7").input("signing-key", &format!(" {KEY}\n")).expect("allowed", &[]);
        assert_eq!(ran.requests(), [PULL_7, POST]);
        let signature = payload(&ran)["_guard"]["signature"].as_str().unwrap().to_owned();
        let tag = parse_signature(&signature).unwrap();
        let digest = digest(&ran, REPOSITORY_ID);
        assert!(verify(digest.bytes(), KEY.as_bytes(), &tag));
        assert!(ran.output("payload").contains(&signature));
        assert_eq!(ran.audit()["facts"]["proofs"], "signature");
    }

    #[test]
    fn an_id_token_for_exactly_this_dispatch() {
        let run = send().input("oidc", "true").input("signing-key", KEY);
        let ran = run.run_with(|request| match request.method {
            "POST" => taken(),
            _ => Reply::json(200, &json!({ "count": 1, "value": ID_TOKEN })),
        });
        assert_eq!(ran.output("reason-code"), "allowed", "{}", ran.trace());
        let asked = &ran.made[0].request;
        let audience = digest(&ran, REPOSITORY_ID).audience().replace(':', "%3A");
        assert_eq!(asked.url, format!("{TOKEN_URL}&audience={audience}"));
        assert_eq!(asked.headers.get("authorization").unwrap(), &format!("Bearer {REQUEST_TOKEN}"));
        assert_eq!(payload(&ran)["_guard"]["oidc"], ID_TOKEN);
        assert_eq!(ran.masked, [ID_TOKEN]);
        // The output has everything but the token; the laws see to it that it is nowhere else.
        let shown: Value = serde_json::from_str(ran.output("payload")).unwrap();
        assert!(shown["_guard"]["signature"].is_string() && shown["_guard"].get("oidc").is_none());
        assert_eq!(ran.audit()["facts"]["proofs"], "signature, oidc");
    }

    #[test]
    fn to_another_repository() {
        let other = "POST /repos/acme/deploy/dispatches";
        let read = "GET /repos/acme/deploy";
        let run = send().input("repository", "acme/deploy").route(other, taken());
        assert_eq!(run.expect("allowed", &["`acme/deploy`"]).requests(), [other]);
        let run = run.route(read, Reply::json(200, &json!({ "id": FORK_ID })));
        let ran = run.input("signing-key", KEY).expect("allowed", &[]);
        assert_eq!(ran.requests(), [read, other]);
        let tag = parse_signature(payload(&ran)["_guard"]["signature"].as_str().unwrap()).unwrap();
        assert!(verify(digest(&ran, FORK_ID).bytes(), KEY.as_bytes(), &tag));
        assert!(!verify(digest(&ran, REPOSITORY_ID).bytes(), KEY.as_bytes(), &tag));
    }

    #[test]
    fn to_its_own_repository_whatever_the_case_of_its_name() {
        let run = send().input("repository", "Acme/Charts").input("signing-key", KEY);
        let ran = run.route("POST /repos/Acme/Charts/dispatches", taken()).expect("allowed", &[]);
        assert_eq!(ran.made.len(), 1);
    }

    #[test]
    fn with_the_repositorys_id_from_the_api_where_the_runner_gives_none() {
        let read = "GET /repos/acme/charts";
        let run = send().without_env("GITHUB_REPOSITORY_ID").input("signing-key", KEY);
        let ran = run.clone().route(read, Reply::json(200, &json!({ "id": 1001 }))).expect("allowed", &[]);
        assert_eq!(ran.requests(), [read, POST]);
        let run = run.route(read, Reply::json(200, &json!({ "id": "1001" })));
        run.expect("api.invalid_response", &["`id`"]);
    }
}

mod hops {
    use super::*;

    fn envelope() -> Value {
        json!({ "v": 1, "issued_at": 1_790_000_000, "nonce": "cd".repeat(16), "hops": 2 })
    }

    fn dispatched(payload: Value) -> Run {
        send().dispatched(&dispatch("github-actions[bot]", "chart-pr-created", payload))
    }

    #[test]
    fn are_counted_from_the_dispatch_that_started_the_run() {
        for (payload, hops) in
            [(json!({ "pr": 7, "_guard": envelope() }), 3), (json!({ "pr": 7 }), 2), (Value::Null, 2)]
        {
            let ran = dispatched(payload).expect("allowed", &[]);
            assert_eq!(super::payload(&ran)["_guard"]["hops"], hops);
            assert_eq!(ran.audit()["facts"]["hops"], hops);
        }
    }

    #[test]
    fn are_never_counted_anew_where_the_event_cannot_be_read() {
        let good = dispatch("github-actions[bot]", "x", json!({ "_guard": envelope() }));
        let text = good.to_string();
        for (bytes, code) in [
            (&b""[..], "event.malformed"),
            (b"[]", "event.malformed"),
            (&text.as_bytes()[..text.len() - 9], "event.malformed"),
            (text.replacen("\"hops\":2", "\"hops\":0,\"hops\":2", 1).as_bytes(), "event.malformed"),
            (text.replacen("\"hops\":2", "\"hops\":0", 1).as_bytes(), "payload.invalid_field"),
            (text.replacen("\"hops\":2", "\"hops\":\"2\"", 1).as_bytes(), "payload.invalid_field"),
            (text.replacen("\"v\":1", "\"v\":2", 1).as_bytes(), "payload.invalid_field"),
            (set(good.clone(), "repository.id", json!(FORK_ID)).to_string().as_bytes(), "event.mismatch"),
        ] {
            refused(&send().dispatched_by(bytes), code, &[]);
        }
        let unreadable = send().env("GITHUB_EVENT_NAME", "repository_dispatch");
        refused(&unreadable, "event.unreadable", &["nobody may read it"]);
        // Nothing is counted where nothing is claimed.
        unreadable.input("envelope", "false").expect("allowed", &[]);
    }
}

mod refuses {
    use super::*;

    #[test]
    fn an_event_type_that_no_policy_can_list() {
        for (kind, words) in [
            ("", ["set but empty", "`(unset)`"]),
            ("(unset)", ["neither `event-type` nor `workflow`", "on.repository_dispatch.types"]),
            (&*"x".repeat(101), ["101 characters", "1 to 100"]),
            ("a\u{200b}b", ["`a\\u{200b}b`", "invisible"]),
            ("a\nb", ["`a\\nb`", "control"]),
        ] {
            refused(&send().input("event-type", kind), "config.invalid_input", &words);
        }
        for kind in ["x".repeat(100), "é".repeat(100), "a b:c/d".to_owned()] {
            assert_eq!(send().input("event-type", &kind).expect("allowed", &[]).output("event-type"), kind);
        }
    }

    #[test]
    fn a_payload_that_is_no_object() {
        for (text, words) in [
            ("{'a': 1}", "not JSON: line 1, column 2"),
            ("\n\n  {\"a\": 01}", "line 3"),
            ("{} {}", "not JSON"),
            ("{\"a\": \"\\ud800\"}", "not JSON"),
            ("chart: redis", "not JSON"),
            ("[1]", "is an array"),
            ("\"{}\"", "is a string"),
            ("7", "is a number"),
            ("null", "is null"),
        ] {
            refused(&send().input("client-payload", text), "config.invalid_input", &["`client-payload`", words]);
        }
    }

    #[test]
    fn a_payload_that_is_ambiguous() {
        let deep = format!("{{\"a\": {}{}}}", "[".repeat(64), "]".repeat(64));
        for (text, words) in [
            (r#"{"pr": 7, "pr": 8}"#, "`pr` is repeated"),
            (r#"{"a": {"b": 1, "\u0062": 2}}"#, "`a.b` is repeated"),
            (&deep, "deeper than 64"),
        ] {
            refused(&send().input("client-payload", text), "payload.malformed", &[words]);
        }
    }

    #[test]
    fn numbers_that_cannot_be_signed_exactly() {
        for number in ["9007199254740993", "1e400", "0.1000000000000000055511151231257827"] {
            let text = format!("{{\"a\": [{number}]}}");
            for (input, value) in [("signing-key", KEY), ("oidc", "true")] {
                let run = send().input("client-payload", &text).input(input, value);
                refused(&run, "payload.malformed", &[number, "as a string"]);
            }
        }
    }

    #[test]
    fn a_key_that_is_the_envelopes() {
        for envelope in ["true", "false"] {
            let run = send().input("client-payload", r#"{"_guard": {}}"#).input("envelope", envelope);
            refused(&run, "payload.invalid_field", &["`_guard`", "another name"]);
        }
    }

    /// `{"f1":1,…}` with this many properties.
    fn fields(count: usize) -> String {
        let members: Vec<String> = (1..=count).map(|index| format!("\"f{index}\":{index}")).collect();
        format!("{{{}}}", members.join(","))
    }

    #[test]
    fn more_properties_than_github_takes() {
        send().input("client-payload", &fields(9)).expect("allowed", &[]);
        send().input("client-payload", &fields(10)).input("envelope", "false").expect("allowed", &[]);
        send().input("client-payload", &fields(8)).input("pr-number", "7").expect("allowed", &[]);
        let words = ["10 properties", "`f10`", "GitHub accepts 10, one of which is the envelope's `_guard`"];
        refused(&send().input("client-payload", &fields(10)), "payload.malformed", &words);
        let words = ["11 properties", "`f11`", "GitHub accepts 10"];
        refused(&send().input("client-payload", &fields(11)).input("envelope", "false"), "payload.malformed", &words);
        let words = ["10 properties", "`pr`", "GitHub accepts 10, one of which"];
        refused(&send().input("client-payload", &fields(9)).input("pr-number", "7"), "payload.malformed", &words);
    }

    /// A payload whose compact text has this many characters.
    fn of_size(characters: usize) -> String {
        let empty = r#"{"log":"","chart":"redis"}"#.len();
        format!("{{\"log\": \"{}\",\n \"chart\": \"redis\"}}", "é".repeat(characters - empty))
    }

    #[test]
    fn more_characters_than_github_takes() {
        let run = send().input("envelope", "false");
        run.clone().input("client-payload", &of_size(65_535)).expect("allowed", &[]);
        let words = ["65536 characters", "65512 of them in `log`", "GitHub accepts 65535"];
        refused(&run.input("client-payload", &of_size(65_536)), "payload.malformed", &words);
    }

    #[test]
    fn characters_that_only_the_envelope_brings_over_the_limit() {
        let ran = send().input("client-payload", &of_size(60_000)).expect("allowed", &[]);
        let envelope = ran.output("payload").chars().count() - 60_000;
        send().input("client-payload", &of_size(65_535 - envelope)).expect("allowed", &[]);
        let run = send().input("client-payload", &of_size(65_536 - envelope));
        refused(&run, "payload.malformed", &["65536 characters", "in `log`"]);
    }

    #[test]
    fn a_number_that_is_no_pull_requests() {
        for text in ["0", "-1", "007", "1.5", "+7", "7a", "#7", "2147483648", "99999999999", "７"] {
            refused(&send().input("pr-number", text), "config.invalid_input", &["`pr-number`", "2147483647"]);
        }
    }

    #[test]
    fn a_pull_request_that_the_payload_contradicts() {
        for given in ["8", "\"8\"", "\"7 \"", "7.0", "null", "[7]", "true"] {
            let run = send().input("pr-number", "7").input("client-payload", &format!("{{\"pr\": {given}}}"));
            refused(&run, "payload.invalid_field", &["`pr`", "`pr-number` says 7"]);
        }
    }

    #[test]
    fn a_name_that_is_no_repositorys() {
        for name in
            ["charts", "acme/", "/charts", "acme/charts/x", "acme/..", "acme/ch arts", "https://x/y", "acme/ch%2f"]
        {
            refused(&send().input("repository", name), "config.invalid_input", &["`repository`", "`owner/name`"]);
        }
        let nowhere = send().without_env("GITHUB_REPOSITORY");
        refused(&nowhere, "config.invalid_input", &["`repository`"]);
    }

    #[test]
    fn keys_that_are_not_one_key() {
        for key in [" ", "\n", "\n\n", "\nanother-key-of-the-test", "another-key-of-the-test\n\n"] {
            refused(&send().input("signing-key", key), "config.invalid_input", &["`signing-key`", "empty"]);
        }
        let run = send()
            .input("signing-key", "the-first-key-of-two\nsecond-key-of-two")
            .secret("the-first-key-of-two")
            .secret("second-key-of-two");
        refused(&run, "config.invalid_input", &["2 lines", "one key"]);
    }

    #[test]
    fn flags_that_are_neither_yes_nor_no() {
        for (name, value) in [("envelope", "no"), ("oidc", "1")] {
            refused(&send().input(name, value), "config.invalid_input", &[name, "`true` or `false`"]);
        }
    }

    #[test]
    fn a_proof_without_an_envelope() {
        for (name, value) in [("signing-key", KEY), ("oidc", "true")] {
            let run = send().input("envelope", "false").input(name, value);
            refused(&run, "config.invalid_input", &[name, "`envelope` is `false`"]);
        }
    }

    #[test]
    fn a_secret_in_what_everybody_can_read() {
        let text = json!({ "log": format!("using {TOKEN}") }).to_string();
        refused(&send().input("client-payload", &text), "config.invalid_input", &["`client-payload`", "secret"]);
        let text = json!({ "x": { "y": [KEY] } }).to_string();
        let run = send().input("signing-key", KEY).input("client-payload", &text);
        refused(&run, "config.invalid_input", &["`client-payload`", "revoke"]);
        refused(&send().input("event-type", TOKEN), "config.invalid_input", &["`event-type`"]);
    }

    #[test]
    fn a_run_without_a_number() {
        for name in ["GITHUB_RUN_ID", "GITHUB_RUN_ATTEMPT"] {
            refused(&send().without_env(name), "config.invalid_input", &[name]);
        }
    }

    #[test]
    fn a_pull_request_that_is_not_the_repositorys() {
        let gone = send().input("pr-number", "7").route(PULL_7, Reply::refusal(404, "Not Found"));
        let ran = gone.expect("pull_request.not_found", &["#7", "`acme/charts`", "`pull-requests: read`"]);
        assert_eq!(ran.requests(), [PULL_7]);
        let moved = set(pull(), "base.repo.id", json!(FORK_ID));
        let moved = send().input("pr-number", "7").route(PULL_7, Reply::json(200, &moved));
        let ran = moved.expect("pull_request.wrong_repository", &["2002", "1001", "`pr-number`"]);
        assert_eq!(ran.requests(), [PULL_7]);
        let forbidden = Reply::refusal(403, "Resource not accessible by integration");
        send().input("pr-number", "7").route(PULL_7, forbidden).expect("api.forbidden", &["`pull-requests: read`"]);
    }
}

mod answers {
    use super::*;

    #[test]
    fn not_found_is_explained_by_a_second_look() {
        let read = "GET /repos/acme/charts";
        let run = send().route(POST, Reply::refusal(404, "Not Found"));
        let visible = run.clone().route(read, Reply::json(200, &json!({ "id": REPOSITORY_ID })));
        let ran = visible.expect("api.forbidden", &["can see the repository", "`contents: write`", "`permissions:`"]);
        assert_eq!(ran.requests(), [POST, read]);
        let hidden = run.clone().route(read, Reply::refusal(404, "Not Found"));
        let ran = hidden.expect("api.forbidden", &["no repository `acme/charts`", "`permissions:`"]);
        assert_eq!(ran.requests(), [POST, read]);
        // What has been read before need not be looked at again.
        let ran = run.input("pr-number", "7").expect("api.forbidden", &["can see the repository"]);
        assert_eq!(ran.requests(), [PULL_7, POST]);
    }

    #[test]
    fn another_repository_needs_another_token() {
        let to = "POST /repos/acme/deploy/dispatches";
        let read = "GET /repos/acme/deploy";
        let other = send().input("repository", "acme/deploy");
        let hidden =
            other.clone().route(to, Reply::refusal(404, "Not Found")).route(read, Reply::refusal(404, "Not Found"));
        hidden.expect("api.forbidden", &["`acme/deploy`", "`repository`", "`GITHUB_TOKEN` reaches only its own"]);
        let hidden = other.clone().input("signing-key", KEY).route(read, Reply::refusal(404, "Not Found"));
        assert_eq!(hidden.expect("api.forbidden", &["cannot see", "`acme/deploy`"]).requests(), [read]);
        let forbidden = Reply::refusal(403, "Must have push access");
        let words = ["Must have push access", "`contents: write` on `acme/deploy`"];
        other.clone().route(to, forbidden.clone()).expect("api.forbidden", &words);
        other.input("signing-key", KEY).route(read, forbidden).expect("api.forbidden", &words);
    }

    #[test]
    fn a_refusal_names_what_is_missing() {
        let forbidden = Reply::refusal(403, "Resource not accessible by integration")
            .header("x-accepted-github-permissions", "contents=write");
        let invalid =
            Reply::refusal(422, "Invalid request.\n\nNo more than 10 properties are allowed; 11 were supplied.");
        for (reply, code, words) in [
            (
                forbidden,
                "api.forbidden",
                ["denied the dispatch `chart-pr-created` to `acme/charts`", "`contents=write`"],
            ),
            (invalid, "config.invalid_input", ["invalid", "11 were supplied"]),
            (Reply::refusal(401, "Bad credentials"), "api.unauthorized", ["Bad credentials", "`token`"]),
            (Reply::refusal(409, "Conflict"), "api.invalid_response", ["409", "Conflict"]),
        ] {
            let ran = send().route(POST, reply).expect(code, &words);
            assert_eq!(ran.requests(), [POST]);
            assert_ne!(ran.output("nonce"), "", "what was tried can be found again");
        }
    }

    #[test]
    fn what_was_certainly_not_taken_is_sent_again() {
        for not_taken in [
            Reply::fault(TransportErrorKind::Refused, "nobody listens", false),
            Reply::fault(TransportErrorKind::Dns, "no such name", false),
            Reply::fault(TransportErrorKind::Tls, "bad certificate", false),
            Reply::fault(TransportErrorKind::Timeout, "no connection", false),
            Reply::refusal(429, "slow down"),
            Reply::refusal(403, "You have exceeded a secondary rate limit."),
            Reply::refusal(503, "Service Unavailable"),
        ] {
            let ran = send().replies(POST, vec![not_taken.clone(), not_taken, taken()]).expect("allowed", &[]);
            assert_eq!(ran.requests(), [POST; 3]);
            let bodies: Vec<_> = ran.made.iter().map(|made| &made.request.body).collect();
            assert!(bodies.windows(2).all(|pair| pair[0] == pair[1]), "one dispatch, one nonce");
        }
        let ran = send().route(POST, Reply::refusal(503, "Unavailable")).expect("api.unavailable", &["503"]);
        assert_eq!(ran.requests(), [POST; 4]);
    }

    #[test]
    fn what_may_have_been_taken_is_not_sent_again() {
        let after = ["may have accepted", "nonce"];
        for uncertain in [
            Reply::fault(TransportErrorKind::Reset, "reset", true),
            Reply::fault(TransportErrorKind::Timeout, "no answer", true),
            Reply::fault(TransportErrorKind::Other, "broken", true),
            Reply::refusal(500, "Server Error"),
            Reply::refusal(501, "Not Implemented"),
            Reply::refusal(502, "Bad Gateway"),
            Reply::refusal(504, "Gateway Timeout"),
            taken().after(11_000),
        ] {
            let ran = send().route(POST, uncertain).expect("api.unavailable", &after);
            assert_eq!(ran.requests(), [POST]);
            assert_eq!(ran.output("nonce"), "ab".repeat(16));
        }
        for odd in [
            Reply::fault(TransportErrorKind::TooLarge, "too large", true),
            Reply::fault(TransportErrorKind::NotUtf8, "compressed", true),
        ] {
            let ran = send().route(POST, odd).expect("api.invalid_response", &after);
            assert_eq!(ran.requests(), [POST]);
        }
    }

    #[test]
    fn any_success_means_that_it_was_sent() {
        for reply in [Reply::json(200, &json!({})), Reply::text(202, ""), Reply::text(200, "<html>")] {
            assert_eq!(send().route(POST, reply).expect("allowed", &[]).requests(), [POST]);
        }
    }

    #[test]
    fn a_limit_that_is_spent_is_no_doubt() {
        let spent = Reply::refusal(403, "API rate limit exceeded").header("x-ratelimit-remaining", "0");
        let ran = send().route(POST, spent).expect("api.rate_limited", &["limit"]);
        assert_eq!(ran.requests(), [POST]);
        assert!(!ran.output("reason").contains("may have"), "{}", ran.trace());
    }

    #[test]
    fn a_renamed_repository_is_followed_and_nothing_else() {
        let moved = "POST /repositories/1001/dispatches";
        let to = "https://api.github.com/repositories/1001/dispatches";
        for status in [307, 308] {
            let run = send().route(POST, Reply::redirect(status, to)).route(moved, taken());
            let ran = run.expect("allowed", &[]);
            assert_eq!(ran.requests(), [POST, moved]);
            assert_eq!(ran.made[1].request.body, ran.made[0].request.body);
        }
        for status in [301, 302, 303] {
            let ran = send().route(POST, Reply::redirect(status, to)).expect("api.invalid_response", &["redirected"]);
            assert_eq!(ran.requests(), [POST]);
        }
        let elsewhere = Reply::redirect(307, "https://evil.example/repos/acme/charts/dispatches");
        let ran = send().route(POST, elsewhere).expect("api.invalid_response", &["evil.example"]);
        assert_eq!(ran.requests(), [POST]);
    }
}

mod id_token {
    use super::*;

    /// With an ID token endpoint that answers so.
    fn answered(reply: Reply) -> Ran {
        let run = send().input("oidc", "true");
        run.run_with(move |request| if request.method == "POST" { taken() } else { reply.clone() })
    }

    #[test]
    fn is_only_asked_for_where_the_job_may() {
        for name in ["ACTIONS_ID_TOKEN_REQUEST_URL", "ACTIONS_ID_TOKEN_REQUEST_TOKEN"] {
            let run = send().input("oidc", "true").without_env(name);
            refused(&run, "api.forbidden", &[name, "`id-token: write`"]);
        }
    }

    #[test]
    fn stays_a_secret_even_where_it_is_no_token() {
        let ran = answered(Reply::json(200, &json!({ "value": "not.a-token-but-hush" })));
        assert_eq!(ran.output("reason-code"), "api.invalid_response");
        assert_eq!(ran.masked, ["not.a-token-but-hush"]);
        assert!(!ran.trace().contains("hush"), "{}", ran.trace());
    }

    #[test]
    fn is_not_had_from_an_answer_that_is_none() {
        for (reply, code) in [
            (Reply::json(200, &json!({ "value": "" })), "api.invalid_response"),
            (Reply::json(200, &json!({ "token": "a.b.c" })), "api.invalid_response"),
            (Reply::json(200, &json!({ "value": 7 })), "api.invalid_response"),
            (Reply::text(200, ID_TOKEN), "api.invalid_response"),
            (Reply::text(200, &format!("\"{ID_TOKEN}")), "api.invalid_response"),
            (Reply::refusal(401, "expired"), "api.forbidden"),
            (Reply::refusal(403, "no"), "api.forbidden"),
            (Reply::refusal(404, "no"), "api.forbidden"),
            (Reply::refusal(500, "broken"), "api.unavailable"),
        ] {
            let ran = answered(reply);
            assert_eq!(ran.output("reason-code"), code, "{}", ran.trace());
            assert!(ran.requests().iter().all(|route| route.starts_with("GET")), "nothing is sent without it");
            ran.says(&["ID token"]);
        }
    }

    #[test]
    fn is_cut_out_of_what_github_says_of_the_dispatch() {
        let run = send().input("oidc", "true");
        let ran = run.run_with(|request| match &request.body {
            Some(body) => {
                let sent: Value = serde_json::from_str(body).unwrap();
                let token = sent["client_payload"]["_guard"]["oidc"].as_str().unwrap();
                Reply::refusal(422, &format!("{token} is not valid"))
            }
            None => Reply::json(200, &json!({ "value": ID_TOKEN })),
        });
        assert_eq!(ran.output("reason-code"), "config.invalid_input");
        ran.says(&["`*** is not valid`"]);
    }

    #[test]
    fn request_token_is_cut_out_of_errors() {
        let fault = Reply::fault(TransportErrorKind::Other, &format!("invalid header: Bearer {REQUEST_TOKEN}"), false);
        answered(fault).says(&["invalid header: Bearer ***"]);
    }

    #[test]
    fn is_not_asked_for_in_the_clear() {
        let run = send().input("oidc", "true").env("ACTIONS_ID_TOKEN_REQUEST_URL", "http://pipelines.example/x");
        refused(&run, "config.invalid_input", &["`https://`"]);
    }

    #[test]
    fn counts_for_the_limit_of_characters() {
        let text = format!("{{\"log\": \"{}\"}}", "x".repeat(65_200));
        let run = send().input("client-payload", &text);
        run.expect("allowed", &[]);
        let long = format!("a.{}.c", "b".repeat(1000));
        let ran = run.input("oidc", "true").run_with(move |_| Reply::json(200, &json!({ "value": long })));
        assert_eq!(ran.output("reason-code"), "payload.malformed", "{}", ran.trace());
    }
}
