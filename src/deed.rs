//! What send and report share. The guard judges; these two do something, and then tell what came of it.

use serde::Serialize;

use crate::decision::{Call, Code, RunFacts, Stop};
use crate::environment::Environment;
use crate::github::Github;
use crate::host::Host;
use crate::inputs::{Input, Inputs};
use crate::invocation::Invocation;
use crate::json::Json;
use crate::outcome::{Annotation, Outcome, Outputs, json};
use crate::summary;
use crate::text::{capitalise, log_json, log_line, quote};

/// What an action works with.
pub struct Tools<'a> {
    /// Its inputs.
    pub inputs: Inputs,
    /// The runner's variables.
    pub environment: &'a Environment,
    /// The API.
    pub github: Github<'a>,
}

impl<'a> Tools<'a> {
    /// The tools of an action with these inputs.
    ///
    /// # Errors
    /// `config.invalid_input` for an input that the action does not have, or an address that is none.
    pub fn new(known: &'static [Input], invocation: &'a Invocation<'_>, host: &'a dyn Host) -> Result<Self, Stop> {
        let environment = &invocation.environment;
        let inputs = Inputs::new(known, invocation.inputs.clone())?;
        let mut redactor = inputs.redactor();
        redactor.add(environment.get("ACTIONS_ID_TOKEN_REQUEST_TOKEN"));
        let github = Github::new(host, environment.api_url(), inputs.raw("token"), redactor)?;
        Ok(Self { inputs, environment, github })
    }

    /// Refuses a text that other people will read and that holds a secret.
    ///
    /// # Errors
    /// `config.invalid_input` with the input's name.
    pub fn check_public(&self, input: &str, text: &str) -> Result<(), Stop> {
        if self.github.clean(text.to_owned()) == text {
            return Ok(());
        }
        let found = format!("the input `{input}` holds the value of a secret input");
        Err(Stop::new(Code::ConfigInvalidInput, found, "whoever can see it on GitHub could read the secret there")
            .mend(format!("Take the secret out of `{input}`; where it has been sent before, revoke it.")))
    }
}

/// What came of an action.
pub struct Deed {
    /// The action's name.
    pub action: &'static str,
    /// The word for success, which is also the deciding output.
    pub done: &'static str,
    /// Whether the job's summary shows it.
    pub has_summary: bool,
    /// What was established while it worked, for the audit line and for people: names as in the former, and values none
    /// of which is a secret ([`Tools::check_public`]). People are spared what is empty.
    pub facts: Vec<(&'static str, Json)>,
    /// The outputs beside the deciding one and the reason.
    pub outputs: Vec<(&'static str, String)>,
    /// The sentence for success, or why there is none.
    pub result: Result<String, Stop>,
}

/// The audit line of an action.
#[derive(Serialize)]
struct Audit<'a> {
    schema_version: u32,
    version: &'static str,
    time: String,
    action: &'static str,
    done: bool,
    reason_code: Code,
    reason: &'a str,
    mend: &'a str,
    run: RunFacts,
    facts: Json,
    api_requests: Vec<Call>,
}

impl Deed {
    /// What the shim carries out. Where the action has not come as far as the API, no text holds a secret.
    pub fn outcome(self, invocation: &Invocation<'_>, host: &dyn Host, github: Option<&Github<'_>>) -> Outcome {
        let clean = |text: String| match github {
            Some(github) => github.clean(text),
            None => text,
        };
        let done = self.result.is_ok();
        let (code, reason, mend) = match self.result {
            Ok(sentence) => (Code::Allowed, sentence, String::new()),
            Err(stop) => (stop.code, stop.reason(), stop.cure.clone()),
        };
        let (reason, mend) = (clean(reason), clean(mend));
        let rows: Vec<(String, String)> = self.facts.iter().filter_map(|(name, value)| row(name, value)).collect();
        let calls = github.map(Github::calls).unwrap_or_default();
        let audit = json(&Audit {
            schema_version: 1,
            version: crate::VERSION,
            time: crate::time::rfc3339(host.now()),
            action: self.action,
            done,
            reason_code: code,
            reason: &reason,
            mend: &mend,
            run: RunFacts::of(&invocation.environment),
            facts: Json::Object(self.facts.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()),
            api_requests: calls.into_iter().map(|call| Call { path: clean(call.path), ..call }).collect(),
        });

        let word = if done { self.done.to_owned() } else { format!("not {}", self.done) };
        let mut log = vec![
            format!("dispatch-guard {}: {} ({})", crate::VERSION, word.to_ascii_uppercase(), code.name()),
            format!("  {}.", capitalise(&reason)),
        ];
        if !mend.is_empty() {
            log.push(format!("  {mend}"));
        }
        log.extend(rows.iter().map(|(name, value)| format!("  {name}: {value}")));
        let mut log: Vec<String> = log.into_iter().map(|line| log_line(&clean(line))).collect();
        log.push(log_json(&audit));

        let mut outputs = vec![("reason-code", code.name().to_owned()), ("reason", reason.clone())];
        outputs.extend(self.outputs.into_iter().map(|(name, value)| (name, clean(value))));
        outputs.push((self.done, done.to_string()));
        Outcome {
            outputs: Outputs(outputs),
            exit_code: u8::from(!done),
            annotation: (!done).then(|| Annotation::new("error", code, &reason, &mend)),
            log,
            summary: self.has_summary.then(|| clean(summary::deed(&word, done, code, &reason, &mend, &rows))),
            files: Vec::new(),
        }
    }
}

/// A fact as people read it; nothing where it is empty.
fn row(name: &str, value: &Json) -> Option<(String, String)> {
    let shown = match value {
        Json::String(text) if !text.is_empty() => quote(text),
        Json::Number(number) => number.as_str().to_owned(),
        _ => return None,
    };
    Some((name.replace('_', " "), shown))
}
