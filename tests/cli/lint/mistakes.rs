//! Ten typical mistakes: what `lint` says about each, and that its help is enough to fix it. `docs/lint.md` shows them.

use std::fmt::Write as _;
use std::path::PathBuf;

use dispatch_guard::cli::lint::{Finding, registry::Severity};

use crate::support::findings;

const WORKFLOW: &str = "
on:
  repository_dispatch:
    types: [chart-pr-created]
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
          dispatch-types: chart-pr-created
          allowed-actors: github-actions[bot]
          base-branches: main
  validate:
    needs: guard
    if: needs.guard.outputs.allowed == 'true'
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v6
        with:
          ref: ${{ needs.guard.outputs.head-sha }}
      - run: ./ci/validate
";

struct Mistake {
    /// What was done wrong.
    what: &'static str,
    /// The right text of the workflow, and what is there instead. What follows `… ` is the same in both.
    right: &'static str,
    wrong: &'static str,
    /// The id that `lint` reports.
    id: &'static str,
    /// What somebody who reads message and help once writes; part of one of them.
    written: &'static str,
}

const MISTAKES: [Mistake; 10] = [
    Mistake {
        what: "a job without a condition",
        right: "    needs: guard\n    if: needs.guard.outputs.allowed == 'true'\n",
        wrong: "    needs: guard\n",
        id: "gate.missing",
        written: "if: needs.guard.outputs.allowed == 'true'",
    },
    Mistake {
        what: "`allowed` is not compared",
        right: "    if: needs.guard.outputs.allowed == 'true'\n",
        wrong: "    if: needs.guard.outputs.allowed\n",
        id: "gate.text",
        written: "if: needs.guard.outputs.allowed == 'true'",
    },
    Mistake {
        what: "`allowed` is compared with a boolean",
        right: "    if: needs.guard.outputs.allowed == 'true'\n",
        wrong: "    if: needs.guard.outputs.allowed == true\n",
        id: "gate.text",
        written: "if: needs.guard.outputs.allowed == 'true'",
    },
    Mistake {
        what: "`always()`, so that a failure does not skip the job",
        right: "    if: needs.guard.outputs.allowed == 'true'\n",
        wrong: "    if: always()\n",
        id: "gate.bypassed",
        written: "needs.guard.outputs.allowed == 'true' && always()",
    },
    Mistake {
        what: "only a part of the condition is in `${{ }}`",
        right: "    if: needs.guard.outputs.allowed == 'true'\n",
        wrong: "    if: ${{ needs.guard.outputs.allowed }} == 'true'\n",
        id: "gate.bypassed",
        written: "if: needs.guard.outputs.allowed == 'true'",
    },
    Mistake {
        what: "`needs` does not list the guard's job",
        right: "    needs: guard\n    if: needs.guard.outputs.allowed == 'true'\n",
        wrong: "    if: needs.guard.outputs.allowed == 'true'\n",
        id: "gate.missing",
        written: "needs: guard",
    },
    Mistake {
        what: "the guard's job has no output `allowed`",
        right: "    outputs:\n      allowed: ${{ steps.guard.outputs.allowed }}\n",
        wrong: "    outputs:\n",
        id: "guard.output-missing",
        written: "allowed: ${{ steps.guard.outputs.allowed }}",
    },
    Mistake {
        what: "a misspelt input",
        right: "          base-branches: main\n",
        wrong: "          base-branch: main\n",
        id: "policy.invalid",
        written: "base-branches",
    },
    Mistake {
        what: "the guard's job lacks a permission",
        right: "    permissions:\n      pull-requests: read\n",
        wrong: "    permissions: {}\n",
        id: "permissions.missing",
        written: "pull-requests: read",
    },
    Mistake {
        what: "a branch is checked out instead of the verified commit",
        right: "          ref: ${{ needs.guard.outputs.head-sha }}\n",
        wrong: "          ref: ${{ github.event.client_payload.branch }}\n",
        id: "checkout.unverified",
        written: "ref: ${{ needs.guard.outputs.head-sha }}",
    },
];

fn without_notes(workflow: &str) -> Vec<Finding> {
    findings(workflow).into_iter().filter(|finding| finding.severity != Severity::Note).collect()
}

/// The only finding of the mistake.
fn finding(mistake: &Mistake) -> Finding {
    assert_eq!(WORKFLOW.matches(mistake.right).count(), 1, "{}", mistake.what);
    let mut found = without_notes(&WORKFLOW.replace(mistake.right, mistake.wrong));
    assert_eq!(found.len(), 1, "{}: {found:#?}", mistake.what);
    found.remove(0)
}

#[test]
fn one_reading_is_enough_to_fix_each() {
    assert!(without_notes(WORKFLOW).is_empty());
    for mistake in &MISTAKES {
        let finding = finding(mistake);
        assert_eq!(finding.id, mistake.id, "{}", mistake.what);
        let said = format!("{}\n{}", finding.message, finding.help);
        assert!(said.contains(mistake.written), "{}: {said}", mistake.what);
        // What the help says, written where the mistake was, is accepted.
        let key = |line: &str| line.trim().split(':').next().unwrap_or_default().to_owned();
        let fixed = match mistake.wrong.lines().find(|line| key(line) == key(mistake.written)) {
            Some(line) => {
                let indent = &line[..line.len() - line.trim_start().len()];
                mistake.wrong.replace(line, &format!("{indent}{}", mistake.written))
            }
            None => mistake.right.to_owned(),
        };
        let found = without_notes(&WORKFLOW.replace(mistake.right, &fixed));
        assert!(found.is_empty(), "{}: {fixed}: {found:#?}", mistake.what);
    }
}

/// The lines of the wrong text that the right one does not have; otherwise those that are missing.
fn shown(mistake: &Mistake) -> String {
    let lines = |text: &'static str, other: &'static str| {
        let lines = text.lines().filter(move |line| !other.lines().any(|same| same == *line));
        lines.map(|line| format!("`{}`", line.trim())).collect::<Vec<_>>().join(" ")
    };
    let wrong = lines(mistake.wrong, mistake.right);
    if wrong.is_empty() { format!("without {}", lines(mistake.right, mistake.wrong)) } else { wrong }
}

const BEGIN: &str = "<!-- tests/cli/lint/mistakes.rs writes this table -->\n";
const END: &str = "<!-- end of the table -->";

#[test]
fn the_documentation_shows_what_lint_says() {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("docs/lint.md");
    let page = std::fs::read_to_string(&path).unwrap();
    let mut table =
        "| mistake | in the workflow | what `lint` reports | its help |\n| --- | --- | --- | --- |\n".to_owned();
    for mistake in &MISTAKES {
        let Finding { id, message, help, .. } = finding(mistake);
        let anchor = id.replace('.', "");
        let cells = format!("| {} | {} | [`{id}`](#{anchor}): {message} | {help} |", mistake.what, shown(mistake));
        writeln!(table, "{cells}").unwrap();
    }
    let (before, rest) = page.split_once(BEGIN).unwrap();
    let (_, after) = rest.split_once(END).unwrap();
    let expected = format!("{before}{BEGIN}{table}{END}{after}");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, &expected).unwrap();
    }
    let page = std::fs::read_to_string(&path).unwrap();
    assert!(page == expected, "docs/lint.md differs; UPDATE_DOCS=1 rewrites it");
}
