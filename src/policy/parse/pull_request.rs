//! What a pull request must be like.

use super::{Entry, PolicyParser};
use crate::format::yaml::Node;
use crate::policy::actor::is_slug;
use crate::policy::grammar::{
    ALLOW_OR_DENY, ANY, APPROVALS, ApprovalKey, BlockKey, FileKey, LabelKey, MappingKey, PullRequestKey,
};
use crate::policy::label::LabelPattern;
use crate::policy::pattern::PatternKind;
use crate::policy::{
    ApprovalRule, Authors, CheckRunName, Demands, FileRule, LabelRule, PullRequestRule, StateRule, defaults,
};
use crate::text::quote;

impl PolicyParser {
    pub fn pull_request(&mut self, node: &Node, path: &str) -> PullRequestRule {
        let mut rule = PullRequestRule::default();
        for Entry { key, path, value, .. } in self.mapping::<PullRequestKey>(node, path) {
            let demands = &mut rule.demands;
            match key {
                PullRequestKey::Base => rule.base = self.patterns(value, &path, PatternKind::Branch),
                PullRequestKey::Head => rule.head = self.patterns(value, &path, PatternKind::Branch),
                PullRequestKey::State => rule.state = self.one_of(value, &path, &StateRule::NAMES),
                PullRequestKey::Merged => rule.merged = self.boolean(value, &path),
                PullRequestKey::Drafts => {
                    rule.deny_drafts = self.one_of(value, &path, &ALLOW_OR_DENY) == Some(false);
                }
                PullRequestKey::Forks => rule.allow_forks = self.one_of(value, &path, &ALLOW_OR_DENY),
                PullRequestKey::LatePushes => {
                    rule.allow_late_pushes = self.one_of(value, &path, &ALLOW_OR_DENY) == Some(true);
                }
                PullRequestKey::Authors => demands.authors = self.authors(value, &path),
                PullRequestKey::Labels => demands.labels = self.label_rule(value, &path),
                PullRequestKey::Approvals => demands.approvals = self.approvals(value, &path),
                PullRequestKey::Files => demands.files = Some(self.files(value, &path)),
                PullRequestKey::Checks => demands.checks = self.check_runs(value, &path),
                PullRequestKey::Any => rule.any = self.blocks(value, &path),
            }
        }
        if rule.merged == Some(true) && rule.state == Some(StateRule::Open) {
            self.error(node.position, path, "`merged: true` and `state: open` can never hold together");
        }
        rule
    }

    fn blocks(&mut self, node: &Node, path: &str) -> Vec<Demands> {
        let elements = self.non_empty_list(node, path);
        elements.into_iter().map(|(element, path)| self.block(element, &path)).collect()
    }

    fn block(&mut self, node: &Node, path: &str) -> Demands {
        let mut demands = Demands::default();
        for Entry { key, path, value, .. } in self.mapping::<BlockKey>(node, path) {
            match key {
                BlockKey::Authors => demands.authors = self.authors(value, &path),
                BlockKey::Labels => demands.labels = self.label_rule(value, &path),
                BlockKey::Approvals => demands.approvals = self.approvals(value, &path),
                BlockKey::Files => demands.files = Some(self.files(value, &path)),
                BlockKey::Checks => demands.checks = self.check_runs(value, &path),
            }
        }
        if node.as_mapping().is_some_and(<[_]>::is_empty) {
            self.error(node.position, path, "the block is empty, so it would always hold; write what it demands");
        }
        demands
    }

    fn authors(&mut self, node: &Node, path: &str) -> Option<Authors> {
        if node.as_str() == Some(ANY) {
            return Some(Authors::Any);
        }
        self.actors(node, path).map(Authors::Listed)
    }

    fn label_rule(&mut self, node: &Node, path: &str) -> LabelRule {
        let mut rule = LabelRule::default();
        for Entry { key, path, value, .. } in self.mapping::<LabelKey>(node, path) {
            match key {
                LabelKey::All => rule.all = self.labels(value, &path),
                LabelKey::Any => rule.any = self.labels(value, &path),
                LabelKey::None => rule.none = self.labels(value, &path),
                LabelKey::SetBy => {
                    rule.set_by = self.actors(value, &path);
                    let is_label_list =
                        |name: &str| matches!(LabelKey::from_name(name), Some(LabelKey::All | LabelKey::Any));
                    let has_labels =
                        node.as_mapping().unwrap_or_default().iter().any(|(key, _)| is_label_list(&key.text));
                    if !has_labels {
                        self.error(
                            value.position,
                            &path,
                            "`set-by` is about the labels of `all` and `any`; give one of them",
                        );
                    }
                }
            }
        }
        if node.as_mapping().is_some_and(<[_]>::is_empty) {
            self.error(node.position, path, "the mapping is empty; give `all`, `any` or `none`");
        }
        if let Some(label) = required_and_forbidden(&rule) {
            self.error(node.position, path, format!("{} is required and forbidden", quote(label)));
        }
        rule
    }

    fn approvals(&mut self, node: &Node, path: &str) -> Option<ApprovalRule> {
        let mut min = defaults::MIN_APPROVALS;
        let mut by = None;
        for Entry { key, path, value, .. } in self.mapping::<ApprovalKey>(node, path) {
            match key {
                ApprovalKey::Min => min = self.integer(value, &path, APPROVALS).unwrap_or(min),
                ApprovalKey::By => by = self.actors(value, &path),
            }
        }
        by.map(|by| ApprovalRule { min, by })
    }

    fn files(&mut self, node: &Node, path: &str) -> FileRule {
        let mut rule = FileRule::default();
        for Entry { key, path, value, .. } in self.mapping::<FileKey>(node, path) {
            match key {
                FileKey::Only => rule.only = self.patterns(value, &path, PatternKind::Path),
                FileKey::None => rule.none = self.patterns(value, &path, PatternKind::Path),
            }
        }
        if node.as_mapping().is_some_and(<[_]>::is_empty) {
            self.error(node.position, path, "the mapping is empty; give `only` or `none`");
        }
        rule
    }

    fn check_runs(&mut self, node: &Node, path: &str) -> Vec<CheckRunName> {
        self.list_of(node, path, "check", |text| match text.rsplit_once('@') {
            Some((name, app)) if !name.trim().is_empty() && is_slug(app) => {
                Ok(CheckRunName { name: name.to_owned(), app: app.to_owned() })
            }
            _ => Err(format!(
                "{} is not a valid check; expected its name and the slug of the app that reports it, as \
                 `build@github-actions`",
                quote(text)
            )),
        })
    }
}

/// A label that a pull request must have and must not have.
pub fn required_and_forbidden(rule: &LabelRule) -> Option<&str> {
    let is_forbidden = |label: &&LabelPattern| {
        rule.none.iter().any(|pattern| match label.literal() {
            Some(name) => pattern.matches(name),
            None => pattern == *label,
        })
    };
    rule.all.iter().find(is_forbidden).map(LabelPattern::as_str)
}
