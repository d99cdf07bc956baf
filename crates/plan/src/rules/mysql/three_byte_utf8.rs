use whimbrel_schema::Engine;

use super::defined;
use crate::review::{Seen, Severity};
use crate::rules::{Example, Found, Rule};

pub(super) static RULE: Rule = Rule {
    id: "three-byte-utf8",
    severity: Severity::Advice,
    on: true,
    engines: &[Engine::Mysql],
    scales: false,
    what: "the character set cannot store emoji and other characters beyond the first 65,536",
    why: "MySQL's `utf8` and `utf8mb3` hold at most three bytes a character: no emoji, no rarer Chinese characters. \
          Text that contains one is refused, or cut off at it where sql_mode is not strict. The set is deprecated, and \
          `utf8` is to become an alias of utf8mb4.",
    safe_way: "use utf8mb4",
    example: Example {
        bad: "CREATE TABLE email (subject varchar(50)) DEFAULT CHARSET=utf8;",
        good: "CREATE TABLE email (subject varchar(50)) DEFAULT CHARSET=utf8mb4;",
    },
    sources: &["https://dev.mysql.com/doc/refman/8.4/en/charset-unicode-utf8mb3.html"],
    check,
    stands: None,
    fix: None,
};

fn check(seen: &Seen<'_>, found: &mut Found<'_>) {
    for (at, step) in seen.steps().iter().enumerate() {
        let set = defined::options(step).map(|(_, set)| set).unwrap_or_default();
        let of_table =
            set.into_iter().filter(|(name, _)| ["charset", "collate"].contains(name)).map(|(_, value)| value);
        let of_columns = defined::columns(step).into_iter().filter_map(|column| column.collation);
        let three = |name: &&str| matches!(name.split('_').next(), Some("utf8" | "utf8mb3"));
        if let Some(name) = of_table.chain(of_columns).find(three) {
            found.step(at, format!("`{name}` holds no character of more than three bytes"));
        }
    }
}
