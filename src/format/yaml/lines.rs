//! The lines of a YAML text, for what the parser does not report.

use super::{Position, YamlError};

pub const NO_DIRECTIVE: &str = "directives (`%YAML`, `%TAG`) are not allowed: remove the line";

/// The lines of a text, without their ends.
pub struct Lines<'a>(Vec<&'a str>);

impl<'a> Lines<'a> {
    pub fn new(text: &'a str) -> Self {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        Self(text.split('\n').collect())
    }

    fn numbered(&self) -> impl Iterator<Item = (u32, &'a str)> {
        (1..).zip(self.0.iter().copied())
    }

    pub fn get(&self, number: u32) -> &'a str {
        let index = usize::try_from(number).unwrap_or(usize::MAX);
        self.0.get(index.wrapping_sub(1)).copied().unwrap_or_default()
    }

    pub fn char_at(&self, position: Position) -> Option<char> {
        let index = usize::try_from(position.column).ok()?.checked_sub(1)?;
        self.get(position.line).chars().nth(index)
    }

    /// The position, or the end of the text: the parser treats a last line without a line end as if it had one.
    pub fn within(&self, position: Position) -> Position {
        let last = u32::try_from(self.0.len()).unwrap_or(u32::MAX);
        if position.line <= last {
            return position;
        }
        Position { line: last, column: column_after(self.get(last)) }
    }

    /// The position of the first character of a line that is not blank.
    pub fn start_of(&self, line: u32) -> Position {
        let column = column_after(indentation(self.get(line)));
        Position { line, column }
    }

    /// The start of the last line before this one that holds more than a comment.
    pub fn content_before(&self, line: u32) -> Option<Position> {
        let before = (1..line).rev().find(|&line| is_content(self.get(line)))?;
        Some(self.start_of(before))
    }

    /// Refuses what the parser accepts, ignores or takes for something else.
    ///
    /// # Errors
    /// For control characters, tabs that indent, and directives.
    pub fn check(&self) -> Result<(), YamlError> {
        self.reject_controls()?;
        self.reject_tabs()?;
        self.reject_directives()
    }

    /// The parser takes a NUL for the end of the text, and a lone carriage return for a line break, which many editors do
    /// not show as one.
    fn reject_controls(&self) -> Result<(), YamlError> {
        let control = self.numbered().find_map(|(line, text)| text.find(['\0', '\r']).map(|index| (line, text, index)));
        let Some((line, text, index)) = control else { return Ok(()) };
        let name =
            if text[index..].starts_with('\0') { "NUL character" } else { "carriage return without a line feed" };
        let position = Position { line, column: column_after(&text[..index]) };
        Err(YamlError::new(position, format!("a {name} is not allowed: remove it")))
    }

    /// YAML allows tabs in some indentations; here they are never allowed.
    fn reject_tabs(&self) -> Result<(), YamlError> {
        for (line, text) in self.numbered().filter(|(_, text)| is_content(text)) {
            let indentation = indentation(text);
            if let Some(tab) = indentation.find('\t') {
                let column = column_after(&indentation[..tab]);
                return Err(YamlError::new(Position { line, column }, "a tab indents this line: use spaces"));
            }
        }
        Ok(())
    }

    /// Directives (`%YAML`, `%TAG`) precede the document; the parser does not report them.
    fn reject_directives(&self) -> Result<(), YamlError> {
        match self.numbered().find(|(_, text)| is_content(text)) {
            Some((line, text)) if text.starts_with('%') => {
                Err(YamlError::new(Position { line, column: 1 }, NO_DIRECTIVE))
            }
            _ => Ok(()),
        }
    }
}

fn indentation(line: &str) -> &str {
    &line[..line.len() - line.trim_start_matches([' ', '\t']).len()]
}

fn is_content(line: &str) -> bool {
    let text = line.trim_start_matches([' ', '\t']);
    !text.is_empty() && !text.starts_with('#')
}

pub fn column_after(text: &str) -> u32 {
    u32::try_from(text.chars().count()).map_or(u32::MAX, |count| count.saturating_add(1))
}
