use whimbrel_schema::{ColumnType, Expression, Index, IndexTarget, ObjectName, Schema, Table};

use super::{Batching, NotBatched, Proof, Update};
use crate::fold::names_column;

/// By what the rows of a table are put in order and cut into batches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Key {
    /// Columns that no row leaves empty, with an index over them.
    Columns(Vec<KeyColumn>),
    /// Where the rows lie: for a table without any key.
    Blocks,
    /// The same in each of these tables, one after the other: the partitions in which the rows of a table without any key
    /// lie.
    Partitions(Vec<ObjectName>),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyColumn {
    /// As it must stand in SQL, without the table.
    pub sql: String,
    pub ty: Option<ColumnType>,
}

/// The first key that the UPDATE leaves alone: a row whose key changes could be met twice, or never.
pub(super) fn choose(
    update: &Update,
    (table, schema): (&Table, &Schema),
    proof: &Proof,
    batching: &dyn Batching,
    quote: &dyn Fn(&str) -> String,
) -> Result<Key, NotBatched> {
    if let Some(number) = batching.row_number(table) {
        let own = table.primary_key.iter().flat_map(|key| &key.columns).find(|column| update.sets(column));
        return match own {
            Some(column) => Err(changes_key(column)),
            None => Ok(Key::Columns(vec![KeyColumn { sql: number, ty: None }])),
        };
    }
    let primary = table.primary_key.iter().map(|key| key.columns.clone());
    let uniques = table.uniques.iter().map(|unique| unique.columns.clone());
    let indexes = table.indexes.iter().filter_map(plain);
    let filled = |columns: &Vec<String>| {
        columns.iter().all(|name| {
            let primary = table.primary_key.as_ref().is_some_and(|key| key.columns.contains(name));
            primary || table.column(name).is_some_and(|column| !column.nullable)
        })
    };
    let mut keys = primary.chain(uniques).chain(indexes).filter(|columns| !columns.is_empty() && filled(columns));
    let changed = |columns: &Vec<String>| columns.iter().any(|column| update.sets(column));
    if let Some(columns) = keys.clone().find(|columns| !changed(columns)) {
        let column = |name: &String| KeyColumn { sql: quote(name), ty: table.column(name).map(|it| it.ty.clone()) };
        return Ok(Key::Columns(columns.iter().map(column).collect()));
    }
    match proof {
        Proof::Values | Proof::Condition { .. } if batching.has_blocks(table) => Ok(Key::Blocks),
        Proof::Values | Proof::Condition { .. } | Proof::Once { .. } => {
            let partitions = partitions(update, table, schema).filter(|_| !matches!(proof, Proof::Once { .. }));
            if let Some(partitions) = partitions.filter(|all| all.iter().all(|it| batching.has_blocks(it))) {
                return Ok(Key::Partitions(partitions.into_iter().map(|it| it.name.clone()).collect()));
            }
            if let Some(column) = keys.next().and_then(|columns| columns.into_iter().find(|column| update.sets(column)))
            {
                return Err(changes_key(&column));
            }
            let reason = format!("`{}` has no key by which its rows could be taken batch by batch", table.name);
            let next = "give it a primary key, or a unique index over columns that are NOT NULL, in a revision before";
            Err(NotBatched::new(reason, next))
        }
    }
}

/// The tables in which the rows of a partitioned table lie, in the order of their names; `None` for any other table, and
/// where the UPDATE may move a row to another partition, which only one of the whole table does.
fn partitions<'s>(update: &Update, table: &'s Table, schema: &'s Schema) -> Option<Vec<&'s Table>> {
    let mut found = Vec::new();
    let mut open = vec![table];
    while let Some(above) = open.pop() {
        let Some(by) = &above.options.partition_by else {
            found.push(above);
            continue;
        };
        let by = Expression::new(by);
        if update.columns().any(|column| names_column(&by, column, schema.engine)) {
            return None;
        }
        let is_below = |it: &&Table| it.options.partition_of.as_ref().is_some_and(|of| of.parent == above.name);
        open.extend(schema.tables.values().filter(is_below));
    }
    table.options.partition_by.as_ref()?;
    found.sort_by(|a, b| a.name.cmp(&b.name));
    Some(found)
}

fn changes_key(column: &str) -> NotBatched {
    let reason = format!("it changes `{column}`, the key by which the rows are taken");
    NotBatched::new(reason, "delete `-- backfill`, if one statement may change all the rows")
}

/// The columns of an index that serves as a key: unique, over all rows, in the columns' own order.
fn plain(index: &Index) -> Option<Vec<String>> {
    let ordinary = index.method.as_deref().is_none_or(|method| method == "btree");
    if !index.unique || !index.valid || index.predicate.is_some() || !ordinary {
        return None;
    }
    let column = |key: &whimbrel_schema::IndexKey| match &key.target {
        IndexTarget::Column(name) if !key.descending && key.collation.is_none() && key.operator_class.is_none() => {
            Some(name.clone())
        }
        IndexTarget::Column(_) | IndexTarget::Expression(_) => None,
    };
    index.keys.iter().map(column).collect()
}
