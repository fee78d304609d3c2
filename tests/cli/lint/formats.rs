//! The formats of `lint`.

use dispatch_guard::cli::lint::{LintRequest, LintResponse, SourceFile, lint};

use crate::support::Repository;

fn try_lint(text: &str, format: &str) -> Result<LintResponse, String> {
    let file = SourceFile { path: "policy.yml".to_owned(), text: text.to_owned() };
    lint(&LintRequest { files: vec![file], format: format.to_owned(), with_policies: false }, &Repository::default())
}

const WRONG: &str = "version: 1\nevents:\n  push: {branchs: [main]}\n";

#[test]
fn json_has_the_shape_of_the_contract() {
    let response = try_lint(WRONG, "json").unwrap();
    assert_eq!(response.exit_code, 2);
    let json: serde_json::Value = serde_json::from_str(&response.output).unwrap();
    assert_eq!(json["schema_version"], 1);
    let finding = json["findings"][0].as_object().unwrap();
    let keys: Vec<&str> = finding.keys().map(String::as_str).collect();
    let mut expected = ["id", "severity", "file", "line", "column", "message", "help"];
    expected.sort_unstable();
    assert_eq!(
        keys.iter().copied().collect::<std::collections::BTreeSet<_>>().into_iter().collect::<Vec<_>>(),
        expected
    );
    assert_eq!((finding["id"].as_str(), finding["severity"].as_str()), (Some("policy.invalid"), Some("error")));
    assert_eq!((finding["line"].as_u64(), finding["column"].as_u64()), (Some(3), Some(10)));
    assert_eq!(try_lint("version: 1\nevents: {push: {branches: [main]}}\n", "json").unwrap().exit_code, 0);
}

#[test]
fn text_shows_the_line_and_a_caret() {
    let output = try_lint(WRONG, "text").unwrap().output;
    let expected = " --> policy.yml:3:10\n  |\n3 |   push: {branchs: [main]}\n  |          ^\n  = help: ";
    assert!(output.contains(expected), "{output}");
    assert!(output.ends_with("1 file: 1 error, 0 warnings, 0 notes"), "{output}");
}

#[test]
fn annotations_are_escaped_for_the_runner() {
    let output = try_lint("version: 1\nevents: {push: {'a%0A::b': 1}}\n", "github").unwrap().output;
    assert_eq!(output.lines().count(), 1, "{output}");
    assert!(output.starts_with("::error file=policy.yml,line=2,col=17,title=dispatch-guard%3A policy.invalid::"));
    assert!(output.contains("a%250A"), "{output}");
}

#[test]
fn sarif_names_its_rules() {
    let sarif: serde_json::Value = serde_json::from_str(&try_lint(WRONG, "sarif").unwrap().output).unwrap();
    let run = &sarif["runs"][0];
    let result = &run["results"][0];
    let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
    assert_eq!(run["tool"]["driver"]["rules"][index]["id"], result["ruleId"]);
    assert_eq!(result["locations"][0]["physicalLocation"]["region"]["startLine"], 3);
    let file = SourceFile { path: "two words#1.yml".to_owned(), text: WRONG.to_owned() };
    let request = LintRequest { files: vec![file], format: "sarif".to_owned(), with_policies: false };
    let output = lint(&request, &Repository::default()).unwrap().output;
    assert!(output.contains(r#""uri":"two%20words%231.yml""#), "{output}");
}

#[test]
fn an_unknown_format_is_wrong_use() {
    assert!(try_lint(WRONG, "serif").unwrap_err().contains("did you mean `sarif`"));
}

#[test]
fn the_policies_of_a_workflow_are_checked_too() {
    let workflow = "jobs: {a: {steps: [{uses: x/dispatch-guard@v1, with: {policy-file: .github/p.yml}}, {uses: x/dispatch-guard@v1, with: {policy-file: 'o/r:p.yml'}}]}}";
    let request = LintRequest {
        files: vec![SourceFile { path: ".github/workflows/w.yml".to_owned(), text: workflow.to_owned() }],
        with_policies: true,
        format: "text".to_owned(),
    };
    let output = lint(&request, &Repository::with(".github/p.yml", WRONG)).unwrap().output;
    assert!(output.contains("--> .github/p.yml:3:10"), "{output}");
    assert!(output.contains("2 files: "), "{output}");
}

#[test]
fn the_entries_for_schemastore_name_schemas_and_files_that_exist() {
    let page = include_str!("../../../docs/lint.md");
    let json = page.split("```json\n").last().unwrap().split("```").next().unwrap();
    let entries: serde_json::Value = serde_json::from_str(json).unwrap();
    let entries = entries.as_array().unwrap();
    assert_eq!(entries.len(), 2);
    for entry in entries {
        let (_, file) = entry["url"].as_str().unwrap().split_once("/v1/").unwrap();
        assert!(std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(file).is_file(), "{file}");
        assert!(page.matches(file).count() >= 3, "{file} is named for every kind of editor");
    }
    let test_file = format!("**/{}", dispatch_guard::cli::init::DEFAULT_TEST_FILE);
    assert!(entries[1]["fileMatch"].as_array().unwrap().iter().any(|pattern| *pattern == *test_file));
}

#[test]
fn every_rule_in_sarif_leads_to_its_section() {
    let sarif: serde_json::Value = serde_json::from_str(&try_lint(WRONG, "sarif").unwrap().output).unwrap();
    let page = include_str!("../../../docs/lint.md");
    for rule in sarif["runs"][0]["tool"]["driver"]["rules"].as_array().unwrap() {
        let id = rule["id"].as_str().unwrap();
        let uri = rule["helpUri"].as_str().unwrap();
        // GitHub's anchor of a heading: lower case without punctuation.
        assert!(uri.ends_with(&format!("docs/lint.md#{}", id.replace('.', ""))), "{uri}");
        assert!(page.contains(&format!("\n### {id}\n")), "{id}");
    }
}
