//! One statement of old code, of new code, or of code that knows both, in every form in which rows are written.

use whimbrel_engines::{postgres, sqlite};
use whimbrel_plan::Dialect;
use whimbrel_schema::Engine;

use crate::model::{Model, Said};
use crate::scenario::{Column, Keeping, Scenario, Values};
use whimbrel_acceptance::draw::Draw;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Code {
    Old,
    New,
    Both,
}

pub struct Statement {
    pub code: Code,
    pub sql: String,
    /// Only an administrator may read from a program.
    pub as_administrator: bool,
}

pub struct Writer<'a> {
    pub scenario: &'a Scenario,
    pub engine: Engine,
    pub major: u32,
    pub next_id: usize,
}

const GROUPS: usize = 4;

impl Writer<'_> {
    fn dialect(&self) -> &'static dyn Dialect {
        match self.engine {
            Engine::Postgres => postgres::dialect(),
            Engine::Sqlite | Engine::Mysql => sqlite::dialect(),
        }
    }

    pub fn table(&self) -> String {
        self.scenario.quoted(self.dialect())
    }

    /// Writes the next statement, and tells the model what has to come of it.
    pub fn next(&mut self, random: &mut Draw, model: &mut Model<'_>) -> Statement {
        let code = *random.pick(&[Code::Old, Code::Old, Code::New, Code::New, Code::Both]).unwrap();
        let forms = if self.engine == Engine::Postgres { 11 } else { 10 };
        let mut as_administrator = false;
        let sql = match random.below(forms) {
            0 | 1 => self.insert(code, random, model),
            2 => self.insert_select(code, random, model),
            3 => self.upsert(code, random, model),
            4 | 5 => self.update(code, random, model),
            6 => self.swap(code, random, model),
            7 => self.unrelated(random, model),
            8 => {
                as_administrator = true;
                self.backfill(random, model)
            }
            9 if self.engine == Engine::Sqlite => self.replace(code, random, model),
            9 => self.merge(code, random, model),
            _ => {
                as_administrator = true;
                self.copy(code, random, model)
            }
        };
        Statement { code, sql, as_administrator }
    }

    fn columns(&self, code: Code) -> Vec<Column> {
        let (old, new) = (self.scenario.old.iter().copied(), self.scenario.new.iter().copied());
        match code {
            Code::Old => old.collect(),
            Code::New => new.collect(),
            Code::Both => old.chain(new).collect(),
        }
    }

    fn names(&self, code: Code) -> Vec<String> {
        self.columns(code).iter().map(|column| self.dialect().quote(column.name)).collect()
    }

    fn literal(&self, value: Option<&String>) -> String {
        value.map_or_else(|| "NULL".to_string(), |value| self.dialect().literal(value))
    }

    fn old_values(&self, random: &mut Draw) -> Values {
        let one = |random: &mut Draw| Some((*random.pick(self.scenario.values).unwrap()).to_string());
        if !self.scenario.required && random.one_in(5) {
            return vec![None; self.scenario.old.len()];
        }
        let value = one(random);
        vec![value]
    }

    /// What new code writes: the shape of its columns, with values of its own.
    fn new_values(&self, random: &mut Draw) -> Values {
        let old = self.old_values(random);
        if self.scenario.new.len() == self.scenario.old.len() { old } else { (self.scenario.forward)(&old) }
    }

    fn said(&self, code: Code, random: &mut Draw) -> Said {
        match code {
            Code::Old => Said { old: Some(self.old_values(random)), new: None },
            Code::New => Said { old: None, new: Some(self.new_values(random)) },
            Code::Both => {
                let old = self.old_values(random);
                let agreeing = random.one_in(2);
                let new = if agreeing { (self.scenario.forward)(&old) } else { self.new_values(random) };
                Said { old: Some(old), new: Some(new) }
            }
        }
    }

    fn list(&self, said: &Said) -> Vec<String> {
        let sides = [&said.old, &said.new];
        sides.into_iter().flatten().flatten().map(|value| self.literal(value.as_ref())).collect()
    }

    fn new_id(&mut self) -> usize {
        self.next_id += 1;
        self.next_id
    }

    fn insert(&mut self, code: Code, random: &mut Draw, model: &mut Model<'_>) -> String {
        if random.one_in(8) {
            let id = self.new_id();
            model.insert(id, 0, &Said { old: None, new: None });
            if !self.scenario.required {
                return format!("INSERT INTO {} (id, grp) VALUES ({id}, 0)", self.table());
            }
            model.rows.remove(&id);
        }
        let mut rows = Vec::new();
        for _ in 0..=random.below(3) {
            let (id, group, said) = (self.new_id(), random.below(GROUPS), self.said(code, random));
            rows.push(format!("({id}, {group}, {})", self.list(&said).join(", ")));
            model.insert(id, group, &said);
        }
        format!("INSERT INTO {} (id, grp, {}) VALUES {}", self.table(), self.names(code).join(", "), rows.join(", "))
    }

    fn insert_select(&mut self, code: Code, random: &mut Draw, model: &mut Model<'_>) -> String {
        let (group, base) = (random.below(GROUPS), self.next_id + 1);
        let waiting = |id: &usize| model.rows[id].new.iter().all(Option::is_none);
        if self.scenario.required && code == Code::New && model.in_group(group).iter().any(waiting) {
            return self.unrelated(random, model);
        }
        for id in model.in_group(group) {
            let row = model.rows[&id].clone();
            let said = match code {
                Code::Old => Said { old: Some(row.old), new: None },
                Code::New => Said { old: None, new: Some(row.new) },
                Code::Both => Said { old: Some(row.old), new: Some(row.new) },
            };
            model.insert(base + id, GROUPS - 1, &said);
            self.next_id = self.next_id.max(base + id);
        }
        let names = self.names(code).join(", ");
        let (table, to) = (self.table(), GROUPS - 1);
        format!(
            "INSERT INTO {table} (id, grp, {names}) SELECT {base} + id, {to}, {names} FROM {table} WHERE grp = {group}"
        )
    }

    fn upsert(&mut self, code: Code, random: &mut Draw, model: &mut Model<'_>) -> String {
        let id = if random.one_in(3) { self.new_id() } else { 1 + random.below(self.next_id) };
        let (group, said) = (random.below(GROUPS), self.said(code, random));
        let names = self.names(code);
        if model.rows.contains_key(&id) {
            // The row that was to be inserted has been through the trigger where that runs before.
            let excluded = match self.engine {
                Engine::Postgres => {
                    let (old, new) = model.inserted(&said);
                    Said { old: said.old.as_ref().map(|_| old), new: said.new.as_ref().map(|_| new) }
                }
                Engine::Sqlite | Engine::Mysql => said.clone(),
            };
            model.update(id, &excluded);
        } else {
            model.insert(id, group, &said);
            self.next_id = self.next_id.max(id);
        }
        let set: Vec<String> = names.iter().map(|name| format!("{name} = excluded.{name}")).collect();
        format!(
            "INSERT INTO {} (id, grp, {}) VALUES ({id}, {group}, {}) ON CONFLICT (id) DO UPDATE SET {}",
            self.table(),
            names.join(", "),
            self.list(&said).join(", "),
            set.join(", "),
        )
    }

    fn replace(&mut self, code: Code, random: &mut Draw, model: &mut Model<'_>) -> String {
        let id = 1 + random.below(self.next_id);
        let (group, said) = (random.below(GROUPS), self.said(code, random));
        model.insert(id, group, &said);
        let (names, values) = (self.names(code).join(", "), self.list(&said).join(", "));
        format!("INSERT OR REPLACE INTO {} (id, grp, {names}) VALUES ({id}, {group}, {values})", self.table())
    }

    fn update(&mut self, code: Code, random: &mut Draw, model: &mut Model<'_>) -> String {
        let said = self.said(code, random);
        let set: Vec<String> =
            self.names(code).iter().zip(self.list(&said)).map(|(name, value)| format!("{name} = {value}")).collect();
        let (ids, condition) = if random.one_in(2) {
            let group = random.below(GROUPS);
            (model.in_group(group), format!("grp = {group}"))
        } else {
            let id = 1 + random.below(self.next_id);
            (vec![id], format!("id = {id}"))
        };
        ids.into_iter().for_each(|id| model.update(id, &said));
        format!("UPDATE {} SET {} WHERE {condition}", self.table(), set.join(", "))
    }

    fn swap(&mut self, code: Code, random: &mut Draw, model: &mut Model<'_>) -> String {
        let (one, other) = (1 + random.below(self.next_id), 1 + random.below(self.next_id));
        if let (Some(a), Some(b)) = (model.rows.get(&one).cloned(), model.rows.get(&other).cloned()) {
            let unfilled = |values: &Values| code != Code::Old && values.iter().all(Option::is_none);
            if self.scenario.required && (unfilled(&a.new) || unfilled(&b.new)) {
                return self.unrelated(random, model);
            }
            let changed = if one == other { vec![(one, b)] } else { vec![(one, b), (other, a)] };
            for (id, row) in changed {
                let old = (code != Code::New).then_some(row.old);
                let new = (code != Code::Old).then_some(row.new);
                model.update(id, &Said { old, new });
            }
        }
        let set: Vec<String> = self.names(code).iter().map(|name| format!("{name} = o.{name}")).collect();
        format!(
            "UPDATE {0} AS w SET {1} FROM {0} AS o WHERE (w.id = {one} AND o.id = {other}) OR (w.id = {other} AND o.id = {one})",
            self.table(),
            set.join(", "),
        )
    }

    fn unrelated(&mut self, random: &mut Draw, model: &mut Model<'_>) -> String {
        let group = random.below(GROUPS);
        model.in_group(group).into_iter().for_each(|id| model.update(id, &Said { old: None, new: None }));
        format!("UPDATE {} SET note = 'seen' WHERE grp = {group}", self.table())
    }

    fn backfill(&mut self, random: &mut Draw, model: &mut Model<'_>) -> String {
        if self.scenario.keeping == Keeping::Filled {
            return self.unrelated(random, model);
        }
        let group = random.below(GROUPS);
        model.backfill(group);
        backfill(self.scenario, self.engine, &format!("grp = {group}"))
    }

    fn merge(&mut self, code: Code, random: &mut Draw, model: &mut Model<'_>) -> String {
        if self.major < 15 {
            return self.update(code, random, model);
        }
        let (group, said) = (random.below(GROUPS), self.said(code, random));
        let ids = [1 + random.below(self.next_id), self.new_id()];
        for id in ids {
            if model.rows.contains_key(&id) {
                model.update(id, &said);
            } else {
                model.insert(id, group, &said);
            }
        }
        let (names, columns) = (self.names(code), self.columns(code));
        let values: Vec<String> =
            self.list(&said).iter().zip(&columns).map(|(value, column)| format!("({value})::{}", column.ty)).collect();
        let set: Vec<String> = names.iter().zip(&values).map(|(name, value)| format!("{name} = {value}")).collect();
        format!(
            "MERGE INTO {} AS w USING (VALUES ({}), ({})) AS s (id) ON w.id = s.id WHEN MATCHED THEN UPDATE SET {} \
             WHEN NOT MATCHED THEN INSERT (id, grp, {}) VALUES (s.id, {group}, {})",
            self.table(),
            ids[0],
            ids[1],
            set.join(", "),
            names.join(", "),
            values.join(", "),
        )
    }

    fn copy(&mut self, code: Code, random: &mut Draw, model: &mut Model<'_>) -> String {
        let mut lines = Vec::new();
        for _ in 0..=random.below(3) {
            let (id, group, said) = (self.new_id(), random.below(GROUPS), self.said(code, random));
            let values = [&said.old, &said.new].into_iter().flatten().flatten();
            let values = values.map(|value| {
                value.as_ref().map_or("\\N".to_string(), |value| format!("\"{}\"", value.replace('"', "\"\"")))
            });
            let line: Vec<String> = [id.to_string(), group.to_string()].into_iter().chain(values).collect();
            lines.push(line.join(";"));
            model.insert(id, group, &said);
        }
        let text = lines.join("\n").replace('\'', "'\\''");
        let program = self.dialect().literal(&format!("printf '%s\\n' '{text}'"));
        format!(
            "COPY {} (id, grp, {}) FROM PROGRAM {program} WITH (FORMAT csv, DELIMITER ';', NULL '\\N')",
            self.table(),
            self.names(code).join(", "),
        )
    }
}

/// What a revision writes to fill the new columns of the rows that were there.
pub fn backfill(scenario: &Scenario, engine: Engine, condition: &str) -> String {
    use whimbrel_plan::evolution::dual_write::{Kept, Value};
    let dialect = if engine == Engine::Postgres { postgres::dialect() } else { sqlite::dialect() };
    let Kept::Both { new, .. } = (scenario.kept)(engine) else { return String::new() };
    let set: Vec<String> = (new.iter())
        .map(|side| match &side.value {
            Value::Copied(column) => format!("{} = {}", dialect.quote(&side.column), dialect.quote(column)),
            Value::Computed(expression) => format!("{} = {expression}", dialect.quote(&side.column)),
            Value::Left => format!("{0} = {0}", dialect.quote(&side.column)),
        })
        .collect();
    let empty: Vec<String> = new.iter().map(|side| format!("{} IS NULL", dialect.quote(&side.column))).collect();
    let table = scenario.quoted(dialect);
    format!("UPDATE {table} SET {} WHERE {condition} AND {}", set.join(", "), empty.join(" AND "))
}
