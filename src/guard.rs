//! The guard: may this run go on, and for exactly which pull request at which commit?
//!
//! The checks stand in the contract's order and stop at the first that fails, so no API call is made for someone who
//! is not allowed.

use crate::config::{self, Configuration};
use crate::decision::{Code, Decision, EventFacts, RunFacts, Step, Stop, Verdict};
use crate::environment::Environment;
use crate::event::{Event, EventName, Source};
use crate::evidence::Recorder;
use crate::github::Github;
use crate::host::{Host, apart};
use crate::identity::{self, Context, Identity, Part};
use crate::inputs::{self, Inputs, Reporting};
use crate::invocation::Invocation;
use crate::json::Json;
use crate::once;
use crate::payload::{self, Payload};
use crate::policy::field::{Field, FieldType};
use crate::policy::{PullRequestRule, Rule};
use crate::provenance::{self, Envelope};
use crate::pull_request::{self, Pin, Pinned, PullRequest};
use crate::text::{quote, quote_list};

/// A decision, and how it is to be reported.
pub struct Judgement {
    /// The decision.
    pub decision: Decision,
    /// How it is to be reported.
    pub reporting: Reporting,
    /// All that it rested on, where the input `evidence-file` asks for it.
    pub evidence: Option<String>,
}

/// Decides. Every fault ends in a decision that says no; nothing here fails.
pub async fn decide(invocation: &Invocation<'_>, host: &dyn Host) -> Judgement {
    match Recorder::wanted(invocation, host) {
        None => decide_over(invocation, host).await,
        Some(recorder) => {
            let mut judgement = apart(decide_over(invocation, &recorder)).await;
            judgement.evidence = Some(recorder.document(invocation, &judgement.decision));
            judgement
        }
    }
}

async fn decide_over(invocation: &Invocation<'_>, host: &dyn Host) -> Judgement {
    let environment = &invocation.environment;
    let now = host.now();
    let mut decision = Decision::undecided(now);
    decision.run = RunFacts::of(environment);
    decision.identities = identity::of_run(environment);
    environment.event_name().clone_into(&mut decision.event.name);
    let inputs = match Inputs::new(inputs::GUARD, invocation.inputs.clone()) {
        Ok(inputs) => inputs,
        Err(stop) => {
            decision.stop(&stop);
            return Judgement { decision, reporting: Reporting::default(), evidence: None };
        }
    };
    let (reporting, sound) = Reporting::read(&inputs);
    reporting.mode.clone_into(&mut decision.mode);
    reporting.on_deny.clone_into(&mut decision.on_deny);
    let mut redactor = inputs.redactor();
    let github = sound.and_then(|()| Github::new(host, environment.api_url(), inputs.raw("token"), redactor.clone()));
    let result = match &github {
        Ok(github) => Guard { invocation, inputs: &inputs, github, host, now: now / 1000 }.check(&mut decision).await,
        Err(stop) => Err(stop.clone()),
    };
    if let Ok(github) = &github {
        decision.api_requests = github.calls();
    }
    match result {
        Ok(reason) => decision.allow(reason),
        Err(stop) => decision.stop(&stop),
    }
    decision.secrets.iter().for_each(|secret| redactor.add(secret));
    decision.clean(&redactor);
    Judgement { decision, reporting, evidence: None }
}

/// Everything that the checks work with.
struct Guard<'a> {
    invocation: &'a Invocation<'a>,
    inputs: &'a Inputs,
    github: &'a Github<'a>,
    host: &'a dyn Host,
    /// When the decision was begun, in Unix seconds.
    now: u64,
}

impl Guard<'_> {
    /// Every check in order. The answer is the sentence for an allowed run.
    async fn check(&self, decision: &mut Decision) -> Result<String, Stop> {
        decision.at = Step::Config;
        let Configuration { policy, signing_keys } =
            config::read(decision, self.inputs, self.environment(), self.github).await?;

        decision.at = Step::Event;
        let event = Event::read(self.invocation.event.as_deref().map_err(String::as_str), self.environment())?;
        event.kind.clone_into(&mut decision.event.kind);
        let (name, rule) = check_event(decision, &event, &policy)?;

        decision.at = Step::Actor;
        self.check_actors(decision, &event, rule).await?;

        decision.at = Step::Payload;
        let payload = payload::judge(decision, &event, name, rule)?;
        self.check_public(&payload)?;
        let envelope = self.read_envelope(decision, &event, name)?;
        decision.set_payload(name, &payload);

        decision.at = Step::Provenance;
        once::check_key(rule, envelope.as_ref(), &payload)?;
        self.check_provenance(decision, &event, name, rule, envelope.as_ref(), &signing_keys).await?;

        decision.at = Step::PullRequest;
        let pr = self.check_pull_request(decision, &event, name, rule, &payload, envelope.as_ref()).await?;

        decision.at = Step::Once;
        if rule.once {
            let context = once::Context { environment: self.environment(), github: self.github, host: self.host };
            apart(once::judge(decision, &event, envelope.as_ref(), pr.as_ref(), context)).await?;
        } else {
            decision.skip(Step::Once, "once", "the rule does not ask");
        }

        Ok(allowed_sentence(decision))
    }

    /// A payload is printed, and so is nothing that is a secret of this step.
    fn check_public(&self, payload: &Payload) -> Result<(), Stop> {
        let holds_secret = |value: &Json| value.as_str().is_some_and(|text| self.github.finds_secret(text));
        let Some((name, _)) = payload.fields.iter().find(|(_, value)| holds_secret(value)) else { return Ok(()) };
        Err(Stop::new(
            Code::PayloadInvalidField,
            format!("the field {} holds the value of one of this step's secret inputs", quote(name)),
            "a payload can be read by everyone who can see the run",
        )
        .mend("Take the secret out of what is sent, and revoke it: it has been in an event."))
    }

    fn environment(&self) -> &Environment {
        &self.invocation.environment
    }

    fn repository_id(&self) -> u64 {
        // INVARIANT: an event without the run's repository id has been refused.
        self.environment().repository_id().unwrap_or_default()
    }

    fn context(&self) -> Context<'_> {
        Context { environment: self.environment(), github: self.github }
    }

    async fn check_actors(&self, decision: &mut Decision, event: &Event, rule: &Rule) -> Result<(), Stop> {
        identity::add_of_event(&mut decision.identities, event);
        let Some(actors) = &rule.actors else {
            decision.skip(Step::Actor, "actors", "the rule names none: anyone whom GitHub lets start the event");
            return Ok(());
        };
        // The rule for authors, where there is one, judges the author in its own place.
        let authors_ruled = rule.pull_request.as_ref().is_some_and(|rule| rule.authors.is_some());
        let mut identities = decision.identities.clone();
        let judged = if authors_ruled {
            identities.iter().position(|identity| identity.part == Part::Author).unwrap_or(identities.len())
        } else {
            identities.len()
        };
        let judged = &mut identities[..judged];
        let result = apart(identity::judge(decision, Step::Actor, judged, actors, self.context())).await;
        decision.identities = identities;
        result
    }

    async fn check_provenance(
        &self,
        decision: &mut Decision,
        event: &Event,
        name: EventName,
        rule: &Rule,
        envelope: Option<&Envelope>,
        signing_keys: &[&str],
    ) -> Result<(), Stop> {
        if name != EventName::RepositoryDispatch {
            decision.skip(Step::Provenance, "envelope", "only a repository_dispatch carries one");
            "none".clone_into(&mut decision.provenance.level);
            return Ok(());
        }
        let context = provenance::Context {
            environment: self.environment(),
            github: self.github,
            host: self.host,
            signing_keys,
            now: self.now,
        };
        apart(provenance::judge(decision, event, envelope, &rule.provenance, context)).await
    }

    /// The envelope of a `repository_dispatch`. Its proofs are kept out of everything that is printed from here on.
    fn read_envelope(&self, decision: &mut Decision, event: &Event, name: EventName) -> Result<Option<Envelope>, Stop> {
        if name != EventName::RepositoryDispatch {
            return Ok(None);
        }
        let envelope = Envelope::read(&event.payload)?;
        for secret in envelope.iter().flat_map(provenance::secrets) {
            decision.secrets.push(secret.to_owned());
        }
        if let Some(token) = envelope.as_ref().and_then(provenance::token) {
            self.host.mask(token);
        }
        Ok(envelope)
    }

    async fn check_pull_request(
        &self,
        decision: &mut Decision,
        event: &Event,
        name: EventName,
        rule: &Rule,
        payload: &Payload,
        envelope: Option<&Envelope>,
    ) -> Result<Option<PullRequest>, Stop> {
        let no_rule = PullRequestRule::default();
        let pr_rule = rule.pull_request.as_ref().unwrap_or(&no_rule);
        let found = self.find_pull_request(event, name, rule, payload, envelope).await?;
        let Some((pr, pins)) = found else {
            decision.skip(Step::PullRequest, "pull request", "the rule is about none");
            return Ok(None);
        };
        pull_request::judge(decision, &pr, self.repository_id(), &pins, pr_rule, name.defaults())?;
        if let Some(authors) = &pr_rule.authors {
            apart(self.check_author(decision, &pr, authors)).await?;
        }
        pull_request::judge_labels(decision, &pr, pr_rule)?;
        Ok(Some(pr))
    }

    async fn check_author(
        &self,
        decision: &mut Decision,
        pr: &PullRequest,
        authors: &crate::policy::actor::Actors,
    ) -> Result<(), Stop> {
        let mut author = [Identity::new(Part::Author, pr.author.clone().unwrap_or_default())];
        let result = identity::judge(decision, Step::PullRequest, &mut author, authors, self.context()).await;
        decision.identities.retain(|identity| identity.part != Part::Author);
        decision.identities.extend(author);
        result.map_err(|stop| match stop.code {
            Code::ActorConfusedDeputy | Code::ActorIdentityMismatch => {
                Stop::new(Code::PullRequestAuthorNotAllowed, stop.found.as_str(), stop.allowed.as_str())
            }
            _ => stop,
        })
    }

    /// The pull request that the run is about, and what event, payload and envelope pin of it.
    async fn find_pull_request(
        &self,
        event: &Event,
        name: EventName,
        rule: &Rule,
        payload: &Payload,
        envelope: Option<&Envelope>,
    ) -> Result<Option<(PullRequest, Vec<Pin>)>, Stop> {
        envelope.map_or(Ok(()), |envelope| check_same_pull_request(envelope, payload))?;
        let mut pins = payload.pins.clone();
        pins.extend(envelope.into_iter().flat_map(Envelope::pins));
        let number = match (name.source(), &event.pull_request) {
            (Source::Event, Some(pr)) => return Ok(Some((pr.clone(), pins))),
            (Source::EventThenLive, Some(pr)) => {
                pull_request::check_repository(pr, self.repository_id())?;
                let origin = format!("the `{}` event", name.name());
                pins.push(Pin { origin: origin.clone(), value: Pinned::HeadSha(pr.head_sha.clone()) });
                pins.push(Pin { origin: origin.clone(), value: Pinned::BaseRef(pr.base_ref.clone()) });
                pins.push(Pin { origin, value: Pinned::Merged(pr.merged) });
                Some(pr.number)
            }
            (Source::PayloadThenLive, _) => {
                let pinned = || envelope.filter(|_| is_asked(rule)).and_then(|envelope| envelope.pr);
                payload.pull_request.as_ref().map(|(number, _)| *number).or_else(pinned)
            }
            (Source::NumberThenLive, _) if rule.pull_request.is_some() => event.commented,
            _ => None,
        };
        match number {
            Some(number) => Ok(Some((apart(self.live_pull_request(number, payload)).await?, pins))),
            // A commit that the payload names as a head is a head only if there is a pull request that has it.
            None if rule.pull_request.is_none() && payload.pins.is_empty() => Ok(None),
            None => Err(missing_pull_request(name, rule)),
        }
    }

    async fn live_pull_request(&self, number: u64, payload: &Payload) -> Result<PullRequest, Stop> {
        let named =
            payload.pull_request.as_ref().map_or(String::new(), |(_, field)| format!(", which `{field}` names,"));
        PullRequest::fetch(self.github, self.environment().repository(), number, &named).await
    }
}

/// Payload and envelope have to name the same pull request. That takes no request to see.
fn check_same_pull_request(envelope: &Envelope, payload: &Payload) -> Result<(), Stop> {
    match (envelope.pr, &payload.pull_request) {
        (Some(pinned), Some((number, field))) if pinned != *number => Err(Stop::new(
            Code::PullRequestChanged,
            format!("`{field}` names pull request #{number}"),
            format!("the envelope names #{pinned}"),
        )
        .mend("Send the dispatch anew, with the same number in the payload and in `pr-number`.")),
        _ => Ok(()),
    }
}

/// The payload field that names the pull request.
fn number_field(rule: &Rule) -> Option<&Field> {
    rule.payload.iter().find(|field| matches!(field.kind, FieldType::PullRequest))
}

/// Whether a dispatch's rule is about a pull request.
fn is_asked(rule: &Rule) -> bool {
    rule.pull_request.is_some() || number_field(rule).is_some()
}

fn missing_pull_request(name: EventName, rule: &Rule) -> Stop {
    let stop = |found: String| Stop::new(Code::PullRequestMissing, found, "the rule is about a pull request");
    match (name, number_field(rule)) {
        (EventName::IssueComment, _) => stop("the comment is on an issue and not on a pull request".to_owned())
            .mend("Comment on a pull request, or take `pull-request` out of the rule."),
        (_, Some(field)) => stop(format!("`{}.{}` is not set", name.payload_key(), field.name)),
        (_, None) => stop("the policy declares no payload field of type `pull-request`".to_owned())
            .mend("Declare such a field under `payload`, as `pr: pull-request`, and have the sender fill it."),
    }
}

fn check_event<'p>(
    decision: &mut Decision,
    event: &Event,
    policy: &'p crate::policy::Policy,
) -> Result<(EventName, &'p Rule), Stop> {
    let EventFacts { name: shown, .. } = decision.event.clone();
    let listed = || format!("the policy lists {}", quote_list(policy.events().map(EventName::name), "and"));
    let found = event.name.and_then(|name| policy.rule(name).map(|rule| (name, rule)));
    let Some((name, rule)) = found else {
        return Err(Stop::new(Code::EventNotAllowed, format!("the event is {}", quote(&shown)), listed()));
    };
    decision.pass(Step::Event, "event", quote(&shown), listed());
    let word = if name.is_dispatch() { "dispatch type" } else { "activity type" };
    match &rule.types {
        None => decision.skip(Step::Event, word, "the rule allows any"),
        Some(types) if types.contains(&event.kind) => {
            decision.pass(Step::Event, word, quote(&event.kind), quote_list(types, "and"));
        }
        Some(types) => {
            return Err(Stop::new(
                Code::EventTypeNotAllowed,
                format!("the {word} of the `{shown}` event is {}", quote(&event.kind)),
                format!("the policy allows {}", quote_list(types, "and")),
            ));
        }
    }
    Ok((name, rule))
}

fn allowed_sentence(decision: &Decision) -> String {
    let EventFacts { name, kind } = &decision.event;
    let kind = if kind.is_empty() { String::new() } else { format!(" ({})", quote(kind)) };
    let actor = decision.identities.first().map_or("", |actor| actor.login.as_str());
    let about = decision
        .pull_request
        .as_ref()
        .map_or(String::new(), |pr| format!(" for pull request #{} at commit `{}`", pr.number, pr.head_sha));
    format!("the event `{name}`{kind} by {} may go on{about}", quote(actor))
}

impl Judgement {
    /// The exit status: 0 for allow; 1 for deny, unless the caller wants to go on; 1 for every error.
    pub fn exit_code(&self) -> u8 {
        let lenient = self.reporting.on_deny == "skip" || self.reporting.mode == "evaluate";
        match self.decision.decision {
            Verdict::Allow => 0,
            Verdict::Deny if lenient => 0,
            Verdict::Deny | Verdict::Error => 1,
        }
    }
}
