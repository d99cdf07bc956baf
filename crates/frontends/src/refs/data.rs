//! Fixtures and descriptions of models: YAML and JSON in which the keys around a word say which table it is of. None of
//! it runs, so none of it holds a contract back.

use std::ops::Range;
use std::path::Path;

use super::Certainty;
use super::around::{indent, words};
use super::names::Names;

/// So many lines above are looked at.
const MOST_LINES: usize = 400;

pub(super) fn judge(path: &str, text: &str, span: &Range<usize>, names: &Names) -> Certainty {
    let start = text.get(..span.start).and_then(|before| before.rfind('\n')).map_or(0, |line| line + 1);
    let end = text.get(span.end..).and_then(|rest| rest.find('\n')).map_or(text.len(), |line| span.end + line);
    let own = text.get(start..end).unwrap_or_default();
    let behind = text.get(span.end..end).unwrap_or_default().trim_start_matches(['"', '\'']);
    let is_key = behind.trim_start().starts_with(':');
    let is_name = own.trim_start().starts_with("- name:");
    if names.column.is_none() || !is_key && !is_name {
        return Certainty::Possible;
    }
    // A file of fixtures is called like its table.
    let stem = Path::new(path).file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
    if is_key && names.is_table(stem) {
        return Certainty::Likely;
    }
    let mut depth = indent(own);
    for line in text.get(..start).unwrap_or_default().rsplit('\n').skip(1).take(MOST_LINES) {
        if line.trim().is_empty() || indent(line) > depth {
            continue;
        }
        let key = words(line).next().unwrap_or_default();
        let names_it = words(line).last().is_some_and(|last| names.is_table(last) || names.is_variable(last));
        let is_table = match key {
            "model" => Some(names_it),
            // `- name: email` above `columns:`; beside it stand other columns.
            "name" if indent(line) < depth => Some(names_it),
            _ => None,
        };
        depth = indent(line);
        if let Some(is_table) = is_table {
            return if is_table { Certainty::Likely } else { Certainty::Possible };
        }
    }
    Certainty::Possible
}
