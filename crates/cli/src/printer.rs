//! The only place that prints: results on standard output, errors and progress on standard error.
//!
//! With `--json` a command prints exactly one document on standard output, also when it fails.

use std::cell::RefCell;
use std::io::{self, BufWriter, IsTerminal, Write};

use anstream::adapter::strip_str;
use anstream::{AutoStream, ColorChoice};
use indicatif::ProgressBar;
use serde::Serialize;

use crate::args::{Color, Global};
use crate::failure::{Exit, Failure};
use crate::render;

/// What a command found: text for a person, and a value for a machine.
pub trait Screen: Serialize {
    fn text(&self, detail: Detail) -> String;
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Detail {
    Quiet,
    Usual,
    Verbose,
}

#[derive(Debug, Clone)]
pub struct Printer {
    color: ColorChoice,
    json: bool,
    detail: Detail,
    command: &'static str,
    /// Drawn below everything that is printed, while something goes on.
    bar: RefCell<Option<ProgressBar>>,
    /// What goes on belongs to this.
    within: RefCell<String>,
}

impl Printer {
    pub fn new(global: &Global, json: bool, command: &'static str) -> Self {
        let color = match global.color {
            Color::Auto => ColorChoice::Auto,
            Color::Always => ColorChoice::Always,
            Color::Never => ColorChoice::Never,
        };
        let detail = match (global.quiet, global.verbose) {
            (true, _) => Detail::Quiet,
            (false, true) => Detail::Verbose,
            (false, false) => Detail::Usual,
        };
        Printer { color, json, detail, command, bar: RefCell::default(), within: RefCell::default() }
    }

    /// One that prints documents, for a command line that could not be read.
    pub fn for_json(command: &'static str) -> Self {
        let (color, json, detail) = (ColorChoice::Never, true, Detail::Usual);
        Printer { color, json, detail, command, bar: RefCell::default(), within: RefCell::default() }
    }

    pub fn detail(&self) -> Detail {
        self.detail
    }

    pub fn quiet(&self) -> bool {
        self.detail == Detail::Quiet
    }

    pub fn verbose(&self) -> bool {
        self.detail == Detail::Verbose
    }

    /// The command's whole result.
    pub fn show(&self, exit: Exit, screen: &impl Screen) {
        if self.json {
            self.document(&render::json::Result { command: self.command, exit: exit.status(), result: screen });
        } else {
            self.result(&screen.text(self.detail));
        }
    }

    /// One line of a command that reports as it goes. Its result comes as one document with `--json`.
    pub fn line(&self, text: &str) {
        if !self.json {
            self.result(text);
        }
    }

    /// What is to be read as it is by another program: a completion script, a man page.
    pub fn show_raw(&self, bytes: &[u8], value: &impl Serialize) {
        match self.json {
            true => {
                self.document(&render::json::Result { command: self.command, exit: Exit::Fine.status(), result: value })
            }
            false => self.raw(bytes),
        }
    }

    /// A result in another program's own format, in which nothing is a colour.
    pub fn verbatim(&self, text: &str) {
        self.above_the_bar(|| self.raw(text.as_bytes()));
    }

    fn raw(&self, bytes: &[u8]) {
        let mut out = io::stdout().lock();
        settle(out.write_all(bytes).and_then(|()| out.flush()));
    }

    /// Something the person should know that is no part of the result.
    pub fn remark(&self, text: &str) {
        if self.detail != Detail::Quiet {
            self.error_text(text);
        }
    }

    pub fn failure(&self, failure: &Failure) {
        self.error_text(&render::failure::text(failure, self.width()));
        self.failure_document(failure);
    }

    /// The failure for machines, if they ask.
    pub fn failure_document(&self, failure: &Failure) {
        if self.json {
            self.document(&render::json::Refusal::of(self.command, failure));
        }
    }

    /// Says the words and ends the process, from whatever thread.
    pub fn farewell(&self, text: &'static str) -> impl Fn() + Send + Sync + use<> {
        let color = self.color;
        // Whatever was drawn there stays on its line no more.
        let start = if self.watched() { "\r\u{1b}[2K" } else { "" };
        move || {
            let mut out = AutoStream::new(io::stderr().lock(), color);
            let _ = put(&mut out, &format!("{start}{text}"));
            std::process::exit(i32::from(Exit::PartWay.status()));
        }
    }

    /// What is done now, for whoever watches and has waited for a while.
    pub fn now(&self, text: impl Into<String>) {
        if let Some(bar) = &*self.bar.borrow() {
            bar.set_message(format!("{}{}", self.within.borrow(), text.into()));
        }
    }

    /// What goes on from now on is told as a part of this, or of nothing.
    pub fn within(&self, what: Option<String>) {
        *self.within.borrow_mut() = what.unwrap_or_default();
    }

    /// Draws the bar below everything from now on, or nothing again.
    pub fn draw(&self, bar: Option<ProgressBar>) {
        *self.bar.borrow_mut() = bar;
    }

    fn above_the_bar(&self, print: impl FnOnce()) {
        match &*self.bar.borrow() {
            Some(bar) => bar.suspend(print),
            None => print(),
        }
    }

    /// Whether progress can be drawn: a person watches, and wants to.
    pub fn watched(&self) -> bool {
        io::stderr().is_terminal() && !self.json && self.detail != Detail::Quiet
    }

    /// How wide the terminal is on which errors are read.
    pub fn width(&self) -> Option<usize> {
        terminal_size::terminal_size_of(io::stderr()).map(|(width, _)| usize::from(width.0))
    }

    pub fn json(&self) -> bool {
        self.json
    }

    fn document(&self, document: &impl Serialize) {
        // Written as it is made: a document about thousands of files is large.
        let mut out = BufWriter::with_capacity(1 << 16, io::stdout().lock());
        let written = serde_json::to_writer_pretty(&mut out, document).map_err(io::Error::from);
        settle(written.and_then(|()| out.write_all(b"\n")).and_then(|()| out.flush()));
    }

    fn result(&self, text: &str) {
        self.above_the_bar(|| {
            let out = io::stdout().lock();
            let plain = match self.color {
                ColorChoice::Auto => AutoStream::choice(&out) == ColorChoice::Never,
                ColorChoice::Never => true,
                ColorChoice::Always | ColorChoice::AlwaysAnsi => false,
            };
            settle(match plain {
                // In one piece: a stream that takes colours out writes what stands between them bit by bit.
                true => put(&mut { out }, &strip_str(text).to_string()),
                false => put(&mut AutoStream::new(out, self.color), text),
            });
        });
    }

    fn error_text(&self, text: &str) {
        self.above_the_bar(|| {
            let mut out = AutoStream::new(io::stderr().lock(), self.color);
            // Nobody is left to be told that standard error is closed.
            let _ = put(&mut out, text);
        });
    }
}

fn put(out: &mut impl Write, text: &str) -> io::Result<()> {
    if text.is_empty() {
        return Ok(());
    }
    out.write_all(text.as_bytes())?;
    if !text.ends_with('\n') {
        out.write_all(b"\n")?;
    }
    out.flush()
}

/// A reader that has seen enough (`| head`) is no error; any other failure to print is.
fn settle(result: io::Result<()>) {
    match result {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => std::process::exit(0),
        Err(error) => {
            let _ = writeln!(io::stderr(), "error[output]: standard output cannot be written: {error}");
            std::process::exit(i32::from(Exit::Failed.status()));
        }
    }
}
