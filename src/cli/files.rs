//! The files that the command line reads.

/// The other files of the repository, by their paths from its root.
pub trait Files {
    /// The text of a file; `None` if it does not exist or is not text.
    fn read(&self, path: &str) -> Option<String>;
}
