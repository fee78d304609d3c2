//! What holds for every rule and every run, tried on random ones.
//!
//! A world is a rule and a run with few names to choose from, so that they meet. What has to come of it is worked out a
//! second time here, in the plainest way; the guard has to agree, code by code.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use serde_json::{Value, json};

use crate::support::github::{self, HEAD, OTHER, PULL_7};
use crate::support::{Decided, Reply, Scenario, account, policy, set};

/// So many cases; `CASES_TIMES=100` is for a long night.
fn config(cases: u32) -> ProptestConfig {
    let times = std::env::var("CASES_TIMES").ok().and_then(|times| times.parse().ok()).unwrap_or(1);
    ProptestConfig { cases: cases * times, failure_persistence: None, ..ProptestConfig::default() }
}

const LOGINS: [&str; 3] = ["mona", "eve", "zoe"];
const BRANCHES: [&str; 3] = ["main", "dev", "fix/a"];
const LABELS: [&str; 3] = ["a", "b", "c"];
const TYPES: [&str; 3] = ["opened", "closed", "deploy"];

type Names = Vec<&'static str>;

/// A rule as a policy writes it.
#[derive(Debug, Clone, Default)]
struct Rule {
    types: Option<Names>,
    actors: Option<Names>,
    pr_required: bool,
    head_pinned: bool,
    drops_unknown: bool,
    base: Option<Names>,
    head: Option<Names>,
    state: Option<&'static str>,
    merged: Option<bool>,
    drafts: Option<&'static str>,
    forks: Option<&'static str>,
    all: Names,
    any: Names,
    none: Names,
    authors: Option<Names>,
}

/// A run and what GitHub knows.
#[derive(Debug, Clone)]
struct Run {
    event: &'static str,
    kind: &'static str,
    actor: &'static str,
    sender: &'static str,
    triggering: &'static str,
    names_pr: bool,
    pinned: Option<&'static str>,
    unknown_field: bool,
    event_base: &'static str,
    event_head: &'static str,
    live: Pull,
}

#[derive(Debug, Clone)]
struct Pull {
    here: bool,
    head_repository: Option<u64>,
    base: &'static str,
    head: &'static str,
    state: &'static str,
    draft: bool,
    author: &'static str,
    labels: Names,
}

fn names(pool: &'static [&'static str], least: usize) -> impl Strategy<Value = Names> {
    subsequence(pool, least..=pool.len()).prop_shuffle()
}

fn rules() -> impl Strategy<Value = Rule> {
    let lists = (
        option::of(names(&TYPES, 1)),
        option::weighted(0.7, names(&LOGINS, 1)),
        option::weighted(0.4, names(&BRANCHES, 1)),
        option::weighted(0.3, names(&BRANCHES, 1)),
        option::weighted(0.2, names(&LOGINS, 1)),
    );
    let labels = (
        option::weighted(0.2, names(&LABELS, 1)),
        option::weighted(0.2, names(&LABELS, 1)),
        option::weighted(0.2, names(&LABELS, 1)),
    );
    let words = (
        option::weighted(0.4, select(&["open", "closed", "any"])),
        option::weighted(0.2, any::<bool>()),
        option::weighted(0.3, select(&["allow", "deny"])),
        option::weighted(0.4, select(&["allow", "deny"])),
    );
    (lists, labels, words, any::<(bool, bool, bool)>()).prop_map(
        |(
            (types, actors, base, head, authors),
            (all, any, none),
            (state, merged, drafts, forks),
            (pr_required, head_pinned, drops_unknown),
        )| {
            let all = all.unwrap_or_default();
            // The reader refuses what can never hold.
            let none = none.unwrap_or_default().into_iter().filter(|label| !all.contains(label)).collect();
            let state = state.filter(|state| merged != Some(true) || *state != "open");
            let any = any.unwrap_or_default();
            Rule {
                types,
                actors,
                pr_required,
                head_pinned,
                drops_unknown,
                base,
                head,
                state,
                merged,
                drafts,
                forks,
                all,
                any,
                none,
                authors,
            }
        },
    )
}

fn pulls() -> impl Strategy<Value = Pull> {
    let repository =
        prop_oneof![4 => Just(Some(github::REPOSITORY_ID)), 1 => Just(Some(github::FORK_ID)), 1 => Just(None)];
    let state = prop_oneof![3 => Just("open"), 1 => Just("closed"), 2 => Just("merged")];
    (
        prop_oneof![9 => Just(true), 1 => Just(false)],
        repository,
        select(&BRANCHES),
        select(&BRANCHES),
        state,
        any::<bool>(),
        select(&LOGINS),
        names(&LABELS, 0),
    )
        .prop_map(|(here, head_repository, base, head, state, draft, author, labels)| Pull {
            here,
            head_repository,
            base,
            head,
            state,
            draft,
            author,
            labels,
        })
}

fn runs() -> impl Strategy<Value = Run> {
    let event = select(&["repository_dispatch", "pull_request", "pull_request_target"]);
    let people = (select(&LOGINS), option::weighted(0.2, select(&LOGINS)), option::weighted(0.2, select(&LOGINS)));
    let sent = (
        prop_oneof![4 => Just(true), 1 => Just(false)],
        option::of(prop_oneof![3 => Just(HEAD), 1 => Just(OTHER)]),
        prop_oneof![4 => Just(false), 1 => Just(true)],
    );
    let drift = (option::weighted(0.1, select(&BRANCHES)), prop_oneof![9 => Just(HEAD), 1 => Just(OTHER)]);
    (event, select(&TYPES), people, sent, drift, pulls()).prop_map(
        |(
            event,
            kind,
            (actor, sender, triggering),
            (names_pr, pinned, unknown_field),
            (event_base, event_head),
            live,
        )| Run {
            event,
            kind,
            actor,
            sender: sender.unwrap_or(actor),
            triggering: triggering.unwrap_or(actor),
            names_pr,
            pinned,
            unknown_field,
            event_base: event_base.unwrap_or(live.base),
            event_head,
            live,
        },
    )
}

impl Rule {
    fn text(&self, event: &str) -> String {
        let list = |names: &Names| format!("[{}]", names.join(", "));
        let dispatch = event == "repository_dispatch";
        let mut lines = String::new();
        let everyone = LOGINS.to_vec();
        let every_type = TYPES.to_vec();
        let types = self.types.as_ref().or(dispatch.then_some(&every_type));
        let actors = self.actors.as_ref().or(dispatch.then_some(&everyone));
        if let Some(types) = types {
            lines += &format!("types: {}\n", list(types));
        }
        if let Some(actors) = actors {
            lines += &format!("actors: {}\n", list(actors));
        }
        if dispatch {
            let head = if self.head_pinned { ", head: {type: head-sha, required: false}" } else { "" };
            lines += &format!("payload: {{pr: {{type: pull-request, required: {}}}{head}}}\n", self.pr_required);
            lines += if self.drops_unknown { "unknown-fields: drop\n" } else { "" };
        }
        let keys = self.pull_request_keys();
        if !keys.is_empty() {
            lines += &format!("pull-request: {{{}}}\n", keys.join(", "));
        }
        policy(event, &lines)
    }

    fn pull_request_keys(&self) -> Vec<String> {
        let list = |names: &Names| format!("[{}]", names.join(", "));
        let lists = [("base", &self.base), ("head", &self.head), ("authors", &self.authors)];
        let lists = lists.into_iter().filter_map(|(key, names)| Some(format!("{key}: {}", list(names.as_ref()?))));
        let words = [("state", self.state), ("drafts", self.drafts), ("forks", self.forks)];
        let words = words.into_iter().filter_map(|(key, word)| Some(format!("{key}: {}", word?)));
        let merged = self.merged.map(|merged| format!("merged: {merged}"));
        let labels = [("all", &self.all), ("any", &self.any), ("none", &self.none)];
        let labels: Vec<String> = labels
            .into_iter()
            .filter(|(_, names)| !names.is_empty())
            .map(|(key, names)| format!("{key}: {}", list(names)))
            .collect();
        let labels = (!labels.is_empty()).then(|| format!("labels: {{{}}}", labels.join(", ")));
        lists.chain(words).chain(merged).chain(labels).collect()
    }
}

impl Pull {
    fn json(&self) -> Value {
        let mut pull = match self.state {
            "open" => github::pull(),
            "closed" => github::closed(),
            _ => github::merged(),
        };
        pull["base"]["ref"] = json!(self.base);
        pull["head"]["ref"] = json!(self.head);
        pull["draft"] = json!(self.draft);
        pull["user"] = account(self.author);
        pull["labels"] = self.labels.iter().map(|name| json!({ "name": name })).collect();
        if !self.here {
            pull["base"]["repo"]["id"] = json!(5);
        }
        match self.head_repository {
            Some(id) => pull["head"]["repo"]["id"] = json!(id),
            None => pull["head"]["repo"] = json!(null),
        }
        pull
    }
}

impl Run {
    fn scenario(&self, rule: &Rule) -> Scenario {
        let live = self.live.json();
        let event = if self.event == "repository_dispatch" {
            let mut payload = json!({});
            if self.names_pr {
                payload["pr"] = json!(7);
            }
            if let Some(sha) = self.pinned.filter(|_| rule.head_pinned) {
                payload["head"] = json!(sha);
            }
            if self.unknown_field {
                payload["extra"] = json!(1);
            }
            github::dispatch(self.sender, self.kind, payload)
        } else {
            let mut described = live.clone();
            if self.event == "pull_request_target" {
                described["base"]["ref"] = json!(self.event_base);
                described["head"]["sha"] = json!(self.event_head);
            }
            github::pull_request_event(self.sender, self.kind, described)
        };
        Scenario::new(self.event, self.actor, &event)
            .policy(&rule.text(self.event))
            .env("GITHUB_TRIGGERING_ACTOR", self.triggering)
            .pull(&live)
    }

    /// The code by the contract.
    fn expected(&self, rule: &Rule) -> &'static str {
        let dispatch = self.event == "repository_dispatch";
        if rule.types.as_ref().is_some_and(|types| !types.contains(&self.kind)) {
            return "event.type_not_allowed";
        }
        if let Some(actors) = &rule.actors {
            let judges_author = !dispatch && rule.authors.is_none();
            for (who, code) in [
                (Some(self.actor), "actor.not_allowed"),
                (Some(self.sender), "actor.sender_not_allowed"),
                (Some(self.triggering), "actor.rerun_not_allowed"),
                (judges_author.then_some(self.live.author), "actor.confused_deputy"),
            ] {
                if who.is_some_and(|who| !actors.contains(&who)) {
                    return code;
                }
            }
        }
        if dispatch {
            if rule.pr_required && !self.names_pr {
                return "payload.missing_field";
            }
            if self.unknown_field && !rule.drops_unknown {
                return "payload.unknown_field";
            }
            if !self.names_pr {
                return if rule.pull_request_keys().is_empty() { "allowed" } else { "pull_request.missing" };
            }
        }
        self.expected_of_pull_request(rule, dispatch)
    }

    /// Whether the pull request is found and is what everybody says that it is, so that its head commit may be told.
    fn expected_of_pins(&self, rule: &Rule) -> bool {
        let code = self.expected(rule);
        let later = ["base_", "head_not_", "state_", "not_merged", "merged", "draft", "author_", "label_"];
        let has_pull = self.event != "repository_dispatch" || self.names_pr;
        let of_rule =
            code.strip_prefix("pull_request.").is_some_and(|code| later.iter().any(|part| code.starts_with(part)));
        of_rule || (code == "allowed" && has_pull)
    }

    fn expected_of_pull_request(&self, rule: &Rule, dispatch: bool) -> &'static str {
        let pull = &self.live;
        let allows_forks = rule.forks.map_or(self.event == "pull_request", |forks| forks == "allow");
        let target = self.event == "pull_request_target";
        let pinned =
            if dispatch { self.pinned.filter(|_| rule.head_pinned) } else { target.then_some(self.event_head) };
        let wanted = rule.state.unwrap_or(if dispatch && rule.merged.is_none() { "open" } else { "any" });
        let state = if pull.state == "open" { "open" } else { "closed" };
        let merged = pull.state == "merged";
        let lacks = |names: &Option<Names>, name: &str| names.as_ref().is_some_and(|names| !names.contains(&name));
        let has = |label: &&str| pull.labels.contains(label);
        let violations = [
            (!pull.here, "pull_request.wrong_repository"),
            (!allows_forks && pull.head_repository.is_none(), "pull_request.head_gone"),
            (!allows_forks && pull.head_repository != Some(base_id(pull)), "pull_request.fork"),
            (pinned.is_some_and(|sha| sha != HEAD), "pull_request.head_moved"),
            (target && self.event_base != pull.base, "pull_request.changed"),
            (lacks(&rule.base, pull.base), "pull_request.base_not_allowed"),
            (lacks(&rule.head, pull.head), "pull_request.head_not_allowed"),
            (wanted != "any" && wanted != state, "pull_request.state_not_allowed"),
            (rule.merged == Some(true) && !merged, "pull_request.not_merged"),
            (rule.merged == Some(false) && merged, "pull_request.merged"),
            (rule.drafts == Some("deny") && pull.draft, "pull_request.draft"),
            (lacks(&rule.authors, pull.author), "pull_request.author_not_allowed"),
            (!rule.all.iter().all(has), "pull_request.label_missing"),
            (!rule.any.is_empty() && !rule.any.iter().any(has), "pull_request.label_missing"),
            (rule.none.iter().any(has), "pull_request.label_forbidden"),
        ];
        violations.into_iter().find(|(broken, _)| *broken).map_or("allowed", |(_, code)| code)
    }
}

fn base_id(pull: &Pull) -> u64 {
    if pull.here { github::REPOSITORY_ID } else { 5 }
}

/// One more demand, if the rule can take it. What the contract makes a default of another key is none: `merged` changes
/// the default of `state` on a dispatch, and `authors` says who may be the author instead of `actors`.
fn constrain(rule: &Rule, event: &str, which: usize, pick: usize) -> Option<Rule> {
    let mut rule = rule.clone();
    let dispatch = event == "repository_dispatch";
    let one = |pool: &[&'static str]| vec![pool[pick % pool.len()]];
    let narrow = |names: &mut Option<Names>, pool: &[&'static str]| match names {
        None => *names = Some(one(pool)),
        Some(names) if names.len() > 1 => _ = names.remove(pick % names.len()),
        Some(_) => {}
    };
    match which {
        0 => narrow(&mut rule.types, &TYPES),
        1 => narrow(&mut rule.actors, &LOGINS),
        2 => narrow(&mut rule.base, &BRANCHES),
        3 => narrow(&mut rule.head, &BRANCHES),
        4 if rule.authors.is_some() || dispatch || rule.actors.is_none() => narrow(&mut rule.authors, &LOGINS),
        5 => rule.drafts = Some("deny"),
        6 => rule.forks = Some("deny"),
        7 if rule.state != Some("closed") && rule.merged != Some(true) => rule.state = Some("open"),
        8 if rule.state == Some("any") => rule.state = Some("closed"),
        9 if rule.merged.is_none() && (!dispatch || rule.state.is_some()) => {
            rule.merged = Some(pick.is_multiple_of(2) && rule.state != Some("open"));
        }
        10 => rule.all = [rule.all, one(&LABELS)].concat(),
        11 => rule.none = [rule.none, one(&LABELS)].concat(),
        12 if rule.any.is_empty() => rule.any = one(&LABELS),
        12 if rule.any.len() > 1 => _ = rule.any.remove(pick % rule.any.len()),
        13 => rule.pr_required = true,
        14 => rule.drops_unknown = false,
        _ => return None,
    }
    for names in [&mut rule.all, &mut rule.none] {
        names.sort_unstable();
        names.dedup();
    }
    (!rule.all.iter().any(|label| rule.none.contains(label))).then_some(rule)
}

proptest! {
    #![proptest_config(config(400))]

    #[test]
    fn the_guard_agrees_with_a_plain_reading_of_the_contract(rule in rules(), run in runs()) {
        let decided = run.scenario(&rule).run();
        prop_assert_eq!(decided.code(), run.expected(&rule), "{}\n{}", rule.text(run.event), decided.story());
        let verified = run.expected_of_pins(&rule);
        prop_assert_eq!(decided.output("head-sha"), if verified { HEAD } else { "" }, "{}", decided.story());
    }
}

proptest! {
    #![proptest_config(config(150))]

    #[test]
    fn one_more_demand_never_turns_a_no_into_a_yes(rule in rules(), run in runs(), which in 0_usize..15, pick in 0_usize..6) {
        let Some(stricter) = constrain(&rule, run.event, which, pick) else { return Ok(()) };
        let (before, after) = (run.scenario(&rule).run(), run.scenario(&stricter).run());
        prop_assert!(after.code() != "config.policy_invalid", "{}", after.story());
        prop_assert!(before.allowed() || !after.allowed(), "{}\n{}", rule.text(run.event), stricter.text(run.event));
    }

    #[test]
    fn the_order_of_lists_does_not_matter(rule in rules(), run in runs(), seed in any::<u64>()) {
        let mut other = rule.clone();
        let turn = |names: &mut Names| {
            let by = usize::try_from(seed % 6).unwrap() % names.len().max(1);
            names.rotate_left(by);
            if seed.is_multiple_of(2) {
                names.reverse();
            }
        };
        for names in [&mut other.types, &mut other.actors, &mut other.base, &mut other.head, &mut other.authors].into_iter().flatten() {
            turn(names);
        }
        for names in [&mut other.all, &mut other.any, &mut other.none] {
            turn(names);
        }
        let mut turned = run.clone();
        turn(&mut turned.live.labels);
        let (one, two) = (run.scenario(&rule).run(), turned.scenario(&other).run());
        prop_assert_eq!(one.code(), two.code());
        for (name, value) in &one.outcome.outputs.0 {
            if !matches!(*name, "reason" | "result" | "labels") {
                prop_assert_eq!(value, two.output(name), "{}", name);
            }
        }
    }
}

/// Answers to a question about a team or a role.
fn lookups() -> impl Strategy<Value = Vec<Reply>> {
    let reply = prop_oneof![
        Just(Reply::json(200, &json!({ "state": "active", "permission": "admin", "role_name": "admin" }))),
        Just(Reply::json(200, &json!({ "state": "pending", "permission": "none", "role_name": "none" }))),
        Just(Reply::refusal(403, "Resource not accessible")),
        Just(Reply::refusal(404, "Not Found")),
        Just(Reply::refusal(500, "Oops")),
        Just(Reply::text(200, "<html>")),
    ];
    vec(reply, 3)
}

proptest! {
    #![proptest_config(config(80))]

    #[test]
    fn the_order_of_actors_does_not_matter_whatever_github_answers(
        entries in Just(vec!["@acme/a", "@acme/b", "role:write", "mona:1", "eve"]).prop_shuffle(),
        replies in lookups(),
    ) {
        let run = |entries: &[&str]| {
            let quoted: Vec<String> = entries.iter().map(|entry| format!("'{entry}'")).collect();
            let rule = format!("types: [chart-pr-created]\nactors: [{}]\npayload: {{pr: pull-request}}", quoted.join(", "));
            let replies = replies.clone();
            Scenario::dispatch_by("mona").policy(&policy("repository_dispatch", &rule)).run_with(move |request| match &request.url {
                url if url.contains("/teams/a") => replies[0].clone(),
                url if url.contains("/teams/b") => replies[1].clone(),
                url if url.contains("/permission") => replies[2].clone(),
                _ => Reply::json(200, &github::pull()),
            })
        };
        let (one, two) = (run(&["@acme/a", "@acme/b", "role:write", "mona:1", "eve"]), run(&entries));
        prop_assert_eq!(one.output("decision"), two.output("decision"), "{}\n{}", one.story(), two.story());
        if one.output("decision") != "error" {
            prop_assert_eq!(one.code(), two.code());
        }
    }
}

/// Text that is not polite.
fn texts() -> impl Strategy<Value = String> {
    let pieces = vec(
        select(&[
            "::",
            "::error::x",
            "##[",
            "\n",
            "\r",
            "\r\n",
            "|",
            "`",
            "<",
            ">",
            "&",
            "</code>",
            "<script>",
            "[x](y)",
            "**",
            "_",
            "\\",
            "\"",
            "'",
            "EOF",
            "=",
            "%0A",
            "${{ x }}",
            "$(x)",
            "\u{202e}",
            "\u{2066}",
            "\u{200b}",
            "\u{feff}",
            "\u{2028}",
            "\u{85}",
            "\u{1b}[31m",
            "\0",
            "\u{e0041}",
            "é",
            "日",
            "😀",
            "a",
            "main",
            " ",
            "\t",
            "*",
            "!",
            "#",
            "~",
            "{",
            "}",
            ",",
            ":",
            "-",
            "null",
            "true",
            "7",
        ]),
        0..8,
    );
    prop_oneof![3 => pieces.prop_map(|pieces| pieces.concat()), 1 => any::<String>()]
}

/// Any JSON, not too large.
fn jsons() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(json!(null)),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_filter("finite", |number| number.is_finite()).prop_map(Value::from),
        select(&[7_u64, github::REPOSITORY_ID, github::FORK_ID, 41_898_282]).prop_map(Value::from),
        select(&[
            "main",
            "open",
            "closed",
            HEAD,
            OTHER,
            "github-actions[bot]",
            "mona",
            "Bot",
            "chart-pr-created",
            "acme/charts"
        ])
        .prop_map(Value::from),
        texts().prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        let keys = select(&[
            "pr", "id", "login", "type", "repo", "ref", "sha", "name", "state", "x", "_guard", "number", "head", "base",
        ]);
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::from),
            vec((keys, inner), 0..4).prop_map(|members| {
                members
                    .into_iter()
                    .map(|(key, value)| (key.to_owned(), value))
                    .collect::<serde_json::Map<_, _>>()
                    .into()
            })
        ]
    })
}

/// Every place of a JSON value.
fn places(json: &Value, here: &str, all: &mut Vec<String>) {
    all.push(here.to_owned());
    match json {
        Value::Object(members) => members.iter().for_each(|(key, value)| places(value, &format!("{here}/{key}"), all)),
        Value::Array(elements) => {
            (0..).zip(elements).for_each(|(index, value)| places(value, &format!("{here}/{index}"), all));
        }
        _ => {}
    }
}

/// The same with some of its places changed, or gone.
fn mutated(json: &Value, changes: &[(prop::sample::Index, Option<Value>)]) -> Value {
    let mut json = json.clone();
    for (index, change) in changes {
        let mut all = Vec::new();
        places(&json, "", &mut all);
        let place = index.get(&all);
        match (change, place.rsplit_once('/')) {
            (Some(value), _) => *json.pointer_mut(place).expect("a place") = value.clone(),
            (None, Some((parent, key))) => match json.pointer_mut(parent).expect("a place") {
                Value::Object(members) => _ = members.remove(key),
                Value::Array(elements) => _ = elements.pop(),
                _ => {}
            },
            (None, None) => json = json!({}),
        }
    }
    json
}

fn changes() -> impl Strategy<Value = Vec<(prop::sample::Index, Option<Value>)>> {
    vec((any::<prop::sample::Index>(), option::weighted(0.7, jsons())), 1..4)
}

/// Whether an answer is the pull request that the rule of [`Scenario::dispatch`] lets pass.
fn passes(pull: &Value) -> bool {
    let id = |place: &str| pull.pointer(place).and_then(Value::as_u64);
    let text = |place: &str| pull.pointer(place).and_then(Value::as_str);
    id("/number") == Some(7)
        && id("/base/repo/id") == Some(github::REPOSITORY_ID)
        && id("/head/repo/id") == Some(github::REPOSITORY_ID)
        && text("/state") == Some("open")
        && pull.get("merged").is_none_or(|merged| *merged != json!(true))
        && text("/head/sha").is_some_and(|sha| matches!(sha.len(), 40 | 64))
}

fn check_dispatch(event: &Value, decided: &Decided) {
    if decided.allowed() {
        let text = |place: &str| event.pointer(place).and_then(Value::as_str).unwrap_or_default();
        assert_eq!(text("/action"), "chart-pr-created");
        assert_eq!(event.pointer("/repository/id"), Some(&json!(github::REPOSITORY_ID)));
        assert!(text("/repository/full_name").eq_ignore_ascii_case("acme/charts"));
        assert_eq!(text("/sender/login"), "github-actions[bot]");
        assert_eq!(event.pointer("/sender/id"), Some(&json!(41_898_282)));
        assert_eq!(text("/sender/type"), "Bot");
        let payload = event["client_payload"].as_object().expect("an object");
        assert!(payload["pr"] == json!(7) || payload["pr"] == json!("7"));
        assert!(payload.keys().all(|key| key == "pr" || key == "_guard"), "{payload:?}");
        assert!(event.get("pull_request").is_none());
    }
}

proptest! {
    #![proptest_config(config(100))]

    #[test]
    fn no_bytes_in_the_place_of_the_event_let_a_run_go_on(bytes in vec(any::<u8>(), 0..300)) {
        prop_assert!(!Scenario::dispatch().event_bytes(&bytes).run().allowed());
        prop_assert!(!Scenario::pull_request().event_bytes(&bytes).run().allowed());
    }

    #[test]
    fn a_changed_dispatch_passes_only_if_it_is_still_one_that_may(changes in changes()) {
        let event = mutated(&github::dispatch("github-actions[bot]", "chart-pr-created", json!({ "pr": 7 })), &changes);
        check_dispatch(&event, &Scenario::dispatch().event(&event).run_with(|_| Reply::json(200, &github::pull())));
    }

    #[test]
    fn a_changed_pull_request_event_passes_only_in_its_own_repository(changes in changes()) {
        let event = mutated(&github::pull_request_event("mona", "opened", github::pull()), &changes);
        let rule = policy("pull_request", "types: [opened]\nactors: [mona]\npull-request: {base: [main], forks: deny, state: open, drafts: deny}");
        let decided = Scenario::pull_request().policy(&rule).event(&event).run();
        if decided.allowed() {
            let pull = &event["pull_request"];
            prop_assert!(passes(&set(pull.clone(), "number", json!(7))), "{}", event);
            prop_assert!(pull["number"].is_u64() && pull["base"]["ref"] == "main" && pull["draft"] != json!(true));
            prop_assert!(event["sender"]["login"].as_str().unwrap().eq_ignore_ascii_case("mona"));
            prop_assert!(pull["user"]["login"].as_str().unwrap().eq_ignore_ascii_case("mona"));
            prop_assert_eq!(&event["repository"]["id"], &json!(github::REPOSITORY_ID));
        }
    }

    #[test]
    fn a_changed_answer_passes_only_if_it_is_still_the_pull_request(changes in changes()) {
        let pull = mutated(&github::pull(), &changes);
        let decided = Scenario::dispatch().pull(&pull).run();
        prop_assert!(!decided.allowed() || passes(&pull), "{}", pull);
        prop_assert_eq!(decided.output("head-sha").is_empty(), !decided.decision.head_verified);
    }

    #[test]
    fn any_answer_ends_in_a_decision(
        status in prop_oneof![Just(200_u16), Just(403), Just(429), Just(301), 100..600_u16],
        headers in vec((select(&["location", "retry-after", "x-ratelimit-remaining", "x-ratelimit-reset", "x-accepted-github-permissions"]), texts()), 0..3),
        body in prop_oneof![jsons().prop_map(|json| json.to_string()), texts(), Just(github::pull().to_string())],
    ) {
        let reply = headers.iter().fold(Reply::text(status, &body), |reply, (name, value)| reply.header(name, value));
        let decided = Scenario::dispatch().run_with(move |_| reply.clone());
        let is_pull = serde_json::from_str(&body).is_ok_and(|pull| passes(&pull));
        prop_assert!(!decided.allowed() || is_pull);
        prop_assert!(decided.elapsed_ms <= 60_000);
    }

    #[test]
    fn texts_of_others_stay_texts(values in vec(texts(), 8)) {
        let pull = set(set(github::pull(), "head.ref", json!(values[0])), "user.login", json!(values[1]));
        let pull = set(set(pull, "labels", json!([{ "name": values[2] }])), "head.repo.full_name", json!(values[3]));
        let payload = json!({ "pr": 7, "x": values[4], values[5].clone(): values[6] });
        let rule = "types: [chart-pr-created]\nactors: ['github-actions[bot]']\npayload: {pr: pull-request, x: string}\nunknown-fields: drop\npull-request: {base: [main]}";
        let scenario = Scenario::dispatch_of(payload).policy(&policy("repository_dispatch", rule)).pull(&pull);
        scenario.run();
        scenario.clone().env("GITHUB_ACTOR", &values[7]).env("GITHUB_WORKFLOW_REF", &values[0]).run();
        scenario.clone().pull(&set(pull.clone(), "base.ref", json!(values[7]))).run();
        scenario.clone().rerun_by(&values[7]).event_error(&values[0]).run();
        Scenario::pull_request_of(pull).env("GITHUB_RUN_ID", &values[4]).run();
    }

    #[test]
    fn no_text_in_the_place_of_the_policy_breaks_the_guard(lines in vec((prop::sample::Index::arbitrary(), texts()), 0..4), drop in any::<prop::sample::Index>(), random in texts()) {
        Scenario::dispatch().policy(&random).run();
        let good = crate::support::scenario::dispatch_rule("pull-request:\n  base: [main]\n  labels: {all: [a]}\n  authors: [mona]");
        let mut all: Vec<String> = good.lines().map(str::to_owned).collect();
        for (index, text) in lines {
            let place = index.index(all.len());
            let line = all[place].clone();
            let cut = line.char_indices().map(|(at, _)| at).nth(text.len() % line.chars().count().max(1)).unwrap_or(0);
            all[place] = format!("{}{text}{}", &line[..cut], &line[cut..]);
        }
        all.remove(drop.index(all.len()));
        // The pull request lacks the label and has the wrong author, so only a policy that no longer asks lets it pass.
        let decided = Scenario::dispatch_by("eve").policy(&all.join("\n")).run();
        prop_assert!(!decided.allowed() || all.join("\n").contains("eve"));
    }

    #[test]
    fn no_inputs_break_the_guard(inputs in vec((select(dispatch_guard::inputs::GUARD), texts()), 0..5), environment in vec((select(dispatch_guard::environment::USED), texts()), 0..3)) {
        // A secret that is also an ordinary setting is none.
        let inputs = inputs.iter().filter(|(input, _)| !matches!(input.name, "token" | "signing-keys"));
        let scenario = inputs.fold(Scenario::dispatch(), |scenario, (input, value)| scenario.input(input.name, value));
        let scenario = environment.iter().fold(scenario, |scenario, (name, value)| scenario.env(name, value));
        let lenient = scenario.run_with(|_| Reply::refusal(404, "Not Found"));
        prop_assert!(!lenient.allowed());
    }
}

#[test]
fn the_worlds_are_varied() {
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;
    let mut runner = TestRunner::deterministic();
    let mut codes = std::collections::BTreeMap::<&str, u32>::new();
    for _ in 0..3000 {
        let (rule, run) = (rules(), runs()).new_tree(&mut runner).unwrap().current();
        *codes.entry(run.expected(&rule)).or_default() += 1;
    }
    assert_eq!(codes.len(), 23, "{codes:?}");
    assert!(codes["allowed"] > 150, "{codes:?}");
    assert!(codes.values().all(|count| *count >= 3), "{codes:?}");
}

#[test]
fn the_route_of_the_pull_request_is_the_only_one() {
    Scenario::dispatch().expect("allowed").asked(&[PULL_7]);
}
