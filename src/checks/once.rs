//! A dispatch passes once. The record is a commit status on the pull request's head commit, because a run can write
//! statuses, nobody can delete them, and their ids are in order.
//!
//! Each run writes its claim first and then reads all claims; the oldest one wins. Of two concurrent runs, both write
//! before either reads, so both see both claims, and only one of them is the oldest.

use sha2::{Digest, Sha256};

use crate::checks::CheckContext;
use crate::checks::payload::Payload;
use crate::decision::DecisionBuilder;
use crate::envelope::Envelope;
use crate::format::json::{Json, Object};
use crate::github::client::Idempotency;
use crate::github::error::{ApiError, ErrorResponse, invalid_response};
use crate::github::event::Event;
use crate::github::pull_request::PullRequest;
use crate::policy::Rule;
use crate::reason::ReasonCode;
use crate::rejection::Rejection;
use crate::runner::environment::Environment;
use crate::text::{escape_unprintable, hex, quote};

/// The prefix of a claim's context, before the key.
const CONTEXT_PREFIX: &str = "dispatch-guard / once ";
/// The permission to read and write claims.
pub const PERMISSION: &str = "statuses: write";
/// The number of hex digits of the key's hash in a context.
const KEY_DIGITS: usize = 32;
/// The number of statuses per page, the most that GitHub allows.
const PAGE: usize = 100;
/// The number of pages of statuses that are read.
const MAX_PAGES: usize = 20;
/// The number of statuses that are searched for claims.
pub const MAX_STATUSES: usize = MAX_PAGES * PAGE;
/// How often the claims are read until they include the one just written, since a replica may lag.
const MAX_READS: u32 = 4;
/// Milliseconds between such reads.
const READ_INTERVAL_MS: u32 = 500;

/// Checks that a repeated dispatch can be recognized. With an envelope, its nonce is the key; then envelope or payload
/// must name the head commit too, or the record would be searched on another commit once the head moves.
///
/// # Errors
/// `provenance.missing`.
pub fn check_key(rule: &Rule, envelope: Option<&Envelope>, payload: &Payload) -> Result<(), Rejection> {
    let names_head = payload.head_sha.is_some();
    match envelope {
        Some(envelope) if rule.once && envelope.head_sha.is_none() && !names_head => Err(Rejection::new(
            ReasonCode::ProvenanceMissing,
            "the envelope has no `head_sha`",
            "the rule has `once`, and a dispatch with a nonce is used up at the commit that it names",
        )
        .with_help("Send with `org/dispatch-guard/send@v1` and its input `pr-number`, which names the head commit.")),
        _ => Ok(()),
    }
}

/// Claims the dispatch. If the host may not write, the claims are only read.
///
/// # Errors
/// `replay.duplicate`; `pull_request.missing` if there is no commit for the claim; `api.*`.
pub async fn check(
    decision: &mut DecisionBuilder,
    event: &Event,
    rule: &Rule,
    envelope: Option<&Envelope>,
    pr: Option<&PullRequest>,
    context: CheckContext<'_>,
) -> Result<(), Rejection> {
    if !rule.once {
        decision.skip("once", "the rule does not require it");
        return Ok(());
    }
    // Boxed: keeps the requests out of the state machine of runs that make none.
    Box::pin(check_claims(decision, event, envelope, pr, context)).await
}

async fn check_claims(
    decision: &mut DecisionBuilder,
    event: &Event,
    envelope: Option<&Envelope>,
    pr: Option<&PullRequest>,
    context: CheckContext<'_>,
) -> Result<(), Rejection> {
    let Some(pr) = pr else {
        return Err(Rejection::new(
            ReasonCode::PullRequestMissing,
            "the dispatch is about no pull request",
            "the rule has `once`, which is recorded on the pull request's head commit",
        ));
    };
    let log = ClaimLog { label: label(event, envelope, pr, context.environment), sha: &pr.head_sha, context };
    let written = if context.host.read_only() { None } else { Some(log.claim().await?) };
    let oldest = log.oldest_claim(written).await?;
    let own = context.environment.run_url();
    let expected = "the oldest claim has to be this run's";
    match oldest {
        None => {
            decision.pass("once", "no run has used the dispatch; nothing was written", expected);
            Ok(())
        }
        Some(oldest) if oldest.run == own && !own.is_empty() => {
            let found = if written == Some(oldest.id) { "first use" } else { "used before by this run" };
            decision.pass("once", found, expected);
            Ok(())
        }
        Some(oldest) => Err(Rejection::new(
            ReasonCode::ReplayDuplicate,
            format!("the dispatch was used at {} by {}", escape_unprintable(&oldest.created_at), quote(&oldest.run)),
            "the rule lets it pass once",
        )),
    }
}

/// The context of the claims for a dispatch: the same for the same dispatch to the same workflow file, since two
/// workflows that listen for the same dispatch each use it once.
fn label(event: &Event, envelope: Option<&Envelope>, pr: &PullRequest, environment: &Environment) -> String {
    let workflow_ref = environment.get("GITHUB_WORKFLOW_REF");
    let workflow = workflow_ref.split('@').next().unwrap_or_default();
    let number = pr.number.to_string();
    match envelope {
        Some(envelope) => claim_context(workflow, &envelope.nonce),
        None => context_of_key(&[workflow, environment.event_name(), &event.activity, &number, &pr.head_sha]),
    }
}

/// The context of the claims for a dispatch with an envelope. `workflow` is the workflow file that receives it, as
/// `owner/name/.github/workflows/FILE`.
pub fn claim_context(workflow: &str, nonce: &str) -> String {
    context_of_key(&[workflow, "nonce", nonce])
}

fn context_of_key(parts: &[&str]) -> String {
    let digest = hex(&Sha256::digest(parts.join("\n").as_bytes()));
    format!("{CONTEXT_PREFIX}{}", &digest[..KEY_DIGITS])
}

/// The claims for one dispatch on one commit.
struct ClaimLog<'a> {
    label: String,
    sha: &'a str,
    context: CheckContext<'a>,
}

/// A claim as GitHub returns it.
struct Claim {
    id: u64,
    /// The page of the run that wrote it.
    run: String,
    created_at: String,
}

impl ClaimLog<'_> {
    /// Writes this run's claim. Returns its id.
    async fn claim(&self) -> Result<u64, Rejection> {
        let environment = self.context.environment;
        let attempt = environment.run_attempt().unwrap_or(1);
        let run = environment.run_id().map(|run| run.to_string()).unwrap_or_default();
        let members = [
            // Any other state would block or fail whoever requires all statuses of the commit to succeed.
            ("state", "success".to_owned()),
            ("context", self.label.clone()),
            ("description", format!("claimed by run {run}, attempt {attempt}; the oldest claim counts")),
            ("target_url", environment.run_url()),
        ];
        let body: Object = members.into_iter().map(|(key, value)| (key.to_owned(), Json::String(value))).collect();
        let path = format!("{}/statuses/{}", self.context.repository_path(), self.sha);
        // A second claim of the same run changes nothing, so the request may be repeated after any error.
        let answer = self.context.github.post(&path, Json::Object(body).to_compact(), Idempotency::Idempotent).await;
        let json = answer.map_err(|error| match error {
            // GitHub responds 404 to some tokens that may not write.
            ApiError::Status(response @ ErrorResponse { status: 403 | 404, .. }) => {
                response.permission_denied("the status that marks the dispatch as used", PERMISSION)
            }
            error => error.into_rejection("the status that marks the dispatch as used", PERMISSION),
        })?;
        json.get_path("id").as_u64().ok_or_else(|| invalid_response(&path, "has no valid `id`"))
    }

    /// The oldest claim, as soon as the claims include the one that was written.
    async fn oldest_claim(&self, written: Option<u64>) -> Result<Option<Claim>, Rejection> {
        for read in 0..MAX_READS {
            if read > 0 {
                self.context.host.sleep(READ_INTERVAL_MS).await;
            }
            let claims = self.claims().await?;
            if written.is_none_or(|id| claims.iter().any(|claim| claim.id == id)) {
                return Ok(claims.into_iter().min_by_key(|claim| claim.id));
            }
        }
        let path = self.path();
        Err(invalid_response(&path, "does not show the status that was just written"))
    }

    fn path(&self) -> String {
        format!("{}/commits/{}/statuses", self.context.repository_path(), self.sha)
    }

    async fn claims(&self) -> Result<Vec<Claim>, Rejection> {
        let path = self.path();
        let mut claims = Vec::new();
        for page in 1..=MAX_PAGES {
            let address = format!("{path}?per_page={PAGE}&page={page}");
            let json = self.context.github.get(&address).await;
            let json = json.map_err(|error| error.into_rejection("the statuses of the head commit", PERMISSION))?;
            let statuses = json.as_array().ok_or_else(|| invalid_response(&path, "is not a list"))?;
            for status in statuses.iter().filter(|status| status.get_path("context").as_str() == Some(&self.label)) {
                let text = |field: &str| status.get_path(field).as_str().unwrap_or_default().to_owned();
                let id = status
                    .get_path("id")
                    .as_u64()
                    .ok_or_else(|| invalid_response(&path, "has a status without a valid `id`"))?;
                claims.push(Claim { id, run: text("target_url"), created_at: text("created_at") });
            }
            if statuses.len() < PAGE {
                return Ok(claims);
            }
        }
        Err(invalid_response(
            &path,
            &format!("has more than {MAX_STATUSES} statuses, among which the oldest claim cannot be found"),
        ))
    }
}
