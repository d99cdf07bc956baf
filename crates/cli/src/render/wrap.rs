//! Prose in the width that there is.

/// Breaks lines at spaces so that none is wider than `width`; a word that is wider stays whole. Lines that begin with
/// white space are somebody's layout, and stay as they are.
pub fn wrap(text: &str, width: usize) -> String {
    let mut out = String::with_capacity(text.len());
    for (at, line) in text.lines().enumerate() {
        if at > 0 {
            out.push('\n');
        }
        match line.starts_with(char::is_whitespace) || line.chars().count() <= width {
            true => out.push_str(line),
            false => fill(line, width, &mut out),
        }
    }
    out
}

fn fill(line: &str, width: usize, out: &mut String) {
    let mut used = 0;
    for word in line.split(' ') {
        let needed = word.chars().count();
        if used > 0 && used + 1 + needed > width {
            out.push('\n');
            used = 0;
        } else if used > 0 {
            out.push(' ');
            used += 1;
        }
        out.push_str(word);
        used += needed;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_end_at_spaces() {
        assert_eq!(wrap("one two three four", 9), "one two\nthree\nfour");
        assert_eq!(
            wrap("short\n  laid out by somebody else\nalso short", 10),
            "short\n  laid out by somebody else\nalso short"
        );
        assert_eq!(wrap("incomprehensibilities are long", 10), "incomprehensibilities\nare long");
        assert_eq!(wrap("", 10), "");
    }
}
