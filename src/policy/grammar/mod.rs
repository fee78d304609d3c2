//! The grammar of a policy: every key once, with the mapping that it belongs to, the events that may have it, whether it
//! is required, the shape of its value, and a line of help.
//!
//! The parser, the JSON Schema, the messages about unknown keys and the tables of `docs/policy.md` derive from it.

mod keys;
mod words;

pub use keys::*;
pub use words::*;

use super::pattern::PatternKind;
use crate::github::event_name::EventName;

/// The shape of a key's value.
#[derive(Debug, Clone, Copy)]
pub enum Shape {
    /// The version of the grammar, the number 1.
    Version,
    /// A mapping of events to their rules.
    Events,
    /// A list of `OWNER/NAME`.
    Repositories,
    /// A slug.
    Slug,
    /// A list of dispatch types or activity types.
    Types,
    /// A list of names or patterns.
    Patterns(PatternKind),
    /// A list of names of labels, or patterns.
    Labels,
    /// A list of some words.
    ListOf(&'static [&'static str]),
    /// A list of some words, or the word `any`.
    ListOfOrAny(&'static [&'static str]),
    /// One of some words.
    OneOf(&'static [&'static str]),
    /// A list of actors.
    Actors,
    /// A list of actors, or the word `any`.
    Authors,
    /// A list of slugs of apps.
    Apps,
    /// `true` or `false`.
    Boolean,
    /// A whole number from the first to the second.
    Integer(u64, u64),
    /// A duration up to so many seconds.
    Duration(u64),
    /// A mapping.
    Mapping(&'static Mapping),
    /// A list of mappings.
    Blocks(&'static Mapping),
    /// A mapping of names to payload fields.
    Fields,
    /// A mapping of names to arguments.
    Arguments,
    /// A command's name, a list of names, or a mapping.
    Command,
    /// A command's name, or a list of names.
    CommandNames,
    /// A list of paths of workflow files.
    WorkflowPaths,
    /// A list of workflow files at refs.
    WorkflowRefs,
    /// A list of `NAME@APP`.
    CheckRuns,
    /// The type of a field.
    FieldType,
    /// Dotted keys.
    Path,
    /// A value of the field's type.
    Default,
    /// A regular expression.
    Regex,
    /// A number.
    Number,
    /// A list of texts.
    Options,
}

/// Where a key can be, or is required.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Wherever its mapping is.
    Everywhere,
    /// Nowhere.
    Nowhere,
    /// In the rules of these events.
    Events(&'static [EventName]),
    /// In fields of these types.
    FieldTypes(&'static [&'static str]),
}

impl Scope {
    /// Whether a rule of the event is included.
    pub fn includes_event(self, event: EventName) -> bool {
        match self {
            Scope::Everywhere => true,
            Scope::Events(events) => events.contains(&event),
            Scope::Nowhere | Scope::FieldTypes(_) => false,
        }
    }

    /// Whether a field of the type is included.
    pub fn includes_type(self, name: &str) -> bool {
        match self {
            Scope::Everywhere => true,
            Scope::FieldTypes(names) => names.contains(&name),
            Scope::Nowhere | Scope::Events(_) => false,
        }
    }
}

/// What the grammar says about a key.
#[derive(Debug, Clone, Copy)]
pub struct KeyInfo {
    /// The key as a policy writes it.
    pub name: &'static str,
    /// Where it can be.
    pub scope: Scope,
    /// Where it is required.
    pub required: Scope,
    /// The shape of its value.
    pub shape: Shape,
    /// One line of help.
    pub help: &'static str,
}

/// A mapping with a fixed set of keys.
#[derive(Debug)]
pub struct Mapping {
    /// Its name in the documentation.
    pub name: &'static str,
    /// What it is, in one line.
    pub help: &'static str,
    /// Its keys.
    pub keys: &'static [KeyInfo],
}

/// The keys of one mapping. The parser matches on them, so a new key cannot be overlooked.
pub trait MappingKey: Copy + PartialEq + 'static {
    /// Every key.
    const ALL: &'static [Self];
    /// The mapping, whose keys are in the same order.
    const MAPPING: &'static Mapping;

    /// The key of a name.
    fn from_name(name: &str) -> Option<Self> {
        let index = Self::MAPPING.keys.iter().position(|info| info.name == name)?;
        Self::ALL.get(index).copied()
    }

    /// What the grammar says about the key.
    fn info(self) -> &'static KeyInfo;
}

/// Why a rule of an event cannot have a key.
pub fn unsupported_key(event: EventName, key: RuleKey) -> String {
    let name = event.name();
    match key {
        RuleKey::Name => format!("`{name}` has no rules"),
        RuleKey::Types => format!("`{name}` has no types"),
        RuleKey::Branches => format!("`{name}` is not about a branch that a rule can name"),
        RuleKey::Label => format!("`{name}` is not about the label of a pull request or an issue"),
        RuleKey::Review => format!("`{name}` is not about a submitted review"),
        RuleKey::Command | RuleKey::ViaApps => format!("`{name}` is not about a comment or a review"),
        RuleKey::Source => format!("`{name}` does not report another run"),
        RuleKey::Actors | RuleKey::RerunBy => format!("nobody sends `{name}`"),
        RuleKey::Payload | RuleKey::UnknownFields => format!("`{name}` has no payload; only dispatch events do"),
        RuleKey::PullRequest => format!("`{name}` is not about one pull request"),
        RuleKey::Provenance => format!("`{name}` has no envelope; only `repository_dispatch` does"),
        RuleKey::Once => format!("`{name}` is not sent on purpose; only a dispatch can be sent twice"),
    }
}

/// Whether a rule of an event can have a key.
pub fn supports(event: EventName, key: RuleKey) -> bool {
    key.info().scope.includes_event(event)
}
