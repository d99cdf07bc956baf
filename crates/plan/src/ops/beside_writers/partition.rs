use whimbrel_schema::{Check, Constraint, Expression, ObjectName};

use super::{Planned, Stretches};
use crate::Step;

impl Stretches<'_> {
    /// A check that says what the bound says is proved while others write; the engine then takes its word for it, and
    /// attaches the table without reading a row.
    pub(super) fn attach(&mut self, planned: &Planned) -> bool {
        let Step::AttachPartition { parent, partition, bound } = &planned.step else { return false };
        let setting = self.setting;
        let Some(whole) = setting.schemas.to.table(parent) else { return false };
        if self.table(partition).is_none() || self.goes_on(&planned.step, parent, partition) {
            return false;
        }
        let Some(condition) = setting.dialect.bound_as_check(whole, bound) else { return false };
        let name = self.free_name(partition, &partition.name, "_bound");
        let check = Check { validated: false, ..Check::new(Some(name.clone()), Expression::new(condition)) };
        let constraint = Box::new(Constraint::Check(check));
        self.at_once.push(Step::AddConstraint { table: partition.clone(), constraint, using_index: None }.into());
        let prove = Step::ValidateConstraint { table: partition.clone(), name: name.clone() };
        self.after.push(Planned::from(prove).warned(planned.note.clone()).alone());
        self.after.push(planned.step.clone().into());
        let (table, if_exists, cascade) = (partition.clone(), false, false);
        self.after.push(Step::DropConstraint { table, name, if_exists, cascade }.into());
        true
    }

    /// Whether something comes to either of the two afterwards, which has to find them attached.
    fn goes_on(&self, attach: &Step, parent: &ObjectName, partition: &ObjectName) -> bool {
        let later = self.all.iter().skip_while(|step| *step != attach).skip(1);
        later.into_iter().any(|step| {
            matches!(step, Step::AddConstraint { table, .. }
                | Step::CreateIndex { table, .. }
                | Step::CreateTrigger { table, .. }
                | Step::AddColumn { table, .. } if table == parent || table == partition)
        })
    }
}
