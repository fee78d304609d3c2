//! Durations as people write them.

/// Seconds of a duration such as `90s`, `15m`, `2h` or `1d`: a whole number of at most six digits and a unit.
pub fn parse_duration(text: &str) -> Option<u64> {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let unit = match &text[digits.len()..] {
        "s" => 1,
        "m" => 60,
        "h" => 60 * 60,
        "d" => 24 * 60 * 60,
        _ => return None,
    };
    let is_plain = !digits.is_empty() && digits.len() <= 6 && digits.bytes().all(|byte| byte.is_ascii_digit());
    if is_plain { digits.parse::<u64>().ok().map(|number| number * unit) } else { None }
}

/// The durations up to a longest one in seconds, in words for messages. The longest is a whole number of days, or less
/// than a day and a whole number of hours.
pub fn describe_up_to(longest: u64) -> String {
    let hours = longest / 3600;
    if hours >= 24 { format!("`1s` to `{}d`", hours / 24) } else { format!("`1s` to `{hours}h`") }
}

/// What is expected of a duration up to a longest one in seconds, for messages.
pub fn expected(longest: u64) -> String {
    format!("a duration from {}: a whole number and `s`, `m`, `h` or `d`", describe_up_to(longest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_is_a_whole_number_and_a_unit() {
        for (text, seconds) in [("90s", 90), ("15m", 900), ("2h", 7200), ("1d", 86_400), ("007s", 7)] {
            assert_eq!(parse_duration(text), Some(seconds), "{text}");
        }
        for text in ["", "s", "10", "1.5h", "-1s", "1 m", "1w", "1000000s", "1ms", "１s"] {
            assert_eq!(parse_duration(text), None, "{text}");
        }
    }
}
