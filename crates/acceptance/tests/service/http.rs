//! One request over HTTP/1.1, one connection each.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;

/// Longer than a busy machine takes; an answer that does not come is a failure all the same.
const AT_MOST: Duration = Duration::from_secs(90);

pub struct Answer {
    pub status: u16,
    pub body: String,
}

impl Answer {
    pub fn json(&self) -> Result<Value> {
        serde_json::from_str(&self.body).with_context(|| format!("{}: {}", self.status, self.body))
    }
}

pub fn ask(address: SocketAddr, method: &str, path: &str, body: Option<&Value>) -> Result<Answer> {
    let body = body.map(Value::to_string).unwrap_or_default();
    let mut stream = TcpStream::connect_timeout(&address, AT_MOST)?;
    stream.set_read_timeout(Some(AT_MOST))?;
    let length = body.len();
    let request = format!(
        "{method} {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\ncontent-type: application/json\r\n\
         content-length: {length}\r\n\r\n{body}"
    );
    stream.write_all(request.as_bytes())?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    let (head, body) = answer.split_once("\r\n\r\n").context("an answer without an end of its head")?;
    let status = head.split(' ').nth(1).context("an answer without a status")?.parse()?;
    let told = head.lines().find_map(|line| line.strip_prefix("content-length: "));
    let length: usize = told.context("an answer without a length")?.parse()?;
    ensure!(body.len() == length, "{} bytes of {length} came", body.len());
    Ok(Answer { status, body: body.to_string() })
}
