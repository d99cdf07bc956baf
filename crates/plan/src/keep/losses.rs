//! What a group of statements destroys of the schema before it.

use whimbrel_schema::{Column, Engine, Generation, ObjectKind, ObjectName, Pair, Schema, Table};

use super::lineage::{Line, Lineage, is_computed};
use super::{Identity, KeptColumn, Loss, Lost, chosen, fills};
use crate::evolution::first_name;
use crate::{DataChange, Dialect, Step, Understanding};

/// One statement, and what it means.
#[derive(Debug, Clone, Copy)]
pub struct Reading<'a> {
    pub sql: &'a str,
    pub understanding: &'a Understanding,
}

impl<'a> Reading<'a> {
    pub fn steps(&self) -> &'a [Step] {
        self.understanding.steps()
    }
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Losses {
    pub kept: Vec<Loss>,
    pub not_kept: Vec<NotKept>,
}

/// What may be lost for good.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotKept {
    pub what: String,
    pub why: String,
    /// Nobody can see whether anything is lost at all.
    pub unknown: bool,
}

impl NotKept {
    fn certain(what: String, why: String) -> Self {
        NotKept { what, why, unknown: false }
    }

    fn unknown(what: String, why: String) -> Self {
        NotKept { what, why, unknown: true }
    }
}

/// What `now` destroys, of which `before` is the schema; `earlier` are the statements of the same revision that were
/// run before that, and `way_back` those of its downgrade.
pub fn losses(
    earlier: &[Reading<'_>],
    before: &Schema,
    now: &[Reading<'_>],
    way_back: &[Reading<'_>],
    dialect: &dyn Dialect,
) -> Losses {
    let mut losses = Losses::default();
    let Some(keeping) = dialect.keeping() else {
        let what = "what these statements destroy".to_string();
        let why = format!("nothing is kept on {}", dialect.engine().title());
        return Losses { kept: Vec::new(), not_kept: vec![NotKept::certain(what, why)] };
    };
    let mut lineage = Lineage::new(before, dialect, keeping);
    earlier.iter().flat_map(Reading::steps).for_each(|step| lineage.heed_session(step));
    let minds_keys = lineage.minds_keys();
    for reading in now {
        if let Understanding::Unknown { reason, .. } = reading.understanding {
            losses.not_kept.push(NotKept::unknown(quoted(reading.sql), reason.clone()));
        }
        for step in reading.steps() {
            if let Step::DropObject { object, cascade: true, .. } = step
                && matches!(object.kind, ObjectKind::Extension | ObjectKind::Opaque)
            {
                let why = "which columns go with it cannot be seen".to_string();
                losses.not_kept.push(NotKept::unknown(quoted(reading.sql), why));
            }
            if let Err(error) = lineage.take(step, reading.sql) {
                losses.not_kept.push(NotKept::unknown(quoted(reading.sql), error.to_string()));
            }
        }
    }
    let names = Names { earlier, engine: before.engine };
    for (source, line) in &lineage.lines {
        if let Some(table) = before.table(source) {
            of_table(table, line, &names, before, &lineage, &mut losses);
        }
    }
    fills::settle(&mut losses.kept, &lineage, now, way_back);
    chosen::settle(&mut losses.kept, before, now, minds_keys, dialect);
    losses
}

fn quoted(sql: &str) -> String {
    let line = sql.lines().next().unwrap_or_default();
    let short: String = line.chars().take(60).collect();
    format!("`{}`{}", short.trim_end(), if short.len() < sql.len() { " …" } else { "" })
}

fn of_table(
    table: &Table,
    line: &Line,
    names: &Names<'_>,
    before: &Schema,
    lineage: &Lineage<'_>,
    losses: &mut Losses,
) {
    let columns: Vec<&str> = line.columns.iter().filter(|it| it.now.is_none()).map(|it| it.name.as_str()).collect();
    let converted = line.columns.iter().filter(|it| it.now.is_some() && it.converted);
    let converted: Vec<&str> = converted.map(|it| it.name.as_str()).collect();
    let overwritten = line.columns.iter().filter(|it| it.now.is_some() && !it.converted && it.overwritten);
    let overwritten: Vec<&str> = overwritten.map(|it| it.name.as_str()).collect();
    let changed = !converted.is_empty() || !overwritten.is_empty();
    let is_whole = line.now.is_some() && columns.is_empty() && !changed && !line.rows_gone;
    if is_whole {
        return;
    }
    let Some(origin) = names.table(&table.name) else { return };
    if table.options.virtual_using.is_some() {
        let what = format!("what `{origin}` holds");
        losses.not_kept.push(NotKept::certain(what, "it is a virtual table".to_string()));
        return;
    }
    // What is read from the parent is there already.
    let goes_with_parent = |lost: &dyn Fn(&Line) -> bool| {
        let parents = table.options.partition_of.iter().map(|it| &it.parent).chain(&table.options.inherits);
        parents.filter_map(|parent| lineage.lines.get(parent)).any(lost)
    };
    let kept = |names_of: &[&str]| -> Vec<KeptColumn> {
        let of = |column: &&Column| !is_computed(column) && names_of.contains(&column.name.as_str());
        let kept = table.columns.iter().filter(of);
        kept.filter_map(|column| names.column(table, column, line)).collect()
    };
    let all: Vec<&str> = table.columns.iter().map(|column| column.name.as_str()).collect();
    let loss = |what, columns, rows| Loss {
        what,
        table: origin.clone(),
        source: table.name.clone(),
        after: line.now.clone(),
        columns,
        rows,
        derived_from: Vec::new(),
        derived_late: false,
        taken_along: line.taken_along && what == Lost::Rows || what == Lost::Overwritten,
        only: what == Lost::Table && has_heirs(table, before),
        chosen: Vec::new(),
    };
    if line.now.is_none() {
        // One that inherits has columns of its own; it is kept by itself.
        if table.options.partition_of.is_none() || !goes_with_parent(&|parent| parent.now.is_none()) {
            losses.kept.push(loss(Lost::Table, kept(&all), Identity::None));
        }
        return;
    }
    let unique = !has_heirs(table, before);
    let key = if unique { key_of(table, line) } else { None };
    // A column that the revision itself made is not there after the downgrade.
    let key = key.and_then(|key| Some(kept(&key)).filter(|kept| kept.len() == key.len() && !key.is_empty()));
    if line.rows_gone {
        let rows = key.clone().map_or(Identity::None, Identity::Key);
        losses.kept.push(loss(Lost::Rows, kept(&all), rows));
    }
    let inherited = |name: &str| {
        let gone = |parent: &Line| parent.columns.iter().any(|it| it.name == name && it.now.is_none());
        goes_with_parent(&gone)
    };
    let again = |name: &str| stands_elsewhere(table, name, lineage);
    let columns: Vec<&str> = columns.into_iter().filter(|name| !inherited(name) && !again(name)).collect();
    let values = kept(&columns);
    if !values.is_empty() {
        let rest = line.columns.iter().filter(|it| it.now.is_some() && !it.converted).map(|it| it.name.as_str());
        let rest: Vec<&str> = rest.collect();
        match (&key, rest.is_empty()) {
            (Some(key), _) => losses.kept.push(loss(Lost::Columns, values, Identity::Key(key.clone()))),
            (None, false) => losses.kept.push(loss(Lost::Columns, values, Identity::Rest(kept(&rest)))),
            (None, true) => losses.not_kept.push(NotKept::certain(
                loss(Lost::Columns, values, Identity::None).to_string(),
                format!("nothing that stays in `{origin}` says which row a value belongs to"),
            )),
        }
    }
    let retyped = |name: &str| {
        let turned = |parent: &Line| parent.columns.iter().any(|it| it.name == name && it.converted);
        goes_with_parent(&turned)
    };
    let converted = converted.into_iter().filter(|name| !retyped(name)).map(|name| (name, Lost::Conversion));
    for (name, what) in converted.chain(overwritten.into_iter().map(|name| (name, Lost::Overwritten))) {
        let values = kept(&[name]);
        match &key {
            _ if values.is_empty() => {}
            // Its own values are what turns into something else: nothing else finds the row again.
            Some(key) if key.iter().all(|column| column.source != name) => {
                losses.kept.push(loss(what, values, Identity::Key(key.clone())));
            }
            Some(_) | None => losses.not_kept.push(NotKept::certain(
                loss(what, values, Identity::None).to_string(),
                format!("`{origin}` has no other key by which its rows are found again"),
            )),
        }
    }
}

/// Whether another column has the very values: the one that a second column of Whimbrel's own was in step with, until one
/// of the two took the other's name.
fn stands_elsewhere(table: &Table, name: &str, lineage: &Lineage<'_>) -> bool {
    let Some((gone, stays)) = table.column(name).zip(first_name(name).and_then(|first| table.column(first))) else {
        return false;
    };
    let types = Pair::new(&gone.ty, &stays.ty);
    lineage.dialect.same_type(types) || lineage.keeping.comes_back(types)
}

/// Whether the rows of other tables are read with those of this one, so that its keys are not theirs.
fn has_heirs(table: &Table, schema: &Schema) -> bool {
    schema.tables.values().any(|other| other.options.inherits.contains(&table.name))
}

/// A key that no row is without, all of which stays as it is.
fn key_of<'t>(table: &'t Table, line: &Line) -> Option<Vec<&'t str>> {
    let primary = table.primary_key.iter().map(|key| &key.columns);
    let deferrable = |unique: &&whimbrel_schema::Unique| unique.columns.iter().all(|name| is_required(table, name));
    let unique = table.uniques.iter().filter(deferrable).map(|unique| &unique.columns);
    let stays = |name: &String| line.columns.iter().any(|it| it.name == *name && it.now.is_some() && !it.converted);
    let mut candidates = primary.filter(|columns| columns.iter().all(|name| is_required(table, name))).chain(unique);
    let found = candidates.find(|columns| columns.iter().all(stays))?;
    Some(found.iter().map(String::as_str).collect())
}

fn is_required(table: &Table, name: &str) -> bool {
    let is_rowid = |column: &Column| {
        let key = table.primary_key.as_ref().map(|key| key.columns.as_slice());
        matches!(key, Some([one]) if *one == column.name) && column.ty.name.eq_ignore_ascii_case("integer")
    };
    table.column(name).is_some_and(|column| !column.nullable || is_rowid(column))
}

/// What things were called before the revision.
struct Names<'a> {
    earlier: &'a [Reading<'a>],
    engine: Engine,
}

impl Names<'_> {
    fn steps_back(&self) -> impl Iterator<Item = &Step> {
        self.earlier.iter().rev().flat_map(|reading| reading.steps().iter().rev())
    }

    /// `None` for a table that the revision made.
    fn table(&self, now: &ObjectName) -> Option<ObjectName> {
        let mut name = now.clone();
        for step in self.steps_back() {
            if let Step::RenameTable { from, to } = step
                && to.is(&name, self.engine)
            {
                name = from.clone();
            } else if let Step::CreateTable { table, .. } = step
                && table.name.is(&name, self.engine)
            {
                return None;
            }
        }
        Some(name)
    }

    /// `None` for a column that the revision made.
    fn column(&self, table: &Table, column: &Column, line: &Line) -> Option<KeptColumn> {
        let (mut of, mut name) = (table.name.clone(), column.name.clone());
        for step in self.steps_back() {
            if let Step::RenameTable { from, to } = step
                && to.is(&of, self.engine)
            {
                of = from.clone();
            } else if let Step::RenameColumn { table, from, to } = step
                && table.is(&of, self.engine)
                && self.engine.same_name(to, &name)
            {
                name.clone_from(from);
            } else if let Step::AddColumn { table, column, .. } = step
                && table.is(&of, self.engine)
                && self.engine.same_name(&column.name, &name)
            {
                return None;
            }
        }
        let after = line.columns.iter().find(|it| it.name == column.name).and_then(|it| it.now.clone());
        let (numbered, only_numbered) = match &column.generation {
            Some(Generation::Identity(identity)) => (true, identity.always),
            Some(Generation::Serial { .. } | Generation::AutoIncrement) => (true, false),
            Some(Generation::Stored(_) | Generation::Virtual(_)) | None => (false, false),
        };
        Some(KeptColumn {
            name,
            source: column.name.clone(),
            after,
            ty: column.ty.clone(),
            collation: column.collation.clone(),
            numbered,
            only_numbered,
        })
    }
}

/// Whether a step may destroy values; what nobody understands may. Cheap: it saves a look at the database.
pub fn may_lose(reading: &Reading<'_>) -> bool {
    matches!(reading.understanding, Understanding::Unknown { .. }) || reading.steps().iter().any(loses)
}

fn loses(step: &Step) -> bool {
    match step {
        Step::DropTable { .. }
        | Step::DropColumn { .. }
        | Step::DropObject { .. }
        | Step::RebuildTable { .. }
        | Step::SetColumnType { .. }
        | Step::SetGeneration { .. } => true,
        Step::ChangeData { change, .. } => match change {
            DataChange::Delete | DataChange::Truncate => true,
            DataChange::Insert | DataChange::Update | DataChange::Merge => false,
        },
        Step::CreateTable { .. }
        | Step::RenameTable { .. }
        | Step::SetTableOptions { .. }
        | Step::AddColumn { .. }
        | Step::RenameColumn { .. }
        | Step::SetNullable { .. }
        | Step::SetDefault { .. }
        | Step::AddConstraint { .. }
        | Step::DropConstraint { .. }
        | Step::RenameConstraint { .. }
        | Step::ValidateConstraint { .. }
        | Step::SetDeferrable { .. }
        | Step::CreateIndex { .. }
        | Step::DropIndex { .. }
        | Step::RenameIndex { .. }
        | Step::SetIndexStorage { .. }
        | Step::CreateObject { .. }
        | Step::RenameObject { .. }
        | Step::AlterObject { .. }
        | Step::Amend(_)
        | Step::AddEnumValue { .. }
        | Step::RenameEnumValue { .. }
        | Step::CreateTrigger { .. }
        | Step::DropTrigger { .. }
        | Step::SetTriggerEnabled { .. }
        | Step::AttachPartition { .. }
        | Step::DetachPartition { .. }
        | Step::SetComment { .. }
        | Step::SetSession { .. }
        | Step::Inert { .. } => false,
    }
}
