//! Report: shows a dispatched run's result as a commit status on the pull request's head.
//!
//! A run that a dispatch starts belongs to the default branch's commit, so its checks never show on the pull request.

use crate::decision::{Code, Stop};
use crate::deed::{Deed, Tools};
use crate::environment::Environment;
use crate::github::{Failure, Github, Refusal, Retry, origin, repository_path};
use crate::host::Host;
use crate::inputs::{self, Inputs};
use crate::invocation::Invocation;
use crate::json::Json;
use crate::outcome::Outcome;
use crate::policy::field::is_commit_id;
use crate::text::{is_deceptive, quote};

/// How many characters GitHub takes in a status's context and in its description (REST API, "Commit statuses").
const MAX_CONTEXT: usize = 255;
const MAX_DESCRIPTION: usize = 140;
const PERMISSION: &str = "statuses: write";

/// What `status` may be, the state that GitHub shows for it, and what a description says of it. A run that was
/// cancelled has no result, and must not look as if it had.
const STATES: [(&str, &str, &str); 4] = [
    ("success", "success", "succeeded"),
    ("failure", "failure", "failed"),
    ("cancelled", "error", "was cancelled"),
    ("pending", "pending", "is running"),
];

/// The status as it is set.
#[derive(Debug, Default)]
struct CommitStatus {
    /// `owner/name` of the run's repository.
    repository: String,
    sha: String,
    context: String,
    /// GitHub's word: `success`, `failure`, `error` or `pending`.
    state: &'static str,
    description: String,
    target_url: String,
}

/// Reports. Every fault ends in an outcome that says that nothing was reported.
pub async fn report(invocation: &Invocation<'_>, host: &dyn Host) -> Outcome {
    let mut status = CommitStatus::default();
    match Tools::new(inputs::REPORT, invocation, host) {
        Err(stop) => status.ended(Err(stop)).outcome(invocation, host, None),
        Ok(tools) => {
            let result = perform(&tools, &mut status).await;
            status.ended(result).outcome(invocation, host, Some(&tools.github))
        }
    }
}

async fn perform(tools: &Tools<'_>, status: &mut CommitStatus) -> Result<String, Stop> {
    *status = CommitStatus::read(tools)?;
    status.set(&tools.github).await?;
    Ok(format!("{} is now {} on commit `{}`", quote(&status.context), quote(status.state), status.sha))
}

impl CommitStatus {
    /// The status that the inputs order.
    fn read(tools: &Tools<'_>) -> Result<Self, Stop> {
        let Tools { inputs, environment, .. } = tools;
        let sha = read_sha(inputs)?;
        let (state, word) = read_status(inputs)?;
        let context = read_context(inputs, environment)?;
        tools.check_public("context", &context)?;
        let target_url = read_target_url(inputs, environment)?;
        tools.check_public("target-url", &target_url)?;
        let description = match inputs.text("description") {
            "" => default_description(environment, word),
            text => tools.github.clean(text.to_owned()),
        };
        Ok(Self {
            repository: environment.repository().to_owned(),
            sha,
            context,
            state,
            description: shortened(&plain(&description), MAX_DESCRIPTION),
            target_url,
        })
    }

    async fn set(&self, github: &Github<'_>) -> Result<(), Stop> {
        let path = format!("{}/statuses/{}", repository_path(&self.repository), self.sha);
        let what = format!("a status on commit `{}` of {}", self.sha, quote(&self.repository));
        // To set the same status twice changes nothing: the last one of a context counts.
        let answer = github.post(&path, self.to_json().to_compact(), Retry::Safe).await;
        let answer = answer.map_err(|failure| explain(failure, &what, self))?;
        let says = |key: &str| answer.at(key).as_str().unwrap_or_default();
        if says("state") == self.state && says("context") == self.context {
            return Ok(());
        }
        let found = format!("GitHub's answer to {what} is not that status");
        Err(Stop::new(Code::ApiInvalidResponse, found, "it has to repeat `state` and `context`"))
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

    fn ended(&self, result: Result<String, Stop>) -> Deed {
        let of = [("repository", &*self.repository), ("sha", &self.sha)];
        let facts = of.into_iter().chain(self.members()).map(|(name, value)| (name, Json::string(value)));
        Deed {
            action: "report",
            done: "reported",
            // The status itself is what people look at.
            has_summary: false,
            facts: facts.collect(),
            outputs: Vec::new(),
            result,
        }
    }
}

fn explain(failure: Failure, what: &str, status: &CommitStatus) -> Stop {
    match failure {
        Failure::Refused(refusal) if refusal.status == 403 => refusal.denied(what, PERMISSION),
        Failure::Refused(Refusal { status: 404, message, .. }) => Stop::new(
            Code::ApiForbidden,
            format!("GitHub answered 404 for {what}: {}", quote(&message)),
            format!("the token cannot see the repository, or lacks `{PERMISSION}`"),
        )
        .mend(format!("Add `{PERMISSION}` to the job's `permissions:`, or give a `token` that has it.")),
        Failure::Refused(Refusal { status: 422, message, .. }) if message.contains("No commit found") => Stop::new(
            Code::ConfigInvalidInput,
            format!("the input `sha` is `{}`, and {} has no such commit", status.sha, quote(&status.repository)),
            "it has to be the head of a pull request of this repository",
        )
        .mend("Give `sha` the guard's output `head-sha`."),
        Failure::Refused(Refusal { status: 422, message, .. }) => {
            Stop::new(Code::ConfigInvalidInput, format!("GitHub calls {what} invalid: {}", quote(&message)), "")
        }
        failure => failure.into_stop(what, PERMISSION),
    }
}

fn invalid(found: String, allowed: &str) -> Stop {
    Stop::new(Code::ConfigInvalidInput, found, allowed)
}

fn read_sha(inputs: &Inputs) -> Result<String, Stop> {
    let text = inputs.text("sha");
    let sha = text.to_ascii_lowercase();
    if is_commit_id(&sha) {
        return Ok(sha);
    }
    let found = match text {
        "" => "the input `sha` is empty".to_owned(),
        text => format!("the input `sha` is {}", quote(text)),
    };
    let cure = if text.is_empty() {
        "Give `sha` the guard's output `head-sha`, and report only where it is not empty: it is empty as long as no pull \
         request was verified."
    } else {
        "Give `sha` the whole id, best as the guard's output `head-sha`."
    };
    Err(invalid(found, "it has to be a commit id of 40 or 64 hex digits").mend(cure))
}

/// The state that GitHub shows, and the word for it.
fn read_status(inputs: &Inputs) -> Result<(&'static str, &'static str), Stop> {
    if inputs.text("status") == "skipped" {
        return Err(invalid(
            "the input `status` is `skipped`".to_owned(),
            "a job that was skipped has no result, and must not look as if it had",
        )
        .mend("Report only if the job ran: test its `result` in the step's `if:`."));
    }
    let word = inputs.choice("status", &STATES.map(|(word, _, _)| word))?;
    // INVARIANT: `choice` answers with one of the words that it was given.
    let found = STATES.iter().find(|(known, _, _)| *known == word);
    Ok(found.map_or(("error", "ended"), |(_, state, words)| (*state, *words)))
}

fn read_context(inputs: &Inputs, environment: &Environment) -> Result<String, Stop> {
    let text = inputs.text("context");
    if text.is_empty() {
        let workflow = plain(environment.get("GITHUB_WORKFLOW"));
        let name = if workflow.is_empty() { "workflow" } else { &workflow };
        return Ok(shortened(&format!("dispatch-guard / {name}"), MAX_CONTEXT));
    }
    let characters = text.chars().count();
    if characters > MAX_CONTEXT {
        let found = format!("the input `context` has {characters} characters");
        return Err(invalid(found, &format!("GitHub takes {MAX_CONTEXT}")));
    }
    if text.contains(is_deceptive) {
        let found = format!("the input `context` is {}", quote(text));
        return Err(invalid(found, "control and invisible characters would make one check look like another"));
    }
    Ok(text.to_owned())
}

fn read_target_url(inputs: &Inputs, environment: &Environment) -> Result<String, Stop> {
    let text = inputs.text("target-url");
    if text.is_empty() {
        return Ok(environment.run_url());
    }
    if origin(text).is_some() && !text.contains(char::is_whitespace) && !text.contains(is_deceptive) {
        return Ok(text.to_owned());
    }
    let found = format!("the input `target-url` is {}", quote(text));
    Err(invalid(found, "it has to be an address that starts with `https://` or `http://`, without a password"))
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
    let kept = |letter: &char| letter.is_whitespace() || (!is_deceptive(*letter) && u32::from(*letter) <= 0xFFFF);
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
