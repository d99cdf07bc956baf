//! `notebook FILE`, `notebook FILE TEXT…`: shows notes, or takes one down. The file is made, or brought to where this
//! version has it, when it is opened.

mod models;

use std::error::Error;

use rusqlite::Connection;
use whimbrel::{Database, Migrations, Options};

use crate::models::Note;

static MIGRATIONS: Migrations = whimbrel::embed!("migrations");

fn main() -> Result<(), Box<dyn Error>> {
    let mut words = std::env::args().skip(1);
    let file = words.next().ok_or("usage: notebook FILE [TEXT…]")?;
    let notes = open(&file)?;
    let text = words.collect::<Vec<_>>().join(" ");
    if !text.is_empty() {
        notes.execute("INSERT INTO note (text) VALUES (?1)", [&text])?;
    }
    let mut select = notes.prepare("SELECT id, text FROM note ORDER BY id")?;
    let found = select.query_map([], |row| Ok(Note { id: row.get(0)?, text: row.get(1)? }))?;
    for note in found {
        let note = note?;
        println!("{} {}", note.id, note.text);
    }
    Ok(())
}

fn open(file: &str) -> Result<Connection, Box<dyn Error>> {
    MIGRATIONS.upgrade(&mut Database::open(&format!("sqlite:///{file}"))?, &Options::new())?;
    Ok(Connection::open(file)?)
}
