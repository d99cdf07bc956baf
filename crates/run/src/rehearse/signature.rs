//! Who vouches for a receipt: an Ed25519 signature over all that it says.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::receipt::Receipt;

/// In base64.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signature {
    pub public_key: String,
    pub value: String,
}

/// A private key. It shows itself to nobody.
pub struct Key(Ed25519KeyPair);

#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum KeyError {
    #[error("the key is no Ed25519 key: `openssl genpkey -algorithm ed25519` makes one")]
    NoKey,
    #[error("it is no public Ed25519 key: `openssl pkey -in KEY -pubout` prints that of a private one")]
    NoPublicKey,
    #[error("it is a private key: whoever only verifies is to have the public one, `openssl pkey -in KEY -pubout`")]
    Private,
}

/// The half of a key that everybody may have: it tells who signed, and signs nothing. In base64, as receipts have it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicKey(String);

/// What comes before the 32 bytes of an Ed25519 key in its PEM (RFC 8410).
const SPKI: [u8; 12] = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];

impl PublicKey {
    /// Of a file in PEM, as OpenSSL writes it, or of the base64 that `Key::public` prints.
    pub fn read(text: &str) -> Result<PublicKey, KeyError> {
        if text.contains("PRIVATE KEY") {
            return Err(KeyError::Private);
        }
        let inner: String = text.lines().filter(|line| !line.starts_with("-----")).map(str::trim).collect();
        let bytes = STANDARD.decode(inner).map_err(|_| KeyError::NoPublicKey)?;
        let key = bytes.strip_prefix(&SPKI).unwrap_or(&bytes);
        match key.len() {
            32 => Ok(PublicKey(STANDARD.encode(key))),
            _ => Err(KeyError::NoPublicKey),
        }
    }

    /// As somebody has named it, in a place where nothing can be refused: with what is no key nothing was ever signed, so
    /// that a gate which asks for it stays shut.
    pub fn named(text: &str) -> PublicKey {
        PublicKey::read(text).unwrap_or_else(|_| PublicKey(text.trim().to_string()))
    }

    pub fn text(&self) -> &str {
        &self.0
    }
}

/// Whether a receipt says what was signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signed {
    Well,
    /// By somebody else's key.
    ByAnother,
    /// It says something else than was signed.
    Wrong,
    Not,
}

impl Key {
    /// Of a file in PEM, as OpenSSL writes it, or of its base64 alone.
    pub fn read(text: &str) -> Result<Key, KeyError> {
        let inner: String = text.lines().filter(|line| !line.starts_with("-----")).map(str::trim).collect();
        let bytes = STANDARD.decode(inner).map_err(|_| KeyError::NoKey)?;
        let pair = Ed25519KeyPair::from_pkcs8_maybe_unchecked(&bytes);
        pair.map(Key).map_err(|_| KeyError::NoKey)
    }

    pub fn public(&self) -> PublicKey {
        PublicKey(STANDARD.encode(self.0.public_key().as_ref()))
    }

    pub fn sign(&self, receipt: &mut Receipt) -> Result<(), serde_json::Error> {
        receipt.signature = None;
        let value = STANDARD.encode(self.0.sign(&said(receipt)?).as_ref());
        receipt.signature = Some(Signature { public_key: self.public().0, value });
        Ok(())
    }
}

impl Receipt {
    /// Whether it was signed with the private half of this key, and says what it said then.
    pub fn signed_by(&self, public_key: &PublicKey) -> Signed {
        let Some(signature) = &self.signature else { return Signed::Not };
        if signature.public_key != public_key.0 {
            return Signed::ByAnother;
        }
        let bare = Receipt { signature: None, ..self.clone() };
        let (Ok(said), Ok(key), Ok(value)) =
            (said(&bare), STANDARD.decode(&signature.public_key), STANDARD.decode(&signature.value))
        else {
            return Signed::Wrong;
        };
        match UnparsedPublicKey::new(&ED25519, key).verify(&said, &value) {
            Ok(()) => Signed::Well,
            Err(_) => Signed::Wrong,
        }
    }
}

/// Fields are written in the order of the type, so that one value is one text.
fn said(receipt: &Receipt) -> Result<Vec<u8>, serde_json::Error> {
    serde_json::to_vec(receipt)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The secret of RFC 8032, section 7.1, test 1, which everybody knows.
    const PEM: &str = "-----BEGIN PRIVATE KEY-----\n\
                       MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g\n\
                       -----END PRIVATE KEY-----\n";

    #[test]
    fn a_key_is_read_as_openssl_writes_it() {
        let key = Key::read(PEM).unwrap();
        assert_eq!(key.public().text(), "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=");
        assert_eq!(Key::read("bm8=").err(), Some(KeyError::NoKey));
        assert_eq!(Key::read("-----BEGIN RSA").err(), Some(KeyError::NoKey));
    }

    #[test]
    fn its_public_half_is_read_as_openssl_writes_it_and_nothing_else_is() {
        let pem = "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\n\
                   -----END PUBLIC KEY-----\n";
        let public = Key::read(PEM).unwrap().public();
        assert_eq!(PublicKey::read(pem).as_ref(), Ok(&public));
        assert_eq!(PublicKey::read(public.text()).as_ref(), Ok(&public));
        assert_eq!(PublicKey::read(PEM), Err(KeyError::Private));
        for text in ["", "bm8=", "not base64", &pem.replace("MCowBQ", "MCowBR")] {
            assert_eq!(PublicKey::read(text), Err(KeyError::NoPublicKey), "{text}");
        }
    }
}
