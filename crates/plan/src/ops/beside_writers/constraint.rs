use whimbrel_schema::{Check, Constraint, Expression, Index, IndexKey, ObjectName, Pair, Table, Unique};

use super::{Planned, Stretches};
use crate::Step;

impl Stretches<'_> {
    pub(super) fn add_constraint(&mut self, planned: &Planned) -> bool {
        let Step::AddConstraint { table, constraint, using_index: None } = &planned.step else { return false };
        match &**constraint {
            Constraint::PrimaryKey(key) => {
                let index = index_of(key.columns.as_slice(), &key.include, true);
                self.add_key(planned, table, constraint, index)
            }
            Constraint::Unique(unique) => {
                let Unique { columns, include, nulls_distinct, .. } = unique;
                self.add_key(planned, table, constraint, index_of(columns, include, *nulls_distinct))
            }
            Constraint::ForeignKey(key) if key.validated && self.plain_table(table).is_some() => {
                let mut held = key.clone();
                held.validated = false;
                self.hold_then_prove(planned, table, Constraint::ForeignKey(held))
            }
            Constraint::Check(check) if check.validated && check.enforced && self.table(table).is_some() => {
                let held = Check { validated: false, ..check.clone() };
                self.hold_then_prove(planned, table, Constraint::Check(held))
            }
            Constraint::ForeignKey(_) | Constraint::Check(_) | Constraint::Exclusion(_) => false,
        }
    }

    /// For new rows at once; for those that are there in a statement of its own, which lets others write.
    fn hold_then_prove(&mut self, planned: &Planned, table: &ObjectName, held: Constraint) -> bool {
        let Some(name) = held.name().map(str::to_string) else { return false };
        let step = Step::AddConstraint { table: table.clone(), constraint: Box::new(held), using_index: None };
        if self.waits(&step) {
            self.after.push(step.into());
        } else {
            self.at_once.push(step.into());
        }
        let prove = Step::ValidateConstraint { table: table.clone(), name };
        self.after.push(Planned { step: prove, ..planned.clone() }.alone());
        true
    }

    /// Its index is built concurrently, and taken over in an instant.
    fn add_key(&mut self, planned: &Planned, table: &ObjectName, constraint: &Constraint, index: Index) -> bool {
        let (Some(before), Some(name)) = (self.plain_table(table), constraint.name()) else { return false };
        let is_primary = matches!(constraint, Constraint::PrimaryKey(_));
        let old = before
            .constraints()
            .into_iter()
            .find(|old| old.name() == Some(name) || (is_primary && matches!(old, Constraint::PrimaryKey(_))));
        let replaces = old.is_some();
        let index_name = if replaces { self.free_name(table, name, "_new") } else { name.to_string() };
        if replaces && (!self.stand_still(before, constraint) || self.becomes_required(table)) {
            return false;
        }
        let index = Box::new(Index { name: index_name.clone(), ..index });
        let build = Step::CreateIndex { table: table.clone(), index, concurrently: true, if_not_exists: false };
        let take = Step::AddConstraint {
            table: table.clone(),
            constraint: Box::new(constraint.clone()),
            using_index: Some(index_name),
        };
        let build = Planned { step: build, ..planned.clone() };
        if replaces {
            // The old one goes in the very transaction in which the new one comes.
            self.before.push(build);
            self.at_once.push(take.into());
        } else {
            self.after.push(build);
            self.after.push(take.into());
        }
        true
    }

    /// Whether its columns are there as they shall be, so that an index over them can be built before all else.
    fn stand_still(&self, before: &Table, constraint: &Constraint) -> bool {
        let columns = match constraint {
            Constraint::PrimaryKey(key) => key.columns.iter().chain(&key.include),
            Constraint::Unique(unique) => unique.columns.iter().chain(&unique.include),
            Constraint::ForeignKey(_) | Constraint::Check(_) | Constraint::Exclusion(_) => return false,
        };
        columns.into_iter().all(|name| before.column(name).is_some()) && !self.moves_columns(&before.name)
    }

    fn becomes_required(&self, on: &ObjectName) -> bool {
        self.all.iter().any(|step| matches!(step, Step::SetNullable { table, nullable: false, .. } if table == on))
    }

    /// A check holds for new rows at once and is proved for the old ones; the engine then takes its word for it. In
    /// statements of their own: in one with the check's end, the engine would look at every row again.
    pub(super) fn require(&mut self, planned: &Planned) -> bool {
        let Step::SetNullable { table, column, nullable: false } = &planned.step else { return false };
        let Some(before) = self.table(table) else { return false };
        let wanted = Expression::new(format!("{} IS NOT NULL", self.setting.dialect.quote(column)));
        let same = |check: &Check| {
            let both = Pair::new(&check.expression, &wanted);
            check.validated && check.enforced && self.setting.dialect.same_expression(both)
        };
        let stays = |check: &&Check| {
            let after = self.setting.schemas.to.table(table);
            after.is_some_and(|after| after.checks.iter().any(|other| other.name == check.name))
        };
        // A key that takes another's place comes at once, and its columns with it.
        if before.checks.iter().filter(stays).any(same) || self.replaces_key(before, column) {
            return false;
        }
        // `…_not_null` is what PostgreSQL 18 calls the column's own NOT NULL, which keeps that name when another column
        // takes the column's.
        let name = self.free_name(table, &format!("{}_{column}", table.name), "_present");
        let check = Check { validated: false, ..Check::new(Some(name.clone()), wanted) };
        let constraint = Box::new(Constraint::Check(check));
        let hold = Step::AddConstraint { table: table.clone(), constraint, using_index: None };
        self.at_once.push(Planned { questions: planned.questions.clone(), ..hold.into() });
        let prove = Step::ValidateConstraint { table: table.clone(), name: name.clone() };
        self.after.push(Planned::from(prove).warned(planned.note.clone()).alone());
        self.after.push(planned.step.clone().into());
        let (table, if_exists, cascade) = (table.clone(), false, false);
        self.after.push(Step::DropConstraint { table, name, if_exists, cascade }.into());
        true
    }

    /// Whether a primary key that takes the place of another needs the column at once.
    fn replaces_key(&self, before: &Table, column: &str) -> bool {
        let new = |step: &Step| {
            let Step::AddConstraint { table, constraint, .. } = step else { return false };
            let Constraint::PrimaryKey(key) = &**constraint else { return false };
            *table == before.name && key.columns.iter().any(|name| name == column)
        };
        before.primary_key.is_some() && self.all.iter().any(new)
    }
}

fn index_of(columns: &[String], include: &[String], nulls_distinct: bool) -> Index {
    let keys = columns.iter().map(|column| IndexKey::column(column.as_str())).collect();
    Index { unique: true, include: include.to_vec(), nulls_distinct, ..Index::new("", keys) }
}
