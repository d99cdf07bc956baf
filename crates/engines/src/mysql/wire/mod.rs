//! One connection to a MySQL or MariaDB, to look: the text protocol, and of that what questions need.
//!
//! The `mysql` crate does more and brings 58 other crates, which take two minutes to build for these few questions.

mod login;
mod packet;

use std::io::{self, BufReader, Read, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::ServerName;
use rustls::{ClientConnection, StreamOwned};
use whimbrel_run::{DriverError, DriverErrorKind, Row};

use super::settings::{Place, Settings, wrong};
use crate::tls::{self, Check};
use packet::Cursor;

/// How long anything is waited for.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long one answer may take.
const ANSWER: Duration = Duration::from_secs(60);

pub(super) struct Connection {
    wire: Box<dyn Wire>,
    sequence: u8,
    /// As the server says it.
    pub version: String,
}

trait Wire: Read + Write {}
impl<T: Read + Write> Wire for T {}

/// A socket before anything is encrypted.
enum Socket {
    Network(TcpStream),
    #[cfg(unix)]
    Local(std::os::unix::net::UnixStream),
}

impl Connection {
    pub fn open(settings: &Settings) -> Result<Connection, DriverError> {
        let mut socket = Socket::open(&settings.place)?;
        let mut sequence = 0;
        let message = packet::read(&mut socket, &mut sequence).map_err(|error| silent(&settings.place, &error))?;
        if message.first() == Some(&0xff) {
            return Err(refused(&message, DriverErrorKind::Connect));
        }
        let Some(greeting) = login::greeting(&message) else {
            return Err(wrong(format!("{} answers, and not as MySQL does", settings.place.shown())));
        };
        let tls = settings.encrypts(greeting.can & login::TLS != 0)?;
        let private = tls || matches!(settings.place, Place::Socket(_));
        let wire: Box<dyn Wire> = match (&settings.place, socket) {
            (Place::Network { host, .. }, Socket::Network(mut stream)) if tls => {
                packet::write(&mut stream, &mut sequence, &login::head(true))
                    .map_err(|error| silent(&settings.place, &error))?;
                Box::new(encrypted(stream, host, settings)?)
            }
            (_, Socket::Network(stream)) => Box::new(Buffered::new(stream)),
            #[cfg(unix)]
            (_, Socket::Local(stream)) => Box::new(Buffered::new(stream)),
        };
        let mut connection = Connection { wire, sequence, version: greeting.version.clone() };
        connection.log_in(settings, &greeting, tls, private)?;
        Ok(connection)
    }

    fn log_in(
        &mut self,
        settings: &Settings,
        greeting: &login::Greeting,
        tls: bool,
        private: bool,
    ) -> Result<(), DriverError> {
        // A way that is not known is not refused yet: the server asks for another if the user has another.
        let answer = |plugin: &str| login::answer(plugin, &settings.password, &greeting.salt, private);
        let (mut plugin, answer) = match answer(&greeting.plugin) {
            Ok(answer) => (greeting.plugin.clone(), answer),
            Err(_) => (login::NATIVE.to_string(), answer(login::NATIVE)?),
        };
        self.send(&login::hello(settings, tls, &plugin, &answer)?)?;
        loop {
            let message = self.receive()?;
            let mut cursor = Cursor::new(&message);
            match cursor.number(1) {
                Some(0x00) => return Ok(()),
                Some(0xff) => return Err(refused(&message, DriverErrorKind::Connect)),
                Some(0xfe) => {
                    let Some(name) = cursor.until_zero() else {
                        return Err(wrong("the server asks for a password as MySQL 4.0 did, which is not safe"));
                    };
                    plugin = String::from_utf8_lossy(name).into_owned();
                    let salt = cursor.rest();
                    let salt = salt.strip_suffix(&[0]).unwrap_or(salt);
                    let answer = login::answer(&plugin, &settings.password, salt, private)?;
                    self.send(&answer)?;
                }
                // `caching_sha2_password`: it knows the password from before, or wants to see it.
                Some(0x01) if plugin == "caching_sha2_password" => match cursor.number(1) {
                    Some(3) => {}
                    Some(4) if private => self.send(&login::clear(&settings.password))?,
                    Some(_) | None => return Err(login::in_the_open(&plugin)),
                },
                Some(_) | None => return Err(wrong("the server asks for something that whimbrel does not know")),
            }
        }
    }

    /// The rows of one query, every value as the server prints it.
    pub fn rows(&mut self, sql: &str) -> Result<Vec<Row>, DriverError> {
        const QUERY: u8 = 3;
        self.sequence = 0;
        let mut message = vec![QUERY];
        message.extend(sql.as_bytes());
        self.send(&message)?;
        let first = self.receive()?;
        let columns = match first.first() {
            Some(0x00) => return Ok(Vec::new()),
            Some(0xff) => return Err(refused(&first, DriverErrorKind::Statement)),
            // Nothing here asks for a file, so none is handed out.
            Some(0xfb) | None => return Err(garbled()),
            Some(_) => Cursor::new(&first).length().ok_or_else(garbled)?,
        };
        for _ in 0..columns {
            self.receive()?;
        }
        if !is_end(&self.receive()?) {
            return Err(garbled());
        }
        let mut rows = Vec::new();
        loop {
            let message = self.receive()?;
            if is_end(&message) {
                return Ok(rows);
            }
            if message.first() == Some(&0xff) {
                return Err(refused(&message, DriverErrorKind::Statement));
            }
            let mut cursor = Cursor::new(&message);
            let text = |value: &[u8]| String::from_utf8_lossy(value).into_owned();
            let row = (0..columns).map(|_| cursor.value().map(|value| value.map(text))).collect::<Option<Row>>();
            rows.push(row.ok_or_else(garbled)?);
        }
    }

    fn send(&mut self, message: &[u8]) -> Result<(), DriverError> {
        packet::write(&mut self.wire, &mut self.sequence, message).map_err(|error| lost(&error))
    }

    fn receive(&mut self) -> Result<Vec<u8>, DriverError> {
        packet::read(&mut self.wire, &mut self.sequence).map_err(|error| lost(&error))
    }
}

impl Drop for Connection {
    /// Says goodbye, so that the server does not count it as a client that broke off.
    fn drop(&mut self) {
        self.sequence = 0;
        let _ = self.send(&[1]);
    }
}

impl Settings {
    /// Whether it goes encrypted to a server that can do so, or not.
    fn encrypts(&self, offered: bool) -> Result<bool, DriverError> {
        match (&self.place, self.tls.check) {
            // Nobody listens in on a unix socket.
            (Place::Socket(_), _) | (_, Check::Off) => Ok(false),
            (Place::Network { .. }, _) if offered => Ok(true),
            (Place::Network { .. }, _) if self.may_be_plain => Ok(false),
            (Place::Network { .. }, _) => {
                Err(wrong(format!("{} offers no encryption, and the URL asks for it", self.place.shown())))
            }
        }
    }
}

impl Socket {
    fn open(place: &Place) -> Result<Socket, DriverError> {
        match place {
            Place::Network { host, port } => {
                let addresses = (host.as_str(), *port).to_socket_addrs().map_err(|error| silent(place, &error))?;
                let mut failed = io::Error::new(io::ErrorKind::NotFound, "the name has no address");
                for address in addresses {
                    match TcpStream::connect_timeout(&address, PATIENCE) {
                        Ok(stream) => {
                            let waits = stream.set_read_timeout(Some(ANSWER)).and(stream.set_nodelay(true));
                            waits.map_err(|error| silent(place, &error))?;
                            return Ok(Socket::Network(stream));
                        }
                        Err(error) => failed = error,
                    }
                }
                Err(silent(place, &failed))
            }
            #[cfg(unix)]
            Place::Socket(path) => {
                let stream = std::os::unix::net::UnixStream::connect(path).map_err(|error| silent(place, &error))?;
                stream.set_read_timeout(Some(ANSWER)).map_err(|error| silent(place, &error))?;
                Ok(Socket::Local(stream))
            }
            #[cfg(not(unix))]
            Place::Socket(_) => Err(wrong("there are no unix sockets here: name a host in the URL")),
        }
    }
}

impl Read for Socket {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Socket::Network(stream) => stream.read(buffer),
            #[cfg(unix)]
            Socket::Local(stream) => stream.read(buffer),
        }
    }
}

/// Reads ahead; writes what is written at once.
struct Buffered<T: Read> {
    inner: BufReader<T>,
}

impl<T: Read> Buffered<T> {
    fn new(stream: T) -> Self {
        Buffered { inner: BufReader::new(stream) }
    }
}

impl<T: Read> Read for Buffered<T> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.inner.read(buffer)
    }
}

impl<T: Read + Write> Write for Buffered<T> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.inner.get_mut().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.get_mut().flush()
    }
}

fn encrypted(
    stream: TcpStream,
    host: &str,
    settings: &Settings,
) -> Result<StreamOwned<ClientConnection, TcpStream>, DriverError> {
    let name = ServerName::try_from(host.to_string());
    let name = name.map_err(|_| wrong(format!("`{host}` is no name that a certificate could be made out to")))?;
    let config = tls::config(&settings.tls)?;
    let session = ClientConnection::new(Arc::new(config), name);
    let session = session.map_err(|error| wrong(format!("TLS cannot be set up: {error}")))?;
    let mut stream = StreamOwned::new(session, stream);
    // The handshake now, so that what is wrong with it is told as that.
    while stream.conn.is_handshaking() {
        stream.conn.complete_io(&mut stream.sock).map_err(|error| DriverError {
            hint: Some(
                "give the authority's certificate by `ssl_ca=FILE`; `ssl_mode=REQUIRED` does not check it".into(),
            ),
            ..wrong(format!("no encrypted connection to {}: {error}", settings.place.shown()))
        })?;
    }
    Ok(stream)
}

/// The end of columns or of rows, which is shorter than any row that begins so.
fn is_end(message: &[u8]) -> bool {
    message.first() == Some(&0xfe) && message.len() < 9
}

/// What the server says is wrong: a number, a state, and words.
fn refused(message: &[u8], otherwise: DriverErrorKind) -> DriverError {
    let mut cursor = Cursor::new(message);
    let number = cursor.bytes(1).and_then(|_| cursor.number(2)).unwrap_or_default();
    let words = String::from_utf8_lossy(cursor.rest()).into_owned();
    // `#28000Access denied`; before anybody has logged in there is no state.
    let words = match words.strip_prefix('#') {
        Some(rest) => rest.get(5..).unwrap_or_default().to_string(),
        None => words,
    };
    let kind = match number {
        // lock_wait_timeout, innodb_lock_wait_timeout
        1205 => DriverErrorKind::Busy,
        // ER_DBACCESS_DENIED, ER_TABLEACCESS_DENIED, ER_COLUMNACCESS_DENIED, ER_SPECIFIC_ACCESS_DENIED
        1044 | 1142 | 1143 | 1227 if otherwise == DriverErrorKind::Statement => DriverErrorKind::Forbidden,
        _ => otherwise,
    };
    DriverError { code: Some(number.to_string()), ..DriverError::new(kind, words) }
}

fn silent(place: &Place, error: &io::Error) -> DriverError {
    wrong(format!("no answer from {}: {error}", place.shown()))
}

fn lost(error: &io::Error) -> DriverError {
    DriverError::new(DriverErrorKind::Lost, format!("the connection to the server was lost: {error}"))
}

fn garbled() -> DriverError {
    DriverError::new(DriverErrorKind::Lost, "the server answers, and not as MySQL does")
}
