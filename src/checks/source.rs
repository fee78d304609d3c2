//! The run that a `workflow_run` event reports, against a rule's `source`.

use crate::github::event::Event;
use crate::github::workflow_run::WorkflowRun;
use crate::policy::{Rule, SourceRule};
use crate::reason::ReasonCode;
use crate::rejection::Rejection;
use crate::runner::environment::Environment;
use crate::text::{quote, quote_list};

/// Checks workflow file, event, conclusion, branch and repository of the source run. The result is the check's name, what
/// was found and what was expected.
///
/// # Errors
/// `event.source_not_allowed`.
pub fn check(
    event: &Event,
    source: &SourceRule,
    rule: &Rule,
    environment: &Environment,
) -> Result<(&'static str, String, String), Rejection> {
    let denied = |found: String, expected: String| Rejection::new(ReasonCode::EventSourceNotAllowed, found, expected);
    let Some(run) = &event.workflow_run else {
        return Err(denied("the event reports no run".to_owned(), "the rule has `source`".to_owned()));
    };
    let refs = [run.head_branch.clone(), format!("refs/heads/{}", run.head_branch)];
    if !source.workflows.iter().any(|workflow| is_path(&run.path, workflow, environment.repository(), &refs)) {
        return Err(denied(
            format!("the source run's workflow file is {}", quote(&run.path)),
            format!("the rule allows {}", quote_list(&source.workflows, "and")),
        ));
    }
    if let Some(events) = &source.events
        && !events.contains(&run.event)
    {
        return Err(denied(
            format!("the event that started the source run is {}", quote(&run.event)),
            format!("the rule allows {}", quote_list(events, "and")),
        ));
    }
    if let Some(conclusions) = &source.conclusions
        && event.activity == "completed"
        && !conclusions.contains(&run.conclusion)
    {
        return Err(denied(
            format!("the source run's conclusion is {}", quote(&run.conclusion)),
            format!("the rule allows {}", quote_list(conclusions, "and")),
        ));
    }
    if let Some(branches) = &source.branches
        && !branches.matches(&run.head_branch)
    {
        return Err(denied(
            format!("the source run's head branch is {}", quote(&run.head_branch)),
            format!("the rule allows {}", quote_list(branches.names(), "and")),
        ));
    }
    check_repository(run, source, rule, environment)?;
    Ok(("source run", quote(&run.path), format!("the rule allows {}", quote_list(&source.workflows, "and"))))
}

/// Without `pull-request` nothing else judges a fork's commit, so `source.forks` does.
fn check_repository(
    run: &WorkflowRun,
    source: &SourceRule,
    rule: &Rule,
    environment: &Environment,
) -> Result<(), Rejection> {
    let denied =
        |found: String, expected: &str| Err(Rejection::new(ReasonCode::EventSourceNotAllowed, found, expected));
    if Some(run.repository_id) != environment.repository_id() {
        let found = format!("the source run is in the repository with id {}", run.repository_id);
        return denied(found, "expected a run of this repository");
    }
    let is_fork = run.head_repository_id != Some(run.repository_id);
    if is_fork && rule.pull_request.is_none() && !source.allow_forks {
        let found = match run.head_repository.as_str() {
            "" => "the repository of the source run's head no longer exists".to_owned(),
            fork => format!("the source run's head is in the fork {}", quote(fork)),
        };
        return denied(found, "the rule denies forks");
    }
    Ok(())
}

/// Whether a run's `path` is a workflow file: the path, optionally after its repository, optionally with the head branch
/// or its full ref behind it. Nothing else is: a name is the sender's to choose.
fn is_path(path: &str, workflow: &str, repository: &str, refs: &[String]) -> bool {
    let (file, git_ref) = match path.split_once('@') {
        Some((file, git_ref)) => (file, Some(git_ref)),
        None => (path, None),
    };
    let file = file.strip_prefix(repository).and_then(|rest| rest.strip_prefix('/')).unwrap_or(file);
    file == workflow && git_ref.is_none_or(|git_ref| refs.iter().any(|known| known == git_ref))
}
