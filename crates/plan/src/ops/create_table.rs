use whimbrel_schema::{Constraint, ForeignKey, Table};

use super::survey::Survey;
use super::{Items, Planned, Setting, Way, comment};
use crate::order::Rank;
use crate::{CommentTarget, How, Step};

/// The table with its indexes and comments; triggers wait until their functions are there.
pub(super) fn steps(setting: &Setting<'_>, table: &Table, survey: &Survey, items: &mut Items) {
    let mut bare = table.clone();
    bare.indexes.clear();
    bare.triggers.clear();
    let (waiting, inline): (Vec<ForeignKey>, Vec<ForeignKey>) =
        bare.foreign_keys.drain(..).partition(|key| waits(setting, table, key, survey));
    bare.foreign_keys = inline;
    let create = Planned::from(Step::CreateTable { table: Box::new(bare), if_not_exists: false });
    let create = match setting.way {
        Way::Upgrade => create,
        Way::Downgrade if setting.keeps() && table.options.virtual_using.is_none() => {
            create.noted(format!("`{}` comes back with the rows that are kept", table.name))
        }
        Way::Downgrade => create.noted(format!("`{}` comes back without its rows", table.name)),
    };
    let mut steps = vec![create];
    for index in &table.indexes {
        let index = Box::new(index.clone());
        let table = table.name.clone();
        steps.push(Step::CreateIndex { table, index, concurrently: false, if_not_exists: false }.into());
    }
    steps.extend(comment::of_table(table));
    items.push(Rank::CreateTable, &table.name, steps);

    for key in waiting {
        let constraint = Box::new(Constraint::ForeignKey(ForeignKey { comment: None, ..key }));
        let step = Step::AddConstraint { table: table.name.clone(), constraint, using_index: None };
        items.push(Rank::AddForeignKey, &table.name, vec![step.into()]);
    }
    for trigger in &table.triggers {
        super::trigger::create(&table.name, trigger, items);
        if let Some(text) = &trigger.comment {
            let on = CommentTarget::Trigger(table.name.clone(), trigger.name.clone());
            items.push(Rank::Comment, &table.name, vec![Step::SetComment { on, to: Some(text.clone()) }.into()]);
        }
    }
}

/// Whether the foreign key can only be made after the table: what it references is not there yet, or not as it will
/// be. An engine that cannot add one afterwards lets a table reference what is not there.
fn waits(setting: &Setting<'_>, table: &Table, key: &ForeignKey, survey: &Survey) -> bool {
    if key.references == table.name {
        return false;
    }
    let later = match (survey.created.get(&key.references), survey.created.get(&table.name)) {
        (Some(referenced), Some(own)) => referenced > own,
        (None, _) => survey.unsettled.contains(&key.references),
        (Some(_), None) => true,
    };
    later && {
        let constraint = Box::new(Constraint::ForeignKey(key.clone()));
        let step = Step::AddConstraint { table: table.name.clone(), constraint, using_index: None };
        setting.dialect.how(&step, setting.schemas.to) == How::InPlace
    }
}
