use std::fmt;
use std::str::FromStr;

use thiserror::Error;

use crate::revision::is_id_character;

/// A place in a history, as people write it. Alembic's words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// Before the first revision.
    Base,
    /// The only head.
    Head,
    /// All heads.
    Heads,
    /// Where the database stands.
    Current,
    /// A revision's id, its beginning, or the label of the branch that begins there.
    Named(String),
    /// So many steps up or down, from a place or (`None`) from where the database stands.
    Relative { from: Option<Box<Target>>, steps: i32 },
    /// The place, among the revisions of one branch.
    OnBranch { label: String, place: Box<Target> },
}

/// `from:to`; an end that is left out is base or head.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TargetRange {
    pub from: Target,
    pub to: Target,
}

#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("`{text}` is no target: {what}")]
pub struct BadTarget {
    pub text: String,
    pub what: &'static str,
}

impl FromStr for Target {
    type Err = BadTarget;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        let bad = |what| BadTarget { text: text.to_string(), what };
        if let Some((label, place)) = text.split_once('@') {
            if label.is_empty() || !label.chars().all(is_label_character) {
                return Err(bad("before `@` stands the name of a branch"));
            }
            if place.contains('@') {
                return Err(bad("one `@` is enough"));
            }
            let place = Box::new(place.parse()?);
            return Ok(Target::OnBranch { label: label.to_string(), place });
        }
        if let Some(at) = text.rfind(['+', '-']) {
            let (from, steps) = text.split_at(at);
            // A label may have `-` in it (`my-branch`), so digits must follow for it to be a number of steps.
            if let Some(steps) = steps_of(steps) {
                let from = match from {
                    "" => None,
                    from => Some(Box::new(from.parse()?)),
                };
                if matches!(from.as_deref(), Some(Target::Relative { .. })) {
                    return Err(bad("one number of steps is enough"));
                }
                return Ok(Target::Relative { from, steps });
            }
        }
        match text {
            "" => Err(bad("it is empty")),
            "base" => Ok(Target::Base),
            "head" => Ok(Target::Head),
            "heads" => Ok(Target::Heads),
            "current" => Ok(Target::Current),
            name if name.chars().all(is_label_character) => Ok(Target::Named(name.to_string())),
            _ => Err(bad("ids are letters, digits, `_` and `.`")),
        }
    }
}

fn steps_of(text: &str) -> Option<i32> {
    let digits = text.strip_prefix(['+', '-'])?;
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let steps: i32 = digits.parse().ok()?;
    Some(if text.starts_with('-') { -steps } else { steps })
}

/// Branch labels may have a hyphen, which ids may not.
pub(crate) fn is_label_character(character: char) -> bool {
    is_id_character(character) || character == '-'
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Target::Base => f.write_str("base"),
            Target::Head => f.write_str("head"),
            Target::Heads => f.write_str("heads"),
            Target::Current => f.write_str("current"),
            Target::Named(name) => f.write_str(name),
            Target::Relative { from: None, steps } => write!(f, "{steps:+}"),
            Target::Relative { from: Some(from), steps } => write!(f, "{from}{steps:+}"),
            Target::OnBranch { label, place } => write!(f, "{label}@{place}"),
        }
    }
}

impl TargetRange {
    /// `None` when there is no colon in the text: it is a plain target then.
    pub fn read(text: &str, missing_to: Target) -> Option<Result<TargetRange, BadTarget>> {
        let (from, to) = text.split_once(':')?;
        let end = |text: &str, missing: Target| match text.trim() {
            "" => Ok(missing),
            text => text.parse(),
        };
        Some(end(from, Target::Base).and_then(|from| Ok(TargetRange { from, to: end(to, missing_to)? })))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_are_read_and_written_back() {
        let named = |name: &str| Target::Named(name.to_string());
        let relative = |from: Option<Target>, steps| Target::Relative { from: from.map(Box::new), steps };
        let on = |label: &str, place| Target::OnBranch { label: label.to_string(), place: Box::new(place) };
        let cases = [
            ("head", Target::Head),
            ("heads", Target::Heads),
            ("base", Target::Base),
            ("current", Target::Current),
            ("8c1f", named("8c1f")),
            ("0001_initial", named("0001_initial")),
            ("my-branch", named("my-branch")),
            ("+1", relative(None, 1)),
            ("-2", relative(None, -2)),
            ("8c1f+2", relative(Some(named("8c1f")), 2)),
            ("8c1f-1", relative(Some(named("8c1f")), -1)),
            ("head-1", relative(Some(Target::Head), -1)),
            ("billing@head", on("billing", Target::Head)),
            ("my-branch@base", on("my-branch", Target::Base)),
            ("billing@+1", on("billing", relative(None, 1))),
            ("billing@8c1f-1", on("billing", relative(Some(named("8c1f")), -1))),
        ];
        for (text, target) in cases {
            assert_eq!(text.parse(), Ok(target.clone()), "{text}");
            assert_eq!(target.to_string(), text);
        }
        for bad in ["", "a b", "@head", "a@b@c", "a@", "a+1+1", "é", "a:b", "x+99999999999"] {
            assert!(bad.parse::<Target>().is_err(), "{bad}");
        }
    }

    #[test]
    fn ranges_fill_in_their_ends() {
        let range = TargetRange::read("8c1f:", Target::Head);
        assert_eq!(range, Some(Ok(TargetRange { from: Target::Named("8c1f".to_string()), to: Target::Head })));
        assert_eq!(
            TargetRange::read(":", Target::Head),
            Some(Ok(TargetRange { from: Target::Base, to: Target::Head }))
        );
        assert_eq!(TargetRange::read("head", Target::Head), None);
        assert!(matches!(TargetRange::read("a b:c", Target::Head), Some(Err(_))));
    }
}
