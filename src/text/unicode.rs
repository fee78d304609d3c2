//! What Unicode knows of characters: which are not seen, and which only look like others.

mod tables;

use tables::{CONFUSABLE, LETTERS, UNPRINTABLE};

/// The class of letters without a script, and of marks that go with any.
const NO_SCRIPT: u8 = 0;
/// The class of Latin letters.
const LATIN: u8 = 1;
/// The class of the scripts that East Asian languages mix: Han, Hiragana, Katakana, Hangul, Bopomofo.
const EAST_ASIAN: u8 = 2;

/// A character that is not seen, or that changes how the text around it is shown: control and format characters,
/// default ignorable and private-use ones, line and paragraph separators, blank symbols, and white space other than the
/// space.
pub fn is_unprintable(c: char) -> bool {
    if c.is_ascii() {
        return c.is_ascii_control(); // Nearly every character is ASCII.
    }
    UNPRINTABLE.binary_search_by(|(first, last)| compare(*first, *last, c)).is_ok()
}

/// The first character that does not fit the word that it is in, with its byte index: a letter of another script, such
/// as a Cyrillic `а` in `mаin`, or one that looks like an ASCII letter beside Latin ones.
pub fn mixed_script_char(text: &str) -> Option<(usize, char)> {
    if text.is_ascii() {
        return None;
    }
    let mut word = Word::default();
    for (index, c) in text.char_indices() {
        match class(c) {
            Some(class) => word.push(index, c, class),
            None => {
                if let Some(misfit) = std::mem::take(&mut word).misfit() {
                    return Some(misfit);
                }
            }
        }
    }
    word.misfit()
}

/// The scripts of a word so far.
#[derive(Default)]
struct Word {
    has_latin: bool,
    /// The first letter of a script other than Latin, and its class.
    other: Option<(u8, usize, char)>,
    /// The first letter of a second such script.
    second: Option<(usize, char)>,
    /// The first character that only looks like an ASCII letter or digit.
    confusable: Option<(usize, char)>,
}

impl Word {
    fn push(&mut self, index: usize, c: char, class: u8) {
        if !c.is_ascii() && CONFUSABLE.binary_search_by(|(first, last)| compare(*first, *last, c)).is_ok() {
            self.confusable.get_or_insert((index, c));
            return;
        }
        match (class, self.other) {
            (NO_SCRIPT, _) => {}
            (LATIN, _) => self.has_latin = true,
            (_, None) => self.other = Some((class, index, c)),
            (_, Some((known, ..))) if known == class => {}
            (_, Some(_)) => _ = self.second.get_or_insert((index, c)),
        }
    }

    fn misfit(self) -> Option<(usize, char)> {
        let foreign = self.other.filter(|(class, ..)| self.has_latin && *class != EAST_ASIAN);
        let foreign = foreign.map(|(_, index, c)| (index, c));
        foreign.or(self.second).or(self.confusable.filter(|_| self.has_latin))
    }
}

/// The class of a character of a word; `None` if it ends a word.
fn class(c: char) -> Option<u8> {
    if c.is_ascii() {
        return if c.is_ascii_alphabetic() {
            Some(LATIN)
        } else if c.is_ascii_digit() {
            Some(NO_SCRIPT)
        } else {
            None
        };
    }
    let found = LETTERS.binary_search_by(|(first, last, _)| compare(*first, *last, c));
    match found.ok().and_then(|index| LETTERS.get(index)) {
        Some((_, _, class)) => Some(*class),
        None if c.is_numeric() => Some(NO_SCRIPT),
        None => None,
    }
}

/// How a range compares to a character, for a binary search.
fn compare(first: char, last: char, c: char) -> std::cmp::Ordering {
    if last < c {
        std::cmp::Ordering::Less
    } else if first > c {
        std::cmp::Ordering::Greater
    } else {
        std::cmp::Ordering::Equal
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_seen_is_unprintable() {
        for c in [
            '\0',
            '\t',
            '\n',
            '\r',
            '\u{1b}',
            '\u{7f}',
            '\u{85}',
            '\u{a0}',
            '\u{ad}',
            '\u{34f}',
            '\u{61c}',
            '\u{115f}',
            '\u{180b}',
            '\u{200b}',
            '\u{200d}',
            '\u{202e}',
            '\u{2028}',
            '\u{2029}',
            '\u{202f}',
            '\u{2066}',
            '\u{2800}',
            '\u{3000}',
            '\u{3164}',
            '\u{e000}',
            '\u{fe0f}',
            '\u{feff}',
            '\u{ffa0}',
            '\u{1d173}',
            '\u{e0041}',
            '\u{e0100}',
            '\u{100000}',
        ] {
            assert!(is_unprintable(c), "U+{:04X}", u32::from(c));
        }
        for c in [' ', 'a', '~', 'é', '¡', 'я', '中', '한', '🚀', '—', '\u{301}', '�'] {
            assert!(!is_unprintable(c), "U+{:04X}", u32::from(c));
        }
    }

    #[test]
    fn letters_of_another_script_are_found() {
        for (text, index, c) in [
            ("m\u{430}in", 1, '\u{430}'),
            ("\u{430}bc", 0, '\u{430}'),
            ("a-m\u{3bf}in-b", 3, '\u{3bf}'),
            ("m\u{301}\u{430}in", 3, '\u{430}'),
            ("v1\u{440}", 2, '\u{440}'),
            ("релиз\u{3b1}", 10, '\u{3b1}'),
            ("L\u{a4e6}", 1, '\u{a4e6}'),
            ("c\u{2c9f}py", 1, '\u{2c9f}'),
            ("n\u{5e1}", 1, '\u{5e1}'),
            ("中\u{430}", 3, '\u{430}'),
            ("ma\u{131}n", 2, '\u{131}'),
            ("\u{212a}ill", 0, '\u{212a}'),
            ("\u{ff43}losed", 0, '\u{ff43}'),
            ("m\u{1d5ba}in", 1, '\u{1d5ba}'),
        ] {
            assert_eq!(mixed_script_char(text), Some((index, c)), "{text}");
        }
    }

    #[test]
    fn words_of_one_script_stay() {
        for text in [
            "main",
            "größe-ñ",
            "œuvre-łódź",
            "релиз",
            "main-релиз",
            "v1 релиз/main",
            "한국어と中文のカタカナ",
            "main中文",
            "テストtest한글",
            "ελληνικά",
            "🚀-go",
            "e\u{301}te\u{301}",
            "हिन्दी",
            "١٢٣abc",
        ] {
            assert_eq!(mixed_script_char(text), None, "{text}");
        }
    }
}
