use std::collections::BTreeSet;

use super::History;
use crate::revision::{Revision, RevisionId};

/// One revision's row in the drawn history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GraphRow<'a> {
    pub revision: &'a Revision,
    /// The column of the revision's own mark.
    pub node: usize,
    /// One for each column, left to right.
    pub cells: Vec<Cell>,
}

/// What stands in one column of a row: lines that come from the row above, go to the row below, or run sideways.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Cell {
    pub up: bool,
    pub down: bool,
    pub left: bool,
    pub right: bool,
    pub node: bool,
}

impl GraphRow<'_> {
    /// The row as text, two characters a column, with `mark` for the revision.
    pub fn draw(&self, mark: char) -> String {
        let mut text = String::with_capacity(self.cells.len() * 4);
        for cell in &self.cells {
            text.push(if cell.node { mark } else { cell.line() });
            text.push(if cell.right { '─' } else { ' ' });
        }
        text.truncate(text.trim_end().len());
        text
    }
}

impl Cell {
    fn line(self) -> char {
        match (self.up, self.down, self.left, self.right) {
            // A line that only passes is drawn whole, and the sideways one goes behind it.
            (true, true, true, true) | (true, true, false, false) => '│',
            (true, true, true, false) => '┤',
            (true, true, false, true) => '├',
            (true, false, true, true) => '┴',
            (true, false, true, false) => '╯',
            (true, false, false, _) => '╰',
            (false, true, true, true) => '┬',
            (false, true, true, false) => '╮',
            (false, true, false, _) => '╭',
            (false, false, true, _) | (false, false, false, true) => '─',
            (false, false, false, false) => ' ',
        }
    }
}

impl History {
    /// The drawn history, newest first; with `only`, the part of it that consists of those.
    pub fn graph(&self, only: Option<&BTreeSet<RevisionId>>) -> Vec<GraphRow<'_>> {
        // Each lane is a line that leads down to the revision it waits for.
        let mut lanes: Vec<Option<usize>> = Vec::new();
        let mut rows = Vec::new();
        let mut ended = None;
        for (at, revision) in self.revisions.iter().enumerate().rev() {
            if only.is_some_and(|only| !only.contains(&revision.id)) {
                continue;
            }
            let shown = |parent: &&usize| {
                let parent = self.revisions.get(**parent);
                parent.is_some_and(|parent| only.is_none_or(|only| only.contains(&parent.id)))
            };
            let parents: Vec<usize> = self.parents_of(at).iter().filter(shown).copied().collect();
            let cells = draw(&mut lanes, at, &parents, ended);
            let node = cells.iter().position(|cell| cell.node).unwrap_or(0);
            ended = parents.is_empty().then_some(node);
            rows.push(GraphRow { revision, node, cells });
        }
        rows
    }
}

/// Draws one revision and moves the lanes on to its parents. `ended` is the column in which the row above was the end
/// of its line: another line that began right below would look like its continuation.
fn draw(lanes: &mut Vec<Option<usize>>, at: usize, parents: &[usize], ended: Option<usize>) -> Vec<Cell> {
    let above: Vec<bool> = lanes.iter().map(Option::is_some).collect();
    let waiting = |lane: &Option<usize>| *lane == Some(at);
    let node = match lanes.iter().position(waiting) {
        Some(node) => node,
        None => {
            let mut avoided = above.clone();
            if let Some(ended) = ended {
                avoided.resize(avoided.len().max(ended + 1), false);
                lanes.resize(lanes.len().max(ended + 1), None);
                super::set(&mut avoided, ended);
            }
            free_lane(lanes, 0, &avoided)
        }
    };
    let mut reached = node;
    for (column, lane) in lanes.iter_mut().enumerate().skip(node + 1) {
        if waiting(lane) {
            *lane = None;
            reached = reached.max(column);
        }
    }
    if let Some(lane) = lanes.get_mut(node) {
        *lane = parents.first().copied();
    }
    for &parent in parents.iter().skip(1) {
        let column = free_lane(lanes, node + 1, &above);
        if let Some(lane) = lanes.get_mut(column) {
            *lane = Some(parent);
        }
        reached = reached.max(column);
    }
    let width = lanes.len();
    let cells = (0..width).map(|column| {
        let is = |marks: &[bool]| marks.get(column) == Some(&true);
        Cell {
            up: is(&above),
            down: lanes.get(column).is_some_and(Option::is_some),
            left: column > node && column <= reached,
            right: column >= node && column < reached,
            node: column == node,
        }
    });
    let cells = cells.collect();
    while lanes.last() == Some(&None) {
        lanes.pop();
    }
    cells
}

/// The first column from `from` on that holds no line, neither above this row nor below it.
fn free_lane(lanes: &mut Vec<Option<usize>>, from: usize, above: &[bool]) -> usize {
    let free = (from..lanes.len())
        .find(|&column| above.get(column) != Some(&true) && lanes.get(column).is_some_and(Option::is_none));
    free.unwrap_or_else(|| {
        lanes.push(None);
        lanes.len() - 1
    })
}
