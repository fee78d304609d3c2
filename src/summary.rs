//! The job's summary in Markdown. Whatever somebody else wrote is shown as code and cannot be markup.

use crate::decision::{Code, Decision, Status, Verdict};
use crate::text::{capitalise, markdown_code, markdown_message};

/// The summary of a guard's decision: the decision, who, what, which commit, and every check.
pub fn guard(decision: &Decision) -> String {
    let mut out = String::new();
    let word = match decision.decision {
        Verdict::Allow => "✅ allowed",
        Verdict::Deny => "⛔ denied",
        Verdict::Error => "⚠️ no decision",
    };
    head(&mut out, word, decision.reason_code, &decision.reason, &decision.mend);
    facts(&mut out, decision);
    checks(&mut out, decision);
    out
}

/// The summary of something that was done, or not: what came of it, and what is known of it.
pub fn deed(word: &str, done: bool, code: Code, reason: &str, mend: &str, rows: &[(String, String)]) -> String {
    let mut out = String::new();
    head(&mut out, &format!("{} {word}", if done { "✅" } else { "⛔" }), code, reason, mend);
    if !rows.is_empty() {
        line(&mut out, "| | |");
        line(&mut out, "| --- | --- |");
        for (name, value) in rows {
            row(&mut out, &capitalise(name), &markdown_message(value));
        }
        line(&mut out, "");
    }
    out
}

fn head(out: &mut String, word: &str, code: Code, reason: &str, mend: &str) {
    line(out, &format!("### dispatch-guard: {word}"));
    line(out, "");
    line(out, &format!("**{}** — {}.", markdown_code(code.name()), markdown_message(&capitalise(reason))));
    if !mend.is_empty() {
        line(out, "");
        line(out, &format!("**To mend it:** {}", markdown_message(mend)));
    }
    line(out, "");
}

fn facts(out: &mut String, decision: &Decision) {
    line(out, "| | |");
    line(out, "| --- | --- |");
    let event = &decision.event;
    let kind = if event.kind.is_empty() { String::new() } else { format!(" · {}", markdown_code(&event.kind)) };
    row(out, "Event", &format!("{}{kind}", markdown_code(&event.name)));
    for identity in &decision.identities {
        let id = identity.id.map_or("id not known".to_owned(), |id| format!("id {id}"));
        let login = if identity.login.is_empty() { "nobody".to_owned() } else { markdown_code(&identity.login) };
        let matched =
            identity.matched.as_ref().map_or(String::new(), |entry| format!(", matches {}", markdown_code(entry)));
        row(out, &capitalise(identity.part.title()), &format!("{login} ({id}){matched}"));
    }
    if !decision.payload.is_null() {
        row(out, "Payload", &markdown_code(&decision.payload.to_compact()));
    }
    if let Some(pr) = &decision.pull_request {
        let head = if pr.head_repository.is_empty() { "unknown repository" } else { &pr.head_repository };
        row(out, "Pull request", &format!("#{} ({})", pr.number, pr.state));
        row(out, "Head", &format!("{} of {}", markdown_code(&pr.head_ref), markdown_code(head)));
        row(out, "Base", &markdown_code(&pr.base_ref));
        let verified = if decision.head_verified { "verified" } else { "not verified" };
        row(out, "Commit", &format!("{} ({verified})", markdown_code(&pr.head_sha)));
    }
    if !decision.provenance.level.is_empty() && decision.provenance.level != "none" {
        row(out, "Provenance", &markdown_code(&decision.provenance.level));
    }
    line(out, "");
}

fn checks(out: &mut String, decision: &Decision) {
    line(out, "| Check | | Found | Allowed |");
    line(out, "| --- | --- | --- | --- |");
    for check in &decision.checks {
        let mark = match check.status {
            Status::Pass => "✅",
            Status::Fail => "❌",
            Status::Skip => "➖",
        };
        line(
            out,
            &format!(
                "| {} | {mark} | {} | {} |",
                markdown_message(&check.label()),
                markdown_message(&check.found),
                markdown_message(&check.allowed)
            ),
        );
    }
    line(out, "");
}

fn row(out: &mut String, name: &str, value: &str) {
    line(out, &format!("| {name} | {value} |"));
}

fn line(out: &mut String, text: &str) {
    out.push_str(text);
    out.push('\n');
}
