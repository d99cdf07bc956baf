use whimbrel_schema::{Constraint, Engine, ObjectName, Schema};

use crate::Step;
use crate::review::{About, Seen, Severity};
use crate::rules::{Example, Found, Rule};

pub(super) static RULE: Rule = Rule {
    id: "foreign-key-missing",
    severity: Severity::Advice,
    on: true,
    engines: &[Engine::Postgres, Engine::Sqlite, Engine::Mysql],
    scales: false,
    what: "a column that looks like a reference has no foreign key",
    why: "Without a foreign key, a column named `…_id` collects rows that refer to nothing, and neither the planner \
          nor a reader of the schema can tell what it refers to.",
    safe_way: "declare what it refers to: REFERENCES other (id)",
    example: Example {
        bad: "CREATE TABLE email (id bigint PRIMARY KEY, account_id bigint NOT NULL);",
        good: "CREATE TABLE email (id bigint PRIMARY KEY, account_id bigint NOT NULL REFERENCES account (id));",
    },
    sources: &[
        "https://www.postgresql.org/docs/current/ddl-constraints.html#DDL-CONSTRAINTS-FK",
        "https://www.sqlite.org/foreignkeys.html",
        "https://dev.mysql.com/doc/refman/8.4/en/create-table-foreign-keys.html",
    ],
    check,
    stands: Some(stands),
    fix: None,
};

fn check(seen: &Seen<'_>, found: &mut Found<'_>) {
    for (at, step) in seen.steps().iter().enumerate() {
        let Some((table, columns)) = step.new_columns() else { continue };
        for column in columns {
            let Some(stem) = column.name.strip_suffix("_id").filter(|stem| !stem.is_empty()) else { continue };
            // Without a table that it could mean, the name says nothing.
            let Some(other) = meant(seen.before(), table, stem) else { continue };
            let own = if let Step::CreateTable { table, .. } = step {
                table.foreign_keys.iter().any(|key| key.columns.contains(&column.name))
            } else if let Step::AddColumn { constraints, .. } = step {
                constraints.iter().any(|it| matches!(it, Constraint::ForeignKey(_)))
            } else {
                false
            };
            if !own {
                let columns = [column.name.clone()];
                let name = &column.name;
                let finding = found
                    .step(at, format!("`{table}.{name}` looks like a reference to `{other}` and has no foreign key"));
                finding.about(table, &columns).label("rows can refer to nobody");
            }
        }
    }
}

fn meant<'a>(schema: &'a Schema, table: &ObjectName, stem: &str) -> Option<&'a ObjectName> {
    [stem.to_string(), format!("{stem}s"), format!("{stem}es")]
        .into_iter()
        .find_map(|name| schema.table(&table.sibling(name)))
        .map(|table| &table.name)
}

/// A later statement of the file may bring the key.
fn stands(schema: &Schema, about: &About) -> bool {
    let table = schema.table(&about.table);
    table.is_some_and(|table| {
        !table.foreign_keys.iter().any(|key| about.columns.iter().all(|it| key.columns.contains(it)))
    })
}
