//! Findings of `lint`: for each id an example that triggers it and one that just does not.

mod formats;
mod ids;
mod reusable;
