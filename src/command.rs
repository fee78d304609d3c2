//! What the command line asks of the core: the guard's decision on files, and every error of a policy.

use serde::Serialize;

use crate::decision::{Code, CodeInfo, Step, Verdict};
use crate::environment::Environment;
use crate::event::EventName;
use crate::evidence::{self, Difference, Evidence, Replayed, Replayer};
use crate::guard;
use crate::host::{Fault, FaultKind, Host, Request, Response, Task};
use crate::inputs;
use crate::invocation::Invocation;
use crate::json::{self, Json};
use crate::map::Map;
use crate::outcome;
use crate::policy::actor::ActorEntry;
use crate::policy::read::{self, Diagnostic};
use crate::text::{did_you_mean, log_json, printable, quote};

/// The token of a decision that asks no server. It is never sent anywhere.
const NO_TOKEN: &str = "no-token-is-needed-offline";

/// A decision as the command line shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Answer {
    /// The decision: the document of output `result`, as one line of JSON that is safe to print.
    pub result: String,
    /// The exit status.
    pub exit_code: u8,
    /// Every error of the policy, where it has some.
    pub errors: Vec<PolicyError>,
    /// All that it rested on, where that is to be recorded.
    pub evidence: Option<String>,
}

/// An error of a policy as the command line shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PolicyError {
    /// Line, from 1.
    pub line: u32,
    /// Column, from 1, in characters.
    pub column: u32,
    /// Where in the policy, what is wrong, and how to mend it; on one line.
    pub message: String,
}

/// The names that the completion of a shell offers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Vocabulary {
    /// The events that a policy knows.
    pub events: Vec<&'static str>,
    /// The flat inputs.
    pub flat: Vec<&'static str>,
}

/// Exit status: the run may go on.
pub const ALLOW: u8 = 0;
/// Exit status: the policy says no.
pub const DENY: u8 = 1;
/// Exit status: the policy or the event cannot be used.
pub const MISUSE: u8 = 2;
/// Exit status: an answer of the API is missing or makes no sense.
pub const NO_ANSWER: u8 = 3;
/// Exit status: the decision is not the one that was recorded.
pub const DIFFERS: u8 = 4;

/// Decides as the guard does, on what the command line was given.
///
/// `question` is JSON: `policy` (YAML text) or `flat` (a list of `NAME=VALUE`), `signing_keys`, `token` (only for the
/// live API), `environment` (variables that are known already), `at` (whether the host's clock counts and not that of
/// evidence), `answers` (`host`, `evidence` or nothing: whose answers count before those that came with the event),
/// `evidence` (whose answers those are), `record` (whether to write evidence) and, as the user wrote them,
/// `event_name`, `event_path`, `repository`, `actor`, `triggering_actor`, `run_id`, `run_attempt`, `workflow_ref`,
/// `server_url` and `api_url`. `file` is an event or evidence.
///
/// # Errors
/// In words for the user, where an option cannot be used.
pub async fn check(question: &str, file: &[u8], host: &dyn Host) -> Result<Answer, String> {
    let question = json::parse(question.as_bytes()).map_err(|error| error.to_string())?.root;
    let evidence = recorded(file)?;
    let answers = match said(&question, "evidence") {
        "" => None,
        text => Some(Evidence::read(text)?),
    };
    let (inputs, event) = match &evidence {
        Some(evidence) => {
            (inputs(&question, evidence.inputs.clone())?, evidence.event.as_deref().map_err(Clone::clone))
        }
        None => (inputs(&question, Map::default())?, Ok(file)),
    };
    let environment =
        environment(&question, evidence.as_ref(), answers.as_ref(), event.as_deref().unwrap_or_default())?;
    let reader = Reader {
        host,
        recorded: evidence.as_ref().map(|evidence| &evidence.replayer),
        answers: match (said(&question, "answers"), &answers, &evidence) {
            ("host", ..) | (_, None, None) => host,
            (_, Some(answers), _) | (_, None, Some(answers)) => &answers.replayer,
        },
        own_clock: question.at("at").as_bool() == Some(true),
        offline: said(&question, "token").is_empty(),
    };
    let policy = inputs.get("policy").cloned();
    let offline = reader.offline;
    let judgement = guard::decide(&Invocation { inputs, environment, event }, &reader).await;
    let mut decision = judgement.decision;
    if offline && decision.reason_code == Code::ApiUnavailable {
        "Give GitHub's answers: `--api` with a folder of them or with recorded evidence, or `--api-url` with the live API."
            .clone_into(&mut decision.mend);
    }
    let errors = policy.map_or_else(Vec::new, |policy| lint(policy.as_bytes()));
    Ok(Answer {
        result: log_json(&outcome::json(&decision)),
        exit_code: exit_code(decision.reason_code),
        errors,
        evidence: judgement.evidence,
    })
}

/// The evidence that a file holds; nothing if it is another kind of file.
fn recorded(file: &[u8]) -> Result<Option<Evidence>, String> {
    let is_evidence = json::parse(file).is_ok_and(|document| {
        document.root.at("exchanges").as_array().is_some() && document.root.at("decision").as_object().is_some()
    });
    match std::str::from_utf8(file) {
        Ok(text) if is_evidence => Evidence::read(text).map(Some),
        _ => Ok(None),
    }
}

/// The decision that stands in evidence, as it was made then.
///
/// # Errors
/// In words for the user, where the file is no evidence.
pub fn recorded_decision(file: &[u8]) -> Result<Answer, String> {
    let decision = Evidence::read(&String::from_utf8_lossy(file))?.decision;
    let code = decision.at("reason_code").as_str();
    let code = Code::ALL.iter().copied().find(|known| Some(known.name()) == code);
    match (code, decision.at("reason").as_str()) {
        (Some(code), Some(_)) if decision.at("decision").as_str() == Some(code.info().verdict.name()) => Ok(Answer {
            result: log_json(&decision.to_compact()),
            exit_code: exit_code(code),
            errors: Vec::new(),
            evidence: None,
        }),
        _ => Err("this is no evidence: `decision` is none that is known".to_owned()),
    }
}

/// A decision that was made again, as the command line shows it.
#[derive(Debug, Clone, Serialize)]
pub struct Replay {
    /// The decision now, as in [`Answer`].
    pub result: String,
    /// The exit status.
    pub exit_code: u8,
    /// Where it differs from the decision then.
    pub differences: Vec<Difference>,
}

/// Makes a decision again from its evidence.
///
/// # Errors
/// In words for the user, where the file is no evidence.
pub async fn replay(file: &[u8]) -> Result<Replay, String> {
    let Ok(text) = std::str::from_utf8(file) else {
        return Err("this is no evidence: it is not UTF-8 text".to_owned());
    };
    let Replayed { now, differences, .. } = evidence::replay(text).await?;
    let exit_code = if differences.is_empty() { ALLOW } else { DIFFERS };
    let differences = differences.iter().map(|difference| Difference {
        path: printable(&difference.path).into_owned(),
        then: log_json(&difference.then),
        now: log_json(&difference.now),
    });
    Ok(Replay { result: log_json(&outcome::json(&now)), exit_code, differences: differences.collect() })
}

/// Every error of a policy; none if it is sound.
pub fn lint(policy: &[u8]) -> Vec<PolicyError> {
    match std::str::from_utf8(policy) {
        Ok(text) => read::policy(text).err().unwrap_or_default().iter().map(PolicyError::from).collect(),
        Err(error) => {
            let sound = String::from_utf8_lossy(&policy[..error.valid_up_to()]);
            let last = sound.rsplit('\n').next().unwrap_or_default();
            let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
            vec![PolicyError {
                line: number(sound.matches('\n').count() + 1),
                column: number(last.chars().count() + 1),
                message: "this is not UTF-8 text; save the file as UTF-8".to_owned(),
            }]
        }
    }
}

/// ` (did you mean …?)` for a word that the command line does not know, or nothing. `known` has one word a line.
pub fn suggestion(word: &str, known: &str) -> String {
    did_you_mean(word, known.lines())
}

/// The names for a shell's completion.
pub fn vocabulary() -> Vocabulary {
    Vocabulary {
        events: EventName::ALL.iter().map(|(_, name)| *name).collect(),
        flat: inputs::GUARD.iter().filter(|input| input.flat).map(|input| input.name).collect(),
    }
}

/// The exit status for a decision.
fn exit_code(code: Code) -> u8 {
    let CodeInfo { verdict, step, .. } = code.info();
    match (verdict, code) {
        (Verdict::Allow, _) => ALLOW,
        (Verdict::Deny, _) => DENY,
        (Verdict::Error, Code::EventUnreadable | Code::EventMalformed) => MISUSE,
        (Verdict::Error, _) if step == Step::Config => MISUSE,
        (Verdict::Error, _) => NO_ANSWER,
    }
}

impl From<&Diagnostic> for PolicyError {
    fn from(diagnostic: &Diagnostic) -> Self {
        let path = match diagnostic.path.as_str() {
            "" => String::new(),
            path => format!("{}: ", quote(path)),
        };
        Self {
            line: diagnostic.position.line,
            column: diagnostic.position.column,
            message: printable(&format!("{path}{}", diagnostic.message)).into_owned(),
        }
    }
}

/// The inputs that a step of a workflow would give for the same decision. Rules that are given take the place of those
/// that were recorded.
fn inputs(question: &Json, mut inputs: Map<String, String>) -> Result<Map<String, String>, String> {
    let policy = question.at("policy").as_str();
    let flat = flat(question)?;
    if policy.is_some() || !flat.is_empty() {
        for name in ["policy", "policy-file"].into_iter().chain(vocabulary().flat) {
            inputs.remove(name);
        }
    }
    inputs.extend(flat);
    if let Some(policy) = policy {
        if policy.trim().is_empty() {
            return Err("the policy is empty".to_owned());
        }
        inputs.insert("policy".to_owned(), policy.to_owned());
    }
    let mut set = |name: &str, value: &str| {
        if !value.is_empty() {
            inputs.insert(name.to_owned(), value.to_owned());
        }
    };
    set("signing-keys", said(question, "signing_keys"));
    set("token", said(question, "token"));
    set("evidence-file", if question.at("record").as_bool() == Some(true) { "-" } else { "" });
    inputs.insert_if_absent("token".to_owned(), NO_TOKEN.to_owned());
    Ok(inputs)
}

/// The flat inputs from a list of `NAME=VALUE`. One that is given twice is a list of both.
fn flat(question: &Json) -> Result<Vec<(String, String)>, String> {
    let known = vocabulary().flat;
    let mut inputs: Map<String, String> = Map::default();
    for pair in question.at("flat").as_array().unwrap_or_default().iter().filter_map(Json::as_str) {
        let Some((name, value)) = pair.split_once('=') else {
            return Err(format!(
                "`--flat` is {}; it has to be `NAME=VALUE`, such as `base-branches=main`",
                quote(pair)
            ));
        };
        if !known.contains(&name) {
            let near = did_you_mean(name, known.iter().copied());
            return Err(format!("`--flat` names {}, which is no flat input{near}", quote(name)));
        }
        let values = inputs.get(name).map_or_else(|| value.to_owned(), |values| format!("{values}\n{value}"));
        inputs.insert(name.to_owned(), values);
    }
    Ok(inputs.into_iter().collect())
}

/// The variables that the runner would set: those that are known, what the options say, and for the rest the event.
fn environment(
    question: &Json,
    evidence: Option<&Evidence>,
    answers: Option<&Evidence>,
    event: &[u8],
) -> Result<Environment, String> {
    // An event that cannot be read has nothing to add; the decision says what is wrong with it.
    let event = json::parse(event).map_or(Json::Null, |document| document.root);
    let mut variables = evidence.map(|evidence| evidence.environment.clone()).unwrap_or_default();
    if let Some(answers) = answers {
        // Recorded answers are found by their addresses.
        for name in ["GITHUB_API_URL", "GITHUB_SERVER_URL"] {
            variables.remove(name);
            variables.extend(answers.environment.get(name).map(|url| (name.to_owned(), url.clone())));
        }
    }
    if let Some(known) = question.at("environment").as_object() {
        variables.extend(known.iter().filter_map(|(name, value)| Some((name.to_owned(), value.as_str()?.to_owned()))));
    }
    let mut set = |name: &str, value: String| {
        if !value.is_empty() {
            variables.insert(name.to_owned(), value);
        }
    };

    for (option, variable) in [
        ("event_name", "GITHUB_EVENT_NAME"),
        ("event_path", "GITHUB_EVENT_PATH"),
        ("workflow_ref", "GITHUB_WORKFLOW_REF"),
        ("server_url", "GITHUB_SERVER_URL"),
        ("api_url", "GITHUB_API_URL"),
    ] {
        set(variable, said(question, option).to_owned());
    }
    for (option, variable) in [("run_id", "GITHUB_RUN_ID"), ("run_attempt", "GITHUB_RUN_ATTEMPT")] {
        set(variable, whole_number(option, said(question, option))?);
    }
    if let Some((full_name, id)) = repository(said(question, "repository"))? {
        set("GITHUB_REPOSITORY", full_name);
        set("GITHUB_REPOSITORY_ID", id);
    }
    let sender = |login: &str| event.at("sender.login").as_str().is_some_and(|name| name.eq_ignore_ascii_case(login));
    if let Some((login, id)) = account("actor", said(question, "actor"))? {
        if variables.get("GITHUB_TRIGGERING_ACTOR") == variables.get("GITHUB_ACTOR") {
            variables.remove("GITHUB_TRIGGERING_ACTOR");
        }
        // Whoever is named by the login alone is the account that the event knows under it.
        let id = if id.is_empty() && sender(&login) { number(&event, "sender.id") } else { id };
        variables.insert("GITHUB_ACTOR_ID".to_owned(), id);
        variables.insert("GITHUB_ACTOR".to_owned(), login);
    }
    if let Some((login, id)) = account("triggering-actor", said(question, "triggering_actor"))? {
        if !id.is_empty() {
            let found = quote(said(question, "triggering_actor"));
            return Err(format!(
                "`--triggering-actor` is {found}; it has to be `LOGIN`, since the API says whose id it is"
            ));
        }
        variables.insert_if_absent("GITHUB_RUN_ATTEMPT".to_owned(), "2".to_owned());
        variables.insert("GITHUB_TRIGGERING_ACTOR".to_owned(), login);
    }

    let mut default = |name: &str, value: String| {
        variables.insert_if_absent(name.to_owned(), value);
    };
    let string = |path: &str| event.at(path).as_str().unwrap_or_default().to_owned();
    default("GITHUB_REPOSITORY", string("repository.full_name"));
    default("GITHUB_REPOSITORY_ID", number(&event, "repository.id"));
    default("GITHUB_ACTOR", string("sender.login"));
    default("GITHUB_ACTOR_ID", number(&event, "sender.id"));
    default("GITHUB_RUN_ID", "1".to_owned());
    default("GITHUB_RUN_ATTEMPT", "1".to_owned());
    let actor = variables.get("GITHUB_ACTOR").cloned().unwrap_or_default();
    variables.insert_if_absent("GITHUB_TRIGGERING_ACTOR".to_owned(), actor);
    if let Some(server) = variables.get("GITHUB_API_URL").and_then(|api| server_of(api)) {
        variables.insert_if_absent("GITHUB_SERVER_URL".to_owned(), server);
    }
    Ok(variables.into_iter().collect())
}

/// The server of an API that is not github.com's: GitHub Enterprise Server has it at `/api/v3`, ghe.com at `api.`
/// (GitHub Docs, "Getting started with the REST API").
fn server_of(api_url: &str) -> Option<String> {
    let api_url = api_url.trim_end_matches('/');
    let ghe = api_url.strip_prefix("https://api.").filter(|host| host.ends_with(".ghe.com") && !host.contains('/'));
    ghe.map(|host| format!("https://{host}")).or_else(|| api_url.strip_suffix("/api/v3").map(str::to_owned))
}

/// The parts of `OWNER/NAME[:ID]`; nothing where the option is not given.
fn repository(value: &str) -> Result<Option<(String, String)>, String> {
    if value.is_empty() {
        return Ok(None);
    }
    let (full_name, id) = value.split_once(':').map_or((value, ""), |(name, id)| (name, id));
    let is_name = |part: &str| {
        !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._".contains(&byte))
    };
    let is_sound = full_name.split_once('/').is_some_and(|(owner, name)| is_name(owner) && is_name(name));
    match whole_number("repository", id) {
        Ok(id) if is_sound => Ok(Some((full_name.to_owned(), id))),
        _ => Err(format!("`--repository` is {}; it has to be `OWNER/NAME` or `OWNER/NAME:ID`", quote(value))),
    }
}

/// The parts of `LOGIN[:ID]`; nothing where the option is not given.
fn account(option: &str, value: &str) -> Result<Option<(String, String)>, String> {
    if value.is_empty() {
        return Ok(None);
    }
    match ActorEntry::parse(value) {
        Ok(ActorEntry::Login { login, id }) => Ok(Some((login, id.map(|id: u64| id.to_string()).unwrap_or_default()))),
        _ => Err(format!("`--{option}` is {}; it has to be `LOGIN` or `LOGIN:ID`", quote(value))),
    }
}

/// A number from 1 as text; empty where the option is not given.
fn whole_number(option: &str, value: &str) -> Result<String, String> {
    if value.is_empty() || value.parse().is_ok_and(|number: u64| number > 0) {
        return Ok(value.to_owned());
    }
    let option = option.replace('_', "-");
    Err(format!("`--{option}` says {}; it has to be a whole number from 1", quote(value)))
}

fn number(event: &Json, path: &str) -> String {
    event.at(path).as_u64().map(|number| number.to_string()).unwrap_or_default()
}

fn said<'j>(question: &'j Json, key: &str) -> &'j str {
    question.at(key).as_str().unwrap_or_default()
}

/// A host that only reads. Offline it also never waits: a missing answer does not come by waiting.
struct Reader<'a> {
    host: &'a dyn Host,
    /// Who answers requests.
    answers: &'a dyn Host,
    /// The evidence that the event came with.
    recorded: Option<&'a Replayer>,
    /// Whether the host's clock counts although there is evidence.
    own_clock: bool,
    offline: bool,
}

impl Host for Reader<'_> {
    fn request<'a>(&'a self, request: &'a Request) -> Task<'a, Result<Response, Fault>> {
        if request.method == "GET" {
            return self.answers.request(request);
        }
        let message = "the command line only reads".to_owned();
        Box::pin(async { Err(Fault { kind: FaultKind::Offline, message, sent: false }) })
    }

    fn sleep(&self, ms: u32) -> Task<'_, ()> {
        if self.offline { Box::pin(async {}) } else { self.host.sleep(ms) }
    }

    fn now(&self) -> u64 {
        match self.recorded {
            Some(recorded) if !self.own_clock => recorded.now(),
            _ => self.host.now(),
        }
    }

    fn random(&self, count: usize) -> Vec<u8> {
        self.host.random(count)
    }

    fn verify_rs256<'a>(&'a self, jwk: &'a str, data: &'a [u8], signature: &'a [u8]) -> Task<'a, bool> {
        match self.recorded {
            Some(recorded) => recorded.verify_rs256(jwk, data, signature),
            None => self.host.verify_rs256(jwk, data, signature),
        }
    }

    fn mask(&self, secret: &str) {
        self.host.mask(secret);
    }

    fn verify_hmac(&self, digest: &[u8; 32], key: &[u8], tag: &[u8; 32]) -> bool {
        match self.recorded {
            Some(recorded) => recorded.verify_hmac(digest, key, tag),
            None => self.host.verify_hmac(digest, key, tag),
        }
    }

    fn read_only(&self) -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn question(text: &str) -> Json {
        json::parse(text.as_bytes()).unwrap().root
    }

    fn variables(options: &str, event: &str) -> Environment {
        environment(&question(options), None, None, event.as_bytes()).unwrap()
    }

    const EVENT: &str =
        r#"{"repository": {"id": 100200, "full_name": "acme/charts"}, "sender": {"login": "eve", "id": 7}}"#;

    #[test]
    fn what_is_not_said_comes_from_the_event() {
        let found = variables("{}", EVENT);
        for (name, value) in [
            ("GITHUB_REPOSITORY", "acme/charts"),
            ("GITHUB_REPOSITORY_ID", "100200"),
            ("GITHUB_ACTOR", "eve"),
            ("GITHUB_ACTOR_ID", "7"),
            ("GITHUB_TRIGGERING_ACTOR", "eve"),
            ("GITHUB_RUN_ATTEMPT", "1"),
        ] {
            assert_eq!(found.get(name), value, "{name}");
        }
    }

    #[test]
    fn what_is_said_counts_before_the_event() {
        let options = r#"{"repository": "acme/other:5", "actor": "octocat:583231", "triggering_actor": "mallory"}"#;
        let found = variables(options, EVENT);
        assert_eq!((found.repository(), found.repository_id()), ("acme/other", Some(5)));
        assert_eq!((found.get("GITHUB_ACTOR"), found.get("GITHUB_ACTOR_ID")), ("octocat", "583231"));
        assert_eq!(found.get("GITHUB_TRIGGERING_ACTOR"), "mallory");
        assert_eq!(found.run_attempt(), Some(2));
    }

    #[test]
    fn an_actor_without_id_has_the_senders_only_if_it_is_the_sender() {
        assert_eq!(variables(r#"{"actor": "EVE"}"#, EVENT).get("GITHUB_ACTOR_ID"), "7");
        assert_eq!(variables(r#"{"actor": "octocat"}"#, EVENT).get("GITHUB_ACTOR_ID"), "");
    }

    #[test]
    fn another_actor_has_started_the_run_unless_somebody_else_is_named() {
        let known = r#""environment": {"GITHUB_ACTOR": "eve", "GITHUB_TRIGGERING_ACTOR": "eve"}"#;
        let found = variables(&format!(r#"{{{known}, "actor": "octocat"}}"#), EVENT);
        assert_eq!(found.get("GITHUB_TRIGGERING_ACTOR"), "octocat");
    }

    #[test]
    fn an_event_that_cannot_be_read_adds_nothing() {
        let found = variables(r#"{"repository": "acme/charts"}"#, "{");
        assert_eq!((found.repository(), found.repository_id(), found.get("GITHUB_ACTOR")), ("acme/charts", None, ""));
    }

    #[test]
    fn options_that_cannot_be_used_are_refused_by_their_names() {
        for (option, value) in [
            ("repository", "charts"),
            ("repository", "acme/charts/x"),
            ("repository", "acme/charts:x"),
            ("repository", "acme/../x"),
            ("actor", "@acme/team"),
            ("actor", "role:write"),
            ("actor", "*"),
            ("actor", "octocat:x"),
            ("triggering_actor", "a b"),
            ("triggering_actor", "eve:2666"),
            ("run_id", "0"),
            ("run_attempt", "-1"),
        ] {
            let text = format!(r#"{{"{option}": "{value}"}}"#);
            let error = environment(&question(&text), None, None, EVENT.as_bytes()).unwrap_err();
            let name = format!("`--{}`", option.replace('_', "-"));
            assert!(error.contains(&name) && error.contains(value), "{error}");
        }
    }

    #[test]
    fn the_server_follows_the_api() {
        for (api, server) in [
            ("https://ghe.example/api/v3/", "https://ghe.example"),
            ("https://api.acme.ghe.com", "https://acme.ghe.com"),
            ("https://api.github.com", "https://github.com"),
            ("http://127.0.0.1:8080", "https://github.com"),
        ] {
            let options = format!(r#"{{"api_url": "{api}"}}"#);
            assert_eq!(variables(&options, EVENT).server_url(), server, "{api}");
        }
        let both = r#"{"api_url": "https://ghe.example/api/v3", "server_url": "https://other.example"}"#;
        assert_eq!(variables(both, EVENT).server_url(), "https://other.example");
    }

    #[test]
    fn flat_inputs_that_are_given_twice_are_a_list() {
        let flat = r#"{"flat": ["base-branches=main", "base-branches=next", "payload=pr: pull-request"]}"#;
        let found = inputs(&question(flat), Map::default()).unwrap();
        assert_eq!(found.get("base-branches").map(String::as_str), Some("main\nnext"));
        assert_eq!(found.get("payload").map(String::as_str), Some("pr: pull-request"));
        for (pair, word) in
            [("base-branches", "NAME=VALUE"), ("base-branch=x", "`base-branches`"), ("mode=evaluate", "mode")]
        {
            let text = format!(r#"{{"flat": ["{pair}"]}}"#);
            let error = inputs(&question(&text), Map::default()).unwrap_err();
            assert!(error.contains(word), "{error}");
        }
    }

    #[test]
    fn rules_that_are_given_replace_all_that_were_recorded() {
        let then = || {
            Map::from(
                [("policy-file", "p.yml"), ("base-branches", "main"), ("signing-keys", "***")]
                    .map(|(name, value)| (name.to_owned(), value.to_owned())),
            )
        };
        let names = |question: &str| {
            let mut names: Vec<String> =
                inputs(&json::parse(question.as_bytes()).unwrap().root, then()).unwrap().keys().cloned().collect();
            names.sort();
            names
        };
        assert_eq!(names("{}"), ["base-branches", "policy-file", "signing-keys", "token"]);
        assert_eq!(names(r#"{"policy": "version: 1"}"#), ["policy", "signing-keys", "token"]);
        assert_eq!(names(r#"{"flat": ["dispatch-types=x"]}"#), ["dispatch-types", "signing-keys", "token"]);
    }

    #[test]
    fn an_empty_policy_is_refused() {
        assert!(inputs(&question(r#"{"policy": " \n"}"#), Map::default()).unwrap_err().contains("empty"));
    }

    #[test]
    fn every_code_has_an_exit_status() {
        for code in Code::ALL {
            let name = code.name();
            let status = match code.info().verdict {
                Verdict::Allow => ALLOW,
                Verdict::Deny => DENY,
                Verdict::Error if name.starts_with("config.") || name.starts_with("event.") => MISUSE,
                Verdict::Error => NO_ANSWER,
            };
            assert_eq!(exit_code(*code), status, "{name}");
        }
    }

    #[test]
    fn a_recorded_decision_is_one_that_can_be_made() {
        let evidence = |decision: &str| {
            format!(
                r#"{{"schema_version": 1, "started": 0, "inputs": {{}}, "environment": {{}}, "event": {{"text": "{{}}"}},
                "exchanges": [], "verifications": [], "decision": {decision}}}"#
            )
        };
        let told = |decision: &str| recorded_decision(evidence(decision).as_bytes());
        let deny = r#"{"decision": "deny", "reason_code": "actor.not_allowed", "reason": "x\u202e"}"#;
        let answer = told(deny).unwrap();
        assert_eq!(answer.exit_code, DENY);
        assert!(answer.result.contains("\\u202e") && !answer.result.contains('\u{202e}'), "{}", answer.result);
        for other in [
            "{}",
            r#"{"decision": "allow", "reason_code": "actor.not_allowed", "reason": "x"}"#,
            r#"{"decision": "deny", "reason_code": "actor.unheard_of", "reason": "x"}"#,
            r#"{"decision": "deny", "reason_code": "actor.not_allowed"}"#,
        ] {
            assert!(told(other).unwrap_err().contains("`decision`"), "{other}");
        }
        assert!(recorded_decision(b"\xff").is_err());
    }

    #[test]
    fn every_error_of_a_policy_is_told_with_its_place() {
        let errors = lint(b"version: 2\nevents:\n  push:\n    typos: [x]\n");
        let places: Vec<_> = errors.iter().map(|error| (error.line, error.column)).collect();
        assert_eq!(places, [(1, 10), (4, 5)]);
        assert!(errors[1].message.starts_with("`events.push.typos`: "), "{}", errors[1].message);
        assert!(lint(b"version: 1\nevents:\n  push:\n").is_empty());
    }

    #[test]
    fn a_policy_that_is_not_utf_8_is_told_with_its_place() {
        let errors =
            lint("version: 1\nf\u{fc}r ".as_bytes().iter().chain(b"\xff").copied().collect::<Vec<_>>().as_slice());
        assert_eq!((errors.len(), errors[0].line, errors[0].column), (1, 2, 5));
    }

    #[test]
    fn messages_of_a_policy_stay_on_one_line() {
        let errors = lint("version: 1\nevents:\n  push:\n    \"a\\n::error::b\\u202e\": x\n".as_bytes());
        assert!(errors[0].message.contains("\\u{202e}") && !errors[0].message.contains(['\n', '\u{202e}']));
    }
}
