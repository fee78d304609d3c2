//! Who added the labels of a pull request, and whether the head has moved since.

use crate::github::label_event::LabelEvent;
use crate::github::pull_request::PullRequest;
use crate::policy::LabelRule;
use crate::policy::actor::{ActorEntry, Actors, describe_entries};
use crate::policy::label::LabelPattern;
use crate::reason::ReasonCode;
use crate::rejection::Rejection;
use crate::text::{quote, quote_list};

use super::CheckContext;
use super::account_match::{AccountMatch, match_account};
use super::answers::Answers;
use super::paging::PagedList;
use super::questions::{Passed, Question, Unmet, all_of, one_of};

/// How many events of a pull request are read.
pub const MAX_EVENTS: usize = 10_000;

/// The permission that reading them takes.
pub const PERMISSION: &str = "pull-requests: read";

/// Reads the events of labels.
///
/// # Errors
/// `api.*`.
pub async fn fetch(pr: &PullRequest, context: CheckContext<'_>) -> Result<Vec<LabelEvent>, Rejection> {
    let path = format!("{}/issues/{}/events", context.repository_path(), pr.number);
    let list = PagedList {
        path: &path,
        what: &format!("the events of {}", pr.name()),
        permission: PERMISSION,
        id: "id",
        member: None,
        max: MAX_EVENTS,
        help: "Open a new pull request for the change, or remove `set-by` from the rule.",
    };
    let events = list.read_all(context.github).await?;
    events.iter().filter_map(|event| LabelEvent::read(event, &path).transpose()).collect()
}

/// Checks that somebody whom `set-by` lists added each label of `all` and one of `any`, after the last push unless the
/// rule requires a merge.
///
/// # Errors
/// `pull_request.head_moved`, `pull_request.label_not_trusted`, `actor.unverified`, `api.*`.
pub fn evaluate(
    rule: &LabelRule,
    set_by: &Actors,
    requires_merge: bool,
    pr: &PullRequest,
    answers: &Answers,
    context: CheckContext<'_>,
) -> Result<Passed, Unmet> {
    // The two do not depend on each other.
    let (events, push) = match (answers.label_events(), if requires_merge { None } else { Some(answers.last_push()) }) {
        (Err(Unmet::Asks(mut events)), Some(Err(Unmet::Asks(push)))) => {
            events.extend(push);
            return Err(Unmet::Asks(events));
        }
        // The code of the push precedes that of the label.
        (_, Some(Err(Unmet::Rejected(rejection)))) => return Err(Unmet::Rejected(rejection)),
        (events, push) => (events?, push.transpose()?),
    };
    let evaluate_label = |label: &String| {
        let event = last_event(label, events, set_by)?;
        if let Some(push) = push {
            push.check_before(pr, event.at, &format!("the label {} was added at {}", quote(label), quote(&event.time)))
                .map_err(|rejection| {
                    rejection.with_help("Look at the new commits, remove the label and add it again.")
                })?;
        }
        evaluate_actor(event, set_by, answers, context)
    };
    let matching = |pattern: &LabelPattern| pr.labels.iter().filter(|label| pattern.matches(label)).collect::<Vec<_>>();
    let mut results: Vec<Result<(), Unmet>> = rule.all.iter().flat_map(matching).map(evaluate_label).collect();
    if !rule.any.is_empty() {
        results.push(one_of(rule.any.iter().flat_map(matching).map(evaluate_label)));
    }
    all_of(results)?;
    let required: Vec<&String> = rule.all.iter().chain(&rule.any).flat_map(matching).collect();
    Ok(Passed {
        found: format!("{} by an allowed actor", quote_list(required, "and")),
        expected: format!("added by {}", expected_entries(set_by)),
    })
}

/// The last event of exactly this label, if it added the label.
fn last_event<'e>(label: &str, events: &'e [LabelEvent], set_by: &Actors) -> Result<&'e LabelEvent, Unmet> {
    let last = events.iter().filter(|event| event.label == label).max_by_key(|event| (event.at, event.id));
    let found = match last {
        Some(event) if event.is_added => return Ok(event),
        Some(event) => format!("the label {} was removed at {}", quote(label), quote(&event.time)),
        None => format!("GitHub knows of no event that added the label {}", quote(label)),
    };
    Err(not_trusted(found, set_by).into())
}

fn evaluate_actor(
    event: &LabelEvent,
    set_by: &Actors,
    answers: &Answers,
    context: CheckContext<'_>,
) -> Result<(), Unmet> {
    let Some(actor) = &event.actor else {
        let found = format!("the account that added the label {} no longer exists", quote(&event.label));
        return Err(not_trusted(found, set_by).into());
    };
    match match_account(actor, set_by.entries().iter().collect(), &answers.lookups, context) {
        AccountMatch::Matched(_) => Ok(()),
        AccountMatch::Rejected(_) => {
            let id = actor.id.map_or(String::new(), |id| format!(" (id {id})"));
            let found = format!("{}{id} added the label {}", quote(&actor.login), quote(&event.label));
            Err(not_trusted(found, set_by).into())
        }
        AccountMatch::Unverified(rejection) => Err(rejection.into()),
        AccountMatch::NeedsLookup(lookups) => Err(Unmet::Asks(lookups.into_iter().map(Question::Lookup).collect())),
    }
}

fn not_trusted(found: String, set_by: &Actors) -> Rejection {
    Rejection::new(
        ReasonCode::PullRequestLabelNotTrusted,
        found,
        format!("the rule requires that it was added by {}", expected_entries(set_by)),
    )
}

fn expected_entries(set_by: &Actors) -> String {
    describe_entries(&set_by.entries().iter().collect::<Vec<&ActorEntry>>())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::checks::test_support::{World, actors, minute, pull, read_pull, user};
    use crate::policy::{Demands, PullRequestRule};

    const EVENTS: &str = "/issues/7/events?per_page=100";
    const ROLE: &str = "/collaborators/carol/permission";

    fn label(name: &str) -> LabelPattern {
        LabelPattern::parse(name).unwrap()
    }

    fn rule(all: &[&str], any: &[&str], set_by: &[&str]) -> PullRequestRule {
        let labels = LabelRule {
            all: all.iter().map(|name| label(name)).collect(),
            any: any.iter().map(|name| label(name)).collect(),
            none: Vec::new(),
            set_by: Some(actors(set_by)),
        };
        PullRequestRule { demands: Demands { labels, ..Demands::default() }, ..PullRequestRule::default() }
    }

    fn labelled(names: &[&str], pushed: usize) -> PullRequest {
        read_pull(&pull(true, |pull| {
            pull["labels"] = names.iter().map(|name| json!({ "name": name })).collect();
            pull["head"]["repo"]["pushed_at"] = json!(minute(pushed));
        }))
    }

    fn event(id: u64, event: &str, label: &str, actor: &Value, at: usize) -> Value {
        json!({ "id": id, "event": event, "label": { "name": label }, "actor": actor, "created_at": minute(at) })
    }

    fn alice() -> Value {
        user("alice", 1001)
    }

    fn code(events: &Value, rule: &PullRequestRule, pr: &PullRequest) -> ReasonCode {
        World::default().on(EVENTS, events).code(rule, pr)
    }

    #[test]
    fn the_last_event_of_the_label_has_to_add_it_by_a_match() {
        let rule = rule(&["ok"], &[], &["alice"]);
        let pr = labelled(&["ok"], 0);
        let (added, removed) = (event(1, "labeled", "ok", &alice(), 5), event(2, "unlabeled", "ok", &alice(), 6));
        let by_mallory = event(3, "labeled", "ok", &user("mallory", 666), 7);
        let other_label = event(4, "labeled", "OK", &user("mallory", 666), 8);
        let other_event = json!({ "id": 5, "event": "renamed" });
        for (events, expected) in [
            (json!([added]), ReasonCode::Allowed),
            (json!([added, other_label, other_event]), ReasonCode::Allowed),
            (json!([by_mallory, removed, event(6, "labeled", "ok", &alice(), 9)]), ReasonCode::Allowed),
            (json!([]), ReasonCode::PullRequestLabelNotTrusted),
            (json!([added, removed]), ReasonCode::PullRequestLabelNotTrusted),
            (json!([removed, added]), ReasonCode::PullRequestLabelNotTrusted),
            (json!([event(9, "labeled", "ok", &alice(), 3), removed]), ReasonCode::PullRequestLabelNotTrusted),
            (json!([added, removed, by_mallory]), ReasonCode::PullRequestLabelNotTrusted),
            (json!([event(1, "labeled", "ok", &json!(null), 5)]), ReasonCode::PullRequestLabelNotTrusted),
            (
                json!([event(1, "labeled", "ok", &json!({ "login": "alice", "id": 1, "type": "Bot" }), 5)]),
                ReasonCode::PullRequestLabelNotTrusted,
            ),
        ] {
            assert_eq!(code(&events, &rule, &pr), expected, "{events}");
        }
    }

    #[test]
    fn the_label_counts_for_commits_before_it() {
        let events = || json!([event(1, "labeled", "ok", &alice(), 5)]);
        let mut rule = rule(&["ok"], &[], &["alice"]);
        assert_eq!(code(&events(), &rule, &labelled(&["ok"], 4)), ReasonCode::Allowed);
        for pushed in [5, 6] {
            assert_eq!(code(&events(), &rule, &labelled(&["ok"], pushed)), ReasonCode::PullRequestHeadMoved);
        }
        rule.merged = Some(true);
        let world = World::default().on(EVENTS, &events());
        assert_eq!(world.code(&rule, &labelled(&["ok"], 6)), ReasonCode::Allowed);
        assert_eq!(world.requests(), [EVENTS], "of a merged pull request the push is not asked for");
    }

    #[test]
    fn each_label_of_all_and_one_of_any_has_to_be_trusted() {
        let by_alice = |id, label| event(id, "labeled", label, &alice(), 5);
        let by_mallory = |id, label| event(id, "labeled", label, &user("mallory", 666), 5);
        let pr = labelled(&["a", "b", "port-1", "port-2"], 0);
        let trusted = ReasonCode::Allowed;
        let denied = ReasonCode::PullRequestLabelNotTrusted;
        for (all, any, events, expected) in [
            (vec!["a", "b"], vec![], json!([by_alice(1, "a"), by_alice(2, "b")]), trusted),
            (vec!["a", "b"], vec![], json!([by_alice(1, "a"), by_mallory(2, "b")]), denied),
            (vec![], vec!["a", "b"], json!([by_mallory(1, "a"), by_alice(2, "b")]), trusted),
            (vec![], vec!["a", "b"], json!([by_mallory(1, "a"), by_mallory(2, "b")]), denied),
            (vec!["port-*"], vec![], json!([by_alice(1, "port-1"), by_alice(2, "port-2")]), trusted),
            (vec!["port-*"], vec![], json!([by_alice(1, "port-1"), by_mallory(2, "port-2")]), denied),
            (vec![], vec!["port-*"], json!([by_alice(1, "port-1"), by_mallory(2, "port-2")]), trusted),
            (vec!["a"], vec!["b"], json!([by_mallory(1, "a"), by_alice(2, "b")]), denied),
        ] {
            assert_eq!(code(&events, &rule(&all, &any, &["alice"]), &pr), expected, "{all:?} {any:?} {events}");
        }
    }

    #[test]
    fn whoever_added_the_label_is_looked_up_once_and_only_if_it_matters() {
        let rule = rule(&["a", "b"], &[], &["role:write"]);
        let carol = || user("carol", 1003);
        let events = json!([event(1, "labeled", "a", &carol(), 5), event(2, "labeled", "b", &carol(), 5)]);
        let permission = |push| json!({ "permission": "read", "user": { "login": "carol", "id": 1003, "permissions": { "push": push } } });
        let world = |push| World::default().on(EVENTS, &events).on(ROLE, &permission(push));
        let pr = labelled(&["a", "b"], 0);
        let writer = world(true);
        assert_eq!(writer.code(&rule, &pr), ReasonCode::Allowed);
        assert_eq!(writer.requests().iter().filter(|path| *path == ROLE).count(), 1);
        assert_eq!(world(false).code(&rule, &pr), ReasonCode::PullRequestLabelNotTrusted);
        let refused = World::default().on(EVENTS, &events).refuse(ROLE, 403, "Resource not accessible by integration");
        assert_eq!(refused.code(&rule, &pr), ReasonCode::ActorUnverified);
        let late = world(true);
        assert_eq!(late.code(&rule, &labelled(&["a", "b"], 9)), ReasonCode::PullRequestHeadMoved);
        assert!(!late.requests().iter().any(|path| path == ROLE), "nothing is asked once something has failed");
    }

    #[test]
    fn a_label_that_is_missing_needs_no_request() {
        let world = World::default();
        assert_eq!(world.code(&rule(&["ok"], &[], &["alice"]), &labelled(&[], 0)), ReasonCode::PullRequestLabelMissing);
        assert!(world.requests().is_empty());
    }

    #[test]
    fn an_event_that_cannot_be_read_is_an_error() {
        let broken = json!([{ "id": 1, "event": "labeled", "label": { "name": "ok" }, "created_at": "soon" }]);
        let code = code(&broken, &rule(&["ok"], &[], &["alice"]), &labelled(&["ok"], 0));
        assert_eq!(code, ReasonCode::ApiInvalidResponse);
    }
}
