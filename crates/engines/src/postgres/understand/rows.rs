use whimbrel_plan::{DataChange, Step};
use whimbrel_schema::ObjectName;

use super::tree::{Is, Node};
use super::{Refusal, Steps, inert, tables};

pub(super) fn change(node: Node<'_>) -> Steps {
    match node.kind() {
        Is::TRUNCATE => {
            let list = node.need(Is::TABLE_LIST)?;
            let tables = list.all(Is::TABLE_RELATION_NAME).map(tables::relation).collect::<Result<_, _>>()?;
            Ok(vec![Step::ChangeData { change: DataChange::Truncate, tables }])
        }
        Is::COPY => copy(node),
        _ => {
            let steps = changes(node)?;
            if steps.is_empty() { Err(node.refuse("no table is named")) } else { Ok(steps) }
        }
    }
}

/// Every change of rows in the statement, those within WITH too.
pub(super) fn changes(node: Node<'_>) -> Steps {
    let mut steps: Vec<Step> = Vec::new();
    for part in node.descendants() {
        let change = match part.kind() {
            Is::INSERT => DataChange::Insert,
            Is::UPDATE => DataChange::Update,
            Is::DELETE => DataChange::Delete,
            Is::MERGE => DataChange::Merge,
            _ => continue,
        };
        let table = tables::relation(part)?;
        // Rows go by `WHEN … THEN DELETE` as they go by DELETE.
        let deletes = part.kind() == Is::MERGE && part.find(Is::MERGE_DELETE).is_some();
        add(&mut steps, change, &table);
        if deletes {
            add(&mut steps, DataChange::Delete, &table);
        }
    }
    Ok(steps)
}

fn add(steps: &mut Vec<Step>, change: DataChange, table: &ObjectName) {
    let known = steps.iter_mut().find_map(|step| {
        if let Step::ChangeData { change: known, tables } = step
            && *known == change
        {
            Some(tables)
        } else {
            None
        }
    });
    match known {
        Some(tables) if tables.contains(table) => {}
        Some(tables) => tables.push(table.clone()),
        None => steps.push(Step::ChangeData { change, tables: vec![table.clone()] }),
    }
}

fn copy(node: Node<'_>) -> Steps {
    if node.has(Is::COPY_TO) {
        return Ok(inert(node));
    }
    let source = node.need(Is::COPY_FROM)?;
    if source.has(Is::COPY_STDIN) {
        return Err(Refusal { reason: "rows within a script are not read".to_string(), at: source.start() });
    }
    let table = node.need(Is::COPY_TABLE)?.need(Is::TABLE_NAME_REF)?.object_name()?;
    Ok(vec![Step::ChangeData { change: DataChange::Insert, tables: vec![table] }])
}
