//! One example that triggers each id, and one that just does not.

use dispatch_guard::cli::lint::{self, registry};

use crate::support::{Repository, findings, findings_in, ids};

/// A dispatch with a shorthand policy.
const DISPATCH: &str = "
on:
  repository_dispatch:
    types: [go]
permissions: {}
jobs:
  guard:
    runs-on: ubuntu-latest
    permissions:
      pull-requests: read
    outputs:
      allowed: ${{ steps.guard.outputs.allowed }}
      head-sha: ${{ steps.guard.outputs.head-sha }}
    steps:
      - id: guard
        uses: org/dispatch-guard@v1
        with:
          events: repository_dispatch
          dispatch-types: go
          allowed-actors: github-actions[bot]
          base-branches: main
  work:
    needs: guard
    if: needs.guard.outputs.allowed == 'true'
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v6
        with:
          ref: ${{ needs.guard.outputs.head-sha }}
      - run: make
";

/// A pull request event with an inline policy.
const TARGET: &str = "
on:
  pull_request_target:
    types: [labeled]
permissions: {}
jobs:
  guard:
    permissions:
      pull-requests: read
    outputs:
      ok: ${{ steps.g.outputs.allowed }}
    steps:
      - id: g
        uses: acme/dispatch-guard@0123456789012345678901234567890123456789
        with:
          skip-on: event.label_not_allowed
          policy: |
            version: 1
            events:
              pull_request_target:
                types: [labeled]
                label: [safe to test]
                actors: [\"role:write\"]
                pull-request:
                  base: [main]
  work:
    needs: [guard]
    if: ${{ needs.guard.outputs.ok == 'true' }}
    steps:
      - run: make
";

/// Comments of people, in one job.
const SINGLE: &str = "
on: {pull_request: {types: [opened, synchronize]}}
permissions: {}
jobs:
  only:
    steps:
      - uses: ./.github/actions/dispatch-guard
        with:
          policy: |
            version: 1
            events:
              pull_request:
                types: [opened, synchronize]
                pull-request: {base: [main]}
      - run: make
";

fn edited(base: &str, edits: &[(&str, &str)]) -> String {
    edits.iter().fold(base.to_owned(), |text, (from, to)| {
        assert_eq!(text.matches(from).count(), 1, "`{from}` is not unique");
        text.replace(from, to)
    })
}

#[track_caller]
fn triggers(id: &str, base: &str, edits: &[(&str, &str)]) {
    let found = findings(&edited(base, edits));
    let rule = registry::ALL.iter().find(|rule| rule.id == id).unwrap();
    assert!(found.iter().any(|finding| finding.id == id && finding.severity == rule.severity), "{id}: {found:#?}");
    assert!(found.iter().all(|finding| !finding.message.is_empty() && !finding.help.is_empty()));
}

#[track_caller]
fn is_clean(base: &str, edits: &[(&str, &str)]) {
    let found = findings(&edited(base, edits));
    assert!(ids(&found).iter().all(|id| *id == "trigger.own-file"), "{found:#?}");
}

#[track_caller]
fn lacks(id: &str, base: &str, edits: &[(&str, &str)]) {
    let found = findings(&edited(base, edits));
    assert!(found.iter().all(|finding| finding.id != id), "{found:#?}");
}

const GATE: &str = "needs.guard.outputs.allowed == 'true'";

#[test]
fn the_examples_are_clean() {
    is_clean(DISPATCH, &[]);
    is_clean(TARGET, &[]);
    is_clean(SINGLE, &[]);
}

#[test]
fn policy_invalid() {
    triggers("policy.invalid", DISPATCH, &[("base-branches: main", "base-branches: ''")]);
    triggers("policy.invalid", DISPATCH, &[("base-branches: main", "base-branch: main")]);
    triggers("policy.invalid", DISPATCH, &[("base-branches: main", "mode: evaluat")]);
    triggers("policy.invalid", DISPATCH, &[("          dispatch-types: go\n", "")]);
    triggers("policy.invalid", DISPATCH, &[("base-branches: main", "policy: 'version: 1'")]);
    triggers("policy.invalid", TARGET, &[("skip-on: event.label_not_allowed", "skip-on: api.forbidden")]);
    is_clean(DISPATCH, &[("base-branches: main", "base-branches: ${{ vars.BRANCHES }}")]);
    is_clean(DISPATCH, &[("base-branches: main", "base-branches: (unset)")]);
}

#[test]
fn an_error_of_an_inline_policy_is_at_its_place_in_the_workflow() {
    let found = findings(&edited(TARGET, &[("label: [safe to test]", "lable: [safe to test]")]));
    let place = |id| found.iter().find(|finding| finding.id == id).map(|finding| (finding.line, finding.column));
    assert_eq!(place("policy.invalid"), Some((22, 17)), "{found:#?}");
    let blank = edited(TARGET, &[("policy: |\n", "policy: |\n\n"), ("label: [safe to test]", "lable: [safe to test]")]);
    assert!(findings(&blank).iter().any(|finding| (finding.line, finding.column) == (23, 17)));
}

#[test]
fn a_policy_file_is_checked_where_it_is() {
    let workflow = edited(SINGLE, &[("policy: |", "policy-file: .github/p.yml\n          summary: |")]);
    let workflow = workflow.split("summary: |").next().unwrap().trim_end().to_owned() + "\n";
    let missing = findings(&workflow);
    assert!(missing.iter().any(|finding| finding.message.contains("does not exist")), "{missing:#?}");
    let policy = "version: 1\nevents: {pull_request: {pull-request: {base: [main]}}}\n";
    let found = findings_in(&workflow, &Repository::with(".github/p.yml", policy));
    assert_eq!(ids(&found), ["trigger.own-file", "permissions.missing"], "{found:#?}");
}

#[test]
fn gate_missing() {
    triggers("gate.missing", DISPATCH, &[("    if: needs.guard.outputs.allowed == 'true'\n", "")]);
    triggers("gate.missing", DISPATCH, &[(GATE, "github.ref == 'refs/heads/main'")]);
    triggers("gate.missing", DISPATCH, &[("    needs: guard\n", "")]);
    triggers("gate.missing", SINGLE, &[("          policy: |", "          on-deny: skip\n          policy: |")]);
    let skipped = "        if: github.event.number\n        with:\n          policy: |";
    triggers("gate.missing", SINGLE, &[("        with:\n          policy: |", skipped)]);
    // The outputs of a job that is not needed are empty.
    triggers("gate.missing", DISPATCH, &[("    needs: guard\n    if", "    needs: [first]\n    if")]);
    // A job that needs a gated one is skipped with it.
    is_clean(
        DISPATCH,
        &[("      - run: make\n", "      - run: make\n  last:\n    needs: work\n    steps: [{run: make}]\n")],
    );
    is_clean(DISPATCH, &[(GATE, "needs.guard.outputs.allowed == 'false'")]);
}

#[test]
fn gate_text() {
    triggers("gate.text", DISPATCH, &[(GATE, "needs.guard.outputs.allowed")]);
    lacks("gate.text", DISPATCH, &[(GATE, "fromJSON(needs.guard.outputs.allowed)")]);
}

#[test]
fn gate_bypassed() {
    triggers("gate.bypassed", DISPATCH, &[(GATE, "needs.guard.outputs.allowed == 'true' || failure()")]);
    triggers("gate.bypassed", DISPATCH, &[(GATE, "always()")]);
    triggers("gate.bypassed", DISPATCH, &[(GATE, "${{ needs.guard.outputs.allowed == 'true' }} && true")]);
    let last = "      - run: make\n  last:\n    needs: work\n    if: always()\n    steps: [{run: make}]\n";
    triggers("gate.bypassed", DISPATCH, &[("      - run: make\n", last)]);
    triggers("gate.bypassed", SINGLE, &[("      - run: make", "      - run: make\n        if: always()")]);
    is_clean(DISPATCH, &[(GATE, "always() && needs.guard.outputs.allowed == 'true'")]);
}

#[test]
fn condition_undecided() {
    triggers("condition.undecided", DISPATCH, &[(GATE, "contains(vars.VALUES, needs.guard.outputs.allowed)")]);
    is_clean(DISPATCH, &[(GATE, "contains(needs.guard.outputs.allowed, 'true')")]);
    triggers("condition.undecided", DISPATCH, &[(GATE, "needs.guard.outputs.allowed == \"true\"")]);
    triggers(
        "condition.undecided",
        DISPATCH,
        &[("    outputs:\n", "    strategy: {matrix: {a: [1, 2]}}\n    outputs:\n")],
    );
    lacks(
        "condition.undecided",
        DISPATCH,
        &[("    needs: guard\n", "    needs: guard\n    strategy: {matrix: {a: [1, 2]}}\n")],
    );
}

#[test]
fn guard_no_id() {
    triggers("guard.no-id", DISPATCH, &[("- id: guard\n        uses", "- uses")]);
    lacks("guard.no-id", SINGLE, &[]);
}

#[test]
fn guard_output_missing() {
    triggers("guard.output-missing", DISPATCH, &[("      allowed: ${{ steps.guard.outputs.allowed }}\n", "")]);
    triggers("guard.output-missing", DISPATCH, &[("steps.guard.outputs.allowed", "steps.gaurd.outputs.allowed")]);
    lacks("guard.output-missing", SINGLE, &[]);
}

#[test]
fn guard_not_first() {
    triggers("guard.not-first", DISPATCH, &[("      - id: guard", "      - run: make\n      - id: guard")]);
    let needs = "  guard:\n    needs: [first]\n    runs-on";
    triggers("guard.not-first", DISPATCH, &[("  guard:\n    runs-on", needs)]);
    lacks(
        "guard.not-first",
        DISPATCH,
        &[("      - id: guard", "      - uses: step-security/harden-runner@v2\n      - id: guard")],
    );
}

#[test]
fn permissions_missing() {
    triggers("permissions.missing", DISPATCH, &[("      pull-requests: read", "      contents: read")]);
    triggers(
        "permissions.missing",
        DISPATCH,
        &[("permissions: {}\n", ""), ("    permissions:\n      pull-requests: read\n", "")],
    );
    let token = "          base-branches: main\n          token: ${{ secrets.APP }}\n";
    is_clean(DISPATCH, &[("      pull-requests: read", "      {}"), ("          base-branches: main\n", token)]);
    is_clean(
        DISPATCH,
        &[("permissions: {}", "permissions: read-all"), ("    permissions:\n      pull-requests: read\n", "")],
    );
}

#[test]
fn permissions_excess() {
    triggers("permissions.excess", DISPATCH, &[("      pull-requests: read", "      pull-requests: write")]);
    triggers(
        "permissions.excess",
        DISPATCH,
        &[("    permissions:\n      pull-requests: read", "    permissions: write-all")],
    );
    let report = "      - uses: org/dispatch-guard/report@v1\n        with: {sha: '${{ steps.guard.outputs.head-sha }}', context: x}\n  work:\n";
    is_clean(
        DISPATCH,
        &[("  work:\n", report), ("      pull-requests: read", "      pull-requests: read\n      statuses: write")],
    );
}

#[test]
fn trigger_mismatch() {
    triggers("trigger.mismatch", DISPATCH, &[("    types: [go]", "    types: [go, stop]")]);
    triggers("trigger.mismatch", DISPATCH, &[("permissions: {}", "  release:\npermissions: {}")]);
    triggers("trigger.mismatch", TARGET, &[("    types: [labeled]\npermissions", "    types: [opened]\npermissions")]);
    triggers(
        "trigger.mismatch",
        TARGET,
        &[(
            "              pull_request_target:",
            "              issues: {actors: [a]}\n              pull_request_target:",
        )],
    );
    // The default types of the event are those that the policy lists.
    let default = "types: [opened, synchronize, reopened]";
    is_clean(
        SINGLE,
        &[
            ("on: {pull_request: {types: [opened, synchronize]}}", "on: pull_request"),
            ("                types: [opened, synchronize]", &format!("                {default}")),
        ],
    );
    // Another event does not reach the guard.
    let condition = "  guard:\n    if: github.event_name == 'repository_dispatch'\n    runs-on";
    lacks(
        "trigger.mismatch",
        DISPATCH,
        &[("permissions: {}", "  release:\npermissions: {}"), ("  guard:\n    runs-on", condition)],
    );
}

#[test]
fn trigger_own_file() {
    triggers("trigger.own-file", SINGLE, &[]);
    lacks("trigger.own-file", TARGET, &[]);
}

#[test]
fn trigger_unguarded() {
    let plain = "on: [push, issue_comment]\njobs: {a: {steps: [{run: make}]}}\n";
    triggers("trigger.unguarded", plain, &[]);
    lacks("trigger.unguarded", plain, &[("issue_comment", "pull_request")]);
}

#[test]
fn consent_missing() {
    let source = "workflow_run:\n                source: {workflows: [.github/workflows/ci.yml], events: [pull_request]}\n                pull-request: {base: [main], forks: allow}\n              pull_request:";
    triggers("consent.missing", SINGLE, &[("pull_request:\n", &format!("{source}\n"))]);
    let approved = source.replace("forks: allow", "forks: allow, approvals: {by: [octocat]}");
    lacks("consent.missing", SINGLE, &[("pull_request:\n", &format!("{approved}\n"))]);
    lacks("consent.missing", SINGLE, &[("pull_request:\n", &format!("{}\n", source.replace(", forks: allow", "")))]);
}

#[test]
fn authors_pusher_unjudged() {
    triggers("authors.pusher-unjudged", SINGLE, &[("{base: [main]}", "{authors: [octocat]}")]);
    let opened = [
        ("{base: [main]}", "{authors: [octocat]}"),
        ("                types: [opened, synchronize]", "                types: [opened]"),
    ];
    lacks("authors.pusher-unjudged", SINGLE, &opened);
    let actors = "actors: [octocat]\n                pull-request: {authors: [octocat]}";
    lacks("authors.pusher-unjudged", SINGLE, &[("pull-request: {base: [main]}", actors)]);
}

#[test]
fn skip_on_missing() {
    triggers("skip-on.missing", TARGET, &[("          skip-on: event.label_not_allowed\n", "")]);
    lacks("skip-on.missing", TARGET, &[("skip-on: event.label_not_allowed", "on-deny: skip")]);
}

#[test]
fn checkout_unverified() {
    let git_ref = "${{ needs.guard.outputs.head-sha }}";
    for other in [
        "${{ github.head_ref }}",
        "${{ needs.guard.outputs.head-ref }}",
        "refs/pull/7/merge",
        "${{ github.event.client_payload.sha }}",
        "${{ needs.guard.outputs.head-sha || github.event.client_payload.sha }}",
    ] {
        triggers("checkout.unverified", DISPATCH, &[(git_ref, other)]);
    }
    triggers("checkout.unverified", DISPATCH, &[("run: make", "run: gh pr checkout 7")]);
    for other in ["main", "${{ github.event.repository.default_branch }}", "${{ github.sha }}"] {
        is_clean(DISPATCH, &[(git_ref, other)]);
    }
}

#[test]
fn expression_untrusted() {
    for text in [
        "${{ github.event.client_payload.x }}",
        "${{ fromJSON(needs.guard.outputs.payload).x }}",
        "${{ toJSON(github) }}",
    ] {
        triggers("expression.untrusted", DISPATCH, &[("run: make", &format!("run: make {text}"))]);
    }
    triggers(
        "expression.untrusted",
        TARGET,
        &[("base: [main]", "base: ['${{ github.event.pull_request.base.ref }}']")],
    );
    is_clean(DISPATCH, &[("run: make", "run: make ${{ github.run_id }} ${{ github.repository }}")]);
    let env = "run: make \"$X\"\n        env: {X: '${{ github.event.client_payload.x }}'}";
    is_clean(DISPATCH, &[("run: make", env)]);
}

#[test]
fn an_expression_in_a_script_is_reported_at_its_place() {
    let script = "run: |\n          true\n          echo ${{ github.head_ref }}";
    let found = findings(&edited(DISPATCH, &[("run: make", script)]));
    let finding = found.iter().find(|finding| finding.id == "expression.untrusted").unwrap();
    assert_eq!((finding.line, finding.column), (32, 16), "{finding:#?}");
}

#[test]
fn concurrency_before_guard() {
    triggers("concurrency.before-guard", DISPATCH, &[("permissions: {}", "concurrency: x\npermissions: {}")]);
    triggers(
        "concurrency.before-guard",
        DISPATCH,
        &[("    outputs:\n", "    concurrency: {group: x}\n    outputs:\n")],
    );
    is_clean(DISPATCH, &[("    needs: guard\n", "    needs: guard\n    concurrency: x\n")]);
    is_clean(SINGLE, &[("permissions: {}", "concurrency: x\npermissions: {}")]);
}

#[test]
fn evaluate_gated() {
    triggers("evaluate.gated", DISPATCH, &[("base-branches: main", "mode: evaluate")]);
    let ungated = [("base-branches: main", "mode: evaluate"), ("    if: needs.guard.outputs.allowed == 'true'\n", "")];
    is_clean(DISPATCH, &ungated);
}

#[test]
fn uses_unpinned() {
    triggers("uses.unpinned", DISPATCH, &[]);
    lacks("uses.unpinned", TARGET, &[]);
}

#[test]
fn workflow_invalid() {
    triggers("workflow.invalid", "on: [push\njobs: {}\n", &[]);
    triggers("workflow.invalid", "on: push\n", &[]);
    lacks("workflow.invalid", "\u{feff}on: push\r\njobs: {}\r\n", &[]);
    let action = "name: x\nruns: {using: composite, steps: [{run: make, shell: sh}]}\n";
    let file = lint::SourceFile { path: "action.yml".to_owned(), text: action.to_owned() };
    let found = lint::check_file(&file, &Repository::default());
    assert!(found.len() == 1 && found[0].message.contains("an action"), "{found:#?}");
    // GitHub reads anchors in workflows.
    let anchors = "on: push\njobs: {a: &job {steps: [{run: make}]}, b: *job}\n";
    lacks("workflow.invalid", anchors, &[]);
}

#[test]
fn aliases_that_expand_without_end_are_refused() {
    let mut text = "a: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..9 {
        let list = vec![format!("*a{}", level - 1); 10].join(", ");
        text.push_str(&format!("b{level}: &a{level} [{list}]\n"));
    }
    assert!(findings(&(text + "jobs: {}\n")).iter().any(|finding| finding.message.contains("too many values")));
}

#[test]
fn ids_have_the_severities_of_the_contract() {
    let of = |severity: &str| {
        let rules = registry::ALL.iter().filter(|rule| rule.severity.name() == severity);
        rules.map(|rule| rule.id).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(
        of("error"),
        "workflow.invalid policy.invalid gate.missing gate.text gate.bypassed guard.no-id guard.output-missing"
    );
    assert_eq!(of("note"), "trigger.own-file skip-on.missing uses.unpinned");
    assert_eq!(
        of("warning"),
        "guard.not-first condition.undecided permissions.missing permissions.excess trigger.mismatch trigger.unguarded \
         consent.missing authors.pusher-unjudged checkout.unverified expression.untrusted concurrency.before-guard \
         evaluate.gated"
    );
}

#[test]
fn names_of_actions_and_inputs_have_any_case() {
    is_clean(DISPATCH, &[("org/dispatch-guard@v1", "Org/Dispatch-Guard@v1"), ("dispatch-types", "Dispatch-Types")]);
}

#[test]
fn inputs_of_the_other_actions_are_read_by_their_code() {
    let job = |action: &str, with: &str| {
        format!("on: push\njobs: {{a: {{steps: [{{uses: org/dispatch-guard/{action}@v1, with: {{{with}}}}}]}}}}\n")
    };
    let sha = "sha: '${{ github.sha }}'";
    for (action, with, expected) in [
        ("send", "event-typ: x", "did you mean `event-type`"),
        ("send", "event-type: ''", "set but empty"),
        ("send", "pr-number: 7", "neither `event-type` nor `workflow` is set"),
        ("send", "event-type: x, workflow: a.yml", "both set"),
        ("send", "event-type: x, head-sha: abc", "without `pr-number`"),
        ("send", "event-type: x, client-payload: '[]'", "`client-payload` is"),
        ("send", "event-type: x, wait: stared", "did you mean `started`"),
        ("report", "status: success", "`sha` is empty"),
        ("report", &format!("{sha}, status: sucess"), "did you mean `success`"),
        ("reconcile", "event-type: x", "`context` is not set"),
        ("reconcile", "event-type: x, context: y, since: 24", "`since` is"),
        ("reconcile", "event-type: x, context: y, limit: many", "`limit` is"),
    ] {
        let found = findings(&job(action, with));
        let is_reported =
            |finding: &lint::Finding| finding.id == "policy.invalid" && finding.message.contains(expected);
        assert!(found.iter().any(is_reported), "{action} {with}: {found:#?}");
    }
    for (action, with) in [
        ("send", "event-type: x, pr-number: '${{ inputs.pr }}', client-payload: '{\"a\": ${{ toJSON(inputs.a) }}}'"),
        ("send", "workflow: '${{ inputs.file }}', ref: '${{ inputs.ref }}'"),
        ("send", "event-type: x, signing-key: '${{ secrets.KEY }}', oidc: '${{ inputs.oidc }}'"),
        ("report", sha),
        ("report", &format!("{sha}, status: '${{{{ job.status }}}}', description: '', target-url: ''")),
        ("reconcile", "event-type: x, context: y, since: 2d, dry-run: '${{ inputs.dry }}'"),
        ("other", "anything: x"),
    ] {
        assert_eq!(ids(&findings(&job(action, with))), [""; 0], "{action} {with}");
    }
}

#[test]
fn a_test_file_is_not_taken_for_a_policy() {
    let lint = |text: &str| {
        let file = lint::SourceFile { path: ".github/dispatch-guard.test.yml".to_owned(), text: text.to_owned() };
        lint::check_file(&file, &Repository::default())
    };
    let case = "cases: [{name: a, event-name: push, event: {}, expect: allowed}]\n";
    assert!(lint(&format!("version: 1\npolicy: p.yml\n{case}")).is_empty());
    let found = lint(&format!("version: 1\npolicy: p.yml\n{}", case.replace("allowed", "alowed")));
    assert!(found.len() == 1 && found[0].message.contains("did you mean `allowed`"), "{found:#?}");
    assert_eq!((found[0].line, found[0].column), (3, 9));
}

#[test]
fn every_id_has_its_test_and_its_documentation() {
    let source = include_str!("ids.rs");
    for rule in registry::ALL {
        let name = rule.id.replace(['.', '-'], "_");
        assert!(source.contains(&format!("fn {name}()")), "{}", rule.id);
        let heading = format!("\n### {}\n\n{}: ", rule.id, rule.severity.name());
        assert!(include_str!("../../../docs/lint.md").contains(&heading), "{heading}");
    }
}

#[test]
fn no_part_of_a_workflow_makes_lint_panic() {
    for base in [DISPATCH, TARGET, SINGLE] {
        for (index, _) in base.char_indices().step_by(3) {
            let _ = findings(&base[..index]);
            let _ = findings(&format!("{}{}", &base[..index], &base[index + 1..]));
        }
    }
}
