//! Random conditions, judged once more by trying all values of a small world.

use dispatch_guard::cli::workflow::condition::{Condition, Gate};
use proptest::prelude::*;

/// What the conditions can read.
#[derive(Clone, Copy)]
struct World {
    allowed: &'static str,
    event: &'static str,
    label: &'static str,
    failure: bool,
}

fn worlds() -> impl Iterator<Item = World> {
    let texts = ["push", "issues", "", "other"];
    ["true", "false", ""].into_iter().flat_map(move |allowed| {
        texts.into_iter().flat_map(move |event| {
            ["", "x"]
                .into_iter()
                .flat_map(move |label| [false, true].map(move |failure| World { allowed, event, label, failure }))
        })
    })
}

type Atom = (&'static str, fn(World) -> bool);

const ATOMS: [Atom; 14] = [
    ("needs.guard.outputs.allowed == 'true'", |world| world.allowed == "true"),
    ("'False' == needs.guard.outputs.allowed", |world| world.allowed == "false"),
    ("needs.guard.outputs.allowed != 'true'", |world| world.allowed != "true"),
    ("needs.guard.outputs.allowed == ''", |world| world.allowed.is_empty()),
    ("needs.guard.outputs.allowed", |world| !world.allowed.is_empty()),
    // A boolean is 1 or 0, the empty text 0, every other text no number.
    ("needs.guard.outputs.allowed == true", |_| false),
    ("needs.guard.outputs.allowed == false", |world| world.allowed.is_empty()),
    ("contains('true, false', needs.guard.outputs.allowed)", |_| true),
    ("startsWith(needs.guard.outputs.allowed, 'T')", |world| world.allowed == "true"),
    ("github.event_name == 'push'", |world| world.event == "push"),
    ("github.event_name != 'issues'", |world| world.event != "issues"),
    ("github.event.label.name", |world| !world.label.is_empty()),
    ("always()", |_| true),
    ("failure()", |world| world.failure),
];

#[derive(Debug, Clone)]
enum Tree {
    Atom(usize),
    Not(Box<Tree>),
    And(Vec<Tree>),
    Or(Vec<Tree>),
}

impl Tree {
    fn text(&self) -> String {
        let join = |parts: &[Tree], operator| parts.iter().map(Tree::text).collect::<Vec<_>>().join(operator);
        match self {
            Tree::Atom(index) => ATOMS[*index].0.to_owned(),
            Tree::Not(inner) => format!("!({})", inner.text()),
            Tree::And(parts) => format!("({})", join(parts, " && ")),
            Tree::Or(parts) => format!("({})", join(parts, "||")),
        }
    }

    fn holds(&self, world: World) -> bool {
        match self {
            Tree::Atom(index) => ATOMS[*index].1(world),
            Tree::Not(inner) => !inner.holds(world),
            Tree::And(parts) => parts.iter().all(|part| part.holds(world)),
            Tree::Or(parts) => parts.iter().any(|part| part.holds(world)),
        }
    }
}

fn trees() -> impl Strategy<Value = Tree> {
    (0..ATOMS.len()).prop_map(Tree::Atom).prop_recursive(4, 12, 3, |inner| {
        let parts = prop::collection::vec(inner.clone(), 1..4);
        prop_oneof![
            inner.prop_map(|tree| Tree::Not(Box::new(tree))),
            parts.clone().prop_map(Tree::And),
            parts.prop_map(Tree::Or),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(2000) })]

    #[test]
    fn a_condition_is_a_gate_if_and_only_if_it_holds_in_no_denied_world(tree in trees()) {
        let text = tree.text();
        let gate = Condition::read(&text).gate(&|path| path == ["needs", "guard", "outputs", "allowed"]);
        let can_hold = |is_allowed: bool| worlds().any(|world| (world.allowed == "true") == is_allowed && tree.holds(world));
        match (text.contains("allowed"), can_hold(true), can_hold(false)) {
            (true, true, false) => prop_assert_eq!(gate, Gate::Required, "{}", text),
            (true, false, false) => prop_assert!(matches!(gate, Gate::Required | Gate::Never), "{}: {:?}", text, gate),
            (true, false, true) => prop_assert_eq!(gate, Gate::OnDenial, "{}", text),
            (true, true, true) => prop_assert!(matches!(gate, Gate::Bypassed | Gate::AsText), "{}: {:?}", text, gate),
            (false, false, _) => prop_assert_eq!(gate, Gate::Required, "{}", text),
            (false, true, _) => {
                let needs_failure = worlds().all(|world| world.failure || !tree.holds(world));
                prop_assert_eq!(gate, if needs_failure { Gate::OnDenial } else { Gate::Missing }, "{}", text);
            }
        }
    }
}
