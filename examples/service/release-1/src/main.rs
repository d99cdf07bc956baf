//! Release 1 of the service: an email has a subject.

mod emails;
mod models;

use std::process::ExitCode;

use whimbrel::{Migrations, Options};

static MIGRATIONS: Migrations = whimbrel::embed!("migrations");

#[tokio::main]
async fn main() -> ExitCode {
    service::run(&MIGRATIONS, Options::new(), emails::routes).await
}
