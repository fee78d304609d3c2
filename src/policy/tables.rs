//! The tables of `docs/policy.md`, from [`super::grammar`]. That of the costs is in
//! `checks`, where the requests are made.

use super::field::TYPE_NAMES;
use super::grammar::{ANY, BLOCK, FIELD, KeyInfo, MAPPINGS, MAX_PATH_KEYS, Mapping, POLICY, RULE, Scope, Shape};
use super::pattern::PatternKind;
use crate::format::duration::describe_up_to;
use crate::github::event_name::EventName;

/// The tables of the documentation, each with its name. In Markdown.
pub fn tables() -> Vec<(&'static str, String)> {
    let mut tables = vec![("events", events_table())];
    tables.extend(
        MAPPINGS.iter().filter(|mapping| mapping.name != POLICY.name).map(|mapping| (mapping.name, table(mapping))),
    );
    tables
}

fn code(names: impl IntoIterator<Item = &'static str>) -> String {
    names.into_iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

/// Rows of cells as a Markdown table; the first is its head.
pub fn markdown(rows: &[Vec<String>]) -> String {
    let line = |row: &Vec<String>| format!("|{}\n", row.iter().map(|cell| cell_text(cell)).collect::<String>());
    let Some((head, body)) = rows.split_first() else { return String::new() };
    let rule = format!("|{}\n", " --- |".repeat(head.len()));
    line(head) + &rule + &body.iter().map(line).collect::<String>()
}

fn cell_text(cell: &str) -> String {
    if cell.is_empty() { " |".to_owned() } else { format!(" {cell} |") }
}

fn cells<const N: usize>(cells: [&str; N]) -> Vec<String> {
    cells.map(str::to_owned).to_vec()
}

fn events_table() -> String {
    let mut rows = vec![cells(["event", "keys that a rule can have", "required"])];
    for event in EventName::ALL {
        let keys =
            |is_in: &dyn Fn(&KeyInfo) -> bool| code(RULE.keys.iter().filter(|info| is_in(info)).map(|info| info.name));
        let own = keys(&|info| info.scope.includes_event(*event));
        let required = keys(&|info| info.required.includes_event(*event));
        rows.push(cells([&format!("`{}`", event.name()), &own, &required]));
    }
    markdown(&rows)
}

fn table(mapping: &Mapping) -> String {
    let is_scoped = mapping.keys.iter().any(|info| info.scope != Scope::Everywhere);
    let scope_title = if mapping.name == FIELD.name { "types" } else { "events" };
    let mut head = cells(["key", scope_title, "required", "value", "meaning"]);
    let mut rows: Vec<Vec<String>> = Vec::new();
    for info in mapping.keys {
        rows.push(vec![
            format!("`{}`", info.name),
            describe_scope(info.scope, "all"),
            describe_required(info),
            describe_shape(info.shape),
            info.help.to_owned(),
        ]);
    }
    if !is_scoped {
        head.remove(1);
        for row in &mut rows {
            row.remove(1);
        }
    }
    rows.insert(0, head);
    markdown(&rows)
}

fn describe_scope(scope: Scope, everywhere: &str) -> String {
    match scope {
        Scope::Everywhere => everywhere.to_owned(),
        Scope::Nowhere => String::new(),
        Scope::Events(events) if events.len() > 6 => {
            let others = EventName::ALL.iter().filter(|event| !events.contains(event));
            format!("all but {}", code(others.map(|event| event.name())))
        }
        Scope::Events(events) => code(events.iter().map(|event| event.name())),
        Scope::FieldTypes(names) => code(names.iter().copied()),
    }
}

/// `yes` also if it is required wherever it can be.
fn describe_required(info: &KeyInfo) -> String {
    if info.required == info.scope { "yes".to_owned() } else { describe_scope(info.required, "yes") }
}

fn describe_shape(shape: Shape) -> String {
    match shape {
        Shape::Version => "`1`".to_owned(),
        Shape::Events => "mapping of events to rules".to_owned(),
        Shape::Repositories => "list of `OWNER/NAME`".to_owned(),
        Shape::Slug => "slug".to_owned(),
        Shape::Types => "list of types".to_owned(),
        Shape::Patterns(PatternKind::Branch) => "list of branches or patterns".to_owned(),
        Shape::Patterns(PatternKind::Path) => "list of paths or patterns".to_owned(),
        Shape::Labels => "list of labels or patterns".to_owned(),
        Shape::ListOf(names) if names.len() > 6 => "list of names".to_owned(),
        Shape::ListOf(names) => format!("list of {}", code(names.iter().copied())),
        Shape::ListOfOrAny(names) => format!("`{ANY}`, or list of {}", code(names.iter().copied())),
        Shape::OneOf(names) => code(names.iter().copied()),
        Shape::Actors => "list of actors".to_owned(),
        Shape::Authors => format!("list of actors, or `{ANY}`"),
        Shape::Apps => "list of slugs".to_owned(),
        Shape::Boolean => "`true`, `false`".to_owned(),
        Shape::Integer(min, max) => format!("{min} to {max}"),
        Shape::Duration(longest) => describe_up_to(longest),
        Shape::Mapping(mapping) => format!("mapping, see [`{0}`](#{0})", mapping.name),
        Shape::Blocks(_) => format!("list of mappings of {}", code(BLOCK.keys.iter().map(|info| info.name))),
        Shape::Fields => "mapping of names to fields".to_owned(),
        Shape::Arguments => "mapping of names to arguments".to_owned(),
        Shape::Command => "name, list of names, or mapping".to_owned(),
        Shape::CommandNames => "name, or list of names".to_owned(),
        Shape::WorkflowPaths => "list of paths".to_owned(),
        Shape::WorkflowRefs => "list of `PATH@REF`".to_owned(),
        Shape::CheckRuns => "list of `NAME@APP`".to_owned(),
        Shape::FieldType => code(TYPE_NAMES),
        Shape::Path => format!("1 to {MAX_PATH_KEYS} keys, as `a.b.c`"),
        Shape::Default => "value of the type".to_owned(),
        Shape::Regex => "regular expression".to_owned(),
        Shape::Number => "number".to_owned(),
        Shape::Options => "list of texts".to_owned(),
    }
}
