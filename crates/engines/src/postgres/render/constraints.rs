use whimbrel_plan::RenderError;
use whimbrel_schema::{Action, Constraint, Deferrable, Exclusion, ForeignKey, Match, ObjectName, Schema};

use super::{Rendered, indexes, list, name, table_of};
use crate::postgres::expression;
use crate::postgres::quote::quote;

/// `CONSTRAINT name PRIMARY KEY (…)`, as in CREATE TABLE and ADD.
pub(super) fn table_clause(constraint: &Constraint, using_index: Option<&str>) -> String {
    let mut sql = named(constraint);
    let using_index = using_index.map(|index| format!(" USING INDEX {}", quote(index)));
    match constraint {
        Constraint::PrimaryKey(key) => {
            sql.push_str("PRIMARY KEY");
            sql.push_str(&using_index.unwrap_or_else(|| format!(" ({}){}", list(&key.columns), include(&key.include))));
        }
        Constraint::Unique(unique) => {
            sql.push_str("UNIQUE");
            let nulls = if unique.nulls_distinct { "" } else { " NULLS NOT DISTINCT" };
            let columns = || format!("{nulls} ({}){}", list(&unique.columns), include(&unique.include));
            sql.push_str(&using_index.unwrap_or_else(columns));
        }
        Constraint::ForeignKey(key) => {
            sql.push_str(&format!("FOREIGN KEY ({}) {}", list(&key.columns), references(key)));
        }
        Constraint::Check(check) => sql.push_str(&format!("CHECK ({})", check.expression)),
        Constraint::Exclusion(exclusion) => sql.push_str(&self::exclusion(exclusion)),
    }
    sql.push_str(&attributes(constraint));
    sql
}

/// The same beside its column; `None` where only a clause of its own can say it.
pub(super) fn column_clause(constraint: &Constraint, column: &str) -> Option<String> {
    let only = |columns: &[String]| matches!(columns, [only] if only == column);
    let clause = match constraint {
        Constraint::PrimaryKey(key) if only(&key.columns) && key.include.is_empty() => "PRIMARY KEY".to_string(),
        Constraint::Unique(unique) if only(&unique.columns) && unique.include.is_empty() => {
            let nulls = if unique.nulls_distinct { "" } else { " NULLS NOT DISTINCT" };
            format!("UNIQUE{nulls}")
        }
        Constraint::ForeignKey(key) if only(&key.columns) && key.validated => references(key),
        Constraint::Check(check) if check.validated => format!("CHECK ({})", check.expression),
        Constraint::PrimaryKey(_)
        | Constraint::Unique(_)
        | Constraint::ForeignKey(_)
        | Constraint::Check(_)
        | Constraint::Exclusion(_) => return None,
    };
    Some(format!("{}{clause}{}", named(constraint), attributes(constraint)))
}

fn named(constraint: &Constraint) -> String {
    constraint.name().map(|name| format!("CONSTRAINT {} ", quote(name))).unwrap_or_default()
}

fn include(columns: &[String]) -> String {
    if columns.is_empty() { String::new() } else { format!(" INCLUDE ({})", list(columns)) }
}

fn references(key: &ForeignKey) -> String {
    let mut sql = format!("REFERENCES {}", name(&key.references));
    if !key.referenced_columns.is_empty() {
        sql.push_str(&format!(" ({})", list(&key.referenced_columns)));
    }
    match key.matching {
        Match::Simple => {}
        Match::Full => sql.push_str(" MATCH FULL"),
        Match::Partial => sql.push_str(" MATCH PARTIAL"),
    }
    if key.on_delete != Action::NoAction {
        sql.push_str(&format!(" ON DELETE {}", key.on_delete.sql()));
        if !key.set_columns.is_empty() {
            sql.push_str(&format!(" ({})", list(&key.set_columns)));
        }
    }
    if key.on_update != Action::NoAction {
        sql.push_str(&format!(" ON UPDATE {}", key.on_update.sql()));
    }
    sql
}

fn exclusion(exclusion: &Exclusion) -> String {
    let elements =
        exclusion.elements.iter().map(|element| format!("{} WITH {}", indexes::key(&element.key), element.operator));
    let elements = elements.collect::<Vec<_>>().join(", ");
    let predicate = exclusion.predicate.as_ref().map(|predicate| format!(" WHERE ({predicate})")).unwrap_or_default();
    let include = include(&exclusion.include);
    format!("EXCLUDE USING {} ({elements}){include}{predicate}", quote(&exclusion.method))
}

fn attributes(constraint: &Constraint) -> String {
    let (deferrable, rest) = match constraint {
        Constraint::PrimaryKey(key) => (key.deferrable, String::new()),
        Constraint::Unique(unique) => (unique.deferrable, String::new()),
        Constraint::Exclusion(exclusion) => (exclusion.deferrable, String::new()),
        Constraint::ForeignKey(key) => {
            (key.deferrable, if key.validated { String::new() } else { " NOT VALID".to_string() })
        }
        Constraint::Check(check) => {
            let mut words = String::new();
            if check.no_inherit {
                words.push_str(" NO INHERIT");
            }
            if !check.enforced {
                words.push_str(" NOT ENFORCED");
            } else if !check.validated {
                words.push_str(" NOT VALID");
            }
            (Deferrable::No, words)
        }
    };
    format!("{}{rest}", deferrable_words(deferrable))
}

fn deferrable_words(deferrable: Deferrable) -> &'static str {
    match deferrable {
        Deferrable::No => "",
        Deferrable::InitiallyImmediate => " DEFERRABLE",
        Deferrable::InitiallyDeferred => " DEFERRABLE INITIALLY DEFERRED",
    }
}

/// Only foreign keys can be altered; the others are dropped and added in one statement.
pub(super) fn set_deferrable(table: &ObjectName, constraint: &str, to: Deferrable, before: &Schema) -> Rendered {
    let found = table_of(before, table)?.constraints().into_iter().find(|found| found.name() == Some(constraint));
    let mut found =
        found.ok_or_else(|| RenderError::Missing { what: format!("constraint `{constraint}` of `{table}`") })?;
    let (on, quoted) = (name(table), quote(constraint));
    match &mut found {
        Constraint::ForeignKey(_) => {
            let words = match to {
                Deferrable::No => " NOT DEFERRABLE",
                Deferrable::InitiallyImmediate | Deferrable::InitiallyDeferred => deferrable_words(to),
            };
            return Ok(vec![format!("ALTER TABLE {on} ALTER CONSTRAINT {quoted}{words}")]);
        }
        Constraint::PrimaryKey(key) => key.deferrable = to,
        Constraint::Unique(unique) => unique.deferrable = to,
        Constraint::Exclusion(exclusion) => exclusion.deferrable = to,
        Constraint::Check(_) => return super::unsupported("defer a check"),
    }
    Ok(vec![format!("ALTER TABLE {on} DROP CONSTRAINT {quoted}, ADD {}", table_clause(&found, None))])
}

/// Whether the constraint goes when the column goes.
pub(super) fn names_column(constraint: &Constraint, column: &str) -> bool {
    let among = |columns: &[String]| columns.iter().any(|name| name == column);
    let read = |text: &str| !expression::columns_in(text, std::iter::once(column)).is_empty();
    match constraint {
        Constraint::PrimaryKey(key) => among(&key.columns) || among(&key.include),
        Constraint::Unique(unique) => among(&unique.columns) || among(&unique.include),
        Constraint::ForeignKey(key) => among(&key.columns),
        Constraint::Check(check) => read(check.expression.text()),
        Constraint::Exclusion(exclusion) => {
            exclusion.elements.iter().any(|element| match &element.key.target {
                whimbrel_schema::IndexTarget::Column(name) => name == column,
                whimbrel_schema::IndexTarget::Expression(expression) => read(expression.text()),
            }) || among(&exclusion.include)
        }
    }
}
