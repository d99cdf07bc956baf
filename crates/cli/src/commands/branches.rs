use serde::Serialize;

use crate::args::Branches;
use crate::failure::{Exit, Outcome};
use crate::printer::{Detail, Printer, Screen};
use crate::project::Project;
use crate::render::revision::Summary;
use crate::render::table::Columns;

pub fn run(_: &Branches, project: &Project, printer: &Printer) -> Outcome {
    let history = project.history()?;
    let points = history.branch_points().into_iter().map(|point| Point {
        at: Summary::of(point, &history, &project.settings),
        into: history
            .children(&point.id)
            .into_iter()
            .map(|child| Summary::of(child, &history, &project.settings))
            .collect(),
    });
    printer.show(Exit::Fine, &Found { branch_points: points.collect() });
    Ok(Exit::Fine)
}

#[derive(Serialize)]
struct Found {
    branch_points: Vec<Point>,
}

#[derive(Serialize)]
struct Point {
    at: Summary,
    into: Vec<Summary>,
}

impl Screen for Found {
    fn text(&self, detail: Detail) -> String {
        let mut columns = Columns::default();
        for point in &self.branch_points {
            columns.row(point.at.cells(detail));
            for (at, child) in point.into.iter().enumerate() {
                let mut cells = child.cells(detail);
                if let Some(id) = cells.first_mut() {
                    *id = format!("{} {id}", if at + 1 < point.into.len() { "├" } else { "└" });
                }
                columns.row(cells);
            }
        }
        if columns.is_empty() { "the history has no branches\n".to_string() } else { columns.text("") }
    }
}
