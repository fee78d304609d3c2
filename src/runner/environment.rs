//! The variables that the runner sets. Steps cannot override them, so they take precedence over the event file
//! (GitHub Docs, "Store information in variables").

use std::collections::BTreeMap;

use crate::text::redact::Redactor;

/// The runner's variables, as far as the core reads them.
#[derive(Debug, Clone, Default)]
pub struct Environment {
    variables: BTreeMap<String, String>,
}

impl FromIterator<(String, String)> for Environment {
    fn from_iter<I: IntoIterator<Item = (String, String)>>(variables: I) -> Self {
        Self { variables: variables.into_iter().collect() }
    }
}

impl Environment {
    /// A variable's value; empty if it is not set.
    pub fn get(&self, name: &str) -> &str {
        self.variables.get(name).map_or("", String::as_str)
    }

    /// A variable's value, or another if it is not set or empty.
    pub fn get_or<'a>(&'a self, name: &str, otherwise: &'a str) -> &'a str {
        match self.get(name) {
            "" => otherwise,
            value => value,
        }
    }

    /// The variables with their secrets replaced. Messages shorten values, and a shortened secret is no longer found.
    #[must_use]
    pub fn redacted(&self, redactor: &Redactor) -> Self {
        let mut variables = self.variables.clone();
        for value in variables.values_mut() {
            redactor.redact_value(value);
        }
        Self { variables }
    }

    /// The variables that a decision can depend on, without any that contains a secret, for the evidence.
    pub fn recordable(&self) -> BTreeMap<&str, &str> {
        RECORDED_VARIABLES
            .iter()
            .filter_map(|name| self.variables.get(*name).map(|value| (*name, value.as_str())))
            .collect()
    }

    /// The name of the event that started the run.
    pub fn event_name(&self) -> &str {
        self.get("GITHUB_EVENT_NAME")
    }

    /// `owner/name` of the run's repository.
    pub fn repository(&self) -> &str {
        self.get("GITHUB_REPOSITORY")
    }

    /// The numeric id of that repository, if the runner set a valid one.
    pub fn repository_id(&self) -> Option<u64> {
        self.get("GITHUB_REPOSITORY_ID").parse().ok()
    }

    /// The id of the workflow run.
    pub fn run_id(&self) -> Option<u64> {
        self.get("GITHUB_RUN_ID").parse().ok()
    }

    /// The number of this attempt of the run, from 1.
    pub fn run_attempt(&self) -> Option<u64> {
        self.get("GITHUB_RUN_ATTEMPT").parse().ok()
    }

    /// The address of the server, without a trailing slash.
    pub fn server_url(&self) -> &str {
        self.get_or("GITHUB_SERVER_URL", "https://github.com").trim_end_matches('/')
    }

    /// The address of the REST API, without a trailing slash; empty if it is not set on a server other than github.com.
    pub fn api_url(&self) -> &str {
        let known = if self.is_github_com() { "https://api.github.com" } else { "" };
        self.get_or("GITHUB_API_URL", known).trim_end_matches('/')
    }

    /// Whether the server is github.com, where the ids of well-known bots are known.
    pub fn is_github_com(&self) -> bool {
        self.server_url().eq_ignore_ascii_case("https://github.com")
    }

    /// The page of the run.
    pub fn run_url(&self) -> String {
        match (self.repository(), self.run_id()) {
            ("", _) | (_, None) => String::new(),
            (_, Some(run)) => format!("{}/actions/runs/{run}", self.repository_url()),
        }
    }

    /// The page of the repository that the run is in.
    pub fn repository_url(&self) -> String {
        format!("{}/{}", self.server_url(), self.repository())
    }
}

/// Every variable that the core reads and that contains no secret.
pub const RECORDED_VARIABLES: &[&str] = &[
    "GITHUB_ACTOR",
    "GITHUB_ACTOR_ID",
    "GITHUB_API_URL",
    "GITHUB_EVENT_NAME",
    "GITHUB_EVENT_PATH",
    "GITHUB_REPOSITORY",
    "GITHUB_REPOSITORY_ID",
    "GITHUB_RUN_ATTEMPT",
    "GITHUB_RUN_ID",
    "GITHUB_SERVER_URL",
    "GITHUB_TRIGGERING_ACTOR",
    "GITHUB_WORKFLOW",
    "GITHUB_WORKFLOW_REF",
];

#[cfg(test)]
mod tests {
    use super::*;

    fn environment(variables: &[(&str, &str)]) -> Environment {
        variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn an_empty_variable_counts_as_not_set() {
        let env = environment(&[("GITHUB_API_URL", ""), ("GITHUB_REPOSITORY_ID", "")]);
        assert_eq!(env.api_url(), "https://api.github.com");
        assert_eq!(env.repository_id(), None);
        let elsewhere = environment(&[("GITHUB_API_URL", ""), ("GITHUB_SERVER_URL", "https://ghe.example")]);
        assert_eq!(elsewhere.api_url(), "");
    }

    #[test]
    fn only_github_com_itself_is_github_com() {
        assert!(environment(&[]).is_github_com());
        assert!(environment(&[("GITHUB_SERVER_URL", "https://github.com/")]).is_github_com());
        for other in
            ["https://github.com.evil.example", "https://ghe.example", "http://github.com", "https://acme.ghe.com"]
        {
            assert!(!environment(&[("GITHUB_SERVER_URL", other)]).is_github_com(), "{other}");
        }
    }

    #[test]
    fn secrets_are_replaced() {
        let mut redactor = Redactor::default();
        redactor.add("s3cret-token");
        let env = environment(&[("GITHUB_EVENT_PATH", "/tmp/s3cret-token"), ("GITHUB_ACTOR", "mona")]);
        let redacted = env.redacted(&redactor);
        assert_eq!((redacted.get("GITHUB_EVENT_PATH"), redacted.get("GITHUB_ACTOR")), ("/tmp/***", "mona"));
    }

    #[test]
    fn recorded_variables_contain_no_secret() {
        let env = environment(&[("GITHUB_ACTOR", "octocat"), ("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "s3cret")]);
        assert_eq!(env.recordable().into_iter().collect::<Vec<_>>(), [("GITHUB_ACTOR", "octocat")]);
    }
}
