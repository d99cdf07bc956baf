use whimbrel_schema::{Index, ObjectName, Pair};

use super::constraint::takes_over;
use super::survey::Survey;
use super::{Items, Planned, Setting, old_rows};
use crate::Step;
use crate::order::Rank;

pub(super) fn create(setting: &Setting<'_>, table: &ObjectName, index: &Index, survey: &Survey, items: &mut Items) {
    let warning = old_rows::against_index(setting, table, index, survey);
    let index = Box::new(index.clone());
    let step = Step::CreateIndex { table: table.clone(), index, concurrently: false, if_not_exists: false };
    items.on(Rank::CreateIndex, table, Planned::from(step).warned(warning));
}

pub(super) fn drop(setting: &Setting<'_>, table: &ObjectName, index: &Index, survey: &Survey, items: &mut Items) {
    // A constraint of that name takes it over.
    let key = survey.added_keys.get(&(table.clone(), index.name.clone()));
    if key.is_some_and(|key| takes_over(setting, table, key, index)) {
        return;
    }
    items.on(Rank::DropIndex, table, drop_step(setting, table, index));
}

pub(super) fn alter(
    setting: &Setting<'_>,
    table: &ObjectName,
    index: &Pair<Index>,
    survey: &Survey,
    items: &mut Items,
) {
    let Pair { from, to } = index;
    let named = |name: &str| ObjectName::of_index(table, name, setting.dialect.engine());
    let alike = |change: fn(&mut Index, &Index)| {
        let mut alike = Index { comment: to.comment.clone(), ..from.clone() };
        change(&mut alike, to);
        crate::diff::same_index(Pair::new(&alike, to), setting.dialect)
    };
    if from.name != to.name && alike(|alike, to| alike.name.clone_from(&to.name)) {
        let step = Step::RenameIndex { from: named(&from.name), to: to.name.clone() };
        items.on(Rank::RenameWithin, table, step);
    } else if from.name == to.name && from.valid && alike(|alike, to| alike.storage.clone_from(&to.storage)) {
        let step = Step::SetIndexStorage { index: named(&to.name), to: to.storage.clone() };
        items.on(Rank::CreateIndex, table, step);
    } else {
        items.on(Rank::DropIndex, table, drop_step(setting, table, from));
        create(setting, table, to, survey, items);
    }
}

fn drop_step(setting: &Setting<'_>, table: &ObjectName, index: &Index) -> Step {
    let index = ObjectName::of_index(table, &index.name, setting.dialect.engine());
    Step::DropIndex { index, concurrently: false, if_exists: false, cascade: false }
}
