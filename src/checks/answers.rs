//! What is known about a pull request beyond itself.

use crate::github::changed_file::ChangedFile;
use crate::github::check_run::CheckRun;
use crate::github::label_event::LabelEvent;
use crate::github::pull_request::PullRequest;
use crate::github::review::Review;
use crate::rejection::Rejection;

use super::actor_lookup::LookupResults;
use super::last_push::LastPush;
use super::questions::{Question, Unmet};

/// An answer, or why it is unknown; `None` if nobody has asked.
pub type Answer<T> = Option<Result<T, Rejection>>;

/// The answers so far.
#[derive(Default)]
pub struct Answers {
    pub(super) last_push: Answer<LastPush>,
    pub(super) current_text: Answer<()>,
    pub(super) label_events: Answer<Vec<LabelEvent>>,
    pub(super) reviews: Answer<Vec<Review>>,
    pub(super) files: Answer<Vec<ChangedFile>>,
    pub(super) pull_request: Answer<PullRequest>,
    pub(super) check_runs: Vec<(String, Result<Vec<CheckRun>, Rejection>)>,
    /// What was looked up about accounts.
    pub lookups: LookupResults,
}

impl Answers {
    /// When the head was pushed, and by whom.
    ///
    /// # Errors
    /// Why it is not known.
    pub fn last_push(&self) -> Result<&LastPush, Unmet> {
        known(self.last_push.as_ref(), || Question::LastPush)
    }

    /// Whether the comment or review is unchanged.
    ///
    /// # Errors
    /// Why it is not known.
    pub fn current_text(&self) -> Result<(), Unmet> {
        known(self.current_text.as_ref(), || Question::CurrentText).copied()
    }

    /// The events of labels.
    ///
    /// # Errors
    /// Why they are not known.
    pub fn label_events(&self) -> Result<&[LabelEvent], Unmet> {
        known(self.label_events.as_ref(), || Question::LabelEvents).map(Vec::as_slice)
    }

    /// The reviews in their order.
    ///
    /// # Errors
    /// Why they are not known.
    pub fn reviews(&self) -> Result<&[Review], Unmet> {
        known(self.reviews.as_ref(), || Question::Reviews).map(Vec::as_slice)
    }

    /// The changed files.
    ///
    /// # Errors
    /// Why they are not known.
    pub fn files(&self) -> Result<&[ChangedFile], Unmet> {
        known(self.files.as_ref(), || Question::Files).map(Vec::as_slice)
    }

    /// The pull request as it was after everything else was read.
    ///
    /// # Errors
    /// Why it is not known.
    pub fn pull_request(&self) -> Result<&PullRequest, Unmet> {
        known(self.pull_request.as_ref(), || Question::PullRequest)
    }

    /// The runs of the checks of a name.
    ///
    /// # Errors
    /// Why they are not known.
    pub fn check_runs(&self, name: &str) -> Result<&[CheckRun], Unmet> {
        let runs = self.check_runs.iter().find(|(known, _)| known == name).map(|(_, runs)| runs);
        known(runs, || Question::CheckRuns(name.to_owned())).map(Vec::as_slice)
    }
}

fn known<T>(answer: Option<&Result<T, Rejection>>, question: impl Fn() -> Question) -> Result<&T, Unmet> {
    match answer {
        Some(Ok(answer)) => Ok(answer),
        Some(Err(rejection)) => Err(Unmet::Rejected(rejection.clone())),
        None => Err(Unmet::Asks(vec![question()])),
    }
}
