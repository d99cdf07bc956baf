//! CREATE TABLE, into a value.

use sqlite3_parser::ast::{
    ColumnConstraint, ColumnDefinition, CreateTableBody, DeferSubclause, Expr, ForeignKeyClause, IndexedColumn,
    InitDeferredPred, Literal, Name, NamedTableConstraint, QualifiedName, RefAct, RefArg, ResolveType, SortOrder,
    SortedColumn, TabFlags, TableConstraint, Type, TypeSize, UnaryOperator,
};
use whimbrel_plan::{Step, Understanding};
use whimbrel_schema::{
    Action, Check, Column, ColumnType, Constraint, Deferrable, ForeignKey, Generation, KeyOrder, Match, ObjectName,
    OnConflict, Persistence, PrimaryKey, Table, Unique,
};

use super::super::naming::{same, unquote};
use super::cut::Cuts;
use super::{in_main, known, object_name, text_of, unknown};

pub(super) fn create(
    text: &str,
    temporary: bool,
    if_not_exists: bool,
    name: &QualifiedName<'_>,
    body: &CreateTableBody<'_>,
) -> Understanding {
    let made = object_name(name);
    let temporary = temporary || made.namespace.as_deref().is_some_and(|namespace| same(namespace, "temp"));
    let then = |name: ObjectName| match body {
        CreateTableBody::ColumnsAndConstraints { columns, constraints, flags } => {
            let mut table = Table::new(name);
            let mut cuts = Cuts::new(text, 1);
            for definition in columns {
                let (column, constraints) = read_column(definition, &mut cuts);
                table.columns.push(column);
                constraints.into_iter().for_each(|constraint| table.add_constraint(constraint));
            }
            for constraint in constraints.iter().copied().flatten() {
                add_constraint(&mut table, constraint, &mut cuts);
            }
            table.options.strict = flags.contains(TabFlags::Strict);
            table.options.without_rowid = flags.contains(TabFlags::WithoutRowid);
            create_step(table, temporary, if_not_exists)
        }
        // What lasts only as long as the session is known by its name alone.
        CreateTableBody::AsSelect(_) if temporary => create_step(Table::new(name), temporary, if_not_exists),
        CreateTableBody::AsSelect(_) => unknown("the columns of CREATE TABLE … AS depend on what the query returns"),
    };
    if temporary { then(ObjectName::new(made.name)) } else { in_main(name, then) }
}

fn create_step(mut table: Table, temporary: bool, if_not_exists: bool) -> Understanding {
    if temporary {
        table.options.persistence = Persistence::Temporary;
    }
    known(Step::CreateTable { table: Box::new(table), if_not_exists })
}

pub(super) fn create_virtual(
    name: ObjectName,
    if_not_exists: bool,
    module: &Name<'_>,
    arguments: Option<&[&str]>,
) -> Understanding {
    let mut table = Table::new(name);
    let arguments = arguments.map(|arguments| format!("({})", arguments.join(", "))).unwrap_or_default();
    table.options.virtual_using = Some(format!("{}{arguments}", text_of(module)));
    known(Step::CreateTable { table: Box::new(table), if_not_exists })
}

/// A column with the constraints that were written beside it.
pub(super) fn read_column(definition: &ColumnDefinition<'_>, cuts: &mut Cuts) -> (Column, Vec<Constraint>) {
    let name = text_of(&definition.col_name);
    let ty = definition.col_type.as_ref().map_or_else(|| ColumnType::new(""), read_type);
    let mut column = Column::new(&name, ty);
    let mut constraints: Vec<Constraint> = Vec::new();
    for written in definition.constraints {
        let constraint_name = written.name.as_ref().map(text_of);
        match &written.constraint {
            ColumnConstraint::PrimaryKey { order, conflict_clause, auto_increment } => {
                if *auto_increment {
                    column.generation = Some(Generation::AutoIncrement);
                }
                let order = vec![key_order(*order, None)];
                constraints.push(Constraint::PrimaryKey(PrimaryKey {
                    name: constraint_name,
                    order: unless_plain(order),
                    on_conflict: on_conflict(*conflict_clause),
                    ..PrimaryKey::new([&name])
                }));
            }
            // A bare NULL says nothing: SQLite keeps an earlier NOT NULL beside it.
            ColumnConstraint::NotNull { nullable: true, .. } => {}
            ColumnConstraint::NotNull { nullable: false, conflict_clause } => {
                column.nullable = false;
                column.on_null = on_conflict(*conflict_clause);
            }
            ColumnConstraint::Unique(conflict) => constraints.push(Constraint::Unique(Unique {
                name: constraint_name,
                on_conflict: on_conflict(*conflict),
                ..Unique::new([&name])
            })),
            ColumnConstraint::Check(_) => {
                constraints.extend(cuts.next_check().map(|cut| Constraint::Check(Check::new(constraint_name, cut))));
            }
            ColumnConstraint::Default(_) => column.default = cuts.next_default(),
            ColumnConstraint::Collate { collation_name } => column.collation = column_collation(collation_name),
            ColumnConstraint::ForeignKey { clause, defer_clause } => {
                let mut key = foreign_key(vec![name.clone()], clause);
                key.name = constraint_name;
                key.deferrable = deferrable(defer_clause.as_ref());
                constraints.push(Constraint::ForeignKey(key));
            }
            ColumnConstraint::Defer(clause) => {
                if let Some(Constraint::ForeignKey(key)) = constraints.last_mut() {
                    key.deferrable = deferrable(Some(clause));
                }
            }
            ColumnConstraint::Generated { typ, .. } => {
                let stored = typ.as_ref().is_some_and(|word| same(word.0, "STORED"));
                let make = if stored { Generation::Stored } else { Generation::Virtual };
                column.generation = cuts.next_generated().map(make);
            }
        }
    }
    (column, constraints)
}

fn add_constraint(table: &mut Table, written: &NamedTableConstraint<'_>, cuts: &mut Cuts) {
    let name = written.name.as_ref().map(text_of);
    match &written.constraint {
        TableConstraint::PrimaryKey { columns, auto_increment, conflict_clause } => {
            let (columns, order) = key_columns(table, columns);
            if *auto_increment
                && let [only] = columns.as_slice()
                && let Some(column) = table.column_mut(only)
            {
                column.generation = Some(Generation::AutoIncrement);
            }
            let on_conflict = on_conflict(*conflict_clause);
            // Here, unlike beside the column, DESC leaves an INTEGER key another name of the rowid: it says nothing.
            let alias = matches!(columns.as_slice(), [only]
                if table.column(only).is_some_and(|column| super::super::types::is_integer(&column.ty)));
            let order = if alias { Vec::new() } else { order };
            table.primary_key = Some(PrimaryKey { name, order, on_conflict, ..PrimaryKey::new(columns) });
        }
        TableConstraint::Unique { columns, conflict_clause } => {
            let (columns, order) = key_columns(table, columns);
            let on_conflict = on_conflict(*conflict_clause);
            table.uniques.push(Unique { name, order, on_conflict, ..Unique::new(columns) });
        }
        TableConstraint::Check(_, _) => table.checks.extend(cuts.next_check().map(|cut| Check::new(name, cut))),
        TableConstraint::ForeignKey { columns, clause, defer_clause } => {
            let columns = columns.iter().map(|column| as_declared(table, text_of(&column.col_name))).collect();
            let mut key = foreign_key(columns, clause);
            key.name = name;
            key.deferrable = deferrable(defer_clause.as_ref());
            table.foreign_keys.push(key);
        }
    }
}

/// The column's name in the case it was declared in.
fn as_declared(table: &Table, name: String) -> String {
    table.columns.iter().find(|column| same(&column.name, &name)).map_or(name, |column| column.name.clone())
}

fn key_columns(table: &Table, columns: &[SortedColumn<'_>]) -> (Vec<String>, Vec<KeyOrder>) {
    let (names, order): (Vec<_>, Vec<_>) = columns
        .iter()
        .map(|column| {
            let (name, collation) = key_column(&column.expr);
            (as_declared(table, name), key_order(column.order, collation))
        })
        .unzip();
    (names, unless_plain(order))
}

fn key_column(expression: &Expr<'_>) -> (String, Option<String>) {
    match expression {
        Expr::Collate(inner, collation) => (key_column(inner).0, Some(collation_name(&unquote(collation)))),
        Expr::Id(id) => (unquote(id.0), None),
        Expr::Name(name) => (text_of(name), None),
        Expr::Literal(Literal::String(text) | Literal::Keyword(text)) => (unquote(text), None),
        other => (other.to_string(), None),
    }
}

fn key_order(order: Option<SortOrder>, collation: Option<String>) -> KeyOrder {
    KeyOrder { descending: order == Some(SortOrder::Desc), collation }
}

fn unless_plain(order: Vec<KeyOrder>) -> Vec<KeyOrder> {
    if order.iter().all(|order| *order == KeyOrder::default()) { Vec::new() } else { order }
}

fn foreign_key(columns: Vec<String>, clause: &ForeignKeyClause<'_>) -> ForeignKey {
    let referenced =
        clause.columns.unwrap_or_default().iter().map(|column: &IndexedColumn<'_>| text_of(&column.col_name));
    let mut key = ForeignKey::new(columns, ObjectName::new(text_of(&clause.tbl_name)), referenced);
    for argument in clause.args {
        match argument {
            RefArg::OnDelete(action) => key.on_delete = read_action(*action),
            RefArg::OnUpdate(action) => key.on_update = read_action(*action),
            // SQLite reads it and does nothing.
            RefArg::OnInsert(_) => {}
            RefArg::Match(name) => key.matching = read_match(&text_of(name)),
        }
    }
    key
}

fn read_action(action: RefAct) -> Action {
    match action {
        RefAct::SetNull => Action::SetNull,
        RefAct::SetDefault => Action::SetDefault,
        RefAct::Cascade => Action::Cascade,
        RefAct::Restrict => Action::Restrict,
        RefAct::NoAction => Action::NoAction,
    }
}

/// SQLite reads any word here and always does what `SIMPLE` says.
fn read_match(word: &str) -> Match {
    if same(word, "FULL") {
        Match::Full
    } else if same(word, "PARTIAL") {
        Match::Partial
    } else {
        Match::Simple
    }
}

fn deferrable(clause: Option<&DeferSubclause>) -> Deferrable {
    match clause {
        Some(DeferSubclause { deferrable: true, init_deferred: Some(InitDeferredPred::InitiallyDeferred) }) => {
            Deferrable::InitiallyDeferred
        }
        Some(DeferSubclause { deferrable: true, .. }) => Deferrable::InitiallyImmediate,
        Some(DeferSubclause { deferrable: false, .. }) | None => Deferrable::No,
    }
}

pub(super) fn on_conflict(clause: Option<ResolveType>) -> Option<OnConflict> {
    match clause? {
        ResolveType::Rollback => Some(OnConflict::Rollback),
        ResolveType::Abort => None,
        ResolveType::Fail => Some(OnConflict::Fail),
        ResolveType::Ignore => Some(OnConflict::Ignore),
        ResolveType::Replace => Some(OnConflict::Replace),
    }
}

/// `BINARY` is what a column has without being told.
fn column_collation(name: &Name<'_>) -> Option<String> {
    let name = collation_name(&text_of(name));
    (name != "BINARY").then_some(name)
}

/// SQLite's own collations in capitals; others as written.
pub(super) fn collation_name(name: &str) -> String {
    let built_in = ["BINARY", "NOCASE", "RTRIM"].into_iter().find(|built_in| same(built_in, name));
    built_in.unwrap_or(name).to_string()
}

fn read_type(ty: &Type<'_>) -> ColumnType {
    let arguments = match &ty.size {
        None => Vec::new(),
        Some(TypeSize::MaxSize(size)) => vec![number(size)],
        Some(TypeSize::TypeSize(size, scale)) => vec![number(size), number(scale)],
    };
    ColumnType::with_arguments(unquote(ty.name), arguments)
}

fn number(expression: &Expr<'_>) -> String {
    match expression {
        Expr::Literal(Literal::Numeric(text)) => (*text).to_string(),
        Expr::Unary(UnaryOperator::Negative, inner) => format!("-{}", number(inner)),
        Expr::Unary(UnaryOperator::Positive, inner) => format!("+{}", number(inner)),
        other => other.to_string(),
    }
}
