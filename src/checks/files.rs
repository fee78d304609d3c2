//! The files that a pull request changes.

use crate::github::changed_file::ChangedFile;
use crate::github::error::invalid_response;
use crate::github::pull_request::{PullRequest, lacks_field};
use crate::policy::FileRule;
use crate::policy::pattern::Patterns;
use crate::reason::ReasonCode;
use crate::rejection::Rejection;
use crate::text::{quote, quote_list};

use super::CheckContext;
use super::answers::Answers;
use super::paging::PagedList;
use super::pins;
use super::questions::{Passed, Unmet};

/// How many files GitHub lists (REST API, "List pull requests files").
pub const MAX_FILES: usize = 3_000;

/// The permission that reading them takes.
pub const PERMISSION: &str = "pull-requests: read";

/// Reads the changed files.
///
/// # Errors
/// `api.*`.
pub async fn fetch(pr: &PullRequest, context: CheckContext<'_>) -> Result<Vec<ChangedFile>, Rejection> {
    let path = format!("{}/pulls/{}/files", context.repository_path(), pr.number);
    let list = PagedList {
        path: &path,
        what: &format!("the files of {}", pr.name()),
        permission: PERMISSION,
        id: "filename",
        member: None,
        max: MAX_FILES,
        help: "Split the pull request.",
    };
    let files = list.read_counted(context.github, count(pr, context)?).await?;
    files.iter().map(|file| ChangedFile::read(file, &path)).collect()
}

/// How many files there are, if they can be listed.
fn count(pr: &PullRequest, context: CheckContext<'_>) -> Result<usize, Rejection> {
    let Some(count) = pr.changed_files else {
        let path = format!("{}/pulls/{}", context.repository_path(), pr.number);
        return Err(invalid_response(&path, &lacks_field("changed_files")));
    };
    usize::try_from(count).ok().filter(|count| *count <= MAX_FILES).ok_or_else(|| {
        Rejection::new(
            ReasonCode::PullRequestTooManyFiles,
            format!("{} changes {count} files", pr.name()),
            format!("GitHub lists at most {MAX_FILES}"),
        )
    })
}

/// Checks the names of all changed files, both names of a renamed one.
///
/// # Errors
/// `pull_request.head_moved` and `pull_request.changed` if the pull request changed meanwhile,
/// `pull_request.file_not_allowed`, `pull_request.too_many_files`, `api.*`.
pub fn evaluate(
    rule: &FileRule,
    pr: &PullRequest,
    answers: &Answers,
    context: CheckContext<'_>,
) -> Result<Passed, Unmet> {
    let count = count(pr, context)?;
    let files = answers.files()?;
    if files.len() != count {
        let more = if files.len() > count { "more" } else { "fewer" };
        return Err(Rejection::new(
            ReasonCode::PullRequestChanged,
            format!("GitHub lists {more} files of {} than it counts", pr.name()),
            format!("the list has to have the {count} files of `changed_files`"),
        )
        .into());
    }
    let names = files.iter().flat_map(|file| std::iter::once(&file.name).chain(&file.previous_name));
    for name in names {
        check_name(rule, name)?;
    }
    check_unchanged(pr, answers.pull_request()?)?;
    Ok(Passed { found: format!("{count} files"), expected: describe(rule) })
}

/// The list is that of the head only if the head is still the same after it was read.
fn check_unchanged(pr: &PullRequest, live: &PullRequest) -> Result<(), Rejection> {
    if live.head_sha != pr.head_sha {
        return Err(pins::head_moved(live, "the list of files", &pr.head_sha)
            .with_help("Start the run again for the current head commit."));
    }
    let changed = |what: &str, is: &str, was: &str| {
        let found = format!("the {what} of {} is now {}", pr.name(), quote(is));
        Err(Rejection::new(
            ReasonCode::PullRequestChanged,
            found,
            format!("it was {} before its files were read", quote(was)),
        ))
    };
    if live.base_ref != pr.base_ref {
        return changed("base branch", &live.base_ref, &pr.base_ref);
    }
    if live.changed_files != pr.changed_files {
        let shown = |count: Option<u64>| count.map_or("unknown".to_owned(), |count| count.to_string());
        return changed("number of changed files", &shown(live.changed_files), &shown(pr.changed_files));
    }
    Ok(())
}

fn check_name(rule: &FileRule, name: &str) -> Result<(), Rejection> {
    let denied = |expected: String| {
        Err(Rejection::new(
            ReasonCode::PullRequestFileNotAllowed,
            format!("the pull request changes {}", quote_path(name)),
            expected,
        ))
    };
    if let Some(only) = rule.only.as_ref().filter(|only| !only.matches(name)) {
        return denied(format!("the rule allows only {}", list(only)));
    }
    if let Some(none) = rule.none.as_ref().filter(|none| none.matches(name)) {
        return denied(format!("the rule forbids {}", list(none)));
    }
    Ok(())
}

/// A path in backticks. Of a long one both ends are shown: where it is, and what it is called.
fn quote_path(path: &str) -> String {
    const SHOWN: usize = 36;
    let chars: Vec<char> = path.chars().collect();
    if chars.len() <= 2 * SHOWN {
        return quote(path);
    }
    let (start, end) = (&chars[..SHOWN], &chars[chars.len() - SHOWN..]);
    quote(&start.iter().chain(&['…']).chain(end).collect::<String>())
}

fn list(patterns: &Patterns) -> String {
    quote_list(patterns.names(), "and")
}

fn describe(rule: &FileRule) -> String {
    let only = rule.only.as_ref().map(|only| format!("only {}", list(only)));
    let none = rule.none.as_ref().map(|none| format!("none of {}", list(none)));
    only.into_iter().chain(none).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::checks::test_support::{World, pull, read_pull, sha};
    use crate::policy::pattern::{Pattern, PatternKind};
    use crate::policy::{Demands, PullRequestRule};

    const FILES: &str = "/pulls/7/files?per_page=100";
    const PULL: &str = "/pulls/7";
    const NEXT: &str = "<https://api.github.com/x?page=2>; rel=\"next\"";
    const LAST: &str = "<https://api.github.com/x?page=1>; rel=\"prev\"";

    fn rule(only: &[&str], none: &[&str]) -> PullRequestRule {
        let patterns = |texts: &[&str]| {
            let list = texts.iter().map(|text| Pattern::parse(text, PatternKind::Path).unwrap()).collect();
            Patterns::new(list).ok()
        };
        let files = Some(FileRule { only: patterns(only), none: patterns(none) });
        PullRequestRule { demands: Demands { files, ..Demands::default() }, ..PullRequestRule::default() }
    }

    fn of(count: usize) -> Value {
        pull(true, |pull| pull["changed_files"] = json!(count))
    }

    fn modified(names: &[&str]) -> Value {
        names.iter().map(|name| json!({ "filename": name, "status": "modified" })).collect()
    }

    fn numbered(range: std::ops::Range<usize>) -> Value {
        range.map(|index| json!({ "filename": format!("docs/{index}"), "status": "added" })).collect()
    }

    fn evaluate(files: &Value, count: usize, rule: &PullRequestRule) -> Result<(), Rejection> {
        World::default().on(FILES, files).on(PULL, &of(count)).evaluate(rule, &read_pull(&of(count)))
    }

    #[test]
    fn every_name_is_compared_and_the_first_offending_one_is_named() {
        let docs = rule(&["docs/**", "**.md"], &[]);
        let no_workflows = rule(&[], &[".github/**", "!.github/CODEOWNERS"]);
        assert_eq!(evaluate(&modified(&["docs/a", "README.md"]), 2, &docs), Ok(()));
        assert_eq!(evaluate(&modified(&["src/a", ".github/CODEOWNERS"]), 2, &no_workflows), Ok(()));
        for (files, rule, named) in [
            (modified(&["docs/a", "src/a", "src/b"]), &docs, "`src/a`"),
            (modified(&["src/a", ".github/workflows/ci.yml"]), &no_workflows, "`.github/workflows/ci.yml`"),
        ] {
            let rejection = evaluate(&files, files.as_array().unwrap().len(), rule).unwrap_err();
            assert_eq!(rejection.code, ReasonCode::PullRequestFileNotAllowed);
            assert!(rejection.found.contains(named), "{rejection}");
        }
    }

    #[test]
    fn both_names_of_a_renamed_file_count() {
        let renamed = |from, to| json!([{ "filename": to, "previous_filename": from, "status": "renamed" }]);
        let no_workflows = rule(&[], &[".github/**"]);
        for (from, to) in [(".github/ci.yml", "ci.yml"), ("ci.yml", ".github/ci.yml")] {
            let rejection = evaluate(&renamed(from, to), 1, &no_workflows).unwrap_err();
            assert_eq!(rejection.code, ReasonCode::PullRequestFileNotAllowed);
        }
        assert_eq!(evaluate(&renamed("a", "b"), 1, &no_workflows), Ok(()));
        let silent = json!([{ "filename": "b", "status": "renamed" }]);
        assert_eq!(evaluate(&silent, 1, &no_workflows).unwrap_err().code, ReasonCode::ApiInvalidResponse);
    }

    #[test]
    fn a_path_of_any_length_is_compared() {
        let long = format!(".github/{}", "x".repeat(2000));
        let rejection = evaluate(&modified(&[&long]), 1, &rule(&[], &[".github/**"])).unwrap_err();
        assert_eq!(rejection.code, ReasonCode::PullRequestFileNotAllowed);
    }

    #[test]
    fn a_list_that_is_longer_or_shorter_than_the_count_has_changed() {
        let rule = rule(&["docs/**"], &[]);
        for (files, count) in [(numbered(0..2), 3), (numbered(0..3), 2), (numbered(0..1), 0)] {
            assert_eq!(evaluate(&files, count, &rule).unwrap_err().code, ReasonCode::PullRequestChanged, "{count}");
        }
        assert_eq!(evaluate(&numbered(0..0), 0, &rule), Ok(()));
    }

    #[test]
    fn all_pages_are_read_and_the_pull_request_once_more_after_them() {
        let second = format!("{FILES}&page=2");
        let world = World::default()
            .page(FILES, &numbered(0..100), NEXT)
            .page(&second, &numbered(100..150), LAST)
            .on(PULL, &of(150));
        assert_eq!(world.evaluate(&rule(&["docs/**"], &[]), &read_pull(&of(150))), Ok(()));
        assert_eq!(world.requests(), [FILES, &second, PULL]);
    }

    #[test]
    fn a_pull_request_that_changed_while_its_files_were_read_is_denied() {
        let rule = rule(&["docs/**"], &[]);
        let changed = |change: fn(&mut Value)| {
            let mut live = of(1);
            change(&mut live);
            World::default().on(FILES, &numbered(0..1)).on(PULL, &live).code(&rule, &read_pull(&of(1)))
        };
        assert_eq!(changed(|_| ()), ReasonCode::Allowed);
        assert_eq!(changed(|pull| pull["head"]["sha"] = json!(sha('d'))), ReasonCode::PullRequestHeadMoved);
        assert_eq!(changed(|pull| pull["base"]["ref"] = json!("dev")), ReasonCode::PullRequestChanged);
        assert_eq!(changed(|pull| pull["changed_files"] = json!(2)), ReasonCode::PullRequestChanged);
    }

    #[test]
    fn too_many_files_are_denied_before_any_request() {
        let rule = rule(&["docs/**"], &[]);
        let world = World::default();
        assert_eq!(world.code(&rule, &read_pull(&of(MAX_FILES + 1))), ReasonCode::PullRequestTooManyFiles);
        assert!(world.requests().is_empty());
        let pages = MAX_FILES / 100;
        let world = (1..=pages).fold(World::default().on(PULL, &of(MAX_FILES)), |world, page| {
            let path = if page == 1 { FILES.to_owned() } else { format!("{FILES}&page={page}") };
            world.page(&path, &numbered((page - 1) * 100..page * 100), if page < pages { NEXT } else { LAST })
        });
        assert_eq!(world.code(&rule, &read_pull(&of(MAX_FILES))), ReasonCode::Allowed);
        assert_eq!(world.requests().len(), pages + 1);
    }

    #[test]
    fn a_number_of_files_that_is_not_known_is_an_error() {
        let unknown = read_pull(&pull(true, |pull| pull["changed_files"] = json!(null)));
        assert_eq!(World::default().code(&rule(&["docs/**"], &[]), &unknown), ReasonCode::ApiInvalidResponse);
    }
}
