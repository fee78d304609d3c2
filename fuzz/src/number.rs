//! Decimal numbers written out digit by digit, so that comparing them is comparing texts.

use std::cmp::Ordering;

/// Numbers with larger exponents are not written out, but for zero.
const MAX_EXPONENT: i64 = 2000;
/// The core takes no larger ones.
const MOST_OF_ZERO: i64 = 100_000;

/// A number in JSON's grammar without an exponent: sign, digits before the point, digits behind it, no zeros around.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    negative: bool,
    whole: String,
    fraction: String,
}

impl Written {
    /// Writes a number out; nothing where that would take too many digits.
    pub fn new(text: &str) -> Option<Self> {
        let (text, exponent) = match text.split_once(['e', 'E']) {
            Some((text, exponent)) => (text, exponent.parse::<i64>().ok()?),
            None => (text, 0),
        };
        let is_zero = !text.contains(|letter| matches!(letter, '1'..='9'));
        let exponent = if is_zero && exponent.abs() <= MOST_OF_ZERO { 0 } else { exponent };
        if exponent.abs() > MAX_EXPONENT {
            return None;
        }
        let (negative, text) = text.strip_prefix('-').map_or((false, text), |text| (true, text));
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        let zeros = "0".repeat(usize::try_from(exponent.abs()).ok()?);
        let digits =
            if exponent < 0 { format!("{zeros}{whole}{fraction}") } else { format!("{whole}{fraction}{zeros}") };
        let point = if exponent < 0 { whole.len() } else { whole.len() + zeros.len() };
        let (whole, fraction) = digits.split_at(point);
        let (whole, fraction) = (whole.trim_start_matches('0'), fraction.trim_end_matches('0'));
        Some(Self { negative: negative && !is_zero, whole: whole.to_owned(), fraction: fraction.to_owned() })
    }

    /// Whether nothing stands behind the point.
    pub fn is_whole(&self) -> bool {
        self.fraction.is_empty()
    }

    /// Which of two is larger.
    pub fn compare(&self, other: &Self) -> Ordering {
        let size = |one: &Self, two: &Self| {
            let whole = one.whole.len().cmp(&two.whole.len()).then_with(|| one.whole.cmp(&two.whole));
            whole.then_with(|| one.fraction.cmp(&two.fraction))
        };
        match (self.negative, other.negative) {
            (false, true) => Ordering::Greater,
            (true, false) => Ordering::Less,
            (false, false) => size(self, other),
            (true, true) => size(other, self),
        }
    }
}

/// Whether a double keeps the number's digits: what Rust prints of it has the same value. Nothing where that cannot be
/// told here.
pub fn is_exact_double(text: &str) -> Option<bool> {
    let written = Written::new(text)?;
    let double: f64 = text.parse().ok()?;
    Some(double.is_finite() && Written::new(&double.to_string())? == written)
}

/// Whether every reader keeps the number: 64 bits, signed or not, or a double. Nothing where that cannot be told here.
pub fn is_kept(text: &str) -> Option<bool> {
    if text.parse::<i64>().is_ok() || text.parse::<u64>().is_ok() { Some(true) } else { is_exact_double(text) }
}
