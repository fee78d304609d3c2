//! What an `if` says about the guard's output `allowed`.

use super::expression::{self, Expression, Operator};

/// The functions that replace the implicit `success()`.
const STATUS_OVERRIDES: [&str; 3] = ["always", "failure", "cancelled"];

/// What a condition makes sure of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Gate {
    /// It can only hold if `allowed` is `true`.
    Required,
    /// It tests `allowed` as a text, which is true for `'false'` too.
    AsText,
    /// It can only hold if `allowed` is `false`: the job handles a denial.
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
        let text = text.trim();
        match expression::embedded(text).as_slice() {
            [] => Self { expression: expression::parse(text), is_always_true: false },
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

    /// Whether the job runs although a job that it needs was skipped or failed.
    pub fn overrides_success(&self) -> bool {
        self.is_always_true || self.expression.as_ref().is_ok_and(|expression| expression.calls(&STATUS_OVERRIDES))
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
    pub fn gate(&self, is_allowed: &dyn Fn(&[String]) -> bool) -> Gate {
        let expression = match &self.expression {
            Ok(expression) => expression,
            Err(error) => return Gate::Undecided(error.clone()),
        };
        let mentions = expression.reads().iter().any(|path| is_allowed(path));
        if self.is_always_true {
            return if mentions { Gate::Bypassed } else { Gate::Missing };
        }
        match implied(expression, true, is_allowed) {
            Implied::True => Gate::Required,
            Implied::False => Gate::OnDenial,
            Implied::Text => Gate::AsText,
            Implied::Unknown(reason) => Gate::Undecided(reason),
            Implied::Nothing if mentions => Gate::Bypassed,
            Implied::Nothing => Gate::Missing,
        }
    }
}

/// What must be so if an expression is true.
#[derive(Clone, PartialEq, Eq)]
enum Implied {
    True,
    False,
    Text,
    Unknown(String),
    Nothing,
}

/// What follows about `allowed` if the expression is true (or false, if not `holds`).
fn implied(expression: &Expression, holds: bool, is_allowed: &dyn Fn(&[String]) -> bool) -> Implied {
    let is_output = |part: &Expression| part.path().is_some_and(|path| is_allowed(&path));
    match expression {
        Expression::Not(inner) => implied(inner, !holds, is_allowed),
        Expression::And(a, b) | Expression::Or(a, b) => {
            let (a, b) = (implied(a, holds, is_allowed), implied(b, holds, is_allowed));
            if matches!(expression, Expression::And(..)) == holds { both(a, b) } else { either(a, b) }
        }
        // What cannot be true is as good as any gate.
        Expression::Boolean(value) if *value != holds => Implied::True,
        Expression::Compare(operator, a, b) if *operator != Operator::Order => {
            let is_equal = (*operator == Operator::Equal) == holds;
            let (output, other) = if is_output(b) || is_parsed(b, is_allowed) { (b, a) } else { (a, b) };
            compared(output, other, is_equal, is_allowed)
        }
        // Such a job handles a failure, as a denial is one.
        Expression::Call(name, _) if name == "failure" && holds => Implied::False,
        Expression::Call(..) if is_parsed(expression, is_allowed) => {
            if holds {
                Implied::True
            } else {
                Implied::False
            }
        }
        _ if is_output(expression) => {
            if holds {
                Implied::Text
            } else {
                Implied::Nothing
            }
        }
        Expression::Call(name, _) if reads_output(expression, is_allowed) => {
            Implied::Unknown(format!("what `{name}()` makes of `allowed` cannot be determined"))
        }
        _ => Implied::Nothing,
    }
}

/// `fromJSON(needs.guard.outputs.allowed)`, which is a boolean.
fn is_parsed(expression: &Expression, is_allowed: &dyn Fn(&[String]) -> bool) -> bool {
    let Expression::Call(name, arguments) = expression else { return false };
    name == "fromjson" && matches!(arguments.as_slice(), [only] if only.path().is_some_and(|path| is_allowed(&path)))
}

fn reads_output(expression: &Expression, is_allowed: &dyn Fn(&[String]) -> bool) -> bool {
    expression.reads().iter().any(|path| is_allowed(path))
}

fn compared(
    output: &Expression,
    other: &Expression,
    is_equal: bool,
    is_allowed: &dyn Fn(&[String]) -> bool,
) -> Implied {
    let is_text = output.path().is_some_and(|path| is_allowed(&path));
    let value = match other {
        Expression::Text(text) if is_text => Some(text.to_ascii_lowercase()),
        Expression::Boolean(value) if is_parsed(output, is_allowed) => Some(value.to_string()),
        // `'true' == true` compares a text with a boolean: both become numbers, and `NaN` equals nothing.
        Expression::Boolean(_) if is_text && is_equal => return Implied::True,
        _ => None,
    };
    match (value.as_deref(), is_equal) {
        (Some("false"), true) => Implied::False,
        // Equal to another text than `true` it never is.
        (Some(_), true) => Implied::True,
        (None, _) if reads_output(output, is_allowed) || reads_output(other, is_allowed) => {
            Implied::Unknown("what `allowed` is compared with cannot be determined".to_owned())
        }
        // Not `false` is no gate: `allowed` is empty if the guard did not run.
        _ => Implied::Nothing,
    }
}

/// Both hold: one that makes sure suffices.
fn both(a: Implied, b: Implied) -> Implied {
    let order = |implied: &Implied| match implied {
        Implied::True => 0,
        Implied::False => 1,
        Implied::Text => 2,
        Implied::Unknown(_) => 3,
        Implied::Nothing => 4,
    };
    if order(&a) <= order(&b) { a } else { b }
}

/// At least one holds: only what both make sure of counts.
fn either(a: Implied, b: Implied) -> Implied {
    match (a, b) {
        (a, b) if a == b => a,
        (Implied::Unknown(reason), Implied::True) | (Implied::True, Implied::Unknown(reason)) => {
            Implied::Unknown(reason)
        }
        (Implied::Text, Implied::True) | (Implied::True, Implied::Text) => Implied::Text,
        _ => Implied::Nothing,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gate(text: &str) -> Gate {
        Condition::read(text).gate(&|path| path == ["needs", "guard", "outputs", "allowed"])
    }

    #[test]
    fn allowed_is_necessary_in_conjunctions() {
        for text in [
            "needs.guard.outputs.allowed == 'true'",
            "'true' == needs.guard.outputs.allowed",
            "${{ needs.guard.outputs.allowed == 'true' }}",
            "${{needs['guard'].outputs['allowed'] == 'TRUE'}}",
            "!cancelled() && (needs.guard.outputs.allowed == 'true')",
            "success() && needs.guard.outputs.allowed == 'true' && github.ref == 'refs/heads/main'",
            "always() && needs.guard.outputs.allowed == 'true'",
            "!(needs.guard.outputs.allowed != 'true')",
            "!(needs.guard.outputs.allowed != 'true' || github.actor == 'x')",
            "(needs.guard.outputs.allowed == 'true' && a) || (b && needs.guard.outputs.allowed == 'true')",
            "fromJSON(needs.guard.outputs.allowed)",
            "fromJSON(needs.guard.outputs.allowed) == true",
            "false && always()",
        ] {
            assert_eq!(gate(text), Gate::Required, "{text}");
        }
    }

    #[test]
    fn a_text_is_true_even_if_it_is_false() {
        for text in ["needs.guard.outputs.allowed", "${{ needs.guard.outputs.allowed && success() }}"] {
            assert_eq!(gate(text), Gate::AsText, "{text}");
        }
    }

    #[test]
    fn disjunctions_and_text_around_the_expression_bypass_the_gate() {
        for text in [
            "needs.guard.outputs.allowed == 'true' || github.actor == 'octocat'",
            "always() || needs.guard.outputs.allowed == 'true'",
            "needs.guard.outputs.allowed != 'false'",
            "needs.guard.outputs.allowed != 'true'",
            "!(needs.guard.outputs.allowed == 'true' && x)",
            "${{ needs.guard.outputs.allowed == 'true' }} && x",
        ] {
            assert_eq!(gate(text), Gate::Bypassed, "{text}");
        }
    }

    #[test]
    fn other_conditions_are_not_a_gate() {
        assert_eq!(gate("github.ref == 'refs/heads/main'"), Gate::Missing);
        assert_eq!(gate("needs.other.outputs.allowed == 'true'"), Gate::Missing);
        assert_eq!(gate("always()"), Gate::Missing);
        assert_eq!(gate("needs.guard.outputs.allowed == 'false'"), Gate::OnDenial);
        assert_eq!(gate("failure() && github.ref == 'refs/heads/main'"), Gate::OnDenial);
    }

    #[test]
    fn what_cannot_be_decided_is_reported_as_such() {
        for text in [
            "contains(needs.guard.outputs.allowed, 'true')",
            "needs.guard.outputs.allowed == inputs.expected",
            "needs.guard.outputs.allowed == \"true\"",
            "needs.guard.outputs.allowed ==",
        ] {
            assert!(matches!(gate(text), Gate::Undecided(_)), "{text}");
        }
    }

    #[test]
    fn status_functions_replace_the_implicit_success() {
        for (text, expected) in [("always()", true), ("!cancelled()", true), ("success()", false), ("a == 'b'", false)]
        {
            assert_eq!(Condition::read(text).overrides_success(), expected, "{text}");
        }
    }
}
