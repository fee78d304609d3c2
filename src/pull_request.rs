//! The facts of a pull request, and the rules that they are held against.

use serde::Serialize;

use crate::decision::{Code, Decision, Step, Stop};
use crate::github::{Failure, Github, Refusal, repository_path};
use crate::json::Json;
use crate::policy::field::is_commit_id;
use crate::policy::pattern::Pattern;
use crate::policy::{PullRequestRule, StateRule};
use crate::text::{quote, quote_list};

/// An account as GitHub describes it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Account {
    /// The login.
    pub login: String,
    /// The numeric id; nothing where GitHub gave none.
    pub id: Option<u64>,
    /// `User`, `Bot`, `Organization` or another; empty where GitHub gave none.
    #[serde(rename = "type")]
    pub kind: String,
}

impl Account {
    /// An account from GitHub's JSON; nothing where there is no login.
    pub fn read(json: &Json) -> Option<Self> {
        Some(Self {
            login: json.at("login").as_str()?.to_owned(),
            id: json.at("id").as_u64(),
            kind: json.at("type").as_str().unwrap_or_default().to_owned(),
        })
    }
}

/// What is known of a pull request. Its title and body are never read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[allow(clippy::struct_excessive_bools)] // They are GitHub's.
pub struct PullRequest {
    /// Its number in the base repository.
    pub number: u64,
    /// Who opened it; nothing where the account is gone.
    pub author: Option<Account>,
    /// `open`, `closed` or `merged`.
    pub state: String,
    /// Whether it is a draft.
    pub draft: bool,
    /// Whether GitHub's data say so or not; servers of old do not.
    #[serde(skip)]
    pub draft_told: bool,
    /// Whether it is merged.
    pub merged: bool,
    /// Whether its head is in another repository than its base, or in one that is gone.
    pub fork: bool,
    /// The head branch, without `refs/heads/`.
    pub head_ref: String,
    /// The head commit.
    pub head_sha: String,
    /// `owner/name` of the head repository; empty where it is gone.
    pub head_repository: String,
    /// The head repository's id; nothing where it is gone.
    pub head_repository_id: Option<u64>,
    /// The base branch, without `refs/heads/`.
    pub base_ref: String,
    /// The base commit.
    pub base_sha: String,
    /// The base repository's id.
    pub base_repository_id: u64,
    /// The commit that merged it; empty unless it is merged.
    pub merge_commit_sha: String,
    /// The names of its labels.
    pub labels: Vec<String>,
}

impl PullRequest {
    /// Reads a pull request as the REST API and the events have it. What is not needed is not looked at.
    ///
    /// # Errors
    /// The path of the first field that is missing or of the wrong kind.
    pub fn read(json: &Json) -> Result<Self, String> {
        let text = |path: &str| json.at(path).as_str().map(str::to_owned).ok_or_else(|| path.to_owned());
        let commit =
            |path: &str| text(path).and_then(|id| if is_commit_id(&id) { Ok(id) } else { Err(path.to_owned()) });
        let id = |path: &str| json.at(path).as_u64().ok_or_else(|| path.to_owned());
        // Review events carry a pull request without `merged`, but with `merged_at`.
        let merged = match (json.at("merged"), json.at("merged_at")) {
            (Json::Bool(merged), _) => *merged,
            (Json::Null, Json::String(_)) => true,
            (Json::Null, Json::Null) if json.as_object().is_some_and(|pr| pr.get("merged_at").is_some()) => false,
            _ => return Err("merged".to_owned()),
        };
        let state = match (text("state")?.as_str(), merged) {
            ("open", false) => "open",
            ("closed", false) => "closed",
            ("closed", true) => "merged",
            _ => return Err("state".to_owned()),
        };
        let draft = match json.at("draft") {
            Json::Bool(draft) => Some(*draft),
            Json::Null => None,
            _ => return Err("draft".to_owned()),
        };
        let base_repository_id = id("base.repo.id")?;
        let head_repository_id = match json.at("head.repo") {
            Json::Null => None,
            _ => Some(id("head.repo.id")?),
        };
        let labels = json.at("labels").as_array().ok_or("labels")?;
        let labels = labels.iter().map(|label| label.at("name").as_str().map(str::to_owned));
        Ok(Self {
            number: id("number")?,
            author: Account::read(json.at("user")),
            state: state.to_owned(),
            draft: draft.unwrap_or(false),
            draft_told: draft.is_some(),
            merged,
            // Nothing but the ids says so: names can be reused, and `fork` is about the repository's own origin.
            fork: head_repository_id != Some(base_repository_id),
            head_ref: text("head.ref")?,
            head_sha: commit("head.sha")?,
            head_repository: json.at("head.repo.full_name").as_str().unwrap_or_default().to_owned(),
            head_repository_id,
            base_ref: text("base.ref")?,
            base_sha: commit("base.sha")?,
            base_repository_id,
            merge_commit_sha: if merged { text("merge_commit_sha").unwrap_or_default() } else { String::new() },
            labels: labels.collect::<Option<_>>().ok_or("labels")?,
        })
    }

    /// Reads the live pull request of a repository (`owner/name`). `named` ends the clause that says there is none.
    ///
    /// # Errors
    /// `pull_request.not_found`, or `api.*`.
    pub async fn fetch(github: &Github<'_>, repository: &str, number: u64, named: &str) -> Result<Self, Stop> {
        let path = format!("{}/pulls/{number}", repository_path(repository));
        let json = github.get(&path).await.map_err(|failure| match failure {
            Failure::Refused(Refusal { status: 404 | 410, .. }) => Stop::new(
                Code::PullRequestNotFound,
                format!("there is no pull request #{number}{named} in {}", quote(repository)),
                "or the token may not see it: it needs `pull-requests: read`",
            ),
            failure => failure.into_stop(&format!("pull request #{number}"), "pull-requests: read"),
        })?;
        let broken =
            |why: String| Stop::new(Code::ApiInvalidResponse, format!("GitHub's answer for `{path}` {why}"), "");
        let pr = Self::read(&json).map_err(|field| broken(format!("lacks a sound `{field}`")))?;
        if pr.number == number { Ok(pr) } else { Err(broken(format!("is pull request #{}", pr.number))) }
    }

    /// The pull request in a word or two for messages.
    pub fn name(&self) -> String {
        format!("pull request #{}", self.number)
    }
}

/// What holds for a rule that says nothing, which depends on the event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Defaults {
    /// The state that it has to be in; any where the rule gives `merged`.
    pub state: StateRule,
    /// Whether forks may pass.
    pub allow_forks: bool,
}

/// Something that the event or the sender said of the pull request, which has to be true of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pin {
    /// Who said it, for messages: `client_payload.head`, `the envelope`, `the event`.
    pub origin: String,
    /// What is pinned.
    pub value: Pinned,
}

/// The parts of a pull request that can be pinned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pinned {
    /// Its number.
    Number(u64),
    /// Its head commit.
    HeadSha(String),
    /// Its base branch.
    BaseRef(String),
    /// Whether it is merged.
    Merged(bool),
}

/// Holds a pull request against repository, pins and rule, in the contract's order, up to the authors, whose check may
/// need the API. See [`judge_labels`] for the rest.
pub fn judge(
    decision: &mut Decision,
    pr: &PullRequest,
    repository_id: u64,
    pins: &[Pin],
    rule: &PullRequestRule,
    defaults: Defaults,
) -> Result<(), Stop> {
    check_repository(pr, repository_id)?;
    decision.pass(Step::PullRequest, "repository", format!("id {}", pr.base_repository_id), "");
    decision.pull_request = Some(pr.clone());
    check_fork(decision, pr, rule.allow_forks.unwrap_or(defaults.allow_forks))?;
    check_pins(decision, pr, pins)?;
    decision.head_verified = true;
    check_branches(decision, pr, rule)?;
    check_state(decision, pr, rule, defaults)?;
    check_draft(decision, pr, rule)
}

/// Whether a pull request is one of the run's own repository.
///
/// # Errors
/// `pull_request.wrong_repository`.
pub fn check_repository(pr: &PullRequest, repository_id: u64) -> Result<(), Stop> {
    if pr.base_repository_id == repository_id {
        return Ok(());
    }
    Err(Stop::new(
        Code::PullRequestWrongRepository,
        format!("{} goes to the repository with id {}", pr.name(), pr.base_repository_id),
        format!("this run is in the repository with id {repository_id}"),
    ))
}

fn check_fork(decision: &mut Decision, pr: &PullRequest, allow_forks: bool) -> Result<(), Stop> {
    if !allow_forks && pr.head_repository_id.is_none() {
        return Err(Stop::new(
            Code::PullRequestHeadGone,
            format!("the head repository of {} is gone", pr.name()),
            "the rule denies forks, and a head without a repository cannot be told from one",
        ));
    }
    if !allow_forks && pr.fork {
        return Err(Stop::new(
            Code::PullRequestFork,
            format!("{} comes from the fork {}", pr.name(), quote(&pr.head_repository)),
            "the rule denies forks",
        ));
    }
    let found = match (&pr.head_repository_id, pr.fork) {
        (None, _) => "the head repository is gone",
        (_, true) => "from a fork",
        (_, false) => "from this repository",
    };
    decision.pass(Step::PullRequest, "fork", found, if allow_forks { "any" } else { "no forks" });
    Ok(())
}

fn check_pins(decision: &mut Decision, pr: &PullRequest, pins: &[Pin]) -> Result<(), Stop> {
    // The head first: `pull_request.head_moved` stands before `pull_request.changed` in the order of checks.
    for Pin { origin, value } in pins {
        if let Pinned::HeadSha(sha) = value
            && *sha != pr.head_sha
        {
            return Err(Stop::new(
                Code::PullRequestHeadMoved,
                format!("the head of {} is now {}", pr.name(), quote(&pr.head_sha)),
                format!("{origin} names {}", quote(sha)),
            ));
        }
    }
    for Pin { origin, value } in pins {
        let (what, is, said) = match value {
            Pinned::Number(number) if *number != pr.number => ("number", pr.number.to_string(), number.to_string()),
            Pinned::BaseRef(base) if *base != pr.base_ref => ("base branch", pr.base_ref.clone(), base.clone()),
            Pinned::Merged(merged) if *merged != pr.merged => {
                let word = |merged| if merged { "merged" } else { "not merged" }.to_owned();
                ("state", word(pr.merged), word(*merged))
            }
            _ => continue,
        };
        return Err(Stop::new(
            Code::PullRequestChanged,
            format!("the {what} of {} is {}", pr.name(), quote(&is)),
            format!("{origin} names {}", quote(&said)),
        ));
    }
    let origins: Vec<&str> = pins.iter().map(|pin| pin.origin.as_str()).collect();
    if origins.is_empty() {
        decision.skip(Step::PullRequest, "pins", "nobody named a commit or base");
    } else {
        let mut distinct = origins;
        distinct.dedup();
        decision.pass(
            Step::PullRequest,
            "pins",
            format!("head {}", pr.head_sha),
            format!("as {} says", distinct.join(", ")),
        );
    }
    Ok(())
}

fn check_branches(decision: &mut Decision, pr: &PullRequest, rule: &PullRequestRule) -> Result<(), Stop> {
    let branches = [
        ("base", Code::PullRequestBaseNotAllowed, &pr.base_ref, &rule.base),
        ("head", Code::PullRequestHeadNotAllowed, &pr.head_ref, &rule.head),
    ];
    for (side, code, branch, patterns) in branches {
        let Some(patterns) = patterns else {
            decision.skip(Step::PullRequest, &format!("{side} branch"), "the rule allows any");
            continue;
        };
        let allowed = quote_list(patterns.as_slice().iter().map(Pattern::as_str), "and");
        if !patterns.matches(branch) {
            return Err(Stop::new(
                code,
                format!("the {side} branch of {} is {}", pr.name(), quote(branch)),
                format!("the rule allows {allowed}"),
            ));
        }
        decision.pass(Step::PullRequest, &format!("{side} branch"), quote(branch), allowed);
    }
    Ok(())
}

fn check_state(
    decision: &mut Decision,
    pr: &PullRequest,
    rule: &PullRequestRule,
    defaults: Defaults,
) -> Result<(), Stop> {
    let wanted = rule.state.unwrap_or(if rule.merged.is_some() { StateRule::Any } else { defaults.state });
    let open = pr.state == "open";
    let (word, holds) = match wanted {
        StateRule::Any => ("any", true),
        StateRule::Open => ("open", open),
        StateRule::Closed => ("closed", !open),
    };
    if !holds {
        return Err(Stop::new(
            Code::PullRequestStateNotAllowed,
            format!("{} is {}", pr.name(), quote(&pr.state)),
            format!("the rule wants it {}", quote(word)),
        ));
    }
    decision.pass(Step::PullRequest, "state", quote(&pr.state), word);
    match rule.merged {
        Some(true) if !pr.merged => Err(Stop::new(
            Code::PullRequestNotMerged,
            format!("{} is {} and not merged", pr.name(), quote(&pr.state)),
            "the rule wants it merged",
        )),
        Some(false) if pr.merged => {
            Err(Stop::new(Code::PullRequestMerged, format!("{} is merged", pr.name()), "the rule wants it not merged"))
        }
        Some(wanted) => {
            decision.pass(Step::PullRequest, "merged", pr.merged.to_string(), wanted.to_string());
            Ok(())
        }
        None => {
            decision.skip(Step::PullRequest, "merged", "the rule does not ask");
            Ok(())
        }
    }
}

fn check_draft(decision: &mut Decision, pr: &PullRequest, rule: &PullRequestRule) -> Result<(), Stop> {
    if rule.allow_drafts == Some(false) {
        if pr.draft || !pr.draft_told {
            let found = if pr.draft { "is a draft" } else { "may be a draft: GitHub's data of it do not say" };
            let found = format!("{} {found}", pr.name());
            return Err(Stop::new(Code::PullRequestDraft, found, "the rule denies drafts"));
        }
        decision.pass(Step::PullRequest, "draft", "no", "no drafts");
    } else {
        decision.skip(Step::PullRequest, "draft", "the rule allows drafts");
    }
    Ok(())
}

/// Holds the labels against the rule: the last part of the pull request's checks.
pub fn judge_labels(decision: &mut Decision, pr: &PullRequest, rule: &PullRequestRule) -> Result<(), Stop> {
    let labels = &rule.labels;
    let has = |label: &String| pr.labels.contains(label);
    let found = match pr.labels.as_slice() {
        [] => format!("{} has no label", pr.name()),
        labels => format!("{} has the labels {}", pr.name(), quote_list(labels, "and")),
    };
    if let Some(missing) = labels.all.iter().find(|label| !has(label)) {
        let allowed = format!("the rule requires {}", quote_list(&labels.all, "and"));
        return Err(Stop::new(Code::PullRequestLabelMissing, found, allowed)
            .mend(format!("Add the label {} to the pull request and start the run anew.", quote(missing))));
    }
    if !labels.any.is_empty() && !labels.any.iter().any(has) {
        let allowed = format!("the rule requires one of {}", quote_list(&labels.any, "or"));
        return Err(Stop::new(Code::PullRequestLabelMissing, found, allowed));
    }
    if let Some(forbidden) = labels.none.iter().find(|label| has(label)) {
        return Err(Stop::new(
            Code::PullRequestLabelForbidden,
            format!("{} has the label {}", pr.name(), quote(forbidden)),
            format!("the rule forbids {}", quote_list(&labels.none, "and")),
        ));
    }
    if labels.all.is_empty() && labels.any.is_empty() && labels.none.is_empty() {
        decision.skip(Step::PullRequest, "labels", "the rule does not ask");
    } else {
        decision.pass(Step::PullRequest, "labels", quote_list(&pr.labels, "and"), "as the rule wants");
    }
    Ok(())
}
