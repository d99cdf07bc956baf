//! The words of rules, as `explain` prints them.

use std::fmt::Write as _;

use owo_colors::OwoColorize;
use serde::Serialize;
use whimbrel_plan::rules::{self, Rule};

use crate::printer::{Detail, Screen};
use crate::render::table::Columns;
use crate::render::words::wrapped;

#[derive(Serialize)]
pub struct Explained {
    id: &'static str,
    group: &'static str,
    severity: &'static str,
    /// Whether it looks unless somebody says otherwise.
    on: bool,
    engines: Vec<&'static str>,
    what: &'static str,
    why: &'static str,
    safe_way: &'static str,
    bad: &'static str,
    good: &'static str,
    /// Whether `lint --fix` may rewrite what it finds.
    fix: bool,
    sources: &'static [&'static str],
}

impl Explained {
    fn of(group: &'static str, rule: &'static Rule) -> Self {
        Explained {
            id: rule.id,
            group,
            severity: rule.severity.word(),
            on: rule.on,
            engines: rule.engines.iter().map(|engine| engine.word()).collect(),
            what: rule.what,
            why: rule.why,
            safe_way: rule.safe_way,
            bad: rule.example.bad,
            good: rule.example.good,
            fix: rule.fix.is_some(),
            sources: rule.sources,
        }
    }

    pub fn find(id: &str) -> Option<Self> {
        Listed::all().rules.into_iter().find(|rule| rule.id == id)
    }

    fn titles(&self) -> String {
        let engines = rules::find(self.id).map(|rule| rule.engines).unwrap_or_default();
        match engines.len() == whimbrel_schema::Engine::ALL.len() {
            true => "every engine".to_string(),
            false => engines.iter().map(|engine| engine.title()).collect::<Vec<_>>().join(", "),
        }
    }
}

impl Screen for Explained {
    fn text(&self, _: Detail) -> String {
        let mut out = String::new();
        let _ = writeln!(out, "{}: {}", self.id.bold(), self.what);
        let off = if self.on { "" } else { ", off unless it is asked for" };
        let _ = writeln!(out, "{} · {}{off}\n", self.severity, self.titles());
        let _ = writeln!(out, "{}\n", wrapped(self.why, WIDTH));
        let _ = writeln!(out, "{}  {}", "found".red(), sql(self.bad));
        let _ = writeln!(out, "{}   {}\n", "safe".green(), sql(self.good));
        let _ = writeln!(out, "{}", wrapped(&format!("safe way: {}", self.safe_way), WIDTH));
        if self.fix {
            let _ = writeln!(out, "fix: `whimbrel lint --fix` rewrites it where that is certain to be right");
        }
        // What is wrong with an `allow` is accepted by none.
        let _ = match self.group {
            "directives" => writeln!(out, "turn it off: `rules = {{ {} = \"off\" }}` under `[lint]`\n", self.id),
            _ => writeln!(out, "accept it: `-- whimbrel: allow {}, because REASON` above the statement\n", self.id),
        };
        for source in self.sources {
            let _ = writeln!(out, "{}", source.dimmed());
        }
        out
    }
}

const WIDTH: usize = 96;

/// Further lines stand below the first.
fn sql(text: &str) -> String {
    text.trim().replace('\n', "\n       ")
}

/// Every rule, by group.
#[derive(Serialize)]
pub struct Listed {
    rules: Vec<Explained>,
}

impl Listed {
    pub fn all() -> Self {
        let groups = rules::groups();
        Listed {
            rules: groups.flat_map(|(name, rules)| rules.iter().map(move |rule| Explained::of(name, rule))).collect(),
        }
    }

    /// The rule whose name is most like what was written, if any is at all.
    pub fn nearest(id: &str) -> Option<&'static str> {
        let words: Vec<&str> = id.split('-').filter(|word| word.len() > 2).collect();
        let shared = |rule: &&Rule| rule.id.split('-').filter(|word| words.contains(word)).count();
        let begins = |rule: &&Rule| rule.id.bytes().zip(id.bytes()).take_while(|(one, other)| one == other).count();
        let best = rules::all().max_by_key(|rule| (shared(rule), begins(rule), std::cmp::Reverse(rule.id)))?;
        (shared(&best) > 0).then_some(best.id)
    }
}

impl Screen for Listed {
    fn text(&self, _: Detail) -> String {
        let mut out = String::new();
        let mut columns = Columns::default();
        let mut group = "";
        for rule in &self.rules {
            if rule.group != group {
                out.push_str(&columns.text("  "));
                columns = Columns::default();
                let _ = writeln!(out, "{}{}", if group.is_empty() { "" } else { "\n" }, rule.group.bold());
                group = rule.group;
            }
            let off = if rule.on { "" } else { " (off)" };
            columns.row([rule.id.to_string(), format!("{}{off}", rule.severity), rule.what.to_string()]);
        }
        out.push_str(&columns.text("  "));
        out
    }
}
