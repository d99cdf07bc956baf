//! What has to go and come back around a change, though it does not change itself.

use std::collections::{BTreeSet, HashMap, HashSet};

use whimbrel_schema::{
    Column, ColumnType, Constraint, EnumType, Expression, ForeignKey, Index, IndexTarget, Object, ObjectName, Pair,
    Table,
};

use super::alter_column::is_replaced;
use super::constraint::is_remade;
use super::{Setting, enum_values, recomputed};
use crate::fold::names_column;
use crate::{Change, CommentTarget, How, Step};

/// The changes, and a drop and a creation of every index and constraint that the engine would not let stand: those on
/// a column that is made anew, foreign keys on a key that is made anew or on a column whose type changes too far,
/// texts that are bound to an enum that is made anew.
pub(super) fn with_dependents(setting: &Setting<'_>, changes: Vec<Change>) -> Vec<Change> {
    let causes = Causes::of(setting, &changes);
    if causes.is_empty() {
        return changes;
    }
    let already = Already::of(&changes);
    let mut changes = changes;
    recomputed::again(setting, &causes.recomputed, &mut changes);
    let mut added = Vec::new();
    for from in setting.schemas.from.tables.values() {
        let Some(to) = setting.schemas.to.table(&from.name) else { continue };
        if causes.touches(&from.name) {
            own(setting, from, to, &causes, &already, &mut added);
        }
        if causes.in_foreign_keys && can_drop_constraints(setting, &from.name) {
            foreign_keys(from, to, &causes, &already, &mut added);
        }
    }
    changes.extend(added);
    changes
}

#[derive(Default)]
struct Causes {
    /// Columns that are dropped and made anew.
    replaced: HashSet<(ObjectName, String)>,
    /// Those among them that only read a column whose type changes.
    recomputed: BTreeSet<(ObjectName, String)>,
    /// Columns whose type changes so far that a foreign key may not stand it.
    retyped: HashSet<(ObjectName, String)>,
    /// Columns of an enum that is made anew, with the enum.
    swapped: HashMap<(ObjectName, String), ObjectName>,
    /// Keys that are dropped, made anew or not.
    keys: HashMap<ObjectName, Vec<Vec<String>>>,
    tables: HashSet<ObjectName>,
    in_foreign_keys: bool,
}

impl Causes {
    fn of(setting: &Setting<'_>, changes: &[Change]) -> Self {
        let mut causes = Causes::default();
        for change in changes {
            match change {
                Change::AlterColumn { table, column } => causes.note_column(setting, table, column),
                Change::AlterConstraint { table, constraint } if is_remade(setting, constraint) => {
                    causes.note_key(table, &constraint.from);
                }
                Change::DropConstraint { table, constraint } => causes.note_key(table, constraint),
                Change::AlterIndex { table, index } if index.from.unique => causes.note_index(table, &index.from),
                Change::DropIndex { table, index } if index.unique => causes.note_index(table, index),
                Change::AlterObject { object } => {
                    if let (Object::Enum(from), Object::Enum(to)) = (&object.from, &object.to) {
                        causes.note_enum(setting, &Pair::new(from.clone(), to.clone()));
                    }
                }
                _ => {}
            }
        }
        causes
    }

    fn note_column(&mut self, setting: &Setting<'_>, table: &ObjectName, column: &Pair<Column>) {
        let place = (table.clone(), column.from.name.clone());
        let retyped = !setting.dialect.same_type(Pair::new(&column.from.ty, &column.to.ty));
        let replaced = is_replaced(setting, column);
        if replaced || retyped || column.from.collation != column.to.collation {
            self.note_readers(setting, table, &column.from.name);
        }
        if replaced {
            self.tables.insert(table.clone());
            self.in_foreign_keys = true;
            self.replaced.insert(place);
        } else if retyped {
            // The engine compares whole numbers of all sizes with each other; other types meet only their own.
            if !(is_whole_number(&column.from.ty) && is_whole_number(&column.to.ty)) {
                self.in_foreign_keys = true;
                self.retyped.insert(place);
            }
        }
    }

    fn note_readers(&mut self, setting: &Setting<'_>, table: &ObjectName, column: &str) {
        for reader in recomputed::readers(setting, table, column) {
            let place = (table.clone(), reader.name.clone());
            self.tables.insert(table.clone());
            self.in_foreign_keys = true;
            self.replaced.insert(place.clone());
            self.recomputed.insert(place);
        }
    }

    fn note_key(&mut self, table: &ObjectName, constraint: &Constraint) {
        match constraint {
            Constraint::PrimaryKey(key) => self.note_columns(table, key.columns.clone()),
            Constraint::Unique(unique) => self.note_columns(table, unique.columns.clone()),
            Constraint::ForeignKey(_) | Constraint::Check(_) | Constraint::Exclusion(_) => {}
        }
    }

    fn note_columns(&mut self, table: &ObjectName, columns: Vec<String>) {
        self.keys.entry(table.clone()).or_default().push(columns);
        self.in_foreign_keys = true;
    }

    fn note_index(&mut self, table: &ObjectName, index: &Index) {
        let columns = index.keys.iter().filter_map(|key| match &key.target {
            IndexTarget::Column(column) => Some(column.clone()),
            IndexTarget::Expression(_) => None,
        });
        self.note_columns(table, columns.collect());
    }

    fn note_enum(&mut self, setting: &Setting<'_>, values: &Pair<EnumType>) {
        if !enum_values::is_swapped(setting, values) {
            return;
        }
        for (table, column) in enum_values::users(setting.schemas.from, &values.from.name) {
            self.note_readers(setting, table, &column.name);
            self.tables.insert(table.clone());
            self.swapped.insert((table.clone(), column.name.clone()), values.from.name.clone());
        }
    }

    fn is_empty(&self) -> bool {
        self.tables.is_empty() && !self.in_foreign_keys
    }

    fn touches(&self, table: &ObjectName) -> bool {
        self.tables.contains(table)
    }
}

/// What changes anyway, by table and name.
struct Already {
    constraints: HashSet<(ObjectName, String)>,
    indexes: HashSet<(ObjectName, String)>,
}

impl Already {
    fn of(changes: &[Change]) -> Self {
        let mut already = Already { constraints: HashSet::new(), indexes: HashSet::new() };
        for change in changes {
            match change {
                Change::DropConstraint { table, constraint } => already.constraint(table, constraint),
                Change::AlterConstraint { table, constraint } => already.constraint(table, &constraint.from),
                Change::DropIndex { table, index } => already.index(table, index),
                Change::AlterIndex { table, index } => already.index(table, &index.from),
                Change::CreateTable { .. }
                | Change::DropTable { .. }
                | Change::RenameTable { .. }
                | Change::AlterTableOptions { .. }
                | Change::AddColumn { .. }
                | Change::DropColumn { .. }
                | Change::RenameColumn { .. }
                | Change::AlterColumn { .. }
                | Change::AddConstraint { .. }
                | Change::CreateIndex { .. }
                | Change::CreateTrigger { .. }
                | Change::DropTrigger { .. }
                | Change::AlterTrigger { .. }
                | Change::CreateObject { .. }
                | Change::DropObject { .. }
                | Change::RenameObject { .. }
                | Change::AlterObject { .. }
                | Change::RenameEnumValue { .. }
                | Change::SetComment { .. } => {}
            }
        }
        already
    }

    fn constraint(&mut self, table: &ObjectName, constraint: &Constraint) {
        self.constraints.extend(constraint.name().map(|name| (table.clone(), name.to_string())));
    }

    fn index(&mut self, table: &ObjectName, index: &Index) {
        self.indexes.insert((table.clone(), index.name.clone()));
    }
}

/// Indexes and constraints of the table itself.
fn own(setting: &Setting<'_>, from: &Table, to: &Table, causes: &Causes, already: &Already, added: &mut Vec<Change>) {
    let engine = setting.dialect.engine();
    let place = |column: &str| (from.name.clone(), column.to_string());
    let replaced = |column: &str| causes.replaced.contains(&place(column));
    let in_text = |expression: &Expression| {
        from.columns.iter().any(|column| {
            let at = place(&column.name);
            let bound = causes.replaced.contains(&at)
                || causes.swapped.get(&at).is_some_and(|name| enum_values::casts_to(expression, name))
                || causes.swapped.contains_key(&at);
            bound && names_column(expression, &column.name, engine)
        })
    };
    for index in &from.indexes {
        let bound = index.include.iter().any(|column| replaced(column))
            || index.predicate.as_ref().is_some_and(in_text)
            || index.keys.iter().any(|key| match &key.target {
                IndexTarget::Column(column) => replaced(column),
                IndexTarget::Expression(expression) => in_text(expression),
            });
        let Some(after) = to.index(&index.name) else { continue };
        if bound && !already.indexes.contains(&(from.name.clone(), index.name.clone())) {
            added.push(Change::DropIndex { table: from.name.clone(), index: Box::new(index.clone()) });
            added.push(Change::CreateIndex { table: from.name.clone(), index: Box::new(after.clone()) });
            comment_again(CommentTarget::Index(from.name.sibling(&index.name)), after.comment.as_ref(), added);
        }
    }
    let after = to.constraints();
    for constraint in from.constraints() {
        let listed = |columns: &[String]| columns.iter().any(|column| replaced(column));
        let bound = match &constraint {
            Constraint::PrimaryKey(key) => listed(&key.columns) || listed(&key.include),
            Constraint::Unique(unique) => listed(&unique.columns) || listed(&unique.include),
            Constraint::ForeignKey(key) => listed(&key.columns),
            Constraint::Check(check) => in_text(&check.expression),
            Constraint::Exclusion(exclusion) => {
                exclusion.predicate.as_ref().is_some_and(in_text)
                    || exclusion.elements.iter().any(|element| match &element.key.target {
                        IndexTarget::Column(column) => replaced(column),
                        IndexTarget::Expression(expression) => in_text(expression),
                    })
            }
        };
        let Some(name) = constraint.name().filter(|_| bound) else { continue };
        if already.constraints.contains(&(from.name.clone(), name.to_string())) {
            continue;
        }
        if let Some(after) = after.iter().find(|after| after.name() == Some(name)) {
            again(&from.name, &constraint, after, added);
        }
    }
}

fn again(table: &ObjectName, constraint: &Constraint, after: &Constraint, added: &mut Vec<Change>) {
    added.push(Change::DropConstraint { table: table.clone(), constraint: Box::new(constraint.clone()) });
    added.push(Change::AddConstraint { table: table.clone(), constraint: Box::new(after.clone()) });
    if let Some(name) = after.name() {
        let on = CommentTarget::Constraint(table.clone(), name.to_string());
        let comment = after.comment().map(str::to_string);
        comment_again(on, comment.as_ref(), added);
    }
}

fn comment_again(on: CommentTarget, comment: Option<&String>, added: &mut Vec<Change>) {
    if let Some(comment) = comment {
        added.push(Change::SetComment { on, comment: Pair::new(None, Some(comment.clone())) });
    }
}

/// Foreign keys of this table on what is made anew, here or elsewhere.
fn foreign_keys(from: &Table, to: &Table, causes: &Causes, already: &Already, added: &mut Vec<Change>) {
    let touched = |table: &ObjectName, columns: &[String]| {
        columns.iter().any(|column| {
            let place = (table.clone(), column.clone());
            causes.retyped.contains(&place) || causes.replaced.contains(&place)
        })
    };
    let on_key = |key: &ForeignKey| {
        causes.keys.get(&key.references).into_iter().flatten().any(|columns| {
            columns.len() == key.referenced_columns.len()
                && columns.iter().all(|column| key.referenced_columns.contains(column))
        })
    };
    for key in &from.foreign_keys {
        let bound =
            touched(&from.name, &key.columns) || touched(&key.references, &key.referenced_columns) || on_key(key);
        let Some(name) = key.name.as_ref().filter(|_| bound) else { continue };
        let place = (from.name.clone(), name.clone());
        let listed = key.columns.iter().any(|column| causes.replaced.contains(&(from.name.clone(), column.clone())));
        if already.constraints.contains(&place) || listed {
            continue;
        }
        if let Some(after) = to.foreign_keys.iter().find(|after| after.name.as_ref() == Some(name)) {
            let pair = (Constraint::ForeignKey(key.clone()), Constraint::ForeignKey(after.clone()));
            again(&from.name, &pair.0, &pair.1, added);
        }
    }
}

pub(crate) fn is_whole_number(ty: &ColumnType) -> bool {
    ty.dimensions == 0 && ["smallint", "integer", "bigint"].contains(&ty.name.as_str())
}

/// Where a constraint cannot be dropped on its own, none needs to be: such an engine does not look until the end.
fn can_drop_constraints(setting: &Setting<'_>, table: &ObjectName) -> bool {
    let step = Step::DropConstraint { table: table.clone(), name: String::new(), if_exists: false, cascade: false };
    setting.dialect.how(&step, setting.schemas.from) == How::InPlace
}
