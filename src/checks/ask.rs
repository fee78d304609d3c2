//! The requests that answer the questions of the checks.

use futures_util::future::{Future, join, join_all, join4};

use crate::github::pull_request::PullRequest;

use super::CheckContext;
use super::actor_lookup::Lookup;
use super::answers::Answers;
use super::consent::Consent;
use super::last_push::LastPush;
use super::questions::Question;
use super::{approvals, check_runs, files, label_trust};

/// Asks, everything concurrently, and each thing once, whoever asks it.
pub async fn ask(
    answers: &mut Answers,
    questions: Vec<Question>,
    pr: &PullRequest,
    consent: Option<&Consent<'_>>,
    context: CheckContext<'_>,
) {
    let is_asked = |question: &Question| questions.contains(question);
    let mut names: Vec<&String> = Vec::new();
    let mut lookups: Vec<Lookup> = Vec::new();
    for question in &questions {
        match question {
            Question::CheckRuns(name) if !names.contains(&name) => names.push(name),
            Question::Lookup(lookup) if !lookups.contains(lookup) => lookups.push(lookup.clone()),
            _ => {}
        }
    }
    let current_text = async {
        match consent {
            Some(consent) => consent.check_current_text(Some(pr)).await,
            None => Ok(()),
        }
    };
    let check_runs = names.into_iter().map(async |name| (name.clone(), check_runs::fetch(pr, name, context).await));
    let ((last_push, current_text, label_events, reviews), (files, again, check_runs, ())) = join(
        join4(
            asked(is_asked(&Question::LastPush), LastPush::fetch(pr, context)),
            asked(is_asked(&Question::CurrentText), current_text),
            asked(is_asked(&Question::LabelEvents), label_trust::fetch(pr, context)),
            asked(is_asked(&Question::Reviews), approvals::fetch(pr, context)),
        ),
        join4(
            asked(is_asked(&Question::Files), files::fetch(pr, context)),
            asked(
                is_asked(&Question::PullRequest),
                PullRequest::fetch(context.github, context.environment.repository(), pr.number, ""),
            ),
            join_all(check_runs),
            answers.lookups.look_up(lookups, context),
        ),
    )
    .await;
    answers.last_push = last_push.or(answers.last_push.take());
    answers.current_text = current_text.or(answers.current_text.take());
    answers.label_events = label_events.or(answers.label_events.take());
    answers.reviews = reviews.or(answers.reviews.take());
    answers.files = files.or(answers.files.take());
    answers.pull_request = again.or(answers.pull_request.take());
    answers.check_runs.extend(check_runs);
}

async fn asked<T>(is_asked: bool, request: impl Future<Output = T>) -> Option<T> {
    if is_asked { Some(request.await) } else { None }
}
