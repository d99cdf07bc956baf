use std::ops::Range;

use serde::Serialize;

/// Where the lines of a text begin, so that many places in it are told without walking it again.
pub struct Lines<'a> {
    text: &'a str,
    starts: Vec<usize>,
}

/// A place in a file. Lines and columns count from one, columns in characters; `end_column` is behind the last one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Place {
    pub line: usize,
    pub column: usize,
    pub end_line: usize,
    pub end_column: usize,
    /// Bytes.
    pub start: usize,
    pub end: usize,
}

impl<'a> Lines<'a> {
    pub fn of(text: &'a str) -> Self {
        let breaks = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at + 1);
        Lines { text, starts: std::iter::once(0).chain(breaks).collect() }
    }

    pub fn place(&self, span: &Range<usize>) -> Place {
        let end = span.end.min(self.text.len());
        let start = span.start.min(end);
        let ((line, column), (end_line, end_column)) = (self.position(start), self.position(end));
        Place { line, column, end_line, end_column, start, end }
    }

    fn position(&self, at: usize) -> (usize, usize) {
        let line = self.starts.partition_point(|start| *start <= at);
        let start = self.starts.get(line.saturating_sub(1)).copied().unwrap_or_default();
        (line, self.text.get(start..at).unwrap_or_default().chars().count() + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters_and_lines_count_from_one() {
        let lines = Lines::of("é = 1;\nSELECT\n2;\n");
        let place = |span| {
            let place = lines.place(&span);
            (place.line, place.column, place.end_line, place.end_column)
        };
        assert_eq!(place(0..2), (1, 1, 1, 2));
        assert_eq!(place(8..16), (2, 1, 3, 2));
        assert_eq!(place(18..90), (4, 1, 4, 1));
    }
}
