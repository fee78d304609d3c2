//! The one request that sends, and what it means if GitHub does not accept it.

use crate::format::json::{Json, Object};
use crate::github::client::{GithubClient, Idempotency};
use crate::github::error::{ApiError, ErrorResponse, invalid_response};
use crate::github::pull_request::lacks_field;
use crate::github::url::{encode_path_segment, repository_path};
use crate::reason::ReasonCode;
use crate::rejection::Rejection;
use crate::text::quote;

use super::request::{DispatchRequest, Target};

/// A dispatch that GitHub has accepted.
pub struct Accepted {
    /// The id of the run that it starts, if GitHub gave one.
    pub run_id: Option<u64>,
}

/// The one request that sends a dispatch.
pub struct Delivery<'a> {
    github: &'a GithubClient<'a>,
    request: &'a DispatchRequest,
    /// The envelope's nonce; empty without one.
    nonce: &'a str,
    /// Whether the token has already read something of the repository.
    has_read: bool,
}

impl<'a> Delivery<'a> {
    /// The delivery of a dispatch.
    pub fn new(github: &'a GithubClient<'a>, request: &'a DispatchRequest, nonce: &'a str, has_read: bool) -> Self {
        Self { github, request, nonce, has_read }
    }

    /// Sends the dispatch, at most once.
    ///
    /// # Errors
    /// `api.*`, or `config.invalid_input` if GitHub calls the dispatch invalid.
    pub async fn send(&self, payload: Object) -> Result<Accepted, Rejection> {
        let repository = repository_path(&self.request.repository);
        match &self.request.target {
            Target::EventType(event_type) => {
                let body =
                    object([("event_type", Json::string(event_type)), ("client_payload", Json::Object(payload))]);
                match self.post(&format!("{repository}/dispatches"), body).await {
                    Ok(_) => Ok(Accepted { run_id: None }),
                    Err(error) => Err(self.explain(error).await),
                }
            }
            Target::Workflow { file, git_ref } => {
                let git_ref = match git_ref {
                    Some(git_ref) => git_ref.clone(),
                    None => self.default_branch().await?,
                };
                let path = format!("{repository}/actions/workflows/{}/dispatches", encode_path_segment(file));
                let mut body = object([("ref", Json::String(git_ref)), ("inputs", Json::Object(payload))]);
                let plain = body.clone();
                // GitHub answers with the run's id since February 2026 ("Create a workflow dispatch event").
                body.set("return_run_details", Json::Bool(true));
                let answer = match self.post(&path, body).await {
                    // Older servers do not know the parameter, and have sent nothing.
                    Err(ApiError::Status(ErrorResponse { status: 400 | 422, .. })) => self.post(&path, plain).await,
                    answer => answer,
                };
                match answer {
                    Ok(answer) => Ok(Accepted { run_id: answer.get_path("workflow_run_id").as_u64() }),
                    Err(error) => Err(self.explain(error).await),
                }
            }
        }
    }

    async fn post(&self, path: &str, body: Object) -> Result<Json, ApiError> {
        self.github.post(path, Json::Object(body).to_compact(), Idempotency::NonIdempotent).await
    }

    async fn default_branch(&self) -> Result<String, Rejection> {
        let path = repository_path(&self.request.repository);
        let repository = self.github.get(&path).await.map_err(|error| repository_error(error, self.request))?;
        let branch = repository.get_path("default_branch").as_str();
        branch.map(str::to_owned).ok_or_else(|| invalid_response(&path, &lacks_field("default_branch")))
    }

    async fn explain(&self, error: ApiError) -> Rejection {
        let request = self.request;
        let what = format!("{} to {}", request.target.describe(), quote(&request.repository));
        match error {
            ApiError::Indeterminate(rejection) => {
                let nonce = match self.nonce {
                    "" => String::new(),
                    nonce => format!("; its nonce is `{nonce}`"),
                };
                let expected =
                    format!("GitHub may have accepted the dispatch nevertheless, so it was not sent again{nonce}");
                Rejection::new(rejection.code, rejection.found.as_str(), expected).with_help(
                    "Look under Actions for a run that the dispatch started; send it again only if you find no such run.",
                )
            }
            ApiError::Status(response) if response.status == 404 => self.explain_not_found(&what).await,
            ApiError::Status(response) if response.status == 403 => {
                lacks_permission(response.permission_denied(&what, permission(request)), request)
            }
            ApiError::Status(response) if response.status == 422 => {
                let found = format!("GitHub calls {what} invalid: {}", response.quoted_message());
                Rejection::new(ReasonCode::ConfigInvalidInput, found, "")
            }
            error => error.into_rejection(&what, permission(request)),
        }
    }

    /// GitHub hides what a token may not write to (REST API, "Troubleshooting": 404 for what exists).
    async fn explain_not_found(&self, what: &str) -> Rejection {
        let request = self.request;
        if !self.has_read {
            match self.github.get(&repository_path(&request.repository)).await {
                Ok(_) => {}
                Err(ApiError::Status(_)) => return invisible(request),
                Err(error) => return repository_error(error, request),
            }
        }
        let found = format!("GitHub responded with status 404 to {what}, although the token can see the repository");
        match &request.target {
            Target::EventType(_) => lacks_permission(Rejection::new(ReasonCode::ApiForbidden, found, ""), request),
            Target::Workflow { file, .. } => Rejection::new(
                ReasonCode::ApiForbidden,
                found,
                format!("the repository needs a workflow {}, and the token `{WORKFLOW_PERMISSION}`", quote(file)),
            )
            .with_help(format!("Check the name of the workflow, and that the token has `{WORKFLOW_PERMISSION}`.")),
        }
    }
}

/// The permissions that sending takes.
const PERMISSION: &str = "contents: write";
const WORKFLOW_PERMISSION: &str = "actions: write";

fn permission(request: &DispatchRequest) -> &'static str {
    match request.target {
        Target::EventType(_) => PERMISSION,
        Target::Workflow { .. } => WORKFLOW_PERMISSION,
    }
}

fn object<const N: usize>(members: [(&str, Json); N]) -> Object {
    members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// The id of the repository to which the dispatch goes.
///
/// # Errors
/// `api.*`; `api.forbidden` if the token cannot see it.
pub async fn repository_id(github: &GithubClient<'_>, request: &DispatchRequest) -> Result<u64, Rejection> {
    let path = repository_path(&request.repository);
    let repository = github.get(&path).await.map_err(|error| repository_error(error, request))?;
    repository.get_path("id").as_u64().ok_or_else(|| invalid_response(&path, &lacks_field("id")))
}

fn repository_error(error: ApiError, request: &DispatchRequest) -> Rejection {
    let what = format!("the repository {}", quote(&request.repository));
    match error {
        ApiError::Status(ErrorResponse { status: 404, .. }) => invisible(request),
        ApiError::Status(response) if response.status == 403 => {
            lacks_permission(response.permission_denied(&format!("access to {what}"), permission(request)), request)
        }
        error => error.into_rejection(&what, permission(request)),
    }
}

fn invisible(request: &DispatchRequest) -> Rejection {
    let found = format!("there is no repository {}, or the token cannot see it", quote(&request.repository));
    lacks_permission(Rejection::new(ReasonCode::ApiForbidden, found, ""), request)
}

/// Adds what the token needs, unless GitHub gave another reason, such as an archived repository.
fn lacks_permission(mut rejection: Rejection, request: &DispatchRequest) -> Rejection {
    if rejection.expected.is_empty() && rejection.found.contains("status 403") {
        return rejection;
    }
    let permission = permission(request);
    rejection.expected = format!("the token needs `{permission}` there");
    let help = if request.is_cross_repository {
        format!(
            "Check `repository`, and give a `token` that has `{permission}` on {}; `GITHUB_TOKEN` reaches only its own \
             repository.",
            quote(&request.repository)
        )
    } else {
        format!("Add `{permission}` to the job's `permissions:`, or give a `token` that has it.")
    };
    rejection.with_help(help)
}
