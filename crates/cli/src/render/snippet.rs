//! A place in a file, drawn as compilers draw it.

use codespan_reporting::diagnostic::Diagnostic;
use codespan_reporting::files::SimpleFile;
use codespan_reporting::term::termcolor::Buffer;
use codespan_reporting::term::{self, Chars, Config, DisplayStyle, Styles, StylesWriter};

/// With colours, which whoever prints takes out again. `None` where it cannot be drawn.
pub fn draw(file: &str, source: &str, diagnostic: &Diagnostic<()>) -> Option<String> {
    let config = Config {
        display_style: DisplayStyle::Rich,
        chars: Chars { snippet_start: "┌".into(), ..Chars::box_drawing() },
        ..Config::default()
    };
    let mut buffer = Buffer::ansi();
    let styles = Styles::default();
    let file = SimpleFile::new(file, source);
    term::emit_to_write_style(&mut StylesWriter::new(&mut buffer, &styles), &config, &file, diagnostic).ok()?;
    Some(String::from_utf8_lossy(buffer.as_slice()).trim_end().to_string() + "\n")
}
