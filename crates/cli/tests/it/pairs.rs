//! `check` names every difference of every pair: models, history and database, each the only one that is different,
//! and every two of them together.

use insta::assert_snapshot;
use serde_json::Value;

use crate::postgres::{execute, fresh_database};
use crate::project::Project;

/// One of each kind of thing in a state before and a state after.
struct Story {
    project: Project,
    before: &'static str,
    after: &'static str,
    /// The revision that leads from the one to the other, and what it runs.
    revision: String,
    upgrade: String,
}

/// Three databases: as it was; changed by the revision; changed by hand, of which no revision knows.
struct Databases {
    before: String,
    upgraded: String,
    by_hand: String,
}

const REVISION: &str = "migrations/bbbb_second.sql";

impl Story {
    fn new(url: &str, before: &'static str, after: &'static str, answers: &str) -> Story {
        let project = Project::on(url);
        project.write("schema.sql", before);
        project.whimbrel("revision --autogenerate -m first --rev-id aaaa00000001").ok();
        project.write("schema.sql", after);
        project.whimbrel(&format!("revision --autogenerate --plain -m second --rev-id bbbb00000002 {answers}")).ok();
        let revision = project.read(REVISION);
        assert!(!revision.contains("-- question"), "{revision}");
        let upgrade = revision.split("-- upgrade\n").nth(1).and_then(|rest| rest.split("\n-- downgrade").next());
        let upgrade = upgrade.unwrap().to_string();
        Story { project, before, after, revision, upgrade }
    }

    fn databases(&self, [before, upgraded, by_hand]: [String; 3], execute: impl Fn(&str, &str)) -> Databases {
        for url in [&before, &upgraded, &by_hand] {
            self.project.whimbrel(&format!("upgrade aaaa --url {url}")).ok();
        }
        self.project.whimbrel(&format!("upgrade --url {upgraded}")).ok();
        execute(&by_hand, &self.upgrade);
        Databases { before, upgraded, by_hand }
    }

    /// What `check` names: in models against history, in the database beside its revisions, as not yet applied.
    fn named(&self, models: &str, history: bool, url: &str) -> Named {
        self.project.write("schema.sql", models);
        match history {
            true => self.project.write(REVISION, &self.revision),
            false => std::fs::remove_file(self.project.path(REVISION)).unwrap_or_default(),
        }
        let ran = self.project.whimbrel(&format!("check --json --url {url}"));
        let result = &ran.json()["result"];
        let lines =
            |value: &Value| value.as_array().unwrap().iter().map(|line| line.as_str().unwrap().to_string()).collect();
        let named = Named {
            models: lines(&result["models"][0]["changes"]),
            beside: lines(&result["database"]["changes"]),
            pending: result["database"]["pending"].as_array().unwrap().len(),
            strangers: result["database"]["strangers"].as_array().unwrap().len(),
        };
        let differs = !(named.models.is_empty() && named.beside.is_empty() && named.pending + named.strangers == 0);
        assert_eq!(ran.exit(), i32::from(differs), "{named:?}");
        named
    }

    /// Every pair, and every two pairs. Gives what was named of the models, of the models the other way round, and of
    /// the database.
    fn every_pair(&self, databases: &Databases) -> [String; 3] {
        let Databases { before, upgraded, by_hand } = databases;
        let nothing = Named::default();
        assert_eq!(self.named(self.before, false, before), nothing, "all as it was");
        assert_eq!(self.named(self.after, true, upgraded), nothing, "all as it is to be");

        let models_ahead = self.named(self.after, false, before);
        assert!(models_ahead.beside.is_empty() && models_ahead.pending == 0, "{models_ahead:?}");
        let drifted = self.named(self.before, false, by_hand);
        assert!(drifted.models.is_empty() && drifted.pending == 0, "{drifted:?}");
        let models_behind = self.named(self.before, true, upgraded);
        assert!(models_behind.beside.is_empty() && models_behind.pending == 0, "{models_behind:?}");

        // And together: each pair names what it names alone.
        let (ahead, behind, beside) = (&models_ahead.models, &models_behind.models, &drifted.beside);
        let is = |named: Named, models: &[String], beside: &[String], pending: usize| {
            assert_eq!(named, Named { models: models.to_vec(), beside: beside.to_vec(), pending, strangers: 0 });
        };
        is(self.named(self.after, true, before), &[], &[], 1);
        is(self.named(self.before, true, before), behind, &[], 1);
        is(self.named(self.after, false, by_hand), ahead, beside, 0);
        is(self.named(self.after, true, by_hand), &[], beside, 1);
        is(self.named(self.before, true, by_hand), behind, beside, 1);
        // The file of a revision that was applied is gone: the database is ahead of the files.
        let without_file = self.named(self.before, false, upgraded);
        assert_eq!((without_file.strangers, &without_file.beside), (1, beside));
        [ahead.join("\n"), behind.join("\n"), beside.join("\n")]
    }
}

#[derive(Debug, Default, PartialEq)]
struct Named {
    models: Vec<String>,
    beside: Vec<String>,
    pending: usize,
    strangers: usize,
}

const SQLITE_BEFORE: &str = "\
CREATE TABLE place (id INTEGER PRIMARY KEY);
CREATE TABLE gone (id INTEGER PRIMARY KEY);
CREATE TABLE column_added (id INTEGER PRIMARY KEY);
CREATE TABLE column_gone (id INTEGER PRIMARY KEY, old TEXT);
CREATE TABLE type_changed (id INTEGER PRIMARY KEY, value INTEGER);
CREATE TABLE null_allowed (id INTEGER PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE null_forbidden (id INTEGER PRIMARY KEY, value TEXT);
CREATE TABLE default_changed (id INTEGER PRIMARY KEY, value TEXT DEFAULT 'a');
CREATE TABLE default_gone (id INTEGER PRIMARY KEY, value TEXT DEFAULT 'a');
CREATE TABLE collated (id INTEGER PRIMARY KEY, value TEXT);
CREATE TABLE generated (id INTEGER PRIMARY KEY, value TEXT, loud TEXT AS (upper(value)));
CREATE TABLE key_changed (a INTEGER NOT NULL, b INTEGER NOT NULL, PRIMARY KEY (a));
CREATE TABLE unique_added (id INTEGER PRIMARY KEY, value TEXT);
CREATE TABLE check_changed (id INTEGER PRIMARY KEY, value INTEGER, CONSTRAINT small CHECK (value < 10));
CREATE TABLE reference_added (id INTEGER PRIMARY KEY, place INTEGER);
CREATE TABLE reference_changed (id INTEGER PRIMARY KEY, place INTEGER REFERENCES place (id));
CREATE TABLE indexed (id INTEGER PRIMARY KEY, a TEXT, b TEXT, c TEXT);
CREATE INDEX index_gone ON indexed (a);
CREATE INDEX index_changed ON indexed (b);
CREATE TABLE watched (id INTEGER PRIMARY KEY, n INTEGER);
CREATE TRIGGER changed AFTER INSERT ON watched BEGIN UPDATE watched SET n = 1; END;
CREATE VIEW seen AS SELECT id FROM place;
CREATE VIEW unseen AS SELECT id FROM place;
";

const SQLITE_AFTER: &str = "\
CREATE TABLE place (id INTEGER PRIMARY KEY);
CREATE TABLE came (id INTEGER PRIMARY KEY);
CREATE TABLE column_added (id INTEGER PRIMARY KEY, new TEXT);
CREATE TABLE column_gone (id INTEGER PRIMARY KEY);
CREATE TABLE type_changed (id INTEGER PRIMARY KEY, value TEXT);
CREATE TABLE null_allowed (id INTEGER PRIMARY KEY, value TEXT);
CREATE TABLE null_forbidden (id INTEGER PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE default_changed (id INTEGER PRIMARY KEY, value TEXT DEFAULT 'b');
CREATE TABLE default_gone (id INTEGER PRIMARY KEY, value TEXT);
CREATE TABLE collated (id INTEGER PRIMARY KEY, value TEXT COLLATE NOCASE);
CREATE TABLE generated (id INTEGER PRIMARY KEY, value TEXT, loud TEXT AS (lower(value)));
CREATE TABLE key_changed (a INTEGER NOT NULL, b INTEGER NOT NULL, PRIMARY KEY (a, b));
CREATE TABLE unique_added (id INTEGER PRIMARY KEY, value TEXT, CONSTRAINT one UNIQUE (value));
CREATE TABLE check_changed (id INTEGER PRIMARY KEY, value INTEGER, CONSTRAINT small CHECK (value < 20));
CREATE TABLE reference_added (id INTEGER PRIMARY KEY, place INTEGER REFERENCES place (id));
CREATE TABLE reference_changed (id INTEGER PRIMARY KEY, place INTEGER REFERENCES place (id) ON DELETE CASCADE);
CREATE TABLE indexed (id INTEGER PRIMARY KEY, a TEXT, b TEXT, c TEXT);
CREATE INDEX index_came ON indexed (c);
CREATE UNIQUE INDEX index_changed ON indexed (b) WHERE b <> '';
CREATE TABLE watched (id INTEGER PRIMARY KEY, n INTEGER);
CREATE TRIGGER changed AFTER INSERT ON watched BEGIN UPDATE watched SET n = 2; END;
CREATE VIEW seen AS SELECT id, id + 1 AS next FROM place;
CREATE VIEW came_too AS SELECT id FROM place;
";

#[test]
fn on_sqlite() {
    let answers = "--allow-drop --backfill null_forbidden.value=''";
    let story = Story::new("sqlite:///before.db", SQLITE_BEFORE, SQLITE_AFTER, answers);
    let urls = ["before", "upgraded", "by_hand"]
        .map(|name| format!("sqlite:///{}", story.project.path(&format!("{name}.db")).display()));
    let databases = story.databases(urls, |url, sql| execute(url, &format!("PRAGMA foreign_keys = OFF; {sql}")));
    let [ahead, behind, beside] = story.every_pair(&databases);
    assert_snapshot!(ahead, @r"
    change view `seen`
    drop view `unseen`
    create view `came_too`
    change check `small` (value < 20) of table `check_changed`
    change column `collated.value`: collation default → NOCASE
    add column `column_added.new` TEXT
    drop column `column_gone.old`
    change column `default_changed.value`: default 'a' → 'b'
    change column `default_gone.value`: default 'a' → none
    change column `generated.loud`: generated as upper(value), virtual → generated as lower(value), virtual
    drop table `gone`
    change index `index_changed` of `indexed`: uniqueness and condition
    drop index `index_gone` of `indexed`
    create index `index_came` on `indexed`
    change primary key (a, b) of table `key_changed`
    change column `null_allowed.value`: nullable
    change column `null_forbidden.value`: not null
    add foreign key (place) → `place` to table `reference_added`
    drop foreign key (place) → `place` of table `reference_changed`
    add foreign key (place) → `place` to table `reference_changed`
    change column `type_changed.value`: type INTEGER → TEXT
    add unique constraint `one` (value) to table `unique_added`
    change trigger `changed` of `watched`
    create table `came` with 1 column
    ");
    assert_snapshot!(behind, @r"
    drop view `came_too`
    change view `seen`
    create view `unseen`
    drop table `came`
    change check `small` (value < 10) of table `check_changed`
    change column `collated.value`: collation NOCASE → default
    drop column `column_added.new`
    add column `column_gone.old` TEXT
    change column `default_changed.value`: default 'b' → 'a'
    change column `default_gone.value`: default none → 'a'
    change column `generated.loud`: generated as lower(value), virtual → generated as upper(value), virtual
    change index `index_changed` of `indexed`: uniqueness and condition
    drop index `index_came` of `indexed`
    create index `index_gone` on `indexed`
    change primary key (a) of table `key_changed`
    change column `null_allowed.value`: not null
    change column `null_forbidden.value`: nullable
    drop foreign key (place) → `place` of table `reference_added`
    drop foreign key (place) → `place` of table `reference_changed`
    add foreign key (place) → `place` to table `reference_changed`
    change column `type_changed.value`: type TEXT → INTEGER
    drop unique constraint `one` (value) of table `unique_added`
    change trigger `changed` of `watched`
    create table `gone` with 1 column
    ");
    assert_snapshot!(beside, @r"
    view `seen` differs
    view `unseen` is gone
    view `came_too` is not in the history
    check `small` (value < 20) of table `check_changed` differs
    column `collated.value` differs: collation default → NOCASE
    column `column_added.new` is not in the history
    column `column_gone.old` is gone
    column `default_changed.value` differs: default 'a' → 'b'
    column `default_gone.value` differs: default 'a' → none
    column `generated.loud` differs: generated as upper(value), virtual → generated as lower(value), virtual
    table `gone` is gone
    index `index_changed` of `indexed` differs: uniqueness and condition
    index `index_gone` of `indexed` is gone
    index `index_came` of `indexed` is not in the history
    primary key (a, b) of table `key_changed` differs
    column `null_allowed.value` differs: nullable
    column `null_forbidden.value` differs: not null
    foreign key (place) → `place` of table `reference_added` is not in the history
    foreign key (place) → `place` of table `reference_changed` is gone
    foreign key (place) → `place` of table `reference_changed` is not in the history
    column `type_changed.value` differs: type INTEGER → TEXT
    unique constraint `one` (value) of table `unique_added` is not in the history
    trigger `changed` of `watched` differs
    table `came` is not in the history
    ");
}

const POSTGRES_BEFORE: &str = "\
CREATE TYPE mood AS ENUM ('sad', 'happy');
CREATE TYPE old_mood AS ENUM ('sad');
CREATE DOMAIN positive AS integer CHECK (VALUE > 0);
CREATE SEQUENCE counter;
CREATE FUNCTION answer() RETURNS integer LANGUAGE sql AS 'SELECT 41';
CREATE TABLE place (id integer PRIMARY KEY);
CREATE TABLE gone (id integer PRIMARY KEY);
CREATE TABLE column_added (id integer PRIMARY KEY);
CREATE TABLE column_gone (id integer PRIMARY KEY, old text);
CREATE TABLE type_changed (id integer PRIMARY KEY, value varchar(10));
CREATE TABLE null_allowed (id integer PRIMARY KEY, value text NOT NULL);
CREATE TABLE null_forbidden (id integer PRIMARY KEY, value text);
CREATE TABLE default_changed (id integer PRIMARY KEY, value text DEFAULT 'a');
CREATE TABLE default_gone (id integer PRIMARY KEY, value text DEFAULT 'a');
CREATE TABLE identity_came (id integer PRIMARY KEY);
CREATE TABLE generated (id integer PRIMARY KEY, value text, loud text GENERATED ALWAYS AS (upper(value)) STORED);
CREATE TABLE key_changed (a integer NOT NULL, b integer NOT NULL, PRIMARY KEY (a));
CREATE TABLE unique_added (id integer PRIMARY KEY, value text);
CREATE TABLE check_changed (id integer PRIMARY KEY, value integer, CONSTRAINT small CHECK (value < 10));
CREATE TABLE reference_added (id integer PRIMARY KEY, place integer);
CREATE TABLE reference_changed (id integer PRIMARY KEY, place integer REFERENCES place (id));
CREATE TABLE deferred (id integer PRIMARY KEY, value text, CONSTRAINT late UNIQUE (value));
CREATE TABLE excluded (id integer PRIMARY KEY, during int4range);
CREATE TABLE indexed (id integer PRIMARY KEY, a text, b text, c text);
CREATE INDEX index_gone ON indexed (a);
CREATE INDEX index_changed ON indexed (b);
CREATE TABLE commented (id integer PRIMARY KEY);
COMMENT ON TABLE commented IS 'before';
CREATE TABLE watched (id integer PRIMARY KEY);
CREATE FUNCTION watch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TRIGGER changed AFTER INSERT ON watched FOR EACH ROW EXECUTE FUNCTION watch();
CREATE VIEW seen AS SELECT id FROM place;
CREATE VIEW unseen AS SELECT id FROM place;
";

const POSTGRES_AFTER: &str = "\
CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy');
CREATE TYPE new_mood AS ENUM ('glad');
CREATE DOMAIN positive AS integer CHECK (VALUE > 1);
CREATE SEQUENCE counter INCREMENT 2;
CREATE FUNCTION answer() RETURNS integer LANGUAGE sql AS 'SELECT 42';
CREATE TABLE place (id integer PRIMARY KEY);
CREATE TABLE came (id integer PRIMARY KEY);
CREATE TABLE column_added (id integer PRIMARY KEY, new text);
CREATE TABLE column_gone (id integer PRIMARY KEY);
CREATE TABLE type_changed (id integer PRIMARY KEY, value text);
CREATE TABLE null_allowed (id integer PRIMARY KEY, value text);
CREATE TABLE null_forbidden (id integer PRIMARY KEY, value text NOT NULL);
CREATE TABLE default_changed (id integer PRIMARY KEY, value text DEFAULT 'b');
CREATE TABLE default_gone (id integer PRIMARY KEY, value text);
CREATE TABLE identity_came (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY);
CREATE TABLE generated (id integer PRIMARY KEY, value text, loud text GENERATED ALWAYS AS (lower(value)) STORED);
CREATE TABLE key_changed (a integer NOT NULL, b integer NOT NULL, PRIMARY KEY (a, b));
CREATE TABLE unique_added (id integer PRIMARY KEY, value text, CONSTRAINT one UNIQUE (value));
CREATE TABLE check_changed (id integer PRIMARY KEY, value integer, CONSTRAINT small CHECK (value < 20));
CREATE TABLE reference_added (id integer PRIMARY KEY, place integer REFERENCES place (id));
CREATE TABLE reference_changed (id integer PRIMARY KEY, place integer REFERENCES place (id) ON DELETE CASCADE);
CREATE TABLE deferred (id integer PRIMARY KEY, value text, CONSTRAINT late UNIQUE (value) DEFERRABLE);
CREATE TABLE excluded (id integer PRIMARY KEY, during int4range, CONSTRAINT apart EXCLUDE USING gist (during WITH &&));
CREATE TABLE indexed (id integer PRIMARY KEY, a text, b text, c text);
CREATE INDEX index_came ON indexed (lower(c));
CREATE UNIQUE INDEX index_changed ON indexed (b) INCLUDE (c) WHERE b <> '';
CREATE TABLE commented (id integer PRIMARY KEY);
COMMENT ON TABLE commented IS 'after';
CREATE TABLE watched (id integer PRIMARY KEY);
CREATE FUNCTION watch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TRIGGER changed BEFORE INSERT ON watched FOR EACH ROW EXECUTE FUNCTION watch();
CREATE VIEW seen AS SELECT id, id + 1 AS next FROM place;
CREATE VIEW came_too AS SELECT id FROM place;
";

#[test]
fn on_postgres() {
    let (Some(before), Some(upgraded), Some(by_hand)) = (fresh_database(), fresh_database(), fresh_database()) else {
        return;
    };
    let answers = "--allow-drop --backfill null_forbidden.value=''";
    let story = Story::new(&before, POSTGRES_BEFORE, POSTGRES_AFTER, answers);
    let databases = story.databases([before, upgraded, by_hand], execute);
    let [ahead, behind, beside] = story.every_pair(&databases);
    assert_snapshot!(ahead, @r"
    change enum `mood`: add 'ok'
    drop enum `old_mood`
    change domain `positive`
    change sequence `counter`
    change view `seen`
    drop view `unseen`
    change function `answer()`
    create enum `new_mood`
    create view `came_too`
    change check `small` (value < 20) of table `check_changed`
    add column `column_added.new` text
    drop column `column_gone.old`
    change the comment on table `commented`
    change column `default_changed.value`: default 'a'::text → 'b'::text
    change column `default_gone.value`: default 'a' → none
    change unique constraint `late` (value) of table `deferred`
    add exclusion constraint `apart` to table `excluded`
    change column `generated.loud`: generated as upper(value), stored → generated as lower(value), stored
    drop table `gone`
    change column `identity_came.id`: plain → identity (always)
    change index `index_changed` of `indexed`: uniqueness, included columns and condition
    drop index `index_gone` of `indexed`
    create index `index_came` on `indexed`
    change primary key `key_changed_pkey` (a, b) of table `key_changed`
    change column `null_allowed.value`: nullable
    change column `null_forbidden.value`: not null
    add foreign key `reference_added_place_fkey` (place) → `place` to table `reference_added`
    change foreign key `reference_changed_place_fkey` (place) → `place` of table `reference_changed`
    change column `type_changed.value`: type character varying(10) → text
    add unique constraint `one` (value) to table `unique_added`
    change trigger `changed` of `watched`
    create table `came` with 1 column
    ");
    assert_snapshot!(behind, @r"
    change enum `mood`: remove 'ok'
    drop enum `new_mood`
    change domain `positive`
    change sequence `counter`
    drop view `came_too`
    change view `seen`
    change function `answer()`
    create enum `old_mood`
    create view `unseen`
    drop table `came`
    change check `small` (value < 10) of table `check_changed`
    drop column `column_added.new`
    add column `column_gone.old` text
    change the comment on table `commented`
    change column `default_changed.value`: default 'b'::text → 'a'::text
    change column `default_gone.value`: default none → 'a'
    change unique constraint `late` (value) of table `deferred`
    drop exclusion constraint `apart` of table `excluded`
    change column `generated.loud`: generated as lower(value), stored → generated as upper(value), stored
    change column `identity_came.id`: identity (always) → plain
    change index `index_changed` of `indexed`: uniqueness, included columns and condition
    drop index `index_came` of `indexed`
    create index `index_gone` on `indexed`
    change primary key `key_changed_pkey` (a) of table `key_changed`
    change column `null_allowed.value`: not null
    change column `null_forbidden.value`: nullable
    drop foreign key `reference_added_place_fkey` (place) → `place` of table `reference_added`
    change foreign key `reference_changed_place_fkey` (place) → `place` of table `reference_changed`
    change column `type_changed.value`: type text → character varying(10)
    drop unique constraint `one` (value) of table `unique_added`
    change trigger `changed` of `watched`
    create table `gone` with 1 column
    ");
    assert_snapshot!(beside, @r"
    enum `mood` differs: add 'ok'
    enum `old_mood` is gone
    domain `positive` differs
    sequence `counter` differs
    view `seen` differs
    view `unseen` is gone
    function `answer()` differs
    enum `new_mood` is not in the history
    view `came_too` is not in the history
    check `small` (value < 20) of table `check_changed` differs
    column `column_added.new` is not in the history
    column `column_gone.old` is gone
    the comment on table `commented` differs
    column `default_changed.value` differs: default 'a'::text → 'b'::text
    column `default_gone.value` differs: default 'a' → none
    unique constraint `late` (value) of table `deferred` differs
    exclusion constraint `apart` of table `excluded` is not in the history
    column `generated.loud` differs: generated as upper(value), stored → generated as lower(value), stored
    table `gone` is gone
    column `identity_came.id` differs: plain → identity (always)
    index `index_changed` of `indexed` differs: uniqueness, included columns and condition
    index `index_gone` of `indexed` is gone
    index `index_came` of `indexed` is not in the history
    primary key `key_changed_pkey` (a, b) of table `key_changed` differs
    column `null_allowed.value` differs: nullable
    column `null_forbidden.value` differs: not null
    foreign key `reference_added_place_fkey` (place) → `place` of table `reference_added` is not in the history
    foreign key `reference_changed_place_fkey` (place) → `place` of table `reference_changed` differs
    column `type_changed.value` differs: type character varying(10) → text
    unique constraint `one` (value) of table `unique_added` is not in the history
    trigger `changed` of `watched` differs
    table `came` is not in the history
    ");
}
