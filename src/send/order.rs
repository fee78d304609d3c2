//! What the inputs order, and whether GitHub would take it. Nothing here asks GitHub.

use crate::decision::{Code, Stop};
use crate::deed::Tools;
use crate::event::EventName;
use crate::inputs::Inputs;
use crate::json::{self, Json, Object};
use crate::payload::{ENVELOPE_KEY, MAX_CHARACTERS};
use crate::policy::field::FieldType;
use crate::text::{is_deceptive, quote, quote_list};

/// How many characters GitHub takes in an event type (REST API, "Create a repository dispatch event").
const MAX_EVENT_TYPE: usize = 100;
/// The payload field that `pr-number` sets.
const PR_FIELD: &str = "pr";

/// What is to be sent, and where.
#[derive(Debug, Clone, PartialEq)]
pub struct Order {
    /// The event type.
    pub event_type: String,
    /// The payload without an envelope, with `pr` where `pr-number` sets it.
    pub payload: Object,
    /// The pull request to resolve and to pin.
    pub pull_request: Option<u64>,
    /// `owner/name` of the repository that the dispatch goes to.
    pub repository: String,
    /// Whether that is another repository than the run's.
    pub is_foreign: bool,
    /// The key to sign with.
    pub signing_key: Option<String>,
    /// Whether to add an ID token.
    pub oidc: bool,
    /// Whether to add an envelope.
    pub envelope: bool,
}

impl Order {
    /// Reads the inputs.
    ///
    /// # Errors
    /// `config.invalid_input`, `payload.malformed` or `payload.invalid_field`, with the offender named.
    pub fn read(tools: &Tools<'_>) -> Result<Self, Stop> {
        let inputs = &tools.inputs;
        let flag = |name| inputs.boolean(name).map(|value| value == Some(true));
        let envelope = flag("envelope")?;
        let oidc = flag("oidc")?;
        let signing_key = inputs.signing_key()?.map(str::to_owned);
        for (name, is_set) in [("signing-key", signing_key.is_some()), ("oidc", oidc)] {
            if is_set && !envelope {
                return Err(invalid(
                    format!("the input `{name}` is set although `envelope` is `false`"),
                    "a proof is part of the envelope",
                )
                .mend(format!("Leave out `envelope: false`, or `{name}`.")));
            }
        }
        let event_type = read_event_type(inputs)?;
        tools.check_public("event-type", &event_type)?;
        let pull_request = read_pull_request(inputs)?;
        let (repository, is_foreign) = read_repository(inputs, tools.environment.repository())?;
        let mut payload = read_payload(inputs)?;
        tools.check_public("client-payload", &Json::Object(payload.clone()).to_compact())?;
        if let Some(number) = pull_request {
            set_pull_request(&mut payload, number)?;
        }
        check_count(&payload, envelope)?;
        check_size(&payload)?;
        if (signing_key.is_some() || oidc)
            && let Some(number) = Json::Object(payload.clone()).inexact_number()
        {
            return Err(Stop::new(
                Code::PayloadMalformed,
                format!("`client-payload` has the number {}", quote(number)),
                "a signed payload can only have numbers that every JSON reader keeps as they are",
            )
            .mend("Send the number as a string."));
        }
        Ok(Self { event_type, payload, pull_request, repository, is_foreign, signing_key, oidc, envelope })
    }

    /// Whether the dispatch carries a proof of who sent it.
    pub fn is_proven(&self) -> bool {
        self.signing_key.is_some() || self.oidc
    }
}

fn invalid(found: String, allowed: &str) -> Stop {
    Stop::new(Code::ConfigInvalidInput, found, allowed)
}

fn read_event_type(inputs: &Inputs) -> Result<String, Stop> {
    let text = inputs.text("event-type");
    let allowed = format!("it has to be 1 to {MAX_EVENT_TYPE} characters");
    let characters = text.chars().count();
    if characters == 0 {
        return Err(invalid("the input `event-type` is not set".to_owned(), &allowed)
            .mend("Set `event-type` to one that the receiving workflow lists under `on.repository_dispatch.types`."));
    }
    if characters > MAX_EVENT_TYPE {
        return Err(invalid(format!("the input `event-type` has {characters} characters"), &allowed));
    }
    if text.contains(is_deceptive) {
        return Err(invalid(
            format!("the input `event-type` is {}", quote(text)),
            "no policy can list a type with control or invisible characters",
        ));
    }
    Ok(text.to_owned())
}

fn read_pull_request(inputs: &Inputs) -> Result<Option<u64>, Stop> {
    match inputs.text("pr-number") {
        "" => Ok(None),
        text => match FieldType::PullRequest.accept(&Json::string(text), false) {
            Ok(number) => Ok(number.as_u64()),
            Err(_) => Err(invalid(
                format!("the input `pr-number` is {}", quote(text)),
                &format!("it has to be {}", FieldType::PullRequest.describe()),
            )),
        },
    }
}

/// The repository's name, and whether it is another one than the run's.
fn read_repository(inputs: &Inputs, own: &str) -> Result<(String, bool), Stop> {
    let text = match inputs.text("repository") {
        "" => own,
        text => text,
    };
    let is_name = |part: &str| {
        (1..=100).contains(&part.len())
            && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
            && !matches!(part, "." | "..")
    };
    match text.split_once('/') {
        Some((owner, name)) if is_name(owner) && is_name(name) => {
            Ok((text.to_owned(), !text.eq_ignore_ascii_case(own)))
        }
        _ => Err(invalid(format!("the input `repository` is {}", quote(text)), "it has to be `owner/name`")),
    }
}

fn read_payload(inputs: &Inputs) -> Result<Object, Stop> {
    // As it stands, so that line and column are right.
    let raw = inputs.raw("client-payload");
    let text = if raw.trim().is_empty() { inputs.default("client-payload") } else { raw };
    let document = json::parse(text.as_bytes()).map_err(|error| {
        invalid(format!("the input `client-payload` is not JSON: {error}"), "it has to be a JSON object")
            .mend("Write the payload as JSON, with values from elsewhere as `${{ toJSON(…) }}`.")
    })?;
    if let Some(flaw) = document.flaws.describe() {
        return Err(Stop::new(
            Code::PayloadMalformed,
            format!("in the input `client-payload` {flaw}"),
            "each key may stand once, nested at most 64 deep",
        )
        .mend("Correct the payload."));
    }
    let Json::Object(payload) = document.root else {
        return Err(invalid(
            format!("the input `client-payload` is {}", document.root.kind()),
            "GitHub takes a JSON object and nothing else",
        ));
    };
    if payload.get(ENVELOPE_KEY).is_some() {
        return Err(Stop::new(
            Code::PayloadInvalidField,
            format!("the input `client-payload` has the key `{ENVELOPE_KEY}`"),
            "that key is the envelope's",
        )
        .mend("Give the field another name."));
    }
    Ok(payload)
}

/// Sets `pr`; where the user gave one, it has to be the same number.
fn set_pull_request(payload: &mut Object, number: u64) -> Result<(), Stop> {
    match payload.get(PR_FIELD) {
        None => {
            payload.set(PR_FIELD, Json::integer(number));
            Ok(())
        }
        Some(given) => match FieldType::PullRequest.accept(given, false) {
            Ok(same) if same.as_u64() == Some(number) => Ok(()),
            _ => Err(Stop::new(
                Code::PayloadInvalidField,
                format!("`client-payload` has {} as `{PR_FIELD}`", crate::policy::field::found(given)),
                format!("the input `pr-number` says {number}"),
            )
            .mend(format!("Leave `{PR_FIELD}` out of `client-payload`: `pr-number` sets it."))),
        },
    }
}

/// GitHub's limit of properties, one of which the envelope takes.
fn check_count(payload: &Object, envelope: bool) -> Result<(), Stop> {
    let most = EventName::RepositoryDispatch.payload_properties();
    let free = if envelope { most - 1 } else { most };
    if payload.len() <= free {
        return Ok(());
    }
    let names = payload.iter().map(|(name, _)| name);
    let allowed = if envelope {
        format!("GitHub takes {most}, and one of them is the envelope's `{ENVELOPE_KEY}`, so {free} are yours")
    } else {
        format!("GitHub takes {most}")
    };
    Err(Stop::new(
        Code::PayloadMalformed,
        format!("the payload has {} properties ({})", payload.len(), quote_list(names, "and")),
        allowed,
    )
    .mend("Leave some out, or put several into one object."))
}

/// GitHub's limit of characters, for the payload as it is sent.
///
/// # Errors
/// `payload.malformed`, naming the property that takes most of the room.
pub fn check_size(payload: &Object) -> Result<(), Stop> {
    let characters = |value: &Json| value.to_compact().chars().count();
    let size = characters(&Json::Object(payload.clone()));
    if size <= MAX_CHARACTERS {
        return Ok(());
    }
    let sizes = payload.iter().map(|(name, value)| (characters(value), name));
    let largest = sizes.max_by_key(|(size, _)| *size);
    let most = largest.map_or(String::new(), |(size, name)| format!(", {size} of them in {}", quote(name)));
    Err(Stop::new(
        Code::PayloadMalformed,
        format!("the payload has {size} characters{most}"),
        format!("GitHub takes {MAX_CHARACTERS}"),
    )
    .mend("Send less: for example the name of an artifact instead of its content."))
}
