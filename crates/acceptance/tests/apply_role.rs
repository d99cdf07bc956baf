//! Everything is done as one role, and as that one only.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::time::Duration;

use anyhow::Result;
use whimbrel_acceptance::database::open;
use whimbrel_acceptance::project::{On, Project};
use whimbrel_acceptance::server::{self, Server};
use whimbrel_run::apply::{self, ApplyError, Report};
use whimbrel_run::{Driver, DriverErrorKind};

/// A database that belongs to `owner`, a login that may become it, and one that may not. Roles are the server's, so
/// their names are those of the database.
struct Roles {
    project: Project,
    owner: String,
    other: String,
    deployer: String,
}

fn on_postgres(test: impl FnOnce(Roles) -> Result<()>) -> Result<()> {
    if server::installed().is_empty() && server::may_be_missing() {
        return Ok(());
    }
    let project = Project::new(On::Postgres)?;
    let database = Server::database_of(&project.url).to_string();
    let named = |what: &str| format!("{database} {what}");
    let roles =
        Roles { owner: named("owner"), other: named("other"), deployer: format!("{database}_deployer"), project };
    let Roles { project, owner, other, deployer } = &roles;
    for statement in [
        format!("CREATE ROLE \"{owner}\""),
        format!("CREATE ROLE \"{other}\""),
        format!("CREATE ROLE {deployer} LOGIN NOINHERIT IN ROLE \"{owner}\", \"{other}\""),
        format!("CREATE ROLE {deployer}_alone LOGIN"),
        format!("GRANT CREATE, USAGE ON SCHEMA public TO \"{owner}\""),
        "REVOKE CREATE ON SCHEMA public FROM PUBLIC".to_string(),
    ] {
        project.sql(&statement)?;
    }
    test(roles)
}

impl Roles {
    fn connect(&self, login: &str) -> Result<Box<dyn Driver>> {
        let (scheme, rest) = self.project.url.split_once("://").unwrap();
        let (_, place) = rest.split_once('@').unwrap();
        open(&format!("{scheme}://{login}@{place}"))
    }

    fn upgrade(&self) -> Result<Result<Report, ApplyError>> {
        let mut driver = self.connect(&self.deployer)?;
        driver.assume_role(&self.owner)?;
        let (history, options) = (self.project.history()?, self.project.options());
        Ok(apply::upgrade(&mut *driver, &history, &"head".parse()?, &options, &mut |_| {}))
    }
}

#[test]
fn every_revision_and_the_ledger_belong_to_the_role() -> Result<()> {
    on_postgres(|roles| {
        let (project, owner, other) = (&roles.project, &roles.owner, &roles.other);
        project.revision("a1", "none", "CREATE TABLE t (who text DEFAULT current_user);", "DROP TABLE t;")?;
        let takes_another =
            format!("SET ROLE \"{other}\";\nSET ROLE \"{owner}\";\nINSERT INTO t VALUES (current_user);");
        project.revision("b2", "a1", &takes_another, "-- nothing to do")?;
        project.revision("c3", "b2", "INSERT INTO t DEFAULT VALUES;\nCREATE TABLE u (id integer);", "DROP TABLE u;")?;
        roles.upgrade()??;
        let owners = "SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'public'";
        assert_eq!(project.rows(owners)?, [[Some(owner.clone())]]);
        assert_eq!(project.value("SELECT string_agg(who, '|') FROM t")?, format!("{owner}|{owner}"));
        // Whoever connects as the login alone has no rights.
        let refused = roles.connect(&roles.deployer)?.query("SELECT * FROM t", &[]).unwrap_err();
        assert_eq!(refused.kind, DriverErrorKind::Forbidden);
        Ok(())
    })
}

/// Batches run on connections of their own, and the last passes on the run's: the row says who wrote it.
#[test]
fn every_batch_is_written_as_the_role_whatever_connection_it_has() -> Result<()> {
    on_postgres(|roles| {
        let (project, owner) = (&roles.project, &roles.owner);
        let fill = "CREATE TABLE t (id integer PRIMARY KEY, n integer, who text, pid integer);\n\
                    INSERT INTO t SELECT i, i, '', 0 FROM generate_series(1, 4000) AS i;";
        project.revision("a1", "none", fill, "DROP TABLE t;")?;
        roles.upgrade()??;
        project.sql("ANALYZE t")?;
        let update = "-- backfill\nUPDATE t SET n = n + 1, who = current_user, pid = pg_backend_pid();";
        project.revision("b2", "a1", update, "-- nothing to do")?;
        let mut driver = roles.connect(&roles.deployer)?;
        driver.assume_role(owner)?;
        let (history, mut options) = (project.history()?, project.options());
        options.backfill.rows = Some(50);
        options.backfill.pause = Some(Duration::ZERO);
        options.backfill.jobs = 3;
        apply::upgrade(&mut *driver, &history, &"head".parse()?, &options, &mut |_| {})?;
        assert_eq!(project.value("SELECT string_agg(DISTINCT who, '|') FROM t")?, *owner);
        assert_eq!(project.value("SELECT count(*) FROM t WHERE n = id + 1")?, "4000");
        let connections: u32 = project.value("SELECT count(DISTINCT pid) FROM t")?.parse()?;
        assert!(connections > 1, "one connection did it all: this shows nothing");
        Ok(())
    })
}

#[test]
fn a_role_or_a_limit_that_changes_behind_a_statement_is_noticed() -> Result<()> {
    on_postgres(|roles| {
        let project = &roles.project;
        project.revision("a1", "none", "CREATE TABLE t (what text);", "DROP TABLE t;")?;
        roles.upgrade()??;
        let role = format!("'role', '{}'", roles.other);
        for (setting, told) in [
            (role.as_str(), roles.other.as_str()),
            ("'idle_in_transaction_session_timeout', '0'", "idle_in_transaction_session_timeout `0`"),
        ] {
            let sneaks = format!("INSERT INTO t SELECT set_config({setting}, false);\nINSERT INTO t VALUES ('next');");
            project.revision("b2", "a1", &sneaks, "-- nothing to do")?;
            let error = roles.upgrade()?.unwrap_err();
            assert!(error.to_string().contains("the session is not as it was prepared"), "{error}");
            assert!(error.to_string().contains(told), "{error}");
            assert_eq!(project.value("SELECT count(*) FROM t")?, "0", "the transaction is taken back");
        }
        Ok(())
    })
}

#[test]
fn a_role_that_the_login_may_not_have_is_refused_with_what_to_grant() -> Result<()> {
    on_postgres(|roles| {
        let alone = format!("{}_alone", roles.deployer);
        let error = roles.connect(&alone)?.assume_role(&roles.owner).unwrap_err();
        assert_eq!(error.kind, DriverErrorKind::Forbidden, "{error}");
        let hint = format!("`{alone}` has to be a member of it: GRANT \"{}\" TO {alone}", roles.owner);
        assert_eq!(error.hint, Some(hint));
        let missing = roles.connect(&roles.deployer)?.assume_role("nobody at all").unwrap_err();
        assert!(missing.message.contains("does not exist"), "{missing}");
        let sqlite = Project::new(On::Sqlite)?.connect()?.assume_role("owner").unwrap_err();
        assert_eq!((sqlite.kind, sqlite.message.as_str()), (DriverErrorKind::Unsupported, "SQLite has no roles"));
        Ok(())
    })
}
