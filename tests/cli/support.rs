//! A process in which nothing is real.

use std::collections::BTreeMap;

use dispatch_guard::cli::files::Files;
use dispatch_guard::cli::lint::{Finding, SourceFile, check_file};
use dispatch_guard::host::{Host, Request, Response, TransportError, TransportErrorKind};
use futures_util::future::{FutureExt, LocalBoxFuture};

/// The files of a repository.
#[derive(Default)]
pub struct Repository(pub BTreeMap<String, String>);

impl Repository {
    pub fn with(path: &str, text: &str) -> Self {
        Self(BTreeMap::from([(path.to_owned(), text.to_owned())]))
    }
}

impl Files for Repository {
    fn read(&self, path: &str) -> Option<String> {
        self.0.get(path).cloned()
    }
}

/// A host that is offline.
pub struct Offline;

impl Host for Offline {
    fn request<'a>(&'a self, _: &'a Request) -> LocalBoxFuture<'a, Result<Response, TransportError>> {
        let error = TransportError {
            kind: TransportErrorKind::Offline,
            message: "offline".to_owned(),
            may_have_been_received: false,
        };
        Box::pin(async { Err(error) })
    }

    fn sleep(&self, _: u32) -> LocalBoxFuture<'_, ()> {
        Box::pin(async {})
    }

    fn now(&self) -> u64 {
        1_790_000_000_000
    }

    fn random(&self, count: usize) -> Vec<u8> {
        vec![0; count]
    }

    fn verify_rs256<'a>(&'a self, _: &'a str, _: &'a [u8], _: &'a [u8]) -> LocalBoxFuture<'a, bool> {
        Box::pin(async { false })
    }

    fn mask(&self, _: &str) {}
}

/// The result of a future that waits for nothing.
pub fn now<T>(future: impl Future<Output = T>) -> T {
    Box::pin(future).now_or_never().expect("nothing to wait for")
}

/// The findings for a workflow outside of a repository.
pub fn findings(workflow: &str) -> Vec<Finding> {
    findings_in(workflow, &Repository::default())
}

pub fn findings_in(workflow: &str, files: &Repository) -> Vec<Finding> {
    check_file(&SourceFile { path: ".github/workflows/w.yml".to_owned(), text: workflow.to_owned() }, files)
}

/// The ids of findings but notes on pins, which every example here would have.
pub fn ids(findings: &[Finding]) -> Vec<&'static str> {
    findings.iter().map(|finding| finding.id).filter(|id| *id != "uses.unpinned").collect()
}
