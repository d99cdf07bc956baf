//! What a run does, for `tracing`. Without the feature, nothing.

use whimbrel_plan::revision::Direction;

use super::{Database, Event, Options};

/// The span of a run, entered.
#[cfg(feature = "tracing")]
pub fn run(direction: Direction, database: &Database, options: &Options) -> tracing::span::EnteredSpan {
    let deploy = options.deploy.as_ref().map(|deploy| deploy.label.as_str());
    let place = database.to_string();
    let span = match direction {
        Direction::Up => tracing::info_span!("whimbrel_upgrade", database = place, target = options.target, deploy),
        Direction::Down => tracing::info_span!("whimbrel_downgrade", database = place, deploy),
    };
    span.entered()
}

#[cfg(not(feature = "tracing"))]
pub fn run(_: Direction, _: &Database, _: &Options) {}

/// Each event as one of `tracing`, on the thread of whoever called.
#[cfg(feature = "tracing")]
pub fn event(event: &Event) {
    match event {
        event if event.is_warning() => tracing::warn!("{event}"),
        Event::StatementStarted { .. } | Event::StatementDone { .. } | Event::Backfill { .. } => {
            tracing::debug!("{event}");
        }
        event => tracing::info!("{event}"),
    }
}

#[cfg(not(feature = "tracing"))]
pub fn event(_: &Event) {}
