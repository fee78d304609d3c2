//! GitHub's filter patterns for branch names.
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
//! | `!` at the start | takes back what the patterns before it let in |
//! | `\` | makes the special character after it an ordinary one |
//!
//! A pattern matches a whole name, and case matters. What GitHub leaves undefined (`*?`, `[^a]`, a `]` alone) and
//! what could never match a branch name is refused, so that a slip in a pattern is seen when the policy is read.

use std::{error::Error, fmt};

/// The longest pattern, in characters.
pub const MAX_PATTERN_CHARS: usize = 255;

/// The longest name that is matched against a list, in characters. Git itself allows fewer on common file systems.
pub const MAX_NAME_CHARS: usize = 1000;

/// Characters that mean something in a pattern, and that `\` makes ordinary.
const SPECIAL: [char; 7] = ['*', '?', '+', '[', ']', '!', '\\'];

/// One pattern, checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern {
    text: String,
    is_negative: bool,
    steps: Vec<Step>,
}

/// A set of characters and how many of them the pattern takes at this place.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Step {
    set: Set,
    times: Times,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Set {
    Char(char),
    /// Ranges, both ends included.
    Class(Vec<(char, char)>),
    NotSlash,
    Any,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Times {
    Once,
    Optional,
    OneOrMore,
    ZeroOrMore,
    /// Zero or more, up to the start of the name or to a `/`, which is taken too.
    Directories,
}

impl Set {
    fn holds(&self, c: char) -> bool {
        match self {
            Self::Char(own) => *own == c,
            Self::Class(ranges) => ranges.iter().any(|(first, last)| (*first..=*last).contains(&c)),
            Self::NotSlash => c != '/',
            Self::Any => true,
        }
    }
}

impl Times {
    /// Whether the step may be passed without a character, right after the character `previous` of the name.
    const fn may_be_none(self, previous: Option<char>) -> bool {
        match self {
            Self::Once | Self::OneOrMore => false,
            Self::Optional | Self::ZeroOrMore => true,
            // Such a step begins at the start of a segment. It has taken whole directories wherever another one begins.
            Self::Directories => matches!(previous, None | Some('/')),
        }
    }

    const fn may_repeat(self) -> bool {
        matches!(self, Self::OneOrMore | Self::ZeroOrMore | Self::Directories)
    }
}

impl Pattern {
    /// Reads a pattern.
    ///
    /// # Errors
    /// The pattern's first fault, with its place and a cure.
    pub fn parse(text: &str) -> Result<Self, PatternError> {
        let chars: Vec<char> = text.chars().collect();
        refuse_impossible(&chars)?;
        let is_negative = chars.first() == Some(&'!');
        let steps = Reader { chars: &chars, next: usize::from(is_negative), steps: Vec::new() }.read()?;
        Ok(Self { text: text.to_owned(), is_negative, steps })
    }

    /// Whether the pattern begins with `!`.
    pub const fn is_negative(&self) -> bool {
        self.is_negative
    }

    /// Whether the pattern matches one name only.
    pub fn is_literal(&self) -> bool {
        self.steps.iter().all(|step| matches!((&step.set, step.times), (Set::Char(_), Times::Once)))
    }

    /// The pattern as it was written, `!` included.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether the pattern, without its `!`, matches the whole name. Takes time in proportion to the lengths of pattern
    /// and name, whatever they hold.
    pub fn matches(&self, name: &str) -> bool {
        let mut reached = self.reached_at_start();
        let mut after = vec![false; reached.len()];
        for c in name.chars() {
            self.advance(&reached, c, &mut after);
            std::mem::swap(&mut reached, &mut after);
            if !reached.contains(&true) {
                return false;
            }
        }
        reached.last() == Some(&true)
    }

    /// Which numbers of steps may have been passed before the first character. The last entry is for all of them.
    fn reached_at_start(&self) -> Vec<bool> {
        let mut reached = vec![false; self.steps.len() + 1];
        reached[0] = true;
        self.pass_empty(&mut reached, None);
        reached
    }

    fn advance(&self, reached: &[bool], c: char, after: &mut [bool]) {
        after.fill(false);
        for (i, step) in self.steps.iter().enumerate() {
            if reached[i] && step.set.holds(c) {
                after[i] |= step.times.may_repeat();
                after[i + 1] |= matches!(step.times, Times::Once | Times::Optional | Times::OneOrMore);
            }
        }
        self.pass_empty(after, Some(c));
    }

    fn pass_empty(&self, reached: &mut [bool], previous: Option<char>) {
        for (i, step) in self.steps.iter().enumerate() {
            if reached[i] && step.times.may_be_none(previous) {
                reached[i + 1] = true;
            }
        }
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// Why a pattern is refused, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PatternError {
    /// The character of the pattern at fault, from 1.
    pub position: usize,
    /// What was found and how to mend it.
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

/// Refuses what is too short, too long or written as no branch name is.
fn refuse_impossible(chars: &[char]) -> Result<(), PatternError> {
    let name = chars.strip_prefix(&['!']).unwrap_or(chars);
    let start = chars.len() - name.len();
    if name.is_empty() {
        return Err(PatternError::new(start.saturating_sub(1), "the pattern is empty: name a branch"));
    }
    if chars.len() > MAX_PATTERN_CHARS {
        let message = format!("the pattern has {} characters, {MAX_PATTERN_CHARS} are allowed", chars.len());
        return Err(PatternError::new(MAX_PATTERN_CHARS, message));
    }
    if name.first() == Some(&'/') {
        return Err(PatternError::new(start, "no branch name begins with `/`: remove it"));
    }
    if name.last() == Some(&'/') {
        return Err(PatternError::new(chars.len() - 1, "no branch name ends with `/`: remove it, or name the rest"));
    }
    if name.starts_with(&['r', 'e', 'f', 's', '/', 'h', 'e', 'a', 'd', 's', '/']) {
        return Err(PatternError::new(start, "patterns match branch names: remove `refs/heads/`"));
    }
    Ok(())
}

/// Whether git allows the character in no name, <https://git-scm.com/docs/git-check-ref-format>. Those that it does not
/// allow either but that mean something in a pattern are left out.
const fn is_in_no_branch(c: char) -> bool {
    c.is_ascii_control() || matches!(c, '\u{80}'..='\u{9f}' | ' ' | '~' | '^' | ':')
}

/// Turns a pattern's characters into steps.
struct Reader<'a> {
    chars: &'a [char],
    next: usize,
    steps: Vec<Step>,
}

impl Reader<'_> {
    fn read(mut self) -> Result<Vec<Step>, PatternError> {
        while let Some(&c) = self.chars.get(self.next) {
            match c {
                '*' => self.star(),
                '?' => self.repeat(c, Times::Optional)?,
                '+' => self.repeat(c, Times::OneOrMore)?,
                '[' => self.class()?,
                ']' => return Err(self.error("`]` closes nothing: write `\\]` for the character itself")),
                '\\' => self.escape()?,
                _ if is_in_no_branch(c) => {
                    return Err(self.error(format!("no branch name holds {}: remove it", shown(c))));
                }
                _ => self.character(c),
            }
        }
        Ok(self.steps)
    }

    fn push(&mut self, set: Set, times: Times) {
        self.steps.push(Step { set, times });
    }

    fn error(&self, message: impl Into<String>) -> PatternError {
        PatternError::new(self.next, message)
    }

    fn character(&mut self, c: char) {
        self.next += 1;
        self.push(Set::Char(c), Times::Once);
    }

    fn star(&mut self) {
        if self.chars.get(self.next + 1) != Some(&'*') {
            self.next += 1;
            self.push(Set::NotSlash, Times::ZeroOrMore);
            return;
        }
        self.next += 2;
        if self.is_at_segment() && self.is_slash_next() {
            self.next += 1;
            self.push(Set::Any, Times::Directories);
        } else {
            self.push(Set::Any, Times::ZeroOrMore);
        }
    }

    /// Whether the steps so far end at the start of a name's segment.
    fn is_at_segment(&self) -> bool {
        match self.steps.last() {
            None => true,
            Some(step) => step.times == Times::Directories || (&step.set, step.times) == (&Set::Char('/'), Times::Once),
        }
    }

    /// Whether a `/` follows that `?` or `+` does not change.
    fn is_slash_next(&self) -> bool {
        self.chars.get(self.next) == Some(&'/') && !matches!(self.chars.get(self.next + 1), Some('?' | '+'))
    }

    fn repeat(&mut self, sign: char, times: Times) -> Result<(), PatternError> {
        match self.steps.last_mut() {
            Some(step) if step.times == Times::Once => step.times = times,
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
                self.push(Set::Char(c), Times::Once);
                Ok(())
            }
            _ => Err(self.error("`\\` stands only before one of `* ? + [ ] ! \\`: remove it")),
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
        self.push(Set::Class(ranges), Times::Once);
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
            let message = format!("`{first}-{last}` is no range: both ends are digits, small letters or capitals");
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
            '-' => Err(self.error("`-` stands only between the ends of a range: write it as `a-z`")),
            '!' | '^' => Err(self.error("brackets cannot exclude characters: list those that may stand here")),
            c => Err(self.error(format!("brackets hold letters, digits and ranges only, not {}", shown(c)))),
        }
    }
}

/// A character for a message: itself in backticks, or its code point where it would not be seen.
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
    /// An empty list, and a list whose first pattern is negative: there is nothing yet that it could take back.
    /// Hence a list of negative patterns only is refused, too.
    pub fn new(patterns: Vec<Pattern>) -> Result<Self, PatternsError> {
        match patterns.first() {
            None => Err(PatternsError::Empty),
            Some(first) if !first.is_negative => Ok(Self(patterns)),
            Some(_) if patterns.iter().all(Pattern::is_negative) => Err(PatternsError::OnlyNegative),
            Some(_) => Err(PatternsError::NegativeFirst),
        }
    }

    /// Whether the list lets a branch name in. A name of more than [`MAX_NAME_CHARS`] characters is never let in.
    pub fn matches(&self, name: &str) -> bool {
        if name.chars().nth(MAX_NAME_CHARS).is_some() {
            return false;
        }
        let last = self.0.iter().rev().find(|pattern| pattern.matches(name));
        last.is_some_and(|pattern| !pattern.is_negative)
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
            Self::Empty => "the list is empty: name at least one branch",
            Self::OnlyNegative => "all patterns begin with `!`: name first the branches that are allowed",
            Self::NegativeFirst => "the first pattern begins with `!` and takes back nothing: move it below the others",
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
        Pattern::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"))
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
            "the first pattern begins with `!` and takes back nothing: move it below the others"
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
    fn a_pattern_tells_what_it_is() {
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
    fn faults_are_named_with_their_place_and_a_cure() {
        for (text, position, message) in [
            ("", 1, "the pattern is empty: name a branch"),
            ("!", 1, "the pattern is empty: name a branch"),
            ("[0-9", 1, "`[` is not closed: add `]`, or write `\\[` for the character itself"),
            ("a[", 2, "`[` is not closed: add `]`, or write `\\[` for the character itself"),
            ("v[]", 2, "`[]` is empty: list letters, digits or ranges in it"),
            ("v[9-0]", 3, "the range `9-0` is reversed: write `0-9`"),
            ("é[a-c9-0]", 6, "the range `9-0` is reversed: write `0-9`"),
            ("[0-]", 3, "the range `0-` has no end: add it"),
            ("[-a]", 2, "`-` stands only between the ends of a range: write it as `a-z`"),
            ("[a-c-e]", 5, "`-` stands only between the ends of a range: write it as `a-z`"),
            ("[A-z]", 2, "`A-z` is no range: both ends are digits, small letters or capitals"),
            ("[0-z]", 2, "`0-z` is no range: both ends are digits, small letters or capitals"),
            ("[!a]", 2, "brackets cannot exclude characters: list those that may stand here"),
            ("[a_]", 3, "brackets hold letters, digits and ranges only, not `_`"),
            ("[[a]]", 2, "brackets hold letters, digits and ranges only, not `[`"),
            ("[a\u{202e}]", 3, "brackets hold letters, digits and ranges only, not U+202E"),
            ("[`]", 2, "brackets hold letters, digits and ranges only, not U+0060"),
            (r"[\]]", 2, "brackets hold letters, digits and ranges only, not `\\`"),
            ("0-9]", 4, "`]` closes nothing: write `\\]` for the character itself"),
            ("?a", 1, "`?` needs a character before it: write `\\?` for the character itself"),
            ("!+a", 2, "`+` needs a character before it: write `\\+` for the character itself"),
            ("a*?", 3, "`?` cannot follow `*`, `?` or `+`: write `\\?` for the character itself"),
            ("a**+", 4, "`+` cannot follow `*`, `?` or `+`: write `\\+` for the character itself"),
            ("c++", 3, "`+` cannot follow `*`, `?` or `+`: write `\\+` for the character itself"),
            ("a?+", 3, "`+` cannot follow `*`, `?` or `+`: write `\\+` for the character itself"),
            (r"a\", 2, "`\\` stands only before one of `* ? + [ ] ! \\`: remove it"),
            (r"a\b", 2, "`\\` stands only before one of `* ? + [ ] ! \\`: remove it"),
            ("a\u{7}", 2, "no branch name holds U+0007: remove it"),
            ("main\n", 5, "no branch name holds U+000A: remove it"),
            ("my branch", 3, "no branch name holds U+0020: remove it"),
            ("!a^", 3, "no branch name holds `^`: remove it"),
            ("[^a]", 2, "brackets cannot exclude characters: list those that may stand here"),
            ("[a\n]", 3, "brackets hold letters, digits and ranges only, not U+000A"),
            ("a\u{85}", 2, "no branch name holds U+0085: remove it"),
            ("/main", 1, "no branch name begins with `/`: remove it"),
            ("!/main", 2, "no branch name begins with `/`: remove it"),
            ("feature/", 8, "no branch name ends with `/`: remove it, or name the rest"),
            ("refs/heads/main", 1, "patterns match branch names: remove `refs/heads/`"),
            ("!refs/heads/**", 2, "patterns match branch names: remove `refs/heads/`"),
        ] {
            let error = Pattern::parse(text).unwrap_err();
            assert_eq!((error.position, error.message.as_str()), (position, message), "{text:?}");
        }
        assert_eq!(
            Pattern::parse("[9-0]").unwrap_err().to_string(),
            "character 2: the range `9-0` is reversed: write `0-9`"
        );
    }

    #[test]
    fn lengths_have_limits() {
        assert!(Pattern::parse(&"é".repeat(MAX_PATTERN_CHARS)).is_ok());
        assert_eq!(
            Pattern::parse(&"é".repeat(MAX_PATTERN_CHARS + 1)).unwrap_err(),
            PatternError { position: 256, message: "the pattern has 256 characters, 255 are allowed".into() }
        );
        let any = patterns(&["**"]);
        assert!(any.matches(&"é".repeat(MAX_NAME_CHARS)));
        assert!(!any.matches(&"é".repeat(MAX_NAME_CHARS + 1)));
        let excluding = patterns(&["**", "!**/x"]);
        assert!(!excluding.matches(&("/".repeat(MAX_NAME_CHARS) + "x")));
    }

    /// Each of these takes longer than the universe has existed where a matcher backtracks.
    #[test]
    fn matching_does_not_explode() {
        let name = "a".repeat(MAX_NAME_CHARS - 1) + "b";
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
            let Ok(pattern) = Pattern::parse(&text) else { continue };
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
