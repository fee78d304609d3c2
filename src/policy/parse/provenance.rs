//! What must be proven about the sender of a dispatch.

use super::source::is_workflow_path;
use super::values::describe;
use super::{Entry, PolicyParser, join};
use crate::format::duration::{expected, parse_duration};
use crate::format::yaml::Node;
use crate::policy::grammar::{HOPS, LONGEST_MAX_AGE_SECS, MappingKey, ProvenanceKey};
use crate::policy::{Proof, ProvenanceRule, WorkflowRef};
use crate::text::quote;

impl PolicyParser {
    pub fn provenance(&mut self, node: &Node, path: &str) -> ProvenanceRule {
        let mut rule = ProvenanceRule::default();
        let mut has_workflows = false;
        for Entry { key, path, value, .. } in self.mapping::<ProvenanceKey>(node, path) {
            match key {
                ProvenanceKey::Require => {
                    rule.require = self.one_of(value, &path, &Proof::NAMES).unwrap_or_default();
                }
                ProvenanceKey::Workflows => {
                    has_workflows = true;
                    rule.workflows = self.list_of(value, &path, "workflow", workflow_ref);
                }
                ProvenanceKey::MaxAge => rule.max_age = self.duration(value, &path).unwrap_or(rule.max_age),
                ProvenanceKey::MaxHops => rule.max_hops = self.integer(value, &path, HOPS).unwrap_or(rule.max_hops),
            }
        }
        if matches!(rule.require, Proof::Run | Proof::Oidc) && !has_workflows {
            let message = format!("`require: {}` needs `workflows`: the workflows that may send", rule.require.name());
            self.error(node.position, path, message);
        }
        let tag = rule.workflows.iter().find(|workflow| workflow.git_ref.starts_with("refs/tags/"));
        if let (Proof::Run, Some(tag)) = (rule.require, tag) {
            let message = format!(
                "`require: run` identifies a run by its branch, so {} never matches; list `refs/heads/…`, or require `oidc`",
                quote(&tag.to_string())
            );
            self.error(node.position, &join(path, ProvenanceKey::Workflows.info().name), message);
        }
        rule
    }

    fn duration(&mut self, node: &Node, path: &str) -> Option<u64> {
        let seconds =
            node.as_str().and_then(parse_duration).filter(|seconds| (1..=LONGEST_MAX_AGE_SECS).contains(seconds));
        if seconds.is_none() {
            let message = format!("found {}, expected {}", describe(node), expected(LONGEST_MAX_AGE_SECS));
            self.error(node.position, path, message);
        }
        seconds
    }
}

/// `PATH@REF`: a workflow file and a full ref.
fn workflow_ref(text: &str) -> Result<WorkflowRef, String> {
    let is_full_ref = |git_ref: &str| {
        ["refs/heads/", "refs/tags/"].iter().any(|kind| git_ref.len() > kind.len() && git_ref.starts_with(kind))
    };
    match text.split_once('@') {
        Some((path, git_ref)) if is_workflow_path(path) && is_full_ref(git_ref) && !git_ref.contains('*') => {
            Ok(WorkflowRef { path: path.to_owned(), git_ref: git_ref.to_owned() })
        }
        _ => Err(format!(
            "{} is not a workflow at a ref; expected it as `.github/workflows/w2.yml@refs/heads/main`",
            quote(text)
        )),
    }
}
