//! Branch patterns. An input is patterns, a line each, an empty line, and names, a line each.
//!
//! - What is a pattern, and which names it matches, is worked out a second time here by backtracking, word by word as
//!   GitHub's cheat sheet has it; of a list the last match decides.
//! - An error names a place in the pattern.
//! - Time does not explode with the length of pattern and name.
#![no_main]

use std::time::{Duration, Instant};

use dispatch_guard::policy::pattern::{MAX_BRANCH_CHARS, MAX_PATTERN_CHARS, Pattern, PatternKind, Patterns};
use dispatch_guard_fuzz::{mutate, pick};
use libfuzzer_sys::{fuzz_mutator, fuzz_target};

fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let (patterns, names) = text.split_once("\n\n").unwrap_or((text, ""));
    let names: Vec<&str> = names.split('\n').collect();
    let mut list = Vec::new();
    let mut second = Vec::new();
    for text in patterns.split('\n') {
        match (Pattern::parse(text, PatternKind::Branch), Tokens::read(text)) {
            (Ok(pattern), Some(tokens)) => {
                check_pattern(text, &pattern, &tokens, &names);
                if pick(data, 32) == 0 {
                    check_time(&pattern, &names);
                }
                list.push(pattern);
                second.push(tokens);
            }
            (Err(error), None) => {
                let characters = text.chars().count();
                assert!((1..=characters.max(1)).contains(&error.position), "{text:?}: {error}");
                assert!(!error.message.is_empty());
            }
            (Ok(_), None) => panic!("{text:?} must not be a pattern"),
            (Err(error), Some(_)) => panic!("{text:?} must be a pattern: {error}"),
        }
    }
    check_list(list, &second, &names);
});

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    mutate::lines(data, size, max_size, seed, WORDS)
});

/// What patterns are made of.
#[rustfmt::skip]
const WORDS: &[&str] = &[
    "*", "**", "**/", "/**/", "/**", "?", "+", "[a-z]", "[0-9]+", "[a]?", "[", "]", "[]", "[!a]", "[z-a]", "!", "\\",
    "\\*", "\\[", "\\\\", "/", "//", "-", ".", "a", "b", "ab", "main", "release/", "refs/heads/", "é", "^", "~", ":",
    " ", "\u{85}", "\u{202e}", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "a?a?a?a?a?a?a?a?", "*a*a*a*a*a*a*a", "**a**a**a**a",
    "a/b/c",
];

fn check_pattern(text: &str, pattern: &Pattern, tokens: &Tokens, names: &[&str]) {
    assert_eq!((pattern.as_str(), pattern.is_negative()), (text, text.starts_with('!')));
    for name in names {
        if let Some(expected) = tokens.matches(name) {
            assert_eq!(pattern.matches(name), expected, "{text:?} on {name:?}");
        }
    }
}

fn check_list(list: Vec<Pattern>, tokens: &[Tokens], names: &[&str]) {
    let negative_first = list.first().is_none_or(Pattern::is_negative);
    let Ok(list) = Patterns::new(list) else { return assert!(negative_first) };
    assert!(!negative_first);
    for name in names {
        let matches: Option<Vec<bool>> = tokens.iter().map(|tokens| tokens.matches(name)).collect();
        let Some(matches) = matches else { continue };
        let decides = matches.iter().rposition(|matches| *matches);
        let expected = name.chars().count() <= MAX_BRANCH_CHARS && decides.is_some_and(|index| !tokens[index].negative);
        assert_eq!(list.matches(name), expected, "{name:?}");
    }
}

/// A name as long as any that is matched, in the best of three tries, for a machine that has other things to do.
fn check_time(pattern: &Pattern, names: &[&str]) {
    for name in names.iter().filter(|name| !name.is_empty()) {
        let name: String = name.chars().cycle().take(MAX_BRANCH_CHARS - 1).chain(['\u{1}']).collect();
        let slow = || {
            let start = Instant::now();
            let _ = pattern.matches(&name);
            start.elapsed() > Duration::from_secs(1)
        };
        assert!(!(slow() && slow() && slow()), "{pattern}");
    }
}

/// A pattern by a second reading.
struct Tokens {
    negative: bool,
    all: Vec<Token>,
}

struct Token {
    what: What,
    times: Times,
}

enum What {
    One(Vec<(char, char)>),
    Star,
    Stars,
    Directories,
}

#[derive(PartialEq)]
enum Times {
    Once,
    Optional,
    OneOrMore,
}

impl Tokens {
    fn read(text: &str) -> Option<Self> {
        let (negative, bare) = text.strip_prefix('!').map_or((false, text), |bare| (true, bare));
        let impossible = bare.is_empty()
            || text.chars().count() > MAX_PATTERN_CHARS
            || bare.starts_with('/')
            || bare.ends_with('/')
            || bare.starts_with("refs/heads/");
        if impossible {
            return None;
        }
        let mut all: Vec<Token> = Vec::new();
        let mut rest = bare;
        while let Some(first) = rest.chars().next() {
            let at_segment = all.last().is_none_or(|token| match &token.what {
                What::Directories => true,
                What::One(set) => token.times == Times::Once && *set == [('/', '/')],
                _ => false,
            });
            let mut length = first.len_utf8();
            let what = match first {
                '*' if rest.starts_with("**/") && at_segment && !rest[3..].starts_with(['?', '+']) => {
                    length = 3;
                    What::Directories
                }
                '*' if rest.starts_with("**") => {
                    length = 2;
                    What::Stars
                }
                '*' => What::Star,
                '[' => {
                    let end = rest.find(']')?;
                    length = end + 1;
                    What::One(class(&rest[1..end])?)
                }
                '\\' => {
                    let escaped = rest[1..].chars().next().filter(|letter| r"*?+[]!\".contains(*letter))?;
                    length = 2;
                    What::One(vec![(escaped, escaped)])
                }
                '?' | '+' | ']' | ' ' | '~' | '^' | ':' => return None,
                _ if first.is_control() => return None,
                _ => What::One(vec![(first, first)]),
            };
            rest = &rest[length..];
            let mut times = Times::Once;
            if matches!(what, What::One(_)) && rest.starts_with(['?', '+']) {
                times = if rest.starts_with('?') { Times::Optional } else { Times::OneOrMore };
                rest = &rest[1..];
            }
            all.push(Token { what, times });
        }
        Some(Self { negative, all })
    }

    /// Whether the whole name matches; nothing where that takes too many steps.
    fn matches(&self, name: &str) -> Option<bool> {
        let name: Vec<char> = name.chars().collect();
        let mut steps = 20_000;
        follow(&self.all, &name, &mut steps)
    }
}

/// The ranges of a class.
fn class(text: &str) -> Option<Vec<(char, char)>> {
    let letters: Vec<char> = text.chars().collect();
    let mut ranges = Vec::new();
    let mut rest = letters.as_slice();
    while let [first, after @ ..] = rest {
        let (last, after) = match after {
            ['-', last, after @ ..] => (last, after),
            ['-'] => return None,
            _ => (first, after),
        };
        let kinds = ['0'..='9', 'a'..='z', 'A'..='Z'];
        if first > last || !kinds.iter().any(|kind| kind.contains(first) && kind.contains(last)) {
            return None;
        }
        ranges.push((*first, *last));
        rest = after;
    }
    (!ranges.is_empty()).then_some(ranges)
}

fn follow(tokens: &[Token], name: &[char], steps: &mut u32) -> Option<bool> {
    *steps = steps.checked_sub(1)?;
    let Some((token, rest)) = tokens.split_first() else { return Some(name.is_empty()) };
    let holds = |letter: &char| match &token.what {
        What::One(set) => set.iter().any(|(first, last)| (first..=last).contains(&letter)),
        What::Star => *letter != '/',
        What::Stars | What::Directories => true,
    };
    let run = name.iter().take_while(|letter| holds(letter)).count();
    let (least, most) = match (&token.what, &token.times) {
        (What::One(_), Times::Once) => (1, run.min(1)),
        (What::One(_), Times::Optional) => (0, run.min(1)),
        (What::One(_), Times::OneOrMore) => (1, run),
        _ => (0, run),
    };
    for taken in least..=most {
        let ends_directory = taken == 0 || name[taken - 1] == '/';
        let fits = ends_directory || !matches!(token.what, What::Directories);
        if fits && follow(rest, &name[taken..], steps)? {
            return Some(true);
        }
    }
    Some(false)
}
