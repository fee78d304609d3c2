//! Text for people: nothing that somebody else wrote may act as anything but text in a log, a table or a message.

pub mod redact;
pub mod unicode;

mod escape;
mod markdown;
mod quote;
mod suggest;

pub use escape::{escape_log_json, escape_log_line, escape_unprintable};
pub use markdown::{to_inline_code, to_link, to_markdown};
pub use quote::{capitalise, quote, quote_list, quote_whole};
pub use suggest::{closest_match, did_you_mean};
pub use unicode::is_unprintable;

/// Whether a character forces a writing direction (Unicode Bidirectional Algorithm: embeddings, overrides, isolates).
pub fn is_bidi_control(c: char) -> bool {
    matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

/// Bytes as lower-case hex.
pub fn hex(bytes: &[u8]) -> String {
    base16ct::lower::encode_string(bytes)
}
