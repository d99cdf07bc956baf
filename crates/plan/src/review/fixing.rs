use std::collections::{BTreeMap, BTreeSet};

use super::{Edit, Finding, Fix, Followup, Reviewed};

/// The text with the edits made. `None` where two of them overlap, or one is not at the edge of a character.
pub fn edited(text: &str, fixes: &[&Fix]) -> Option<String> {
    let mut edits: Vec<&Edit> = fixes.iter().flat_map(|fix| &fix.edits).collect();
    edits.sort_by_key(|edit| (edit.span.start, edit.span.end));
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for edit in edits {
        out.push_str(text.get(at..edit.span.start)?);
        out.push_str(&edit.text);
        at = edit.span.end;
    }
    out.push_str(text.get(at..)?);
    Some(out)
}

/// A file and what follows it, judged.
#[derive(Debug, Clone)]
pub struct Looked {
    pub reviewed: Reviewed,
    /// What is found in the files that follow.
    pub later: Vec<Finding>,
}

/// Cuts, understands and judges a text with the files that follow it; or says why there is none such.
pub type Look<'l> = dyn FnMut(&str, &[Followup]) -> Result<Looked, String> + 'l;

/// What fixes make of a file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Fixed {
    pub text: String,
    /// What was done, and for which finding.
    pub taken: Vec<Taken>,
    /// Safe forms that turned out not to be any, and why.
    pub refused: Vec<Refused>,
    /// The files that have to follow, in order.
    pub then: Vec<Followup>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    pub rule: &'static str,
    pub message: String,
    pub what: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    pub rule: &'static str,
    pub message: String,
    pub reason: String,
}

/// Takes one fix after the other until none is left. Each is taken only if what it makes can be read, no longer has
/// the finding, and has no other that was not there before: `look` cuts, understands and judges a text with the files
/// that follow it, as the text was judged itself; its error says why the result would be none.
pub fn fix(text: &str, look: &mut Look<'_>) -> Option<Fixed> {
    let mut fixed = Fixed { text: text.to_string(), ..Fixed::default() };
    let mut passed_over: BTreeSet<(&'static str, String)> = BTreeSet::new();
    let mut looked = look(&fixed.text, &fixed.then).ok()?;
    // Each fix that is taken leaves fewer findings, so that this ends.
    while let Some((finding, fix, key)) = next(&looked, &fixed.text, &passed_over) {
        let before = counted(&looked);
        match attempt(&fixed.text, &fixed.then, &finding, &fix, &before, look, true) {
            Ok(made) => {
                let what = made.fixes.iter().map(|fix| fix.what.as_str()).collect::<Vec<_>>().join("; ");
                fixed.taken.push(Taken { rule: finding.rule, message: finding.message, what });
                (fixed.text, fixed.then, looked) = (made.text, made.then, made.looked);
            }
            Err(reason) => {
                passed_over.insert(key);
                fixed.refused.push(Refused { rule: finding.rule, message: finding.message, reason });
            }
        }
    }
    Some(fixed)
}

/// A text after a fix, and after one for what the first brought with it.
struct Made {
    text: String,
    then: Vec<Followup>,
    looked: Looked,
    fixes: Vec<Fix>,
}

fn attempt(
    text: &str,
    then: &[Followup],
    finding: &Finding,
    fix: &Fix,
    before: &BTreeMap<&'static str, usize>,
    look: &mut Look<'_>,
    again: bool,
) -> Result<Made, String> {
    let text = edited(text, &[fix]).ok_or("its edits overlap")?;
    let then: Vec<Followup> = then.iter().chain(&fix.then).cloned().collect();
    let looked = look(&text, &then)?;
    let after = counted(&looked);
    let count = |counts: &BTreeMap<&'static str, usize>, rule: &str| counts.get(rule).copied().unwrap_or_default();
    let added = after.keys().find(|rule| count(&after, rule) > count(before, rule)).copied();
    match added {
        None if count(&after, finding.rule) < count(before, finding.rule) => {
            Ok(Made { text, then, looked, fixes: vec![fix.clone()] })
        }
        None => Err(format!("`{}` would still be found", finding.rule)),
        Some(rule) => {
            // What it brings may have a fix of its own: a build that needs another timeout.
            let own = fixes(&looked).find(|(found, _)| found.rule == rule).filter(|_| again);
            let refusal = || format!("it would bring `{rule}`");
            let (found, other) = own.ok_or_else(refusal)?;
            let (found, other) = (found.clone(), other.clone());
            let mut made = attempt(&text, &then, &found, &other, &after, look, false).map_err(|_| refusal())?;
            let last = counted(&made.looked);
            let worse = last.keys().any(|rule| count(&last, rule) > count(before, rule));
            if worse || count(&last, finding.rule) >= count(before, finding.rule) {
                return Err(refusal());
            }
            made.fixes.insert(0, fix.clone());
            Ok(made)
        }
    }
}

fn fixes(looked: &Looked) -> impl Iterator<Item = (&Finding, &Fix)> {
    let statements = looked.reviewed.statements.iter();
    statements.flat_map(|judged| judged.fixable())
}

/// The first fix that was not passed over, with what it is remembered by.
fn next(
    looked: &Looked,
    text: &str,
    passed_over: &BTreeSet<(&'static str, String)>,
) -> Option<(Finding, Fix, (&'static str, String))> {
    let keyed = looked.reviewed.statements.iter().flat_map(|judged| {
        let sql = text.get(judged.span.clone()).unwrap_or_default();
        judged
            .fixable()
            .map(move |(finding, fix)| (finding, fix, (finding.rule, format!("{}: {sql}", finding.message))))
    });
    let mut left = keyed.filter(|(_, _, key)| !passed_over.contains(key));
    left.next().map(|(finding, fix, key)| (finding.clone(), fix.clone(), key))
}

/// How often each rule found something, in the file and in those that follow.
fn counted(looked: &Looked) -> BTreeMap<&'static str, usize> {
    let of_statements = looked.reviewed.statements.iter().flat_map(|judged| &judged.findings);
    let mut counts = BTreeMap::new();
    for finding in of_statements.chain(&looked.reviewed.findings).chain(&looked.later) {
        *counts.entry(finding.rule).or_default() += 1;
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edits_are_made_in_order_and_never_over_each_other() {
        let fix = |edits: &[(std::ops::Range<usize>, &str)]| Fix {
            what: String::new(),
            edits: edits.iter().map(|(span, text)| Edit { span: span.clone(), text: (*text).into() }).collect(),
            then: Vec::new(),
        };
        let both = [&fix(&[(12..12, " CONCURRENTLY")]), &fix(&[(0..0, "-- x\n")])];
        assert_eq!(edited("CREATE INDEX ix", &both).as_deref(), Some("-- x\nCREATE INDEX CONCURRENTLY ix"));
        assert_eq!(edited("CREATE INDEX", &[&fix(&[(0..6, "a"), (3..8, "b")])]), None);
    }
}
