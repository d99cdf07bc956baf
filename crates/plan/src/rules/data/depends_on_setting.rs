use whimbrel_schema::Engine;

use crate::review::{Danger, Seen, Severity};
use crate::rules::{Example, Found, Rule};

pub(super) static RULE: Rule = Rule {
    id: "depends-on-setting",
    severity: Severity::Care,
    on: true,
    engines: &[Engine::Postgres],
    scales: false,
    what: "what the statement does depends on a session setting",
    why: "A `timestamp` becomes a `timestamptz` according to the session's TimeZone: run from two places, the same \
          migration stores two different sets of instants. If TimeZone is UTC it is also free; otherwise the table is \
          rewritten.",
    safe_way: "set TimeZone in the script, or name the zone, as in `USING sent_at AT TIME ZONE 'UTC'`",
    example: Example {
        bad: "ALTER TABLE email ALTER COLUMN sent_at TYPE timestamptz;",
        good: "SET LOCAL TimeZone = 'UTC';\n\
               ALTER TABLE email ALTER COLUMN sent_at TYPE timestamptz;",
    },
    sources: &[
        "https://www.postgresql.org/docs/current/datatype-datetime.html#DATATYPE-TIMEZONES",
        "https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-NOTES",
    ],
    check,
    stands: None,
    fix: None,
};

fn check(seen: &Seen<'_>, found: &mut Found<'_>) {
    for (at, danger) in seen.dangers() {
        if let Danger::DependsOnSetting { setting, what } = danger
            && seen.session().setting(&setting.to_ascii_lowercase()).is_none()
        {
            found
                .step(at, format!("{what} depends on `{setting}` of the session"))
                .label("two runs can give two results");
        }
    }
}
