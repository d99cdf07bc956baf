//! The rule by which triggers keep columns in step, read back from the triggers.

use whimbrel_plan::backfill::Batching;
use whimbrel_plan::evolution::dual_write::{Mend, Rule};
use whimbrel_schema::{Table, Trigger};

use super::dialect::Sqlite;
use super::naming::{same, unquote};
use super::token::{Token, tokens};

/// Those of the table's triggers that say when a row is in step. A trigger that was edited says nothing.
pub(super) fn rules(table: &Table) -> Vec<Rule> {
    let prefix = format!("whimbrel_{}_", table.name.name);
    let own = table.triggers.iter().filter(|trigger| trigger.name.starts_with(&prefix));
    own.filter_map(|trigger| rule(trigger, table)).collect()
}

fn rule(trigger: &Trigger, table: &Table) -> Option<Rule> {
    let text = trigger.definition.as_str();
    let all: Vec<Token<'_>> = tokens(text).collect();
    let when = condition(&all)?;
    let rule = |columns: Vec<String>, broken: String| {
        // The trigger for old code's updates, where there is one, says what the new columns get.
        let other = trigger.name.strip_suffix("_update_new").map(|label| format!("{label}_update_old"));
        let other = other.and_then(|name| table.triggers.iter().find(|trigger| trigger.name == name));
        let mends = other.into_iter().chain([trigger]).filter_map(|trigger| mend(trigger, table)).collect();
        Rule { table: table.name.clone(), columns, broken, mends }
    };
    if trigger.name.ends_with("_update_new") {
        // `(what was changed) AND NOT (in step)`: new code's write is what sends the old columns after it, so that
        // only where there is such a trigger every row ends in step.
        let close = when.last().filter(|token| token.is_symbol(")"))?;
        let open = opening(when)?;
        let (before, open) = when.split_at_checked(open)?;
        if !before.last()?.is_word("NOT") {
            return None;
        }
        let in_step = text.get(open.first()?.end()..close.start)?;
        let columns = columns_of(&all, table)?;
        return Sqlite.is_steady_text(in_step).then(|| rule(columns, format!("NOT ({in_step})")));
    }
    let filled = trigger.name.ends_with("_insert").then(|| match when {
        [row, dot, column, is, null, and, ..]
            if row.is_word("NEW")
                && dot.is_symbol(".")
                && is.is_word("IS")
                && null.is_word("NULL")
                && and.is_word("AND") =>
        {
            Some(unquote(column.text))
        }
        _ => None,
    });
    let column = filled.flatten()?;
    let whole = text.get(when.first()?.start..when.last()?.end())?;
    Some(rule(vec![column], whole.to_string()))
}

/// What the trigger's UPDATE sets.
fn mend(trigger: &Trigger, table: &Table) -> Option<Mend> {
    let text = trigger.definition.as_str();
    let all: Vec<Token<'_>> = tokens(text).collect();
    let written = written(&all)?;
    let set = text.get(written.first()?.start..written.last()?.end())?.to_string();
    Some(Mend { writes: named(&targets(written), table), set })
}

/// What stands between WHEN and BEGIN.
fn condition<'t, 'a>(all: &'t [Token<'a>]) -> Option<&'t [Token<'a>]> {
    let begin = all.iter().position(|token| token.is_word("BEGIN"))?;
    let when = all.iter().position(|token| token.is_word("WHEN"))?;
    all.get(when + 1..begin).filter(|between| !between.is_empty())
}

/// The place of the bracket that the last one closes.
fn opening(tokens: &[Token<'_>]) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, token) in tokens.iter().enumerate().rev() {
        if token.is_symbol(")") {
            depth += 1;
        } else if token.is_symbol("(") {
            depth = depth.checked_sub(1)?;
            if depth == 0 {
                return Some(at);
            }
        }
    }
    None
}

/// The columns that the trigger looks at and those that it writes, as the table spells them.
fn columns_of(all: &[Token<'_>], table: &Table) -> Option<Vec<String>> {
    let of = all.iter().position(|token| token.is_word("OF"))?;
    let on = all.iter().position(|token| token.is_word("ON"))?;
    let mut columns = named(all.get(of + 1..on)?, table);
    let targets = named(&targets(written(all)?), table);
    columns.extend(targets.into_iter().filter(|column| !columns.contains(column)).collect::<Vec<_>>());
    Some(columns)
}

/// What stands between SET and the WHERE that names the row.
fn written<'t, 'a>(all: &'t [Token<'a>]) -> Option<&'t [Token<'a>]> {
    let begin = all.iter().position(|token| token.is_word("BEGIN"))?;
    let set = begin + all.get(begin..)?.iter().position(|token| token.is_word("SET"))?;
    let end = all.iter().rposition(|token| token.is_word("WHERE"))?;
    all.get(set + 1..end)
}

/// The names that something is given to.
fn targets<'a>(written: &[Token<'a>]) -> Vec<Token<'a>> {
    let targets = written.windows(2).filter_map(|pair| match pair {
        [name, equals] if name.is_name() && equals.is_symbol("=") => Some(*name),
        _ => None,
    });
    targets.collect()
}

/// The columns among the names, as the table spells them.
fn named(names: &[Token<'_>], table: &Table) -> Vec<String> {
    let names: Vec<String> = names.iter().filter(|token| token.is_name()).map(|token| unquote(token.text)).collect();
    let is = |column: &&whimbrel_schema::Column| names.iter().any(|name| same(name, &column.name));
    table.columns.iter().filter(is).map(|column| column.name.clone()).collect()
}

#[cfg(test)]
mod tests {
    use whimbrel_plan::Dialect;
    use whimbrel_plan::evolution::dual_write::{DualWrite, Kept, Side, Value};
    use whimbrel_schema::{Column, ColumnType, Engine, Expression, Schema};

    use super::*;

    fn rules_of(kept: Kept) -> Vec<Rule> {
        let mut schema = Schema::new(Engine::Sqlite);
        let column = |name: &&str| Column::new(*name, ColumnType::new("text"));
        let columns = ["id", "a", "b", "new c"].iter().map(column).collect();
        schema.insert_table(Table { columns, ..Table::new("t") });
        let dual = DualWrite { table: "t".into(), kept: vec![kept] };
        for (table, trigger) in dual.keepers(&schema, &Sqlite).unwrap().triggers {
            schema.table_mut(&table).unwrap().triggers.push(trigger);
        }
        let table = schema.table(&"t".into()).unwrap();
        Sqlite.rules(table, &schema)
    }

    #[test]
    fn the_rule_is_read_back_from_what_was_made() {
        insta::assert_snapshot!(rules_of(Kept::renamed("a", "new c"))[0].broken, @r#"NOT ((NEW."new c" COLLATE BINARY IS (SELECT a FROM (SELECT NEW.a AS a) AS t)) OR (NEW.a COLLATE BINARY IS (SELECT "new c" FROM (SELECT NEW."new c" AS "new c") AS t)))"#);
        let mends = &rules_of(Kept::renamed("a", "new c"))[0].mends;
        let mends: Vec<&str> = mends.iter().map(|mend| mend.set.as_str()).collect();
        assert_eq!(mends, ["\"new c\" = a", "a = \"new c\""], "either side may be right");
        let computed = |text: &str| Value::Computed(Expression::new(text));
        let kept =
            Kept::converted("a", "b", computed("CASE WHEN a = ') WHEN BEGIN' THEN (1) END"), computed("lower(b)"));
        let rules = rules_of(kept);
        assert_eq!((rules.len(), &rules[0].columns[..]), (1, &["b".to_string(), "a".to_string()][..]));
        assert!(rules[0].broken.contains("') WHEN BEGIN'"), "{}", rules[0].broken);
        let filled = rules_of(Kept::Filled { column: "b".into(), value: Expression::new("a || 'x'") });
        insta::assert_snapshot!(filled[0].broken, @"NEW.b IS NULL AND (SELECT (a || 'x') FROM (SELECT NEW.a AS a) AS t) IS NOT NULL");
    }

    #[test]
    fn where_nothing_ends_in_step_there_is_no_rule() {
        let left = Kept::Both {
            old: vec![Side { column: "a".into(), value: Value::Left }],
            new: vec![Side { column: "b".into(), value: Value::Copied("a".into()) }],
        };
        assert_eq!(rules_of(left), []);
        let random = Value::Computed(Expression::new("a || random()"));
        assert_eq!(rules_of(Kept::converted("a", "b", random, Value::Copied("b".into()))), []);
    }
}
