//! Entries of a list of actors: who may stand behind a run.

use std::fmt;

use crate::text::{did_you_mean, is_deceptive, quote};

/// Bots whose account ids on github.com are known, so that nobody can take their place under the same login.
/// Source: `GET /users/{login}` of github.com.
pub const KNOWN_BOTS: [(&str, u64); 3] =
    [("github-actions[bot]", 41_898_282), ("dependabot[bot]", 49_699_333), ("renovate[bot]", 29_139_614)];

/// Repository roles from the least to the most (GitHub Docs, "Repository roles for an organization").
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// May read and clone.
    Read,
    /// May manage issues and pull requests.
    Triage,
    /// May push.
    Write,
    /// May manage the repository but its dangerous settings.
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

    /// The role of a name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::NAMES.iter().find(|(_, known)| *known == name).map(|(role, _)| *role)
    }

    /// What GitHub's permission of this role is called: `permission` knows neither `triage` nor `maintain`.
    #[must_use]
    pub fn base(self) -> Self {
        match self {
            Role::Read | Role::Triage => Role::Read,
            Role::Write | Role::Maintain => Role::Write,
            Role::Admin => Role::Admin,
        }
    }

    fn name(self) -> &'static str {
        Self::NAMES.iter().find(|(role, _)| *role == self).map_or("", |(_, name)| name)
    }
}

/// One entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ActorEntry {
    /// A login, with its numeric id where the entry gives one.
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
        /// The team's slug.
        slug: String,
    },
    /// At least this role in the repository.
    Role(Role),
}

impl fmt::Display for ActorEntry {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ActorEntry::Login { login, id: None } => out.write_str(login),
            ActorEntry::Login { login, id: Some(id) } => write!(out, "{login}:{id}"),
            ActorEntry::Team { org, slug } => write!(out, "@{org}/{slug}"),
            ActorEntry::Role(role) => write!(out, "role:{}", role.name()),
        }
    }
}

impl ActorEntry {
    /// Reads an entry.
    ///
    /// # Errors
    /// In words for the author of the policy, where it is a wildcard, misspelt, or holds a character that no login has.
    pub fn parse(text: &str) -> Result<Self, String> {
        if text.contains('*') {
            return Err(format!("{} is a wildcard; list each actor, team or role by its name", quote(text)));
        }
        if text.trim() != text {
            return Err(format!("{} has white space at an end; write the entry without it", quote(text)));
        }
        if let Some(odd) = text.chars().find(|letter| !letter.is_ascii() || is_deceptive(*letter)) {
            return Err(format!(
                "{} holds the character U+{:04X}, which no login has and which may look like another; type the entry anew",
                quote(text),
                u32::from(odd)
            ));
        }
        if let Some(team) = text.strip_prefix('@') {
            return Self::parse_team(text, team);
        }
        if let Some(role) = text.strip_prefix("role:") {
            return Role::from_name(role).map(ActorEntry::Role).ok_or_else(|| {
                let names = Role::NAMES.map(|(_, name)| name);
                format!("{} is no role; the roles are {}{}", quote(role), names.join(", "), did_you_mean(role, names))
            });
        }
        Self::parse_login(text)
    }

    fn parse_team(text: &str, team: &str) -> Result<Self, String> {
        match team.split_once('/') {
            Some((org, slug)) if is_login(org) && is_slug(slug) => {
                Ok(ActorEntry::Team { org: org.to_owned(), slug: slug.to_owned() })
            }
            _ => Err(format!("{} is no team; write `@org/team-slug`", quote(text))),
        }
    }

    fn parse_login(text: &str) -> Result<Self, String> {
        let (login, id) = match text.split_once(':') {
            Some((login, id)) => (login, Some(id)),
            None => (text, None),
        };
        if !is_login(without_bot(login).unwrap_or(login)) {
            return Err(format!(
                "{} is no actor; write a login (`octocat`, `github-actions[bot]`), `login:id`, `@org/team` or `role:LEVEL`",
                quote(text)
            ));
        }
        let id = match id {
            None => None,
            Some(id) => match id.parse() {
                Ok(number) if number > 0 && id.bytes().all(|byte| byte.is_ascii_digit()) && !id.starts_with('0') => {
                    Some(number)
                }
                _ => return Err(format!("{} is no account id; write `login:id` with the numeric id", quote(id))),
            },
        };
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

/// What stands before the `[bot]` of an app's login; nothing where the login is no app's.
pub fn without_bot(login: &str) -> Option<&str> {
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

fn is_slug(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= 255
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
        && !text.bytes().all(|byte| byte == b'.')
}

/// A list of actors that is not empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actors(Vec<ActorEntry>);

impl Actors {
    /// A list; nothing where it would be empty.
    pub fn new(entries: Vec<ActorEntry>) -> Option<Self> {
        if entries.is_empty() { None } else { Some(Self(entries)) }
    }

    /// The entries in the order in which they were written.
    pub fn entries(&self) -> &[ActorEntry] {
        &self.0
    }

    /// The entries for a message.
    pub fn describe(&self) -> String {
        crate::text::quote_list(self.0.iter().map(ToString::to_string), "and")
    }
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
            "@acme/release-team",
            "role:write",
            "jane_acme",
        ] {
            assert_eq!(ActorEntry::parse(text).unwrap().to_string(), text);
        }
    }

    #[test]
    fn refuses_what_could_match_more_or_other_than_meant() {
        for (text, message) in [
            ("*", "wildcard"),
            ("octo*", "wildcard"),
            ("@acme/*", "wildcard"),
            ("", "no actor"),
            (" octocat", "white space"),
            ("octocat ", "white space"),
            ("ос\u{442}ocat", "U+043E"),
            ("octo\u{200b}cat", "U+200B"),
            ("octocat\u{202e}", "U+202E"),
            ("octo cat", "no actor"),
            ("octocat:", "no account id"),
            ("octocat:0", "no account id"),
            ("octocat:007", "no account id"),
            ("octocat:+7", "no account id"),
            ("octocat:99999999999999999999", "no account id"),
            ("@acme", "no team"),
            ("@acme/", "no team"),
            ("@acme/a/b", "no team"),
            ("@acme/..", "no team"),
            ("role:writer", "did you mean `write`"),
            ("role:Write", "did you mean `write`"),
            ("role:", "no role"),
            ("octocat[bot][bot]", "no actor"),
            ("[bot]", "no actor"),
            ("bot]", "no actor"),
            ("a,b", "no actor"),
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
