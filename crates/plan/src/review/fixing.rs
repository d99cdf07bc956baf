use super::{Edit, Fix};

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
