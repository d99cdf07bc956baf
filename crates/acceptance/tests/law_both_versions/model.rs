//! What the rows have to be after each statement, worked out without any database.

use std::collections::BTreeMap;

use whimbrel_schema::Engine;

use crate::scenario::{Keeping, Scenario, Values};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    pub group: usize,
    pub old: Values,
    pub new: Values,
}

pub type Rows = BTreeMap<usize, Row>;

/// What a statement says of a row: nothing of a side means that it does not name its columns.
#[derive(Debug, Clone)]
pub struct Said {
    pub old: Option<Values>,
    pub new: Option<Values>,
}

pub struct Model<'a> {
    pub scenario: &'a Scenario,
    pub engine: Engine,
    pub rows: Rows,
}

fn given(values: &Values) -> bool {
    values.iter().any(Option::is_some)
}

impl Model<'_> {
    /// The row as it is once the triggers have seen it.
    pub fn inserted(&self, said: &Said) -> (Values, Values) {
        let scenario = self.scenario;
        let mut old = said.old.clone().unwrap_or_else(|| scenario.old_defaults());
        let mut new = said.new.clone().unwrap_or_else(|| vec![None; scenario.new.len()]);
        self.theirs(&mut old);
        match scenario.keeping {
            Keeping::Filled => {
                if !given(&new) {
                    new = (scenario.forward)(&old);
                }
                return (old, new);
            }
            Keeping::Both => {}
        }
        let no_own_default = !given(&scenario.old_defaults());
        if !given(&new) && !given(&old) && no_own_default && given(&scenario.new_defaults()) {
            new = scenario.new_defaults();
            old = (scenario.backward)(&new);
        } else if !given(&new) {
            new = (scenario.forward)(&old);
        } else {
            let agree = given(&old) && (scenario.forward)(&old) == new;
            if !agree && !self.agrees_back(&old, &new) {
                old = (scenario.backward)(&new);
            }
        }
        (old, new)
    }

    pub fn insert(&mut self, id: usize, group: usize, said: &Said) {
        let (old, new) = self.inserted(said);
        self.rows.insert(id, Row { group, old, new });
    }

    pub fn update(&mut self, id: usize, said: &Said) {
        let Some(row) = self.rows.get(&id) else { return };
        let mut old = said.old.clone().unwrap_or_else(|| row.old.clone());
        let mut new = said.new.clone().unwrap_or_else(|| row.new.clone());
        self.theirs(&mut old);
        let (older, newer) = (old != row.old, new != row.new);
        let scenario = self.scenario;
        match scenario.keeping {
            Keeping::Filled if !given(&new) => new = (scenario.forward)(&old),
            Keeping::Filled => {}
            Keeping::Both if newer => {
                let unfilled = !given(&row.new);
                let agrees = match self.engine {
                    Engine::Postgres => (older || unfilled) && (scenario.forward)(&old) == new,
                    Engine::Sqlite | Engine::Mysql => (scenario.forward)(&old) == new,
                };
                if !agrees && !self.agrees_back(&old, &new) {
                    old = (scenario.backward)(&new);
                }
            }
            Keeping::Both if older && !self.agrees_back(&old, &new) => new = (scenario.forward)(&old),
            Keeping::Both => {}
        }
        let group = row.group;
        self.rows.insert(id, Row { group, old, new });
    }

    /// SQLite's triggers leave a row alone that is in step the one way or the other.
    fn agrees_back(&self, old: &Values, new: &Values) -> bool {
        self.engine == Engine::Sqlite && (self.scenario.backward)(new) == *old
    }

    /// What the user's own trigger makes of the old columns.
    fn theirs(&self, old: &mut Values) {
        if self.scenario.trims && self.engine == Engine::Postgres {
            for value in old.iter_mut().flatten() {
                *value = value.trim().to_string();
            }
        }
    }

    pub fn backfill(&mut self, group: usize) {
        let forward = self.scenario.forward;
        for row in self.rows.values_mut().filter(|row| row.group == group && !given(&row.new)) {
            row.new = forward(&row.old);
        }
    }

    pub fn in_group(&self, group: usize) -> Vec<usize> {
        self.rows.iter().filter(|(_, row)| row.group == group).map(|(id, _)| *id).collect()
    }

    /// A row whose sides disagree, other than one that waits for the backfill.
    pub fn out_of_step(&self) -> Option<(&usize, &Row)> {
        let (forward, backward) = (self.scenario.forward, self.scenario.backward);
        self.rows.iter().find(|(_, row)| {
            let in_step = match self.scenario.keeping {
                Keeping::Both => forward(&row.old) == row.new || backward(&row.new) == row.old,
                Keeping::Filled => given(&row.new),
            };
            !in_step && given(&row.new)
        })
    }
}
