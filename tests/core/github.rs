//! The way to GitHub's API: retries, pauses, limits, redirects, the budget of time, and who is sent the token.

use dispatch_guard::host::TransportErrorKind;
use serde_json::json;

use crate::support::github::{self, PULL_7, pull};
use crate::support::scenario::TOKEN;
use crate::support::{Decided, Reply, Scenario, policy};

fn good() -> Reply {
    Reply::json(200, &pull())
}

fn down(status: u16) -> Reply {
    Reply::refusal(status, "Something went wrong")
}

fn reset(sent: bool) -> Reply {
    Reply::fault(TransportErrorKind::Reset, "read ECONNRESET", sent)
}

/// A dispatch whose one request is answered with these in order.
fn answered(replies: Vec<Reply>) -> Scenario {
    Scenario::dispatch().replies(PULL_7, replies)
}

#[track_caller]
fn tried(decided: &Decided, times: usize) {
    assert_eq!(decided.made.len(), times, "{}", decided.trace());
    let calls = decided.result()["api_requests"].clone();
    assert_eq!(calls[0]["attempts"], times, "{calls}");
    assert_eq!(calls.as_array().unwrap().len(), 1);
}

#[test]
fn a_request_as_github_wants_it() {
    let decided = Scenario::dispatch().expect("allowed");
    let request = &decided.made[0].request;
    assert_eq!((request.method, request.url.as_str()), ("GET", "https://api.github.com/repos/acme/charts/pulls/7"));
    assert_eq!(request.body, None);
    assert_eq!(request.timeout_ms, 10_000);
    let headers: Vec<(&str, &str)> = request.headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
    assert_eq!(
        headers,
        [
            ("accept", "application/vnd.github+json"),
            ("authorization", &format!("Bearer {TOKEN}")),
            ("user-agent", &format!("dispatch-guard/{}", dispatch_guard::VERSION)),
            ("x-github-api-version", "2022-11-28"),
        ]
    );
}

#[test]
fn the_address_is_the_servers() {
    for (base, url) in [
        ("https://ghe.acme.example/api/v3", "https://ghe.acme.example/api/v3/repos/acme/charts/pulls/7"),
        ("https://ghe.acme.example/api/v3/", "https://ghe.acme.example/api/v3/repos/acme/charts/pulls/7"),
        ("https://api.acme.ghe.com", "https://api.acme.ghe.com/repos/acme/charts/pulls/7"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080/repos/acme/charts/pulls/7"),
        ("HTTPS://API.GitHub.com", "HTTPS://API.GitHub.com/repos/acme/charts/pulls/7"),
    ] {
        let decided = Scenario::dispatch().env("GITHUB_API_URL", base).run_with(|_| good());
        assert_eq!(decided.made[0].request.url, url);
        assert!(decided.allowed(), "{}", decided.trace());
    }
    let decided = Scenario::dispatch().no_env("GITHUB_API_URL").run_with(|_| good());
    assert_eq!(decided.made[0].request.url, "https://api.github.com/repos/acme/charts/pulls/7");
    for odd in
        ["ftp://api.github.com", "api.github.com", "https://user@api.github.com", "https://", "//x", "https://a b"]
    {
        let decided = Scenario::dispatch().env("GITHUB_API_URL", odd).expect_in(odd, "config.invalid_input");
        decided.says(&["GITHUB_API_URL"]).requested(&[]);
    }
}

#[test]
fn a_token_is_needed_only_for_a_request() {
    for token in ["", " ", "\n"] {
        let decided = Scenario::dispatch().input("token", token).expect_in(token, "api.unauthorized");
        decided.says(&["`token`"]).requested(&[]);
        Scenario::pull_request().input("token", token).expect_in(token, "allowed");
    }
    Scenario::dispatch().no_input("token").expect("api.unauthorized").requested(&[]);
}

#[test]
fn passing_faults_are_tried_three_times_more() {
    for (name, fault) in [
        ("500", down(500)),
        ("502", down(502)),
        ("503", down(503)),
        ("504", down(504)),
        ("599", down(599)),
        ("reset", reset(true)),
        ("refused", Reply::fault(TransportErrorKind::Refused, "connect ECONNREFUSED 127.0.0.1:9", false)),
        ("dns", Reply::fault(TransportErrorKind::Dns, "getaddrinfo ENOTFOUND api.github.com", false)),
        ("tls", Reply::fault(TransportErrorKind::Tls, "self-signed certificate", false)),
        ("proxy", Reply::fault(TransportErrorKind::Proxy, "the proxy said 407", false)),
        ("other", Reply::fault(TransportErrorKind::Other, "parse error", true)),
        ("timeout", good().after(10_001)),
    ] {
        for faults in 1..=3 {
            let mut replies = vec![fault.clone(); faults];
            replies.push(good());
            let decided = answered(replies).expect_in((name, faults), "allowed");
            tried(&decided, faults + 1);
            assert_eq!(decided.sleeps.len(), faults);
        }
        let decided = answered(vec![fault.clone(); 5]).expect_in(name, "api.unavailable");
        tried(&decided, 4);
        decided.says(&["/repos/acme/charts/pulls/7", "api.github.com"]);
        assert_eq!(decided.decision.help().contains("NODE_EXTRA_CA_CERTS"), name == "tls", "{name}");
    }
}

#[test]
fn pauses_grow_and_are_jittered() {
    let sleeps = |byte: u8| answered(vec![down(500)]).random(byte).expect("api.unavailable").sleeps;
    let (least, most) = (sleeps(0), sleeps(255));
    for pauses in [&least, &most] {
        assert_eq!(pauses.len(), 3);
        assert!(pauses.is_sorted_by(|one, next| one < next), "{pauses:?}");
        assert!(pauses[0] >= 100 && pauses.iter().sum::<u32>() < 20_000, "{pauses:?}");
    }
    assert!(least.iter().zip(&most).all(|(least, most)| least < most), "{least:?} {most:?}");
}

#[test]
fn other_refusals_are_never_retried() {
    for (status, code) in [
        (400, "api.invalid_response"),
        (401, "api.unauthorized"),
        (403, "api.forbidden"),
        (404, "pull_request.not_found"),
        (406, "api.invalid_response"),
        (409, "api.invalid_response"),
        (410, "pull_request.not_found"),
        (415, "api.invalid_response"),
        (422, "api.invalid_response"),
        (451, "api.invalid_response"),
        (304, "api.invalid_response"),
    ] {
        let decided = answered(vec![Reply::refusal(status, "No way"), good()]).expect_in(status, code);
        tried(&decided, 1);
        assert!(decided.sleeps.is_empty());
    }
    answered(vec![Reply::refusal(401, "Bad credentials")])
        .expect("api.unauthorized")
        .says(&["`Bad credentials`", "`token`"]);
    answered(vec![Reply::text(403, "<html>Forbidden</html>")]).expect("api.forbidden");
}

#[test]
fn answers_that_cannot_be_read_are_never_retried() {
    for (kind, sent) in [(TransportErrorKind::TooLarge, true), (TransportErrorKind::NotUtf8, true)] {
        let decided =
            answered(vec![Reply::fault(kind, "the body is odd", sent), good()]).expect("api.invalid_response");
        tried(&decided, 1);
        decided.says(&["the body is odd"]);
    }
    tried(&answered(vec![Reply::text(200, "<html>"), good()]).expect("api.invalid_response"), 1);
}

#[test]
fn a_spent_limit_ends_at_once_with_the_time_it_ends() {
    let spent = |status| {
        Reply::refusal(status, "API rate limit exceeded for installation.")
            .header("x-ratelimit-limit", "1000")
            .header("x-ratelimit-remaining", "0")
            .header("x-ratelimit-reset", "1790003600")
    };
    for status in [403, 429] {
        let decided = answered(vec![spent(status), good()]).expect_in(status, "api.rate_limited");
        tried(&decided, 1);
        decided.says(&["1000", "2026-09-21T15:13:20Z"]);
    }
    for odd in ["", "soon", "-1", "99999999999999999999"] {
        answered(vec![spent(403).header("x-ratelimit-reset", odd)]).expect_in(odd, "api.rate_limited");
    }
}

#[test]
fn retry_after_is_obeyed_where_it_fits() {
    for status in [403, 429, 500, 503] {
        let limited = |seconds: &str| {
            Reply::refusal(status, "You have exceeded a secondary rate limit").header("retry-after", seconds)
        };
        let decided = answered(vec![limited("7"), good()]).expect_in(status, "allowed");
        assert_eq!(decided.sleeps, [7_000]);
        let decided = answered(vec![limited("0"), good()]).expect_in(status, "allowed");
        assert_eq!(decided.sleeps, [0]);
        let decided = answered(vec![limited("59"), good()]).expect_in(status, "allowed");
        assert_eq!(decided.sleeps, [59_000]);
        // Too long for the remaining minute: reported immediately, with the time at which it ends, under its own code.
        let code = if status < 500 { "api.rate_limited" } else { "api.unavailable" };
        for seconds in ["60", "61", "3600"] {
            let decided = answered(vec![limited(seconds), good()]).expect_in((status, seconds), code);
            tried(&decided, 1);
        }
        answered(vec![limited("3600")]).expect(code).says(&["2026-09-21T15:13:20Z"]);
        for unusable in ["", "soon", "-1", "1.5", "99999999999999999999", "Wed, 21 Oct 2026 07:28:00 GMT"] {
            let decided = answered(vec![limited(unusable), good()]).expect_in((status, unusable), code);
            tried(&decided, 1);
        }
        let date = "Mon, 21 Sep 2026 14:13:27 GMT";
        let decided = answered(vec![limited(date), good()]).expect_in((status, date), "allowed");
        assert_eq!(decided.sleeps, [7_000]);
    }
}

#[test]
fn retry_after_alone_makes_a_refusal_a_limit() {
    let silent = Reply::refusal(403, "Please wait").header("retry-after", "5");
    let decided = answered(vec![silent, good()]).expect("allowed");
    assert_eq!(decided.sleeps, [5_000]);
}

#[test]
fn several_long_pauses_do_not_add_up_beyond_the_minute() {
    let limited = Reply::refusal(429, "Slow down").header("retry-after", "25");
    let decided = answered(vec![limited]).expect("api.rate_limited");
    assert_eq!(decided.sleeps, [25_000, 25_000]);
    assert!(decided.elapsed_ms < 60_000, "{}", decided.elapsed_ms);
}

#[test]
fn a_secondary_limit_without_a_time_is_retried() {
    for reply in [
        Reply::refusal(403, "You have exceeded a secondary rate limit. Please wait."),
        Reply::refusal(429, "Too many requests"),
        Reply::text(429, ""),
    ] {
        tried(&answered(vec![reply.clone(), good()]).expect("allowed"), 2);
        tried(&answered(vec![reply]).expect("api.rate_limited"), 4);
    }
}

#[test]
fn all_requests_have_one_minute() {
    // Each attempt has ten seconds: four of them and the pauses.
    let decided = answered(vec![good().after(1_000_000)]).expect("api.unavailable");
    tried(&decided, 4);
    assert!(decided.made.iter().all(|made| made.request.timeout_ms == 10_000));
    assert!((40_000..60_000).contains(&decided.elapsed_ms), "{}", decided.elapsed_ms);

    // What is left of the minute is all that a later request gets.
    let policy = crate::support::scenario::dispatch_rule("pull-request: {authors: ['@acme/release', 'role:write']}");
    let slow = || vec![down(502).after(9_900); 3].into_iter().chain([good().after(9_900)]).collect::<Vec<_>>();
    let member = "GET /orgs/acme/teams/release/memberships/mona";
    let role = "GET /repos/acme/charts/collaborators/mona/permission";
    let decided = Scenario::dispatch()
        .policy(&policy)
        .replies(PULL_7, slow())
        .route(member, down(502).after(9_900))
        .route(role, down(502).after(9_900))
        .expect("api.unavailable");
    assert!(decided.elapsed_ms <= 60_000, "{}", decided.elapsed_ms);
    let last = decided.made.last().unwrap();
    assert!(last.request.timeout_ms < 10_000 && last.at_ms + u64::from(last.request.timeout_ms) <= 60_000, "{last:?}");
}

#[test]
fn redirects_stay_on_the_host() {
    let to = |status, target: &str| Reply::redirect(status, target);
    let there = "GET /repositories/1001/pulls/7";
    for status in [301, 302, 303, 307, 308] {
        for target in [
            "https://api.github.com/repositories/1001/pulls/7",
            "/repositories/1001/pulls/7",
            "HTTPS://API.GITHUB.COM/repositories/1001/pulls/7",
        ] {
            let decided = Scenario::dispatch().route(PULL_7, to(status, target)).run_with_redirect(there);
            assert!(decided.allowed(), "{status} {target}: {}", decided.trace());
            assert_eq!(decided.made.len(), 2);
        }
    }
    for target in [
        "https://evil.example/repos/acme/charts/pulls/7",
        "http://api.github.com/repositories/1001/pulls/7",
        "https://api.github.com:8443/x",
        "https://api.github.com.evil.example/x",
        "https://api.github.com@evil.example/x",
        "https://evil.example\\@api.github.com/x",
        "//evil.example/x",
        "/\\evil.example/x",
        "\\\\evil.example/x",
        "repositories/1001",
        "ftp://api.github.com/x",
        "javascript:alert(1)",
        "",
        "?x",
    ] {
        let decided = answered(vec![to(301, target)]).expect_in(target, "api.invalid_response");
        decided.says(&["redirect"]).requested(&[PULL_7]);
    }
    answered(vec![Reply::refusal(302, "Found")]).expect("api.invalid_response").requested(&[PULL_7]);
}

impl Scenario {
    /// Has the guard decide with the scripted reply, and the pull request where a redirect leads.
    fn run_with_redirect(&self, there: &'static str) -> Decided {
        let first = self.routes()[PULL_7][0].clone();
        let path = there.strip_prefix("GET ").unwrap();
        self.run_with(move |request| if request.url.ends_with(path) { good() } else { first.clone() })
    }
}

#[test]
fn at_most_three_redirects_are_followed() {
    let chain = |length: usize| {
        let mut left = length;
        Scenario::dispatch().run_with(move |_| {
            if left == 0 {
                return good();
            }
            left -= 1;
            Reply::redirect(302, &format!("/hop/{left}"))
        })
    };
    for length in 0..=3 {
        let decided = chain(length);
        assert!(decided.allowed(), "{length}: {}", decided.trace());
        assert_eq!(decided.made.len(), length + 1);
    }
    for length in [4, 100] {
        let decided = chain(length);
        assert_eq!((decided.code(), decided.made.len()), ("api.invalid_response", 4), "{}", decided.trace());
    }
}

#[test]
fn only_the_api_is_sent_the_token() {
    // A redirect that is followed has it, since it stays on the host; any other is not followed.
    let decided = Scenario::dispatch().route(PULL_7, Reply::redirect(301, "/repositories/1001/pulls/7"));
    let decided = decided.run_with_redirect("GET /repositories/1001/pulls/7");
    for made in &decided.made {
        assert!(made.request.url.starts_with("https://api.github.com/"));
        let authorization = made.request.headers.iter().find(|(name, _)| **name == "authorization");
        assert_eq!(authorization.map(|(_, value)| value.as_str()), Some(format!("Bearer {TOKEN}").as_str()));
    }
}

#[test]
fn secrets_are_cut_out_of_what_others_say() {
    let echo = format!("token {TOKEN} is bad");
    for (name, reply, code) in [
        ("message", Reply::refusal(401, &echo), "api.unauthorized"),
        ("403", Reply::refusal(403, &echo), "api.forbidden"),
        ("permissions", Reply::refusal(403, "no").header("x-accepted-github-permissions", &echo), "api.forbidden"),
        ("limit", Reply::refusal(429, &echo).header("x-ratelimit-remaining", "0"), "api.rate_limited"),
        (
            "limit header",
            Reply::refusal(429, "x").header("x-ratelimit-remaining", "0").header("x-ratelimit-limit", &echo),
            "api.rate_limited",
        ),
        ("retry-after", Reply::refusal(429, "x").header("retry-after", &echo), "api.rate_limited"),
        ("status 422", Reply::refusal(422, &echo), "api.invalid_response"),
        ("redirect", Reply::redirect(301, &format!("https://evil.example/?{TOKEN}")), "api.invalid_response"),
        ("fault", Reply::fault(TransportErrorKind::Other, &echo, true), "api.unavailable"),
        ("unreadable", Reply::fault(TransportErrorKind::NotUtf8, &echo, true), "api.invalid_response"),
        ("500", Reply::refusal(500, &echo), "api.unavailable"),
        ("JSON", Reply::text(200, &format!("{{\"{TOKEN}\" 7}}")), "api.invalid_response"),
        ("repeated key", Reply::text(200, &format!("{{\"{TOKEN}\": 7, \"{TOKEN}\": 7}}")), "api.invalid_response"),
    ] {
        // That the token is nowhere is a law of every scenario.
        answered(vec![reply]).expect_in(name, code);
    }
    // The same for what comes in by the configuration.
    Scenario::dispatch().input("mode", TOKEN).expect("config.invalid_input");
    Scenario::dispatch().policy(&format!("version: 1\n{TOKEN}: 2\nevents: {{push: }}")).expect("config.invalid_input");
    Scenario::dispatch()
        .input("signing-keys", "first-key-of-123\nsecond-key-of-456")
        .input("mode", "second-key-of-456")
        .expect("config.invalid_input");
}

#[test]
fn every_request_is_in_the_record() {
    let decided = answered(vec![down(502), Reply::redirect(301, "/repositories/1001/pulls/7")]);
    let mut count = 0;
    let decided = decided.run_with(move |_| {
        count += 1;
        match count {
            1 => down(502),
            2 => Reply::redirect(301, "/repositories/1001/pulls/7"),
            _ => good(),
        }
    });
    assert!(decided.allowed());
    let expected = json!([{ "method": "GET", "path": "/repos/acme/charts/pulls/7", "status": 200, "attempts": 3 }]);
    assert_eq!(decided.result()["api_requests"], expected);
    let decided = answered(vec![reset(true)]).expect("api.unavailable");
    let expected = json!([{ "method": "GET", "path": "/repos/acme/charts/pulls/7", "status": null, "attempts": 4 }]);
    assert_eq!(decided.result()["api_requests"], expected);
}

#[test]
fn what_can_never_be_sent_is_said_at_once() {
    for token in ["ghs_a\nghs_b", "ghs a", "ghs_é", "ghs_\u{0}"] {
        let decided = Scenario::dispatch().input("token", token).expect_in(token, "config.invalid_input");
        decided.says(&["the input `token`"]).requested(&[]);
    }
    Scenario::dispatch().input("token", &format!(" {TOKEN}\n")).expect("allowed");
    for (server, api, words) in [
        ("https://ghe.acme.example", "", "`GITHUB_API_URL` is not set"),
        ("https://github.com", "https://api.github.com?x=1", "without a user name"),
        ("https://github.com", "https://api.github.com/#x", "without a user name"),
    ] {
        let scenario = Scenario::dispatch().env("GITHUB_SERVER_URL", server).env("GITHUB_API_URL", api);
        scenario.expect_in((server, api), "config.invalid_input").says(&[words]).requested(&[]);
    }
}

#[test]
fn a_secondary_limit_is_not_the_tokens() {
    for words in ["You have exceeded a secondary rate limit", "You have triggered an abuse detection mechanism"] {
        let limited = Reply::refusal(403, words).header("x-ratelimit-remaining", "950");
        let decided = Scenario::dispatch().route(PULL_7, limited.clone()).expect_in(words, "api.rate_limited");
        decided.says(&["although the token's limit is not used up"]);
        let once = Scenario::dispatch().replies(PULL_7, vec![limited, Reply::json(200, &github::pull())]);
        once.expect_in(words, "allowed");
    }
}

#[test]
fn a_payload_that_holds_a_secret_is_not_printed() {
    let rule = "types: [chart-pr-created]\nactors: ['github-actions[bot]']\npayload: {pr: pull-request, note: string}";
    let sent = Scenario::dispatch_of(json!({ "pr": 7, "note": format!("x{TOKEN}y") }));
    let decided = sent.policy(&policy("repository_dispatch", rule)).expect("payload.invalid_field");
    decided.says(&["`client_payload.note` contains the value of one of this step's secret inputs"]).requested(&[]);
    assert_eq!(decided.output("payload"), "");
}
