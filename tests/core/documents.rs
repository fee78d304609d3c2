//! Files that are generated from the core's tables: the page on reason codes, and the registries that the contract test
//! of the JavaScript side reads.

use std::fmt::Write;

use dispatch_guard::actions::{reconcile, report, send};
use dispatch_guard::github::event_name::EventName;
use dispatch_guard::outcome::Outcome;
use dispatch_guard::reason::{ReasonCode, Step, Verdict};
use dispatch_guard::runner::inputs::{self, Input};
use dispatch_guard::runner::invocation::Invocation;
use serde_json::{Value, json};

use crate::support::committed;
use crate::support::host::{FakeHost, Script};

const INTRODUCTION: &str = "# Reason codes

<!-- Written from src/reason.rs by `UPDATE_DOCS=1 cargo test --test core documents` -->

Every decision ends with one code: in the output `reason-code`, in the title of the annotation, in the log and in `result`.
The guard's checks run in the order of this page and stop at the first that fails, so a code also says that every earlier check passed.
`send` and `report` end with the same codes.

| verdict | meaning | the step |
| --- | --- | --- |
| allow | every check passed | succeeds |
| deny | the policy says no | fails; with `on-deny: skip`, the code in `skip-on`, or `mode: evaluate` it succeeds, with `allowed` set to `false` |
| error | the question could not be answered | always fails |

The message of a decision says more than this page: what was found, what was expected, and how to fix it.
The set is closed. A new code comes with a new minor version, a changed meaning with a new major one.
";

/// The heading and introduction of a step's section.
fn section(step: Option<Step>, verdict: Verdict) -> (&'static str, &'static str) {
    match step {
        Some(Step::Config) => ("Configuration", "Inputs and policy are read before anything else."),
        Some(Step::Event) => ("Event", "The event file is read, compared with the run, and looked up in the policy."),
        Some(Step::Actor) => (
            "Actor",
            "Everyone behind the run has to match an entry of the rule's `actors`. The first who does not gives the code: \
             actor, sender, author of the comment or review, actor of the source run, whoever re-ran it, author of the \
             pull request.",
        ),
        Some(Step::Payload) => (
            "Payload",
            "The payload of a dispatch, or the arguments of a command, are validated against the declared fields.",
        ),
        Some(Step::Provenance) => {
            ("Provenance", "The dispatch's proof of who sent it is verified, as far as the rule asks for one.")
        }
        Some(Step::PullRequest) => {
            ("Pull request", "The pull request is found, pinned to its commit, and judged by the rule.")
        }
        Some(Step::Once) => ("Once", "A dispatch that may pass once is claimed."),
        Some(Step::Wait) => ("Wait", "Only `send` with `wait` gives these codes."),
        None if verdict == Verdict::Allow => ("Allowed", "The only code with which a run may proceed."),
        None => ("API and action", "These can end any step that needs the API. The log says which one."),
    }
}

fn reason_codes() -> String {
    let mut page = INTRODUCTION.to_owned();
    let mut current = None;
    for meta in ReasonCode::ALL.iter().map(|code| code.meta()) {
        let (title, about) = section(meta.step, meta.verdict);
        if current != Some(title) {
            current = Some(title);
            write!(page, "\n## {title}\n\n{about}\n").unwrap();
        }
        for text in [meta.cause, meta.help] {
            assert!(!text.contains(['|', '<', '\n']) && text.ends_with('.'), "{}: {text}", meta.name);
        }
        let verdict = meta.verdict.name();
        write!(page, "\n### `{}`\n\n{verdict}. {}\n\n**Fix:** {}\n", meta.name, meta.cause, meta.help).unwrap();
    }
    page
}

#[test]
fn the_page_on_reason_codes_is_up_to_date() {
    committed("docs/reason-codes.md", &reason_codes(), "UPDATE_DOCS");
}

/// The outputs of an action without inputs.
fn outputs(outcome: &Outcome) -> Vec<&'static str> {
    outcome.outputs.0.iter().map(|(name, _)| *name).collect()
}

fn registry() -> Value {
    let host = FakeHost::new("https://api.github.com", Script::Any(Box::new(|request| panic!("{}", request.url))));
    let invocation = Invocation::parse(r#"{"inputs": {}, "environment": {}}"#, Some(b"{}")).unwrap();
    let list = |all: &[Input]| -> Vec<Value> {
        let input = |input: &Input| json!({ "name": input.name, "default": input.default, "shorthand": input.is_shorthand, "may_be_empty": input.may_be_empty });
        all.iter().map(input).collect()
    };
    let codes = ReasonCode::ALL.iter().map(|code| code.meta());
    let codes = codes
        .map(|info| json!({ "name": info.name, "step": info.step.map(Step::name), "verdict": info.verdict.name(), "help": info.help }));
    json!({
        "version": dispatch_guard::VERSION,
        "inputs": { "guard": list(inputs::GUARD.inputs), "send": list(inputs::SEND.inputs), "report": list(inputs::REPORT.inputs), "reconcile": list(inputs::RECONCILE.inputs) },
        "outputs": {
            "guard": dispatch_guard::outcome::guard::OUTPUTS.iter().map(|(name, _)| *name).collect::<Vec<_>>(),
            "send": outputs(&host.run(send::send(&invocation, &host))),
            "report": outputs(&host.run(report::report(&invocation, &host))),
            "reconcile": outputs(&host.run(reconcile::reconcile(&invocation, &host))),
        },
        "codes": codes.collect::<Vec<_>>(),
        "events": EventName::ALL.iter().map(|event| event.name()).collect::<Vec<_>>(),
        "faults": dispatch_guard::host::TransportErrorKind::NAMES.iter().map(|(_, name)| *name).collect::<Vec<_>>(),
    })
}

#[test]
fn the_registries_are_up_to_date() {
    committed("tests/fixtures/registry.json", &format!("{:#}\n", registry()), "UPDATE_FIXTURES");
}
