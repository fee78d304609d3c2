//! The first step: where the policy comes from, and what it says.

use base64ct::{Base64, Encoding};
use sha2::{Digest, Sha256};

use crate::decision::{Code, Decision, Step, Stop};
use crate::environment::Environment;
use crate::event::EventName;
use crate::github::{Failure, Github, Refusal, segment};
use crate::host::apart;
use crate::identity::repository_path;
use crate::inputs::Inputs;
use crate::policy::read::Diagnostic;
use crate::policy::{Policy, Proof, flat, read};
use crate::text::{hex, printable, quote, quote_list};

/// What the guard was set up with.
pub struct Configuration<'a> {
    /// The policy.
    pub policy: Policy,
    /// The keys that are accepted from senders.
    pub signing_keys: Vec<&'a str>,
}

/// Reads the configuration: a policy from one of its three places, and the signing keys.
///
/// # Errors
/// The codes of the step `config`, and `api.*` for a `policy-file`.
pub async fn read<'a>(
    decision: &mut Decision,
    inputs: &'a Inputs,
    environment: &Environment,
    github: &Github<'_>,
) -> Result<Configuration<'a>, Stop> {
    let signing_keys = inputs.signing_keys()?;
    let flat = inputs.flat_set();
    let text = inputs.raw("policy");
    let file = inputs.text("policy-file");
    let policy = match (text.trim().is_empty(), file.is_empty(), flat.is_empty()) {
        (true, true, true) => Err(Stop::new(
            Code::ConfigPolicyMissing,
            "none of the inputs `policy`, `policy-file` and the flat ones (`dispatch-types`, `allowed-actors` …) is set",
            "one of them has to say who may start what",
        )),
        (false, true, true) => {
            "policy".clone_into(&mut decision.policy.source);
            from_text(decision, text, "the input `policy`")
        }
        (true, false, true) => apart(from_file(decision, file, environment, github)).await,
        (true, true, false) => {
            "inputs".clone_into(&mut decision.policy.source);
            flat::policy(inputs)
        }
        _ => Err(conflict(text, file, &flat)),
    }?;
    check_signing_keys(&policy, &signing_keys, environment)?;
    let events = policy.events().map(EventName::name);
    let found = format!("from {}, for {}", quote(&decision.policy.source), quote_list(events, "and"));
    decision.pass(Step::Config, "policy", found, "");
    Ok(Configuration { policy, signing_keys })
}

/// A rule that requires a signature needs a key to check it with. Only the rule of the event at hand counts: a run for
/// a fork's pull request is given no secrets.
fn check_signing_keys(policy: &Policy, signing_keys: &[&str], environment: &Environment) -> Result<(), Stop> {
    let rule = EventName::from_name(environment.event_name()).and_then(|event| policy.rule(event));
    let requires = rule.is_some_and(|rule| rule.provenance.require == Proof::Signature);
    if !requires || !signing_keys.is_empty() {
        return Ok(());
    }
    Err(Stop::new(
        Code::ConfigInvalidInput,
        "the input `signing-keys` is not set or empty",
        "the policy requires `signature`, which is checked with such a key",
    )
    .mend("Set `signing-keys` from a secret, one key a line; a secret that does not exist is empty."))
}

fn conflict(text: &str, file: &str, flat: &[&str]) -> Stop {
    let mut set = Vec::new();
    if !text.trim().is_empty() {
        set.push("policy");
    }
    if !file.is_empty() {
        set.push("policy-file");
    }
    set.extend(flat);
    Stop::new(
        Code::ConfigPolicyConflict,
        format!("the inputs {} are set", quote_list(set, "and")),
        "`policy`, `policy-file` and the flat inputs exclude each other",
    )
}

fn from_text(decision: &mut Decision, text: &str, origin: &str) -> Result<Policy, Stop> {
    decision.policy.sha256 = hex(&Sha256::digest(text.as_bytes()));
    read::policy(text).map_err(|errors| invalid(&errors, text, origin))
}

/// The stop for a policy with errors: the first with its line, and how many more there are.
fn invalid(errors: &[Diagnostic], text: &str, origin: &str) -> Stop {
    let Some(first) = errors.first() else {
        return Stop::new(Code::ConfigPolicyInvalid, format!("{origin} cannot be read"), "");
    };
    let line = text.lines().nth(first.position.line as usize - 1).unwrap_or_default();
    let more = match errors.len() - 1 {
        0 => String::new(),
        1 => " (and 1 more error)".to_owned(),
        many => format!(" (and {many} more errors)"),
    };
    let shown = if line.trim().is_empty() { String::new() } else { format!("; the line is {}", quote(line.trim())) };
    Stop::new(Code::ConfigPolicyInvalid, format!("{origin} is wrong at {first}{shown}{more}"), "")
}

/// A policy from the repository's default branch: never from the workspace, where a pull request could have put it.
async fn from_file(
    decision: &mut Decision,
    path: &str,
    environment: &Environment,
    github: &Github<'_>,
) -> Result<Policy, Stop> {
    "policy-file".clone_into(&mut decision.policy.source);
    path.clone_into(&mut decision.policy.path);
    let segments: Vec<&str> = path.split('/').collect();
    let leaves =
        segments.iter().any(|part| part.is_empty() || matches!(*part, "." | "..")) || path.contains(['\\', '\0']);
    if leaves {
        return Err(Stop::new(
            Code::ConfigInvalidInput,
            format!("the input `policy-file` is {}", quote(path)),
            "it has to be a path inside the repository, such as `.github/dispatch-guard.yml`",
        ));
    }
    let encoded: Vec<String> = segments.into_iter().map(segment).collect();
    let address = format!("{}/contents/{}", repository_path(environment), encoded.join("/"));
    let what = format!("the policy file {}", quote(path));
    // Without `ref` the API reads the default branch (REST API, "Get repository content").
    let json = github.get(&address).await.map_err(|failure| match failure {
        Failure::Refused(Refusal { status: 404, .. }) => Stop::new(
            Code::ConfigPolicyMissing,
            format!("{what} is not on the default branch of {}", quote(environment.repository())),
            "or the token may not see it: it needs `contents: read`",
        ),
        failure => failure.into_stop(&what, "contents: read"),
    })?;
    let broken = |why: &str| Stop::new(Code::ApiInvalidResponse, format!("GitHub's answer for {what} {why}"), "");
    if json.at("type").as_str() != Some("file") || json.at("encoding").as_str() != Some("base64") {
        let stop = broken("is not a file of at most 1 MB");
        return Err(
            stop.mend("Have `policy-file` name a file of at most 1 MB: no directory, submodule or outside link.")
        );
    }
    let content: String = json.at("content").as_str().unwrap_or_default().split_whitespace().collect();
    let bytes = Base64::decode_vec(&content).map_err(|_| broken("is not base64"))?;
    decision.policy.blob_sha = printable(json.at("sha").as_str().unwrap_or_default()).into_owned();
    let text = String::from_utf8(bytes)
        .map_err(|_| Stop::new(Code::ConfigPolicyInvalid, format!("{what} is not UTF-8 text"), ""))?;
    from_text(decision, &text, &what)
}
