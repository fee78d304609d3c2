//! The inputs of the actions, and the guard's settings that are not part of a policy.

use std::collections::BTreeMap;

use crate::format::duration::{expected, parse_duration};
use crate::reason::{ReasonCode, Verdict};
use crate::rejection::Rejection;
use crate::text::redact::Redactor;
use crate::text::{did_you_mean, quote, quote_list};

/// The default of an optional input without a value. An empty input is an error, so that a variable that does not exist
/// never weakens a guard; this value says that the step does not set the input.
pub const UNSET: &str = "(unset)";

/// The fewest characters of a signing key.
const MIN_SIGNING_KEY_LEN: usize = 16;

/// An input of an action.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Input {
    /// Its name in `with:`.
    pub name: &'static str,
    /// Its default as in `action.yml`: a value, an expression of the runner's, [`UNSET`], or nothing if it may be empty.
    pub default: &'static str,
    /// Whether it is shorthand for a part of a policy.
    pub is_shorthand: bool,
    /// Whether an empty value counts as not given, instead of being an error.
    pub may_be_empty: bool,
}

impl Input {
    const fn new(name: &'static str, default: &'static str) -> Self {
        Self { name, default, is_shorthand: false, may_be_empty: false }
    }

    const fn shorthand(name: &'static str, default: &'static str) -> Self {
        Self { is_shorthand: true, ..Self::new(name, default) }
    }

    const fn empty_allowed(self) -> Self {
        Self { may_be_empty: true, ..self }
    }
}

/// The inputs of one action.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Registry {
    /// The inputs.
    pub inputs: &'static [Input],
    /// An input with a hyphen in its name and a default, so that the runner always sets its variable. If it is missing,
    /// something removed the variables whose names contain a hyphen, as the shell `dash` does.
    pub always_set: &'static str,
}

/// The inputs of the guard.
pub const GUARD: Registry = Registry {
    inputs: &[
        Input::new("token", "${{ github.token }}").empty_allowed(),
        Input::new("policy", UNSET),
        Input::new("policy-file", UNSET),
        Input::shorthand("events", "repository_dispatch, pull_request"),
        Input::shorthand("dispatch-types", UNSET),
        Input::shorthand("activity-types", UNSET),
        Input::shorthand("allowed-actors", UNSET),
        Input::shorthand("payload", "pr: pull-request"),
        Input::shorthand("base-branches", UNSET),
        Input::shorthand("required-labels", UNSET),
        Input::shorthand("forbidden-labels", UNSET),
        Input::shorthand("require-merged", "false"),
        Input::shorthand("allow-forks", UNSET),
        Input::new("signing-keys", "").empty_allowed(),
        Input::new("mode", "enforce"),
        Input::new("on-deny", "fail"),
        Input::new("skip-on", UNSET),
        Input::new("summary", "true"),
        Input::new("audit-file", UNSET),
        Input::new("evidence-file", UNSET),
    ],
    always_set: "on-deny",
};

/// The inputs of send.
pub const SEND: Registry = Registry {
    inputs: &[
        Input::new("token", "${{ github.token }}").empty_allowed(),
        Input::new("event-type", UNSET),
        Input::new("workflow", UNSET),
        Input::new("ref", UNSET),
        Input::new("client-payload", "{}"),
        Input::new("pr-number", UNSET),
        Input::new("head-sha", UNSET),
        Input::new("repository", "${{ github.repository }}"),
        Input::new("pr-repository", UNSET),
        Input::new("signing-key", UNSET),
        Input::new("oidc", "false"),
        Input::new("envelope", "true"),
        Input::new("wait", "none"),
        Input::new("wait-workflow", UNSET),
        Input::new("wait-timeout", "10m"),
    ],
    always_set: "client-payload",
};

/// The inputs of report.
pub const REPORT: Registry = Registry {
    inputs: &[
        Input::new("token", "${{ github.token }}").empty_allowed(),
        Input::new("repository", "${{ github.repository }}"),
        // Empty if no pull request was verified, for which there is a message of its own.
        Input::new("sha", "").empty_allowed(),
        Input::new("context", UNSET),
        Input::new("status", "${{ job.status }}"),
        Input::new("description", "").empty_allowed(),
        Input::new("target-url", "").empty_allowed(),
    ],
    always_set: "target-url",
};

/// The inputs of reconcile.
pub const RECONCILE: Registry = Registry {
    inputs: &[
        Input::new("token", "${{ github.token }}").empty_allowed(),
        Input::new("event-type", ""),
        Input::new("context", ""),
        Input::new("base-branches", UNSET),
        Input::new("required-labels", UNSET),
        Input::new("forbidden-labels", UNSET),
        Input::new("require-merged", "false"),
        Input::new("allow-forks", "false"),
        Input::new("since", "24h"),
        Input::new("stale", "6h"),
        Input::new("limit", "20"),
        Input::new("dry-run", "false"),
        Input::new("signing-key", UNSET),
        Input::new("oidc", "false"),
    ],
    always_set: "dry-run",
};

/// The inputs that are secrets, one a line.
pub const SECRETS: [&str; 3] = ["token", "signing-keys", "signing-key"];

/// The values that a step's `with:` gives, as text.
#[derive(Debug, Clone)]
pub struct Inputs {
    registry: Registry,
    values: BTreeMap<String, String>,
}

impl Inputs {
    /// Values for an action's inputs.
    ///
    /// # Errors
    /// `config.invalid_input` for an input that the action does not have, that is empty, or that contains the value of
    /// a secret input; and if the variables of inputs were lost on the way.
    pub fn new(registry: Registry, values: BTreeMap<String, String>) -> Result<Self, Rejection> {
        let inputs = Self { registry, values };
        inputs.check_known()?;
        inputs.check_not_lost()?;
        inputs.check_not_empty()?;
        inputs.check_no_secret()?;
        Ok(inputs)
    }

    /// An unknown name may be a misspelt one, which must not weaken a guard.
    fn check_known(&self) -> Result<(), Rejection> {
        let names = || self.registry.inputs.iter().map(|input| input.name);
        let Some(unknown) = self.values.keys().find(|name| names().all(|known| known != name.as_str())) else {
            return Ok(());
        };
        let found = format!("{} is not an input of this action{}", quote(unknown), did_you_mean(unknown, names()));
        Err(Rejection::new(ReasonCode::ConfigInvalidInput, found, "")
            .with_help("Correct the name in the step's `with:`, or remove it."))
    }

    fn check_not_lost(&self) -> Result<(), Rejection> {
        let name = self.registry.always_set;
        if self.values.contains_key(name) {
            return Ok(());
        }
        Err(Rejection::new(
            ReasonCode::ConfigInvalidInput,
            format!("the variable `INPUT_{}` is not set", name.to_ascii_uppercase()),
            "the runner always sets it, so inputs were lost between the runner and this action",
        )
        .with_help(
            "Start the action without a shell in between: `dash` and others remove variables whose names contain a \
             hyphen.",
        ))
    }

    fn check_not_empty(&self) -> Result<(), Rejection> {
        let is_empty = |input: &&Input| {
            !input.may_be_empty && self.values.get(input.name).is_some_and(|value| value.trim().is_empty())
        };
        let Some(input) = self.registry.inputs.iter().find(is_empty) else { return Ok(()) };
        let name = input.name;
        Err(Rejection::new(
            ReasonCode::ConfigInvalidInput,
            format!("the input `{name}` is set but empty"),
            "an empty input never means \"everything\" or \"not set\"",
        )
        .with_help(format!(
            "Give `{name}` a value, remove it, or pass `{UNSET}` to leave it unset; a variable that does not exist is \
             empty."
        )))
    }

    fn check_no_secret(&self) -> Result<(), Rejection> {
        let redactor = self.redactor();
        let holds =
            |(name, value): &(&String, &String)| !SECRETS.contains(&name.as_str()) && redactor.contains_secret(value);
        match self.values.iter().find(holds) {
            None => Ok(()),
            Some((name, _)) => Err(contains_secret(name)),
        }
    }

    fn input(&self, name: &str) -> Option<&'static Input> {
        self.registry.inputs.iter().find(|input| input.name == name)
    }

    /// An input as it was given, untrimmed; `None` if the step does not set it.
    pub fn raw(&self, name: &str) -> Option<&str> {
        let value = self.values.get(name).map(String::as_str)?;
        let trimmed = value.trim();
        if trimmed == UNSET || trimmed.is_empty() { None } else { Some(value) }
    }

    /// An input without the white space around it, or its default; `None` if it has neither.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.raw(name).map(str::trim).or_else(|| self.default(name))
    }

    /// An input's default; `None` if it has none or the runner evaluates it.
    pub fn default(&self, name: &str) -> Option<&'static str> {
        let default = self.input(name)?.default;
        if default.is_empty() || default == UNSET || default.starts_with("${{") { None } else { Some(default) }
    }

    /// The shorthand inputs that say something other than their defaults. The runner sets those with a default too.
    pub fn shorthand_inputs_set(&self) -> Vec<&'static str> {
        let is_set = |input: &&Input| {
            input.is_shorthand && self.raw(input.name).is_some_and(|value| value.trim() != input.default)
        };
        self.registry.inputs.iter().filter(is_set).map(|input| input.name).collect()
    }

    /// A boolean as YAML 1.2's core schema and the toolkit's `getBooleanInput` read it.
    ///
    /// # Errors
    /// `config.invalid_input` for anything else.
    pub fn boolean(&self, name: &str) -> Result<Option<bool>, Rejection> {
        match self.text(name) {
            None => Ok(None),
            Some("true" | "True" | "TRUE") => Ok(Some(true)),
            Some("false" | "False" | "FALSE") => Ok(Some(false)),
            Some(other) => Err(invalid(name, other, "`true` or `false`")),
        }
    }

    /// Whether a boolean is true.
    ///
    /// # Errors
    /// As [`Self::boolean`].
    pub fn flag(&self, name: &str) -> Result<bool, Rejection> {
        self.boolean(name).map(|value| value == Some(true))
    }

    /// Seconds of a duration.
    ///
    /// # Errors
    /// `config.invalid_input` if it is not a duration, or longer than `longest` seconds.
    pub fn duration(&self, name: &str, longest: u64) -> Result<u64, Rejection> {
        let text = self.text(name).unwrap_or_default();
        let seconds = parse_duration(text).filter(|seconds| (1..=longest).contains(seconds));
        seconds.ok_or_else(|| invalid(name, text, &expected(longest)))
    }

    /// A list, separated by new lines or commas.
    ///
    /// # Errors
    /// `config.invalid_input` if it is set and has no element.
    pub fn list(&self, name: &str) -> Result<Option<Vec<&str>>, Rejection> {
        let Some(text) = self.text(name) else { return Ok(None) };
        match split(text) {
            elements if elements.is_empty() => Err(invalid(name, text, "a list with at least one element")),
            elements => Ok(Some(elements)),
        }
    }

    /// One of some words.
    ///
    /// # Errors
    /// `config.invalid_input` for anything else.
    pub fn choice(&self, name: &str, options: &[&'static str]) -> Result<&'static str, Rejection> {
        let text = self.text(name).unwrap_or_default();
        let found = options.iter().find(|option| **option == text);
        found.copied().ok_or_else(|| {
            let expected = quote_list(options, "or");
            invalid(name, text, &format!("{expected}{}", did_you_mean(text, options.iter().copied())))
        })
    }

    /// A repository's name, and whether it is another one than `default`.
    ///
    /// # Errors
    /// `config.invalid_input` if it is not `owner/name`.
    pub fn repository(&self, name: &str, default: &str) -> Result<(String, bool), Rejection> {
        let text = self.text(name).unwrap_or(default);
        let is_name = |part: &str| {
            (1..=100).contains(&part.len())
                && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
                && !matches!(part, "." | "..")
        };
        match text.split_once('/') {
            Some((owner, repository)) if is_name(owner) && is_name(repository) => {
                Ok((text.to_owned(), !text.eq_ignore_ascii_case(default)))
            }
            _ => Err(invalid(name, text, "`owner/name`")),
        }
    }

    /// The keys that are accepted from senders, one a line. Empty if the input is empty, as in runs of forks, which get
    /// no secrets.
    ///
    /// # Errors
    /// `config.invalid_input` if a line is empty or too short.
    pub fn signing_keys(&self) -> Result<Vec<&str>, Rejection> {
        let Some(raw) = self.values.get("signing-keys").filter(|raw| !raw.is_empty() && raw.trim() != UNSET) else {
            return Ok(Vec::new());
        };
        parse_keys("signing-keys", raw)
    }

    /// The key that a sender signs with, if there is one.
    ///
    /// # Errors
    /// `config.invalid_input` if the input is not one line of at least 16 characters.
    pub fn signing_key(&self) -> Result<Option<&str>, Rejection> {
        let Some(raw) = self.raw("signing-key") else { return Ok(None) };
        match parse_keys("signing-key", raw)?.as_slice() {
            [key] => Ok(Some(key)),
            keys => Err(Rejection::new(
                ReasonCode::ConfigInvalidInput,
                format!("the input `signing-key` has {} lines", keys.len()),
                "expected one key; the guard's `signing-keys` takes several",
            )),
        }
    }

    /// Everything that must never be printed.
    pub fn redactor(&self) -> Redactor {
        let mut redactor = Redactor::default();
        for secret in SECRETS.iter().filter_map(|name| self.values.get(*name)) {
            secret.lines().filter(|line| line.trim() != UNSET).for_each(|line| redactor.add(line));
        }
        redactor
    }
}

/// The rejection for an input that other people can read and that contains a secret.
pub fn contains_secret(name: &str) -> Rejection {
    Rejection::new(
        ReasonCode::ConfigInvalidInput,
        format!("the input {} contains the value of a secret input", quote(name)),
        "other people can read it on GitHub",
    )
    .with_help(format!("Remove the secret from `{name}`; if it was sent before, revoke it."))
}

fn parse_keys<'a>(name: &str, raw: &'a str) -> Result<Vec<&'a str>, Rejection> {
    let body = raw.strip_suffix('\n').unwrap_or(raw);
    let keys: Vec<&str> = body.split('\n').map(str::trim).collect();
    for (index, key) in keys.iter().enumerate() {
        let line = index + 1;
        let (found, expected) = match key.chars().count() {
            0 => (
                format!("line {line} of the input `{name}` is empty"),
                "expected one key a line; a secret that does not exist is an empty line".to_owned(),
            ),
            length if length < MIN_SIGNING_KEY_LEN => (
                format!("the key in line {line} of the input `{name}` has {length} characters"),
                format!("expected at least {MIN_SIGNING_KEY_LEN}, so that nobody can guess it"),
            ),
            _ => continue,
        };
        return Err(Rejection::new(ReasonCode::ConfigInvalidInput, found, expected)
            .with_help("Use a random key, such as the output of `openssl rand -hex 32`, in a secret."));
    }
    Ok(keys)
}

/// The elements of a list, separated by new lines or commas, trimmed, empty ones dropped.
pub fn split(text: &str) -> Vec<&str> {
    text.split(['\n', ',']).map(str::trim).filter(|element| !element.is_empty()).collect()
}

fn invalid(name: &str, value: &str, expected: &str) -> Rejection {
    Rejection::new(
        ReasonCode::ConfigInvalidInput,
        format!("the input `{name}` is {}", quote(value)),
        format!("expected {expected}"),
    )
}

/// How the guard reports, as opposed to what it decides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportOptions {
    /// `enforce` or `evaluate`.
    pub mode: &'static str,
    /// `fail` or `skip`.
    pub on_deny: &'static str,
    /// The denials that do not fail the step.
    pub skip_on: Vec<ReasonCode>,
    /// Whether to write a job summary.
    pub summary: bool,
    /// Where to append the audit record.
    pub audit_file: Option<String>,
    /// Where to write the evidence.
    pub evidence_file: Option<String>,
}

impl Default for ReportOptions {
    fn default() -> Self {
        Self {
            mode: "enforce",
            on_deny: "fail",
            skip_on: Vec::new(),
            summary: true,
            audit_file: None,
            evidence_file: None,
        }
    }
}

impl ReportOptions {
    /// The settings. Those that cannot be read stay as strict as their defaults; the first error comes beside them.
    pub fn read(inputs: &Inputs) -> (Self, Result<(), Rejection>) {
        let path = |name| inputs.text(name).map(str::to_owned);
        let mut options =
            Self { audit_file: path("audit-file"), evidence_file: path("evidence-file"), ..Self::default() };
        let results = [
            inputs.choice("mode", &["enforce", "evaluate"]).map(|mode| options.mode = mode),
            inputs.choice("on-deny", &["fail", "skip"]).map(|on_deny| options.on_deny = on_deny),
            skip_on(inputs).map(|codes| options.skip_on = codes),
            inputs.boolean("summary").map(|summary| options.summary = summary.unwrap_or(true)),
        ];
        (options, results.into_iter().collect())
    }

    /// Whether a denial with this code leaves the step successful.
    pub fn is_lenient(&self, code: ReasonCode) -> bool {
        self.mode == "evaluate" || self.on_deny == "skip" || self.skip_on.contains(&code)
    }
}

fn skip_on(inputs: &Inputs) -> Result<Vec<ReasonCode>, Rejection> {
    let denials = || ReasonCode::ALL.iter().filter(|code| code.verdict() == Verdict::Deny).map(|code| code.name());
    let names = inputs.list("skip-on")?.unwrap_or_default();
    names
        .into_iter()
        .map(|name| match ReasonCode::from_name(name) {
            Some(code) if code.verdict() == Verdict::Deny => Ok(code),
            Some(_) => Err(invalid("skip-on", name, "codes of denials only: an error always fails the step")),
            None => Err(invalid("skip-on", name, &format!("reason codes of denials{}", did_you_mean(name, denials())))),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn try_inputs(values: &[(&str, &str)]) -> Result<Inputs, Rejection> {
        let always = [("on-deny".to_owned(), "fail".to_owned())];
        let values = values.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Inputs::new(GUARD, always.into_iter().chain(values).collect())
    }

    fn inputs(values: &[(&str, &str)]) -> Inputs {
        try_inputs(values).unwrap()
    }

    #[test]
    fn a_misspelt_input_is_refused_with_the_closest_name() {
        let rejection = try_inputs(&[("allowed-actor", "x")]).unwrap_err();
        assert_eq!(rejection.code, ReasonCode::ConfigInvalidInput);
        assert!(rejection.found.contains("did you mean `allowed-actors`"), "{}", rejection.found);
    }

    #[test]
    fn inputs_that_got_lost_are_refused() {
        for (registry, name) in [(GUARD, "on-deny"), (SEND, "client-payload"), (REPORT, "target-url")] {
            let rejection = Inputs::new(registry, BTreeMap::new()).unwrap_err();
            assert_eq!(rejection.code, ReasonCode::ConfigInvalidInput);
            assert!(rejection.found.contains(&name.to_ascii_uppercase()), "{}", rejection.found);
            assert!(name.contains('-') && registry.inputs.iter().any(|input| input.name == name));
        }
    }

    #[test]
    fn an_empty_input_is_refused_unless_it_may_be_a_secret_of_a_fork() {
        for input in GUARD.inputs {
            let result = try_inputs(&[(input.name, " ")]);
            assert_eq!(result.is_ok(), ["token", "signing-keys"].contains(&input.name), "{}", input.name);
        }
        assert!(try_inputs(&[("base-branches", UNSET)]).unwrap().list("base-branches").unwrap().is_none());
    }

    #[test]
    fn an_input_that_contains_a_secret_is_refused_and_not_quoted() {
        let rejection = try_inputs(&[("token", "ghs_s3cret_token"), ("events", "x ghs_s3cret_token")]).unwrap_err();
        assert_eq!(rejection.code, ReasonCode::ConfigInvalidInput);
        assert!(!rejection.to_string().contains("s3cret"));
    }

    #[test]
    fn lists_are_split_by_lines_and_commas() {
        let given = inputs(&[("dispatch-types", " a, b\n\n c ,"), ("base-branches", " , ")]);
        assert_eq!(given.list("dispatch-types").unwrap().unwrap(), ["a", "b", "c"]);
        assert_eq!(given.list("base-branches").unwrap_err().code, ReasonCode::ConfigInvalidInput);
        assert_eq!(given.list("forbidden-labels").unwrap(), None);
        assert_eq!(given.list("events").unwrap().unwrap(), ["repository_dispatch", "pull_request"]);
    }

    #[test]
    fn booleans_are_those_of_the_toolkit() {
        for (text, value) in [("true", true), ("True", true), ("TRUE", true), ("false", false), ("FALSE", false)] {
            assert_eq!(inputs(&[("require-merged", text)]).boolean("require-merged").unwrap(), Some(value));
        }
        for text in ["yes", "1", "on", "tRUE", "nope"] {
            assert!(inputs(&[("require-merged", text)]).boolean("require-merged").is_err(), "{text}");
        }
        assert_eq!(inputs(&[]).boolean("allow-forks").unwrap(), None);
        assert_eq!(inputs(&[]).boolean("summary").unwrap(), Some(true));
    }

    #[test]
    fn shorthand_inputs_at_their_defaults_do_not_count_as_set() {
        let given = inputs(&[
            ("events", "repository_dispatch, pull_request"),
            ("require-merged", "false"),
            ("payload", "pr: pull-request"),
            ("allow-forks", UNSET),
        ]);
        assert!(given.shorthand_inputs_set().is_empty());
        assert_eq!(inputs(&[("require-merged", "true")]).shorthand_inputs_set(), ["require-merged"]);
    }

    #[test]
    fn signing_keys_have_a_minimum_length_and_no_empty_line() {
        let keys = "0123456789abcdef\n fedcba9876543210 \n";
        assert_eq!(inputs(&[("signing-keys", keys)]).signing_keys().unwrap(), ["0123456789abcdef", "fedcba9876543210"]);
        for text in ["\n", "0123456789abcdef\n\nfedcba9876543210", " ", "\n0123456789abcdef", "0123456789abcde"] {
            assert!(inputs(&[("signing-keys", text)]).signing_keys().is_err(), "{text:?}");
        }
        for text in ["", UNSET] {
            assert!(inputs(&[("signing-keys", text)]).signing_keys().unwrap().is_empty());
        }
    }

    #[test]
    fn skip_on_takes_denials_only() {
        let (options, result) = ReportOptions::read(&inputs(&[("skip-on", "pull_request.not_merged")]));
        assert!(result.is_ok() && options.is_lenient(ReasonCode::PullRequestNotMerged));
        assert!(!options.is_lenient(ReasonCode::PullRequestFork));
        for (name, expected) in [("api.unavailable", "denials only"), ("pull_request.not_mergd", "not_merged")] {
            let (options, result) = ReportOptions::read(&inputs(&[("skip-on", name)]));
            assert!(options.skip_on.is_empty());
            assert!(result.unwrap_err().expected.contains(expected), "{name}");
        }
    }

    #[test]
    fn settings_that_cannot_be_read_stay_strict() {
        let (options, result) = ReportOptions::read(&inputs(&[("mode", "evalute"), ("on-deny", "skip")]));
        assert_eq!((options.mode, options.on_deny), ("enforce", "skip"));
        assert!(result.unwrap_err().expected.contains("did you mean `evaluate`"));
    }
}
