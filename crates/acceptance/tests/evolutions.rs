//! Between expand and contract, old code and new code work on one database: each op with rows, on real engines. Old code
//! writes before the expand, between all links and until the contract; new code from the expand on.

use anyhow::{Context, Result, ensure};
use whimbrel_acceptance::case::Case;
use whimbrel_acceptance::database::{self, Ground};
use whimbrel_acceptance::laws;
use whimbrel_plan::autogenerate::DraftStatement;
use whimbrel_plan::evolution::{EvolutionLink, evolve};
use whimbrel_plan::revision::Phase;
use whimbrel_run::Driver;
use whimbrel_schema::Pair;

/// What one change has to let both codes do.
struct Story {
    name: &'static str,
    from: &'static str,
    to: &'static str,
    choices: &'static str,
    phases: &'static [Phase],
    /// What old code runs, over and over, with `{n}` as the next free number.
    old: &'static [&'static str],
    new: &'static [&'static str],
    /// Read at the end: every row is what it has to be.
    wrong: &'static str,
}

const ALL: &[Phase] = &[Phase::Expand, Phase::Backfill, Phase::Contract];

const STORIES: &[Story] = &[
    Story {
        name: "a required column with one value for all rows",
        from: "CREATE TABLE t (id integer PRIMARY KEY, n integer NOT NULL);",
        to: "CREATE TABLE t (id integer PRIMARY KEY, n integer NOT NULL, state text NOT NULL);",
        choices: "backfill t.state = 'new'",
        phases: &[Phase::Expand, Phase::Contract],
        old: &["INSERT INTO t (id, n) VALUES ({n}, {n})", "UPDATE t SET n = n + 1 WHERE id = 1", "SELECT id, n FROM t"],
        new: &["INSERT INTO t (id, n, state) VALUES ({n}, {n}, 'mine')", "SELECT id, n, state FROM t"],
        wrong: "SELECT 1 FROM t WHERE state NOT IN ('new', 'mine')",
    },
    Story {
        name: "a required column computed from another",
        from: "CREATE TABLE t (id integer PRIMARY KEY, n integer NOT NULL);",
        to: "CREATE TABLE t (id integer PRIMARY KEY, n integer NOT NULL, double integer NOT NULL);",
        choices: "backfill t.double = n * 2",
        phases: ALL,
        old: &["INSERT INTO t (id, n) VALUES ({n}, {n})", "SELECT id, n FROM t"],
        new: &["INSERT INTO t (id, n, double) VALUES ({n}, {n}, {n} * 2)", "SELECT id, n, double FROM t"],
        wrong: "SELECT 1 FROM t WHERE double <> n * 2",
    },
    Story {
        name: "a column that becomes required",
        from: "CREATE TABLE t (id integer PRIMARY KEY, n integer);",
        to: "CREATE TABLE t (id integer PRIMARY KEY, n integer NOT NULL);",
        choices: "backfill t.n = -1",
        phases: ALL,
        old: &[
            "INSERT INTO t (id) VALUES ({n})",
            "INSERT INTO t VALUES ({n}, NULL)",
            "UPDATE t SET n = NULL WHERE id = 1",
        ],
        new: &["INSERT INTO t VALUES ({n}, 7)"],
        wrong: "SELECT 1 FROM t WHERE n NOT IN (-1, 7)",
    },
    Story {
        name: "a column under another name",
        from: "CREATE TABLE t (id integer PRIMARY KEY, subject text NOT NULL); CREATE INDEX ix_t ON t (subject);",
        to: "CREATE TABLE t (id integer PRIMARY KEY, title text NOT NULL); CREATE INDEX ix_t ON t (title);",
        choices: "rename t.subject:title",
        phases: ALL,
        old: &[
            "INSERT INTO t (id, subject) VALUES ({n}, 'row {n}')",
            "UPDATE t SET subject = 'row 1' WHERE id = 1",
            "SELECT id, subject FROM t",
        ],
        new: &[
            "INSERT INTO t (id, title) VALUES ({n}, 'row {n}')",
            "UPDATE t SET title = 'row 2' WHERE id = 2",
            "SELECT id, title FROM t WHERE title IS NOT NULL",
        ],
        wrong: "SELECT 1 FROM t WHERE title <> 'row ' || id",
    },
    Story {
        name: "a column split into two",
        from: "CREATE TABLE t (id integer PRIMARY KEY, name text NOT NULL);",
        to: "CREATE TABLE t (id integer PRIMARY KEY, initial text NOT NULL, rest text NOT NULL);",
        choices: "backfill t.initial = substr(name, 1, 1)\nbackfill t.rest = substr(name, 2)\n\
                  backfill t.name = initial || rest",
        phases: ALL,
        old: &[
            "INSERT INTO t (id, name) VALUES ({n}, 'x{n}')",
            "UPDATE t SET name = 'x1' WHERE id = 1",
            "SELECT name FROM t",
        ],
        new: &["INSERT INTO t (id, initial, rest) VALUES ({n}, 'x', '{n}')", "UPDATE t SET rest = '2' WHERE id = 2"],
        wrong: "SELECT 1 FROM t WHERE initial <> 'x' OR rest <> '' || id",
    },
    Story {
        name: "a column that is dropped",
        from: "CREATE TABLE t (id integer PRIMARY KEY, n integer NOT NULL, gone integer NOT NULL);",
        to: "CREATE TABLE t (id integer PRIMARY KEY, n integer NOT NULL);",
        choices: "",
        phases: &[Phase::Expand, Phase::Contract],
        old: &["INSERT INTO t VALUES ({n}, {n}, {n})", "SELECT id, n, gone FROM t"],
        new: &["INSERT INTO t (id, n) VALUES ({n}, {n})", "SELECT id, n FROM t"],
        wrong: "SELECT 1 FROM t WHERE n <> id",
    },
    Story {
        name: "a table that is dropped",
        from: "CREATE TABLE p (id integer PRIMARY KEY); CREATE TABLE t (id integer PRIMARY KEY, p integer REFERENCES p (id));",
        to: "CREATE TABLE p (id integer PRIMARY KEY);",
        choices: "allow-drop t",
        phases: &[Phase::Expand, Phase::Contract],
        old: &["INSERT INTO p VALUES ({n})", "INSERT INTO t (id, p) SELECT {n}, max(id) FROM p", "SELECT id, p FROM t"],
        new: &["DELETE FROM p WHERE id = (SELECT max(id) FROM p)", "INSERT INTO p VALUES ({n})"],
        wrong: "SELECT 1 FROM p WHERE id < 1",
    },
    Story {
        name: "a check that lets in other values",
        from: "CREATE TABLE t (id integer PRIMARY KEY, n integer, CONSTRAINT c CHECK (n < 10));",
        to: "CREATE TABLE t (id integer PRIMARY KEY, n integer, CONSTRAINT c CHECK (n > 0));",
        choices: "",
        phases: &[Phase::Expand, Phase::Contract],
        old: &["INSERT INTO t VALUES ({n}, 5)"],
        new: &["INSERT INTO t VALUES ({n}, 50)"],
        wrong: "SELECT 1 FROM t WHERE n NOT IN (5, 50)",
    },
    Story {
        name: "a check and a key that come",
        from: "CREATE TABLE t (id integer PRIMARY KEY, n integer);",
        to: "CREATE TABLE t (id integer PRIMARY KEY, n integer, CONSTRAINT c CHECK (n > 0), CONSTRAINT u UNIQUE (n));",
        choices: "",
        phases: &[Phase::Contract],
        old: &["INSERT INTO t VALUES ({n}, {n})"],
        new: &["INSERT INTO t VALUES ({n}, {n})"],
        wrong: "SELECT 1 FROM t WHERE n <> id",
    },
];

const SQLITE: &[Story] = &[Story {
    name: "a table under another name",
    from: "CREATE TABLE mail (id integer PRIMARY KEY, subject text NOT NULL, size integer NOT NULL DEFAULT 3);",
    to: "CREATE TABLE email (id integer PRIMARY KEY, subject text NOT NULL, size integer NOT NULL DEFAULT 3);",
    choices: "rename mail:email",
    phases: &[Phase::Expand, Phase::Contract],
    old: &[
        "INSERT INTO mail (id, subject) VALUES ({n}, 'row {n}')",
        "INSERT OR REPLACE INTO mail VALUES ({n}, 'row {n}', 4)",
        "UPDATE mail SET subject = 'row 1' WHERE id = 1",
        "DELETE FROM mail WHERE id = 2",
        "SELECT id, subject FROM mail",
    ],
    new: &["INSERT INTO email (subject) SELECT 'row ' || (max(id) + 1) FROM email", "UPDATE email SET size = 3"],
    wrong: "SELECT 1 FROM email WHERE subject <> 'row ' || id OR size NOT IN (3, 4)",
}];

const POSTGRES: &[Story] = &[
    Story {
        name: "a table under another name, and its columns",
        from: "CREATE TABLE mail (id bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY, subject text NOT NULL, \
               size integer NOT NULL DEFAULT 3); CREATE INDEX ix ON mail (size); \
               DO $$ BEGIN CREATE ROLE mailer; EXCEPTION WHEN duplicate_object THEN NULL; END $$; \
               GRANT SELECT, INSERT, UPDATE (subject), DELETE ON mail TO mailer;",
        to: "CREATE TABLE email (id bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY, title text NOT NULL, \
             size bigint NOT NULL DEFAULT 3, state text NOT NULL); CREATE INDEX ix ON email (size);",
        choices: "rename mail:email\nrename email.subject:title\nbackfill email.state = 'new'",
        phases: ALL,
        old: &[
            "SET ROLE mailer",
            "INSERT INTO mail (id, subject) VALUES ({n} + 1000, 'x') ON CONFLICT (id) DO UPDATE SET subject = 'x'",
            "INSERT INTO mail (subject) VALUES ('x') RETURNING id, size",
            "UPDATE mail SET subject = 'y' WHERE id = 1",
            "DELETE FROM mail WHERE id = 2",
            "SELECT id, subject FROM mail FOR UPDATE",
            "RESET ROLE",
        ],
        new: &["INSERT INTO email (title, state) VALUES ('z', 'mine')", "UPDATE email SET size = 3 WHERE id < 3"],
        wrong: "SELECT 1 FROM email WHERE title NOT IN ('x', 'y', 'z') OR size <> 3 OR state NOT IN ('new', 'mine')",
    },
    Story {
        name: "columns of a partitioned table",
        from: "CREATE TABLE t (id integer, at integer, subject text NOT NULL, PRIMARY KEY (id, at)) PARTITION BY RANGE (at); \
               CREATE TABLE t_low PARTITION OF t FOR VALUES FROM (0) TO (30) PARTITION BY LIST (at); \
               CREATE TABLE t_rest PARTITION OF t_low DEFAULT; \
               CREATE TABLE t_high PARTITION OF t FOR VALUES FROM (30) TO (10000);",
        to: "CREATE TABLE t (id integer, at integer, title text NOT NULL, double integer NOT NULL, CHECK (double > 0), \
             PRIMARY KEY (id, at)) PARTITION BY RANGE (at); \
             CREATE TABLE t_low PARTITION OF t FOR VALUES FROM (0) TO (30) PARTITION BY LIST (at); \
             CREATE TABLE t_rest PARTITION OF t_low DEFAULT; \
             CREATE TABLE t_high PARTITION OF t FOR VALUES FROM (30) TO (10000);",
        choices: "rename t.subject:title\nbackfill t.double = at * 2",
        phases: ALL,
        old: &[
            "INSERT INTO t VALUES ({n}, {n}, 'row {n}')",
            "INSERT INTO t_high VALUES ({n}, {n} + 30, 'row {n}')",
            "UPDATE t SET at = at + 30, subject = 'row 1' WHERE id = 1 AND at < 30",
        ],
        new: &[
            "INSERT INTO t (id, at, title, double) VALUES ({n}, {n}, 'row {n}', {n} * 2)",
            "UPDATE t SET title = 'row ' || id WHERE at > 20",
        ],
        wrong: "SELECT 1 FROM t WHERE title <> 'row ' || id OR (double <> at * 2 AND id > 3)",
    },
    Story {
        name: "the column of a key, which others refer to",
        from: "CREATE TABLE t (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, n integer); \
               CREATE TABLE c (id serial PRIMARY KEY, t bigint NOT NULL REFERENCES t (id)); \
               INSERT INTO t (n) VALUES (1);",
        to: "CREATE TABLE t (key_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, n integer); \
             CREATE TABLE c (c_id serial PRIMARY KEY, t bigint NOT NULL REFERENCES t (key_id)); \
             ALTER SEQUENCE c_c_id_seq RENAME TO c_id_seq;",
        choices: "rename t.id:key_id\nrename c.id:c_id",
        phases: ALL,
        old: &[
            "INSERT INTO t (n) VALUES ({n})",
            "INSERT INTO t (id, n) OVERRIDING SYSTEM VALUE VALUES ({n} + 1000, 1) ON CONFLICT (id) DO NOTHING",
            "INSERT INTO c (t) SELECT max(id) FROM t",
            "UPDATE c SET id = {n} + 1000 WHERE id = (SELECT max(id) FROM c WHERE id < 1000)",
        ],
        new: &[
            "INSERT INTO t (n) VALUES ({n})",
            "INSERT INTO t (key_id, n) OVERRIDING SYSTEM VALUE VALUES ({n} + 2000, 1) ON CONFLICT (key_id) DO NOTHING",
            "INSERT INTO c (t) SELECT max(key_id) FROM t",
            "DELETE FROM c WHERE c_id = (SELECT max(c_id) FROM c)",
        ],
        wrong: "SELECT 1 FROM t WHERE key_id IS NULL",
    },
    Story {
        name: "a table in another schema",
        from: "CREATE SCHEMA IF NOT EXISTS box; CREATE TABLE t (id integer PRIMARY KEY, n integer DEFAULT 5);",
        to: "CREATE SCHEMA IF NOT EXISTS box; CREATE TABLE box.t (id integer PRIMARY KEY, n integer DEFAULT 5);",
        choices: "rename t:box.t",
        phases: &[Phase::Expand, Phase::Contract],
        old: &["INSERT INTO t (id) VALUES ({n})", "UPDATE t SET n = 5", "SELECT id, n FROM t"],
        new: &["INSERT INTO box.t (id) VALUES ({n}) ON CONFLICT (id) DO NOTHING", "SELECT id, n FROM box.t"],
        wrong: "SELECT 1 FROM box.t WHERE n <> 5",
    },
    Story {
        name: "an enum's value under another name",
        from: "CREATE TYPE mood AS ENUM ('sad', 'ok'); \
               CREATE TABLE t (id integer PRIMARY KEY, m mood NOT NULL DEFAULT 'sad', more mood[]);",
        to: "CREATE TYPE mood AS ENUM ('unhappy', 'ok'); \
             CREATE TABLE t (id integer PRIMARY KEY, m mood NOT NULL DEFAULT 'unhappy', more mood[]);",
        choices: "rename mood.sad:unhappy",
        phases: &[Phase::Expand, Phase::Contract],
        old: &["INSERT INTO t (id) VALUES ({n})", "INSERT INTO t VALUES ({n}, 'sad', '{sad,ok}')"],
        new: &["INSERT INTO t VALUES ({n}, 'unhappy', '{unhappy}')", "SELECT id FROM t WHERE m >= 'unhappy'"],
        wrong: "SELECT 1 FROM t WHERE m::text <> 'unhappy' OR more::text LIKE '%sad%'",
    },
    Story {
        name: "a number that grows",
        from: "CREATE TABLE t (id integer PRIMARY KEY, n integer NOT NULL DEFAULT 3 CHECK (n > 0), UNIQUE (n, id)); \
               CREATE INDEX ix_t ON t (n) WHERE n > 5;",
        to: "CREATE TABLE t (id integer PRIMARY KEY, n bigint NOT NULL DEFAULT 3 CHECK (n > 0), UNIQUE (n, id)); \
             CREATE INDEX ix_t ON t (n) WHERE n > 5;",
        choices: "",
        phases: ALL,
        old: &["INSERT INTO t (id, n) VALUES ({n}, {n})", "UPDATE t SET n = 3 WHERE id = 1", "SELECT n FROM t"],
        new: &[
            "INSERT INTO t (id, n) VALUES ({n}, {n}) ON CONFLICT (n, id) DO NOTHING",
            "INSERT INTO t (id) VALUES ({n})",
            "UPDATE t SET n = id WHERE id = 2",
        ],
        wrong: "SELECT 1 FROM t WHERE n NOT IN (id, 3)",
    },
    Story {
        name: "a text that becomes a number, and required",
        from: "CREATE TABLE t (id integer PRIMARY KEY, n text);",
        to: "CREATE TABLE t (id integer PRIMARY KEY, n integer NOT NULL);",
        choices: "using t.n = nullif(n, '')::integer\nbackfill t.n = -1",
        phases: ALL,
        old: &[
            "INSERT INTO t (id, n) VALUES ({n}, '{n}')",
            "UPDATE t SET n = '' WHERE id = 1",
            "INSERT INTO t (id) VALUES ({n})",
        ],
        new: &["INSERT INTO t (id, n) VALUES ({n}, '{n}')", "UPDATE t SET n = '7' WHERE id = 2"],
        wrong: "SELECT 1 FROM t WHERE n NOT IN (id, 7, -1)",
    },
    Story {
        name: "two columns of one index, one of which refers",
        from: "CREATE TABLE p (id bigint PRIMARY KEY); INSERT INTO p SELECT generate_series(1, 1000); \
               CREATE TABLE t (id integer PRIMARY KEY, p integer NOT NULL REFERENCES p (id), n integer); \
               CREATE UNIQUE INDEX ix_t ON t (p, n);",
        to: "CREATE TABLE p (id bigint PRIMARY KEY); \
             CREATE TABLE t (id integer PRIMARY KEY, p bigint NOT NULL REFERENCES p (id), n bigint); \
             CREATE UNIQUE INDEX ix_t ON t (p, n);",
        choices: "",
        phases: ALL,
        old: &["INSERT INTO t (id, p, n) VALUES ({n}, {n}, {n})", "UPDATE t SET p = {n} WHERE id = 1"],
        new: &["INSERT INTO t (id, p, n) VALUES ({n}, {n}, {n})", "UPDATE t SET n = id WHERE id = 2"],
        wrong: "SELECT 1 FROM t WHERE n <> id OR p < id",
    },
    Story {
        // No number is given out twice, though the newest rows go.
        name: "keys that grow, with all that refers to them and a view over them",
        from: "CREATE TABLE p (id serial PRIMARY KEY, n integer); \
               CREATE TABLE c (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, \
                 p integer NOT NULL REFERENCES p (id) ON DELETE CASCADE ON UPDATE CASCADE, above integer REFERENCES c (id)); \
               CREATE TABLE narrow (c integer PRIMARY KEY REFERENCES c (id) ON DELETE CASCADE); \
               CREATE TABLE given (what text, id bigint, PRIMARY KEY (what, id)); \
               CREATE VIEW v AS SELECT c.id, p.n FROM c JOIN p ON p.id = c.p; CREATE VIEW w AS SELECT n FROM v; \
               COMMENT ON VIEW v IS 'both'; GRANT SELECT ON v TO PUBLIC;",
        to: "CREATE TABLE p (id bigserial PRIMARY KEY, n integer); \
             CREATE TABLE c (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, \
               p bigint NOT NULL REFERENCES p (id) ON DELETE CASCADE ON UPDATE CASCADE, above bigint REFERENCES c (id)); \
             CREATE TABLE narrow (c integer PRIMARY KEY REFERENCES c (id) ON DELETE CASCADE); \
             CREATE TABLE given (what text, id bigint, PRIMARY KEY (what, id)); \
             CREATE VIEW v AS SELECT c.id, p.n FROM c JOIN p ON p.id = c.p; CREATE VIEW w AS SELECT n FROM v; \
             COMMENT ON VIEW v IS 'both';",
        choices: "",
        phases: ALL,
        old: KEYED,
        new: KEYED,
        wrong: "SELECT 1 FROM c LEFT JOIN p ON p.id = c.p WHERE p.id IS NULL \
                UNION ALL SELECT 1 WHERE NOT has_table_privilege('pg_monitor', 'v', 'SELECT')",
    },
    Story {
        name: "an enum that loses a value",
        from: "CREATE TYPE mood AS ENUM ('a', 'b', 'c'); CREATE TABLE t (id integer PRIMARY KEY, m mood);",
        to: "CREATE TYPE mood AS ENUM ('a', 'x', 'c'); CREATE TABLE t (id integer PRIMARY KEY, m mood);",
        choices: "using t.m = (CASE m WHEN 'b' THEN 'c' ELSE m::text END)::mood",
        phases: &[Phase::Expand, Phase::Contract],
        old: &["INSERT INTO t VALUES ({n}, 'b')"],
        new: &["INSERT INTO t VALUES ({n}, 'x')"],
        wrong: "SELECT 1 FROM t WHERE m NOT IN ('c', 'x')",
    },
];

const KEYED: &[&str] = &[
    "INSERT INTO p (n) VALUES ({n})",
    "WITH it AS (INSERT INTO p (n) VALUES ({n}) RETURNING id) INSERT INTO given SELECT 'p', id FROM it",
    "WITH it AS (INSERT INTO c (p, above) SELECT (SELECT min(id) FROM p), (SELECT max(id) FROM c) RETURNING id) \
     INSERT INTO given SELECT 'c', id FROM it",
    "INSERT INTO narrow SELECT max(id) FROM c ON CONFLICT (c) DO NOTHING",
    "WITH it AS (INSERT INTO c (p) SELECT max(id) FROM p RETURNING id) INSERT INTO given SELECT 'c', id FROM it",
    "UPDATE p SET id = id + 1 WHERE id = (SELECT max(id) FROM p)",
    "DELETE FROM p WHERE id = (SELECT max(id) FROM p)",
    "SELECT nextval('p_id_seq'), nextval('c_id_seq')",
    "SELECT id, n FROM v UNION ALL SELECT n, n FROM w",
];

/// A number that nothing has used.
struct Numbers(u32);

impl Numbers {
    fn run(&mut self, statements: &[&str], driver: &mut dyn Driver) -> Result<()> {
        for statement in statements {
            self.0 += 1;
            let sql = statement.replace("{n}", &self.0.to_string());
            match sql.starts_with("SELECT") {
                true => driver.query(&sql, &[]).map(drop),
                false => driver.execute(&sql).map(drop),
            }
            .with_context(|| sql.clone())?;
        }
        Ok(())
    }
}

fn told(story: &Story, ground: Ground) -> Result<usize> {
    let mut there = ground.database()?;
    there.driver.execute_script(story.to)?;
    let to = there.driver.introspect()?;
    let mut here = ground.database()?;
    here.driver.execute_script(story.from)?;
    let from = here.driver.introspect()?;
    let case = format!("-- from\n-- to\n-- choices\n{}\n", story.choices);
    let choices = laws::choices(&Case::read(story.name, &case)?)?;
    let evolution = evolve(Pair::new(from.clone(), to.clone()), here.driver.dialect(), &choices)?;
    let phases: Vec<Phase> = evolution.links.iter().filter_map(|link| link.phase).collect();
    ensure!(phases == story.phases, "a chain of {:?}, not of {phases:?}", story.phases);

    let mut numbers = Numbers(0);
    let driver = here.driver.as_mut();
    numbers.run(story.old, driver).context("old code, before anything")?;
    numbers.run(story.old, driver).context("old code, before anything")?;
    for link in &evolution.links {
        let contract = link.phase == Some(Phase::Contract);
        if contract {
            numbers.run(story.old, driver).context("old code, until the contract")?;
        }
        apply(link, driver).with_context(|| format!("{phases:?}: {:?}", link.phase))?;
        numbers.run(story.new, driver).with_context(|| format!("new code, after {:?}", link.phase))?;
        if !contract {
            numbers.run(story.old, driver).with_context(|| format!("old code, after {:?}", link.phase))?;
            numbers.run(story.new, driver).with_context(|| format!("new code, after {:?}", link.phase))?;
        }
    }
    let reached = driver.introspect()?;
    laws::ensure_same("reached → wanted", Pair::new(&reached, &to), driver)?;
    let wrong = driver.query(story.wrong, &[])?;
    ensure!(wrong.is_empty(), "{} rows are wrong: {}", wrong.len(), story.wrong);
    if ONE_WAY.contains(&story.name) {
        return Ok(numbers.0 as usize);
    }
    back(story, &evolution.links, &mut numbers, driver)?;
    let reached = driver.introspect()?;
    laws::ensure_same("undone → before", Pair::new(&reached, &from), driver)?;
    Ok(numbers.0 as usize)
}

/// What new code wrote here breaks a rule of the schema before, so that there is no way back with those rows.
const ONE_WAY: [&str; 3] =
    ["a table that is dropped", "a check that lets in other values", "an enum that loses a value"];

/// And back again, with old code from the first link on that is undone.
fn back(story: &Story, links: &[EvolutionLink], numbers: &mut Numbers, driver: &mut dyn Driver) -> Result<()> {
    for link in links.iter().rev() {
        for statement in &link.draft.downgrade {
            driver.execute(&statement.sql).with_context(|| format!("back: {}", statement.sql))?;
        }
        let phase = link.phase;
        numbers.run(story.old, driver).with_context(|| format!("old code, {phase:?} undone"))?;
        if phase != Some(Phase::Expand) && links.first().is_some_and(|first| first.phase != phase) {
            numbers.run(story.new, driver).with_context(|| format!("new code, {phase:?} undone"))?;
        }
    }
    Ok(())
}

/// As the runner does, a backfill in one go and twice: it finds nothing to do the second time.
fn apply(link: &EvolutionLink, driver: &mut dyn Driver) -> Result<()> {
    driver.prepare_session()?;
    let run = |statement: &DraftStatement, driver: &mut dyn Driver| {
        driver.execute(&statement.sql).map(drop).with_context(|| statement.sql.clone())
    };
    link.draft.upgrade.iter().try_for_each(|statement| run(statement, driver))?;
    for fill in link.fills.iter().chain(&link.fills) {
        driver.execute(&fill.sql).with_context(|| fill.sql.clone())?;
    }
    Ok(())
}

fn both_versions_live(stories: &[Story], ground: Ground) -> Result<()> {
    let mut problems = Vec::new();
    let mut statements = 0;
    for story in stories {
        match told(story, ground) {
            Ok(ran) => statements += ran,
            Err(error) => problems.push(format!("{}: {error:#}", story.name)),
        }
    }
    ensure!(problems.is_empty(), "{ground}:\n{}", problems.join("\n"));
    ensure!(statements > stories.len() * 4, "{ground}: only {statements} statements of old and new code ran");
    Ok(())
}

#[test]
fn old_and_new_code_live_through_it_on_sqlite() -> Result<()> {
    both_versions_live(STORIES, database::SQLITE)?;
    both_versions_live(SQLITE, database::SQLITE)
}

#[test]
fn old_and_new_code_live_through_it_on_postgres() -> Result<()> {
    for ground in database::postgres()? {
        both_versions_live(STORIES, ground)?;
        both_versions_live(POSTGRES, ground)?;
    }
    Ok(())
}
