//! Policies as people write them: good ones, and broken ones with all that is said about them.
//!
//! A file in `fixtures/policies/broken` begins with what has to be said, one line an error, after a line that says
//! whether the JSON Schema for editors can tell that it is broken. `UPDATE_FIXTURES=1` writes the errors anew: read what
//! it wrote.

use std::path::{Path, PathBuf};

use dispatch_guard::policy::read::{
    self, FIELD_KEYS, LABEL_KEYS, POLICY_KEYS, PROVENANCE_KEYS, PULL_REQUEST_KEYS, RULE_KEYS, TYPE_KEYS,
};

use crate::support::{Scenario, root};

/// The files of a directory of policies with their texts, in the order of their names.
pub fn policies(directory: &str) -> Vec<(PathBuf, String)> {
    let directory = root().join("tests/fixtures/policies").join(directory);
    let mut files: Vec<_> = std::fs::read_dir(&directory).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    assert!(files.len() > 5, "{}", directory.display());
    files.into_iter().map(|path| (path.clone(), std::fs::read_to_string(path).unwrap())).collect()
}

fn errors(text: &str) -> Vec<String> {
    read::policy(text).map_or_else(|errors| errors.iter().map(ToString::to_string).collect(), |_| Vec::new())
}

const EXPECT: &str = "# says: ";

#[test]
fn broken_policies_are_refused_with_every_error_in_its_place() {
    for (path, text) in policies("broken") {
        let expected: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix(EXPECT)).collect();
        let found = errors(&text);
        if std::env::var_os("UPDATE_FIXTURES").is_some() && expected != found {
            update(&path, &text);
            continue;
        }
        assert!(!found.is_empty(), "{} passes", path.display());
        assert_eq!(found, expected, "{}", path.display());
    }
}

fn update(path: &Path, text: &str) {
    let (first, _) = text.split_once('\n').expect("a line about the schema");
    let body: String = text
        .lines()
        .skip(1)
        .filter(|line| !line.starts_with("# at: ") && !line.starts_with(EXPECT))
        .map(|line| format!("{line}\n"))
        .collect();
    let count = errors(&format!("{first}\n{body}")).len();
    let found = errors(&format!("{first}\n{}{body}", "#\n".repeat(count)));
    let said: String = found.iter().map(|error| format!("{EXPECT}{error}\n")).collect();
    std::fs::write(path, format!("{first}\n{said}{body}")).unwrap();
}

#[test]
fn a_broken_policy_ends_the_run_before_anything_is_looked_at() {
    for (path, text) in policies("broken") {
        let decided = Scenario::dispatch()
            .policy(&text)
            .event_error("not read")
            .no_input("token")
            .expect_in(&path, "config.policy_invalid");
        let first = text.lines().find_map(|line| line.strip_prefix(EXPECT)).unwrap();
        // The place is said; long values are shortened.
        let (place, _) = first.split_once(": ").unwrap();
        decided.says(&[place, "`policy`"]).asked(&[]);
    }
}

#[test]
fn good_policies_are_read() {
    for (path, text) in policies("good") {
        assert_eq!(errors(&text), Vec::<String>::new(), "{}", path.display());
        // Whatever ends its lines.
        for line_end in ["\r\n", "\r"] {
            assert_eq!(errors(&text.replace('\n', line_end)), Vec::<String>::new(), "{}", path.display());
        }
    }
}

/// So that what is held against the corpus is held against the whole grammar.
#[test]
fn the_good_ones_use_every_key() {
    let all: String = policies("good").into_iter().map(|(_, text)| text).collect();
    let keys = [POLICY_KEYS, RULE_KEYS, PULL_REQUEST_KEYS, LABEL_KEYS, PROVENANCE_KEYS, FIELD_KEYS].concat();
    let of_types = TYPE_KEYS.iter().flat_map(|(_, keys)| keys.iter().copied());
    for key in keys.into_iter().chain(of_types) {
        assert!(all.contains(&format!("{key}:")), "no good policy has `{key}`");
    }
    for (_, event) in dispatch_guard::event::EventName::ALL {
        assert!(all.contains(&format!("  {event}:")), "no good policy has `{event}`");
    }
    for name in dispatch_guard::policy::field::TYPE_NAMES {
        assert!(all.contains(name), "no good policy has `{name}`");
    }
}

#[test]
fn no_message_proposes_a_wildcard() {
    for (path, text) in policies("broken") {
        for error in errors(&text) {
            // Wildcards are only ever quoted from the policy itself, or named as what has to be escaped.
            for word in ["use `*`", "write `*`", "use `**`", "write `**`", "'*'"] {
                assert!(!error.contains(word), "{}: {error}", path.display());
            }
        }
    }
}

/// A fault of the YAML may quote a key, whatever characters that has.
#[test]
fn a_quoted_key_shows_what_it_is() {
    let twice = "ver\u{2028}sion\u{202e}: 1\n";
    let decided = Scenario::dispatch().policy(&twice.repeat(2)).expect("config.policy_invalid");
    decided.says(&[r"line 2, column 1: key `ver\u{2028}sion\u{202e}` is repeated"]);
}

/// The documentation's policies: every block of YAML that is one.
#[test]
fn policies_in_the_documentation_are_read() {
    let mut files = vec![root().join("README.md")];
    files.extend(std::fs::read_dir(root().join("docs")).into_iter().flatten().map(|entry| entry.unwrap().path()));
    for path in files.iter().filter(|path| path.extension().is_some_and(|extension| extension == "md")) {
        let text = std::fs::read_to_string(path).unwrap();
        for block in text.split("```yaml\n").skip(1).filter_map(|rest| rest.split("```").next()) {
            if block.starts_with("version: 1\n") {
                assert_eq!(errors(block), Vec::<String>::new(), "{}:\n{block}", path.display());
            }
        }
    }
}
