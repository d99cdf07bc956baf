#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
//! Reading a schema back from real servers, of every major that is installed.

use whimbrel_acceptance::server;
use whimbrel_engines::postgres::{PostgresDriver, connect};
use whimbrel_engines::url::{DatabaseUrl, parse};
use whimbrel_run::Driver;
use whimbrel_schema::Schema;

fn fresh(major: u32) -> PostgresDriver {
    let url = server::shared(Some(major)).unwrap().fresh_database().unwrap();
    open(&url)
}

fn open(url: &str) -> PostgresDriver {
    let DatabaseUrl::Postgres(url) = parse(url).unwrap() else { panic!("not PostgreSQL") };
    connect(&url).unwrap()
}

/// One of every kind that the major knows.
fn everything(major: u32) -> Vec<&'static str> {
    let mut scripts = vec![include_str!("postgres_introspect/everything.sql")];
    if major >= 15 {
        scripts.push(include_str!("postgres_introspect/since_15.sql"));
    }
    if major >= 18 {
        scripts.push(include_str!("postgres_introspect/since_18.sql"));
    }
    scripts
}

fn read_everything(major: u32) -> Schema {
    let mut driver = fresh(major);
    for script in everything(major) {
        driver.execute_script(script).unwrap_or_else(|error| panic!("{major}: {error:?}"));
    }
    let schema = driver.introspect().unwrap_or_else(|error| panic!("{major}: {error:?}"));
    if let Some(folder) = std::env::var_os("WHIMBREL_KEEP") {
        let file = std::path::Path::new(&folder).join(format!("schema-{major}.json"));
        std::fs::write(file, serde_json::to_string_pretty(&schema).unwrap()).unwrap();
    }
    schema
}

#[test]
fn look() {
    for major in server::installed() {
        let schema = read_everything(major);
        assert!(schema.tables.len() > 10, "{major}");
    }
}
