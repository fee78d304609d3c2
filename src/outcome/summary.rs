//! The job's summary in Markdown. Whatever somebody else wrote is shown as code and cannot be markup.

use crate::decision::{CheckRecord, CheckStatus, Decision};
use crate::format::json::Json;
use crate::reason::ReasonCode;
use crate::text::{capitalise, to_inline_code, to_link, to_markdown};

use super::disposition::Disposition;
use super::{Row, Table, code_url, other_checks_title};

/// The head of a table of facts. GitHub shows an empty one as an empty row.
const FACTS_HEAD: &str = "| Detail | Value |";

/// What every summary begins with.
pub struct Head<'a> {
    /// What came of it.
    pub title: &'a str,
    /// Whether the action did what it is for.
    pub succeeded: bool,
    /// The reason code.
    pub code: ReasonCode,
    /// One sentence, without its full stop.
    pub reason: &'a str,
    /// How to fix it; empty if nothing failed.
    pub help: &'a str,
}

/// The summary of a guard's decision: the decision, the check that failed, who, what, which commit, and the other checks,
/// folded.
pub fn guard(decision: &Decision, disposition: Disposition, note: &str) -> String {
    let mut out = String::new();
    head(&mut out, disposition.summary_title(), decision.code(), decision.reason(), decision.help());
    if !note.is_empty() {
        line(&mut out, &format!("**Note:** {}.", to_markdown(&capitalise(note))));
        line(&mut out, "");
    }
    let (failed, others): (Vec<_>, Vec<_>) =
        decision.checks().iter().partition(|check| check.status == CheckStatus::Fail);
    if !failed.is_empty() {
        line(&mut out, "| Failed check | Found | Expected |");
        line(&mut out, "| :-- | :-- | :-- |");
        for check in failed {
            check_row(&mut out, "❌", check);
        }
        line(&mut out, "");
    }
    facts(&mut out, decision);
    // GitHub reads the table as Markdown only after an empty line.
    line(&mut out, &format!("<details><summary>{}</summary>", other_checks_title(decision.checks())));
    line(&mut out, "");
    line(&mut out, "| Check | Found | Expected |");
    line(&mut out, "| :-- | :-- | :-- |");
    for check in others {
        check_row(&mut out, if check.status == CheckStatus::Pass { "✅" } else { "➖" }, check);
    }
    line(&mut out, "");
    line(&mut out, "</details>");
    line(&mut out, "");
    out
}

/// The summary of an action that does something: what came of it, and what is known about it.
pub fn action(of: &Head, rows: &[Row], table: Option<&Table>, repository_url: &str) -> String {
    let mut out = String::new();
    let mark = if of.succeeded { "✅" } else { "⛔" };
    head(&mut out, &format!("{mark} {}", of.title), of.code, of.reason, of.help);
    if !rows.is_empty() {
        line(&mut out, FACTS_HEAD);
        line(&mut out, "| :-- | :-- |");
        for Row { name, markdown, .. } in rows {
            row(&mut out, &capitalise(name), markdown);
        }
        line(&mut out, "");
    }
    if let Some(Table { head, rows }) = table {
        line(&mut out, &format!("| {} |", head.join(" | ")));
        line(&mut out, "| :-- | :-- | :-- |");
        for cells in rows {
            line(&mut out, &format!("| {} |", cells.each_ref().map(|cell| cell_of(cell, repository_url)).join(" | ")));
        }
        line(&mut out, "");
    }
    out
}

/// A cell of a table: `#7` alone is a pull request of this repository.
fn cell_of(text: &str, repository_url: &str) -> String {
    match text.strip_prefix('#').and_then(|number| number.parse::<u64>().ok()) {
        Some(number) => pull_request_link(number, repository_url),
        None => to_markdown(text),
    }
}

fn pull_request_link(number: u64, repository_url: &str) -> String {
    // GitHub makes no reference of a number that is linked already.
    match to_link(&format!("#{number}"), &page(repository_url, &format!("pull/{number}"))) {
        link if link.starts_with('[') => link,
        number => to_markdown(&number),
    }
}

/// A commit's id, with a link if it is one.
fn commit_link(sha: &str, repository_url: &str) -> String {
    let is_id = !sha.is_empty() && sha.bytes().all(|byte| byte.is_ascii_hexdigit());
    let page = if is_id { page(repository_url, &format!("commit/{sha}")) } else { String::new() };
    to_link(&to_inline_code(sha), &page)
}

/// A page of a repository; empty if the repository's page is unknown.
fn page(repository_url: &str, path: &str) -> String {
    if repository_url.is_empty() { String::new() } else { format!("{repository_url}/{path}") }
}

fn head(out: &mut String, title: &str, code: ReasonCode, reason: &str, help: &str) {
    line(out, &format!("### dispatch-guard: {title}"));
    line(out, "");
    let code = to_link(&to_inline_code(code.name()), &code_url(code));
    line(out, &format!("**{code}** — {}.", to_markdown(&capitalise(reason))));
    if !help.is_empty() {
        line(out, "");
        line(out, &format!("**How to fix:** {}", to_markdown(help)));
    }
    line(out, "");
}

fn facts(out: &mut String, decision: &Decision) {
    let facts = decision.facts();
    let repository_url = facts.run.repository_url.as_str();
    line(out, FACTS_HEAD);
    line(out, "| :-- | :-- |");
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
        row(out, "Pull request", &format!("{} ({})", pull_request_link(pr.number, repository_url), pr.state.name()));
        row(out, "Head", &format!("{} of {}", to_inline_code(&pr.head_ref), to_inline_code(head)));
        row(out, "Base", &to_inline_code(&pr.base_ref));
        let verified = if facts.head_verified { "verified" } else { "not verified" };
        row(out, "Commit", &format!("{} ({verified})", commit_link(&pr.head_sha, repository_url)));
    }
    if let Some(commit) = &facts.commit {
        row(out, "Commit", &commit_link(&commit.head_sha, repository_url));
    }
    if !matches!(facts.provenance.level.as_str(), "" | "none") {
        row(out, "Provenance", &to_inline_code(&facts.provenance.level));
    }
    if !facts.run.url.is_empty() {
        row(out, "Run", &to_link(&to_inline_code(&facts.run.run_id), &facts.run.url));
    }
    line(out, "");
}

fn check_row(out: &mut String, mark: &str, check: &CheckRecord) {
    let [label, found, expected] = [&check.label(), &check.found, &check.expected].map(|text| to_markdown(text));
    line(out, &format!("| {mark} {label} | {found} | {expected} |"));
}

fn row(out: &mut String, name: &str, value: &str) {
    line(out, &format!("| {name} | {value} |"));
}

fn line(out: &mut String, text: &str) {
    out.push_str(text);
    out.push('\n');
}
