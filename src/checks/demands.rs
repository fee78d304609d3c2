//! The demands that a rule makes directly or in a block of `any`, evaluated by what is known so far.

use crate::decision::{DecisionBuilder, Identity, IdentityKind};
use crate::github::pull_request::PullRequest;
use crate::policy::actor::Actors;
use crate::policy::{Authors, Demands, PullRequestRule};
use crate::reason::ReasonCode;
use crate::rejection::Rejection;
use crate::text::quote;

use super::CheckContext;
use super::account_match::{AccountMatch, match_account};
use super::actors::record_identity;
use super::answers::Answers;
use super::ask::ask;
use super::consent::Consent;
use super::questions::{Evaluated, Passed, Question, Unmet, all_of, one_of};
use super::{approvals, check_runs, files, label_trust, labels};

/// What demands are evaluated by.
#[derive(Clone, Copy)]
struct Subject<'a> {
    pr: &'a PullRequest,
    rule: &'a PullRequestRule,
    answers: &'a Answers,
    context: CheckContext<'a>,
}

/// How many times requests are made at most: first what does not depend on anything, then what depends on a list.
const MAX_ROUNDS: usize = 3;

/// Checks everything that may need requests. What needs none is evaluated before anything is asked; then whatever is still
/// open is asked concurrently, and nothing more once something has failed.
///
/// # Errors
/// The codes of consent and demands, in the order of the codes.
pub async fn check(
    decision: &mut DecisionBuilder,
    rule: &PullRequestRule,
    pr: &PullRequest,
    consent: Option<&Consent<'_>>,
    evaluate_consent: &dyn Fn(&Answers) -> Vec<Evaluated>,
    context: CheckContext<'_>,
) -> Result<(), Rejection> {
    let mut answers = Answers::default();
    for _ in 0..=MAX_ROUNDS {
        let subject = Subject { pr, rule, answers: &answers, context };
        let mut evaluated = evaluate_consent(&answers);
        evaluated.extend(evaluate(&rule.demands, subject));
        if !rule.any.is_empty() {
            evaluated.push(("any".to_owned(), evaluate_any(&rule.any, subject)));
        }
        let mut passed = Vec::new();
        let mut results = Vec::new();
        for (check, result) in evaluated {
            match result {
                Ok(Passed { found, expected }) => passed.push((check, found, expected)),
                Err(unmet) => results.push(Err(unmet)),
            }
        }
        let unmet = all_of(results);
        if let Err(Unmet::Asks(questions)) = unmet {
            ask(&mut answers, questions, pr, consent, context).await;
            continue;
        }
        for (check, found, expected) in passed {
            decision.pass(&check, found, expected);
        }
        if rule.demands.labels.is_empty() {
            labels::record_skipped(decision);
        }
        if let Some(Authors::Listed(authors)) = &rule.demands.authors
            && let Ok((author, entry)) = match_author(authors, subject)
        {
            record_identity(decision, &author, entry);
        }
        return match unmet {
            Err(Unmet::Rejected(rejection)) => Err(rejection),
            _ => Ok(()),
        };
    }
    Err(Rejection::new(ReasonCode::InternalError, "a check of the pull request has no answer", ""))
}

/// Whether demands need more than the pull request and its labels.
fn need_more(demands: &Demands) -> bool {
    matches!(demands.authors, Some(Authors::Listed(_)))
        || demands.labels.set_by.is_some()
        || demands.approvals.is_some()
        || demands.files.is_some()
        || !demands.checks.is_empty()
}

/// Whether a rule demands more than labels of the pull request.
pub fn rule_needs_more(rule: &PullRequestRule) -> bool {
    need_more(&rule.demands) || !rule.any.is_empty()
}

/// Judges each demand that is made, in the order of the codes.
fn evaluate(demands: &Demands, subject: Subject<'_>) -> Vec<Evaluated> {
    let Subject { pr, rule, answers, context } = subject;
    let mut evaluated: Vec<Evaluated> = Vec::new();
    if let Some(Authors::Listed(authors)) = &demands.authors {
        evaluated.push((IdentityKind::Author.label().to_owned(), evaluate_author(authors, subject)));
    }
    if !demands.labels.is_empty() {
        let passed = labels::check(pr, &demands.labels).map_err(Unmet::Rejected);
        evaluated.push(("labels".to_owned(), passed.map(|()| labels::passed(pr))));
    }
    if let Some(set_by) = &demands.labels.set_by {
        let requires_merge = rule.merged == Some(true);
        let passed = label_trust::evaluate(&demands.labels, set_by, requires_merge, pr, answers, context);
        evaluated.push(("who added the labels".to_owned(), passed));
    }
    if let Some(files) = &demands.files {
        evaluated.push(("files".to_owned(), files::evaluate(files, pr, answers, context)));
    }
    if let Some(approvals) = &demands.approvals {
        evaluated.push(("approvals".to_owned(), approvals::evaluate(approvals, pr, answers, context)));
    }
    for check in &demands.checks {
        evaluated.push((format!("check {check}"), check_runs::evaluate(check, pr, answers)));
    }
    evaluated
}

/// Judges the blocks of `any`: one has to hold whole.
fn evaluate_any(blocks: &[Demands], subject: Subject<'_>) -> Result<Passed, Unmet> {
    let results = blocks.iter().map(|block| {
        // A denial makes the block fail, whatever could not be determined of the rest.
        one_denial_or_all(evaluate(block, subject).into_iter().map(|(_, result)| result.map(drop)).collect())
    });
    let count = blocks.len();
    match one_of(results) {
        Ok(()) => Ok(Passed { found: "a block of `any` holds".to_owned(), expected: format!("one of {count}") }),
        Err(Unmet::Rejected(mut rejection)) if count > 1 => {
            let more = format!("none of the {count} blocks of `any` holds, and this one came furthest");
            rejection.expected =
                if rejection.expected.is_empty() { more } else { format!("{}; {more}", rejection.expected) };
            Err(Unmet::Rejected(rejection))
        }
        Err(unmet) => Err(unmet),
    }
}

fn one_denial_or_all(results: Vec<Result<(), Unmet>>) -> Result<(), Unmet> {
    let is_denial = |result: &Result<(), Unmet>| match result {
        Err(Unmet::Rejected(rejection)) => !rejection.is_error(),
        _ => false,
    };
    if results.iter().any(is_denial) { all_of(results.into_iter().filter(is_denial)) } else { all_of(results) }
}

/// The author of a pull request, and the entry of a list that the author matches.
fn match_author(authors: &Actors, subject: Subject<'_>) -> Result<(Identity, String), Unmet> {
    let Subject { pr, answers, context, .. } = subject;
    let author = pr.author.clone().unwrap_or_default();
    match match_account(&author, authors.entries().iter().collect(), &answers.lookups, context) {
        AccountMatch::Matched(entry) => Ok((Identity::new(IdentityKind::Author, author), entry)),
        AccountMatch::Rejected(rejection) => Err(author_rejection(rejection).into()),
        AccountMatch::Unverified(rejection) => Err(rejection.into()),
        AccountMatch::NeedsLookup(lookups) => Err(Unmet::Asks(lookups.into_iter().map(Question::Lookup).collect())),
    }
}

fn evaluate_author(authors: &Actors, subject: Subject<'_>) -> Result<Passed, Unmet> {
    let (author, entry) = match_author(authors, subject)?;
    Ok(Passed { found: author.describe(), expected: format!("matches {}", quote(&entry)) })
}

/// The same rejection under the author's code, with its help unless there is a special one.
fn author_rejection(rejection: Rejection) -> Rejection {
    let code = ReasonCode::PullRequestAuthorNotAllowed;
    let has_special_help = rejection.help != rejection.code.meta().help;
    let help = if has_special_help { rejection.help.clone() } else { code.meta().help.to_owned() };
    rejection.with_code(code).with_help(help)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::checks::test_support::{World, actors, minute, pull, read_pull, sha, user};
    use crate::policy::label::LabelPattern;
    use crate::policy::{ApprovalRule, CheckRunName, LabelRule};

    const REVIEWS: &str = "/pulls/7/reviews?per_page=100";
    const ROLE: &str = "/collaborators/mallory/permission";

    fn authors(entries: &[&str]) -> Demands {
        Demands { authors: Some(Authors::Listed(actors(entries))), ..Demands::default() }
    }

    fn approvals(entries: &[&str]) -> Demands {
        Demands { approvals: Some(ApprovalRule { min: 1, by: actors(entries) }), ..Demands::default() }
    }

    fn label(name: &str) -> Demands {
        let all = vec![LabelPattern::parse(name).unwrap()];
        Demands { labels: LabelRule { all, ..LabelRule::default() }, ..Demands::default() }
    }

    fn build() -> Demands {
        Demands { checks: vec![CheckRunName { name: "build".to_owned(), app: "ci".to_owned() }], ..Demands::default() }
    }

    fn demand(demands: Demands) -> PullRequestRule {
        PullRequestRule { demands, ..PullRequestRule::default() }
    }

    fn any(blocks: Vec<Demands>) -> PullRequestRule {
        PullRequestRule { any: blocks, ..PullRequestRule::default() }
    }

    fn pr() -> PullRequest {
        read_pull(&pull(true, |_| ()))
    }

    fn approved() -> World {
        let review = json!({
            "id": 1, "user": user("bob", 2), "state": "APPROVED", "commit_id": sha('a'), "submitted_at": minute(1),
        });
        World::default().on(REVIEWS, &json!([review]))
    }

    fn role(push: bool) -> serde_json::Value {
        json!({ "permission": "read", "user": { "login": "mallory", "id": 666, "permissions": { "push": push } } })
    }

    #[test]
    fn the_author_is_matched_and_looked_up_only_if_no_login_matches() {
        let world = World::default();
        assert_eq!(world.code(&demand(authors(&["mallory"])), &pr()), ReasonCode::Allowed);
        assert_eq!(world.code(&demand(authors(&["mallory:1"])), &pr()), ReasonCode::PullRequestAuthorNotAllowed);
        assert_eq!(world.code(&demand(authors(&["alice"])), &pr()), ReasonCode::PullRequestAuthorNotAllowed);
        assert!(world.requests().is_empty());
        for (push, expected) in [(true, ReasonCode::Allowed), (false, ReasonCode::PullRequestAuthorNotAllowed)] {
            let world = World::default().on(ROLE, &role(push));
            assert_eq!(world.code(&demand(authors(&["alice", "role:write"])), &pr()), expected);
            assert_eq!(world.requests(), [ROLE]);
        }
        let ghost = read_pull(&pull(true, |pull| pull["user"] = json!(null)));
        assert_eq!(
            World::default().code(&demand(authors(&["alice"])), &ghost),
            ReasonCode::PullRequestAuthorNotAllowed
        );
    }

    #[test]
    fn a_rejection_of_the_author_tells_how_to_fix_it() {
        let rejection = World::default().evaluate(&demand(authors(&["alice"])), &pr()).unwrap_err();
        assert!(rejection.help.contains("`pull-request.authors`"), "{}", rejection.help);
        let rejection = World::default().evaluate(&demand(authors(&["mallory[bot]"])), &pr()).unwrap_err();
        assert!(rejection.help.contains("different accounts"), "{}", rejection.help);
    }

    #[test]
    fn nothing_is_asked_once_something_fails_without_a_request() {
        let world = World::default();
        let demands = Demands { labels: label("ok").labels, checks: build().checks, ..approvals(&["bob"]) };
        assert_eq!(world.code(&demand(demands), &pr()), ReasonCode::PullRequestLabelMissing);
        assert!(world.requests().is_empty());
    }

    #[test]
    fn the_code_is_the_first_in_the_order_of_the_codes() {
        let none = json!({ "total_count": 0, "check_runs": [] });
        let runs = format!("/commits/{}/check-runs?check_name=build&filter=latest&per_page=100", sha('a'));
        let world = World::default().on(REVIEWS, &json!([])).on(&runs, &none);
        let demands = Demands { checks: build().checks, ..approvals(&["bob"]) };
        assert_eq!(world.code(&demand(demands), &pr()), ReasonCode::PullRequestApprovalMissing);
        assert_eq!(world.requests().len(), 2, "independent requests are made together");
    }

    #[test]
    fn one_block_has_to_hold_whole() {
        let both = || Demands { authors: authors(&["mallory"]).authors, ..approvals(&["bob"]) };
        assert_eq!(approved().code(&any(vec![both()]), &pr()), ReasonCode::Allowed);
        let halves = Demands { labels: label("ok").labels, ..both() };
        assert_eq!(approved().code(&any(vec![halves.clone()]), &pr()), ReasonCode::PullRequestLabelMissing);
        assert_eq!(approved().code(&any(vec![halves, approvals(&["bob"])]), &pr()), ReasonCode::Allowed);
    }

    #[test]
    fn a_block_that_holds_without_a_request_saves_those_of_the_others() {
        let world = approved();
        assert_eq!(world.code(&any(vec![approvals(&["bob"]), authors(&["mallory"])]), &pr()), ReasonCode::Allowed);
        assert!(world.requests().is_empty());
    }

    #[test]
    fn the_code_is_that_of_the_block_that_came_furthest() {
        let world = World::default().on(REVIEWS, &json!([]));
        for blocks in [
            vec![authors(&["alice"]), approvals(&["bob"]), label("ok")],
            vec![approvals(&["bob"]), label("ok"), authors(&["alice"])],
        ] {
            let rejection = world.evaluate(&any(blocks), &pr()).unwrap_err();
            assert_eq!(rejection.code, ReasonCode::PullRequestApprovalMissing);
            assert!(rejection.expected.contains("none of the 3 blocks"), "{rejection}");
        }
    }

    #[test]
    fn an_error_in_a_block_matters_only_if_no_other_holds() {
        let refused = |world: World| world.refuse(ROLE, 403, "Resource not accessible by integration");
        let writer = || authors(&["role:write"]);
        assert_eq!(refused(approved()).code(&any(vec![writer(), approvals(&["bob"])]), &pr()), ReasonCode::Allowed);
        let world = refused(World::default().on(REVIEWS, &json!([])));
        assert_eq!(world.code(&any(vec![writer(), approvals(&["bob"])]), &pr()), ReasonCode::ActorUnverified);
        // What is denied stays denied, whatever could not be determined of the rest of the block.
        let world = refused(World::default().on(REVIEWS, &json!([])));
        let block = Demands { authors: writer().authors, ..approvals(&["bob"]) };
        assert_eq!(world.code(&any(vec![block]), &pr()), ReasonCode::PullRequestApprovalMissing);
    }

    #[test]
    fn demands_of_the_rule_hold_beside_any_block() {
        let mut rule = any(vec![authors(&["mallory"])]);
        rule.demands = label("ok");
        assert_eq!(World::default().code(&rule, &pr()), ReasonCode::PullRequestLabelMissing);
    }
}
