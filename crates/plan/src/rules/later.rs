//! What several fixes have in common: a constraint that is proved later, by steps in transactions of their own.

use whimbrel_schema::{Column, Constraint, Expression, ObjectName, Schema};

use super::alone::Alone;
use super::limits;
use super::rewrite::because;
use crate::Step;
use crate::review::{Edit, Finding, Fix, Followup, Seen};

/// The constraint of the finding added NOT VALID, and validated in a later transaction.
pub(super) fn not_valid(seen: &Seen<'_>, finding: &Finding) -> Option<Fix> {
    let step = finding.step?;
    let Some(Step::AddConstraint { table, constraint, .. }) = seen.steps().get(step) else { return None };
    let name = name_of(seen, table, constraint)?;
    let clause = seen.clause(step)?;
    let mut edits = vec![Edit { span: clause.end..clause.end, text: " NOT VALID".to_string() }];
    if constraint.name().is_none() {
        let add = seen.keyword_within("ADD", &clause)?;
        edits.insert(0, Edit { span: add.end..add.end, text: format!(" CONSTRAINT {}", seen.dialect.quote(&name)) });
    }
    let statements = vec![validate(seen, table, &name)];
    let message = format!("validate `{name}`");
    Some(Fix {
        what: "add it NOT VALID, and validate it in a later transaction".to_string(),
        edits,
        then: vec![Followup { message, statements, no_transaction: false, undo: Vec::new() }],
    })
}

/// The constraint's index built on its own, and taken over by the constraint in a later transaction. A primary key's
/// columns are made NOT NULL before that, where they may be NULL: the key would read the whole table for them.
pub(super) fn using_index(seen: &Seen<'_>, finding: &Finding) -> Option<Fix> {
    let [Step::AddConstraint { table, constraint, using_index: None }] = seen.steps() else { return None };
    finding.step?;
    let (word, columns, include, distinct, deferrable) = match constraint.as_ref() {
        Constraint::PrimaryKey(key) => ("PRIMARY KEY", &key.columns, &key.include, true, key.deferrable),
        Constraint::Unique(key) => ("UNIQUE", &key.columns, &key.include, key.nulls_distinct, key.deferrable),
        Constraint::ForeignKey(_) | Constraint::Check(_) | Constraint::Exclusion(_) => return None,
    };
    let partitioned = seen.table(table)?.options.partition_by.is_some();
    if partitioned || deferrable != whimbrel_schema::Deferrable::No {
        return None;
    }
    let dialect = seen.dialect;
    let name = name_of(seen, table, constraint)?;
    let list = |names: &[String]| names.iter().map(|name| dialect.quote(name)).collect::<Vec<_>>().join(", ");
    let (index, on) = (dialect.quote(&name), dialect.quote_name(table));
    let mut build = format!("CREATE UNIQUE INDEX CONCURRENTLY {index} ON {on} ({})", list(columns));
    if !include.is_empty() {
        build.push_str(&format!(" INCLUDE ({})", list(include)));
    }
    if !distinct {
        build.push_str(" NULLS NOT DISTINCT");
    }
    let take = Followup {
        message: format!("add `{name}` with its index"),
        statements: limits::within(
            seen,
            vec![format!("ALTER TABLE {on} ADD CONSTRAINT {index} {word} USING INDEX {index}")],
        ),
        no_transaction: false,
        undo: vec![format!("ALTER TABLE {on} DROP CONSTRAINT {index}")],
    };
    let (message, undo) = (format!("build the index of `{name}`"), vec![format!("DROP INDEX CONCURRENTLY {index}")]);
    if let (Constraint::PrimaryKey(_), Some((first, mut then))) =
        (constraint.as_ref(), never_null(seen, table, columns))
    {
        then.push(Followup { message, statements: vec![build], no_transaction: true, undo });
        then.push(take);
        let what = "prove that no column of it is NULL, build its index CONCURRENTLY, and add the key with it";
        return Some(Fix { what: what.to_string(), edits: vec![seen.instead(first)], then });
    }
    let alone = Alone {
        what: "build its index CONCURRENTLY, and add the constraint with it in a later transaction",
        edits: vec![seen.instead(build)],
        name: Some(&name),
        table: Some(table),
        constrains: true,
        message,
        undo,
        then: vec![take],
    };
    Some(alone.fix(seen))
}

/// Why neither of the two is rewritten.
pub(super) fn no_index_to_use(seen: &Seen<'_>, finding: &Finding) -> String {
    because(seen, finding, || {
        let table = seen.new_constraints().find_map(|new| seen.table(new.table));
        match (seen.steps(), table) {
            (_, Some(table)) if table.options.partition_by.is_some() => {
                "no index of a partitioned table can be built CONCURRENTLY".to_string()
            }
            ([Step::AddConstraint { using_index: None, .. }], _) => {
                "a deferrable constraint is left to you: build the index CONCURRENTLY, then add it USING INDEX"
                    .to_string()
            }
            (_, _) => "it comes with its column, or which columns may be NULL is not known".to_string(),
        }
    })
}

/// A primary key that takes over an index, over columns that may be NULL: they are made NOT NULL before it.
pub(super) fn key_after_not_null(seen: &Seen<'_>, table: &ObjectName, columns: &[String]) -> Option<Fix> {
    let [Step::AddConstraint { using_index: Some(index), .. }] = seen.steps() else { return None };
    let (first, mut then) = never_null(seen, table, columns)?;
    then.push(Followup {
        message: format!("add the primary key with `{index}`"),
        statements: limits::within(seen, vec![seen.sql.to_string()]),
        no_transaction: false,
        undo: Vec::new(),
    });
    let what = "prove that no column of it is NULL, and add the key after that".to_string();
    Some(Fix { what, edits: vec![seen.instead(first)], then })
}

/// How those of the columns that may be NULL become NOT NULL while others go on; `None` where none may.
fn never_null(seen: &Seen<'_>, table: &ObjectName, columns: &[String]) -> Option<(String, Vec<Followup>)> {
    let known = seen.table(table)?;
    let nullable = |name: &&String| known.column(name).is_some_and(|column| column.nullable);
    let steps: Vec<_> = columns.iter().filter(nullable).map(|column| not_null(seen, table, column)).collect();
    let (first, then): (Vec<String>, Vec<Vec<Followup>>) = steps.into_iter().unzip();
    (!first.is_empty()).then(|| (first.join(";\n"), then.concat()))
}

/// How a column becomes NOT NULL while others go on: the first statement, and what follows it.
pub(super) fn not_null(seen: &Seen<'_>, table: &ObjectName, column: &str) -> (String, Vec<Followup>) {
    let dialect = seen.dialect;
    let (on, quoted) = (dialect.quote_name(table), dialect.quote(column));
    // A check that is there and not validated may have been left so for a reason, and stays as it is.
    let name = free_name(seen, table, format!("{}_{column}", table.name), "set");
    let check = dialect.quote(&name);
    let add = format!("ALTER TABLE {on} ADD CONSTRAINT {check} CHECK ({quoted} IS NOT NULL) NOT VALID");
    let prove = Followup {
        message: format!("validate that `{column}` is never NULL"),
        statements: vec![validate(seen, table, &name)],
        no_transaction: false,
        undo: Vec::new(),
    };
    let statements = vec![
        format!("ALTER TABLE {on} ALTER COLUMN {quoted} SET NOT NULL"),
        format!("ALTER TABLE {on} DROP CONSTRAINT {check}"),
    ];
    let settle = Followup {
        message: format!("make `{column}` NOT NULL"),
        statements: limits::within(seen, statements),
        no_transaction: false,
        undo: vec![format!("ALTER TABLE {on} ALTER COLUMN {quoted} DROP NOT NULL")],
    };
    (add, vec![prove, settle])
}

/// A new column whose rows are filled after it is there.
pub(super) fn filled_column(seen: &Seen<'_>, table: &ObjectName, column: &Column, default: &Expression) -> Option<Fix> {
    seen.table(table)?.primary_key.as_ref()?;
    let mut statements = bare(seen, table, column)?;
    let (on, quoted) = (seen.dialect.quote_name(table), seen.dialect.quote(&column.name));
    statements.push(format!("ALTER TABLE {on} ALTER COLUMN {quoted} SET DEFAULT {default}"));
    let fill = Followup {
        message: format!("fill `{}`", column.name),
        statements: vec![format!("-- backfill\nUPDATE {on} SET {quoted} = {default} WHERE {quoted} IS NULL")],
        no_transaction: false,
        undo: Vec::new(),
    };
    let required = if column.nullable { Vec::new() } else { then_required(seen, table, column) };
    Some(Fix {
        what: "add it without a value, and fill it in batches".to_string(),
        edits: vec![seen.instead(statements.join(";\n"))],
        then: std::iter::once(fill).chain(required).collect(),
    })
}

/// A required column for which nobody has said what old rows get: the check is validated once they all have a value.
pub(super) fn required_later(seen: &Seen<'_>, table: &ObjectName, column: &Column) -> Option<Fix> {
    seen.table(table)?;
    Some(Fix {
        what: "add it nullable, and make it NOT NULL by a check that is validated once every row has a value"
            .to_string(),
        edits: vec![seen.instead(bare(seen, table, column)?.join(";\n"))],
        then: then_required(seen, table, column),
    })
}

/// The statements that add the column with nothing that rows would have to be looked at for.
fn bare(seen: &Seen<'_>, table: &ObjectName, column: &Column) -> Option<Vec<String>> {
    let bare = Column { nullable: true, default: None, ..column.clone() };
    let add =
        Step::AddColumn { table: table.clone(), column: Box::new(bare), constraints: Vec::new(), if_not_exists: false };
    seen.dialect.render(&add, seen.before()).ok()
}

fn then_required(seen: &Seen<'_>, table: &ObjectName, column: &Column) -> Vec<Followup> {
    let (first, rest) = not_null(seen, table, &column.name);
    let message = format!("begin to make `{}` NOT NULL", column.name);
    let statements = limits::within(seen, vec![first]);
    let begin = Followup { message, statements, no_transaction: false, undo: Vec::new() };
    std::iter::once(begin).chain(rest).collect()
}

/// A partition attached after a check that says what its bound says: no row is looked at under the strong lock.
pub(super) fn proved_partition(
    seen: &Seen<'_>,
    parent: &ObjectName,
    partition: &ObjectName,
    bound: &str,
) -> Option<Fix> {
    let dialect = seen.dialect;
    let condition = dialect.bound_as_check(seen.table(parent)?, bound)?;
    seen.table(partition)?;
    let name = free_name(seen, partition, partition.name.clone(), "bound");
    let (on, check) = (dialect.quote_name(partition), dialect.quote(&name));
    let prove = Followup {
        message: format!("validate that `{partition}` holds what its bound says"),
        statements: vec![validate(seen, partition, &name)],
        no_transaction: false,
        undo: Vec::new(),
    };
    let settle = Followup {
        message: format!("attach `{partition}`"),
        statements: limits::within(
            seen,
            vec![seen.sql.to_string(), format!("ALTER TABLE {on} DROP CONSTRAINT {check}")],
        ),
        no_transaction: false,
        undo: vec![format!("ALTER TABLE {} DETACH PARTITION {on}", dialect.quote_name(parent))],
    };
    Some(Fix {
        what: "prove its bound by a check that is validated while others go on, and attach it after that".to_string(),
        edits: vec![seen.instead(format!("ALTER TABLE {on} ADD CONSTRAINT {check} CHECK ({condition}) NOT VALID"))],
        then: vec![prove, settle],
    })
}

/// The validated check that proves the column is never NULL.
pub(super) fn proof(seen: &Seen<'_>, table: &ObjectName, column: &str) -> Option<String> {
    let table = seen.table(table)?;
    let proves = |check: &&whimbrel_schema::Check| check.enforced && check.validated && !check.no_inherit;
    let mut found = table.checks.iter().filter(proves).filter(|check| says_not_null(check.expression.text(), column));
    found.find_map(|check| check.name.clone())
}

/// Whether the text is `column IS NOT NULL`, in whatever brackets.
pub(super) fn says_not_null(text: &str, column: &str) -> bool {
    let bare: String = text.chars().filter(|c| !matches!(c, '(' | ')' | '"')).collect();
    let mut words = bare.split_whitespace();
    let mut next = || words.next().unwrap_or_default();
    let (name, is, not, null, end) = (next(), next(), next(), next(), next());
    let keywords =
        is.eq_ignore_ascii_case("is") && not.eq_ignore_ascii_case("not") && null.eq_ignore_ascii_case("null");
    name == column && keywords && end.is_empty()
}

fn validate(seen: &Seen<'_>, table: &ObjectName, name: &str) -> String {
    format!("ALTER TABLE {} VALIDATE CONSTRAINT {}", seen.dialect.quote_name(table), seen.dialect.quote(name))
}

/// The name that the constraint has, or gets from the engine.
pub(super) fn name_of(seen: &Seen<'_>, table: &ObjectName, constraint: &Constraint) -> Option<String> {
    if let Some(name) = constraint.name() {
        return Some(name.to_string());
    }
    let mut schema = Schema::new(seen.dialect.engine());
    let mut known = seen.table(table)?.clone();
    let before: Vec<Option<String>> =
        known.constraints().iter().map(|constraint| constraint.name().map(str::to_string)).collect();
    known.add_constraint(constraint.clone());
    schema.insert_table(known);
    if let Constraint::ForeignKey(key) = constraint
        && let Some(referenced) = seen.table(&key.references).filter(|other| other.name != *table)
    {
        schema.insert_table(referenced.clone());
    }
    seen.dialect.complete(&mut schema, table);
    let after = schema.table(table)?.constraints();
    let names = after.iter().map(|constraint| constraint.name().map(str::to_string));
    names.filter(|name| !before.contains(name)).find_map(|name| name)
}

/// `email_subject_set`, with a number where that is taken, within the 63 bytes that a name may have.
fn free_name(seen: &Seen<'_>, table: &ObjectName, mut stem: String, end: &str) -> String {
    while stem.len() > 54 {
        stem.pop();
    }
    let constraints = seen.table(table).map(whimbrel_schema::Table::constraints).unwrap_or_default();
    let taken = |name: &str| constraints.iter().any(|constraint| constraint.name() == Some(name));
    let plain = format!("{stem}_{end}");
    if !taken(&plain) {
        return plain;
    }
    (2..100).map(|number| format!("{stem}_{end}{number}")).find(|name| !taken(name)).unwrap_or(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_plain_test_for_null_proves_that_there_is_none() {
        for text in ["subject IS NOT NULL", "(subject is not null)", "((\"subject\" IS NOT NULL))"] {
            assert!(says_not_null(text, "subject"), "{text}");
        }
        for text in ["subject IS NULL", "title IS NOT NULL", "subject IS NOT NULL OR size > 0", ""] {
            assert!(!says_not_null(text, "subject"), "{text}");
        }
    }
}
