//! What a check needs to know before it can be evaluated, and how the results of several checks combine.

use crate::rejection::Rejection;

use super::actor_lookup::Lookup;

/// A check that passed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passed {
    /// What was found.
    pub found: String,
    /// What was expected.
    pub expected: String,
}

/// Why a check has not passed.
#[derive(Debug)]
pub enum Unmet {
    /// It failed.
    Rejected(Rejection),
    /// It cannot be decided without an answer to these.
    Asks(Vec<Question>),
}

impl From<Rejection> for Unmet {
    fn from(rejection: Rejection) -> Self {
        Self::Rejected(rejection)
    }
}

/// What a check asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Question {
    /// When the head was pushed, and by whom.
    LastPush,
    /// Whether the comment or review that started the run is still there unchanged.
    CurrentText,
    /// Who added and removed which label when.
    LabelEvents,
    /// Who reviewed.
    Reviews,
    /// Which files are changed.
    Files,
    /// The pull request once more, after its files were read.
    PullRequest,
    /// The runs of the checks of a name.
    CheckRuns(String),
    /// What an entry of a list of actors needs.
    Lookup(Lookup),
}

/// A check by its name, and how it was evaluated.
pub type Evaluated = (String, Result<Passed, Unmet>);

/// Passes if everything does. A rejection precedes any question, and the first in the order of the codes counts.
///
/// # Errors
/// That rejection, or else all questions.
pub fn all_of(results: impl IntoIterator<Item = Result<(), Unmet>>) -> Result<(), Unmet> {
    let all = results.into_iter().filter_map(Result::err).reduce(|first, second| match (first, second) {
        (Unmet::Asks(mut first), Unmet::Asks(second)) => {
            first.extend(second);
            Unmet::Asks(first)
        }
        (Unmet::Rejected(first), Unmet::Rejected(second)) => {
            Unmet::Rejected(if second.code.position() < first.code.position() { second } else { first })
        }
        (rejected @ Unmet::Rejected(_), _) | (_, rejected) => rejected,
    });
    all.map_or(Ok(()), Err)
}

/// Passes if anything does. A question precedes any rejection; an error precedes any denial, because what could not be
/// determined might have passed; of the denials counts the one that came furthest in the order of the codes.
///
/// # Errors
/// All questions, or else that rejection. No result at all passes.
pub fn one_of(results: impl IntoIterator<Item = Result<(), Unmet>>) -> Result<(), Unmet> {
    let key = |rejection: &Rejection| (rejection.is_error(), rejection.code.position());
    let mut all: Option<Unmet> = None;
    for result in results {
        let Err(unmet) = result else { return Ok(()) };
        all = Some(match (all, unmet) {
            (Some(Unmet::Asks(mut first)), Unmet::Asks(second)) => {
                first.extend(second);
                Unmet::Asks(first)
            }
            (Some(Unmet::Rejected(first)), Unmet::Rejected(second)) => {
                Unmet::Rejected(if key(&second) > key(&first) { second } else { first })
            }
            (Some(asks @ Unmet::Asks(_)), Unmet::Rejected(_)) | (_, asks) => asks,
        });
    }
    all.map_or(Ok(()), Err)
}
