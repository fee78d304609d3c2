//! Valid policies, and invalid ones with every error that is reported for them.
//!
//! A file in `fixtures/policies` holds several documents. Each begins with `--- # title`; an invalid one goes on with its
//! errors, a line each: `# error: line:column message`. Lines count from the first line of the policy itself.
//! `# schema: accepts` marks what the JSON Schema cannot detect. `UPDATE_FIXTURES=1` rewrites the errors: read the diff.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use dispatch_guard::github::event_name::EventName;
use dispatch_guard::policy::field::TYPE_NAMES;
use dispatch_guard::policy::grammar::MAPPINGS;

use crate::support::{self, root};

const TITLE: &str = "--- # ";
const SCHEMA: &str = "# schema: ";
const ERROR: &str = "# error: ";

/// One document of a file of policies.
pub struct Document {
    /// The file and the title, as in `actors.yml: an empty list`.
    pub name: String,
    /// The `# schema:` line, if there is one.
    pub schema: String,
    pub errors: Vec<String>,
    pub text: String,
}

pub fn documents(directory: &str) -> Vec<Document> {
    files(directory).iter().flat_map(|path| documents_of(path)).collect()
}

fn files(directory: &str) -> Vec<PathBuf> {
    let directory = root().join("tests/fixtures/policies").join(directory);
    let mut files: Vec<_> = std::fs::read_dir(&directory).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    assert!(!files.is_empty(), "{}", directory.display());
    files
}

fn documents_of(path: &Path) -> Vec<Document> {
    let file = path.file_name().unwrap().to_string_lossy();
    let mut documents: Vec<Document> = Vec::new();
    for line in std::fs::read_to_string(path).unwrap().split_inclusive('\n') {
        if let Some(title) = line.strip_prefix(TITLE) {
            let name = format!("{file}: {}", title.trim_end());
            documents.push(Document { name, schema: String::new(), errors: Vec::new(), text: String::new() });
            continue;
        }
        let document = documents.last_mut().expect("a file begins with a title");
        if line.starts_with(SCHEMA) {
            line.clone_into(&mut document.schema);
        } else if let Some(error) = line.strip_prefix(ERROR) {
            document.errors.push(error.trim_end().to_owned());
        } else {
            document.text += line;
        }
    }
    documents
}

/// The errors of a policy, each as `line:column message`.
fn errors(text: &str) -> Vec<String> {
    support::errors(text)
        .iter()
        .map(|error| error.replacen("line ", "", 1).replacen(", column ", ":", 1).replacen(": ", " ", 1))
        .collect()
}

#[test]
fn invalid_policies_are_rejected_with_every_error_and_its_position() {
    if std::env::var_os("UPDATE_FIXTURES").is_some() {
        for path in files("invalid") {
            update(&path);
        }
    }
    for Document { name, errors: expected, text, .. } in documents("invalid") {
        let found = errors(&text);
        assert!(!found.is_empty(), "{name}: accepted");
        assert_eq!(found, expected, "{name}");
    }
}

fn update(path: &Path) {
    let mut file = String::new();
    for Document { name, schema, text, .. } in documents_of(path) {
        let (_, title) = name.split_once(": ").unwrap();
        write!(file, "{TITLE}{title}\n{schema}").unwrap();
        for error in errors(&text) {
            writeln!(file, "{ERROR}{error}").unwrap();
        }
        file += &text;
    }
    std::fs::write(path, file).unwrap();
}

#[test]
fn valid_policies_are_read() {
    for Document { name, text, .. } in documents("valid") {
        assert_eq!(errors(&text), Vec::<String>::new(), "{name}");
        assert_eq!(errors(&text.replace('\n', "\r\n")), Vec::<String>::new(), "{name}");
    }
}

/// So that a check of the fixtures is a check of the whole grammar.
#[test]
fn the_valid_policies_use_every_key() {
    let all: String = documents("valid").into_iter().map(|document| document.text).collect();
    for info in MAPPINGS.iter().flat_map(|mapping| mapping.keys) {
        assert!(all.contains(&format!("{}:", info.name)), "no valid policy has `{}`", info.name);
    }
    for event in EventName::ALL {
        assert!(all.contains(&format!("  {}:", event.name())), "no valid policy has `{}`", event.name());
    }
    for name in TYPE_NAMES {
        assert!(all.contains(name), "no valid policy has `{name}`");
    }
}

#[test]
fn no_message_proposes_a_wildcard() {
    for Document { name, text, .. } in documents("invalid") {
        for error in errors(&text) {
            // Wildcards are only ever quoted from the policy itself, or named as what has to be escaped.
            for word in ["use `*`", "write `*`", "use `**`", "write `**`", "'*'"] {
                assert!(!error.contains(word), "{name}: {error}");
            }
        }
    }
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
