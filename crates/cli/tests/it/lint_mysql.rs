//! `whimbrel lint --url mysql://…`: what a live MySQL or MariaDB says sharpens what is said.

use std::fs;
use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Stdio};

use insta::assert_snapshot;
use whimbrel_acceptance::mariadb::{self, Mariadb};

use crate::project::Project;

fn server(arguments: &[&str]) -> Option<Mariadb> {
    if !mariadb::is_installed() && mariadb::may_be_missing() {
        println!("MariaDB is not installed; run: cargo xtask engines --mariadb");
        return None;
    }
    Some(Mariadb::start_with(arguments).unwrap())
}

/// Whatever the database has that the files do not say.
const THERE: &str = "
    CREATE DATABASE mail CHARACTER SET utf8mb4;
    USE mail;
    CREATE TABLE box (id int PRIMARY KEY) ENGINE=InnoDB;
    CREATE TABLE email (id int PRIMARY KEY, subject varchar(50) NOT NULL, body text, size int, box_id int,
        CONSTRAINT in_box FOREIGN KEY (box_id) REFERENCES box (id)) ENGINE=InnoDB;
    CREATE TABLE small (id int PRIMARY KEY, a int) ENGINE=InnoDB;
    CREATE TABLE words (id int PRIMARY KEY, a text, FULLTEXT KEY (a)) ENGINE=InnoDB;
    CREATE TABLE packed (id int PRIMARY KEY, a int) ENGINE=InnoDB ROW_FORMAT=COMPRESSED;
    INSERT INTO box VALUES (1);
    INSERT INTO small VALUES (1, 1);
    INSERT INTO email (id, subject, body, box_id) SELECT seq, 'x', 'y', 1 FROM seq_1_to_400000;
    CREATE VIEW inbox AS SELECT id, body FROM email;
    CREATE TRIGGER short BEFORE INSERT ON email FOR EACH ROW SET NEW.body = LEFT(NEW.body, 100);
    CREATE PROCEDURE sweep() DELETE FROM email WHERE size > 100;
    ANALYZE TABLE small, email, box, words, packed;";

#[test]
fn what_the_database_has_decides() {
    let Some(server) = server(&["--skip-networking"]) else { return };
    server.run(THERE).unwrap();
    let project = Project::new();
    let url = server.url("mail");
    let told = |sql: &str, how: &str| {
        project.write("a.sql", &format!("SET lock_wait_timeout = 5;\n{sql};\n"));
        project.whimbrel(&format!("lint a.sql {how}")).screen()
    };
    let live = |sql: &str| told(sql, &format!("--url {url}"));
    let alone = |sql: &str| told(sql, "--engine mysql");
    let differ = |sql: &str, part: &str, there: bool| {
        let (live, alone) = (live(sql), alone(sql));
        assert_eq!((live.contains(part), alone.contains(part)), (there, !there), "{part}\n{live}\n{alone}");
    };

    // How large a table is.
    let large = live("ALTER TABLE email MODIFY size bigint");
    assert!(large.contains("care[copy-blocks-writes]") && large.contains("`email` has "), "{large}");
    assert!(large.contains("sizes and settings are those of MariaDB 1"), "{large}");
    differ("ALTER TABLE small MODIFY a bigint", "care[copy-blocks-writes]", false);
    // That a column holds no NULL already, and what else it is.
    differ("ALTER TABLE email MODIFY subject varchar(60) NOT NULL", "[copy-blocks-writes]", false);
    differ("ALTER TABLE email MODIFY box_id int NOT NULL", "it fails where a row has NULL in `box_id`", true);
    differ("ALTER TABLE email MODIFY subject varchar(60)", "[modify-forgets]", true);
    // What refers to it, and what names it.
    differ("DROP TABLE box", "a foreign key of `email` refers to it", true);
    differ("ALTER TABLE email DROP COLUMN body", "view `inbox` names `email.body`, and that breaks", true);
    differ("ALTER TABLE email DROP COLUMN body", "trigger `short` of `email` names `email.body`", true);
    differ("ALTER TABLE email RENAME COLUMN size TO bytes", "procedure `sweep` names `email.size`", true);
    // How its rows are stored, and what hangs on them.
    let add = |table: &str| format!("ALTER TABLE {table} ADD COLUMN b int, ALGORITHM=INSTANT");
    assert!(!live(&add("small")).contains("[statement-fails]"), "{}", live(&add("small")));
    for table in ["words", "packed"] {
        assert!(live(&add(table)).contains("[statement-fails]"), "{}", live(&add(table)));
        assert!(server.run(&format!("USE mail; {};", add(table))).is_err(), "the server takes it of `{table}`");
    }
    // Which server it is.
    let inline = "CREATE TABLE letter (id int PRIMARY KEY, box_id int REFERENCES box (id))";
    differ(inline, "[reference-ignored]", false);
    // What is there at all.
    differ("DROP TABLE IF EXISTS nothing", "2 statements in 1 file: 2 safe", true);

    // What a new session is set to.
    let fill = "ALTER TABLE email MODIFY size int NOT NULL";
    assert!(
        live(fill).contains("[statement-fails]") && !live(fill).contains("[not-null-fills-zeros]"),
        "{}",
        live(fill)
    );
    server.run("SET GLOBAL sql_mode = ''").unwrap();
    assert!(live(fill).contains("[not-null-fills-zeros]"), "{}", live(fill));
    server.run("SET GLOBAL sql_mode = DEFAULT; SET GLOBAL innodb_instant_alter_column_allowed = 'never'").unwrap();
    let refused = server.run(&format!("USE mail; {};", add("small"))).unwrap_err().to_string();
    assert!(refused.contains("is not supported"), "{refused}");
    assert!(live(&add("small")).contains("[statement-fails]"), "{}", live(&add("small")));
    server.run("SET GLOBAL innodb_instant_alter_column_allowed = DEFAULT").unwrap();

    // What looked has changed nothing, and keeps nobody out.
    assert_eq!(server.run("SELECT COUNT(*) FROM mail.email").unwrap().trim(), "400000");
}

/// A certificate for `localhost`, signed by itself.
fn certificate(folder: &Path) {
    let made = Command::new("openssl")
        .args(["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"])
        .args(["-addext", "subjectAltName=DNS:localhost", "-addext", "basicConstraints=critical,CA:FALSE"])
        .args(["-keyout", "key.pem", "-out", "cert.pem"])
        .current_dir(folder)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    assert!(made.is_ok_and(|status| status.success()), "openssl makes the certificate of this test");
}

#[test]
fn who_cannot_be_asked_is_said_without_the_password() {
    let project = Project::new();
    project.write("a.sql", "SET lock_wait_timeout = 5;\nALTER TABLE t ADD COLUMN b int;\n");
    let silent = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let refused = project.whimbrel(&format!("lint a.sql --url mysql://mia:hush@127.0.0.1:{silent}/mail"));
    assert_snapshot!(refused.screen().replace(&silent.to_string(), "PORT"), @r"
    exit 4
    ── stderr ──
    error[connection]: `mysql://mia:***@[port]/mail` cannot be opened
      because   no answer from [port]: Connection refused (os error 111)
      named by  --url
      next      mariadb -h 127.0.0.1 --protocol=tcp -P PORT -u mia -p mail
    nothing was changed · exit 4
    ");
    let nameless = project.whimbrel("lint a.sql --url mysql://mia@127.0.0.1");
    assert!(nameless.stderr().contains("no database: put it in the URL"), "{}", nameless.stderr());
    let other = project.whimbrel("lint a.sql --engine postgres --url mysql://localhost/app");
    assert_eq!(other.exit(), 2);
    assert!(other.stderr().contains("the SQL is for PostgreSQL, and the database is MySQL"), "{}", other.stderr());

    let folder = Path::new("/tmp").join(format!("whimbrel-maria-tls-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    certificate(&folder);
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port().to_string();
    let [own, key] = ["cert.pem", "key.pem"].map(|name| folder.join(name).display().to_string());
    let [certificate, key] = [format!("--ssl-cert={own}"), format!("--ssl-key={key}")];
    let arguments = [&format!("--port={port}"), "--bind-address=127.0.0.1", &certificate, &key];
    let Some(server) = server(&arguments) else { return };
    let _ = server.run(
        "CREATE DATABASE mail; CREATE TABLE mail.t (id int PRIMARY KEY); CREATE VIEW mail.w AS SELECT id FROM mail.t;
         CREATE USER mia@'%' IDENTIFIED BY 'hush'; GRANT SELECT, ALTER ON mail.* TO mia@'%';
         CREATE USER tess@'%' IDENTIFIED BY 'hush' REQUIRE SSL; GRANT SELECT, ALTER ON mail.* TO tess@'%';
         CREATE USER eddy@'%' IDENTIFIED BY 'hush'; GRANT SELECT ON mail.* TO eddy@'%'",
    );
    let ask = |login: &str, rest: &str| {
        project.whimbrel(&format!("lint a.sql --url mysql://{login}@localhost:{port}/{rest}"))
    };
    let said = |login: &str, rest: &str| ask(login, rest).screen().replace(&port, "PORT");
    for rest in [
        "mail",
        "mail?ssl_mode=DISABLED",
        "mail?ssl_mode=REQUIRED",
        &format!("mail?ssl_ca={own}&ssl_verify_identity=true"),
    ] {
        let screen = said("mia:hush", rest);
        assert!(screen.contains("sizes and settings are those of MariaDB"), "{rest}: {screen}");
    }
    assert!(said("tess:hush", "mail").contains("sizes and settings"), "{}", said("tess:hush", "mail"));
    assert_eq!(ask("tess:hush", "mail?ssl_mode=DISABLED").exit(), 4);
    // Nobody whom this machine trusts has signed it.
    assert!(said("mia:hush", "mail?ssl_mode=VERIFY_CA").contains("no encrypted connection to localhost:PORT"));
    for (login, rest) in [("mia:hash", "mail"), ("mia", "mail"), ("nobody:hush", "mail"), ("mia:hush", "other")] {
        let (exit, screen) = (ask(login, rest).exit(), said(login, rest));
        assert_eq!(exit, 4, "{screen}");
        assert!(!screen.contains("hash") && !screen.contains("hush"), "{screen}");
    }
    assert_snapshot!(said("mia:hash", "mail"), @r"
    exit 4
    ── stderr ──
    error[connection]: `mysql://mia:***@localhost:PORT/mail` cannot be opened
      because   Access denied for user 'mia'@'localhost' (using password: YES)
      named by  --url
      next      correct the user or the password in the URL
    nothing was changed · exit 4
    ");
    assert!(said("mia", "mail").contains("next      export MYSQL_PWD=…"), "{}", said("mia", "mail"));
    assert!(said("mia:hush", "other").contains("Access denied for user 'mia'@'%' to database 'other'"));
    // Who follows may only be asked by who may know.
    project.write("a.sql", "SET lock_wait_timeout = 5;\nALTER TABLE t MODIFY id bigint;\n");
    let unseen = said("eddy:hush", "mail --fail-on advice");
    assert!(unseen.contains("whether replicas follow cannot be seen by this user"), "{unseen}");
    // Nor is a view unbroken because its text is hidden.
    project.write("a.sql", "SET lock_wait_timeout = 5;\nALTER TABLE t RENAME COLUMN id TO key_of_it;\n");
    let hidden = said("eddy:hush", "mail");
    assert!(hidden.contains("view `w`, whose text cannot be seen here, may name `t.id`"), "{hidden}");
    let _ = fs::remove_dir_all(folder);
}
