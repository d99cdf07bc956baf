use whimbrel_schema::{Constraint, Engine};

use crate::Step;
use crate::review::{Seen, Severity};
use crate::rules::{Example, Found, Rule, partitioned};

pub(super) static RULE: Rule = Rule {
    id: "unique-fails-on-duplicates",
    severity: Severity::Advice,
    on: true,
    engines: &[Engine::Postgres, Engine::Sqlite, Engine::Mysql],
    scales: false,
    what: "existing values may violate the new uniqueness",
    why: "Building a unique index fails on the first duplicate, possibly at the end of a long build; on PostgreSQL, \
          CONCURRENTLY then leaves an invalid index behind.",
    safe_way: "look for duplicates first: SELECT columns, count(*) … GROUP BY columns HAVING count(*) > 1",
    example: Example {
        bad: "CREATE UNIQUE INDEX CONCURRENTLY email_message_key ON email (message);",
        good: "SELECT message, count(*) FROM email GROUP BY message HAVING count(*) > 1;",
    },
    sources: &[
        "https://www.postgresql.org/docs/current/indexes-unique.html",
        "https://www.sqlite.org/lang_createindex.html",
        "https://dev.mysql.com/doc/refman/8.4/en/create-index.html#create-index-unique",
    ],
    check,
    stands: None,
    fix: None,
};

fn check(seen: &Seen<'_>, found: &mut Found<'_>) {
    for new in seen.new_constraints().filter(|new| new.using_index.is_none()) {
        let columns = match new.constraint {
            Constraint::Unique(unique) => &unique.columns,
            Constraint::PrimaryKey(key) => &key.columns,
            Constraint::ForeignKey(_) | Constraint::Check(_) | Constraint::Exclusion(_) => continue,
        };
        let added = matches!(seen.steps().get(new.step), Some(Step::AddColumn { .. }));
        if !seen.is_new(new.table) && !added {
            let (columns, table) = (columns.join("`, `"), new.table);
            found.step(new.step, format!("fails if two rows of `{table}` have the same `{columns}`"));
        }
    }
    for (at, step) in seen.steps().iter().enumerate() {
        let Step::CreateIndex { table, index, .. } = step else { continue };
        if index.unique && !seen.is_new(table) && !partitioned::is_part_of_unique(seen, table, index) {
            let name = &index.name;
            found.step(at, format!("building `{name}` fails if two rows of `{table}` are alike in it"));
        }
    }
}
