//! Types of payload fields: what a declared field accepts.

use std::cmp::Ordering;

use regex_lite::{Regex, RegexBuilder};

use crate::format::decimal::Decimal;
use crate::format::json::{Json, Number, Object};
use crate::github::commit_id::is_commit_id;
use crate::github::pull_request::MAX_NUMBER;
use crate::text::{is_bidi_control, quote, quote_list};

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
    /// The keys that lead to it, if it is not the top-level key of its name.
    pub path: Option<Vec<String>>,
}

impl Field {
    /// The top-level key of the payload that it is found under.
    pub fn top_level_key(&self) -> &str {
        self.path.as_ref().and_then(|path| path.first()).unwrap_or(&self.name)
    }

    /// Where it is in the payload, for messages.
    pub fn dotted_path(&self) -> String {
        self.path.as_ref().map_or_else(|| self.name.clone(), |path| path.join("."))
    }

    /// Its value in a payload.
    pub fn find_in<'p>(&self, payload: &'p Object) -> Option<&'p Json> {
        let Some([first, rest @ ..]) = self.path.as_deref() else { return payload.get(&self.name) };
        rest.iter().try_fold(payload.get(first)?, |value, key| value.as_object()?.get(key))
    }
}

/// How the values of a payload are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// As JSON: numbers and booleans are JSON values.
    Json,
    /// As text, in the `inputs` of `workflow_dispatch` and the arguments of a command.
    Text,
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
        pattern: Option<AnchoredRegex>,
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
    /// A bound; `None` if the text is not a number.
    pub fn parse(text: &str) -> Option<Self> {
        Decimal::parse(text).map(|value| Self { text: text.to_owned(), value })
    }
}

/// A regular expression that the whole value has to match, by an engine that takes linear time.
#[derive(Debug, Clone)]
pub struct AnchoredRegex {
    text: String,
    regex: Regex,
}

impl AnchoredRegex {
    /// Compiles an expression.
    ///
    /// # Errors
    /// In words, if it is not valid or too large.
    pub fn parse(text: &str) -> Result<Self, String> {
        let compile = |expression: &str| RegexBuilder::new(expression).size_limit(PATTERN_BYTES).nest_limit(32).build();
        // Alone first: `a)|(b` must not become valid by the group that is put around it.
        compile(text)
            .and_then(|_| compile(&format!(r"\A(?:{text})\z")))
            .map(|regex| Self { text: text.to_owned(), regex })
            .map_err(|error| format!("{} is not a usable regular expression: {error}", quote(text)))
    }

    fn matches(&self, value: &str) -> bool {
        self.regex.is_match(value)
    }
}

impl FieldType {
    /// The type of a name without further keys; `None` if the name is unknown, or needs further keys.
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
            FieldType::PullRequest => format!("a pull request's number from 1 to {MAX_NUMBER}"),
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

    /// Validates a value. The result is the value as it is handed on: numbers as numbers, booleans as booleans.
    ///
    /// # Errors
    /// What was found instead, as a clause for a message.
    pub fn validate(&self, value: &Json, encoding: Encoding) -> Result<Json, String> {
        match self {
            FieldType::PullRequest => pull_request_number(value).map(Json::integer),
            FieldType::HeadSha | FieldType::Sha => string_that(value, is_commit_id),
            FieldType::Slug => string_that(value, is_slug),
            FieldType::String { pattern, max_length } => validate_string(value, pattern.as_ref(), *max_length),
            FieldType::Number { min, max, integer } => {
                validate_number(value, encoding, min.as_ref(), max.as_ref(), *integer)
            }
            FieldType::Boolean => match value {
                Json::Bool(_) => Ok(value.clone()),
                Json::String(text) if encoding == Encoding::Text && text == "true" => Ok(Json::Bool(true)),
                Json::String(text) if encoding == Encoding::Text && text == "false" => Ok(Json::Bool(false)),
                other => Err(describe_value(other)),
            },
            FieldType::Choice(options) => string_that(value, |text| options.iter().any(|option| option == text)),
        }
    }
}

/// What a value is, in words for a message.
pub fn describe_value(value: &Json) -> String {
    match value {
        Json::Null => "null".to_owned(),
        Json::String(text) => format!("the string {}", quote(text)),
        Json::Number(number) => format!("the number {}", quote(number.as_str())),
        Json::Bool(value) => format!("the boolean `{value}`"),
        Json::Array(_) | Json::Object(_) => value.type_name().to_owned(),
    }
}

fn string_that(value: &Json, holds: impl Fn(&str) -> bool) -> Result<Json, String> {
    match value {
        Json::String(text) if holds(text) => Ok(value.clone()),
        other => Err(describe_value(other)),
    }
}

/// A pull request's number: a JSON integer, or a string of digits without a leading zero.
fn pull_request_number(value: &Json) -> Result<u64, String> {
    let digits = match value {
        Json::Number(number) => number.as_str(),
        Json::String(text) => text,
        other => return Err(describe_value(other)),
    };
    let plain = (1..=10).contains(&digits.len())
        && digits.bytes().all(|byte| byte.is_ascii_digit())
        && !digits.starts_with('0');
    digits.parse().ok().filter(|number| plain && *number <= MAX_NUMBER).ok_or_else(|| describe_value(value))
}

/// Whether a text is a `slug`.
pub fn is_slug(text: &str) -> bool {
    text.len() <= SLUG_CHARACTERS
        && text.starts_with(|first: char| first.is_ascii_alphanumeric())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
}

fn validate_string(value: &Json, pattern: Option<&AnchoredRegex>, max_length: u64) -> Result<Json, String> {
    let Json::String(text) = value else { return Err(describe_value(value)) };
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
        return Err(describe_value(value));
    }
    Ok(value.clone())
}

fn validate_number(
    value: &Json,
    encoding: Encoding,
    min: Option<&Bound>,
    max: Option<&Bound>,
    integer: bool,
) -> Result<Json, String> {
    let number = match value {
        Json::Number(number) => number.clone(),
        Json::String(text) if encoding == Encoding::Text => Number::parse(text).ok_or_else(|| describe_value(value))?,
        other => return Err(describe_value(other)),
    };
    let decimal = number.decimal().filter(|_| number.is_interoperable());
    let Some(decimal) = decimal else {
        return Err(format!("{}, which not every JSON reader keeps exactly", describe_value(value)));
    };
    let below = min.is_some_and(|min| decimal.compare(&min.value) == Ordering::Less);
    let above = max.is_some_and(|max| decimal.compare(&max.value) == Ordering::Greater);
    if below || above || (integer && !decimal.is_integer()) {
        return Err(describe_value(value));
    }
    Ok(Json::Number(number))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn json(text: &str) -> Json {
        crate::format::json::parse(text.as_bytes()).unwrap().root
    }

    fn accepts(kind: &FieldType, text: &str) -> bool {
        kind.validate(&json(text), Encoding::Json).is_ok()
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
        let pattern = AnchoredRegex::parse("a|b+").unwrap();
        let matched = FieldType::String { pattern: Some(pattern), max_length: 10 };
        assert!(accepts(&matched, "\"a\"") && accepts(&matched, "\"bbb\""));
        for bad in ["\"ab\"", "\"xa\"", "\"bx\"", "\"a\\n\""] {
            assert!(!accepts(&matched, bad), "{bad}");
        }
    }

    #[test]
    fn patterns_cannot_escape_their_group_or_explode() {
        for bad in ["a)|(b", "(", "[z-a]", "(?:a{1000}){1000}", "\\p{Greek}"] {
            assert!(AnchoredRegex::parse(bad).is_err(), "{bad}");
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
        assert!(kind.validate(&json("\"7\""), Encoding::Text).is_ok());
        for bad in ["\" 7\"", "\"7x\"", "\"\"", "\"0x7\"", "\"+7\"", "\"NaN\"", "\"07\"", "\"7\\n\""] {
            assert!(kind.validate(&json(bad), Encoding::Text).is_err(), "{bad}");
        }
        let any = FieldType::Number { min: None, max: None, integer: false };
        assert_eq!(any.validate(&json("9007199254740993"), Encoding::Json).unwrap().to_compact(), "9007199254740993");
        assert!(!accepts(&any, "18446744073709551616"));
    }

    #[test]
    fn booleans_and_choices() {
        assert!(accepts(&FieldType::Boolean, "true"));
        assert!(!accepts(&FieldType::Boolean, "\"true\""));
        assert_eq!(FieldType::Boolean.validate(&json("\"false\""), Encoding::Text), Ok(Json::Bool(false)));
        assert!(FieldType::Boolean.validate(&json("\"True\""), Encoding::Text).is_err());
        let choice = FieldType::Choice(vec!["dev".to_owned(), "prod".to_owned()]);
        assert!(accepts(&choice, "\"dev\""));
        for bad in ["\"Dev\"", "\"dev \"", "0", "[\"dev\"]"] {
            assert!(!accepts(&choice, bad), "{bad}");
        }
    }
}
