//! GitHub's filter patterns for branch names and file paths.
//!
//! The language is that of the "Filter pattern cheat sheet",
//! <https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#filter-pattern-cheat-sheet>:
//!
//! | in a pattern | matches |
//! | --- | --- |
//! | `*` | any characters but `/`, also none |
//! | `**` | any characters, also none |
//! | `**/` at the start or after `/` | any whole directories, also none: `**/README.md` matches `README.md` |
//! | `?` | the preceding character or nothing |
//! | `+` | the preceding character once or more often |
//! | `[a-z0]` | one of the letters and digits listed or in the ranges `a-z`, `A-Z`, `0-9` |
//! | `!` at the start | excludes what the patterns before it included |
//! | `\` | makes the special character after it an ordinary one |
//!
//! A pattern matches a whole name, and case matters. What GitHub leaves undefined (`*?`, `[^a]`, a `]` alone) and what
//! can never match is refused, so that a mistake in a pattern is found when the policy is read. Patterns are compiled to
//! regular expressions, which `regex_lite` matches in linear time.

use std::{error::Error, fmt};

use regex_lite::{Regex, RegexBuilder};

/// The longest pattern, in characters.
pub const MAX_PATTERN_CHARS: usize = 255;

/// The longest branch name that is matched, in characters. Git itself allows fewer on common file systems.
pub const MAX_BRANCH_CHARS: usize = 1000;

/// How many bytes a compiled pattern may take. The longest ones take about a tenth.
const MAX_COMPILED_BYTES: usize = 1024 * 1024;

/// Characters that mean something in a pattern, and that `\` makes ordinary.
const SPECIAL: [char; 7] = ['*', '?', '+', '[', ']', '!', '\\'];

/// What a pattern is matched against.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PatternKind {
    /// The name of a branch, without `refs/heads/`.
    Branch,
    /// The path of a file from the root of the repository.
    Path,
}

/// One pattern, checked and compiled.
#[derive(Clone, Debug)]
pub struct Pattern {
    text: String,
    kind: PatternKind,
    is_negative: bool,
    matcher: Matcher,
}

#[derive(Clone, Debug)]
enum Matcher {
    /// Most patterns are plain names: no regular expression has to be compiled for them.
    Literal(String),
    Regex(Regex),
}

/// A set of characters and how many of them the pattern takes at this place.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Element {
    set: CharSet,
    quantifier: Quantifier,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum CharSet {
    Char(char),
    /// Ranges of ASCII letters and digits, both ends included.
    Class(Vec<(char, char)>),
    NotSlash,
    Any,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Quantifier {
    Once,
    Optional,
    OneOrMore,
    ZeroOrMore,
    /// Nothing, or everything up to a `/`, which is included.
    Directories,
}

impl Element {
    fn push_regex(&self, out: &mut String) {
        if self.quantifier == Quantifier::Directories {
            out.push_str("(?:.*/)?");
            return;
        }
        match &self.set {
            CharSet::Char(c) => out.push_str(&regex_lite::escape(c.encode_utf8(&mut [0; 4]))),
            CharSet::Class(ranges) => {
                out.push('[');
                for (first, last) in ranges {
                    out.extend([*first, '-', *last]);
                }
                out.push(']');
            }
            CharSet::NotSlash => out.push_str("[^/]"),
            CharSet::Any => out.push('.'),
        }
        match self.quantifier {
            Quantifier::Once | Quantifier::Directories => {}
            Quantifier::Optional => out.push('?'),
            Quantifier::OneOrMore => out.push('+'),
            Quantifier::ZeroOrMore => out.push('*'),
        }
    }
}

impl Pattern {
    /// Reads a pattern.
    ///
    /// # Errors
    /// The pattern's first error, with its position and how to fix it.
    pub fn parse(text: &str, kind: PatternKind) -> Result<Self, PatternError> {
        let chars: Vec<char> = text.chars().collect();
        reject_unmatchable(&chars, kind)?;
        let is_negative = chars.first() == Some(&'!');
        let elements =
            PatternParser { chars: &chars, kind, next: usize::from(is_negative), elements: Vec::new() }.parse()?;
        Ok(Self { text: text.to_owned(), kind, is_negative, matcher: compile(&elements)? })
    }

    /// Whether the pattern begins with `!`.
    pub const fn is_negative(&self) -> bool {
        self.is_negative
    }

    /// Whether the pattern matches one name only.
    pub const fn is_literal(&self) -> bool {
        matches!(self.matcher, Matcher::Literal(_))
    }

    /// The pattern as it was written, `!` included.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether the pattern, without its `!`, matches the whole name. Takes time in proportion to the lengths of pattern
    /// and name, whatever they contain.
    pub fn matches(&self, name: &str) -> bool {
        match &self.matcher {
            Matcher::Literal(literal) => literal == name,
            Matcher::Regex(regex) => regex.is_match(name),
        }
    }
}

fn compile(elements: &[Element]) -> Result<Matcher, PatternError> {
    let literal = elements.iter().map(|element| match element {
        Element { set: CharSet::Char(c), quantifier: Quantifier::Once } => Some(*c),
        _ => None,
    });
    if let Some(literal) = literal.collect() {
        return Ok(Matcher::Literal(literal));
    }
    let mut regex = String::from(r"(?s)\A");
    for element in elements {
        element.push_regex(&mut regex);
    }
    regex.push_str(r"\z");
    RegexBuilder::new(&regex)
        .size_limit(MAX_COMPILED_BYTES)
        .build()
        .map(Matcher::Regex)
        .map_err(|error| PatternError::new(0, format!("the pattern cannot be compiled: {error}")))
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text && self.kind == other.kind
    }
}

impl Eq for Pattern {}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// Why a pattern is refused, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PatternError {
    /// The character of the pattern with the error, from 1.
    pub position: usize,
    /// What was found and how to fix it.
    pub message: String,
}

impl PatternError {
    /// An error at the character with this index, from 0.
    fn new(index: usize, message: impl Into<String>) -> Self {
        Self { position: index + 1, message: message.into() }
    }
}

impl fmt::Display for PatternError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "character {}: {}", self.position, self.message)
    }
}

impl Error for PatternError {}

/// Refuses what is too short or too long, or what no branch name or path looks like.
fn reject_unmatchable(chars: &[char], kind: PatternKind) -> Result<(), PatternError> {
    let name = chars.strip_prefix(&['!']).unwrap_or(chars);
    let start = chars.len() - name.len();
    let is_branch = kind == PatternKind::Branch;
    if name.is_empty() {
        let what = if is_branch { "branch" } else { "path" };
        return Err(PatternError::new(start.saturating_sub(1), format!("the pattern is empty: name a {what}")));
    }
    if chars.len() > MAX_PATTERN_CHARS {
        let message = format!("the pattern has {} characters, {MAX_PATTERN_CHARS} are allowed", chars.len());
        return Err(PatternError::new(MAX_PATTERN_CHARS, message));
    }
    if name.first() == Some(&'/') {
        let message = if is_branch {
            "no branch name begins with `/`: remove it"
        } else {
            "paths begin at the root of the repository without a `/`: remove it"
        };
        return Err(PatternError::new(start, message));
    }
    if name.last() == Some(&'/') {
        let message = if is_branch {
            "no branch name ends with `/`: remove it, or name the rest"
        } else {
            "paths are of files, not of directories: write `**` after the `/` for every file below it"
        };
        return Err(PatternError::new(chars.len() - 1, message));
    }
    if is_branch && name.starts_with(&['r', 'e', 'f', 's', '/', 'h', 'e', 'a', 'd', 's', '/']) {
        return Err(PatternError::new(start, "patterns match branch names: remove `refs/heads/`"));
    }
    if !is_branch && name.starts_with(&['.', '/']) {
        return Err(PatternError::new(start, "paths begin at the root of the repository: remove `./`"));
    }
    Ok(())
}

/// Whether git allows the character in no branch name, <https://git-scm.com/docs/git-check-ref-format>. Those that it
/// does not allow either but that mean something in a pattern are left out.
const fn is_forbidden_in_ref(c: char) -> bool {
    c.is_ascii_control() || matches!(c, '\u{80}'..='\u{9f}' | ' ' | '~' | '^' | ':')
}

/// Turns a pattern's characters into elements.
struct PatternParser<'a> {
    chars: &'a [char],
    kind: PatternKind,
    next: usize,
    elements: Vec<Element>,
}

impl PatternParser<'_> {
    fn parse(mut self) -> Result<Vec<Element>, PatternError> {
        while let Some(&c) = self.chars.get(self.next) {
            match c {
                '*' => self.star(),
                '?' => self.repeat(c, Quantifier::Optional)?,
                '+' => self.repeat(c, Quantifier::OneOrMore)?,
                '[' => self.class()?,
                ']' => return Err(self.error("`]` has no `[` before it: write `\\]` for the character itself")),
                '\\' => self.escape()?,
                _ if self.kind == PatternKind::Branch && is_forbidden_in_ref(c) => {
                    return Err(self.error(format!("no branch name contains {}: remove it", shown(c))));
                }
                _ => self.character(c),
            }
        }
        Ok(self.elements)
    }

    fn push(&mut self, set: CharSet, quantifier: Quantifier) {
        self.elements.push(Element { set, quantifier });
    }

    fn error(&self, message: impl Into<String>) -> PatternError {
        PatternError::new(self.next, message)
    }

    fn character(&mut self, c: char) {
        self.next += 1;
        self.push(CharSet::Char(c), Quantifier::Once);
    }

    fn star(&mut self) {
        if self.chars.get(self.next + 1) != Some(&'*') {
            self.next += 1;
            self.push(CharSet::NotSlash, Quantifier::ZeroOrMore);
            return;
        }
        self.next += 2;
        if self.is_at_segment() && self.is_slash_next() {
            self.next += 1;
            self.push(CharSet::Any, Quantifier::Directories);
        } else {
            self.push(CharSet::Any, Quantifier::ZeroOrMore);
        }
    }

    /// Whether the elements so far end at the start of a segment of the name.
    fn is_at_segment(&self) -> bool {
        match self.elements.last() {
            None => true,
            Some(element) => {
                element.quantifier == Quantifier::Directories
                    || (&element.set, element.quantifier) == (&CharSet::Char('/'), Quantifier::Once)
            }
        }
    }

    /// Whether a `/` follows that `?` or `+` does not change.
    fn is_slash_next(&self) -> bool {
        self.chars.get(self.next) == Some(&'/') && !matches!(self.chars.get(self.next + 1), Some('?' | '+'))
    }

    fn repeat(&mut self, sign: char, quantifier: Quantifier) -> Result<(), PatternError> {
        match self.elements.last_mut() {
            Some(element) if element.quantifier == Quantifier::Once => element.quantifier = quantifier,
            Some(_) => {
                let message =
                    format!("`{sign}` cannot follow `*`, `?` or `+`: write `\\{sign}` for the character itself");
                return Err(self.error(message));
            }
            None => {
                let message =
                    format!("`{sign}` needs a character before it: write `\\{sign}` for the character itself");
                return Err(self.error(message));
            }
        }
        self.next += 1;
        Ok(())
    }

    fn escape(&mut self) -> Result<(), PatternError> {
        match self.chars.get(self.next + 1) {
            Some(&c) if SPECIAL.contains(&c) => {
                self.next += 2;
                self.push(CharSet::Char(c), Quantifier::Once);
                Ok(())
            }
            _ => Err(self.error("`\\` is allowed only before one of `* ? + [ ] ! \\`: remove it")),
        }
    }

    fn class(&mut self) -> Result<(), PatternError> {
        let open = self.next;
        let Some(length) = self.chars[open + 1..].iter().position(|&c| c == ']') else {
            return Err(self.error("`[` is not closed: add `]`, or write `\\[` for the character itself"));
        };
        if length == 0 {
            return Err(self.error("`[]` is empty: list letters, digits or ranges in it"));
        }
        let close = open + 1 + length;
        let mut ranges = Vec::new();
        self.next += 1;
        while self.next < close {
            ranges.push(self.range(close)?);
        }
        self.next += 1;
        self.push(CharSet::Class(ranges), Quantifier::Once);
        Ok(())
    }

    /// Reads one character or range of a class that ends at `close`.
    fn range(&mut self, close: usize) -> Result<(char, char), PatternError> {
        let first = self.class_char()?;
        self.next += 1;
        if self.chars[self.next] != '-' {
            return Ok((first, first));
        }
        self.next += 1;
        if self.next == close {
            return Err(PatternError::new(self.next - 1, format!("the range `{first}-` has no end: add it")));
        }
        let last = self.class_char()?;
        let is_one_kind = [char::is_ascii_digit, char::is_ascii_lowercase, char::is_ascii_uppercase]
            .iter()
            .any(|is_kind: &fn(&char) -> bool| is_kind(&first) && is_kind(&last));
        if !is_one_kind {
            let message =
                format!("`{first}-{last}` is not a range: both ends are digits, lower-case or upper-case letters");
            return Err(PatternError::new(self.next - 2, message));
        }
        if first > last {
            let message = format!("the range `{first}-{last}` is reversed: write `{last}-{first}`");
            return Err(PatternError::new(self.next - 2, message));
        }
        self.next += 1;
        Ok((first, last))
    }

    fn class_char(&self) -> Result<char, PatternError> {
        match self.chars[self.next] {
            c if c.is_ascii_alphanumeric() => Ok(c),
            '-' => Err(self.error("`-` is allowed only between the ends of a range: write it as `a-z`")),
            '!' | '^' => Err(self.error("brackets cannot exclude characters: list those that are allowed")),
            c => Err(self.error(format!("brackets contain letters, digits and ranges only, not {}", shown(c)))),
        }
    }
}

/// A character for a message: itself in backticks, or its code point if it would not be seen.
fn shown(c: char) -> String {
    if c.is_ascii_graphic() && c != '`' { format!("`{c}`") } else { format!("U+{:04X}", u32::from(c)) }
}

/// A list of patterns, in order: the last one that matches a name decides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Patterns(Vec<Pattern>);

impl Patterns {
    /// Makes a list of patterns.
    ///
    /// # Errors
    /// An empty list, and a list whose first pattern is negative: there is nothing yet that it could exclude.
    /// Hence a list of negative patterns only is refused too.
    pub fn new(patterns: Vec<Pattern>) -> Result<Self, PatternsError> {
        match patterns.first() {
            None => Err(PatternsError::Empty),
            Some(first) if !first.is_negative => Ok(Self(patterns)),
            Some(_) if patterns.iter().all(Pattern::is_negative) => Err(PatternsError::OnlyNegative),
            Some(_) => Err(PatternsError::NegativeFirst),
        }
    }

    /// Whether the list includes a name: the last pattern that matches decides. A branch name of more than
    /// [`MAX_BRANCH_CHARS`] characters is never included; a path is matched whatever its length, since a list may say
    /// which files must not change.
    pub fn matches(&self, name: &str) -> bool {
        let is_too_long =
            |pattern: &Pattern| pattern.kind == PatternKind::Branch && name.chars().nth(MAX_BRANCH_CHARS).is_some();
        let last = self.0.iter().rev().find(|pattern| pattern.matches(name));
        last.is_some_and(|pattern| !pattern.is_negative && !is_too_long(pattern))
    }

    /// The patterns as they were written, in their order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(Pattern::as_str)
    }

    /// The patterns in their order.
    pub fn as_slice(&self) -> &[Pattern] {
        &self.0
    }
}

/// Why a list of patterns is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PatternsError {
    /// The list holds no pattern.
    Empty,
    /// All patterns are negative.
    OnlyNegative,
    /// The first pattern is negative, a later one is not.
    NegativeFirst,
}

impl fmt::Display for PatternsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Empty => "the list is empty: write at least one pattern",
            Self::OnlyNegative => "all patterns begin with `!`: write first what they exclude from",
            Self::NegativeFirst => "the first pattern begins with `!` and excludes nothing: move it below the others",
        })
    }
}

impl Error for PatternsError {}

#[cfg(test)]
#[allow(clippy::panic, clippy::unwrap_used)]
mod tests {
    use std::time::{Duration, Instant};

    use super::*;

    fn pattern(text: &str) -> Pattern {
        Pattern::parse(text, PatternKind::Branch).unwrap_or_else(|error| panic!("{text}: {error}"))
    }

    fn patterns(texts: &[&str]) -> Patterns {
        Patterns::new(texts.iter().copied().map(pattern).collect()).unwrap()
    }

    #[track_caller]
    fn check(text: &str, matching: &[&str], other: &[&str]) {
        let pattern = pattern(text);
        for name in matching {
            assert!(pattern.matches(name), "{text} must match {name}");
        }
        for name in other {
            assert!(!pattern.matches(name), "{text} must not match {name}");
        }
    }

    /// The table "Patterns to match branches and tags" of GitHub's cheat sheet, with names next to each example that
    /// its description excludes.
    #[test]
    fn documented_branch_and_tag_patterns() {
        check("feature/*", &["feature/my-branch", "feature/your-branch"], &["feature", "feature/a/b", "xfeature/a"]);
        check(
            "feature/**",
            &["feature/beta-a/my-branch", "feature/your-branch", "feature/mona/the/octocat"],
            &["feature", "features/a", "my/feature/a"],
        );
        check("main", &["main"], &["Main", "mai", "mainx", "x/main", "main/x", ""]);
        check("releases/mona-the-octocat", &["releases/mona-the-octocat"], &["releases/mona", "mona-the-octocat"]);
        check("*", &["main", "releases"], &["all/the/branches"]);
        check("**", &["all/the/branches", "every/tag", "main"], &[]);
        check("*feature", &["mona-feature", "feature", "ver-10-feature"], &["feature-x", "a/feature"]);
        check("v2*", &["v2", "v2.0", "v2.9"], &["v1", "v2/x", "av2"]);
        check(
            "v[12].[0-9]+.[0-9]+",
            &["v1.10.1", "v2.0.0", "v2.123.4567"],
            &["v3.0.0", "v1.0", "v1..0", "v1.0.0-rc", "v12.0.0"],
        );
    }

    /// The examples in the list of special characters above those tables.
    #[test]
    fn documented_special_characters() {
        check("Octo*", &["Octocat", "Octo"], &["Octo/cat", "octocat"]);
        check("[CB]at", &["Cat", "Bat"], &["at", "cat", "CBat", "Rat"]);
        check("[1-2]00", &["100", "200"], &["300", "00", "1-200"]);
        check("[0-9a-z]", &["0", "9", "a", "z"], &["A", "-", "", "00"]);
        check("release/v[0-9].[0-9]", &["release/v1.2"], &["release/v10.2", "release/v1x2"]);
        check("a!b", &["a!b"], &["ab"]);
    }

    /// The table "Patterns to match file paths": branch names have the same language.
    #[test]
    fn documented_path_patterns() {
        check("*", &["README.md", "server.rb"], &["docs/x"]);
        check("*.jsx?", &["page.js", "page.jsx"], &["page.jsxx", "page.j", "a/page.js"]);
        check("**", &["all/the/files.md"], &[]);
        check("*.js", &["app.js", "index.js"], &["js/app.js", "appxjs"]);
        check("**.js", &["index.js", "js/index.js", "src/js/app.js"], &["index.jsx"]);
        check("docs/*", &["docs/README.md", "docs/file.txt"], &["docs/mona/octocat.txt", "docs"]);
        check("docs/**", &["docs/README.md", "docs/mona/octocat.txt"], &["docs", "a/docs/b"]);
        check(
            "docs/**/*.md",
            &["docs/README.md", "docs/mona/hello-world.md", "docs/a/markdown/file.md"],
            &["docsREADME.md", "docs/a.txt", "a/docs/b.md"],
        );
        check(
            "**/docs/**",
            &["docs/hello.md", "dir/docs/my-file.txt", "space/docs/plan/space.doc"],
            &["docs", "mydocs/hello.md", "docsx/hello.md"],
        );
        check("**/README.md", &["README.md", "js/README.md", "a/b/README.md"], &["MYREADME.md", "js/MYREADME.md"]);
        check("**/*src/**", &["a/src/app.js", "my-src/code/js/app.js"], &["a/srcs/app.js", "src"]);
        check("**/*-post.md", &["my-post.md", "path/their-post.md"], &["post.md", "path/post.md"]);
        check(
            "**/migrate-*.sql",
            &["migrate-10909.sql", "db/migrate-v1.0.sql", "db/sept/migrate-v1.sql"],
            &["premigrate-1.sql", "migrate-a/b.sql"],
        );
    }

    #[track_caller]
    fn check_list(texts: &[&str], matching: &[&str], other: &[&str]) {
        let patterns = patterns(texts);
        for name in matching {
            assert!(patterns.matches(name), "{texts:?} must match {name}");
        }
        for name in other {
            assert!(!patterns.matches(name), "{texts:?} must not match {name}");
        }
    }

    /// The examples of negation in the cheat sheet and under `on.push.branches`.
    #[test]
    fn documented_lists() {
        check_list(&["*.md", "!README.md"], &["hello.md"], &["README.md", "docs/hello.md"]);
        check_list(&["*.md", "!README.md", "README*"], &["hello.md", "README.md", "README.doc"], &["docs/README.md"]);
        check_list(
            &["releases/**", "!releases/**-alpha"],
            &["releases/10", "releases/beta/mona"],
            &["releases/10-alpha", "releases/beta/3-alpha", "main"],
        );
        check_list(
            &["main", "mona/octocat", "releases/**"],
            &["main", "mona/octocat", "releases/10"],
            &["mona", "releases"],
        );
    }

    #[test]
    fn the_last_match_of_a_list_decides() {
        check_list(&["**", "!a*", "ab*", "!abc"], &["b", "ab", "abd"], &["a", "ac", "abc"]);
        check_list(&["a", "!b"], &["a"], &["b", "c"]);
        check_list(&["a", "!a", "a"], &["a"], &[]);
        check_list(&["a", "!a"], &[], &["a"]);
        check_list(&["**", "!!a"], &["a"], &["!a"]);
    }

    #[test]
    fn a_list_begins_with_a_positive_pattern() {
        let error = |texts: &[&str]| Patterns::new(texts.iter().copied().map(pattern).collect()).unwrap_err();
        assert_eq!(error(&[]), PatternsError::Empty);
        assert_eq!(error(&["!a"]), PatternsError::OnlyNegative);
        assert_eq!(error(&["!a", "!b*"]), PatternsError::OnlyNegative);
        assert_eq!(error(&["!a", "**"]), PatternsError::NegativeFirst);
        assert_eq!(
            error(&["!a", "b"]).to_string(),
            "the first pattern begins with `!` and excludes nothing: move it below the others"
        );
    }

    #[test]
    fn stars_and_directories() {
        check("a*b", &["ab", "axb", "axbxb"], &["a/b", "a", "abx"]);
        check("a**b", &["ab", "a/b", "axx/yb"], &["a", "b"]);
        check("a/**/b", &["a/b", "a/x/b", "a/x/y/b"], &["ab", "a/xb", "a/x/yb"]);
        check("**/**/a", &["a", "x/a", "x/y/z/a"], &["xa", "x/ya"]);
        check("a**/b", &["a/b", "ax/b", "a/x/b"], &["ab", "b"]);
        check("**/?a", &["/a", "x/a", "a", "xa"], &["x/b"]);
        check("**/+a", &["/a", "x/a", "x//a"], &["a"]);
        check("***", &["", "a", "a/b"], &[]);
        check("***/a", &["/a", "x/a", "x/y/a"], &["a", "xa"]);
        check("*/*", &["a/b"], &["a", "a/b/c"]);
        check("**x**", &["x", "a/x/b", "xx"], &["a/b"]);
        check("release-*-*", &["release-1-2", "release--", "release-1-2-3"], &["release-1"]);
    }

    #[test]
    fn repeats_follow_a_character_or_brackets() {
        check("ab?c", &["ac", "abc"], &["abbc", "axc"]);
        check("ab+c", &["abc", "abbbc"], &["ac", "axc"]);
        check("v[0-9]?x", &["vx", "v7x"], &["v77x"]);
        check("[0-9a-fX]+", &["0", "cafe", "X9"], &["", "g", "x"]);
        check("é+", &["é", "éé"], &["e", ""]);
        check("a+a", &["aa", "aaaa"], &["a"]);
        check("a?a?a?", &["", "a", "aaa"], &["aaaa", "b"]);
    }

    #[test]
    fn a_backslash_makes_the_next_character_ordinary() {
        check(r"a\+b", &["a+b"], &["ab", "aab", r"a\+b"]);
        check(r"\!main", &["!main"], &["main"]);
        check(r"a\]\[\*\?\\", &[r"a][*?\"], &["a"]);
        check(r"c\++", &["c+", "c++"], &["c", "cc"]);
        assert!(!pattern(r"\!main").is_negative());
        assert!(pattern(r"!\!main").is_negative());
    }

    #[test]
    fn names_are_compared_as_they_are() {
        check("main", &[], &["MAIN", "main ", " main", "main\n", "ma\u{200b}in", "mаin"]);
        check("*", &["a.b", "ü😀", ".", ""], &["/"]);
        check("a.b", &["a.b"], &["axb"]);
        check("(a|b)$", &["(a|b)$"], &["a", "b"]);
        check("{a,b}", &["{a,b}"], &["a"]);
    }

    #[test]
    fn a_pattern_knows_what_it_is() {
        let negative = pattern("!release/*");
        assert_eq!((negative.is_negative(), negative.as_str(), negative.is_literal()), (true, "!release/*", false));
        assert!(negative.matches("release/1") && !negative.matches("!release/1"));
        assert_eq!(negative.to_string(), "!release/*");
        for text in ["main", "release/1.x", r"c\+\+", "a!b", "!main"] {
            assert!(pattern(text).is_literal(), "{text}");
        }
        for text in ["*", "a**", "ab?", "ab+", "[ab]"] {
            assert!(!pattern(text).is_literal(), "{text}");
        }
        assert_eq!(patterns(&["a", "!b"]).as_slice(), [pattern("a"), pattern("!b")]);
    }

    #[test]
    fn errors_name_their_position_and_a_fix() {
        for (text, position, message) in [
            ("", 1, "the pattern is empty: name a branch"),
            ("!", 1, "the pattern is empty: name a branch"),
            ("[0-9", 1, "`[` is not closed: add `]`, or write `\\[` for the character itself"),
            ("a[", 2, "`[` is not closed: add `]`, or write `\\[` for the character itself"),
            ("v[]", 2, "`[]` is empty: list letters, digits or ranges in it"),
            ("v[9-0]", 3, "the range `9-0` is reversed: write `0-9`"),
            ("é[a-c9-0]", 6, "the range `9-0` is reversed: write `0-9`"),
            ("[0-]", 3, "the range `0-` has no end: add it"),
            ("[-a]", 2, "`-` is allowed only between the ends of a range: write it as `a-z`"),
            ("[a-c-e]", 5, "`-` is allowed only between the ends of a range: write it as `a-z`"),
            ("[A-z]", 2, "`A-z` is not a range: both ends are digits, lower-case or upper-case letters"),
            ("[0-z]", 2, "`0-z` is not a range: both ends are digits, lower-case or upper-case letters"),
            ("[!a]", 2, "brackets cannot exclude characters: list those that are allowed"),
            ("[a_]", 3, "brackets contain letters, digits and ranges only, not `_`"),
            ("[[a]]", 2, "brackets contain letters, digits and ranges only, not `[`"),
            ("[a\u{202e}]", 3, "brackets contain letters, digits and ranges only, not U+202E"),
            ("[`]", 2, "brackets contain letters, digits and ranges only, not U+0060"),
            (r"[\]]", 2, "brackets contain letters, digits and ranges only, not `\\`"),
            ("0-9]", 4, "`]` has no `[` before it: write `\\]` for the character itself"),
            ("?a", 1, "`?` needs a character before it: write `\\?` for the character itself"),
            ("!+a", 2, "`+` needs a character before it: write `\\+` for the character itself"),
            ("a*?", 3, "`?` cannot follow `*`, `?` or `+`: write `\\?` for the character itself"),
            ("a**+", 4, "`+` cannot follow `*`, `?` or `+`: write `\\+` for the character itself"),
            ("c++", 3, "`+` cannot follow `*`, `?` or `+`: write `\\+` for the character itself"),
            ("a?+", 3, "`+` cannot follow `*`, `?` or `+`: write `\\+` for the character itself"),
            (r"a\", 2, "`\\` is allowed only before one of `* ? + [ ] ! \\`: remove it"),
            (r"a\b", 2, "`\\` is allowed only before one of `* ? + [ ] ! \\`: remove it"),
            ("a\u{7}", 2, "no branch name contains U+0007: remove it"),
            ("main\n", 5, "no branch name contains U+000A: remove it"),
            ("my branch", 3, "no branch name contains U+0020: remove it"),
            ("!a^", 3, "no branch name contains `^`: remove it"),
            ("[^a]", 2, "brackets cannot exclude characters: list those that are allowed"),
            ("[a\n]", 3, "brackets contain letters, digits and ranges only, not U+000A"),
            ("a\u{85}", 2, "no branch name contains U+0085: remove it"),
            ("/main", 1, "no branch name begins with `/`: remove it"),
            ("!/main", 2, "no branch name begins with `/`: remove it"),
            ("feature/", 8, "no branch name ends with `/`: remove it, or name the rest"),
            ("refs/heads/main", 1, "patterns match branch names: remove `refs/heads/`"),
            ("!refs/heads/**", 2, "patterns match branch names: remove `refs/heads/`"),
        ] {
            let error = Pattern::parse(text, PatternKind::Branch).unwrap_err();
            assert_eq!((error.position, error.message.as_str()), (position, message), "{text:?}");
        }
        assert_eq!(
            Pattern::parse("[9-0]", PatternKind::Branch).unwrap_err().to_string(),
            "character 2: the range `9-0` is reversed: write `0-9`"
        );
    }

    #[test]
    fn paths_have_the_same_language_without_the_limits_of_branch_names() {
        let path = |text: &str| Pattern::parse(text, PatternKind::Path);
        for (text, name) in [
            ("my docs/a~b^c:d.txt", "my docs/a~b^c:d.txt"),
            ("refs/heads/x", "refs/heads/x"),
            (".github/**", ".github/workflows/ci.yml"),
            ("**/*.md", "README.md"),
            ("a+[0-9]?.txt", "aa.txt"),
        ] {
            assert!(path(text).unwrap().matches(name), "{text} {name}");
        }
        for (text, message) in [
            ("", "the pattern is empty: name a path"),
            ("/docs", "paths begin at the root of the repository without a `/`: remove it"),
            ("!/docs", "paths begin at the root of the repository without a `/`: remove it"),
            ("./docs", "paths begin at the root of the repository: remove `./`"),
            ("docs/", "paths are of files, not of directories: write `**` after the `/` for every file below it"),
            ("a**?", "`?` cannot follow `*`, `?` or `+`: write `\\?` for the character itself"),
        ] {
            assert_eq!(path(text).unwrap_err().message, message, "{text:?}");
        }
    }

    /// A list of paths that must not change would otherwise miss a file whose path is made long enough.
    #[test]
    fn a_path_is_matched_whatever_its_length() {
        let patterns = Patterns::new(vec![Pattern::parse(".github/**", PatternKind::Path).unwrap()]).unwrap();
        assert!(patterns.matches(&format!(".github/{}", "a/".repeat(100_000))));
    }

    #[test]
    fn names_are_as_written() {
        assert_eq!(patterns(&["v[0-9]", "!v9"]).names().collect::<Vec<_>>(), ["v[0-9]", "!v9"]);
    }

    #[test]
    fn lengths_have_limits() {
        assert!(Pattern::parse(&"é".repeat(MAX_PATTERN_CHARS), PatternKind::Branch).is_ok());
        assert_eq!(
            Pattern::parse(&"é".repeat(MAX_PATTERN_CHARS + 1), PatternKind::Branch).unwrap_err(),
            PatternError { position: 256, message: "the pattern has 256 characters, 255 are allowed".into() }
        );
        let any = patterns(&["**"]);
        assert!(any.matches(&"é".repeat(MAX_BRANCH_CHARS)));
        assert!(!any.matches(&"é".repeat(MAX_BRANCH_CHARS + 1)));
        let excluding = patterns(&["**", "!**/x"]);
        assert!(!excluding.matches(&("/".repeat(MAX_BRANCH_CHARS) + "x")));
    }

    /// Each of these takes longer than the universe has existed where a matcher backtracks.
    #[test]
    fn matching_does_not_explode() {
        let name = "a".repeat(MAX_BRANCH_CHARS - 1) + "b";
        for text in ["**a".repeat(85), "*a*".repeat(85), "a?".repeat(127), "a+".repeat(127), "[a-z]+".repeat(42)] {
            let pattern = pattern(&text);
            let start = Instant::now();
            for _ in 0..10 {
                assert!(!pattern.matches(&(name.clone() + "/c")));
            }
            assert!(start.elapsed() < Duration::from_secs(2), "{text}: {:?}", start.elapsed());
        }
    }

    /// A matcher that follows the cheat sheet word by word, with backtracking. It reads patterns of `a`, `b`, `/`, `*`,
    /// `?`, `+` and `[ab]`.
    fn reference(pattern: &[char], at_segment: bool, name: &[char]) -> bool {
        let rest = |length: usize| &pattern[length.min(pattern.len())..];
        let quantifier = |length: usize| pattern.get(length).filter(|c| matches!(c, '?' | '+'));
        match pattern {
            [] => name.is_empty(),
            ['*', '*', '/', ..] if at_segment && quantifier(3).is_none() => {
                let cuts = (0..=name.len()).filter(|&i| i == 0 || name[i - 1] == '/');
                cuts.into_iter().any(|i| reference(rest(3), true, &name[i..]))
            }
            ['*', '*', ..] => (0..=name.len()).any(|i| reference(rest(2), false, &name[i..])),
            ['*', ..] => {
                let end = name.iter().position(|&c| c == '/').unwrap_or(name.len());
                (0..=end).any(|i| reference(rest(1), false, &name[i..]))
            }
            _ => {
                let (length, set): (usize, &[char]) =
                    if pattern[0] == '[' { (4, &['a', 'b']) } else { (1, &pattern[..1]) };
                let takes = name.first().is_some_and(|c| set.contains(c));
                match quantifier(length) {
                    None => takes && reference(rest(length), set == ['/'], &name[1..]),
                    Some('?') => {
                        reference(rest(length + 1), false, name)
                            || (takes && reference(rest(length + 1), false, &name[1..]))
                    }
                    Some(_) => {
                        let run = name.iter().take_while(|c| set.contains(c)).count();
                        (1..=run).any(|i| reference(rest(length + 1), false, &name[i..]))
                    }
                }
            }
        }
    }

    /// All sequences of up to `length` of the pieces, in order of length.
    fn sequences(pieces: &[&str], length: usize) -> Vec<String> {
        let mut all = vec![String::new()];
        let mut shorter = 0..1;
        for _ in 0..length {
            for i in shorter.clone() {
                all.extend(pieces.iter().map(|piece| all[i].clone() + piece).collect::<Vec<_>>());
            }
            shorter = shorter.end..all.len();
        }
        all
    }

    #[test]
    fn all_short_patterns_agree_with_the_reference() {
        let names = sequences(&["a", "b", "/"], 4);
        let (mut read, mut matched) = (0, 0);
        for text in sequences(&["a", "/", "*", "**", "?", "+", "[ab]"], 5) {
            let Ok(pattern) = Pattern::parse(&text, PatternKind::Branch) else { continue };
            read += 1;
            let chars: Vec<char> = text.chars().collect();
            for name in &names {
                let expected = reference(&chars, true, &name.chars().collect::<Vec<_>>());
                assert_eq!(pattern.matches(name), expected, "{text} on {name:?}");
                matched += usize::from(expected);
            }
        }
        assert!(read > 5_000 && matched > 100_000, "{read} patterns, {matched} matches");
    }
}
