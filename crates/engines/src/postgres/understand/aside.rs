//! What a statement does beside the schema: which relations it reads, which rows it changes, which upkeep it orders.
//!
//! Understanding keeps of `VACUUM FULL t` or `LOCK TABLE t` only that the schema stays as it is. What they do to a live
//! system is read here, from the same tree.

use whimbrel_plan::NewRelation;
use whimbrel_schema::ObjectName;

use super::opaque::is_beside_relations;
use super::tables;
use super::tree::{Is, Node, Tree};
use crate::postgres::predict::Mode;
use crate::postgres::{quote, stand_in};

/// One statement beside what it does to the schema.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(in crate::postgres) struct Aside {
    /// Relations in FROM, JOIN, USING and the like; not those that the statement itself defines in WITH.
    pub(in crate::postgres) reads: Vec<ObjectName>,
    /// `FOR UPDATE` and its like: the rows that are read are locked.
    pub(in crate::postgres) locks_rows: bool,
    pub(in crate::postgres) changes: Vec<RowChange>,
    pub(in crate::postgres) upkeep: Option<Upkeep>,
    /// The table is named with ONLY.
    pub(in crate::postgres) only: bool,
    pub(in crate::postgres) cascade: bool,
    pub(in crate::postgres) no_data: bool,
    /// Parts of the statement that older servers do not know, with the first major that does.
    pub(in crate::postgres) newer: Vec<(&'static str, u32)>,
}

/// An INSERT, UPDATE, DELETE or MERGE, by the table that it changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::postgres) struct RowChange {
    pub(in crate::postgres) table: ObjectName,
    pub(in crate::postgres) rows: Rows,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::postgres) enum Rows {
    /// A VALUES list.
    Listed,
    /// Those that a condition finds; `equal` are the columns that it compares with a constant, all of which must hold.
    Found {
        equal: Vec<String>,
    },
    All,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::postgres) enum Upkeep {
    Lock {
        tables: Vec<ObjectName>,
        mode: Mode,
    },
    ReindexTable {
        table: ObjectName,
        concurrently: bool,
    },
    ReindexIndex {
        index: ObjectName,
        concurrently: bool,
    },
    /// All indexes of a schema, or (`None`) of the database.
    ReindexMany {
        namespace: Option<String>,
        concurrently: bool,
    },
    /// `table: None` is every table that was clustered before.
    Cluster {
        table: Option<ObjectName>,
    },
    /// No tables are all tables.
    Vacuum {
        tables: Vec<ObjectName>,
        full: bool,
        analyze: bool,
    },
    Analyze {
        tables: Vec<ObjectName>,
    },
    Refresh {
        view: ObjectName,
        concurrently: bool,
        with_data: bool,
    },
    Grant {
        on: Vec<ObjectName>,
    },
    Label {
        on: ObjectName,
    },
    Publication {
        tables: Vec<ObjectName>,
    },
    /// Clauses of ALTER TABLE, VIEW, … that say nothing of the schema.
    Alter {
        relation: ObjectName,
        clauses: Vec<Clause>,
    },
    /// A new table whose columns come from elsewhere, perhaps with its rows.
    NewTable {
        with_rows: bool,
    },
    /// Nothing that a relation is locked for.
    Nothing,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::postgres) enum Clause {
    Owner,
    ClusterOn,
    Statistics,
    Storage,
    ColumnOptions,
    ReplicaIdentity,
    Triggers,
    AccessMethod,
    /// Of an identity column.
    Restart,
    SequenceRestart,
    NotNullNotValid,
    ExtensionDependence,
    Tablespace,
}

/// The table that `CREATE STATISTICS` is about.
pub(in crate::postgres) fn from_table(statement: &str) -> Option<ObjectName> {
    let tree = Tree::parse(statement);
    tree.root().find(Is::FROM_TABLE)?.find(Is::TABLE_NAME_REF)?.object_name().ok()
}

pub(in crate::postgres) fn read(statement: &str) -> Option<Aside> {
    let tree = super::sound(statement)?;
    let node = tree.statements().next()?;
    let mut aside = Aside { upkeep: upkeep(node), newer: newer(node), ..Aside::default() };
    let relation = node.any(&[Is::TABLE_RELATION_NAME, Is::RELATION_NAME]);
    aside.only = relation.is_some_and(|relation| relation.has(Is::ONLY_KW));
    aside.cascade = node.has(Is::CASCADE);
    aside.no_data = node.find(Is::WITH_NO_DATA).is_some();
    rows(node, &mut aside);
    Some(aside)
}

/// The table that `CREATE TABLE … AS`, `… (LIKE …)` or `SELECT … INTO` makes.
pub(in crate::postgres) fn new_table(statement: &str) -> Option<NewRelation> {
    let tree = super::sound(statement)?;
    let node = tree.statements().next()?;
    let made = match node.kind() {
        Is::CREATE_TABLE_AS | Is::CREATE_TABLE => node,
        Is::SELECT_INTO => node.find(Is::INTO_CLAUSE)?,
        _ => return None,
    };
    let named = made.find(Is::TABLE_NAME)?;
    Some(NewRelation { name: named.object_name().ok()?, if_not_exists: node.has(Is::IF_NOT_EXISTS) })
}

fn rows(node: Node<'_>, aside: &mut Aside) {
    let defined: Vec<String> =
        node.descendants().filter(|part| part.kind() == Is::CTE_NAME).filter_map(|name| name.name().ok()).collect();
    for part in node.descendants() {
        match part.kind() {
            Is::RELATION_FROM_ITEM | Is::TABLE | Is::COPY_TABLE | Is::LIKE_CLAUSE => {
                let names = [Is::RELATION_NAME_REF, Is::TABLE_NAME_REF];
                let named = part.descendants().find(|inner| names.contains(&inner.kind()));
                let Some(Ok(name)) = named.map(|name| name.object_name()) else { continue };
                let own = name.namespace.is_none() && defined.contains(&name.name);
                if !own && !aside.reads.contains(&name) {
                    aside.reads.push(name);
                }
            }
            Is::LOCKING_CLAUSE => aside.locks_rows = true,
            Is::INSERT | Is::UPDATE | Is::DELETE | Is::MERGE => {
                let Ok(table) = tables::relation(part) else { continue };
                aside.changes.push(RowChange { table, rows: changed(part) });
            }
            _ => {}
        }
    }
}

fn changed(node: Node<'_>) -> Rows {
    match node.kind() {
        Is::INSERT if node.has(Is::VALUES) || node.has(Is::DEFAULT_VALUES) => Rows::Listed,
        Is::INSERT => match node.any(&[Is::SELECT, Is::COMPOUND_SELECT, Is::PAREN_SELECT]) {
            Some(query) if query.find(Is::FROM_CLAUSE).is_none() => Rows::Listed,
            Some(_) | None => Rows::All,
        },
        Is::MERGE => Rows::Found { equal: Vec::new() },
        _ => match node.any(&[Is::WHERE_CLAUSE, Is::WHERE_CURRENT_OF]) {
            Some(current) if current.kind() == Is::WHERE_CURRENT_OF => Rows::Listed,
            Some(condition) => condition_of(condition),
            None => Rows::All,
        },
    }
}

fn condition_of(clause: Node<'_>) -> Rows {
    let Some(condition) = clause.first_node() else { return Rows::All };
    let condition = condition.bare();
    // `WHERE true` is no condition.
    if matches!(condition.text().to_ascii_lowercase().as_str(), "true" | "1 = 1" | "1=1") {
        return Rows::All;
    }
    let mut equal = Vec::new();
    let mut parts = vec![condition];
    while let Some(part) = parts.pop().map(|part| part.bare()).filter(|part| part.kind() == Is::BIN_EXPR) {
        let sides: Vec<Node<'_>> = part.children().collect();
        let [left, operator, right] = sides.as_slice() else { continue };
        match operator.kind() {
            Is::AND_KW => parts.extend([*left, *right]),
            Is::EQ => {
                for (column, value) in [(left, right), (right, left)] {
                    if value.bare().kind() == Is::LITERAL
                        && let Some(column) = column_of(*column)
                    {
                        equal.push(column);
                    }
                }
            }
            _ => {}
        }
    }
    Rows::Found { equal }
}

fn column_of(node: Node<'_>) -> Option<String> {
    match node.kind() {
        Is::NAME_REF => node.name().ok(),
        Is::FIELD_EXPR => node.path().ok()?.pop(),
        _ => None,
    }
}

fn upkeep(node: Node<'_>) -> Option<Upkeep> {
    let name = |kind: Is| node.find(kind).and_then(|name| name.object_name().ok());
    let table = || name(Is::TABLE_NAME_REF);
    let all = |kind: Is| -> Vec<ObjectName> {
        node.descendants().filter(|part| part.kind() == kind).filter_map(|part| part.object_name().ok()).collect()
    };
    Some(match node.kind() {
        Is::LOCK => Upkeep::Lock { tables: all(Is::RELATION_NAME_REF), mode: lock_mode(node) },
        Is::REINDEX => reindex(node)?,
        Is::CLUSTER => Upkeep::Cluster { table: table() },
        Is::VACUUM => {
            let (full, analyze) = (vacuum_option(node, Is::FULL_KW), vacuum_option(node, Is::ANALYZE_KW));
            Upkeep::Vacuum { tables: all(Is::TABLE_NAME_REF), full, analyze }
        }
        Is::ANALYZE => Upkeep::Analyze { tables: all(Is::TABLE_NAME_REF) },
        Is::REFRESH => Upkeep::Refresh {
            view: name(Is::VIEW_REF)?,
            concurrently: node.has(Is::CONCURRENTLY_KW),
            with_data: node.find(Is::WITH_NO_DATA).is_none(),
        },
        Is::GRANT | Is::REVOKE => {
            let named = [all(Is::RELATION_NAME_REF), all(Is::TABLE_NAME_REF), all(Is::SEQUENCE_REF)];
            Upkeep::Grant { on: named.concat() }
        }
        Is::DO if stand_in::is_rights(&node.sql()) => Upkeep::Grant { on: Vec::new() },
        Is::SECURITY_LABEL | Is::COMMENT_ON => {
            let subject = node.first_node()?;
            let kinds = [Is::TABLE_NAME_REF, Is::VIEW_REF, Is::SEQUENCE_REF, Is::RELATION_NAME_REF];
            match subject.descendants().find(|part| kinds.contains(&part.kind())) {
                Some(relation) => Upkeep::Label { on: relation.object_name().ok()? },
                None => match subject.child(Is::QUALIFIED_COLUMN_NAME_REF) {
                    Some(column) => Upkeep::Label { on: super::sequences::qualified_column(column).ok()?.0 },
                    None => Upkeep::Nothing,
                },
            }
        }
        Is::CREATE_PUBLICATION | Is::ALTER_PUBLICATION => Upkeep::Publication { tables: all(Is::TABLE_NAME_REF) },
        Is::ALTER_TABLE | Is::ALTER_VIEW | Is::ALTER_MATERIALIZED_VIEW | Is::ALTER_SEQUENCE | Is::ALTER_INDEX => {
            alter(node)?
        }
        Is::ALTER_TRIGGER => {
            let relation = name(Is::RELATION_NAME_REF)?;
            let clause = if node.has(Is::TRIGGER_RENAME_TO) { Clause::Storage } else { Clause::ExtensionDependence };
            Upkeep::Alter { relation, clauses: vec![clause] }
        }
        Is::CREATE_TABLE if node.find(Is::LIKE_CLAUSE).is_some() && is_plain_like(node) => {
            Upkeep::NewTable { with_rows: false }
        }
        Is::CREATE_TABLE_AS | Is::SELECT_INTO => Upkeep::NewTable { with_rows: true },
        kind if is_beside_relations(kind) => Upkeep::Nothing,
        Is::ALTER_TYPE
        | Is::ALTER_DOMAIN
        | Is::ALTER_SCHEMA
        | Is::ALTER_EXTENSION
        | Is::ALTER_FUNCTION
        | Is::ALTER_PROCEDURE
        | Is::ALTER_ROUTINE
        | Is::ALTER_AGGREGATE => Upkeep::Nothing,
        // Only declared or planned here; what is read is locked all the same.
        Is::PREPARE
        | Is::DECLARE
        | Is::FETCH
        | Is::MOVE
        | Is::SELECT
        | Is::COMPOUND_SELECT
        | Is::PAREN_SELECT
        | Is::VALUES
        | Is::TABLE
        | Is::EXPLAIN
        | Is::COPY => Upkeep::Nothing,
        _ => return None,
    })
}

/// `LIKE` and plain columns: nothing else that would lock another table.
fn is_plain_like(node: Node<'_>) -> bool {
    let foreign = [Is::REFERENCES_CONSTRAINT, Is::FOREIGN_KEY_CONSTRAINT, Is::PARTITION_OF, Is::INHERITS];
    !node.descendants().any(|part| foreign.contains(&part.kind()))
}

fn lock_mode(node: Node<'_>) -> Mode {
    let clause = node.child(Is::LOCK_MODE_CLAUSE).and_then(|clause| clause.first_node());
    clause.and_then(|mode| Mode::read(mode.text())).unwrap_or(Mode::AccessExclusive)
}

fn reindex(node: Node<'_>) -> Option<Upkeep> {
    let option = node.descendants().find(|part| part.kind() == Is::REINDEX_OPTION_CONCURRENTLY);
    let off = option.is_some_and(|option| {
        let text = option.text().to_ascii_lowercase();
        text.ends_with("false") || text.ends_with("off") || text.ends_with('0')
    });
    let concurrently = node.find(Is::CONCURRENTLY_KW).is_some() && !off;
    let target = node.children().find(|child| {
        matches!(
            child.kind(),
            Is::REINDEX_TARGET_TABLE
                | Is::REINDEX_TARGET_INDEX
                | Is::REINDEX_TARGET_SCHEMA
                | Is::REINDEX_TARGET_DATABASE
                | Is::REINDEX_TARGET_SYSTEM
        )
    })?;
    Some(match target.kind() {
        Is::REINDEX_TARGET_TABLE => {
            Upkeep::ReindexTable { table: target.find(Is::TABLE_NAME_REF)?.object_name().ok()?, concurrently }
        }
        Is::REINDEX_TARGET_INDEX => {
            Upkeep::ReindexIndex { index: target.find(Is::INDEX_REF)?.object_name().ok()?, concurrently }
        }
        Is::REINDEX_TARGET_SCHEMA => {
            Upkeep::ReindexMany { namespace: target.find(Is::SCHEMA_REF)?.name().ok(), concurrently }
        }
        _ => Upkeep::ReindexMany { namespace: None, concurrently },
    })
}

/// Whether an option stands among the words, or in the parentheses and not switched off.
fn vacuum_option(node: Node<'_>, word: Is) -> bool {
    let off = |option: Node<'_>| {
        let text = option.text().to_ascii_lowercase();
        ["false", "off", "0"].iter().any(|value| text.ends_with(value))
    };
    let listed = node.child(Is::VACUUM_OPTION_LIST).into_iter().flat_map(|list| list.all(Is::VACUUM_OPTION));
    node.has(word) || listed.filter(|option| option.find(word).is_some()).any(|option| !off(option))
}

fn alter(node: Node<'_>) -> Option<Upkeep> {
    let kinds = [Is::TABLE_RELATION_NAME, Is::VIEW_REF, Is::SEQUENCE_REF, Is::INDEX_REF, Is::TABLE_NAME_REF];
    let named = node.any(&kinds)?;
    let relation = match named.kind() {
        Is::TABLE_RELATION_NAME => tables::relation(node).ok()?,
        _ => named.object_name().ok()?,
    };
    let mut clauses = Vec::new();
    for action in node.children().skip_while(|child| child.start() < named.end()) {
        let inner = || action.children().find(|child| child.start() > action.start() && clause(*child).is_some());
        match action.kind() {
            Is::COMMA | Is::SEMICOLON => {}
            Is::ALTER_COLUMN => clauses.push(clause(inner()?)?),
            // Those of the whole table have a step.
            Is::SET_OPTIONS | Is::RESET_OPTIONS => return None,
            _ => clauses.push(clause(action)?),
        }
    }
    Some(Upkeep::Alter { relation, clauses })
}

fn clause(node: Node<'_>) -> Option<Clause> {
    Some(match node.kind() {
        Is::OWNER_TO => Clause::Owner,
        Is::CLUSTER_ON | Is::SET_WITHOUT_CLUSTER => Clause::ClusterOn,
        Is::SET_STATISTICS | Is::ALTER_SET_STATISTICS => Clause::Statistics,
        Is::SET_STORAGE | Is::SET_COMPRESSION => Clause::Storage,
        Is::SET_OPTIONS | Is::RESET_OPTIONS => Clause::ColumnOptions,
        Is::REPLICA_IDENTITY => Clause::ReplicaIdentity,
        Is::ENABLE_TRIGGER | Is::DISABLE_TRIGGER => Clause::Triggers,
        Is::SET_WITHOUT_OIDS => Clause::AccessMethod,
        Is::SET_ACCESS_METHOD if node.text().to_ascii_lowercase().ends_with(" heap") => Clause::AccessMethod,
        Is::OPTION_RESTART => Clause::SequenceRestart,
        Is::RESTART | Is::SET_SEQUENCE_OPTION => Clause::Restart,
        Is::DEPENDS_ON_EXTENSION | Is::NO_DEPENDS_ON_EXTENSION => Clause::ExtensionDependence,
        Is::SET_TABLESPACE => Clause::Tablespace,
        Is::ADD_CONSTRAINT => {
            let constraint = node.child(Is::NOT_NULL_CONSTRAINT)?;
            constraint.has(Is::NOT_VALID).then_some(Clause::NotNullNotValid)?
        }
        _ => return None,
    })
}

/// By the manual's release notes: what each major since 14 brought to the grammar.
fn newer(node: Node<'_>) -> Vec<(&'static str, u32)> {
    let mut found: Vec<(&'static str, u32)> = Vec::new();
    let mut add = |what: &'static str, major: u32| {
        if !found.contains(&(what, major)) {
            found.push((what, major));
        }
    };
    for part in node.descendants() {
        match part.kind() {
            Is::DETACH_CONCURRENTLY | Is::DETACH_FINALIZE => add("`DETACH PARTITION … CONCURRENTLY`", 14),
            Is::SET_COMPRESSION | Is::COMPRESSION_METHOD => add("`COMPRESSION` of a column", 14),
            Is::CREATE_TRIGGER if part.has(Is::OR_REPLACE) => add("`CREATE OR REPLACE TRIGGER`", 14),
            Is::REINDEX_OPTION_TABLESPACE => add("`REINDEX (TABLESPACE …)`", 14),
            Is::MERGE => add("`MERGE`", 15),
            Is::NULLS_NOT_DISTINCT => add("`NULLS NOT DISTINCT`", 15),
            Is::SET_NULL_COLUMNS | Is::SET_DEFAULT_COLUMNS if part.has(Is::COLUMN_REF_LIST) => {
                add("a column list after `ON DELETE SET`", 15);
            }
            Is::SET_ACCESS_METHOD => add("`SET ACCESS METHOD`", 15),
            Is::SET_EXPRESSION => add("`SET EXPRESSION`", 17),
            Is::NOT_ENFORCED | Is::ENFORCED => add("`NOT ENFORCED`", 18),
            Is::WITHOUT_OVERLAPS => add("`WITHOUT OVERLAPS`", 18),
            Is::PERIOD_COLUMN => add("`PERIOD` in a foreign key", 18),
            Is::GENERATED_STORED if !part.has(Is::STORED) => add("a virtual generated column", 18),
            Is::ADD_CONSTRAINT if part.has(Is::NOT_NULL_CONSTRAINT) => add("`ADD CONSTRAINT … NOT NULL`", 18),
            Is::ATTRIBUTE_NAME if quote::fold(part.text()) == "security_invoker" => add("`security_invoker`", 15),
            _ => {}
        }
    }
    found
}
