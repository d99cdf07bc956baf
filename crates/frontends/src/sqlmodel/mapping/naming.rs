//! `MetaData(naming_convention=…)`: the names that SQLAlchemy makes for what has none.

use std::rc::Rc;

use md5::{Digest, Md5};

use crate::sqlmodel::evaluate::Interpreter;
use crate::sqlmodel::trouble::{Touches, Trouble};
use crate::sqlmodel::value::{Arguments, Span, Value};

/// What kind of thing gets a name.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Named {
    Index,
    Unique,
    Check,
    ForeignKey,
    PrimaryKey,
}

impl Named {
    fn words(self) -> [&'static str; 2] {
        match self {
            Named::Index => ["ix", "Index"],
            Named::Unique => ["uq", "UniqueConstraint"],
            Named::Check => ["ck", "CheckConstraint"],
            Named::ForeignKey => ["fk", "ForeignKeyConstraint"],
            Named::PrimaryKey => ["pk", "PrimaryKeyConstraint"],
        }
    }
}

/// The conventions of one `MetaData`, and its default schema.
#[derive(Clone, Default)]
pub struct Metadata<'a> {
    /// Tells two of them apart.
    pub identity: String,
    pub schema: Option<String>,
    pub conventions: Vec<(String, String)>,
    /// Tokens that functions of the project fill in.
    pub tokens: Vec<(String, Value<'a>)>,
    pub trouble: Option<Trouble<'a>>,
}

/// What a name can be made of.
pub struct Parts<'p> {
    pub table: &'p str,
    /// Name, key and label of each column.
    pub columns: &'p [ColumnPart],
    /// The name that was given.
    pub given: Option<&'p str>,
    pub referred_table: Option<&'p str>,
    pub referred_columns: &'p [String],
}

pub struct ColumnPart {
    pub name: String,
    pub key: String,
    /// `schema_table_column`.
    pub label: String,
}

/// A name, and whether SQLAlchemy made it: only those are shortened to what the engine allows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MadeName {
    pub text: String,
    pub made: bool,
}

impl<'a> Metadata<'a> {
    /// The name of a constraint or index, by the convention where there is one for it.
    pub fn name(&self, named: Named, parts: &Parts<'_>, given_is_final: bool) -> Result<Option<MadeName>, String> {
        let given = || parts.given.map(|text| MadeName { text: text.to_string(), made: given_is_final });
        if given_is_final {
            return Ok(given());
        }
        let Some(convention) = self.convention(named) else { return Ok(given()) };
        if parts.given.is_some() && !convention.contains("constraint_name") {
            return Ok(given());
        }
        self.fill(convention, parts).map(|text| Some(MadeName { text, made: true }))
    }

    fn convention(&self, named: Named) -> Option<&str> {
        let words = named.words();
        let own = self
            .conventions
            .iter()
            .find(|(kind, _)| words.contains(&kind.as_str()))
            .map(|(_, convention)| convention.as_str());
        match (own, named) {
            (None, Named::Index) if !self.conventions.iter().any(|(kind, _)| kind == "ix") => {
                // SQLAlchemy's own default; a convention of one's own replaces the whole dictionary.
                self.conventions.is_empty().then_some("ix_%(column_0_label)s")
            }
            (own, _) => own,
        }
    }

    fn fill(&self, convention: &str, parts: &Parts<'_>) -> Result<String, String> {
        let mut result = String::new();
        let mut rest = convention;
        while let Some(at) = rest.find('%') {
            result.push_str(&rest[..at]);
            rest = &rest[at + 1..];
            if let Some(after) = rest.strip_prefix('%') {
                result.push('%');
                rest = after;
                continue;
            }
            let Some((token, after)) = rest.strip_prefix('(').and_then(|rest| rest.split_once(")s")) else {
                return Err(format!("the naming convention `{convention}` is not understood"));
            };
            result.push_str(&self.token(token, parts)?);
            rest = after;
        }
        result.push_str(rest);
        Ok(result)
    }

    fn token(&self, token: &str, parts: &Parts<'_>) -> Result<String, String> {
        if self.tokens.iter().any(|(name, _)| name == token) {
            return Err(format!("the naming convention's token `{token}` is made by code"));
        }
        match token {
            "table_name" => return Ok(parts.table.to_string()),
            "referred_table_name" => {
                return parts.referred_table.map(str::to_string).ok_or_else(|| not_understood(token));
            }
            "constraint_name" => {
                return parts
                    .given
                    .map(str::to_string)
                    .ok_or_else(|| "the naming convention needs a name for the constraint".to_string());
            }
            _ => {}
        }
        let (referred, of_column) = match token.strip_prefix("referred_") {
            Some(rest) => (true, rest),
            None => (false, token),
        };
        let Some(rest) = of_column.strip_prefix("column_") else { return Err(not_understood(token)) };
        let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
        let after = &rest[digits.len()..];
        let first: usize = digits.parse().map_err(|_| not_understood(token))?;
        let (all, separator, kind) = if let Some(kind) = after.strip_prefix("_N_") {
            (true, "_", kind)
        } else if let Some(kind) = after.strip_prefix("N_") {
            (true, "", kind)
        } else if let Some(kind) = after.strip_prefix('_') {
            (false, "", kind)
        } else {
            return Err(not_understood(token));
        };
        let values: Vec<String> = if referred {
            if kind != "name" {
                return Err(not_understood(token));
            }
            parts.referred_columns.to_vec()
        } else {
            let pick = |part: &ColumnPart| match kind {
                "name" => Some(part.name.clone()),
                "key" => Some(part.key.clone()),
                "label" => Some(part.label.clone()),
                _ => None,
            };
            parts.columns.iter().map(pick).collect::<Option<_>>().ok_or_else(|| not_understood(token))?
        };
        Ok(if all { values.join(separator) } else { values.get(first).cloned().unwrap_or_default() })
    }
}

fn not_understood(token: &str) -> String {
    format!("the naming convention's token `{token}` is not understood")
}

/// A made name within the engine's limit: cut, with four letters of its digest. `None` for a name that was given and
/// is too long, which SQLAlchemy refuses.
pub fn shorten(name: &MadeName, limit: usize) -> Option<String> {
    // There are no more letters than bytes.
    if name.text.len() <= limit || name.text.chars().count() <= limit {
        return Some(name.text.clone());
    }
    if !name.made {
        return None;
    }
    let digest: String = Md5::digest(name.text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
    let head: String = name.text.chars().take(limit.saturating_sub(8)).collect();
    Some(format!("{head}_{}", &digest[digest.len() - 4..]))
}

/// Reads a `MetaData(…)` and what was set on it later.
pub fn read_metadata<'a>(interpreter: &Interpreter<'a>, value: &Value<'a>, span: Span<'a>) -> Metadata<'a> {
    let mut metadata = Metadata { identity: identity(value), ..Metadata::default() };
    let mut arguments = Arguments::default();
    match value {
        Value::Call(call) => arguments = call.arguments.clone(),
        // The default one of SQLModel or of a declarative base.
        Value::External(_) | Value::Attribute(_) | Value::Class(_) => {}
        value => {
            metadata.trouble = Some(Trouble::undecided(value, "the `MetaData`", span));
            return metadata;
        }
    }
    if let Some(open) = &arguments.open {
        metadata.trouble = Some(Trouble::undecided(&Value::Unknown(open.clone()), "the `MetaData`", span));
        return metadata;
    }
    let part = |name: &'a str| interpreter.attribute(value.clone(), name, span);
    let schema = match part("schema") {
        Value::External(_) | Value::Attribute(_) => arguments.get(0, "schema").cloned().unwrap_or(Value::None),
        set => set,
    };
    match &schema {
        Value::None => {}
        schema => match schema.as_text() {
            Some(text) => metadata.schema = Some(text.to_string()),
            None => {
                metadata.trouble =
                    Some(Trouble::undecided(schema, "the schema of the `MetaData`", span).touching(Touches::Namespace))
            }
        },
    }
    let naming = match part("naming_convention") {
        Value::External(_) | Value::Attribute(_) => {
            arguments.keyword("naming_convention").cloned().unwrap_or(Value::None)
        }
        set => set,
    };
    match &naming {
        Value::None => {}
        Value::Dict(dict) => {
            for (key, value) in dict.borrow().entries() {
                let kind = match key {
                    Value::External(path) => Some(path.rsplit('.').next().unwrap_or(path).to_string()),
                    key => key.as_text().map(|text| text.to_string()),
                };
                match (kind, value.as_text()) {
                    (Some(kind), Some(text)) => metadata.conventions.push((kind, text.to_string())),
                    (Some(kind), None) if matches!(value, Value::Function(_)) => {
                        metadata.tokens.push((kind, value.clone()));
                    }
                    _ => metadata.trouble = Some(Trouble::undecided(value, "the naming convention", span)),
                }
            }
            if let Some(open) = &dict.borrow().open {
                metadata.trouble =
                    Some(Trouble::undecided(&Value::Unknown(open.clone()), "the naming convention", span));
            }
        }
        naming => metadata.trouble = Some(Trouble::undecided(naming, "the naming convention", span)),
    }
    metadata
}

/// A word for a `MetaData`, the same whenever it is the same object.
pub fn identity(value: &Value<'_>) -> String {
    match value {
        Value::Call(call) => format!("{:p}", Rc::as_ptr(call)),
        // Whatever way it was imported.
        Value::External(path) if path.ends_with("SQLModel.metadata") => "SQLModel.metadata".to_string(),
        Value::External(path) => path.to_string(),
        Value::Class(class) => format!("{:p}", Rc::as_ptr(class)),
        Value::Attribute(attribute) => format!("{}.{}", identity(&attribute.of), attribute.name),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(name: &str) -> ColumnPart {
        ColumnPart { name: name.to_string(), key: name.to_string(), label: format!("t_{name}") }
    }

    fn metadata(kind: &str, convention: &str) -> Metadata<'static> {
        Metadata { conventions: vec![(kind.to_string(), convention.to_string())], ..Metadata::default() }
    }

    #[test]
    fn tokens_are_filled_in() {
        let columns = [column("a"), column("b")];
        let referred = ["id".to_string()];
        let parts = Parts {
            table: "t",
            columns: &columns,
            given: None,
            referred_table: Some("u"),
            referred_columns: &referred,
        };
        let name = |kind: &str, named: Named, convention: &str| {
            metadata(kind, convention).name(named, &parts, false).unwrap().unwrap().text
        };
        assert_eq!(name("uq", Named::Unique, "%(table_name)s_%(column_0_N_name)s_uq"), "t_a_b_uq");
        assert_eq!(name("uq", Named::Unique, "%(column_0N_name)s"), "ab");
        assert_eq!(name("ix", Named::Index, "ix_%(column_1_label)s"), "ix_t_b");
        assert_eq!(
            name(
                "fk",
                Named::ForeignKey,
                "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s_%(referred_column_0_name)s"
            ),
            "fk_t_a_u_id"
        );
        assert!(metadata("ck", "ck_%(constraint_name)s").name(Named::Check, &parts, false).is_err());
    }

    #[test]
    fn a_long_made_name_ends_in_its_digest() {
        let long = MadeName { text: format!("ix_{}", "x".repeat(100)), made: true };
        let short = shorten(&long, 63).unwrap();
        assert_eq!(short.len(), 60);
        assert!(short.starts_with("ix_xxx"));
        assert_eq!(shorten(&MadeName { made: false, ..long }, 63), None);
    }
}
