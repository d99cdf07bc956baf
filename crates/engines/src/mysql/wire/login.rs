//! How one says who one is: the server's greeting, encryption, and the ways to show a password.

use ring::digest::{Context, Digest, SHA1_FOR_LEGACY_USE_ONLY, SHA256};
use whimbrel_run::DriverError;

use super::super::settings::{Settings, wrong};
use super::packet::Cursor;

const LONG_PASSWORD: u32 = 1;
const LONG_FLAG: u32 = 1 << 2;
const WITH_DATABASE: u32 = 1 << 3;
const PROTOCOL_41: u32 = 1 << 9;
pub const TLS: u32 = 1 << 11;
const TRANSACTIONS: u32 = 1 << 13;
const SECURE: u32 = 1 << 15;
const PLUGINS: u32 = 1 << 19;
const LONG_ANSWER: u32 = 1 << 21;

pub const NATIVE: &str = "mysql_native_password";

/// `utf8mb4_general_ci`, which every server since 5.5 knows.
const UTF8MB4: u8 = 45;
const MOST: u32 = 1 << 24;

/// What the server says first.
pub struct Greeting {
    pub version: String,
    pub can: u32,
    /// Mixed into the password, so that what is sent is of use only once.
    pub salt: Vec<u8>,
    pub plugin: String,
}

pub fn greeting(message: &[u8]) -> Option<Greeting> {
    let mut cursor = Cursor::new(message);
    if cursor.number(1)? != 10 {
        return None;
    }
    let version = String::from_utf8_lossy(cursor.until_zero()?).into_owned();
    cursor.bytes(4)?;
    let mut salt = cursor.bytes(8)?.to_vec();
    cursor.bytes(1)?;
    let low = cursor.number(2)?;
    cursor.bytes(3)?;
    let high = cursor.number(2)?;
    let length = usize::try_from(cursor.number(1)?).ok()?;
    cursor.bytes(10)?;
    let second = cursor.bytes(length.saturating_sub(8).max(13))?;
    salt.extend(second.strip_suffix(&[0]).unwrap_or(second));
    let plugin = cursor.until_zero().map(|name| String::from_utf8_lossy(name).into_owned()).unwrap_or_default();
    Some(Greeting { version, can: u32::try_from(low | high << 16).ok()?, salt, plugin })
}

/// What asks for encryption, and is then said again within it.
pub fn head(tls: bool) -> Vec<u8> {
    let mut wants =
        LONG_PASSWORD | LONG_FLAG | WITH_DATABASE | PROTOCOL_41 | TRANSACTIONS | SECURE | PLUGINS | LONG_ANSWER;
    if tls {
        wants |= TLS;
    }
    let mut message = wants.to_le_bytes().to_vec();
    message.extend(MOST.to_le_bytes());
    message.push(UTF8MB4);
    message.extend([0; 23]);
    message
}

/// Who it is, and what shows it.
pub fn hello(settings: &Settings, tls: bool, plugin: &str, answer: &[u8]) -> Result<Vec<u8>, DriverError> {
    let length = u8::try_from(answer.len()).ok().filter(|length| *length <= 250);
    let length = length.ok_or_else(|| wrong("the password is longer than the server takes"))?;
    let mut message = head(tls);
    message.extend(settings.user.as_bytes());
    message.extend([0, length]);
    message.extend(answer);
    message.extend(settings.database.as_bytes());
    message.push(0);
    message.extend(plugin.as_bytes());
    message.push(0);
    Ok(message)
}

/// What shows the password in the way that the server asks for. `private` is a wire that nobody listens in on.
pub fn answer(plugin: &str, password: &str, salt: &[u8], private: bool) -> Result<Vec<u8>, DriverError> {
    match plugin {
        NATIVE | "" => Ok(native(password, salt)),
        "caching_sha2_password" => Ok(caching_sha2(password, salt)),
        "mysql_clear_password" | "sha256_password" if password.is_empty() => Ok(vec![0]),
        "mysql_clear_password" | "sha256_password" if private => Ok(clear(password)),
        "mysql_clear_password" | "sha256_password" => Err(in_the_open(plugin)),
        other => Err(wrong(format!(
            "this user logs in by `{other}`, which whimbrel does not: name one that logs in by a password \
             (`mysql_native_password`, `caching_sha2_password`)"
        ))),
    }
}

pub fn in_the_open(plugin: &str) -> DriverError {
    let message = format!(
        "this user's password (`{plugin}`) would have to go over the network in the open: ask for encryption with \
         `ssl_mode=REQUIRED`, or use a unix socket"
    );
    wrong(message)
}

pub fn clear(password: &str) -> Vec<u8> {
    let mut answer = password.as_bytes().to_vec();
    answer.push(0);
    answer
}

fn native(password: &str, salt: &[u8]) -> Vec<u8> {
    if password.is_empty() {
        return Vec::new();
    }
    let sha1 = |parts: &[&[u8]]| digest(&SHA1_FOR_LEGACY_USE_ONLY, parts);
    let once = sha1(&[password.as_bytes()]);
    let twice = sha1(&[once.as_ref()]);
    mixed(&once, &sha1(&[salt, twice.as_ref()]))
}

fn caching_sha2(password: &str, salt: &[u8]) -> Vec<u8> {
    if password.is_empty() {
        return Vec::new();
    }
    let sha256 = |parts: &[&[u8]]| digest(&SHA256, parts);
    let once = sha256(&[password.as_bytes()]);
    let twice = sha256(&[once.as_ref()]);
    mixed(&once, &sha256(&[twice.as_ref(), salt]))
}

fn digest(algorithm: &'static ring::digest::Algorithm, parts: &[&[u8]]) -> Digest {
    let mut context = Context::new(algorithm);
    parts.iter().for_each(|part| context.update(part));
    context.finish()
}

fn mixed(one: &Digest, other: &Digest) -> Vec<u8> {
    one.as_ref().iter().zip(other.as_ref()).map(|(one, other)| one ^ other).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    /// What a server keeps of a password is a digest of a digest; it finds the first again from the answer.
    #[test]
    fn an_answer_shows_the_password_to_who_knows_its_digest() {
        let salt: Vec<u8> = (1..=20).collect();
        for (plugin, algorithm, salt_first) in
            [("mysql_native_password", &SHA1_FOR_LEGACY_USE_ONLY, true), ("caching_sha2_password", &SHA256, false)]
        {
            let kept = digest(algorithm, &[digest(algorithm, &[b"secret"]).as_ref()]);
            let shown = |password: &str| {
                let sent = answer(plugin, password, &salt, false).unwrap();
                let parts: [&[u8]; 2] = if salt_first { [&salt, kept.as_ref()] } else { [kept.as_ref(), &salt] };
                let mix = digest(algorithm, &parts);
                let first: Vec<u8> = sent.iter().zip(mix.as_ref()).map(|(one, other)| one ^ other).collect();
                digest(algorithm, &[&first]).as_ref() == kept.as_ref()
            };
            assert!(shown("secret") && !shown("Secret"), "{plugin}");
            assert!(answer(plugin, "", &salt, false).unwrap().is_empty());
        }
        assert!(answer("mysql_clear_password", "secret", &salt, false).is_err());
        assert_eq!(answer("mysql_clear_password", "secret", &salt, true).unwrap(), b"secret\0");
        let message = answer("client_ed25519", "secret", &salt, true).unwrap_err().message;
        assert!(message.contains("`client_ed25519`") && !message.contains("secret"), "{message}");
    }

    #[test]
    fn a_greeting_that_is_cut_short_is_none() {
        let mut message = b"\x0a10.11.6-MariaDB\0\x01\0\0\0".to_vec();
        message.extend(b"abcdefgh\0\xfe\xf7\x2d\x02\0\xff\x81\x15");
        message.extend([0; 10]);
        message.extend(b"ijklmnopqrst\0mysql_native_password\0");
        let read = greeting(&message).unwrap();
        assert_eq!((read.version.as_str(), read.plugin.as_str()), ("10.11.6-MariaDB", "mysql_native_password"));
        assert_eq!(read.salt, b"abcdefghijklmnopqrst");
        assert_eq!((read.can, read.can & TLS), (0x81ff_f7fe, 0));
        let whole = message.len() - "mysql_native_password\0".len();
        assert!((0..whole).all(|end| greeting(&message[..end]).is_none()));
    }
}
