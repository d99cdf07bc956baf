//! The key with which receipts are signed, from where `whimbrel.toml` says.

use whimbrel_run::rehearse::Key;

use crate::failure::Failure;
use crate::project::Project;
use crate::settings::conventions;

/// `None` where none is configured. A key that is named and cannot be read is an error, and no reason to go without.
pub fn of(project: &Project) -> Result<Option<Key>, Failure> {
    let Some(named) = project.settings.rehearse().key.as_deref() else { return Ok(None) };
    let failed = |what: String| Failure::usage("no-key", what).note("asked by", "`key` under `[rehearse]`");
    let text = if let Some(variable) = named.strip_prefix("env:") {
        let found = conventions::variable(&project.settings.root, variable);
        found
            .map(|(value, _)| value)
            .ok_or_else(|| failed(format!("the environment variable `{variable}` is not set, here or in .env")))?
    } else if let Some(path) = named.strip_prefix("file:") {
        std::fs::read_to_string(project.settings.root.join(path))
            .map_err(|error| failed(format!("`{path}` cannot be read: {}", error.kind())))?
    } else {
        return Err(failed(
            "the key itself has no place in the file: `env:NAME` or `file:PATH` says where it is".into(),
        ));
    };
    // An environment variable may have its lines on one.
    Key::read(&text.replace("\\n", "\n")).map(Some).map_err(|error| failed(error.to_string()))
}
