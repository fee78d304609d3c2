//! GitHub's expressions (GitHub Docs, "Evaluate expressions in workflows and actions").

/// An expression.
#[derive(Debug, Clone, PartialEq)]
pub enum Expression {
    /// `'text'`.
    Text(String),
    /// A number as it is written.
    Number(String),
    /// `true` or `false`.
    Boolean(bool),
    /// `null`.
    Null,
    /// A context, such as `needs`.
    Context(String),
    /// `a.b` or `a['b']`; `None` for `a.*` and for an index that is computed.
    Member(Box<Expression>, Option<String>),
    /// A call, with the function's name in lower case.
    Call(String, Vec<Expression>),
    /// `!a`.
    Not(Box<Expression>),
    /// `a && b && …`. A list, so that a long chain is not a deep tree.
    And(Vec<Expression>),
    /// `a || b || …`.
    Or(Vec<Expression>),
    /// `a == b` and the like.
    Compare(Operator, Box<Expression>, Box<Expression>),
}

/// How two values are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operator {
    /// `==`.
    Equal,
    /// `!=`.
    NotEqual,
    /// `<`.
    Less,
    /// `<=`.
    LessOrEqual,
    /// `>`.
    Greater,
    /// `>=`.
    GreaterOrEqual,
}

impl Expression {
    /// The names of `needs.guard.outputs.allowed`, in lower case as GitHub compares them; `None` if it is not such a
    /// path.
    pub fn path(&self) -> Option<Vec<String>> {
        match self {
            Expression::Context(name) => Some(vec![name.to_ascii_lowercase()]),
            Expression::Member(of, Some(name)) => {
                let mut path = of.path()?;
                path.push(name.to_ascii_lowercase());
                Some(path)
            }
            _ => None,
        }
    }

    /// The path as [`Self::path`] has it, with `*` for what is computed or a wildcard; `None` if it is not a path.
    pub fn path_with_wildcards(&self) -> Option<Vec<String>> {
        match self {
            Expression::Member(of, name) => {
                let mut path = of.path_with_wildcards()?;
                path.push(name.as_ref().map_or("*".to_owned(), |name| name.to_ascii_lowercase()));
                Some(path)
            }
            _ => self.path(),
        }
    }

    /// Calls `visit` with this expression and every one in it.
    pub fn walk<'e>(&'e self, visit: &mut dyn FnMut(&'e Expression)) {
        visit(self);
        match self {
            Expression::Member(of, _) | Expression::Not(of) => of.walk(visit),
            Expression::Call(_, parts) | Expression::And(parts) | Expression::Or(parts) => {
                for part in parts {
                    part.walk(visit);
                }
            }
            Expression::Compare(_, a, b) => {
                a.walk(visit);
                b.walk(visit);
            }
            _ => {}
        }
    }

    /// The paths of the contexts that it reads. Of `github.event.*.x` it is `github.event`.
    pub fn reads(&self) -> Vec<Vec<String>> {
        let mut paths = Vec::new();
        collect_reads(self, &mut paths);
        paths
    }

    /// Whether it calls one of these functions.
    pub fn calls(&self, names: &[&str]) -> bool {
        let mut found = false;
        self.walk(&mut |part| {
            if let Expression::Call(name, _) = part {
                found |= names.contains(&name.as_str());
            }
        });
        found
    }
}

fn collect_reads(expression: &Expression, paths: &mut Vec<Vec<String>>) {
    if let Some(path) = expression.path() {
        paths.push(path);
        return;
    }
    match expression {
        Expression::Member(of, _) | Expression::Not(of) => collect_reads(of, paths),
        Expression::Call(_, parts) | Expression::And(parts) | Expression::Or(parts) => {
            for part in parts {
                collect_reads(part, paths);
            }
        }
        Expression::Compare(_, a, b) => {
            collect_reads(a, paths);
            collect_reads(b, paths);
        }
        _ => {}
    }
}

/// The most levels of nesting; GitHub allows 50.
const MAX_DEPTH: usize = 50;

/// Parses an expression without its `${{ }}`.
///
/// # Errors
/// What is wrong with it.
pub fn parse(text: &str) -> Result<Expression, String> {
    let tokens = tokens(text)?;
    let mut parser = ExpressionParser { tokens: &tokens, index: 0, depth: 0 };
    let expression = parser.or()?;
    match parser.peek() {
        None => Ok(expression),
        Some(token) => Err(format!("unexpected `{token}`")),
    }
}

/// The expressions in a text, each with the bytes before its `${{`.
///
/// The text of one ends at the first `}}` that is not in quotes.
pub fn embedded(text: &str) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(start) = text[from..].find("${{").map(|start| from + start) {
        let body = start + 3;
        let mut quoted = false;
        let end = text[body..].char_indices().find(|(index, c)| {
            quoted ^= *c == '\'';
            !quoted && text[body + index..].starts_with("}}")
        });
        let Some((length, _)) = end else { break };
        found.push((start, &text[body..body + length]));
        from = body + length + 2;
    }
    found
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Token {
    Name(String),
    Text(String),
    Number(String),
    Symbol(&'static str),
}

impl std::fmt::Display for Token {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Token::Name(text) | Token::Number(text) => out.write_str(text),
            Token::Text(text) => write!(out, "'{text}'"),
            Token::Symbol(text) => out.write_str(text),
        }
    }
}

/// Longer ones first.
const SYMBOLS: [&str; 16] = ["&&", "||", "==", "!=", "<=", ">=", "<", ">", "!", "(", ")", "[", "]", ",", ".", "*"];

fn tokens(text: &str) -> Result<Vec<Token>, String> {
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let length;
        if first == '\'' {
            let mut content = String::new();
            let mut chars = rest.char_indices().skip(1).peekable();
            length = loop {
                match chars.next() {
                    Some((_, '\'')) if chars.peek().is_some_and(|(_, next)| *next == '\'') => {
                        content.push('\'');
                        chars.next();
                    }
                    Some((index, '\'')) => break index + 1,
                    Some((_, c)) => content.push(c),
                    None => return Err("a text is not closed with `'`".to_owned()),
                }
            };
            tokens.push(Token::Text(content));
        } else if first.is_ascii_alphabetic() || first == '_' {
            let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
            length = rest.find(|c| !is_part(c)).unwrap_or(rest.len());
            tokens.push(Token::Name(rest[..length].to_owned()));
        } else if first.is_ascii_digit()
            || (matches!(first, '-' | '+' | '.') && rest[1..].starts_with(|c: char| c.is_ascii_digit()))
        {
            let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '+');
            length = rest.find(|c| !is_part(c)).unwrap_or(rest.len());
            tokens.push(Token::Number(rest[..length].to_owned()));
        } else if let Some(symbol) = SYMBOLS.into_iter().find(|symbol| rest.starts_with(symbol)) {
            length = symbol.len();
            tokens.push(Token::Symbol(symbol));
        } else if first == '"' {
            return Err("texts are in single quotes (`'true'`), not in double ones".to_owned());
        } else {
            return Err(format!("unexpected `{first}`"));
        }
        rest = rest[length..].trim_start();
    }
    Ok(tokens)
}

/// A chain of operands, or the only one.
fn chain(first: Expression, mut rest: Vec<Expression>, join: fn(Vec<Expression>) -> Expression) -> Expression {
    if rest.is_empty() {
        return first;
    }
    rest.insert(0, first);
    join(rest)
}

struct ExpressionParser<'t> {
    tokens: &'t [Token],
    index: usize,
    depth: usize,
}

impl ExpressionParser<'_> {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.index)
    }

    fn take(&mut self, symbol: &str) -> bool {
        let is_next = matches!(self.peek(), Some(Token::Symbol(next)) if *next == symbol);
        self.index += usize::from(is_next);
        is_next
    }

    fn expect(&mut self, symbol: &str) -> Result<(), String> {
        if self.take(symbol) {
            return Ok(());
        }
        let found = self.peek().map_or_else(|| "the end".to_owned(), |token| format!("`{token}`"));
        Err(format!("found {found}, expected `{symbol}`"))
    }

    fn or(&mut self) -> Result<Expression, String> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err("the expression is nested too deeply".to_owned());
        }
        let first = self.and()?;
        let mut parts = Vec::new();
        while self.take("||") {
            parts.push(self.and()?);
        }
        self.depth -= 1;
        Ok(chain(first, parts, Expression::Or))
    }

    fn and(&mut self) -> Result<Expression, String> {
        let first = self.comparison()?;
        let mut parts = Vec::new();
        while self.take("&&") {
            parts.push(self.comparison()?);
        }
        Ok(chain(first, parts, Expression::And))
    }

    fn comparison(&mut self) -> Result<Expression, String> {
        let mut left = self.unary()?;
        for _ in 0..MAX_DEPTH {
            let operator = match self.peek() {
                Some(Token::Symbol("==")) => Operator::Equal,
                Some(Token::Symbol("!=")) => Operator::NotEqual,
                Some(Token::Symbol("<")) => Operator::Less,
                Some(Token::Symbol("<=")) => Operator::LessOrEqual,
                Some(Token::Symbol(">")) => Operator::Greater,
                Some(Token::Symbol(">=")) => Operator::GreaterOrEqual,
                _ => return Ok(left),
            };
            self.index += 1;
            left = Expression::Compare(operator, Box::new(left), Box::new(self.unary()?));
        }
        Err("the expression is nested too deeply".to_owned())
    }

    fn unary(&mut self) -> Result<Expression, String> {
        let mut is_boolean = false;
        let mut is_negated = false;
        while self.take("!") {
            is_boolean = true;
            is_negated = !is_negated;
        }
        let operand = self.postfix()?;
        let negated = |operand| Expression::Not(Box::new(operand));
        Ok(match (is_boolean, is_negated) {
            (false, _) => operand,
            (true, true) => negated(operand),
            (true, false) => negated(negated(operand)),
        })
    }

    fn postfix(&mut self) -> Result<Expression, String> {
        let mut value = self.primary()?;
        for _ in 0..MAX_DEPTH {
            if self.take(".") {
                let name = match self.peek() {
                    Some(Token::Name(name)) => Some(name.clone()),
                    Some(Token::Symbol("*")) => None,
                    _ => return Err("expected a name after `.`".to_owned()),
                };
                self.index += 1;
                value = Expression::Member(Box::new(value), name);
            } else if self.take("[") {
                let name = if self.take("*") {
                    None
                } else {
                    match self.or()? {
                        Expression::Text(name) => Some(name),
                        _ => None,
                    }
                };
                self.expect("]")?;
                value = Expression::Member(Box::new(value), name);
            } else {
                return Ok(value);
            }
        }
        Err("the expression is nested too deeply".to_owned())
    }

    fn primary(&mut self) -> Result<Expression, String> {
        let Some(token) = self.peek().cloned() else { return Err("the expression is not complete".to_owned()) };
        self.index += 1;
        match token {
            Token::Text(text) => Ok(Expression::Text(text)),
            Token::Number(number) => Ok(Expression::Number(number)),
            Token::Name(name) if self.take("(") => {
                let mut arguments = Vec::new();
                if !self.take(")") {
                    arguments.push(self.or()?);
                    while self.take(",") {
                        arguments.push(self.or()?);
                    }
                    self.expect(")")?;
                }
                Ok(Expression::Call(name.to_ascii_lowercase(), arguments))
            }
            Token::Name(name) => Ok(match name.as_str() {
                "true" => Expression::Boolean(true),
                "false" => Expression::Boolean(false),
                "null" => Expression::Null,
                "NaN" | "Infinity" => Expression::Number(name),
                _ => Expression::Context(name),
            }),
            Token::Symbol("(") => {
                let inner = self.or()?;
                self.expect(")")?;
                Ok(inner)
            }
            symbol @ Token::Symbol(_) => Err(format!("unexpected `{symbol}`")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_paths_in_both_notations() {
        let dotted = parse("needs.guard.outputs.allowed").unwrap();
        let indexed = parse("Needs['guard'].outputs['allowed']").unwrap();
        assert_eq!(dotted.path(), indexed.path());
        assert_eq!(parse("needs.*.outputs.allowed").unwrap().path(), None);
        assert_eq!(parse("needs[github.job].outputs").unwrap().path(), None);
    }

    #[test]
    fn binds_operators_as_github_does() {
        let plain = parse("a == 'x' || !b && c != 'y'").unwrap();
        assert_eq!(plain, parse("(a == 'x') || ((!b) && (c != 'y'))").unwrap());
    }

    #[test]
    fn refuses_what_github_refuses() {
        for (text, part) in [
            ("a == \"x\"", "single quotes"),
            ("a == 'x", "not closed"),
            ("a b", "unexpected `b`"),
            ("a &&", "not complete"),
            ("f(a", "expected `)`"),
            ("a.", "after `.`"),
            ("a @ b", "unexpected `@`"),
        ] {
            assert!(parse(text).unwrap_err().contains(part), "{text}");
        }
        assert!(parse(&"(".repeat(100_000)).is_err());
        assert!(parse(&"!".repeat(100_000)).is_err());
        assert!(parse(&format!("a{}", " == a".repeat(100_000))).is_err());
        assert!(parse(&format!("{}a", "!".repeat(100_000))).is_ok());
        assert!(parse(&format!("a{}", " && a || a".repeat(100_000))).is_ok());
    }

    #[test]
    fn finds_expressions_in_text() {
        let text = "a ${{ b }} c ${{ format('}}', d) }} ${{ e";
        assert_eq!(embedded(text), [(2, " b "), (13, " format('}}', d) ")]);
    }
}
