use whimbrel_plan::revision::Direction;

use crate::applying::Run;
use crate::args::{Global, Upgrade};
use crate::failure::Outcome;
use crate::printer::Printer;
use crate::project::Project;

pub fn run(arguments: &Upgrade, global: &Global, project: &Project, printer: &Printer) -> Outcome {
    let running = &arguments.running;
    Run { direction: Direction::Up, target: &arguments.target, running, global, project, printer }.go()
}
