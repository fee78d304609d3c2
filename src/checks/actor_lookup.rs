//! What only GitHub can tell about an actor: the run attempt, teams, organizations and roles.

use futures_util::future::join_all;

use crate::decision::Identity;
use crate::format::json::Json;
use crate::github::account::Account;
use crate::github::error::{ApiError, ErrorResponse, invalid_response};
use crate::github::url::encode_path_segment;
use crate::policy::actor::{ActorEntry, Role};
use crate::reason::ReasonCode;
use crate::rejection::Rejection;
use crate::text::quote;

use super::CheckContext;

/// Something to look up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lookup {
    /// Who started this attempt of the run.
    Attempt,
    /// Whether a login is a member of a team.
    Team {
        /// The organization's login.
        org: String,
        /// The team's slug.
        slug: String,
        /// The login in lower case.
        login: String,
    },
    /// Whether a login is a member of an organization.
    Organization {
        /// The organization's login.
        org: String,
        /// The login in lower case.
        login: String,
    },
    /// The role of a login in the repository.
    Role {
        /// The login in lower case.
        login: String,
    },
}

enum LookupResult {
    Attempt(Result<Account, Rejection>),
    Member(Result<bool, Rejection>),
    Role(Result<RoleResult, Rejection>),
}

/// A role, and the account that GitHub says has it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct RoleResult {
    role: Option<Role>,
    account_id: Option<u64>,
}

/// What GitHub said.
#[derive(Default)]
pub struct LookupResults(Vec<(Lookup, LookupResult)>);

impl LookupResults {
    /// Runs lookups concurrently and keeps what they found.
    pub async fn look_up(&mut self, lookups: Vec<Lookup>, context: CheckContext<'_>) {
        let results = lookups.into_iter().map(|lookup| async move {
            let result = match &lookup {
                Lookup::Attempt => LookupResult::Attempt(fetch_run_attempt(context).await),
                Lookup::Team { org, slug, login } => {
                    LookupResult::Member(fetch_team_membership(context, org, slug, login).await)
                }
                Lookup::Organization { org, login } => {
                    LookupResult::Member(fetch_organization_membership(context, org, login).await)
                }
                Lookup::Role { login } => LookupResult::Role(fetch_role(context, login).await),
            };
            (lookup, result)
        });
        self.0.extend(join_all(results).await);
    }

    /// Whether something was looked up.
    pub fn contains(&self, lookup: &Lookup) -> bool {
        self.0.iter().any(|(known, _)| known == lookup)
    }

    /// Who started this attempt, if that was looked up.
    pub fn attempt(&self) -> Option<Result<Account, Rejection>> {
        self.0.iter().find_map(|(_, result)| match result {
            LookupResult::Attempt(account) => Some(account.clone()),
            _ => None,
        })
    }

    /// Whether an entry that needs a lookup matches an account.
    ///
    /// # Errors
    /// Why it could not be determined; `actor.identity_mismatch` if GitHub described another account.
    pub fn matches(&self, entry: &ActorEntry, account: &Account) -> Result<bool, Rejection> {
        let Some(lookup) = lookup_for(entry, &account.login) else { return Ok(false) };
        let result = self.0.iter().find(|(known, _)| *known == lookup).map(|(_, result)| result);
        match (entry, result) {
            (ActorEntry::Role(required), Some(LookupResult::Role(result))) => {
                let RoleResult { role, account_id } = result.clone()?;
                if let (Some(known), Some(found)) = (account.id, account_id)
                    && known != found
                {
                    return Err(Rejection::new(
                        ReasonCode::ActorIdentityMismatch,
                        format!(
                            "GitHub describes the role of the account with id {found} for the login {}",
                            quote(&account.login)
                        ),
                        format!("the account behind the run has the id {known}"),
                    ));
                }
                Ok(role.is_some_and(|role| role >= *required))
            }
            (_, Some(LookupResult::Member(result))) => result.clone(),
            _ => Err(Rejection::new(
                ReasonCode::InternalError,
                format!("the entry {} was not looked up", quote(&entry.to_string())),
                "",
            )),
        }
    }
}

fn lookup_for(entry: &ActorEntry, login: &str) -> Option<Lookup> {
    let login = login.to_ascii_lowercase();
    match entry {
        ActorEntry::Login { .. } => None,
        ActorEntry::Team { org, slug } => Some(Lookup::Team { org: org.clone(), slug: slug.clone(), login }),
        ActorEntry::Organization(org) => Some(Lookup::Organization { org: org.clone(), login }),
        ActorEntry::Role(_) => Some(Lookup::Role { login }),
    }
}

/// What has to be looked up to match an identity.
pub fn required_lookups(identity: &Identity, entries: &[&ActorEntry], needs_id: bool) -> Vec<Lookup> {
    let attempt = needs_id.then_some(Lookup::Attempt);
    attempt.into_iter().chain(entries.iter().filter_map(|entry| lookup_for(entry, &identity.account.login))).collect()
}

/// The permission that reading a run attempt takes.
pub const ACTIONS: &str = "actions: read";

/// Who started this attempt. There is no variable for the account's id.
async fn fetch_run_attempt(context: CheckContext<'_>) -> Result<Account, Rejection> {
    let environment = context.environment;
    let (Some(run), Some(attempt)) = (environment.run_id(), environment.run_attempt()) else {
        return Err(Rejection::new(
            ReasonCode::ActorUnverified,
            "`GITHUB_RUN_ID` or `GITHUB_RUN_ATTEMPT` is not set",
            "they are needed to find out who started this attempt",
        ));
    };
    let path = format!("{}/actions/runs/{run}/attempts/{attempt}", context.repository_path());
    let what = "who started this attempt of the run";
    let json = context.github.get(&path).await.map_err(|error| lookup_refused(error, what, ACTIONS))?;
    let expected = environment.get("GITHUB_TRIGGERING_ACTOR");
    match Account::read(json.get_path("triggering_actor")) {
        Some(account) if account.id.is_none() => Err(invalid_response(&path, "has no valid `triggering_actor.id`")),
        Some(account) if account.login.eq_ignore_ascii_case(expected) => Ok(account),
        Some(account) => Err(Rejection::new(
            ReasonCode::ActorUnverified,
            format!(
                "the runner names {} as triggering actor, and GitHub names {}",
                quote(expected),
                quote(&account.login)
            ),
            "the two have to be the same account; it was renamed meanwhile, or it is another",
        )
        .with_help("Send the event again, or re-run the job.")),
        None => Err(invalid_response(&path, "has no valid `triggering_actor`")),
    }
}

/// Whether a login is an active member of a team. GitHub responds with 404 for a login that is not a member as well as
/// for a team that the token cannot see; to read the team itself tells these apart.
async fn fetch_team_membership(
    context: CheckContext<'_>,
    org: &str,
    slug: &str,
    login: &str,
) -> Result<bool, Rejection> {
    let team = format!("/orgs/{}/teams/{}", encode_path_segment(org), encode_path_segment(slug));
    let what = format!("the members of the team `@{org}/{slug}`");
    let path = format!("{team}/memberships/{}", encode_path_segment(login));
    match context.github.get(&path).await {
        Ok(json) => match json.get_path("state").as_str() {
            Some("active") => Ok(true),
            Some("pending") => Ok(false),
            _ => Err(invalid_response(&path, "has no valid `state`")),
        },
        Err(ApiError::Status(ErrorResponse { status: 404, .. })) => match context.github.get(&team).await {
            Ok(json) if json.get_path("slug").as_str().is_some_and(|found| found.eq_ignore_ascii_case(slug)) => {
                Ok(false)
            }
            Ok(_) => Err(invalid_response(&team, "is another team")),
            Err(error) => Err(lookup_refused(error, &what, MEMBERS)),
        },
        Err(error) => Err(lookup_refused(error, &what, MEMBERS)),
    }
}

/// The permission that reading teams and organizations takes; `GITHUB_TOKEN` cannot have it.
pub const MEMBERS: &str = "members: read";

/// Whether a login is a member of an organization: 204 yes, 404 no; 302 if the token may not know, and then only public
/// members can be found (REST API, "Check organization membership for a user").
async fn fetch_organization_membership(context: CheckContext<'_>, org: &str, login: &str) -> Result<bool, Rejection> {
    let (org_segment, login_segment) = (encode_path_segment(org), encode_path_segment(login));
    let what = format!("the members of the organization `@{org}`");
    let path = format!("/orgs/{org_segment}/members/{login_segment}");
    match context.github.get_status(&path).await {
        Ok(204) => return Ok(true),
        Ok(302) => {}
        Ok(_) => return Err(invalid_response(&path, "has an unexpected status")),
        Err(ApiError::Status(ErrorResponse { status: 404, .. })) => return Ok(false),
        Err(error) => return Err(lookup_refused(error, &what, MEMBERS)),
    }
    let public = format!("/orgs/{org_segment}/public_members/{login_segment}");
    match context.github.get_status(&public).await {
        Ok(204) => Ok(true),
        Ok(_) => Err(invalid_response(&public, "has an unexpected status")),
        Err(ApiError::Status(ErrorResponse { status: 404, .. })) => Err(Rejection::new(
            ReasonCode::ActorUnverified,
            format!(
                "the token may not know whether {} is a member of `@{org}`, and it is no public member",
                quote(login)
            ),
            format!("the token needs `{MEMBERS}`"),
        )
        .with_help(help_for(MEMBERS))),
        Err(error) => Err(lookup_refused(error, &what, MEMBERS)),
    }
}

/// The role that a login has in this repository.
async fn fetch_role(context: CheckContext<'_>, login: &str) -> Result<RoleResult, Rejection> {
    let path = format!("{}/collaborators/{}/permission", context.repository_path(), encode_path_segment(login));
    let what = format!("the role of {} in this repository", quote(login));
    let json = match context.github.get(&path).await {
        Ok(json) => json,
        // Apps and Copilot have no role (REST API: "NAME is not a user").
        Err(ApiError::Status(ErrorResponse { status: 404, message, .. })) if message.contains("is not a user") => {
            return Ok(RoleResult { role: None, account_id: None });
        }
        Err(error) => return Err(lookup_refused(error, &what, METADATA)),
    };
    let user = json.get_path("user");
    let same = |found: &Json| found.as_str().is_some_and(|found| found.eq_ignore_ascii_case(login));
    if !user.is_null() && !same(user.get_path("login")) {
        return Err(invalid_response(&path, &format!("is about another account than {}", quote(login))));
    }
    let role = match user.get_path("permissions") {
        Json::Null => {
            let permission = json.get_path("permission").as_str();
            let permission = permission.ok_or_else(|| invalid_response(&path, "has no valid `permission`"))?;
            Role::from_name(permission)
        }
        flags => Role::from_flags(flags)
            .map_err(|flag| invalid_response(&path, &format!("has no valid `user.permissions.{flag}`")))?,
    };
    // Everybody can read a public repository, so that the role says nothing about the account.
    let role = role.filter(|role| *role > Role::Read || !context.is_public_repository);
    Ok(RoleResult { role, account_id: user.get_path("id").as_u64() })
}

/// The permission that reading roles takes; every token of the repository has it.
pub const METADATA: &str = "metadata: read";

fn lookup_refused(error: ApiError, what: &str, permission: &str) -> Rejection {
    match error {
        ApiError::Status(response @ ErrorResponse { status: 403 | 404, .. }) => {
            let mut rejection = response.permission_denied(&format!("access to {what}"), permission);
            if response.status == 404 || response.is_about_permissions() {
                rejection.expected = format!("the token needs `{permission}`");
                rejection = rejection.with_help(help_for(permission));
            }
            rejection.with_code(ReasonCode::ActorUnverified)
        }
        other => other.into_rejection(what, permission),
    }
}

fn help_for(permission: &str) -> String {
    match permission {
        MEMBERS => "`GITHUB_TOKEN` cannot read teams and members: give the input `token` one of a GitHub App with the \
                    organization permission `members: read`, or list logins instead."
            .to_owned(),
        // Every token of the repository has it; `permissions:` knows no such key.
        METADATA => "Give the input `token` one that can read this repository, or list logins instead.".to_owned(),
        _ => format!("Add `{permission}` to the job's `permissions:`, or list logins instead."),
    }
}
