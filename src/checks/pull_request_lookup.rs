//! Which pull request a run is about.

use crate::decision::DecisionBuilder;
use crate::envelope::Envelope;
use crate::format::json::Json;
use crate::github::error::{ApiError, invalid_response};
use crate::github::event::Event;
use crate::github::event_name::{EventName, PullRequestSource};
use crate::github::pull_request::{PullRequest, PullRequestState, lacks_field};
use crate::github::url::encode_path_segment;
use crate::github::workflow_run::WorkflowRun;
use crate::policy::defaults;
use crate::policy::field::{Field, FieldType};
use crate::policy::{PullRequestRule, Rule, StateRule};
use crate::reason::ReasonCode;
use crate::rejection::Rejection;
use crate::text::quote;

use super::CheckContext;
use super::paging::PagedList;
use super::payload::Payload;
use super::pins::check_repository;
use super::pins::{self, Pin, Pinned};

/// How many pull requests of one head or commit, or open ones, are searched.
pub const MAX_PULL_REQUESTS: usize = 1_000;
/// The permission that reading them takes.
pub const PERMISSION: &str = "pull-requests: read";
/// How long GitHub may take to connect a pushed commit with its pull request, in milliseconds.
const COMMIT_DELAY_MS: u32 = 5_000;

/// A pull request, and what was said about it.
pub struct Found {
    /// The pull request.
    pub pr: PullRequest,
    /// What has to hold for it.
    pub pins: Vec<Pin>,
}

/// Finds the pull request that the run is about; `None` if the rule is about none.
///
/// # Errors
/// `pull_request.missing`, `pull_request.ambiguous`, `pull_request.not_found`, `pull_request.wrong_repository`,
/// `pull_request.changed`, `api.*`.
pub async fn find(
    decision: &mut DecisionBuilder,
    event: &Event,
    name: EventName,
    rule: &Rule,
    payload: &Payload,
    envelope: Option<&Envelope>,
    context: CheckContext<'_>,
) -> Result<Option<Found>, Rejection> {
    let live = |pr: Result<PullRequest, Rejection>, pins: Vec<Pin>| Ok(Some(Found { pr: pr?, pins }));
    match name.pull_request_source() {
        PullRequestSource::Event => Ok(event.pull_request.clone().map(|pr| Found { pr, pins: Vec::new() })),
        PullRequestSource::EventThenLive => {
            let Some(pr) = &event.pull_request else { return Ok(None) };
            check_repository(pr, context)?;
            decision.facts.pull_request = Some(pr.clone());
            let mut pins = pins::from_description(pr, "the event");
            pins.extend(review_pins(event));
            live(fetch(context, pr.number, "").await, pins)
        }
        PullRequestSource::IssueNumber => {
            let Some(issue) = &event.issue else { return Ok(None) };
            if issue.pull_request_url.is_none() {
                return match &rule.pull_request {
                    None => Ok(None),
                    Some(_) => Err(missing("the comment is on an issue and not on a pull request")
                        .with_help("Comment on a pull request, or remove `pull-request` from the rule.")),
                };
            }
            let mut pins = vec![Pin::new("the event", Pinned::IsOpen(issue.is_open))];
            if !issue.is_open {
                pins.push(Pin::new("the event", Pinned::ClosedAt(issue.closed_at.clone())));
            }
            pins.extend(payload.pins());
            live(fetch(context, issue.number, "").await, pins)
        }
        PullRequestSource::Payload => find_dispatched(name, rule, payload, envelope, context).await,
        PullRequestSource::SourceRun => match (&rule.pull_request, &event.workflow_run) {
            (Some(pr_rule), Some(run)) => {
                let number = find_by_head(run, pr_rule, context).await?;
                let pins = vec![Pin::new("the source run", Pinned::HeadSha(run.head_sha.clone()))];
                live(fetch(context, number, "").await, pins)
            }
            _ => Ok(None),
        },
        PullRequestSource::PushedCommit => match &rule.pull_request {
            Some(_) => {
                let (number, pins) = find_by_pushed_commit(event, context).await?;
                live(fetch(context, number, "").await, pins)
            }
            None => Ok(None),
        },
        PullRequestSource::None => Ok(None),
    }
}

async fn fetch(context: CheckContext<'_>, number: u64, origin: &str) -> Result<PullRequest, Rejection> {
    // Boxed: keeps the request out of the state machine of runs that make none.
    Box::pin(PullRequest::fetch(context.github, context.environment.repository(), number, origin)).await
}

/// A review counts for the commits that it is about.
fn review_pins(event: &Event) -> impl Iterator<Item = Pin> {
    let commits = event.comment.iter().flat_map(|comment| comment.commit_ids.clone());
    // A commit that GitHub no longer knows is no head.
    commits.map(|commit| Pin::new("the review", Pinned::HeadSha(commit.unwrap_or_default())))
}

async fn find_dispatched(
    name: EventName,
    rule: &Rule,
    payload: &Payload,
    envelope: Option<&Envelope>,
    context: CheckContext<'_>,
) -> Result<Option<Found>, Rejection> {
    if let (Some(pinned), Some((number, field))) = (envelope.and_then(|envelope| envelope.pr), &payload.pull_request)
        && pinned != *number
    {
        return Err(Rejection::new(
            ReasonCode::PullRequestChanged,
            format!("{} names pull request #{number}", quote(field)),
            format!("the envelope names #{pinned}"),
        )
        .with_help("Send the dispatch again, with the same number in the payload and in `pr-number`."));
    }
    let mut pins = payload.pins();
    pins.extend(envelope.map(pins::from_envelope).unwrap_or_default());
    let number_field = rule.payload.iter().find(|field| matches!(field.kind, FieldType::PullRequest));
    let is_about_pull_request = rule.pull_request.is_some() || number_field.is_some() || payload.head_sha.is_some();
    let (number, origin) = match (&payload.pull_request, envelope.and_then(|envelope| envelope.pr), &payload.head_sha) {
        (Some((number, field)), _, _) => (*number, format!(", which {} names,", quote(field))),
        (None, Some(number), _) if is_about_pull_request => (number, String::new()),
        (None, _, Some((sha, path))) if number_field.is_none() => {
            let allow_forks = rule.pull_request.as_ref().and_then(|rule| rule.allow_forks);
            let allow_forks = allow_forks.unwrap_or_else(|| defaults::allow_forks(name));
            (find_by_commit(sha, path, allow_forks, context).await?, String::new())
        }
        (None, _, None) if rule.pull_request.is_none() => return Ok(None),
        // A commit that the payload names as a head is a head only if there is a pull request that has it.
        _ => return Err(missing_in_payload(name, number_field)),
    };
    let pr = fetch(context, number, &origin).await?;
    Ok(Some(Found { pr, pins }))
}

fn missing(found: &str) -> Rejection {
    Rejection::new(ReasonCode::PullRequestMissing, found, "the rule is about a pull request")
}

fn missing_in_payload(name: EventName, field: Option<&Field>) -> Rejection {
    match field {
        Some(field) => missing(&format!("`{}.{}` is not set", name.payload_key(), field.dotted_path())),
        None => missing("the policy declares no payload field of type `pull-request` or `head-sha`")
            .with_help("Declare such a field under `payload`, as `pr: pull-request`, and have the sender fill it."),
    }
}

/// A list of pull requests, which has to be read whole: exactly one of them has to be meant.
fn list<'a>(path: &'a str, what: &'a str) -> PagedList<'a> {
    PagedList {
        path,
        what,
        permission: PERMISSION,
        id: "number",
        member: None,
        max: MAX_PULL_REQUESTS,
        help: "Have the run name the pull request by its number, as a dispatch can.",
    }
}

fn read_list(list: &[Json], path: &str) -> Result<Vec<PullRequest>, Rejection> {
    let read = |json| PullRequest::read(json).map_err(|field| invalid_response(path, &lacks_field(&field)));
    list.iter().map(read).collect()
}

async fn fetch_list(path: &str, what: &str, context: CheckContext<'_>) -> Result<Vec<PullRequest>, Rejection> {
    read_list(&list(path, what).read_all(context.github).await?, path)
}

/// The one open pull request of this repository whose head is a commit.
async fn find_by_commit(
    sha: &str,
    field: &str,
    allow_forks: bool,
    context: CheckContext<'_>,
) -> Result<u64, Rejection> {
    let path = format!("{}/commits/{sha}/pulls", context.repository_path());
    let what = format!("the pull requests of the commit {}", quote(sha));
    let has_head = |pr: &PullRequest| {
        pr.head_sha == sha && pr.state == PullRequestState::Open && pr.base_repository_id == context.repository_id()
    };
    let listed = match list(&path, &what).try_read_all(context.github).await {
        Ok(read) => read_list(&read, &path)?,
        // GitHub responds with 422 for a commit that the repository does not have, as one of a fork.
        Err(ApiError::Status(response)) if matches!(response.status, 404 | 422) => Vec::new(),
        Err(error) => return Err(error.into_rejection(&what, PERMISSION)),
    };
    let mut found: Vec<u64> = listed.iter().filter(|pr| has_head(pr)).map(|pr| pr.number).collect();
    if listed.is_empty() && allow_forks {
        let path = format!("{}/pulls?state=open", context.repository_path());
        let open = fetch_list(&path, "the open pull requests", context).await?;
        found = open.iter().filter(|pr| has_head(pr)).map(|pr| pr.number).collect();
    }
    found.sort_unstable();
    found.dedup();
    match found.as_slice() {
        [number] => Ok(*number),
        [] => Err(missing(&format!("no open pull request of this repository has the head {}", quote(sha)))
            .with_help(format!("Send the head commit of an open pull request in {}, or its number.", quote(field)))),
        several => Err(ambiguous(several, &format!("have the head {}", quote(sha)))),
    }
}

/// The one pull request whose head is the source run's: same repositories, same branch, same commit. `pull_requests` of
/// the event is empty for forks, and can name pull requests of another repository.
async fn find_by_head(run: &WorkflowRun, rule: &PullRequestRule, context: CheckContext<'_>) -> Result<u64, Rejection> {
    if run.head_repository_id.is_none() {
        return Err(Rejection::new(
            ReasonCode::PullRequestHeadGone,
            "the repository of the source run's head no longer exists",
            "the pull request is found by it",
        ));
    }
    let state = match (rule.state, rule.merged) {
        (Some(StateRule::Open), _) | (None, None) => "open",
        (Some(StateRule::Closed), _) => "closed",
        (Some(StateRule::Any), _) | (None, Some(_)) => "all",
    };
    let head = encode_path_segment(&format!("{}:{}", run.head_owner, run.head_branch));
    let path = format!("{}/pulls?state={state}&head={head}", context.repository_path());
    let is_same = |pr: &&PullRequest| {
        pr.base_repository_id == context.repository_id()
            && pr.head_repository_id == run.head_repository_id
            && pr.head_ref == run.head_branch
            && pr.head_sha == run.head_sha
    };
    let listed = fetch_list(&path, "the pull requests of the source run", context).await?;
    // Several pull requests can share a head; the rule says which base is meant.
    let allows_base = |pr: &&PullRequest| rule.base.as_ref().is_none_or(|base| base.matches(&pr.base_ref));
    let numbers: Vec<u64> = listed.iter().filter(is_same).filter(allows_base).map(|pr| pr.number).collect();
    let lost_its_head = |pr: &&PullRequest| {
        pr.head_repository_id.is_none() && pr.head_ref == run.head_branch && pr.head_sha == run.head_sha
    };
    if let (true, Some(pr)) = (numbers.is_empty(), listed.iter().find(lost_its_head)) {
        return Err(Rejection::new(
            ReasonCode::PullRequestHeadGone,
            format!("the head repository of {} no longer exists", pr.name()),
            "it cannot be compared with the source run's",
        ));
    }
    let described =
        format!("the head {} at {}", quote(&format!("{}:{}", run.head_owner, run.head_branch)), quote(&run.head_sha));
    match numbers.as_slice() {
        [number] => Ok(*number),
        [] => Err(missing(&format!("no pull request of this repository has {described}")).with_help(
            "The pull request was closed, retargeted or got new commits since the source run. No action needed for \
             this run; the run of its current head is evaluated on its own.",
        )),
        several => Err(ambiguous(several, &format!("have {described}"))),
    }
}

/// The one pull request that was merged as the pushed commit.
async fn find_by_pushed_commit(event: &Event, context: CheckContext<'_>) -> Result<(u64, Vec<Pin>), Rejection> {
    let push = event.push.as_ref().filter(|push| !push.is_deletion);
    let Some(after) = push.and_then(|push| push.after.as_ref()) else {
        return Err(missing("the push has no commit: it deleted the ref"));
    };
    let Some(branch) = event.git_ref.strip_prefix("refs/heads/") else {
        return Err(missing(&format!("the push is to {}, which is no branch", quote(&event.git_ref)))
            .with_help("Run the workflow for branches only (`on.push.branches`)."));
    };
    let path = format!("{}/commits/{after}/pulls", context.repository_path());
    let what = "the pull requests of the pushed commit";
    let mut listed = fetch_list(&path, what, context).await?;
    if listed.is_empty() {
        context.host.sleep(COMMIT_DELAY_MS).await;
        listed = fetch_list(&path, what, context).await?;
    }
    let is_merge = |pr: &&PullRequest| {
        pr.is_merged()
            && pr.merge_commit_sha == *after
            && pr.base_ref == branch
            && pr.base_repository_id == context.repository_id()
    };
    let merged: Vec<&PullRequest> = listed.iter().filter(is_merge).collect();
    match merged.as_slice() {
        [pr] => Ok((pr.number, pins::from_description(pr, "the list of the commit's pull requests"))),
        [] => Err(missing(&format!("no pull request was merged as {} into {}", quote(after), quote(branch)))
            .with_help("Merge a pull request instead of pushing to the branch.")),
        several => {
            let numbers: Vec<u64> = several.iter().map(|pr| pr.number).collect();
            Err(ambiguous(&numbers, &format!("were merged as {}", quote(after))))
        }
    }
}

fn ambiguous(numbers: &[u64], why: &str) -> Rejection {
    let listed: Vec<String> = numbers.iter().map(|number| format!("#{number}")).collect();
    Rejection::new(
        ReasonCode::PullRequestAmbiguous,
        format!("the pull requests {} {why}", listed.join(", ")),
        "expected exactly one",
    )
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::checks::test_support::{World, pull, sha};
    use crate::format::json::{self, Violations};
    use crate::text::redact::Redactor;

    fn event(name: EventName, body: &Value) -> Event {
        let root = json::parse(body.to_string().as_bytes()).unwrap().root;
        Event::read(&root, Some(name), Violations::default()).unwrap()
    }

    fn rule() -> Rule {
        Rule { pull_request: Some(PullRequestRule::default()), ..Rule::default() }
    }

    /// The number and pins of the pull request that is found.
    fn find_in(world: &World, name: EventName, event: &Event, rule: &Rule) -> Result<Option<Found>, Rejection> {
        let mut decision = DecisionBuilder::new(0, Redactor::default());
        let payload = Payload::default();
        world.run(async |context| find(&mut decision, event, name, rule, &payload, None, context).await)
    }

    fn code(world: &World, name: EventName, event: &Event, rule: &Rule) -> ReasonCode {
        match find_in(world, name, event, rule) {
            Ok(Some(found)) if found.pr.number == 7 => ReasonCode::Allowed,
            Ok(_) => panic!("another pull request, or none"),
            Err(rejection) => rejection.code,
        }
    }

    fn merged(change: impl FnOnce(&mut Value)) -> Value {
        pull(true, |pull| {
            pull["state"] = json!("closed");
            pull["merged"] = json!(true);
            pull["merged_at"] = json!("2026-11-20T12:00:00Z");
            pull["merge_commit_sha"] = json!(sha('c'));
            change(pull);
        })
    }

    fn push(git_ref: &str) -> Event {
        let commit = json!({ "id": sha('c') });
        event(EventName::Push, &json!({ "ref": git_ref, "after": sha('c'), "deleted": false, "head_commit": commit }))
    }

    fn of_commit() -> String {
        format!("/commits/{}/pulls?per_page=100", sha('c'))
    }

    #[test]
    fn a_push_belongs_to_the_one_pull_request_that_was_merged_as_its_commit() {
        let main = push("refs/heads/main");
        let listed = |pulls: Value| {
            let world = World::default().on(&of_commit(), &pulls).on("/pulls/7", &merged(|_| ()));
            code(&world, EventName::Push, &main, &rule())
        };
        let missing = ReasonCode::PullRequestMissing;
        for (pulls, expected) in [
            (json!([merged(|_| ())]), ReasonCode::Allowed),
            (json!([merged(|_| ()), pull(true, |pull| pull["number"] = json!(8))]), ReasonCode::Allowed),
            (json!([pull(true, |_| ())]), missing),
            (json!([merged(|pull| pull["merge_commit_sha"] = json!(sha('d')))]), missing),
            (json!([merged(|pull| pull["base"]["ref"] = json!("dev"))]), missing),
            (json!([merged(|pull| pull["base"]["repo"]["id"] = json!(9))]), missing),
            (json!([merged(|_| ()), merged(|pull| pull["number"] = json!(8))]), ReasonCode::PullRequestAmbiguous),
        ] {
            assert_eq!(listed(pulls.clone()), expected, "{pulls}");
        }
    }

    #[test]
    fn github_gets_five_seconds_to_connect_a_pushed_commit() {
        let world = World::default()
            .on(&of_commit(), &json!([]))
            .on(&of_commit(), &json!([merged(|_| ())]))
            .on("/pulls/7", &merged(|_| ()));
        assert_eq!(code(&world, EventName::Push, &push("refs/heads/main"), &rule()), ReasonCode::Allowed);
        assert_eq!(*world.slept.borrow(), [5_000]);
        let never = World::default().on(&of_commit(), &json!([]));
        assert_eq!(code(&never, EventName::Push, &push("refs/heads/main"), &rule()), ReasonCode::PullRequestMissing);
        assert_eq!(never.requests().len(), 2);
    }

    #[test]
    fn a_push_of_a_tag_belongs_to_none() {
        let world = World::default();
        assert_eq!(code(&world, EventName::Push, &push("refs/tags/v1"), &rule()), ReasonCode::PullRequestMissing);
        assert!(world.requests().is_empty());
    }

    fn source_run(change: impl FnOnce(&mut Value)) -> Event {
        let fork = json!({ "id": 2, "full_name": "mallory/charts", "owner": { "login": "mallory" } });
        let mut run = json!({
            "path": ".github/workflows/ci.yml", "event": "pull_request", "conclusion": "success",
            "head_branch": "patch-1", "head_sha": sha('a'), "repository": { "id": 1 }, "head_repository": fork,
            "actor": null, "triggering_actor": null,
            "pull_requests": [{ "number": 8 }],
        });
        change(&mut run);
        event(EventName::WorkflowRun, &json!({ "action": "completed", "workflow_run": run }))
    }

    const OF_HEAD: &str = "/pulls?state=open&head=mallory%3Apatch-1&per_page=100";

    #[test]
    fn a_source_run_belongs_to_the_one_pull_request_with_its_head() {
        let listed = |pulls: Value| {
            let world = World::default().on(OF_HEAD, &pulls).on("/pulls/7", &pull(true, |_| ()));
            code(&world, EventName::WorkflowRun, &source_run(|_| ()), &rule())
        };
        let missing = ReasonCode::PullRequestMissing;
        let other = |number: u64| pull(true, |pull| pull["number"] = json!(number));
        for (pulls, expected) in [
            (json!([pull(true, |_| ())]), ReasonCode::Allowed),
            (json!([]), missing),
            (json!([pull(true, |pull| pull["head"]["sha"] = json!(sha('d')))]), missing),
            (json!([pull(true, |pull| pull["head"]["ref"] = json!("patch-2"))]), missing),
            (json!([pull(false, |_| ())]), missing),
            (json!([pull(true, |pull| pull["base"]["repo"]["id"] = json!(9))]), missing),
            (json!([pull(true, |_| ()), other(8)]), ReasonCode::PullRequestAmbiguous),
            (json!([pull(true, |pull| pull["head"]["repo"] = json!(null))]), ReasonCode::PullRequestHeadGone),
        ] {
            assert_eq!(listed(pulls.clone()), expected, "{pulls}");
        }
    }

    #[test]
    fn base_and_state_of_the_rule_narrow_the_search() {
        use crate::policy::pattern::{Pattern, PatternKind, Patterns};
        let main = Patterns::new(vec![Pattern::parse("main", PatternKind::Branch).unwrap()]).unwrap();
        let to_dev = pull(true, |pull| {
            pull["number"] = json!(8);
            pull["base"]["ref"] = json!("dev");
        });
        let rule = |state, merged| {
            let pull_request =
                PullRequestRule { base: Some(main.clone()), state, merged, ..PullRequestRule::default() };
            Rule { pull_request: Some(pull_request), ..Rule::default() }
        };
        for (state, merged, searched) in [
            (None, None, "open"),
            (Some(StateRule::Open), Some(false), "open"),
            (Some(StateRule::Closed), None, "closed"),
            (Some(StateRule::Any), None, "all"),
            (None, Some(true), "all"),
        ] {
            let path = OF_HEAD.replace("open", searched);
            let world =
                World::default().on(&path, &json!([pull(true, |_| ()), to_dev])).on("/pulls/7", &pull(true, |_| ()));
            let code = code(&world, EventName::WorkflowRun, &source_run(|_| ()), &rule(state, merged));
            assert_eq!(code, ReasonCode::Allowed, "{searched}");
        }
    }

    #[test]
    fn a_source_run_whose_repository_is_gone_is_denied_without_a_request() {
        let world = World::default();
        let gone = source_run(|run| run["head_repository"] = json!(null));
        assert_eq!(code(&world, EventName::WorkflowRun, &gone, &rule()), ReasonCode::PullRequestHeadGone);
        assert!(world.requests().is_empty());
    }

    #[test]
    fn events_without_a_rule_for_pull_requests_ask_nothing() {
        let world = World::default();
        let group = json!({ "merge_group": { "head_ref": "refs/heads/q", "base_ref": "refs/heads/main" } });
        for (name, event) in [
            (EventName::Push, push("refs/heads/main")),
            (EventName::WorkflowRun, source_run(|_| ())),
            (EventName::MergeGroup, event(EventName::MergeGroup, &group)),
        ] {
            assert!(find_in(&world, name, &event, &Rule::default()).unwrap().is_none(), "{}", name.name());
        }
        assert!(world.requests().is_empty());
    }
}
