//! What is kept in step: a rename, another type, a split, defaults on either side, odd names.

use whimbrel_plan::Dialect;
use whimbrel_plan::evolution::dual_write::{DualWrite, Kept, Side, Value};
use whimbrel_schema::{Engine, Expression, ObjectName};

pub type Values = Vec<Option<String>>;
pub type Conversion = fn(&Values) -> Values;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keeping {
    Both,
    Filled,
}

#[derive(Debug, Clone, Copy)]
pub struct Column {
    pub name: &'static str,
    pub ty: &'static str,
    pub default: Option<&'static str>,
}

const fn text(name: &'static str) -> Column {
    Column { name, ty: "text", default: None }
}

const fn text_default(name: &'static str, default: &'static str) -> Column {
    Column { name, ty: "text", default: Some(default) }
}

pub struct Scenario {
    pub name: &'static str,
    pub only: Option<Engine>,
    pub namespace: Option<&'static str>,
    pub table: &'static str,
    pub old: Vec<Column>,
    pub new: Vec<Column>,
    /// After `CREATE TABLE … (…)`.
    pub suffix: &'static str,
    /// Further columns and constraints.
    pub within: &'static str,
    pub required: bool,
    /// A trigger of the user's trims what is written to the old columns (on PostgreSQL).
    pub trims: bool,
    pub keeping: Keeping,
    pub kept: fn(Engine) -> Kept,
    pub forward: Conversion,
    pub backward: Conversion,
    /// What people write, on either side.
    pub values: &'static [&'static str],
}

impl Scenario {
    fn renamed(name: &'static str) -> Self {
        Scenario {
            name,
            only: None,
            namespace: None,
            table: "email",
            old: vec![text("subject")],
            new: vec![text("title")],
            suffix: "",
            within: "",
            required: false,
            trims: false,
            keeping: Keeping::Both,
            kept: |_| Kept::renamed("subject", "title"),
            forward: Clone::clone,
            backward: Clone::clone,
            values: &["a", "b", "it's", "", "ü", "A"],
        }
    }

    pub fn object_name(&self) -> ObjectName {
        ObjectName { namespace: self.namespace.map(str::to_string), name: self.table.to_string() }
    }

    /// As it stands in SQL, whatever the `search_path`.
    pub fn quoted(&self, dialect: &dyn Dialect) -> String {
        match dialect.engine() {
            Engine::Postgres => {
                let namespace = self.namespace.unwrap_or("public");
                dialect.quote_name(&ObjectName::within(namespace, self.table))
            }
            Engine::Sqlite | Engine::Mysql => dialect.quote(self.table),
        }
    }

    pub fn dual(&self, engine: Engine) -> DualWrite {
        DualWrite { table: self.object_name(), kept: vec![(self.kept)(engine)] }
    }

    pub fn old_defaults(&self) -> Values {
        self.old.iter().map(|column| column.default.map(str::to_string)).collect()
    }

    pub fn new_defaults(&self) -> Values {
        self.new.iter().map(|column| column.default.map(str::to_string)).collect()
    }
}

const LONG_OLD: &str = "the \"subject\" of a letter that somebody once sent to somebody";
const LONG_NEW: &str = "the title, which is very long, so that names are cut at 63 ü";

fn retyped(engine: Engine) -> Kept {
    let words = match engine {
        Engine::Postgres => ["amount::integer", "cents::text"],
        Engine::Sqlite | Engine::Mysql => ["CAST(amount AS INTEGER)", "CAST(cents AS TEXT)"],
    };
    let [forward, backward] = words.map(|it| Value::Computed(Expression::new(it)));
    Kept::converted("amount", "cents", forward, backward)
}

fn split(engine: Engine) -> Kept {
    let [first, last] = match engine {
        Engine::Postgres => ["split_part(name, ' ', 1)", "split_part(name, ' ', 2)"],
        Engine::Sqlite | Engine::Mysql => {
            ["substr(name, 1, instr(name, ' ') - 1)", "substr(name, instr(name, ' ') + 1)"]
        }
    };
    let side =
        |column: &str, value: &str| Side { column: column.into(), value: Value::Computed(Expression::new(value)) };
    Kept::Both { old: vec![side("name", "first || ' ' || last")], new: vec![side("first", first), side("last", last)] }
}

fn lowered(values: &Values) -> Values {
    values.iter().map(|value| value.as_ref().map(|it| it.to_ascii_lowercase())).collect()
}

fn cut(values: &Values) -> Values {
    match values.first().and_then(Option::as_deref).and_then(|name| name.split_once(' ')) {
        Some((first, last)) => vec![Some(first.to_string()), Some(last.to_string())],
        None => vec![None, None],
    }
}

fn joined(values: &Values) -> Values {
    vec![values.iter().cloned().collect::<Option<Vec<_>>>().map(|parts| parts.join(" "))]
}

pub fn all() -> Vec<Scenario> {
    let base = Scenario::renamed;
    vec![
        base("a rename"),
        Scenario { required: true, values: &["a", "b", "c", ""], ..base("a rename of a required column") },
        Scenario {
            within: ", shout text GENERATED ALWAYS AS (upper(subject)) STORED, CHECK (subject <> 'never')",
            ..base("beside a generated column and a check")
        },
        Scenario { trims: true, values: &["a", " a", "b ", "b"], ..base("beside a trigger of the user's") },
        Scenario {
            only: Some(Engine::Sqlite),
            old: vec![Column { ty: "TEXT COLLATE NOCASE", ..text("subject") }],
            values: &["a", "A", "b", "B"],
            ..base("a column that takes letters for equal")
        },
        Scenario {
            only: Some(Engine::Postgres),
            old: vec![Column { ty: "json", ..text("subject") }],
            new: vec![Column { ty: "json", ..text("title") }],
            values: &["{\"a\": 1}", "[]", "{\"a\":  1}"],
            ..base("a type without equality")
        },
        Scenario {
            old: vec![Column { ty: "varchar(20)", ..text("amount") }],
            new: vec![Column { ty: "integer", ..text("cents") }],
            kept: retyped,
            values: &["0", "7", "12", "-3"],
            ..base("another type")
        },
        Scenario {
            old: vec![text("name")],
            new: vec![text("first"), text("last")],
            kept: split,
            forward: cut,
            backward: joined,
            values: &["ada lovelace", "alan turing", "mary shelley"],
            ..base("a split")
        },
        Scenario {
            kept: |_| {
                let forward = Value::Computed(Expression::new("lower(subject)"));
                Kept::converted("subject", "title", forward, Value::Copied("title".into()))
            },
            forward: lowered,
            values: &["a", "A", "b", "B"],
            ..base("a conversion that forgets")
        },
        Scenario { old: vec![text_default("subject", "none")], ..base("a default on the old column") },
        Scenario { new: vec![text_default("title", "fresh")], ..base("a default on the new column") },
        Scenario {
            old: vec![text_default("subject", "none")],
            new: vec![text_default("title", "fresh")],
            ..base("defaults on both")
        },
        Scenario {
            new: vec![text("kind")],
            keeping: Keeping::Filled,
            kept: |_| Kept::Filled { column: "kind".into(), value: Expression::new("coalesce(subject, 'nothing')") },
            forward: |old| vec![Some(old[0].clone().unwrap_or_else(|| "nothing".into()))],
            ..base("a column that old code does not know")
        },
        Scenario {
            only: Some(Engine::Postgres),
            namespace: Some("Other Place"),
            table: "Odd \"table\" whose name is as long as a name can be, 63 bytes ü",
            old: vec![text(LONG_OLD)],
            new: vec![text(LONG_NEW)],
            kept: |_| Kept::renamed(LONG_OLD, LONG_NEW),
            ..base("odd and long names")
        },
        Scenario {
            only: Some(Engine::Sqlite),
            table: "Odd \"table\"",
            old: vec![text("rowid")],
            new: vec![text(LONG_NEW)],
            kept: |_| Kept::renamed("rowid", LONG_NEW),
            ..base("odd names, one of them rowid")
        },
        Scenario { only: Some(Engine::Sqlite), suffix: " WITHOUT ROWID", ..base("a table without rowid") },
        Scenario { only: Some(Engine::Sqlite), suffix: " STRICT", ..base("a strict table") },
        Scenario { only: Some(Engine::Postgres), suffix: " PARTITION BY RANGE (id)", ..base("a partitioned table") },
    ]
}
