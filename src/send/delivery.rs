//! The one request that sends, and what it means when GitHub does not take it.

use crate::decision::{Code, Stop};
use crate::github::{Failure, Github, Refusal, repository_path};
use crate::json::{Json, Object};
use crate::text::quote;

use super::order::Order;

const PERMISSION: &str = "contents: write";

/// Sends the dispatch, at most once. `seen` says that the token has already read something of the repository.
///
/// # Errors
/// `api.*`, or `config.invalid_input` where GitHub calls the dispatch invalid.
pub async fn deliver(github: &Github<'_>, order: &Order, payload: Object, seen: bool) -> Result<(), Stop> {
    let body = Json::Object(Object::from_iter([
        ("event_type".to_owned(), Json::string(&order.event_type)),
        ("client_payload".to_owned(), Json::Object(payload)),
    ]));
    let path = format!("{}/dispatches", repository_path(&order.repository));
    let what = format!("the dispatch to {}", quote(&order.repository));
    match github.post_once(&path, body.to_compact()).await {
        Ok(()) => Ok(()),
        Err(Failure::Uncertain(stop)) => {
            let allowed = "GitHub may have taken the dispatch all the same, so it was not sent again";
            Err(Stop::new(stop.code, stop.found.as_str(), allowed)
                .mend("Look under Actions whether a run with this nonce has started; send again only if none has."))
        }
        Err(Failure::Refused(Refusal { status: 404, .. })) => {
            // GitHub hides what a token may not write to (REST API, "Troubleshooting": 404 for what exists).
            if seen || is_visible(github, order).await? {
                let found = format!("GitHub answered 404 for {what}, although the token can see the repository");
                Err(lacks_permission(Stop::new(Code::ApiForbidden, found, ""), order))
            } else {
                Err(invisible(order))
            }
        }
        Err(Failure::Refused(refusal)) if refusal.status == 403 => {
            Err(lacks_permission(refusal.denied(&what, PERMISSION), order))
        }
        Err(Failure::Refused(refusal)) if refusal.status == 422 => {
            let found = format!("GitHub calls {what} invalid: {}", quote(&refusal.message));
            Err(Stop::new(Code::ConfigInvalidInput, found, ""))
        }
        Err(failure) => Err(failure.into_stop(&what, PERMISSION)),
    }
}

/// The id of the repository that the dispatch goes to.
///
/// # Errors
/// `api.*`; `api.forbidden` where the token cannot see it.
pub async fn repository_id(github: &Github<'_>, order: &Order) -> Result<u64, Stop> {
    let path = repository_path(&order.repository);
    let what = format!("the repository {}", quote(&order.repository));
    let repository = github.get(&path).await.map_err(|failure| match failure {
        Failure::Refused(Refusal { status: 404, .. }) => invisible(order),
        Failure::Refused(refusal @ Refusal { status: 403, .. }) => {
            lacks_permission(refusal.forbidden(&what, PERMISSION), order)
        }
        failure => failure.into_stop(&what, PERMISSION),
    })?;
    let broken = || Stop::new(Code::ApiInvalidResponse, format!("GitHub's answer for `{path}` lacks a sound `id`"), "");
    repository.at("id").as_u64().ok_or_else(broken)
}

async fn is_visible(github: &Github<'_>, order: &Order) -> Result<bool, Stop> {
    match github.get(&repository_path(&order.repository)).await {
        Ok(_) => Ok(true),
        Err(Failure::Refused(_)) => Ok(false),
        Err(failure) => {
            let what = format!("the repository {}", quote(&order.repository));
            Err(failure.into_stop(&what, PERMISSION))
        }
    }
}

fn invisible(order: &Order) -> Stop {
    let found = format!("the token cannot see the repository {}, or there is none", quote(&order.repository));
    let stop = Stop::new(Code::ApiForbidden, found, format!("it needs `{PERMISSION}` there"));
    if order.is_foreign {
        stop.mend(format!("Correct `repository`, or give a `token` that has access to it; {OWN_ONLY}."))
    } else {
        stop.mend(format!("Add `{PERMISSION}` to the job's `permissions:`, or give a `token` that has it."))
    }
}

const OWN_ONLY: &str = "`GITHUB_TOKEN` reaches only its own repository";

fn lacks_permission(mut stop: Stop, order: &Order) -> Stop {
    stop.allowed = format!("the token needs `{PERMISSION}` there");
    let cure = if order.is_foreign {
        format!("Give a `token` that has `{PERMISSION}` on {}; {OWN_ONLY}.", quote(&order.repository))
    } else {
        format!("Add `{PERMISSION}` to the job's `permissions:`, or give a `token` that has it.")
    };
    stop.mend(cure)
}
