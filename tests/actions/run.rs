//! A run of send, report or reconcile from the runner's variables to what the shim carries out.

use std::collections::BTreeMap;

use dispatch_guard::host::Request;
use dispatch_guard::outcome::{Outcome, json};
use dispatch_guard::runner::inputs::{self, Registry};
use dispatch_guard::runner::invocation::Invocation;
use dispatch_guard::text::is_unprintable;
use serde_json::{Value, json};

use crate::support::Reply;
use crate::support::github::{REPOSITORY, REPOSITORY_ID};
use crate::support::host::{FakeHost, Made, Script};
use crate::support::scenario::{TOKEN, check_markdown};

/// The token with which the runner lets a job ask for an ID token.
pub const REQUEST_TOKEN: &str = "request-token-f3a9NotReal";
/// Where it asks.
pub const TOKEN_URL: &str = "https://pipelines.actions.example/idtoken/1/2?api-version=2.0";

#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Action {
    Send,
    Report,
    Reconcile,
}

fn registry(action: Action) -> Registry {
    match action {
        Action::Send => inputs::SEND,
        Action::Report => inputs::REPORT,
        Action::Reconcile => inputs::RECONCILE,
    }
}

/// A run that is about to happen.
#[derive(Clone)]
pub struct Run {
    action: Action,
    inputs: BTreeMap<String, String>,
    environment: BTreeMap<String, String>,
    event: Result<Vec<u8>, String>,
    routes: BTreeMap<String, Vec<Reply>>,
    secrets: Vec<String>,
}

impl Run {
    /// A run on a push, with no input but the token.
    pub fn of(action: Action) -> Self {
        let environment = [
            ("ACTIONS_ID_TOKEN_REQUEST_TOKEN", REQUEST_TOKEN),
            ("ACTIONS_ID_TOKEN_REQUEST_URL", TOKEN_URL),
            ("GITHUB_API_URL", "https://api.github.com"),
            ("GITHUB_EVENT_NAME", "push"),
            ("GITHUB_EVENT_PATH", "/home/runner/work/_temp/_github_workflow/event.json"),
            ("GITHUB_REPOSITORY", REPOSITORY),
            ("GITHUB_REPOSITORY_ID", &REPOSITORY_ID.to_string()),
            ("GITHUB_RUN_ATTEMPT", "2"),
            ("GITHUB_RUN_ID", "555000"),
            ("GITHUB_SERVER_URL", "https://github.com"),
            ("GITHUB_WORKFLOW", "W2"),
            ("GITHUB_WORKFLOW_REF", "acme/charts/.github/workflows/w2.yml@refs/heads/main"),
        ];
        Self {
            action,
            inputs: [("token", TOKEN), ("client-payload", "{}"), ("target-url", ""), ("dry-run", "false")]
                .into_iter()
                .filter(|(name, _)| registry(action).inputs.iter().any(|input| input.name == *name))
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .collect(),
            environment: environment.map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
            event: Err("nobody may read it".to_owned()),
            routes: BTreeMap::new(),
            secrets: vec![TOKEN.to_owned(), REQUEST_TOKEN.to_owned()],
        }
    }

    /// With this input.
    #[must_use]
    pub fn input(mut self, name: &str, value: &str) -> Self {
        self.inputs.insert(name.to_owned(), value.to_owned());
        self
    }

    /// With this variable.
    #[must_use]
    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.environment.insert(name.to_owned(), value.to_owned());
        self
    }

    /// Without this variable.
    #[must_use]
    pub fn without_env(mut self, name: &str) -> Self {
        self.environment.remove(name);
        self
    }

    /// In a run that this dispatch started.
    #[must_use]
    pub fn dispatched(self, event: &Value) -> Self {
        self.dispatched_by(event.to_string().as_bytes())
    }

    /// In a run that a dispatch started, with these bytes in the event file.
    #[must_use]
    pub fn dispatched_by(mut self, bytes: &[u8]) -> Self {
        self.event = Ok(bytes.to_vec());
        self.env("GITHUB_EVENT_NAME", "repository_dispatch")
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

    /// With one more text that may appear nowhere.
    #[must_use]
    pub fn secret(mut self, secret: &str) -> Self {
        self.secrets.push(secret.to_owned());
        self
    }

    /// Has the action run.
    #[track_caller]
    pub fn run(&self) -> Ran {
        let routes = self.routes.iter().map(|(route, replies)| (route.clone(), replies.clone().into())).collect();
        self.run_against(Script::Routes(routes))
    }

    /// Has the action run, with a function in the place of the API.
    #[track_caller]
    pub fn run_with(&self, respond: impl FnMut(&Request) -> Reply + 'static) -> Ran {
        self.run_against(Script::Any(Box::new(respond)))
    }

    #[track_caller]
    fn run_against(&self, script: Script) -> Ran {
        let host = FakeHost::new(&self.environment["GITHUB_API_URL"], script);
        host.random.set(0xab);
        let mut text = json!({ "inputs": self.inputs, "environment": self.environment });
        if let Err(error) = &self.event {
            text["event_error"] = json!(error);
        }
        let text = text.to_string();
        let invocation = Invocation::parse(&text, self.event.as_deref().ok()).expect("a run's text");
        let outcome = match self.action {
            Action::Send => host.run(dispatch_guard::actions::send::send(&invocation, &host)),
            Action::Report => host.run(dispatch_guard::actions::report::report(&invocation, &host)),
            Action::Reconcile => host.run(dispatch_guard::actions::reconcile::reconcile(&invocation, &host)),
        };
        let ran = Ran {
            outcome,
            made: host.made.take(),
            sleeps: host.sleeps.take(),
            masked: host.masked.take(),
            progress: host.progress.take(),
            interim_outputs: host.interim_outputs.take(),
        };
        ran.check_laws(self);
        ran
    }

    /// Has the action run, and checks the code and what the reason or its help says.
    #[track_caller]
    pub fn expect(&self, code: &str, words: &[&str]) -> Ran {
        let ran = self.run();
        assert_eq!(ran.output("reason-code"), code, "{}", ran.trace());
        ran.says(words);
        ran
    }
}

/// A run that has happened.
pub struct Ran {
    pub outcome: Outcome,
    pub made: Vec<Made>,
    pub sleeps: Vec<u32>,
    pub masked: Vec<String>,
    pub progress: Vec<String>,
    /// The outputs that were written before the end, each time.
    pub interim_outputs: Vec<BTreeMap<&'static str, String>>,
}

impl Ran {
    #[track_caller]
    pub fn output(&self, name: &str) -> &str {
        let found = self.outcome.outputs.0.iter().find(|(output, _)| *output == name);
        &found.unwrap_or_else(|| panic!("no output {name}")).1
    }

    /// The routes of all requests in order.
    pub fn requests(&self) -> Vec<&str> {
        self.made.iter().map(|made| made.route.as_str()).collect()
    }

    /// The body of the last request.
    #[track_caller]
    pub fn body(&self) -> Value {
        let last = self.made.last().expect("a request");
        serde_json::from_str(last.request.body.as_ref().expect("a body")).expect("JSON")
    }

    /// The audit line.
    pub fn audit(&self) -> Value {
        let audit = self.outcome.log_groups.last().and_then(|group| group.lines.last());
        serde_json::from_str(audit.expect("an audit record")).expect("JSON")
    }

    /// Method and attempts of each request in the audit record.
    pub fn audit_requests(&self) -> Vec<(&'static str, u64)> {
        let audit = self.audit();
        let method = |request: &Value| if request["method"] == "POST" { "POST" } else { "GET" };
        let requests = audit["api_requests"].as_array().expect("a list");
        requests.iter().map(|request| (method(request), request["attempts"].as_u64().expect("a number"))).collect()
    }

    pub fn trace(&self) -> String {
        let folded = self.outcome.log_groups.iter().flat_map(|group| &group.lines);
        self.outcome.log.iter().chain(folded).cloned().collect::<Vec<_>>().join("\n")
    }

    #[track_caller]
    pub fn says(&self, words: &[&str]) {
        let all = format!("{}\n{}", self.output("reason"), self.audit()["help"].as_str().unwrap());
        for word in words {
            assert!(all.contains(word), "`{word}` is not in: {}", self.trace());
        }
    }

    /// What holds for every run, whatever comes of it.
    #[track_caller]
    fn check_laws(&self, run: &Run) {
        let story = self.trace();
        let outputs: &[&str] = match run.action {
            Action::Send => &[
                "reason-code",
                "reason",
                "event-type",
                "nonce",
                "pr-number",
                "head-sha",
                "payload",
                "run-id",
                "run-url",
                "conclusion",
                "sent",
            ],
            Action::Report => &["reason-code", "reason", "reported"],
            Action::Reconcile => &["reason-code", "reason", "missed", "sent"],
        };
        let names: Vec<&str> = self.outcome.outputs.0.iter().map(|(name, _)| *name).collect();
        assert_eq!(names, outputs, "every output, once, the deciding one last");

        let succeeded = self.outcome.exit_code == 0;
        let deciding = self.output(outputs.last().unwrap());
        let is_reconcile = run.action == Action::Reconcile;
        // A pass that finds nothing to send is done too.
        let done = if is_reconcile { deciding != "[]" || succeeded } else { deciding == "true" };
        // A dispatch whose run failed was sent nevertheless.
        assert!(done || !succeeded, "{story}");
        assert_eq!(self.output("reason-code") == "allowed", succeeded, "{story}");
        assert_eq!(self.outcome.annotation.is_none(), succeeded, "{story}");
        if done && deciding != "[]" {
            let writes = ["/statuses/", "/dispatches"];
            let is_write = |route: &&str| route.starts_with("POST ") && writes.iter().any(|part| route.contains(part));
            assert!(self.requests().iter().any(is_write), "nothing is done without a request: {story}");
        }

        let audit = self.audit();
        assert_eq!(audit["schema_version"], 1);
        assert_eq!(audit["done"], done);
        assert_eq!(audit["reason_code"], self.output("reason-code"));
        assert_eq!(audit["reason"], self.output("reason"));
        assert_eq!(audit["help"].as_str().unwrap().is_empty(), succeeded, "{story}");
        assert!(!self.output("reason").is_empty() && !self.output("reason").contains(is_unprintable), "{story}");

        let folded = self.outcome.log_groups.iter().flat_map(|group| &group.lines);
        for line in self.outcome.log.iter().chain(folded) {
            assert!(!line.contains(is_unprintable) && !line.trim_start().starts_with("::"), "{line:?}");
            assert!(!line.contains("##["), "{line:?}");
        }
        if let Some(annotation) = &self.outcome.annotation {
            assert_eq!(annotation.level, "error");
            assert_eq!(annotation.title, format!("dispatch-guard: {}", self.output("reason-code")));
            assert!(!annotation.message.contains('*') || annotation.message.contains("***"), "{annotation:?}");
        }
        if let Some(summary) = &self.outcome.summary {
            check_markdown(summary);
        }

        let leaving = json(&self.outcome);
        for secret in &run.secrets {
            assert!(!leaving.contains(secret.as_str()), "{secret} is in {story}");
        }
        for Made { request, .. } in &self.made {
            let headers = serde_json::to_string(&request.headers).unwrap();
            let to_api = request.url.starts_with(&format!("{}/", run.environment["GITHUB_API_URL"]));
            assert_eq!(headers.contains(TOKEN), to_api, "{}", request.url);
        }
    }
}
