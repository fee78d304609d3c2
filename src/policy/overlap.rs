//! Whether two rules of one event can apply to the same event. In a list no two can, so exactly one rule is judged.

use super::Rule;
use super::label::LabelPattern;
use crate::text::quote;

/// Why both rules can apply to the same event, and how to fix it; `None` if they cannot.
pub fn common_events(first: &Rule, second: &Rule) -> Option<String> {
    let (Some(types), Some(other_types)) = (&first.types, &second.types) else {
        return None; // Reported as a missing key.
    };
    let shared = types.iter().find(|name| other_types.contains(name))?;
    if have_different_commands(first, second)
        || have_different_labels(first, second)
        || have_different_sources(first, second)
    {
        return None;
    }
    Some(format!(
        "both have the type {}; separate them by `types`, or by a `command`, a `label` without `*` or a `source` that have \
         nothing in common",
        quote(shared)
    ))
}

fn have_different_commands(first: &Rule, second: &Rule) -> bool {
    let (Some(first), Some(second)) = (&first.command, &second.command) else { return false };
    // An empty list has been reported as an error.
    first.names.iter().all(|name| second.names.iter().all(|other| !name.eq_ignore_ascii_case(other)))
}

fn have_different_labels(first: &Rule, second: &Rule) -> bool {
    let (Some(first), Some(second)) = (&first.label, &second.label) else { return false };
    first.iter().chain(second).all(LabelPattern::is_literal)
        && first.iter().all(|label| second.iter().all(|other| label.as_str() != other.as_str()))
}

fn have_different_sources(first: &Rule, second: &Rule) -> bool {
    let (Some(first), Some(second)) = (&first.source, &second.source) else { return false };
    let are_disjoint = |some: &[String], others: &[String]| some.iter().all(|one| !others.contains(one));
    let have_other_events = match (&first.events, &second.events) {
        (Some(some), Some(others)) => are_disjoint(some, others),
        _ => false,
    };
    are_disjoint(&first.workflows, &second.workflows) || have_other_events
}
