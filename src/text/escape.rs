//! Text for the log: nothing that somebody else wrote may act on a terminal or on the runner.

use std::borrow::Cow;

use super::unicode::is_unprintable;

/// The text with every unprintable character written as its escape.
pub fn escape_unprintable(text: &str) -> Cow<'_, str> {
    if !text.contains(is_unprintable) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if is_unprintable(c) {
            out.extend(c.escape_default());
        } else {
            out.push(c);
        }
    }
    Cow::Owned(out)
}

/// A line of the log that the runner cannot take for a workflow command.
///
/// The runner reads `::name::` at the start of a line, after white space, and `##[name]` anywhere in it
/// (actions/runner, `ActionCommand.cs`). It compares as the culture does, which ignores invisible characters, so a space
/// breaks the sequences up.
pub fn escape_log_line(text: &str) -> String {
    let line = escape_unprintable(text).replace("##[", "## [");
    let command = line.trim_start();
    match command.strip_prefix("::") {
        Some(rest) => format!("{}: :{rest}", &line[..line.len() - command.len()]),
        None => line,
    }
}

/// A JSON text that is safe as a line of the log: every character that could act on a terminal or on the runner is
/// written as its JSON escape, so the document's value stays the same.
pub fn escape_log_json(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    // In JSON, `#` occurs only within strings.
    for c in json.replace("##[", "\\u0023\\u0023[").chars() {
        if is_unprintable(c) {
            for unit in c.encode_utf16(&mut [0; 2]) {
                out.push_str(&format!("\\u{unit:04x}"));
            }
        } else {
            out.push(c);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn log_lines_are_never_commands() {
        for hostile in [
            "::error::x",
            "  ::set-output name=a::b",
            ":::error::x",
            "x ##[error]y",
            "####[error]y",
            "#\u{2060}#[error]y",
            "\u{2060}::error::x",
            "a\r\n::stop-commands::z",
            "\u{0}::debug::",
        ] {
            let line = escape_log_line(hostile);
            assert!(!line.trim_start().starts_with("::"), "{line}");
            assert!(!line.contains("##["), "{line}");
            assert!(!line.contains(is_unprintable), "{line}");
        }
    }

    #[test]
    fn commands_are_broken_up_and_nothing_is_deleted() {
        assert_eq!(escape_log_line("plain text: a::b"), "plain text: a::b");
        assert_eq!(escape_log_line(" ::error::x"), " : :error::x");
        assert_eq!(escape_log_line("####[error]x"), "#### [error]x");
    }

    #[test]
    fn json_in_the_log_keeps_its_value() {
        let value = "##[group]x\u{2028}\u{202e}\u{e0041}é";
        let json = serde_json::to_string(value).unwrap();
        let line = escape_log_json(&json);
        assert!(!line.contains("##[") && !line.contains(is_unprintable));
        assert_eq!(serde_json::from_str::<String>(&line).unwrap(), value);
    }
}
