//! What is made from the core's tables and lies in the repository: the page on reason codes, and the registries that
//! the contract test of the JavaScript side reads.

use std::fmt::Write;

use dispatch_guard::decision::{Code, Step, Verdict};
use dispatch_guard::invocation::Invocation;
use dispatch_guard::outcome::Outcome;
use dispatch_guard::{event, inputs, report, send};
use serde_json::{Value, json};

use crate::support::committed;
use crate::support::host::{FakeHost, Script};

const INTRODUCTION: &str = "# Reason codes

<!-- Made from the table in src/decision.rs: `UPDATE_DOCS=1 cargo test --test core documents` -->

Every decision ends with one code: in the output `reason-code`, in the title of the annotation, in the log and in `result`.
The guard's checks run in the order of this page and stop at the first that fails, so a code also says that all before it held.
`send` and `report` end with the same codes where the same thing went wrong.

| answer | what it means | the step |
| --- | --- | --- |
| allow | every check passed | goes on |
| deny | the policy says no | fails; with `on-deny: skip` or `mode: evaluate` it goes on, with `allowed` set to `false` |
| error | no answer could be had | fails, always |

The message of a decision says more than this page: what was found, what is allowed, and what to change.
The set is closed. A new code comes with a new minor version, a changed meaning with a new major one.
";

/// What a step looks at, in its section.
fn section(step: Step) -> (&'static str, &'static str) {
    match step {
        Step::Config => ("Configuration", "The inputs and the policy are read before anything else."),
        Step::Event => ("Event", "The event file is read, held against the run, and looked up in the policy."),
        Step::Actor => (
            "Actor",
            "Everyone behind the run has to match an entry of the rule's `actors`. The first who does not gives the code: \
             actor, sender, whoever re-ran it, author of the pull request.",
        ),
        Step::Payload => ("Payload", "What the sender of a dispatch chose is held against the declared fields."),
        Step::Provenance => {
            ("Provenance", "The dispatch's proof of who sent it is checked, as far as the rule asks for one.")
        }
        Step::PullRequest => {
            ("Pull request", "The pull request is found, pinned to its commit, and held against the rule.")
        }
        Step::Once => ("Once", "A dispatch that may pass once is used up."),
        Step::Any => ("API and action", "A fault can end any step that needs the API. The log says which one."),
        Step::Done => ("Allowed", "The only code with which a run may go on."),
    }
}

fn answer(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Allow => "allow",
        Verdict::Deny => "deny",
        Verdict::Error => "error",
    }
}

fn reason_codes() -> String {
    let mut page = INTRODUCTION.to_owned();
    let mut current = None;
    for info in Code::ALL.iter().map(|code| code.info()) {
        if current != Some(info.step) {
            current = Some(info.step);
            let (title, about) = section(info.step);
            write!(page, "\n## {title}\n\n{about}\n\n| code | answer | cause | cure |\n| --- | --- | --- | --- |\n")
                .unwrap();
        }
        for text in [info.cause, info.cure] {
            assert!(!text.contains(['|', '<', '\n']) && text.ends_with('.'), "{}: {text}", info.name);
        }
        writeln!(page, "| `{}` | {} | {} | {} |", info.name, answer(info.verdict), info.cause, info.cure).unwrap();
    }
    page
}

#[test]
fn the_page_on_reason_codes_is_that_of_the_table() {
    committed("docs/reason-codes.md", &reason_codes(), "UPDATE_DOCS");
}

/// The outputs of an action that was given nothing.
fn outputs(outcome: &Outcome) -> Vec<&'static str> {
    outcome.outputs.0.iter().map(|(name, _)| *name).collect()
}

fn registry() -> Value {
    let host = FakeHost::new("https://api.github.com", Script::Any(Box::new(|request| panic!("{}", request.url))));
    let invocation = Invocation::parse(r#"{"inputs": {}, "environment": {}}"#, Some(b"{}")).unwrap();
    let list = |all: &[inputs::Input]| -> Vec<Value> {
        let input = |input: &inputs::Input| json!({ "name": input.name, "default": input.default, "flat": input.flat });
        all.iter().map(input).collect()
    };
    let codes = Code::ALL.iter().map(|code| code.info());
    let codes = codes
        .map(|info| json!({ "name": info.name, "step": info.step, "answer": answer(info.verdict), "cure": info.cure }));
    json!({
        "version": dispatch_guard::VERSION,
        "inputs": { "guard": list(inputs::GUARD), "send": list(inputs::SEND), "report": list(inputs::REPORT) },
        "outputs": {
            "guard": dispatch_guard::outcome::GUARD.iter().map(|(name, _)| *name).collect::<Vec<_>>(),
            "send": outputs(&host.run(send::send(&invocation, &host))),
            "report": outputs(&host.run(report::report(&invocation, &host))),
        },
        "codes": codes.collect::<Vec<_>>(),
        "events": event::EventName::ALL.iter().map(|(_, name)| *name).collect::<Vec<_>>(),
        "faults": dispatch_guard::host::FaultKind::NAMES.iter().map(|(_, name)| *name).collect::<Vec<_>>(),
    })
}

#[test]
fn the_registries_are_handed_on_as_they_are() {
    committed("tests/fixtures/registry.json", &format!("{:#}\n", registry()), "UPDATE_FIXTURES");
}
