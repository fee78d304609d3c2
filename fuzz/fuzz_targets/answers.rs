//! What the API answers. An input is JSON: the `scenario`, and `replies` that are given in order, the last one for good.
//! A reply has a `status`, `headers` and a `body`, a text or any JSON; or it is a `fault`, `sent` or not. `ms` is how
//! long it takes.
//!
//! - Whatever the answers, a decision comes within a minute and the requests stay few and at GitHub; it has every
//!   output, and no secret in any.
//! - A run goes on only if among the answers there are those that say it may: a well-formed pull request that fits, and
//!   where the policy asks for more, that; which is worked out a second time here.
//! - One answer that does say so is enough.
#![no_main]

use base64ct::{Base64UrlUnpadded, Encoding};
use dispatch_guard::envelope::digest::Digest;
use dispatch_guard::host::TransportErrorKind;
use dispatch_guard_fuzz::mutate;
use dispatch_guard_fuzz::plain::{self, Node, is_commit};
use dispatch_guard_fuzz::support::host::START_MS;
use dispatch_guard_fuzz::support::scenario::dispatch_rule;
use dispatch_guard_fuzz::support::{Decided, Reply, Scenario, github, policy, set};
use libfuzzer_sys::{fuzz_mutator, fuzz_target};
use serde_json::{Value, json};

const API: &str = "https://api.github.com/";
const ISSUER: &str = "https://token.actions.githubusercontent.com/";
const TYPE: &str = "chart-pr-created";
const WORKFLOW: &str = "acme/charts/.github/workflows/w2.yml@refs/heads/main";
const NOW: u64 = START_MS / 1000;
/// A request, its repetitions, and its redirects.
const TRIES: usize = 1 + 3 + 3;

fuzz_target!(|data: &[u8]| {
    let Ok(input) = plain::read(data) else { return };
    let Some(scenario) = input.get("scenario").and_then(Node::text) else { return };
    let answers: Vec<Answer> =
        input.get("replies").map_or(&[][..], Node::elements).iter().map(|reply| Answer::read(reply, data)).collect();
    if answers.is_empty() {
        return;
    }
    let Some(case) = Case::of(scenario) else { return };
    let mut replies: Vec<Reply> = answers.iter().map(Answer::reply).collect();
    replies.reverse();
    let decided = case
        .scenario
        .run_with(move |_| if replies.len() > 1 { replies.pop() } else { replies.first().cloned() }.expect("a reply"));
    check_requests(&decided, case.calls);
    let served = &answers[..decided.made.len().min(answers.len())];
    if decided.allowed() {
        assert!((case.allows)(served), "{}", decided.trace());
        check_pull_request(&decided, served);
    } else if scenario == "plain" && answers[0].pull_request().is_some_and(is_open) {
        panic!("the first answer is the pull request: {}", decided.trace());
    }
});

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    mutate::json(data, size, max_size, seed, |_| 0)
});

/// A reply of the input.
struct Answer {
    status: u16,
    headers: Vec<(String, String)>,
    body: String,
    json: Option<Node>,
    fault: Option<TransportErrorKind>,
    sent: bool,
    ms: u64,
}

impl Answer {
    fn read(reply: &Node, data: &[u8]) -> Self {
        let body = match reply.get("body") {
            Some(body) => body.text().map_or_else(|| body.raw(data).to_owned(), str::to_owned),
            None => String::new(),
        };
        let headers = reply.get("headers").map_or(&[][..], Node::members).iter();
        let headers =
            headers.filter_map(|header| Some((header.key.to_ascii_lowercase(), header.value.text()?.to_owned())));
        Self {
            status: reply
                .get("status")
                .and_then(Node::integer)
                .and_then(|status| status.try_into().ok())
                .unwrap_or(200),
            headers: headers.collect(),
            json: plain::read(body.as_bytes()).ok().filter(|json| !json.repeats() && json.depth() <= 64),
            body,
            fault: reply.get("fault").and_then(Node::text).map(TransportErrorKind::from_name),
            sent: reply.get("sent").and_then(Node::bool) == Some(true),
            ms: reply.get("ms").and_then(Node::integer).unwrap_or(20).min(100_000),
        }
    }

    fn reply(&self) -> Reply {
        let reply = match self.fault {
            Some(kind) => Reply::fault(kind, &self.body, self.sent),
            None => self
                .headers
                .iter()
                .fold(Reply::text(self.status, &self.body), |reply, (name, value)| reply.header(name, value)),
        };
        reply.after(self.ms)
    }

    /// The JSON of an answer that the guard may rest on: a success, whole, in time and unambiguous.
    fn good(&self) -> Option<&Node> {
        let whole = self.fault.is_none() && (200..300).contains(&self.status) && self.ms <= 10_000;
        self.json.as_ref().filter(|_| whole)
    }

    /// Pull request 7, of this repository and from it.
    fn pull_request(&self) -> Option<&Node> {
        let json = self.good()?;
        let number = |path: &str| json.at(path).and_then(Node::number);
        let text = |path: &str| json.at(path).and_then(Node::text);
        let merge_commit = json.get("merge_commit_sha");
        let is_merge_commit = merge_commit.is_none_or(|id| id.is_null() || id.text().is_some_and(is_commit));
        let is_flag = |path: &str| json.at(path).is_none_or(|flag| flag.is_null() || flag.bool().is_some());
        let labels = json.get("labels").filter(|labels| matches!(labels.kind, plain::Kind::Array(_)))?;
        let sound = number("number") == Some("7")
            && number("base.repo.id") == Some("1001")
            && number("head.repo.id") == Some("1001")
            && text("head.sha").is_some_and(is_commit)
            && text("base.sha").is_some_and(is_commit)
            && text("head.ref").is_some()
            && text("base.ref").is_some()
            && is_merge_commit
            && is_flag("draft")
            && labels.elements().iter().all(|label| label.get("name").and_then(Node::text).is_some());
        sound.then_some(json)
    }

    fn is(&self, path: &str, texts: &[&str]) -> bool {
        let text = self.good().and_then(|json| json.at(path)).and_then(Node::text);
        text.is_some_and(|text| texts.contains(&text))
    }
}

/// Whether a pull request is merged, if it says so in a way that can be relied on.
fn merged(pull: &Node) -> Option<bool> {
    let state = pull.get("state").and_then(Node::text)?;
    let merged = match (pull.get("merged"), pull.get("merged_at")) {
        (Some(merged), _) if merged.bool().is_some() => merged.bool()?,
        (Some(merged), _) if !merged.is_null() => return None,
        (_, Some(at)) if at.text().is_some() => true,
        (_, Some(at)) if at.is_null() => false,
        _ => return None,
    };
    matches!((state, merged), ("open", false) | ("closed", _)).then_some(merged)
}

fn is_open(pull: &Node) -> bool {
    merged(pull) == Some(false) && pull.get("state").and_then(Node::text) == Some("open")
}

fn has_open_pull_request(served: &[Answer]) -> bool {
    served.iter().filter_map(Answer::pull_request).any(is_open)
}

/// A scenario, how many calls it takes at most, and what has to be among the answers for it to pass.
struct Case {
    scenario: Scenario,
    calls: usize,
    allows: Allows,
}

/// Whether answers may make a run go on.
type Allows = fn(&[Answer]) -> bool;

impl Case {
    fn of(name: &str) -> Option<Self> {
        let by_mona = |actors: &str| {
            let rule = format!("types: [{TYPE}]\nactors: [{actors}]\npayload: {{pr: pull-request}}");
            Scenario::dispatch_by("mona").policy(&policy("repository_dispatch", &rule))
        };
        let proven = |require: &str, payload: Value| {
            let rule =
                format!("provenance: {{require: {require}, workflows: ['.github/workflows/w2.yml@refs/heads/main']}}");
            Scenario::dispatch_of(payload).policy(&dispatch_rule(&rule))
        };
        let (scenario, calls, allows): (Scenario, usize, Allows) = match name {
            "plain" => (Scenario::dispatch(), 1, has_open_pull_request),
            "target" => (Scenario::pull_request_target(github::merged()), 1, |served| {
                served.iter().filter_map(Answer::pull_request).any(|pull| {
                    let text = |path: &str| pull.at(path).and_then(Node::text);
                    merged(pull) == Some(true)
                        && text("head.sha") == Some(github::HEAD)
                        && text("base.ref") == Some("main")
                })
            }),
            "team" => (by_mona("'@acme/release'"), 3, |served| {
                has_open_pull_request(served) && served.iter().any(|answer| answer.is("state", &["active"]))
            }),
            "role" => (by_mona("'role:write'"), 2, |served| {
                let roles = ["write", "maintain", "admin"];
                let may = |answer: &Answer| answer.is("role_name", &roles) || answer.is("permission", &roles);
                has_open_pull_request(served) && served.iter().any(may)
            }),
            "rerun" => (by_mona("mona, 'hubot:2002'").rerun_by("hubot"), 2, |served| {
                let attempt = |answer: &Answer| {
                    let actor = answer.good().and_then(|json| json.get("triggering_actor"));
                    let login = actor.and_then(|actor| actor.get("login")).and_then(Node::text);
                    login.is_some_and(|login| login.eq_ignore_ascii_case("hubot"))
                };
                has_open_pull_request(served) && served.iter().any(attempt)
            }),
            "file" => (Scenario::dispatch().no_input("policy").input("policy-file", "guard.yml"), 2, |served| {
                let is_file = |answer: &Answer| answer.is("type", &["file"]) && answer.is("encoding", &["base64"]);
                served.iter().any(is_file)
            }),
            "run" => (proven("run", sent(None)), 3, |served| {
                has_open_pull_request(served) && served.iter().any(is_source_run)
            }),
            // Nobody but the issuer's key can make the token's signature good, whatever is answered for that key.
            "oidc" => (proven("oidc", sent(Some(token()))), 2, |_| false),
            "once" => (Scenario::dispatch().policy(&dispatch_rule("once: true")), 2 + 4 * 20, |served| {
                let run = "https://github.com/acme/charts/actions/runs/777000";
                let lists = served.iter().filter_map(Answer::good).flat_map(Node::elements);
                let mut runs = lists.filter_map(|status| status.get("target_url")).filter_map(Node::text);
                has_open_pull_request(served) && runs.any(|url| url == run)
            }),
            "organization" => (by_mona("'@acme'"), 3, |served| {
                let says_yes = |answer: &Answer| answer.fault.is_none() && answer.status == 204 && answer.ms <= 10_000;
                has_open_pull_request(served) && served.iter().any(says_yes)
            }),
            "comment" => {
                let event = github::comment_event("mona", true);
                let scenario = Scenario::new("issue_comment", "mona", &event);
                (scenario.policy(&policy("issue_comment", "actors: [mona]")), 3, |served| {
                    let pushed = |pull: &Node| {
                        let head = pull.at("head.sha").and_then(Node::text);
                        elements(served, None).any(|entry| entry.get("after").and_then(Node::text) == head)
                    };
                    served.iter().filter_map(Answer::pull_request).filter(|pull| is_open(pull)).any(pushed)
                })
            }
            "source" => {
                let (event, rule) = source_run();
                let scenario = Scenario::new("workflow_run", "mona", &event);
                (scenario.policy(&policy("workflow_run", rule)), 12, |served| {
                    let is_7 = |pull: &Node| pull.get("number").and_then(Node::number) == Some("7");
                    has_open_pull_request(served) && elements(served, None).any(is_7)
                })
            }
            "approvals" => (demanding("approvals: {by: [zoe]}"), 13, |served| {
                let approves = |review: &Node| {
                    let text = |path: &str| review.at(path).and_then(Node::text).unwrap_or_default();
                    text("state") == "APPROVED" && is_commit(text("commit_id")) && is_zoe(review.get("user"))
                };
                has_open_pull_request(served) && elements(served, None).any(approves)
            }),
            "set-by" => (demanding("labels: {all: [a], set-by: [zoe]}"), 103, |served| {
                let adds = |event: &Node| {
                    let text = |path: &str| event.at(path).and_then(Node::text);
                    text("event") == Some("labeled") && text("label.name") == Some("a") && is_zoe(event.get("actor"))
                };
                has_open_pull_request(served) && elements(served, None).any(adds)
            }),
            "checks" => (demanding("checks: [build@github-actions]"), 12, |served| {
                let succeeds = |run: &Node| {
                    let is = |path: &str, text: &str| run.at(path).and_then(Node::text) == Some(text);
                    is("name", "build") && is("status", "completed") && is("conclusion", "success")
                };
                has_open_pull_request(served) && elements(served, Some("check_runs")).any(succeeds)
            }),
            "files" => (demanding("files: {only: ['charts/**']}"), 34, |served| {
                let is_outside = |file: &&Node| {
                    !file.get("filename").and_then(Node::text).is_some_and(|name| name.starts_with("charts/"))
                };
                // Every list is one of files here: nothing else that a pull request has is asked for.
                let is_list =
                    |answer: &&Answer| answer.good().is_some_and(|json| matches!(json.kind, plain::Kind::Array(_)));
                let mut lists = served.iter().filter(is_list);
                has_open_pull_request(served)
                    && lists.any(|answer| {
                        answer.good().is_some_and(|list| !list.elements().iter().any(|file| is_outside(&file)))
                    })
            }),
            _ => return None,
        };
        Some(Self { scenario, calls, allows })
    }
}

/// A dispatch of a pull request that has to meet a demand.
fn demanding(demand: &str) -> Scenario {
    Scenario::dispatch().policy(&dispatch_rule(&format!("pull-request: {{{demand}}}")))
}

/// The elements of all lists among the answers, or of the lists that are a member of an answer.
fn elements<'a>(served: &'a [Answer], member: Option<&'a str>) -> impl Iterator<Item = &'a Node> {
    let lists = served.iter().filter_map(Answer::good);
    lists.filter_map(move |json| member.map_or(Some(json), |member| json.get(member))).flat_map(Node::elements)
}

fn is_zoe(account: Option<&Node>) -> bool {
    let login = account.and_then(|account| account.get("login")).and_then(Node::text);
    login.is_some_and(|login| login.eq_ignore_ascii_case("zoe"))
}

/// The event about a run for pull request 7, and a rule that accepts it.
fn source_run() -> (Value, &'static str) {
    let pull = github::pull();
    let run = json!({
        "id": 55, "path": ".github/workflows/ci.yml", "event": "pull_request", "status": "completed",
        "conclusion": "success", "head_branch": "feature/redis", "head_sha": github::HEAD,
        "repository": pull["base"]["repo"], "head_repository": pull["head"]["repo"], "pull_requests": [],
        "actor": github::account("mona"), "triggering_actor": github::account("mona"),
    });
    let event = set(github::other_event("mona", "workflow_run", run), "action", json!("completed"));
    (event, "source: {workflows: [.github/workflows/ci.yml], events: [pull_request]}\npull-request: {}")
}

/// A payload with an envelope, and with an ID token in it.
fn sent(token: Option<String>) -> Value {
    let payload = json!({ "pr": 7, "_guard": {
        "v": 1, "pr": 7, "head_sha": github::HEAD, "base_ref": "main", "run_id": 123, "run_attempt": 1,
        "workflow_ref": WORKFLOW, "issued_at": NOW - 30, "nonce": "00112233445566778899aabbccddeeff", "hops": 1,
    } });
    token.map_or(payload.clone(), |token| set(payload, "_guard.oidc", json!(token)))
}

/// A token for that payload whose claims hold.
fn token() -> String {
    let payload = dispatch_guard::format::json::parse(sent(None).to_string().as_bytes()).expect("JSON");
    let digest = Digest::compute(&payload.root, TYPE, github::REPOSITORY_ID).expect("a digest");
    let claims = json!({
        "iss": ISSUER.trim_end_matches('/'), "aud": digest.audience(), "iat": NOW, "nbf": NOW, "exp": NOW,
        "repository_id": "1001", "workflow_ref": WORKFLOW, "run_id": "123",
    });
    let part = |json: Value| Base64UrlUnpadded::encode_string(json.to_string().as_bytes());
    format!("{}.{}.AAAA", part(json!({ "alg": "RS256", "kid": "a" })), part(claims))
}

/// Run 123, of the workflow that the policy lists, on its branch.
fn is_source_run(answer: &Answer) -> bool {
    let Some(json) = answer.good() else { return false };
    let number = |path: &str| json.at(path).and_then(Node::number);
    let text = |path: &str| json.at(path).and_then(Node::text).unwrap_or_default();
    number("id") == Some("123")
        && number("repository.id") == Some("1001")
        && json.get("head_repository").is_none_or(|head| head.is_null() || number("head_repository.id") == Some("1001"))
        && text("path").split('@').next() == Some(".github/workflows/w2.yml")
        && text("head_branch") == "main"
        && !text("event").starts_with("pull_request")
        && json.get("run_attempt").is_none_or(|attempt| attempt.is_null() || attempt.number() == Some("1"))
}

/// Few, soon over, and at GitHub.
fn check_requests(decided: &Decided, calls: usize) {
    assert!(decided.made.len() <= calls * TRIES, "{:?}", decided.requests());
    assert!(decided.elapsed_ms <= 60_000, "{}", decided.elapsed_ms);
    for made in &decided.made {
        assert!(made.request.url.starts_with(API) || made.request.url.starts_with(ISSUER), "{}", made.request.url);
        assert!(made.request.timeout_ms > 0 && made.request.timeout_ms <= 10_000);
    }
}

/// The outputs are those of a pull request that was served.
fn check_pull_request(decided: &Decided, served: &[Answer]) {
    let outputs =
        [("head-sha", "head.sha"), ("base-sha", "base.sha"), ("head-ref", "head.ref"), ("base-ref", "base.ref")];
    let is_this = |pull: &Node| {
        outputs.iter().all(|(output, path)| pull.at(path).and_then(Node::text) == Some(decided.output(output)))
    };
    let output = decided.output("pr-number");
    assert!(output == "7" || (output.is_empty() && decided.output("head-sha").is_empty()), "{}", decided.trace());
    assert!(output.is_empty() || served.iter().filter_map(Answer::pull_request).any(is_this), "{}", decided.trace());
}
