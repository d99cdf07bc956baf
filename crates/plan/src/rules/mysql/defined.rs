//! What a step says of columns and of a table's options, whichever kind of step it is.

use whimbrel_schema::{Column, ColumnType, Expression, ObjectName};

use crate::{Amendment, Step};

/// What is said of one column.
#[derive(Default)]
pub(super) struct Defined<'a> {
    pub name: &'a str,
    pub ty: Option<&'a ColumnType>,
    pub default: Option<&'a Expression>,
    pub collation: Option<&'a str>,
}

impl<'a> Defined<'a> {
    fn whole(column: &'a Column) -> Self {
        let (default, collation) = (column.default.as_ref(), column.collation.as_deref());
        Defined { name: &column.name, ty: Some(&column.ty), default, collation }
    }
}

pub(super) fn columns(step: &Step) -> Vec<Defined<'_>> {
    if let Step::CreateTable { table, .. } = step {
        table.columns.iter().map(Defined::whole).collect()
    } else if let Step::AddColumn { column, .. } = step {
        vec![Defined::whole(column)]
    } else if let Step::SetColumnType { column, to, collation, .. } = step {
        vec![Defined { name: column, ty: Some(to), collation: collation.as_deref(), default: None }]
    } else if let Step::SetDefault { column, to, .. } = step {
        vec![Defined { name: column, default: to.as_ref(), ..Defined::default() }]
    } else {
        Vec::new()
    }
}

/// The table and the options that are set on it.
pub(super) fn options(step: &Step) -> Option<(&ObjectName, Vec<(&str, &str)>)> {
    if let Step::CreateTable { table, .. } = step {
        let set = table.options.storage.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        return Some((&table.name, set.collect()));
    }
    let Step::Amend(amendment) = step else { return None };
    let Amendment::Storage { table, set } = &**amendment else { return None };
    let set = set.iter().filter_map(|(name, value)| Some((name.as_str(), value.as_deref()?)));
    Some((table, set.collect()))
}
