//! What the native tests share: a process for the core in which nothing is real.
//!
//! Requests are answered from a script, the clock moves only while the core waits, and everything that the core asks
//! for is written down. A test says in which scenario it is and what has to come of it.

#![allow(dead_code)] // Each test program uses a part.
#![allow(clippy::format_collect, clippy::needless_pass_by_value)]

pub mod github;
pub mod host;
pub mod normalize;
pub mod scenario;

pub use github::{account, set, without};
pub use host::Reply;
pub use scenario::{Decided, Scenario, policy};

/// The repository's directory.
pub fn root() -> std::path::PathBuf {
    std::path::PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Checks that a generated file is committed as it is generated. With the variable set it is written instead.
///
/// # Panics
/// Where it differs.
#[track_caller]
pub fn committed(path: &str, generated: &str, variable: &str) {
    let file = root().join(path);
    if std::env::var_os(variable).is_some() {
        std::fs::create_dir_all(file.parent().expect("a directory")).expect("a directory");
        std::fs::write(&file, generated).expect("a file");
    }
    let text = std::fs::read_to_string(&file).unwrap_or_default().replace("\r\n", "\n");
    let differs = text.lines().zip(generated.lines()).position(|(is, should)| is != should);
    let line = differs.unwrap_or_else(|| text.lines().count().min(generated.lines().count())) + 1;
    assert!(text == generated, "{path} is not up to date from line {line} on: run the tests with {variable}=1");
}
