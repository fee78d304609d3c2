//! The event: which one it is, and the few fields that are read of each kind.

use crate::decision::{Code, Stop};
use crate::environment::Environment;
use crate::json::{self, Flaws, Json};
use crate::policy::StateRule;
use crate::pull_request::{Account, Defaults, PullRequest};
use crate::text::quote;

macro_rules! events {
    ($($variant:ident $name:literal;)*) => {
        /// The events that a policy of version 1 knows.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum EventName {
            $(#[doc = concat!("`", $name, "`")] $variant,)*
        }

        impl EventName {
            /// Every event with its name.
            pub const ALL: &'static [(EventName, &'static str)] = &[$((EventName::$variant, $name),)*];
        }
    };
}

events! {
    RepositoryDispatch "repository_dispatch";
    WorkflowDispatch "workflow_dispatch";
    PullRequest "pull_request";
    PullRequestTarget "pull_request_target";
    PullRequestReview "pull_request_review";
    IssueComment "issue_comment";
    WorkflowRun "workflow_run";
    MergeGroup "merge_group";
    Push "push";
    Schedule "schedule";
}

/// Where an event's pull request comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// The event describes it whole; no API call.
    Event,
    /// The event describes it, and the live one is read and has to agree.
    EventThenLive,
    /// The event gives its number (a comment on it), and the live one is read.
    NumberThenLive,
    /// The payload gives its number, and the live one is read.
    PayloadThenLive,
    /// The event is about no pull request.
    None,
}

impl EventName {
    /// The event of a name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, known)| *known == name).map(|(event, _)| *event)
    }

    /// The event's name.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(event, _)| *event == self).map_or("", |(_, name)| name)
    }

    /// Where its pull request comes from.
    pub fn source(self) -> Source {
        match self {
            EventName::RepositoryDispatch | EventName::WorkflowDispatch => Source::PayloadThenLive,
            EventName::PullRequest => Source::Event,
            EventName::PullRequestTarget | EventName::PullRequestReview => Source::EventThenLive,
            EventName::IssueComment => Source::NumberThenLive,
            EventName::WorkflowRun | EventName::MergeGroup | EventName::Push | EventName::Schedule => Source::None,
        }
    }

    /// Whether the event is sent on purpose and carries a payload.
    pub fn is_dispatch(self) -> bool {
        self.source() == Source::PayloadThenLive
    }

    /// Whether the event tells of somebody's pull request, so that its author counts as an identity of the run.
    pub fn is_pull_request(self) -> bool {
        matches!(self.source(), Source::Event | Source::EventThenLive)
    }

    /// Whether the event has dispatch types or activity types.
    pub fn has_types(self) -> bool {
        !matches!(self, EventName::WorkflowDispatch | EventName::Push | EventName::Schedule)
    }

    /// What holds for the pull request where the rule says nothing.
    ///
    /// Only `pull_request` lets forks pass: its runs for forks have neither secrets nor a token that can write (GitHub
    /// Docs, "Events that trigger workflows").
    pub fn defaults(self) -> Defaults {
        Defaults {
            state: match self.source() {
                Source::PayloadThenLive | Source::NumberThenLive => StateRule::Open,
                _ => StateRule::Any,
            },
            allow_forks: self == EventName::PullRequest,
        }
    }

    /// The key of the event's payload: what the sender chose.
    pub fn payload_key(self) -> &'static str {
        if self == EventName::WorkflowDispatch { "inputs" } else { "client_payload" }
    }

    /// How many properties GitHub takes in the payload: 10 in `client_payload`; 25 in `inputs` since December 2025
    /// (GitHub Docs, "Workflow syntax", `on.workflow_dispatch.inputs`).
    pub fn payload_properties(self) -> usize {
        if self == EventName::WorkflowDispatch { 25 } else { 10 }
    }
}

/// The event as far as it is read.
#[derive(Debug, Clone)]
pub struct Event {
    /// Which event; nothing where version 1 does not know it.
    pub name: Option<EventName>,
    /// The dispatch type or activity type; empty where there is none.
    pub kind: String,
    /// The event's sender.
    pub sender: Option<Account>,
    /// The pull request as the event describes it.
    pub pull_request: Option<PullRequest>,
    /// The number of the pull request that a comment is on.
    pub commented: Option<u64>,
    /// What the sender of a dispatch chose: `client_payload` or `inputs`.
    pub payload: Json,
    /// What makes the file ambiguous.
    pub flaws: Flaws,
}

impl Event {
    /// Reads the event file and holds it against the run.
    ///
    /// # Errors
    /// `event.unreadable`, `event.malformed` or `event.mismatch`.
    pub fn read(file: Result<&[u8], &str>, environment: &Environment) -> Result<Self, Stop> {
        let path = quote(environment.get("GITHUB_EVENT_PATH"));
        let bytes = file.map_err(|error| {
            let found = format!("the event file {path} cannot be read: {}", crate::text::printable(error));
            Stop::new(Code::EventUnreadable, found, "")
        })?;
        let malformed =
            |found: String| Stop::new(Code::EventMalformed, found, "GitHub's runner writes one JSON object");
        let document =
            json::parse(bytes).map_err(|error| malformed(format!("the event file {path} is not JSON: {error}")))?;
        let root = document.root;
        if root.as_object().is_none() {
            return Err(malformed(format!("the event file {path} holds {} instead of an object", root.kind())));
        }
        check_repository(&root, environment)?;
        let name = EventName::from_name(environment.event_name());
        check_kind(&root, environment.event_name(), name)?;
        let event_name = environment.event_name();
        let pull_request = match name {
            Some(name) if name.is_pull_request() => {
                Some(PullRequest::read(root.at("pull_request")).map_err(|field| {
                    malformed(format!(
                        "the field `pull_request.{field}` of the `{event_name}` event is missing or of the wrong kind"
                    ))
                })?)
            }
            _ => None,
        };
        let commented = if name == Some(EventName::IssueComment) && !root.at("issue.pull_request").is_null() {
            root.at("issue.number").as_u64()
        } else {
            None
        };
        let kind = match name {
            Some(name) if name.has_types() => root.at("action").as_str().unwrap_or_default().to_owned(),
            _ => String::new(),
        };
        Ok(Self {
            name,
            kind,
            sender: Account::read(root.at("sender")),
            pull_request,
            commented,
            payload: name.map_or(Json::Null, |name| root.at(name.payload_key()).clone()),
            flaws: document.flaws,
        })
    }
}

fn mismatch(found: String, allowed: String) -> Stop {
    Stop::new(Code::EventMismatch, found, allowed)
}

fn check_repository(root: &Json, environment: &Environment) -> Result<(), Stop> {
    let id = root.at("repository.id").as_u64();
    let run_id = environment.repository_id();
    if id.is_none() || id != run_id {
        let shown = |id: Option<u64>| id.map_or("not there".to_owned(), |id| id.to_string());
        let stop = mismatch(
            format!("the event's `repository.id` is {}", shown(id)),
            format!("the run's `GITHUB_REPOSITORY_ID` is {}", shown(run_id)),
        );
        return Err(match run_id {
            Some(_) => stop,
            None => stop.mend("Use a runner that sets `GITHUB_REPOSITORY_ID` to the repository's numeric id."),
        });
    }
    let full_name = root.at("repository.full_name").as_str().unwrap_or_default();
    if !full_name.eq_ignore_ascii_case(environment.repository()) || full_name.is_empty() {
        return Err(mismatch(
            format!("the event's `repository.full_name` is {}", quote(full_name)),
            format!("the run's `GITHUB_REPOSITORY` is {}", quote(environment.repository())),
        ));
    }
    Ok(())
}

/// Whether the body is of the kind that the run says: nobody can pass off one event's body as another's.
fn check_kind(root: &Json, run: &str, name: Option<EventName>) -> Result<(), Stop> {
    let has = |key: &str| root.as_object().is_some_and(|body| body.get(key).is_some());
    let is_object = |key: &str| root.at(key).as_object().is_some();
    let wrong = match name {
        Some(EventName::RepositoryDispatch) => [("client_payload", true), ("pull_request", false)].as_slice(),
        Some(EventName::WorkflowDispatch) => &[("client_payload", false), ("pull_request", false)],
        Some(EventName::IssueComment) => &[("issue", true), ("comment", true), ("client_payload", false)],
        Some(EventName::PullRequestReview) => &[("pull_request", true), ("review", true), ("client_payload", false)],
        Some(EventName::PullRequest | EventName::PullRequestTarget) => {
            &[("pull_request", true), ("client_payload", false)]
        }
        Some(EventName::WorkflowRun) => &[("workflow_run", true), ("client_payload", false)],
        Some(EventName::MergeGroup) => &[("merge_group", true), ("client_payload", false)],
        Some(EventName::Push) => &[("ref", true), ("pull_request", false), ("client_payload", false)],
        Some(EventName::Schedule) => &[("pull_request", false), ("client_payload", false)],
        None => &[],
    }
    .iter()
    .find(|(key, wanted)| {
        has(key) != *wanted || (*wanted && *key != "client_payload" && *key != "ref" && !is_object(key))
    });
    match wrong {
        None => Ok(()),
        Some((key, true)) => Err(mismatch(
            format!("the event file has no `{key}`"),
            format!("the run says that it is a `{run}` event, which has one"),
        )),
        Some((key, false)) => Err(mismatch(
            format!("the event file has a `{key}`"),
            format!("the run says that it is a `{run}` event, which has none"),
        )),
    }
}
