//! Whether a condition can hold, tried out with every value that matters of everything that it reads.
//!
//! Of a value that is unknown only comparisons with texts matter, so it takes each of those texts, null, the empty text
//! and another one. What is left, such as a function of an unknown value, is tried as true and as false.

use super::expression::{Expression, Operator};

/// The most steps of all evaluations together; ordinary conditions need some hundred.
const MAX_STEPS: usize = 1_000_000;
/// The most parts of a condition, whose square one evaluation can take.
const MAX_PARTS: usize = 1000;
/// Represents every text that the condition does not name.
const OTHER: &str = "\u{1}other";

/// Which paths are the guard's output `allowed`.
pub type IsAllowed<'a> = &'a dyn Fn(&[String]) -> bool;

/// What is assumed while a condition is tried out.
#[derive(Clone, Copy, Default)]
pub struct Assumptions<'a> {
    /// The value of `allowed`; `None` if it is as unknown as anything else.
    pub allowed: Option<&'a str>,
    /// Whether `allowed` alone, without a comparison, means `allowed == 'true'`.
    pub reads_allowed_as_boolean: bool,
    /// What `success()` is; `None` if it can be either.
    pub success: Option<bool>,
    /// What `failure()` is.
    pub failure: Option<bool>,
}

/// Whether a condition can hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outlook {
    /// It can.
    Possible,
    /// It cannot.
    Impossible,
    /// It cannot be determined, for this reason.
    Unknown(String),
}

/// Tries a condition out.
pub fn outlook(expression: &Expression, assumptions: Assumptions<'_>, is_allowed: IsAllowed<'_>) -> Outlook {
    let mut parts = 0;
    expression.walk(&mut |_| parts += 1);
    if parts > MAX_PARTS {
        return Outlook::Unknown("it is too long".to_owned());
    }
    let mut trial = Trial {
        whole: expression,
        assumptions,
        is_allowed,
        choices: Vec::new(),
        next: 0,
        doubt: None,
        failed: false,
        steps: 0,
    };
    while trial.steps < MAX_STEPS {
        trial.begin();
        let holds = trial.condition(expression).is_truthy() && !trial.failed;
        match (holds, trial.doubt.take()) {
            (true, Some(reason)) => return Outlook::Unknown(reason),
            (true, None) => return Outlook::Possible,
            (false, _) => {}
        }
        if !trial.advance() {
            return Outlook::Impossible;
        }
    }
    Outlook::Unknown("it depends on too many values".to_owned())
}

#[derive(Debug, Clone, PartialEq)]
enum Value {
    Text(String),
    Number(f64),
    Boolean(bool),
    Null,
}

impl Value {
    fn is_truthy(&self) -> bool {
        match self {
            Value::Text(text) => !text.is_empty(),
            Value::Number(number) => *number != 0.0 && !number.is_nan(),
            Value::Boolean(value) => *value,
            Value::Null => false,
        }
    }

    fn to_number(&self) -> f64 {
        match self {
            Value::Text(text) if text.trim().is_empty() => 0.0,
            Value::Text(text) => text.trim().parse().unwrap_or(f64::NAN),
            Value::Number(number) => *number,
            Value::Boolean(value) => f64::from(u8::from(*value)),
            Value::Null => 0.0,
        }
    }

    fn to_text(&self) -> String {
        match self {
            Value::Text(text) => text.clone(),
            Value::Number(number) => number.to_string(),
            Value::Boolean(value) => value.to_string(),
            Value::Null => String::new(),
        }
    }

    /// Texts are compared without case, values of different types as numbers.
    #[allow(clippy::float_cmp)] // GitHub compares numbers exactly.
    fn equals(&self, other: &Value) -> bool {
        match (self, other) {
            (Value::Text(a), Value::Text(b)) => a.to_lowercase() == b.to_lowercase(),
            (Value::Null, Value::Null) => true,
            _ => self.to_number() == other.to_number(),
        }
    }
}

fn number_is_nan(value: &Value) -> bool {
    matches!(value, Value::Number(number) if number.is_nan())
}

/// A value of something unknown that was chosen: for what, which, and of how many.
struct Choice {
    of: String,
    index: usize,
    count: usize,
}

struct Trial<'e> {
    whole: &'e Expression,
    assumptions: Assumptions<'e>,
    is_allowed: IsAllowed<'e>,
    choices: Vec<Choice>,
    /// How many of the choices this combination has made.
    next: usize,
    /// Why the result says nothing, if something unknown was made of `allowed`.
    doubt: Option<String>,
    /// Whether GitHub would end the run with an error instead.
    failed: bool,
    /// How many steps all combinations took.
    steps: usize,
}

impl Trial<'_> {
    fn begin(&mut self) {
        self.next = 0;
        self.doubt = None;
        self.failed = false;
    }

    /// Prepares the next combination; `false` if all were tried.
    fn advance(&mut self) -> bool {
        // Later choices can depend on earlier ones, so only those that were made count.
        self.choices.truncate(self.next);
        while let Some(last) = self.choices.last_mut() {
            last.index += 1;
            if last.index < last.count {
                return true;
            }
            self.choices.pop();
        }
        false
    }

    fn choose(&mut self, of: String, count: usize) -> usize {
        if let Some(made) = self.choices[..self.next].iter().find(|choice| choice.of == of) {
            return made.index;
        }
        if self.next == self.choices.len() {
            self.choices.push(Choice { of, index: 0, count });
        }
        self.next += 1;
        self.choices[self.next - 1].index
    }

    fn choose_boolean(&mut self, of: &Expression) -> bool {
        self.choose(format!("{of:?}"), 2) == 1
    }

    /// The value in a place where only its truth counts.
    fn condition(&mut self, expression: &Expression) -> Value {
        self.steps += 1;
        match expression {
            Expression::Not(inner) => Value::Boolean(!self.condition(inner).is_truthy()),
            Expression::And(parts) => self.until(parts, false),
            Expression::Or(parts) => self.until(parts, true),
            _ => match (self.assumptions.allowed, self.is_output(expression)) {
                (Some(allowed), true) if self.assumptions.reads_allowed_as_boolean => Value::Boolean(allowed == "true"),
                _ => self.value(expression),
            },
        }
    }

    /// The first operand that is as true as `end`, or the last one. Operands after it are not evaluated.
    fn until(&mut self, parts: &[Expression], end: bool) -> Value {
        let mut value = Value::Null;
        for part in parts {
            value = self.condition(part);
            if value.is_truthy() == end {
                break;
            }
        }
        value
    }

    fn value(&mut self, expression: &Expression) -> Value {
        match expression {
            Expression::Text(text) => Value::Text(text.clone()),
            Expression::Number(number) => Value::Number(number.parse().unwrap_or(f64::NAN)),
            Expression::Boolean(value) => Value::Boolean(*value),
            Expression::Null => Value::Null,
            Expression::Not(_) | Expression::And(_) | Expression::Or(_) => self.condition(expression),
            Expression::Compare(operator, a, b) => Value::Boolean(self.compare(*operator, a, b)),
            Expression::Call(name, arguments) => self.call(expression, name, arguments),
            Expression::Context(_) | Expression::Member(..) => match (expression.path(), self.assumptions.allowed) {
                (Some(path), Some(allowed)) if (self.is_allowed)(&path) => Value::Text(allowed.to_owned()),
                (Some(path), _) => self.unknown(expression, &path),
                (None, _) => Value::Boolean(self.choose_boolean(expression)),
            },
        }
    }

    /// One of the texts that an unknown value is compared with, or none of them.
    fn unknown(&mut self, expression: &Expression, path: &[String]) -> Value {
        // GitHub's null equals the empty text and `'0'`, a number each of its notations.
        let mut steps = 0;
        let mut values = vec![Value::Null, Value::Text(String::new()), Value::Text(OTHER.to_owned())];
        self.whole.walk(&mut |part| {
            steps += 1;
            let Expression::Compare(_, a, b) = part else { return };
            for (of, with) in [(a, b), (b, a)] {
                if let (true, Expression::Text(text)) = (of.path().as_deref() == Some(path), &**with) {
                    let text = Value::Text(text.to_lowercase());
                    let number = text.to_number();
                    for value in [text, Value::Number(number)] {
                        if !number_is_nan(&value) && !values.contains(&value) {
                            values.push(value);
                        }
                    }
                }
            }
        });
        self.steps += steps;
        let name = expression.path().unwrap_or_default().join(".");
        let index = self.choose(name, values.len());
        values.swap_remove(index)
    }

    fn compare(&mut self, operator: Operator, a: &Expression, b: &Expression) -> bool {
        let is_text = |part: &Expression| matches!(part, Expression::Text(_));
        let is_equality = matches!(operator, Operator::Equal | Operator::NotEqual);
        let is_tried = is_equality && ((is_text(a) && b.path().is_some()) || (is_text(b) && a.path().is_some()));
        let are_known = self.is_known(a) && self.is_known(b);
        if !is_tried && !are_known {
            if self.reads_output(a) || self.reads_output(b) {
                self.doubt = Some("what `allowed` is compared with cannot be determined".to_owned());
            }
            let equality = Expression::Compare(Operator::Equal, Box::new(a.clone()), Box::new(b.clone()));
            return match operator {
                Operator::NotEqual => !self.choose_boolean(&equality),
                Operator::Equal => self.choose_boolean(&equality),
                order => self.choose_boolean(&Expression::Compare(order, Box::new(a.clone()), Box::new(b.clone()))),
            };
        }
        let (a, b) = (self.value(a), self.value(b));
        let (x, y) = (a.to_number(), b.to_number());
        let order = match (&a, &b) {
            (Value::Text(a), Value::Text(b)) => Some(a.to_lowercase().cmp(&b.to_lowercase())),
            _ => x.partial_cmp(&y),
        };
        match operator {
            Operator::Equal => a.equals(&b),
            Operator::NotEqual => !a.equals(&b),
            Operator::Less => order.is_some_and(std::cmp::Ordering::is_lt),
            Operator::LessOrEqual => order.is_some_and(std::cmp::Ordering::is_le),
            Operator::Greater => order.is_some_and(std::cmp::Ordering::is_gt),
            Operator::GreaterOrEqual => order.is_some_and(std::cmp::Ordering::is_ge),
        }
    }

    fn call(&mut self, expression: &Expression, name: &str, arguments: &[Expression]) -> Value {
        let assumed = match name {
            "always" => Some(true),
            "success" => self.assumptions.success,
            "failure" => self.assumptions.failure,
            _ => None,
        };
        if let Some(assumed) = assumed {
            return Value::Boolean(assumed);
        }
        if arguments.iter().all(|argument| self.is_known(argument)) {
            let values: Vec<Value> = arguments.iter().map(|argument| self.value(argument)).collect();
            match apply(name, &values) {
                Applied::Value(value) => return value,
                Applied::Error => {
                    self.failed = true;
                    return Value::Null;
                }
                Applied::Unknown => {}
            }
        }
        if self.reads_output(expression) {
            self.doubt = Some(format!("what `{name}()` makes of `allowed` cannot be determined"));
        }
        Value::Boolean(self.choose_boolean(expression))
    }

    fn is_output(&self, expression: &Expression) -> bool {
        expression.path().is_some_and(|path| (self.is_allowed)(&path))
    }

    fn reads_output(&self, expression: &Expression) -> bool {
        self.assumptions.allowed.is_some() && expression.reads().iter().any(|path| (self.is_allowed)(path))
    }

    /// Whether the value does not depend on anything unknown.
    fn is_known(&self, expression: &Expression) -> bool {
        match expression {
            Expression::Context(_) | Expression::Member(..) => {
                self.assumptions.allowed.is_some() && self.is_output(expression)
            }
            Expression::Call(name, parts) => {
                KNOWN_FUNCTIONS.contains(&name.as_str()) && parts.iter().all(|part| self.is_known(part))
            }
            Expression::Not(inner) => self.is_known(inner),
            Expression::And(parts) | Expression::Or(parts) => parts.iter().all(|part| self.is_known(part)),
            Expression::Compare(_, a, b) => self.is_known(a) && self.is_known(b),
            Expression::Text(_) | Expression::Number(_) | Expression::Boolean(_) | Expression::Null => true,
        }
    }
}

/// The functions that [`apply`] knows.
const KNOWN_FUNCTIONS: [&str; 5] = ["contains", "startswith", "endswith", "fromjson", "tojson"];

enum Applied {
    Value(Value),
    /// GitHub ends the run with an error.
    Error,
    Unknown,
}

fn apply(name: &str, values: &[Value]) -> Applied {
    let compare = |of: &Value, what: &Value, holds: fn(&str, &str) -> bool| {
        Applied::Value(Value::Boolean(holds(&of.to_text().to_lowercase(), &what.to_text().to_lowercase())))
    };
    match (name, values) {
        ("contains", [of, what]) => compare(of, what, |of, what| of.contains(what)),
        ("startswith", [of, what]) => compare(of, what, |of, what| of.starts_with(what)),
        ("endswith", [of, what]) => compare(of, what, |of, what| of.ends_with(what)),
        ("tojson", [Value::Text(text)]) => Applied::Value(Value::Text(format!("\"{text}\""))),
        ("tojson", [value]) => Applied::Value(Value::Text(value.to_text())),
        ("fromjson", [value]) => match value.to_text().trim() {
            "true" => Applied::Value(Value::Boolean(true)),
            "false" => Applied::Value(Value::Boolean(false)),
            "" => Applied::Error,
            _ => Applied::Unknown,
        },
        _ => Applied::Unknown,
    }
}
