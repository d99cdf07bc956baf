use whimbrel_schema::{Column, Constraint, ObjectName, Persistence, RowSecurity, Schema, Table, TableOptions};

use super::{Rendered, changed_parameters, columns, constraints, name, not_exists, parameters, table_of, unsupported};
use crate::postgres::quote::quote;

pub(super) fn create(table: &Table, if_not_exists: bool, before: &Schema) -> Rendered {
    let options = &table.options;
    let persistence = match options.persistence {
        Persistence::Permanent => "",
        Persistence::Unlogged => "UNLOGGED ",
        Persistence::Temporary => "TEMPORARY ",
    };
    let mut sql = format!("CREATE {persistence}TABLE {}{}", not_exists(if_not_exists), name(&table.name));
    let mut before_it = Vec::new();
    let mut after_it = Vec::new();
    match &options.partition_of {
        Some(partition) => {
            sql.push_str(&format!(" PARTITION OF {} {}", name(&partition.parent), partition.bound));
            after_it = beyond_parent(table, before.table(&partition.parent));
        }
        None => {
            let parents: Vec<&Table> = options.inherits.iter().filter_map(|parent| before.table(parent)).collect();
            let own_columns = || table.columns.iter().filter(|column| !inherited(column, &parents));
            let mut lines: Vec<String> = own_columns().map(|column| columns::definition(&table.name, column)).collect();
            for constraint in table.constraints().iter().filter(|constraint| !inherited_check(constraint, &parents)) {
                lines.push(constraints::table_clause(constraint, None));
            }
            let body = if lines.is_empty() { String::new() } else { format!("\n    {}\n", lines.join(",\n    ")) };
            sql.push_str(&format!(" ({body})"));
            before_it = own_columns().flat_map(|column| columns::sequence_before(&table.name, column)).collect();
            after_it.extend(own_columns().flat_map(|column| columns::sequence_after(&table.name, column)));
        }
    }
    if !options.inherits.is_empty() {
        let parents: Vec<String> = options.inherits.iter().map(name).collect();
        sql.push_str(&format!(" INHERITS ({})", parents.join(", ")));
    }
    if let Some(partition_by) = &options.partition_by {
        sql.push_str(&format!(" PARTITION BY {partition_by}"));
    }
    if !options.storage.is_empty() {
        sql.push_str(&format!(" WITH ({})", parameters(options.storage.iter())));
    }
    if let Some(tablespace) = &options.tablespace {
        sql.push_str(&format!(" TABLESPACE {}", quote(tablespace)));
    }
    before_it.push(sql);
    before_it.extend(after_it);
    before_it.extend(row_security(&table.name, RowSecurity::Off, options.row_security));
    Ok(before_it)
}

/// Whether a parent gives the very same column.
fn inherited(column: &Column, parents: &[&Table]) -> bool {
    let from = parents.iter().find_map(|parent| parent.column(&column.name));
    from.is_some_and(|from| {
        from.ty == column.ty
            && from.nullable == column.nullable
            && from.default == column.default
            && from.collation == column.collation
    })
}

fn inherited_check(constraint: &Constraint, parents: &[&Table]) -> bool {
    match constraint {
        Constraint::Check(check) => parents.iter().any(|parent| {
            parent
                .checks
                .iter()
                .any(|from| !from.no_inherit && from.name == check.name && from.expression == check.expression)
        }),
        Constraint::PrimaryKey(_) | Constraint::Unique(_) | Constraint::ForeignKey(_) | Constraint::Exclusion(_) => {
            false
        }
    }
}

/// What a partition has beside what its parent gives it.
fn beyond_parent(table: &Table, parent: Option<&Table>) -> Vec<String> {
    let on = name(&table.name);
    let mut statements = Vec::new();
    let unnamed = |constraint: &Constraint| {
        let mut constraint = constraint.clone();
        *constraint.name_mut() = None;
        constraint
    };
    let given: Vec<Constraint> =
        parent.map(|parent| parent.constraints().iter().map(unnamed).collect()).unwrap_or_default();
    for constraint in table.constraints() {
        if !given.contains(&unnamed(&constraint)) {
            statements.push(format!("ALTER TABLE {on} ADD {}", constraints::table_clause(&constraint, None)));
        }
    }
    for column in &table.columns {
        let Some(from) = parent.and_then(|parent| parent.column(&column.name)) else { continue };
        let alter = super::alter_column(&table.name, &column.name);
        if from.default != column.default {
            statements.push(match &column.default {
                Some(default) => format!("{alter} SET DEFAULT {default}"),
                None => format!("{alter} DROP DEFAULT"),
            });
        }
        if from.nullable && !column.nullable {
            statements.push(format!("{alter} SET NOT NULL"));
        }
    }
    statements
}

pub(super) fn set_options(table: &ObjectName, to: &TableOptions, before: &Schema) -> Rendered {
    let from = &table_of(before, table)?.options;
    if from.partition_by != to.partition_by {
        return unsupported(format!("change how `{table}` is partitioned; a new table has to take its rows"));
    }
    if from.partition_of != to.partition_of {
        return unsupported(format!("make `{table}` a partition by an option; attach or detach it"));
    }
    let on = name(table);
    let mut statements = Vec::new();
    match (from.persistence, to.persistence) {
        (from, to) if from == to => {}
        (Persistence::Permanent, Persistence::Unlogged) => statements.push(format!("ALTER TABLE {on} SET UNLOGGED")),
        (Persistence::Unlogged, Persistence::Permanent) => statements.push(format!("ALTER TABLE {on} SET LOGGED")),
        (_, Persistence::Temporary) | (Persistence::Temporary, _) => {
            return unsupported("make a temporary table of a lasting one, or the other way round");
        }
        (Persistence::Permanent | Persistence::Unlogged, Persistence::Permanent | Persistence::Unlogged) => {}
    }
    for parent in from.inherits.iter().filter(|parent| !to.inherits.contains(parent)) {
        statements.push(format!("ALTER TABLE {on} NO INHERIT {}", name(parent)));
    }
    for parent in to.inherits.iter().filter(|parent| !from.inherits.contains(parent)) {
        statements.push(format!("ALTER TABLE {on} INHERIT {}", name(parent)));
    }
    let storage = changed_parameters(&from.storage, &to.storage).into_iter();
    statements.extend(storage.map(|action| format!("ALTER TABLE {on} {action}")));
    if from.tablespace != to.tablespace {
        let tablespace = to.tablespace.as_deref().unwrap_or("pg_default");
        statements.push(format!("ALTER TABLE {on} SET TABLESPACE {}", quote(tablespace)));
    }
    statements.extend(row_security(table, from.row_security, to.row_security));
    Ok(statements)
}

fn row_security(table: &ObjectName, from: RowSecurity, to: RowSecurity) -> Vec<String> {
    let words: &[&str] = match (from, to) {
        (from, to) if from == to => &[],
        (RowSecurity::Off, RowSecurity::Enabled) => &["ENABLE"],
        (RowSecurity::Off, RowSecurity::Forced) => &["ENABLE", "FORCE"],
        (RowSecurity::Enabled, RowSecurity::Forced) => &["FORCE"],
        (RowSecurity::Forced, RowSecurity::Enabled) => &["NO FORCE"],
        (RowSecurity::Enabled, RowSecurity::Off) => &["DISABLE"],
        (RowSecurity::Forced, RowSecurity::Off) => &["NO FORCE", "DISABLE"],
        (RowSecurity::Off | RowSecurity::Enabled | RowSecurity::Forced, _) => &[],
    };
    words.iter().map(|word| format!("ALTER TABLE {} {word} ROW LEVEL SECURITY", name(table))).collect()
}
