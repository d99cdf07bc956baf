use whimbrel_run::{DriverError, DriverErrorKind};
use whimbrel_schema::{
    Action, Check, Constraint, Deferrable, Exclusion, ExclusionElement, ForeignKey, Index, Match, PrimaryKey, Unique,
};

use super::catalogue::{CONSTRAINT, Catalogue};
use super::fields::{Fields, without_parentheses};
use super::types::add_domain_check;

pub fn read_constraint(catalogue: &mut Catalogue, fields: &mut Fields<'_>) -> Result<(), DriverError> {
    let oid = fields.number()?;
    let (table, domain) = (fields.oid()?, fields.oid()?);
    let name = fields.string()?;
    let kind = fields.letter()?;
    let deferrable = match (fields.flag()?, fields.flag()?) {
        (false, _) => Deferrable::No,
        (true, false) => Deferrable::InitiallyImmediate,
        (true, true) => Deferrable::InitiallyDeferred,
    };
    let validated = fields.flag()?;
    let columns = fields.numbers::<i16>()?;
    let index = fields.oid()?;
    let (references, referenced) = (fields.oid()?, fields.numbers::<i16>()?);
    let (on_delete, on_update) = (action(fields.letter()?), action(fields.letter()?));
    let matching = if fields.letter()? == 'f' { Match::Full } else { Match::Simple };
    let set_columns = fields.numbers::<i16>()?;
    let (no_inherit, enforced, period) = (fields.flag()?, fields.flag()?, fields.flag()?);
    let expression = fields.optional()?;
    let (operators, definition) = (fields.list()?, fields.optional()?);
    let comment = catalogue.comment(CONSTRAINT, oid, 0);

    let check = |expression: &str, comment| Check {
        name: Some(name.clone()),
        expression: without_parentheses(expression).into(),
        // One that is not enforced never was looked at; the catalogue says so in a second flag.
        validated: validated || !enforced,
        enforced,
        no_inherit,
        comment,
    };
    if let (Some(domain), Some(expression)) = (domain, expression) {
        add_domain_check(catalogue, domain, check(expression, comment));
        return Ok(());
    }
    let Some(table) = table else {
        return Ok(());
    };
    let index = (kind != 'f').then(|| index.and_then(|index| catalogue.indexes.remove(&index))).flatten();
    let Some(owner) = catalogue.kept_table(table).map(|relation| relation.table.name.clone()) else {
        return Ok(());
    };
    if let Some(index) = index.as_ref().map(|row| &row.index) {
        let stored = index.storage.iter().map(|(name, value)| format!("{name}={value}"));
        let stored: Vec<String> = stored.chain(index.tablespace.clone()).collect();
        if !stored.is_empty() {
            catalogue.setting("index storage", &owner, &name, stored.join(", "));
        }
    }
    if kind == 'f' && !enforced {
        catalogue.setting("foreign key enforcement", &owner, &name, "NOT ENFORCED".to_string());
    }
    if period {
        // `WITHOUT OVERLAPS` and `PERIOD`, from 18 on.
        catalogue.setting("temporal constraint", &owner, &name, definition.unwrap_or_default().to_string());
        return Ok(());
    }
    let Some(relation) = catalogue.relations.get(&table) else {
        return Ok(());
    };
    let missing = |what: &str| {
        let message = format!("the catalogue has no {what} of constraint `{name}` of `{}`", relation.table.name);
        DriverError::new(DriverErrorKind::Unsupported, message)
    };
    let named = Some(name.clone());
    let constraint = match kind {
        'p' => Constraint::PrimaryKey(PrimaryKey {
            name: named,
            include: index.map(|row| row.index.include).unwrap_or_default(),
            deferrable,
            comment,
            ..PrimaryKey::new(relation.columns(&columns)?)
        }),
        'u' => {
            let (include, nulls_distinct) = match index {
                Some(row) => (row.index.include, row.index.nulls_distinct),
                None => (Vec::new(), true),
            };
            let columns = relation.columns(&columns)?;
            Constraint::Unique(Unique {
                name: named,
                include,
                nulls_distinct,
                deferrable,
                comment,
                ..Unique::new(columns)
            })
        }
        'f' => {
            let target = references.and_then(|oid| catalogue.relations.get(&oid));
            let target = target.ok_or_else(|| missing("referenced table"))?;
            let columns = relation.columns(&columns)?;
            let key = ForeignKey::new(columns, target.table.name.clone(), target.columns(&referenced)?);
            Constraint::ForeignKey(ForeignKey {
                name: named,
                on_delete,
                on_update,
                set_columns: relation.columns(&set_columns)?,
                matching,
                deferrable,
                validated: validated || !enforced,
                comment,
                ..key
            })
        }
        'c' => Constraint::Check(check(expression.ok_or_else(|| missing("expression"))?, comment)),
        'x' => {
            let Index { method, keys, include, predicate, .. } = index.ok_or_else(|| missing("index"))?.index;
            let operators = operators.into_iter().map(Option::unwrap_or_default);
            Constraint::Exclusion(Exclusion {
                name: named,
                method: method.unwrap_or_else(|| "btree".to_string()),
                elements: keys
                    .into_iter()
                    .zip(operators)
                    .map(|(key, operator)| ExclusionElement { key, operator })
                    .collect(),
                include,
                predicate,
                deferrable,
                comment,
            })
        }
        other => return Err(missing(&format!("meaning for kind `{other}`"))),
    };
    if let Some(relation) = catalogue.kept_table(table) {
        relation.table.add_constraint(constraint);
    }
    Ok(())
}

fn action(letter: char) -> Action {
    match letter {
        'r' => Action::Restrict,
        'c' => Action::Cascade,
        'n' => Action::SetNull,
        'd' => Action::SetDefault,
        _ => Action::NoAction,
    }
}
