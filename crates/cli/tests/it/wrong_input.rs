//! Files and disks that are not as they should be.

use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::process::Command;

use insta::assert_snapshot;

use crate::project::Project;

#[test]
fn histories_that_are_none() {
    let project = Project::with_two_revisions();
    let text = |id: &str, parents: &str| {
        format!("-- revision: {id}\n-- parents:  {parents}\n-- message:  more\n\n-- upgrade\nSELECT 1;\n")
    };
    let told = |files: &[(&str, String)]| {
        for (name, text) in files {
            project.write(&format!("migrations/{name}"), text);
        }
        let screen = project.whimbrel("upgrade").screen();
        for (name, _) in files {
            fs::remove_file(project.path(&format!("migrations/{name}"))).unwrap();
        }
        screen
    };
    assert_snapshot!(told(&[("copy.sql", text("bbbb00000002", "aaaa00000001"))]), @r"
    exit 2
    ── stderr ──
    error[revision-file]: two files are revision `bbbb00000002`: migrations/bbbb00000002_make_two.sql and migrations/copy.sql
      ┌ migrations/copy.sql:1:1
      │
    1 │ -- revision: bbbb00000002
      │ ^^^^^^^^^^^^^^^^^^^^^^^^^
      │
      = help: delete one of them, or give the one that was applied nowhere another id
    ");
    assert_snapshot!(told(&[("orphan.sql", text("cccc00000003", "0000"))]), @r"
    exit 2
    ── stderr ──
    error[revision-file]: revision `cccc00000003` builds on `0000`, and no file is that revision
      ┌ migrations/orphan.sql:2:1
      │
    2 │ -- parents:  0000
      │ ^^^^^^^^^^^^^^^^^
      │
      = help: bring back the file of `0000` (another branch may have it), or correct `parents:`
    ");
    assert_snapshot!(told(&[("c.sql", text("c3", "d4")), ("d.sql", text("d4", "c3"))]), @r"
    exit 2
    ── stderr ──
    error[revision-file]: revisions build on each other in a circle: `c3` → `d4` → `c3`
      ┌ migrations/c.sql:2:1
      │
    2 │ -- parents:  d4
      │ ^^^^^^^^^^^^^^^
      │
      = help: correct `parents:` in one of them
    ");
    assert_snapshot!(told(&[("branch.sql", text("cccc00000003", "aaaa00000001"))]), @r"
    exit 2
    ── stderr ──
    error[target]: there are 2 heads: `bbbb00000002`, `cccc00000003`
      next  whimbrel merge bbbb00000002 cccc00000003
      or    say which: `heads` for all of them
    ");
    assert!(!project.path("app.db").exists(), "nothing was made on the way");
}

#[test]
fn ledgers_that_say_something_else() {
    let project = Project::with_two_revisions();
    project.whimbrel("upgrade").ok();
    let file = "migrations/bbbb00000002_make_two.sql";
    let before = project.read(file);
    project.write(file, &before.replace("two (id", "two (key"));
    assert_snapshot!(project.whimbrel("check").screen(), @r"
    exit 1
    - models ↔ history: no models were found
    ✗ history ↔ database: 4 differences
      the files say something else than what was applied:
        revision `bbbb00000002` was edited after it was applied
      next  bring the files back as they were, and write the change as a new revision
      dev · SQLite [version], app.db is not what the files make:
        column `two.id` is not in the history
        column `two.key` is gone
        primary key (id) of table `two` differs
      next  see to the revisions above first
    ");
    project.write(file, &before);
    project.whimbrel("check").ok();

    // One that another checkout applied.
    project.revision("cccc00000003", "bbbb00000002", "CREATE TABLE three (id INTEGER PRIMARY KEY)");
    project.whimbrel("upgrade").ok();
    fs::remove_file(project.path("migrations/cccc00000003_make_three.sql")).unwrap();
    assert_snapshot!(project.whimbrel("check").screen(), @r"
    exit 1
    - models ↔ history: no models were found
    ✗ history ↔ database: 2 differences
      the database is ahead of the files:
        revision `cccc00000003` is applied, and no file is that revision
      next  get the files: another branch or a newer checkout has them
      dev · SQLite [version], app.db is not what the files make:
        table `three` is not in the history
      next  see to the revisions above first
    ");
    assert_snapshot!(project.whimbrel("history").screen(), @r"
    exit 0
    ●  bbbb  make two  [time]
    ●  aaaa  make one  [time]
    ");
}

#[test]
fn a_revision_without_a_message_is_one_all_the_same() {
    let project = Project::with_two_revisions();
    project.whimbrel("revision --rev-id cccc00000003").ok();
    assert_eq!(project.revision_text("cccc_revision.sql").lines().nth(2), Some("-- message:"));
    assert_snapshot!(project.whimbrel("history --offline").screen(), @r"
    exit 0
    ○  cccc  (no message)
    ○  bbbb  make two
    ○  aaaa  make one
    ");
}

/// Runs a script as somebody who is not root, in a project that belongs to them, with the command on their path.
fn as_somebody(project: &Project, script: &str) -> String {
    let root = project.path("");
    let whimbrel = project.path("whimbrel");
    if !whimbrel.exists() {
        fs::copy(assert_cmd::cargo::cargo_bin!("whimbrel"), whimbrel).unwrap();
    }
    let mut command = Command::new("sh");
    command
        .args(["-c", &format!("exec 2>&1; {script}")])
        .current_dir(&root)
        .env("PATH", format!("{}:/usr/bin:/bin", root.display()));
    command.env_remove("DATABASE_URL").env("USER", "ada");
    if fs::metadata("/proc/self").unwrap().uid() == 0 {
        for entry in [root.clone(), project.path("migrations"), project.path("whimbrel.toml"), project.path("app.db")] {
            if entry.exists() {
                chown(entry, Some(65534), Some(65534)).unwrap();
            }
        }
        fs::set_permissions(&root, Permissions::from_mode(0o755)).unwrap();
        command.uid(65534).gid(65534);
    }
    String::from_utf8(command.output().unwrap().stdout).unwrap()
}

#[test]
fn what_this_user_may_not_is_told() {
    let project = Project::with_two_revisions();
    project.whimbrel("upgrade +1").ok();
    let told = |script: &str| crate::project::settle(&as_somebody(&project, script), &project.path(""));
    assert_snapshot!(told("chmod 444 app.db; whimbrel upgrade; echo exit $?; whimbrel check; echo exit $?; chmod 644 app.db"), @r"
    error[unwritable]: attempt to write a readonly database
      hint  may this user write the file and its folder?
      next  whimbrel upgrade head
    nothing was changed · exit 4
    exit 4
    - models ↔ history: no models were found
    ✗ history ↔ database: 1 difference
      the database has not yet:
        revision `bbbb00000002` make two
      next  whimbrel upgrade head
    exit 1
    ");
    assert_snapshot!(told("chmod 000 app.db; whimbrel current; echo exit $?; chmod 644 app.db"), @r"
    error[connection]: `sqlite:///[project]/app.db` cannot be opened
      because   cannot open `[project]/app.db`: unable to open database file
      hint      may this user write the file and its folder?
      named by  environment `dev`
    nothing was changed · exit 4
    exit 4
    ");
    assert_snapshot!(told("chmod 555 .; whimbrel upgrade; echo exit $?; chmod 755 ."), @r"
    error[unwritable]: cannot make the lock file beside `[project]/app.db`: Permission denied (os error 13)
      next  whimbrel upgrade head
    nothing was changed · exit 4
    exit 4
    ");
    assert_snapshot!(told("chmod 555 migrations; whimbrel revision -m x --rev-id c1; echo exit $?; ls migrations; chmod 755 migrations"), @r"
    error[output]: `migrations/c1_x.sql` cannot be written: permission denied
    nothing was changed · exit 4
    exit 4
    aaaa00000001_make_one.sql
    bbbb00000002_make_two.sql
    ");
    assert_snapshot!(told("chmod 000 migrations; whimbrel heads; echo exit $?; chmod 755 migrations"), @r"
    error[revision-file]: cannot be read: Permission denied (os error 13)
      file  migrations
      help  see that this user may read it
    exit 2
    ");
    assert_snapshot!(told("chmod 000 whimbrel.toml; whimbrel heads; echo exit $?; chmod 644 whimbrel.toml"), @r"
    error[config]: `whimbrel.toml` cannot be read: Permission denied (os error 13)
    exit 2
    ");
    assert_snapshot!(told("mkdir sub; chmod 555 sub; cd sub; whimbrel init; echo exit $?"), @r"
    error[output]: `whimbrel.toml` cannot be written: permission denied
    nothing was changed · exit 4
    exit 4
    ");
}

/// On a disk of 96 KiB, where the system lets a user make one.
#[test]
fn a_full_disk_leaves_no_half_of_anything() {
    let project = Project::with_two_revisions();
    let big = "CREATE TABLE big (b BLOB);\nINSERT INTO big VALUES (zeroblob(200000));";
    project.revision_of("cccc00000003", "bbbb00000002", "big", big, "DROP TABLE big;");
    fs::create_dir(project.path("small")).unwrap();
    let script = "exec 2>&1
        mount -t tmpfs -o size=96k tmpfs small || { echo unmounted; exit; }
        cp -r whimbrel.toml migrations small/ && cd small
        \"$0\" upgrade bbbb -q; echo exit $?
        \"$0\" upgrade; echo exit $?
        \"$0\" current -q
        dd if=/dev/zero of=fill bs=1k >/dev/null 2>&1
        \"$0\" revision -m more; echo exit $?
        ls -A migrations
        rm fill; rm migrations/c*; \"$0\" check; echo exit $?";
    let output = Command::new("unshare")
        .args(["--map-root-user", "--mount", "sh", "-c", script])
        .arg(assert_cmd::cargo::cargo_bin!("whimbrel"))
        .current_dir(project.path(""))
        .env("USER", "ada")
        .output();
    let Ok(output) = output else { return };
    let told = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    // The second is what `unshare` itself says.
    if told.contains("unmounted") || told.contains("unshare:") {
        eprintln!("skipped: this user may not mount a disk of its own: {told}");
        return;
    }
    let told = regex::Regex::new(r"`migrations/\w+_more.sql`")
        .unwrap()
        .replace_all(&told, "`migrations/[id]_more.sql`")
        .into_owned();
    assert_snapshot!(crate::project::settle(&told, &project.path("")), @r"
    applied 2 revisions in [duration]; the database stands at `bbbb00000002`
    exit 0
    error[unwritable]: database or disk is full
      hint  make room on the disk that the file is on
      next  whimbrel upgrade head
    nothing was changed · exit 4
    exit 4
    bbbb00000002
    error[output]: `migrations/[id]_more.sql` cannot be written: no storage space
    nothing was changed · exit 4
    exit 4
    aaaa00000001_make_one.sql
    bbbb00000002_make_two.sql
    cccc00000003_big.sql
    - models ↔ history: no models were found
    ✓ history ↔ database: no difference
    exit 0
    ");
}
