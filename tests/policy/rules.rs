//! Each refusal of the grammar, with a policy that causes it and one that just does not.

use dispatch_guard::github::event_name::EventName;
use dispatch_guard::policy::{Authors, Policy, Rule, parse};

use crate::support::{errors, policy};

/// What a rule of an event is refused with; empty if it is accepted.
fn rule_errors(event: &str, rule: &str) -> Vec<String> {
    errors(&policy(event, rule))
}

#[track_caller]
fn refused(event: &str, rule: &str, words: &[&str]) {
    let found = rule_errors(event, rule);
    let [error] = found.as_slice() else { panic!("{event}: {rule}\nexpected one error, found {found:#?}") };
    for word in words {
        assert!(error.contains(word), "{event}: {rule}\nexpected {word} in\n{error}");
    }
}

#[track_caller]
fn accepted(event: &str, rule: &str) {
    assert_eq!(rule_errors(event, rule), Vec::<String>::new(), "{event}: {rule}");
}

#[track_caller]
fn read(text: &str) -> Policy {
    parse::policy(text).unwrap_or_else(|errors| panic!("{text}\n{errors:#?}"))
}

#[track_caller]
fn read_rule(event: EventName, rule: &str) -> Rule {
    read(&policy(event.name(), rule)).rules(event)[0].clone()
}

const DISPATCH: &str = "types: [build]\nactors: [mona]";
const COMMENT: &str = "actors: [mona]";
const SOURCE: &str = "source: {workflows: [.github/workflows/ci.yml]";

#[test]
fn keys_belong_to_their_events() {
    for (event, key, value) in [
        ("repository_dispatch", "branches", "[main]"),
        ("repository_dispatch", "label", "[ok]"),
        ("workflow_dispatch", "types", "[x]"),
        ("workflow_dispatch", "provenance", "{}"),
        ("pull_request", "via-apps", "[a]"),
        ("pull_request", "once", "true"),
        ("pull_request_target", "payload", "{pr: pull-request}"),
        ("pull_request_target", "command", "/x"),
        ("pull_request_review_comment", "review", "[approved]"),
        ("issue_comment", "label", "[ok]"),
        ("issues", "pull-request", "{}"),
        ("issues", "command", "/x"),
        ("workflow_run", "branches", "[main]"),
        ("merge_group", "actors", "[mona]"),
        ("merge_group", "rerun-by", "[mona]"),
        ("merge_group", "pull-request", "{}"),
        ("push", "types", "[x]"),
        ("push", "source", "{}"),
        ("schedule", "actors", "[mona]"),
        ("schedule", "rerun-by", "[mona]"),
        ("schedule", "branches", "[main]"),
    ] {
        let found = rule_errors(event, &format!("{key}: {value}"));
        let expected = format!("`events.{event}.{key}`: the key `{key}` is not supported here");
        assert!(found.iter().any(|error| error.contains(&expected)), "{event}.{key}: {found:#?}");
    }
}

#[test]
fn an_unknown_key_gets_the_nearest_that_the_event_can_have() {
    refused("schedule", "nam: x", &["unknown key `nam` (did you mean `name`?)", "expected `name`"]);
    refused("push", "branch: [main]", &["did you mean `branches`", "expected one of `name`, `branches`, `actors`"]);
    let found = rule_errors("push", "type: [x]");
    assert!(!found[0].contains("types"), "{found:?}");
    refused("issue_comment", "actors: [a]\nvia-app: [x]", &["did you mean `via-apps`"]);
    refused("pull_request", "pull-request: {late-push: allow}", &["did you mean `late-pushes`"]);
    refused("workflow_run", "source: {workflow: [.github/workflows/a.yml]}", &["did you mean `workflows`"]);
    refused("issue_comment", "actors: [a]\ncommand: {nam: /x}", &["did you mean `name`"]);
}

#[test]
fn required_keys() {
    for (event, key) in [
        ("workflow_dispatch", "actors"),
        ("pull_request_review", "actors"),
        ("pull_request_review_comment", "actors"),
        ("issue_comment", "actors"),
        ("issues", "actors"),
        ("workflow_run", "source"),
    ] {
        refused(event, "name: x", &[&format!("`events.{event}.{key}`: this key is missing")]);
    }
    for event in ["pull_request", "pull_request_target", "merge_group", "push", "schedule"] {
        accepted(event, "name: x");
    }
    refused("workflow_run", "source: {}", &["source.workflows`: this key is missing"]);
    refused("pull_request", "pull-request: {approvals: {min: 1}}", &["approvals.by`: this key is missing"]);
    refused("issue_comment", "actors: [a]\ncommand: {arguments: {}}", &["command.name`: this key is missing"]);
}

#[test]
fn repositories() {
    let text = |list: &str| format!("version: 1\nrepositories: {list}\nevents: {{push: }}\n");
    assert_eq!(read(&text("[acme/charts, a-b/c.d_e]")).repositories.unwrap(), ["acme/charts", "a-b/c.d_e"]);
    for list in ["[acme]", "[acme/*]", "['acme/']", "[acme/a/b]", "['acme/..']", "[]", "acme/charts", "[a/b, a/b]"] {
        assert!(!errors(&text(list)).is_empty(), "{list}");
    }
}

#[test]
fn activity_types_are_a_known_set() {
    for (event, rule, near) in [
        ("pull_request_target", "types: [sychronize]", "did you mean `synchronize`"),
        ("pull_request", "types: [labelled]", "did you mean `labeled`"),
        ("pull_request", "types: ['*']", "not an activity type"),
        ("pull_request_target", "types: [enqueued]", "not an activity type"),
        ("issue_comment", "types: [submitted]\nactors: [a]", "not an activity type"),
        ("merge_group", "types: [destroyed]", "not an activity type"),
        ("workflow_run", &format!("types: [Completed]\n{SOURCE}}}"), "did you mean `completed`"),
    ] {
        refused(event, rule, &[near]);
    }
    for event in EventName::ALL.iter().filter(|event| !event.activity_types().is_empty()) {
        let text =
            policy(event.name(), &format!("types: [{}]\nactors: [a]\n{SOURCE}}}", event.activity_types().join(", ")));
        assert!(!errors(&text).iter().any(|error| error.contains("activity type")), "{}", event.name());
    }
    accepted("repository_dispatch", "types: ['*', anything at all]\nactors: [a]");
}

#[test]
fn lists_of_rules() {
    accepted("pull_request", "- {types: [opened]}\n- {types: [closed]}");
    accepted("repository_dispatch", "- {types: [a], actors: [x]}\n- {types: [b], actors: [y]}");
    refused("pull_request", "[]", &["0 rules; expected 1 to 16"]);
    refused("pull_request", "- {types: [opened]}\n- {}", &["pull_request[1].types`: this key is missing"]);
    refused("pull_request", "- {types: [opened]}\n- ", &["pull_request[1].types`: this key is missing"]);
    for event in ["push", "schedule", "workflow_dispatch"] {
        refused(event, "- {}", &["expected one rule"]);
    }
    let rules = |count: usize| (0..count).map(|n| format!("- {{types: [t{n}], actors: [a]}}\n")).collect::<String>();
    accepted("repository_dispatch", &rules(16));
    refused("repository_dispatch", &rules(17), &["17 rules"]);
    accepted("pull_request", "- {name: a, types: [opened]}\n- {name: b, types: [closed]}");
    refused("pull_request", "- {name: a, types: [opened]}\n- {name: a, types: [closed]}", &["`a` is used"]);
    refused("pull_request", "name: 'a b'", &["not a valid name"]);
    let policy = read(&policy("pull_request", "- {name: a, types: [opened]}\n- {types: [closed]}"));
    assert_eq!(
        policy.rules(EventName::PullRequest).iter().map(|rule| rule.name.as_str()).collect::<Vec<_>>(),
        ["a", ""]
    );
}

#[test]
fn rules_of_a_list_never_overlap() {
    for (event, first, second) in [
        ("pull_request_target", "types: [opened]", "types: [opened, closed]"),
        ("issue_comment", "types: [created], command: /a, actors: [x]", "types: [created], actors: [x]"),
        (
            "issue_comment",
            "types: [created], command: /a, actors: [x]",
            "types: [created], command: [/b, /a], actors: [x]",
        ),
        ("pull_request", "types: [labeled], label: [a]", "types: [labeled], label: [b, a]"),
        ("pull_request", "types: [labeled], label: [a]", "types: [labeled], label: ['b*']"),
        ("pull_request", "types: [labeled], label: [a]", "types: [labeled]"),
        (
            "workflow_run",
            "types: [completed], source: {workflows: [.github/workflows/a.yml], events: [push]}",
            "types: [completed], source: {workflows: [.github/workflows/a.yml]}",
        ),
        (
            "workflow_run",
            "types: [completed], source: {workflows: [.github/workflows/a.yml], events: [push, schedule]}",
            "types: [completed], source: {workflows: [.github/workflows/a.yml], events: [schedule]}",
        ),
    ] {
        refused(
            event,
            &format!("- {{{first}}}\n- {{{second}}}"),
            &["can apply to the same event", &format!("`events.{event}[0]`")],
        );
    }
    for (event, first, second) in [
        ("pull_request_target", "types: [opened]", "types: [closed]"),
        (
            "issue_comment",
            "types: [created], command: /a, actors: [x]",
            "types: [created], command: [/b, '@a'], actors: [x]",
        ),
        ("pull_request", "types: [labeled], label: [a]", "types: [labeled], label: ['\\*', A]"),
        (
            "workflow_run",
            "types: [completed], source: {workflows: [.github/workflows/a.yml]}",
            "types: [completed], source: {workflows: [.github/workflows/b.yml]}",
        ),
        (
            "workflow_run",
            "types: [completed], source: {workflows: [.github/workflows/a.yml], events: [push]}",
            "types: [completed], source: {workflows: [.github/workflows/a.yml], events: [schedule]}",
        ),
    ] {
        accepted(event, &format!("- {{{first}}}\n- {{{second}}}"));
    }
}

#[test]
fn label_needs_label_types() {
    for types in ["", "types: [opened]\n", "types: [labeled, opened]\n"] {
        refused("pull_request_target", &format!("{types}label: [ok]"), &["`labeled`, `unlabeled` or both"]);
    }
    for types in ["labeled", "unlabeled", "labeled, unlabeled"] {
        accepted("pull_request_target", &format!("types: [{types}]\nlabel: [ok, 'safe-*', '\\*']"));
    }
    accepted("issues", "types: [labeled]\nlabel: [ok]\nactors: [a]");
    refused("issues", "types: [labeled]\nlabel: ['*']\nactors: [a]", &["matches every label"]);
}

#[test]
fn review_states_are_of_submitted_reviews() {
    accepted("pull_request_review", "review: [approved, changes_requested, commented]\nactors: [a]");
    accepted("pull_request_review", "types: [submitted]\nreview: [approved]\nactors: [a]");
    refused(
        "pull_request_review",
        "types: [submitted, edited]\nreview: [approved]\nactors: [a]",
        &["types: [submitted]"],
    );
    refused("pull_request_review", "review: [aproved]\nactors: [a]", &["did you mean `approved`"]);
}

#[test]
fn commands() {
    for command in
        ["/deploy", "'@acme-bot'", "retest", "[/deploy, /ship]", "/a", &format!("/{}", "a".repeat(50)), "{name: /x}"]
    {
        accepted("issue_comment", &format!("command: {command}\n{COMMENT}"));
        accepted("issue_comment", &format!("types: [created]\ncommand: {command}\n{COMMENT}"));
        accepted("pull_request_review", &format!("types: [submitted]\ncommand: {command}\n{COMMENT}"));
    }
    for (command, words) in [
        ("/Deploy", "not a valid command"),
        ("'/deploy now'", "not a valid command"),
        ("//deploy", "not a valid command"),
        ("/1", "not a valid command"),
        ("/", "not a valid command"),
        (&format!("/{}", "a".repeat(51)), "not a valid command"),
        ("[]", "the list is empty"),
        ("[/a, /a]", "listed twice"),
        ("", "found nothing"),
    ] {
        refused("issue_comment", &format!("command: {command}\n{COMMENT}"), &[words]);
    }
    refused("issue_comment", &format!("types: [edited]\ncommand: /x\n{COMMENT}"), &["types: [created]"]);
    refused("pull_request_review", &format!("types: [edited]\ncommand: /x\n{COMMENT}"), &["types: [submitted]"]);
}

#[test]
fn arguments() {
    let with = |arguments: &str| format!("command: {{name: /x, arguments: {{{arguments}}}}}\n{COMMENT}");
    for arguments in [
        "a: slug",
        "a: {type: choice, options: [x]}, b: {type: head-sha, required: false}",
        "a: slug, b: {type: string, rest: true}",
        "a: {type: string, rest: true, required: false, default: none}",
        "",
    ] {
        accepted("issue_comment", &with(arguments));
    }
    for (arguments, words) in [
        ("pr: pull-request", "cannot be the pull request"),
        ("a: {type: slug, required: false}, b: slug", "declare optional ones last"),
        ("a: {type: string, rest: true}, b: slug", "only the last argument"),
        ("a: {type: slug, rest: true}", "only a field of type `string`"),
        ("a: {type: slug, path: b.c}", "not in a nested payload"),
        ("a: head-sha, b: head-sha", "second field"),
        ("a: slug, A: slug", "differ only in case"),
        ("a: int", "expected"),
    ] {
        refused("issue_comment", &with(arguments), &[words]);
    }
    let command = read_rule(EventName::IssueComment, &with("a: slug, b: {type: string, rest: true}")).command.unwrap();
    assert_eq!((command.names, command.arguments.len(), command.rest), (vec!["/x".to_owned()], 2, true));
    refused(
        "repository_dispatch",
        &format!("{DISPATCH}\npayload: {{a: {{type: string, rest: true}}}}"),
        &["argument of a command"],
    );
}

#[test]
fn a_text_that_was_taken_back_is_no_consent() {
    for (event, name) in
        [("issue_comment", "deleted"), ("pull_request_review_comment", "deleted"), ("pull_request_review", "dismissed")]
    {
        refused(event, &format!("types: [{name}]\npull-request: {{}}\n{COMMENT}"), &["taken back"]);
        accepted(event, &format!("types: [{name}]\n{COMMENT}"));
    }
    refused(
        "pull_request_review",
        &format!("types: [dismissed]\nreview: [approved]\n{COMMENT}"),
        &["types: [submitted]"],
    );
    refused("issue_comment", &format!("types: [deleted]\ncommand: /x\n{COMMENT}"), &["types: [created]"]);
}

#[test]
fn apps_and_reruns() {
    accepted("issue_comment", &format!("via-apps: [slack, my-app]\nrerun-by: ['@acme']\n{COMMENT}"));
    refused("issue_comment", &format!("via-apps: ['slack[bot]']\n{COMMENT}"), &["without `[bot]`"]);
    refused("issue_comment", &format!("rerun-by: ['*']\n{COMMENT}"), &["wildcard"]);
}

#[test]
fn actors_whose_account_is_not_clear_are_refused() {
    refused("workflow_dispatch", "actors: [Copilot]", &["add the id"]);
    accepted("workflow_dispatch", "actors: ['Copilot:198982749', '@acme', '@acme/ent:platform']");
    for entry in ["author_association", "'association:MEMBER'", "MEMBER"] {
        refused("workflow_dispatch", &format!("actors: [{entry}]"), &["does not say who can write"]);
    }
}

#[test]
fn every_event_of_a_policy_can_start_a_source_run() {
    for event in EventName::ALL {
        accepted("workflow_run", &format!("{SOURCE}, events: [{}]}}", event.name()));
    }
}

#[test]
fn sources() {
    accepted(
        "workflow_run",
        "source: {workflows: [.github/workflows/a.yml, .github/workflows/b.yaml], events: [push, dynamic], conclusions: any, branches: [main], forks: allow}",
    );
    for (source, words) in [
        ("workflows: [CI]", "not the path of a workflow file"),
        ("workflows: ['.github/workflows/*.yml']", "wildcards are not supported"),
        ("workflows: [.github/workflows/a/b.yml]", "not the path"),
        ("workflows: [.github/workflows/.yml]", "not the path"),
        ("workflows: ['.github/workflows/a.yml@refs/heads/main']", "not the path"),
        ("workflows: []", "the list is empty"),
        ("workflows: [.github/workflows/a.yml], events: [pull_requst]", "did you mean `pull_request`"),
        ("workflows: [.github/workflows/a.yml], conclusions: [succes]", "did you mean `success`"),
        ("workflows: [.github/workflows/a.yml], conclusions: []", "the list is empty"),
        ("workflows: [.github/workflows/a.yml], conclusions: [any]", "unknown conclusion `any`"),
        ("workflows: [.github/workflows/a.yml], forks: true", "expected `allow` or `deny`"),
    ] {
        refused("workflow_run", &format!("source: {{{source}}}"), &[words]);
    }
    refused("workflow_run", "source: ", &["expected a mapping"]);
    let conclusions =
        |source: &str| read_rule(EventName::WorkflowRun, &format!("{SOURCE}{source}}}")).source.unwrap().conclusions;
    assert_eq!(conclusions("").unwrap(), ["success"]);
    assert_eq!(conclusions(", conclusions: any"), None);
    assert_eq!(conclusions(", conclusions: [failure, timed_out]").unwrap(), ["failure", "timed_out"]);
}

#[test]
fn a_source_beside_a_pull_request() {
    let with = |source: &str| format!("{SOURCE}{source}}}\npull-request: {{base: [main]}}");
    accepted("workflow_run", &with(", events: [pull_request, pull_request_review, pull_request_review_comment]"));
    refused("workflow_run", &with(""), &["`events` is required"]);
    refused("workflow_run", &with(", events: [pull_request, push]"), &["found `push`"]);
    refused("workflow_run", &with(", events: [pull_request], forks: allow"), &["`pull-request.forks` decides"]);
    accepted("workflow_run", &with(", events: [pull_request], forks: deny"));
}

#[test]
fn any_author_needs_actors() {
    for pull_request in ["authors: any", "any: [{authors: any}]"] {
        refused("pull_request_target", &format!("pull-request: {{{pull_request}}}"), &["needs `actors`"]);
        accepted("pull_request_target", &format!("actors: [a]\npull-request: {{{pull_request}}}"));
    }
    let rule = read_rule(EventName::PullRequestTarget, "actors: [a]\npull-request: {authors: any}");
    assert_eq!(rule.pull_request.unwrap().demands.authors, Some(Authors::Any));
}

#[test]
fn labels() {
    let with = |labels: &str| format!("pull-request: {{labels: {{{labels}}}}}");
    accepted("pull_request", &with("all: [a, 'b-*'], any: [c], none: ['\\*', 'do-not-*'], set-by: ['role:write']"));
    for (labels, words) in [
        ("any: ['*']", "matches every label"),
        ("none: ['**']", "matches every label"),
        ("set-by: [a]", "give one of them"),
        ("none: [x], set-by: [a]", "give one of them"),
        ("all: [a], none: [a]", "`a` is required and forbidden"),
        ("all: [abc], none: ['a*']", "`abc` is required and forbidden"),
        ("all: [a], set-by: []", "the list is empty"),
    ] {
        refused("pull_request", &with(labels), &[words]);
    }
    accepted("pull_request", &with("all: ['a*'], none: [abc]"));
}

#[test]
fn approvals_files_and_checks() {
    let with = |pull_request: &str| format!("pull-request: {{{pull_request}}}");
    for good in [
        "approvals: {by: [a]}",
        "approvals: {min: 2, by: ['@acme/team']}",
        "files: {only: ['docs/**', '**.md', '!docs/secret.md', 'a b/c~d.txt']}",
        "files: {none: ['.github/**', refs/heads/x]}",
        "checks: [build@github-actions, 'a@b@c']",
        "any: [{authors: [a]}, {approvals: {by: [b]}}, {files: {only: [x]}, checks: [y@z]}]",
        "late-pushes: allow, drafts: deny",
    ] {
        accepted("pull_request_target", &with(good));
    }
    for (bad, words) in [
        ("approvals: {min: 0, by: [a]}", "from 1 to 100"),
        ("approvals: {min: '1', by: [a]}", "the quoted text `1`"),
        ("approvals: {by: []}", "the list is empty"),
        ("files: {}", "give `only` or `none`"),
        ("files: {only: []}", "the list is empty"),
        ("files: {only: [/docs]}", "without a `/`"),
        ("files: {only: [./docs]}", "remove `./`"),
        ("files: {none: [docs/]}", "not of directories"),
        ("files: {only: ['!a']}", "begin with `!`"),
        ("checks: [build]", "not a valid check"),
        ("checks: ['@app']", "not a valid check"),
        ("checks: ['build@']", "not a valid check"),
        ("checks: ['build@my app']", "not a valid check"),
        ("any: []", "the list is empty"),
        ("any: [{}]", "would always hold"),
        ("any: [{base: [main]}]", "unknown key `base`"),
        ("any: [{labels: {}}]", "give `all`, `any` or `none`"),
        ("late-pushes: true", "expected `allow` or `deny`"),
        ("merged: true, state: open", "can never hold together"),
    ] {
        refused("pull_request_target", &with(bad), &[words]);
    }
    let rule = read_rule(EventName::PullRequestTarget, "pull-request: {checks: ['a@b@c']}");
    let check = &rule.pull_request.unwrap().demands.checks[0];
    assert_eq!((check.name.as_str(), check.app.as_str()), ("a@b", "c"));
}

#[test]
fn a_label_gate_that_outlives_the_commit_is_refused() {
    let gate = |event: &str, more: &str, pull_request: &str| {
        let needed = match event {
            "repository_dispatch" => "types: [x]\nactors: [a]\n",
            "workflow_dispatch" | "issue_comment" | "pull_request_review" | "pull_request_review_comment" => {
                "actors: [a]\n"
            }
            "workflow_run" => "source: {workflows: [.github/workflows/ci.yml], events: [pull_request]}\n",
            _ => "",
        };
        (event.to_owned(), format!("{needed}{more}\npull-request: {{{pull_request}}}"))
    };
    for (event, more, pull_request) in [
        ("pull_request_target", "", "forks: allow, labels: {all: [ok]}"),
        ("pull_request_target", "types: [labeled, synchronize]", "forks: allow, labels: {all: [ok]}"),
        ("pull_request_target", "types: [labeled]", "forks: allow, labels: {any: [ok]}"),
        ("pull_request_target", "types: [labeled, unlabeled]\nlabel: [x]", "forks: allow, labels: {all: [ok]}"),
        ("pull_request_target", "", "forks: allow, merged: false, labels: {all: [ok]}"),
        ("repository_dispatch", "", "forks: allow, labels: {all: [ok]}"),
        ("workflow_dispatch", "", "forks: allow, labels: {any: [ok]}"),
        ("workflow_run", "", "forks: allow, labels: {all: [ok]}"),
        ("push", "", "forks: allow, labels: {all: [ok]}"),
        ("pull_request_target", "", "forks: allow, any: [{authors: [a]}, {labels: {all: [ok]}}]"),
        ("pull_request_target", "", "forks: allow, approvals: {by: [b]}, any: [{labels: {any: [ok]}}]"),
    ] {
        let (event, rule) = gate(event, more, pull_request);
        refused(&event, &rule, &["pushed after it was added"]);
    }
    for (event, more, pull_request) in [
        ("pull_request", "", "forks: allow, labels: {all: [ok]}"),
        ("issue_comment", "", "forks: allow, labels: {all: [ok]}"),
        ("pull_request_review", "", "forks: allow, labels: {all: [ok]}"),
        ("pull_request_review_comment", "", "forks: allow, labels: {all: [ok]}"),
        ("pull_request_target", "", "labels: {all: [ok]}"),
        ("pull_request_target", "", "forks: deny, labels: {all: [ok]}"),
        ("pull_request_target", "", "forks: allow, labels: {none: [stop]}"),
        ("pull_request_target", "types: [labeled]\nlabel: [ok]", "forks: allow, labels: {all: [ok]}"),
        ("pull_request_target", "", "forks: allow, labels: {all: [ok], set-by: [a]}"),
        ("pull_request_target", "", "forks: allow, labels: {all: [ok]}, approvals: {by: [a]}"),
        ("pull_request_target", "", "forks: allow, merged: true, labels: {all: [ok]}"),
        ("push", "", "labels: {all: [ok]}"),
        ("pull_request_target", "", "forks: allow, any: [{labels: {all: [ok], set-by: [a]}}, {approvals: {by: [b]}}]"),
        ("pull_request_target", "", "forks: allow, any: [{labels: {all: [ok]}, approvals: {by: [b]}}]"),
    ] {
        let (event, rule) = gate(event, more, pull_request);
        accepted(&event, &rule);
    }
}

#[test]
fn payloads() {
    let with = |payload: &str| format!("{DISPATCH}\npayload: {{{payload}}}");
    for payload in [
        "pr: {type: pull-request, path: pull_request.number}, c: {type: head-sha, path: pull_request.head.sha}",
        "sha: head-sha",
        "a: {type: slug, path: a.b.c.d.e}",
        "a: {type: slug, path: A}, b: {type: slug, path: A.b}",
    ] {
        accepted("repository_dispatch", &with(payload));
    }
    for (payload, words) in [
        ("a: {type: slug, path: a.b.c.d.e.f}", "1 to 5 keys"),
        ("a: {type: slug, path: a..b}", "1 to 5 keys"),
        ("a: {type: slug, path: .a}", "1 to 5 keys"),
        ("a: {type: slug, path: _guard.nonce}", "the envelope's"),
        ("_guard: slug", "the envelope's"),
        ("_Guard: slug", "the envelope's"),
        ("pr: pull-request, PR: slug", "differ only in case"),
        ("pr: slug, x: {type: slug, path: PR.number}", "differ only in case"),
        ("a: head-sha, b: head-sha", "second field"),
        ("a: pull-request, b: pull-request", "second field"),
        ("a: {type: slug, rest: true}", "the key `rest` is not supported"),
        ("a: {type: pull-request, required: false, default: 1}", "the sender must name it"),
        ("a: {type: slug, max-length: 3}", "only a field of type `string`"),
    ] {
        refused("repository_dispatch", &with(payload), &[words]);
    }
    accepted("workflow_dispatch", "actors: [a]\npayload: {sha: head-sha}");
    refused("workflow_dispatch", "actors: [a]\npayload: {x: {type: slug, path: a.b}}", &["not nested"]);
    let fields = |count: usize, path: &str| {
        (0..count)
            .map(|n| format!("f{n}: {{type: slug{path}}}, ").replace("NUMBER", &n.to_string()))
            .collect::<String>()
    };
    accepted("repository_dispatch", &with(&fields(10, "")));
    refused("repository_dispatch", &with(&fields(11, "")), &["11 top-level keys; GitHub accepts 10"]);
    accepted("repository_dispatch", &with(&fields(20, ", path: top.NUMBER")));
}

#[test]
fn once_needs_a_pull_request() {
    refused("repository_dispatch", &format!("{DISPATCH}\nonce: true"), &["`pull-request` or `head-sha`"]);
    for more in ["payload: {pr: pull-request}", "payload: {c: head-sha}", "pull-request: {}"] {
        accepted("repository_dispatch", &format!("{DISPATCH}\nonce: true\n{more}"));
    }
    accepted("repository_dispatch", &format!("{DISPATCH}\nonce: false"));
}

#[test]
fn text_that_misleads_is_refused_anywhere() {
    let text = "version: 1 # note\nevents:\n  push: # note\n";
    for (character, words) in [
        ("\u{202e}", "U+202E"),
        ("\u{1b}[31m", "U+001B"),
        ("\u{85}", "U+0085"),
        ("\u{2028}", "U+2028"),
        ("\u{fe0f}", "U+FE0F"),
        ("\u{e0100}", "U+E0100"),
        ("\u{2800}", "U+2800"),
        ("\u{180b}", "U+180B"),
        ("\u{1d173}", "U+1D173"),
        ("\u{a0}", "U+00A0"),
        ("\u{3000}", "U+3000"),
        ("\u{e000}", "U+E000"),
        ("\u{feff}", "byte order mark"),
        ("\t", "a tab"),
        ("\0", "U+0000"),
        ("\rx", "carriage return"),
        (" m\u{430}in", "U+0430"),
        (" m\u{3bf}in", "U+03BF"),
        (" n\u{5e1}", "U+05E1"),
        (" L\u{a4e6}", "U+A4E6"),
        (" c\u{2c9f}py", "U+2C9F"),
        (" ma\u{131}n", "U+0131"),
        (" \u{212a}ill", "U+212A"),
    ] {
        let found = errors(&text.replacen("note\n", &format!("note{character}\n"), 1));
        assert!(found.len() == 1 && found[0].contains(words), "{character:?}: {found:?}");
        assert!(found[0].starts_with("line 1, column "), "{found:?}");
    }
    for comment in ["größe", "релиз", "中文のカタカナ한국어 と main", "main中文", "🚀", "v1-релиз"]
    {
        assert_eq!(errors(&text.replace("note", comment)), Vec::<String>::new(), "{comment}");
    }
    assert_eq!(errors(&text.replace('\n', "\r\n")), Vec::<String>::new());
    assert_eq!(errors(&format!("{text}\r")).len(), 1);
    let both = errors("# a\u{202e}\n# é b\u{200b}\n");
    assert!(both[0].starts_with("line 1, column 4") && both[1].starts_with("line 2, column 6"), "{both:?}");
}

#[test]
fn escapes_do_not_hide_what_a_value_is() {
    for (value, words) in [
        (r#""hum\u0430n""#, "U+0430"),
        (r#""human\u200b""#, "U+200B"),
        (r#""a\u00a0b""#, "U+00A0"),
        (r#""a\tb""#, "a tab"),
    ] {
        refused("pull_request", &format!("pull-request: {{labels: {{none: [{value}]}}}}"), &[words]);
    }
}
