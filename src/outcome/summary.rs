//! The job's summary in Markdown. Whatever somebody else wrote is shown as code and cannot be markup.

use crate::decision::{CheckRecord, CheckStatus, Decision};
use crate::format::json::Json;
use crate::reason::{ReasonCode, Verdict};
use crate::text::{capitalise, to_inline_code, to_markdown};

use super::{Row, Table};

/// The summary of a guard's decision: the decision, who, what, which commit, and every check.
pub fn guard(decision: &Decision) -> String {
    let mut out = String::new();
    let title = match decision.verdict() {
        Verdict::Allow => "✅ allowed",
        Verdict::Deny => "⛔ denied",
        Verdict::Error => "⚠ no decision",
    };
    head(&mut out, title, decision.code(), decision.reason(), decision.help());
    facts(&mut out, decision);
    checks(&mut out, decision.checks());
    out
}

/// The summary of an action that does something: what came of it, and what is known about it.
pub fn action(
    title: &str,
    succeeded: bool,
    code: ReasonCode,
    reason: &str,
    help: &str,
    rows: &[Row],
    table: Option<&Table>,
) -> String {
    let mut out = String::new();
    head(&mut out, &format!("{} {title}", if succeeded { "✅" } else { "⛔" }), code, reason, help);
    if !rows.is_empty() {
        line(&mut out, "| | |");
        line(&mut out, "| --- | --- |");
        for Row { name, markdown, .. } in rows {
            row(&mut out, &capitalise(name), markdown);
        }
        line(&mut out, "");
    }
    if let Some(Table { head, rows }) = table {
        line(&mut out, &format!("| {} |", head.join(" | ")));
        line(&mut out, "| --- | --- | --- |");
        for cells in rows {
            line(&mut out, &format!("| {} |", cells.each_ref().map(|cell| to_markdown(cell)).join(" | ")));
        }
        line(&mut out, "");
    }
    out
}

fn head(out: &mut String, title: &str, code: ReasonCode, reason: &str, help: &str) {
    line(out, &format!("### dispatch-guard: {title}"));
    line(out, "");
    line(out, &format!("**{}** — {}.", to_inline_code(code.name()), to_markdown(&capitalise(reason))));
    if !help.is_empty() {
        line(out, "");
        line(out, &format!("**How to fix:** {}", to_markdown(help)));
    }
    line(out, "");
}

fn facts(out: &mut String, decision: &Decision) {
    let facts = decision.facts();
    line(out, "| | |");
    line(out, "| --- | --- |");
    let event = &facts.event;
    let activity =
        if event.activity.is_empty() { String::new() } else { format!(" · {}", to_inline_code(&event.activity)) };
    row(out, "Event", &format!("{}{activity}", to_inline_code(&event.name)));
    for (name, value) in [("Rule", &facts.rule), ("Command", &facts.command), ("Label", &facts.label)] {
        if !value.is_empty() {
            row(out, name, &to_inline_code(value));
        }
    }
    for identity in &facts.identities {
        let account = &identity.account;
        let id = account.id.map_or("id unknown".to_owned(), |id| format!("id {id}"));
        let login = if account.login.is_empty() { "unknown".to_owned() } else { to_inline_code(&account.login) };
        let matched = identity
            .matched_entry
            .as_ref()
            .map_or(String::new(), |entry| format!(", matches {}", to_inline_code(entry)));
        row(out, &capitalise(identity.kind.label()), &format!("{login} ({id}){matched}"));
    }
    if let Some(payload) = &facts.payload {
        row(out, "Payload", &to_inline_code(&Json::Object(payload.clone()).to_compact()));
    }
    if let Some(pr) = &facts.pull_request {
        let head = if pr.head_repository.is_empty() { "unknown repository" } else { &pr.head_repository };
        row(out, "Pull request", &format!("#{} ({})", pr.number, pr.state.name()));
        row(out, "Head", &format!("{} of {}", to_inline_code(&pr.head_ref), to_inline_code(head)));
        row(out, "Base", &to_inline_code(&pr.base_ref));
        let verified = if facts.head_verified { "verified" } else { "not verified" };
        row(out, "Commit", &format!("{} ({verified})", to_inline_code(&pr.head_sha)));
    }
    if let Some(commit) = &facts.commit {
        row(out, "Commit", &to_inline_code(&commit.head_sha));
    }
    if !matches!(facts.provenance.level.as_str(), "" | "none") {
        row(out, "Provenance", &to_inline_code(&facts.provenance.level));
    }
    line(out, "");
}

fn checks(out: &mut String, checks: &[CheckRecord]) {
    line(out, "| Check | | Found | Expected |");
    line(out, "| --- | --- | --- | --- |");
    for check in checks {
        let mark = match check.status {
            CheckStatus::Pass => "✅",
            CheckStatus::Fail => "❌",
            CheckStatus::Skip => "➖",
        };
        line(
            out,
            &format!(
                "| {} | {mark} | {} | {} |",
                to_markdown(&check.label()),
                to_markdown(&check.found),
                to_markdown(&check.expected)
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
