use whimbrel_schema::Engine;

use crate::review::{Danger, Edit, Finding, Fix, Seen, Severity};
use crate::rules::{Example, Found, Rewrite, Rule};

pub(super) static RULE: Rule = Rule {
    id: "modify-forgets",
    severity: Severity::Care,
    on: true,
    engines: &[Engine::Mysql],
    scales: false,
    what: "MODIFY or CHANGE drops the attributes of the column that it does not repeat",
    why: "MODIFY and CHANGE define the whole column again: NOT NULL, DEFAULT, ON UPDATE, AUTO_INCREMENT, COMMENT and \
          the collation are lost unless the definition repeats them, without a warning.",
    safe_way: "repeat the whole definition; ALTER COLUMN and RENAME COLUMN change the default or the name alone",
    example: Example {
        bad: "ALTER TABLE email MODIFY subject varchar(200);",
        good: "ALTER TABLE email MODIFY subject varchar(200) NOT NULL DEFAULT '';",
    },
    sources: &["https://dev.mysql.com/doc/refman/8.4/en/alter-table.html#alter-table-redefine-column"],
    check,
    stands: None,
    fix: Some(Rewrite {
        fix,
        refusal: |_, _| {
            "what it forgets has its place within the definition, which has to be repeated by hand".to_string()
        },
    }),
};

fn check(seen: &Seen<'_>, found: &mut Found<'_>) {
    for (at, danger) in seen.dangers() {
        if let Danger::Forgets { table, column, what } = danger {
            found.step(at, format!("`{table}.{column}` loses {}, which it does not repeat", what.join(", ")));
        }
    }
}

/// What is lost is said again, at the end of the definition.
fn fix(seen: &Seen<'_>, finding: &Finding) -> Option<Fix> {
    let step = finding.step?;
    let lost = seen.dangers().filter(|(at, _)| *at == step).find_map(|(_, danger)| match danger {
        Danger::Forgets { what, .. } => Some(what),
        _ => None,
    })?;
    let place = seen.place_of(step);
    let clause = seen.script.text.get(place.clone())?;
    // A character set stands right behind the type, and a position behind everything.
    let words = ["AFTER", "FIRST", "CHECK", "REFERENCES", "ALGORITHM", "LOCK"];
    let upper = clause.to_uppercase();
    if lost.iter().any(|part| part.starts_with("CHARACTER")) || words.iter().any(|word| upper.contains(word)) {
        return None;
    }
    let edit = Edit { span: place.end..place.end, text: format!(" {}", lost.join(" ")) };
    Some(Fix { what: format!("say {} again", lost.join(", ")), edits: vec![edit], then: Vec::new() })
}
