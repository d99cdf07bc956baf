use whimbrel_plan::Step;
use whimbrel_run::{DriverError, DriverErrorKind};
use whimbrel_schema::{
    Check, Column, Constraint, Generation, Index, IndexTarget, Object, ObjectId, ObjectName, Schema, Table, View,
};

use super::gather::{Gathered, in_order};
use crate::postgres::bind::{identifier, without_qualifier};
use crate::postgres::dialect;

/// A statement that the server may refuse without harm to the others.
pub struct Piece {
    pub sql: String,
    pub what: String,
}

/// In an order in which most find what they refer to.
pub fn all(schema: &Schema, gathered: &Gathered<'_>, home: &str) -> Result<Vec<Piece>, DriverError> {
    let mut pieces = Pieces { pieces: Vec::new(), made: Schema::new(schema.engine), home };
    let others = || gathered.others.iter().filter_map(|id| Some((*id, schema.objects.get(*id)?)));
    let asked = || gathered.objects.iter().filter_map(|(id, place)| Some((*id, place, schema.objects.get(*id)?)));

    for kind in [Rank::Type, Rank::Routine] {
        for (id, object) in others().filter(|(_, object)| rank(object) == kind) {
            pieces.dependency(id, object)?;
        }
        for (id, place, object) in asked().filter(|(_, _, object)| rank(object) == kind) {
            pieces.object(id, place, object)?;
        }
    }
    for name in &gathered.bare_tables {
        if let Some(table) = schema.tables.get(name) {
            pieces.bare(table, (*name).clone())?;
        }
    }
    for (name, place) in &gathered.tables {
        if let Some(table) = schema.tables.get(name) {
            pieces.table(table, place)?;
        }
    }
    let late = |object: &Object| rank(object) == Rank::Late;
    let objects = others().chain(asked().map(|(id, _, object)| (id, object))).filter(|(_, object)| late(object));
    for id in in_order(objects.collect()) {
        let Some(object) = schema.objects.get(id) else { continue };
        if gathered.others.contains(id) {
            pieces.dependency(id, object)?;
        }
        if let Some(place) = gathered.objects.get(id) {
            pieces.object(id, place, object)?;
        }
    }
    for (name, place) in &gathered.tables {
        if let Some(table) = schema.tables.get(name) {
            pieces.triggers(table, place);
        }
    }
    Ok(pieces.pieces)
}

#[derive(PartialEq)]
enum Rank {
    Type,
    Routine,
    /// After the tables.
    Late,
}

fn rank(object: &Object) -> Rank {
    match object {
        Object::Enum(_) | Object::Domain(_) | Object::Sequence(_) | Object::Namespace(_) | Object::Extension(_) => {
            Rank::Type
        }
        Object::Opaque(opaque) if opaque.kind.ends_with("type") || opaque.kind == "collation" => Rank::Type,
        Object::Routine(_) => Rank::Routine,
        Object::View(_) | Object::Opaque(_) => Rank::Late,
    }
}

struct Pieces<'a> {
    pieces: Vec<Piece>,
    /// What is made, as rendering wants to see it.
    made: Schema,
    home: &'a str,
}

impl Pieces<'_> {
    fn step(&mut self, step: &Step, what: String) -> Result<(), DriverError> {
        let rendered = dialect().render(step, &self.made);
        let statements =
            rendered.map_err(|error| DriverError::new(DriverErrorKind::Unsupported, format!("{what}: {error}")))?;
        let sql = without_qualifier(&statements.join("; "), self.home);
        self.pieces.push(Piece { sql, what });
        Ok(())
    }

    fn create(&mut self, object: Object, what: String) -> Result<(), DriverError> {
        self.step(&Step::CreateObject { object: Box::new(object), replace: false, if_not_exists: false }, what)
    }

    /// One that is only referred to. At home it is made anew, and hides what may be there; elsewhere what is there
    /// serves.
    fn dependency(&mut self, id: &ObjectId, object: &Object) -> Result<(), DriverError> {
        let at = self.pieces.len();
        match object {
            Object::View(view) => self.view(view, view.name.clone()),
            Object::Routine(routine) => self.text(&routine.definition.replacen("CREATE OR REPLACE ", "CREATE ", 1), id),
            Object::Opaque(opaque) => self.text(&opaque.definition, id),
            Object::Enum(_) | Object::Domain(_) => self.create(object.clone(), id.to_string())?,
            Object::Sequence(sequence) => {
                let mut sequence = sequence.clone();
                sequence.owned_by = None;
                self.create(Object::Sequence(sequence), id.to_string())?;
            }
            Object::Namespace(_) | Object::Extension(_) => {}
        }
        if id.name.namespace.is_some() {
            for piece in &mut self.pieces[at..] {
                piece.sql = unless_there(&piece.sql);
            }
        }
        Ok(())
    }

    fn object(&mut self, id: &ObjectId, place: &str, object: &Object) -> Result<(), DriverError> {
        match object {
            Object::Domain(domain) => {
                let mut domain = domain.clone();
                domain.name = ObjectName::new(place);
                self.create(Object::Domain(domain), id.to_string())
            }
            Object::View(view) => {
                self.view(view, ObjectName::new(place));
                for index in view.indexes.iter().filter(|index| has_text(index)) {
                    self.index(place, index)?;
                }
                for trigger in &view.triggers {
                    self.text(&renamed(&trigger.definition, &view.name, place), id);
                }
                Ok(())
            }
            Object::Routine(routine) => {
                self.text(&renamed(&routine.definition, &id.name, place), id);
                Ok(())
            }
            Object::Opaque(opaque) => {
                let definition = renamed(&opaque.definition, &id.name, place);
                let definition = match &opaque.table {
                    Some(table) => renamed(&definition, table, &table.name),
                    None => definition,
                };
                self.text(&definition, id);
                Ok(())
            }
            Object::Enum(_) | Object::Sequence(_) | Object::Namespace(_) | Object::Extension(_) => Ok(()),
        }
    }

    fn text(&mut self, definition: &str, id: &ObjectId) {
        let sql = without_qualifier(definition.trim_end().trim_end_matches(';'), self.home);
        self.pieces.push(Piece { sql, what: id.to_string() });
    }

    /// Without rows: a materialized view's query would run.
    fn view(&mut self, view: &View, name: ObjectName) {
        let quoted = dialect().quote_name(&name);
        let columns: Vec<String> = view.columns.iter().map(|column| identifier(column)).collect();
        let columns = if columns.is_empty() { String::new() } else { format!(" ({})", columns.join(", ")) };
        let (kind, end) = if view.materialized { ("MATERIALIZED VIEW", " WITH NO DATA") } else { ("VIEW", "") };
        let sql = format!("CREATE {kind} {quoted}{columns} AS {}{end}", view.query.text());
        let sql = without_qualifier(&sql, self.home);
        self.pieces.push(Piece { sql, what: format!("view `{}`", view.name) });
    }

    /// The columns and nothing else. Those that the engine computes are plain here.
    fn bare(&mut self, table: &Table, name: ObjectName) -> Result<(), DriverError> {
        let elsewhere = name.namespace.is_some();
        let mut bare = Table::new(name);
        bare.columns = table.columns.iter().map(|column| plain(column, true)).collect();
        let what = format!("table `{}`", table.name);
        self.step(&Step::CreateTable { table: Box::new(bare), if_not_exists: elsewhere }, what)
    }

    fn table(&mut self, table: &Table, place: &str) -> Result<(), DriverError> {
        let name = ObjectName::new(place);
        let mut made = Table::new(name.clone());
        let computed =
            |column: &&Column| matches!(column.generation, Some(Generation::Stored(_) | Generation::Virtual(_)));
        made.columns =
            table.columns.iter().filter(|column| !computed(column)).map(|column| plain(column, false)).collect();
        self.made.insert_table(made.clone());
        self.step(
            &Step::CreateTable { table: Box::new(made), if_not_exists: false },
            format!("table `{}`", table.name),
        )?;
        for column in table.columns.iter().filter(computed) {
            let what = format!("column `{}.{}`", table.name, column.name);
            let column = Column { nullable: true, comment: None, ..column.clone() };
            let step = Step::AddColumn {
                table: name.clone(),
                column: Box::new(column),
                constraints: Vec::new(),
                if_not_exists: false,
            };
            self.step(&step, what)?;
        }
        for column in table.columns.iter().filter(|column| column.default.is_some()) {
            let what = format!("the default of column `{}.{}`", table.name, column.name);
            let (column, to) = (column.name.clone(), column.default.clone());
            self.step(&Step::SetDefault { table: name.clone(), column, to }, what)?;
        }
        for constraint in table.constraints() {
            let what = format!("{} `{}` of `{}`", constraint.kind(), constraint.name().unwrap_or_default(), table.name);
            let constraint = match constraint {
                Constraint::Check(check) => Constraint::Check(Check::new(check.name, check.expression)),
                Constraint::Exclusion(mut exclusion) => {
                    exclusion.comment = None;
                    Constraint::Exclusion(exclusion)
                }
                Constraint::PrimaryKey(_) | Constraint::Unique(_) | Constraint::ForeignKey(_) => continue,
            };
            let constraint = Box::new(constraint);
            self.step(&Step::AddConstraint { table: name.clone(), constraint, using_index: None }, what)?;
        }
        for index in table.indexes.iter().filter(|index| has_text(index)) {
            self.index(place, index)?;
        }
        Ok(())
    }

    fn index(&mut self, place: &str, index: &Index) -> Result<(), DriverError> {
        let what = format!("index `{}`", index.name);
        let index = Index { tablespace: None, comment: None, ..index.clone() };
        let step = Step::CreateIndex {
            table: ObjectName::new(place),
            index: Box::new(index),
            concurrently: false,
            if_not_exists: false,
        };
        self.step(&step, what)
    }

    fn triggers(&mut self, table: &Table, place: &str) {
        for trigger in &table.triggers {
            let sql = without_qualifier(&renamed(&trigger.definition, &table.name, place), self.home);
            self.pieces.push(Piece { sql, what: format!("trigger `{}` of `{}`", trigger.name, table.name) });
        }
    }
}

fn plain(column: &Column, all: bool) -> Column {
    let generation = if all { None } else { column.generation.clone() };
    let generation = generation.filter(|it| matches!(it, Generation::Stored(_) | Generation::Virtual(_)));
    Column { collation: column.collation.clone(), generation, ..Column::new(column.name.clone(), column.ty.clone()) }
}

/// An index of plain columns is worded the same by everybody, but for classes that are the default.
fn has_text(index: &Index) -> bool {
    let worded = |key: &whimbrel_schema::IndexKey| {
        matches!(key.target, IndexTarget::Expression(_)) || key.operator_class.is_some() || key.collation.is_some()
    };
    index.predicate.is_some() || index.keys.iter().any(worded)
}

/// A statement that names something elsewhere, made to name it where it is made.
pub fn renamed(definition: &str, name: &ObjectName, place: &str) -> String {
    if name.namespace.is_none() && name.name == place {
        return definition.to_string();
    }
    definition.replacen(&dialect().quote_name(name), &dialect().quote(place), 1)
}

fn unless_there(sql: &str) -> String {
    format!(
        "DO $whimbrel$ BEGIN {sql}; EXCEPTION WHEN duplicate_object OR duplicate_table OR duplicate_function \
         OR insufficient_privilege THEN NULL; END $whimbrel$"
    )
}
