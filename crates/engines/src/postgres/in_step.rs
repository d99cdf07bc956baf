//! The rule by which triggers keep columns in step, read back from their functions.

use whimbrel_plan::backfill::Batching;
use whimbrel_plan::evolution::dual_write::{Mend, ROW, Rule};
use whimbrel_plan::evolution::is_second_column;
use whimbrel_schema::{Object, ObjectKind, Schema, Table};

use super::dialect::Postgres;
use super::lexer::{self, Kind, Token};
use super::quote::{fold, quote};

/// What the functions behind the table's triggers hold to. A function that was edited says nothing.
pub(super) fn rules(table: &Table, schema: &Schema) -> Vec<Rule> {
    let own = table.triggers.iter().filter(|trigger| trigger.name.starts_with("zz_whimbrel_"));
    // The rows of a child are looked at with those of its parent, whose function it shares.
    let function = |name: &str| {
        let named = table.name.sibling(name);
        schema.objects.iter().find_map(|(id, object)| match object {
            Object::Routine(routine) if id.kind == ObjectKind::Routine && id.name == named => Some(&routine.definition),
            _ => None,
        })
    };
    let inherits = |name: &str| {
        let parents = table.options.inherits.iter().filter_map(|parent| schema.table(parent));
        parents.into_iter().any(|parent| parent.triggers.iter().any(|trigger| trigger.name == name))
    };
    let own = own.filter(|trigger| !inherits(&trigger.name));
    own.filter_map(|trigger| rule(function(&trigger.name)?, table)).collect()
}

fn rule(definition: &str, table: &Table) -> Option<Rule> {
    let body = lexer::words(definition).find(|token| token.kind == Kind::Dollar)?.text;
    let tag = body.get(1..)?.find('$')? + 2;
    let body = body.get(tag..body.len().checked_sub(tag)?)?;
    let words: Vec<Token<'_>> = lexer::words(body).collect();
    let reading = Reading { body, words: &words, table };
    match reading.after(&["IF", "newer", "THEN"]) {
        Some(then) => reading.both(then),
        None => reading.filled(),
    }
}

struct Reading<'a> {
    body: &'a str,
    words: &'a [Token<'a>],
    table: &'a Table,
}

/// A column, and what it gets.
type Assignment = (String, String);

fn mend(assignments: &[Assignment]) -> Mend {
    let set = assignments.iter().map(|(column, value)| format!("{} = {value}", quote(column)));
    Mend {
        set: set.collect::<Vec<_>>().join(", "),
        writes: assignments.iter().map(|(column, _)| column.clone()).collect(),
    }
}

impl Reading<'_> {
    /// `IF newer THEN` what the old columns get, `ELSE` what the new ones get, `END IF`.
    fn both(&self, then: usize) -> Option<Rule> {
        let (backward, other) = self.assignments(then)?;
        if !self.is(other, "ELSE") {
            return None;
        }
        let (forward, end) = self.assignments(other + 1)?;
        // Where nothing follows what new code writes, a row of its own is not what the old columns make. A second column
        // is written by no code.
        let only_followed = forward.iter().all(|(column, _)| is_second_column(column));
        if !self.is(end, "END") || backward.is_empty() && !only_followed {
            return None;
        }
        let ways = [forward, backward].into_iter().filter(|way| !way.is_empty());
        let mut columns = Vec::new();
        let mut broken = Vec::new();
        let mut mends = Vec::new();
        for way in ways {
            mends.push(mend(&way));
            let mut differs = Vec::new();
            for (column, value) in way {
                if !Postgres.is_steady_text(&value) {
                    return None;
                }
                let found = self.table.column(&column)?;
                differs.push(Postgres.differs(&format!("{ROW}.{}", quote(&column)), found, &value));
                columns.push(column);
            }
            broken.push(format!("({})", differs.join(" OR ")));
        }
        Some(Rule { table: self.table.name.clone(), columns, broken: broken.join(" AND "), mends })
    }

    /// `IF NEW.c IS NOT DISTINCT FROM NULL THEN` what it gets, `END IF`.
    fn filled(&self) -> Option<Rule> {
        let then = self.after(&["IS", "NOT", "DISTINCT", "FROM", "NULL", "THEN"])?;
        let (assignments, end) = self.assignments(then)?;
        let mends = vec![mend(&assignments)];
        let [(column, value)] = assignments.as_slice() else { return None };
        let broken = format!("{ROW}.{} IS NULL AND ({value}\n) IS NOT NULL", quote(column));
        let rule = Rule { table: self.table.name.clone(), columns: vec![column.clone()], broken, mends };
        self.is(end, "END").then_some(rule)
    }

    fn is(&self, at: usize, word: &str) -> bool {
        self.words.get(at).is_some_and(|token| token.is_word(word))
    }

    fn is_symbol(&self, at: usize, symbol: &str) -> bool {
        self.words.get(at).is_some_and(|token| token.is(symbol))
    }

    /// The place behind the words.
    fn after(&self, words: &[&str]) -> Option<usize> {
        let here = |from: &usize| words.iter().enumerate().all(|(at, word)| self.is(from + at, word));
        (0..self.words.len()).find(here).map(|from| from + words.len())
    }

    /// `NEW.a := value;` as often as it stands there, and the place behind.
    fn assignments(&self, from: usize) -> Option<(Vec<Assignment>, usize)> {
        let (mut found, mut at) = (Vec::new(), from);
        while self.is(at, "NEW") && self.is_symbol(at + 1, ".") && self.is_symbol(at + 3, ":=") {
            let column = fold(self.words.get(at + 2)?.text);
            let first = at + 4;
            let mut depth = 0_usize;
            let mut end = first;
            while depth > 0 || !self.is_symbol(end, ";") {
                depth = match self.words.get(end)? {
                    word if word.is("(") => depth + 1,
                    word if word.is(")") => depth.checked_sub(1)?,
                    _ => depth,
                };
                end += 1;
            }
            let value = self.body.get(self.words.get(first)?.start..self.words.get(end)?.start)?;
            found.push((column, value.trim_end().to_string()));
            at = end + 1;
        }
        Some((found, at))
    }
}

#[cfg(test)]
mod tests {
    use whimbrel_plan::Dialect;
    use whimbrel_plan::evolution::dual_write::{DualWrite, Kept, Side, Value};
    use whimbrel_schema::{Column, ColumnType, Engine, Expression};

    use super::*;

    fn rules_of(kept: Kept) -> Vec<Rule> {
        let mut schema = Schema::new(Engine::Postgres);
        let column = |name: &&str| Column::new(*name, ColumnType::new("text"));
        let columns = ["id", "a", "b", "new c", "_whimbrel_new_a"].iter().map(column).collect();
        schema.insert_table(Table { columns, ..Table::new("t") });
        let mut child = Table::new("child");
        child.options.inherits.push("t".into());
        schema.insert_table(child);
        let keepers = DualWrite { table: "t".into(), kept: vec![kept] }.keepers(&schema, &Postgres).unwrap();
        for (table, trigger) in keepers.triggers {
            schema.table_mut(&table).unwrap().triggers.push(trigger);
        }
        for object in keepers.objects {
            schema.insert_object(object);
        }
        schema.tables.values().flat_map(|table| Postgres.rules(table, &schema)).collect()
    }

    #[test]
    fn the_rule_is_read_back_from_what_was_made() {
        let rules = rules_of(Kept::renamed("a", "new c"));
        assert_eq!(rules.len(), 1, "the child is looked at with its parent");
        let mends: Vec<&str> = rules[0].mends.iter().map(|mend| mend.set.as_str()).collect();
        assert_eq!(mends, ["\"new c\" = NEW.a", "a = NEW.\"new c\""], "either side may be right");
        insta::assert_snapshot!(rules[0].broken, @r#"
        (new."new c" IS DISTINCT FROM CAST((NEW.a
        ) AS text)) AND (new.a IS DISTINCT FROM CAST((NEW."new c"
        ) AS text))
        "#);
        let computed = |text: &str| Value::Computed(Expression::new(text));
        let odd = "CASE WHEN a = '; ELSE END IF' THEN $$NEW.b := 1;$$ ELSE lower(a) END";
        let rules = rules_of(Kept::converted("a", "b", computed(odd), computed("upper(b)")));
        assert_eq!((rules.len(), &rules[0].columns[..]), (1, &["b".to_string(), "a".to_string()][..]));
        assert!(rules[0].broken.contains(odd) && rules[0].broken.contains("upper(b)"), "{}", rules[0].broken);
        let second = rules_of(Kept::converted("a", "_whimbrel_new_a", Value::Copied("a".into()), Value::Left));
        insta::assert_snapshot!(second[0].broken, @"
        (new._whimbrel_new_a IS DISTINCT FROM CAST((NEW.a
        ) AS text))
        ");
        let filled = rules_of(Kept::Filled { column: "b".into(), value: Expression::new("a || 'x'") });
        insta::assert_snapshot!(filled[0].broken, @"
        new.b IS NULL AND ((SELECT (a || 'x') FROM (SELECT NEW.a AS a) AS t)
        ) IS NOT NULL
        ");
    }

    #[test]
    fn where_nothing_ends_in_step_there_is_no_rule() {
        let left = Kept::Both {
            old: vec![Side { column: "a".into(), value: Value::Left }],
            new: vec![Side { column: "b".into(), value: Value::Copied("a".into()) }],
        };
        assert_eq!(rules_of(left), []);
        let side =
            |column: &str, value: &str| Side { column: column.into(), value: Value::Computed(Expression::new(value)) };
        let split = Kept::Both {
            old: vec![Side { column: "a".into(), value: Value::Left }],
            new: vec![side("b", "lower(a)"), side("new c", "upper(a)")],
        };
        assert_eq!(rules_of(split), []);
        let random = Value::Computed(Expression::new("a || random()"));
        assert_eq!(rules_of(Kept::converted("a", "b", random, Value::Copied("b".into()))), []);
    }
}
