use whimbrel_schema::{Index, IndexKey, IndexTarget, ObjectName, Table};

use super::{Planned, Stretches};
use crate::Step;

impl Stretches<'_> {
    /// Built concurrently, after all else. One that takes another's name is built beside that first.
    pub(super) fn create_index(&mut self, planned: &Planned) -> bool {
        let Step::CreateIndex { table, index, if_not_exists, .. } = &planned.step else { return false };
        let Some(before) = self.plain_table(table) else { return self.create_on_partitions(planned, table, index) };
        let replaced = before.index(&index.name).is_some_and(|old| self.is_replaced(before, old));
        let name = if replaced { self.free_name(table, &index.name, "_new") } else { index.name.clone() };
        let step = Step::CreateIndex {
            table: table.clone(),
            index: Box::new(Index { name: name.clone(), ..(**index).clone() }),
            concurrently: true,
            if_not_exists: *if_not_exists,
        };
        self.after.push(Planned { step, ..planned.clone() });
        if replaced {
            let old = self.name_of(table, &index.name);
            self.after.push(drop_concurrently(old).into());
            self.after.push(Step::RenameIndex { from: self.name_of(table, &name), to: index.name.clone() }.into());
        }
        true
    }

    /// Dropped concurrently, before all else: nobody waits for what comes then.
    pub(super) fn drop_index(&mut self, planned: &Planned) -> bool {
        let Step::DropIndex { index: name, .. } = &planned.step else { return false };
        let Some(table) = self.setting.schemas.from.table_of_index(name).cloned() else { return false };
        if self.is_given_up(name, &table) || self.is_replaced_whole(name, &table) {
            return true;
        }
        let Some(before) = self.plain_table(&table) else { return false };
        let Some(index) = before.index(&name.name) else { return false };
        if self.is_replaced(before, index) {
            return true;
        }
        let first = self.at_once.iter().all(|earlier| !is_in_the_way(&earlier.step, before, name));
        if first {
            self.before.push(Planned { step: drop_concurrently(name.clone()), ..planned.clone() });
        }
        first
    }

    /// Whether another takes its name, and it can stay until that one is built: it is of use, and no column goes from
    /// under it or changes its type.
    pub(super) fn is_replaced(&self, table: &Table, index: &Index) -> bool {
        let created = |step: &Step| matches!(step, Step::CreateIndex { table: on, index: made, .. } if *on == table.name && made.name == index.name);
        // A function or a type that it may use.
        let loses_objects = self.all.iter().any(|step| matches!(step, Step::DropObject { .. }));
        let dropped = self.name_of(&table.name, &index.name);
        let drops = |step: &Step| matches!(step, Step::DropIndex { index, .. } if *index == dropped);
        index.valid
            && self.all.iter().any(created)
            && self.all.iter().any(drops)
            && !loses_objects
            && !self.moves_columns(&table.name)
    }

    pub(super) fn name_of(&self, table: &ObjectName, index: &str) -> ObjectName {
        ObjectName::of_index(table, index, self.setting.dialect.engine())
    }
}

/// As the engine would call it.
pub(super) fn keys_in_words(index: &Index) -> String {
    let word = |key: &IndexKey| match &key.target {
        IndexTarget::Column(name) => name.clone(),
        IndexTarget::Expression(_) => "expr".to_string(),
    };
    index.keys.iter().map(word).collect::<Vec<_>>().join("_")
}

fn drop_concurrently(index: ObjectName) -> Step {
    Step::DropIndex { index, concurrently: true, if_exists: false, cascade: false }
}

/// Whether the earlier step has to be done before the index can go: a foreign key may rest on it, and a move takes it
/// elsewhere.
fn is_in_the_way(earlier: &Step, table: &Table, index: &ObjectName) -> bool {
    if let Step::RenameTable { from, to } = earlier {
        return from.namespace != to.namespace;
    }
    let unique = table.index(&index.name).is_none_or(|found| found.unique);
    let loosens = unique && matches!(earlier, Step::DropConstraint { .. });
    loosens || matches!(earlier, Step::RenameIndex { .. } | Step::RebuildTable { .. } | Step::DropTable { .. })
}
