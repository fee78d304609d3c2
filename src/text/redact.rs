//! Removes secrets from text.

/// Replaces a secret.
const REPLACEMENT: &str = "***";

/// The length from which a secret is unlikely to occur by chance.
const MIN_DISTINCTIVE_LEN: usize = 8;

/// The secrets of a run. Values of other people are redacted before they are shortened or escaped, and everything that is
/// printed is redacted at the end.
#[derive(Debug, Clone, Default)]
pub struct Redactor {
    secrets: Vec<String>,
}

impl Redactor {
    /// Adds a secret. Blank ones are ignored, since they would match everything. Longer ones are replaced first, or the
    /// end of a secret that begins with another one would remain.
    pub fn add(&mut self, secret: &str) {
        let secret = secret.trim();
        if !secret.is_empty() && self.secrets.iter().all(|known| known != secret) {
            let index = self.secrets.partition_point(|known| known.len() >= secret.len());
            self.secrets.insert(index, secret.to_owned());
        }
    }

    /// Whether the text contains a secret that is too long to occur by chance.
    pub fn contains_secret(&self, text: &str) -> bool {
        self.secrets.iter().any(|secret| secret.len() >= MIN_DISTINCTIVE_LEN && text.contains(secret.as_str()))
    }

    /// The text with `***` in place of each secret.
    pub fn redact(&self, text: String) -> String {
        self.secrets.iter().fold(text, |text, secret| {
            if text.contains(secret.as_str()) { text.replace(secret.as_str(), REPLACEMENT) } else { text }
        })
    }

    /// Replaces the secrets in a value of somebody else, if one is too long to occur by chance. A shorter one is replaced
    /// only in print, because a change of the value could change the decision.
    pub fn redact_value(&self, value: &mut String) {
        if self.contains_secret(value) {
            *value = self.redact(std::mem::take(value));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_replaced_and_blank_ones_ignored() {
        let mut redactor = Redactor::default();
        redactor.add("");
        redactor.add("s3cret");
        assert_eq!(redactor.redact("token s3cret!".to_owned()), "token ***!");
        redactor.add("s3cret-and-more");
        assert_eq!(redactor.redact("s3cret-and-more s3cret".to_owned()), "*** ***");
    }

    #[test]
    fn only_distinctive_secrets_change_a_value() {
        let mut redactor = Redactor::default();
        redactor.add("main");
        redactor.add("s3cret-and-more");
        for (before, after) in [("main", "main"), ("x s3cret-and-more", "x ***")] {
            let mut value = before.to_owned();
            redactor.redact_value(&mut value);
            assert_eq!(value, after);
        }
    }
}
