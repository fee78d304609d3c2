//! Words for people: nothing that somebody else wrote may act as anything but text in a log, a table or a message.

use std::borrow::Cow;

/// How many characters of somebody else's value a message quotes.
const QUOTED_CHARACTERS: usize = 120;

/// A character that changes how the text around it is shown, or is not shown at all: control characters, bidirectional
/// formatting, zero-width characters, line and paragraph separators, tags and the byte order mark.
pub fn is_deceptive(letter: char) -> bool {
    if letter.is_ascii() {
        return letter.is_ascii_control(); // Nearly all that is looked at is ASCII.
    }
    letter.is_control()
        || is_bidi_control(letter)
        || matches!(letter,
            '\u{00AD}' | '\u{034F}' | '\u{061C}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}' | '\u{180E}'
            | '\u{200B}'..='\u{200F}' | '\u{2028}' | '\u{2029}' | '\u{2060}'..='\u{2064}' | '\u{206A}'..='\u{206F}'
            | '\u{3164}' | '\u{FEFF}' | '\u{FFA0}' | '\u{FFF9}'..='\u{FFFB}' | '\u{E0000}'..='\u{E007F}')
}

/// The characters that force a writing direction (Unicode Bidirectional Algorithm: embeddings, overrides, isolates).
pub fn is_bidi_control(letter: char) -> bool {
    matches!(letter, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

/// A letter of another alphabet in a text that also has Latin letters, such as a Cyrillic `а` in `mаin`: it may have
/// been taken for the Latin one. Texts that keep to one alphabet are left alone.
pub fn look_alike(text: &str) -> Option<char> {
    let foreign = |letter: &char| {
        matches!(letter,
            '\u{0370}'..='\u{052F}' | '\u{0530}'..='\u{058F}' | '\u{13A0}'..='\u{13FF}' | '\u{1C80}'..='\u{1C8F}'
            | '\u{2DE0}'..='\u{2DFF}' | '\u{A640}'..='\u{A69F}' | '\u{AB70}'..='\u{ABBF}' | '\u{FF01}'..='\u{FF5E}'
            | '\u{1D400}'..='\u{1D7FF}')
    };
    if text.contains(|letter: char| letter.is_ascii_alphabetic()) { text.chars().find(foreign) } else { None }
}

/// The text with every deceptive character written as its escape.
pub fn printable(text: &str) -> Cow<'_, str> {
    if !text.contains(is_deceptive) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for letter in text.chars() {
        if is_deceptive(letter) {
            out.extend(letter.escape_default());
        } else {
            out.push(letter);
        }
    }
    Cow::Owned(out)
}

/// Somebody else's value inside a message: in backticks, on one line, shortened.
pub fn quote(value: &str) -> String {
    let mut shown: String = value.chars().take(QUOTED_CHARACTERS).collect();
    if shown.len() < value.len() {
        shown.push('…');
    }
    format!("`{}`", printable(&shown).replace('`', "'"))
}

/// A list of values for a message: `a`, `b` and `c`.
pub fn quote_list<T: AsRef<str>>(values: impl IntoIterator<Item = T>, last: &str) -> String {
    enumeration(&values.into_iter().map(|value| quote(value.as_ref())).collect::<Vec<_>>(), last)
}

fn enumeration(quoted: &[String], last: &str) -> String {
    const SHOWN: usize = 12;
    match quoted {
        [] => "nothing".to_owned(),
        [only] => only.clone(),
        many if many.len() > SHOWN => {
            format!("{} and {} more", many[..SHOWN].join(", "), many.len() - SHOWN)
        }
        [head @ .., tail] => format!("{} {last} {tail}", head.join(", ")),
    }
}

/// A line of the log that the runner cannot take for a workflow command.
///
/// The runner reads `::name::` at the start of a line, after white space, and `##[name]` anywhere in it
/// (actions/runner, `ActionCommand.cs`).
pub fn log_line(text: &str) -> String {
    let line = printable(text).replace("##[", "#\u{2060}#[");
    match line.trim_start().strip_prefix("::") {
        Some(rest) => format!("\u{2060}::{rest}"),
        None => line,
    }
}

/// A JSON text that is safe as a line of the log: every character that could act on a terminal or on the runner is
/// written as its JSON escape, so the document's value stays the same.
pub fn log_json(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    for letter in json.replace("##[", "\\u0023\\u0023[").chars() {
        if is_deceptive(letter) {
            for unit in letter.encode_utf16(&mut [0; 2]) {
                out.push_str(&format!("\\u{unit:04x}"));
            }
        } else {
            out.push(letter);
        }
    }
    out
}

/// Somebody else's text as inline code in a Markdown table: it can neither end the cell nor be markup.
///
/// ASCII punctuation is written as numeric references, which Markdown never takes for syntax (`CommonMark` 0.31, section
/// 2.5), and HTML shows as themselves. Left as they are: brackets, which are no link without the parentheses, and an
/// underscore within a word, which is no emphasis (section 6.2), so that logins and reason codes can be searched for.
pub fn markdown_code(text: &str) -> String {
    let text = printable(text);
    let mut out = String::from("<code>");
    let mut before = ' ';
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        let within_word = before.is_ascii_alphanumeric() && letters.peek().is_some_and(char::is_ascii_alphanumeric);
        let plain = matches!(letter, '-' | '.' | '/' | ',' | '[' | ']') || (letter == '_' && within_word);
        if letter.is_ascii_punctuation() && !plain {
            out.push_str(&format!("&#{};", u32::from(letter)));
        } else {
            out.push(letter);
        }
        before = letter;
    }
    out.push_str("</code>");
    out
}

/// One of our own messages in Markdown: the values that it quotes in backticks become code, the rest is escaped.
pub fn markdown_message(message: &str) -> String {
    let mut out = String::new();
    for (index, part) in message.split('`').enumerate() {
        if index % 2 == 1 {
            out.push_str(&markdown_code(part));
        } else {
            for letter in printable(part).chars() {
                match letter {
                    '<' | '>' | '&' | '|' | '*' | '_' | '[' | ']' | '\\' | '#' | '~' => {
                        out.push_str(&format!("&#{};", u32::from(letter)));
                    }
                    _ => out.push(letter),
                }
            }
        }
    }
    out
}

/// The candidate that somebody who wrote `word` most likely meant, if one is close.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let word = word.to_ascii_lowercase().replace('_', "-");
    candidates
        .into_iter()
        .map(|candidate| {
            let folded = candidate.to_ascii_lowercase().replace('_', "-");
            (strsim::osa_distance(&word, &folded), candidate)
        })
        .filter(|(distance, candidate)| *distance <= 2.max(candidate.len() / 3))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// ` (did you mean …?)` for a message, or nothing.
pub fn did_you_mean<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> String {
    nearest(word, candidates).map(|near| format!(" (did you mean `{near}`?)")).unwrap_or_default()
}

/// The sentence with its first letter in upper case.
pub fn capitalise(sentence: &str) -> String {
    let mut letters = sentence.chars();
    match letters.next() {
        // Our own sentences start with ASCII letters or a quoted value.
        Some(first) => std::iter::once(first.to_ascii_uppercase()).chain(letters).collect(),
        None => String::new(),
    }
}

/// Bytes as lower-case hex.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Cuts secrets out of texts. Everything that is printed passes through it.
#[derive(Debug, Clone, Default)]
pub struct Redactor {
    secrets: Vec<String>,
}

impl Redactor {
    /// Adds a secret; blank ones are passed over, since they would cut everything. Longer ones are cut first, or the end
    /// of one that begins with another would be left.
    pub fn add(&mut self, secret: &str) {
        let secret = secret.trim();
        if !secret.is_empty() {
            let place = self.secrets.partition_point(|known| known.len() >= secret.len());
            self.secrets.insert(place, secret.to_owned());
        }
    }

    /// Whether a secret that nobody writes by chance is in the text.
    pub fn finds(&self, text: &str) -> bool {
        const LEAST: usize = 8;
        self.secrets.iter().any(|secret| secret.len() >= LEAST && text.contains(secret.as_str()))
    }

    /// The text with `***` in the place of each secret.
    pub fn clean(&self, text: String) -> String {
        self.secrets.iter().fold(text, |text, secret| {
            if text.contains(secret.as_str()) { text.replace(secret.as_str(), "***") } else { text }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_on_one_line_without_breaking_out() {
        assert_eq!(quote("main"), "`main`");
        assert_eq!(quote("a\n::error::b`c"), "`a\\n::error::b'c`");
        assert_eq!(quote("x\u{202e}y"), "`x\\u{202e}y`");
        assert!(quote(&"a".repeat(500)).chars().count() < 130);
    }

    #[test]
    fn lists_read_as_a_sentence() {
        assert_eq!(quote_list(["a"], "or"), "`a`");
        assert_eq!(quote_list(["a", "b", "c"], "or"), "`a`, `b` or `c`");
        assert!(quote_list((0..50).map(|n| n.to_string()), "or").ends_with("and 38 more"));
    }

    #[test]
    fn log_lines_are_never_commands() {
        for hostile in
            ["::error::x", "  ::set-output name=a::b", "x ##[error]y", "a\r\n::stop-commands::z", "\u{0}::debug::"]
        {
            let line = log_line(hostile);
            assert!(!line.trim_start().starts_with("::"), "{line}");
            assert!(!line.contains("##["), "{line}");
            assert!(!line.contains(['\n', '\r']), "{line}");
        }
        assert_eq!(log_line("plain text"), "plain text");
    }

    #[test]
    fn json_in_the_log_keeps_its_value() {
        let value = "##[group]x\u{2028}\u{202e}\u{e0041}é";
        let json = serde_json::to_string(value).unwrap();
        let line = log_json(&json);
        assert!(!line.contains("##[") && !line.contains(is_deceptive));
        assert_eq!(crate::json::parse(line.as_bytes()).unwrap().root.as_str(), Some(value));
    }

    #[test]
    fn markdown_cannot_be_broken_out_of() {
        let shown = markdown_code("a|b`c`<img src=x>[l](u)*\n| x");
        assert_eq!(shown.matches('|').count(), 0);
        assert_eq!(shown.matches('<').count(), 2);
        assert!(!shown.contains('\n'));
        let message = markdown_message("the label `</code>|x` is <b>not</b> | there");
        assert_eq!(message.matches("</code>").count(), 1);
        assert!(!message.contains("<b>") && !message.contains('|'));
    }

    #[test]
    fn a_letter_of_another_alphabet_among_latin_ones_is_found() {
        assert_eq!(look_alike("m\u{430}in"), Some('\u{430}'));
        assert_eq!(look_alike("ｃlosed"), Some('ｃ'));
        assert_eq!(look_alike("main"), None);
        assert_eq!(look_alike("релиз"), None);
        assert_eq!(look_alike("größe-ñ"), None);
    }

    #[test]
    fn suggests_only_what_is_close() {
        assert_eq!(nearest("pull_requst", ["pull_request", "push"]), Some("pull_request"));
        assert_eq!(nearest("unknown_fields", ["unknown-fields"]), Some("unknown-fields"));
        assert_eq!(nearest("zzzzzz", ["pull_request", "push"]), None);
    }

    #[test]
    fn secrets_are_cut_out_and_blank_ones_ignored() {
        let mut redactor = Redactor::default();
        redactor.add("");
        redactor.add("s3cret");
        assert_eq!(redactor.clean("token s3cret!".to_owned()), "token ***!");
        redactor.add("s3cret-and-more");
        assert_eq!(redactor.clean("s3cret-and-more s3cret".to_owned()), "*** ***");
    }
}
