use whimbrel_schema::Engine;

use crate::review::{Seen, Severity};
use crate::rules::{Example, Found, Rule};
use crate::{Amendment, Step};

pub(super) static RULE: Rule = Rule {
    id: "charset-conversion",
    severity: Severity::Care,
    on: true,
    engines: &[Engine::Mysql],
    scales: false,
    what: "all text of a table is converted to another character set",
    why: "CONVERT TO CHARACTER SET copies the table while writers wait, gives every text column the new character set \
          and collation (even those that had their own), enlarges TEXT types where it must, and fails on characters \
          that the new set lacks. Under another collation, values of a unique key can become equal, and joins with \
          tables that keep the old one no longer use their indexes.",
    safe_way: "convert columns one by one, and look for colliding values first: `… GROUP BY column COLLATE new HAVING \
               count(*) > 1`",
    example: Example {
        bad: "ALTER TABLE email CONVERT TO CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_ai_ci;",
        good: "ALTER TABLE email DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_ai_ci;",
    },
    sources: &["https://dev.mysql.com/doc/refman/8.4/en/alter-table.html#alter-table-character-set"],
    check,
    stands: None,
    fix: None,
};

fn check(seen: &Seen<'_>, found: &mut Found<'_>) {
    if seen.word("CONVERT").is_none() {
        return;
    }
    for (at, step) in seen.steps().iter().enumerate() {
        let Step::Amend(amendment) = step else { continue };
        if let Amendment::Storage { table, set } = &**amendment
            && set.contains_key("charset")
            && !seen.is_new(table)
        {
            let name = set.get("collate").or(set.get("charset")).cloned().flatten();
            let name = name.unwrap_or_else(|| "the server's own".to_string());
            found.step(at, format!("every text of `{table}` is converted to {name}, and some may not survive it"));
        }
    }
}
