//! Small worlds: a few values for each fact of one kind of event, and what the contract says about every combination.
//!
//! Each world reads the contract once more, without a line of the product. Its states are numbered; a sample of them,
//! spread evenly, is decided by the product and compared, and over all of them one more demand never turns a no into a
//! yes. `STATES=1000000 cargo test --all-features --test core -- worlds` compares all of them.

mod comment;
mod dispatch;
mod evidence;
mod label;
mod push;
mod review;
mod source;

use crate::support::Scenario;

/// The digits of a state's number, each in the base of its fact.
pub struct Digits {
    rest: usize,
    /// How many states there are with the facts picked so far.
    count: usize,
}

impl Digits {
    /// The value of the next fact.
    pub fn pick<T: Copy>(&mut self, values: &[T]) -> T {
        let digit = self.rest % values.len();
        self.rest /= values.len();
        self.count *= values.len();
        values[digit]
    }
}

/// The facts of one kind of event.
pub trait SmallWorld: Sized {
    /// Reads the facts of a state.
    fn read(digits: &mut Digits) -> Self;

    /// The code that the contract gives.
    fn expected(&self) -> &'static str;

    /// The run.
    fn scenario(&self) -> Scenario;

    /// The same facts under each rule with one more demand.
    fn stricter(&self) -> Vec<Self>;

    /// The state of a number.
    fn state(number: usize) -> Self {
        Self::read(&mut Digits { rest: number, count: 1 })
    }

    /// How many states there are.
    fn count() -> usize {
        let mut digits = Digits { rest: 0, count: 1 };
        Self::read(&mut digits);
        digits.count
    }
}

/// How many states of each world the product decides, unless the variable `STATES` says another number.
const SAMPLE: usize = 700;

/// Compares the product with the reading, and checks that the reading knows these codes.
#[track_caller]
pub fn check<W: SmallWorld>(codes: &[&str]) {
    let count = W::count();
    let mut seen = std::collections::BTreeMap::<&str, usize>::new();
    for number in 0..count {
        let state = W::state(number);
        let expected = state.expected();
        *seen.entry(expected).or_default() += 1;
        if expected != "allowed" {
            let weaker = state.stricter().iter().any(|stricter| stricter.expected() == "allowed");
            assert!(!weaker, "state {number}: one more demand turns `{expected}` into `allowed`");
        }
    }
    for code in codes {
        assert!(seen.contains_key(code), "no state has the code `{code}`: {seen:?}");
    }
    assert_eq!(seen.len(), codes.len(), "{seen:?}");

    // A step that shares no factor with the bases of the facts reaches every value of each.
    let sample = std::env::var("STATES").map_or(SAMPLE, |number| number.parse().expect("a number"));
    let step = (count / sample).max(1);
    let step = (step..step + 210).find(|step| [2, 3, 5, 7].iter().all(|factor| step % factor != 0)).unwrap_or(1);
    for number in (0..count).step_by(step) {
        let state = W::state(number);
        state.scenario().expect_in(("state", number), state.expected());
    }
}
