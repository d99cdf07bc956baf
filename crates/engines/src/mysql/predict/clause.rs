//! What each clause of an ALTER TABLE needs, on one server.

use whimbrel_plan::review::{Session, Work};
use whimbrel_schema::{ForeignKey, Generation, IndexTarget, Table};

use super::super::expression::functions;
use super::super::naming::same;
use super::super::statement::{Alter, Change, Definition, IndexKind, Key, Level, Partition, Position};
use super::super::token::{Kind, tokens};
use super::cost::Cost;
use super::redefine;
use super::server::Server;

/// What the clauses meet.
pub(super) struct Ground<'a> {
    pub server: Server,
    pub session: &'a Session,
    /// If it is known for certain. What an unknown table holds may be anything.
    pub table: Option<&'a Table>,
    pub alter: &'a Alter,
}

impl Ground<'_> {
    /// FULLTEXT indexes need a hidden column, and a table that has them is not built anew beside writers.
    pub fn may_have_fulltext(&self) -> bool {
        self.table.is_none_or(|table| table.indexes.iter().any(|index| index.method.as_deref() == Some("fulltext")))
    }

    fn option(&self, name: &str) -> Option<&str> {
        self.table?.options.storage.get(name).map(String::as_str)
    }

    fn may_be_compressed(&self) -> bool {
        self.table.is_none()
            || self.option("row_format") == Some("compressed")
            || self.option("key_block_size").is_some()
    }

    /// Whether the table may be built anew while others write.
    fn rebuild(&self) -> Cost {
        Cost::rebuild().locked(if self.may_have_fulltext() { Level::Shared } else { Level::None })
    }

    fn is_partitioned(&self) -> bool {
        self.table.is_none() || self.option("partition by").is_some()
    }

    /// Other engines than InnoDB copy for nearly everything.
    pub fn is_foreign(&self) -> bool {
        self.option("engine").is_some_and(|engine| engine != "innodb")
    }

    pub fn is_mariadb_since(&self, version: (u32, u32, u32)) -> bool {
        self.server.is_mariadb() && self.server.since((0, 0, 0), version)
    }

    /// What MariaDB's `innodb_instant_alter_column_allowed` leaves to be instant: a file that has to be read by older
    /// servers must not say more than they know.
    fn instant_allowed(&self) -> Allowed {
        match self.session.setting("innodb_instant_alter_column_allowed").filter(|_| self.server.is_mariadb()) {
            Some("never") => Allowed::Nothing,
            Some("add_last") => Allowed::AtTheEnd,
            Some(_) | None => Allowed::Anything,
        }
    }

    /// MariaDB keeps the order of columns apart from that in the rows.
    pub fn keeps_an_order(&self) -> bool {
        let allowed = self.instant_allowed() >= Allowed::Anything;
        self.is_mariadb_since((10, 4, 0)) && allowed && !self.may_have_fulltext()
    }

    /// Whether NULLs can be looked for in place: MySQL only does so where they make it fail.
    pub fn finds_nulls(&self) -> bool {
        self.server.is_mariadb() || is_strict(self.session)
    }
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Allowed {
    Nothing,
    AtTheEnd,
    Anything,
}

/// The server's own default is strict, until somebody says otherwise.
pub(super) fn is_strict(session: &Session) -> bool {
    session.setting("sql_mode").is_none_or(|mode| {
        let mode = mode.to_uppercase();
        mode.contains("STRICT_") || mode.contains("TRADITIONAL") || mode == "DEFAULT"
    })
}

/// Whether foreign keys are held to; what is not known to be off is on.
pub(super) fn checks_foreign_keys(session: &Session) -> bool {
    !session
        .setting("foreign_key_checks")
        .is_some_and(|value| ["0", "off", "false"].contains(&value.to_lowercase().as_str()))
}

pub(super) fn cost(change: &Change, ground: &Ground<'_>) -> Cost {
    let found = match change {
        Change::AddColumn { column, position, .. } => add_column(column, position.as_ref(), ground),
        Change::Redefine { from, column, position } => redefine::cost(from, column, position.as_ref(), ground),
        Change::DropColumn { column, .. } => drop_column(column, ground),
        Change::RenameColumn { .. } => rename_column(ground),
        Change::SetDefault { .. } => in_catalogue(ground),
        Change::AddKey { key, .. } => add_key(key, ground),
        Change::DropPrimary => match has_new_primary(ground.alter) {
            true => ground.rebuild(),
            false => Cost::copy(),
        },
        Change::DropIndex { .. } => Cost::catalogue(),
        Change::RenameIndex { .. } | Change::ShowIndex => match ground.is_mariadb_since((10, 5, 2)) {
            true => Cost::instant(),
            false => Cost::catalogue(),
        },
        Change::DropForeign { .. } | Change::DropConstraint { .. } => match ground.server.is_mariadb() {
            true => Cost::instant(),
            false => Cost::catalogue(),
        },
        Change::EnforceCheck { enforced: true } => Cost::copy(),
        Change::EnforceCheck { enforced: false } => Cost::catalogue(),
        // Nobody may use the name while it changes; that takes a moment.
        Change::Rename { .. } => in_catalogue(ground).locked(Level::Exclusive),
        Change::Convert { .. } | Change::OrderBy => Cost::copy(),
        Change::Option { name, value } => option(name, value, ground),
        Change::Force => ground.rebuild(),
        Change::Keys => Cost::catalogue(),
        Change::Tablespace { .. } => Cost::catalogue().locked(Level::Exclusive),
        Change::Partition(partition) => partitioned(partition),
    };
    let in_catalogue = matches!(change, Change::Rename { .. } | Change::SetDefault { .. });
    if ground.is_foreign() && !in_catalogue { found.and(Cost::copy()) } else { found }
}

fn in_catalogue(ground: &Ground<'_>) -> Cost {
    if ground.server.has_instant() { Cost::instant() } else { Cost::catalogue() }
}

fn has_new_primary(alter: &Alter) -> bool {
    alter.clauses.iter().any(|clause| matches!(clause.change, Change::AddKey { key: Key::Primary { .. }, .. }))
}

/// Whether a column can come without touching rows.
fn adds_instantly(position: Option<&Position>, ground: &Ground<'_>) -> bool {
    let server = ground.server;
    let anywhere = server.since((8, 0, 29), (10, 4, 0)) && ground.instant_allowed() >= Allowed::Anything;
    server.has_instant()
        && ground.instant_allowed() >= Allowed::AtTheEnd
        && (position.is_none() || anywhere)
        && !ground.may_have_fulltext()
        && !ground.may_be_compressed()
}

fn add_column(column: &Definition, position: Option<&Position>, ground: &Ground<'_>) -> Cost {
    let plain = match &column.generation {
        Some(Generation::Stored(_)) => Cost::copy(),
        Some(Generation::Virtual(_)) if ground.is_partitioned() => ground.rebuild(),
        Some(Generation::Virtual(_)) if position.is_some() && !ground.keeps_an_order() => ground.rebuild(),
        Some(Generation::Virtual(_)) => in_catalogue(ground),
        Some(Generation::AutoIncrement | Generation::Identity(_) | Generation::Serial { .. }) => {
            ground.rebuild().locked(Level::Shared)
        }
        None if adds_instantly(position, ground) => Cost { rebuild: true, ..Cost::instant() },
        None => ground.rebuild(),
    };
    let mut cost = match &column.default {
        Some(value) if !is_computed_once(value.text(), ground.server) => plain.and(Cost::copy()),
        Some(_) | None => plain,
    };
    if column.unique {
        cost = cost.and(Cost::index());
    }
    if column.primary {
        cost = cost.and(ground.rebuild());
    }
    // MySQL looks at the rows; MariaDB does not.
    if !column.checks.is_empty() && !ground.server.is_mariadb() {
        cost = cost.and(Cost::copy());
    }
    match &column.references {
        Some(key) if ground.server.may_heed_inline_references() => cost.and(foreign_key(key, ground)),
        Some(_) | None => cost,
    }
}

/// Functions of which MariaDB takes one value for all rows that are there.
const ONCE: &[&str] = &[
    "rand",
    "now",
    "current_timestamp",
    "localtime",
    "localtimestamp",
    "curdate",
    "current_date",
    "curtime",
    "current_time",
    "utc_date",
    "utc_time",
    "utc_timestamp",
    "unix_timestamp",
    "user",
    "current_user",
    "session_user",
    "database",
    "schema",
    "connection_id",
    "concat",
    "lower",
    "upper",
    "md5",
    "sha1",
    "sha2",
    "json_object",
    "json_array",
    "cast",
    "convert",
    "coalesce",
    "ifnull",
    "if",
    "date_add",
    "date_sub",
    "char",
    "hex",
    "unhex",
];

/// Whether the default is computed once, for all rows that are there. What is not known to be is not.
fn is_computed_once(default: &str, server: Server) -> bool {
    let called = functions(default);
    let calls_nothing = called.is_empty();
    let names_a_column = tokens(default).any(|token| match token.kind {
        Kind::Quoted => true,
        Kind::Word => !is_word_of_a_value(token.text) && !called.iter().any(|name| same(name, token.text)),
        Kind::Text | Kind::Number | Kind::Variable | Kind::Symbol | Kind::Executable => false,
    });
    let now = ["now", "current_timestamp", "localtime", "localtimestamp"];
    let known = match server.is_mariadb() {
        true => called.iter().all(|name| ONCE.contains(&name.as_str())),
        // MySQL computes nothing but literals and the present time without copying.
        false => called.iter().all(|name| now.contains(&name.as_str())),
    };
    !names_a_column && (calls_nothing || known)
}

fn is_word_of_a_value(word: &str) -> bool {
    const WORDS: &[&str] = &[
        "NULL",
        "TRUE",
        "FALSE",
        "CURRENT_TIMESTAMP",
        "CURRENT_DATE",
        "CURRENT_TIME",
        "LOCALTIME",
        "LOCALTIMESTAMP",
        "CURRENT_USER",
        "ON",
        "UPDATE",
        "INTERVAL",
        "DAY",
        "HOUR",
        "MINUTE",
        "SECOND",
        "MONTH",
        "YEAR",
        "AS",
        "CHAR",
        "DATE",
        "TIME",
        "TIMESTAMP",
        "UNSIGNED",
        "SIGNED",
    ];
    word.starts_with('_') || WORDS.iter().any(|known| same(known, word))
}

fn drop_column(column: &str, ground: &Ground<'_>) -> Cost {
    let Some(table) = ground.table else { return Cost::copy() };
    let names = |columns: &[String]| columns.iter().any(|name| same(name, column));
    if table.primary_key.as_ref().is_some_and(|key| names(&key.columns)) && !has_new_primary(ground.alter) {
        return Cost::copy();
    }
    let indexed = table.indexes.iter().any(|index| uses(index, column));
    let shared = table.indexes.iter().any(|index| uses(index, column) && index.keys.len() > 1);
    let instant = ground.server.since((8, 0, 29), (10, 4, 0))
        && ground.instant_allowed() >= Allowed::Anything
        && !ground.may_have_fulltext()
        && !ground.may_be_compressed();
    match (instant, indexed) {
        (true, false) => Cost { rebuild: true, ..Cost::instant() },
        (true, true) if ground.server.is_mariadb() && !shared => Cost { rebuild: false, ..Cost::catalogue() },
        // What is left of an index of several columns is built anew.
        (_, true) if shared => ground.rebuild().working(Work::BuildIndex),
        (_, _) => ground.rebuild(),
    }
}

pub(super) fn uses(index: &whimbrel_schema::Index, column: &str) -> bool {
    index.keys.iter().any(|key| match &key.target {
        IndexTarget::Column(name) => same(name, column),
        IndexTarget::Expression(expression) => {
            tokens(expression.text()).any(|token| same(&super::super::naming::unquote(token.text), column))
        }
    })
}

pub(super) fn rename_column(ground: &Ground<'_>) -> Cost {
    if ground.server.since((8, 0, 28), (10, 3, 2)) { Cost::instant() } else { Cost::catalogue() }
}

fn add_key(key: &Key, ground: &Ground<'_>) -> Cost {
    match key {
        Key::Primary { columns } => {
            let nullable = |name: &String| {
                let table = ground.table;
                table
                    .and_then(|table| table.columns.iter().find(|it| same(&it.name, name)))
                    .is_none_or(|it| it.nullable)
            };
            match columns.iter().any(nullable) && !ground.finds_nulls() {
                true => Cost::copy(),
                false => ground.rebuild().working(Work::BuildIndex),
            }
        }
        Key::Index { kind: IndexKind::Ordered, .. } => Cost::index(),
        // The first one brings a hidden column.
        Key::Index { kind: IndexKind::Fulltext, .. } => {
            let first = ground
                .table
                .is_none_or(|table| !table.indexes.iter().any(|it| it.method.as_deref() == Some("fulltext")));
            let cost = if first { Cost::rebuild() } else { Cost::catalogue() };
            cost.locked(Level::Shared).working(Work::BuildIndex)
        }
        Key::Index { kind: IndexKind::Spatial, .. } => Cost::index().locked(Level::Shared),
        Key::Index { kind: IndexKind::Vector, .. } | Key::Check(_) => Cost::copy(),
        Key::Foreign(key) => foreign_key(key, ground),
    }
}

/// While foreign keys are checked, the rows are copied to look at them, and nobody writes to either table.
fn foreign_key(key: &ForeignKey, ground: &Ground<'_>) -> Cost {
    if checks_foreign_keys(ground.session) {
        return Cost { others: vec![(key.references.clone(), Level::Shared)], ..Cost::copy() };
    }
    let indexed = ground.table.is_some_and(|table| leads_an_index(table, &key.columns));
    match (indexed, ground.server.is_mariadb()) {
        (true, true) => Cost::instant(),
        (true, false) => Cost::catalogue(),
        (false, _) => Cost::index(),
    }
}

fn leads_an_index(table: &Table, columns: &[String]) -> bool {
    let leads = |names: Vec<&String>| {
        columns.len() <= names.len() && columns.iter().zip(names).all(|(wanted, found)| same(wanted, found))
    };
    let of = |index: &whimbrel_schema::Index| {
        let plain = |key: &whimbrel_schema::IndexKey| match &key.target {
            IndexTarget::Column(name) => Some(name.clone()),
            IndexTarget::Expression(_) => None,
        };
        index.keys.iter().map_while(plain).collect::<Vec<_>>()
    };
    table.primary_key.as_ref().is_some_and(|key| leads(key.columns.iter().collect()))
        || table.indexes.iter().any(|index| leads(of(index).iter().collect()))
}

fn option(name: &str, value: &str, ground: &Ground<'_>) -> Cost {
    match name {
        "auto_increment" | "comment" | "stats_persistent" | "stats_auto_recalc" | "stats_sample_pages" => {
            in_catalogue(ground)
        }
        // MariaDB writes down what new columns and pages shall have.
        "charset" | "collate" | "page_compressed" | "max_rows" | "min_rows" if ground.is_mariadb_since((10, 4, 0)) => {
            Cost::instant()
        }
        "row_format" | "key_block_size" | "page_compressed" | "page_compression_level" => ground.rebuild(),
        "engine" if value == "innodb" && ground.option("engine").is_some_and(|it| it == "innodb") => ground.rebuild(),
        // A table that says no engine has the server's own, which may be another.
        "engine" if value == "innodb" && ground.table.is_some() && ground.option("engine").is_none() => {
            ground.rebuild()
        }
        // New columns will have it; those that are there keep what they have.
        "charset" | "collate" => ground.rebuild(),
        _ => Cost::copy(),
    }
}

fn partitioned(partition: &Partition) -> Cost {
    match partition {
        Partition::By(_) | Partition::Remove => Cost::copy(),
        Partition::Add => Cost::catalogue(),
        Partition::Drop | Partition::Truncate => Cost::catalogue().locked(Level::Exclusive),
        Partition::Work("ANALYZE" | "CHECK") => Cost::catalogue().locked(Level::Shared).working(Work::Scan),
        Partition::Work(_) => Cost::copy(),
        // Every row of the table that comes in is looked at.
        Partition::Exchange(other) => {
            let others = vec![(other.clone(), Level::Exclusive)];
            Cost { others, ..Cost::catalogue().locked(Level::Exclusive).working(Work::Scan) }
        }
    }
}
