//! Exact decimal numbers, to compare a sender's number with a policy's limits without rounding either.

use std::cmp::Ordering;

/// Exponents beyond this are refused: no payload needs them, and they would make a comparison expensive.
const MAX_EXPONENT: i64 = 100_000;

/// A decimal number: `0.DIGITS × 10^exponent`. The digits have no leading or trailing zeros; zero has no digits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decimal {
    negative: bool,
    digits: Vec<u8>,
    exponent: i64,
}

impl Decimal {
    /// Reads a number in JSON's grammar.
    pub fn parse(text: &str) -> Option<Self> {
        let (negative, unsigned) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, exponent.parse::<i64>().ok()?),
            None => (unsigned, 0),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let all = [whole, fraction].concat();
        if exponent.abs() > MAX_EXPONENT || whole.is_empty() || !all.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let significant = all.trim_start_matches('0');
        let leading_zeros = i64::try_from(all.len() - significant.len()).ok()?;
        let digits = significant.trim_end_matches('0').as_bytes().to_vec();
        if digits.is_empty() {
            return Some(Self { negative: false, digits, exponent: 0 });
        }
        let point = i64::try_from(whole.len()).ok()?;
        Some(Self { negative, digits, exponent: point - leading_zeros + exponent })
    }

    /// Whether the number has no fractional part.
    pub fn is_integer(&self) -> bool {
        i64::try_from(self.digits.len()).is_ok_and(|count| count <= self.exponent) || self.digits.is_empty()
    }

    /// Compares by value.
    pub fn compare(&self, other: &Self) -> Ordering {
        match (self.sign(), other.sign()) {
            (1, 1) => self.compare_size(other),
            (-1, -1) => other.compare_size(self),
            (mine, theirs) => mine.cmp(&theirs),
        }
    }

    fn sign(&self) -> i8 {
        match (self.digits.is_empty(), self.negative) {
            (true, _) => 0,
            (false, true) => -1,
            (false, false) => 1,
        }
    }

    fn compare_size(&self, other: &Self) -> Ordering {
        // INVARIANT: digits have no leading zeros, so the larger exponent is the larger number.
        self.exponent.cmp(&other.exponent).then_with(|| self.digits.cmp(&other.digits))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decimal(text: &str) -> Decimal {
        Decimal::parse(text).expect("a number")
    }

    #[test]
    fn compares_by_value_and_not_by_spelling() {
        for (left, right, expected) in [
            ("1", "1.0", Ordering::Equal),
            ("100", "1e2", Ordering::Equal),
            ("0", "-0.00", Ordering::Equal),
            ("0.001", "1E-3", Ordering::Equal),
            ("9007199254740993", "9007199254740992", Ordering::Greater),
            ("-2", "1", Ordering::Less),
            ("-2", "-1", Ordering::Less),
            ("10", "9", Ordering::Greater),
            ("0.1", "0.11", Ordering::Less),
            ("0", "0.1", Ordering::Less),
            ("0", "-0.1", Ordering::Greater),
            ("1e400", "1e399", Ordering::Greater),
        ] {
            assert_eq!(decimal(left).compare(&decimal(right)), expected, "{left} {right}");
        }
    }

    #[test]
    fn recognizes_integers() {
        for whole in ["0", "7", "7.0", "7e3", "70e-1", "-3"] {
            assert!(decimal(whole).is_integer(), "{whole}");
        }
        for fraction in ["0.5", "7.1", "7e-1", "-0.25"] {
            assert!(!decimal(fraction).is_integer(), "{fraction}");
        }
    }

    #[test]
    fn refuses_invalid_numbers_and_huge_exponents() {
        for text in ["", "-", "1.2.3", "1e", "abc", "1e999999999", "+1", " 1", ".5"] {
            assert_eq!(Decimal::parse(text), None, "{text}");
        }
    }
}
