use whimbrel_schema::{ObjectName, Persistence, Schema, Table};

use super::key::KeyColumn;
use super::proof::Meaning;
use super::{Batching, FewRows, Key, NotBatched, Proof, Value, cut, key};
use crate::Dialect;

/// The values of the key behind which a batch begins, each as the engine's [`Batching::key_text`] gave it; for
/// [`Key::Blocks`] the number of the first block, and for [`Key::Partitions`] the partition before it.
pub type Position = Vec<String>;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pass {
    /// Over every row, once.
    First,
    /// Over the rows that are left.
    Sweep,
}

/// A query without a row.
const NONE: &str = "SELECT NULL WHERE 1 = 0";

/// Rows that are drawn to find out where to cut a table.
const SAMPLED: f64 = 30_000.0;

/// How one UPDATE becomes many.
pub struct BackfillPlan<'d> {
    pub table: ObjectName,
    /// Those that it sets.
    pub columns: Vec<String>,
    pub key: Key,
    pub proof: Proof,
    /// Whether only the connection that made the table sees it.
    pub temporary: bool,
    batching: &'d dyn Batching,
    target: String,
    name: String,
    /// The partitions as they stand in an UPDATE, under the name that its columns are qualified with.
    partitions: Vec<String>,
    set: String,
    from: Option<String>,
    condition: Option<String>,
    /// Holds for a row that is still to be changed.
    left: Option<String>,
    /// Whether the UPDATE itself says which rows it is still to change.
    tells: bool,
}

impl<'d> BackfillPlan<'d> {
    /// `schema` is the database as it is when the batches begin.
    pub fn new(statement: &str, schema: &Schema, dialect: &'d dyn Dialect) -> Result<Self, NotBatched> {
        let update = cut::cut(statement, dialect)?;
        let batching = dialect.batching().ok_or_else(|| NotBatched::form("this engine runs no batches"))?;
        let Some(table) = schema.tables.get(&update.table).or_else(|| {
            let spelled = schema.tables.spelled(&update.table)?;
            schema.tables.get(spelled)
        }) else {
            let reason = format!("`{}` is no table of this database", update.table);
            return Err(NotBatched::new(reason, "only a table runs in batches: name the one that has the rows"));
        };
        let meaning = Meaning { update: &update, table, schema, batching };
        let proof = meaning.proof()?;
        let key = key::choose(&update, (table, schema), &proof, batching, &|name| dialect.quote(name))?;
        if update.from.is_some() && update.condition.is_none() {
            return Err(NotBatched::form("FROM stands there and no WHERE says which rows belong together"));
        }
        let text = |span: &std::ops::Range<usize>| statement.get(span.clone()).unwrap_or_default().to_string();
        let name = text(&update.name);
        let condition = update.condition.as_ref().map(|piece| text(&piece.span));
        let differs = update.assignments.iter().flat_map(|assignment| {
            let value = match &assignment.value {
                Value::Expression(piece) => Some(text(&piece.span)),
                Value::Default => assignment.columns.first().map(|column| {
                    let default = meaning.column(column).and_then(|column| column.default.as_ref());
                    default.map_or("NULL".to_string(), |default| default.text().to_string())
                }),
                Value::Several(_) | Value::Part(_) => None,
            };
            let columns = assignment.columns.iter().filter_map(|column| meaning.column(column));
            columns.filter_map(move |column| Some((column, value.clone()?))).collect::<Vec<_>>()
        });
        let differs: Vec<String> = differs
            .map(|(column, value)| batching.differs(&format!("{name}.{}", dialect.quote(&column.name)), column, &value))
            .collect();
        let left = match &proof {
            Proof::Values => {
                let differs = format!("({})", differs.join(" OR "));
                Some(condition.as_ref().map_or(differs.clone(), |condition| format!("({condition}\n) AND {differs}")))
            }
            Proof::Condition { .. } => condition.clone(),
            Proof::Once { .. } => condition.clone().filter(|_| meaning.condition_tells()),
        };
        let tells = meaning.condition_tells();
        let partitions = match &key {
            Key::Columns(_) | Key::Blocks => Vec::new(),
            Key::Partitions(_)
                if batching.lexemes(&text(&update.target)).first().is_some_and(|it| it.is_word("ONLY")) =>
            {
                return Err(NotBatched::form("it takes `ONLY` what lies in no partition, which is nothing"));
            }
            Key::Partitions(partitions) => {
                let alias = dialect.quote(&update.known_as);
                partitions.iter().map(|partition| format!("{} AS {alias}", dialect.quote_name(partition))).collect()
            }
        };
        Ok(BackfillPlan {
            partitions,
            tells,
            table: table.name.clone(),
            columns: update.columns().map(str::to_string).collect(),
            key,
            proof,
            temporary: table.options.persistence == Persistence::Temporary,
            batching,
            target: text(&update.target),
            set: text(&update.set),
            from: update.from.as_ref().map(|piece| text(&piece.span)),
            name,
            condition,
            left,
        })
    }

    /// The upper end of the batch of up to `rows` rows behind `after` and not behind `within`: one row of texts, or none
    /// behind the last.
    pub fn upper(&self, pass: Pass, after: Option<&Position>, within: Option<&Position>, rows: u64) -> String {
        let columns = match &self.key {
            Key::Columns(columns) => columns,
            Key::Blocks => return self.batching.block_after(&self.target, block_of(after), within.map(block_in), rows),
            Key::Partitions(partitions) => return self.partition_after(partitions, after, rows),
        };
        let numbered = || (1..=columns.len()).map(|at| format!("k{at}"));
        let (inner, texts) = (self.numbered(columns), self.texts(columns));
        let order = columns.iter().map(|column| format!("{}.{}", self.name, column.sql));
        let (tables, found) = match (pass, &self.from) {
            (Pass::First, _) => (self.target.clone(), None),
            (Pass::Sweep, from) => (joined(&self.target, from.as_deref()), self.left.as_ref()),
        };
        let found = found.map(|left| format!("({left}\n)"));
        let filter = filter(found.into_iter().chain(self.between(after, within)));
        format!(
            "SELECT {texts} FROM (SELECT {inner} FROM {tables}{filter} ORDER BY {} LIMIT {rows}) AS whimbrel_batch \
             ORDER BY {} LIMIT 1",
            joined_by_comma(order),
            joined_by_comma(numbered().map(|alias| format!("{alias} DESC"))),
        )
    }

    /// Where to cut what lies behind `after` and not behind `within` into so many parts of about as many rows each, as a
    /// query with a row of texts for each cut, in order. Drawn from some of the rows: parts need not be the same size, and
    /// fewer of them are no harm.
    pub fn cuts(&self, after: Option<&Position>, within: Option<&Position>, parts: u64, total: Option<u64>) -> String {
        let columns = match &self.key {
            Key::Columns(columns) => columns,
            Key::Blocks => {
                return self.batching.block_cuts(&self.target, block_of(after), within.map(block_in), parts);
            }
            // They are gone over by one connection.
            Key::Partitions(_) => return NONE.to_string(),
        };
        let percent = total.map_or(100.0, |total| (100.0 * SAMPLED / total.max(1) as f64).clamp(0.001, 100.0));
        let drawn = self.batching.sample(&self.target, percent);
        let order = joined_by_comma((1..=columns.len()).map(|at| format!("k{at}")));
        format!(
            "SELECT {} FROM (SELECT *, row_number() OVER (ORDER BY {order}) AS place, count(*) OVER () AS amount FROM (SELECT {} \
             FROM {drawn}{}) AS whimbrel_drawn) AS whimbrel_cut WHERE place < amount AND (place * {parts}) / amount > \
             ((place - 1) * {parts}) / amount ORDER BY place",
            self.texts(columns),
            self.numbered(columns),
            filter(self.between(after, within)),
        )
    }

    /// Where the last of several parts ends: what lies behind the end of the file as it is now was written by those who
    /// are about to be, and is looked for afterwards.
    pub fn ends_at_last_cut(&self) -> bool {
        match self.key {
            Key::Columns(_) | Key::Partitions(_) => false,
            Key::Blocks => true,
        }
    }

    /// The UPDATE of the rows behind `after` up to `upto`.
    pub fn update(&self, pass: Pass, after: Option<&Position>, upto: &Position) -> String {
        let range = self.range(after, upto);
        // Rows that are changed lie in another place afterwards, and must not be found there once more.
        let condition = match (pass, &self.key) {
            (Pass::First, Key::Columns(_)) => self.condition.as_ref(),
            (Pass::First, Key::Blocks | Key::Partitions(_)) | (Pass::Sweep, _) => self.left.as_ref(),
        };
        let condition = condition.map_or(String::new(), |condition| format!("({condition}\n) AND "));
        let from = self.from.as_ref().map_or(String::new(), |from| format!("FROM {from}\n"));
        let target = match &self.key {
            Key::Columns(_) | Key::Blocks => &self.target,
            Key::Partitions(partitions) => {
                place_of(partitions, upto).and_then(|at| self.partitions.get(at)).unwrap_or(&self.target)
            }
        };
        format!("UPDATE {target}\nSET {}\n{from}WHERE {condition}{range}", self.set)
    }

    /// The next blocks of the partition of `after`, or the first ones of the next partition that has some.
    fn partition_after(&self, partitions: &[ObjectName], after: Option<&Position>, rows: u64) -> String {
        let first = after.and_then(|after| place_of(partitions, after));
        let left = partitions.iter().zip(&self.partitions).enumerate().skip(first.unwrap_or(0));
        let each = left.map(|(at, (name, target))| {
            let from = if Some(at) == first { block_of_partition(after) } else { 0 };
            let blocks = self.batching.block_after(target, from, None, rows);
            let name = self.batching.key_literal(&name.to_string());
            format!("SELECT {at} AS place, {name} AS name, block FROM ({blocks}) AS next (block)")
        });
        let each: Vec<String> = each.collect();
        match each.is_empty() {
            true => NONE.to_string(),
            false => {
                let each = each.join(" UNION ALL ");
                format!("SELECT name, block FROM ({each}) AS whimbrel_batch ORDER BY place LIMIT 1")
            }
        }
    }

    /// The condition that a row is behind `after` and not behind `upto`.
    pub fn range(&self, after: Option<&Position>, upto: &Position) -> String {
        match &self.key {
            Key::Columns(_) => self.between(after, Some(upto)).collect::<Vec<_>>().join(" AND "),
            Key::Blocks => self.batching.in_blocks(&self.name, block_of(after)..block_of(Some(upto))),
            Key::Partitions(_) => {
                let same = after.is_some_and(|after| after.first() == upto.first());
                let from = if same { block_of_partition(after) } else { 0 };
                self.batching.in_blocks(&self.name, from..block_of_partition(Some(upto)))
            }
        }
    }

    /// How many rows are left to be changed; `None` where nobody can tell.
    pub fn count_left(&self) -> Option<String> {
        let left = self.left.as_ref()?;
        Some(format!("SELECT count(*) FROM {} WHERE {left}", joined(&self.target, self.from.as_deref())))
    }

    /// The first few rows that the UPDATE would change again by its own condition; `None` where that says nothing of
    /// what was changed already, so that every row may look as if it were left. `table` is as the database has it.
    pub fn few_left(&self, table: &Table, most: usize, dialect: &dyn Dialect) -> Option<FewRows> {
        let left = self.left.as_ref().filter(|_| self.tells)?;
        let from = joined(&self.target, self.from.as_deref());
        FewRows::new(table, (&from, &self.name), left, most, dialect)
    }

    /// The key's columns under names of their own.
    fn numbered(&self, columns: &[KeyColumn]) -> String {
        let numbered = columns.iter().zip(1..);
        joined_by_comma(numbered.map(|(column, at)| format!("{}.{} AS k{at}", self.name, column.sql)))
    }

    /// The same columns as texts that become SQL again.
    fn texts(&self, columns: &[KeyColumn]) -> String {
        let numbered = columns.iter().zip(1..);
        joined_by_comma(numbered.map(|(column, at)| self.batching.key_text(&format!("k{at}"), column.ty.as_ref())))
    }

    fn between(&self, after: Option<&Position>, within: Option<&Position>) -> impl Iterator<Item = String> {
        let above = after.map(|after| self.compare(">", after));
        let below = within.map(|within| self.compare("<=", within));
        above.into_iter().chain(below)
    }

    /// `a > 1`, `(a, b) > (1, 2)`: composite keys are compared as rows.
    fn compare(&self, operator: &str, position: &Position) -> String {
        let Key::Columns(columns) = &self.key else { return String::new() };
        let names = columns.iter().map(|column| format!("{}.{}", self.name, column.sql));
        let values = position.iter().map(|text| self.batching.key_literal(text));
        match columns.len() {
            1 => format!("{} {operator} {}", joined_by_comma(names), joined_by_comma(values)),
            _ => format!("({}) {operator} ({})", joined_by_comma(names), joined_by_comma(values)),
        }
    }
}

fn joined(target: &str, from: Option<&str>) -> String {
    from.map_or(target.to_string(), |from| format!("{target}, {from}\n"))
}

fn filter(conditions: impl Iterator<Item = String>) -> String {
    let conditions = conditions.collect::<Vec<_>>().join(" AND ");
    if conditions.is_empty() { conditions } else { format!(" WHERE {conditions}") }
}

fn joined_by_comma(parts: impl Iterator<Item = String>) -> String {
    parts.collect::<Vec<_>>().join(", ")
}

/// The place of the partition of a position; none where it is gone, so that the pass begins anew.
fn place_of(partitions: &[ObjectName], position: &Position) -> Option<usize> {
    let name = position.first()?;
    partitions.iter().position(|partition| partition.to_string() == *name)
}

fn block_of_partition(position: Option<&Position>) -> u64 {
    position.and_then(|position| position.get(1)?.parse().ok()).unwrap_or(0)
}

fn block_of(position: Option<&Position>) -> u64 {
    position.map(block_in).unwrap_or(0)
}

fn block_in(position: &Position) -> u64 {
    position.first().and_then(|text| text.parse().ok()).unwrap_or(0)
}
