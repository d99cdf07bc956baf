use whimbrel_plan::revision::Direction;

use crate::applying::Run;
use crate::args::{Global, Upgrade};
use crate::failure::Outcome;
use crate::printer::Printer;
use crate::project::Project;
use crate::protecting::Said;

pub fn run(arguments: &Upgrade, global: &Global, project: &Project, printer: &Printer) -> Outcome {
    let running = &arguments.running;
    let (contract_now, without_keeping) = (arguments.contract_now.as_deref(), arguments.keep_nothing.as_deref());
    let (target, said) = (&arguments.target, Said::through(&arguments.doors).proving(arguments.proving.prove));
    let prove = Some(&arguments.proving).filter(|proving| proving.prove);
    Run {
        direction: Direction::Up,
        target,
        contract_now,
        running,
        without_keeping,
        said,
        prove,
        global,
        project,
        printer,
    }
    .go()
}
