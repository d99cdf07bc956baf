use whimbrel_schema::{Engine, Object, ObjectId, ObjectKind};

use crate::review::{Edit, Finding, Fix, Seen, Severity};
use crate::rules::{Example, Found, Rewrite, Rule};
use crate::{EnumPosition, Step};

pub(super) static RULE: Rule = Rule {
    id: "enum-order-not-said",
    severity: Severity::Advice,
    on: true,
    engines: &[Engine::Postgres],
    scales: false,
    what: "a new enum value is placed last without saying so",
    why: "Enum values sort in the order in which they were declared. Without BEFORE or AFTER the new one sorts after \
          all others, and its place cannot be changed later.",
    safe_way: "say BEFORE or AFTER which value it belongs",
    example: Example {
        bad: "ALTER TYPE mood ADD VALUE 'calm';",
        good: "ALTER TYPE mood ADD VALUE 'calm' AFTER 'happy';",
    },
    sources: &["https://www.postgresql.org/docs/current/sql-altertype.html"],
    check,
    stands: None,
    fix: Some(Rewrite { fix, refusal: |_, _| "which values the type has is not known from these files".to_string() }),
};

fn check(seen: &Seen<'_>, found: &mut Found<'_>) {
    for (at, step) in seen.steps().iter().enumerate() {
        if let Step::AddEnumValue { name, value, position: EnumPosition::Last, .. } = step {
            found
                .step(at, format!("`{value}` becomes the greatest value of `{name}`, and stays it"))
                .label("no BEFORE or AFTER");
        }
    }
}

fn fix(seen: &Seen<'_>, finding: &Finding) -> Option<Fix> {
    let Some(Step::AddEnumValue { name, .. }) = seen.steps().get(finding.step?) else { return None };
    let Object::Enum(known) = seen.before().object(&ObjectId::new(ObjectKind::Enum, name.clone()))? else {
        return None;
    };
    let last = seen.dialect.literal(known.values.last()?);
    let end = seen.statement.span.end;
    Some(Fix {
        what: "say after which value it stands".to_string(),
        edits: vec![Edit { span: end..end, text: format!(" AFTER {last}") }],
        then: Vec::new(),
    })
}
