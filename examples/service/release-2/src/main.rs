//! Release 2 of the service: the subject is a title.

mod emails;
mod models;

use std::process::ExitCode;

use whimbrel::{Migrations, Options};

static MIGRATIONS: Migrations = whimbrel::embed!("migrations");

#[tokio::main]
async fn main() -> ExitCode {
    // The contract waits for the deploy after the one that began the chain. By then nothing but this release runs.
    let options = Options::new().unused("email.subject", "release 2 reads and writes `title` alone");
    service::run(&MIGRATIONS, options, emails::routes).await
}
