//! Revision files: SQL that a person would write, under a short header.
//!
//! Reading one looks at its lines and no further: header, sections, checksum. What the SQL says is asked of a dialect,
//! later, and only for the revisions that are wanted.

mod folder;
mod header;
mod name;
mod problem;
mod section;
mod write;

use std::borrow::Cow;
use std::path::Path;
use std::sync::Arc;

use whimbrel_plan::revision::{Checksum, Format, Revision, Source};

pub use folder::{in_order, read_folder};
pub use name::{file_name, new_id, slug};
pub use problem::Problem;
pub use write::write;

/// Reads one file's text. `path` is only remembered.
pub fn read(text: &str, path: &Path) -> Result<Revision, Vec<Problem>> {
    let text: Arc<str> = plain(text).as_ref().into();
    let file = Arc::new(path.to_path_buf());
    let mut problems = Vec::new();
    let (header, body) = header::read(&text, &mut problems);
    let (preamble, sections) = section::read(&text, body, &mut problems);
    let header = header.finish(&sections, &mut problems);
    match header {
        Some(header) if problems.is_empty() => Ok(Revision {
            checksum: Checksum::of(&header.id, &header.parents, &sections),
            id: header.id,
            parents: header.parents,
            depends_on: header.depends_on,
            labels: header.labels,
            message: header.message,
            phase: header.phase,
            part: header.part,
            created: header.created,
            preamble,
            sections,
            source: Source { file, text, format: Format::Sql },
        }),
        Some(_) | None => {
            problems.sort_by_key(|problem| problem.line);
            Err(problems.into_iter().map(|problem| problem.within(&file)).collect())
        }
    }
}

/// Reads one file's bytes, which may turn out to be no text.
pub fn read_bytes(bytes: &[u8], path: &Path) -> Result<Revision, Vec<Problem>> {
    match std::str::from_utf8(bytes) {
        Ok(text) => read(text, path),
        Err(error) => {
            let before = bytes.get(..error.valid_up_to()).unwrap_or_default();
            let line = before.iter().filter(|&&byte| byte == b'\n').count() + 1;
            let at = error.valid_up_to();
            let problem = Problem::new(line, at..at, "this is not UTF-8", "save the file as UTF-8");
            Err(vec![problem.within(&Arc::new(path.to_path_buf()))])
        }
    }
}

/// Without the byte order mark and the carriage returns of other systems, so that a checkout with other line ends is
/// the same revision. All the carriage returns of a line end go, not the last alone: what is left must not become a
/// line end of another system once it is written down and read again.
fn plain(text: &str) -> Cow<'_, str> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if !text.contains('\r') {
        return text.into();
    }
    let mut plain = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        match line.strip_suffix('\n') {
            Some(content) => {
                plain.push_str(content.trim_end_matches('\r'));
                plain.push('\n');
            }
            None => plain.push_str(line),
        }
    }
    plain.into()
}

/// The lines of a text with their numbers (from one) and the bytes they take, line end included.
fn lines(text: &str) -> impl Iterator<Item = (usize, std::ops::Range<usize>, &str)> {
    let mut start = 0;
    text.split_inclusive('\n').enumerate().map(move |(number, line)| {
        let range = start..start + line.len();
        start = range.end;
        (number + 1, range, line)
    })
}

#[cfg(test)]
mod tests;
