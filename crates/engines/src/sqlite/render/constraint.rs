use whimbrel_plan::RenderError;
use whimbrel_schema::{Action, Check, Constraint, Deferrable, ForeignKey, KeyOrder, Match, Table};

use super::super::naming::quote;
use super::column::on_conflict;
use super::{list, name, unsupported};

/// A constraint as it stands in the table's own list.
pub(super) fn definition(constraint: &Constraint, table: &Table) -> Result<String, RenderError> {
    let text = match constraint {
        Constraint::PrimaryKey(key) => {
            format!("PRIMARY KEY ({}){}", key_list(&key.columns, &key.order), on_conflict(key.on_conflict))
        }
        Constraint::Unique(unique) => {
            format!("UNIQUE ({}){}", key_list(&unique.columns, &unique.order), on_conflict(unique.on_conflict))
        }
        Constraint::ForeignKey(key) => format!("FOREIGN KEY ({}) {}", list(&key.columns), references(key)),
        Constraint::Check(check) => self::check(check),
        Constraint::Exclusion(_) => {
            return unsupported(format!("have an exclusion constraint on `{}`", table.name));
        }
    };
    Ok(format!("{}{text}", named(constraint.name())))
}

pub(super) fn named(name: Option<&str>) -> String {
    name.map(|name| format!("CONSTRAINT {} ", quote(name))).unwrap_or_default()
}

pub(super) fn check(check: &Check) -> String {
    format!("CHECK ({})", check.expression)
}

fn key_list(columns: &[String], order: &[KeyOrder]) -> String {
    let plain = KeyOrder::default();
    let keys = columns.iter().enumerate().map(|(at, column)| {
        let order = order.get(at).unwrap_or(&plain);
        let collation = order.collation.as_ref().map(|it| format!(" COLLATE {}", quote(it))).unwrap_or_default();
        format!("{}{collation}{}", quote(column), if order.descending { " DESC" } else { "" })
    });
    keys.collect::<Vec<_>>().join(", ")
}

/// `REFERENCES parent (id) ON DELETE CASCADE`.
pub(super) fn references(key: &ForeignKey) -> String {
    let mut text = format!("REFERENCES {}", name(&key.references));
    if !key.referenced_columns.is_empty() {
        text.push_str(&format!(" ({})", list(&key.referenced_columns)));
    }
    for (event, action) in [("DELETE", key.on_delete), ("UPDATE", key.on_update)] {
        if action != Action::NoAction {
            text.push_str(&format!(" ON {event} {}", action.sql()));
        }
    }
    text.push_str(match key.matching {
        Match::Simple => "",
        Match::Full => " MATCH FULL",
        Match::Partial => " MATCH PARTIAL",
    });
    text.push_str(match key.deferrable {
        Deferrable::No => "",
        Deferrable::InitiallyImmediate => " DEFERRABLE INITIALLY IMMEDIATE",
        Deferrable::InitiallyDeferred => " DEFERRABLE INITIALLY DEFERRED",
    });
    text
}
