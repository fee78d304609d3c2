//! HMAC-SHA-256 (RFC 2104).

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// The tag of a message under a key. INVARIANT: HMAC accepts keys of any length, so the result is never `None`.
pub fn sign(message: &[u8], key: &[u8]) -> Option<[u8; 32]> {
    Some(mac(key)?.chain_update(message).finalize().into_bytes().into())
}

/// Whether a tag is that of a message under a key. The comparison takes constant time.
pub fn verify(message: &[u8], key: &[u8], tag: &[u8; 32]) -> bool {
    mac(key).is_some_and(|mac| mac.chain_update(message).verify_slice(tag).is_ok())
}

fn mac(key: &[u8]) -> Option<Hmac<Sha256>> {
    Hmac::<Sha256>::new_from_slice(key).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_those_of_rfc_4231() {
        let long_key = [0xaa; 131];
        for (key, message, tag) in [
            (
                &b"Jefe"[..],
                &b"what do ya want for nothing?"[..],
                "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
            ),
            (
                &long_key,
                b"Test Using Larger Than Block-Size Key - Hash Key First",
                "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
            ),
        ] {
            let signed = sign(message, key).unwrap();
            assert_eq!(crate::text::hex(&signed), tag);
            assert!(verify(message, key, &signed));
        }
    }

    #[test]
    fn another_key_message_or_tag_does_not_verify() {
        let tag = sign(b"message", b"key").unwrap();
        assert!(!verify(b"message", b"kez", &tag));
        assert!(!verify(b"messagf", b"key", &tag));
        let mut other = tag;
        other[31] ^= 1;
        assert!(!verify(b"message", b"key", &other));
    }
}
