//! JSON numbers as the text in which they were written.

use std::cmp::Ordering;

use serde::ser::{Error, Serialize, Serializer};

use super::{Document, Json, parse};
use crate::format::canonical_json::{format_f64, nearest_f64};
use crate::format::decimal::Decimal;

/// The text of a JSON number, exactly as it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Number(String);

impl Number {
    /// A number from text in JSON's grammar, without white space around it.
    pub fn parse(text: &str) -> Option<Self> {
        let is_bare = !text.starts_with(char::is_whitespace) && !text.ends_with(char::is_whitespace);
        match parse(text.as_bytes()) {
            Ok(Document { root: Json::Number(number), .. }) if is_bare => Some(number),
            _ => None,
        }
    }

    /// A number whose grammar the lexer has checked.
    pub(super) fn from_lexed(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// The number as it was written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Its exact value; `None` if the exponent is out of the range that is compared.
    pub fn decimal(&self) -> Option<Decimal> {
        Decimal::parse(&self.0)
    }

    /// The number as an unsigned integer, only if it is written as one (`7`, not `7.0` or `7e0`).
    pub fn as_u64(&self) -> Option<u64> {
        self.0.parse().ok()
    }

    /// Whether every JSON parser reads the number unchanged: an integer of 64 bits, or a decimal that an IEEE 754 double
    /// holds exactly.
    pub fn is_interoperable(&self) -> bool {
        self.0.parse::<i64>().is_ok() || self.0.parse::<u64>().is_ok() || self.is_exact_f64()
    }

    /// Whether an IEEE 754 double holds the number without rounding it to other digits, as RFC 8785 requires.
    pub fn is_exact_f64(&self) -> bool {
        let held = nearest_f64(&self.0).and_then(|double| Decimal::parse(&format_f64(double)));
        match (self.decimal(), held) {
            (Some(written), Some(held)) => written.compare(&held) == Ordering::Equal,
            _ => false,
        }
    }
}

impl From<u64> for Number {
    fn from(value: u64) -> Self {
        Self(value.to_string())
    }
}

/// As the number type that holds it exactly: serde has none for the text of a number.
impl Serialize for Number {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if let Ok(integer) = self.0.parse::<i64>() {
            return serializer.serialize_i64(integer);
        }
        match (self.as_u64(), nearest_f64(&self.0)) {
            (Some(integer), _) => serializer.serialize_u64(integer),
            (None, Some(double)) if self.is_exact_f64() => serializer.serialize_f64(double),
            _ => Err(S::Error::custom(format_args!("the number {} would be rounded", self.0))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_bare_json_number_is_parsed() {
        for text in ["0", "-0", "7.50", "1e400", "123456789012345678901234567890"] {
            assert_eq!(Number::parse(text).unwrap().as_str(), text);
        }
        for text in ["", " 7", "7 ", "+7", "07", ".5", "7.", "0x7", "NaN", "\"7\"", "[7]", "null", "7 7"] {
            assert_eq!(Number::parse(text), None, "{text:?}");
        }
    }

    #[test]
    fn interoperable_numbers_keep_their_value_in_every_parser() {
        let number = |text: &str| Number::parse(text).unwrap();
        for exact in [
            "0",
            "-0",
            "7",
            "0.1",
            "1e2",
            "9007199254740993",
            "18446744073709551615",
            "-9223372036854775808",
            "1.50",
            "5e-324",
        ] {
            assert!(number(exact).is_interoperable(), "{exact}");
        }
        for rounded in
            ["1e400", "18446744073709551616", "0.1000000000000000055511151231257827", "1e-400", "9007199254740993.0"]
        {
            assert!(!number(rounded).is_interoperable(), "{rounded}");
        }
        assert!(!number("9007199254740993").is_exact_f64());
        assert!(number("9007199254740992").is_exact_f64());
        assert!(number("100000000000000000000").is_exact_f64());
    }
}
