//! Whether an account of a list that GitHub gave matches a list of actors, as far as lookups tell.

use crate::decision::{Identity, IdentityKind};
use crate::github::account::Account;
use crate::policy::actor::ActorEntry;
use crate::rejection::Rejection;

use super::CheckContext;
use super::actor_lookup::{Lookup, LookupResults, required_lookups};
use super::actors::{Candidate, MatchState, match_with_lookups, match_without_api};

/// How an account compares with a list of actors.
#[derive(Debug)]
pub enum AccountMatch {
    /// It matches this entry.
    Matched(String),
    /// It matches none.
    Rejected(Rejection),
    /// No entry matches that could be looked up, and one could not.
    Unverified(Rejection),
    /// Nothing matches so far, and these lookups are missing.
    NeedsLookup(Vec<Lookup>),
}

/// Compares whoever opened, labelled or reviewed a pull request with entries of a list of actors.
pub fn match_account(
    account: &Account,
    entries: Vec<&ActorEntry>,
    lookups: &LookupResults,
    context: CheckContext<'_>,
) -> AccountMatch {
    // The kind chooses the words of a rejection, which are shown for the author only.
    let identity = Identity::new(IdentityKind::Author, account.clone());
    let mut candidate = Candidate { identity, entries };
    match match_without_api(&candidate, context) {
        MatchState::Matched(entry) => return AccountMatch::Matched(entry),
        MatchState::Rejected(rejection) => return AccountMatch::Rejected(rejection),
        MatchState::NeedsLookup { needs_id } => {
            let required = required_lookups(&candidate.identity, &candidate.entries, needs_id);
            let missing: Vec<Lookup> = required.into_iter().filter(|lookup| !lookups.contains(lookup)).collect();
            if !missing.is_empty() {
                return AccountMatch::NeedsLookup(missing);
            }
        }
    }
    match match_with_lookups(&mut candidate, lookups, context) {
        Ok(entry) => AccountMatch::Matched(entry),
        Err(rejection) if rejection.is_error() => AccountMatch::Unverified(rejection),
        Err(rejection) => AccountMatch::Rejected(rejection),
    }
}
