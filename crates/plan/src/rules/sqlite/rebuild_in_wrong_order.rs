use whimbrel_schema::{Engine, ObjectName};

use crate::Step;
use crate::review::{Danger, Seen, Severity};
use crate::rules::{Example, Found, Rule};

pub(super) static RULE: Rule = Rule {
    id: "rebuild-in-wrong-order",
    severity: Severity::Breaking,
    on: true,
    engines: &[Engine::Sqlite],
    scales: false,
    what: "a table is renamed away before it is rebuilt, and everything that refers to it follows the old one",
    why: "ALTER TABLE … RENAME also rewrites the foreign keys, views and triggers that name the table. If the old \
          table is renamed first, they all point to the old one from then on; when that is dropped, they point to \
          nothing, and writing to a child table fails. Filling a new table under another name and renaming that one \
          into place leaves them as they are.",
    safe_way: "create the new table under a new name, fill it, drop the old one, then rename the new one",
    example: Example {
        bad: "ALTER TABLE email RENAME TO email_old;\nCREATE TABLE email (id integer PRIMARY KEY, subject text NOT \
              NULL);\nINSERT INTO email SELECT id, subject FROM email_old;\nDROP TABLE email_old;",
        good: "CREATE TABLE email_new (id integer PRIMARY KEY, subject text NOT NULL);\nINSERT INTO email_new SELECT \
               id, subject FROM email;\nDROP TABLE email;\nALTER TABLE email_new RENAME TO email;",
    },
    sources: &["https://www.sqlite.org/lang_altertable.html#caution"],
    check,
    stands: None,
    fix: None,
};

fn check(seen: &Seen<'_>, found: &mut Found<'_>) {
    for (at, step) in seen.steps().iter().enumerate() {
        let Step::DropTable { table, .. } = step else { continue };
        let Some(named) = renamed_away(seen, table) else { continue };
        let left: Vec<&str> = (seen.dangers())
            .filter_map(|(step, danger)| match danger {
                Danger::Breaks { what } if step == at => Some(what.as_str()),
                _ => None,
            })
            .collect();
        let message = match left.first() {
            Some(first) => format!("renaming `{named}` away made everything follow it, and now it goes: {first}"),
            None if !(seen.at.complete || nothing_followed(seen)) => {
                format!("renaming `{named}` away made every foreign key, view and trigger follow it, and now it goes")
            }
            None => continue,
        };
        found.step(at, message);
    }
}

/// The old way of renaming leaves views and triggers alone, and without foreign keys these too.
fn nothing_followed(seen: &Seen<'_>) -> bool {
    is_set(seen, "legacy_alter_table", &["1", "on", "yes", "true"]) && enforces_no_keys(seen)
}

/// Whether it is known that foreign keys are not enforced.
pub(super) fn enforces_no_keys(seen: &Seen<'_>) -> bool {
    is_set(seen, "foreign_keys", &["0", "off", "no", "false"])
}

fn is_set(seen: &Seen<'_>, name: &str, to: &[&str]) -> bool {
    let known = seen.facts().settings.get(name).map(String::as_str);
    let value = seen.session().setting(name).or(known);
    value.is_some_and(|value| to.iter().any(|word| value.eq_ignore_ascii_case(word)))
}

/// The name that the table had when the file began, and that another has now.
pub(super) fn renamed_away<'a>(seen: &Seen<'a>, table: &ObjectName) -> Option<&'a ObjectName> {
    let steps = seen.file.iter().flat_map(|passed| passed.steps);
    let mut renames =
        steps.filter_map(|step| if let Step::RenameTable { from, to } = step { Some((from, to)) } else { None });
    renames.find(|(_, to)| *to == table).map(|(from, _)| from).filter(|named| seen.table(named).is_some())
}
