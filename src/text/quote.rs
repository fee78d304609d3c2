//! Values and words of other people inside our messages.

use super::escape::escape_unprintable;

/// The number of characters of a value that a message quotes.
const MAX_QUOTED_CHARS: usize = 120;

/// The number of values that a list in a message names.
const MAX_LISTED: usize = 12;

/// A value of somebody else inside a message: in backticks, on one line, shortened.
///
/// Secrets have to be replaced before, since a shortened or escaped secret is no longer found.
pub fn quote(value: &str) -> String {
    match value.char_indices().nth(MAX_QUOTED_CHARS) {
        Some((end, _)) => quote_whole(&format!("{}…", &value[..end])),
        None => quote_whole(value),
    }
}

/// As [`quote`], but not shortened: for text whose end matters, such as GitHub's own messages.
pub fn quote_whole(value: &str) -> String {
    format!("`{}`", escape_unprintable(value).replace('`', "'"))
}

/// A list of values for a message: `a`, `b` and `c`.
pub fn quote_list<T: AsRef<str>>(values: impl IntoIterator<Item = T>, conjunction: &str) -> String {
    let quoted: Vec<String> = values.into_iter().map(|value| quote(value.as_ref())).collect();
    match quoted.as_slice() {
        [] => "nothing".to_owned(),
        [only] => only.clone(),
        many if many.len() > MAX_LISTED => {
            format!("{} and {} more", many[..MAX_LISTED].join(", "), many.len() - MAX_LISTED)
        }
        [head @ .., tail] => format!("{} {conjunction} {tail}", head.join(", ")),
    }
}

/// The sentence with its first letter in upper case.
pub fn capitalise(sentence: &str) -> String {
    let mut chars = sentence.chars();
    match chars.next() {
        // Our own sentences start with an ASCII letter or a quoted value.
        Some(first) => std::iter::once(first.to_ascii_uppercase()).chain(chars).collect(),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_are_one_line_that_a_value_cannot_end() {
        assert_eq!(quote("main"), "`main`");
        assert_eq!(quote("a\n::error::b`c"), "`a\\n::error::b'c`");
        assert_eq!(quote("x\u{202e}y"), "`x\\u{202e}y`");
    }

    #[test]
    fn long_values_are_shortened_by_characters() {
        assert_eq!(quote(&"é".repeat(MAX_QUOTED_CHARS)), format!("`{}`", "é".repeat(MAX_QUOTED_CHARS)));
        assert_eq!(quote(&"é".repeat(MAX_QUOTED_CHARS + 1)), format!("`{}…`", "é".repeat(MAX_QUOTED_CHARS)));
        assert_eq!(quote_whole(&"a".repeat(500)), format!("`{}`", "a".repeat(500)));
    }

    #[test]
    fn lists_read_as_a_sentence() {
        assert_eq!(quote_list([""; 0], "or"), "nothing");
        assert_eq!(quote_list(["a"], "or"), "`a`");
        assert_eq!(quote_list(["a", "b", "c"], "or"), "`a`, `b` or `c`");
        assert!(quote_list((0..50).map(|n| n.to_string()), "or").ends_with("and 38 more"));
    }

    #[test]
    fn sentences_begin_with_a_capital_letter() {
        assert_eq!(capitalise("the label"), "The label");
        assert_eq!(capitalise("`x` is"), "`x` is");
        assert_eq!(capitalise(""), "");
    }
}
