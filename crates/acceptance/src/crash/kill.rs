use std::fmt;
use std::time::Duration;

/// What ends a run, and when.
#[derive(Debug, Clone, PartialEq)]
pub struct Kill {
    pub kind: Kind,
    pub moment: Moment,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// SIGKILL of the `whimbrel` process.
    ClientKilled,
    /// `pg_terminate_backend`.
    BackendTerminated,
    /// Both ends of the connection find it closed.
    ConnectionCut,
    /// The server stops at once, as a crash does, and is started again.
    ServerStopped,
    /// From one write on there is no room, until the run has ended.
    DiskFull,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Moment {
    /// After so much time.
    Time(Duration),
    /// At one of the messages with SQL, counted from zero.
    Query { number: usize, point: Point },
    /// At a system call: which, and the how manieth of that name, from one.
    Call { name: String, number: usize },
    /// When the journal beside the database has grown to this size.
    Journal { bytes: u64 },
}

/// Where at a message.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Point {
    /// The server never sees it.
    Before,
    /// The server sees this share of its bytes.
    Half(f64),
    /// The server works on it, for so long.
    Within(Duration),
    /// The server has carried it out, and its answer is lost.
    Answered,
    /// Of its answer, this share of the bytes arrives.
    HalfAnswered(f64),
}

impl Kind {
    pub const ALL: [Kind; 5] =
        [Kind::ClientKilled, Kind::BackendTerminated, Kind::ConnectionCut, Kind::ServerStopped, Kind::DiskFull];
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Kind::ClientKilled => "client killed",
            Kind::BackendTerminated => "backend terminated",
            Kind::ConnectionCut => "connection cut",
            Kind::ServerStopped => "server stopped",
            Kind::DiskFull => "disk full",
        })
    }
}

impl fmt::Display for Kill {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ", self.kind)?;
        match &self.moment {
            Moment::Time(after) => write!(f, "after {} ms", after.as_millis()),
            Moment::Query { number, point } => {
                match point {
                    Point::Before => f.write_str("before")?,
                    Point::Half(share) => write!(f, "after {:.0} % of the bytes of", share * 100.0)?,
                    Point::Within(after) => write!(f, "{} ms into", after.as_millis())?,
                    Point::Answered => f.write_str("before the answer to")?,
                    Point::HalfAnswered(share) => write!(f, "after {:.0} % of the answer to", share * 100.0)?,
                }
                write!(f, " message {number}")
            }
            Moment::Call { name, number } => write!(f, "at {name} number {number}"),
            Moment::Journal { bytes } => write!(f, "at {bytes} bytes of journal"),
        }
    }
}
