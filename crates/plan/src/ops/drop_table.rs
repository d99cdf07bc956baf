use whimbrel_schema::{Constraint, ObjectName, Table};

use super::survey::Survey;
use super::{Items, Planned, Setting, Way};
use crate::order::Rank;
use crate::{How, Step};

/// Last of all, unless its name or the name of one of its indexes is wanted by something new.
pub(super) fn steps(setting: &Setting<'_>, table: &Table, survey: &Survey, items: &mut Items) {
    let drop = Step::DropTable { table: table.name.clone(), if_exists: false, cascade: false };
    let drop = match setting.way {
        Way::Upgrade => Planned::from(drop).noted(format!("every row of `{}` is lost", table.name)),
        Way::Downgrade => drop.into(),
    };
    let rank = if survey.freed.contains(&table.name) { Rank::FreeName } else { Rank::DropTable };
    items.push(rank, &table.name, vec![drop]);

    // Tables that go and reference each other in a circle: no order would do. And a key of a table that stays may go
    // before this one does.
    for key in &table.foreign_keys {
        let Some(name) = &key.name else { continue };
        let in_the_way = survey.loosened.contains(&key.references) || in_circle(setting, table, &key.references);
        if key.references == table.name || !in_the_way {
            continue;
        }
        let step =
            Step::DropConstraint { table: table.name.clone(), name: name.clone(), if_exists: false, cascade: false };
        let constraint = Constraint::ForeignKey(key.clone());
        if constraint.name().is_some() && setting.dialect.how(&step, setting.schemas.from) == How::InPlace {
            items.push(Rank::DropForeignKey, &table.name, vec![step.into()]);
        }
    }
}

/// Whether there is a way back from the referenced table over tables that go as well.
fn in_circle(setting: &Setting<'_>, table: &Table, referenced: &ObjectName) -> bool {
    let goes = |name: &ObjectName| setting.schemas.to.table(name).is_none();
    let mut seen: Vec<&ObjectName> = Vec::new();
    let mut open = vec![referenced];
    while let Some(name) = open.pop() {
        if *name == table.name {
            return true;
        }
        if seen.contains(&name) || !goes(name) {
            continue;
        }
        seen.push(name);
        let keys = setting.schemas.from.table(name).into_iter().flat_map(|found| &found.foreign_keys);
        open.extend(keys.map(|key| &key.references));
    }
    false
}
