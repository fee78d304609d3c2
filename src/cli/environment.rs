//! The variables that the runner would set: from evidence, from the options, and the rest from the event.

use std::collections::BTreeMap;

use super::request::CheckRequest;
use crate::evidence::Evidence;
use crate::format::json::{self, Json};
use crate::policy::actor::ActorEntry;
use crate::runner::environment::Environment;
use crate::text::quote;

/// Builds the environment of a decision.
///
/// # Errors
/// In words for the user, if an option cannot be used.
pub fn build(
    request: &CheckRequest,
    evidence: Option<&Evidence>,
    answers: Option<&Evidence>,
    event: &[u8],
) -> Result<Environment, String> {
    // An event that cannot be read adds nothing; the decision reports what is wrong with it.
    let event = json::parse(event).map_or(Json::Null, |document| document.root);
    let mut variables = Variables::default();
    if let Some(evidence) = evidence {
        variables.0.extend(evidence.environment.iter().map(|(name, value)| (name.clone(), value.clone())));
    }
    if let Some(answers) = answers {
        // Recorded answers are found by their addresses.
        for name in ["GITHUB_API_URL", "GITHUB_SERVER_URL"] {
            variables.0.remove(name);
            variables.set(name, answers.environment.get(name).map(String::as_str).unwrap_or_default());
        }
    }
    variables.0.extend(request.environment.clone());
    variables.set_options(request, &event)?;
    variables.set_defaults(&event);
    Ok(variables.0.into_iter().collect())
}

#[derive(Default)]
struct Variables(BTreeMap<String, String>);

impl Variables {
    fn set(&mut self, name: &str, value: &str) {
        if !value.is_empty() {
            self.0.insert(name.to_owned(), value.to_owned());
        }
    }

    fn set_default(&mut self, name: &str, value: impl Into<String>) {
        self.0.entry(name.to_owned()).or_insert_with(|| value.into());
    }

    fn set_options(&mut self, request: &CheckRequest, event: &Json) -> Result<(), String> {
        self.set("GITHUB_EVENT_NAME", &request.event_name);
        self.set("GITHUB_EVENT_PATH", &request.event_path);
        self.set("GITHUB_WORKFLOW_REF", &request.workflow_ref);
        self.set("GITHUB_SERVER_URL", &request.server_url);
        self.set("GITHUB_API_URL", &request.api_url);
        if !request.server_url.is_empty() && request.api_url.is_empty() {
            // A recorded API belongs to the recorded server.
            self.0.remove("GITHUB_API_URL");
        }
        self.set("GITHUB_RUN_ID", whole_number("run-id", &request.run_id)?);
        self.set("GITHUB_RUN_ATTEMPT", whole_number("run-attempt", &request.run_attempt)?);
        if let Some((full_name, id)) = repository(&request.repository)? {
            self.set("GITHUB_REPOSITORY", full_name);
            self.set("GITHUB_REPOSITORY_ID", id);
        }
        if let Some((login, id)) = account("actor", &request.actor)? {
            if self.0.get("GITHUB_TRIGGERING_ACTOR") == self.0.get("GITHUB_ACTOR") {
                self.0.remove("GITHUB_TRIGGERING_ACTOR");
            }
            // A login without an id is the account that the event knows under it.
            let sender = event.get_path("sender.login").as_str().unwrap_or_default();
            let id = if id.is_empty() && sender.eq_ignore_ascii_case(&login) { number(event, "sender.id") } else { id };
            self.0.insert("GITHUB_ACTOR_ID".to_owned(), id);
            self.0.insert("GITHUB_ACTOR".to_owned(), login);
        }
        if let Some((login, id)) = account("triggering-actor", &request.triggering_actor)? {
            if !id.is_empty() {
                let found = quote(&request.triggering_actor);
                return Err(format!("`--triggering-actor` is {found}; expected `LOGIN`: its id comes from the API"));
            }
            self.set_default("GITHUB_RUN_ATTEMPT", "2");
            self.0.insert("GITHUB_TRIGGERING_ACTOR".to_owned(), login);
        }
        Ok(())
    }

    fn set_defaults(&mut self, event: &Json) {
        let string = |path: &str| event.get_path(path).as_str().unwrap_or_default();
        self.set_default("GITHUB_REPOSITORY", string("repository.full_name"));
        self.set_default("GITHUB_REPOSITORY_ID", number(event, "repository.id"));
        let git_ref = match (string("ref"), string("repository.default_branch")) {
            ("", "") => String::new(),
            ("", branch) => format!("refs/heads/{branch}"),
            (git_ref, _) => git_ref.to_owned(),
        };
        self.set_default("GITHUB_REF", git_ref);
        self.set_default("GITHUB_ACTOR", string("sender.login"));
        self.set_default("GITHUB_ACTOR_ID", number(event, "sender.id"));
        self.set_default("GITHUB_RUN_ID", "1");
        self.set_default("GITHUB_RUN_ATTEMPT", "1");
        let actor = self.0.get("GITHUB_ACTOR").cloned().unwrap_or_default();
        self.set_default("GITHUB_TRIGGERING_ACTOR", actor);
        if let Some(server) = self.0.get("GITHUB_API_URL").and_then(|api| server_url_from_api_url(api)) {
            self.set_default("GITHUB_SERVER_URL", server);
        }
        if let Some(api) = self.0.get("GITHUB_SERVER_URL").and_then(|server| api_url_from_server_url(server)) {
            self.set_default("GITHUB_API_URL", api);
        }
    }
}

/// The server of an API other than github.com's: GitHub Enterprise Server has it at `/api/v3`, ghe.com at `api.`
/// (GitHub Docs, "Getting started with the REST API").
fn server_url_from_api_url(api_url: &str) -> Option<String> {
    let api_url = api_url.trim_end_matches('/');
    let ghe = api_url.strip_prefix("https://api.").filter(|host| host.ends_with(".ghe.com") && !host.contains('/'));
    ghe.map(|host| format!("https://{host}")).or_else(|| api_url.strip_suffix("/api/v3").map(str::to_owned))
}

/// The reverse. github.com's API is the guard's own default.
fn api_url_from_server_url(server_url: &str) -> Option<String> {
    let server_url = server_url.trim_end_matches('/');
    if server_url.eq_ignore_ascii_case("https://github.com") {
        return None;
    }
    let ghe = server_url.strip_prefix("https://").filter(|host| host.ends_with(".ghe.com"));
    Some(ghe.map_or_else(|| format!("{server_url}/api/v3"), |host| format!("https://api.{host}")))
}

/// The parts of `OWNER/NAME[:ID]`; nothing if the option is not given.
fn repository(value: &str) -> Result<Option<(&str, &str)>, String> {
    if value.is_empty() {
        return Ok(None);
    }
    let (full_name, id) = value.split_once(':').unwrap_or((value, ""));
    let is_name = |part: &str| {
        !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._".contains(&byte))
    };
    let is_valid = full_name.split_once('/').is_some_and(|(owner, name)| is_name(owner) && is_name(name));
    match whole_number("repository", id) {
        Ok(id) if is_valid => Ok(Some((full_name, id))),
        _ => Err(format!("`--repository` is {}; expected `OWNER/NAME` or `OWNER/NAME:ID`", quote(value))),
    }
}

/// The parts of `LOGIN[:ID]`; nothing if the option is not given.
fn account(option: &str, value: &str) -> Result<Option<(String, String)>, String> {
    if value.is_empty() {
        return Ok(None);
    }
    match ActorEntry::parse(value) {
        Ok(ActorEntry::Login { login, id }) => Ok(Some((login, id.map(|id: u64| id.to_string()).unwrap_or_default()))),
        _ => Err(format!("`--{option}` is {}; expected `LOGIN` or `LOGIN:ID`", quote(value))),
    }
}

/// A number from 1 as text; empty if the option is not given.
fn whole_number<'v>(option: &str, value: &'v str) -> Result<&'v str, String> {
    if value.is_empty() || value.parse().is_ok_and(|number: u64| number > 0) {
        return Ok(value);
    }
    Err(format!("`--{option}` is {}; expected a whole number from 1", quote(value)))
}

fn number(event: &Json, path: &str) -> String {
    event.get_path(path).as_u64().map(|number| number.to_string()).unwrap_or_default()
}
