//! Templates: code stands between marks, the rest is text that a form or a label may be in.

use std::ops::Range;

use super::around::{is_letter, words};
use super::files::Family;
use super::holders::Holders;
use super::names::Names;
use super::words::{Code, matches, receivers};
use super::{Certainty, Finder, Why};

const MARKS: [(&str, &str); 8] = [
    ("{{", "}}"),
    ("{%", "%}"),
    ("<%", "%>"),
    ("${", "}"),
    ("<?", "?>"),
    ("<script", "</script"),
    ("{@", "}"),
    ("{!!", "!!}"),
];

const COMMENTS: [(&str, &str); 4] = [("{#", "#}"), ("{{!--", "--}}"), ("{{--", "--}}"), ("<!--", "-->")];

pub(super) fn find(finder: &mut Finder<'_>) {
    let (text, names) = (finder.text, finder.names);
    let (mut comments, regions) = (between(text, &COMMENTS), between(text, &MARKS));
    // `{{#each …}}` is none.
    comments.retain(|comment| !text.get(..comment.start).unwrap_or_default().ends_with('{'));
    let blocks = blocks(text);
    let holders = Holders::of(text, names);
    let code = Code { text, names, holders, family: Family::Slashes, model: None };
    let within = |regions: &[Range<usize>], at: usize| regions.iter().any(|region| region.contains(&at));
    for span in matches(text, names) {
        if within(&comments, span.start) {
            finder.add(span, Certainty::Possible, Why::Comment);
            continue;
        }
        let before = text.get(..span.start).unwrap_or_default();
        let (certainty, _) = code.judge(&span);
        // `this.subject` and `.Subject` are of what the block goes through.
        let implied = receivers(before).is_some() && is_implied(before) && is_in_ours(&blocks, span.start, names);
        let certainty = if implied { certainty.min(Certainty::Likely) } else { certainty };
        // Outside of the marks only what stands behind a row of the table says anything: `v-model="email.subject"`.
        let linked = receivers(before).is_some() && certainty != Certainty::Possible;
        if within(&regions, span.start) || linked {
            finder.add(span, certainty, Why::Template);
        } else if is_quoted(text, &span) {
            finder.add(span, Certainty::Possible, Why::Template);
        }
    }
}

fn between(text: &str, marks: &[(&str, &str)]) -> Vec<Range<usize>> {
    let mut regions = Vec::new();
    for (open, close) in marks {
        let mut from = 0;
        while let Some(start) = text.get(from..).and_then(|rest| rest.find(open)).map(|at| from + at) {
            let end = text.get(start..).and_then(|rest| rest.find(close)).map_or(text.len(), |at| start + at);
            regions.push(start..end);
            from = end.max(start + open.len());
        }
    }
    regions
}

/// What blocks go through, each with where it holds.
fn blocks(text: &str) -> Vec<(Range<usize>, &str)> {
    let mut blocks = Vec::new();
    let mut open: Vec<(usize, &str)> = Vec::new();
    for region in between(text, &[("{{", "}}")]) {
        let inner = text.get(region.clone()).unwrap_or_default();
        let inner = inner.trim_start_matches(['{', '-', '~', ' ']).trim_end_matches(['-', '~', ' ']);
        let first = inner.split_whitespace().next().unwrap_or_default();
        match first {
            "#each" | "#with" | "range" | "with" => {
                let over = words(inner.get(first.len()..).unwrap_or_default()).last().unwrap_or_default();
                open.push((region.end, over));
            }
            "if" | "#if" | "#unless" | "define" | "block" => open.push((region.end, "")),
            _ if first == "end" || first.starts_with('/') => {
                blocks.extend(open.pop().map(|(start, over)| (start..region.start, over)));
            }
            _ => {}
        }
    }
    blocks
}

/// Whether nothing but the block says of what it is.
fn is_implied(before: &str) -> bool {
    let rest = before.strip_suffix('.').unwrap_or(before);
    rest.ends_with("this") || !rest.ends_with(|it: char| is_letter(it) || matches!(it, ')' | ']'))
}

fn is_in_ours(blocks: &[(Range<usize>, &str)], at: usize, names: &Names) -> bool {
    let around = blocks.iter().filter(|(range, over)| range.contains(&at) && !over.is_empty());
    let nearest = around.min_by_key(|(range, _)| range.len());
    nearest.is_some_and(|(_, over)| names.is_variable(over) || names.is_entity(over))
}

fn is_quoted(text: &str, span: &Range<usize>) -> bool {
    let quote = |letter: Option<char>| letter.is_some_and(|letter| matches!(letter, '"' | '\''));
    quote(text.get(..span.start).and_then(|it| it.chars().next_back()))
        && quote(text.get(span.end..).and_then(|it| it.chars().next()))
}
