//! Who approved the head commit of a pull request.

use crate::github::account::Account;
use crate::github::pull_request::PullRequest;
use crate::github::review::{Review, ReviewState};
use crate::policy::ApprovalRule;
use crate::policy::actor::{ActorEntry, describe_entries};
use crate::reason::ReasonCode;
use crate::rejection::Rejection;
use crate::text::{quote, quote_list};

use super::CheckContext;
use super::account_match::{AccountMatch, match_account};
use super::actor_lookup::Lookup;
use super::answers::Answers;
use super::paging::PagedList;
use super::questions::{Passed, Question, Unmet};

/// How many reviews of a pull request are read.
pub const MAX_REVIEWS: usize = 10_000;
/// For how many reviewers teams, organizations and roles are looked up.
pub const MAX_REVIEWERS: usize = 50;

/// The permission that reading reviews takes.
pub const PERMISSION: &str = "pull-requests: read";

/// Reads the reviews that decide something.
///
/// # Errors
/// `api.*`.
pub async fn fetch(pr: &PullRequest, context: CheckContext<'_>) -> Result<Vec<Review>, Rejection> {
    let path = format!("{}/pulls/{}/reviews", context.repository_path(), pr.number);
    let list = PagedList {
        path: &path,
        what: &format!("the reviews of {}", pr.name()),
        permission: PERMISSION,
        id: "id",
        member: None,
        max: MAX_REVIEWS,
        help: "Open a new pull request for the change, or remove `approvals` from the rule.",
    };
    let reviews = list.read_all(context.github).await?;
    reviews.iter().filter_map(|review| Review::read(review, &path).transpose()).collect()
}

/// Each reviewer's last review.
fn last_reviews(reviews: &[Review]) -> Vec<&Review> {
    let mut last: Vec<&Review> = Vec::new();
    for review in reviews {
        match last.iter_mut().find(|other| other.reviewer.is_same(&review.reviewer)) {
            // GitHub lists reviews in the order of their times.
            Some(other) if review.submitted_at >= other.submitted_at => *other = review,
            Some(_) => {}
            None => last.push(review),
        }
    }
    last
}

/// Checks that enough of those whom `by` lists approved the head commit, and none of them asks for changes.
///
/// # Errors
/// `pull_request.changes_requested`, `pull_request.approval_missing`, `actor.unverified`, `api.*`.
pub fn evaluate(
    rule: &ApprovalRule,
    pr: &PullRequest,
    answers: &Answers,
    context: CheckContext<'_>,
) -> Result<Passed, Unmet> {
    // Whoever pushed to a branch of this repository would approve their own commits.
    let push = if pr.is_fork() { None } else { Some(answers.last_push()) };
    let (reviews, push) = match (answers.reviews(), push) {
        (Err(Unmet::Asks(mut reviews)), Some(Err(Unmet::Asks(push)))) => {
            reviews.extend(push);
            return Err(Unmet::Asks(reviews));
        }
        (reviews, push) => (reviews?, push.transpose()?),
    };
    let last = last_reviews(reviews);
    let compare = |review: &Review| {
        // Teams, organizations and roles are about people; an app counts if its login is listed.
        let is_person = review.reviewer.account_type == "User";
        let entries = rule.by.entries().iter().filter(|entry| is_person || !entry.needs_api()).collect();
        match_account(&review.reviewer, entries, &answers.lookups, context)
    };
    let Tally { matched: objecting, open: mut lookups, unverified, .. } =
        Tally::of(last.iter().filter(|review| review.state == ReviewState::ChangesRequested).copied(), compare);
    if let Some(reviewer) = objecting.first() {
        return Err(Rejection::new(
            ReasonCode::PullRequestChangesRequested,
            format!("{} requested changes", quote(&reviewer.login)),
            format!("the rule counts the reviews of {}", expected_entries(rule)),
        )
        .into());
    }
    if let Some(rejection) = unverified.into_iter().next() {
        return Err(rejection.into());
    }
    let may_approve = |review: &&&Review| {
        let is_author = pr.author.as_ref().is_some_and(|author| author.is_same(&review.reviewer));
        let is_pusher =
            push.is_some_and(|push| push.pusher.as_ref().is_none_or(|pusher| pusher.is_same(&review.reviewer)));
        review.state == ReviewState::Approved && review.commit == pr.head_sha && !is_author && !is_pusher
    };
    let approving = Tally::of(last.iter().filter(may_approve).copied(), compare);
    let min = usize::try_from(rule.min).unwrap_or(usize::MAX);
    let is_enough = approving.matched.len() >= min;
    if !is_enough && approving.matched.len() + approving.undecided() < min {
        return Err(missing(rule, pr, &approving.matched, &last, push.is_some_and(|push| push.pusher.is_none())).into());
    }
    let mut waiting = lookups.len();
    if !is_enough {
        waiting += approving.open.len();
        lookups.extend(approving.open);
    }
    if waiting > MAX_REVIEWERS {
        return Err(too_many_reviewers(waiting).into());
    }
    if waiting > 0 {
        return Err(Unmet::Asks(lookups.into_iter().flatten().map(Question::Lookup).collect()));
    }
    if let (false, Some(rejection)) = (is_enough, approving.unverified.into_iter().next()) {
        return Err(rejection.into());
    }
    Ok(Passed {
        found: format!("approved by {}", quote_list(logins(&approving.matched), "and")),
        expected: format!("at least {} of {}", rule.min, expected_entries(rule)),
    })
}

/// Reviewers by what is known of them.
#[derive(Default)]
struct Tally<'r> {
    matched: Vec<&'r Account>,
    unverified: Vec<Rejection>,
    /// The missing lookups of each.
    open: Vec<Vec<Lookup>>,
}

impl<'r> Tally<'r> {
    fn of(reviews: impl Iterator<Item = &'r Review>, compare: impl Fn(&Review) -> AccountMatch) -> Self {
        let mut tally = Self::default();
        for review in reviews {
            match compare(review) {
                AccountMatch::Matched(_) => tally.matched.push(&review.reviewer),
                AccountMatch::Rejected(_) => {}
                AccountMatch::Unverified(rejection) => tally.unverified.push(rejection),
                AccountMatch::NeedsLookup(lookups) => tally.open.push(lookups),
            }
        }
        tally
    }

    fn undecided(&self) -> usize {
        self.unverified.len() + self.open.len()
    }
}

fn missing(
    rule: &ApprovalRule,
    pr: &PullRequest,
    approving: &[&Account],
    last: &[&Review],
    pusher_is_unknown: bool,
) -> Rejection {
    let head = quote(&pr.head_sha);
    let mut found = match approving {
        [] => format!("no approval of the head {head} counts"),
        some => format!("the head {head} is approved by {} only", quote_list(logins(some), "and")),
    };
    let stale: Vec<&Account> = last
        .iter()
        .filter(|review| review.state == ReviewState::Approved && review.commit != pr.head_sha)
        .map(|review| &review.reviewer)
        .collect();
    if !stale.is_empty() {
        found.push_str(&format!(", and {} approved an earlier commit", quote_list(logins(&stale), "and")));
    }
    if pusher_is_unknown {
        found.push_str(", because GitHub does not say who pushed it");
    }
    Rejection::new(
        ReasonCode::PullRequestApprovalMissing,
        found,
        format!(
            "the rule requires {} of {}; neither the author nor, in this repository, whoever pushed the head counts",
            rule.min,
            expected_entries(rule)
        ),
    )
}

fn too_many_reviewers(count: usize) -> Rejection {
    Rejection::new(
        ReasonCode::ActorUnverified,
        format!("{count} reviewers would have to be looked up"),
        format!("at most {MAX_REVIEWERS} are"),
    )
    .with_help("List the reviewers' logins in `approvals.by`: they need no lookup.")
}

fn expected_entries(rule: &ApprovalRule) -> String {
    describe_entries(&rule.by.entries().iter().collect::<Vec<&ActorEntry>>())
}

fn logins<'a>(accounts: &'a [&'a Account]) -> impl Iterator<Item = &'a str> {
    accounts.iter().map(|account| account.login.as_str())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::checks::test_support::{World, actors, minute, pull, read_pull, sha, user};
    use crate::policy::{Demands, PullRequestRule};

    const REVIEWS: &str = "/pulls/7/reviews?per_page=100";
    const ACTIVITY: &str = "/activity?ref=refs%2Fheads%2Fpatch-1&per_page=1";

    fn rule(min: u64, by: &[&str]) -> PullRequestRule {
        let approvals = Some(ApprovalRule { min, by: actors(by) });
        PullRequestRule { demands: Demands { approvals, ..Demands::default() }, ..PullRequestRule::default() }
    }

    fn fork() -> PullRequest {
        read_pull(&pull(true, |_| ()))
    }

    fn bob() -> Value {
        user("bob", 1002)
    }

    fn carol() -> Value {
        user("carol", 1003)
    }

    fn reviews(list: &[(Value, &str, char)]) -> Value {
        let review = |(index, (user, state, commit)): (usize, &(Value, &str, char))| json!({ "id": index + 1, "user": user, "state": state, "commit_id": sha(*commit), "submitted_at": minute(index) });
        list.iter().enumerate().map(review).collect()
    }

    fn code(list: &[(Value, &str, char)], rule: &PullRequestRule) -> ReasonCode {
        World::default().on(REVIEWS, &reviews(list)).code(rule, &fork())
    }

    #[test]
    fn the_last_decisive_review_of_this_head_counts() {
        let rule = rule(1, &["bob", "carol"]);
        let missing = ReasonCode::PullRequestApprovalMissing;
        for (list, expected) in [
            (vec![(bob(), "APPROVED", 'a')], ReasonCode::Allowed),
            (vec![(bob(), "APPROVED", 'a'), (bob(), "COMMENTED", 'd')], ReasonCode::Allowed),
            (vec![(bob(), "CHANGES_REQUESTED", 'd'), (bob(), "APPROVED", 'a')], ReasonCode::Allowed),
            (vec![(bob(), "APPROVED", 'a'), (user("mallory2", 9), "CHANGES_REQUESTED", 'a')], ReasonCode::Allowed),
            (vec![], missing),
            (vec![(bob(), "APPROVED", 'd')], missing),
            (vec![(bob(), "APPROVED", 'a'), (bob(), "DISMISSED", 'a')], missing),
            (vec![(bob(), "APPROVED", 'a'), (bob(), "APPROVED", 'd')], missing),
            (vec![(bob(), "COMMENTED", 'a')], missing),
            (vec![(json!(null), "APPROVED", 'a')], missing),
            (vec![(user("stranger", 9), "APPROVED", 'a')], missing),
            (vec![(json!({ "login": "bob", "id": 1002, "type": "Bot" }), "APPROVED", 'a')], missing),
            (
                vec![(bob(), "APPROVED", 'a'), (carol(), "CHANGES_REQUESTED", 'd')],
                ReasonCode::PullRequestChangesRequested,
            ),
            (
                vec![(carol(), "CHANGES_REQUESTED", 'd'), (carol(), "DISMISSED", 'd'), (bob(), "APPROVED", 'a')],
                ReasonCode::Allowed,
            ),
        ] {
            assert_eq!(code(&list, &rule), expected, "{list:?}");
        }
    }

    #[test]
    fn the_last_review_is_the_latest_and_not_the_one_listed_last() {
        let mut list = reviews(&[(bob(), "APPROVED", 'a'), (bob(), "CHANGES_REQUESTED", 'a')]);
        list[0]["submitted_at"] = json!(minute(5));
        assert_eq!(World::default().on(REVIEWS, &list).code(&rule(1, &["bob"]), &fork()), ReasonCode::Allowed);
    }

    #[test]
    fn people_count_once_by_their_id() {
        let rule = rule(2, &["bob", "carol", "robert"]);
        assert_eq!(code(&[(bob(), "APPROVED", 'a'), (carol(), "APPROVED", 'a')], &rule), ReasonCode::Allowed);
        for second in [bob(), user("robert", 1002)] {
            let list = [(bob(), "APPROVED", 'a'), (second, "APPROVED", 'a')];
            assert_eq!(code(&list, &rule), ReasonCode::PullRequestApprovalMissing, "{list:?}");
        }
    }

    #[test]
    fn the_author_does_not_count_even_under_another_login() {
        let rule = rule(1, &["mallory", "renamed"]);
        for author in [user("mallory", 666), user("renamed", 666)] {
            assert_eq!(code(&[(author, "APPROVED", 'a')], &rule), ReasonCode::PullRequestApprovalMissing);
        }
    }

    #[test]
    fn whoever_pushed_to_a_branch_of_this_repository_does_not_count() {
        let rule = rule(1, &["bob", "carol"]);
        let pr = read_pull(&pull(false, |_| ()));
        let activity = |actor: Value| json!([{ "after": sha('a'), "timestamp": minute(0), "actor": actor }]);
        let world = |pusher, reviewer| {
            World::default().on(REVIEWS, &reviews(&[(reviewer, "APPROVED", 'a')])).on(ACTIVITY, &activity(pusher))
        };
        assert_eq!(world(bob(), carol()).code(&rule, &pr), ReasonCode::Allowed);
        assert_eq!(world(bob(), bob()).code(&rule, &pr), ReasonCode::PullRequestApprovalMissing);
        let unknown = world(json!(null), bob()).evaluate(&rule, &pr).unwrap_err();
        assert!(unknown.found.contains("does not say who pushed"), "{unknown}");
        let of_a_fork = world(bob(), bob());
        assert_eq!(of_a_fork.code(&rule, &fork()), ReasonCode::Allowed);
        assert_eq!(of_a_fork.requests(), [REVIEWS]);
    }

    fn role(login: &str) -> String {
        format!("/collaborators/{login}/permission")
    }

    fn role_of(login: &str, id: u64, push: bool) -> Value {
        json!({ "permission": "read", "user": { "login": login, "id": id, "permissions": { "push": push } } })
    }

    #[test]
    fn only_those_who_decided_something_are_looked_up() {
        let list = [
            (bob(), "APPROVED", 'a'),
            (carol(), "APPROVED", 'd'),
            (user("dan", 1004), "COMMENTED", 'a'),
            (user("mallory", 666), "APPROVED", 'a'),
            (json!({ "login": "app[bot]", "id": 5, "type": "Bot" }), "APPROVED", 'a'),
        ];
        let world = World::default().on(REVIEWS, &reviews(&list)).on(&role("bob"), &role_of("bob", 1002, true));
        assert_eq!(world.code(&rule(1, &["role:write"]), &fork()), ReasonCode::Allowed);
        assert_eq!(world.requests(), [REVIEWS.to_owned(), role("bob")]);

        // An approver who is listed suffices; whether somebody else's objection counts still has to be found out.
        let list =
            [(bob(), "APPROVED", 'a'), (carol(), "CHANGES_REQUESTED", 'a'), (user("dan", 1004), "APPROVED", 'a')];
        let world = World::default().on(REVIEWS, &reviews(&list)).on(&role("carol"), &role_of("carol", 1003, false));
        assert_eq!(world.code(&rule(1, &["bob", "role:write"]), &fork()), ReasonCode::Allowed);
        assert_eq!(world.requests(), [REVIEWS.to_owned(), role("carol")]);
    }

    #[test]
    fn nobody_is_looked_up_if_even_all_of_them_are_too_few() {
        let world = World::default().on(REVIEWS, &reviews(&[(bob(), "APPROVED", 'a')]));
        assert_eq!(world.code(&rule(2, &["role:write"]), &fork()), ReasonCode::PullRequestApprovalMissing);
        assert_eq!(world.requests(), [REVIEWS]);
    }

    #[test]
    fn what_cannot_be_determined_is_an_error_only_if_it_matters() {
        let denied = "Resource not accessible by integration";
        let rule = rule(1, &["bob", "role:write"]);
        let objection = [(bob(), "APPROVED", 'a'), (carol(), "CHANGES_REQUESTED", 'a')];
        let world = World::default().on(REVIEWS, &reviews(&objection)).refuse(&role("carol"), 403, denied);
        assert_eq!(world.code(&rule, &fork()), ReasonCode::ActorUnverified);
        let approval = [(carol(), "APPROVED", 'a')];
        let world = World::default().on(REVIEWS, &reviews(&approval)).refuse(&role("carol"), 403, denied);
        assert_eq!(world.code(&rule, &fork()), ReasonCode::ActorUnverified);
        let enough = [(carol(), "APPROVED", 'a'), (user("dan", 1004), "APPROVED", 'a')];
        let world = World::default()
            .on(REVIEWS, &reviews(&enough))
            .refuse(&role("carol"), 403, denied)
            .on(&role("dan"), &role_of("dan", 1004, true));
        assert_eq!(world.code(&rule, &fork()), ReasonCode::Allowed);
    }

    #[test]
    fn more_reviewers_than_the_bound_are_an_error() {
        let world = |count: u64| {
            let list: Vec<_> = (0..count).map(|id| (user(&format!("u{id}"), 5000 + id), "APPROVED", 'a')).collect();
            (0..count).fold(World::default().on(REVIEWS, &reviews(&list)), |world, id| {
                let login = format!("u{id}");
                world.on(&role(&login), &role_of(&login, 5000 + id, true))
            })
        };
        let most = u64::try_from(MAX_REVIEWERS).unwrap();
        assert_eq!(world(most).code(&rule(1, &["role:write"]), &fork()), ReasonCode::Allowed);
        let beyond = world(most + 1);
        let rejection = beyond.evaluate(&rule(1, &["role:write"]), &fork()).unwrap_err();
        assert_eq!(rejection.code, ReasonCode::ActorUnverified);
        assert!(rejection.to_string().contains("51 reviewers") && rejection.help.contains("logins"), "{rejection}");
        assert_eq!(beyond.requests(), [REVIEWS]);
    }

    #[test]
    fn a_review_that_cannot_be_read_is_an_error() {
        let broken = json!([{ "id": 1, "user": bob(), "state": "APPROVED", "commit_id": sha('a') }]);
        let code = World::default().on(REVIEWS, &broken).code(&rule(1, &["bob"]), &fork());
        assert_eq!(code, ReasonCode::ApiInvalidResponse);
        let refused = World::default().refuse(REVIEWS, 403, "Resource not accessible by integration");
        let rejection = refused.evaluate(&rule(1, &["bob"]), &fork()).unwrap_err();
        assert_eq!(rejection.code, ReasonCode::ApiForbidden);
        assert!(rejection.help.contains("`pull-requests: read`"), "{}", rejection.help);
    }
}
