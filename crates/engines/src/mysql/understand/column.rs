//! A column's definition.

use whimbrel_schema::{Action, Check, Column, ColumnType, Expression, ForeignKey, Generation, ObjectName};

use super::super::reader::{Read, Reader};
use super::super::statement::Definition;
use super::super::token::Kind;
use super::super::types;
use super::key;

pub(super) fn definition(reader: &mut Reader<'_>) -> Read<Box<Definition>> {
    let name = reader.name()?;
    let mut column = if reader.take("SERIAL") { serial(name) } else { bare(name, types::take(reader)?) };
    let mut charset = None;
    let mut on_update = None;
    while attribute(reader, &mut column, &mut charset, &mut on_update)? {}
    if column.collation.is_none() {
        column.collation = charset;
    }
    if let Some(text) = on_update {
        let default = column.default.take().map_or("NULL".to_string(), |value| value.0);
        column.default = Some(Expression::new(format!("{default} ON UPDATE {text}")));
    }
    Ok(Box::new(column))
}

fn bare(name: String, ty: ColumnType) -> Definition {
    Definition {
        name,
        ty,
        collation: None,
        nullable: None,
        default: None,
        generation: None,
        comment: None,
        unique: false,
        primary: false,
        references: None,
        checks: Vec::new(),
    }
}

/// `SERIAL` is `BIGINT UNSIGNED NOT NULL AUTO_INCREMENT UNIQUE`.
fn serial(name: String) -> Definition {
    let ty = ColumnType::new("bigint unsigned");
    let generation = Some(Generation::AutoIncrement);
    Definition { nullable: Some(false), generation, unique: true, ..bare(name, ty) }
}

/// Reads one thing that is said of a column; `false` where its definition ends.
fn attribute(
    reader: &mut Reader<'_>,
    column: &mut Definition,
    charset: &mut Option<String>,
    on_update: &mut Option<String>,
) -> Read<bool> {
    if reader.take_all(&["NOT", "NULL"]) {
        column.nullable = Some(false);
    } else if reader.take("NULL") {
        column.nullable = Some(true);
    } else if reader.take("DEFAULT") {
        column.default = Some(default(reader)?);
    } else if reader.take_all(&["ON", "UPDATE"]) {
        *on_update = Some(default(reader)?.0);
    } else if reader.take("AUTO_INCREMENT") {
        column.generation = Some(Generation::AutoIncrement);
    } else if reader.take("COMMENT") {
        column.comment = Some(reader.string()?).filter(|text| !text.is_empty());
    } else if reader.take("COLLATE") {
        column.collation = Some(reader.value()?.to_lowercase());
    } else if reader.take_all(&["CHARACTER", "SET"]) || reader.take_all(&["CHAR", "SET"]) || reader.take("CHARSET") {
        *charset = Some(reader.value()?.to_lowercase());
    } else if reader.take_one_of(&["ASCII", "UNICODE", "BYTE"]).is_some() {
        return reader.stop("old words for character sets are not followed");
    } else if reader.take("BINARY") {
        // The `_bin` collation of the column's character set.
        *charset = Some(format!("{}_bin", charset.as_deref().unwrap_or("binary")));
    } else if reader.take_all(&["GENERATED", "ALWAYS", "AS"]) || reader.take("AS") {
        column.generation = Some(generated(reader)?);
    } else if reader.take("UNIQUE") {
        reader.take("KEY");
        column.unique = true;
    } else if reader.take_all(&["PRIMARY", "KEY"]) || reader.take("KEY") {
        column.primary = true;
    } else if reader.is("REFERENCES") {
        column.references = Some(references(reader, vec![column.name.clone()])?);
    } else if reader.is("CONSTRAINT") || reader.is("CHECK") {
        let name = match reader.take("CONSTRAINT") && !reader.is("CHECK") {
            true => Some(reader.name()?),
            false => None,
        };
        match reader.is("REFERENCES") {
            true => column.references = Some(ForeignKey { name, ..references(reader, vec![column.name.clone()])? }),
            false => column.checks.push(check(reader, name)?),
        }
    } else if reader
        .take_one_of(&[
            "COLUMN_FORMAT",
            "STORAGE",
            "ENGINE_ATTRIBUTE",
            "SECONDARY_ENGINE_ATTRIBUTE",
            "SRID",
            "REF_SYSTEM_ID",
        ])
        .is_some()
    {
        reader.take_symbol("=");
        reader.value()?;
    } else if reader.take("COMPRESSED") {
        if reader.take_symbol("=") {
            reader.value()?;
        }
    } else if reader.take_one_of(&["VISIBLE", "INVISIBLE"]).is_none()
        && !reader.take_all(&["WITHOUT", "SYSTEM", "VERSIONING"])
    {
        return Ok(false);
    }
    Ok(true)
}

/// A literal, a name for the present time, or anything in brackets.
pub(super) fn default(reader: &mut Reader<'_>) -> Read<Expression> {
    if reader.is_symbol("(") {
        return reader.bracketed_expression();
    }
    let start = reader.place();
    let signed = reader.take_symbol("-") || reader.take_symbol("+");
    let Some(token) = reader.peek().copied() else { return reader.stop("a value is missing") };
    match token.kind {
        Kind::Number => reader.skip(),
        Kind::Text if !signed => {
            reader.skip();
            while reader.peek().is_some_and(|token| token.kind == Kind::Text) {
                reader.skip();
            }
        }
        Kind::Word if !signed => {
            reader.skip();
            // A character set's introducer (`_utf8mb4'x'`), `DATE '…'`, or a function (`CURRENT_TIMESTAMP(6)`).
            let introduces =
                token.text.starts_with('_') || ["DATE", "TIME", "TIMESTAMP"].iter().any(|word| token.is_word(word));
            if introduces && reader.peek().is_some_and(|token| token.kind == Kind::Text) {
                reader.skip();
            } else if reader.is_symbol("(") {
                reader.brackets()?;
            } else if token.is_word("NEXT") && reader.take_all(&["VALUE", "FOR"]) {
                reader.object_name()?;
            }
        }
        Kind::Word | Kind::Text | Kind::Quoted | Kind::Variable | Kind::Symbol | Kind::Executable => {
            return reader.stop(format!("`{}` is no value of a column", token.text));
        }
    }
    let text = reader.text().get(reader.since(start)).unwrap_or_default();
    Ok(Expression::new(text))
}

fn generated(reader: &mut Reader<'_>) -> Read<Generation> {
    let expression = reader.bracketed_expression()?;
    Ok(match reader.take_one_of(&["STORED", "PERSISTENT", "VIRTUAL"]) {
        Some("VIRTUAL") | None => Generation::Virtual(expression),
        Some(_) => Generation::Stored(expression),
    })
}

pub(super) fn check(reader: &mut Reader<'_>, name: Option<String>) -> Read<Check> {
    reader.expect("CHECK")?;
    let expression = reader.bracketed_expression()?;
    let enforced = !reader.take_all(&["NOT", "ENFORCED"]);
    if enforced {
        reader.take("ENFORCED");
    }
    Ok(Check { enforced, ..Check::new(name, expression) })
}

pub(super) fn references(reader: &mut Reader<'_>, columns: Vec<String>) -> Read<ForeignKey> {
    reader.expect("REFERENCES")?;
    let table: ObjectName = reader.object_name()?;
    let referenced = if reader.is_symbol("(") { key::plain_columns(reader)? } else { Vec::new() };
    let mut found = ForeignKey::new(columns, table, referenced);
    if reader.take("MATCH") {
        // InnoDB takes the word and does not heed it.
        reader.name()?;
    }
    while reader.is("ON") {
        let on_delete = match () {
            () if reader.take_all(&["ON", "DELETE"]) => true,
            () if reader.take_all(&["ON", "UPDATE"]) => false,
            () => return reader.stop("`ON` is followed by neither `DELETE` nor `UPDATE`"),
        };
        let action = match () {
            () if reader.take("RESTRICT") => Action::Restrict,
            () if reader.take("CASCADE") => Action::Cascade,
            () if reader.take_all(&["SET", "NULL"]) => Action::SetNull,
            () if reader.take_all(&["SET", "DEFAULT"]) => Action::SetDefault,
            () if reader.take_all(&["NO", "ACTION"]) => Action::NoAction,
            () => return reader.stop(format!("`{}` is nothing that a foreign key can do", reader.here())),
        };
        // To InnoDB, `NO ACTION` and `RESTRICT` are one.
        let action = if action == Action::Restrict { Action::NoAction } else { action };
        if on_delete { found.on_delete = action } else { found.on_update = action }
    }
    Ok(found)
}

/// The column as it stands in a schema.
pub(in super::super) fn column_of(definition: &Definition) -> Column {
    let mut column = Column::new(&definition.name, definition.ty.clone());
    column.nullable = definition.nullable.unwrap_or(true) && !definition.primary;
    column.default = kept_default(definition);
    column.generation = definition.generation.clone();
    column.collation = definition.collation.clone();
    column.comment = definition.comment.clone();
    column
}

/// `DEFAULT NULL` says no more than nothing does.
pub(in super::super) fn kept_default(definition: &Definition) -> Option<Expression> {
    definition.default.clone().filter(|value| !value.text().eq_ignore_ascii_case("NULL"))
}
