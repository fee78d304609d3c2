//! The shorthand inputs as a policy: for common cases in a few lines, under the same checks as a written policy.

use super::actor::{ActorEntry, Actors};
use super::field::{Field, FieldType};
use super::grammar::{self, RuleKey};
use super::label::LabelPattern;
use super::parse::{self, check_display_safe};
use super::pattern::{Pattern, PatternKind, Patterns};
use super::rule_checks::{self, Violation};
use super::{Demands, LabelRule, Policy, PullRequestRule, Rule};
use crate::github::event_name::EventName;
use crate::reason::ReasonCode;
use crate::rejection::Rejection;
use crate::runner::inputs::Inputs;
use crate::text::{did_you_mean, quote, quote_list};

/// How many fields are read without YAML, and of how many characters.
const SIMPLE_FIELDS: usize = 25;
const SIMPLE_NAME_CHARS: usize = 100;

/// The shorthand inputs, each with the part of a rule that it sets.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Events,
    DispatchTypes,
    ActivityTypes,
    Actors,
    Payload,
    PullRequest,
}

impl Part {
    fn of_input(name: &str) -> Option<Self> {
        match name {
            "events" => Some(Part::Events),
            "dispatch-types" => Some(Part::DispatchTypes),
            "activity-types" => Some(Part::ActivityTypes),
            "allowed-actors" => Some(Part::Actors),
            "payload" => Some(Part::Payload),
            "base-branches" | "required-labels" | "forbidden-labels" | "require-merged" | "allow-forks" => {
                Some(Part::PullRequest)
            }
            _ => None,
        }
    }

    /// Whether a rule of the event has this part.
    fn applies_to(self, event: EventName) -> bool {
        match self {
            Part::Events => true,
            Part::DispatchTypes => event == EventName::RepositoryDispatch,
            Part::ActivityTypes => !event.activity_types().is_empty(),
            // Anybody can open a pull request; what is pushed or merged has passed the branch's own protection.
            Part::Actors => {
                grammar::supports(event, RuleKey::Actors)
                    && !matches!(event, EventName::PullRequest | EventName::PullRequestTarget | EventName::Push)
            }
            Part::Payload => grammar::supports(event, RuleKey::Payload),
            Part::PullRequest => grammar::supports(event, RuleKey::PullRequest),
        }
    }

    /// What the events are about that have this part.
    fn describe(self) -> &'static str {
        match self {
            Part::Events => "every event",
            Part::DispatchTypes => "`repository_dispatch`",
            Part::ActivityTypes => "events that have activity types",
            Part::Actors => "events that a person or an app starts on purpose",
            Part::Payload => "`repository_dispatch` and `workflow_dispatch`",
            Part::PullRequest => "events that are about a pull request",
        }
    }
}

/// The policy that the shorthand inputs stand for.
///
/// # Errors
/// `config.invalid_input` if an input is invalid, missing, or not used by any listed event; `config.policy_invalid` if
/// its content violates the policy's grammar.
pub fn policy(inputs: &Inputs) -> Result<Policy, Rejection> {
    let events = events(inputs)?;
    check_used(inputs, &events)?;
    let shorthand = ShorthandInputs::read(inputs, &events)?;
    let mut rules = Vec::new();
    for event in &events {
        shorthand.check_required(*event)?;
        let rule = shorthand.rule(*event)?;
        if let Some(Violation { key, message }) = rule_checks::check(*event, &rule).into_iter().next() {
            let input = input_of(key);
            return Err(invalid(input, &format!("for `{}`: {message}", event.name())).with_help(format!(
                "Correct the input `{input}`, or use a policy, which can say this for each event: see docs/policy.md."
            )));
        }
        rules.push((*event, vec![rule]));
    }
    Ok(Policy::new(None, rules))
}

/// The input to name if a key of the rule is wrong.
fn input_of(key: RuleKey) -> &'static str {
    match key {
        RuleKey::Types => "activity-types",
        RuleKey::Actors | RuleKey::RerunBy | RuleKey::ViaApps => "allowed-actors",
        RuleKey::Payload | RuleKey::UnknownFields => "payload",
        RuleKey::PullRequest => "required-labels",
        RuleKey::Name
        | RuleKey::Branches
        | RuleKey::Label
        | RuleKey::Review
        | RuleKey::Command
        | RuleKey::Source
        | RuleKey::Provenance
        | RuleKey::Once => "events",
    }
}

fn events(inputs: &Inputs) -> Result<Vec<EventName>, Rejection> {
    let mut events = Vec::new();
    for name in inputs.list("events")?.unwrap_or_default() {
        let event = EventName::from_name(name).ok_or_else(|| {
            let names = EventName::ALL.iter().map(|event| event.name());
            let near = did_you_mean(name, names.clone());
            invalid("events", &format!("unknown event {}{near}", quote(name)))
                .with_help(format!("Use the names of {}.", quote_list(names, "and")))
        })?;
        if !events.contains(&event) {
            events.push(event);
        }
    }
    Ok(events)
}

/// An input that no listed event uses would have no effect, and nobody would notice.
fn check_used(inputs: &Inputs, events: &[EventName]) -> Result<(), Rejection> {
    for name in inputs.shorthand_inputs_set() {
        let Some(part) = Part::of_input(name) else { continue };
        if events.iter().any(|event| part.applies_to(*event)) {
            continue;
        }
        let listed = quote_list(events.iter().map(|event| event.name()), "and");
        return Err(Rejection::new(
            ReasonCode::ConfigInvalidInput,
            format!("the input `{name}` is set, and `events` lists only {listed}"),
            format!("that input is for {}", part.describe()),
        )
        .with_help(format!("Remove `{name}`, or list an event that uses it.")));
    }
    Ok(())
}

struct ShorthandInputs {
    dispatch_types: Option<Vec<String>>,
    activity_types: Option<Vec<String>>,
    actors: Option<Actors>,
    payload: Vec<Field>,
    pull_request: Option<PullRequestRule>,
}

impl ShorthandInputs {
    fn read(inputs: &Inputs, events: &[EventName]) -> Result<Self, Rejection> {
        let uses = |part: Part| events.iter().any(|event| part.applies_to(*event));
        Ok(Self {
            dispatch_types: string_list(inputs, "dispatch-types")?,
            activity_types: activity_types(inputs, events)?,
            actors: actors(inputs)?,
            payload: if uses(Part::Payload) { payload(inputs)? } else { Vec::new() },
            pull_request: pull_request(inputs)?,
        })
    }

    /// The keys that a written policy needs too, by the inputs that stand for them.
    fn check_required(&self, event: EventName) -> Result<(), Rejection> {
        for key in grammar::RULE.keys.iter().filter(|info| info.required.includes_event(event)) {
            let (input, is_set) = match <RuleKey as grammar::MappingKey>::from_name(key.name) {
                Some(RuleKey::Types) => ("dispatch-types", self.dispatch_types.is_some()),
                Some(RuleKey::Actors) => ("allowed-actors", self.actors.is_some()),
                _ => return Err(needs_policy(event, key.name)),
            };
            if !is_set {
                return Err(Rejection::new(
                    ReasonCode::ConfigInvalidInput,
                    format!("the input `{input}` is not set"),
                    format!("`events` lists `{}`, which needs it", event.name()),
                )
                .with_help(format!("Set `{input}`, or remove `{}` from `events`.", event.name())));
            }
        }
        Ok(())
    }

    fn rule(&self, event: EventName) -> Result<Rule, Rejection> {
        let types = if event == EventName::RepositoryDispatch {
            self.dispatch_types.clone()
        } else {
            self.activity_types_of(event)?
        };
        let has = |part: Part| part.applies_to(event);
        Ok(Rule {
            types,
            actors: self.actors.clone().filter(|_| has(Part::Actors)),
            payload: if has(Part::Payload) { self.payload.clone() } else { Vec::new() },
            pull_request: self.pull_request.clone().filter(|_| has(Part::PullRequest)),
            ..Rule::default()
        })
    }

    /// The listed activity types that the event has.
    fn activity_types_of(&self, event: EventName) -> Result<Option<Vec<String>>, Rejection> {
        let (Some(listed), true) = (&self.activity_types, Part::ActivityTypes.applies_to(event)) else {
            return Ok(None);
        };
        let types: Vec<String> =
            listed.iter().filter(|name| event.activity_types().contains(&name.as_str())).cloned().collect();
        if types.is_empty() {
            let why = format!("none of {} is an activity type of `{}`", quote_list(listed, "and"), event.name());
            return Err(invalid("activity-types", &why)
                .with_help(format!("Add a type of `{}`, or remove the event from `events`.", event.name())));
        }
        Ok(Some(types))
    }
}

fn needs_policy(event: EventName, key: &str) -> Rejection {
    Rejection::new(
        ReasonCode::ConfigInvalidInput,
        format!("`events` lists `{}`, whose rule needs the key `{key}`", event.name()),
        "no shorthand input sets that key",
    )
    .with_help(format!("Use the input `policy` or `policy-file` for `{}`: see docs/policy.md.", event.name()))
}

/// The elements of a list, each of which must show what it is, as in a written policy.
fn string_list(inputs: &Inputs, name: &str) -> Result<Option<Vec<String>>, Rejection> {
    let Some(elements) = inputs.list(name)? else { return Ok(None) };
    match elements.iter().find_map(|element| check_display_safe(element)) {
        Some(why) => Err(invalid(name, &why)),
        None => Ok(Some(elements.into_iter().map(str::to_owned).collect())),
    }
}

/// Each must be a type of an event that is listed.
fn activity_types(inputs: &Inputs, events: &[EventName]) -> Result<Option<Vec<String>>, Rejection> {
    let types = string_list(inputs, "activity-types")?;
    for name in types.iter().flatten() {
        let mut reasons = events
            .iter()
            .filter(|event| Part::ActivityTypes.applies_to(**event))
            .map(|event| rule_checks::unknown_type(*event, name));
        if let Some(Some(why)) = reasons.next()
            && reasons.all(|reason| reason.is_some())
        {
            return Err(invalid("activity-types", &why));
        }
    }
    Ok(types)
}

fn payload(inputs: &Inputs) -> Result<Vec<Field>, Rejection> {
    let text = inputs.raw("payload").or_else(|| inputs.default("payload")).unwrap_or_default();
    if let Some(fields) = parse_simple_fields(text) {
        return Ok(fields);
    }
    parse::payload(text).map_err(|errors| {
        let first = errors.first().map(ToString::to_string).unwrap_or_default();
        invalid("payload", &first)
    })
}

/// The fields of a text with nothing but `NAME: TYPE` in each line, in characters that mean nothing else to YAML. Most
/// payloads are declared so, and then V8 need not compile the YAML parser. Any other text is left to the policy parser,
/// and so are errors.
fn parse_simple_fields(text: &str) -> Option<Vec<Field>> {
    let is_plain = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_');
    let mut fields: Vec<Field> = Vec::new();
    for line in text.lines().take(SIMPLE_FIELDS + 1) {
        let (name, kind) = line.split_once(": ")?;
        let kind = FieldType::plain(kind)?;
        let is_simple = name.len() <= SIMPLE_NAME_CHARS
            && name.starts_with(|first: char| first.is_ascii_lowercase())
            && name.bytes().all(is_plain);
        let is_single = matches!(kind, FieldType::PullRequest | FieldType::HeadSha);
        let is_known = fields.iter().any(|field| field.name == name || (is_single && field.kind.name() == kind.name()));
        if !is_simple || is_known {
            return None;
        }
        fields.push(Field { name: name.to_owned(), kind, required: true, default: None, path: None });
    }
    (1..=SIMPLE_FIELDS).contains(&fields.len()).then_some(fields)
}

fn actors(inputs: &Inputs) -> Result<Option<Actors>, Rejection> {
    let Some(texts) = inputs.list("allowed-actors")? else { return Ok(None) };
    let entries: Result<Vec<_>, _> = texts.into_iter().map(ActorEntry::parse).collect();
    entries.map(Actors::new).map_err(|why| invalid("allowed-actors", &why))
}

fn labels(inputs: &Inputs, name: &str) -> Result<Vec<LabelPattern>, Rejection> {
    let labels = string_list(inputs, name)?.unwrap_or_default();
    let parse = |text: &String| LabelPattern::parse(text).map_err(|why| format!("the label {} {why}", quote(text)));
    let patterns: Result<Vec<_>, _> = labels.iter().map(parse).collect();
    patterns.map_err(|why| {
        invalid(name, &why).with_help(format!("Correct the input `{name}`; a label with a comma needs a policy."))
    })
}

/// What the inputs demand of a pull request; `None` if it is nothing.
///
/// # Errors
/// `config.policy_invalid`, or `config.invalid_input`.
pub fn pull_request(inputs: &Inputs) -> Result<Option<PullRequestRule>, Rejection> {
    let labels = LabelRule {
        all: labels(inputs, "required-labels")?,
        none: labels(inputs, "forbidden-labels")?,
        ..LabelRule::default()
    };
    let base = match string_list(inputs, "base-branches")? {
        None => None,
        Some(texts) => {
            let patterns: Result<Vec<_>, _> =
                texts.iter().map(|text| Pattern::parse(text, PatternKind::Branch)).collect();
            let patterns = patterns.map_err(|error| invalid("base-branches", &error.to_string()))?;
            Some(Patterns::new(patterns).map_err(|error| invalid("base-branches", &error.to_string()))?)
        }
    };
    let merged = inputs.boolean("require-merged")?.filter(|merged| *merged);
    let allow_forks = inputs.boolean("allow-forks")?;
    if base.is_none() && merged.is_none() && allow_forks.is_none() && labels.is_empty() {
        return Ok(None);
    }
    if let Some(label) = parse::required_and_forbidden(&labels) {
        let why = format!("{} is required and forbidden", quote(label));
        return Err(invalid("forbidden-labels", &why));
    }
    let demands = Demands { labels, ..Demands::default() };
    Ok(Some(PullRequestRule { base, merged, allow_forks, demands, ..PullRequestRule::default() }))
}

fn invalid(input: &str, why: &str) -> Rejection {
    let found = format!("the input `{input}` violates the policy's grammar: {why}");
    let comma = if input.ends_with("-labels") { " A label with a comma needs a policy." } else { "" };
    Rejection::new(ReasonCode::ConfigPolicyInvalid, found, "").with_help(format!("Correct the input `{input}`.{comma}"))
}

#[cfg(all(test, not(target_arch = "wasm32")))]
#[allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::runner::inputs::{GUARD, UNSET};

    fn try_policy(values: &[(&str, &str)]) -> Result<Policy, Rejection> {
        let defaults = GUARD.inputs.iter().map(|input| (input.name.to_owned(), input.default.to_owned()));
        let values = values.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let mut all = std::collections::BTreeMap::new();
        for (name, value) in defaults.chain(values) {
            all.insert(name, value);
        }
        policy(&Inputs::new(GUARD, all).unwrap())
    }

    #[track_caller]
    fn refused(values: &[(&str, &str)], code: ReasonCode, words: &str) {
        let rejection = try_policy(values).expect_err(&format!("{values:?}"));
        let text = format!("{rejection} {}", rejection.help);
        assert_eq!(rejection.code, code, "{values:?}: {text}");
        assert!(text.contains(words), "{values:?}: {text}");
    }

    #[track_caller]
    fn rule(values: &[(&str, &str)], event: EventName) -> Rule {
        let policy = try_policy(values).unwrap_or_else(|rejection| panic!("{values:?}: {rejection}"));
        policy.rules(event)[0].clone()
    }

    const DISPATCH: [(&str, &str); 2] = [("dispatch-types", "build"), ("allowed-actors", "mona")];

    #[test]
    fn an_input_that_no_listed_event_uses_is_refused() {
        for (events, name, value) in [
            ("pull_request", "allowed-actors", "mona"),
            ("pull_request_target, push, merge_group, schedule", "allowed-actors", "mona"),
            ("pull_request", "dispatch-types", "build"),
            ("push, schedule", "activity-types", "opened"),
            ("pull_request", "payload", "pr: pull-request\nx: slug"),
            ("merge_group, schedule", "base-branches", "main"),
            ("schedule", "required-labels", "ok"),
            ("schedule", "forbidden-labels", "stop"),
            ("schedule", "require-merged", "true"),
            ("schedule", "allow-forks", "false"),
        ] {
            refused(&[("events", events), (name, value)], ReasonCode::ConfigInvalidInput, name);
        }
        for (events, name, value) in [
            ("workflow_dispatch, pull_request", "allowed-actors", "mona"),
            ("pull_request, push", "activity-types", "opened"),
            ("pull_request, schedule", "base-branches", "main"),
            ("schedule", "require-merged", "false"),
            ("schedule", "payload", "pr: pull-request"),
            ("schedule", "allow-forks", UNSET),
        ] {
            assert!(try_policy(&[("events", events), (name, value)]).is_ok(), "{events} {name}");
        }
    }

    #[test]
    fn actors_are_required_where_somebody_starts_the_run() {
        for event in
            ["workflow_dispatch", "pull_request_review", "pull_request_review_comment", "issue_comment", "issues"]
        {
            refused(&[("events", event)], ReasonCode::ConfigInvalidInput, "`allowed-actors` is not set");
            let name = EventName::from_name(event).unwrap();
            assert!(rule(&[("events", event), ("allowed-actors", "mona")], name).actors.is_some());
        }
        refused(&[("dispatch-types", "x")], ReasonCode::ConfigInvalidInput, "`allowed-actors` is not set");
        refused(&[("allowed-actors", "mona")], ReasonCode::ConfigInvalidInput, "`dispatch-types` is not set");
        let mixed = [("events", "pull_request, workflow_dispatch"), ("allowed-actors", "mona")];
        assert!(rule(&mixed, EventName::PullRequest).actors.is_none());
        assert!(rule(&mixed, EventName::WorkflowDispatch).actors.is_some());
    }

    #[test]
    fn an_event_that_needs_another_key_needs_a_policy() {
        let inputs = [("events", "workflow_run"), ("allowed-actors", "mona")];
        refused(&inputs, ReasonCode::ConfigInvalidInput, "`policy-file`");
    }

    #[test]
    fn activity_types_apply_to_every_event_that_has_them() {
        let inputs = [
            ("events", "pull_request, issue_comment, push"),
            ("activity-types", "opened, created"),
            ("allowed-actors", "mona"),
        ];
        assert_eq!(rule(&inputs, EventName::PullRequest).types.unwrap(), ["opened"]);
        assert_eq!(rule(&inputs, EventName::IssueComment).types.unwrap(), ["created"]);
        assert_eq!(rule(&inputs, EventName::Push).types, None);
        let only_one =
            [("events", "pull_request, issue_comment"), ("activity-types", "opened"), ("allowed-actors", "a")];
        refused(&only_one, ReasonCode::ConfigPolicyInvalid, "`issue_comment`");
        for (types, words) in
            [("sychronize", "`synchronize`"), ("*", "not an activity type"), ("labelled", "`labeled`")]
        {
            refused(&[("events", "pull_request"), ("activity-types", types)], ReasonCode::ConfigPolicyInvalid, words);
        }
    }

    #[test]
    fn a_label_that_outlives_the_commit_needs_a_policy() {
        let sticky = [("events", "pull_request_target"), ("allow-forks", "true"), ("required-labels", "ok")];
        refused(&sticky, ReasonCode::ConfigPolicyInvalid, "use a policy");
        for (name, value) in [("require-merged", "true"), ("allow-forks", "false"), ("events", "pull_request")] {
            assert!(try_policy(&[&sticky[..], &[(name, value)]].concat()).is_ok(), "{name}");
        }
    }

    #[test]
    fn the_grammar_holds_for_inputs_too() {
        let many: String = (0..11).map(|n| format!("f{n}: slug\n")).collect();
        for (name, value, words) in [
            ("required-labels", "*", "needs a policy"),
            ("forbidden-labels", "hum\u{430}n", "U+0430"),
            ("required-labels", "a\u{a0}b", "U+00A0"),
            ("base-branches", "!main", "begin with `!`"),
            ("base-branches", "ma\u{200b}in", "U+200B"),
            ("dispatch-types", "chart\u{2060}", "U+2060"),
            ("allowed-actors", "*", "wildcard"),
            ("allowed-actors", "Copilot", "add the id"),
            ("payload", "pr: pull-request\nPR: slug", "differ only in case"),
            ("payload", "pr: slug # \u{202e}", "U+202E"),
            ("payload", &many, "top-level keys"),
            ("events", "repository_dispatch, pull_requst", "`pull_request`"),
        ] {
            refused(&[&DISPATCH[..], &[(name, value)]].concat(), ReasonCode::ConfigPolicyInvalid, words);
        }
        let both = [&DISPATCH[..], &[("required-labels", "a, b"), ("forbidden-labels", "b*")]].concat();
        refused(&both, ReasonCode::ConfigPolicyInvalid, "`b` is required and forbidden");
        let nested =
            [("events", "workflow_dispatch"), ("allowed-actors", "a"), ("payload", "pr: {type: slug, path: a.b}")];
        refused(&nested, ReasonCode::ConfigPolicyInvalid, "not nested");
        let deleted = [
            ("events", "issue_comment"),
            ("allowed-actors", "a"),
            ("activity-types", "deleted"),
            ("base-branches", "main"),
        ];
        refused(&deleted, ReasonCode::ConfigPolicyInvalid, "taken back");
    }

    fn debug<E>(fields: Result<Vec<Field>, E>) -> Option<String> {
        fields.ok().map(|fields| format!("{fields:?}"))
    }

    #[test]
    fn most_declarations_need_no_yaml() {
        for text in [
            "pr: pull-request",
            "pr: pull-request\nchart: slug\n",
            "a: sha\r\nb_2: string\r\nc-d: number",
            "a: head-sha",
        ] {
            let fields = parse_simple_fields(text);
            assert!(fields.is_some(), "{text:?}");
            assert_eq!(debug(fields.ok_or(())), debug(parse::payload(text)), "{text:?}");
        }
        for text in ["", "pr:", "a: slug\na: sha", "a: pull-request\nb: pull-request", "a: choice"] {
            assert!(parse_simple_fields(text).is_none(), "{text:?}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4096))]

        #[test]
        fn what_is_read_without_yaml_is_what_yaml_says(
            lines in prop::collection::vec(
                (
                    "(pr|on|null|true|_guard|chart|a{0,2}|[a-z0-9~'\"#&*!|>%@`_-]{1,3}|[ \\t]a|a{99,101}|\\PC{1,2})",
                    "(: |: |: |: |:|:  | : |:\\t)",
                    "(slug|sha|pull-request|head-sha|string|number|boolean|choice|slug |slug #|'slug'|\\[slug\\]|[a-z~]{0,3})",
                ),
                0..5,
            ),
            end in "(\n|\r\n|\r|\n\n| )",
        ) {
            let text: String = lines.iter().map(|(name, colon, kind)| format!("{name}{colon}{kind}{end}")).collect();
            if let Some(fields) = parse_simple_fields(&text) {
                prop_assert_eq!(Some(format!("{fields:?}")), debug(parse::payload(&text)), "{:?}", text);
            }
        }
    }
}
