//! Points in time as GitHub and HTTP write them.

use time::OffsetDateTime;
use time::format_description::well_known::{Rfc2822, Rfc3339};

/// Unix milliseconds as RFC 3339 in UTC, to the second: `2026-01-31T08:00:00Z`.
pub fn format_rfc3339(unix_ms: u64) -> String {
    let seconds = i64::try_from(unix_ms / 1000).unwrap_or(i64::MAX);
    // Only times after the year 9999 have no such form, and only an invalid header names one.
    OffsetDateTime::from_unix_timestamp(seconds).ok().and_then(|time| time.format(&Rfc3339).ok()).unwrap_or_default()
}

/// Unix seconds of an RFC 3339 time, with or without fractions and offsets, as GitHub's REST API writes them. Fractions
/// are cut off. `None` for anything else, and for times before 1970.
pub fn parse_rfc3339(text: &str) -> Option<u64> {
    unix_seconds(OffsetDateTime::parse(text, &Rfc3339).ok()?)
}

/// Unix seconds of a date in an HTTP header (RFC 9110, section 5.6.7): `Sun, 06 Nov 1994 08:49:37 GMT`.
pub fn parse_http_date(text: &str) -> Option<u64> {
    let text = text.strip_suffix("GMT").map(|date| format!("{date}+0000"))?;
    unix_seconds(OffsetDateTime::parse(&text, &Rfc2822).ok()?)
}

fn unix_seconds(time: OffsetDateTime) -> Option<u64> {
    u64::try_from(time.unix_timestamp()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_and_parses_the_same_time() {
        for (seconds, text) in [
            (0, "1970-01-01T00:00:00Z"),
            (951_782_400, "2000-02-29T00:00:00Z"),
            (1_790_000_000, "2026-09-21T14:13:20Z"),
            (4_102_444_799, "2099-12-31T23:59:59Z"),
        ] {
            assert_eq!(format_rfc3339(seconds * 1000), text);
            assert_eq!(parse_rfc3339(text), Some(seconds));
        }
    }

    #[test]
    fn reads_fractions_and_offsets() {
        for text in ["2026-09-21T14:13:20.123Z", "2026-09-21T16:13:20+02:00", "2026-09-21T14:13:20.000-00:00"] {
            assert_eq!(parse_rfc3339(text), Some(1_790_000_000), "{text}");
        }
    }

    #[test]
    fn refuses_other_forms() {
        for text in ["", "2026-01-31", "2026-13-31T08:00:00Z", "2026-01-31T08:00:00", "２026-01-31T08:00:00Z"] {
            assert_eq!(parse_rfc3339(text), None, "{text}");
        }
    }

    #[test]
    fn reads_the_date_of_an_http_header() {
        assert_eq!(parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT"), Some(784_111_777));
        for text in ["", "soon", "Sun, 06 Nov 1994 08:49:37", "1994-11-06T08:49:37Z"] {
            assert_eq!(parse_http_date(text), None, "{text}");
        }
    }

    #[test]
    fn a_time_beyond_the_calendar_is_empty() {
        assert_eq!(format_rfc3339(u64::MAX), "");
    }
}
