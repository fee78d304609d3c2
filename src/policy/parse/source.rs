//! The run that a `workflow_run` event reports.

use super::{Entry, PolicyParser};
use crate::format::yaml::Node;
use crate::policy::grammar::{ALLOW_OR_DENY, ANY, CONCLUSIONS, SourceKey, TRIGGERS};
use crate::policy::pattern::PatternKind;
use crate::policy::{SourceRule, defaults};
use crate::text::quote;

impl PolicyParser {
    pub fn source(&mut self, node: &Node, path: &str) -> Option<SourceRule> {
        node.as_mapping().or_else(|| {
            self.error(node.position, path, format!("found {}, expected a mapping", node.type_name()));
            None
        })?;
        let default = defaults::CONCLUSIONS.iter().map(|name| (*name).to_owned()).collect();
        let mut rule = SourceRule { conclusions: Some(default), ..SourceRule::default() };
        for Entry { key, path, value, .. } in self.mapping::<SourceKey>(node, path) {
            match key {
                SourceKey::Workflows => rule.workflows = self.list_of(value, &path, "workflow", workflow_path),
                SourceKey::Events => rule.events = Some(self.list_out_of(value, &path, "event", &TRIGGERS)),
                SourceKey::Conclusions => {
                    let is_any = value.as_str() == Some(ANY);
                    let list = |parser: &mut Self| parser.list_out_of(value, &path, "conclusion", &CONCLUSIONS);
                    rule.conclusions = if is_any { None } else { Some(list(self)) };
                }
                SourceKey::Branches => rule.branches = self.patterns(value, &path, PatternKind::Branch),
                SourceKey::Forks => {
                    rule.allow_forks = self.one_of(value, &path, &ALLOW_OR_DENY).unwrap_or_default();
                }
            }
        }
        Some(rule)
    }
}

/// Whether the text is the path of a workflow file. GitHub runs only those right under `.github/workflows`.
pub fn is_workflow_path(text: &str) -> bool {
    let Some(file) = text.strip_prefix(".github/workflows/") else { return false };
    let name = file.strip_suffix(".yml").or_else(|| file.strip_suffix(".yaml")).unwrap_or_default();
    !name.is_empty() && !file.contains(['/', '*', '@'])
}

fn workflow_path(text: &str) -> Result<String, String> {
    if is_workflow_path(text) {
        return Ok(text.to_owned());
    }
    let why = if text.contains('*') { "wildcards are not supported; " } else { "" };
    Err(format!(
        "{} is not the path of a workflow file; {why}expected it as `.github/workflows/ci.yml`, since names are the sender's \
         to choose",
        quote(text)
    ))
}
