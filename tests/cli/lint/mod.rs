//! Findings of `lint`: for each id an example that triggers it and one that just does not.

mod conditions;
mod formats;
mod ids;
mod mistakes;
mod reusable;
mod workflows;
