//! The keys with which receipts are signed and verified, from where `whimbrel.toml` says.

use whimbrel_run::rehearse::{Key, PublicKey};

use crate::failure::Failure;
use crate::project::Project;
use crate::settings::conventions;

/// What signs; `None` where none is configured. A key that is named and cannot be read is an error, and no reason to go
/// without.
pub fn of(project: &Project) -> Result<Option<Key>, Failure> {
    let Some(named) = project.settings.rehearse().key.as_deref() else { return Ok(None) };
    let text = kept(named, "key", project)?.ok_or_else(|| {
        let message = "the key itself has no place in the file: `env:NAME` or `file:PATH` says where it is";
        failed("key", message.to_string())
    })?;
    let key = Key::read(&text).map_err(|error| failed("key", error.to_string()))?;
    match verifying(project)? {
        Some(public) if public != key.public() => Err(failed(
            "key",
            "what it signs `public_key` would not accept: that is the public half of another key".to_string(),
        )
        .note("of `key`", key.public().text())
        .note("`public_key`", public.text())),
        Some(_) | None => Ok(Some(key)),
    }
}

/// What verifies: the public half that is named, else that of the key which signs here. `None` where neither is.
pub fn public_of(project: &Project) -> Result<Option<PublicKey>, Failure> {
    match verifying(project)? {
        Some(public) => Ok(Some(public)),
        None => Ok(of(project)?.map(|key| key.public())),
    }
}

fn verifying(project: &Project) -> Result<Option<PublicKey>, Failure> {
    let Some(named) = project.settings.rehearse().public_key.as_deref() else { return Ok(None) };
    // It is no secret, and may stand in the file.
    let text = kept(named, "public_key", project)?.unwrap_or_else(|| named.to_string());
    PublicKey::read(&text).map(Some).map_err(|error| failed("public_key", error.to_string()))
}

/// What a variable or a file holds; `None` where the words name neither.
fn kept(named: &str, setting: &str, project: &Project) -> Result<Option<String>, Failure> {
    if let Some(variable) = named.strip_prefix("env:") {
        let found = conventions::variable(&project.settings.root, variable).map(|(value, _)| value);
        let unset = || failed(setting, format!("the environment variable `{variable}` is not set, here or in .env"));
        // It may have its lines on one.
        return Ok(Some(found.ok_or_else(unset)?.replace("\\n", "\n")));
    }
    let Some(path) = named.strip_prefix("file:") else { return Ok(None) };
    let text = std::fs::read_to_string(project.settings.root.join(path));
    text.map(Some).map_err(|error| failed(setting, format!("`{path}` cannot be read: {}", error.kind())))
}

fn failed(setting: &str, what: String) -> Failure {
    Failure::usage("no-key", what).note("asked by", format!("`{setting}` under `[rehearse]`"))
}
