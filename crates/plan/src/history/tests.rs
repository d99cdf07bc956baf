use std::collections::BTreeSet;

use insta::assert_snapshot;

use super::{History, HistoryError, Target};
use crate::revision::{Revision, RevisionId};

/// `b: a` is a revision `b` whose parent is `a`; `c: a, b` is a merge; `@label` names its branch; `<x` depends on x.
fn history(lines: &str) -> History {
    History::new(revisions(lines)).unwrap()
}

fn revisions(lines: &str) -> Vec<Revision> {
    let lines = lines.lines().map(str::trim).filter(|line| !line.is_empty());
    let revisions: Vec<Revision> = lines.map(revision).collect();
    assert!(!revisions.is_empty());
    revisions
}

fn revision(line: &str) -> Revision {
    let (id, rest) = line.split_once(':').unwrap();
    let words = || rest.split([',', ' ']).filter(|word| !word.is_empty());
    let parents = words().filter(|word| !word.starts_with(['@', '<'])).map(id_of).collect();
    let mut revision = Revision::new(id_of(id), parents, id);
    revision.labels = words().filter_map(|word| word.strip_prefix('@')).map(str::to_string).collect();
    revision.depends_on = words().filter_map(|word| word.strip_prefix('<')).map(id_of).collect();
    revision
}

fn id_of(text: &str) -> RevisionId {
    RevisionId::new(text).unwrap()
}

fn set(ids: &str) -> BTreeSet<RevisionId> {
    ids.split_whitespace().map(id_of).collect()
}

fn shown(result: Result<Vec<&Revision>, super::TargetError>) -> String {
    match result {
        Ok(path) => path.iter().map(|revision| revision.id.as_str()).collect::<Vec<_>>().join(" "),
        Err(error) => format!("error: {error}\n next: {}", error.next().join("\n or: ")),
    }
}

fn up(history: &History, applied: &str, target: &str) -> String {
    shown(history.upgrade_path(&set(applied), &target.parse().unwrap()))
}

fn down(history: &History, applied: &str, target: &str) -> String {
    shown(history.downgrade_path(&set(applied), &target.parse().unwrap()))
}

const LINE: &str = "
    aa01:
    ab02: aa01
    ab03: ab02
    dd04: ab03";

const FORK: &str = "
    a1:
    b2: a1
    c3: b2 @billing
    d4: c3
    e5: b2
    f6: e5";

#[test]
fn paths_on_a_line() {
    let line = history(LINE);
    assert_eq!(up(&line, "", "head"), "aa01 ab02 ab03 dd04");
    assert_eq!(up(&line, "aa01 ab02", "head"), "ab03 dd04");
    assert_eq!(up(&line, "aa01 ab02 ab03 dd04", "head"), "");
    assert_eq!(up(&line, "aa01", "+2"), "ab02 ab03");
    assert_eq!(up(&line, "", "+1"), "aa01");
    assert_eq!(up(&line, "", "dd"), "aa01 ab02 ab03 dd04");
    assert_eq!(up(&line, "", "head-1"), "aa01 ab02 ab03");
    assert_eq!(up(&line, "", "aa+1"), "aa01 ab02");
    assert_eq!(up(&line, "aa01 ab02", "aa"), "", "what is applied already is no error");
    assert_eq!(down(&line, "aa01 ab02 ab03 dd04", "-1"), "dd04");
    assert_eq!(down(&line, "aa01 ab02 ab03", "-3"), "ab03 ab02 aa01");
    assert_eq!(down(&line, "aa01 ab02 ab03 dd04", "base"), "dd04 ab03 ab02 aa01");
    assert_eq!(down(&line, "aa01 ab02 ab03 dd04", "ab02"), "dd04 ab03");
    assert_eq!(down(&line, "aa01 ab02 ab03 dd04", "head-2"), "dd04 ab03");
    assert_eq!(down(&line, "", "base"), "");
}

#[test]
fn what_leads_nowhere_is_told_with_the_next_command() {
    let line = history(LINE);
    assert_snapshot!(up(&line, "", "ab"), @r"
    error: `ab` begins 2 revisions: `ab02`, `ab03`
     next: write one more character of the one that is meant
    ");
    assert_snapshot!(up(&line, "", "zz"), @r"
    error: no revision is called `zz`, begins with it or bears it as a branch
     next: whimbrel history
    ");
    assert_snapshot!(up(&line, "aa01 ab02 ab03", "+2"), @r"
    error: `+2` goes further than the history does: only 1 step is there from `ab03`
     next: whimbrel history
    ");
    assert_snapshot!(up(&line, "aa01", "-1"), @r"
    error: `-1` leads down, and this goes up
     next: whimbrel downgrade -1
    ");
    assert_snapshot!(down(&line, "aa01", "+1"), @r"
    error: `+1` leads up, and this goes down
     next: whimbrel upgrade +1
    ");
    assert_snapshot!(down(&line, "aa01", "-2"), @r"
    error: `-2` goes further than the history does: only 1 step is there from `aa01`
     next: whimbrel history
    ");
    assert_snapshot!(down(&line, "aa01", "dd04"), @r"
    error: `dd04` is not applied, so nothing can be undone down to it
     next: whimbrel current
    ");
}

#[test]
fn several_heads_have_to_be_named() {
    let fork = history(FORK);
    assert_snapshot!(up(&fork, "", "head"), @r"
    error: there are 2 heads: `d4`, `f6`
     next: whimbrel merge d4 f6
     or: say which: `heads` for all of them
    ");
    assert_eq!(up(&fork, "", "heads"), "a1 b2 c3 d4 e5 f6");
    assert_eq!(up(&fork, "", "billing@head"), "a1 b2 c3 d4");
    assert_eq!(up(&fork, "a1 b2 c3 e5", "billing@+1"), "d4");
    assert_eq!(up(&fork, "a1 b2", "billing"), "c3", "a bare label is the revision that bears it");
    assert_snapshot!(up(&fork, "a1 b2 c3 e5", "+1"), @r"
    error: the database stands at 2 revisions, so `+1` could start from any: `c3`, `e5`
     next: name the revision, or put the branch before it: `branch@…`
    ");
    assert_snapshot!(up(&fork, "a1 b2", "+1"), @r"
    error: `+1` from `b2` does not say which way: `c3`, `e5` go on from `b2`
     next: name the revision, or put the branch before it: `branch@…`
    ");
    assert_snapshot!(up(&fork, "", "billing@f6"), @r"
    error: `f6` is not on branch `billing`
     next: whimbrel history
    ");
    assert_eq!(down(&fork, "a1 b2 c3 d4 e5", "b2"), "e5 d4 c3");
    assert_eq!(down(&fork, "a1 b2 c3 d4 e5", "billing@base"), "d4 c3", "the other branch and the trunk stay");
    assert_eq!(down(&fork, "a1 b2 c3 d4 e5", "billing@-1"), "d4");
    assert_eq!(fork.labels_of(&id_of("d4")), ["billing"]);
    assert!(fork.labels_of(&id_of("b2")).is_empty());
}

#[test]
fn a_merge_ends_the_branches() {
    let merged = history(&format!("{FORK}\n 77: d4, f6"));
    assert_eq!(up(&merged, "a1 b2 e5", "head"), "c3 d4 f6 77");
    assert_eq!(down(&merged, "a1 b2 c3 d4 e5 f6 77", "-1"), "77");
    assert_snapshot!(down(&merged, "a1 b2 c3 d4 e5 f6 77", "-2"), @r"
    error: `-2` from `77` does not say which way: `d4`, `f6` go on from `77`
     next: name the revision, or put the branch before it: `branch@…`
    ");
    assert_eq!(merged.heads_among(&set("a1 b2 c3 d4 e5")).len(), 2);
}

#[test]
fn what_depends_on_another_branch_waits_for_it_and_goes_before_it() {
    let history = history("a1:\n b2: a1\n x1:\n y2: x1 <b2");
    assert_eq!(up(&history, "", "y2"), "a1 b2 x1 y2");
    assert_eq!(down(&history, "a1 b2 x1 y2", "a1"), "y2 b2");
    assert_eq!(history.heads().len(), 2, "a dependency is no parent");
}

#[test]
fn the_order_does_not_depend_on_the_order_of_files() {
    let mut backwards = revisions(FORK);
    backwards.reverse();
    let ids = |history: &History| history.revisions().iter().map(|it| it.id.to_string()).collect::<Vec<_>>();
    assert_eq!(ids(&History::new(backwards).unwrap()), ids(&history(FORK)));
}

#[test]
fn what_is_no_history_is_told_all_at_once() {
    let told = |lines: &str| {
        let errors = History::new(revisions(lines)).unwrap_err();
        errors.iter().map(HistoryError::to_string).collect::<Vec<_>>().join("\n")
    };
    assert_snapshot!(told("a1:\n b2: a1\n c3: zz\n d4: b2 <yy\n e5: @x\n f6: @x"), @r"
    revision `c3` builds on `zz`, and no file is that revision
    revision `d4` builds on `yy`, and no file is that revision
    two revisions begin the branch `x`: `e5` and `f6`
    ");
    assert_snapshot!(told("a1: c3\n b2: a1\n c3: b2\n d4: c3"), @"revisions build on each other in a circle: `c3` → `b2` → `a1` → `c3`");
    assert_snapshot!(told("a1: a1"), @"revisions build on each other in a circle: `a1` → `a1`");
    assert_snapshot!(told("a1:\n a1:"), @"two files are revision `a1`:  and ");
}

#[test]
fn ids_are_shown_as_short_as_they_can_be() {
    let history = history("8c1f0e7d2b34:\n 8c1f9e7d2b34: 8c1f0e7d2b34\n 4a:\n ffff0000ffff:");
    let short = |id: &str| history.short(&id_of(id)).to_string();
    assert_eq!(short("8c1f0e7d2b34"), "8c1f0");
    assert_eq!(short("ffff0000ffff"), "ffff");
    assert_eq!(short("4a"), "4a");
}

#[test]
fn ten_thousand_revisions_are_no_matter() {
    let mut lines = "r0:".to_string();
    for number in 1..10_000 {
        lines.push_str(&format!("\nr{number}: r{}", number - 1));
    }
    let history = history(&lines);
    assert_eq!(history.upgrade_path(&BTreeSet::new(), &Target::Head).unwrap().len(), 10_000);
    assert_eq!(history.graph(None).len(), 10_000);
}

fn drawn(lines: &str) -> String {
    let history = history(lines);
    let rows = history.graph(None);
    assert_eq!(rows.len(), history.len());
    rows.iter().map(|row| format!("{} {}\n", row.draw('●'), row.revision.id)).collect()
}

#[test]
fn the_drawn_history() {
    assert_snapshot!(drawn("
        9be2:
        4f1c: 9be2
        51b0: 9be2
        77aa: 4f1c, 51b0
        a1c0: 77aa
        b2f7: a1c0
        c3d9: b2f7"), @r"
    ● c3d9
    ● b2f7
    ● a1c0
    ●─╮ 77aa
    │ ● 51b0
    ● │ 4f1c
    ●─╯ 9be2
    ");
}

#[test]
fn heads_that_never_met() {
    assert_snapshot!(drawn(FORK), @r"
    ● f6
    ● e5
    │ ● d4
    │ ● c3
    ●─╯ b2
    ● a1
    ");
    assert_snapshot!(drawn("a1:\n b2: a1\n c3:\n d4: c3\n e5:"), @r"
    ● e5
      ● d4
      ● c3
    ● b2
    ● a1
    ");
}

#[test]
fn several_branches_at_once() {
    assert_snapshot!(drawn("a1:\n b1: a1\n b2: a1\n b3: a1\n m: b1, b2, b3"), @r"
    ●─┬─╮ m
    │ │ ● b3
    │ ● │ b2
    ● │ │ b1
    ●─┴─╯ a1
    ");
}

#[test]
fn branches_that_cross() {
    assert_snapshot!(drawn("
        a1:
        b1: a1
        c1: a1
        m1: b1, c1
        d1: b1
        m2: m1, d1
        e1: c1
        z: m2, e1"), @r"
    ●─╮ z
    │ ● e1
    ●─│─╮ m2
    │ │ ● d1
    ●─│─│─╮ m1
    │ ●─│─╯ c1
    ●─│─╯ b1
    ●─╯ a1
    ");
}
