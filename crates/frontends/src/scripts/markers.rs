//! Comments with which tools say which lines of a file run when.

use std::ops::Range;

/// The lines of a text with the bytes they take, line end included.
pub fn lines(text: &str) -> impl Iterator<Item = (Range<usize>, &str)> {
    let mut start = 0;
    text.split_inclusive('\n').map(move |line| {
        let range = start..start + line.len();
        start = range.end;
        (range, line.trim_end())
    })
}

/// What stands behind the marker: ` Up` of `-- +goose Up`. The white space after the dashes may be missing.
pub fn after<'a>(line: &'a str, marker: &str) -> Option<&'a str> {
    line.trim_start().strip_prefix("--")?.trim_start().strip_prefix(marker)
}

/// The bytes from the line behind the first `from` up to the next `to`, or to the end; and what stands behind `from`.
pub fn section<'a>(text: &'a str, from: &str, to: &str) -> Option<(Range<usize>, &'a str)> {
    let mut begun: Option<(usize, &str)> = None;
    for (range, line) in lines(text) {
        match begun {
            None => begun = after(line, from).map(|rest| (range.end, rest)),
            Some((start, rest)) if after(line, to).is_some() => return Some((start..range.start, rest)),
            Some(_) => {}
        }
    }
    begun.map(|(start, rest)| (start..text.len(), rest))
}
