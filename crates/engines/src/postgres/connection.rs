use std::borrow::Cow;
use std::future::poll_fn;
use std::io::Cursor;
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use futures_util::{SinkExt, TryStreamExt};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::runtime::{Builder, Runtime};
use tokio::task::JoinHandle;
use tokio_postgres::config::Host;
use tokio_postgres::tls::{MakeTlsConnect, NoTls};
use tokio_postgres::{AsyncMessage, Client, SimpleQueryMessage, SimpleQueryRow, Socket};
use tokio_postgres_rustls::MakeRustlsConnect;
use whimbrel_run::{Canceller, DriverError, DriverErrorKind, Row, Value};
use whimbrel_schema::Version;

use super::bind::bind;
use super::error::{not_connected, refused};
use super::settings::Settings;
use crate::tls::{self, Check};

const OPENING: &str = "BEGIN;";

/// Between two looks while a statement runs.
const LOOK_AGAIN: Duration = Duration::from_secs(1);

/// One connection, driven by the thread that uses it.
///
/// Everything is sent by the simple query protocol: several statements in one message, positions of errors that count
/// in the text as it was written, and values as the server prints them.
pub struct Connection {
    runtime: Runtime,
    /// `None` only while it is dropped.
    client: Option<Client>,
    wire: JoinHandle<()>,
    notices: Notices,
    tls: Option<MakeRustlsConnect>,
    /// A transaction is wanted, and is opened with whatever is sent next: that saves a round trip.
    opening: bool,
    pub version: Version,
}

type Notices = Arc<Mutex<Vec<String>>>;

impl Connection {
    pub fn open(settings: &Settings) -> Result<Connection, DriverError> {
        let runtime = Builder::new_current_thread().enable_all().build().map_err(|error| {
            DriverError::new(DriverErrorKind::Connect, format!("no runtime for the connection: {error}"))
        })?;
        // Nobody listens in on a unix socket: no keys are made and no certificates are read for it.
        let by_network = settings.config.get_hosts().iter().any(|host| matches!(host, Host::Tcp(_)));
        let tls = match settings.tls.check {
            Check::Nothing | Check::Authority | Check::AuthorityAndHost if by_network => {
                Some(MakeRustlsConnect::new(tls::config(&settings.tls)?))
            }
            Check::Off | Check::Nothing | Check::Authority | Check::AuthorityAndHost => None,
        };
        match tls {
            Some(connector) => Connection::start(runtime, settings, connector.clone(), Some(connector)),
            None => Connection::start(runtime, settings, NoTls, None),
        }
    }

    fn start<T>(
        runtime: Runtime,
        settings: &Settings,
        connector: T,
        tls: Option<MakeRustlsConnect>,
    ) -> Result<Connection, DriverError>
    where
        T: MakeTlsConnect<Socket>,
        T::Stream: Send + 'static,
    {
        let connected = runtime.block_on(settings.config.connect(connector));
        let (client, wire) = connected.map_err(|error| not_connected(&error, settings))?;
        let version = version(wire.parameter("server_version").unwrap_or_default());
        let notices = Notices::default();
        let wire = runtime.spawn(drive(wire, notices.clone()));
        Ok(Connection { runtime, client: Some(client), wire, notices, tls, opening: false, version })
    }

    /// Sends the statements and hands on what comes back, message by message. When `each` fails, the rest of the
    /// answer is thrown away.
    pub fn send(
        &mut self,
        sql: &str,
        mut each: impl FnMut(SimpleQueryMessage) -> Result<(), DriverError>,
    ) -> Result<(), DriverError> {
        let opening = if std::mem::take(&mut self.opening) { OPENING } else { "" };
        let client = open(self.client.as_ref())?;
        self.runtime.block_on(async {
            let sent = Sent::new(opening, "", sql);
            let mut answer = pin!(client.simple_query_raw(&sent.text).await.map_err(|error| sent.refused(&error))?);
            while let Some(message) = answer.try_next().await.map_err(|error| sent.refused(&error))? {
                each(message)?;
            }
            Ok(())
        })
    }

    /// The same with something sent `ahead` of the statement, and with a `tick` for whoever wants to look around while
    /// the answer does not come: first after `look_after`, then every now and then.
    pub fn send_watched(
        &mut self,
        ahead: &str,
        sql: &str,
        look_after: Duration,
        tick: &mut dyn FnMut(Duration),
        mut each: impl FnMut(SimpleQueryMessage) -> Result<(), DriverError>,
    ) -> Result<(), DriverError> {
        let opening = if std::mem::take(&mut self.opening) { OPENING } else { "" };
        let client = open(self.client.as_ref())?;
        let sent = Sent::new(opening, ahead, sql);
        let begun = Instant::now();
        let answer = self.runtime.block_on(client.simple_query_raw(&sent.text));
        let mut answer = pin!(answer.map_err(|error| sent.refused(&error))?);
        let mut next = look_after;
        loop {
            // The tick runs outside of the runtime, so that it may use another connection.
            let left = next.saturating_sub(begun.elapsed());
            let received = self.runtime.block_on(async { tokio::time::timeout(left, answer.try_next()).await });
            match received {
                Ok(received) => match received.map_err(|error| sent.refused(&error))? {
                    Some(message) => each(message)?,
                    None => return Ok(()),
                },
                Err(_elapsed) => {
                    tick(begun.elapsed());
                    next = begun.elapsed() + LOOK_AGAIN;
                }
            }
        }
    }

    /// Writes rows as COPY reads them, chunk by chunk until `next` has no more. When it fails none of them is there, and
    /// the connection is of no more use: the answer to what was sent behind a refused statement comes to the next one.
    pub fn copy_in(
        &mut self,
        statement: &str,
        next: &mut dyn FnMut() -> Result<Option<Vec<u8>>, DriverError>,
    ) -> Result<u64, DriverError> {
        let client = open(self.client.as_ref())?;
        self.runtime.block_on(async {
            let told = |error: tokio_postgres::Error| DriverError { position: None, ..refused(&error, statement) };
            let sink = client.copy_in::<_, Cursor<Vec<u8>>>(statement).await.map_err(told)?;
            let mut sink = pin!(sink);
            while let Some(chunk) = next()? {
                sink.feed(Cursor::new(chunk)).await.map_err(told)?;
            }
            sink.finish().await.map_err(told)
        })
    }

    /// Opens a transaction with the next thing that is sent.
    pub fn open_transaction(&mut self) {
        self.opening = true;
    }

    /// Whether a transaction was wanted and nothing has been sent since; then none is open, and none is wanted now.
    pub fn leave_unopened(&mut self) -> bool {
        std::mem::take(&mut self.opening)
    }

    /// The rows of a single query.
    pub fn rows(&mut self, sql: &str) -> Result<Vec<Row>, DriverError> {
        let mut rows = Vec::new();
        self.send(sql, |message| {
            if let SimpleQueryMessage::Row(row) = message {
                rows.push(texts(&row));
            }
            Ok(())
        })?;
        Ok(rows)
    }

    /// The rows of a single query with `$1`, `$2`, … in it.
    pub fn query(&mut self, statement: &str, parameters: &[Value<'_>]) -> Result<Vec<Row>, DriverError> {
        if parameters.is_empty() {
            return self.rows(statement);
        }
        // The position counts in what was sent, which is not what the caller wrote.
        self.rows(&bind(statement, parameters)).map_err(|error| DriverError { position: None, ..error })
    }

    pub fn take_notices(&mut self) -> Vec<String> {
        std::mem::take(&mut self.notices.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Puts something among the notices.
    pub fn remark(&mut self, notice: String) {
        self.notices.lock().unwrap_or_else(PoisonError::into_inner).push(notice);
    }

    /// Drops the socket without a word, as the system does for a process that died.
    pub fn severer(&self) -> Canceller {
        let wire = self.wire.abort_handle();
        Box::new(move || wire.abort())
    }

    pub fn canceller(&self) -> Canceller {
        let token = self.client.as_ref().map(Client::cancel_token);
        let tls = self.tls.clone();
        Box::new(move || {
            let (Some(token), Ok(runtime)) = (&token, Builder::new_current_thread().enable_all().build()) else {
                return;
            };
            // A request that does not get through leaves the statement running, which its own timeouts end.
            let _ = match tls.clone() {
                Some(tls) => runtime.block_on(token.cancel_query(tls)),
                None => runtime.block_on(token.cancel_query(NoTls)),
            };
        })
    }
}

fn open(client: Option<&Client>) -> Result<&Client, DriverError> {
    client.ok_or_else(|| DriverError::new(DriverErrorKind::Lost, "the connection is closed"))
}

/// One message, with what goes ahead of the statement in it.
struct Sent<'a> {
    text: Cow<'a, str>,
    ahead: usize,
}

impl<'a> Sent<'a> {
    fn new(opening: &str, ahead: &str, sql: &'a str) -> Self {
        let text = match (opening, ahead) {
            ("", "") => sql.into(),
            (opening, ahead) => format!("{opening}{ahead}{sql}").into(),
        };
        Sent { ahead: opening.len() + ahead.len(), text }
    }

    /// What the server said, about the statement as it was written.
    fn refused(&self, error: &tokio_postgres::Error) -> DriverError {
        let error = refused(error, &self.text);
        let position = error.position.and_then(|position| position.checked_sub(self.ahead));
        DriverError { position, ..error }
    }
}

pub fn texts(row: &SimpleQueryRow) -> Row {
    (0..row.len()).map(|at| row.try_get(at).ok().flatten().map(str::to_string)).collect()
}

impl Drop for Connection {
    /// Says goodbye, so that the server ends the session now and not when it next looks at the socket.
    fn drop(&mut self) {
        self.client = None;
        let wire = &mut self.wire;
        let _ = self.runtime.block_on(async { tokio::time::timeout(Duration::from_millis(250), wire).await });
    }
}

async fn drive<S, T>(mut wire: tokio_postgres::Connection<S, T>, notices: Notices)
where
    S: AsyncRead + AsyncWrite + Unpin,
    T: AsyncRead + AsyncWrite + Unpin,
{
    // An error ends the connection, and with it the answer that somebody waits for: it is told there.
    while let Some(Ok(message)) = poll_fn(|context| wire.poll_message(context)).await {
        if let AsyncMessage::Notice(notice) = message {
            let text = format!("{}: {}", notice.severity().to_ascii_lowercase(), notice.message());
            notices.lock().unwrap_or_else(PoisonError::into_inner).push(text);
        }
    }
}

/// `16.3 (Debian 16.3-1)`, `18beta1`, `13.23`.
fn version(text: &str) -> Version {
    let words = text.split(|c: char| !c.is_ascii_digit() && c != '.').next().unwrap_or_default();
    let mut numbers = words.split('.').map(|number| number.parse().unwrap_or(0));
    let mut next = || numbers.next().unwrap_or(0);
    Version::new(next(), next(), next())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_as_servers_say_them() {
        assert_eq!(version("16.3 (Debian 16.3-1.pgdg120+1)"), Version::new(16, 3, 0));
        assert_eq!(version("18beta1"), Version::new(18, 0, 0));
        assert_eq!(version("9.6.24"), Version::new(9, 6, 24));
    }
}
