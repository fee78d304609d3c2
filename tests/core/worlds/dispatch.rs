//! Dispatches under a policy with several rules: which repository, which rule, who by membership, and a nested payload.

use serde_json::{Value, json};

use super::{Digits, SmallWorld, check};
use crate::support::github::{self, PULL_7, pull};
use crate::support::{Reply, Scenario, set};

/// What GitHub says about the actor as a member of `@acme`.
#[derive(Clone, Copy, PartialEq)]
enum Membership {
    Yes,
    No,
    Public,
    NotPublic,
    Refused,
}

struct World {
    // The event.
    kind: &'static str,
    actor: &'static str,
    number: Number,
    has_more: bool,
    // GitHub.
    membership: Membership,
    base: &'static str,
    // The policy.
    repositories: Option<&'static str>,
    first_by_members: bool,
    second_drops_unknown: bool,
    second_has_base: bool,
}

/// The nested number of the pull request.
#[derive(Clone, Copy, PartialEq)]
enum Number {
    Integer,
    Text,
    Wrong,
    Missing,
}

impl SmallWorld for World {
    fn read(digits: &mut Digits) -> Self {
        Self {
            kind: digits.pick(&["first", "second", "third"]),
            actor: digits.pick(&["mona", "zoe"]),
            number: digits.pick(&[Number::Integer, Number::Text, Number::Wrong, Number::Missing]),
            has_more: digits.pick(&[false, true]),
            membership: digits.pick(&[
                Membership::Yes,
                Membership::No,
                Membership::Public,
                Membership::NotPublic,
                Membership::Refused,
            ]),
            base: digits.pick(&["main", "dev"]),
            repositories: digits.pick(&[None, Some("ACME/charts"), Some("acme/other")]),
            first_by_members: digits.pick(&[false, true]),
            second_drops_unknown: digits.pick(&[true, false]),
            second_has_base: digits.pick(&[false, true]),
        }
    }

    fn expected(&self) -> &'static str {
        let is_second = self.kind == "second";
        // The first rule lists mona, or the members; the second one both.
        let lists_mona = is_second || !self.first_by_members;
        let lists_members = is_second || self.first_by_members;
        let is_mona = lists_mona && self.actor == "mona";
        let is_member = matches!(self.membership, Membership::Yes | Membership::Public);
        let is_unknown = matches!(self.membership, Membership::NotPublic | Membership::Refused);
        let drops = is_second && self.second_drops_unknown;
        [
            (self.repositories == Some("acme/other"), "event.repository_not_allowed"),
            (self.kind == "third", "event.type_not_allowed"),
            (!is_mona && lists_members && is_unknown, "actor.unverified"),
            (!(is_mona || lists_members && is_member), "actor.not_allowed"),
            (self.number == Number::Missing, "payload.missing_field"),
            (self.number == Number::Wrong, "payload.invalid_field"),
            (self.has_more && !drops, "payload.unknown_field"),
            (is_second && self.second_has_base && self.base != "main", "pull_request.base_not_allowed"),
        ]
        .iter()
        .find(|(violated, _)| *violated)
        .map_or("allowed", |(_, code)| code)
    }

    fn scenario(&self) -> Scenario {
        let number = match self.number {
            Number::Integer => json!({ "number": 7 }),
            Number::Text => json!({ "number": "7" }),
            Number::Wrong => json!({ "number": "07" }),
            Number::Missing => json!({}),
        };
        // Beside the number GitHub's whole object may come: its top-level key counts as declared.
        let mut payload = json!({ "pull_request": set(number, "title", json!("any")) });
        if self.has_more {
            payload = set(payload, "more", json!(1));
        }
        let event = github::dispatch(self.actor, self.kind, payload);
        let member = format!("GET /orgs/acme/members/{}", self.actor);
        let public = format!("GET /orgs/acme/public_members/{}", self.actor);
        let redirect = Reply::text(302, "").header("location", "https://api.github.com/orgs/acme/public_members/x");
        let (first, second) = match self.membership {
            Membership::Yes => (Reply::text(204, ""), Reply::text(500, "")),
            Membership::No => (Reply::refusal(404, "Not Found"), Reply::text(500, "")),
            Membership::Public => (redirect, Reply::text(204, "")),
            Membership::NotPublic => (redirect, Reply::refusal(404, "Not Found")),
            Membership::Refused => (Reply::refusal(403, "Resource not accessible"), Reply::text(500, "")),
        };
        Scenario::new("repository_dispatch", self.actor, &event)
            .policy(&self.policy())
            .route(PULL_7, Reply::json(200, &set(pull(), "base.ref", Value::from(self.base))))
            .route(&member, first)
            .route(&public, second)
    }

    fn stricter(&self) -> Vec<Self> {
        vec![
            Self { repositories: Some("acme/other"), ..*self },
            Self { second_drops_unknown: false, ..*self },
            Self { second_has_base: true, ..*self },
        ]
    }
}

impl World {
    fn policy(&self) -> String {
        let repositories = self.repositories.map_or(String::new(), |name| format!("repositories: [{name}]\n"));
        let first = if self.first_by_members { "'@acme'" } else { "mona" };
        let unknown = if self.second_drops_unknown { "drop" } else { "deny" };
        let base = if self.second_has_base { "{base: [main]}" } else { "{}" };
        let payload = "payload: {pr: {type: pull-request, path: pull_request.number}}";
        format!(
            "version: 1\n{repositories}events:\n  repository_dispatch:\n\
             \x20   - {{name: a, types: [first], actors: [{first}], {payload}}}\n\
             \x20   - {{name: b, types: [second], actors: [mona, '@acme'], {payload}, unknown-fields: {unknown}, \
             pull-request: {base}}}\n"
        )
    }
}

#[test]
fn every_dispatch_is_judged_as_the_contract_says() {
    check::<World>(&[
        "actor.not_allowed",
        "actor.unverified",
        "allowed",
        "event.repository_not_allowed",
        "event.type_not_allowed",
        "payload.invalid_field",
        "payload.missing_field",
        "payload.unknown_field",
        "pull_request.base_not_allowed",
    ]);
}
