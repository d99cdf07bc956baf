use std::path::Path;

/// What a file is to its tool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Role {
    /// Run on the way up, in this order.
    Up(Place),
    /// Run on the way down, or never.
    Down,
    /// The tool passes it over.
    Stranger,
}

impl Role {
    /// Of tools with a folder for each migration: `up` runs, `down.sql` is the way back.
    pub fn in_folder(path: &Path, up: &str) -> Role {
        let folder = path.parent().map(name_of).unwrap_or_default();
        match name_of(path) {
            name if name == up && !folder.is_empty() => Role::Up(Place::by_name(path)),
            "down.sql" if !folder.is_empty() => Role::Down,
            _ => Role::Stranger,
        }
    }

    pub fn is_own(&self) -> bool {
        match self {
            Role::Up(_) | Role::Down => true,
            Role::Stranger => false,
        }
    }
}

/// Where a migration stands among the others.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Place {
    /// What is run after all that has a version.
    pub repeatable: bool,
    pub version: Vec<Number>,
    pub name: String,
}

/// A number of any length, compared as a number.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Number {
    digits: usize,
    text: String,
}

impl Number {
    pub fn read(text: &str) -> Option<Number> {
        if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let text = text.trim_start_matches('0').to_string();
        Some(Number { digits: text.len(), text })
    }
}

impl Place {
    /// Numbers with dots or underscores between them.
    pub fn versioned(version: &str, path: &Path) -> Option<Place> {
        let mut version: Vec<Number> = version.split(['.', '_']).map(Number::read).collect::<Option<_>>()?;
        // `1.0` is `1`.
        while version.len() > 1 && version.last().is_some_and(|last| last.digits == 0) {
            version.pop();
        }
        Some(Place { repeatable: false, version, name: path.to_string_lossy().into_owned() })
    }

    pub fn by_name(path: &Path) -> Place {
        Place { name: path.to_string_lossy().into_owned(), ..Place::default() }
    }
}

/// The name of the file, without its folders; empty where it is not text.
pub fn name_of(path: &Path) -> &str {
    path.file_name().and_then(|name| name.to_str()).unwrap_or_default()
}

/// A number and what follows the underscore behind it: `20260101_add_users` is `20260101` and `add_users`.
pub fn numbered(name: &str) -> Option<(&str, &str)> {
    let end = name.find(|character: char| !character.is_ascii_digit())?;
    let (number, rest) = name.split_at(end);
    (!number.is_empty()).then_some((number, rest.strip_prefix(['_', '-'])?))
}

/// A name that ends so, whatever the case; the part before.
pub fn without_end<'a>(name: &'a str, end: &str) -> Option<&'a str> {
    let at = name.len().checked_sub(end.len())?;
    let (start, rest) = (name.get(..at)?, name.get(at..)?);
    rest.eq_ignore_ascii_case(end).then_some(start)
}
