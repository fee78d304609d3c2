//! The flat inputs as a policy: short for the common case, judged by the same rules.

use super::actor::{ActorEntry, Actors};
use super::field::{Field, FieldType};
use super::pattern::{Pattern, Patterns};
use super::read::{self, needed_keys};
use super::{LabelRule, Policy, PullRequestRule, Rule};
use crate::decision::{Code, Stop};
use crate::event::{EventName, Source};
use crate::inputs::Inputs;
use crate::text::{did_you_mean, quote, quote_list};

/// How many fields are read without YAML, and of how many letters.
const PLAIN_FIELDS: usize = 25;
const PLAIN_LETTERS: usize = 100;

/// The policy that the flat inputs stand for.
///
/// # Errors
/// `config.invalid_input` where an input is not of its form or a needed one is not set; `config.policy_invalid` where
/// its content breaks the policy's grammar.
pub fn policy(inputs: &Inputs) -> Result<Policy, Stop> {
    let mut events = Vec::new();
    for name in inputs.list("events")?.unwrap_or_default() {
        let event = EventName::from_name(name).ok_or_else(|| {
            let names = EventName::ALL.iter().map(|(_, name)| *name);
            let near = did_you_mean(name, names.clone());
            invalid("events", &format!("{} is no event that can be listed{near}", quote(name)))
                .mend(format!("Use the names of {}.", quote_list(names, "and")))
        })?;
        if !events.contains(&event) {
            events.push(event);
        }
    }
    let flat = Flat::read(inputs)?;
    for event in &events {
        flat.check_needed(*event)?;
    }
    flat.check_used(&events)?;
    Ok(Policy::new(events.into_iter().map(|event| (event, flat.rule(event))).collect()))
}

struct Flat {
    dispatch_types: Option<Vec<String>>,
    activity_types: Option<Vec<String>>,
    actors: Option<Actors>,
    payload: Vec<Field>,
    pull_request: Option<PullRequestRule>,
}

impl Flat {
    fn read(inputs: &Inputs) -> Result<Self, Stop> {
        Ok(Self {
            dispatch_types: words(inputs, "dispatch-types")?,
            activity_types: words(inputs, "activity-types")?,
            actors: actors(inputs)?,
            payload: payload(inputs)?,
            pull_request: pull_request(inputs)?,
        })
    }

    /// The same keys that a written policy needs, by the inputs that stand for them.
    fn check_needed(&self, event: EventName) -> Result<(), Stop> {
        for key in needed_keys(event) {
            let (input, is_set) = match *key {
                "types" => ("dispatch-types", self.dispatch_types.is_some()),
                _ => ("allowed-actors", self.actors.is_some()),
            };
            if !is_set {
                return Err(Stop::new(
                    Code::ConfigInvalidInput,
                    format!("the input `{input}` is not set"),
                    format!("`events` holds `{}`, which needs it", event.name()),
                )
                .mend(format!("Set `{input}`, or take `{}` out of `events`.", event.name())));
            }
        }
        Ok(())
    }

    /// A demand on the pull request that no listed event can meet would be passed over without a word.
    fn check_used(&self, events: &[EventName]) -> Result<(), Stop> {
        if self.pull_request.is_none() || events.iter().any(|event| event.source() != Source::None) {
            return Ok(());
        }
        let names = quote_list(events.iter().map(|event| event.name()), "and");
        Err(Stop::new(
            Code::ConfigInvalidInput,
            format!("inputs ask for something of a pull request, and `events` holds only {names}"),
            "those are about no pull request",
        )
        .mend(
            "Take out `base-branches`, `required-labels`, `forbidden-labels`, `require-merged` and `allow-forks`, or \
             list an event that is about a pull request.",
        ))
    }

    fn rule(&self, event: EventName) -> Rule {
        let of_pull_request = matches!(event, EventName::PullRequest | EventName::PullRequestTarget);
        Rule {
            types: match event {
                EventName::RepositoryDispatch => self.dispatch_types.clone(),
                _ if of_pull_request => self.activity_types.clone(),
                _ => None,
            },
            // GitHub lets anybody open a pull request; whoever else starts a run is on the list where there is one.
            actors: if of_pull_request { None } else { self.actors.clone() },
            payload: if event.is_dispatch() { self.payload.clone() } else { Vec::new() },
            pull_request: if event.source() == Source::None { None } else { self.pull_request.clone() },
            ..Rule::default()
        }
    }
}

/// The elements of a list, each of which has to show what it is, as in a written policy.
fn words(inputs: &Inputs, name: &str) -> Result<Option<Vec<String>>, Stop> {
    let Some(words) = inputs.list(name)? else { return Ok(None) };
    match words.iter().find_map(|word| read::unclear(word)) {
        Some(why) => Err(invalid(name, &why)),
        None => Ok(Some(words.into_iter().map(str::to_owned).collect())),
    }
}

fn payload(inputs: &Inputs) -> Result<Vec<Field>, Stop> {
    let text = match inputs.raw("payload") {
        text if text.trim().is_empty() => inputs.default("payload"),
        text => text,
    };
    if let Some(fields) = plain_fields(text) {
        return Ok(fields);
    }
    read::payload(text).map_err(|errors| {
        let first = errors.first().map(ToString::to_string).unwrap_or_default();
        invalid("payload", &first)
    })
}

/// The fields of a text with nothing but `NAME: TYPE` in each line, in letters that mean nothing else to YAML. Most
/// payloads are declared so, and then nothing of what reads YAML has to be compiled. Whatever looks different is left to
/// the reader of policies, and so are errors.
fn plain_fields(text: &str) -> Option<Vec<Field>> {
    let is_plain = |letter: u8| matches!(letter, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_');
    let mut fields: Vec<Field> = Vec::new();
    for line in text.lines().take(PLAIN_FIELDS + 1) {
        let (name, kind) = line.split_once(": ")?;
        let kind = FieldType::plain(kind).filter(|kind| !matches!(kind, FieldType::HeadSha))?;
        let plain = name.len() <= PLAIN_LETTERS
            && name.starts_with(|first: char| first.is_ascii_lowercase())
            && name.bytes().all(is_plain);
        let known = fields.iter().any(|field| {
            field.name == name || matches!((&field.kind, &kind), (FieldType::PullRequest, FieldType::PullRequest))
        });
        if !plain || known {
            return None;
        }
        fields.push(Field { name: name.to_owned(), kind, required: true, default: None });
    }
    (1..=PLAIN_FIELDS).contains(&fields.len()).then_some(fields)
}

fn actors(inputs: &Inputs) -> Result<Option<Actors>, Stop> {
    let Some(texts) = inputs.list("allowed-actors")? else { return Ok(None) };
    let entries: Result<Vec<_>, _> = texts.into_iter().map(ActorEntry::parse).collect();
    entries.map(Actors::new).map_err(|why| invalid("allowed-actors", &why))
}

fn pull_request(inputs: &Inputs) -> Result<Option<PullRequestRule>, Stop> {
    let required = words(inputs, "required-labels")?;
    let forbidden = words(inputs, "forbidden-labels")?;
    let base = match words(inputs, "base-branches")? {
        None => None,
        Some(texts) => {
            let patterns: Result<Vec<_>, _> = texts.iter().map(|text| Pattern::parse(text)).collect();
            let patterns = patterns.map_err(|error| invalid("base-branches", &error.to_string()))?;
            Some(Patterns::new(patterns).map_err(|error| invalid("base-branches", &error.to_string()))?)
        }
    };
    let merged = inputs.boolean("require-merged")?.filter(|merged| *merged);
    let allow_forks = inputs.boolean("allow-forks")?;
    let says_nothing =
        base.is_none() && merged.is_none() && allow_forks.is_none() && required.is_none() && forbidden.is_none();
    if says_nothing {
        return Ok(None);
    }
    let labels = LabelRule { all: required.unwrap_or_default(), any: Vec::new(), none: forbidden.unwrap_or_default() };
    if let Some(both) = labels.all.iter().find(|label| labels.none.contains(label)) {
        return Err(invalid("forbidden-labels", &read::required_and_forbidden(both)));
    }
    Ok(Some(PullRequestRule { base, merged, allow_forks, labels, ..PullRequestRule::default() }))
}

fn invalid(input: &str, why: &str) -> Stop {
    Stop::new(Code::ConfigPolicyInvalid, format!("the input `{input}` breaks the policy's grammar: {why}"), "")
        .mend(format!("Correct the input `{input}`."))
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn debug<E>(fields: Result<Vec<Field>, E>) -> Option<String> {
        fields.ok().map(|fields| format!("{fields:?}"))
    }

    #[test]
    fn most_declarations_need_no_yaml() {
        for text in ["pr: pull-request", "pr: pull-request\nchart: slug\n", "a: sha\r\nb_2: string\r\nc-d: number"] {
            let fields = plain_fields(text);
            assert!(fields.is_some(), "{text:?}");
            assert_eq!(debug(fields.ok_or(())), debug(read::payload(text)), "{text:?}");
        }
        for text in ["", "pr:", "a: slug\na: sha", "a: pull-request\nb: pull-request", "a: head-sha", "a: choice"] {
            assert!(plain_fields(text).is_none(), "{text:?}");
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
            if let Some(fields) = plain_fields(&text) {
                prop_assert_eq!(Some(format!("{fields:?}")), debug(read::payload(&text)), "{:?}", text);
            }
        }
    }
}
