//! What the parser's errors mean for somebody who writes a policy.

use std::borrow::Cow;

use saphyr_parser::ScanError;

use super::lines::{Lines, NO_DIRECTIVE, column_after};
use super::{MAX_DEPTH, Position, YamlError};

/// The number of characters of a user's text that a message quotes.
pub const MAX_QUOTED: usize = 40;

pub const NO_ANCHOR: &str = "anchors are not allowed: write the value out, or quote text that begins with `&`";
pub const NO_ALIAS: &str = "aliases are not allowed: write the value out, or quote text that begins with `*`";
pub const NO_TAG: &str = "tags are not allowed: remove the tag, or quote text that begins with `!`";

pub fn too_deep() -> String {
    format!("lists and mappings are nested deeper than {MAX_DEPTH} levels: flatten them")
}

/// The text for a message, shortened.
pub fn truncate(text: &str) -> Cow<'_, str> {
    match text.char_indices().nth(MAX_QUOTED) {
        Some((end, _)) => Cow::Owned(format!("{}…", &text[..end])),
        None => Cow::Borrowed(text),
    }
}

/// The parser's error with a message that says how to fix it, if it is a common one.
pub fn translate_error(error: &ScanError, lines: &Lines<'_>) -> YamlError {
    let info = error.info();
    let position = Position::from(*error.marker());
    let message = if info.contains("recursion limit") {
        too_deep()
    } else if info.contains("anchor") {
        String::from(if lines.char_at(position) == Some('&') { NO_ANCHOR } else { NO_ALIAS })
    } else {
        let found = MESSAGES.iter().find(|(theirs, _)| info.contains(theirs));
        found.map_or_else(|| format!("invalid YAML: {info}"), |(_, ours)| (*ours).to_owned())
    };
    let position = if info.starts_with(MISSING_COLON) { missing_colon_position(position, lines) } else { position };
    let Position { line, column } = lines.within(position);
    // In comments the parser counts bytes.
    let column = column.min(column_after(lines.get(line)));
    YamlError { position: Position { line, column }, message }
}

/// The parser misses the `:` of a key only at what follows; the key itself is on a line before.
fn missing_colon_position(position: Position, lines: &Lines<'_>) -> Position {
    if lines.start_of(position.line) < position {
        return position;
    }
    lines.content_before(position.line).unwrap_or(position)
}

const MISSING_COLON: &str = "simple key expect";

/// Parts of the parser's messages for the common mistakes, and what is reported instead. The first match counts.
const MESSAGES: &[(&str, &str)] = &[
    ("expected ',' or ']'", NO_CLOSING_BRACKET),
    ("illegal placement of ':'", NO_CLOSING_BRACKET),
    (
        "expected ',' or '}'",
        "expected `,` or `}` in a mapping in braces: add it, or quote text that contains a bracket or brace",
    ),
    ("misplaced bracket", "this bracket closes nothing: remove it, or quote the text"),
    (
        "mapping values are not allowed",
        "a key is not allowed here: quote text that contains `: `, or check the lines above and the indentation",
    ),
    (MISSING_COLON, "the key has no `:`: write `key: value`, or check the indentation"),
    (
        "did not find expected key",
        "the indentation matches no key above: start the keys of a mapping in the same column",
    ),
    (
        "expected '-' indicator",
        "the indentation matches no list entry above: start each entry with `- ` in the same column",
    ),
    ("expected <document start>", "the document ends before this line: start all top-level keys in the same column"),
    ("quoted scalar, found unexpected", NO_CLOSING_QUOTE),
    ("indentation in quoted scalar", NO_CLOSING_QUOTE),
    (
        "trailing content after double-quoted",
        "expected nothing after the closing quote: quote the whole text, and write `''` for a quote in single quotes",
    ),
    (
        "unknown escape character",
        "unknown escape sequence: use single quotes, in which a `\\` is an ordinary character",
    ),
    ("unexpected character", "text cannot begin with `@`, `%` or a backtick: quote it"),
    ("sequence entries are not allowed", NO_ENTRY_HERE),
    ("only valid inside a block", NO_ENTRY_HERE),
    ("cannot start with '-'", NO_ENTRY_HERE),
    ("expected node content", "a value is missing before this: remove a `,` too many, or quote the text"),
    ("comment intercepting", "the comment ends the value, but the next line continues it: check the indentation"),
    ("block scalar", "a block text (`|` or `>`) starts on the next line, indented deeper than its key"),
    ("may not precede any of", "expected a space after the `:` of the key: write `key: value`"),
    ("directive", NO_DIRECTIVE),
    ("tag", NO_TAG),
    ("handle", NO_TAG),
    ("tab", "a tab is not allowed here: use spaces"),
    ("valid YAML whitespace", "a tab is not allowed here: use spaces"),
    ("indentation", "the indentation does not match the lines above: indent deeper than the key that this belongs to"),
];

const NO_CLOSING_BRACKET: &str =
    "expected `,` or `]` in a list in brackets: add it, or quote text that contains a bracket or brace";
const NO_CLOSING_QUOTE: &str = "the quoted text is not closed: add the quote, or indent its next lines";
const NO_ENTRY_HERE: &str = "a list entry (`- `) is not allowed here: start it on a separate line, or quote the text";
