//! What a statement means for the schema, step by step, each with the place where it is said.

use std::collections::BTreeMap;
use std::ops::Range;

use whimbrel_plan::{Amendment, CommentTarget, DataChange, Step};
use whimbrel_schema::{
    Constraint, Engine, ForeignKey, Generation, Index, IndexKey, ObjectName, Persistence, PrimaryKey, Table,
};

use super::super::statement::{Alter, Change, Create, Definition, Element, Key, Partition, Statement};
use super::column::{column_of, kept_default};

pub(super) type Placed = (Step, Range<usize>);

pub(super) fn steps(statement: &Statement, whole: Range<usize>) -> Vec<Placed> {
    let everywhere = |steps: Vec<Step>| steps.into_iter().map(|step| (step, whole.clone())).collect();
    match statement {
        Statement::Create(found) => everywhere(create(found)),
        Statement::Alter(found) => alter(found, whole),
        Statement::Data(data) => {
            everywhere(vec![Step::ChangeData { change: data.change, tables: data.tables.clone() }])
        }
        Statement::Maintain { word, .. } => everywhere(vec![Step::Inert { what: format!("{word} TABLE") }]),
        Statement::Steps(steps) => everywhere(steps.clone()),
    }
}

fn create(create: &Create) -> Vec<Step> {
    let name = &create.table;
    let mut table = Table::new(name.clone());
    let mut later = Vec::new();
    let mut taken: Vec<String> = Vec::new();
    for element in &create.elements {
        match element {
            Element::Column(column) => {
                constraints_of(column).into_iter().for_each(|constraint| table.add_constraint(constraint));
                later.extend(index_of(column, name, create.if_not_exists));
                table.columns.push(column_of(column));
            }
            Element::Key(Key::Primary { columns }) => {
                table.add_constraint(Constraint::PrimaryKey(PrimaryKey::new(columns.iter().cloned())));
            }
            Element::Key(Key::Foreign(key)) => table.add_constraint(Constraint::ForeignKey(key.clone())),
            Element::Key(Key::Check(check)) => table.add_constraint(Constraint::Check(check.clone())),
            Element::Key(Key::Index { index, .. }) => {
                let index = Index { name: free(&index.name, &taken), ..index.clone() };
                taken.push(index.name.clone());
                later.push(create_index(name, index, create.if_not_exists));
            }
        }
    }
    if create.temporary {
        table.options.persistence = Persistence::Temporary;
    }
    table.options.storage = create.options.clone();
    let comment = table.options.storage.remove("comment");
    table.options.storage.remove("auto_increment");
    let on = CommentTarget::Table(name.clone());
    later.extend(comment.map(|text| Step::SetComment { on, to: Some(text) }));
    later.extend(table.columns.iter().filter_map(|column| comment_of(name, &column.name, column.comment.as_ref())));
    let drop = Step::DropTable { table: name.clone(), if_exists: true, cascade: false };
    let step = Step::CreateTable { table: Box::new(table), if_not_exists: create.if_not_exists };
    create.replace.then_some(drop).into_iter().chain([step]).chain(later).collect()
}

/// Two indexes of one column are named `a` and `a_2`.
fn free(name: &str, taken: &[String]) -> String {
    let is_taken = |name: &str| taken.iter().any(|other| other.eq_ignore_ascii_case(name));
    if !is_taken(name) {
        return name.to_string();
    }
    (2..).map(|number: u32| format!("{name}_{number}")).find(|name| !is_taken(name)).unwrap_or_default()
}

fn create_index(table: &ObjectName, index: Index, if_not_exists: bool) -> Step {
    Step::CreateIndex { table: table.clone(), index: Box::new(index), concurrently: false, if_not_exists }
}

fn comment_of(table: &ObjectName, column: &str, comment: Option<&String>) -> Option<Step> {
    let on = CommentTarget::Column(table.clone(), column.to_string());
    comment.map(|text| Step::SetComment { on, to: Some(text.clone()) })
}

/// What is written beside a column and belongs to the table.
fn constraints_of(column: &Definition) -> Vec<Constraint> {
    let key = column.primary.then(|| Constraint::PrimaryKey(PrimaryKey::new([column.name.clone()])));
    let reference = column.references.clone().map(Constraint::ForeignKey);
    key.into_iter().chain(reference).chain(column.checks.iter().cloned().map(Constraint::Check)).collect()
}

fn index_of(column: &Definition, table: &ObjectName, if_not_exists: bool) -> Option<Step> {
    let mut index = Index::new(&column.name, vec![IndexKey::column(&column.name)]);
    index.unique = true;
    column.unique.then(|| create_index(table, index, if_not_exists))
}

fn alter(alter: &Alter, whole: Range<usize>) -> Vec<Placed> {
    let place = |clause: usize| alter.clauses.get(clause).map_or(whole.clone(), |clause| clause.place.clone());
    of_clauses(alter).into_iter().map(|(step, clause)| (step, place(clause))).collect()
}

/// The steps of an ALTER TABLE, each with the number of the clause that says it.
fn of_clauses(alter: &Alter) -> Vec<(Step, usize)> {
    let steps =
        alter.clauses.iter().enumerate().flat_map(|(number, clause)| {
            change(&alter.table, &clause.change).into_iter().map(move |step| (step, number))
        });
    let mut steps: Vec<(Step, usize)> = steps.collect();
    // The name changes last, whatever the order in which it is said: the other clauses use the old one.
    steps.sort_by_key(|(step, _)| matches!(step, Step::RenameTable { .. }));
    if steps.is_empty() {
        steps.push((Step::Inert { what: "ALTER TABLE".to_string() }, 0));
    }
    steps
}

/// The first step of each clause.
pub(in super::super) fn first_steps(alter: &Alter) -> Vec<usize> {
    let steps = of_clauses(alter);
    let first = |clause: usize| steps.iter().position(|(_, number)| *number == clause).unwrap_or_default();
    (0..alter.clauses.len()).map(first).collect()
}

fn index_name(table: &ObjectName, index: &str) -> ObjectName {
    ObjectName::of_index(table, index, Engine::Mysql)
}

fn change(table: &ObjectName, change: &Change) -> Vec<Step> {
    let inert = |what: &str| vec![Step::Inert { what: format!("ALTER TABLE … {what}") }];
    let drop_constraint = |name: &str, if_exists: bool| {
        vec![Step::DropConstraint { table: table.clone(), name: name.to_string(), if_exists, cascade: false }]
    };
    match change {
        Change::AddColumn { column, position: _, if_not_exists } => {
            let made = Box::new(column_of(column));
            let mut steps = vec![Step::AddColumn {
                table: table.clone(),
                column: made,
                constraints: constraints_of(column),
                if_not_exists: *if_not_exists,
            }];
            steps.extend(index_of(column, table, *if_not_exists));
            steps.extend(comment_of(table, &column.name, column.comment.as_ref()));
            steps
        }
        Change::Redefine { from, column, position: _ } => redefine(table, from, column),
        Change::DropColumn { column, if_exists } => {
            let (table, column) = (table.clone(), column.clone());
            vec![Step::DropColumn { table, column, if_exists: *if_exists, cascade: false }]
        }
        Change::RenameColumn { from, to } => {
            vec![Step::RenameColumn { table: table.clone(), from: from.clone(), to: to.clone() }]
        }
        Change::SetDefault { column, to } => {
            vec![Step::SetDefault { table: table.clone(), column: column.clone(), to: to.clone() }]
        }
        Change::AddKey { key, if_not_exists } => match key {
            Key::Index { index, .. } => vec![create_index(table, index.clone(), *if_not_exists)],
            Key::Primary { columns } => {
                add_constraint(table, Constraint::PrimaryKey(PrimaryKey::new(columns.iter().cloned())))
            }
            Key::Foreign(key) => add_constraint(table, Constraint::ForeignKey(ForeignKey::clone(key))),
            Key::Check(check) => add_constraint(table, Constraint::Check(check.clone())),
        },
        Change::DropPrimary => drop_constraint("PRIMARY", false),
        Change::DropForeign { name, if_exists } | Change::DropConstraint { name, if_exists } => {
            drop_constraint(name, *if_exists)
        }
        Change::DropIndex { name, if_exists } => {
            let index = index_name(table, name);
            vec![Step::DropIndex { index, concurrently: false, if_exists: *if_exists, cascade: false }]
        }
        Change::RenameIndex { from, to } => {
            vec![Step::RenameIndex { from: index_name(table, from), to: to.clone() }]
        }
        Change::ShowIndex => inert("ALTER INDEX"),
        Change::EnforceCheck { .. } => inert("ALTER CHECK"),
        Change::Rename { to } => vec![Step::RenameTable { from: table.clone(), to: to.clone() }],
        Change::Convert { charset, collation } => {
            let set = [("charset", charset), ("collate", collation)];
            let set = set.into_iter().map(|(name, value)| (name.to_string(), value.clone())).collect();
            vec![storage(table, set)]
        }
        Change::Option { name, value } => match name.as_str() {
            "comment" => {
                let to = Some(value.clone()).filter(|text| !text.is_empty());
                vec![Step::SetComment { on: CommentTarget::Table(table.clone()), to }]
            }
            "auto_increment" => inert("AUTO_INCREMENT"),
            _ => vec![storage(table, [(name.clone(), Some(value.clone()))].into())],
        },
        Change::Force => inert("FORCE"),
        Change::OrderBy => inert("ORDER BY"),
        Change::Keys => inert("KEYS"),
        Change::Tablespace { word } => inert(&format!("{word} TABLESPACE")),
        Change::Partition(partition) => match partition {
            Partition::By(text) => vec![storage(table, [("partition by".to_string(), Some(text.clone()))].into())],
            Partition::Remove => vec![storage(table, [("partition by".to_string(), None)].into())],
            Partition::Add => inert("ADD PARTITION"),
            Partition::Drop => rows(table, DataChange::Delete),
            Partition::Truncate => rows(table, DataChange::Truncate),
            Partition::Work(word) => inert(&format!("{word} PARTITION")),
            Partition::Exchange(other) => {
                let tables = vec![table.clone(), other.clone()];
                vec![Step::ChangeData { change: DataChange::Update, tables }]
            }
        },
    }
}

fn add_constraint(table: &ObjectName, constraint: Constraint) -> Vec<Step> {
    vec![Step::AddConstraint { table: table.clone(), constraint: Box::new(constraint), using_index: None }]
}

fn storage(table: &ObjectName, set: BTreeMap<String, Option<String>>) -> Step {
    Step::Amend(Box::new(Amendment::Storage { table: table.clone(), set }))
}

fn rows(table: &ObjectName, change: DataChange) -> Vec<Step> {
    vec![Step::ChangeData { change, tables: vec![table.clone()] }]
}

/// `MODIFY` and `CHANGE` say the whole column: what they leave out is gone.
fn redefine(table: &ObjectName, from: &str, to: &Definition) -> Vec<Step> {
    let of = |name: &str| (table.clone(), name.to_string());
    let mut steps = Vec::new();
    if from != to.name {
        let (table, from) = of(from);
        steps.push(Step::RenameColumn { table, from, to: to.name.clone() });
    }
    let column = column_of(to);
    let (table, name) = of(&to.name);
    steps.push(Step::SetColumnType {
        table: table.clone(),
        column: name.clone(),
        to: column.ty,
        collation: column.collation,
        using: None,
    });
    steps.push(Step::SetNullable { table: table.clone(), column: name.clone(), nullable: column.nullable });
    steps.push(Step::SetDefault { table: table.clone(), column: name.clone(), to: kept_default(to) });
    if to.generation.is_none() || matches!(to.generation, Some(Generation::AutoIncrement)) || column.default.is_none() {
        let generation = to.generation.clone();
        steps.push(Step::SetGeneration { table: table.clone(), column: name.clone(), to: generation });
    }
    let on = CommentTarget::Column(table.clone(), name);
    steps.push(Step::SetComment { on, to: to.comment.clone() });
    for constraint in constraints_of(to) {
        steps.extend(add_constraint(&table, constraint));
    }
    steps.extend(index_of(to, &table, false));
    steps
}
