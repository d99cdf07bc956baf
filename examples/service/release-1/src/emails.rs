//! Emails over HTTP. Every query names its columns: what a migration adds is none of its business.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Json, Router};
use service::{Failure, Pool, on};

use crate::models::Email;

#[derive(serde::Deserialize)]
struct Written {
    subject: String,
    size: i64,
}

pub fn routes(pool: Pool) -> Router {
    Router::new()
        .route("/emails", post(create).get(latest))
        .route("/emails/{id}", get(read).put(change))
        .with_state(pool)
}

async fn create(State(pool): State<Pool>, Json(email): Json<Written>) -> Result<(StatusCode, Json<Email>), Failure> {
    let insert = "INSERT INTO email (subject, size) VALUES ($1, $2) RETURNING id, subject, size";
    let created = on!(&pool, database => {
        sqlx::query_as(insert).bind(&email.subject).bind(email.size).fetch_one(database).await?
    });
    Ok((StatusCode::CREATED, Json(created)))
}

async fn read(State(pool): State<Pool>, Path(id): Path<i64>) -> Result<Json<Email>, Failure> {
    let select = "SELECT id, subject, size FROM email WHERE id = $1";
    Ok(Json(on!(&pool, database => sqlx::query_as(select).bind(id).fetch_one(database).await?)))
}

async fn change(
    State(pool): State<Pool>,
    Path(id): Path<i64>,
    Json(email): Json<Written>,
) -> Result<Json<Email>, Failure> {
    let update = "UPDATE email SET subject = $1, size = $2 WHERE id = $3 RETURNING id, subject, size";
    Ok(Json(on!(&pool, database => {
        sqlx::query_as(update).bind(&email.subject).bind(email.size).bind(id).fetch_one(database).await?
    })))
}

async fn latest(State(pool): State<Pool>) -> Result<Json<Vec<Email>>, Failure> {
    let select = "SELECT id, subject, size FROM email ORDER BY id DESC LIMIT 20";
    Ok(Json(on!(&pool, database => sqlx::query_as(select).fetch_all(database).await?)))
}
