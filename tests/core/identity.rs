//! Who may be behind a run: each form of entry, compared with each identity, with a yes, a no and no answer.

use serde_json::{Value, json};

use crate::support::github::{self, PULL_7, pull};
use crate::support::{Decided, Reply, Scenario, account, policy, set, without};

/// The parts that somebody can play in a run.
#[derive(Debug, Clone, Copy, PartialEq)]
enum IdentityKind {
    Actor,
    Sender,
    TriggeringActor,
    Author,
}

const PARTS: [IdentityKind; 4] =
    [IdentityKind::Actor, IdentityKind::Sender, IdentityKind::TriggeringActor, IdentityKind::Author];

impl IdentityKind {
    /// The code where it matches no entry.
    fn code(self) -> &'static str {
        match self {
            IdentityKind::Actor => "actor.not_allowed",
            IdentityKind::Sender => "actor.sender_not_allowed",
            IdentityKind::TriggeringActor => "actor.rerun_not_allowed",
            IdentityKind::Author => "actor.confused_deputy",
        }
    }

    /// A run in which `who` plays this part and `mona`, who is listed beside `entry`, all others.
    fn played_by(self, who: &Value, entry: &str) -> Scenario {
        let actors = format!("actors: [mona, '{entry}']");
        let by_mona = if self == IdentityKind::Author {
            Scenario::pull_request().policy(&policy("pull_request", &actors))
        } else {
            let rule = format!("types: [chart-pr-created]\n{actors}\npayload: {{pr: pull-request}}");
            Scenario::dispatch_by("mona").policy(&policy("repository_dispatch", &rule))
        };
        let login = who["login"].as_str().unwrap();
        match self {
            IdentityKind::Actor => by_mona
                .env("GITHUB_ACTOR", login)
                .env("GITHUB_TRIGGERING_ACTOR", login)
                .env("GITHUB_ACTOR_ID", &who["id"].to_string()),
            IdentityKind::Sender => {
                let event = github::dispatch("mona", "chart-pr-created", json!({ "pr": 7 }));
                by_mona.event(&set(event, "sender", who.clone()))
            }
            IdentityKind::TriggeringActor => by_mona
                .rerun_by(login)
                .route(ATTEMPT, Reply::json(200, &json!({ "run_attempt": 2, "triggering_actor": who }))),
            IdentityKind::Author => {
                let event = github::pull_request_event("mona", "synchronize", set(pull(), "user", who.clone()));
                by_mona.event(&event)
            }
        }
    }

    /// Whether the event says of what type the account is.
    fn has_type(self) -> bool {
        matches!(self, IdentityKind::Sender | IdentityKind::Author)
    }
}

const ATTEMPT: &str = "GET /repos/acme/charts/actions/runs/777000/attempts/2";
const TEAM: &str = "GET /orgs/acme/teams/release";
const MEMBERSHIP: &str = "GET /orgs/acme/teams/release/memberships/zoe";
const PERMISSION: &str = "GET /repos/acme/charts/collaborators/zoe/permission";

fn membership(state: &str) -> Reply {
    Reply::json(200, &json!({ "state": state, "role": "member" }))
}

fn permission(permission: &str, role_name: &str) -> Reply {
    let roles = ["read", "triage", "write", "maintain", "admin"];
    // A custom role has the flags of its base role, which is what `permission` says, more exactly for the plain roles.
    let base = ["read", "write", "admin"].iter().position(|base| *base == permission);
    let plain = roles.iter().position(|role| *role == role_name);
    let coarse = |at: usize| [0, 0, 1, 1, 2][at];
    let held = match (base, plain) {
        (Some(base), Some(plain)) if coarse(plain) == base => Some(plain),
        (Some(base), _) => Some([0, 2, 4][base]),
        (None, _) => None,
    };
    let flags: serde_json::Map<String, Value> = ["pull", "triage", "push", "maintain", "admin"]
        .into_iter()
        .enumerate()
        .map(|(at, flag)| (flag.to_owned(), json!(held.is_some_and(|held| at <= held))))
        .collect();
    let user = set(account("zoe"), "permissions", Value::Object(flags));
    Reply::json(200, &json!({ "permission": permission, "role_name": role_name, "user": user }))
}

fn with_id(login: &str, id: u64) -> Value {
    set(account(login), "id", json!(id))
}

/// How many requests were about identities.
fn about_identities(decided: &Decided) -> usize {
    decided.requests().iter().filter(|route| **route != PULL_7).count()
}

#[test]
fn logins_and_ids_for_every_identity() {
    for part in PARTS {
        let own = part.code();
        let mismatch = "actor.identity_mismatch";
        for (entry, who, code) in [
            ("zoe", account("zoe"), "allowed"),
            ("ZOE", account("zoe"), "allowed"),
            ("zoe", account("Zoe"), "allowed"),
            ("zoe", with_id("zoe", 1), "allowed"),
            ("zoe", account("eve"), own),
            ("zoe", account("zoe2"), own),
            ("zoe", account("zo"), own),
            // Only ASCII letters have two cases: the Kelvin sign is no `k`.
            ("kate", account("\u{212a}ate"), own),
            ("zoe:2003", account("zoe"), "allowed"),
            ("ZOE:2003", account("zoe"), "allowed"),
            ("zoe:2003", with_id("zoe", 2004), mismatch),
            ("zoe:2003", with_id("eve", 2003), own),
            // Beyond what a double can tell apart.
            ("zoe:9007199254740993", with_id("zoe", 9_007_199_254_740_993), "allowed"),
            ("zoe:9007199254740993", with_id("zoe", 9_007_199_254_740_992), mismatch),
            ("ACME-Release[BOT]", account("acme-release[bot]"), "allowed"),
            // `[bot]` is part of the login and nothing else.
            ("acme-release[bot]", account("acme-release[bot]"), "allowed"),
            ("acme-release", account("acme-release[bot]"), own),
            ("acme-release[bot]", account("acme-release"), own),
            ("acme-release[bot]:3003", account("acme-release[bot]"), "allowed"),
            ("acme-release[bot]:3003", with_id("acme-release[bot]", 3004), mismatch),
            // Known bots have their ids on github.com.
            ("github-actions[bot]", account("github-actions[bot]"), "allowed"),
            ("GitHub-Actions[bot]", account("github-actions[bot]"), "allowed"),
            ("github-actions[bot]", with_id("github-actions[bot]", 41_898_283), mismatch),
            ("dependabot[bot]", account("dependabot[bot]"), "allowed"),
            ("dependabot[bot]", with_id("dependabot[bot]", 1), mismatch),
            ("renovate[bot]", account("renovate[bot]"), "allowed"),
            ("renovate[bot]", with_id("renovate[bot]", 29_139_615), mismatch),
        ] {
            let decided = part.played_by(&who, entry).expect_in((part, entry, &who), code);
            let needs_attempt =
                part == IdentityKind::TriggeringActor && (code == mismatch || entry.contains(':') || known(entry));
            let asks = usize::from(needs_attempt && code != own);
            assert_eq!(about_identities(&decided), asks, "{part:?} {entry} {who}: {}", decided.trace());
            if code != "allowed" {
                assert!(!decided.requests().contains(&PULL_7), "{part:?} {entry}");
            }
        }
    }
}

fn known(entry: &str) -> bool {
    ["github-actions[bot]", "dependabot[bot]", "renovate[bot]"].contains(&entry.to_lowercase().as_str())
}

#[test]
fn another_server_has_other_ids_for_the_same_bots() {
    for part in PARTS {
        let bot = with_id("github-actions[bot]", 17);
        let scenario = part.played_by(&bot, "github-actions[bot]").on_enterprise_server();
        let decided = scenario.expect_in(part, "allowed");
        assert_eq!(about_identities(&decided), 0, "{part:?}");
        part.played_by(&bot, "github-actions[bot]:41898282")
            .on_enterprise_server()
            .expect_in(part, "actor.identity_mismatch");
    }
}

#[test]
fn a_bot_is_of_type_bot_wherever_the_event_tells() {
    for part in PARTS.into_iter().filter(|part| part.has_type()) {
        for kind in [json!("User"), json!("bot"), json!("Organization"), json!(""), json!(null), json!(7)] {
            let who = set(account("acme-release[bot]"), "type", kind.clone());
            part.played_by(&who, "acme-release[bot]").expect_in((part, kind), "actor.identity_mismatch");
        }
        let who = without(account("acme-release[bot]"), "type");
        part.played_by(&who, "acme-release[bot]").expect_in(part, "actor.identity_mismatch").says(&["type", "`Bot`"]);
        for kind in ["Organization", "Mannequin"] {
            let who = set(account("zoe"), "type", json!(kind));
            part.played_by(&who, "zoe").expect_in((part, kind), "actor.identity_mismatch");
        }
    }
}

#[test]
fn an_id_that_is_not_known_does_not_match() {
    for (name, scenario) in [
        ("actor", IdentityKind::Actor.played_by(&account("zoe"), "zoe:2003").env("GITHUB_ACTOR_ID", "")),
        ("no number", IdentityKind::Actor.played_by(&account("zoe"), "zoe:2003").env("GITHUB_ACTOR_ID", "2003x")),
        ("unset", IdentityKind::Actor.played_by(&account("zoe"), "zoe:2003").no_env("GITHUB_ACTOR_ID")),
        ("sender", IdentityKind::Sender.played_by(&without(account("zoe"), "id"), "zoe:2003")),
        ("a text", IdentityKind::Sender.played_by(&set(account("zoe"), "id", json!("2003")), "zoe:2003")),
        ("a double", IdentityKind::Sender.played_by(&set(account("zoe"), "id", json!(2003.0)), "zoe:2003")),
        ("author", IdentityKind::Author.played_by(&without(account("zoe"), "id"), "zoe:2003")),
    ] {
        scenario.expect_in(name, "actor.identity_mismatch").says(&["2003"]);
    }
}

#[test]
fn one_entry_that_matches_is_enough() {
    for (entries, code) in [
        ("zoe:1, zoe", "allowed"),
        ("zoe:1, zoe:2003", "allowed"),
        ("zoe:2003, zoe:1", "allowed"),
        ("zoe:1, zoe:2", "actor.identity_mismatch"),
        ("hubot, zoe", "allowed"),
        ("hubot, mona", "actor.not_allowed"),
    ] {
        let rule = format!("types: [chart-pr-created]\nactors: [{entries}]\npayload: {{pr: pull-request}}");
        Scenario::dispatch_by("zoe").policy(&policy("repository_dispatch", &rule)).expect_in(entries, code);
    }
}

#[test]
fn nobody_is_no_match() {
    for who in [json!(null), json!("zoe"), json!({}), json!([]), json!({ "login": null }), json!({ "login": "" })] {
        let event = github::dispatch("mona", "chart-pr-created", json!({ "pr": 7 }));
        let rule = "types: [chart-pr-created]\nactors: [mona]\npayload: {pr: pull-request}";
        let by_mona = Scenario::dispatch_by("mona").policy(&policy("repository_dispatch", rule));
        by_mona
            .clone()
            .event(&set(event, "sender", who.clone()))
            .expect_in(&who, "actor.sender_not_allowed")
            .requested(&[]);
        let event = github::pull_request_event("mona", "opened", set(pull(), "user", who.clone()));
        let rule = policy("pull_request", "actors: [mona]");
        Scenario::pull_request().policy(&rule).event(&event).expect_in(&who, "actor.confused_deputy");
    }
    let by_zoe = IdentityKind::Actor.played_by(&account("zoe"), "zoe");
    by_zoe.clone().env("GITHUB_ACTOR", "").expect("actor.not_allowed").requested(&[]);
    by_zoe.no_env("GITHUB_ACTOR").expect("actor.not_allowed").requested(&[]);
}

/// `LookupResults` of the two endpoints that tell whether `zoe` is a member, and what follows for her.
fn team_answers(own: &'static str) -> Vec<(&'static str, Reply, Option<Reply>, &'static str)> {
    let seen = || Some(Reply::json(200, &json!({ "slug": "release", "name": "Release" })));
    let missing = || Reply::refusal(404, "Not Found");
    vec![
        ("active", membership("active"), None, "allowed"),
        ("pending", membership("pending"), None, own),
        ("no member", missing(), seen(), own),
        ("team of another case", missing(), Some(Reply::json(200, &json!({ "slug": "Release" }))), own),
        ("team not seen", missing(), Some(missing()), "actor.unverified"),
        ("team forbidden", missing(), Some(Reply::refusal(403, "Resource not accessible")), "actor.unverified"),
        ("forbidden", Reply::refusal(403, "Resource not accessible by integration"), None, "actor.unverified"),
        ("another team", missing(), Some(Reply::json(200, &json!({ "slug": "other" }))), "api.invalid_response"),
        ("no state", Reply::json(200, &json!({})), None, "api.invalid_response"),
        ("odd state", membership("ACTIVE"), None, "api.invalid_response"),
        ("no object", Reply::json(200, &json!([])), None, "api.invalid_response"),
        ("down", Reply::refusal(502, "Bad Gateway"), None, "api.unavailable"),
        (
            "limited",
            Reply::refusal(403, "API rate limit exceeded").header("x-ratelimit-remaining", "0"),
            None,
            "api.rate_limited",
        ),
        ("token gone", Reply::refusal(401, "Bad credentials"), None, "api.unauthorized"),
    ]
}

#[test]
fn teams_for_every_identity() {
    for part in PARTS {
        for (name, membership, team, code) in team_answers(part.code()) {
            let mut scenario = part.played_by(&account("zoe"), "@acme/release").route(MEMBERSHIP, membership);
            if let Some(team) = team {
                scenario = scenario.route(TEAM, team);
            }
            let decided = scenario.expect_in((part, name), code);
            if code == "actor.unverified" {
                decided.says(&["@acme/release", "members: read", "GitHub App"]);
            }
        }
    }
}

#[test]
fn a_team_is_of_the_organization_that_the_entry_names() {
    let scenario = IdentityKind::Actor.played_by(&account("zoe"), "@other/release");
    let route = "GET /orgs/other/teams/release/memberships/zoe";
    scenario.route(route, membership("active")).expect("allowed").requested(&[route, PULL_7]);
}

/// What the two endpoints say about `zoe` as a member of an organization, and what follows for her.
fn organization_answers(own: &'static str) -> Vec<(&'static str, Reply, Option<Reply>, &'static str)> {
    let missing = || Reply::refusal(404, "Not Found");
    let redirect = || Reply::text(302, "").header("location", "https://api.github.com/orgs/acme/public_members/zoe");
    vec![
        ("member", Reply::text(204, ""), None, "allowed"),
        ("no member", missing(), None, own),
        ("public member", redirect(), Some(Reply::text(204, "")), "allowed"),
        ("no public member", redirect(), Some(missing()), "actor.unverified"),
        ("forbidden", Reply::refusal(403, "Resource not accessible by integration"), None, "actor.unverified"),
        (
            "public members forbidden",
            redirect(),
            Some(Reply::refusal(403, "Resource not accessible")),
            "actor.unverified",
        ),
        ("another status", Reply::json(200, &json!({})), None, "api.invalid_response"),
        ("another status of public members", redirect(), Some(Reply::text(200, "{}")), "api.invalid_response"),
        ("down", Reply::refusal(502, "Bad Gateway"), None, "api.unavailable"),
    ]
}

#[test]
fn organizations_for_every_identity() {
    for part in PARTS {
        for (name, members, public_members, code) in organization_answers(part.code()) {
            let mut scenario = part.played_by(&account("zoe"), "@acme").route("GET /orgs/acme/members/zoe", members);
            if let Some(public_members) = public_members {
                scenario = scenario.route("GET /orgs/acme/public_members/zoe", public_members);
            }
            let decided = scenario.expect_in((part, name), code);
            if code == "actor.unverified" {
                decided.says(&["@acme", "members: read", "GitHub App"]);
            }
        }
    }
}

/// `LookupResults` of the endpoint that tells the role of `zoe`, and the least role that they reach.
#[test]
fn roles_for_every_identity() {
    let roles = ["read", "triage", "write", "maintain", "admin"];
    for part in PARTS {
        // What GitHub gives as `permission` beside each role.
        for (held, coarse) in [(0, "read"), (1, "read"), (2, "write"), (3, "write"), (4, "admin")] {
            for (least, wanted) in roles.iter().enumerate() {
                let code = if held >= least { "allowed" } else { part.code() };
                let scenario = part.played_by(&account("zoe"), &format!("role:{wanted}"));
                scenario
                    .route(PERMISSION, permission(coarse, roles[held]))
                    .expect_in((part, roles[held], wanted), code);
            }
        }
        for (name, reply, wanted, code) in [
            ("custom on write", permission("write", "release-manager"), "write", "allowed"),
            ("custom on write", permission("write", "release-manager"), "maintain", part.code()),
            ("custom on read", permission("read", "auditor"), "triage", part.code()),
            ("custom without a base", permission("auditor", "auditor"), "read", part.code()),
            ("none", permission("none", "none"), "read", part.code()),
            ("none", permission("none", ""), "read", part.code()),
            ("no role name", Reply::json(200, &json!({ "permission": "admin" })), "admin", "allowed"),
            ("in capitals", permission("ADMIN", "ADMIN"), "read", part.code()),
            // A custom role may have the name of a stronger one.
            ("custom admin on read", permission("read", "admin"), "triage", part.code()),
            ("custom maintain on read", permission("read", "maintain"), "write", part.code()),
            ("custom read on nothing", permission("none", "read"), "read", part.code()),
            ("no permission", Reply::json(200, &json!({ "user": account("zoe") })), "read", "api.invalid_response"),
            (
                "somebody else's",
                Reply::json(200, &json!({ "permission": "admin", "role_name": "admin", "user": account("eve") })),
                "read",
                "api.invalid_response",
            ),
            ("no user", Reply::refusal(404, "zoe is not a user"), "read", part.code()),
            ("not seen", Reply::refusal(404, "Not Found"), "read", "actor.unverified"),
            ("forbidden", Reply::refusal(403, "Must have push access"), "read", "actor.unverified"),
            ("down", Reply::refusal(500, "Oops"), "read", "api.unavailable"),
            ("no JSON", Reply::text(200, "<html>"), "read", "api.invalid_response"),
        ] {
            let scenario = part.played_by(&account("zoe"), &format!("role:{wanted}")).route(PERMISSION, reply);
            let decided = scenario.expect_in((part, name, wanted), code);
            if code == "actor.unverified" {
                decided.says(&["`zoe`", "role"]);
            }
        }
    }
}

#[test]
fn everybody_can_read_a_public_repository() {
    let event = github::dispatch("zoe", "chart-pr-created", json!({ "pr": 7 }));
    for (private, wanted, code) in [
        (true, "read", "allowed"),
        (false, "read", "actor.not_allowed"),
        (false, "triage", "actor.not_allowed"),
        (true, "triage", "actor.not_allowed"),
    ] {
        let scenario = IdentityKind::Actor.played_by(&account("zoe"), &format!("role:{wanted}"));
        scenario
            .event(&set(event.clone(), "repository.private", json!(private)))
            .route(PERMISSION, permission("read", "read"))
            .expect_in((private, wanted), code);
    }
}

#[test]
fn logins_are_one_segment_of_a_path() {
    let bot = account("acme-release[bot]");
    let route = "GET /repos/acme/charts/collaborators/acme-release%5Bbot%5D/permission";
    let reply = Reply::json(200, &json!({ "permission": "write", "role_name": "write" }));
    IdentityKind::Actor.played_by(&bot, "role:write").route(route, reply).expect("allowed").requested(&[route, PULL_7]);
    let hostile = account("../../../user");
    let route = "GET /repos/acme/charts/collaborators/..%2F..%2F..%2Fuser/permission";
    let refusal = Reply::refusal(404, "Not Found");
    IdentityKind::Actor.played_by(&hostile, "role:write").route(route, refusal).expect("actor.unverified");
}

#[test]
fn the_attempt_tells_the_triggering_actors_id_only_where_it_is_needed() {
    let hubot = account("hubot");
    let rerun = |entry: &str| IdentityKind::TriggeringActor.played_by(&hubot, entry);
    rerun("hubot").expect("allowed").requested(&[PULL_7]);
    rerun("hubot:2002").expect("allowed").requested(&[ATTEMPT, PULL_7]);
    rerun("zoe:2003").expect("actor.rerun_not_allowed").requested(&[]);
    // An entry that matches without a call makes the call needless.
    let rule = "types: [chart-pr-created]\nactors: [mona, 'hubot:2002', hubot]\npayload: {pr: pull-request}";
    rerun("").policy(&policy("repository_dispatch", rule)).expect("allowed").requested(&[PULL_7]);

    let pinned = rerun("hubot:2002");
    for (name, reply, code) in [
        (
            "another id",
            Reply::json(200, &json!({ "triggering_actor": with_id("hubot", 13) })),
            "actor.identity_mismatch",
        ),
        ("another login", Reply::json(200, &json!({ "triggering_actor": with_id("eve", 2002) })), "actor.unverified"),
        ("no id", Reply::json(200, &json!({ "triggering_actor": { "login": "hubot" } })), "api.invalid_response"),
        ("nobody", Reply::json(200, &json!({ "triggering_actor": null })), "api.invalid_response"),
        ("forbidden", Reply::refusal(403, "Resource not accessible by integration"), "actor.unverified"),
        ("not seen", Reply::refusal(404, "Not Found"), "actor.unverified"),
        ("down", Reply::refusal(503, "Unavailable"), "api.unavailable"),
    ] {
        let decided = pinned.clone().route(ATTEMPT, reply).expect_in(name, code);
        if code == "actor.unverified" && name != "another login" {
            decided.says(&["actions: read"]);
        }
    }
}

#[test]
fn another_entry_can_match_where_one_cannot_be_looked_up() {
    let forbidden = || Reply::refusal(403, "Resource not accessible by integration");
    let rule = "types: [chart-pr-created]\nactors: [mona, '@acme/release', 'role:write']\npayload: {pr: pull-request}";
    let scenario = IdentityKind::Actor.played_by(&account("zoe"), "").policy(&policy("repository_dispatch", rule));
    scenario.clone().route(MEMBERSHIP, forbidden()).route(PERMISSION, permission("write", "write")).expect("allowed");
    scenario
        .clone()
        .route(MEMBERSHIP, forbidden())
        .route(PERMISSION, permission("read", "read"))
        .expect("actor.unverified");
    scenario.route(MEMBERSHIP, membership("active")).route(PERMISSION, forbidden()).expect("allowed");
}

#[test]
fn lookups_go_out_side_by_side_and_each_at_most_once() {
    let rule = "types: [chart-pr-created]\nactors: ['@acme/release', '@acme/ops', 'role:admin', '@ACME/release']\n\
                payload: {pr: pull-request}";
    let ops = "GET /orgs/acme/teams/ops/memberships/zoe";
    let slow = |reply: Reply| reply.after(1000);
    let decided = Scenario::dispatch_by("zoe")
        .policy(&policy("repository_dispatch", rule))
        .route(MEMBERSHIP, slow(membership("pending")))
        .route("GET /orgs/ACME/teams/release/memberships/zoe", slow(membership("pending")))
        .route(ops, slow(membership("active")))
        .route(PERMISSION, slow(permission("read", "read")))
        .expect("allowed");
    // The sender is the actor: nothing is asked twice for both.
    let first: Vec<&str> = decided.made.iter().filter(|made| made.at_ms == 0).map(|made| made.route.as_str()).collect();
    assert_eq!(first.len(), decided.made.len() - 1, "{:?}", decided.requests());
    let mut distinct = first.clone();
    distinct.sort_unstable();
    distinct.dedup();
    assert_eq!(distinct.len(), first.len());
    assert_eq!(decided.elapsed_ms, 1020);
}

#[test]
fn different_people_are_asked_about_side_by_side() {
    let event = github::dispatch("hubot", "chart-pr-created", json!({ "pr": 7 }));
    let rule = "types: [chart-pr-created]\nactors: ['@acme/release', 'hubot:1', 'mona:1']\npayload: {pr: pull-request}";
    let member = |login: &str| format!("GET /orgs/acme/teams/release/memberships/{login}");
    let decided = Scenario::dispatch_by("zoe")
        .policy(&policy("repository_dispatch", rule))
        .event(&event)
        .rerun_by("mona")
        .route(&member("zoe"), membership("active").after(1000))
        .route(&member("hubot"), membership("active").after(1000))
        .route(&member("mona"), membership("active").after(1000))
        .route(ATTEMPT, Reply::json(200, &json!({ "triggering_actor": account("mona") })).after(1000))
        .expect("allowed");
    assert_eq!(decided.made.len(), 5);
    assert_eq!(decided.elapsed_ms, 1020);
}

#[test]
fn the_first_identity_that_fails_gives_the_code() {
    let eve = || account("eve");
    let event = |sender: Value, author: Value| {
        let body = github::pull_request_event("mona", "synchronize", set(pull(), "user", author));
        set(body, "sender", sender)
    };
    let scenario = |actor: &str, sender: Value, triggering: &str, author: Value| {
        Scenario::pull_request()
            .policy(&policy("pull_request", "actors: [mona]"))
            .event(&event(sender, author))
            .env("GITHUB_ACTOR", actor)
            .rerun_by(triggering)
    };
    let mona = || account("mona");
    scenario("mona", mona(), "mona", mona()).expect("allowed").requested(&[]);
    scenario("eve", eve(), "zoe", eve()).expect("actor.not_allowed").says(&["actor is `eve`"]);
    scenario("mona", eve(), "zoe", eve()).expect("actor.sender_not_allowed").says(&["sender is `eve`"]);
    scenario("mona", mona(), "zoe", eve()).expect("actor.rerun_not_allowed").says(&["`zoe`"]);
    scenario("mona", mona(), "mona", eve()).expect("actor.confused_deputy").says(&["`eve`", "pull-request.authors"]);
}

#[test]
fn the_first_identity_that_fails_gives_the_code_also_after_lookups() {
    let member = |login: &str| format!("GET /orgs/acme/teams/release/memberships/{login}");
    let event = github::dispatch("hubot", "chart-pr-created", json!({ "pr": 7 }));
    let rule = "types: [chart-pr-created]\nactors: ['@acme/release']\npayload: {pr: pull-request}";
    let scenario = Scenario::dispatch_by("zoe").policy(&policy("repository_dispatch", rule)).event(&event);
    let with = |zoe: &str, hubot: &str| {
        scenario.clone().route(&member("zoe"), membership(zoe)).route(&member("hubot"), membership(hubot))
    };
    with("active", "active").expect("allowed");
    with("pending", "pending").expect("actor.not_allowed");
    with("active", "pending").expect("actor.sender_not_allowed");
}

#[test]
fn an_empty_triggering_actor_is_the_actor_on_the_first_attempt_only() {
    let scenario = Scenario::dispatch().env("GITHUB_TRIGGERING_ACTOR", "");
    let decided = scenario.expect("allowed");
    assert_eq!(decided.output("triggering-actor"), "github-actions[bot]");
    scenario
        .clone()
        .env("GITHUB_RUN_ATTEMPT", "2")
        .expect("actor.unverified")
        .says(&["GITHUB_TRIGGERING_ACTOR"])
        .requested(&[]);
}

#[test]
fn a_rerun_by_the_actor_needs_nothing() {
    for login in ["github-actions[bot]", "GitHub-Actions[BOT]"] {
        Scenario::dispatch().rerun_by(login).expect_in(login, "allowed").requested(&[PULL_7]);
    }
}

#[test]
fn a_triggering_actor_counts_on_the_first_attempt_too() {
    let scenario = Scenario::dispatch().env("GITHUB_TRIGGERING_ACTOR", "eve");
    scenario.expect("actor.rerun_not_allowed").says(&["`eve`", "re-run"]).requested(&[]);
}

#[test]
fn authors_are_judged_where_a_rule_names_them() {
    let with = |rule: &str, author: &str| {
        let event = github::pull_request_event("dependabot[bot]", "synchronize", set(pull(), "user", account(author)));
        Scenario::new("pull_request", "dependabot[bot]", &event).policy(&policy("pull_request", rule))
    };
    let bots = "actors: ['dependabot[bot]']";
    with(bots, "dependabot[bot]").expect("allowed");
    // The attack: a bot that is listed pushes to a pull request of somebody who is not.
    with(bots, "eve").expect("actor.confused_deputy");
    let either = format!("{bots}\npull-request: {{authors: [eve]}}");
    with(&either, "eve").expect("allowed");
    with(&either, "dependabot[bot]").expect("pull_request.author_not_allowed").says(&["`dependabot[bot]`", "`eve`"]);
    with("pull-request: {authors: [eve]}", "eve").expect("allowed");
    with("pull-request: {authors: ['eve:667']}", "eve").expect("pull_request.author_not_allowed").says(&["667"]);
    with("types: [synchronize]", "eve").expect("allowed");
    let open = format!("{bots}\npull-request: {{drafts: allow}}");
    with(&open, "eve").expect("actor.confused_deputy");
}

#[test]
fn authors_of_a_dispatched_pull_request_are_those_of_the_live_one() {
    let by = |author: &str, authors: &str| {
        let rule = crate::support::scenario::dispatch_rule(&format!("pull-request: {{authors: ['{authors}']}}"));
        Scenario::dispatch().policy(&rule).pull(&set(pull(), "user", account(author)))
    };
    by("mona", "mona").expect("allowed");
    by("eve", "mona").expect("pull_request.author_not_allowed");
    by("eve", "github-actions[bot]").expect("pull_request.author_not_allowed");
    let route = "GET /orgs/acme/teams/release/memberships/eve";
    by("eve", "@acme/release").route(route, membership("active")).expect("allowed").requested(&[PULL_7, route]);
    by("eve", "@acme/release").route(route, membership("pending")).expect("pull_request.author_not_allowed");
    by("eve", "@acme/release").route(route, Reply::refusal(403, "No")).expect("actor.unverified");
    let gone = Scenario::dispatch()
        .policy(&crate::support::scenario::dispatch_rule("pull-request: {authors: [mona]}"))
        .pull(&set(pull(), "user", json!(null)));
    gone.expect("pull_request.author_not_allowed");
}

#[test]
fn the_payload_never_says_who_somebody_is() {
    let payload = json!({ "pr": 7, "actor": "github-actions[bot]", "sender": account("github-actions[bot]") });
    let event = github::dispatch("eve", "chart-pr-created", payload);
    let rule = crate::support::scenario::dispatch_rule("unknown-fields: drop");
    Scenario::dispatch_by("eve").policy(&rule).event(&event).expect("actor.not_allowed").requested(&[]);
}

#[test]
fn other_events_are_judged_by_actor_and_sender() {
    let inputs = json!({ "pr": "7" });
    let event = github::workflow_dispatch("zoe", inputs);
    let rule = policy("workflow_dispatch", "actors: [zoe]\npayload: {pr: pull-request}");
    let scenario = Scenario::new("workflow_dispatch", "zoe", &event).policy(&rule).pull(&pull());
    scenario.expect("allowed");
    scenario.clone().env("GITHUB_ACTOR", "eve").expect("actor.not_allowed");

    let event = github::comment_event("zoe", true);
    let rule = policy("issue_comment", "actors: [zoe]\npull-request: {base: [main]}");
    let scenario = Scenario::new("issue_comment", "zoe", &event).policy(&rule).pull(&pull()).pushed_before_comments();
    scenario.expect("allowed");
    scenario.clone().env("GITHUB_ACTOR", "eve").expect("actor.not_allowed").requested(&[]);

    let event = github::review_event("zoe", "submitted", pull());
    let rule = policy("pull_request_review", "actors: [zoe]");
    let scenario = Scenario::new("pull_request_review", "zoe", &event).policy(&rule).pull(&pull());
    scenario.expect("allowed");
}

#[test]
fn the_record_names_everyone_with_the_entry_that_matched() {
    let decided = Scenario::dispatch().expect("allowed");
    let identities = &decided.result()["identities"];
    assert_eq!(
        *identities,
        json!([
            { "kind": "actor", "login": "github-actions[bot]", "id": 41_898_282, "type": "", "matched_entry": "github-actions[bot]" },
            { "kind": "sender", "login": "github-actions[bot]", "id": 41_898_282, "type": "Bot", "matched_entry": "github-actions[bot]" },
        ])
    );
    let decided = IdentityKind::TriggeringActor.played_by(&account("hubot"), "hubot:2002").expect("allowed");
    let rerun = &decided.result()["identities"][2];
    let expected = json!({ "kind": "triggering_actor", "login": "hubot", "id": 2002, "type": "User", "matched_entry": "hubot:2002" });
    assert_eq!(*rerun, expected);
    let denied = Scenario::dispatch_by("eve").expect("actor.not_allowed");
    assert_eq!(denied.result()["identities"][0]["matched_entry"], Value::Null);
}

#[test]
fn a_bot_is_known_by_its_login() {
    for part in [IdentityKind::Sender, IdentityKind::Author] {
        let bot = |login: &str| set(account(login), "type", json!("Bot"));
        part.played_by(&bot("zoe"), "zoe").expect_in(part, "actor.identity_mismatch").says(&["its type is `Bot`"]);
        // GitHub's own agent has no `[bot]`.
        let id = account("Copilot")["id"].to_string();
        part.played_by(&bot("Copilot"), &format!("copilot:{id}")).expect_in(part, "allowed");
    }
}

#[test]
fn the_record_names_the_actor_whatever_fails() {
    for (scenario, code) in [
        (Scenario::dispatch().no_input("policy"), "config.policy_missing"),
        (Scenario::dispatch().policy("version: 2"), "config.policy_invalid"),
        (Scenario::dispatch().input("allowed-actor", "x"), "config.invalid_input"),
        (Scenario::dispatch().event_bytes(b"{"), "event.malformed"),
        (Scenario::dispatch().policy(&policy("push", "")), "event.not_allowed"),
    ] {
        let decided = scenario.rerun_by("zoe").expect(code);
        let outputs = ["actor", "actor-id", "triggering-actor"].map(|name| decided.output(name).to_owned());
        assert_eq!(outputs, ["github-actions[bot]", "41898282", "zoe"], "{code}");
    }
}
