use whimbrel_schema::{Column, Engine};

use crate::Step;
use crate::review::{Seen, Severity};
use crate::rules::{Example, Found, Rule};

pub(super) static RULE: Rule = Rule {
    id: "integer-primary-key",
    severity: Severity::Advice,
    on: true,
    engines: &[Engine::Postgres],
    scales: false,
    what: "a primary key runs out after about 2.1 billion values",
    why: "An `integer` key is used up at 2,147,483,647, and failed inserts use up numbers too. Then every insert \
          fails, and making it `bigint` rewrites the table while everybody waits.",
    safe_way: "use bigint",
    example: Example {
        bad: "CREATE TABLE email (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY);",
        good: "CREATE TABLE email (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY);",
    },
    sources: &["https://www.postgresql.org/docs/current/datatype-numeric.html#DATATYPE-INT"],
    check,
    stands: None,
    fix: None,
};

fn check(seen: &Seen<'_>, found: &mut Found<'_>) {
    for (at, step) in seen.steps().iter().enumerate() {
        let Step::CreateTable { table, .. } = step else { continue };
        let Some(key) = &table.primary_key else { continue };
        let [name] = key.columns.as_slice() else { continue };
        let small =
            |column: &&Column| column.generation.is_some() && matches!(column.ty.name.as_str(), "integer" | "smallint");
        if let Some(column) = table.column(name).filter(small) {
            let (table, ty) = (&table.name, &column.ty);
            found.step(at, format!("`{table}.{name}` is {ty}, and its numbers run out")).label("use bigint").here =
                None;
        }
    }
}
