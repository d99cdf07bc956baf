use whimbrel_plan::revision::Direction;

use crate::applying::Run;
use crate::args::{Downgrade, Global};
use crate::failure::Outcome;
use crate::printer::Printer;
use crate::project::Project;

pub fn run(arguments: &Downgrade, global: &Global, project: &Project, printer: &Printer) -> Outcome {
    let running = &arguments.running;
    let contract_now = None;
    Run { direction: Direction::Down, target: &arguments.target, contract_now, running, global, project, printer }.go()
}
