//! The tables of `src/text/unicode/tables.rs`, from crates that hold Unicode's data. `UPDATE_TABLES=1` writes them.

use std::fmt::Write as _;

use icu_properties::props::{DefaultIgnorableCodePoint, GeneralCategory, Script, WhiteSpace};
use icu_properties::{CodePointMapData, CodePointSetData};

use crate::support::committed;

/// Symbols that are neither white space nor ignorable, and have no ink: the blank Braille pattern, the null notehead.
const BLANK_SYMBOLS: [char; 2] = ['\u{2800}', '\u{1D159}'];

/// Classes of letters, as in `src/text/unicode.rs`.
const NO_SCRIPT: u8 = 0;
const LATIN: u8 = 1;
const EAST_ASIAN: u8 = 2;

fn category(c: char) -> GeneralCategory {
    CodePointMapData::<GeneralCategory>::new().get(c)
}

fn script(c: char) -> Script {
    CodePointMapData::<Script>::new().get(c)
}

fn is_unprintable(c: char) -> bool {
    use GeneralCategory as Category;
    matches!(
        category(c),
        Category::Control
            | Category::Format
            | Category::LineSeparator
            | Category::ParagraphSeparator
            | Category::PrivateUse
    ) || CodePointSetData::new::<DefaultIgnorableCodePoint>().contains(c)
        || CodePointSetData::new::<WhiteSpace>().contains(c)
        || BLANK_SYMBOLS.contains(&c)
}

/// Whether a character is a letter, or a mark on one.
fn belongs_to_word(c: char) -> bool {
    use GeneralCategory as Category;
    matches!(
        category(c),
        Category::UppercaseLetter
            | Category::LowercaseLetter
            | Category::TitlecaseLetter
            | Category::ModifierLetter
            | Category::OtherLetter
            | Category::NonspacingMark
            | Category::SpacingMark
            | Category::EnclosingMark
    )
}

/// Numbers the scripts in the order in which they come up.
#[derive(Default)]
struct Classes(Vec<Script>);

impl Classes {
    fn of(&mut self, c: char) -> u8 {
        let script = script(c);
        if script == Script::Common || script == Script::Inherited || script == Script::Unknown {
            NO_SCRIPT
        } else if script == Script::Latin {
            LATIN
        } else if [Script::Han, Script::Hiragana, Script::Katakana, Script::Hangul, Script::Bopomofo].contains(&script)
        {
            EAST_ASIAN
        } else {
            let index = self.0.iter().position(|known| *known == script).unwrap_or_else(|| {
                self.0.push(script);
                self.0.len() - 1
            });
            EAST_ASIAN + 1 + u8::try_from(index).unwrap()
        }
    }
}

/// Whether a character looks like one ASCII letter or digit (UTS 39, skeletons), though its script does not give it away.
fn is_confusable(c: char) -> bool {
    let mut text = [0; 4];
    let skeleton: Vec<char> = unicode_security::skeleton(c.encode_utf8(&mut text)).collect();
    matches!(skeleton.as_slice(), [one] if one.is_ascii_alphanumeric())
        && !is_unprintable(c)
        && (script(c) == Script::Latin || script(c) == Script::Common)
        && (belongs_to_word(c) || category(c) == GeneralCategory::DecimalNumber)
}

/// Ranges of the characters beyond ASCII that have a value. A range may run over characters that are not assigned.
fn ranges<T: PartialEq + Copy>(
    mut value: impl FnMut(char) -> Option<T>,
    over_unassigned: bool,
) -> Vec<(char, char, T)> {
    let mut ranges: Vec<(char, char, T)> = Vec::new();
    let mut is_open = false;
    for c in '\u{80}'..=char::MAX {
        match value(c) {
            None => is_open &= over_unassigned && category(c) == GeneralCategory::Unassigned,
            Some(found) => {
                match ranges.last_mut() {
                    Some((_, last, known)) if is_open && *known == found => *last = c,
                    _ => ranges.push((c, c, found)),
                }
                is_open = true;
            }
        }
    }
    ranges
}

fn table(name: &str, comment: &str, kind: &str, entries: Vec<String>) -> String {
    let mut text = format!("\n/// {comment}\n#[rustfmt::skip]\npub const {name}: &[{kind}] = &[\n");
    let mut line = String::new();
    for entry in entries {
        if line.len() + entry.len() > 110 {
            writeln!(text, "   {line}").unwrap();
            line.clear();
        }
        write!(line, " {entry},").unwrap();
    }
    writeln!(text, "   {line}\n];").unwrap();
    text
}

fn generate() -> String {
    let escape = |c: char| format!("'\\u{{{:x}}}'", u32::from(c));
    let pair = |(first, last, ()): (char, char, ())| format!("({}, {})", escape(first), escape(last));
    let mut classes = Classes::default();
    let letters = ranges(|c| belongs_to_word(c).then(|| classes.of(c)), true);
    let triple = |(first, last, class): (char, char, u8)| format!("({}, {}, {class})", escape(first), escape(last));
    let mut text =
        "//! Facts from Unicode, written by `UPDATE_TABLES=1 cargo test --test policy tables`: not by hand.\n"
            .to_owned();
    text += &table(
        "UNPRINTABLE",
        "Characters that are not seen, or change how others are shown.",
        "(char, char)",
        ranges(|c| is_unprintable(c).then_some(()), false).into_iter().map(pair).collect(),
    );
    text += &table(
        "LETTERS",
        "Letters and marks, with the class of their script.",
        "(char, char, u8)",
        letters.into_iter().map(triple).collect(),
    );
    text += &table(
        "CONFUSABLE",
        "Latin letters, and characters without a script, that look like an ASCII letter or digit.",
        "(char, char)",
        ranges(|c| is_confusable(c).then_some(()), true).into_iter().map(pair).collect(),
    );
    text
}

#[test]
fn tables_are_up_to_date() {
    committed("src/text/unicode/tables.rs", &generate(), "UPDATE_TABLES");
}
