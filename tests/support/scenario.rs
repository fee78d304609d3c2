//! A run of the guard from the runner's variables to what the shim carries out.

use std::collections::BTreeMap;

use dispatch_guard::actions::guard;
use dispatch_guard::decision::{CheckStatus, Decision};
use dispatch_guard::host::Request;
use dispatch_guard::outcome::{Outcome, decision_json, json};
use dispatch_guard::reason::{GUARD_STEPS, ReasonCode, Verdict};
use dispatch_guard::runner::inputs::ReportOptions;
use dispatch_guard::runner::invocation::Invocation;
use dispatch_guard::text;
use serde_json::{Value, json};

use super::github::{self, PULL_7, REPOSITORY, REPOSITORY_ID};
use super::host::{FakeHost, Made, Reply, Rs256, Script};

/// The token of every scenario.
pub const TOKEN: &str = "ghs_8f3cNotARealToken";

/// All outputs in the order in which the contract lists them.
pub const OUTPUTS: [&str; 28] = [
    "allowed",
    "decision",
    "reason-code",
    "reason",
    "rule",
    "command",
    "label",
    "event",
    "event-type",
    "actor",
    "actor-id",
    "triggering-actor",
    "pr-number",
    "pr-author",
    "pr-state",
    "head-ref",
    "head-sha",
    "head-repo",
    "base-ref",
    "base-sha",
    "fork",
    "draft",
    "merged",
    "merge-commit-sha",
    "labels",
    "payload",
    "provenance",
    "result",
];

/// A policy with one rule, whose keys are the lines of `rule`.
pub fn policy(event: &str, rule: &str) -> String {
    let lines: String = rule.lines().map(|line| format!("    {line}\n")).collect();
    format!("version: 1\nevents:\n  {event}:\n{lines}")
}

/// A rule for dispatches of pull request 7 by GitHub's own bot, with more lines.
pub fn dispatch_rule(more: &str) -> String {
    let rule =
        format!("types: [chart-pr-created]\nactors: ['github-actions[bot]']\npayload: {{pr: pull-request}}\n{more}");
    policy("repository_dispatch", &rule)
}

/// A run that is about to happen.
#[derive(Clone)]
pub struct Scenario {
    inputs: BTreeMap<String, String>,
    environment: BTreeMap<String, String>,
    event: Result<Vec<u8>, String>,
    routes: BTreeMap<String, Vec<Reply>>,
    random: u8,
    rs256: Rs256,
}

impl Scenario {
    /// A run for an event that `actor` triggered: no policy, no API.
    pub fn new(event_name: &str, actor: &str, event: &Value) -> Self {
        let environment = [
            ("GITHUB_ACTOR", actor),
            ("GITHUB_ACTOR_ID", &github::id_of(actor).to_string()),
            ("GITHUB_API_URL", "https://api.github.com"),
            ("GITHUB_EVENT_NAME", event_name),
            ("GITHUB_EVENT_PATH", "/home/runner/work/_temp/_github_workflow/event.json"),
            ("GITHUB_REF", "refs/heads/main"),
            ("GITHUB_REPOSITORY", REPOSITORY),
            ("GITHUB_REPOSITORY_ID", &REPOSITORY_ID.to_string()),
            ("GITHUB_RUN_ATTEMPT", "1"),
            ("GITHUB_RUN_ID", "777000"),
            ("GITHUB_SERVER_URL", "https://github.com"),
            ("GITHUB_SHA", github::BASE),
            ("GITHUB_TRIGGERING_ACTOR", actor),
            ("GITHUB_WORKFLOW", "W5"),
            ("GITHUB_WORKFLOW_REF", "acme/charts/.github/workflows/w5.yml@refs/heads/main"),
        ];
        Self {
            inputs: BTreeMap::from(
                [("token", TOKEN), ("on-deny", "fail")].map(|(name, value)| (name.to_owned(), value.to_owned())),
            ),
            environment: environment.map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
            event: Ok(event.to_string().into_bytes()),
            routes: BTreeMap::new(),
            random: 0,
            rs256: |_, _, _| false,
        }
    }

    /// GitHub's bot dispatches pull request 7, which the API knows, under a rule that allows just that.
    pub fn dispatch() -> Self {
        Self::dispatch_of(json!({ "pr": 7 }))
    }

    /// The same with another payload.
    pub fn dispatch_of(payload: Value) -> Self {
        Self::dispatch_by("github-actions[bot]").event(&github::dispatch(
            "github-actions[bot]",
            "chart-pr-created",
            payload,
        ))
    }

    /// The same by somebody else.
    pub fn dispatch_by(actor: &str) -> Self {
        let event = github::dispatch(actor, "chart-pr-created", json!({ "pr": 7 }));
        Self::new("repository_dispatch", actor, &event)
            .policy(&dispatch_rule(""))
            .route(PULL_7, Reply::json(200, &github::pull()))
    }

    /// `mona` pushes to pull request 7, under a rule that asks for nothing.
    pub fn pull_request() -> Self {
        Self::pull_request_of(github::pull())
    }

    /// The same for another state of it.
    pub fn pull_request_of(pull: Value) -> Self {
        let event = github::pull_request_event("mona", "synchronize", pull);
        Self::new("pull_request", "mona", &event).policy(&policy("pull_request", ""))
    }

    /// `mona` closes pull request 7, under a rule that asks for nothing; the API says the same as the event.
    pub fn pull_request_target(pull: Value) -> Self {
        let route = Reply::json(200, &pull);
        let event = github::pull_request_event("mona", "closed", pull);
        Self::new("pull_request_target", "mona", &event).policy(&policy("pull_request_target", "")).route(PULL_7, route)
    }

    /// With this input.
    #[must_use]
    pub fn input(mut self, name: &str, value: &str) -> Self {
        self.inputs.insert(name.to_owned(), value.to_owned());
        self
    }

    /// Without this input.
    #[must_use]
    pub fn no_input(mut self, name: &str) -> Self {
        self.inputs.remove(name);
        self
    }

    /// With these inputs instead of `policy`.
    #[must_use]
    pub fn flat(self, inputs: &[(&str, &str)]) -> Self {
        inputs.iter().fold(self.no_input("policy"), |scenario, (name, value)| scenario.input(name, value))
    }

    /// With this policy.
    #[must_use]
    pub fn policy(self, text: &str) -> Self {
        self.input("policy", text)
    }

    /// With this variable; empty text leaves it empty.
    #[must_use]
    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.environment.insert(name.to_owned(), value.to_owned());
        self
    }

    /// Without this variable.
    #[must_use]
    pub fn no_env(mut self, name: &str) -> Self {
        self.environment.remove(name);
        self
    }

    /// This attempt was started by somebody else.
    #[must_use]
    pub fn rerun_by(self, login: &str) -> Self {
        self.env("GITHUB_TRIGGERING_ACTOR", login).env("GITHUB_RUN_ATTEMPT", "2")
    }

    /// On GitHub Enterprise Server.
    #[must_use]
    pub fn on_enterprise_server(self) -> Self {
        self.env("GITHUB_SERVER_URL", "https://ghe.acme.example")
            .env("GITHUB_API_URL", "https://ghe.acme.example/api/v3")
    }

    /// With this event.
    #[must_use]
    pub fn event(self, event: &Value) -> Self {
        self.event_bytes(event.to_string().as_bytes())
    }

    /// With these bytes in the event file.
    #[must_use]
    pub fn event_bytes(mut self, bytes: &[u8]) -> Self {
        self.event = Ok(bytes.to_vec());
        self
    }

    /// With an event file that cannot be read.
    #[must_use]
    pub fn event_error(mut self, error: &str) -> Self {
        self.event = Err(error.to_owned());
        self
    }

    /// With an API that answers this request so.
    #[must_use]
    pub fn route(self, route: &str, reply: Reply) -> Self {
        self.replies(route, vec![reply])
    }

    /// With an API that answers this request with these in order; the last one stays.
    #[must_use]
    pub fn replies(mut self, route: &str, replies: Vec<Reply>) -> Self {
        self.routes.insert(route.to_owned(), replies);
        self
    }

    /// With an API that has this at pull request 7.
    #[must_use]
    pub fn pull(self, pull: &Value) -> Self {
        self.route(PULL_7, Reply::json(200, pull))
    }

    /// With a head that was pushed before the comments of `github::comment_event`.
    #[must_use]
    pub fn pushed_before_comments(self) -> Self {
        self.branch_pushed_before_comments("feature/redis")
    }

    /// The same for another head branch.
    #[must_use]
    pub fn branch_pushed_before_comments(self, branch: &str) -> Self {
        let route = github::activity_of(branch);
        self.route(&route, Reply::json(200, &github::activity("2026-09-21T14:00:00Z")))
    }

    /// With these bytes instead of random ones.
    #[must_use]
    pub fn random(mut self, byte: u8) -> Self {
        self.random = byte;
        self
    }

    /// With a host that checks RS256 signatures so.
    #[must_use]
    pub fn rs256(mut self, rs256: Rs256) -> Self {
        self.rs256 = rs256;
        self
    }

    fn api_url(&self) -> &str {
        self.environment
            .get("GITHUB_API_URL")
            .filter(|url| !url.is_empty())
            .map_or("https://api.github.com", String::as_str)
    }

    /// What the shim would hand to the core.
    pub fn run_text(&self) -> String {
        let mut run = json!({ "inputs": self.inputs, "environment": self.environment });
        if let Err(error) = &self.event {
            run["event_error"] = json!(error);
        }
        run.to_string()
    }

    /// The event file, if it can be read.
    pub fn event_file(&self) -> Option<&[u8]> {
        self.event.as_deref().ok()
    }

    /// The scripted replies.
    pub fn routes(&self) -> &BTreeMap<String, Vec<Reply>> {
        &self.routes
    }

    /// Has the guard decide.
    #[track_caller]
    pub fn run(&self) -> Decided {
        let routes = self.routes.iter().map(|(route, replies)| (route.clone(), replies.clone().into())).collect();
        self.run_against(Script::Routes(routes))
    }

    /// Has the guard decide, with a function in the place of the API.
    #[track_caller]
    pub fn run_with(&self, respond: impl FnMut(&Request) -> Reply + 'static) -> Decided {
        self.run_against(Script::Any(Box::new(respond)))
    }

    #[track_caller]
    fn run_against(&self, script: Script) -> Decided {
        let base = self.api_url();
        let host = FakeHost::new(base, script);
        host.random.set(self.random);
        host.rs256.set(self.rs256);
        let run = self.run_text();
        let invocation = Invocation::parse(&run, self.event_file()).expect("a run's text");
        let judgement = host.run(guard::decide(&invocation, &host));
        let decided = Decided {
            decision: judgement.decision.clone(),
            options: judgement.options.clone(),
            outcome: judgement.into_outcome(),
            elapsed_ms: host.elapsed_ms(),
            made: host.made.take(),
            sleeps: host.sleeps.take(),
            masked: host.masked.take(),
        };
        decided.assert_invariants(self);
        decided
    }

    /// Has the guard decide, and checks the code.
    #[track_caller]
    pub fn expect(&self, code: &str) -> Decided {
        let decided = self.run();
        assert_eq!(decided.code(), code, "{}", decided.trace());
        decided
    }

    /// As [`Scenario::expect`], in a table.
    #[track_caller]
    pub fn expect_in(&self, name: impl std::fmt::Debug, code: &str) -> Decided {
        let decided = self.run();
        assert_eq!(decided.code(), code, "{name:?}: {}", decided.trace());
        decided
    }
}

/// A run that has happened.
pub struct Decided {
    /// The decision.
    pub decision: Decision,
    /// How it is reported.
    pub options: ReportOptions,
    /// What the shim carries out.
    pub outcome: Outcome,
    /// Every request.
    pub made: Vec<Made>,
    /// Every pause in milliseconds.
    pub sleeps: Vec<u32>,
    /// Everything that was to be masked.
    pub masked: Vec<String>,
    /// How long it took, by its own clock.
    pub elapsed_ms: u64,
}

impl Decided {
    /// The reason code.
    pub fn code(&self) -> &'static str {
        self.decision.code().name()
    }

    /// Whether the run may go on.
    pub fn allowed(&self) -> bool {
        self.decision.is_allowed()
    }

    /// The value of an output.
    #[track_caller]
    pub fn output(&self, name: &str) -> &str {
        let found = self.outcome.outputs.0.iter().find(|(output, _)| *output == name);
        &found.unwrap_or_else(|| panic!("no output {name}")).1
    }

    /// The outputs that are not empty, but those that tell of the decision itself.
    pub fn facts(&self) -> BTreeMap<&str, &str> {
        let about_decision = ["allowed", "decision", "reason-code", "reason", "result"];
        let outputs = self.outcome.outputs.0.iter();
        outputs
            .filter(|(name, value)| !value.is_empty() && !about_decision.contains(name))
            .map(|(name, value)| (*name, value.as_str()))
            .collect()
    }

    /// The output `result`.
    pub fn result(&self) -> Value {
        serde_json::from_str(self.output("result")).expect("JSON")
    }

    /// The routes of all requests in order.
    pub fn requests(&self) -> Vec<&str> {
        self.made.iter().map(|made| made.route.as_str()).collect()
    }

    /// Checks that the reason or its help has each of these words.
    #[track_caller]
    pub fn says(&self, words: &[&str]) -> &Self {
        let all = format!("{}\n{}", self.decision.reason(), self.decision.help());
        for word in words {
            assert!(all.contains(word), "`{word}` is not in: {}", self.trace());
        }
        self
    }

    /// Checks which requests were made, in order.
    #[track_caller]
    pub fn requested(&self, routes: &[&str]) -> &Self {
        assert_eq!(self.requests(), routes, "{}", self.trace());
        self
    }

    /// The decision for a failing test's message.
    pub fn trace(&self) -> String {
        let folded = self.outcome.log_groups.iter().flat_map(|group| &group.lines);
        self.outcome.log.iter().chain(folded).cloned().collect::<Vec<_>>().join("\n")
    }

    /// What is true of every run, whatever its decision.
    #[track_caller]
    fn assert_invariants(&self, scenario: &Scenario) {
        let trace = self.trace();
        let decision = &self.decision;

        // One verdict, told in the same way everywhere.
        let verdict = decision.code().verdict();
        assert_eq!(decision.verdict(), verdict, "{trace}");
        assert_eq!(decision.is_allowed(), verdict == Verdict::Allow, "{trace}");
        assert_eq!(decision.is_allowed(), decision.code() == ReasonCode::Allowed, "{trace}");
        assert_eq!(self.output("allowed"), decision.is_allowed().to_string());
        assert_eq!(self.output("decision"), verdict.name());
        assert_eq!(self.output("reason-code"), self.code());
        let lenient = self.options.is_lenient(decision.code());
        let goes_on = decision.is_allowed() || (verdict == Verdict::Deny && lenient);
        assert_eq!(self.outcome.exit_code, u8::from(!goes_on), "{trace}");
        assert_eq!(self.outcome.annotation.is_none(), decision.is_allowed(), "{trace}");

        // Every output, once, the deciding one last.
        let mut names: Vec<&str> = self.outcome.outputs.0.iter().map(|(name, _)| *name).collect();
        assert_eq!(names.last(), Some(&"allowed"));
        names.sort_unstable();
        let mut expected = OUTPUTS;
        expected.sort_unstable();
        assert_eq!(names, expected);

        // Nobody goes on past a check that did not hold, and every step is accounted for.
        let failed = decision.checks().iter().filter(|check| check.status == CheckStatus::Fail).count();
        assert_eq!(failed, usize::from(!decision.is_allowed()), "{trace}");
        assert!(decision.checks().iter().map(|check| check.step).is_sorted(), "{trace}");
        for step in GUARD_STEPS {
            assert!(decision.checks().iter().any(|check| check.step == step), "no check of {step:?}: {trace}");
        }
        let places: Vec<_> = decision.checks().iter().map(|check| check.status).collect();
        let after_failure = places.iter().skip_while(|status| **status != CheckStatus::Fail).skip(1);
        assert!(after_failure.into_iter().all(|status| *status == CheckStatus::Skip), "{trace}");

        // No commit is handed out that was not verified.
        let head = self.output("head-sha");
        if decision.facts().commit.is_none() {
            assert_ne!(decision.facts().head_verified, head.is_empty(), "{trace}");
        }

        // The document is one: output, audit line and log say the same.
        let result: Value = serde_json::from_str(self.output("result")).expect("JSON");
        let audit: Value = serde_json::from_str(audit_line(&self.outcome)).expect("JSON");
        assert_eq!(result, audit, "{trace}");
        assert_eq!(result["schema_version"], 1);
        assert_eq!(result["api_requests"].as_array().expect("a list").len(), decision.facts().api_requests.len());
        let tries: u64 = decision.facts().api_requests.iter().map(|call| u64::from(call.attempts)).sum();
        assert_eq!(tries, self.made.len() as u64, "{trace}");

        // Words for people are there and propose no wildcard of their own.
        assert!(!decision.reason().is_empty(), "{trace}");
        assert_eq!(decision.help().is_empty(), decision.is_allowed(), "{trace}");

        self.check_containers();
        self.check_secrets(scenario);
    }

    /// Nothing that somebody else wrote acts as anything but text.
    #[track_caller]
    fn check_containers(&self) {
        let folded = self.outcome.log_groups.iter().flat_map(|group| group.lines.iter().chain([&group.title]));
        for line in self.outcome.log.iter().chain(folded) {
            assert!(!line.contains(text::is_unprintable), "{line:?}");
            assert!(!line.trim_start().starts_with("::"), "{line:?}");
            assert!(!line.contains("##["), "{line:?}");
        }
        if let Some(annotation) = &self.outcome.annotation {
            assert!(!annotation.title.contains(text::is_unprintable), "{annotation:?}");
            assert!(!annotation.message.contains(|letter| letter != '\n' && text::is_unprintable(letter)));
            assert!(annotation.title == format!("dispatch-guard: {}", self.code()), "{annotation:?}");
        }
        if let Some(summary) = &self.outcome.summary {
            check_markdown(summary);
        }
        for name in OUTPUTS.iter().filter(|name| **name != "payload") {
            // Branch names, logins and labels are GitHub's; texts of ours hold nothing that is not seen.
            if matches!(*name, "reason" | "reason-code" | "decision" | "allowed") {
                assert!(!self.output(name).contains(text::is_unprintable), "{name}");
            }
        }
    }

    /// No secret is anywhere in what leaves the core, but in the header that is meant for GitHub.
    #[track_caller]
    fn check_secrets(&self, scenario: &Scenario) {
        let mut leaving = json(&self.outcome);
        leaving.push_str(&decision_json(&self.decision));
        let keys = scenario.inputs.get("signing-keys").into_iter().flat_map(|keys| keys.lines());
        let token = scenario.inputs.get("token").map(String::as_str);
        // Shorter ones are in many a word, and no secrets.
        for secret in token.into_iter().chain(keys).map(str::trim).filter(|secret| secret.len() >= 8) {
            assert!(!leaving.contains(secret), "{secret} is in {}", self.trace());
        }
        let api = format!("{}/", scenario.api_url().trim_end_matches('/').to_lowercase());
        for Made { request, .. } in &self.made {
            let to_api = request.url.to_lowercase().starts_with(&api);
            let shown = serde_json::to_string(&request.headers).expect("JSON");
            assert!(to_api || token.is_none_or(|token| token.len() < 8 || !shown.contains(token)), "{}", request.url);
        }
    }
}

/// The audit record in the log.
///
/// # Panics
/// If the log does not end with it.
pub fn audit_line(outcome: &Outcome) -> &str {
    outcome.log_groups.last().and_then(|group| group.lines.last()).expect("an audit record")
}

/// Every row of a table has the cells of its head, and the only elements are ours.
#[track_caller]
pub fn check_markdown(summary: &str) {
    assert!(!summary.contains(|letter| letter != '\n' && text::is_unprintable(letter)), "{summary:?}");
    let ours = ["<code>", "</code>", "<details><summary>", "</summary>\n", "</details>\n"];
    let without_ours = ours.into_iter().fold(summary.to_owned(), |text, element| text.replace(element, ""));
    assert!(!without_ours.contains(['<', '>']), "{summary}");
    for element in ["code", "details", "summary"] {
        let count = |tag: String| summary.matches(&tag).count();
        assert_eq!(count(format!("<{element}>")), count(format!("</{element}>")), "{summary}");
    }
    assert!(summary.matches("<details>").count() <= 1, "{summary}");
    let mut cells = 0;
    for line in summary.lines() {
        if !line.starts_with('|') {
            cells = 0;
            let known = ["### ", "**", "<details><summary>", "</details>"];
            assert!(line.is_empty() || known.iter().any(|start| line.starts_with(start)), "{line}");
            continue;
        }
        let count = line.matches('|').count();
        assert!(cells == 0 || cells == count, "{line}");
        cells = count;
    }
}
