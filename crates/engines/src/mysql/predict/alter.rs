//! ALTER TABLE: which algorithm the server chooses, what it locks meanwhile, and what it costs.

use whimbrel_plan::review::{
    Blocks, Circumstances, Danger, Held, Lock, Prediction, Session, Told, Touch, Touched, Undo, Work,
};
use whimbrel_plan::{Cast, Step};
use whimbrel_schema::{Column, Constraint, ObjectName, Pair, Table};

use super::super::statement::{Algorithm, Alter, Change, Level, Partition};
use super::super::types;
use super::super::understand::first_steps;
use super::clause::{self, Ground};
use super::cost::Cost;
use super::server::{self, Server};
use super::{dangers, dependents, metadata};

pub(super) fn predict(alter: &Alter, steps: &[Step], at: &Circumstances<'_>) -> Prediction {
    let known = at.before.table(&alter.table);
    let table = known.filter(|_| at.certain);
    let step_of = first_steps(alter);
    let mut fastest: Option<Outcome> = None;
    let mut refusals = Vec::new();
    let servers = server::possible(at.facts);
    for server in &servers {
        let ground = Ground { server: *server, session: at.session, table, alter };
        match outcome(alter, &ground) {
            Ok(outcome) => fastest = Some(fastest.map_or(outcome.clone(), |other| other.worse(outcome))),
            Err(why) => refusals.push(why),
        }
    }
    let mut prediction = Prediction { touches: vec![metadata(&alter.table, 0)], ..Prediction::default() };
    for other in others(alter, steps) {
        prediction.touches.push(metadata(&other, 0));
    }
    match &fastest {
        Some(outcome) => outcome.touch(alter, &step_of, &mut prediction),
        // Every server that it may be refuses it, before anything is done.
        None => prediction.dangers.extend(refusals.into_iter().next().map(|why| {
            let danger = Danger::Fails { why };
            Told { step: 0, danger }
        })),
    }
    let algorithm = fastest.map(|outcome| outcome.cost.algorithm);
    for (clause, step) in alter.clauses.iter().zip(&step_of) {
        let found = dangers::of_change(&clause.change, algorithm, known, &alter.table, &servers, at);
        let broken = dependents::of_change(&clause.change, &alter.table, at);
        prediction.dangers.extend(found.into_iter().chain(broken).map(|danger| Told { step: *step, danger }));
        prediction.undo = prediction.undo.max(undo(&clause.change, table));
    }
    prediction
}

/// How one server carries it out.
#[derive(Debug, Clone)]
struct Outcome {
    cost: Cost,
    /// The clause that costs most.
    clause: usize,
    mysql: bool,
}

fn outcome(alter: &Alter, ground: &Ground<'_>) -> Result<Outcome, String> {
    let costs: Vec<Cost> = alter.clauses.iter().map(|clause| clause::cost(&clause.change, ground)).collect();
    let weight = |cost: &Cost| (cost.algorithm, cost.lock, cost.work.len(), cost.rebuild);
    let clause = (0..costs.len()).rev().max_by_key(|at| weight(&costs[*at])).unwrap_or_default();
    let needed = costs.into_iter().fold(Cost::instant(), Cost::and);
    let server = ground.server;
    let cost = heed(needed, alter, server, ground.session, ground.table.is_some())?;
    Ok(Outcome { cost, clause, mysql: !server.is_mariadb() })
}

/// `ALGORITHM=` and `LOCK=` ask for at least that; what the server cannot do so, it refuses. Of a table that is not
/// `known` it may need less than is feared, and then it does what was asked for.
fn heed(needed: Cost, alter: &Alter, server: Server, session: &Session, known_table: bool) -> Result<Cost, String> {
    let mut cost = needed;
    if let Some(wanted) = alter.algorithm.or_else(|| implied(session, server)) {
        let known = match wanted {
            Algorithm::Nocopy => server.is_mariadb(),
            Algorithm::Instant => server.has_instant(),
            Algorithm::Inplace | Algorithm::Copy => true,
        };
        // MySQL calls both INPLACE.
        let best = if cost.algorithm == Algorithm::Nocopy && !server.is_mariadb() {
            Algorithm::Inplace
        } else {
            cost.algorithm
        };
        if !known || (wanted < best && known_table) {
            return Err(format!("ALGORITHM={} asks for less than {}, which it needs", wanted.word(), best.word()));
        }
        if wanted < best {
            cost.algorithm = wanted;
        }
        if wanted == Algorithm::Copy {
            cost = cost.and(Cost::copy());
        } else if wanted == Algorithm::Inplace && !server.is_mariadb() {
            // Asked for by name, MySQL builds a table anew that it need not.
            cost.algorithm = cost.algorithm.max(Algorithm::Inplace);
        }
        if wanted == Algorithm::Instant && alter.lock.is_some() && !server.is_mariadb() {
            return Err("MySQL takes no LOCK beside ALGORITHM=INSTANT".to_string());
        }
    }
    if let Some(wanted) = alter.lock {
        if wanted < cost.lock && known_table {
            return Err(format!("LOCK={} asks for less than {}, which it needs", wanted.word(), cost.lock.word()));
        }
        cost.lock = wanted;
    }
    Ok(cost)
}

/// What a setting asks for where the statement asks for nothing. MariaDB has not listened since 11.5.
fn implied(session: &Session, server: Server) -> Option<Algorithm> {
    let is_on = |value: &str| ["1", "on", "true"].contains(&value.to_lowercase().as_str());
    if server.is_mariadb() {
        if server.known && server.since((0, 0, 0), (11, 5, 0)) {
            return None;
        }
        let wanted = session.setting("alter_algorithm")?.to_uppercase();
        let all = [Algorithm::Instant, Algorithm::Nocopy, Algorithm::Inplace, Algorithm::Copy];
        return all.into_iter().find(|algorithm| algorithm.word() == wanted);
    }
    session.setting("old_alter_table").filter(|value| is_on(value)).map(|_| Algorithm::Copy)
}

impl Outcome {
    /// The worse of both in everything: nobody knows which server it is.
    fn worse(self, other: Outcome) -> Outcome {
        let clause = if other.cost.algorithm > self.cost.algorithm { other.clause } else { self.clause };
        Outcome { cost: self.cost.and(other.cost), clause, mysql: self.mysql && other.mysql }
    }

    fn touch(&self, alter: &Alter, step_of: &[usize], prediction: &mut Prediction) {
        let step = step_of.get(self.clause).copied().unwrap_or_default();
        let work = self.cost.done();
        let instant = self.cost.algorithm == Algorithm::Instant;
        if !instant {
            let lock = self.lock(self.cost.lock);
            prediction.touches.push(Touch { step, on: Touched::Relation(alter.table.clone()), lock, work });
        }
        for (other, level) in &self.cost.others {
            let lock = self.lock(*level);
            let work = if *level == Level::Exclusive { vec![Work::Scan] } else { self.cost.done() };
            // As long as the statement's own work takes, which has nothing to do with the size of this one.
            let work = if self.cost.algorithm == Algorithm::Copy { Vec::new() } else { work };
            prediction.touches.push(Touch { step, on: Touched::Relation(other.clone()), lock, work });
        }
    }

    fn lock(&self, level: Level) -> Lock {
        let algorithm = match self.cost.algorithm {
            Algorithm::Nocopy if self.mysql => Algorithm::Inplace,
            other => other,
        };
        let blocks = match level {
            Level::None => Blocks::SchemaChanges,
            Level::Shared => Blocks::Writes,
            Level::Exclusive => Blocks::ReadsAndWrites,
        };
        Lock::new(format!("LOCK={} (ALGORITHM={})", level.word(), algorithm.word()), blocks, Held::Statement)
    }
}

/// Other tables whose definition is held for a moment.
fn others(alter: &Alter, steps: &[Step]) -> Vec<ObjectName> {
    let mut found = Vec::new();
    for clause in &alter.clauses {
        if let Change::Rename { to: other } | Change::Partition(Partition::Exchange(other)) = &clause.change {
            found.push(other.clone());
        }
    }
    for step in steps {
        if let Step::AddConstraint { constraint, .. } = step
            && let Constraint::ForeignKey(key) = &**constraint
        {
            found.push(key.references.clone());
        }
    }
    found
}

fn undo(change: &Change, table: Option<&Table>) -> Undo {
    let loses = match change {
        Change::DropColumn { .. }
        | Change::Partition(Partition::Drop | Partition::Truncate)
        | Change::Tablespace { .. }
        | Change::Convert { .. } => true,
        Change::Redefine { from, column, .. } => {
            let kept = |old: &Column| types::cast(Pair::new(&old.ty, &column.ty)) == Cast::Implicit;
            !table.and_then(|table| super::redefine::column(table, from)).is_some_and(kept)
        }
        Change::AddColumn { .. }
        | Change::RenameColumn { .. }
        | Change::SetDefault { .. }
        | Change::AddKey { .. }
        | Change::DropPrimary
        | Change::DropIndex { .. }
        | Change::DropForeign { .. }
        | Change::DropConstraint { .. }
        | Change::RenameIndex { .. }
        | Change::ShowIndex
        | Change::EnforceCheck { .. }
        | Change::Rename { .. }
        | Change::Option { .. }
        | Change::Force
        | Change::OrderBy
        | Change::Keys
        | Change::Partition(_) => false,
    };
    if loses { Undo::LosesData } else { Undo::Free }
}
