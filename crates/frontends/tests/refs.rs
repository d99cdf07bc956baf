//! How well places are found: code in the idioms of many libraries, in which each line that names the column is marked.
//! Of every case it is printed which lines are missed and which are taken for more than they are; none may be added.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use whimbrel_frontends::refs::{Certainty, Search, Wanted};

/// Behind a line that names what is wanted.
const MARK: &str = "⟵";
/// Behind one of which nobody can say so who only reads it.
const OPEN: &str = "⟵?";

struct File {
    path: String,
    text: String,
    named: BTreeSet<usize>,
    open: BTreeSet<usize>,
}

#[derive(Default)]
struct Count {
    right: usize,
    missed: Vec<String>,
    /// Missed, and not even possible.
    unseen: usize,
    wrong: Vec<String>,
}

fn read(text: &str) -> (Wanted, Vec<File>) {
    let (head, rest) = text.split_once('\n').expect("a case has lines");
    let (table, column) = head.strip_prefix("-- wanted: ").and_then(|it| it.split_once('.')).expect("what is wanted");
    let mut files: Vec<File> = Vec::new();
    for line in rest.lines() {
        if let Some(path) = line.strip_prefix("-- file: ") {
            let (named, open) = (BTreeSet::new(), BTreeSet::new());
            files.push(File { path: path.to_string(), text: String::new(), named, open });
            continue;
        }
        let Some(file) = files.last_mut() else { continue };
        let number = file.text.matches('\n').count() + 1;
        let line = line.trim_end();
        let line = if let Some(line) = line.strip_suffix(OPEN) {
            file.open.insert(number);
            line.trim_end()
        } else if let Some(line) = line.strip_suffix(MARK) {
            file.named.insert(number);
            line.trim_end()
        } else {
            line
        };
        file.text.push_str(line);
        file.text.push('\n');
    }
    (Wanted { table: table.to_string(), column: Some(column.to_string()) }, files)
}

fn count(wanted: Wanted, files: &[File]) -> Count {
    let mut search = Search::new(vec![wanted]);
    search.learn(files.iter().map(|file| (file.path.as_str(), file.text.as_str())));
    let mut count = Count::default();
    for File { path, text, named, open } in files {
        let (mut told, mut possible) = (BTreeSet::new(), BTreeSet::new());
        for found in search.places(path, text) {
            let line = text[..found.span.start].matches('\n').count() + 1;
            match found.certainty {
                Certainty::Certain | Certainty::Likely => told.insert(line),
                Certainty::Possible => possible.insert(line),
            };
        }
        assert!(search.touches(text.as_bytes()) || told.is_empty(), "{path} is read");
        let shown = |line: &usize| format!("{path}:{line}  {}", text.lines().nth(line - 1).unwrap_or_default().trim());
        count.right += named.intersection(&told).count();
        count.missed.extend(named.difference(&told).map(shown));
        count.unseen += named.difference(&told).filter(|line| !possible.contains(line)).count();
        count.wrong.extend(told.difference(named).filter(|line| !open.contains(line)).map(shown));
    }
    count
}

#[test]
fn no_more_is_missed_and_no_more_is_wrong() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/refs");
    let mut paths: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "case"));
    paths.sort();
    assert!(paths.len() >= 20, "the cases are there");
    let (mut report, mut right, mut missed, mut unseen, mut wrong) = (String::new(), 0, 0, 0, 0);
    for path in paths {
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let (wanted, files) = read(&fs::read_to_string(&path).unwrap());
        let found = count(wanted, &files);
        assert!(found.right + found.missed.len() > 0 || name == "prose_and_data", "{name} has something to find");
        (right, missed) = (right + found.right, missed + found.missed.len());
        (unseen, wrong) = (unseen + found.unseen, wrong + found.wrong.len());
        for line in found.missed {
            writeln!(report, "missed  {name}  {line}").unwrap();
        }
        for line in found.wrong {
            writeln!(report, "wrong   {name}  {line}").unwrap();
        }
    }
    let share = |part: usize, whole: usize| 100.0 * part as f64 / whole as f64;
    let all = right + missed;
    writeln!(
        report,
        "of {all} lines {right} found ({:.1} %), {unseen} not even possible; {wrong} wrong ({:.1} % right)",
        share(right, all),
        share(right, right + wrong)
    )
    .unwrap();
    println!("{report}");
    insta::assert_snapshot!(report, @r#"
    missed  jooq  src/main/java/app/MailService.java:9  return manager.createQuery("SELECT m FROM Mail m WHERE m.heading = :term", Mail.class)
    of 189 lines 188 found (99.5 %), 1 not even possible; 0 wrong (100.0 % right)
    "#);
}
