//! A proxy before PostgreSQL that counts the messages with SQL and can stop the world at one of them.

use std::collections::VecDeque;
use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, Shutdown, TcpListener, TcpStream};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::Result;

use super::kill::Point;

/// Listens until it is dropped.
pub struct Proxy {
    pub port: u16,
    shared: Arc<Shared>,
}

/// Where to stop.
#[derive(Debug, Clone, Copy)]
pub struct Stop {
    pub number: usize,
    pub point: Point,
}

/// One message with SQL, as it went by.
#[derive(Debug, Clone)]
pub struct Seen {
    pub sql: String,
    sent: Instant,
    answered: Option<Instant>,
}

impl Seen {
    pub fn is_answered(&self) -> bool {
        self.answered.is_some()
    }

    pub fn took(&self) -> Duration {
        self.answered.map_or_else(|| self.sent.elapsed(), |answered| answered - self.sent)
    }
}

struct Shared {
    socket: PathBuf,
    stop: Option<Stop>,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    seen: Vec<Seen>,
    reached: bool,
    /// Nothing passes at the place where the world was stopped.
    gate: Gate,
    open: Vec<(TcpStream, UnixStream)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Gate {
    #[default]
    Held,
    Released,
    Closed,
}

/// The requests that wait for an answer on one connection, oldest first.
type Outstanding = Mutex<VecDeque<usize>>;

impl Proxy {
    /// In front of the server whose socket is there.
    pub fn start(socket_folder: &Path, stop: Option<Stop>) -> Result<Proxy> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let port = listener.local_addr()?.port();
        let shared = Arc::new(Shared {
            socket: socket_folder.join(".s.PGSQL.5432"),
            stop,
            state: Mutex::default(),
            changed: Condvar::new(),
        });
        let serving = Arc::clone(&shared);
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                if serving.lock().gate == Gate::Closed {
                    return;
                }
                let serving = Arc::clone(&serving);
                thread::spawn(move || {
                    // A server that is down is what the client is to find.
                    let _ = serving.serve(client);
                });
            }
        });
        Ok(Proxy { port, shared })
    }

    /// Whether the place at which to stop has been reached.
    pub fn has_reached(&self) -> bool {
        self.shared.lock().reached
    }

    pub fn seen(&self) -> Vec<Seen> {
        self.shared.lock().seen.clone()
    }

    /// Lets go on what was held.
    pub fn release(&self) {
        self.shared.set(Gate::Released);
    }

    /// Closes every connection, at both ends; what was held never arrives.
    pub fn close(&self) {
        self.shared.set(Gate::Closed);
        for (client, server) in self.shared.lock().open.drain(..) {
            let _ = client.shutdown(Shutdown::Both);
            let _ = server.shutdown(Shutdown::Both);
        }
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.close();
        // Whoever listens hears it.
        let _ = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port));
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn set(&self, gate: Gate) {
        let mut state = self.lock();
        if state.gate != Gate::Closed {
            state.gate = gate;
        }
        self.changed.notify_all();
    }

    fn reach(&self) {
        self.lock().reached = true;
    }

    /// Waits for what is decided about the place; whether it goes on.
    fn may_pass(&self) -> bool {
        let mut state = self.lock();
        while state.gate == Gate::Held {
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        state.gate == Gate::Released
    }

    fn serve(self: Arc<Shared>, client: TcpStream) -> io::Result<()> {
        client.set_nodelay(true)?;
        let server = UnixStream::connect(&self.socket)?;
        {
            let mut state = self.lock();
            if state.gate == Gate::Closed {
                return Ok(());
            }
            state.open.push((client.try_clone()?, server.try_clone()?));
        }
        let outstanding: Arc<Outstanding> = Arc::default();
        let (answers, asked) = (Arc::clone(&self), Arc::clone(&outstanding));
        let (to_client, from_server) = (client.try_clone()?, server.try_clone()?);
        let back = thread::spawn(move || {
            let ended = answers.answers(&from_server, &to_client, &asked);
            let _ = to_client.shutdown(Shutdown::Both);
            ended
        });
        let ended = self.requests(&client, &server, &outstanding);
        let _ = server.shutdown(Shutdown::Both);
        let _ = back.join();
        ended
    }

    fn point_of(&self, number: usize) -> Option<Point> {
        self.stop.filter(|stop| stop.number == number).map(|stop| stop.point)
    }

    fn requests(&self, client: &TcpStream, mut server: &UnixStream, outstanding: &Outstanding) -> io::Result<()> {
        // The first one has no letter.
        server.write_all(&body(client, Vec::new())?)?;
        loop {
            let message = message(client)?;
            if message.first() != Some(&b'Q') {
                server.write_all(&message)?;
                continue;
            }
            let sql = String::from_utf8_lossy(message.get(5..message.len() - 1).unwrap_or_default()).into_owned();
            let number = {
                let mut state = self.lock();
                state.seen.push(Seen { sql, sent: Instant::now(), answered: None });
                state.seen.len() - 1
            };
            outstanding.lock().unwrap_or_else(PoisonError::into_inner).push_back(number);
            let held = match self.point_of(number) {
                Some(Point::Before) => 0,
                Some(Point::Half(share)) => share_of(&message, share),
                Some(Point::Within(_)) => {
                    server.write_all(&message)?;
                    self.reach();
                    continue;
                }
                Some(Point::Answered | Point::HalfAnswered(_)) | None => {
                    server.write_all(&message)?;
                    continue;
                }
            };
            let (first, rest) = message.split_at(held);
            server.write_all(first)?;
            self.reach();
            if !self.may_pass() {
                return Ok(());
            }
            server.write_all(rest)?;
        }
    }

    fn answers(&self, server: &UnixStream, mut client: &TcpStream, outstanding: &Outstanding) -> io::Result<()> {
        let mut held = Vec::new();
        loop {
            let message = message(server)?;
            let is_end = message.first() == Some(&b'Z');
            let number = outstanding.lock().unwrap_or_else(PoisonError::into_inner).front().copied();
            let point = number.and_then(|number| self.point_of(number));
            if is_end && let Some(number) = number {
                outstanding.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
                if let Some(seen) = self.lock().seen.get_mut(number) {
                    seen.answered = Some(Instant::now());
                }
            }
            let share = match point {
                Some(Point::Answered) => 0.0,
                Some(Point::HalfAnswered(share)) => share,
                Some(Point::Before | Point::Half(_) | Point::Within(_)) | None => {
                    client.write_all(&message)?;
                    continue;
                }
            };
            held.extend(message);
            if !is_end {
                continue;
            }
            let (first, rest) = held.split_at(share_of(&held, share));
            client.write_all(first)?;
            self.reach();
            if !self.may_pass() {
                return Ok(());
            }
            client.write_all(rest)?;
            held = Vec::new();
        }
    }
}

/// At least one byte is missing.
fn share_of(bytes: &[u8], share: f64) -> usize {
    let at = (bytes.len() as f64 * share) as usize;
    at.min(bytes.len().saturating_sub(1))
}

/// A letter, a length that counts itself, and so many bytes.
fn message(mut from: impl Read) -> io::Result<Vec<u8>> {
    let mut letter = [0];
    from.read_exact(&mut letter)?;
    body(from, letter.to_vec())
}

fn body(mut from: impl Read, mut message: Vec<u8>) -> io::Result<Vec<u8>> {
    let mut length = [0; 4];
    from.read_exact(&mut length)?;
    message.extend(length);
    let begun = message.len();
    let left = usize::try_from(u32::from_be_bytes(length)).unwrap_or(0).saturating_sub(4);
    message.resize(begun + left, 0);
    from.read_exact(message.get_mut(begun..).unwrap_or_default())?;
    Ok(message)
}
