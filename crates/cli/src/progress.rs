//! What goes on, on a terminal, once it has gone on for a second.

use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::printer::Printer;

const PATIENCE: Duration = Duration::from_secs(1);

/// One line under everything that is printed; gone when dropped.
pub struct Progress<'a> {
    printer: &'a Printer,
    bar: Option<ProgressBar>,
    /// Closed when the work is over, so that the one who waits for the second to pass goes too.
    _over: Option<Sender<()>>,
}

impl<'a> Progress<'a> {
    pub fn new(printer: &'a Printer) -> Self {
        if !printer.watched() {
            return Progress { printer, bar: None, _over: None };
        }
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden());
        // The room at the end is for the `^C` that a terminal echoes: a line that it broke could not be taken away.
        let style = ProgressStyle::with_template("  {spinner} {wide_msg} {elapsed}    ");
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()));
        let (over, waiting) = mpsc::channel::<()>();
        let shown = bar.clone();
        thread::spawn(move || {
            if waiting.recv_timeout(PATIENCE) == Err(RecvTimeoutError::Timeout) {
                shown.set_draw_target(ProgressDrawTarget::stderr());
                shown.enable_steady_tick(Duration::from_millis(100));
            }
        });
        printer.draw(Some(bar.clone()));
        Progress { printer, bar: Some(bar), _over: Some(over) }
    }
}

impl Drop for Progress<'_> {
    fn drop(&mut self) {
        self.printer.draw(None);
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
