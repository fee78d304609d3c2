//! A dispatch passes once. The record is a commit status on the pull request's head commit, because that is the one
//! place which a run can write to, nobody can delete from, and which numbers its entries in their order.
//!
//! Each run writes its claim first and then reads all claims; the oldest one wins. Of two runs at the same time both
//! write before either reads, so both see both claims, and only one of them is the oldest.

use sha2::{Digest, Sha256};

use crate::decision::{Code, Decision, Step, Stop};
use crate::environment::Environment;
use crate::event::Event;
use crate::github::{Failure, Github, Refusal, Retry};
use crate::host::Host;
use crate::identity::repository_path;
use crate::json::{Json, Object};
use crate::payload::Payload;
use crate::policy::Rule;
use crate::provenance::Envelope;
use crate::pull_request::{Pinned, PullRequest};
use crate::text::{hex, printable, quote};

/// What stands before the key in the context of a claim.
const CONTEXT_PREFIX: &str = "dispatch-guard / once ";
/// How many hex digits of the key's hash a context shows.
const KEY_DIGITS: usize = 32;
/// How many statuses are asked for at a time, which is the most that GitHub gives.
const PAGE: usize = 100;
/// How many pages of statuses are read.
const MOST_PAGES: usize = 20;
/// How often the claims are read again where the one just written is not among them, because a replica lags.
const READS: u32 = 4;
/// Milliseconds between such reads.
const PAUSE_MS: u32 = 500;

/// What the claim is made with.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// The runner's variables.
    pub environment: &'a Environment,
    /// The API.
    pub github: &'a Github<'a>,
    /// The process.
    pub host: &'a dyn Host,
}

/// Whether a dispatch can be told from its repetition: where an envelope's nonce is the key, envelope or payload have
/// to name the head commit too, or the record would be looked for at another commit once the head moves.
///
/// # Errors
/// `provenance.missing`.
pub fn check_key(rule: &Rule, envelope: Option<&Envelope>, payload: &Payload) -> Result<(), Stop> {
    let names_head = payload.pins.iter().any(|pin| matches!(pin.value, Pinned::HeadSha(_)));
    match envelope {
        Some(envelope) if rule.once && envelope.head_sha.is_none() && !names_head => Err(Stop::new(
            Code::ProvenanceMissing,
            "the envelope has no `head_sha`",
            "the rule has `once`, and a dispatch with a nonce is used up at the commit that it names",
        )
        .mend("Send with `org/dispatch-guard/send@v1` and its input `pr-number`, which names the head commit.")),
        _ => Ok(()),
    }
}

/// Uses the dispatch up. Where the host may not write, the record is only read.
///
/// # Errors
/// `replay.duplicate`; `pull_request.missing` where there is no commit for the record; `api.*`.
pub async fn judge(
    decision: &mut Decision,
    event: &Event,
    envelope: Option<&Envelope>,
    pr: Option<&PullRequest>,
    context: Context<'_>,
) -> Result<(), Stop> {
    let Some(pr) = pr else {
        return Err(Stop::new(
            Code::PullRequestMissing,
            "the dispatch is about no pull request",
            "the rule has `once`, whose record lies on the pull request's head commit",
        ));
    };
    let record = Record { label: label(event, envelope, pr, context.environment), sha: &pr.head_sha, context };
    let written = if context.host.read_only() { None } else { Some(record.claim().await?) };
    let oldest = record.oldest(written).await?;
    let own = context.environment.run_url();
    let allowed = "the oldest claim has to be this run's";
    match oldest {
        None => {
            decision.pass(Step::Once, "once", "no run has used the dispatch; nothing was written", allowed);
            Ok(())
        }
        Some(oldest) if oldest.run == own && !own.is_empty() => {
            let found = if written == Some(oldest.id) { "first use" } else { "used before by this run" };
            decision.pass(Step::Once, "once", found, allowed);
            Ok(())
        }
        Some(oldest) => Err(Stop::new(
            Code::ReplayDuplicate,
            format!("the dispatch was used at {} by {}", printable(&oldest.created_at), quote(&oldest.run)),
            "the rule lets it pass once",
        )),
    }
}

/// The context of the claims for a dispatch: the same for the same dispatch to the same workflow file, since two
/// workflows that listen for one dispatch each get it once.
fn label(event: &Event, envelope: Option<&Envelope>, pr: &PullRequest, environment: &Environment) -> String {
    let workflow_ref = environment.get("GITHUB_WORKFLOW_REF");
    let workflow = workflow_ref.split('@').next().unwrap_or_default();
    let number = pr.number.to_string();
    let key = match envelope {
        Some(envelope) => [workflow, "nonce", &envelope.nonce].join("\n"),
        None => [workflow, environment.event_name(), &event.kind, &number, &pr.head_sha].join("\n"),
    };
    let digest = hex(&Sha256::digest(key.as_bytes()));
    format!("{CONTEXT_PREFIX}{}", &digest[..KEY_DIGITS])
}

/// The claims for one dispatch on one commit.
struct Record<'a> {
    label: String,
    sha: &'a str,
    context: Context<'a>,
}

/// A claim as GitHub keeps it.
struct Claim {
    id: u64,
    /// The page of the run that wrote it.
    run: String,
    created_at: String,
}

impl Record<'_> {
    /// Writes this run's claim. The answer is its number.
    async fn claim(&self) -> Result<u64, Stop> {
        let environment = self.context.environment;
        let attempt = environment.run_attempt().unwrap_or(1);
        let run = environment.run_id().map(|run| run.to_string()).unwrap_or_default();
        let members = [
            // Anything else would hold up, or fail, who looks at all statuses of the commit.
            ("state", "success".to_owned()),
            ("context", self.label.clone()),
            ("description", format!("claimed by run {run}, attempt {attempt}; the oldest claim counts")),
            ("target_url", environment.run_url()),
        ];
        let body: Object = members.into_iter().map(|(key, value)| (key.to_owned(), Json::String(value))).collect();
        let path = format!("{}/statuses/{}", repository_path(environment), self.sha);
        // A second claim of the same run changes nothing, so it may be repeated after any fault.
        let answer = self.context.github.post(&path, Json::Object(body).to_compact(), Retry::Safe).await;
        let json = answer.map_err(|failure| match failure {
            // GitHub hides from some tokens that there is something they may not write to.
            Failure::Refused(refusal @ Refusal { status: 403 | 404, .. }) => {
                refusal.denied("to set the status that marks the dispatch as used", "statuses: write")
            }
            failure => failure.into_stop("the status that marks the dispatch as used", "statuses: write"),
        })?;
        json.at("id").as_u64().ok_or_else(|| broken(&path, "has no sound `id`"))
    }

    /// The oldest claim, once the one that was written is among them.
    async fn oldest(&self, written: Option<u64>) -> Result<Option<Claim>, Stop> {
        for read in 0..READS {
            if read > 0 {
                self.context.host.sleep(PAUSE_MS).await;
            }
            let claims = self.claims().await?;
            if written.is_none_or(|id| claims.iter().any(|claim| claim.id == id)) {
                return Ok(claims.into_iter().min_by_key(|claim| claim.id));
            }
        }
        let path = self.path();
        Err(broken(&path, "does not show the status that was just written"))
    }

    fn path(&self) -> String {
        format!("{}/commits/{}/statuses", repository_path(self.context.environment), self.sha)
    }

    async fn claims(&self) -> Result<Vec<Claim>, Stop> {
        let path = self.path();
        let mut claims = Vec::new();
        for page in 1..=MOST_PAGES {
            let address = format!("{path}?per_page={PAGE}&page={page}");
            let json = self.context.github.get(&address).await;
            let json =
                json.map_err(|failure| failure.into_stop("the statuses of the head commit", "statuses: write"))?;
            let statuses = json.as_array().ok_or_else(|| broken(&path, "is no list"))?;
            for status in statuses.iter().filter(|status| status.at("context").as_str() == Some(&self.label)) {
                let text = |field: &str| status.at(field).as_str().unwrap_or_default().to_owned();
                let id = status.at("id").as_u64().ok_or_else(|| broken(&path, "has a status without a sound `id`"))?;
                claims.push(Claim { id, run: text("target_url"), created_at: text("created_at") });
            }
            if statuses.len() < PAGE {
                return Ok(claims);
            }
        }
        let many = MOST_PAGES * PAGE;
        Err(broken(&path, &format!("has more than {many} statuses, among which the oldest claim cannot be found")))
    }
}

fn broken(path: &str, why: &str) -> Stop {
    Stop::new(Code::ApiInvalidResponse, format!("GitHub's answer for {} {why}", quote(path)), "")
}
