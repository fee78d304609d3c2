//! GitHub's world, without judgement: its REST API, its events and the objects in both.

pub mod account;
pub mod changed_file;
pub mod check_run;
pub mod client;
pub mod commit_id;
pub mod error;
pub mod event;
pub mod event_name;
pub mod label_event;
pub mod pull_request;
pub mod response;
pub mod review;
pub mod url;
pub mod workflow_run;
