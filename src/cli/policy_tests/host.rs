//! The host of a case: GitHub's answers from the test file.

use std::collections::BTreeMap;

use futures_util::future::LocalBoxFuture;

use super::file::{Answer, Case};
use crate::cli::files::Files;
use crate::host::{Host, Request, Response, TransportError};

/// Answers requests by their path below the API's address; a path without an answer is a 404.
pub struct TestHost<'a> {
    host: &'a dyn Host,
    answers: BTreeMap<String, (u16, String)>,
    now: Option<u64>,
}

impl<'a> TestHost<'a> {
    /// The host of a case.
    ///
    /// # Errors
    /// If an answer's file cannot be read.
    pub fn new(host: &'a dyn Host, case: &Case, files: &dyn Files) -> Result<Self, String> {
        let mut answers = BTreeMap::new();
        for (path, answer) in &case.answers {
            let answer = match answer {
                Answer::Found(document) => (200, document.read(files)?),
                Answer::Status(status) => (*status, refusal(*status)),
            };
            answers.insert(path.clone(), answer);
        }
        Ok(Self { host, answers, now: case.at })
    }
}

fn refusal(status: u16) -> String {
    let message = match status {
        401 => "Bad credentials",
        403 => "Resource not accessible by integration",
        404 => "Not Found",
        _ => "Refused by the policy test",
    };
    format!("{{\"message\":\"{message}\",\"status\":\"{status}\"}}")
}

/// The path below the API's address, with and without its query.
fn paths(url: &str) -> (&str, &str) {
    let after_scheme = url.split_once("://").map_or(url, |(_, rest)| rest);
    let path = after_scheme.split_once('/').map_or("", |(_, path)| path);
    let path = path.strip_prefix("api/v3/").unwrap_or(path);
    (path, path.split_once('?').map_or(path, |(path, _)| path))
}

impl Host for TestHost<'_> {
    fn request<'a>(&'a self, request: &'a Request) -> LocalBoxFuture<'a, Result<Response, TransportError>> {
        let (full, path) = paths(&request.url);
        let answer = self.answers.get(full).or_else(|| self.answers.get(path));
        let (status, body) = answer.cloned().unwrap_or_else(|| (404, refusal(404)));
        let headers = [("content-type".to_owned(), "application/json; charset=utf-8".to_owned())];
        Box::pin(async move { Ok(Response { status, headers: headers.into_iter().collect(), body }) })
    }

    fn sleep(&self, _: u32) -> LocalBoxFuture<'_, ()> {
        Box::pin(async {})
    }

    fn now(&self) -> u64 {
        self.now.unwrap_or_else(|| self.host.now())
    }

    fn random(&self, count: usize) -> Vec<u8> {
        self.host.random(count)
    }

    fn verify_rs256<'a>(&'a self, jwk: &'a str, data: &'a [u8], signature: &'a [u8]) -> LocalBoxFuture<'a, bool> {
        self.host.verify_rs256(jwk, data, signature)
    }

    fn mask(&self, _: &str) {}
}
