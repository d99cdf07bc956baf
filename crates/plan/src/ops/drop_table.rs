use whimbrel_schema::Table;

use super::survey::Survey;
use super::{Items, Planned, Setting, Way};
use crate::order::Rank;
use crate::{How, Step};

/// Last of all, unless its name or the name of one of its indexes is wanted by something new.
pub(super) fn steps(setting: &Setting<'_>, table: &Table, survey: &Survey, items: &mut Items) {
    let drop = Step::DropTable { table: table.name.clone(), if_exists: false, cascade: false };
    let drop = match setting.way {
        Way::Upgrade if setting.keeps() && table.options.virtual_using.is_none() => {
            Planned::from(drop).noted(format!("every row of `{}` goes, and is kept for the downgrade", table.name))
        }
        Way::Upgrade => Planned::from(drop).noted(format!("every row of `{}` is lost", table.name)),
        Way::Downgrade => drop.into(),
    };
    let rank = if survey.freed.contains(&table.name) { Rank::FreeName } else { Rank::DropTable };
    items.push(rank, &table.name, vec![drop]);

    // Tables that go and reference each other in a circle: no order would do. And a key of a table that stays may go
    // before this one does.
    for key in &table.foreign_keys {
        let Some(name) = &key.name else { continue };
        let in_the_way = survey.loosened.contains(&key.references) || survey.goes_before(&key.references, &table.name);
        if key.references == table.name || !in_the_way {
            continue;
        }
        let step =
            Step::DropConstraint { table: table.name.clone(), name: name.clone(), if_exists: false, cascade: false };
        if setting.dialect.how(&step, setting.schemas.from) == How::InPlace {
            items.push(Rank::DropForeignKey, &table.name, vec![step.into()]);
        }
    }
}
