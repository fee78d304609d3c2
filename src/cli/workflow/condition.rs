//! What an `if` says about the guard's output `allowed`.

use super::evaluate::{Assumptions, IsAllowed, Outlook, outlook};
use super::expression::{self, Expression};

/// The functions without which GitHub adds `success() &&`.
const STATUS_FUNCTIONS: [&str; 4] = ["success", "always", "failure", "cancelled"];

/// What a condition makes sure of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Gate {
    /// It can only hold if `allowed` is `true`.
    Required,
    /// It tests `allowed` as a text, which is true for `'false'` too.
    AsText,
    /// It cannot hold whatever `allowed` is, although it reads it.
    Never,
    /// It can only hold if `allowed` is not `true`: the job handles a denial.
    OnDenial,
    /// It can hold whatever `allowed` is, although it reads it.
    Bypassed,
    /// It does not read `allowed`.
    Missing,
    /// It cannot be decided, for this reason.
    Undecided(String),
}

/// A condition of a job or a step.
pub struct Condition {
    expression: Result<Expression, String>,
    /// Whether text outside of `${{ }}` makes the whole a text that is always true.
    is_always_true: bool,
}

impl Condition {
    /// Reads the value of an `if`, with or without `${{ }}`.
    pub fn read(text: &str) -> Self {
        match expression::embedded(text).as_slice() {
            [] => Self { expression: expression::parse(text.trim()), is_always_true: false },
            // Not trimmed: even the line break at the end of a block is text beside the expression.
            [(0, inner)] if inner.len() + 5 == text.len() => {
                Self { expression: expression::parse(inner), is_always_true: false }
            }
            found => {
                let parts = found.iter().map(|(_, inner)| expression::parse(inner));
                let all: Result<Vec<Expression>, String> = parts.collect();
                Self { expression: all.map(|parts| Expression::Call("format".to_owned(), parts)), is_always_true: true }
            }
        }
    }

    /// Whether the job can run although a job that it needs was skipped or failed.
    pub fn overrides_success(&self) -> bool {
        let Ok(expression) = &self.expression else { return false };
        let after_failure = Assumptions { success: Some(false), ..Assumptions::default() };
        expression.calls(&STATUS_FUNCTIONS)
            && (self.is_always_true || outlook(expression, after_failure, &|_| false) != Outlook::Impossible)
    }

    /// Whether text outside of `${{ }}` makes it always true.
    pub fn is_always_true(&self) -> bool {
        self.is_always_true
    }

    /// Whether it reads this context path or one below it.
    pub fn reads(&self, path: &[&str]) -> bool {
        let Ok(expression) = &self.expression else { return false };
        expression.reads().iter().any(|read| read.len() >= path.len() && read.iter().zip(path).all(|(a, b)| a == b))
    }

    /// What it makes sure of, where `is_allowed` tells the paths that are the guard's `allowed`.
    pub fn gate(&self, is_allowed: IsAllowed<'_>) -> Gate {
        let expression = match &self.expression {
            Ok(expression) => expression,
            Err(error) => return Gate::Undecided(error.clone()),
        };
        let mentions = expression.reads().iter().any(|path| is_allowed(path));
        if self.is_always_true {
            return if mentions { Gate::Bypassed } else { Gate::Missing };
        }
        let with = |assumptions| outlook(expression, assumptions, is_allowed);
        if !mentions {
            if reads_all_outputs(expression) {
                return Gate::Undecided("it reads the outputs of several jobs or steps at once".to_owned());
            }
            let unless_failed = Assumptions { failure: Some(false), ..Assumptions::default() };
            return match (with(Assumptions::default()), with(unless_failed)) {
                // What cannot be true is as good as any gate.
                (Outlook::Impossible, _) => Gate::Required,
                // Such a job handles a failure, as a denial is one.
                (_, Outlook::Impossible) => Gate::OnDenial,
                _ => Gate::Missing,
            };
        }
        let given = |allowed, reads_allowed_as_boolean| {
            with(Assumptions { allowed: Some(allowed), reads_allowed_as_boolean, ..Assumptions::default() })
        };
        // The output is empty if the guard did not run.
        let denied = [given("false", false), given("", false)];
        let allowed = given("true", false);
        if denied.iter().all(|outlook| *outlook == Outlook::Impossible) {
            let is_disabled = with(Assumptions::default()) == Outlook::Impossible;
            return if allowed == Outlook::Impossible && !is_disabled { Gate::Never } else { Gate::Required };
        }
        if allowed == Outlook::Impossible {
            return Gate::OnDenial;
        }
        if let Some(reason) = denied.into_iter().find_map(|outlook| match outlook {
            Outlook::Unknown(reason) => Some(reason),
            _ => None,
        }) {
            return Gate::Undecided(reason);
        }
        let is_gate_as_boolean = ["false", ""].iter().all(|value| given(value, true) == Outlook::Impossible);
        if is_gate_as_boolean { Gate::AsText } else { Gate::Bypassed }
    }
}

/// Whether it reads outputs by a wildcard or as a whole, `allowed` perhaps among them.
fn reads_all_outputs(expression: &Expression) -> bool {
    let mut found = false;
    let mut longest = 0;
    // A path is visited from its end: what it begins with says less.
    expression.walk(&mut |part| {
        let Some(path) = part.path_with_wildcards() else { return };
        let is_part_of_last = path.len() < longest;
        longest = if path.len() > 1 { path.len() } else { 0 };
        if is_part_of_last {
            return;
        }
        let is_whole = path.len() < 4 || path.iter().any(|name| name == "*");
        let has_outputs = path.get(2).is_none_or(|name| name == "outputs" || name == "*");
        found |= matches!(path[0].as_str(), "needs" | "steps") && is_whole && has_outputs;
    });
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gate(text: &str) -> Gate {
        Condition::read(text).gate(&|path| path == ["needs", "guard", "outputs", "allowed"])
    }

    #[track_caller]
    fn all_are(expected: &Gate, texts: &[&str]) {
        for text in texts {
            assert_eq!(gate(text), *expected, "{text}");
        }
    }

    #[test]
    fn allowed_is_necessary_in_conjunctions() {
        all_are(
            &Gate::Required,
            &[
                "needs.guard.outputs.allowed == 'true'",
                "'true' == needs.guard.outputs.allowed",
                "  needs.guard.outputs.allowed == 'true'\n",
                "${{ needs.guard.outputs.allowed == 'true' }}",
                "${{needs['guard'].outputs['allowed'] == 'TRUE'}}",
                "NEEDS.Guard.Outputs.ALLOWED == 'True'",
                "((needs.guard.outputs.allowed) == ('true'))",
                "!cancelled() && (needs.guard.outputs.allowed == 'true')",
                "success() && needs.guard.outputs.allowed == 'true' && github.ref == 'refs/heads/main'",
                "always() && needs.guard.outputs.allowed == 'true'",
                "failure() && needs.guard.outputs.allowed == 'true'",
                "!(needs.guard.outputs.allowed != 'true')",
                "!!(needs.guard.outputs.allowed == 'true')",
                "!(needs.guard.outputs.allowed != 'true' || github.actor == 'x')",
                "(needs.guard.outputs.allowed == 'true' && a) || (b && needs.guard.outputs.allowed == 'true')",
                "(needs.guard.outputs.allowed == 'true') == true",
                "needs.guard.outputs.allowed == 'true' != false",
                "needs.guard.outputs.allowed && needs.guard.outputs.allowed != 'false'",
                "false && always()",
                "false && needs.guard.outputs.allowed",
            ],
        );
    }

    #[test]
    fn functions_of_known_values_are_evaluated() {
        all_are(
            &Gate::Required,
            &[
                "fromJSON(needs.guard.outputs.allowed)",
                "fromJson(needs.guard.outputs.allowed) == true",
                "contains(needs.guard.outputs.allowed, 'true')",
                "startsWith(needs.guard.outputs.allowed, 'tr') && always()",
                "toJSON(needs.guard.outputs.allowed) == '\"true\"'",
            ],
        );
        all_are(
            &Gate::Bypassed,
            &[
                "contains('true, false', needs.guard.outputs.allowed)",
                "endsWith(needs.guard.outputs.allowed, 'e')",
                "toJSON(needs.guard.outputs.allowed) != ''",
            ],
        );
    }

    #[test]
    fn what_excludes_each_other_is_not_tried_together() {
        let event = "github.event_name";
        let allowed = "needs.guard.outputs.allowed == 'true'";
        for text in [
            format!("({event} == 'push' || {allowed}) && {event} == 'issues'"),
            format!("({event} == 'push' || {allowed}) && {event} != 'push'"),
            format!("{event} == 'push' && {event} == 'issues' || {allowed}"),
            format!("contains(github.ref, 'x') && !contains(github.ref, 'x') || {allowed}"),
        ] {
            assert_eq!(gate(&text), Gate::Required, "{text}");
        }
        assert_eq!(gate(&format!("({event} == 'push' || {allowed}) && {event} != 'issues'")), Gate::Bypassed);
        // Null equals both.
        assert_eq!(gate(&format!("{event} == '' && {event} == '0' || {allowed}")), Gate::Bypassed);
        assert_eq!(gate(&format!("{event} == '1' && {event} == '1.0' || {allowed}")), Gate::Bypassed);
        assert_eq!(gate(&format!("{event} == 'push' || {event} == 'issues' && {allowed}")), Gate::Bypassed);
    }

    #[test]
    fn a_text_is_true_even_if_it_is_false() {
        all_are(
            &Gate::AsText,
            &[
                "needs.guard.outputs.allowed",
                "${{ needs.guard.outputs.allowed && success() }}",
                "!!needs.guard.outputs.allowed",
                "always() && (needs.guard.outputs.allowed)",
            ],
        );
    }

    #[test]
    fn a_text_never_equals_a_boolean() {
        all_are(
            &Gate::Never,
            &[
                "needs.guard.outputs.allowed == true",
                "needs.guard.outputs.allowed == 1",
                "needs.guard.outputs.allowed == 'yes'",
                "github.ref == 'x' && true == needs.guard.outputs.allowed",
            ],
        );
    }

    #[test]
    fn disjunctions_and_text_around_the_expression_bypass_the_gate() {
        all_are(
            &Gate::Bypassed,
            &[
                "needs.guard.outputs.allowed == 'true' || github.actor == 'octocat'",
                "always() || needs.guard.outputs.allowed == 'true'",
                "needs.guard.outputs.allowed == 'true' && 'a' || 'b'",
                "needs.guard.outputs.allowed != 'false'",
                "needs.guard.outputs.allowed != true",
                "needs.guard.outputs.allowed != 'denied'",
                "!needs.guard.outputs.allowed || needs.guard.outputs.allowed == 'true'",
                "needs.guard.outputs.allowed >= 0 || needs.guard.outputs.allowed == 'true'",
                "!(needs.guard.outputs.allowed == 'true' && x)",
                "${{ needs.guard.outputs.allowed == 'true' }} && x",
                "${{ needs.guard.outputs.allowed == 'true' }}\n",
                " ${{ needs.guard.outputs.allowed == 'true' }}",
                "${{ needs.guard.outputs.allowed }} == 'true'",
                "${{ needs.guard.outputs.allowed == 'true' }}${{ x }}",
            ],
        );
    }

    #[test]
    fn conditions_that_only_hold_for_a_denial_are_no_bypass() {
        all_are(
            &Gate::OnDenial,
            &[
                "needs.guard.outputs.allowed == 'false'",
                "always() && needs.guard.outputs.allowed != 'true'",
                "needs.guard.outputs.allowed == ''",
                "needs.guard.outputs.allowed == false",
                "!needs.guard.outputs.allowed",
                "failure() && github.ref == 'refs/heads/main'",
            ],
        );
    }

    #[test]
    fn other_conditions_are_not_a_gate() {
        all_are(
            &Gate::Missing,
            &[
                "github.ref == 'refs/heads/main'",
                "needs.other.outputs.allowed == 'true'",
                "needs.guard.result == 'success'",
                "always()",
                "always() && contains(needs.*.result, 'failure')",
                "needs.other.outputs.x == needs.another.outputs.y",
                "github.run_attempt > 1",
            ],
        );
    }

    #[test]
    fn what_cannot_be_decided_is_reported_as_such() {
        for text in [
            "format('{0}', needs.guard.outputs.allowed) == 'true'",
            "contains(fromJSON(vars.VALUES), needs.guard.outputs.allowed)",
            "contains(needs.*.outputs.allowed, 'true')",
            "contains(toJSON(needs.guard.outputs), 'true')",
            "needs[inputs.job].outputs.allowed == 'true'",
            "always() && contains(toJSON(needs), '\"allowed\": \"true\"')",
            "needs.guard.outputs.allowed == inputs.expected",
            "needs.guard.outputs.allowed == \"true\"",
            "needs.guard.outputs.allowed ==",
            &format!(
                "{} || needs.guard.outputs.allowed == 'true'",
                ["a", "b", "c", "d", "e", "f", "g"]
                    .map(|name| { format!("({name}.x == '1' && {name}.y == '1' && {name}.x == '2')") })
                    .join(" || ")
            ),
        ] {
            assert!(matches!(gate(text), Gate::Undecided(_)), "{text}: {:?}", gate(text));
        }
        let long = "github.ref == 'x' || ".repeat(2000) + "needs.guard.outputs.allowed == 'true'";
        assert!(matches!(gate(&long), Gate::Undecided(_)));
    }

    #[test]
    fn status_functions_replace_the_implicit_success() {
        for (text, expected) in [
            ("always()", true),
            ("!cancelled()", true),
            ("failure()", true),
            ("!success()", true),
            ("success() || github.ref == 'x'", true),
            ("success()", false),
            ("success() && !cancelled()", false),
            ("a == 'b'", false),
            ("${{ always() }} x", true),
            ("${{ a }} x", false),
        ] {
            assert_eq!(Condition::read(text).overrides_success(), expected, "{text}");
        }
    }
}
