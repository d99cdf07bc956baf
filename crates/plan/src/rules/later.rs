//! What several fixes have in common: a constraint that is proved later, by steps in transactions of their own.

use whimbrel_schema::{Column, Constraint, Expression, ObjectName, Schema};

use super::limits;
use crate::Step;
use crate::review::{Edit, Finding, Fix, Followup, ScriptStatement, Seen};

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

/// The constraint's index built on its own, and taken over by the constraint in a later transaction.
pub(super) fn using_index(seen: &Seen<'_>, finding: &Finding) -> Option<Fix> {
    let [Step::AddConstraint { table, constraint, using_index: None }] = seen.steps() else { return None };
    finding.step?;
    let (word, columns, include, distinct, deferrable) = match constraint.as_ref() {
        Constraint::PrimaryKey(key) => ("PRIMARY KEY", &key.columns, &key.include, true, key.deferrable),
        Constraint::Unique(key) => ("UNIQUE", &key.columns, &key.include, key.nulls_distinct, key.deferrable),
        Constraint::ForeignKey(_) | Constraint::Check(_) | Constraint::Exclusion(_) => return None,
    };
    let known = seen.table(table)?;
    // A key over columns that may be NULL reads the table for them; those have to be made NOT NULL first.
    let nullable = columns.iter().any(|name| known.column(name).is_none_or(|column| column.nullable));
    let partitioned = known.options.partition_by.is_some();
    if (word == "PRIMARY KEY" && nullable) || partitioned || deferrable != whimbrel_schema::Deferrable::No {
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
    let take = format!("ALTER TABLE {on} ADD CONSTRAINT {index} {word} USING INDEX {index}");
    let outside = seen.outside_transactions();
    Some(Fix {
        what: "build its index CONCURRENTLY, and add the constraint with it in a later transaction".to_string(),
        edits: outside.into_iter().chain([seen.instead(build)]).collect(),
        then: vec![Followup {
            message: format!("add `{name}` with its index"),
            statements: limits::within(seen, vec![take]),
            no_transaction: false,
            undo: vec![format!("ALTER TABLE {on} DROP CONSTRAINT {index}")],
        }],
    })
}

/// The statement in a file of its own that follows: where a tool has one transaction for all of a file, what cannot be
/// in one cannot stay among others. `None` where it can stay, or where a later statement names what it makes.
pub(super) fn moved_out(seen: &Seen<'_>, sql: String, name: &str, message: String, undo: String) -> Option<Fix> {
    let shares =
        |other: &&ScriptStatement| other.span != seen.statement.span && other.transaction == seen.statement.transaction;
    // A revision of whimbrel's own has statements with and without a transaction.
    if seen.script.revision.is_some() || seen.statement.transaction.is_none() {
        return None;
    }
    if !seen.script.statements.iter().any(|other| shares(&other)) || seen.session().has_begun() {
        return None;
    }
    let after = seen.statement.span.end;
    let rest = seen.script.text.get(after..)?;
    if rest.to_lowercase().contains(&name.to_lowercase()) {
        return None;
    }
    let closing = rest.len() - rest.trim_start_matches([';', ' ', '\t']).len();
    let line_end = usize::from(rest.get(closing..).is_some_and(|rest| rest.starts_with('\n')));
    let span = seen.statement.span.start..after + closing + line_end;
    Some(Fix {
        what: "move it into a file of its own, outside a transaction".to_string(),
        edits: vec![Edit { span, text: String::new() }],
        then: vec![Followup { message, statements: vec![sql], no_transaction: true, undo: vec![undo] }],
    })
}

/// How a column becomes NOT NULL while others go on: the first statement, and what follows it.
pub(super) fn not_null(seen: &Seen<'_>, table: &ObjectName, column: &str) -> (String, Vec<Followup>) {
    let dialect = seen.dialect;
    let (on, quoted) = (dialect.quote_name(table), dialect.quote(column));
    // A check that is there and not validated may have been left so for a reason, and stays as it is.
    let name = free_name(seen, table, column);
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
    let dialect = seen.dialect;
    seen.table(table)?.primary_key.as_ref()?;
    let bare = Column { nullable: true, default: None, ..column.clone() };
    let add =
        Step::AddColumn { table: table.clone(), column: Box::new(bare), constraints: Vec::new(), if_not_exists: false };
    let mut statements = dialect.render(&add, seen.before()).ok()?;
    let (on, quoted) = (dialect.quote_name(table), dialect.quote(&column.name));
    statements.push(format!("ALTER TABLE {on} ALTER COLUMN {quoted} SET DEFAULT {default}"));
    let fill = Followup {
        message: format!("fill `{}`", column.name),
        statements: vec![format!("-- backfill\nUPDATE {on} SET {quoted} = {default} WHERE {quoted} IS NULL")],
        no_transaction: false,
        undo: Vec::new(),
    };
    let mut then = vec![fill];
    if !column.nullable {
        let (first, rest) = not_null(seen, table, &column.name);
        let message = format!("begin to make `{}` NOT NULL", column.name);
        let statements = limits::within(seen, vec![first]);
        then.push(Followup { message, statements, no_transaction: false, undo: Vec::new() });
        then.extend(rest);
    }
    Some(Fix {
        what: "add it without a value, and fill it in batches".to_string(),
        edits: vec![seen.instead(statements.join(";\n"))],
        then,
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
fn free_name(seen: &Seen<'_>, table: &ObjectName, column: &str) -> String {
    let mut stem = format!("{}_{column}", table.name);
    while stem.len() > 56 {
        stem.pop();
    }
    let constraints = seen.table(table).map(whimbrel_schema::Table::constraints).unwrap_or_default();
    let taken = |name: &str| constraints.iter().any(|constraint| constraint.name() == Some(name));
    let plain = format!("{stem}_set");
    if !taken(&plain) {
        return plain;
    }
    (2..100).map(|number| format!("{stem}_set{number}")).find(|name| !taken(name)).unwrap_or(plain)
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
