use std::collections::BTreeSet;

use whimbrel_schema::{ObjectName, Table};

use super::{Items, Planned};
use crate::order::Rank;
use crate::{CommentTarget, Step};

pub(super) fn set(on: &CommentTarget, to: Option<&str>, remade: &BTreeSet<ObjectName>, items: &mut Items) {
    let name = match on {
        CommentTarget::Table(name)
        | CommentTarget::Column(name, _)
        | CommentTarget::Constraint(name, _)
        | CommentTarget::Index(name)
        | CommentTarget::Trigger(name, _) => name,
        CommentTarget::Object(id) if remade.contains(&id.name) => return,
        CommentTarget::Object(id) => &id.name,
    };
    let step = Step::SetComment { on: on.clone(), to: to.map(str::to_string) };
    items.push(Rank::Comment, name, vec![step.into()]);
}

/// All comments on a new table and in it, but for those on triggers.
pub(super) fn of_table(table: &Table) -> Vec<Planned> {
    let name = &table.name;
    let own = table.comment.iter().map(|text| (CommentTarget::Table(name.clone()), text.clone()));
    let columns = table
        .columns
        .iter()
        .filter_map(|column| Some((CommentTarget::Column(name.clone(), column.name.clone()), column.comment.clone()?)));
    let constraints = table.constraints().into_iter().filter_map(|constraint| {
        let text = constraint.comment()?.to_string();
        Some((CommentTarget::Constraint(name.clone(), constraint.name()?.to_string()), text))
    });
    let indexes = table
        .indexes
        .iter()
        .filter_map(|index| Some((CommentTarget::Index(name.sibling(&index.name)), index.comment.clone()?)));
    (own.chain(columns).chain(constraints.collect::<Vec<_>>()).chain(indexes))
        .map(|(on, text)| Step::SetComment { on, to: Some(text) }.into())
        .collect()
}
