//! What the scenarios of the crash suite are made of, worked out without an engine: every kind of change and of step, and
//! every op, is in one of them.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::{Context, Result};
use whimbrel_engines::dialect;
use whimbrel_plan::autogenerate::{DraftStatement, draft};
use whimbrel_plan::evolution::evolve;
use whimbrel_plan::{Change, Dialect, Step};
use whimbrel_schema::{Column, Constraint, ConstraintKind, Engine, Generation, Object, Pair};

use super::scenario::{Scenario, is_left_out};
use super::written;
use crate::case::{Case, Part};
use crate::database::{Ground, SQLITE};
use crate::laws;

/// A function that names the kind of a value, and all their names. A new kind does not compile before it is named here.
macro_rules! kinds {
    ($name:ident, $all:ident, $of:ident: $($kind:ident)+) => {
        fn $name(it: &$of) -> &'static str {
            match it {
                $($of::$kind { .. } => concat!(stringify!($of), "::", stringify!($kind)),)+
            }
        }

        pub const $all: &[&str] = &[$(concat!(stringify!($of), "::", stringify!($kind))),+];
    };
}

kinds!(kind_of_change, CHANGES, Change:
    CreateTable DropTable RenameTable AlterTableOptions AddColumn DropColumn RenameColumn AlterColumn AddConstraint
    DropConstraint AlterConstraint CreateIndex DropIndex AlterIndex CreateTrigger DropTrigger AlterTrigger CreateObject
    DropObject RenameObject AlterObject RenameEnumValue SetComment);

kinds!(kind_of_step, STEPS, Step:
    CreateTable DropTable RenameTable SetTableOptions RebuildTable AddColumn DropColumn RenameColumn SetColumnType
    SetNullable SetDefault SetGeneration AddConstraint DropConstraint RenameConstraint ValidateConstraint SetDeferrable
    CreateIndex DropIndex RenameIndex SetIndexStorage CreateObject DropObject RenameObject AlterObject Amend AddEnumValue
    RenameEnumValue CreateTrigger DropTrigger SetTriggerEnabled AttachPartition DetachPartition SetComment ChangeData
    SetSession Inert);

/// What a person would call it, and how it is known.
type Op = (&'static str, fn(&Change) -> bool);

const OPS: &[Op] = &[
    ("add column", |change| matches!(change, Change::AddColumn { .. })),
    ("add required column", |change| matches!(change, Change::AddColumn { column, .. } if !column.nullable)),
    ("rename column", |change| matches!(change, Change::RenameColumn { .. })),
    ("rename table", |change| matches!(change, Change::RenameTable { from, to } if from.namespace == to.namespace)),
    (
        "move to another schema",
        |change| matches!(change, Change::RenameTable { from, to } if from.namespace != to.namespace),
    ),
    ("change type", |change| altered(change, |column| column.from.ty != column.to.ty)),
    ("set not null", |change| altered(change, |column| column.from.nullable && !column.to.nullable)),
    ("drop not null", |change| altered(change, |column| !column.from.nullable && column.to.nullable)),
    ("set default", |change| altered(change, |column| column.to.default.is_some() && column.from.default.is_none())),
    ("drop default", |change| altered(change, |column| column.to.default.is_none() && column.from.default.is_some())),
    ("drop column", |change| matches!(change, Change::DropColumn { .. })),
    ("drop table", |change| matches!(change, Change::DropTable { .. })),
    ("add unique", |change| adds(change, ConstraintKind::Unique)),
    ("drop unique", |change| drops(change, ConstraintKind::Unique)),
    ("add primary key", |change| adds(change, ConstraintKind::PrimaryKey)),
    ("drop primary key", |change| drops(change, ConstraintKind::PrimaryKey)),
    ("add foreign key", |change| adds(change, ConstraintKind::ForeignKey)),
    ("drop foreign key", |change| drops(change, ConstraintKind::ForeignKey)),
    ("add check", |change| adds(change, ConstraintKind::Check)),
    ("drop check", |change| drops(change, ConstraintKind::Check)),
    ("add exclusion", |change| adds(change, ConstraintKind::Exclusion)),
    ("drop exclusion", |change| drops(change, ConstraintKind::Exclusion)),
    ("add index", |change| matches!(change, Change::CreateIndex { .. })),
    ("drop index", |change| matches!(change, Change::DropIndex { .. })),
    ("add enum value", |change| enum_values(change, |from, to| to.iter().any(|value| !from.contains(value)))),
    ("remove enum value", |change| enum_values(change, |from, to| from.iter().any(|value| !to.contains(value)))),
    ("rename enum value", |change| matches!(change, Change::RenameEnumValue { .. })),
    ("add identity", |change| makes(change, |it| matches!(it, Generation::Identity(_)))),
    ("add stored column", |change| makes(change, |it| matches!(it, Generation::Stored(_)))),
    ("add virtual column", |change| makes(change, |it| matches!(it, Generation::Virtual(_)))),
    (
        "change partitions",
        |change| matches!(change, Change::AlterTableOptions { options, .. } if options.from.partition_of != options.to.partition_of),
    ),
];

fn altered(change: &Change, how: fn(&Pair<Column>) -> bool) -> bool {
    matches!(change, Change::AlterColumn { column, .. } if how(column))
}

fn adds(change: &Change, kind: ConstraintKind) -> bool {
    matches!(change, Change::AddConstraint { constraint, .. } if Constraint::kind(constraint) == kind)
}

fn drops(change: &Change, kind: ConstraintKind) -> bool {
    matches!(change, Change::DropConstraint { constraint, .. } if Constraint::kind(constraint) == kind)
}

fn enum_values(change: &Change, how: fn(&[String], &[String]) -> bool) -> bool {
    let Change::AlterObject { object } = change else { return false };
    matches!((&object.from, &object.to), (Object::Enum(from), Object::Enum(to)) if how(&from.values, &to.values))
}

fn makes(change: &Change, how: fn(&Generation) -> bool) -> bool {
    let is = |column: &Column| column.generation.as_ref().is_some_and(how);
    let added = matches!(change, Change::AddColumn { column, .. } if is(column));
    added || matches!(change, Change::AlterColumn { column, .. } if is(&column.to) && !is(&column.from))
}

/// What is in some scenario of one engine.
#[derive(Debug, Clone, Default)]
pub struct Covered {
    pub changes: BTreeSet<&'static str>,
    pub steps: BTreeSet<&'static str>,
    pub ops: BTreeSet<&'static str>,
    /// How many scenarios were looked into, and how many of them are chains.
    pub scenarios: usize,
    pub chains: usize,
    /// What only an engine can read, and so is left to others to cover.
    pub unread: Vec<String>,
}

impl Covered {
    pub fn by_scenarios_on(engine: Engine) -> Result<Covered> {
        let ground = match engine {
            Engine::Postgres => Ground { engine, major: 18 },
            Engine::Sqlite | Engine::Mysql => SQLITE,
        };
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("cases");
        let dialect = dialect(engine).context("no such engine")?;
        let mut covered = Covered::default();
        let evolutions = Case::read_folder(&folder.join("crash/evolutions"))?;
        for case in Case::read_folder(&folder.join("diff"))?.iter().chain(&evolutions) {
            if case.runs_on(engine, ground.major) && !is_left_out(case) {
                let added = covered.add_case(case, dialect);
                covered.unread.extend(added.err().map(|error| format!("{}: {error:#}", case.name)));
            }
        }
        for scenario in written::read_all(&folder.join("crash"), ground)? {
            covered.add_written(&scenario, dialect);
        }
        Ok(covered)
    }

    fn add_case(&mut self, case: &Case, dialect: &dyn Dialect) -> Result<()> {
        let fold = |part| laws::fold(case.sql(part, dialect.engine()), dialect);
        let schemas = Pair::new(fold(Part::From)?, fold(Part::To)?);
        let choices = laws::choices(case)?;
        let drafted = draft(schemas.clone(), dialect, &choices)?;
        self.scenarios += 1;
        self.add_changes(&drafted.changes);
        self.add_statements(drafted.upgrade.iter().chain(&drafted.downgrade), dialect);
        let evolution = evolve(schemas, dialect, &choices)?;
        if evolution.is_chain() {
            self.chains += 1;
            self.add_changes(&evolution.changes);
            for link in &evolution.links {
                self.add_statements(link.draft.upgrade.iter().chain(&link.draft.downgrade), dialect);
            }
        }
        Ok(())
    }

    fn add_written(&mut self, scenario: &Scenario, dialect: &dyn Dialect) {
        self.scenarios += 1;
        for text in scenario.revisions.iter().flat_map(|halves| [&halves.upgrade, &halves.downgrade]) {
            for range in dialect.split(text) {
                self.add_statement(&text[range], dialect);
            }
        }
    }

    fn add_changes(&mut self, changes: &[Change]) {
        for change in changes {
            self.changes.insert(kind_of_change(change));
            self.ops.extend(OPS.iter().filter(|(_, is_it)| is_it(change)).map(|(name, _)| *name));
        }
    }

    fn add_statements<'d>(&mut self, statements: impl Iterator<Item = &'d DraftStatement>, dialect: &dyn Dialect) {
        statements.for_each(|statement| self.add_statement(&statement.sql, dialect));
    }

    fn add_statement(&mut self, sql: &str, dialect: &dyn Dialect) {
        self.steps.extend(dialect.understand(sql).steps().iter().map(kind_of_step));
    }

    /// What no scenario has; `without` names what the engine does not have.
    pub fn missing(&self, without: &[&str]) -> Vec<&'static str> {
        let all = CHANGES.iter().map(|kind| (kind, &self.changes));
        let all = all.chain(STEPS.iter().map(|kind| (kind, &self.steps)));
        let all = all.chain(OPS.iter().map(|(name, _)| (name, &self.ops)));
        all.filter(|(kind, there)| !there.contains(**kind) && !without.contains(*kind)).map(|(kind, _)| *kind).collect()
    }

    /// What is named as not there, and is.
    pub fn there_after_all<'w>(&self, without: &[&'w str]) -> Vec<&'w str> {
        let there = |kind: &&&str| [&self.changes, &self.steps, &self.ops].iter().any(|of| of.contains(**kind));
        without.iter().filter(there).copied().collect()
    }
}
