//! Report: shows a dispatched run's result as a commit status on the pull request's head.
//!
//! A run that a dispatch starts belongs to the default branch's commit, so its checks never show on the pull request.

use crate::actions::common::{ActionContext, finish};
use crate::format::json::Json;
use crate::github::client::{GithubClient, Idempotency};
use crate::github::commit_id::is_commit_id;
use crate::github::error::{ApiError, ErrorResponse};
use crate::github::url::origin;
use crate::github::url::repository_path;
use crate::host::Host;
use crate::outcome::Outcome;
use crate::outcome::action::ActionReport;
use crate::reason::ReasonCode;
use crate::rejection::Rejection;
use crate::runner::environment::Environment;
use crate::runner::inputs::{self, Inputs};
use crate::runner::invocation::Invocation;
use crate::text::{is_unprintable, quote};

/// How many characters GitHub accepts in a status's context and in its description (REST API, "Commit statuses").
const MAX_CONTEXT: usize = 255;
const MAX_DESCRIPTION: usize = 140;
const PERMISSION: &str = "statuses: write";

/// The values of `status`: results of jobs and conclusions of workflow runs. Each with the state that GitHub shows for it
/// and the words of the description. Only success is shown as success.
const STATES: [(&str, &str, &str); 7] = [
    ("success", "success", "succeeded"),
    ("failure", "failure", "failed"),
    ("cancelled", "error", "was cancelled"),
    ("pending", "pending", "is running"),
    ("timed_out", "error", "timed out"),
    ("startup_failure", "error", "failed to start"),
    ("action_required", "failure", "waits for an approval"),
];
/// The conclusions that are no result.
const WITHOUT_RESULT: [&str; 3] = ["skipped", "neutral", "stale"];

/// The status as it is set.
#[derive(Debug, Default)]
pub struct CommitStatus {
    /// `owner/name` of the commit's repository.
    pub repository: String,
    /// The commit.
    pub sha: String,
    /// Its name.
    pub context: String,
    /// GitHub's word: `success`, `failure`, `error` or `pending`.
    pub state: &'static str,
    /// A short text beside it.
    pub description: String,
    /// Where it leads.
    pub target_url: String,
}

/// Reports. Every failure ends in an outcome that says that nothing was reported.
pub async fn report(invocation: &Invocation<'_>, host: &dyn Host) -> Outcome {
    let mut status = CommitStatus::default();
    match ActionContext::new(inputs::REPORT, invocation, host) {
        Err(rejection) => finish(status.to_report(Err(rejection)), invocation, host, None),
        Ok(tools) => {
            let result = perform(&tools, &mut status).await;
            finish(status.to_report(result), invocation, host, Some(&tools.github))
        }
    }
}

async fn perform(tools: &ActionContext<'_>, status: &mut CommitStatus) -> Result<String, Rejection> {
    *status = CommitStatus::read(tools)?;
    status.set(&tools.github).await?;
    Ok(format!("{} is now {} on commit `{}`", quote(&status.context), quote(status.state), status.sha))
}

/// The names of the outputs.
#[cfg(feature = "cli")]
pub fn output_names() -> Vec<&'static str> {
    CommitStatus::default().to_report(Ok(String::new())).output_names()
}

impl CommitStatus {
    /// The status that the inputs describe.
    ///
    /// # Errors
    /// `config.invalid_input`.
    pub fn read(tools: &ActionContext<'_>) -> Result<Self, Rejection> {
        let ActionContext { inputs, environment, .. } = tools;
        let sha = read_sha(inputs)?;
        let (repository, _) = inputs.repository("repository", environment.repository())?;
        let (state, word) = read_status(inputs)?;
        let context = read_context(inputs, environment)?;
        tools.reject_secrets("context", &context)?;
        let target_url = read_target_url(inputs, environment)?;
        tools.reject_secrets("target-url", &target_url)?;
        let description = match inputs.text("description") {
            None => default_description(environment, word),
            Some(text) => tools.github.redact(text.to_owned()),
        };
        Ok(Self {
            repository,
            sha,
            context,
            state,
            description: shortened(&plain(&description), MAX_DESCRIPTION),
            target_url,
        })
    }

    /// Sets it.
    ///
    /// # Errors
    /// `api.*`, or `config.invalid_input` if GitHub calls it invalid.
    pub async fn set(&self, github: &GithubClient<'_>) -> Result<(), Rejection> {
        let path = format!("{}/statuses/{}", repository_path(&self.repository), self.sha);
        let what = format!("a status on commit `{}` of {}", self.sha, quote(&self.repository));
        // To set the same status twice changes nothing: the last one of a context counts.
        let answer = github.post(&path, self.to_json().to_compact(), Idempotency::Idempotent).await;
        let answer = answer.map_err(|failure| explain(failure, &what, self))?;
        let says = |key: &str| answer.get_path(key).as_str().unwrap_or_default();
        if says("state") == self.state && says("context") == self.context {
            return Ok(());
        }
        let found = format!("GitHub's answer to {what} is not that status");
        Err(Rejection::new(ReasonCode::ApiInvalidResponse, found, "it has to repeat `state` and `context`"))
    }

    /// The request's body; what is empty is left out.
    fn to_json(&self) -> Json {
        let given = self.members().into_iter().filter(|(_, value)| !value.is_empty());
        Json::Object(given.map(|(key, value)| (key.to_owned(), Json::string(value))).collect())
    }

    fn members(&self) -> [(&'static str, &str); 4] {
        [
            ("state", self.state),
            ("context", &self.context),
            ("description", &self.description),
            ("target_url", &self.target_url),
        ]
    }

    fn to_report(&self, result: Result<String, Rejection>) -> ActionReport {
        let of = [("repository", &*self.repository), ("sha", &self.sha)];
        let facts = of.into_iter().chain(self.members()).map(|(name, value)| (name, Json::string(value)));
        ActionReport {
            action: "report",
            success_output: "reported",
            deciding: None,
            // The status itself is what people look at.
            has_summary: false,
            facts: facts.collect(),
            table: None,
            outputs: Vec::new(),
            is_done: result.is_ok(),
            result,
        }
    }
}

fn explain(failure: ApiError, what: &str, status: &CommitStatus) -> Rejection {
    match failure {
        ApiError::Status(refusal) if refusal.status == 403 => refusal.permission_denied(what, PERMISSION),
        ApiError::Status(ErrorResponse { status: 404, message, .. }) => Rejection::new(
            ReasonCode::ApiForbidden,
            format!("GitHub answered 404 for {what}: {}", quote(&message)),
            format!("the token cannot see the repository, or lacks `{PERMISSION}`"),
        )
        .with_help(format!("Add `{PERMISSION}` to the job's `permissions:`, or give a `token` that has it.")),
        ApiError::Status(ErrorResponse { status: 422, message, .. }) if message.contains("No commit found") => {
            Rejection::new(
                ReasonCode::ConfigInvalidInput,
                format!("the input `sha` is `{}`, and {} has no such commit", status.sha, quote(&status.repository)),
                "expected the head of a pull request of this repository",
            )
            .with_help("Give `sha` the guard's output `head-sha`.")
        }
        ApiError::Status(ErrorResponse { status: 422, message, .. }) => Rejection::new(
            ReasonCode::ConfigInvalidInput,
            format!("GitHub calls {what} invalid: {}", quote(&message)),
            "",
        ),
        failure => failure.into_rejection(what, PERMISSION),
    }
}

fn read_sha(inputs: &Inputs) -> Result<String, Rejection> {
    let text = inputs.text("sha").unwrap_or_default();
    let sha = text.to_ascii_lowercase();
    if is_commit_id(&sha) {
        return Ok(sha);
    }
    let found = match text {
        "" => "the input `sha` is empty".to_owned(),
        text => format!("the input `sha` is {}", quote(text)),
    };
    let help = if text.is_empty() {
        "Give `sha` the guard's output `head-sha`, and report only where it is not empty: it is empty as long as no pull \
         request was verified."
    } else {
        "Give `sha` the whole id, best as the guard's output `head-sha`."
    };
    Err(Rejection::invalid_input(found, "expected a commit id of 40 or 64 hex digits").with_help(help))
}

/// The state that GitHub shows, and the word for it.
fn read_status(inputs: &Inputs) -> Result<(&'static str, &'static str), Rejection> {
    if let Some(word) = WITHOUT_RESULT.iter().find(|word| inputs.text("status") == Some(**word)) {
        return Err(Rejection::invalid_input(
            format!("the input `status` is `{word}`"),
            "that is no result, and must not look like one on the pull request",
        )
        .with_help("Report only if the job ran: test its `result` in the step's `if:`."));
    }
    let word = inputs.choice("status", &STATES.map(|(word, _, _)| word))?;
    // INVARIANT: `choice` returns one of the words that it was given.
    let found = STATES.iter().find(|(known, _, _)| *known == word);
    Ok(found.map_or(("error", "ended"), |(_, state, words)| (*state, *words)))
}

fn read_context(inputs: &Inputs, environment: &Environment) -> Result<String, Rejection> {
    let text = inputs.text("context").unwrap_or_default();
    if text.is_empty() {
        let workflow = plain(environment.get("GITHUB_WORKFLOW"));
        let name = if workflow.is_empty() { "workflow" } else { &workflow };
        return Ok(shortened(&format!("dispatch-guard / {name}"), MAX_CONTEXT));
    }
    check_context(text)?;
    Ok(text.to_owned())
}

/// Refuses a context that GitHub does not accept or that could look like another one.
///
/// # Errors
/// `config.invalid_input`.
pub fn check_context(text: &str) -> Result<(), Rejection> {
    let characters = text.chars().count();
    if characters > MAX_CONTEXT {
        let found = format!("the input `context` has {characters} characters");
        return Err(Rejection::invalid_input(found, format!("GitHub accepts {MAX_CONTEXT}")));
    }
    if text.contains(is_unprintable) {
        let found = format!("the input `context` is {}", quote(text));
        return Err(Rejection::invalid_input(
            found,
            "control and invisible characters would make one check look like another",
        ));
    }
    Ok(())
}

fn read_target_url(inputs: &Inputs, environment: &Environment) -> Result<String, Rejection> {
    let text = inputs.text("target-url").unwrap_or_default();
    if text.is_empty() {
        return Ok(environment.run_url());
    }
    if origin(text).is_some() && !text.contains(char::is_whitespace) && !text.contains(is_unprintable) {
        return Ok(text.to_owned());
    }
    let found = format!("the input `target-url` is {}", quote(text));
    Err(Rejection::invalid_input(
        found,
        "expected an address that starts with `https://` or `http://`, without a password",
    ))
}

/// What GitHub shows beside the check where nobody says more.
fn default_description(environment: &Environment, word: &str) -> String {
    let workflow = environment.get_or("GITHUB_WORKFLOW", "The run");
    match environment.run_attempt() {
        Some(attempt) if attempt > 1 => format!("{workflow} {word} (attempt {attempt})"),
        _ => format!("{workflow} {word}"),
    }
}

/// A text on one line, without what GitHub refuses in a status (characters beyond U+FFFF: "doesn't accept 4-byte
/// Unicode") and without what is not shown.
fn plain(text: &str) -> String {
    let kept = |letter: &char| letter.is_whitespace() || (!is_unprintable(*letter) && u32::from(*letter) <= 0xFFFF);
    let kept: String = text.chars().filter(kept).collect();
    kept.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The text, cut so that it has at most `most` characters, the last of which says that there was more.
fn shortened(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let mut cut: String = text.chars().take(most - 1).collect();
    cut.truncate(cut.trim_end().len());
    cut.push('…');
    cut
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_cut_by_characters() {
        assert_eq!(shortened("héé", 3), "héé");
        assert_eq!(shortened("héééé", 3), "hé…");
        assert_eq!(shortened("ab cdef", 4), "ab…");
        assert_eq!(shortened(&"é".repeat(141), 140).chars().count(), 140);
    }

    #[test]
    fn what_github_refuses_in_a_status_is_left_out() {
        assert_eq!(plain("🚀 Deploy\r\nto \u{202e}production\u{200b} ✓"), "Deploy to production ✓");
        assert_eq!(plain("🚀"), "");
    }
}
