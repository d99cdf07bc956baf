use whimbrel_schema::{ColumnType, Engine};

use super::defined;
use crate::review::{Seen, Severity};
use crate::rules::{Example, Found, Rule};

pub(super) static RULE: Rule = Rule {
    id: "inexact-number",
    severity: Severity::Advice,
    on: true,
    engines: &[Engine::Mysql],
    scales: false,
    what: "a number is stored inexactly",
    why: "FLOAT and DOUBLE store binary fractions: 0.1 is not one of them, sums depend on their order, and `=` may or \
          may not find a value. FLOAT holds about seven digits. FLOAT(m, d) is deprecated.",
    safe_way: "use DECIMAL for money and anything counted, and DOUBLE for anything measured",
    example: Example { bad: "CREATE TABLE letter (price float);", good: "CREATE TABLE letter (price decimal(10, 2));" },
    sources: &["https://dev.mysql.com/doc/refman/8.4/en/problems-with-float.html"],
    check,
    stands: None,
    fix: None,
};

fn check(seen: &Seen<'_>, found: &mut Found<'_>) {
    for (at, step) in seen.steps().iter().enumerate() {
        for column in defined::columns(step) {
            // A DOUBLE without digits is what people take who want one.
            let inexact = |ty: &&ColumnType| {
                ty.name.starts_with("float") || (ty.name.starts_with("double") && !ty.arguments.is_empty())
            };
            if let Some(ty) = column.ty.filter(inexact) {
                found.step(at, format!("`{}` is a {ty}, which keeps numbers inexactly", column.name));
            }
        }
    }
}
