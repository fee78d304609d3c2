//! What the fuzz targets share: a plain second reading of JSON to hold the core's own against, changes that keep a JSON
//! text readable, and the process without anything real in it that the core's tests have.

pub mod mutate;
pub mod number;
pub mod plain;
pub mod support;

/// A number that depends on all bytes of an input: which of several costly checks to make for it.
pub fn pick(data: &[u8], of: u64) -> u64 {
    let hash = data
        .iter()
        .fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3));
    (hash >> 32) % of
}
