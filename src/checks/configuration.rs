//! The first step: where the policy comes from, and what it says.

use base64ct::{Base64, Encoding};
use sha2::{Digest, Sha256};

use crate::decision::DecisionBuilder;
use crate::github::client::GithubClient;
use crate::github::commit_id::is_commit_id;
use crate::github::error::{ApiError, ErrorResponse, invalid_response};
use crate::github::event_name::EventName;
use crate::github::url::{encode_path_segment, repository_path};
use crate::policy::parse::Diagnostic;
use crate::policy::{Policy, Proof, parse, shorthand};
use crate::reason::ReasonCode;
use crate::rejection::Rejection;
use crate::runner::environment::Environment;
use crate::runner::inputs::Inputs;
use crate::text::{hex, quote, quote_list};

/// The permission that reading a `policy-file` takes.
pub const PERMISSION: &str = "contents: read";

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
    decision: &mut DecisionBuilder,
    inputs: &'a Inputs,
    environment: &Environment,
    github: &GithubClient<'_>,
) -> Result<Configuration<'a>, Rejection> {
    let signing_keys = inputs.signing_keys()?;
    let shorthand = inputs.shorthand_inputs_set();
    let policy = match (inputs.raw("policy"), inputs.text("policy-file"), shorthand.as_slice()) {
        (None, None, []) => Err(Rejection::new(
            ReasonCode::ConfigPolicyMissing,
            "none of `policy`, `policy-file` and the shorthand inputs (`dispatch-types`, `allowed-actors` …) is set",
            "one of them has to say who may start what",
        )),
        (Some(text), None, []) => {
            "policy".clone_into(&mut decision.facts.policy.source);
            from_text(decision, text, "the input `policy`")
        }
        // Boxed: keeps the request out of the state machine of runs that make none.
        (None, Some(path), []) => Box::pin(from_file(decision, path, environment, github)).await,
        (None, None, _) => {
            "inputs".clone_into(&mut decision.facts.policy.source);
            shorthand::policy(inputs)
        }
        (text, file, shorthand) => Err(conflict(text.is_some(), file.is_some(), shorthand)),
    }?;
    check_signing_keys(&policy, &signing_keys, environment)?;
    let events = policy.events().map(EventName::name);
    let found = format!("from {}, for {}", quote(&decision.facts.policy.source), quote_list(events, "and"));
    decision.pass("policy", found, "");
    Ok(Configuration { policy, signing_keys })
}

/// A rule that requires a signature needs a key to check it with. Only the rules of the event at hand count: a run for
/// a fork's pull request is given no secrets.
fn check_signing_keys(policy: &Policy, signing_keys: &[&str], environment: &Environment) -> Result<(), Rejection> {
    let rules = EventName::from_name(environment.event_name()).map_or(&[][..], |event| policy.rules(event));
    let requires_key = rules.iter().any(|rule| rule.provenance.require == Proof::Signature);
    if !requires_key || !signing_keys.is_empty() {
        return Ok(());
    }
    Err(Rejection::new(
        ReasonCode::ConfigInvalidInput,
        "the input `signing-keys` is not set or empty",
        "the policy requires `signature`, which is checked with such a key",
    )
    .with_help("Set `signing-keys` from a secret, one key a line; a secret that does not exist is empty."))
}

fn conflict(has_text: bool, has_file: bool, shorthand: &[&str]) -> Rejection {
    let given = [("policy", has_text), ("policy-file", has_file)];
    let set = given.into_iter().filter(|(_, is_set)| *is_set).map(|(name, _)| name).chain(shorthand.iter().copied());
    Rejection::new(
        ReasonCode::ConfigPolicyConflict,
        format!("the inputs {} are set", quote_list(set, "and")),
        "`policy`, `policy-file` and the shorthand inputs exclude each other",
    )
}

fn from_text(decision: &mut DecisionBuilder, text: &str, origin: &str) -> Result<Policy, Rejection> {
    decision.facts.policy.sha256 = hex(&Sha256::digest(text.as_bytes()));
    parse::policy(text).map_err(|errors| invalid(&errors, text, origin))
}

/// The rejection for a policy with errors: the first with its line, and how many more there are.
fn invalid(errors: &[Diagnostic], text: &str, origin: &str) -> Rejection {
    let Some(first) = errors.first() else {
        return Rejection::new(ReasonCode::ConfigPolicyInvalid, format!("{origin} cannot be read"), "");
    };
    let line = text.lines().nth(first.position.line as usize - 1).unwrap_or_default();
    let more = match errors.len() - 1 {
        0 => String::new(),
        1 => " (and 1 more error)".to_owned(),
        many => format!(" (and {many} more errors)"),
    };
    let shown = if line.trim().is_empty() { String::new() } else { format!("; the line is {}", quote(line.trim())) };
    Rejection::new(ReasonCode::ConfigPolicyInvalid, format!("{origin} is wrong at {first}{shown}{more}"), "")
}

/// Where a `policy-file` is: `PATH`, `OWNER/REPO:PATH` or `OWNER/REPO:PATH@REF`.
struct PolicyFile<'a> {
    repository: &'a str,
    path: &'a str,
    git_ref: Option<&'a str>,
}

impl<'a> PolicyFile<'a> {
    fn parse(text: &'a str, environment: &'a Environment) -> Result<Self, Rejection> {
        let own = environment.repository();
        let invalid = |expected: &str| {
            let found = format!("the input `policy-file` is {}", quote(text));
            Rejection::new(ReasonCode::ConfigInvalidInput, found, expected)
        };
        let (repository, location) = text.split_once(':').map_or((own, text), |(repository, rest)| (repository, rest));
        let is_elsewhere = text.contains(':');
        let (path, git_ref) = match location.rsplit_once('@') {
            Some((path, git_ref)) if is_elsewhere => (path, Some(git_ref)),
            _ => (location, None),
        };
        let leaves_repository = path.split('/').any(|part| matches!(part, "" | "." | ".."));
        if leaves_repository || text.contains(['\\', '\0']) || git_ref.is_some_and(str::is_empty) {
            return Err(invalid(
                "expected a path inside the repository, such as `.github/dispatch-guard.yml`, or `OWNER/REPO:PATH@REF`",
            ));
        }
        let is_name = |part: &str| {
            !matches!(part, "" | "." | "..")
                && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
        };
        let Some((owner, name)) = repository.split_once('/') else {
            return Err(invalid("expected `OWNER/REPO` before the colon"));
        };
        if is_elsewhere && !(is_name(owner) && is_name(name)) {
            return Err(invalid("expected `OWNER/REPO` before the colon"));
        }
        let own_owner = own.split_once('/').map_or("", |(owner, _)| owner);
        // Names change hands; a commit id does not.
        if !owner.eq_ignore_ascii_case(own_owner) && !git_ref.is_some_and(is_commit_id) {
            return Err(invalid("a policy of another owner has to be named by a full commit id (`@SHA`)"));
        }
        Ok(Self { repository, path, git_ref })
    }

    fn describe(&self, environment: &Environment) -> String {
        if self.repository == environment.repository() {
            return format!("the policy file {}", quote(self.path));
        }
        let git_ref = self.git_ref.map_or(String::new(), |git_ref| format!("@{git_ref}"));
        format!("the policy file {}", quote(&format!("{}:{}{git_ref}", self.repository, self.path)))
    }
}

/// A policy that GitHub serves: from the default branch unless a ref is given, and never from the workspace, where a
/// pull request could have put it.
async fn from_file(
    decision: &mut DecisionBuilder,
    text: &str,
    environment: &Environment,
    github: &GithubClient<'_>,
) -> Result<Policy, Rejection> {
    "policy-file".clone_into(&mut decision.facts.policy.source);
    let file = PolicyFile::parse(text, environment)?;
    file.path.clone_into(&mut decision.facts.policy.path);
    file.repository.clone_into(&mut decision.facts.policy.repository);
    file.git_ref.unwrap_or_default().clone_into(&mut decision.facts.policy.git_ref);
    let what = file.describe(environment);

    let encoded: Vec<String> = file.path.split('/').map(encode_path_segment).collect();
    let query = file.git_ref.map_or(String::new(), |git_ref| format!("?ref={}", encode_path_segment(git_ref)));
    let path = format!("{}/contents/{}{query}", repository_path(file.repository), encoded.join("/"));
    // Without `ref` the API reads the default branch (REST API, "Get repository content").
    let is_own = file.repository == environment.repository();
    let response = if is_own { github.get(&path).await } else { github.get_without_redirect(&path).await };
    let json = response.map_err(|error| match error {
        ApiError::Status(ErrorResponse { status: 404, .. }) => Rejection::new(
            ReasonCode::ConfigPolicyMissing,
            format!("{what} does not exist in {}", quote(file.repository)),
            "or the token cannot see it: it needs `contents: read`",
        ),
        error => error.into_rejection(&what, PERMISSION),
    })?;
    if json.get_path("type").as_str() != Some("file") || json.get_path("encoding").as_str() != Some("base64") {
        return Err(invalid_response(&path, "is not a file of at most 1 MB").with_help(
            "Have `policy-file` name a file of at most 1 MB: no directory, submodule or link that leads outside.",
        ));
    }
    let content: String = json.get_path("content").as_str().unwrap_or_default().split_whitespace().collect();
    let bytes = Base64::decode_vec(&content).map_err(|_| invalid_response(&path, "is not base64"))?;
    let blob = json.get_path("sha").as_str().filter(|sha| is_commit_id(sha));
    let blob = blob.ok_or_else(|| invalid_response(&path, "has no valid `sha`"))?;
    blob.clone_into(&mut decision.facts.policy.blob_sha);
    let text = String::from_utf8(bytes)
        .map_err(|_| Rejection::new(ReasonCode::ConfigPolicyInvalid, format!("{what} is not UTF-8 text"), ""))?;
    if github.contains_secret(&text) {
        let found = format!("{what} contains the value of a secret input");
        return Err(Rejection::new(ReasonCode::ConfigPolicyInvalid, found, "")
            .with_help("Remove the secret from the file, and revoke it."));
    }
    from_text(decision, &text, &what)
}
