use whimbrel_plan::Step;
use whimbrel_schema::Trigger;

use super::tree::{Is, Node};
use super::{Refusal, Steps, constraints, tables};
use crate::postgres::quote::quote;
use crate::postgres::render;

pub(super) fn create(node: Node<'_>) -> Steps {
    let table = tables::relation(node.need(Is::ON_RELATION)?)?;
    let name = node.need(Is::TRIGGER)?.name()?;
    let definition = definition(node, &name, &render::name(&table))?;
    let trigger = Trigger { name: name.clone(), definition, enabled: true, comment: None };
    let mut steps = Vec::new();
    if node.has(Is::OR_REPLACE) {
        steps.push(Step::DropTrigger { table: Some(table.clone()), name, if_exists: true });
    }
    steps.push(Step::CreateTrigger { table, trigger: Box::new(trigger) });
    Ok(steps)
}

/// The statement as `pg_get_triggerdef` words it, so that a trigger read from a server and one read from a script are
/// the same.
fn definition(node: Node<'_>, name: &str, table: &str) -> Result<String, Refusal> {
    let constraint = if node.has(Is::CONSTRAINT_KW) { "CONSTRAINT " } else { "" };
    let timing = match node.any(&[Is::TIMING_AFTER, Is::TIMING_BEFORE, Is::TIMING_INSTEAD_OF]).map(|node| node.kind()) {
        Some(Is::TIMING_BEFORE) => "BEFORE",
        Some(Is::TIMING_INSTEAD_OF) => "INSTEAD OF",
        Some(_) => "AFTER",
        None => return Err(node.refuse("a trigger without a time")),
    };
    let mut sql = format!("CREATE {constraint}TRIGGER {} {timing} {} ON {table}", quote(name), events(node)?);
    if let Some(from) = node.child(Is::FROM_TABLE) {
        sql.push_str(&format!(" FROM {}", render::name(&tables::relation(from)?)));
    }
    if node.has(Is::CONSTRAINT_KW) {
        sql.push_str(match constraints::deferrable(node) {
            whimbrel_schema::Deferrable::No => " NOT DEFERRABLE INITIALLY IMMEDIATE",
            whimbrel_schema::Deferrable::InitiallyImmediate => " DEFERRABLE INITIALLY IMMEDIATE",
            whimbrel_schema::Deferrable::InitiallyDeferred => " DEFERRABLE INITIALLY DEFERRED",
        });
    }
    if let Some(referencing) = node.child(Is::REFERENCING) {
        sql.push_str(" REFERENCING");
        for (kind, word) in [(Is::OLD_TABLE, "OLD"), (Is::NEW_TABLE, "NEW")] {
            if let Some(relation) = referencing.child(kind) {
                let name = relation.need(Is::TRANSITION_RELATION_NAME)?.name()?;
                sql.push_str(&format!(" {word} TABLE AS {}", quote(&name)));
            }
        }
    }
    sql.push_str(if node.has(Is::FOR_EACH_ROW) { " FOR EACH ROW" } else { " FOR EACH STATEMENT" });
    if let Some(condition) = node.child(Is::WHEN_CONDITION).and_then(|when| when.inside()) {
        sql.push_str(&format!(" WHEN ({condition})"));
    }
    let call = node.need(Is::CALL_EXPR)?;
    let function = call.first_node().ok_or_else(|| call.refuse("a trigger without a function"))?;
    let arguments = call.need(Is::ARG_LIST)?.all(Is::ARG).map(|argument| {
        let text = argument.text_value().unwrap_or_else(|_| argument.sql());
        format!("'{}'", text.replace('\'', "''"))
    });
    let arguments = arguments.collect::<Vec<_>>().join(", ");
    sql.push_str(&format!(" EXECUTE FUNCTION {}({arguments})", render::name(&function.object_name()?)));
    Ok(sql)
}

/// In the order in which the server prints them.
fn events(node: Node<'_>) -> Result<String, Refusal> {
    let list = node.need(Is::TRIGGER_EVENT_LIST)?;
    let mut words = Vec::new();
    for (kind, word) in [
        (Is::TRIGGER_EVENT_INSERT, "INSERT"),
        (Is::TRIGGER_EVENT_DELETE, "DELETE"),
        (Is::TRIGGER_EVENT_UPDATE, "UPDATE"),
        (Is::TRIGGER_EVENT_TRUNCATE, "TRUNCATE"),
    ] {
        let Some(event) = list.child(kind) else { continue };
        let columns: Vec<String> = constraints::columns(event)?.iter().map(|column| quote(column)).collect();
        words.push(if columns.is_empty() { word.to_string() } else { format!("{word} OF {}", columns.join(", ")) });
    }
    Ok(words.join(" OR "))
}
