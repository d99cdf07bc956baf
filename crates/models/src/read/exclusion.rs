//! `exclude(room(with = "="), during(with = "&&"), name = "…", where = "…")`: an exclusion constraint of PostgreSQL.

use super::argument::{Argument, Given};
use super::arguments::Arguments;
use super::column::ColumnRead;
use super::index::{column, options, written};
use super::key;
use super::problem::Problems;
use crate::{ExclusionElementModel, ExclusionModel, KeyPart};

const OPTIONS: &[&str] = &["comment", "deferrable", "method", "name", "where"];

pub fn exclusion(item: &Argument, columns: &[ColumnRead], problems: &Problems) -> Option<ExclusionModel> {
    let all = Arguments::within(item, problems);
    let of_list = |item: &Argument| match item.value {
        Given::List(_) => true,
        Given::Flag | Given::Literal { .. } => !OPTIONS.contains(&item.word().as_str()),
    };
    let (parts, items): (Vec<Argument>, Vec<Argument>) = all.items.iter().cloned().partition(of_list);
    let arguments = Arguments { items, ..all };
    arguments.know(OPTIONS, &[]);
    let elements: Vec<ExclusionElementModel> =
        parts.iter().filter_map(|part| element(part, columns, problems)).collect();
    if parts.is_empty() {
        problems.attribute(item, "it says what is compared: `exclude(room(with = \"=\"), during(with = \"&&\"))`");
        return None;
    }
    Some(ExclusionModel {
        name: arguments.text("name"),
        // The one that the operators of ranges and shapes are of.
        method: arguments.text("method").unwrap_or_else(|| "gist".to_owned()),
        elements,
        predicate: arguments.text("where"),
        deferrable: key::deferrable(&arguments),
        comment: arguments.text("comment"),
    })
}

/// A column or an expression, and the operator that no two rows may answer yes to.
fn element(part: &Argument, columns: &[ColumnRead], problems: &Problems) -> Option<ExclusionElementModel> {
    let Given::List(_) = part.value else {
        let message = "it says with which operator rows are compared: `during(with = \"&&\")`";
        problems.attribute(part, message);
        return None;
    };
    let within = Arguments::within(part, problems);
    let key: KeyPart = if part.word() == "expression" {
        written(part, problems, &["with"])?.postgres
    } else {
        options(column(part, columns, problems)?, &within, &["with"])
    };
    let Some(operator) = within.text("with") else {
        if within.get("with").is_none() {
            problems.attribute(part, "it says with which operator rows are compared: `with = \"&&\"`");
        }
        return None;
    };
    Some(ExclusionElementModel { key, operator })
}
