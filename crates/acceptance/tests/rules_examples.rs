//! The examples that `explain` and `docs/rules.md` show: the rule finds the dangerous form, and not the safe one.

#![allow(clippy::unwrap_used, clippy::panic)]

use std::sync::Arc;

use whimbrel_frontends::scripts::{self, Part};
use whimbrel_plan::review::{Config, Reviewer, Severity};
use whimbrel_plan::rules::{self, Rule};
use whimbrel_schema::{Engine, Schema};

/// What the examples speak of, as it was before them.
fn base(engine: Engine) -> &'static str {
    match engine {
        Engine::Postgres => {
            "CREATE TYPE mood AS ENUM ('ok', 'happy');
             CREATE TABLE account (id bigint PRIMARY KEY);
             CREATE TABLE email (id integer NOT NULL, account_id bigint REFERENCES account (id), subject varchar(100) NOT NULL,
                 message text, sender text, size integer, state text NOT NULL DEFAULT 'new', sent_at timestamp,
                 mood mood, size_kb integer GENERATED ALWAYS AS (size / 1024) STORED,
                 CONSTRAINT email_subject_check CHECK (subject <> ''));
             CREATE INDEX ix_email_subject ON email (subject);
             CREATE MATERIALIZED VIEW inbox AS SELECT id FROM email;
             CREATE TABLE booking (room int, during tsrange);
             CREATE TABLE event (id bigint, at date NOT NULL) PARTITION BY RANGE (at);
             CREATE TABLE event_2020 PARTITION OF event FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');
             CREATE TABLE event_2026 (id bigint, at date NOT NULL);
             CREATE DOMAIN address AS text;"
        }
        Engine::Sqlite => {
            "CREATE TABLE account (id integer PRIMARY KEY);
             CREATE TABLE email (id integer PRIMARY KEY, subject text, body text, folder text, size integer);
             CREATE TABLE attachment (id integer PRIMARY KEY, email_id integer REFERENCES email (id) ON DELETE CASCADE);
             CREATE TABLE email_new (id integer PRIMARY KEY, body text, subject text, folder text, size integer);"
        }
        Engine::Mysql => {
            "CREATE TABLE box (id int PRIMARY KEY) ENGINE=InnoDB DEFAULT CHARSET=utf8mb3;
             CREATE TABLE email (id int PRIMARY KEY, subject varchar(50) NOT NULL DEFAULT '', size int, old_size int,
                 box_id int, state enum('new','archived') NOT NULL) ENGINE=InnoDB DEFAULT CHARSET=utf8mb3;"
        }
    }
}

/// What stands before the example of a rule, where that is something else; or nothing, where it makes its tables itself.
fn before(rule: &Rule, engine: Engine) -> String {
    let base = base(engine);
    match rule.id {
        "table-without-primary-key"
        | "serial-column"
        | "integer-primary-key"
        | "int-key-is-no-rowid"
        | "type-means-another"
        | "autoincrement-costs"
        | "table-not-strict"
        | "name-without-schema"
        | "engine-without-transactions"
        | "three-byte-utf8"
        | "zero-date"
        | "enum-type" => String::new(),
        "foreign-key-missing" => "CREATE TABLE account (id bigint PRIMARY KEY);".to_string(),
        "reference-ignored" => "CREATE TABLE box (id int PRIMARY KEY);".to_string(),
        "drop-acts-on-children" | "rebuild-loses-indexes" | "alter-needs-newer-sqlite" => {
            base.replace("CREATE TABLE email_new", "CREATE TABLE other")
        }
        "rebuild-forgets-column" | "leaves-references-broken" => {
            "CREATE TABLE email (id integer PRIMARY KEY, subject text, body text);".to_string()
        }
        "rebuild-in-wrong-order" => "CREATE TABLE email (id integer PRIMARY KEY, subject text);
             CREATE TABLE child (id integer PRIMARY KEY, of integer REFERENCES email (id));"
            .to_string(),
        "breaks-dependents" => format!(
            "{base} CREATE FUNCTION f() RETURNS bigint LANGUAGE sql AS 'SELECT count(email.subject) FROM email';"
        ),
        "drop-breaks-code" | "rename-breaks-code" => base.replace("MATERIALIZED VIEW", "VIEW"),
        "if-not-exists-hides-invalid-index" => base.replace("CREATE INDEX ix_email_subject ON email (subject);", ""),
        "not-null-scan-blocks" => base.replace("subject varchar(100) NOT NULL", "subject varchar(100)"),
        "storage-change-rewrites" => base.replace("CREATE TABLE email", "CREATE UNLOGGED TABLE email"),
        "domain-check-scans" => format!("{base} CREATE TABLE person (id bigint PRIMARY KEY, address address);"),
        _ => base.to_string(),
    }
}

/// How bad what the rule finds in the last of the files is, after the others. Only for rules that are about it does a tool
/// open a transaction around them.
fn found(rule: &'static Rule, engine: Engine, files: &[String]) -> Option<Severity> {
    let dialect = whimbrel_engines::dialect(engine).unwrap();
    let mut config = Config { from_empty: true, ..Config::default() };
    config.rules.insert(rule.id.to_string(), Some(rule.severity));
    match rule.id {
        "unsupported" => config.facts.version = Some("13.0".parse().unwrap()),
        "instant-default-is-one-value" | "check-not-validated" => config.facts.variant = Some("MariaDB".into()),
        _ => {}
    }
    let in_transaction = matches!(rule.id, "driver-commits-ddl" | "one-alter-would-do" | "depends-on-setting");
    let mut reviewer = Reviewer::new(Schema::new(engine), dialect, &config);
    let mut take = |text: &str, judged: bool| {
        let whole = [Part::new(0..text.len(), in_transaction)];
        let mut script = scripts::cut(Arc::new("example.sql".into()), Arc::from(text), &whole, dialect);
        script.judged = judged;
        let understood: Vec<_> = script.statements.iter().map(|it| dialect.understand(script.sql(it))).collect();
        reviewer.take(&Arc::new(script), &understood)
    };
    take(&before(rule, engine), false);
    let (last, others) = files.split_last().unwrap();
    others.iter().for_each(|file| drop(take(file, false)));
    let reviewed = take(last, true).unwrap();
    let all = reviewed.statements.iter().flat_map(|statement| &statement.findings).chain(&reviewed.findings);
    all.filter(|finding| finding.rule == rule.id).map(|finding| finding.severity).max()
}

/// The files that an example stands for: `-- in a later transaction` begins another.
fn files(sql: &str) -> Vec<String> {
    let mut files = vec![String::new()];
    for line in sql.lines() {
        if line.starts_with("-- in a later") {
            files.push(String::new());
        } else if let Some(file) = files.last_mut() {
            file.push_str(line);
            file.push('\n');
        }
    }
    files
}

#[test]
fn examples_are_what_they_say() {
    let (mut problems, mut shown) = (Vec::new(), 0);
    for rule in rules::all() {
        let bad = files(rule.example.bad);
        let Some(engine) = rule.engines.iter().copied().find(|engine| found(rule, *engine, &bad).is_some()) else {
            problems.push(format!("`{}` does not find its own example", rule.id));
            continue;
        };
        let good = files(rule.example.good);
        for end in 1..=good.len() {
            // What is safer may still be worth a word.
            if found(rule, engine, &good[..end]).is_some_and(|severity| severity >= rule.severity) {
                problems.push(format!("`{}` finds what it calls safe:\n{}", rule.id, good[end - 1]));
            }
        }
        shown += 1;
    }
    assert!(shown > 100 && problems.is_empty(), "{}", problems.join("\n"));
}
