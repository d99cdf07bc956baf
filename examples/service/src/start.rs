use std::error::Error;
use std::process::ExitCode;

use axum::Router;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use whimbrel::{Database, Migrations, Options, Verdict};

use crate::Pool;
use crate::probes::{self, Probed};
use crate::settings::{Migrates, Settings};

/// Runs a replica until it is asked to stop. `options` are those of its migrations; the deploy is added to them.
pub async fn run(migrations: &'static Migrations, options: Options, routes: fn(Pool) -> Router) -> ExitCode {
    match serve(migrations, options, routes).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

async fn serve(
    migrations: &'static Migrations,
    options: Options,
    routes: fn(Pool) -> Router,
) -> Result<(), Box<dyn Error>> {
    let settings = Settings::from_environment()?;
    let options = options.deploy(&settings.deploy).commit(&settings.commit);
    let stop = options.stop();
    let pool = Pool::of(&settings.url)?;
    let listener = TcpListener::bind(&settings.listen).await?;
    println!("listening on {}", listener.local_addr()?);

    // Probes are answered from the beginning: whoever rolls this out reads there what is being waited for.
    let probed = Probed { url: settings.url.clone(), migrations, options: options.clone() };
    let app = routes(pool).merge(probes::routes(probed));
    let mut asked_to_stop = signal(SignalKind::terminate())?;
    let stopped = async move {
        asked_to_stop.recv().await;
        // A run ends at its next statement; whoever starts next goes on from there.
        stop.stop();
    };
    let serving = tokio::spawn(axum::serve(listener, app).with_graceful_shutdown(stopped).into_future());

    if settings.migrates == Migrates::AtStart {
        tokio::task::spawn_blocking(move || migrate(migrations, &settings.url, &options)).await??;
    }
    Ok(serving.await??)
}

/// Brings the database to where this release has it, however many replicas do so at once. One that a newer release has
/// taken further is left as it is: whether that is too far is the readiness probe's to say.
fn migrate(migrations: &Migrations, url: &str, options: &Options) -> Result<(), whimbrel::Error> {
    let mut database = Database::open(url)?;
    match migrations.compatibility(&mut database, options)?.verdict {
        Verdict::Behind | Verdict::Current => {}
        Verdict::Ahead | Verdict::Incompatible => return Ok(()),
    }
    let report = migrations.upgrade_with(&mut database, options, |event| println!("{event}"))?;
    for waiting in &report.waiting {
        println!("{} waits: {}", waiting.revision, waiting.reasons.join("; "));
    }
    Ok(())
}
