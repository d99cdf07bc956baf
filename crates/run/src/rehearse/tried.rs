use serde::{Deserialize, Serialize};

/// What came of a query of an application's that was tried out and taken back.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Tried {
    pub plan: Plan,
    /// How many rows it gave or changed. `None` where it was planned and not run: its parameters have no values here.
    pub rows: Option<u64>,
}

/// How the engine goes about a query.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Plan {
    /// As the engine prints it.
    pub lines: Vec<String>,
    /// In the engine's own unit; comparable with itself only.
    pub cost: Option<f64>,
    pub reads: Vec<Read>,
}

/// One way into one table.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Read {
    pub table: String,
    /// `None` reads the table from end to end.
    pub index: Option<String>,
}

/// Twice the cost is noticed, unless both are next to nothing.
const TWICE: f64 = 2.0;
const NOTHING: f64 = 100.0;

impl Plan {
    /// Why this plan is worse than the one before, in words; `None` where it is not.
    pub fn worse_than(&self, before: &Plan) -> Option<String> {
        let full = |plan: &Plan, table: &str| plan.reads.iter().any(|read| read.table == table && read.index.is_none());
        for read in self.reads.iter().filter(|read| read.index.is_none()) {
            let by_index = before.reads.iter().find(|old| old.table == read.table && old.index.is_some());
            if let (Some(Read { index: Some(index), .. }), false) = (by_index, full(before, &read.table)) {
                return Some(format!("`{}` is read from end to end, and was read by `{index}`", read.table));
            }
        }
        match (before.cost, self.cost) {
            (Some(old), Some(new)) if new > old * TWICE && new - old > NOTHING => {
                Some(format!("the engine puts its cost at {new:.0}, and put it at {old:.0}"))
            }
            (_, _) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(index: Option<&str>, cost: f64) -> Plan {
        let read = Read { table: "email".to_string(), index: index.map(str::to_string) };
        Plan { lines: Vec::new(), cost: Some(cost), reads: vec![read] }
    }

    #[test]
    fn an_index_that_is_gone_and_a_cost_that_has_doubled_are_worse() {
        let by_index = plan(Some("ix"), 8.3);
        let worse = plan(None, 20.0).worse_than(&by_index);
        assert_eq!(worse.as_deref(), Some("`email` is read from end to end, and was read by `ix`"));
        assert!(plan(None, 900.0).worse_than(&plan(None, 300.0)).is_some());
        assert_eq!(plan(None, 90.0).worse_than(&plan(None, 30.0)), None, "next to nothing");
        assert_eq!(plan(Some("other"), 8.4).worse_than(&by_index), None);
        assert_eq!(by_index.worse_than(&plan(None, 20.0)), None);
    }
}
