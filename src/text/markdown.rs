//! Text for GitHub's Markdown: somebody else's value is never markup, and never becomes a link.
//!
//! ASCII punctuation is written as numeric references, which Markdown never takes for syntax (`CommonMark` 0.31, section
//! 2.5). GitHub also links bare addresses, inside `<code>` too (GitHub Flavored Markdown 0.29, section 6.9). Of these,
//! `www.` and `://` are matched in the source, where a reference hides them; e-mail addresses are matched after the
//! references are resolved, so a tag has to break the text before their `@`.

use super::escape::escape_unprintable;

/// Somebody else's text as inline code in a Markdown table: it can neither end the cell nor be markup.
///
/// Not escaped, so that logins and reason codes can be searched for: brackets, which are no link without parentheses,
/// and an underscore within a word, which is no emphasis (`CommonMark`, section 6.2).
pub fn to_inline_code(text: &str) -> String {
    let text = escape_unprintable(text);
    let mut out = String::from("<code>");
    let mut before = "";
    for (index, c) in text.char_indices() {
        let after = &text[index + c.len_utf8()..];
        let is_plain = match c {
            '-' | '/' | ',' | '[' | ']' => true,
            '.' => !ends_with_www(before),
            '_' => ends_with_alphanumeric(before) && after.starts_with(|next: char| next.is_ascii_alphanumeric()),
            _ => !c.is_ascii_punctuation(),
        };
        if c == '@' && before.ends_with(is_email_char) {
            out.push_str("</code><code>");
        }
        push(&mut out, c, is_plain);
        before = &text[..index + c.len_utf8()];
    }
    out.push_str("</code>");
    out
}

/// One of our own messages in Markdown: the values that it quotes in backticks become code, the rest is escaped.
pub fn to_markdown(message: &str) -> String {
    let mut out = String::new();
    for (index, part) in message.split('`').enumerate() {
        if index % 2 == 1 {
            out.push_str(&to_inline_code(part));
        } else {
            push_prose(&mut out, &escape_unprintable(part));
        }
    }
    out
}

/// A link with a text that is Markdown already. Without a plain address, and an address may hold variables of the runner,
/// only the text is shown.
pub fn to_link(markdown: &str, url: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_' | '/' | ':' | '#');
    let is_web = url.starts_with("https://") || url.starts_with("http://");
    if is_web && url.chars().all(is_plain) { format!("[{markdown}]({url})") } else { markdown.to_owned() }
}

fn push_prose(out: &mut String, text: &str) {
    // The end of a mention or reference that was written as a whole.
    let mut end = 0;
    for (index, c) in text.char_indices() {
        if index < end {
            continue;
        }
        let (before, after) = (&text[..index], &text[index + c.len_utf8()..]);
        match c {
            // GitHub links mentions and issue numbers in the finished HTML, but not in code.
            '@' | '#' => {
                let name = after.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(after.len());
                end = index + 1 + name;
                out.push_str(&to_inline_code(&text[index..end]));
            }
            '<' | '>' | '&' | '|' | '*' | '_' | '[' | ']' | '\\' | '~' => push(out, c, false),
            ':' => push(out, c, !after.starts_with("//")),
            '.' => push(out, c, !ends_with_www(before)),
            _ => push(out, c, true),
        }
    }
}

fn push(out: &mut String, c: char, is_plain: bool) {
    if is_plain {
        out.push(c);
    } else {
        out.push_str(&format!("&#{};", u32::from(c)));
    }
}

/// Whether an e-mail address can have a character before its `@`, for GitHub.
fn is_email_char(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '.' | '+' | '-' | '_')
}

fn ends_with_www(text: &str) -> bool {
    text.len() >= 3 && text.as_bytes()[text.len() - 3..].eq_ignore_ascii_case(b"www")
}

fn ends_with_alphanumeric(text: &str) -> bool {
    text.ends_with(|last: char| last.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_cannot_leave_its_cell_or_its_code() {
        let shown = to_inline_code("a|b`c`<img src=x>[l](u)*\n| x");
        assert_eq!(shown.matches('|').count(), 0);
        assert_eq!(shown.matches('<').count(), 2);
        assert!(!shown.contains('\n'));
        let message = to_markdown("the label `</code>|x` is <b>not</b> | there");
        assert_eq!(message.matches("</code>").count(), 1);
        assert!(!message.contains("<b>") && !message.contains('|'));
    }

    #[test]
    fn no_address_becomes_a_link() {
        for (text, code) in [
            ("www.evil.example", "<code>www&#46;evil.example</code>"),
            ("xWWW.evil.example", "<code>xWWW&#46;evil.example</code>"),
            ("https://evil.example", "<code>https&#58;//evil.example</code>"),
            ("a@evil.example", "<code>a</code><code>&#64;evil.example</code>"),
            ("x @acme/release", "<code>x &#64;acme/release</code>"),
            ("mailto:a@evil.example", "<code>mailto&#58;a</code><code>&#64;evil.example</code>"),
        ] {
            assert_eq!(to_inline_code(text), code);
        }
        assert_eq!(
            to_markdown("é: www.evil.example, https://evil.example, a@evil.example, see #1"),
            "é: www&#46;evil.example, https&#58;//evil.example, a<code>&#64;evil</code>.example, see <code>&#35;1</code>"
        );
    }

    #[test]
    fn only_plain_addresses_are_linked() {
        let url = "https://github.com/acme/charts.js/blob/v1/x_y.md#a-b";
        assert_eq!(to_link("<code>x</code>", url), format!("[<code>x</code>]({url})"));
        assert_eq!(to_link("x", "http://localhost:3000/o/r"), "[x](http://localhost:3000/o/r)");
        for url in ["", "javascript:alert/1", "https://a b", "https://a)x", "https://a|b", "https://a\nb", "https://<a"]
        {
            assert_eq!(to_link("x", url), "x");
        }
    }

    #[test]
    fn logins_and_codes_can_be_searched_for() {
        for text in ["actor.not_allowed", "github-actions[bot]", "acme/charts"] {
            assert_eq!(to_inline_code(text), format!("<code>{text}</code>"));
        }
        assert_eq!(to_inline_code("_a_"), "<code>&#95;a&#95;</code>");
    }
}
