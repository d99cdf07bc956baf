//! Whether this role sees everything: part of a table must not pass for all of it.

use whimbrel_run::{DriverError, DriverErrorKind};

use super::super::quote::quote;
use super::relations::{Hidden, Relation, Relations};

/// As many are named.
const NAMED: usize = 5;

pub(super) fn require(relations: &Relations, user: &str) -> Result<(), DriverError> {
    let hidden: Vec<(&Relation, Hidden)> =
        relations.0.iter().filter_map(|relation| Some((relation, relation.hidden?))).collect();
    let Some((first, _)) = hidden.first() else { return Ok(()) };
    let listed = |wanted: &[Hidden]| -> Option<String> {
        let names: Vec<String> =
            hidden.iter().filter(|(_, why)| wanted.contains(why)).map(|(it, _)| format!("`{}`", shown(it))).collect();
        match names.len() {
            0 => None,
            many if many > NAMED => Some(format!("{} and {} more", names[..NAMED].join(", "), many - NAMED)),
            _ => Some(names.join(", ")),
        }
    };
    let by_policy = listed(&[Hidden::Rows]);
    let forbidden = listed(&[Hidden::Namespace, Hidden::Relation]);
    let said: Vec<String> = [
        forbidden.map(|names| format!("`{user}` may not read {names}")),
        by_policy.map(|names| format!("row security hides rows of {names} from `{user}`")),
    ]
    .into_iter()
    .flatten()
    .collect();
    let hint = match hidden.iter().any(|(_, why)| *why == Hidden::Rows) {
        true => format!("read as the owner of the tables, or: ALTER ROLE {} BYPASSRLS", quote(user)),
        false if first.hidden == Some(Hidden::Namespace) => {
            format!("GRANT USAGE ON SCHEMA {} TO {}, and SELECT on what is in it", quote(&first.namespace), quote(user))
        }
        false => format!("GRANT SELECT ON {}.{} TO {}", quote(&first.namespace), quote(&first.name), quote(user)),
    };
    let message = format!("{}: a backup without them would be none", said.join(", and "));
    Err(DriverError { hint: Some(hint), ..DriverError::new(DriverErrorKind::Forbidden, message) })
}

fn shown(relation: &Relation) -> String {
    format!("{}.{}", relation.namespace, relation.name)
}
