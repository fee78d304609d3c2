//! Whether a comment or review still counts: for the commit that was there when it was written, and as long as it is
//! there unchanged.

use crate::decision::DecisionBuilder;
use crate::format::timestamp::parse_rfc3339;
use crate::github::error::{ApiError, ErrorResponse, invalid_response};
use crate::github::event::{Comment, Event};
use crate::github::event_name::EventName;
use crate::github::pull_request::{PullRequest, lacks_field};
use crate::policy::Rule;
use crate::reason::ReasonCode;
use crate::rejection::Rejection;
use crate::text::quote;

use super::CheckContext;
use super::answers::Answers;
use super::last_push::push_unknown;
use super::payload::Payload;
use super::questions::{Evaluated, Passed, Unmet};

/// The permission that reading a comment or review on a pull request takes.
pub const PERMISSION: &str = "pull-requests: read";

/// What has to be asked about a comment or review.
pub struct Consent<'a> {
    event: &'a Event,
    name: EventName,
    comment: &'a Comment,
    context: CheckContext<'a>,
}

impl<'a> Consent<'a> {
    /// The consent that an event gives; `None` if it is no comment or review.
    pub fn of(event: &'a Event, name: EventName, context: CheckContext<'a>) -> Option<Self> {
        let comment = event.comment.as_ref().filter(|_| name.is_comment())?;
        Some(Self { event, name, comment, context })
    }

    /// Whether the comment could have been written before the head was pushed, so that the server has to be asked.
    pub fn needs_push_time(&self, rule: &Rule, payload: &Payload, pr: &PullRequest) -> bool {
        let allows_late_pushes = rule.pull_request.as_ref().is_some_and(|rule| rule.allow_late_pushes);
        self.name == EventName::IssueComment
            && !allows_late_pushes
            // A commit that the comment names is what it is about.
            && payload.head_sha.is_none()
            && !self.was_merged_before(pr)
    }

    /// Whether the pull request was merged before the comment: its head is fixed since then.
    fn was_merged_before(&self, pr: &PullRequest) -> bool {
        let merged_at = parse_rfc3339(&pr.merged_at).filter(|_| pr.is_merged());
        let written_at = parse_rfc3339(&self.comment.written_at);
        matches!((merged_at, written_at), (Some(merged), Some(written)) if merged < written)
    }

    /// Whether this is a later attempt, for which the comment or review has to be there still.
    fn needs_current_text(&self) -> bool {
        self.context.environment.run_attempt() != Some(1)
    }

    /// Judges the consent to a run about a pull request.
    pub fn evaluate(&self, rule: &Rule, payload: &Payload, pr: &PullRequest, answers: &Answers) -> Vec<Evaluated> {
        let mut evaluated = Vec::new();
        if self.needs_push_time(rule, payload, pr) {
            evaluated.push(("last push".to_owned(), self.evaluate_push_time(pr, answers)));
        }
        if self.needs_current_text() {
            let passed = || Passed { found: "unchanged".to_owned(), expected: "as in the event".to_owned() };
            evaluated.push(("comment".to_owned(), answers.current_text().map(|()| passed())));
        }
        evaluated
    }

    /// Checks the consent to a run about an issue.
    ///
    /// # Errors
    /// `pull_request.changed`, `api.*`.
    pub async fn check_issue(&self, decision: &mut DecisionBuilder) -> Result<(), Rejection> {
        if self.needs_current_text() {
            self.check_current_text(None).await?;
            decision.pass("comment", "unchanged", "as in the event");
        }
        Ok(())
    }

    /// Whether the head was pushed before the comment was written.
    fn evaluate_push_time(&self, pr: &PullRequest, answers: &Answers) -> Result<Passed, Unmet> {
        let written_at = &self.comment.written_at;
        let Some(time) = parse_rfc3339(written_at) else {
            return Err(push_unknown(pr, "GitHub does not say when the comment was written").into());
        };
        let push = answers.last_push()?;
        push.check_before(pr, time, &format!("the comment was written at {}", quote(written_at))).map_err(
            |rejection| {
                rejection.with_help(
                    "Look at the new commits and comment again, or name the commit in an argument of type `head-sha`.",
                )
            },
        )?;
        Ok(Passed { found: format!("at {}", push.time), expected: format!("before {written_at}") })
    }

    /// Whether the comment or review still has the text and state that the event has.
    ///
    /// # Errors
    /// `pull_request.changed`, `api.*`.
    pub async fn check_current_text(&self, pr: Option<&PullRequest>) -> Result<(), Rejection> {
        let Some(id) = self.comment.id else {
            return Err(Rejection::new(
                ReasonCode::PullRequestChanged,
                "the event does not say which comment or review it is about",
                "a later attempt needs it as it was in the event",
            ));
        };
        let repository = self.context.repository_path();
        let number = pr.map_or_else(|| self.event.issue.as_ref().map_or(0, |issue| issue.number), |pr| pr.number);
        let (path, what) = match self.name {
            EventName::PullRequestReview => (format!("{repository}/pulls/{number}/reviews/{id}"), "review"),
            EventName::PullRequestReviewComment => (format!("{repository}/pulls/comments/{id}"), "comment"),
            _ => (format!("{repository}/issues/comments/{id}"), "comment"),
        };
        let changed = |found: String| {
            Rejection::new(ReasonCode::PullRequestChanged, found, "a later attempt needs it as it was in the event")
                .with_help(format!("Write the {what} again, instead of re-running the job."))
        };
        let json = match self.context.github.get(&path).await {
            Ok(json) => json,
            Err(ApiError::Status(ErrorResponse { status: 404 | 410, .. })) => {
                return Err(changed(format!("the {what} no longer exists")));
            }
            Err(error) => {
                let permission = if pr.is_some() { PERMISSION } else { "issues: read" };
                return Err(error.into_rejection(&format!("the {what}"), permission));
            }
        };
        let live = Comment::read(&json, self.name).map_err(|field| invalid_response(&path, &lacks_field(&field)))?;
        if live.id != Some(id) {
            return Err(invalid_response(&path, &format!("is about another {what}")));
        }
        if live.body != self.comment.body {
            return Err(changed(format!("the {what} has another text than in the event")));
        }
        if live.state != self.comment.state {
            return Err(changed(format!("the state of the {what} is now {}", quote(&live.state))));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::checks::demands;
    use crate::checks::test_support::{World, minute, pull, read_pull, sha, user};
    use crate::format::json::{self, Violations};
    use crate::policy::PullRequestRule;
    use crate::text::redact::Redactor;

    const TEXT: &str = "/issues/comments/99";

    fn comment(body: &str, at: usize) -> Value {
        json!({ "id": 99, "body": body, "user": user("alice", 1001), "created_at": minute(at), "updated_at": minute(at) })
    }

    fn event(name: EventName, body: &Value) -> Event {
        let root = json::parse(body.to_string().as_bytes()).unwrap().root;
        Event::read(&root, Some(name), Violations::default()).unwrap()
    }

    fn commented(at: usize) -> Event {
        let issue = json!({ "number": 7, "state": "open", "pull_request": { "url": "x" } });
        event(EventName::IssueComment, &json!({ "action": "created", "issue": issue, "comment": comment("/go", at) }))
    }

    fn evaluate(
        world: &World,
        name: EventName,
        event: &Event,
        rule: &Rule,
        payload: &Payload,
        pr: &PullRequest,
    ) -> ReasonCode {
        let mut decision = DecisionBuilder::new(0, Redactor::default());
        let result = world.run(async |context| {
            let consent = Consent::of(event, name, context).unwrap();
            let evaluate = |answers: &Answers| consent.evaluate(rule, payload, pr, answers);
            demands::check(&mut decision, &PullRequestRule::default(), pr, Some(&consent), &evaluate, context).await
        });
        result.map_or_else(|rejection| rejection.code, |()| ReasonCode::Allowed)
    }

    fn pushed(at: usize) -> PullRequest {
        read_pull(&pull(true, |pull| pull["head"]["repo"]["pushed_at"] = json!(minute(at))))
    }

    #[test]
    fn a_comment_counts_for_commits_that_were_pushed_before_it() {
        let (rule, payload) = (Rule::default(), Payload::default());
        for (at, expected) in
            [(9, ReasonCode::Allowed), (10, ReasonCode::PullRequestHeadMoved), (11, ReasonCode::PullRequestHeadMoved)]
        {
            let world = World::default();
            let code = evaluate(&world, EventName::IssueComment, &commented(10), &rule, &payload, &pushed(at));
            assert_eq!((code, world.requests().len()), (expected, 1), "pushed at minute {at}");
        }
    }

    #[test]
    fn the_push_is_not_asked_for_if_the_commit_is_certain() {
        let late = PullRequestRule { allow_late_pushes: true, ..PullRequestRule::default() };
        let late = Rule { pull_request: Some(late), ..Rule::default() };
        let named = Payload { head_sha: Some((sha('a'), "command.commit".to_owned())), ..Payload::default() };
        let merged = |at| {
            read_pull(&pull(true, |pull| {
                pull["state"] = json!("closed");
                pull["merged"] = json!(true);
                pull["merged_at"] = json!(minute(at));
                pull["merge_commit_sha"] = json!(sha('c'));
                pull["head"]["repo"]["pushed_at"] = json!(minute(20));
            }))
        };
        let (rule, none) = (Rule::default(), Payload::default());
        for (rule, payload, pr, expected) in [
            (&late, &none, pushed(20), ReasonCode::Allowed),
            (&rule, &named, pushed(20), ReasonCode::Allowed),
            (&rule, &none, merged(9), ReasonCode::Allowed),
            (&rule, &none, merged(10), ReasonCode::PullRequestHeadMoved),
        ] {
            let world = World::default();
            let code = evaluate(&world, EventName::IssueComment, &commented(10), rule, payload, &pr);
            assert_eq!(code, expected);
            assert_eq!(world.requests().is_empty(), expected == ReasonCode::Allowed);
        }
    }

    #[test]
    fn a_later_attempt_needs_the_comment_unchanged() {
        let late = PullRequestRule { allow_late_pushes: true, ..PullRequestRule::default() };
        let rule = Rule { pull_request: Some(late), ..Rule::default() };
        let changed = ReasonCode::PullRequestChanged;
        for (world, expected) in [
            (World::default().on(TEXT, &comment("/go", 10)), ReasonCode::Allowed),
            (World::default().on(TEXT, &comment("/go now", 10)), changed),
            (World::default().refuse(TEXT, 404, "Not Found"), changed),
            (World::default().refuse(TEXT, 410, "Gone"), changed),
            (World::default().refuse(TEXT, 403, "Resource not accessible by integration"), ReasonCode::ApiForbidden),
        ] {
            world.attempt.set(2);
            let code =
                evaluate(&world, EventName::IssueComment, &commented(10), &rule, &Payload::default(), &pushed(0));
            assert_eq!((code, world.requests()), (expected, vec![TEXT.to_owned()]));
        }
    }

    #[test]
    fn a_later_attempt_needs_the_review_in_the_same_state() {
        let path = "/pulls/7/reviews/5";
        let review =
            |state| json!({ "id": 5, "user": user("bob", 1002), "body": null, "state": state, "commit_id": sha('a') });
        let submitted =
            json!({ "action": "submitted", "pull_request": pull(true, |_| ()), "review": review("approved") });
        let event = event(EventName::PullRequestReview, &submitted);
        for (state, expected) in [("APPROVED", ReasonCode::Allowed), ("DISMISSED", ReasonCode::PullRequestChanged)] {
            let world = World::default().on(path, &review(state));
            world.attempt.set(2);
            let name = EventName::PullRequestReview;
            assert_eq!(evaluate(&world, name, &event, &Rule::default(), &Payload::default(), &pushed(0)), expected);
            assert_eq!(world.requests(), [path]);
        }
    }
}
