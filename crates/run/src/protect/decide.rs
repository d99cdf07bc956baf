use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Door, Gate, Lack, Work};

/// What each gate was shown, or what it lacks. A gate that was shown nothing stays shut.
pub type Evidence = BTreeMap<Gate, Result<How, Lack>>;

/// A gate that was passed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pass {
    pub gate: Gate,
    pub how: How,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum How {
    /// By what was shown: the name of the environment, the id of a backup or of a rehearsal.
    Shown(String),
    /// There is nothing that could be lost or rehearsed, and why.
    Nothing(String),
    /// Around it, and why.
    Door(String),
}

/// Every gate in its order; the first that is shut.
pub fn decide(work: Work, evidence: &Evidence, doors: &[Door]) -> Result<Vec<Pass>, Lack> {
    let pass = |gate: &Gate| {
        let door = doors.iter().find(|door| door.gate == *gate && gate.door().is_some());
        let how = match (door, evidence.get(gate)) {
            (Some(door), _) => How::Door(door.reason.clone()),
            (None, Some(Ok(how))) => how.clone(),
            (None, Some(Err(lack))) => return Err(lack.clone()),
            (None, None) => return Err(Lack::Unseen { gate: *gate, why: "nobody has looked".to_string() }),
        };
        Ok(Pass { gate: *gate, how })
    };
    work.gates().iter().map(pass).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all_shown() -> Evidence {
        Gate::ALL.into_iter().map(|gate| (gate, Ok(How::Shown(gate.word().to_string())))).collect()
    }

    #[test]
    fn each_gate_of_each_work_is_shut_alone_and_opened_by_its_own_door_alone() {
        let mut tried = 0;
        for work in Work::ALL {
            assert!(decide(work, &all_shown(), &[]).is_ok());
            for gate in work.gates() {
                let mut evidence = all_shown();
                evidence.remove(gate);
                let shut = decide(work, &evidence, &[]).unwrap_err();
                assert_eq!(shut.gate(), *gate, "{work:?}");
                for other in Gate::ALL {
                    let door = Door { gate: other, reason: "why".to_string() };
                    let passed = decide(work, &evidence, &[door]);
                    let opens = other == *gate && gate.door().is_some();
                    assert_eq!(passed.is_ok(), opens, "{work:?} {gate} by the door of {other}");
                    tried += 1;
                }
            }
        }
        assert!(tried > 50, "{tried}");
    }

    #[test]
    fn a_door_is_written_down_also_where_it_was_not_needed() {
        let door = Door { gate: Gate::Backup, reason: "in a hurry".to_string() };
        let passed = decide(Work::Upgrade, &all_shown(), &[door]).unwrap();
        let doors: Vec<_> = passed.iter().filter(|pass| matches!(pass.how, How::Door(_))).collect();
        assert_eq!(doors, [&Pass { gate: Gate::Backup, how: How::Door("in a hurry".to_string()) }]);
    }
}
