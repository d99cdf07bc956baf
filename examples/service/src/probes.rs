//! Whether this replica is alive, and whether it is to be given requests.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;
use whimbrel::{Database, Migrations, Options};

pub struct Probed {
    pub url: String,
    pub migrations: &'static Migrations,
    pub options: Options,
}

pub fn routes(probed: Probed) -> Router {
    Router::new().route("/live", get(|| async { "alive" })).route("/ready", get(ready)).with_state(Arc::new(probed))
}

/// Asked of the database each time: what another release has done to it meanwhile may be more than this one bears.
async fn ready(State(probed): State<Arc<Probed>>) -> (StatusCode, String) {
    let asked = tokio::task::spawn_blocking(move || {
        let mut database = Database::open_existing(&probed.url)?;
        probed.migrations.compatibility(&mut database, &probed.options)
    });
    match asked.await {
        Ok(Ok(found)) if found.may_run() => (StatusCode::OK, found.to_string()),
        Ok(Ok(found)) => (StatusCode::SERVICE_UNAVAILABLE, found.to_string()),
        Ok(Err(error)) => (StatusCode::SERVICE_UNAVAILABLE, error.to_string()),
        Err(error) => (StatusCode::SERVICE_UNAVAILABLE, error.to_string()),
    }
}
