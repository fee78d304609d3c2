//! What the keys of one rule demand of each other. Written policies and shorthand inputs are checked alike.

use super::field::{Field, FieldType};
use super::grammar::{RuleKey, SOURCE_EVENTS_OF_PULL_REQUESTS};
use super::{Authors, Demands, PullRequestRule, Rule, SourceRule, defaults};
use crate::github::event_name::EventName;
use crate::text::{did_you_mean, quote, quote_list};

/// A demand that a rule violates.
pub struct Violation {
    /// The key that is wrong.
    pub key: RuleKey,
    /// What is wrong and how to fix it.
    pub message: String,
}

/// Why a name is not a type of the event; `None` if it is one.
pub fn unknown_type(event: EventName, name: &str) -> Option<String> {
    let known = event.activity_types();
    if known.is_empty() || known.contains(&name) {
        return None;
    }
    let near = did_you_mean(name, known.iter().copied());
    Some(format!(
        "{} is not an activity type of `{}`{near}; expected one of `{}`",
        quote(name),
        event.name(),
        known.join("`, `")
    ))
}

/// Every violation of a rule.
pub fn check(event: EventName, rule: &Rule) -> Vec<Violation> {
    let mut violations = Vec::new();
    let mut add = |key, message: Option<String>| violations.extend(message.map(|message| Violation { key, message }));
    add(RuleKey::Label, label_without_label_types(rule));
    add(RuleKey::Review, review_without_submitted(event, rule));
    add(RuleKey::Command, command_without_created(event, rule));
    add(RuleKey::Types, types_that_take_back(rule));
    add(RuleKey::Source, source_beside_pull_request(rule));
    add(RuleKey::Payload, payload_too_large(event, rule));
    add(RuleKey::Payload, path_outside_client_payload(event, rule));
    add(RuleKey::Once, once_without_pull_request(rule));
    add(RuleKey::PullRequest, any_author_without_actors(rule));
    add(RuleKey::PullRequest, sticky_label_gate(event, rule));
    violations
}

fn label_without_label_types(rule: &Rule) -> Option<String> {
    const LABEL_TYPES: [&str; 2] = ["labeled", "unlabeled"];
    rule.label.as_ref()?;
    let are_label_types =
        rule.types.as_ref().is_some_and(|types| types.iter().all(|name| LABEL_TYPES.contains(&name.as_str())));
    (!are_label_types).then(|| {
        "`label` is the label that the event is about, so `types` must be given and be `labeled`, `unlabeled` or both"
            .to_owned()
    })
}

/// Whether the rule's types are that of a text that was just written.
fn is_written_only(event: EventName, rule: &Rule) -> bool {
    let written = defaults::activity_type(event);
    rule.types.as_ref().is_none_or(|types| types.iter().all(|name| Some(name.as_str()) == written))
}

fn review_without_submitted(event: EventName, rule: &Rule) -> Option<String> {
    let is_violated = rule.review.is_some() && !is_written_only(event, rule);
    is_violated.then(|| "`review` is the state in which a review was submitted; write `types: [submitted]`".to_owned())
}

fn command_without_created(event: EventName, rule: &Rule) -> Option<String> {
    let is_violated = rule.command.is_some() && !is_written_only(event, rule);
    let written = defaults::activity_type(event).unwrap_or_default();
    is_violated.then(|| format!("a command counts when it is written; write `types: [{written}]`"))
}

fn types_that_take_back(rule: &Rule) -> Option<String> {
    rule.pull_request.as_ref()?;
    let taken_back = rule.types.iter().flatten().find(|name| matches!(name.as_str(), "deleted" | "dismissed"))?;
    Some(format!(
        "{} cannot be beside `pull-request`: a text that was taken back is no consent to anything",
        quote(taken_back)
    ))
}

fn source_beside_pull_request(rule: &Rule) -> Option<String> {
    let (Some(source), Some(_)) = (&rule.source, &rule.pull_request) else { return None };
    let SourceRule { events, allow_forks, .. } = source;
    let supported = quote_list(SOURCE_EVENTS_OF_PULL_REQUESTS, "or");
    if *allow_forks {
        return Some("`forks` cannot be beside `pull-request`; `pull-request.forks` decides about forks".to_owned());
    }
    match events {
        None => Some(format!("beside `pull-request` the key `events` is required; list {supported}")),
        Some(events) => {
            let other = events.iter().find(|name| !SOURCE_EVENTS_OF_PULL_REQUESTS.contains(&name.as_str()))?;
            Some(format!("beside `pull-request` the `events` can be {supported}, found {}", quote(other)))
        }
    }
}

fn payload_too_large(event: EventName, rule: &Rule) -> Option<String> {
    let mut keys: Vec<&str> = rule.payload.iter().map(Field::top_level_key).collect();
    keys.sort_unstable();
    keys.dedup();
    let max = event.max_payload_properties();
    (keys.len() > max).then(|| {
        format!("the fields have {} top-level keys; GitHub accepts {max} in `{}`", keys.len(), event.payload_key())
    })
}

fn path_outside_client_payload(event: EventName, rule: &Rule) -> Option<String> {
    let field = rule.payload.iter().find(|field| field.path.is_some())?;
    (event != EventName::RepositoryDispatch).then(|| {
        format!(
            "the field {} has a `path`, and the `{}` of `{}` are not nested; name the field as the input is named",
            quote(&field.name),
            event.payload_key(),
            event.name()
        )
    })
}

fn once_without_pull_request(rule: &Rule) -> Option<String> {
    let identifies = rule.payload.iter().any(|field| matches!(field.kind, FieldType::PullRequest | FieldType::HeadSha));
    (rule.once && !identifies && rule.pull_request.is_none()).then(|| {
        "what has passed is recorded on the pull request's head commit, so the rule needs a payload field of type \
         `pull-request` or `head-sha`"
            .to_owned()
    })
}

/// The demands of a rule: those that always hold, and those of each block.
fn all_demands(rule: &PullRequestRule) -> impl Iterator<Item = &Demands> {
    std::iter::once(&rule.demands).chain(&rule.any)
}

fn any_author_without_actors(rule: &Rule) -> Option<String> {
    let pull_request = rule.pull_request.as_ref()?;
    let has_any = all_demands(pull_request).any(|demands| demands.authors == Some(Authors::Any));
    (has_any && rule.actors.is_none()).then(|| {
        "`authors: any` is for runs that a trusted person starts on anybody's pull request, so the rule needs `actors`"
            .to_owned()
    })
}

/// A label stays when its pull request gets new commits. With commits from forks it must not be the only consent.
fn sticky_label_gate(event: EventName, rule: &Rule) -> Option<String> {
    let pull_request = rule.pull_request.as_ref()?;
    if event == EventName::PullRequest || event.is_comment() || pull_request.allow_forks != Some(true) {
        return None;
    }
    let is_gate = |demands: &Demands| !demands.labels.all.is_empty() || !demands.labels.any.is_empty();
    let is_bound = |demands: &Demands| demands.labels.set_by.is_some() || demands.approvals.is_some();
    let is_label_event = rule.label.is_some() && rule.types.as_deref() == Some(&["labeled".to_owned()]);
    let always = &pull_request.demands;
    if is_gate(always) && !is_bound(always) && !is_label_event && pull_request.merged != Some(true) {
        return Some(
            "with `forks: allow` a label of `labels.all` or `labels.any` would also let pass what is pushed after it was \
             added; add one of `label` with `types: [labeled]`, `labels.set-by`, `approvals` or `merged: true`"
                .to_owned(),
        );
    }
    let index = pull_request.any.iter().position(|block| is_gate(block) && !is_bound(block))?;
    Some(format!(
        "with `forks: allow` a label in the block `any[{index}]` would also let pass what is pushed after it was added; add \
         `labels.set-by` or `approvals` to the block"
    ))
}
