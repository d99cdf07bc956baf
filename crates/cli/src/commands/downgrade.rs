use whimbrel_plan::revision::Direction;

use crate::applying::Run;
use crate::args::{Downgrade, Global};
use crate::failure::Outcome;
use crate::printer::Printer;
use crate::project::Project;
use crate::protecting::Said;

pub fn run(arguments: &Downgrade, global: &Global, project: &Project, printer: &Printer) -> Outcome {
    let running = &arguments.running;
    let (contract_now, without_keeping) = (None, arguments.leave_kept.as_deref());
    let (target, said) = (&arguments.target, Said::meant_for_good(&arguments.meant));
    let prove = None;
    Run {
        direction: Direction::Down,
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
