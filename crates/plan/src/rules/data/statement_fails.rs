use whimbrel_schema::Engine;

use crate::Step;
use crate::review::{Danger, Seen, Severity};
use crate::rules::{Example, Found, Rule, partitioned};

pub(super) static RULE: Rule = Rule {
    id: "statement-fails",
    severity: Severity::Care,
    on: true,
    engines: &[Engine::Postgres, Engine::Sqlite, Engine::Mysql],
    scales: false,
    what: "the server will refuse the statement as the schema stands",
    why: "Something depends on what is changed or dropped, or the request is impossible: the migration fails, and \
          whatever ran before it outside a transaction stays done.",
    safe_way: "first change what stands in the way",
    example: Example {
        bad: "DROP TABLE account;",
        good: "ALTER TABLE email DROP CONSTRAINT email_account_id_fkey;\n\
               DROP TABLE account;",
    },
    sources: &[
        "https://www.postgresql.org/docs/current/ddl-depend.html",
        "https://dev.mysql.com/doc/refman/8.4/en/create-table-foreign-keys.html",
        "https://dev.mysql.com/doc/refman/8.4/en/innodb-online-ddl-operations.html",
    ],
    check,
    stands: None,
    fix: None,
};

fn check(seen: &Seen<'_>, found: &mut Found<'_>) {
    for (at, danger) in seen.dangers() {
        let Danger::Fails { why } = danger else { continue };
        // What fails on some rows only is the matter of the rules about those constraints.
        let on_rows = matches!(
            seen.steps().get(at),
            Some(
                Step::ValidateConstraint { .. }
                    | Step::AddConstraint { .. }
                    | Step::SetNullable { nullable: false, .. }
                    | Step::AddColumn { .. }
                    | Step::AttachPartition { .. }
                    | Step::Amend(_)
            )
        );
        let unique = match seen.steps().get(at) {
            Some(Step::CreateIndex { table, index, concurrently, .. }) => {
                index.unique && (!concurrently || partitioned::is_part_of_unique(seen, table, index))
            }
            Some(_) | None => false,
        };
        let told = found.is_told(at, |rule| {
            matches!(
                rule,
                "required-column" | "enum-value-used-too-early" | "type-narrows" | "unique-fails-on-duplicates"
            )
        });
        // What SQLite's ALTER TABLE and its DROP TABLE stumble over has rules of its own.
        let elsewhere = seen.before().engine == Engine::Sqlite
            && match seen.steps().get(at) {
                Some(Step::DropColumn { .. } | Step::RenameColumn { .. } | Step::RenameTable { .. }) => true,
                Some(Step::DropTable { table, .. }) => seen.table(table).is_some(),
                Some(_) | None => false,
            };
        let added = matches!(seen.steps().get(at), Some(Step::AddColumn { .. }));
        let of_rows = match seen.before().engine {
            Engine::Postgres => on_rows || unique,
            Engine::Sqlite => added || unique,
            // They are of the statement as a whole, or have no rule of their own.
            Engine::Mysql => false,
        };
        if !of_rows && !told && !elsewhere {
            let message = match why.starts_with("it fails ") {
                true => why.clone(),
                false => format!("it is refused: {why}"),
            };
            found.step(at, message).label("fails").here = None;
        }
    }
}
