//! JSON read once more, in the plainest way: by recursion, with the place of everything, and nothing judged.

use std::fmt::Write;

/// Deeper texts are not read; the core has to cope with them by itself.
const MAX_DEPTH: usize = 300;

/// A value and its position in the text.
#[derive(Debug, Clone)]
pub struct Node {
    /// Its first byte.
    pub start: usize,
    /// The byte behind it.
    pub end: usize,
    /// What it is.
    pub kind: Kind,
}

/// What a value is.
#[derive(Debug, Clone)]
pub enum Kind {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A number as it is written.
    Number(String),
    /// A string without its escapes.
    String(String),
    /// An array.
    Array(Vec<Node>),
    /// An object.
    Object(Vec<Member>),
}

/// A key with its value.
#[derive(Debug, Clone)]
pub struct Member {
    /// The first byte of the key.
    pub start: usize,
    /// The key without its escapes.
    pub key: String,
    /// The value.
    pub value: Node,
}

/// Why a text is not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotRead {
    /// It is not JSON.
    Broken,
    /// It is nested deeper than is read here.
    TooDeep,
}

/// Reads a text (RFC 8259), which has to be UTF-8 and without lone surrogates.
pub fn read(text: &[u8]) -> Result<Node, NotRead> {
    let text = std::str::from_utf8(text).map_err(|_| NotRead::Broken)?;
    let mut reader = Reader { text, next: 0 };
    reader.space();
    let root = reader.value(0)?;
    reader.space();
    if reader.next == text.len() { Ok(root) } else { Err(NotRead::Broken) }
}

struct Reader<'t> {
    text: &'t str,
    next: usize,
}

impl Reader<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.next).copied()
    }

    fn take(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.next += usize::from(found);
        found
    }

    fn want(&mut self, byte: u8) -> Result<(), NotRead> {
        if self.take(byte) { Ok(()) } else { Err(NotRead::Broken) }
    }

    fn space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.next += 1;
        }
    }

    fn value(&mut self, depth: usize) -> Result<Node, NotRead> {
        let start = self.next;
        let kind = match self.peek().ok_or(NotRead::Broken)? {
            b'[' | b'{' if depth == MAX_DEPTH => return Err(NotRead::TooDeep),
            b'[' => self.array(depth)?,
            b'{' => self.object(depth)?,
            b'"' => Kind::String(self.string()?),
            b'-' | b'0'..=b'9' => self.number()?,
            _ => {
                let words = [("null", Kind::Null), ("true", Kind::Bool(true)), ("false", Kind::Bool(false))];
                let word = words.into_iter().find(|(word, _)| self.text[start..].starts_with(word));
                let (word, kind) = word.ok_or(NotRead::Broken)?;
                self.next += word.len();
                kind
            }
        };
        Ok(Node { start, end: self.next, kind })
    }

    fn array(&mut self, depth: usize) -> Result<Kind, NotRead> {
        let mut elements = Vec::new();
        self.next += 1;
        self.space();
        if self.take(b']') {
            return Ok(Kind::Array(elements));
        }
        loop {
            self.space();
            elements.push(self.value(depth + 1)?);
            self.space();
            if self.take(b']') {
                return Ok(Kind::Array(elements));
            }
            self.want(b',')?;
        }
    }

    fn object(&mut self, depth: usize) -> Result<Kind, NotRead> {
        let mut members = Vec::new();
        self.next += 1;
        self.space();
        if self.take(b'}') {
            return Ok(Kind::Object(members));
        }
        loop {
            self.space();
            let start = self.next;
            let key = if self.peek() == Some(b'"') { self.string()? } else { return Err(NotRead::Broken) };
            self.space();
            self.want(b':')?;
            self.space();
            members.push(Member { start, key, value: self.value(depth + 1)? });
            self.space();
            if self.take(b'}') {
                return Ok(Kind::Object(members));
            }
            self.want(b',')?;
        }
    }

    /// Its end is looked for here; what is in it `serde_json` says, escape by escape.
    fn string(&mut self) -> Result<String, NotRead> {
        let start = self.next;
        self.next += 1;
        while !self.take(b'"') {
            self.next += if self.peek().ok_or(NotRead::Broken)? == b'\\' { 2 } else { 1 };
        }
        serde_json::from_slice(&self.text.as_bytes()[start..self.next]).map_err(|_| NotRead::Broken)
    }

    fn digits(&mut self) -> usize {
        let start = self.next;
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.next += 1;
        }
        self.next - start
    }

    fn number(&mut self) -> Result<Kind, NotRead> {
        let start = self.next;
        self.take(b'-');
        let leading_zero = self.peek() == Some(b'0');
        let whole = self.digits();
        let sound = whole > 0 && (whole == 1 || !leading_zero);
        let fraction = !self.take(b'.') || self.digits() > 0;
        let exponent = if self.take(b'e') || self.take(b'E') {
            let _ = self.take(b'-') || self.take(b'+');
            self.digits() > 0
        } else {
            true
        };
        if sound && fraction && exponent {
            Ok(Kind::Number(self.text[start..self.next].to_owned()))
        } else {
            Err(NotRead::Broken)
        }
    }
}

impl Node {
    /// The value of a key, the first where it is repeated.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.members().iter().find(|member| member.key == key).map(|member| &member.value)
    }

    /// The value at a dotted path.
    pub fn at(&self, path: &str) -> Option<&Node> {
        path.split('.').try_fold(self, |node, key| node.get(key))
    }

    /// The members of an object; of anything else none.
    pub fn members(&self) -> &[Member] {
        if let Kind::Object(members) = &self.kind { members } else { &[] }
    }

    /// The elements of an array; of anything else none.
    pub fn elements(&self) -> &[Node] {
        if let Kind::Array(elements) = &self.kind { elements } else { &[] }
    }

    /// Whether it is an object.
    pub fn is_object(&self) -> bool {
        matches!(self.kind, Kind::Object(_))
    }

    /// Whether it is `null`.
    pub fn is_null(&self) -> bool {
        matches!(self.kind, Kind::Null)
    }

    /// The text of a string.
    pub fn text(&self) -> Option<&str> {
        if let Kind::String(text) = &self.kind { Some(text) } else { None }
    }

    /// A number as it is written.
    pub fn number(&self) -> Option<&str> {
        if let Kind::Number(text) = &self.kind { Some(text) } else { None }
    }

    /// A boolean.
    pub fn bool(&self) -> Option<bool> {
        if let Kind::Bool(value) = &self.kind { Some(*value) } else { None }
    }

    /// A whole number that is written as one.
    pub fn integer(&self) -> Option<u64> {
        self.number().and_then(|text| text.parse().ok())
    }

    /// As written in the text that it was read from.
    pub fn raw<'t>(&self, text: &'t [u8]) -> &'t str {
        std::str::from_utf8(&text[self.start..self.end]).expect("a part of a text")
    }

    /// The values right below.
    pub fn children(&self) -> impl Iterator<Item = &Node> {
        self.members().iter().map(|member| &member.value).chain(self.elements())
    }

    /// This value and all below.
    pub fn all(&self) -> Vec<&Node> {
        let mut all = vec![self];
        let mut next = 0;
        while let Some(node) = all.get(next).copied() {
            all.extend(node.children());
            next += 1;
        }
        all
    }

    /// How many arrays and objects lie within each other.
    pub fn depth(&self) -> usize {
        let below = self.children().map(Node::depth).max().unwrap_or(0);
        below + usize::from(matches!(self.kind, Kind::Array(_) | Kind::Object(_)))
    }

    /// Whether a key stands twice in its object, here or below.
    pub fn repeats(&self) -> bool {
        self.all().iter().any(|node| {
            let mut keys: Vec<&str> = node.members().iter().map(|member| member.key.as_str()).collect();
            keys.sort_unstable();
            keys.windows(2).any(|pair| pair[0] == pair[1])
        })
    }

    /// All numbers as they are written.
    pub fn numbers(&self) -> Vec<&str> {
        self.all().into_iter().filter_map(Node::number).collect()
    }

    /// The value without white space; where the depth is used up there is `null`.
    pub fn compact(&self, depth: usize) -> String {
        let mut out = String::new();
        self.write(depth, false, &mut out);
        out
    }

    /// The same with the members of every object the other way round.
    pub fn reversed(&self) -> String {
        let mut out = String::new();
        self.write(MAX_DEPTH, true, &mut out);
        out
    }

    fn write(&self, depth: usize, reverse: bool, out: &mut String) {
        let quoted = |text: &str| serde_json::to_string(text).expect("a text");
        match &self.kind {
            Kind::Array(_) | Kind::Object(_) if depth == 0 => out.push_str("null"),
            Kind::Null => out.push_str("null"),
            Kind::Bool(value) => _ = write!(out, "{value}"),
            Kind::Number(text) => out.push_str(text),
            Kind::String(text) => out.push_str(&quoted(text)),
            Kind::Array(elements) => {
                out.push('[');
                for (index, element) in elements.iter().enumerate() {
                    out.push_str(if index > 0 { "," } else { "" });
                    element.write(depth - 1, reverse, out);
                }
                out.push(']');
            }
            Kind::Object(members) => {
                let mut members: Vec<&Member> = members.iter().collect();
                if reverse {
                    members.reverse();
                }
                out.push('{');
                for (index, member) in members.into_iter().enumerate() {
                    out.push_str(if index > 0 { "," } else { "" });
                    out.push_str(&quoted(&member.key));
                    out.push(':');
                    member.value.write(depth - 1, reverse, out);
                }
                out.push('}');
            }
        }
    }

    /// Whether two values are the same to a reader that takes numbers for doubles and does not mind the order of keys.
    pub fn same(&self, other: &Node) -> bool {
        match (&self.kind, &other.kind) {
            (Kind::Number(one), Kind::Number(two)) => one.parse::<f64>() == two.parse::<f64>(),
            (Kind::Array(one), Kind::Array(two)) => {
                one.len() == two.len() && one.iter().zip(two).all(|(one, two)| one.same(two))
            }
            (Kind::Object(one), Kind::Object(two)) => {
                let sorted = |members: &[Member]| {
                    let mut members: Vec<Member> = members.to_vec();
                    members.sort_by(|one, two| one.key.cmp(&two.key));
                    members
                };
                let (one, two) = (sorted(one), sorted(two));
                one.len() == two.len()
                    && one.iter().zip(&two).all(|(one, two)| one.key == two.key && one.value.same(&two.value))
            }
            (Kind::String(one), Kind::String(two)) => one == two,
            (Kind::Bool(one), Kind::Bool(two)) => one == two,
            (Kind::Null, Kind::Null) => true,
            _ => false,
        }
    }
}

/// A JSON string.
pub fn quoted(text: &str) -> String {
    serde_json::to_string(text).expect("a text")
}

/// Whether a text is a commit id by the contract.
pub fn is_commit(text: &str) -> bool {
    (text.len() == 40 || text.len() == 64) && text.chars().all(|c| c.is_ascii_digit() || ('a'..='f').contains(&c))
}
