//! Guards in reusable workflows, and gates of several jobs.

use crate::support::{Repository, findings, findings_in, ids};

const CALLEE: &str = "
on:
  workflow_call:
    outputs:
      ok: {value: '${{ jobs.g.outputs.allowed }}'}
      commit: {value: '${{ jobs.g.outputs.sha }}'}
jobs:
  g:
    outputs:
      allowed: ${{ steps.guard.outputs.allowed }}
      sha: ${{ steps.guard.outputs.head-sha }}
    permissions: {pull-requests: read}
    steps:
      - id: guard
        uses: org/dispatch-guard@v1
        with: {events: pull_request_target, base-branches: main}
";

const CALLER: &str = "
on: pull_request_target
jobs:
  guard: {uses: ./.github/workflows/guard.yml}
  work:
    needs: guard
    if: needs.guard.outputs.ok == 'true'
    steps:
      - uses: actions/checkout@v6
        with: {ref: '${{ needs.guard.outputs.commit }}'}
";

fn repository(callee: &str) -> Repository {
    Repository::with(".github/workflows/guard.yml", callee)
}

#[test]
fn a_local_reusable_workflow_is_followed() {
    assert_eq!(ids(&findings_in(CALLER, &repository(CALLEE))), [""; 0]);
    assert_eq!(ids(&findings(CALLEE)), [""; 0]);
    let wrong = CALLER.replace("outputs.ok", "outputs.allowed");
    assert_eq!(ids(&findings_in(&wrong, &repository(CALLEE))), ["gate.missing"]);
    let lost = CALLEE.replace("jobs.g.outputs.allowed", "jobs.x.outputs.allowed");
    assert!(ids(&findings_in(CALLER, &repository(&lost))).contains(&"guard.output-missing"));
}

#[test]
fn a_reusable_workflow_that_calls_itself_ends() {
    let circle = "on: workflow_call\njobs: {a: {uses: ./.github/workflows/guard.yml}}\n";
    assert_eq!(ids(&findings_in(CALLER, &repository(circle))), ["trigger.unguarded"]);
}

#[test]
fn a_reusable_workflow_of_another_repository_is_a_guard_if_a_job_is_gated_by_it() {
    let remote = CALLER.replace("./.github/workflows/guard.yml", "acme/ci/.github/workflows/guard.yml@v1");
    let gated = remote.replace("outputs.ok", "outputs.allowed").replace("outputs.commit", "outputs.head-sha");
    assert_eq!(ids(&findings(&gated)), [""; 0]);
    assert_eq!(ids(&findings(&remote)), ["trigger.unguarded"]);
}

#[test]
fn jobs_that_need_each_other_in_a_circle_are_not_gated() {
    let text = "
on: pull_request_target
jobs:
  guard:
    outputs: {allowed: '${{ steps.g.outputs.allowed }}'}
    permissions: {pull-requests: read}
    steps: [{id: g, uses: org/dispatch-guard@v1, with: {events: pull_request_target, base-branches: main}}]
  a: {needs: b, steps: [{run: make}]}
  b: {needs: a, steps: [{run: make}]}
";
    assert_eq!(ids(&findings(text)), ["gate.missing", "gate.missing"]);
}
