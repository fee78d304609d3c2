//! Suggestions for misspelled words.

/// The candidate that somebody who wrote `word` most likely meant, if one is close.
pub fn closest_match<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let word = fold(word);
    candidates
        .into_iter()
        .map(|candidate| (strsim::osa_distance(&word, &fold(candidate)), candidate))
        .filter(|(distance, candidate)| *distance <= 2.max(candidate.len() / 3))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// ` (did you mean …?)` for a message, or nothing.
pub fn did_you_mean<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> String {
    closest_match(word, candidates).map(|candidate| format!(" (did you mean `{candidate}`?)")).unwrap_or_default()
}

fn fold(word: &str) -> String {
    word.to_ascii_lowercase().replace('_', "-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_close_words_are_suggested() {
        assert_eq!(closest_match("pull_requst", ["pull_request", "push"]), Some("pull_request"));
        assert_eq!(closest_match("unknown_fields", ["unknown-fields"]), Some("unknown-fields"));
        assert_eq!(closest_match("zzzzzz", ["pull_request", "push"]), None);
        assert_eq!(did_you_mean("Typs", ["types"]), " (did you mean `types`?)");
        assert_eq!(did_you_mean("zzzzzz", ["types"]), "");
    }
}
