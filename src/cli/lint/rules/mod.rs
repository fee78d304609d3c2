//! The rules, one file for each group.

mod consent;
mod gate;
mod guard_job;
mod permissions;
mod scripts;
mod trigger;

use super::action_inputs;
use super::guards::{self, Guard};
use super::report::Report;
use super::{Files, SourceFile};
use crate::cli::workflow::{Step, Workflow};

/// A workflow and its guards.
struct Subject<'w> {
    workflow: &'w Workflow,
    guards: Vec<Guard<'w>>,
}

impl Subject<'_> {
    fn steps(&self) -> impl Iterator<Item = &Step> {
        self.workflow.jobs.iter().flat_map(|job| &job.steps)
    }

    fn is_triggered_by(&self, event: &str) -> bool {
        self.workflow.triggers.iter().any(|trigger| trigger.event.text == event)
    }
}

/// Applies every rule.
pub fn check(workflow: &Workflow, file: &SourceFile, files: &dyn Files, report: &mut Report) {
    let guards = guards::find(workflow, &file.path, files, report);
    let subject = Subject { workflow, guards };
    for step in subject.steps() {
        action_inputs::check(step, report);
    }
    scripts::check_pins(&subject, report);
    if subject.guards.is_empty() {
        trigger::check_unguarded(&subject, report);
        if subject.steps().any(|step| step.action().is_some()) {
            scripts::check_expressions(&subject, report);
        }
        return;
    }
    guard_job::check(&subject, report);
    gate::check(&subject, report);
    permissions::check(&subject, report);
    trigger::check(&subject, report);
    consent::check(&subject, report);
    scripts::check_checkouts(&subject, report);
    scripts::check_expressions(&subject, report);
}
