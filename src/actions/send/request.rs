//! What the inputs ask for, and whether GitHub would accept it. Nothing here makes a request.

use crate::actions::common::ActionContext;
use crate::format::json::{Json, Object};
use crate::github::commit_id::is_commit_id;
use crate::github::event_name::EventName;
use crate::policy::field::{Encoding, FieldType};
use crate::reason::ReasonCode;
use crate::rejection::Rejection;
use crate::runner::inputs::Inputs;
use crate::text::{is_unprintable, quote};

use super::payload;

/// How many characters GitHub accepts in an event type (REST API, "Create a repository dispatch event").
const MAX_EVENT_TYPE_LEN: usize = 100;
/// The longest `wait-timeout`, in seconds: a job may run for six hours (GitHub Docs, "Actions limits").
const LONGEST_WAIT_SECS: u64 = 6 * 60 * 60;

/// What is to be sent, and where.
#[derive(Debug, Clone, PartialEq)]
pub struct DispatchRequest {
    /// The event that is sent.
    pub target: Target,
    /// The payload without an envelope, with `pr` if `pr-number` sets it.
    pub payload: Object,
    /// The pull request to look up and pin.
    pub pull_request: Option<PullRequestInput>,
    /// `owner/name` of the repository to which the dispatch goes.
    pub repository: String,
    /// Whether that is another repository than the run's.
    pub is_cross_repository: bool,
    /// The key to sign with.
    pub signing_key: Option<String>,
    /// Whether to add an ID token.
    pub oidc: bool,
    /// Whether to add an envelope.
    pub envelope: bool,
    /// Whether to wait for the started run.
    pub wait: Wait,
}

/// What the dispatch starts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// The workflows that listen for a `repository_dispatch` of this type.
    EventType(String),
    /// One workflow, by `workflow_dispatch`.
    Workflow {
        /// Its file name.
        file: String,
        /// The branch or tag; `None` for the default branch.
        git_ref: Option<String>,
    },
}

/// The pull request that the dispatch is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PullRequestInput {
    /// Its number.
    pub number: u64,
    /// `owner/name` of its repository.
    pub repository: String,
    /// Whether that is the repository to which the dispatch goes.
    pub is_in_target: bool,
    /// The head commit that the sender knows.
    pub head_sha: Option<String>,
}

/// How long to wait for the started run, and for what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wait {
    /// When waiting ends.
    pub until: WaitUntil,
    /// The file name of the workflow whose run is meant.
    pub workflow: Option<String>,
    /// Milliseconds to wait at most.
    pub timeout_ms: u64,
}

/// When waiting ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WaitUntil {
    /// At once.
    Sent,
    /// When the run is known.
    Started,
    /// When the run has ended.
    Completed,
}

impl DispatchRequest {
    /// Reads the inputs.
    ///
    /// # Errors
    /// `config.invalid_input`, `payload.malformed` or `payload.invalid_field`.
    pub fn read(tools: &ActionContext<'_>) -> Result<Self, Rejection> {
        let inputs = &tools.inputs;
        let oidc = inputs.flag("oidc")?;
        let signing_key = inputs.signing_key()?.map(str::to_owned);
        let target = read_target(inputs)?;
        // The inputs of a workflow have no room for one.
        let envelope = inputs.flag("envelope")? && matches!(target, Target::EventType(_));
        for (name, is_set) in [("signing-key", signing_key.is_some()), ("oidc", oidc)] {
            if is_set && !envelope {
                return Err(proof_without_envelope(name, &target));
            }
        }
        let (repository, is_cross_repository) = inputs.repository("repository", tools.environment.repository())?;
        let pull_request = read_pull_request(inputs, &repository)?;
        let mut payload = payload::read_payload(inputs)?;
        if let Some(pull_request) = &pull_request {
            payload::set_pull_request(&mut payload, pull_request.number)?;
        }
        payload::check_key_case(&payload)?;
        if let Target::Workflow { .. } = target {
            payload = to_workflow_inputs(&payload);
        }
        payload::check_count(&payload, target.event(), envelope)?;
        payload::check_size(&payload)?;
        if (signing_key.is_some() || oidc)
            && let Some(number) = Json::Object(payload.clone()).first_inexact_number()
        {
            return Err(Rejection::new(
                ReasonCode::PayloadMalformed,
                format!("`client-payload` has the number {}", quote(number)),
                "a signed payload may only have numbers that every JSON parser reads exactly",
            )
            .with_help("Send the number as a string."));
        }
        let wait = read_wait(inputs, &target, envelope)?;
        Ok(Self { target, payload, pull_request, repository, is_cross_repository, signing_key, oidc, envelope, wait })
    }

    /// A `repository_dispatch` in the pull request's own repository that nobody waits for.
    ///
    /// # Errors
    /// `payload.*`, as for a payload that has a field `pr` of its own.
    pub fn for_pull_request(
        repository: &str,
        event_type: &str,
        number: u64,
        signing_key: Option<String>,
        oidc: bool,
    ) -> Result<Self, Rejection> {
        let mut payload = Object::default();
        payload::set_pull_request(&mut payload, number)?;
        let repository = repository.to_owned();
        Ok(Self {
            target: Target::EventType(event_type.to_owned()),
            payload,
            pull_request: Some(PullRequestInput {
                number,
                repository: repository.clone(),
                is_in_target: true,
                head_sha: None,
            }),
            repository,
            is_cross_repository: false,
            signing_key,
            oidc,
            envelope: true,
            wait: Wait { until: WaitUntil::Sent, workflow: None, timeout_ms: 0 },
        })
    }

    /// Whether the dispatch carries a proof of who sent it.
    pub fn has_proof(&self) -> bool {
        self.signing_key.is_some() || self.oidc
    }
}

impl Target {
    /// The event that the started run has.
    pub fn event(&self) -> EventName {
        match self {
            Target::EventType(_) => EventName::RepositoryDispatch,
            Target::Workflow { .. } => EventName::WorkflowDispatch,
        }
    }

    /// The dispatch in words, for messages.
    pub fn describe(&self) -> String {
        match self {
            Target::EventType(event_type) => format!("the dispatch {}", quote(event_type)),
            Target::Workflow { file, .. } => format!("the dispatch of the workflow {}", quote(file)),
        }
    }
}

fn proof_without_envelope(name: &str, target: &Target) -> Rejection {
    let expected = "a proof is part of the envelope";
    match target {
        Target::EventType(_) => {
            Rejection::invalid_input(format!("the input `{name}` is set although `envelope` is `false`"), expected)
                .with_help(format!("Remove `envelope: false`, or `{name}`."))
        }
        Target::Workflow { .. } => Rejection::invalid_input(
            format!("the input `{name}` is set together with `workflow`, which has no envelope"),
            expected,
        )
        .with_help(format!("Use `event-type` instead of `workflow`, or remove `{name}`.")),
    }
}

fn read_target(inputs: &Inputs) -> Result<Target, Rejection> {
    match (inputs.text("event-type"), inputs.text("workflow")) {
        (Some(_), None) if inputs.text("ref").is_some() => Err(Rejection::invalid_input(
            "the input `ref` is set without `workflow`".to_owned(),
            "a `repository_dispatch` has no ref",
        )
        .with_help("Remove `ref`: the run always uses the default branch.")),
        (Some(event_type), None) => read_event_type(event_type).map(Target::EventType),
        (None, Some(file)) => {
            if !is_workflow_file(file) {
                return Err(Rejection::invalid_input(
                    format!("the input `workflow` is {}", quote(file)),
                    "expected the name of a file in `.github/workflows`, such as `deploy.yml`",
                ));
            }
            let git_ref = inputs.text("ref").map(str::to_owned);
            if let Some(text) = git_ref.as_deref().filter(|text| text.contains(is_unprintable)) {
                return Err(Rejection::invalid_input(
                    format!("the input `ref` is {}", quote(text)),
                    "expected a branch or tag",
                ));
            }
            Ok(Target::Workflow { file: file.to_owned(), git_ref })
        }
        (found, _) => {
            let found = if found.is_some() {
                "the inputs `event-type` and `workflow` are both set"
            } else {
                "neither `event-type` nor `workflow` is set"
            };
            Err(Rejection::invalid_input(found.to_owned(), "expected one of them").with_help(
                "Set `event-type` to a type that the receiving workflow lists under `on.repository_dispatch.types`, or \
                 `workflow` to the name of its file.",
            ))
        }
    }
}

/// An event type that GitHub accepts and a policy can list.
///
/// # Errors
/// `config.invalid_input`.
pub fn read_event_type(text: &str) -> Result<String, Rejection> {
    let length = text.chars().count();
    if length > MAX_EVENT_TYPE_LEN {
        let found = format!("the input `event-type` has {length} characters");
        return Err(Rejection::invalid_input(found, format!("expected 1 to {MAX_EVENT_TYPE_LEN}")));
    }
    if text.contains(is_unprintable) {
        return Err(Rejection::invalid_input(
            format!("the input `event-type` is {}", quote(text)),
            "no policy can list a type with control or invisible characters",
        ));
    }
    Ok(text.to_owned())
}

/// Whether a text is the name of a workflow file.
fn is_workflow_file(text: &str) -> bool {
    let stem = text.strip_suffix(".yml").or_else(|| text.strip_suffix(".yaml"));
    stem.is_some_and(|stem| {
        !stem.is_empty() && !stem.contains(['/', '\\', '?', '#', '%']) && !text.contains(is_unprintable)
    })
}

fn read_pull_request(inputs: &Inputs, target: &str) -> Result<Option<PullRequestInput>, Rejection> {
    let Some(text) = inputs.text("pr-number") else {
        let needs_number = ["head-sha", "pr-repository"].into_iter().find(|name| inputs.text(name).is_some());
        return match needs_number {
            None => Ok(None),
            Some(name) => Err(Rejection::invalid_input(
                format!("the input `{name}` is set without `pr-number`"),
                "it says more about that pull request",
            )
            .with_help(format!("Set `pr-number`, or remove `{name}`."))),
        };
    };
    let number =
        FieldType::PullRequest.validate(&Json::string(text), Encoding::Json).ok().and_then(|number| number.as_u64());
    let number = number.ok_or_else(|| {
        let expected = format!("expected {}", FieldType::PullRequest.describe());
        Rejection::invalid_input(format!("the input `pr-number` is {}", quote(text)), &expected)
    })?;
    let head_sha = match inputs.text("head-sha").map(str::to_ascii_lowercase) {
        Some(sha) if !is_commit_id(&sha) => {
            return Err(Rejection::invalid_input(
                format!("the input `head-sha` is {}", quote(&sha)),
                "expected a commit id of 40 or 64 hex digits",
            ));
        }
        head_sha => head_sha,
    };
    let (repository, is_elsewhere) = inputs.repository("pr-repository", target)?;
    Ok(Some(PullRequestInput { number, repository, is_in_target: !is_elsewhere, head_sha }))
}

/// The inputs of a workflow are text (REST API, "Create a workflow dispatch event").
fn to_workflow_inputs(payload: &Object) -> Object {
    let to_text = |value: &Json| value.as_str().map_or_else(|| value.to_compact(), str::to_owned);
    payload.iter().map(|(name, value)| (name.to_owned(), Json::String(to_text(value)))).collect()
}

fn read_wait(inputs: &Inputs, target: &Target, envelope: bool) -> Result<Wait, Rejection> {
    let until = match inputs.choice("wait", &["none", "started", "completed"])? {
        "started" => WaitUntil::Started,
        "completed" => WaitUntil::Completed,
        _ => WaitUntil::Sent,
    };
    if until != WaitUntil::Sent && matches!(target, Target::EventType(_)) && !envelope {
        return Err(Rejection::invalid_input(
            "the input `wait` is set although `envelope` is `false`".to_owned(),
            "the run is found by the envelope's nonce",
        )
        .with_help("Remove `envelope: false`, or `wait`."));
    }
    let workflow = inputs.text("wait-workflow").map(str::to_owned);
    if let Some(file) = &workflow {
        let (found, expected) = match target {
            _ if !is_workflow_file(file) => (quote(file), "expected the name of a file in `.github/workflows`"),
            Target::Workflow { .. } => ("set together with `workflow`".to_owned(), "only that workflow's run is meant"),
            Target::EventType(_) if until == WaitUntil::Sent => {
                ("set without `wait`".to_owned(), "it names the workflow to wait for")
            }
            Target::EventType(_) => (String::new(), ""),
        };
        if !found.is_empty() {
            return Err(Rejection::invalid_input(format!("the input `wait-workflow` is {found}"), expected));
        }
    }
    Ok(Wait { until, workflow, timeout_ms: inputs.duration("wait-timeout", LONGEST_WAIT_SECS)? * 1000 })
}
