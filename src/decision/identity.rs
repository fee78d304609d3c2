//! The identities behind a run.

use crate::github::account::Account;
use crate::reason::ReasonCode;
use crate::text::quote;

/// How an account is involved in a run, in the order in which identities are checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum IdentityKind {
    /// Who triggered the event (`GITHUB_ACTOR`).
    Actor,
    /// Whom the event names as its sender.
    Sender,
    /// Who wrote the comment or review.
    Commenter,
    /// Who started the run that a `workflow_run` event reports.
    Source,
    /// Who started this attempt of the run (`GITHUB_TRIGGERING_ACTOR`).
    TriggeringActor,
    /// Who opened the pull request.
    Author,
}

impl IdentityKind {
    /// The name in the public JSON.
    pub fn name(self) -> &'static str {
        match self {
            IdentityKind::Actor => "actor",
            IdentityKind::Sender => "sender",
            IdentityKind::Commenter => "commenter",
            IdentityKind::Source => "source",
            IdentityKind::TriggeringActor => "triggering_actor",
            IdentityKind::Author => "author",
        }
    }

    /// The kind in words.
    pub fn label(self) -> &'static str {
        match self {
            IdentityKind::Actor => "actor",
            IdentityKind::Sender => "sender",
            IdentityKind::Commenter => "author of the comment or review",
            IdentityKind::Source => "actor of the source run",
            IdentityKind::TriggeringActor => "triggering actor",
            IdentityKind::Author => "author of the pull request",
        }
    }

    /// The code of a denial because the identity matches no entry.
    pub fn denial(self) -> ReasonCode {
        match self {
            IdentityKind::Actor => ReasonCode::ActorNotAllowed,
            IdentityKind::Sender => ReasonCode::ActorSenderNotAllowed,
            IdentityKind::Commenter => ReasonCode::ActorCommenterNotAllowed,
            IdentityKind::Source => ReasonCode::ActorSourceNotAllowed,
            IdentityKind::TriggeringActor => ReasonCode::ActorRerunNotAllowed,
            IdentityKind::Author => ReasonCode::ActorConfusedDeputy,
        }
    }
}

/// An account behind a run, and the entry of the list of actors that it matches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// How it is involved.
    pub kind: IdentityKind,
    /// The account; its login is empty if it is not known.
    pub account: Account,
    /// The entry that it matches; `None` if none was looked for or found.
    pub matched_entry: Option<String>,
}

impl Identity {
    /// An identity that has not been matched yet.
    pub fn new(kind: IdentityKind, account: Account) -> Self {
        Self { kind, account, matched_entry: None }
    }

    /// The identity as a clause for a message.
    pub fn describe(&self) -> String {
        let id = self.account.id.map_or(String::new(), |id| format!(" (id {id})"));
        match self.account.login.as_str() {
            "" => format!("there is no {}", self.kind.label()),
            login => format!("the {} is {}{id}", self.kind.label(), quote(login)),
        }
    }
}
