//! What the event, the sender or a reviewer said about the pull request, which has to hold for the live one.

use super::CheckContext;
use crate::decision::DecisionBuilder;
use crate::envelope::Envelope;
use crate::format::timestamp::parse_rfc3339;
use crate::github::account::Account;
use crate::github::pull_request::{PullRequest, PullRequestState};
use crate::reason::ReasonCode;
use crate::rejection::Rejection;
use crate::text::quote;

/// A fact that somebody named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pin {
    /// Who named it, for messages: `` `client_payload.head` ``, `the envelope`, `the event`.
    pub origin: String,
    /// The fact.
    pub value: Pinned,
}

/// The facts about a pull request that can be pinned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pinned {
    /// Its number.
    Number(u64),
    /// Its head commit.
    HeadSha(String),
    /// Its base branch.
    BaseRef(String),
    /// Whether it is open, closed or merged.
    State(PullRequestState),
    /// Whether it is open; it may be merged if it is not.
    IsOpen(bool),
    /// When it was closed, as GitHub writes it.
    ClosedAt(String),
    /// Who opened it.
    Author(Option<Account>),
}

impl Pin {
    /// A pin by somebody.
    pub fn new(origin: &str, value: Pinned) -> Self {
        Self { origin: origin.to_owned(), value }
    }
}

/// What an event or a list that describes a pull request pins.
pub fn from_description(pr: &PullRequest, origin: &str) -> Vec<Pin> {
    [
        Pinned::HeadSha(pr.head_sha.clone()),
        Pinned::BaseRef(pr.base_ref.clone()),
        Pinned::State(pr.state),
        Pinned::Author(pr.author.clone()),
    ]
    .into_iter()
    .map(|value| Pin::new(origin, value))
    .collect()
}

/// What an envelope pins.
pub fn from_envelope(envelope: &Envelope) -> Vec<Pin> {
    let number = envelope.pr.map(Pinned::Number);
    let head = envelope.head_sha.clone().map(Pinned::HeadSha);
    let base = envelope.base_ref.clone().map(Pinned::BaseRef);
    [number, head, base].into_iter().flatten().map(|value| Pin::new("the envelope", value)).collect()
}

/// Checks every pin against the pull request.
///
/// # Errors
/// `pull_request.head_moved`, and after it, in the order of the codes, `pull_request.changed`.
pub fn check(decision: &mut DecisionBuilder, pr: &PullRequest, pins: &[Pin]) -> Result<(), Rejection> {
    for Pin { origin, value } in pins {
        if let Pinned::HeadSha(sha) = value
            && *sha != pr.head_sha
        {
            return Err(head_moved(pr, origin, sha));
        }
    }
    for pin in pins {
        check_unchanged(pr, pin)?;
    }
    let mut origins: Vec<&str> = pins.iter().map(|pin| pin.origin.as_str()).collect();
    origins.dedup();
    if origins.is_empty() {
        decision.skip("pins", "nobody named a commit or base");
    } else {
        decision.pass("pins", format!("head {}", pr.head_sha), format!("as named by {}", origins.join(", ")));
    }
    Ok(())
}

/// The rejection for a head that is not the named commit. A commit that is something else of the pull request is called
/// by its name, since senders mix them up.
pub fn head_moved(pr: &PullRequest, origin: &str, sha: &str) -> Rejection {
    let name = pr.name();
    let found = format!("the head of {name} is {}", quote(&pr.head_sha));
    let rejection = |what: &str| {
        Rejection::new(ReasonCode::PullRequestHeadMoved, found.clone(), format!("{origin} names {}{what}", quote(sha)))
    };
    if sha == pr.base_sha {
        return rejection(", which is its base commit")
            .with_help("Send the pull request's `head.sha`, not its `base.sha`.");
    }
    if sha == pr.merge_commit_sha {
        let what = if pr.is_merged() { ", which is its merge commit" } else { ", which is its trial merge" };
        return rejection(what)
            .with_help("Send the pull request's `head.sha`, not `GITHUB_SHA` or `merge_commit_sha`.");
    }
    rejection("")
}

fn check_unchanged(pr: &PullRequest, pin: &Pin) -> Result<(), Rejection> {
    let state = |state: PullRequestState| state.name().to_owned();
    let open = |is_open: bool| if is_open { "open" } else { "closed" }.to_owned();
    let login = |account: &Option<Account>| account.as_ref().map_or("unknown", |account| &account.login).to_owned();
    let (what, is, named) = match &pin.value {
        Pinned::Number(number) if *number != pr.number => ("number", pr.number.to_string(), number.to_string()),
        Pinned::BaseRef(base) if *base != pr.base_ref => ("base branch", pr.base_ref.clone(), base.clone()),
        Pinned::State(named) if *named != pr.state => ("state", state(pr.state), state(*named)),
        Pinned::IsOpen(named) if *named != (pr.state == PullRequestState::Open) => {
            ("state", state(pr.state), open(*named))
        }
        Pinned::ClosedAt(named) if !is_same_time(named, &pr.closed_at) => {
            ("time of closing", pr.closed_at.clone(), named.clone())
        }
        Pinned::Author(named) if !is_same_author(named.as_ref(), pr.author.as_ref()) => {
            ("author", login(&pr.author), login(named))
        }
        _ => return Ok(()),
    };
    Err(Rejection::new(
        ReasonCode::PullRequestChanged,
        format!("the {what} of {} is {}", pr.name(), quote(&is)),
        format!("{} names {}", pin.origin, quote(&named)),
    ))
}

/// Servers write the same time with and without fractions and offsets.
fn is_same_time(named: &str, live: &str) -> bool {
    named == live || parse_rfc3339(named).is_some_and(|named| Some(named) == parse_rfc3339(live))
}

fn is_same_author(named: Option<&Account>, live: Option<&Account>) -> bool {
    match (named, live) {
        (Some(named), Some(live)) => named.is_same(live),
        (None, None) => true,
        _ => false,
    }
}

/// Whether a pull request belongs to the run's own repository.
///
/// # Errors
/// `pull_request.wrong_repository`.
pub fn check_repository(pr: &PullRequest, context: CheckContext<'_>) -> Result<(), Rejection> {
    if pr.base_repository_id == context.repository_id() {
        return Ok(());
    }
    Err(Rejection::new(
        ReasonCode::PullRequestWrongRepository,
        format!("{} belongs to the repository with id {}", pr.name(), pr.base_repository_id),
        format!("this run is in the repository with id {}", context.repository_id()),
    ))
}
