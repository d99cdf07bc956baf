//! Text in columns without lines between them.

use unicode_width::UnicodeWidthStr as _;

/// Rows of cells; every column but the last is as wide as its widest cell. Colours take no room.
#[derive(Debug, Default)]
pub struct Columns {
    rows: Vec<Vec<String>>,
}

impl Columns {
    pub fn row<S: Into<String>>(&mut self, cells: impl IntoIterator<Item = S>) {
        self.rows.push(cells.into_iter().map(Into::into).collect());
    }

    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    pub fn text(&self, indent: &str) -> String {
        let columns = self.rows.iter().map(Vec::len).max().unwrap_or(0);
        let widest = |column: usize| self.rows.iter().filter_map(|row| row.get(column)).map(|cell| width(cell)).max();
        let widths: Vec<usize> = (0..columns).map(|column| widest(column).unwrap_or(0)).collect();
        let mut out = String::new();
        for row in &self.rows {
            let mut line = indent.to_string();
            // A column in which nobody has anything takes no room at all.
            for (cell, widest) in row.iter().zip(&widths).filter(|(_, widest)| **widest > 0) {
                line.push_str(cell);
                line.push_str(&" ".repeat(widest - width(cell) + 2));
            }
            out.push_str(line.trim_end());
            out.push('\n');
        }
        out
    }
}

/// How many places a text takes on a terminal.
pub fn width(text: &str) -> usize {
    anstream::adapter::strip_str(text).to_string().width()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_take_no_room() {
        let mut columns = Columns::default();
        columns.row(["\u{1b}[1ma\u{1b}[0m", "x"]);
        columns.row(["long", "y"]);
        let text = anstream::adapter::strip_str(&columns.text("  ")).to_string();
        assert_eq!(text, "  a     x\n  long  y\n");
    }

    #[test]
    fn wide_characters_take_two_places() {
        let mut columns = Columns::default();
        columns.row(["題名", "x"]);
        columns.row(["title", "y"]);
        assert_eq!(columns.text(""), "題名   x\ntitle  y\n");
    }
}
