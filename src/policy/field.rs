//! Types of payload fields: what a declared field accepts.

use std::cmp::Ordering;

use regex_lite::{Regex, RegexBuilder};

use crate::decimal::Decimal;
use crate::json::{Json, Number};
use crate::text::{is_bidi_control, quote, quote_list};

/// The largest pull request number that is accepted.
pub const MAX_PULL_REQUEST: u64 = 2_147_483_647;
/// How many characters a `string` may have unless the policy says otherwise.
pub const DEFAULT_MAX_LENGTH: u64 = 256;
/// How many characters a policy may grant a `string`.
pub const LARGEST_MAX_LENGTH: u64 = 8192;
/// How many characters a `slug` may have.
const SLUG_CHARACTERS: usize = 100;
/// How many bytes a compiled `pattern` may take, so that a policy cannot make the guard slow.
const PATTERN_BYTES: usize = 256 * 1024;

/// A declared field.
#[derive(Debug, Clone)]
pub struct Field {
    /// The key in the payload.
    pub name: String,
    /// What it accepts.
    pub kind: FieldType,
    /// Whether it has to be there.
    pub required: bool,
    /// What an optional field is when it is not there.
    pub default: Option<Json>,
}

/// What a field accepts.
#[derive(Debug, Clone)]
pub enum FieldType {
    /// The number of the pull request that the run is about.
    PullRequest,
    /// The commit that the pull request's head has to be.
    HeadSha,
    /// A commit.
    Sha,
    /// A short name that is safe in paths and commands.
    Slug,
    /// Text.
    String {
        /// What the whole value has to match.
        pattern: Option<WholePattern>,
        /// How many characters it may have.
        max_length: u64,
    },
    /// A number.
    Number {
        /// The smallest value.
        min: Option<Bound>,
        /// The largest value.
        max: Option<Bound>,
        /// Whether it has to be whole.
        integer: bool,
    },
    /// `true` or `false`.
    Boolean,
    /// One of these, exactly.
    Choice(Vec<String>),
}

/// The names of the field types as a policy writes them.
pub const TYPE_NAMES: [&str; 8] = ["pull-request", "head-sha", "sha", "slug", "string", "number", "boolean", "choice"];

/// A bound of a number: its exact value, and how the policy writes it.
#[derive(Debug, Clone)]
pub struct Bound {
    /// As written.
    pub text: String,
    /// Its value.
    pub value: Decimal,
}

impl Bound {
    /// A bound; nothing where the text is no number.
    pub fn parse(text: &str) -> Option<Self> {
        Decimal::parse(text).map(|value| Self { text: text.to_owned(), value })
    }
}

/// A regular expression that the whole value has to match, by an engine that takes linear time.
#[derive(Debug, Clone)]
pub struct WholePattern {
    text: String,
    regex: Regex,
}

impl WholePattern {
    /// Compiles an expression.
    ///
    /// # Errors
    /// In words, where it is not one or too large.
    pub fn parse(text: &str) -> Result<Self, String> {
        let compile = |expression: &str| RegexBuilder::new(expression).size_limit(PATTERN_BYTES).nest_limit(32).build();
        // Alone first: `a)|(b` must not become valid by the group that is put around it.
        compile(text)
            .and_then(|_| compile(&format!(r"\A(?:{text})\z")))
            .map(|regex| Self { text: text.to_owned(), regex })
            .map_err(|error| format!("{} is no usable regular expression: {error}", quote(text)))
    }

    fn matches(&self, value: &str) -> bool {
        self.regex.is_match(value)
    }
}

impl FieldType {
    /// The type of a name about which nothing more is said; nothing where there is none, or more has to be said.
    pub fn plain(name: &str) -> Option<Self> {
        Some(match name {
            "pull-request" => FieldType::PullRequest,
            "head-sha" => FieldType::HeadSha,
            "sha" => FieldType::Sha,
            "slug" => FieldType::Slug,
            "string" => FieldType::String { pattern: None, max_length: DEFAULT_MAX_LENGTH },
            "number" => FieldType::Number { min: None, max: None, integer: false },
            "boolean" => FieldType::Boolean,
            _ => return None,
        })
    }

    /// The type's name in a policy.
    pub fn name(&self) -> &'static str {
        match self {
            FieldType::PullRequest => "pull-request",
            FieldType::HeadSha => "head-sha",
            FieldType::Sha => "sha",
            FieldType::Slug => "slug",
            FieldType::String { .. } => "string",
            FieldType::Number { .. } => "number",
            FieldType::Boolean => "boolean",
            FieldType::Choice(_) => "choice",
        }
    }

    /// What the type accepts, as a clause for a message.
    pub fn describe(&self) -> String {
        match self {
            FieldType::PullRequest => format!("a pull request's number from 1 to {MAX_PULL_REQUEST}"),
            FieldType::HeadSha | FieldType::Sha => "a commit id of 40 or 64 lower-case hex digits".to_owned(),
            FieldType::Slug => {
                format!("1 to {SLUG_CHARACTERS} of the characters `A-Z a-z 0-9 . _ -`, starting with a letter or digit")
            }
            FieldType::String { pattern, max_length } => {
                let pattern =
                    pattern.as_ref().map(|pattern| format!(" that match {} as a whole", quote(&pattern.text)));
                format!("1 to {max_length} characters{}, none of them a control character", pattern.unwrap_or_default())
            }
            FieldType::Number { min, max, integer } => {
                let mut words = if *integer { "a whole number".to_owned() } else { "a number".to_owned() };
                if let Some(min) = min {
                    words.push_str(&format!(" of at least {}", min.text));
                }
                if let Some(max) = max {
                    words.push_str(&format!("{} at most {}", if min.is_some() { " and" } else { " of" }, max.text));
                }
                words
            }
            FieldType::Boolean => "`true` or `false`".to_owned(),
            FieldType::Choice(options) => format!("one of {}", quote_list(options, "or")),
        }
    }

    /// Whether a value is of the type. `textual` says that numbers and booleans come as text, as in the `inputs` of
    /// `workflow_dispatch`. The answer is the value as it is handed on: numbers as numbers, booleans as booleans.
    ///
    /// # Errors
    /// What was found instead, as a clause for a message.
    pub fn accept(&self, value: &Json, textual: bool) -> Result<Json, String> {
        match self {
            FieldType::PullRequest => pull_request_number(value).map(Json::integer),
            FieldType::HeadSha | FieldType::Sha => string_that(value, is_commit_id),
            FieldType::Slug => string_that(value, is_slug),
            FieldType::String { pattern, max_length } => accept_string(value, pattern.as_ref(), *max_length),
            FieldType::Number { min, max, integer } => {
                accept_number(value, textual, min.as_ref(), max.as_ref(), *integer)
            }
            FieldType::Boolean => match value {
                Json::Bool(_) => Ok(value.clone()),
                Json::String(text) if textual && text == "true" => Ok(Json::Bool(true)),
                Json::String(text) if textual && text == "false" => Ok(Json::Bool(false)),
                other => Err(found(other)),
            },
            FieldType::Choice(options) => string_that(value, |text| options.iter().any(|option| option == text)),
        }
    }
}

/// What a value is, in words for a message.
pub fn found(value: &Json) -> String {
    match value {
        Json::Null => "null".to_owned(),
        Json::String(text) => format!("the string {}", quote(text)),
        Json::Number(number) => format!("the number {}", quote(number.as_str())),
        Json::Bool(value) => format!("the boolean `{value}`"),
        Json::Array(_) | Json::Object(_) => value.kind().to_owned(),
    }
}

fn string_that(value: &Json, holds: impl Fn(&str) -> bool) -> Result<Json, String> {
    match value {
        Json::String(text) if holds(text) => Ok(value.clone()),
        other => Err(found(other)),
    }
}

/// A pull request's number: a JSON integer, or a string of digits without a leading zero.
fn pull_request_number(value: &Json) -> Result<u64, String> {
    let digits = match value {
        Json::Number(number) => number.as_str(),
        Json::String(text) => text,
        other => return Err(found(other)),
    };
    let plain = (1..=10).contains(&digits.len())
        && digits.bytes().all(|byte| byte.is_ascii_digit())
        && !digits.starts_with('0');
    digits.parse().ok().filter(|number| plain && *number <= MAX_PULL_REQUEST).ok_or_else(|| found(value))
}

/// Whether a text is a commit id: 40 (SHA-1) or 64 (SHA-256) lower-case hex digits.
pub fn is_commit_id(text: &str) -> bool {
    matches!(text.len(), 40 | 64) && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

fn is_slug(text: &str) -> bool {
    text.len() <= SLUG_CHARACTERS
        && text.starts_with(|first: char| first.is_ascii_alphanumeric())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
}

fn accept_string(value: &Json, pattern: Option<&WholePattern>, max_length: u64) -> Result<Json, String> {
    let Json::String(text) = value else { return Err(found(value)) };
    let characters = text.chars().count();
    if characters == 0 {
        return Err("an empty string".to_owned());
    }
    if characters as u64 > max_length {
        return Err(format!("a string of {characters} characters"));
    }
    let forbidden =
        |letter: &char| letter.is_control() || is_bidi_control(*letter) || matches!(letter, '\u{2028}' | '\u{2029}');
    if let Some(letter) = text.chars().find(forbidden) {
        return Err(format!("a string with the control character U+{:04X}", u32::from(letter)));
    }
    if pattern.is_some_and(|pattern| !pattern.matches(text)) {
        return Err(found(value));
    }
    Ok(value.clone())
}

fn accept_number(
    value: &Json,
    textual: bool,
    min: Option<&Bound>,
    max: Option<&Bound>,
    integer: bool,
) -> Result<Json, String> {
    let number = match value {
        Json::Number(number) => number.clone(),
        Json::String(text) if textual => Number::parse(text).ok_or_else(|| found(value))?,
        other => return Err(found(other)),
    };
    let decimal = number.decimal().filter(|_| number.fits());
    let Some(decimal) = decimal else {
        return Err(format!("{}, which no JSON reader keeps exactly", found(value)));
    };
    let below = min.is_some_and(|min| decimal.compare(&min.value) == Ordering::Less);
    let above = max.is_some_and(|max| decimal.compare(&max.value) == Ordering::Greater);
    if below || above || (integer && !decimal.is_integer()) {
        return Err(found(value));
    }
    Ok(Json::Number(number))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn json(text: &str) -> Json {
        crate::json::parse(text.as_bytes()).unwrap().root
    }

    fn accepts(kind: &FieldType, text: &str) -> bool {
        kind.accept(&json(text), false).is_ok()
    }

    #[test]
    fn pull_request_numbers() {
        for good in ["7", "\"7\"", "2147483647", "\"2147483647\""] {
            assert!(accepts(&FieldType::PullRequest, good), "{good}");
        }
        for bad in [
            "0",
            "-1",
            "1.5",
            "7.0",
            "7e0",
            "1e400",
            "9007199254740993",
            "2147483648",
            "\"007\"",
            "\" 7\"",
            "\"7\\n\"",
            "\"\"",
            "true",
            "null",
            "[7]",
            "{}",
            "\"+7\"",
            "\"0x7\"",
            "\"７\"",
            "99999999999999999999",
        ] {
            assert!(!accepts(&FieldType::PullRequest, bad), "{bad}");
        }
    }

    #[test]
    fn commits_and_slugs() {
        let sha = format!("\"{}\"", "a1".repeat(20));
        assert!(accepts(&FieldType::Sha, &sha));
        assert!(accepts(&FieldType::HeadSha, &format!("\"{}\"", "0".repeat(64))));
        for bad in
            [sha.to_uppercase(), format!("\"{}\"", "a".repeat(39)), "7".to_owned(), sha.replace("a1\"", "a1\\n\"")]
        {
            assert!(!accepts(&FieldType::Sha, &bad), "{bad}");
        }
        for good in ["\"a\"", "\"my-chart_1.2\"", "\"9\""] {
            assert!(accepts(&FieldType::Slug, good), "{good}");
        }
        for bad in [
            "\"\"",
            "\"-a\"",
            "\".a\"",
            "\"a b\"",
            "\"a/b\"",
            "\"$(id)\"",
            "\"a'b\"",
            "\"a\\\"b\"",
            "\"a\\nb\"",
            "\"é\"",
            "\"a\u{202e}b\"",
            "7",
        ] {
            assert!(!accepts(&FieldType::Slug, bad), "{bad}");
        }
        assert!(!accepts(&FieldType::Slug, &format!("\"{}\"", "a".repeat(101))));
    }

    #[test]
    fn strings_match_as_a_whole_and_hold_nothing_that_is_not_shown() {
        let plain = FieldType::String { pattern: None, max_length: DEFAULT_MAX_LENGTH };
        assert!(accepts(&plain, "\"any text — with `$(x)`\""));
        assert!(accepts(&plain, &format!("\"{}\"", "é".repeat(256))));
        for bad in ["\"\"", "\"a\\nb\"", "\"\\u202e\"", "\"\\u0000\"", "\"\\u2028\"", "7"] {
            assert!(!accepts(&plain, bad), "{bad}");
        }
        assert!(!accepts(&plain, &format!("\"{}\"", "a".repeat(257))));
        let pattern = WholePattern::parse("a|b+").unwrap();
        let matched = FieldType::String { pattern: Some(pattern), max_length: 10 };
        assert!(accepts(&matched, "\"a\"") && accepts(&matched, "\"bbb\""));
        for bad in ["\"ab\"", "\"xa\"", "\"bx\"", "\"a\\n\""] {
            assert!(!accepts(&matched, bad), "{bad}");
        }
    }

    #[test]
    fn patterns_cannot_escape_their_group_or_explode() {
        for bad in ["a)|(b", "(", "[z-a]", "(?:a{1000}){1000}", "\\p{Greek}"] {
            assert!(WholePattern::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn numbers_are_compared_exactly() {
        let bound = |text| Bound::parse(text);
        let kind = FieldType::Number { min: bound("0"), max: bound("9007199254740992"), integer: true };
        for good in ["0", "7", "7.0", "9007199254740992", "1e3"] {
            assert!(accepts(&kind, good), "{good}");
        }
        for bad in ["-1", "0.5", "9007199254740993", "1e400", "\"7\"", "true", "1e999999999999"] {
            assert!(!accepts(&kind, bad), "{bad}");
        }
        assert!(kind.accept(&json("\"7\""), true).is_ok());
        for bad in ["\" 7\"", "\"7x\"", "\"\"", "\"0x7\"", "\"+7\"", "\"NaN\"", "\"07\"", "\"7\\n\""] {
            assert!(kind.accept(&json(bad), true).is_err(), "{bad}");
        }
        let any = FieldType::Number { min: None, max: None, integer: false };
        assert_eq!(any.accept(&json("9007199254740993"), false).unwrap().to_compact(), "9007199254740993");
        assert!(!accepts(&any, "18446744073709551616"));
    }

    #[test]
    fn booleans_and_choices() {
        assert!(accepts(&FieldType::Boolean, "true"));
        assert!(!accepts(&FieldType::Boolean, "\"true\""));
        assert_eq!(FieldType::Boolean.accept(&json("\"false\""), true), Ok(Json::Bool(false)));
        assert!(FieldType::Boolean.accept(&json("\"True\""), true).is_err());
        let choice = FieldType::Choice(vec!["dev".to_owned(), "prod".to_owned()]);
        assert!(accepts(&choice, "\"dev\""));
        for bad in ["\"Dev\"", "\"dev \"", "0", "[\"dev\"]"] {
            assert!(!accepts(&choice, bad), "{bad}");
        }
    }
}
