//! Entries of a list of actors: who may stand behind a run.

use std::fmt;

use crate::format::json::Json;
use crate::text::{did_you_mean, quote, quote_list};

/// Bots whose account ids on github.com are known, so that nobody can take their place under the same login.
/// Source: `GET /users/{login}` of github.com.
pub const KNOWN_BOTS: [(&str, u64); 3] =
    [("github-actions[bot]", 41_898_282), ("dependabot[bot]", 49_699_333), ("renovate[bot]", 29_139_614)];

/// The login under which several of GitHub's coding agents run, each with an account of its own.
pub const COPILOT: &str = "Copilot";

/// Repository roles from the least to the most (GitHub Docs, "Repository roles for an organization").
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// May read and clone.
    Read,
    /// May manage issues and pull requests.
    Triage,
    /// May push.
    Write,
    /// May manage the repository except for dangerous settings.
    Maintain,
    /// May do everything.
    Admin,
}

impl Role {
    /// Every role with its name.
    pub const NAMES: [(Role, &'static str); 5] = [
        (Role::Read, "read"),
        (Role::Triage, "triage"),
        (Role::Write, "write"),
        (Role::Maintain, "maintain"),
        (Role::Admin, "admin"),
    ];

    /// The role of a name; `None` also for `none`.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::NAMES.iter().find(|(_, known)| *known == name).map(|(role, _)| *role)
    }

    /// The highest role whose flag is set in `user.permissions` of the permission API. A custom role has the flags of
    /// its base role, and any name.
    ///
    /// # Errors
    /// The name of a flag that is not a boolean.
    pub fn from_flags(flags: &Json) -> Result<Option<Self>, &'static str> {
        const FLAGS: [(Role, &str); 5] = [
            (Role::Admin, "admin"),
            (Role::Maintain, "maintain"),
            (Role::Write, "push"),
            (Role::Triage, "triage"),
            (Role::Read, "pull"),
        ];
        for (role, flag) in FLAGS {
            match flags.get_path(flag) {
                Json::Bool(true) => return Ok(Some(role)),
                Json::Bool(false) | Json::Null => {}
                _ => return Err(flag),
            }
        }
        Ok(None)
    }

    fn name(self) -> &'static str {
        Self::NAMES.iter().find(|(role, _)| *role == self).map_or("", |(_, name)| name)
    }
}

/// One entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ActorEntry {
    /// A login, with its numeric id if the entry gives one.
    Login {
        /// As written; compared ASCII case-insensitively.
        login: String,
        /// The account's id, which survives a change of login.
        id: Option<u64>,
    },
    /// An active member of a team.
    Team {
        /// The organization's login.
        org: String,
        /// The team's slug; an enterprise team's begins with `ent:`.
        slug: String,
    },
    /// A member of an organization.
    Organization(String),
    /// At least this role in the repository.
    Role(Role),
}

impl fmt::Display for ActorEntry {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ActorEntry::Login { login, id: None } => out.write_str(login),
            ActorEntry::Login { login, id: Some(id) } => write!(out, "{login}:{id}"),
            ActorEntry::Team { org, slug } => write!(out, "@{org}/{slug}"),
            ActorEntry::Organization(org) => write!(out, "@{org}"),
            ActorEntry::Role(role) => write!(out, "role:{}", role.name()),
        }
    }
}

/// The forms of an entry, for messages.
const FORMS: &str = "a login (`octocat`, `github-actions[bot]`), `login:id`, `@org`, `@org/team` or `role:LEVEL`";

impl ActorEntry {
    /// Reads an entry.
    ///
    /// # Errors
    /// In words for the author of the policy.
    pub fn parse(text: &str) -> Result<Self, String> {
        if text.contains('*') {
            return Err(format!("{} is a wildcard; list each actor, team or role by its name", quote(text)));
        }
        if text.trim() != text {
            return Err(format!("{} begins or ends with white space; remove it", quote(text)));
        }
        if let Some(invalid_char) = text.chars().find(|c| !c.is_ascii_graphic() && *c != ' ') {
            return Err(format!(
                "{} contains the character U+{:04X}, which no login has; type the entry again",
                quote(text),
                u32::from(invalid_char)
            ));
        }
        if let Some(name) = text.strip_prefix('@') {
            return Self::parse_organization(text, name);
        }
        if let Some(role) = text.strip_prefix("role:") {
            return Role::from_name(role).map(ActorEntry::Role).ok_or_else(|| {
                let names = Role::NAMES.map(|(_, name)| name);
                format!(
                    "{} is not a role{}; expected one of {}",
                    quote(role),
                    did_you_mean(role, names),
                    quote_list(names, "and")
                )
            });
        }
        Self::parse_login(text)
    }

    fn parse_organization(text: &str, name: &str) -> Result<Self, String> {
        match name.split_once('/') {
            None if is_login(name) => Ok(ActorEntry::Organization(name.to_owned())),
            Some((org, slug)) if is_login(org) && is_slug(slug.strip_prefix("ent:").unwrap_or(slug)) => {
                Ok(ActorEntry::Team { org: org.to_owned(), slug: slug.to_owned() })
            }
            _ => Err(format!("{} is not a valid team; expected `@org` or `@org/team-slug`", quote(text))),
        }
    }

    fn parse_login(text: &str) -> Result<Self, String> {
        let (login, id) = match text.split_once(':') {
            Some((login, id)) => (login, Some(id)),
            None => (text, None),
        };
        if let Some(why) = common_mistake(login, id) {
            return Err(format!("{} is not a valid actor; {why}", quote(text)));
        }
        if !is_login(app_slug(login).unwrap_or(login)) {
            return Err(format!("{} is not a valid actor; expected {FORMS}", quote(text)));
        }
        let id = match id {
            None => None,
            Some(id) => match id.parse() {
                Ok(number) if number > 0 && id.bytes().all(|byte| byte.is_ascii_digit()) && !id.starts_with('0') => {
                    Some(number)
                }
                _ => {
                    return Err(format!(
                        "{} is not a valid account id; expected `login:id` with the numeric id",
                        quote(id)
                    ));
                }
            },
        };
        if id.is_none() && login.eq_ignore_ascii_case(COPILOT) {
            return Err(format!(
                "{} is the login of several apps, each with its own account; add the id of the one that is meant, as \
                 `{COPILOT}:ID` with the `sender.id` of one of its events",
                quote(text)
            ));
        }
        Ok(ActorEntry::Login { login: login.to_owned(), id })
    }

    /// The id that an account of this login has to have: the entry's own, or a known bot's on github.com.
    pub fn required_id(&self, on_github_com: bool) -> Option<u64> {
        match self {
            ActorEntry::Login { id: Some(id), .. } => Some(*id),
            ActorEntry::Login { login, id: None } if on_github_com => {
                KNOWN_BOTS.iter().find(|(bot, _)| bot.eq_ignore_ascii_case(login)).map(|(_, id)| *id)
            }
            _ => None,
        }
    }

    /// Whether only the API can tell who matches.
    pub fn needs_api(&self) -> bool {
        !matches!(self, ActorEntry::Login { .. })
    }
}

/// Why a text that people write for an actor is not a valid one, and what to write instead.
fn common_mistake(name: &str, value: Option<&str>) -> Option<&'static str> {
    const ASSOCIATION: &str = "`author_association` does not say who can write: a MEMBER may have no access, and a \
                               CONTRIBUTOR has none; write `role:write`, `@org` or `@org/team`";
    const ASSOCIATIONS: [&str; 8] = [
        "OWNER",
        "MEMBER",
        "COLLABORATOR",
        "CONTRIBUTOR",
        "FIRST_TIMER",
        "FIRST_TIME_CONTRIBUTOR",
        "MANNEQUIN",
        "NONE",
    ];
    match (name, value) {
        ("author_association" | "author-association" | "association", _) => Some(ASSOCIATION),
        ("org" | "organization", Some(_)) => Some("an organization is written as `@org`"),
        ("team", Some(_)) => Some("a team is written as `@org/team`"),
        ("user" | "login" | "app" | "bot", Some(_)) => Some("write the login alone, or `login:id` with the numeric id"),
        (name, None) if ASSOCIATIONS.contains(&name) => Some(ASSOCIATION),
        _ => None,
    }
}

/// What precedes the `[bot]` of an app's login; `None` if the login is not an app's.
pub fn app_slug(login: &str) -> Option<&str> {
    const SUFFIX: &str = "[bot]";
    let (name, suffix) = login.split_at_checked(login.len().checked_sub(SUFFIX.len())?)?;
    suffix.eq_ignore_ascii_case(SUFFIX).then_some(name)
}

/// GitHub's logins: ASCII letters, digits, hyphens, and the underscore of managed users; at most 39 characters for
/// people, more for managed users and apps.
fn is_login(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= 100
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
}

/// Slugs of teams and apps.
pub fn is_slug(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= 255
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
        && !text.bytes().all(|byte| byte == b'.')
}

/// A list of actors that is not empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actors(Vec<ActorEntry>);

impl Actors {
    /// A list; `None` if it would be empty.
    pub fn new(entries: Vec<ActorEntry>) -> Option<Self> {
        if entries.is_empty() { None } else { Some(Self(entries)) }
    }

    /// The entries in the order in which they were written.
    pub fn entries(&self) -> &[ActorEntry] {
        &self.0
    }
}

/// Entries for a message.
pub fn describe_entries(entries: &[&ActorEntry]) -> String {
    quote_list(entries.iter().map(ToString::to_string), "and")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_each_form_and_writes_it_back() {
        for text in [
            "octocat",
            "github-actions[bot]",
            "GitHub-Actions[Bot]",
            "octocat:583231",
            "my-app[bot]:12",
            "@acme",
            "@acme/ent:platform",
            "@acme/release-team",
            "role:write",
            "jane_acme",
            "Copilot:198982749",
        ] {
            assert_eq!(ActorEntry::parse(text).unwrap().to_string(), text);
        }
    }

    #[test]
    fn refuses_entries_that_could_match_more_than_intended() {
        for (text, message) in [
            ("*", "wildcard"),
            ("octo*", "wildcard"),
            ("@acme/*", "wildcard"),
            ("", "not a valid actor"),
            (" octocat", "white space"),
            ("octocat ", "white space"),
            ("ос\u{442}ocat", "U+043E"),
            ("octo\u{200b}cat", "U+200B"),
            ("octocat\u{202e}", "U+202E"),
            ("octo cat", "not a valid actor"),
            ("octocat:", "not a valid account id"),
            ("octocat:0", "not a valid account id"),
            ("octocat:007", "not a valid account id"),
            ("octocat:+7", "not a valid account id"),
            ("octocat:99999999999999999999", "not a valid account id"),
            ("@", "not a valid team"),
            ("@acme/", "not a valid team"),
            ("@acme/a/b", "not a valid team"),
            ("@acme/..", "not a valid team"),
            ("role:writer", "did you mean `write`"),
            ("role:Write", "did you mean `write`"),
            ("role:", "not a role"),
            ("octocat[bot][bot]", "not a valid actor"),
            ("[bot]", "not a valid actor"),
            ("bot]", "not a valid actor"),
            ("a,b", "not a valid actor"),
            ("author_association", "does not say who can write"),
            ("association:MEMBER", "does not say who can write"),
            ("MEMBER", "does not say who can write"),
            ("org:acme", "`@org`"),
            ("Copilot", "add the id"),
            ("copilot", "add the id"),
        ] {
            let error = ActorEntry::parse(text).unwrap_err();
            assert!(error.contains(message), "{text}: {error}");
            assert!(!error.contains("use `*`"));
        }
    }

    #[test]
    fn known_bots_have_an_id_on_github_com_only() {
        let bot = ActorEntry::parse("GitHub-Actions[Bot]").unwrap();
        assert_eq!(bot.required_id(true), Some(41_898_282));
        assert_eq!(bot.required_id(false), None);
        assert_eq!(ActorEntry::parse("octocat:7").unwrap().required_id(false), Some(7));
        assert_eq!(ActorEntry::parse("octocat").unwrap().required_id(true), None);
    }

    #[test]
    fn roles_are_ordered() {
        assert!(Role::NAMES.is_sorted_by_key(|(role, _)| *role));
    }
}
