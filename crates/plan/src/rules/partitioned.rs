//! An index of a partitioned table beside writers: the parent's alone, each partition's on its own, and one after the
//! other taken over. PostgreSQL has no other way: it builds no index of a partitioned table CONCURRENTLY.

use whimbrel_schema::{Index, ObjectName, Schema, Table};

use super::limits;
use crate::Step;
use crate::review::{Edit, Fix, Followup, Seen};
use crate::words::words;

/// What stands in the way of building it so; `None` where nothing does.
pub(super) fn obstacle(seen: &Seen<'_>, table: &ObjectName, index: &Index) -> Option<String> {
    if !seen.at.certain || partitions(seen, table).is_empty() {
        return Some(format!("which partitions it has is not known from these files{}", seen.who_tells()));
    }
    // Until the last partition's is taken over, the parent's index is not valid, and nothing can rest on it.
    let later = |sql: &str| sql.to_lowercase().contains(&table.name.to_lowercase());
    let start = seen.statement.span.start;
    let mut after = seen.script.statements.iter().filter(|other| other.span.start > start);
    let rests = index.unique && after.any(|other| later(seen.script.sql(other)));
    rests.then(|| "a later statement of this file may need it".to_string())
}

/// The index built that way; `None` where [`obstacle`] says why not.
pub(super) fn index_built_apart(seen: &Seen<'_>, table: &ObjectName, index: &Index) -> Option<Fix> {
    if obstacle(seen, table, index).is_some() {
        return None;
    }
    let named = table.sibling(&index.name);
    let mut apart = Apart {
        seen,
        index,
        schema: seen.before().clone(),
        alone: Vec::new(),
        builds: Vec::new(),
        attached: Vec::new(),
    };
    apart.below(table, &named)?;
    let on = seen.word("ON")?;
    let mut edits = vec![Edit { span: on.end..on.end, text: " ONLY".to_string() }];
    if let Some(unnamed) = seen.place_of_words(&["INDEX", "ON"]) {
        // What takes over the partitions' has to be called by a name.
        let at = unnamed.start + "INDEX".len();
        edits.insert(0, Edit { span: at..at, text: format!(" {}", seen.dialect.quote(&index.name)) });
    }
    let end = seen.statement.span.end;
    edits.extend(apart.alone.iter().map(|sql| Edit { span: end..end, text: format!(";\n{sql}") }));
    let count = partitions(seen, table).len();
    let known = if seen.at.complete { "" } else { " known" };
    let what = match count {
        1 => format!("build it ON ONLY `{table}`, CONCURRENTLY on its one{known} partition, and attach that"),
        _ => format!(
            "build it ON ONLY `{table}`, CONCURRENTLY on each of its {count}{known} partitions, and attach those"
        ),
    };
    let build = Followup {
        message: format!("build {} on each partition", index.name),
        statements: apart.builds,
        no_transaction: true,
        undo: Vec::new(),
    };
    let builds = Some(build).filter(|build| !build.statements.is_empty());
    // Each in a transaction of its own: what is attached is locked against readers until that ends.
    let attach = apart.attached.into_iter().map(|(whole, part)| {
        let (whole_sql, part_sql) = (seen.dialect.quote_name(&whole), seen.dialect.quote_name(&part));
        Followup {
            message: format!("attach {}", part.name),
            statements: limits::within(seen, vec![format!("ALTER INDEX {whole_sql} ATTACH PARTITION {part_sql}")]),
            no_transaction: false,
            undo: Vec::new(),
        }
    });
    Some(Fix { what, edits, then: builds.into_iter().chain(attach).collect() })
}

/// A partition's part of a unique index that its parent has got: which rows are alike was asked with that.
pub(super) fn is_part_of_unique(seen: &Seen<'_>, table: &ObjectName, index: &Index) -> bool {
    let of = seen.table(table).and_then(|table| table.options.partition_of.as_ref());
    let parent = of.and_then(|of| seen.table(&of.parent));
    let like = |own: &Index| own.unique && own.keys == index.keys && own.predicate == index.predicate;
    parent.is_some_and(|parent| parent.indexes.iter().any(like))
}

/// The partitions of the table and whether each is partitioned itself: those that the files make, and those that a live
/// database has beside them.
fn partitions(seen: &Seen<'_>, parent: &ObjectName) -> Vec<(ObjectName, bool)> {
    let is_part = |table: &&Table| table.options.partition_of.as_ref().is_some_and(|of| of.parent == *parent);
    let made = seen.before().tables.values().filter(is_part);
    let mut found: Vec<_> = made.map(|table| (table.name.clone(), table.options.partition_by.is_some())).collect();
    for (name, part) in &seen.facts().partitions {
        if part.parent == *parent && seen.table(name).is_none() {
            found.push((name.clone(), part.is_partitioned));
        }
    }
    found
}

struct Apart<'a, 's> {
    seen: &'a Seen<'s>,
    index: &'a Index,
    /// With the indexes that were given names, so that no two are called the same.
    schema: Schema,
    /// Indexes of partitions that are partitioned themselves, on those alone.
    alone: Vec<String>,
    builds: Vec<String>,
    /// The index that takes over, and the one that it does, innermost first.
    attached: Vec<(ObjectName, ObjectName)>,
}

impl Apart<'_, '_> {
    fn below(&mut self, parent: &ObjectName, whole: &ObjectName) -> Option<()> {
        for (partition, is_partitioned) in partitions(self.seen, parent) {
            // One like it is taken over by the server as well, where the parent's is built as usual.
            let like = |own: &&Index| own.valid && own.is_like(self.index);
            let known = self.schema.table(&partition).and_then(|table| table.indexes.iter().find(like));
            if let Some(own) = known {
                self.attached.push((whole.clone(), partition.sibling(&own.name)));
                continue;
            }
            let name = self.name_on(&partition)?;
            let index = Box::new(Index { name: name.clone(), comment: None, ..self.index.clone() });
            let step = Step::CreateIndex {
                table: partition.clone(),
                index,
                concurrently: !is_partitioned,
                if_not_exists: false,
            };
            let mut rendered = self.seen.dialect.render(&step, &self.schema).ok()?;
            let (Some(sql), true) = (rendered.pop(), rendered.is_empty()) else { return None };
            let own = partition.sibling(&name);
            if is_partitioned {
                self.alone.push(on_only(&sql)?);
                self.below(&partition, &own)?;
            } else {
                self.builds.push(sql);
            }
            self.attached.push((whole.clone(), own));
        }
        Some(())
    }

    /// The name that the server would give it.
    fn name_on(&mut self, partition: &ObjectName) -> Option<String> {
        let known = self.schema.table(partition).cloned();
        let mut table = known.unwrap_or_else(|| Table::new(partition.clone()));
        table.indexes.push(Index { name: String::new(), comment: None, ..self.index.clone() });
        self.schema.insert_table(table);
        self.seen.dialect.complete(&mut self.schema, partition);
        let last = self.schema.table(partition)?.indexes.last()?;
        (!last.name.is_empty()).then(|| last.name.clone())
    }
}

fn on_only(sql: &str) -> Option<String> {
    let words = words(sql);
    let on = words.iter().find(|word| word.is_keyword("ON"))?.range.end;
    Some(format!("{} ONLY{}", sql.get(..on)?, sql.get(on..)?))
}
