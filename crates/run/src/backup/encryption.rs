//! To whom the files of a backup are encrypted, and who opens them: age, with keys of X25519.

use std::path::Path;
use std::str::FromStr;

use super::BackupError;

/// `age1…`
#[derive(Clone)]
pub struct Recipient {
    pub(super) key: age::x25519::Recipient,
}

impl Recipient {
    pub fn parse(text: &str) -> Result<Recipient, BackupError> {
        let refused = |why: &str| BackupError::Recipient { recipient: shortened(text), why: why.to_string() };
        if text.starts_with("AGE-SECRET-KEY-") {
            return Err(refused("it is an identity, which belongs into no configuration; its recipient is `age1…`"));
        }
        match age::x25519::Recipient::from_str(text) {
            Ok(key) => Ok(Recipient { key }),
            Err(why) => Err(refused(why)),
        }
    }
}

impl std::fmt::Display for Recipient {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.key.fmt(f)
    }
}

impl std::fmt::Debug for Recipient {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Recipient({})", self.key)
    }
}

/// Somebody may have pasted a secret.
fn shortened(text: &str) -> String {
    let short: String = text.chars().take(12).collect();
    if short.len() < text.len() { format!("{short}…") } else { short }
}

/// The secret halves, from a file as `age-keygen` writes it. Nothing prints them.
pub struct Identities {
    pub(super) keys: Vec<Box<dyn age::Identity>>,
}

impl Identities {
    /// Nobody's: for what is not encrypted.
    pub fn none() -> Identities {
        Identities { keys: Vec::new() }
    }

    pub fn read(path: &Path) -> Result<Identities, BackupError> {
        let refused = |why: String| BackupError::Identity { path: path.to_path_buf(), why };
        let file = std::fs::File::open(path).map_err(BackupError::file("opening", path))?;
        let file = age::IdentityFile::from_buffer(std::io::BufReader::new(file))
            .map_err(|_| refused("it is no file as `age-keygen` writes it".to_string()))?;
        let keys = file.into_identities().map_err(|error| refused(error.to_string()))?;
        match keys.is_empty() {
            true => Err(refused("there are none in it".to_string())),
            false => Ok(Identities { keys }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_neither_taken_for_a_recipient_nor_printed() {
        let secret = "AGE-SECRET-KEY-1QQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQ";
        let error = Recipient::parse(secret).unwrap_err().to_string();
        assert!(!error.contains("QQQ"), "{error}");
        assert!(error.contains("it is an identity"), "{error}");
        assert!(Recipient::parse("bob@example.org").is_err());
        let key = age::x25519::Identity::generate().to_public();
        assert_eq!(Recipient::parse(&key.to_string()).unwrap().to_string(), key.to_string());
    }
}
