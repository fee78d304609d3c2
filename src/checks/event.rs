//! The event against the run, against itself, and against the policy's rules.

use crate::decision::DecisionBuilder;
use crate::format::json::{self, Document, Json};
use crate::github::event::Event;
use crate::github::event_name::EventName;
use crate::policy::label::LabelPattern;
use crate::policy::{CommandRule, Policy, ReviewState, Rule};
use crate::reason::ReasonCode;
use crate::rejection::Rejection;
use crate::runner::environment::Environment;
use crate::text::redact::Redactor;
use crate::text::{escape_unprintable, quote, quote_list};

use super::source;

/// Reads the event file and checks that it belongs to the run and does not contradict itself.
///
/// # Errors
/// `event.unreadable`, `event.malformed` or `event.mismatch`.
pub fn read(file: Result<&[u8], &str>, environment: &Environment, redactor: &Redactor) -> Result<Event, Rejection> {
    let path = quote(environment.get("GITHUB_EVENT_PATH"));
    let bytes = file.map_err(|error| {
        let found = format!("the event file {path} cannot be read: {}", escape_unprintable(error));
        Rejection::new(ReasonCode::EventUnreadable, found, "")
    })?;
    let mut document =
        json::parse(bytes).map_err(|error| malformed(format!("the event file {path} is not JSON: {error}")))?;
    let Json::Object(_) = &document.root else {
        let found = document.root.type_name();
        return Err(malformed(format!("the event file {path} contains {found} instead of an object")));
    };
    let event_name = environment.event_name();
    let name = EventName::from_name(event_name);
    let secret_in_payload = name.filter(|name| name.is_dispatch()).and_then(|name| {
        let key = name.payload_key();
        Some(format!("{key}{}", document.root.get_path(key).path_of_secret(redactor)?))
    });
    document.redact(redactor);
    let Document { root, violations } = document;
    check_repository(&root, name, environment)?;
    check_kind(&root, event_name, name)?;
    if environment.run_attempt().is_none() {
        let found = format!("`GITHUB_RUN_ATTEMPT` is {}", quote(environment.get("GITHUB_RUN_ATTEMPT")));
        return Err(Rejection::new(ReasonCode::EventMalformed, found, "expected the number of the attempt, from 1")
            .with_help("Use a runner that sets `GITHUB_RUN_ATTEMPT`, and do not change it."));
    }
    let mut event = Event::read(&root, name, violations).map_err(|field| {
        malformed(format!("the field `{field}` of the `{event_name}` event is missing or has the wrong type"))
    })?;
    event.secret_in_payload = secret_in_payload;
    check_consistency(&root, &event, environment)?;
    Ok(event)
}

fn malformed(found: String) -> Rejection {
    Rejection::new(ReasonCode::EventMalformed, found, "GitHub's runner writes one JSON object")
}

fn mismatch(found: String, expected: String) -> Rejection {
    Rejection::new(ReasonCode::EventMismatch, found, expected)
}

fn check_repository(root: &Json, name: Option<EventName>, environment: &Environment) -> Result<(), Rejection> {
    // GitHub documents no payload for `schedule`; some servers leave the repository out.
    if name == Some(EventName::Schedule) && root.get_path("repository").is_null() {
        return Ok(());
    }
    let id = root.get_path("repository.id").as_u64();
    let run_id = environment.repository_id();
    if id.is_none() || id != run_id {
        let shown = |id: Option<u64>| id.map_or("missing".to_owned(), |id| id.to_string());
        let rejection = mismatch(
            format!("the event's `repository.id` is {}", shown(id)),
            format!("the run's `GITHUB_REPOSITORY_ID` is {}", shown(run_id)),
        );
        return Err(match run_id {
            Some(_) => rejection,
            None => {
                rejection.with_help("Use a runner that sets `GITHUB_REPOSITORY_ID` to the repository's numeric id.")
            }
        });
    }
    let full_name = root.get_path("repository.full_name").as_str().unwrap_or_default();
    if full_name.is_empty() || !full_name.eq_ignore_ascii_case(environment.repository()) {
        return Err(mismatch(
            format!(
                "the event's repository is {}, and the run's `GITHUB_REPOSITORY` is {}",
                quote(full_name),
                quote(environment.repository())
            ),
            "the ids are the same: the repository was renamed after the event".to_owned(),
        )
        .with_help("Send the event again, so that it has the repository's current name."));
    }
    Ok(())
}

/// Whether the body is of the kind that the run says, so that one event's body cannot pass for another's.
fn check_kind(root: &Json, run: &str, name: Option<EventName>) -> Result<(), Rejection> {
    let has = |key: &str| root.as_object().is_some_and(|body| body.get(key).is_some());
    let is_object = |key: &str| root.get_path(key).as_object().is_some();
    let expected: &[(&str, bool)] = match name {
        Some(EventName::RepositoryDispatch) => &[("client_payload", true), ("pull_request", false)],
        Some(EventName::WorkflowDispatch) => &[("client_payload", false), ("pull_request", false)],
        Some(EventName::IssueComment) => &[("issue", true), ("comment", true), ("client_payload", false)],
        Some(EventName::Issues) => {
            &[("issue", true), ("comment", false), ("pull_request", false), ("client_payload", false)]
        }
        Some(EventName::PullRequestReview) => &[("pull_request", true), ("review", true), ("client_payload", false)],
        Some(EventName::PullRequestReviewComment) => {
            &[("pull_request", true), ("comment", true), ("client_payload", false)]
        }
        Some(EventName::PullRequest | EventName::PullRequestTarget) => {
            &[("pull_request", true), ("review", false), ("comment", false), ("client_payload", false)]
        }
        Some(EventName::WorkflowRun) => &[("workflow_run", true), ("client_payload", false)],
        Some(EventName::MergeGroup) => &[("merge_group", true), ("client_payload", false)],
        Some(EventName::Push) => &[("ref", true), ("pull_request", false), ("client_payload", false)],
        Some(EventName::Schedule) => &[("pull_request", false), ("client_payload", false)],
        None => &[],
    };
    let wrong = expected.iter().find(|(key, wanted)| {
        has(key) != *wanted || (*wanted && *key != "client_payload" && *key != "ref" && !is_object(key))
    });
    match wrong {
        None => Ok(()),
        Some((key, true)) => Err(mismatch(
            format!("the event file has no `{key}`"),
            format!("the run says that this is a `{run}` event, which has one"),
        )),
        Some((key, false)) => Err(mismatch(
            format!("the event file has a `{key}`"),
            format!("the run says that this is a `{run}` event, which has none"),
        )),
    }
}

/// Whether the parts of the event agree with each other and with the run.
fn check_consistency(root: &Json, event: &Event, environment: &Environment) -> Result<(), Rejection> {
    if let Some(pr) = &event.pull_request {
        let number = root.get_path("number");
        if !number.is_null() && number.as_u64() != Some(pr.number) {
            return Err(mismatch(
                format!("the event's `number` is {}", quote(&number.to_compact())),
                format!("its `pull_request.number` is {}", pr.number),
            ));
        }
        let after = root.get_path("after");
        if event.activity == "synchronize" && !after.is_null() && after.as_str() != Some(&pr.head_sha) {
            return Err(mismatch(
                format!("the event's `after` is {}", quote(after.as_str().unwrap_or_default())),
                format!("its `pull_request.head.sha` is {}", quote(&pr.head_sha)),
            ));
        }
    }
    if let Some(url) = event.issue.as_ref().and_then(|issue| issue.pull_request_url.as_deref()) {
        let number = event.issue.as_ref().map_or(0, |issue| issue.number);
        let path = format!("/repos/{}/pulls/{number}", environment.repository());
        if !url.to_ascii_lowercase().ends_with(&path.to_ascii_lowercase()) {
            return Err(mismatch(
                format!("the event's `issue.pull_request.url` is {}", quote(url)),
                format!("expected an address that ends in {}", quote(&path)),
            ));
        }
    }
    let is_deletion = event.push.as_ref().is_some_and(|push| push.is_deletion);
    if !event.git_ref.is_empty() && !is_deletion && event.git_ref != environment.get("GITHUB_REF") {
        return Err(mismatch(
            format!("the event's `ref` is {}", quote(&event.git_ref)),
            format!("the run's `GITHUB_REF` is {}", quote(environment.get("GITHUB_REF"))),
        ));
    }
    Ok(())
}

/// Finds the one rule that applies to the event.
///
/// # Errors
/// The other codes of the step `event`. If several rules could apply, the code is that of the rule that came furthest.
pub fn select_rule<'p>(
    decision: &mut DecisionBuilder,
    event: &Event,
    policy: &'p Policy,
    environment: &Environment,
) -> Result<(EventName, &'p Rule), Rejection> {
    check_policy_repository(decision, policy, environment)?;
    let shown = environment.event_name();
    let name = EventName::from_name(shown);
    let rules = name.map_or(&[][..], |name| policy.rules(name));
    let listed = format!("the policy allows {}", quote_list(policy.events().map(EventName::name), "and"));
    let (Some(name), false) = (name, rules.is_empty()) else {
        let found = format!("the event is {}", quote(shown));
        return Err(Rejection::new(ReasonCode::EventNotAllowed, found, listed));
    };
    decision.pass("event", quote(shown), listed);

    let results: Vec<_> = rules.iter().map(|rule| (rule, match_rule(event, name, rule, rules, environment))).collect();
    let mut furthest: Option<Rejection> = None;
    for (rule, result) in results {
        match result {
            Ok(checks) => {
                for (check, found, expected) in checks {
                    decision.pass(check, found, expected);
                }
                record_consent(decision, event, rule);
                return Ok((name, rule));
            }
            Err(rejection) => {
                let is_further = furthest.as_ref().is_none_or(|other| order(&rejection) > order(other));
                furthest = if is_further { Some(rejection) } else { furthest };
            }
        }
    }
    // INVARIANT: an event without rules was rejected above, so there is a rule, and it did not match.
    Err(furthest
        .unwrap_or_else(|| Rejection::new(ReasonCode::EventNotAllowed, format!("the event is {}", quote(shown)), "")))
}

/// Records which label or command the rule matched.
fn record_consent(decision: &mut DecisionBuilder, event: &Event, rule: &Rule) {
    if let (Some(label), true) = (&event.label, rule.label.is_some()) {
        label.clone_into(&mut decision.facts.label);
    }
    let body = event.comment.as_ref().map_or("", |comment| comment.body.as_str());
    if let Some((name, _)) = rule.command.as_ref().and_then(|command| find_command(command, body)) {
        name.clone_into(&mut decision.facts.command);
    }
}

fn order(rejection: &Rejection) -> usize {
    ReasonCode::ALL.iter().position(|code| *code == rejection.code).unwrap_or_default()
}

fn check_policy_repository(
    decision: &mut DecisionBuilder,
    policy: &Policy,
    environment: &Environment,
) -> Result<(), Rejection> {
    let Some(repositories) = &policy.repositories else { return Ok(()) };
    let found = format!("the repository is {}", quote(environment.repository()));
    let expected = format!("the policy holds in {}", quote_list(repositories, "and"));
    if !repositories.iter().any(|repository| repository.eq_ignore_ascii_case(environment.repository())) {
        return Err(Rejection::new(ReasonCode::EventRepositoryNotAllowed, found, expected));
    }
    decision.pass("repository", quote(environment.repository()), expected);
    Ok(())
}

/// A passed check: its name, what was found and what was expected.
type Passed = (&'static str, String, String);

/// Whether a rule applies, checked in the order of the codes. `rules` are all of the event's, for messages.
fn match_rule(
    event: &Event,
    name: EventName,
    rule: &Rule,
    rules: &[Rule],
    environment: &Environment,
) -> Result<Vec<Passed>, Rejection> {
    let mut passed = Vec::new();
    passed.extend(check_type(event, name, rule, rules)?);
    passed.extend(check_branch(event, rule)?);
    if let Some(source) = &rule.source {
        passed.push(source::check(event, source, rule, environment)?);
    }
    passed.extend(check_label(event, rule, rules)?);
    passed.extend(check_review(event, rule, rules)?);
    passed.extend(check_command(event, rule, rules)?);
    Ok(passed)
}

fn check_type(event: &Event, name: EventName, rule: &Rule, rules: &[Rule]) -> Result<Option<Passed>, Rejection> {
    let default;
    let types = match &rule.types {
        Some(types) => types,
        // A comment or review that was edited, deleted or dismissed is another act than the one that was meant.
        None if name.is_comment() => {
            default = vec![created_activity(name).to_owned()];
            &default
        }
        None => return Ok(None),
    };
    if types.contains(&event.activity) {
        return Ok(Some((name.type_label(), quote(&event.activity), quote_list(types, "and"))));
    }
    let mut listed: Vec<&String> =
        types.iter().chain(rules.iter().flat_map(|rule| rule.types.iter().flatten())).collect();
    listed.sort_unstable();
    listed.dedup();
    Err(Rejection::new(
        ReasonCode::EventTypeNotAllowed,
        format!("the {} of the `{}` event is {}", name.type_label(), name.name(), quote(&event.activity)),
        format!("the policy allows {}", quote_list(listed, "and")),
    ))
}

/// The activity type of a comment or review that was just written.
fn created_activity(name: EventName) -> &'static str {
    if name == EventName::PullRequestReview { "submitted" } else { "created" }
}

fn check_branch(event: &Event, rule: &Rule) -> Result<Option<Passed>, Rejection> {
    let Some(patterns) = &rule.branches else { return Ok(None) };
    let git_ref = event.merge_group.as_ref().map_or(event.git_ref.as_str(), |group| group.base_ref.as_str());
    let is_deletion = event.push.as_ref().is_some_and(|push| push.is_deletion);
    let expected = format!("the rule allows {}", quote_list(patterns.names(), "and"));
    match git_ref.strip_prefix("refs/heads/") {
        Some(branch) if !is_deletion && patterns.matches(branch) => Ok(Some(("branch", quote(branch), expected))),
        _ => {
            let deleted = if is_deletion { ", which was deleted" } else { "" };
            let found = format!("the event is about {}{deleted}", quote(git_ref));
            Err(Rejection::new(ReasonCode::EventBranchNotAllowed, found, expected))
        }
    }
}

/// The label that the event added or removed, if the rule lists it.
fn check_label(event: &Event, rule: &Rule, rules: &[Rule]) -> Result<Option<Passed>, Rejection> {
    let Some(patterns) = &rule.label else { return Ok(None) };
    let listed: Vec<&str> =
        rules.iter().flat_map(|rule| rule.label.iter().flatten()).map(LabelPattern::as_str).collect();
    let expected = format!("the policy allows {}", quote_list(listed, "and"));
    match &event.label {
        Some(label) if patterns.iter().any(|pattern| pattern.matches(label)) => {
            Ok(Some(("label", quote(label), expected)))
        }
        label => {
            let found = match label {
                Some(label) => format!("the event's label is {}", quote(label)),
                None => "the event names no label".to_owned(),
            };
            let other_case = label
                .as_ref()
                .is_some_and(|label| patterns.iter().any(|pattern| pattern.matches_in_another_case(label)));
            let rejection = Rejection::new(ReasonCode::EventLabelNotAllowed, found, expected);
            Err(if other_case {
                rejection.with_help("Labels are case-sensitive: correct the case in the policy.")
            } else {
                rejection
            })
        }
    }
}

fn check_review(event: &Event, rule: &Rule, rules: &[Rule]) -> Result<Option<Passed>, Rejection> {
    let Some(states) = &rule.review else { return Ok(None) };
    let state = event.comment.as_ref().map_or("", |comment| comment.state.as_str());
    let listed: Vec<&str> =
        rules.iter().flat_map(|rule| rule.review.iter().flatten()).map(|state| state.name()).collect();
    let expected = format!("the policy allows {}", quote_list(listed, "and"));
    if states.iter().copied().map(ReviewState::name).any(|name| name == state) {
        return Ok(Some(("review", quote(state), expected)));
    }
    let found = format!("the state of the review is {}", quote(state));
    Err(Rejection::new(ReasonCode::EventReviewNotAllowed, found, expected))
}

fn check_command(event: &Event, rule: &Rule, rules: &[Rule]) -> Result<Option<Passed>, Rejection> {
    let Some(command) = &rule.command else { return Ok(None) };
    let commands = || rules.iter().filter_map(|rule| rule.command.as_ref());
    let expected = format!("the policy knows {}", quote_list(commands().flat_map(|command| &command.names), "and"));
    match event.comment.as_ref().and_then(|comment| find_command(command, &comment.body)) {
        Some((name, _)) => Ok(Some(("command", quote(name), expected))),
        None => Err(Rejection::new(
            ReasonCode::EventNoCommand,
            "the first line does not start with a command of the policy",
            expected,
        )),
    }
}

/// The command that a text starts with, as the policy writes it, and the rest of its first line.
pub fn find_command<'c, 't>(command: &'c CommandRule, body: &'t str) -> Option<(&'c str, &'t str)> {
    let line = body.split('\n').next().unwrap_or_default();
    let line = line.strip_suffix('\r').unwrap_or(line);
    let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
    command.names.iter().find(|name| name.eq_ignore_ascii_case(word)).map(|name| (name.as_str(), rest))
}
