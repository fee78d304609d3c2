//! Addresses of the API: origins that are compared, and path segments that cannot leave their place.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// RFC 3986: only unreserved characters stay.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Scheme, host and port of an http or https address, in lower case.
pub fn origin(url: &str) -> Option<String> {
    let (scheme, rest) = url.split_once("://")?;
    let scheme = scheme.to_ascii_lowercase();
    let authority = rest.split(['/', '?', '#', '\\']).next()?;
    let valid = matches!(scheme.as_str(), "http" | "https")
        && !authority.is_empty()
        && authority.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~:[]".contains(&byte));
    valid.then(|| format!("{scheme}://{}", authority.to_ascii_lowercase()))
}

/// Whether a token may be sent to an origin: over TLS, or without it on this machine only.
pub fn is_confidential(origin: &str) -> bool {
    origin.starts_with("https:") || is_loopback(origin)
}

/// Whether an origin is on this machine.
fn is_loopback(origin: &str) -> bool {
    let authority = origin.split_once("://").map_or(origin, |(_, authority)| authority);
    let host = match authority.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
        _ => authority,
    };
    // No name ends in a number (URL Standard, "ends in a number checker"), so such a host is an address.
    let is_ipv4 = host.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    matches!(host, "localhost" | "[::1]") || (is_ipv4 && host.starts_with("127."))
}

/// `/repos/{owner}/{name}` of a repository that is named `owner/name`.
pub fn repository_path(repository: &str) -> String {
    let (owner, name) = repository.split_once('/').unwrap_or_default();
    format!("/repos/{}/{}", encode_path_segment(owner), encode_path_segment(name))
}

/// A text as one segment of a path, or as the value of a query parameter.
pub fn encode_path_segment(text: &str) -> String {
    utf8_percent_encode(text, SEGMENT).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origins_are_compared_as_a_whole() {
        assert_eq!(origin("https://API.github.com/x").as_deref(), Some("https://api.github.com"));
        assert_eq!(origin("http://127.0.0.1:80/x?y").as_deref(), Some("http://127.0.0.1:80"));
        for other in
            ["https://api.github.com@evil.example/", "ftp://x/", "https:///x", "api.github.com", "https://a b/"]
        {
            assert_eq!(origin(other), None, "{other}");
        }
        assert_ne!(origin("https://api.github.com.evil.example/x"), origin("https://api.github.com/x"));
        assert_ne!(origin("http://api.github.com/x"), origin("https://api.github.com/x"));
    }

    #[test]
    fn a_token_leaves_this_machine_over_tls_only() {
        for permitted in [
            "https://x",
            "http://127.0.0.1",
            "http://127.0.0.1:8080",
            "http://localhost:1",
            "http://[::1]:80",
            "http://[::1]",
        ] {
            assert!(is_confidential(permitted), "{permitted}");
        }
        for refused in ["http://127.0.0.1.evil.example", "http://localhost.evil.example", "http://10.0.0.1", "http://x"]
        {
            assert!(!is_confidential(refused), "{refused}");
        }
    }

    #[test]
    fn segments_cannot_leave_their_place() {
        assert_eq!(encode_path_segment("github-actions[bot]"), "github-actions%5Bbot%5D");
        assert_eq!(encode_path_segment("a/../b?c#d"), "a%2F..%2Fb%3Fc%23d");
        assert_eq!(encode_path_segment("a-b._~é"), "a-b._~%C3%A9");
    }
}
