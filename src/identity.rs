//! Who stands behind a run, and whether a list of actors names every one of them.

use serde::Serialize;

use crate::decision::{Code, Decision, Step, Stop};
use crate::environment::Environment;
use crate::event::Event;
use crate::github::{self, Failure, Github, Refusal, segment};
use crate::host::{Task, apart, side_by_side};
use crate::json::Json;
use crate::map::Map;
use crate::policy::actor::{ActorEntry, Actors, Role, without_bot};
use crate::pull_request::Account;
use crate::text::quote;

/// The part that an account plays in a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// Who triggered the event (`GITHUB_ACTOR`).
    Actor,
    /// Whom the event names as its sender.
    Sender,
    /// Who started this attempt of the run (`GITHUB_TRIGGERING_ACTOR`).
    TriggeringActor,
    /// Who opened the pull request.
    Author,
}

impl Part {
    /// The part in words.
    pub fn title(self) -> &'static str {
        match self {
            Part::Actor => "actor",
            Part::Sender => "sender",
            Part::TriggeringActor => "triggering actor",
            Part::Author => "pull request's author",
        }
    }

    fn code(self) -> Code {
        match self {
            Part::Actor => Code::ActorNotAllowed,
            Part::Sender => Code::ActorSenderNotAllowed,
            Part::TriggeringActor => Code::ActorRerunNotAllowed,
            Part::Author => Code::ActorConfusedDeputy,
        }
    }
}

/// An account in the part that it plays, and the entry that it matches.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Identity {
    /// The part.
    pub part: Part,
    /// The login; empty where it is not known.
    pub login: String,
    /// The numeric id; nothing where it is not known.
    pub id: Option<u64>,
    /// `User`, `Bot` or another; empty where it is not known.
    #[serde(rename = "type")]
    pub kind: String,
    /// The entry of the list of actors that it matches; nothing where none was looked for or found.
    pub matched: Option<String>,
}

impl Identity {
    /// An account in a part, held against nothing yet.
    pub fn new(part: Part, account: Account) -> Self {
        Self { part, login: account.login, id: account.id, kind: account.kind, matched: None }
    }

    fn describe(&self) -> String {
        let id = self.id.map_or(String::new(), |id| format!(" (id {id})"));
        match self.login.as_str() {
            "" => format!("there is no {}", self.part.title()),
            login => format!("the {} is {}{id}", self.part.title(), quote(login)),
        }
    }
}

/// The identities that the runner's variables name: the actor, and whoever started this attempt if that is another.
pub fn of_run(environment: &Environment) -> Vec<Identity> {
    let actor = Account {
        login: environment.get("GITHUB_ACTOR").to_owned(),
        id: environment.get("GITHUB_ACTOR_ID").parse().ok(),
        kind: String::new(),
    };
    let mut all = vec![Identity::new(Part::Actor, actor)];
    let triggering = environment.get("GITHUB_TRIGGERING_ACTOR");
    let first_attempt = environment.run_attempt().unwrap_or(1) <= 1;
    let same = triggering.eq_ignore_ascii_case(environment.get("GITHUB_ACTOR"));
    let untold = triggering.is_empty() && first_attempt;
    if !same && !untold {
        let account = Account { login: triggering.to_owned(), ..Account::default() };
        all.push(Identity::new(Part::TriggeringActor, account));
    }
    all
}

/// Adds those whom the event names, so that everyone stands in the order of the checks; the author is only there on
/// pull request events.
pub fn add_of_event(all: &mut Vec<Identity>, event: &Event) {
    all.insert(1, Identity::new(Part::Sender, event.sender.clone().unwrap_or_default()));
    if let Some(pr) = &event.pull_request {
        all.push(Identity::new(Part::Author, pr.author.clone().unwrap_or_default()));
    }
}

/// How an identity stands to a list, as far as that is known.
enum Standing {
    Matches(String),
    /// Only the API can tell: the triggering actor's id, a team or a role.
    Open {
        needs_id: bool,
        needs_entries: bool,
    },
    Denied(Stop),
}

/// What GitHub said of teams, roles and the run's attempt; each is asked for once.
#[derive(Default)]
struct Answers {
    attempt: Option<Result<Account, Stop>>,
    teams: Map<(String, String, String), Result<bool, Stop>>,
    roles: Map<String, Result<Option<Role>, Stop>>,
}

/// What is looked up.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Question {
    Attempt,
    Team { org: String, slug: String, login: String },
    Role { login: String },
}

enum Answer {
    Attempt(Result<Account, Stop>),
    Team((String, String, String), Result<bool, Stop>),
    Role(String, Result<Option<Role>, Stop>),
}

/// What a list is held against.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// The runner's variables.
    pub environment: &'a Environment,
    /// The API; nothing where the run makes no call.
    pub github: &'a Github<'a>,
}

/// Holds every identity against the list, in order; the first that fails names the code. Entries that need no call
/// are tried first, and no call is made once someone fails without one.
///
/// # Errors
/// The codes of the step `actor`, and `api.*`.
pub async fn judge(
    decision: &mut Decision,
    step: Step,
    identities: &mut [Identity],
    actors: &Actors,
    context: Context<'_>,
) -> Result<(), Stop> {
    let standings: Vec<Standing> = identities.iter().map(|identity| stand(identity, actors, context)).collect();
    let decided = standings.iter().position(|standing| matches!(standing, Standing::Denied(_)));
    let mut questions = Vec::new();
    let needed = standings
        .iter()
        .zip(identities.iter())
        .take(decided.unwrap_or(standings.len()))
        .flat_map(|(standing, identity)| self::questions(standing, identity, actors));
    for question in needed {
        // Two identities may be the same account, and each thing is asked once.
        if !questions.contains(&question) {
            questions.push(question);
        }
    }
    let answers = if questions.is_empty() { Answers::default() } else { apart(ask(questions, context)).await };
    for (identity, standing) in identities.iter_mut().zip(standings) {
        let matched = match standing {
            Standing::Matches(entry) => entry,
            Standing::Denied(denial) => return Err(denial),
            Standing::Open { .. } => settle(identity, actors, &answers, context)?,
        };
        let check = identity.part.title();
        decision.pass(step, check, identity.describe(), format!("matches {}", quote(&matched)));
        identity.matched = Some(matched);
    }
    Ok(())
}

/// Where an identity stands by what the run and the event say of it.
fn stand(identity: &Identity, actors: &Actors, context: Context<'_>) -> Standing {
    if identity.login.is_empty() {
        return Standing::Denied(nobody(identity, actors));
    }
    let mut mismatch = None;
    let mut needs_id = false;
    for entry in actors.entries() {
        match compare(identity, entry, context.environment.is_github_com()) {
            Compared::Same => return Standing::Matches(entry.to_string()),
            Compared::IdUnknown if identity.part == Part::TriggeringActor => needs_id = true,
            Compared::IdUnknown | Compared::Other(_) => {
                mismatch.get_or_insert(entry);
            }
            Compared::Unrelated => {}
        }
    }
    let needs_entries = actors.entries().iter().any(ActorEntry::needs_api);
    if needs_id || needs_entries {
        return Standing::Open { needs_id, needs_entries };
    }
    Standing::Denied(denied(identity, actors, mismatch, context.environment.is_github_com()))
}

/// The one account of type `Bot` whose login does not end in `[bot]`: GitHub's own coding agent.
const BOT_WITHOUT_SUFFIX: &str = "Copilot";

enum Compared {
    Same,
    /// The login matches, the entry wants an id, and none is known.
    IdUnknown,
    /// The login matches and the id or type is another's.
    Other(String),
    Unrelated,
}

fn compare(identity: &Identity, entry: &ActorEntry, on_github_com: bool) -> Compared {
    let ActorEntry::Login { login, .. } = entry else { return Compared::Unrelated };
    if !login.eq_ignore_ascii_case(&identity.login) {
        return Compared::Unrelated;
    }
    // `[bot]` logins belong to apps alone, and apps have no others but one; an account of another type under such a
    // name is an impostor.
    let is_app = without_bot(login).is_some();
    // The runner's variables say nothing of types; the event does, and always.
    let untold = identity.kind.is_empty() && matches!(identity.part, Part::Actor | Part::TriggeringActor);
    let fits = if is_app {
        untold || identity.kind == "Bot"
    } else {
        identity.kind != "Bot" || login.eq_ignore_ascii_case(BOT_WITHOUT_SUFFIX)
    };
    if !fits {
        return Compared::Other(match identity.kind.as_str() {
            "" => "its type is not known".to_owned(),
            kind => format!("its type is {}", quote(kind)),
        });
    }
    match (entry.required_id(on_github_com), identity.id) {
        (None, _) => Compared::Same,
        (Some(wanted), Some(id)) if wanted == id => Compared::Same,
        (Some(_), None) => Compared::IdUnknown,
        (Some(_), Some(id)) => Compared::Other(format!("its id is {id}")),
    }
}

fn nobody(identity: &Identity, actors: &Actors) -> Stop {
    if identity.part == Part::TriggeringActor {
        return Stop::new(
            Code::ActorUnverified,
            "this is a re-run and the runner does not say who started it (`GITHUB_TRIGGERING_ACTOR` is empty)",
            format!("the policy allows {}", actors.describe()),
        )
        .mend(
            "Send the event anew instead of re-running, or use a server whose runner sets `GITHUB_TRIGGERING_ACTOR`.",
        );
    }
    Stop::new(identity.part.code(), identity.describe(), format!("the policy allows {}", actors.describe()))
}

fn denied(identity: &Identity, actors: &Actors, mismatch: Option<&ActorEntry>, on_github_com: bool) -> Stop {
    if let Some(entry) = mismatch {
        let what = match compare(identity, entry, on_github_com) {
            Compared::Other(what) => what,
            _ => "its id is not known".to_owned(),
        };
        let wanted = entry.required_id(on_github_com).map_or(String::new(), |id| format!(" with the id {id}"));
        let is_app = matches!(entry, ActorEntry::Login { login, .. } if without_bot(login).is_some());
        let kind = if is_app { " of type `Bot`" } else { "" };
        return Stop::new(
            Code::ActorIdentityMismatch,
            format!("{}, but {what}", identity.describe()),
            format!("the entry {} stands for the account{wanted}{kind}", quote(&entry.to_string())),
        );
    }
    let stop = Stop::new(identity.part.code(), identity.describe(), format!("the policy allows {}", actors.describe()));
    // A login that no entry could be is not for adding.
    if identity.part == Part::TriggeringActor && ActorEntry::parse(&identity.login).is_ok() {
        return stop.mend(format!(
            "Have an allowed actor re-run it, send the event anew, or add {} to `actors` (flat: `allowed-actors`).",
            quote(&identity.login)
        ));
    }
    stop
}

fn questions(standing: &Standing, identity: &Identity, actors: &Actors) -> Vec<Question> {
    let Standing::Open { needs_id, needs_entries } = standing else { return Vec::new() };
    let mut questions = Vec::new();
    if *needs_id {
        questions.push(Question::Attempt);
    }
    if *needs_entries {
        let login = identity.login.to_ascii_lowercase();
        questions.extend(actors.entries().iter().filter_map(|entry| match entry {
            ActorEntry::Team { org, slug } => {
                Some(Question::Team { org: org.clone(), slug: slug.clone(), login: login.clone() })
            }
            ActorEntry::Role(_) => Some(Question::Role { login: login.clone() }),
            ActorEntry::Login { .. } => None,
        }));
    }
    questions
}

async fn ask(questions: Vec<Question>, context: Context<'_>) -> Answers {
    let asked = questions.into_iter().map(|question| -> Task<'_, Answer> {
        Box::pin(async move {
            match question {
                Question::Attempt => Answer::Attempt(attempt(context).await),
                Question::Team { org, slug, login } => {
                    let member = membership(context, &org, &slug, &login).await;
                    Answer::Team((org, slug, login), member)
                }
                Question::Role { login } => {
                    let role = role(context, &login).await;
                    Answer::Role(login, role)
                }
            }
        })
    });
    let mut answers = Answers::default();
    for answer in side_by_side(asked).await {
        match answer {
            Answer::Attempt(account) => answers.attempt = Some(account),
            Answer::Team(key, member) => {
                answers.teams.insert(key, member);
            }
            Answer::Role(login, role) => {
                answers.roles.insert(login, role);
            }
        }
    }
    answers
}

/// Settles an open standing by the answers. One match suffices; where none matches, an entry that could not be
/// looked up means that nobody can say no either.
fn settle(identity: &mut Identity, actors: &Actors, answers: &Answers, context: Context<'_>) -> Result<String, Stop> {
    let on_github_com = context.environment.is_github_com();
    let mut trouble = None;
    if identity.part == Part::TriggeringActor
        && let Some(attempt) = &answers.attempt
    {
        match attempt {
            Ok(account) => {
                identity.id = account.id;
                identity.kind.clone_from(&account.kind);
            }
            Err(stop) => trouble = Some(stop.clone()),
        }
    }
    let login = identity.login.to_ascii_lowercase();
    let mut mismatch = None;
    for entry in actors.entries() {
        let matches = match entry {
            ActorEntry::Login { .. } => match compare(identity, entry, on_github_com) {
                Compared::Same => Ok(true),
                Compared::Other(_) => {
                    mismatch.get_or_insert(entry);
                    Ok(false)
                }
                Compared::IdUnknown => {
                    if trouble.is_none() {
                        mismatch.get_or_insert(entry);
                    }
                    Ok(false)
                }
                Compared::Unrelated => Ok(false),
            },
            ActorEntry::Team { org, slug } => {
                answers.teams.get(&(org.clone(), slug.clone(), login.clone())).cloned().unwrap_or(Ok(false))
            }
            ActorEntry::Role(least) => match answers.roles.get(&login) {
                Some(Ok(role)) => Ok(role.is_some_and(|role| role >= *least)),
                Some(Err(stop)) => Err(stop.clone()),
                None => Ok(false),
            },
        };
        match matches {
            Ok(true) => return Ok(entry.to_string()),
            Ok(false) => {}
            Err(stop) => {
                trouble.get_or_insert(stop);
            }
        }
    }
    Err(trouble.unwrap_or_else(|| denied(identity, actors, mismatch, on_github_com)))
}

/// Who started this attempt (`GET /repos/{o}/{r}/actions/runs/{run}/attempts/{n}`).
async fn attempt(context: Context<'_>) -> Result<Account, Stop> {
    let environment = context.environment;
    let (run, number) = (environment.run_id().unwrap_or(0), environment.run_attempt().unwrap_or(1));
    let path = format!("{}/actions/runs/{run}/attempts/{number}", repository_path(environment));
    let what = "who started this attempt of the run";
    let json = context.github.get(&path).await.map_err(|failure| unverified(failure, what, "actions: read"))?;
    let account = Account::read(json.at("triggering_actor"));
    let expected = environment.get("GITHUB_TRIGGERING_ACTOR");
    match account {
        Some(account) if account.login.eq_ignore_ascii_case(expected) && account.id.is_some() => Ok(account),
        _ => Err(unexpected(&path, &format!("an attempt with the triggering actor {}", quote(expected)))),
    }
}

/// Whether a login is an active member of a team. GitHub answers 404 for a login that is no member as well as for a
/// team that the token may not see, so that is told apart by reading the team itself.
async fn membership(context: Context<'_>, org: &str, slug: &str, login: &str) -> Result<bool, Stop> {
    let team = format!("/orgs/{}/teams/{}", segment(org), segment(slug));
    let what = format!("the members of the team `@{org}/{slug}`");
    let permission = "members: read";
    let path = format!("{team}/memberships/{}", segment(login));
    match context.github.get(&path).await {
        Ok(json) => match json.at("state").as_str() {
            Some("active") => Ok(true),
            Some("pending") => Ok(false),
            _ => Err(unexpected(&path, "a membership with a state")),
        },
        Err(Failure::Refused(Refusal { status: 404, .. })) => match context.github.get(&team).await {
            Ok(json) if json.at("slug").as_str().is_some_and(|found| found.eq_ignore_ascii_case(slug)) => Ok(false),
            Ok(_) => Err(unexpected(&team, "the team")),
            Err(failure) => Err(unverified(failure, &what, permission)),
        },
        Err(failure) => Err(unverified(failure, &what, permission)),
    }
}

/// The role that a login has in this repository; none where it has none, or a custom one without a base.
async fn role(context: Context<'_>, login: &str) -> Result<Option<Role>, Stop> {
    let path = format!("{}/collaborators/{}/permission", repository_path(context.environment), segment(login));
    let what = format!("the role of {} in this repository", quote(login));
    let json = context.github.get(&path).await.map_err(|failure| unverified(failure, &what, "metadata: read"))?;
    let same = |found: &Json| found.as_str().is_some_and(|found| found.eq_ignore_ascii_case(login));
    let Some(permission) = json.at("permission").as_str() else { return Err(unexpected(&path, "a permission")) };
    if !json.at("user").is_null() && !same(json.at("user.login")) {
        return Err(unexpected(&path, &format!("the permission of {}", quote(login))));
    }
    // `role_name` is more exact, and has a custom role's own name, which may be anything.
    let base = Role::from_name(permission);
    let named = json.at("role_name").as_str().and_then(Role::from_name).filter(|role| Some(role.base()) == base);
    Ok(named.or(base))
}

/// `/repos/{owner}/{name}` of the run's repository.
pub fn repository_path(environment: &Environment) -> String {
    github::repository_path(environment.repository())
}

fn unverified(failure: Failure, what: &str, permission: &str) -> Stop {
    match failure {
        Failure::Stop(stop) | Failure::Uncertain(stop) => stop,
        Failure::Refused(refusal @ Refusal { status: 403 | 404, .. }) => {
            let accepted = refusal
                .accepted_permissions
                .as_deref()
                .map_or(String::new(), |accepted| format!(" (GitHub accepts {})", quote(accepted)));
            let cure = match permission {
                "members: read" => "`GITHUB_TOKEN` cannot read teams: give the input `token` one of a GitHub App with \
                                    the organization permission `members: read`, or list logins instead."
                    .to_owned(),
                // No key of `permissions:`; every token of the repository has it.
                "metadata: read" => {
                    "Give the input `token` one that can read this repository, or list logins instead.".to_owned()
                }
                _ => format!("Add `{permission}` to the job's `permissions:`, or list logins instead."),
            };
            Stop::new(
                Code::ActorUnverified,
                format!(
                    "GitHub would not show {what} (status {}: {}){accepted}",
                    refusal.status,
                    quote(&refusal.message)
                ),
                format!("the token needs `{permission}`"),
            )
            .mend(cure)
        }
        other @ Failure::Refused(_) => other.into_stop(what, permission),
    }
}

fn unexpected(path: &str, wanted: &str) -> Stop {
    Stop::new(Code::ApiInvalidResponse, format!("GitHub's answer for `{path}` is not {wanted}"), "")
}
