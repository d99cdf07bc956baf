use whimbrel_schema::{Constraint, Engine, ForeignKey, Index, IndexKey, IndexTarget, ObjectName, Schema};

use crate::Step;
use crate::review::{About, Seen, Severity};
use crate::rules::{Example, Found, Rule};

pub(super) static RULE: Rule = Rule {
    id: "foreign-key-without-index",
    severity: Severity::Advice,
    on: true,
    engines: &[Engine::Postgres, Engine::Sqlite],
    scales: false,
    what: "a foreign key has no index on its referencing columns",
    why: "PostgreSQL and SQLite index the referenced columns, not the referencing ones. Each DELETE or key change in \
          the referenced table then reads this whole table, once per row, to look for rows that refer to it; joins \
          along the key do the same.",
    safe_way: "create an index on the referencing columns (CONCURRENTLY on PostgreSQL)",
    example: Example {
        bad: "ALTER TABLE email ADD FOREIGN KEY (account_id) REFERENCES account (id) NOT VALID;",
        good: "CREATE INDEX CONCURRENTLY ix_email_account_id ON email (account_id);",
    },
    sources: &[
        "https://www.postgresql.org/docs/current/ddl-constraints.html#DDL-CONSTRAINTS-FK",
        "https://www.sqlite.org/foreignkeys.html#fk_indexes",
    ],
    check,
    stands: Some(stands),
    fix: None,
};

fn check(seen: &Seen<'_>, found: &mut Found<'_>) {
    for (at, step) in seen.steps().iter().enumerate() {
        let (table, keys): (&ObjectName, Vec<&ForeignKey>) = if let Step::CreateTable { table, .. } = step {
            (&table.name, table.foreign_keys.iter().collect())
        } else if let Step::AddColumn { table, constraints, .. } = step {
            (table, constraints.iter().filter_map(foreign_key).collect())
        } else if let Step::AddConstraint { table, constraint, .. } = step {
            (table, foreign_key(constraint).into_iter().collect())
        } else {
            continue;
        };
        for key in keys {
            let columns = key.columns.join("`, `");
            let to = &key.references;
            let finding =
                found.step(at, format!("the foreign key from `{table}` (`{columns}`) to `{to}` has no index"));
            if seen.before().engine == Engine::Sqlite {
                finding.safe_way("CREATE INDEX on the columns of the key");
            }
            finding.about(table, &key.columns).label(format!("each DELETE from `{to}` reads all of `{table}`"));
        }
    }
}

fn foreign_key(constraint: &Constraint) -> Option<&ForeignKey> {
    match constraint {
        Constraint::ForeignKey(key) => Some(key),
        Constraint::PrimaryKey(_) | Constraint::Unique(_) | Constraint::Check(_) | Constraint::Exclusion(_) => None,
    }
}

/// An index that begins with the key's columns serves, in whatever order they stand in it.
fn stands(schema: &Schema, about: &About) -> bool {
    let Some(table) = schema.table(&about.table) else { return false };
    let wanted = &about.columns;
    let begins = |columns: &[String]| {
        columns.len() >= wanted.len() && columns.iter().take(wanted.len()).all(|column| wanted.contains(column))
    };
    let plain = |index: &Index| -> Vec<String> {
        let column = |key: &IndexKey| match &key.target {
            IndexTarget::Column(name) => Some(name.clone()),
            IndexTarget::Expression(_) => None,
        };
        index.keys.iter().map_while(column).collect()
    };
    let keys = table.primary_key.iter().map(|key| key.columns.clone());
    let uniques = table.uniques.iter().map(|unique| unique.columns.clone());
    let indexes = table.indexes.iter().filter(|index| index.valid && index.predicate.is_none()).map(plain);
    let exists = table.foreign_keys.iter().any(|key| key.columns == *wanted);
    exists && !keys.chain(uniques).chain(indexes).any(|columns| begins(&columns))
}
