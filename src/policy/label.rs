//! Labels of a policy: names, or patterns in which `*` matches any characters.

use std::fmt;

/// A label's name, or a pattern of names. Case-sensitive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LabelPattern {
    text: String,
    /// The literal parts between the stars.
    parts: Vec<String>,
}

impl LabelPattern {
    /// Reads a label: `*` matches any characters, `\*` a star.
    ///
    /// # Errors
    /// In words, for a pattern that every label matches.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut parts = vec![String::new()];
        let mut chars = text.chars().peekable();
        while let Some(c) = chars.next() {
            match c {
                '\\' if chars.peek() == Some(&'*') => parts.extend_last(chars.next()),
                '*' => parts.push(String::new()),
                c => parts.extend_last(Some(c)),
            }
        }
        if parts.len() > 1 && parts.iter().all(String::is_empty) {
            return Err("matches every label; write the names, or a part of them beside the `*`".to_owned());
        }
        Ok(Self { text: text.to_owned(), parts })
    }

    /// Whether it is a name without a star.
    pub fn is_literal(&self) -> bool {
        self.parts.len() == 1
    }

    /// The name, if it is one without a star.
    pub fn literal(&self) -> Option<&str> {
        match self.parts.as_slice() {
            [name] => Some(name),
            _ => None,
        }
    }

    /// Whether a label matches.
    pub fn matches(&self, label: &str) -> bool {
        let [first, middle @ .., last] = self.parts.as_slice() else {
            return self.parts.first().is_some_and(|name| name == label);
        };
        let Some(rest) = label.strip_prefix(first.as_str()) else { return false };
        let Some(mut rest) = rest.strip_suffix(last.as_str()) else { return false };
        for part in middle {
            let Some(index) = rest.find(part.as_str()) else { return false };
            rest = &rest[index + part.len()..];
        }
        true
    }

    /// Whether a label would match if case did not count.
    pub fn matches_in_another_case(&self, label: &str) -> bool {
        let folded = Self { text: String::new(), parts: self.parts.iter().map(|part| part.to_lowercase()).collect() };
        folded.matches(&label.to_lowercase())
    }

    /// As the policy writes it.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl AsRef<str> for LabelPattern {
    fn as_ref(&self) -> &str {
        &self.text
    }
}

impl fmt::Display for LabelPattern {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.text)
    }
}

trait ExtendLast {
    fn extend_last(&mut self, c: Option<char>);
}

impl ExtendLast for Vec<String> {
    fn extend_last(&mut self, c: Option<char>) {
        if let Some(last) = self.last_mut() {
            last.extend(c);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(pattern: &str, label: &str) -> bool {
        LabelPattern::parse(pattern).unwrap().matches(label)
    }

    #[test]
    fn a_star_stands_for_any_characters() {
        for (pattern, label) in [
            ("a", "a"),
            ("backport-*", "backport-"),
            ("backport-*", "backport-v1"),
            ("*-ok", "x-ok"),
            ("a*b*c", "aXbYbZc"),
            ("a**b", "ab"),
            ("\\*", "*"),
            ("a\\*b*", "a*bc"),
            ("\\", "\\"),
        ] {
            assert!(matches(pattern, label), "{pattern} {label}");
        }
        for (pattern, label) in [
            ("a", "A"),
            ("a", "ab"),
            ("backport-*", "Backport-v1"),
            ("a*a", "a"),
            ("a*b*c", "ac"),
            ("a*b*c", "abcX"),
            ("\\*", "x"),
            ("ab*bc", "abc"),
        ] {
            assert!(!matches(pattern, label), "{pattern} {label}");
        }
    }

    #[test]
    fn a_pattern_of_stars_alone_is_refused() {
        for text in ["*", "**"] {
            assert!(LabelPattern::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn points_out_another_case() {
        assert!(LabelPattern::parse("Upstream-*").unwrap().matches_in_another_case("upstream-Sync"));
        assert!(!LabelPattern::parse("upstream").unwrap().matches_in_another_case("up"));
    }
}
