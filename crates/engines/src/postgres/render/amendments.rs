use whimbrel_plan::{Amendment, DomainChange, RowSecurityChange};
use whimbrel_schema::{Constraint, ObjectKind, Persistence};

use super::{Rendered, alter_column, amended_parameters, constraints, exists, name, sequences, unsupported};
use crate::postgres::quote::quote;
use crate::postgres::types;

pub(super) fn amend(amendment: &Amendment) -> Rendered {
    let one = |sql: String| Ok(vec![sql]);
    match amendment {
        Amendment::Persistence { table, to } => match to {
            Persistence::Permanent => one(format!("ALTER TABLE {} SET LOGGED", name(table))),
            Persistence::Unlogged => one(format!("ALTER TABLE {} SET UNLOGGED", name(table))),
            Persistence::Temporary => unsupported("make a lasting table temporary"),
        },
        Amendment::RowSecurity { table, change } => {
            let word = match change {
                RowSecurityChange::Enable => "ENABLE",
                RowSecurityChange::Disable => "DISABLE",
                RowSecurityChange::Force => "FORCE",
                RowSecurityChange::NoForce => "NO FORCE",
            };
            one(format!("ALTER TABLE {} {word} ROW LEVEL SECURITY", name(table)))
        }
        Amendment::Storage { table, set } => {
            let actions = amended_parameters(set).into_iter();
            Ok(actions.map(|action| format!("ALTER TABLE {} {action}", name(table))).collect())
        }
        Amendment::Tablespace { table, to } => {
            let tablespace = quote(to.as_deref().unwrap_or("pg_default"));
            one(format!("ALTER TABLE {} SET TABLESPACE {tablespace}", name(table)))
        }
        Amendment::Inherit { table, parent, inherits } => {
            let word = if *inherits { "INHERIT" } else { "NO INHERIT" };
            one(format!("ALTER TABLE {} {word} {}", name(table), name(parent)))
        }
        Amendment::IndexStorage { index, set } => {
            let actions = amended_parameters(set).into_iter();
            Ok(actions.map(|action| format!("ALTER INDEX {} {action}", name(index))).collect())
        }
        Amendment::IndexTablespace { index, to } => {
            let tablespace = quote(to.as_deref().unwrap_or("pg_default"));
            one(format!("ALTER INDEX {} SET TABLESPACE {tablespace}", name(index)))
        }
        Amendment::AttachIndex { index, partition } => {
            one(format!("ALTER INDEX {} ATTACH PARTITION {}", name(index), name(partition)))
        }
        Amendment::Identity { table, column, always, numbers } => {
            let mut actions = Vec::new();
            if let Some(always) = always {
                actions.push(format!("SET GENERATED {}", if *always { "ALWAYS" } else { "BY DEFAULT" }));
            }
            actions.extend(sequences::amended(numbers).into_iter().map(|option| format!("SET {option}")));
            one(format!("{} {}", alter_column(table, column), actions.join(" ")))
        }
        Amendment::GenerationExpression { table, column, to } => {
            one(format!("{} SET EXPRESSION AS ({to})", alter_column(table, column)))
        }
        Amendment::Sequence { name: sequence, ty, numbers, owned_by } => {
            let mut options: Vec<String> = ty.iter().map(|ty| format!("AS {}", types::sql(ty))).collect();
            options.extend(sequences::amended(numbers));
            options.extend(owned_by.as_ref().map(|owner| match owner {
                Some((table, column)) => format!("OWNED BY {}.{}", name(table), quote(column)),
                None => "OWNED BY NONE".to_string(),
            }));
            one(format!("ALTER SEQUENCE {} {}", name(sequence), options.join(" ")))
        }
        Amendment::Domain { name: domain, change } => {
            let on = format!("ALTER DOMAIN {}", name(domain));
            one(match change {
                DomainChange::Default(Some(default)) => format!("{on} SET DEFAULT {default}"),
                DomainChange::Default(None) => format!("{on} DROP DEFAULT"),
                DomainChange::Nullable(true) => format!("{on} DROP NOT NULL"),
                DomainChange::Nullable(false) => format!("{on} SET NOT NULL"),
                DomainChange::AddCheck(check) => {
                    format!("{on} ADD {}", constraints::table_clause(&Constraint::Check(check.clone()), None))
                }
                DomainChange::DropCheck { name, if_exists } => {
                    format!("{on} DROP CONSTRAINT {}{}", exists(*if_exists), quote(name))
                }
                DomainChange::RenameCheck { from, to } => {
                    format!("{on} RENAME CONSTRAINT {} TO {}", quote(from), quote(to))
                }
                DomainChange::ValidateCheck { name } => format!("{on} VALIDATE CONSTRAINT {}", quote(name)),
            })
        }
        Amendment::ViewOptions { view, set } => {
            let word = if view.kind == ObjectKind::MaterializedView { "MATERIALIZED VIEW" } else { "VIEW" };
            let actions = amended_parameters(set).into_iter();
            Ok(actions.map(|action| format!("ALTER {word} {} {action}", name(&view.name))).collect())
        }
        Amendment::ExtensionNamespace { name, to } => {
            let namespace = quote(to.as_deref().unwrap_or("public"));
            one(format!("ALTER EXTENSION {} SET SCHEMA {namespace}", quote(name)))
        }
    }
}
