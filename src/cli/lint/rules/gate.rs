//! Whether every job, and every later step of the guard's job, runs only if the guard allowed the run.

use std::collections::BTreeMap;

use super::Subject;
use crate::cli::lint::guards::Guard;
use crate::cli::lint::registry::{CONDITION_UNDECIDED, EVALUATE_GATED, GATE_BYPASSED, GATE_MISSING, GATE_TEXT};
use crate::cli::lint::report::Report;
use crate::cli::workflow::Job;
use crate::cli::workflow::condition::{Condition, Gate};
use crate::cli::workflow::yaml::Text;
use crate::format::yaml::Position;

pub(super) fn check(subject: &Subject, report: &mut Report) {
    let gates = Gates { subject };
    let only_evaluates = subject.guards.iter().all(Guard::only_evaluates);
    let mut known = BTreeMap::new();
    for job in &subject.workflow.jobs {
        if gates.is_guard(job) || gates.runs_before_guard(job) {
            continue;
        }
        let gate = gates.of_job(job);
        if let Some((id, text)) = gates.unneeded_guard(job) {
            report.add(
                GATE_MISSING,
                text.position,
                format!(
                    "the condition of the job `{}` reads outputs of `{id}`, which its `needs` does not list: they are \
                     empty, so the job never runs",
                    job.id.text
                ),
                if job.needs.is_empty() {
                    format!("Add `needs: {id}` to the job.")
                } else {
                    format!("Add `{id}` to its `needs`.")
                },
            );
            continue;
        }
        if only_evaluates {
            if gate == Gate::Required {
                report_evaluate(job.condition.as_ref(), job.id.position, report);
            }
        } else if !gates.is_gated(job, &mut known) {
            let overrides = job.condition.as_ref().is_some_and(|text| Condition::read(&text.text).overrides_success());
            // A job without a gate waits for one that has it, and `always()` lets it run all the same.
            let gate = if gate == Gate::Missing && overrides { Gate::Bypassed } else { gate };
            let what = format!("the job `{}`", job.id.text);
            let output = gates.output_for(job);
            report_gate(&gate, &what, &output, job.condition.as_ref(), job.id.position, report);
        }
    }
    for guard in &subject.guards {
        check_steps(guard, report);
    }
}

/// The steps after a guard whose denial does not fail its step.
fn check_steps(guard: &Guard, report: &mut Report) {
    let Some(step) = &guard.step else { return };
    let options = &step.inputs.options;
    let id = step.step.id.as_ref().map(|id| id.text.to_ascii_lowercase());
    let is_allowed =
        |path: &[String]| id.as_ref().is_some_and(|id| path == ["steps", id.as_str(), "outputs", "allowed"]);
    // Or the guard does not run at all.
    let denial_passes = options.on_deny == "skip"
        || !options.skip_on.is_empty()
        || step.step.continues_on_error
        || step.step.condition.is_some();
    let output = format!("steps.{}.outputs.allowed", id.as_deref().unwrap_or("guard"));
    for later in guard.job.steps.iter().skip(step.index + 1).filter(|later| !later.is_guard()) {
        let condition = later.condition.as_ref().map(|text| Condition::read(&text.text));
        let gate = condition.as_ref().map_or(Gate::Missing, |condition| condition.gate(&is_allowed));
        if guard.only_evaluates() {
            if gate == Gate::Required {
                report_evaluate(later.condition.as_ref(), later.position, report);
            }
            continue;
        }
        // A denial fails the guard's step, and a step without a status function does not run then.
        let overrides = condition.is_some_and(|condition| condition.overrides_success());
        if !denial_passes && !overrides {
            continue;
        }
        let gate = if gate == Gate::Missing && overrides { Gate::Bypassed } else { gate };
        report_gate(&gate, "this step", &output, later.condition.as_ref(), later.position, report);
    }
}

struct Gates<'s, 'w> {
    subject: &'s Subject<'w>,
}

impl Gates<'_, '_> {
    fn is_guard(&self, job: &Job) -> bool {
        self.subject.guards.iter().any(|guard| guard.job.id.text == job.id.text)
    }

    fn job(&self, id: &str) -> Option<&Job> {
        self.subject.workflow.jobs.iter().find(|job| job.id.text == id)
    }

    /// Whether a guard's job waits for this one.
    fn runs_before_guard(&self, job: &Job) -> bool {
        let mut waiting: Vec<&Text> = self.subject.guards.iter().flat_map(|guard| &guard.job.needs).collect();
        let mut seen = Vec::new();
        while let Some(id) = waiting.pop() {
            if seen.contains(&&id.text) {
                continue;
            }
            seen.push(&id.text);
            waiting.extend(self.job(&id.text).iter().flat_map(|job| &job.needs));
        }
        seen.contains(&&job.id.text)
    }

    fn is_needed_guard(guard: &Guard, job: &Job) -> bool {
        job.needs.iter().any(|id| id.text == guard.job.id.text)
    }

    /// What the job's own condition makes sure of. A guard's outputs can only be read by jobs that need its job.
    fn of_job(&self, job: &Job) -> Gate {
        let Some(text) = &job.condition else { return Gate::Missing };
        Condition::read(&text.text).gate(&|path| {
            let [needs, id, outputs, name] = path else { return false };
            needs == "needs"
                && outputs == "outputs"
                && self.subject.guards.iter().any(|guard| {
                    let is_allowed = guard.allowed.contains(name) || (guard.allowed.is_empty() && name == "allowed");
                    guard.job.id.text.eq_ignore_ascii_case(id) && is_allowed && Self::is_needed_guard(guard, job)
                })
        })
    }

    /// A guard whose outputs the job's condition reads although the job does not need it.
    fn unneeded_guard<'j>(&self, job: &'j Job) -> Option<(&str, &'j Text)> {
        let text = job.condition.as_ref()?;
        let condition = Condition::read(&text.text);
        let ids = self.subject.guards.iter().filter(|guard| !Self::is_needed_guard(guard, job));
        let mut ids = ids.map(|guard| guard.job.id.text.as_str());
        Some((ids.find(|id| condition.reads(&["needs", &id.to_ascii_lowercase(), "outputs"]))?, text))
    }

    /// Whether the job cannot run unless a guard allowed the run: by its own condition, or because a job that it needs
    /// is skipped then.
    fn is_gated(&self, job: &Job, known: &mut BTreeMap<String, bool>) -> bool {
        if let Some(gated) = known.get(&job.id.text) {
            return *gated;
        }
        // A circle of jobs, which GitHub refuses, is not gated.
        known.insert(job.id.text.clone(), false);
        let condition = job.condition.as_ref().map(|text| Condition::read(&text.text));
        let inherits = condition.is_none_or(|condition| !condition.overrides_success());
        let gated = matches!(self.of_job(job), Gate::Required | Gate::OnDenial)
            || (inherits
                && job
                    .needs
                    .iter()
                    .filter_map(|id| self.job(&id.text))
                    .any(|needed| !self.is_guard(needed) && self.is_gated(needed, known)));
        known.insert(job.id.text.clone(), gated);
        gated
    }

    /// The expression that the job's condition should test.
    fn output_for(&self, job: &Job) -> String {
        let guards = &self.subject.guards;
        let guard = guards.iter().find(|guard| Self::is_needed_guard(guard, job)).or(guards.first());
        let id = guard.map_or("guard", |guard| guard.job.id.text.as_str());
        let name = guard.and_then(|guard| guard.allowed.first()).map_or("allowed", String::as_str);
        format!("needs.{id}.outputs.{name}")
    }
}

/// The most characters of a condition that is repeated in a help text.
const MAX_CONDITION: usize = 100;

/// How to add the gate to a condition that can hold without it.
fn conjunction(condition: &str, output: &str) -> String {
    let line = condition.split_whitespace().collect::<Vec<_>>().join(" ");
    let inner = line.strip_prefix("${{").and_then(|line| line.strip_suffix("}}")).unwrap_or(&line).trim();
    let is_disjunction = inner.contains("||");
    let mut help = match inner {
        _ if inner.contains("allowed") || inner.chars().count() > MAX_CONDITION => {
            format!("Write `{output} == 'true' && (…)`, with everything else in the parentheses.")
        }
        _ if is_disjunction => format!("Write `if: {output} == 'true' && ({inner})`."),
        _ => format!("Write `if: {output} == 'true' && {inner}`."),
    };
    if is_disjunction && inner.contains("event_name") {
        help.push_str(" An event that needs no check, such as `schedule`, can have a rule in the policy.");
    }
    help
}

fn report_evaluate(condition: Option<&Text>, position: Position, report: &mut Report) {
    report.add(
        EVALUATE_GATED,
        condition.map_or(position, |text| text.position),
        "this is gated by a guard with `mode: evaluate`: its `allowed` is `false` for a run that would be denied, so \
         this does not run although nothing is enforced",
        "Remove the condition while you evaluate, or set `mode: enforce`.",
    );
}

fn report_gate(
    gate: &Gate,
    what: &str,
    output: &str,
    condition: Option<&Text>,
    position: Position,
    report: &mut Report,
) {
    let at_condition = condition.map_or(position, |text| text.position);
    let is_job = output.starts_with("needs.");
    match gate {
        Gate::Required | Gate::OnDenial => {}
        Gate::Missing => {
            let needs = output.split('.').nth(1).unwrap_or_default();
            let help = if is_job {
                format!("Add `needs: {needs}` and `if: {output} == 'true'`.")
            } else {
                format!(
                    "Add `if: {output} == 'true'`: with `on-deny: skip`, `skip-on`, `continue-on-error` or an `if` of the guard's step, the job goes on without it."
                )
            };
            report.add(GATE_MISSING, position, format!("{what} runs without `{output} == 'true'`"), help);
        }
        Gate::AsText => report.add(
            GATE_TEXT,
            at_condition,
            format!("{what} tests `{output}` as a text, and the text `false` counts as true"),
            format!("Write `if: {output} == 'true'`."),
        ),
        Gate::Never => report.add(
            GATE_TEXT,
            at_condition,
            format!("the condition of {what} never holds: `{output}` is the text `'true'` or `'false'`, or empty"),
            format!("Write `if: {output} == 'true'`."),
        ),
        Gate::Bypassed => {
            let is_always_true = condition.is_some_and(|text| Condition::read(&text.text).is_always_true());
            let (message, help) = if is_always_true {
                (
                    format!(
                        "the condition of {what} is always true: with text, a space or a line break around `${{{{ }}}}` it is a text that is not empty"
                    ),
                    format!("Write the whole condition without `${{{{ }}}}`, such as `if: {output} == 'true' && …`."),
                )
            } else {
                (
                    format!("{what} can run although `{output}` is not `true`"),
                    conjunction(condition.map_or("", |text| text.text.as_str()), output),
                )
            };
            report.add(GATE_BYPASSED, at_condition, message, help);
        }
        Gate::Undecided(reason) => report.add(
            CONDITION_UNDECIDED,
            at_condition,
            format!("it cannot be determined whether {what} runs only if the guard allows it: {reason}"),
            format!("Write `{output} == 'true' && (…)`."),
        ),
    }
}
