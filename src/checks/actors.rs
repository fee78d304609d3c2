//! Everyone behind a run against the rule's list of actors.

use crate::decision::{DecisionBuilder, Identity, IdentityKind};
use crate::github::account::Account;
use crate::github::event::Event;
use crate::github::event_name::EventName;
use crate::policy::Rule;
use crate::policy::actor::{ActorEntry, Actors, COPILOT, app_slug, describe_entries};
use crate::reason::ReasonCode;
use crate::rejection::Rejection;
use crate::runner::environment::Environment;
use crate::text::{quote, quote_list};

use super::CheckContext;
use super::actor_lookup::{LookupResults, required_lookups};

/// The identities that the runner's variables name: the actor, and whoever started this attempt if that is another.
pub fn identities_from_environment(environment: &Environment) -> Vec<Identity> {
    let login = environment.get("GITHUB_ACTOR");
    let id = environment.get("GITHUB_ACTOR_ID").parse().ok();
    let actor = Account { login: login.to_owned(), id, account_type: String::new() };
    let mut identities = vec![Identity::new(IdentityKind::Actor, actor)];
    let triggering = environment.get("GITHUB_TRIGGERING_ACTOR");
    // An unreadable attempt may be a later one, and is rejected with the event.
    let is_first_attempt = environment.run_attempt().is_some_and(|attempt| attempt <= 1);
    let is_same = triggering.eq_ignore_ascii_case(login);
    let is_unknown = triggering.is_empty() && is_first_attempt;
    if !is_same && !is_unknown {
        let account = Account { login: triggering.to_owned(), ..Account::default() };
        identities.push(Identity::new(IdentityKind::TriggeringActor, account));
    }
    identities
}

/// Adds the identities that the event names, in the order in which they are checked.
fn add_identities_from_event(identities: &mut Vec<Identity>, event: &Event, name: EventName) {
    let mut add = |kind, account: Option<&Account>| {
        identities.push(Identity::new(kind, account.cloned().unwrap_or_default()));
    };
    add(IdentityKind::Sender, event.sender.as_ref());
    if name.is_comment() {
        add(IdentityKind::Commenter, event.comment.as_ref().and_then(|comment| comment.author.as_ref()));
    }
    if let Some(run) = &event.workflow_run {
        add(IdentityKind::Source, run.actor.as_ref());
        if let (Some(actor), Some(triggering)) = (&run.actor, &run.triggering_actor)
            && !actor.is_same(triggering)
        {
            add(IdentityKind::Source, Some(triggering));
        }
    }
    if matches!(name, EventName::PullRequest | EventName::PullRequestTarget)
        && let Some(pr) = &event.pull_request
    {
        add(IdentityKind::Author, pr.author.as_ref());
    }
    identities.sort_by_key(|identity| identity.kind);
}

/// Matches every identity behind the run against the rule's actors, in order; the first that fails names the code.
///
/// # Errors
/// The codes of the step `actor`, and `api.*`.
pub async fn check(
    decision: &mut DecisionBuilder,
    event: &Event,
    name: EventName,
    rule: &Rule,
    context: CheckContext<'_>,
) -> Result<(), Rejection> {
    add_identities_from_event(&mut decision.facts.identities, event, name);
    let Some(actors) = &rule.actors else {
        decision.skip("actors", "the rule lists none: anyone whom GitHub lets start the event");
        return Ok(());
    };
    // The author is evaluated by `authors` in its own place, and somebody who labels acts on other people's pull requests.
    let judges_author =
        rule.label.is_none() && rule.pull_request.as_ref().is_none_or(|rule| rule.demands.authors.is_none());
    let is_judged = |identity: &Identity| judges_author || identity.kind != IdentityKind::Author;
    let mut candidates: Vec<Candidate<'_>> = decision
        .facts
        .identities
        .iter()
        .filter(|identity| is_judged(identity))
        .map(|identity| {
            let mut entries: Vec<&ActorEntry> = actors.entries().iter().collect();
            if identity.kind == IdentityKind::TriggeringActor {
                entries.extend(rule.rerun_by.iter().flat_map(Actors::entries));
            }
            Candidate { identity: identity.clone(), entries }
        })
        .collect();
    let results = resolve(&mut candidates, context).await;
    for (candidate, result) in candidates.into_iter().zip(results) {
        let identity = candidate.identity;
        let entry = result?;
        if identity.kind == IdentityKind::Commenter {
            check_via_app(event, rule)?;
        }
        record_match(decision, &identity, entry);
    }
    Ok(())
}

/// Records a match as a passed check and with the identity.
fn record_match(decision: &mut DecisionBuilder, identity: &Identity, entry: String) {
    decision.pass(identity.kind.label(), identity.describe(), format!("matches {}", quote(&entry)));
    record_identity(decision, identity, entry);
}

/// Records the entry that an identity matches.
pub fn record_identity(decision: &mut DecisionBuilder, identity: &Identity, entry: String) {
    let known = &mut decision.facts.identities;
    let same = |other: &&mut Identity| {
        other.kind == identity.kind && other.account.login.eq_ignore_ascii_case(&identity.account.login)
    };
    match known.iter_mut().find(same) {
        Some(known) => *known = Identity { matched_entry: Some(entry), ..identity.clone() },
        None => known.push(Identity { matched_entry: Some(entry), ..identity.clone() }),
    }
}

/// An app that writes a comment in somebody's name, with that person's token.
fn check_via_app(event: &Event, rule: &Rule) -> Result<(), Rejection> {
    let Some(app) = event.comment.as_ref().and_then(|comment| comment.via_app.as_ref()) else { return Ok(()) };
    if rule.via_apps.iter().any(|slug| slug.eq_ignore_ascii_case(app)) {
        return Ok(());
    }
    let expected = match rule.via_apps.as_slice() {
        [] => "the rule allows no app".to_owned(),
        slugs => format!("the rule allows {}", quote_list(slugs, "and")),
    };
    let found = format!("the app {} wrote the comment in its author's name", quote(app));
    Err(Rejection::new(ReasonCode::ActorCommenterNotAllowed, found, expected)
        .with_help("Have the person write the comment, or list the app's slug in `via-apps` if you trust it to."))
}

/// An identity, and the entries of which one has to match it.
pub struct Candidate<'a> {
    /// The identity. A lookup may add its id and type.
    pub identity: Identity,
    /// The entries.
    pub entries: Vec<&'a ActorEntry>,
}

/// What is known about a candidate without a request.
pub(super) enum MatchState {
    /// By this entry.
    Matched(String),
    /// Only the API can tell: the triggering actor's id, a team, an organization or a role.
    NeedsLookup {
        /// Whether the triggering actor's id is needed too.
        needs_id: bool,
    },
    /// By no entry.
    Rejected(Rejection),
}

/// Matches candidates, with as few requests as possible; each thing is looked up once. The results are the matching
/// entries, in the candidates' order; they end at the first candidate that fails.
async fn resolve(candidates: &mut [Candidate<'_>], context: CheckContext<'_>) -> Vec<Result<String, Rejection>> {
    let states: Vec<MatchState> = candidates.iter().map(|candidate| match_without_api(candidate, context)).collect();
    // Once one fails without a request, those behind it do not matter.
    let first_denial = states.iter().position(|state| matches!(state, MatchState::Rejected(_)));
    let mut lookups = Vec::new();
    for (state, candidate) in states.iter().zip(candidates.iter()).take(first_denial.unwrap_or(states.len())) {
        let MatchState::NeedsLookup { needs_id } = state else { continue };
        for lookup in required_lookups(&candidate.identity, &candidate.entries, *needs_id) {
            if !lookups.contains(&lookup) {
                lookups.push(lookup);
            }
        }
    }
    let mut results = LookupResults::default();
    if !lookups.is_empty() {
        // Boxed: keeps the lookups out of the state machine of runs that make none.
        Box::pin(results.look_up(lookups, context)).await;
    }
    let mut all = Vec::new();
    for (candidate, state) in candidates.iter_mut().zip(states) {
        all.push(match state {
            MatchState::Matched(entry) => Ok(entry),
            MatchState::Rejected(rejection) => Err(rejection),
            MatchState::NeedsLookup { .. } => match_with_lookups(candidate, &results, context),
        });
        if all.last().is_some_and(Result::is_err) {
            break;
        }
    }
    all
}

pub(super) fn match_without_api(candidate: &Candidate<'_>, context: CheckContext<'_>) -> MatchState {
    let Candidate { identity, entries } = candidate;
    if identity.account.login.is_empty() {
        return MatchState::Rejected(missing_identity(identity, entries));
    }
    let on_github_com = context.environment.is_github_com();
    let mut mismatch = None;
    let mut needs_id = false;
    for entry in entries {
        match compare(identity, entry, on_github_com) {
            LoginMatch::Match => return MatchState::Matched(entry.to_string()),
            LoginMatch::IdUnknown if identity.kind == IdentityKind::TriggeringActor => needs_id = true,
            LoginMatch::IdUnknown | LoginMatch::Mismatch(_) => {
                mismatch.get_or_insert(*entry);
            }
            LoginMatch::NoMatch => {}
        }
    }
    if needs_id || entries.iter().any(|entry| entry.needs_api()) {
        return MatchState::NeedsLookup { needs_id };
    }
    MatchState::Rejected(not_allowed(identity, entries, mismatch, on_github_com))
}

/// Resolves a pending match with the lookup results. Any matching entry is enough. If none matches and a lookup failed,
/// the result is an error rather than a denial.
pub(super) fn match_with_lookups(
    candidate: &mut Candidate<'_>,
    results: &LookupResults,
    context: CheckContext<'_>,
) -> Result<String, Rejection> {
    let on_github_com = context.environment.is_github_com();
    let Candidate { identity, entries } = candidate;
    let mut lookup_error = None;
    if identity.kind == IdentityKind::TriggeringActor {
        match results.attempt() {
            Some(Ok(account)) => identity.account = Account { login: identity.account.login.clone(), ..account },
            Some(Err(rejection)) => lookup_error = Some(rejection),
            None => {}
        }
    }
    let mut mismatch = None;
    let mut id_mismatch = None;
    for entry in entries.iter() {
        let matched = match compare(identity, entry, on_github_com) {
            LoginMatch::Match => Ok(true),
            LoginMatch::Mismatch(_) => {
                mismatch.get_or_insert(*entry);
                Ok(false)
            }
            LoginMatch::IdUnknown => {
                if lookup_error.is_none() {
                    mismatch.get_or_insert(*entry);
                }
                Ok(false)
            }
            LoginMatch::NoMatch => results.matches(entry, &identity.account),
        };
        match matched {
            Ok(true) => return Ok(entry.to_string()),
            Ok(false) => {}
            Err(rejection) if rejection.code == ReasonCode::ActorIdentityMismatch => {
                id_mismatch.get_or_insert(rejection);
            }
            Err(rejection) => {
                lookup_error.get_or_insert(rejection);
            }
        }
    }
    Err(id_mismatch.or(lookup_error).unwrap_or_else(|| not_allowed(identity, entries, mismatch, on_github_com)))
}

enum LoginMatch {
    Match,
    /// The login matches, the entry requires an id, and none is known.
    IdUnknown,
    /// The login matches, and id or type are another account's.
    Mismatch(String),
    NoMatch,
}

fn compare(identity: &Identity, entry: &ActorEntry, on_github_com: bool) -> LoginMatch {
    let ActorEntry::Login { login, id: entry_id } = entry else { return LoginMatch::NoMatch };
    let account = &identity.account;
    if !login.eq_ignore_ascii_case(&account.login) {
        return LoginMatch::NoMatch;
    }
    // The runner's variables do not contain types; events and API responses always do.
    let type_unknown =
        account.account_type.is_empty() && matches!(identity.kind, IdentityKind::Actor | IdentityKind::TriggeringActor);
    // `[bot]` logins belong to apps, and apps have no others except one.
    let expected_type = if app_slug(login).is_some() { "Bot" } else { "User" };
    let is_copilot =
        login.eq_ignore_ascii_case(COPILOT) && account.account_type == "Bot" && (entry_id.is_some() || !on_github_com);
    if !type_unknown && !is_copilot && account.account_type != expected_type {
        return LoginMatch::Mismatch(match account.account_type.as_str() {
            "" => "its type is not known".to_owned(),
            account_type => format!("its type is {}", quote(account_type)),
        });
    }
    match (entry.required_id(on_github_com), account.id) {
        (None, _) => LoginMatch::Match,
        (Some(required), Some(id)) if required == id => LoginMatch::Match,
        (Some(_), None) => LoginMatch::IdUnknown,
        (Some(_), Some(id)) => LoginMatch::Mismatch(format!("its id is {id}")),
    }
}

fn missing_identity(identity: &Identity, entries: &[&ActorEntry]) -> Rejection {
    let expected = format!("the policy allows {}", describe_entries(entries));
    match identity.kind {
        IdentityKind::TriggeringActor => Rejection::new(
            ReasonCode::ActorUnverified,
            "this is a re-run, and the runner does not say who started it (`GITHUB_TRIGGERING_ACTOR` is empty)",
            expected,
        )
        .with_help(
            "Send the event again instead of re-running it, or use a server whose runner sets \
             `GITHUB_TRIGGERING_ACTOR`.",
        ),
        IdentityKind::Actor => Rejection::new(identity.kind.denial(), "`GITHUB_ACTOR` is empty", expected)
            .with_help("Use a runner that sets `GITHUB_ACTOR`."),
        kind => Rejection::new(kind.denial(), identity.describe(), expected).with_help(
            "Send the event again. If the account was deleted, somebody else has to send it, or to open the pull \
             request.",
        ),
    }
}

fn not_allowed(
    identity: &Identity,
    entries: &[&ActorEntry],
    mismatch: Option<&ActorEntry>,
    on_github_com: bool,
) -> Rejection {
    if let Some(entry) = mismatch {
        return identity_mismatch(identity, entry, on_github_com);
    }
    let mut expected = format!("the policy allows {}", describe_entries(entries));
    if entries.iter().any(|entry| matches!(entry, ActorEntry::Organization(_))) {
        expected.push_str(", or the token cannot see the members of the organization");
    }
    let rejection = Rejection::new(identity.kind.denial(), identity.describe(), expected);
    let login = &identity.account.login;
    // A person `x` and the app `x[bot]` are two accounts; which one is meant only the author of the policy knows.
    let twin = entries.iter().find_map(|entry| match entry {
        ActorEntry::Login { login: listed, .. } => {
            let same = app_slug(listed).unwrap_or(listed).eq_ignore_ascii_case(app_slug(login).unwrap_or(login));
            same.then_some(listed)
        }
        _ => None,
    });
    if let Some(listed) = twin {
        return rejection.with_help(format!(
            "{} and {} are different accounts: an app's login ends in `[bot]`. If you mean the one that acted, list it.",
            quote(listed),
            quote(login)
        ));
    }
    // A login that no entry could be is nothing to add.
    if identity.kind == IdentityKind::TriggeringActor && ActorEntry::parse(login).is_ok() {
        return rejection.with_help(format!(
            "Have an allowed actor re-run it, send the event again, or add {} to `rerun-by` or `actors` (shorthand: \
             `allowed-actors`).",
            quote(login)
        ));
    }
    rejection
}

fn identity_mismatch(identity: &Identity, entry: &ActorEntry, on_github_com: bool) -> Rejection {
    let is_app = matches!(entry, ActorEntry::Login { login, .. } if app_slug(login).is_some());
    let kind = if is_app { " of type `Bot`" } else { "" };
    let id = entry.required_id(on_github_com).map_or(String::new(), |id| format!(" with the id {id}"));
    let expected = format!("the entry {} means the account{id}{kind}", quote(&entry.to_string()));
    let mismatch = |why: &str| {
        Rejection::new(
            ReasonCode::ActorIdentityMismatch,
            format!("{}, but {why}", identity.describe()),
            expected.clone(),
        )
    };
    match compare(identity, entry, on_github_com) {
        LoginMatch::Mismatch(why) => mismatch(&why),
        _ if identity.kind == IdentityKind::Actor => {
            mismatch("its id is not known: the runner does not set `GITHUB_ACTOR_ID`")
                .with_help("Use a runner that sets `GITHUB_ACTOR_ID`.")
        }
        _ => mismatch("its id is not known"),
    }
}
