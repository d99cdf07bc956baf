//! What a real MariaDB accepts of each ALTER TABLE, with every ALGORITHM and LOCK, against what is predicted of it.
//!
//! The best algorithm that it accepts is the one that it chooses by itself, and the weakest lock that it accepts with
//! it is the one that it takes. Whether the table was built anew is told by the number of its tablespace.

#![allow(clippy::panic)]

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use whimbrel_acceptance::mariadb::{self, BASE, Mariadb};
use whimbrel_plan::review::{Circumstances, Facts, Held, Prediction, Session, Work};
use whimbrel_plan::{Dialect, Understanding, fold};
use whimbrel_schema::{Engine, Schema};

const ROWS: &str = "
    INSERT INTO p VALUES (1, 'a'), (2, 'b');
    INSERT INTO t (id, a, b, ref, v50, nn, e) VALUES (1, 1, 1, 1, 'x', 1, 'a'), (2, 2, 2, 2, 'y', 2, 'b');
    INSERT INTO u VALUES (1, 1, 'x'), (2, 2, 'y');
    INSERT INTO c VALUES (1, 1), (2, 2);";

#[derive(Debug, Default, Clone)]
struct Case {
    before: String,
    settings: Vec<(String, String)>,
    sql: String,
}

impl Case {
    fn name(&self) -> String {
        let set: Vec<String> = self.settings.iter().map(|(name, value)| format!("{name} = {value}; ")).collect();
        let before = if self.before.is_empty() { String::new() } else { format!("{}; ", self.before) };
        format!("{before}{}{}", set.concat(), self.sql)
    }

    fn session(&self) -> String {
        self.settings.iter().map(|(name, value)| format!("SET {name} = {value};\n")).collect()
    }

    fn preparation(&self) -> String {
        let before = if self.before.is_empty() { String::new() } else { format!("{};", self.before) };
        format!("DROP DATABASE IF EXISTS w; CREATE DATABASE w; USE w;\n{BASE}{ROWS}{before}\n{}", self.session())
    }
}

fn cases() -> Result<Vec<Case>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("cases/mysql/alter.sql");
    let mut cases = Vec::new();
    let mut next = Case::default();
    for line in fs::read_to_string(&path)?.lines().skip(2) {
        if let Some(before) = line.strip_prefix("-- before: ") {
            next.before = before.to_string();
        } else if let Some(setting) = line.strip_prefix("-- set: ") {
            let (name, value) = setting.split_once(" = ").context("a setting without a value")?;
            next.settings.push((name.to_string(), value.to_string()));
        } else {
            next.sql = line.to_string();
            cases.push(std::mem::take(&mut next));
        }
    }
    Ok(cases)
}

const ALGORITHMS: [&str; 4] = ["INSTANT", "NOCOPY", "INPLACE", "COPY"];
const LEVELS: [&str; 3] = ["NONE", "SHARED", "EXCLUSIVE"];

/// What the server did.
struct Truth {
    algorithm: usize,
    level: usize,
    rebuilt: bool,
}

fn measure(server: &Mariadb, case: &Case) -> Result<Truth> {
    let is_short = !case.sql.starts_with("ALTER");
    let space = "SELECT CONCAT('space ', GROUP_CONCAT(space ORDER BY name)) FROM information_schema.innodb_sys_tables \
                 WHERE name LIKE 'w/_' OR name LIKE 'w/_\\\\_new';\n";
    server.run(&case.preparation()).with_context(|| format!("{}: it cannot be prepared", case.name()))?;
    let combined = ALGORITHMS.iter().enumerate().flat_map(|it| LEVELS.iter().enumerate().map(move |level| (it, level)));
    for ((algorithm, word), (level, lock)) in combined {
        let manner = match is_short {
            true => format!(" ALGORITHM={word} LOCK={lock}"),
            false => format!(", ALGORITHM={word}, LOCK={lock}"),
        };
        // It has to be the manner that is refused, and nothing else; then nothing has changed.
        match server.run(&format!("USE w; {}{space}{}{manner};\n{space}", case.session(), case.sql)) {
            Ok(answer) => {
                let spaces: Vec<&str> = answer.lines().filter(|line| line.starts_with("space ")).collect();
                ensure!(spaces.len() == 2, "{}: no tablespaces in {answer}", case.name());
                return Ok(Truth { algorithm, level, rebuilt: spaces[0] != spaces[1] });
            }
            Err(error) => {
                let text = error.to_string();
                ensure!(text.contains("is not supported"), "{}{manner}: {text}", case.name());
            }
        }
    }
    anyhow::bail!("{}: no manner is accepted", case.name())
}

fn predict(case: &Case, facts: &Facts, dialect: &dyn Dialect) -> Prediction {
    let mut before = Schema::new(Engine::Mysql);
    let script = format!("{BASE}{}", case.before);
    for range in dialect.split(&script) {
        let sql = &script[range];
        let Understanding::Known { steps, .. } = dialect.understand(sql) else { panic!("`{sql}` is not understood") };
        for step in &steps {
            fold::apply(&mut before, step, dialect).unwrap_or_else(|error| panic!("`{sql}`: {error}"));
        }
    }
    let understood = dialect.understand(&case.sql);
    let settings = case.settings.iter().map(|(name, value)| (name.clone(), value.trim_matches('\'').to_string()));
    let session = Session::new(settings.collect());
    let at = Circumstances {
        before: &before,
        complete: true,
        certain: true,
        facts,
        session: &session,
        in_transaction: false,
    };
    dialect.predict(&case.sql, &understood, &at)
}

/// The algorithm and the lock of a prediction, and whether it builds the table anew.
fn said(prediction: &Prediction) -> Truth {
    let lasting = prediction.touches.iter().filter(|touch| touch.lock.held > Held::Moment);
    let find = |list: &[&str], text: &str, before: &str| {
        list.iter().position(|word| text.contains(&format!("{before}{word}"))).unwrap_or_default()
    };
    let manner = |name: &str| (find(&ALGORITHMS, name, "ALGORITHM="), find(&LEVELS, name, "LOCK="));
    let (algorithm, level) = lasting.clone().map(|touch| manner(&touch.lock.name)).max().unwrap_or_default();
    let rebuilt = lasting.flat_map(|touch| &touch.work).any(|work| *work == Work::Rewrite);
    Truth { algorithm, level, rebuilt }
}

#[test]
fn a_real_mariadb_does_no_more_than_was_predicted() -> Result<()> {
    if !mariadb::is_installed() && mariadb::may_be_missing() {
        println!("MariaDB is not installed; run: cargo xtask engines --mariadb");
        return Ok(());
    }
    let server = Mariadb::start()?;
    let version = server.run("SELECT VERSION()")?;
    let version = version.split('-').next().unwrap_or_default().trim().parse().map_err(anyhow::Error::msg)?;
    let dialect = whimbrel_engines::dialect(Engine::Mysql).context("there is no room for MySQL")?;
    let known = Facts { version: Some(version), variant: Some("MariaDB".into()), ..Facts::default() };
    let (mut under, mut over, mut broken) = (Vec::new(), Vec::new(), Vec::new());
    let cases = cases()?;
    for case in &cases {
        let truth = match measure(&server, case) {
            Ok(truth) => truth,
            Err(error) => {
                broken.push(format!("{error:#}"));
                continue;
            }
        };
        for (facts, who) in [(&known, ""), (&Facts::default(), " (of an unknown server)")] {
            let said = said(&predict(case, facts, dialect));
            // A statement that only changes the catalogue locks for a moment, whatever it may be asked for.
            let level = if truth.algorithm == 0 { 0 } else { truth.level };
            let words = |truth: &Truth| {
                let rebuilt = if truth.rebuilt { ", built anew" } else { "" };
                format!("{} LOCK={}{rebuilt}", ALGORITHMS[truth.algorithm], LEVELS[truth.level])
            };
            let line = format!("{}{who}: {}, and was said to be {}", case.name(), words(&truth), words(&said));
            if said.algorithm < truth.algorithm || said.level < level || (truth.rebuilt && !said.rebuilt) {
                under.push(line);
            } else if who.is_empty()
                && (said.algorithm, said.level, said.rebuilt) != (truth.algorithm, level, truth.rebuilt)
            {
                over.push(line);
            }
        }
    }
    println!("MariaDB {version}: {} statements, {} over-stated:\n{}", cases.len(), over.len(), over.join("\n"));
    ensure!(broken.is_empty(), "cases that measure nothing:\n{}", broken.join("\n"));
    ensure!(cases.len() > 100, "only {} statements", cases.len());
    ensure!(under.is_empty(), "said too little:\n{}", under.join("\n"));
    Ok(())
}
