//! The inputs of the three actions, and the guard's settings that are not a policy.

use crate::decision::{Code, Stop};
use crate::map::Map;
use crate::text::{Redactor, did_you_mean, quote};

/// An input of an action.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Input {
    /// Its name in `with:`.
    pub name: &'static str,
    /// Its value where it is not set, as `action.yml` gives it; expressions are the runner's.
    pub default: &'static str,
    /// Whether it is part of a flat policy.
    pub flat: bool,
}

const fn input(name: &'static str, default: &'static str) -> Input {
    Input { name, default, flat: false }
}

const fn flat(name: &'static str, default: &'static str) -> Input {
    Input { name, default, flat: true }
}

/// The inputs of the guard.
pub const GUARD: &[Input] = &[
    input("token", "${{ github.token }}"),
    input("policy", ""),
    input("policy-file", ""),
    flat("events", "repository_dispatch, pull_request"),
    flat("dispatch-types", ""),
    flat("activity-types", ""),
    flat("allowed-actors", ""),
    flat("payload", "pr: pull-request"),
    flat("base-branches", ""),
    flat("required-labels", ""),
    flat("forbidden-labels", ""),
    flat("require-merged", "false"),
    flat("allow-forks", ""),
    input("signing-keys", ""),
    input("mode", "enforce"),
    input("on-deny", "fail"),
    input("summary", "true"),
    input("audit-file", ""),
    input("evidence-file", ""),
];

/// The inputs of send.
pub const SEND: &[Input] = &[
    input("token", "${{ github.token }}"),
    input("event-type", ""),
    input("client-payload", "{}"),
    input("pr-number", ""),
    input("repository", "${{ github.repository }}"),
    input("signing-key", ""),
    input("oidc", "false"),
    input("envelope", "true"),
];

/// The inputs of report.
pub const REPORT: &[Input] = &[
    input("token", "${{ github.token }}"),
    input("sha", ""),
    input("context", ""),
    input("status", "${{ job.status }}"),
    input("description", ""),
    input("target-url", ""),
];

/// The values that a step's `with:` gives, as text.
#[derive(Debug, Clone)]
pub struct Inputs {
    known: &'static [Input],
    values: Map<String, String>,
}

impl Inputs {
    /// Values for an action's inputs.
    ///
    /// # Errors
    /// `config.invalid_input` where one is not an input of the action: a misspelt name must not weaken a guard.
    pub fn new(known: &'static [Input], values: Map<String, String>) -> Result<Self, Stop> {
        let names = || known.iter().map(|input| input.name);
        let odd = values.keys().find(|name| names().all(|known| known != name.as_str())).cloned();
        match odd {
            None => Ok(Self { known, values }),
            Some(odd) => Err(Stop::new(
                Code::ConfigInvalidInput,
                format!("{} is not an input of this action{}", quote(&odd), did_you_mean(&odd, names())),
                "",
            )
            .mend("Correct the name in the step's `with:`, or take it out.")),
        }
    }

    /// An input as it was given; empty where it was not.
    pub fn raw(&self, name: &str) -> &str {
        self.values.get(name).map_or("", String::as_str)
    }

    /// An input without the white space around it, or its default.
    pub fn text<'a>(&'a self, name: &str) -> &'a str {
        match self.raw(name).trim() {
            "" => self.default(name),
            value => value,
        }
    }

    /// An input's default; empty where it has none or the runner works it out.
    pub fn default(&self, name: &str) -> &'static str {
        let default = self.known.iter().find(|input| input.name == name).map_or("", |input| input.default);
        if default.starts_with("${{") { "" } else { default }
    }

    /// The flat inputs that say something other than their defaults.
    pub fn flat_set(&self) -> Vec<&'static str> {
        let is_set = |input: &&Input| {
            input.flat && !self.raw(input.name).trim().is_empty() && self.raw(input.name).trim() != input.default
        };
        self.known.iter().filter(is_set).map(|input| input.name).collect()
    }

    /// A boolean as YAML 1.2's core schema and the toolkit's `getBooleanInput` read it; nothing where it is not set. The
    /// runner hands over an input without a default as empty text where the step does not set it; where there is a
    /// default, empty text is what the step says, such as a variable that does not exist.
    ///
    /// # Errors
    /// `config.invalid_input` for anything else.
    pub fn boolean(&self, name: &str) -> Result<Option<bool>, Stop> {
        let default = self.default(name);
        let text = self.values.get(name).map_or(default, String::as_str);
        match text.trim() {
            "" if text.is_empty() && default.is_empty() => Ok(None),
            "true" | "True" | "TRUE" => Ok(Some(true)),
            "false" | "False" | "FALSE" => Ok(Some(false)),
            other => Err(invalid(name, other, "`true` or `false`")),
        }
    }

    /// A list, separated by new lines or commas; nothing where the input is not set.
    ///
    /// # Errors
    /// `config.invalid_input` where it is set and holds no element.
    pub fn list(&self, name: &str) -> Result<Option<Vec<&str>>, Stop> {
        let raw = self.raw(name);
        let text = if raw.is_empty() { self.default(name) } else { raw };
        let elements = split(text);
        match (text.is_empty(), elements.is_empty()) {
            (true, _) => Ok(None),
            (false, true) => Err(invalid(name, text, "a list with at least one element, or no such input")),
            (false, false) => Ok(Some(elements)),
        }
    }

    /// One of some words.
    ///
    /// # Errors
    /// `config.invalid_input` for anything else.
    pub fn choice(&self, name: &str, options: &[&'static str]) -> Result<&'static str, Stop> {
        let text = self.text(name);
        let found = options.iter().find(|option| **option == text);
        found.copied().ok_or_else(|| {
            let allowed = crate::text::quote_list(options, "or");
            invalid(name, text, &format!("{allowed}{}", did_you_mean(text, options.iter().copied())))
        })
    }

    /// The keys that are accepted from senders, one a line.
    ///
    /// # Errors
    /// `config.invalid_input` where a line is empty although the input is set.
    pub fn signing_keys(&self) -> Result<Vec<&str>, Stop> {
        self.keys("signing-keys")
    }

    /// The key that a sender signs with, if there is one.
    ///
    /// # Errors
    /// `config.invalid_input` where the input is set and not one line that is not empty.
    pub fn signing_key(&self) -> Result<Option<&str>, Stop> {
        match self.keys("signing-key")?.as_slice() {
            [] => Ok(None),
            [key] => Ok(Some(key)),
            keys => Err(Stop::new(
                Code::ConfigInvalidInput,
                format!("the input `signing-key` has {} lines", keys.len()),
                "it has to be one key; the guard's `signing-keys` takes several",
            )),
        }
    }

    fn keys(&self, name: &str) -> Result<Vec<&str>, Stop> {
        let raw = self.raw(name);
        if raw.is_empty() {
            return Ok(Vec::new());
        }
        let body = raw.strip_suffix('\n').unwrap_or(raw);
        let keys: Vec<&str> = body.split('\n').map(str::trim).collect();
        match keys.iter().position(|key| key.is_empty()) {
            None => Ok(keys),
            Some(line) => Err(Stop::new(
                Code::ConfigInvalidInput,
                format!("line {} of the input `{name}` is empty", line + 1),
                "each line is a key; a secret that is not set is an empty line",
            )),
        }
    }

    /// Everything that must never be printed.
    pub fn redactor(&self) -> Redactor {
        let mut redactor = Redactor::default();
        redactor.add(self.raw("token"));
        for name in ["signing-keys", "signing-key"] {
            self.raw(name).lines().for_each(|key| redactor.add(key));
        }
        redactor
    }
}

/// The elements of a list, separated by new lines or commas, trimmed, empty ones dropped.
pub fn split(text: &str) -> Vec<&str> {
    text.split(['\n', ',']).map(str::trim).filter(|element| !element.is_empty()).collect()
}

fn invalid(name: &str, value: &str, allowed: &str) -> Stop {
    let shown = if value.trim().is_empty() { "set and empty".to_owned() } else { quote(value) };
    Stop::new(Code::ConfigInvalidInput, format!("the input `{name}` is {shown}"), format!("it has to be {allowed}"))
}

/// How the guard reports, as opposed to what it decides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reporting {
    /// `enforce` or `evaluate`.
    pub mode: &'static str,
    /// `fail` or `skip`.
    pub on_deny: &'static str,
    /// Whether to write a job summary.
    pub summary: bool,
    /// Where to append the audit record.
    pub audit_file: Option<String>,
    /// Where to write the evidence.
    pub evidence_file: Option<String>,
}

impl Default for Reporting {
    fn default() -> Self {
        Self { mode: "enforce", on_deny: "fail", summary: true, audit_file: None, evidence_file: None }
    }
}

impl Reporting {
    /// The settings; those that cannot be read stay as strict as they are by default, beside the first error.
    pub fn read(inputs: &Inputs) -> (Self, Result<(), Stop>) {
        let path = |name| Some(inputs.text(name)).filter(|path| !path.is_empty()).map(str::to_owned);
        let mut reporting =
            Self { audit_file: path("audit-file"), evidence_file: path("evidence-file"), ..Self::default() };
        let mut first = Ok(());
        let mut note = |result: Result<(), Stop>| {
            if first.is_ok() {
                first = result;
            }
        };
        note(inputs.choice("mode", &["enforce", "evaluate"]).map(|mode| reporting.mode = mode));
        note(inputs.choice("on-deny", &["fail", "skip"]).map(|on_deny| reporting.on_deny = on_deny));
        note(inputs.boolean("summary").map(|summary| reporting.summary = summary.unwrap_or(true)));
        (reporting, first)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn inputs(values: &[(&str, &str)]) -> Inputs {
        let values = values.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Inputs::new(GUARD, values).unwrap()
    }

    #[test]
    fn a_misspelt_input_is_refused_with_the_nearest_name() {
        let stop = Inputs::new(GUARD, Map::from([("allowed-actor".to_owned(), "x".to_owned())])).unwrap_err();
        assert_eq!(stop.code, Code::ConfigInvalidInput);
        assert!(stop.found.contains("did you mean `allowed-actors`"), "{}", stop.found);
    }

    #[test]
    fn lists_are_split_by_lines_and_commas_and_never_mean_everything() {
        let given = inputs(&[("dispatch-types", " a, b\n\n c ,"), ("base-branches", " , "), ("required-labels", " ")]);
        assert_eq!(given.list("dispatch-types").unwrap().unwrap(), ["a", "b", "c"]);
        assert_eq!(given.list("base-branches").unwrap_err().code, Code::ConfigInvalidInput);
        assert_eq!(given.list("required-labels").unwrap_err().code, Code::ConfigInvalidInput);
        assert_eq!(given.list("forbidden-labels").unwrap(), None);
        assert_eq!(given.list("events").unwrap().unwrap(), ["repository_dispatch", "pull_request"]);
    }

    #[test]
    fn booleans_are_the_toolkits() {
        for (text, value) in [("true", true), ("True", true), ("TRUE", true), ("false", false), ("FALSE", false)] {
            assert_eq!(inputs(&[("require-merged", text)]).boolean("require-merged").unwrap(), Some(value));
        }
        for text in ["yes", "1", "on", "tRUE", "nope"] {
            assert!(inputs(&[("require-merged", text)]).boolean("require-merged").is_err(), "{text}");
        }
        assert_eq!(inputs(&[]).boolean("allow-forks").unwrap(), None);
        assert_eq!(inputs(&[("allow-forks", "")]).boolean("allow-forks").unwrap(), None);
        assert_eq!(inputs(&[]).boolean("summary").unwrap(), Some(true));
        for (name, blank) in [("require-merged", ""), ("require-merged", "  "), ("summary", ""), ("allow-forks", " ")] {
            let stop = inputs(&[(name, blank)]).boolean(name).unwrap_err();
            assert_eq!(stop.found, format!("the input `{name}` is set and empty"));
        }
    }

    #[test]
    fn flat_inputs_at_their_defaults_do_not_count_as_set() {
        let given = inputs(&[
            ("events", "repository_dispatch, pull_request"),
            ("require-merged", "false"),
            ("payload", "pr: pull-request"),
        ]);
        assert!(given.flat_set().is_empty());
        assert_eq!(inputs(&[("require-merged", "true")]).flat_set(), ["require-merged"]);
    }

    #[test]
    fn an_empty_signing_key_is_an_error() {
        assert_eq!(inputs(&[("signing-keys", "a\n b \n")]).signing_keys().unwrap(), ["a", "b"]);
        for text in ["\n", "a\n\nb", " ", "\na"] {
            assert!(inputs(&[("signing-keys", text)]).signing_keys().is_err(), "{text:?}");
        }
        assert!(inputs(&[]).signing_keys().unwrap().is_empty());
    }

    #[test]
    fn settings_that_cannot_be_read_stay_strict() {
        let (reporting, result) = Reporting::read(&inputs(&[("mode", "evalute"), ("on-deny", "skip")]));
        assert_eq!((reporting.mode, reporting.on_deny), ("enforce", "skip"));
        assert!(result.unwrap_err().allowed.contains("did you mean `evaluate`"));
    }
}
