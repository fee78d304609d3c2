//! What a policy's text shows must be what it says.

use super::Diagnostic;
use crate::format::yaml::{MAX_BYTES, Position};
use crate::text::quote;
use crate::text::unicode::{is_unprintable, mixed_script_char};

/// The characters of a text that are not seen, that change how others are shown, or that look like others; the first of
/// each line. Comments count: a reviewer reads them too.
pub fn misleading_chars(text: &str) -> Vec<Diagnostic> {
    let is_plain = |byte: u8| matches!(byte, b' '..=b'~' | b'\n');
    if text.bytes().all(is_plain) || text.len() > MAX_BYTES {
        return Vec::new(); // YAML refuses what is too long.
    }
    let mut diagnostics = Vec::new();
    for (number, line) in (1..).zip(text.split_inclusive('\n')) {
        let line = line.strip_suffix('\n').map_or(line, |line| line.strip_suffix('\r').unwrap_or(line));
        let unprintable = line.char_indices().find(|(_, c)| is_unprintable(*c));
        let Some((index, message)) = unprintable
            .map(|(index, c)| (index, not_seen(c)))
            .or_else(|| mixed_script_char(line).map(|(index, c)| (index, looks_like_another(c))))
        else {
            continue;
        };
        let before = line.get(..index).unwrap_or_default().chars().count();
        let column = u32::try_from(before).map_or(u32::MAX, |count| count.saturating_add(1));
        diagnostics.push(Diagnostic { position: Position { line: number, column }, path: String::new(), message });
    }
    diagnostics
}

/// Why a value of a policy or of a shorthand input is not what it looks like; `None` if it is.
pub fn check_display_safe(text: &str) -> Option<String> {
    if text.is_empty() {
        return Some("the text is empty; expected at least one character".to_owned());
    }
    if text.trim() != text {
        return Some(format!("{} begins or ends with white space; remove it", quote(text)));
    }
    let message = match text.chars().find(|c| is_unprintable(*c)) {
        Some(c) => not_seen(c),
        None => looks_like_another(mixed_script_char(text)?.1),
    };
    Some(format!("in {}: {message}", quote(text)))
}

fn not_seen(c: char) -> String {
    match c {
        '\t' => "a tab is not allowed: use spaces".to_owned(),
        '\r' => "a carriage return without a line feed is not allowed: some editors show a new line there; remove it"
            .to_owned(),
        '\u{feff}' => "a byte order mark (U+FEFF) is not allowed: save the text as UTF-8 without it".to_owned(),
        '\u{a0}' | '\u{202f}' => format!("the no-break space U+{:04X} is not allowed: use a space", u32::from(c)),
        _ => format!(
            "the character U+{:04X} is not allowed: it is not seen, or changes how the text around it is shown; remove it",
            u32::from(c)
        ),
    }
}

fn looks_like_another(c: char) -> String {
    format!(
        "the character {} (U+{:04X}) is of another script than the rest of its word, or looks like another character; type \
         the word again",
        quote(c.encode_utf8(&mut [0; 4])),
        u32::from(c)
    )
}
