use std::collections::BTreeMap;
use std::time::Duration;

use whimbrel_schema::Engine;

use super::kill::{Kill, Kind, Moment, Point};
use crate::draw::Draw;

/// What an unbroken run was seen to do: what there is to be hit.
#[derive(Debug, Clone, Default)]
pub struct Course {
    pub took: Duration,
    /// The messages with SQL, on every connection, in order.
    pub queries: Vec<Query>,
    /// The system calls that change files, by their names, in order; empty where nobody can watch them.
    pub calls: Vec<String>,
    /// How far the journal grew.
    pub journal: u64,
}

#[derive(Debug, Clone)]
pub struct Query {
    pub role: Role,
    pub took: Duration,
}

/// What a message is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    Statement,
    Commit,
    Other,
}

impl Course {
    pub fn draw(&self, engine: Engine, draw: &mut Draw) -> Kill {
        match engine {
            Engine::Postgres => self.on_a_server(draw),
            Engine::Sqlite | Engine::Mysql => self.in_a_file(draw),
        }
    }

    fn time(&self, draw: &mut Draw) -> Moment {
        Moment::Time(self.took.mul_f64(draw.share()))
    }

    fn on_a_server(&self, draw: &mut Draw) -> Kill {
        let kind = match draw.below(20) {
            0..6 => Kind::ClientKilled,
            6..11 => Kind::BackendTerminated,
            11..18 => Kind::ConnectionCut,
            _ => Kind::ServerStopped,
        };
        if draw.chance(0.1) {
            return Kill { kind, moment: self.time(draw) };
        }
        let of_role = |roles: &[Role]| -> Vec<usize> {
            let numbered = self.queries.iter().enumerate();
            numbered.filter(|(_, query)| roles.contains(&query.role)).map(|(number, _)| number).collect()
        };
        let wanted = match draw.below(10) {
            0..5 => of_role(&[Role::Statement]),
            5..7 => of_role(&[Role::Commit]),
            _ => of_role(&[Role::Statement, Role::Commit, Role::Other]),
        };
        let number = draw.pick(&wanted).copied().unwrap_or(0);
        let took = self.queries.get(number).map_or(Duration::ZERO, |query| query.took);
        let point = match draw.below(20) {
            0..3 => Point::Before,
            3..5 => Point::Half(draw.share()),
            5..14 => Point::Within(took.mul_f64(draw.share())),
            14..17 => Point::Answered,
            _ => Point::HalfAnswered(draw.share()),
        };
        Kill { kind, moment: Moment::Query { number, point } }
    }

    fn in_a_file(&self, draw: &mut Draw) -> Kill {
        let watched = !self.calls.is_empty();
        match draw.below(10) {
            0..4 if watched => Kill { kind: Kind::ClientKilled, moment: self.call(draw, &[]) },
            4 if watched => Kill { kind: Kind::DiskFull, moment: self.call(draw, &["pwrite64"]) },
            5..8 if self.journal > 0 => {
                let bytes = (self.journal as f64 * draw.share()) as u64;
                Kill { kind: Kind::ClientKilled, moment: Moment::Journal { bytes } }
            }
            _ => Kill { kind: Kind::ClientKilled, moment: self.time(draw) },
        }
    }

    /// One of the calls seen, each as likely as any other; of those names only, where some are given.
    fn call(&self, draw: &mut Draw, names: &[&str]) -> Moment {
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        let numbered: Vec<(&str, usize)> = self
            .calls
            .iter()
            .map(|name| {
                let count = counts.entry(name).or_default();
                *count += 1;
                (name.as_str(), *count)
            })
            .filter(|(name, _)| names.is_empty() || names.contains(name))
            .collect();
        match draw.pick(&numbered) {
            Some((name, number)) => Moment::Call { name: (*name).to_owned(), number: *number },
            None => self.time(draw),
        }
    }
}
