//! The SQL that puts values aside and takes them back. Its columns have names of their own (`k0`, `c0`, `m0`), so that
//! no name of people's is in the way.

use whimbrel_schema::ObjectName;

use super::{Chosen, Identity, Keeping, KeptColumn, Loss, Lost};
use crate::Dialect;

/// The table in which one loss is kept.
pub struct Side<'a> {
    pub loss: &'a Loss,
    /// As it stands in SQL.
    pub name: String,
    /// Where a conversion is kept until it has run.
    draft: String,
    /// The keys of the rows that are copied, where those are not all.
    rows: String,
    bare: ObjectName,
    home: Option<&'a str>,
    dialect: &'a dyn Dialect,
    keeping: &'a dyn Keeping,
}

#[derive(Clone, Copy)]
pub(super) enum Names {
    Before,
    Source,
    After,
}

impl<'a> Side<'a> {
    /// `home` is the namespace that unqualified names are in. `None` where the engine keeps nothing.
    pub fn new(loss: &'a Loss, name: &str, home: Option<&'a str>, dialect: &'a dyn Dialect) -> Option<Self> {
        let keeping = dialect.keeping()?;
        let beside = |what: &str| dialect.quote_name(&qualified(&ObjectName::new(format!("{name}_{what}")), home));
        let bare = qualified(&ObjectName::new(name), home);
        let (name, draft, rows) = (dialect.quote_name(&bare), beside("draft"), beside("rows"));
        Some(Side { loss, name, draft, rows, bare, home, dialect, keeping })
    }

    pub(super) fn dialect(&self) -> &'a dyn Dialect {
        self.dialect
    }

    pub(super) fn bare_name(&self) -> &str {
        &self.bare.name
    }

    /// A table of Whimbrel's own beside it.
    pub(super) fn beside(&self, name: &str) -> String {
        self.dialect.quote_name(&ObjectName { namespace: self.bare.namespace.clone(), name: name.to_string() })
    }

    pub(super) fn full(&self, table: &ObjectName) -> String {
        self.dialect.quote_name(&qualified(table, self.home))
    }

    /// Where the values are read, by its full name.
    pub fn source(&self) -> ObjectName {
        qualified(&self.loss.source, self.home)
    }

    /// Where they return to, by its full name.
    pub fn table(&self) -> ObjectName {
        qualified(&self.loss.table, self.home)
    }

    pub(super) fn keys(&self) -> &'a [KeptColumn] {
        self.loss.rows.columns()
    }

    fn named(&self, alias: &str, column: &KeptColumn, names: Names) -> String {
        let name = match names {
            Names::Before => &column.name,
            Names::Source => &column.source,
            Names::After => column.after.as_ref().unwrap_or(&column.source),
        };
        format!("{alias}.{}", self.dialect.quote(name))
    }

    /// Puts the values aside as they are now.
    pub fn copy(&self) -> Vec<String> {
        let (mut names, values) = (self.names(), self.values("t", Names::Source));
        if !self.is_drafted() {
            names.extend(self.mark_names());
        }
        let source = self.full(&self.loss.source);
        let source = if self.loss.only { self.keeping.only(&source) } else { source };
        let mut query = format!("SELECT {} FROM {source} AS t", with_names(&values, &names).join(", "));
        if !self.loss.chosen.is_empty() {
            let same = self.keys().iter().zip(0..).map(|(key, at)| {
                let value = self.named("t", key, Names::Source);
                format!("{value} = s.k{at}")
            });
            query.push_str(&format!(" JOIN {} AS s ON {}", self.rows, same.collect::<Vec<_>>().join(" AND ")));
        }
        let into = if self.is_drafted() { &self.draft } else { &self.name };
        self.keeping.create(into, &names, &query)
    }

    /// What is copied of a row.
    pub(super) fn values(&self, row: &str, names: Names) -> Vec<String> {
        let kept = self.keys().iter().chain(&self.loss.columns);
        let mut values: Vec<String> =
            kept.map(|column| self.keeping.put_aside(column, &self.named(row, column, names))).collect();
        if !self.is_drafted() {
            values.extend(self.marked(row, names));
        }
        values
    }

    /// Names the rows that are copied, in the session as the statements will find it: what a condition means may hang on
    /// its settings. `rows_of` is where those of another table are named; `None` until they are.
    pub fn choose(&self, rows_of: &dyn Fn(&ObjectName) -> Option<String>) -> Option<Vec<String>> {
        let key = |alias: &str| {
            let named = self.keys().iter().zip(0..);
            let named = named.map(|(key, at)| format!("{alias}.{} AS k{at}", self.dialect.quote(&key.source)));
            named.collect::<Vec<_>>().join(", ")
        };
        let equal = |pairs: Vec<(String, String)>| {
            pairs.into_iter().map(|(a, b)| format!("{a} = {b}")).collect::<Vec<_>>().join(" AND ")
        };
        let queries = self.loss.chosen.iter().map(|chosen| match chosen {
            Chosen::Where { target, name, condition } => Some(format!(
                "SELECT {} FROM {target} WHERE {condition}
",
                key(name)
            )),
            Chosen::Behind { parent, key: parents, columns, referenced } => {
                let column = |alias: &str, name: &String| format!("{alias}.{}", self.dialect.quote(name));
                let goes = parents.iter().zip(0..).map(|(name, at)| (column("p", name), format!("s.k{at}")));
                let refers = referenced.iter().zip(columns).map(|(to, from)| (column("p", to), column("t", from)));
                Some(format!(
                    "SELECT {} FROM {} AS t WHERE EXISTS (SELECT 1 FROM {} AS p JOIN {} AS s ON {} WHERE {})",
                    key("t"),
                    self.full(&self.loss.source),
                    self.full(parent),
                    rows_of(parent)?,
                    equal(goes.collect()),
                    equal(refers.collect())
                ))
            }
        });
        let queries: Vec<String> = queries.collect::<Option<_>>()?;
        let names: Vec<String> = (0..self.keys().len()).map(|at| format!("k{at}")).collect();
        let mut statements = self.keeping.create(&self.rows, &names, &queries.join(" UNION "));
        statements.extend(self.keeping.analyze(&self.rows));
        Some(statements)
    }

    /// Where the rows that are copied are named.
    pub fn rows(&self) -> &str {
        &self.rows
    }

    pub fn drop_rows(&self) -> String {
        format!("DROP TABLE {}", self.rows)
    }

    /// Whether it is joined with what the revision has made of the table before it is complete.
    fn is_drafted(&self) -> bool {
        match self.loss.what {
            Lost::Conversion | Lost::Overwritten => true,
            Lost::Columns => self.loss.derived_late,
            Lost::Table | Lost::Rows => false,
        }
    }

    /// What tells whether somebody has written since: as a text, which asks nothing of the type.
    fn marked(&self, row: &str, names: Names) -> impl Iterator<Item = String> {
        self.loss.marks().iter().map(move |column| self.keeping.text_of(&[self.named(row, column, names)]))
    }

    pub(super) fn mark_names(&self) -> impl Iterator<Item = String> {
        (0..self.loss.marks().len()).map(|at| format!("m{at}"))
    }

    pub(super) fn names(&self) -> Vec<String> {
        let keys = (0..self.keys().len()).map(|at| format!("k{at}"));
        keys.chain((0..self.loss.columns.len()).map(|at| format!("c{at}"))).collect()
    }

    /// Looks again when the revision has run: what of it is really gone, and what the rest has become.
    pub fn complete(&self) -> Vec<String> {
        let Some(after) = &self.loss.after else { return Vec::new() };
        let after = self.full(after);
        if self.is_drafted() {
            let mut names = self.names();
            let mut values: Vec<String> = names.iter().map(|name| format!("s.{name}")).collect();
            values.extend(self.marked("t", Names::After));
            names.extend(self.mark_names());
            let mut query = format!(
                "SELECT {} FROM {} AS s JOIN {after} AS t ON {}",
                with_names(&values, &names).join(", "),
                self.draft,
                self.matching(Names::After)
            );
            if self.loss.what == Lost::Overwritten {
                let changed = self.loss.columns.iter().enumerate().map(|(at, column)| {
                    let now = self.keeping.put_aside(column, &self.named("t", column, Names::After));
                    format!("NOT ({})", self.keeping.same(&now, &format!("s.c{at}")))
                });
                query.push_str(&format!(" WHERE {}", changed.collect::<Vec<_>>().join(" OR ")));
            }
            let mut statements = self.keeping.create(&self.name, &names, &query);
            statements.push(format!("DROP TABLE {}", self.draft));
            return statements;
        }
        match (self.loss.what, &self.loss.rows) {
            (Lost::Rows, Identity::Key(_)) => vec![format!(
                "DELETE FROM {} AS s WHERE EXISTS (SELECT 1 FROM {after} AS t WHERE {})",
                self.name,
                self.matching(Names::After)
            )],
            (Lost::Rows, Identity::Rest(_) | Identity::None)
            | (Lost::Table | Lost::Columns | Lost::Conversion | Lost::Overwritten, _) => Vec::new(),
        }
    }

    /// Whether something was deleted that cannot be told from what stays: a query with a row if so.
    pub fn doubt(&self) -> Option<String> {
        match (&self.loss.what, &self.loss.rows, &self.loss.after) {
            (Lost::Rows, Identity::None | Identity::Rest(_), Some(after)) => {
                Some(format!("SELECT 1 FROM {} LIMIT 1", self.full(after)))
            }
            (Lost::Table | Lost::Columns | Lost::Conversion | Lost::Overwritten | Lost::Rows, _, _) => None,
        }
    }

    /// The columns of a complete copy, each with its type.
    pub fn columns(&self) -> Vec<(String, String)> {
        let kept = self.keys().iter().chain(&self.loss.columns).map(|column| self.keeping.type_aside(column));
        let mut columns: Vec<(String, String)> = self.names().into_iter().zip(kept).collect();
        columns.extend(self.mark_names().map(|name| (name, "text".to_string())));
        columns
    }

    /// The values in a new table, each under the name that it had.
    pub fn restore_beside(&self, name: &str) -> String {
        let into =
            self.dialect.quote_name(&ObjectName { namespace: self.bare.namespace.clone(), name: name.to_string() });
        let named = self.keys().iter().chain(&self.loss.columns).zip(self.names());
        let named: Vec<String> =
            named.map(|(column, name)| format!("{name} AS {}", self.dialect.quote(&column.name))).collect();
        format!("CREATE TABLE {into} AS SELECT {} FROM {}", named.join(", "), self.name)
    }

    /// Where the rows are when they are packed.
    pub fn packed(&self) -> String {
        self.dialect.quote_name(&self.packed_bare())
    }

    fn packed_bare(&self) -> ObjectName {
        ObjectName { namespace: self.bare.namespace.clone(), name: format!("{}_packed", self.bare.name) }
    }

    pub fn bytes(&self) -> String {
        self.keeping.bytes(&self.bare)
    }

    pub fn packed_bytes(&self) -> String {
        self.keeping.bytes(&self.packed_bare())
    }

    pub fn count(&self) -> String {
        format!("SELECT count(*) FROM {}", self.name)
    }

    /// Takes back the copy before it is complete.
    pub fn discard(&self) -> String {
        match self.is_drafted() {
            true => format!("DROP TABLE {}", self.draft),
            false => self.drop(),
        }
    }

    pub fn drop(&self) -> String {
        format!("DROP TABLE {}", self.name)
    }

    pub fn drop_packed(&self) -> String {
        format!("DROP TABLE {}", self.packed())
    }

    /// Before a downgrade begins: what somebody has changed since stays as it is, so what was kept of it is of no more
    /// use.
    pub fn forget_changed(&self) -> Option<String> {
        let after = self.loss.after.as_ref()?;
        if self.loss.marks().is_empty() {
            return None;
        }
        let same = self.marked("t", Names::After).zip(self.mark_names());
        let same = same.map(|(value, mark)| self.keeping.same(&value, &format!("s.{mark}")));
        Some(format!(
            "DELETE FROM {} AS s WHERE NOT EXISTS (SELECT 1 FROM {} AS t WHERE {} AND {})",
            self.name,
            self.full(after),
            self.matching(Names::After),
            same.collect::<Vec<_>>().join(" AND ")
        ))
    }

    /// Gives the values back to the rows that are there.
    pub fn give_back(&self) -> String {
        let table = self.full(&self.loss.table);
        let into = |columns: &[KeptColumn]| -> Vec<String> {
            columns.iter().map(|column| self.dialect.quote(&column.name)).collect()
        };
        let taken: Vec<String> = self
            .loss
            .columns
            .iter()
            .enumerate()
            .map(|(at, column)| self.keeping.take_back(column, &format!("s.c{at}")))
            .collect();
        let set = || {
            let set = into(&self.loss.columns).into_iter().zip(&taken).map(|(name, value)| format!("{name} = {value}"));
            set.collect::<Vec<_>>().join(", ")
        };
        match (self.loss.what, &self.loss.rows) {
            (Lost::Table | Lost::Rows, rows) => {
                let numbers =
                    if self.loss.columns.iter().any(|it| it.only_numbered) { self.keeping.overriding() } else { "" };
                let only_new = match rows {
                    Identity::Key(_) => {
                        format!(" WHERE NOT EXISTS (SELECT 1 FROM {table} AS t WHERE {})", self.matching(Names::Before))
                    }
                    Identity::Rest(_) | Identity::None => String::new(),
                };
                format!(
                    "INSERT INTO {table} ({}){numbers} SELECT {} FROM {} AS s{only_new}",
                    into(&self.loss.columns).join(", "),
                    taken.join(", "),
                    self.name
                )
            }
            (Lost::Columns | Lost::Conversion | Lost::Overwritten, Identity::Key(_)) => format!(
                "UPDATE {table} AS t SET {} FROM {} AS s WHERE {}",
                set(),
                self.name,
                self.matching(Names::Before)
            ),
            (Lost::Columns | Lost::Conversion | Lost::Overwritten, Identity::Rest(rest)) => {
                self.give_back_by_rest(&table, rest, &set())
            }
            // Nothing is kept so.
            (Lost::Columns | Lost::Conversion | Lost::Overwritten, Identity::None) => String::new(),
        }
    }

    /// Rows that look the same are told apart by nothing; they get a value only where all of them had the same one, and
    /// no more of them are there than were.
    fn give_back_by_rest(&self, table: &str, rest: &[KeptColumn], set: &str) -> String {
        let here = rest.iter().map(|column| {
            let value = self.named("t", column, Names::Before);
            self.keeping.put_aside(column, &value)
        });
        let here = self.keeping.text_of(&here.collect::<Vec<_>>());
        let there: Vec<String> = (0..rest.len()).map(|at| format!("x.k{at}")).collect();
        let values: Vec<String> = (0..self.loss.columns.len()).map(|at| format!("x.c{at}")).collect();
        let columns: Vec<String> = (0..self.loss.columns.len()).map(|at| format!("c{at}")).collect();
        let side = &self.name;
        format!(
            "WITH kept AS (SELECT {there} AS m, {own} AS v, {listed} FROM {side} AS x), \
             numbered AS (SELECT m, {plain}, row_number() OVER (PARTITION BY m ORDER BY v) AS nth FROM kept), \
             certain AS (SELECT m, count(*) AS n FROM kept GROUP BY m HAVING count(DISTINCT v) = 1), \
             live AS (SELECT {here} AS m, count(*) AS n FROM {table} AS t GROUP BY 1), \
             s AS (SELECT numbered.* FROM numbered JOIN certain ON certain.m = numbered.m \
             JOIN live ON live.m = numbered.m WHERE numbered.nth = 1 AND live.n <= certain.n) \
             UPDATE {table} AS t SET {set} FROM s WHERE s.m = {here}",
            there = self.keeping.text_of(&there),
            own = self.keeping.text_of(&values),
            listed = values.join(", "),
            plain = columns.join(", "),
        )
    }

    /// Whether the row `t` is the one that `s` was kept of.
    ///
    /// In the form in which it was put aside: the type that it had may have another name meanwhile.
    fn matching(&self, names: Names) -> String {
        let pairs = self.keys().iter().enumerate().map(|(at, column)| {
            format!("{} = s.k{at}", self.keeping.put_aside(column, &self.named("t", column, names)))
        });
        pairs.collect::<Vec<_>>().join(" AND ")
    }
}

fn qualified(name: &ObjectName, home: Option<&str>) -> ObjectName {
    let namespace = name.namespace.clone().or_else(|| home.map(str::to_string));
    ObjectName { namespace, name: name.name.clone() }
}

fn with_names(values: &[String], names: &[String]) -> Vec<String> {
    values.iter().zip(names).map(|(value, name)| format!("{value} AS {name}")).collect()
}
