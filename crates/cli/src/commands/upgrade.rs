use whimbrel_plan::revision::Direction;

use crate::applying::Run;
use crate::args::{Global, Upgrade};
use crate::failure::Outcome;
use crate::printer::Printer;
use crate::project::Project;

pub fn run(arguments: &Upgrade, global: &Global, project: &Project, printer: &Printer) -> Outcome {
    let running = &arguments.running;
    let contract_now = arguments.contract_now.as_deref();
    Run { direction: Direction::Up, target: &arguments.target, contract_now, running, global, project, printer }.go()
}
