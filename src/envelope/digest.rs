//! What a proof is bound to: the SHA-256 of a dispatch in canonical form, and the HMAC over it.

use std::fmt;

use sha2::{Digest as _, Sha256};

use crate::envelope::ENVELOPE_KEY;
use crate::format::json::{Json, Object};
use crate::format::{canonical_json, hmac};
use crate::text::{hex, quote};

/// The prefix of a signature, before its hex digits.
const SIGNATURE_PREFIX: &str = "sha256=";
/// The prefix of an ID token's audience, before the digest, so that a token for another purpose never matches.
const AUDIENCE_PREFIX: &str = "dispatch-guard:";
/// The keys of the envelope that contain the proofs themselves, which cannot be part of what they prove.
const PROOF_KEYS: [&str; 2] = ["signature", "oidc"];

/// SHA-256 of a dispatch: of the RFC 8785 form of `{"client_payload": …, "event_type": …, "repository_id": …}`, the
/// payload without its envelope's proofs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Digest([u8; 32]);

/// Why a dispatch has no digest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DigestError {
    /// A number that an IEEE 754 double does not hold: RFC 8785 would write another one, and two payloads would
    /// share a digest.
    Inexact(String),
    /// The payload cannot be written canonically, such as one with a repeated key.
    Ambiguous(String),
}

impl fmt::Display for DigestError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            DigestError::Inexact(number) => {
                write!(out, "the number {} has more digits or a larger exponent than can be signed", quote(number))
            }
            DigestError::Ambiguous(why) => write!(out, "the payload has no canonical form: {why}"),
        }
    }
}

impl Digest {
    /// The digest of a dispatch to the repository with an id.
    ///
    /// # Errors
    /// If the payload has no exact canonical form.
    pub fn compute(payload: &Json, event_type: &str, repository_id: u64) -> Result<Self, DigestError> {
        let canonical = canonical(&digest_input(payload, event_type, repository_id))?;
        Ok(Self(Sha256::digest(&canonical).into()))
    }

    /// The digest as 64 lower-case hex digits.
    pub fn hex(&self) -> String {
        hex(&self.0)
    }

    /// The digest's bytes.
    pub fn bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The audience that an ID token for this dispatch has to have.
    pub fn audience(&self) -> String {
        format!("{AUDIENCE_PREFIX}{}", self.hex())
    }

    /// The signature for an envelope: `sha256=` and the hex of HMAC-SHA-256 over the digest's 32 bytes.
    pub fn sign(&self, key: &[u8]) -> Option<String> {
        Some(format!("{SIGNATURE_PREFIX}{}", hex(&hmac::sign(&self.0, key)?)))
    }
}

/// The bytes of a signature written as `sha256=` and 64 lower-case hex digits; `None` for any other text.
pub fn parse_signature(text: &str) -> Option<[u8; 32]> {
    let digits = text.strip_prefix(SIGNATURE_PREFIX)?;
    let mut tag = [0; 32];
    let decoded = base16ct::lower::decode(digits, &mut tag).ok()?.len();
    (decoded == tag.len()).then_some(tag)
}

/// The canonical JSON of a value (RFC 8785).
///
/// # Errors
/// If a number would be rounded, or a key is repeated.
pub fn canonical(value: &Json) -> Result<Vec<u8>, DigestError> {
    if let Some(number) = value.first_inexact_number() {
        return Err(DigestError::Inexact(number.to_owned()));
    }
    if let Some(key) = value.repeated_key() {
        return Err(DigestError::Ambiguous(format!("the key {} is repeated", quote(key))));
    }
    let canonical = canonical_json::canonicalize(&value.to_compact()).map(String::into_bytes);
    canonical.ok_or_else(|| DigestError::Ambiguous("it cannot be serialized".to_owned()))
}

/// The value whose canonical form is digested.
fn digest_input(payload: &Json, event_type: &str, repository_id: u64) -> Json {
    let mut payload = payload.clone();
    if let Json::Object(members) = &mut payload
        && let Some(Json::Object(envelope)) = members.get(ENVELOPE_KEY)
    {
        let mut bare = envelope.clone();
        for key in PROOF_KEYS {
            bare.remove(key);
        }
        members.set(ENVELOPE_KEY, Json::Object(bare));
    }
    Json::Object(Object::from_iter([
        ("client_payload".to_owned(), payload),
        ("event_type".to_owned(), Json::string(event_type)),
        ("repository_id".to_owned(), Json::integer(repository_id)),
    ]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::json;

    fn root(text: &str) -> Json {
        json::parse(text.as_bytes()).unwrap().root
    }

    fn canonical_text(text: &str) -> String {
        String::from_utf8(canonical(&root(text)).unwrap()).unwrap()
    }

    const PAYLOAD: &str = r#"{"pr":7,"chart":"redis","_guard":{"v":1,"nonce":"00112233445566778899aabbccddeeff",
        "issued_at":1790000000,"hops":1,"signature":"sha256=00","oidc":"a.b.c"}}"#;

    #[test]
    fn numbers_are_written_as_appendix_b_of_the_rfc_says() {
        for (bits, text) in [
            (0x0000_0000_0000_0000_u64, "0"),
            (0x8000_0000_0000_0000, "0"),
            (0x0000_0000_0000_0001, "5e-324"),
            (0x8000_0000_0000_0001, "-5e-324"),
            (0x7fef_ffff_ffff_ffff, "1.7976931348623157e+308"),
            (0xffef_ffff_ffff_ffff, "-1.7976931348623157e+308"),
            (0x4340_0000_0000_0000, "9007199254740992"),
            (0xc340_0000_0000_0000, "-9007199254740992"),
            (0x4430_0000_0000_0000, "295147905179352830000"),
            (0x44b5_2d02_c7e1_4af5, "9.999999999999997e+22"),
            (0x44b5_2d02_c7e1_4af6, "1e+23"),
            (0x44b5_2d02_c7e1_4af7, "1.0000000000000001e+23"),
            (0x444b_1ae4_d6e2_ef4e, "999999999999999700000"),
            (0x444b_1ae4_d6e2_ef4f, "999999999999999900000"),
            (0x444b_1ae4_d6e2_ef50, "1e+21"),
            (0x3eb0_c6f7_a0b5_ed8c, "9.999999999999997e-7"),
            (0x3eb0_c6f7_a0b5_ed8d, "0.000001"),
            (0x41b3_de43_5555_5553, "333333333.3333332"),
            (0x41b3_de43_5555_5554, "333333333.33333325"),
            (0x41b3_de43_5555_5555, "333333333.3333333"),
            (0x41b3_de43_5555_5556, "333333333.3333334"),
            (0x41b3_de43_5555_5557, "333333333.33333343"),
            (0xbecb_f647_612f_3696, "-0.0000033333333333333333"),
        ] {
            let written = format!("{:e}", f64::from_bits(bits));
            assert_eq!(canonical_text(&written), text, "{bits:016x} as {written}");
            assert_eq!(canonical_text(text), text);
        }
        // The last one is halfway between two decimals, of which the even one is right.
        assert_eq!("1424953923781206.2".parse(), Ok(f64::from_bits(0x4314_3ff3_c1cb_0959)));
        assert_eq!(canonical_text("1424953923781206.2"), "1424953923781206.2");
        assert!(canonical(&root("1424953923781206.3")).is_err());
    }

    #[test]
    fn the_examples_of_the_rfc() {
        // Section 3.2.2, with the one number of it that is not what a double prints as in the form that is.
        let text = r#"{"numbers":[333333333.3333333,1E30,4.50,2e-3,0.000000000000000000000000001],
            "string":"\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/","literals":[null,true,false]}"#;
        let expected = concat!(
            r#"{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"#,
            r#""string":"€$\u000f\nA'B\"\\\\\"/"}"#
        );
        assert_eq!(canonical_text(text), expected);
        // Section 3.2.3: keys are sorted by their UTF-16 code units, not by their code points.
        let text = r#"{"\u20ac":1,"\r":2,"\ufb33":3,"1":4,"\ud83d\ude00":5,"\u0080":6,"\u00f6":7}"#;
        let expected = "{\"\\r\":2,\"1\":4,\"\u{80}\":6,\"ö\":7,\"€\":1,\"😀\":5,\"\u{fb33}\":3}";
        assert_eq!(canonical_text(text), expected);
    }

    #[test]
    fn text_is_left_as_it_is() {
        assert_eq!(canonical_text(r#""\u0065\u0301\u00e9\u2028\u007f/\/""#), "\"e\u{301}é\u{2028}\u{7f}//\"");
        assert_eq!(canonical_text(r#""\b\t\n\f\r\u0000\u001f""#), r#""\b\t\n\f\r\u0000\u001f""#);
        assert_eq!(canonical_text(r#"{ "b" : [ ] , "a" : { } , "" : 1 }"#), r#"{"":1,"a":{},"b":[]}"#);
        assert_eq!(canonical_text(r"[-0,-0.0,1.0,1e0,100E-2]"), "[0,0,1,1,1]");
    }

    #[test]
    fn numbers_that_would_share_a_digest_are_refused() {
        for number in
            ["9007199254740993", "333333333.33333329", "1e400", "1e-400", "0.1000000000000000055511151231257827"]
        {
            let payload = root(&format!(r#"{{"a":[{{"b":{number}}}]}}"#));
            let error = Digest::compute(&payload, "x", 1).unwrap_err();
            assert_eq!(error, DigestError::Inexact(number.to_owned()));
            assert!(error.to_string().contains(number));
        }
        assert!(matches!(Digest::compute(&root("{}"), "x", 9_007_199_254_740_993), Err(DigestError::Inexact(_))));
    }

    #[test]
    fn a_repeated_key_has_no_digest() {
        assert!(matches!(Digest::compute(&root(r#"{"a":1,"a":1}"#), "x", 1), Err(DigestError::Ambiguous(_))));
    }

    #[test]
    fn the_digest_is_over_payload_type_and_repository_without_the_proofs() {
        let digest = Digest::compute(&root(PAYLOAD), "chart-pr-created", 1001).unwrap();
        let subject = concat!(
            r#"{"client_payload":{"_guard":{"hops":1,"issued_at":1790000000,"#,
            r#""nonce":"00112233445566778899aabbccddeeff","v":1},"chart":"redis","pr":7},"#,
            r#""event_type":"chart-pr-created","repository_id":1001}"#
        );
        assert_eq!(digest.hex(), hex(&Sha256::digest(subject)));
        assert_eq!(digest.audience(), format!("dispatch-guard:{}", digest.hex()));

        for (from, to) in [("sha256=00", "sha256=11"), ("a.b.c", "d.e.f"), (r#","oidc":"a.b.c""#, ""), ("\n", "")] {
            let payload = PAYLOAD.replace(from, to);
            assert_ne!(payload, PAYLOAD);
            assert_eq!(Digest::compute(&root(&payload), "chart-pr-created", 1001), Ok(digest), "{to}");
        }
        for (from, to) in [("redis", "redit"), ("\"v\":1", "\"v\":2"), ("aabb", "aabc"), ("\"pr\":7", "\"pr\":\"7\"")] {
            let payload = PAYLOAD.replace(from, to);
            assert_ne!(payload, PAYLOAD);
            assert_ne!(Digest::compute(&root(&payload), "chart-pr-created", 1001), Ok(digest), "{to}");
        }
        assert_ne!(Digest::compute(&root(PAYLOAD), "chart-pr-create", 1001), Ok(digest));
        assert_ne!(Digest::compute(&root(PAYLOAD), "chart-pr-created", 1002), Ok(digest));
        // Keys of the same names elsewhere are the payload's own.
        let payload = root(r#"{"signature":"a","x":{"oidc":"b"}}"#);
        let other = root(r#"{"signature":"a","x":{"oidc":"c"}}"#);
        assert_ne!(Digest::compute(&payload, "x", 1), Digest::compute(&other, "x", 1));
    }

    #[test]
    fn signatures_are_openssls_and_bound_to_key_and_digest() {
        // head -c 32 /dev/zero | openssl dgst -sha256 -hmac key
        let digest = Digest([0; 32]);
        let signature = digest.sign(b"key").unwrap();
        let tag = parse_signature(&signature).unwrap();
        assert!(hmac::verify(digest.bytes(), b"key", &tag));
        assert!(!hmac::verify(digest.bytes(), b"kez", &tag));
        assert!(!hmac::verify(&[1; 32], b"key", &tag));
        for bit in 0..256 {
            let mut other = tag;
            other[bit / 8] ^= 1 << (bit % 8);
            assert!(!hmac::verify(digest.bytes(), b"key", &other), "bit {bit}");
        }
        // A key longer than a block of SHA-256 is hashed first.
        let long = [b'k'; 100];
        let hashed = Sha256::digest(long);
        assert_eq!(digest.sign(&long), digest.sign(&hashed));
        assert_eq!(signature, "sha256=f7ce443554b62f0a6aa18ca2bdc213a5c4af495cca2adba7ae1cc2979445344f");
    }

    #[test]
    fn a_signature_has_one_form() {
        let digits = "0123456789abcdef".repeat(4);
        assert!(parse_signature(&format!("sha256={digits}")).is_some());
        for text in [
            String::new(),
            digits.clone(),
            format!("sha1={digits}"),
            format!("sha256={}", &digits[1..]),
            format!("sha256={digits}0"),
            format!("sha256={}", digits.to_uppercase()),
            format!("SHA256={digits}"),
            format!("sha256= {}", &digits[1..]),
            format!("sha256={digits}\n"),
            format!("sha256={}", "é".repeat(32)),
        ] {
            assert_eq!(parse_signature(&text), None, "{text:?}");
        }
    }
}
