//! `holds FILE`: a program that has the file locked for a write of its own, while whimbrel opens it, reads it and closes it.
//! POSIX drops all locks that a process has on a file when it closes that file anywhere; a SQLite that is linked once knows
//! of all its connections and waits with closing, one that is linked twice does not.

use std::error::Error;
use std::io::stdin;

use rusqlite::Connection;
use whimbrel::{Database, Migrations};

static MIGRATIONS: Migrations = whimbrel::embed!("migrations");

fn main() -> Result<(), Box<dyn Error>> {
    let file = std::env::args().nth(1).ok_or("usage: holds FILE")?;
    let own = Connection::open(&file)?;
    own.execute_batch("BEGIN IMMEDIATE; INSERT INTO note (text) VALUES ('held')")?;
    let current = MIGRATIONS.current(&mut Database::open_existing(&format!("sqlite:///{file}"))?)?;
    println!("{}", current.pending.len());
    stdin().read_line(&mut String::new())?;
    own.execute_batch("COMMIT")?;
    Ok(())
}
