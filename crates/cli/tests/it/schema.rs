use insta::assert_snapshot;

use crate::project::Project;

#[test]
fn is_the_same_from_all_three_sources() {
    let project = Project::with_sql();
    project.whimbrel("revision --autogenerate -m first").ok();
    project.whimbrel("upgrade").ok();
    let models = project.whimbrel("schema").ok();
    assert_snapshot!(models.screen(), @r"
    exit 0
    CREATE TABLE user (
        id INTEGER NOT NULL PRIMARY KEY,
        name VARCHAR NOT NULL
    );

    CREATE TABLE email (
        id INTEGER NOT NULL PRIMARY KEY,
        subject VARCHAR NOT NULL,
        user_id INTEGER NOT NULL,
        FOREIGN KEY (user_id) REFERENCES user (id)
    );

    CREATE INDEX ix_email_subject ON email (subject);

    CREATE TABLE note (
        id INTEGER NOT NULL PRIMARY KEY
    );
    ");
    assert_eq!(project.whimbrel("schema --from history").ok().stdout(), models.stdout());
    assert_eq!(project.whimbrel("schema --from database").ok().stdout(), models.stdout());
    assert_eq!(project.whimbrel("schema --from history --at base").ok().stdout(), "-- nothing to do\n");
    let document = project.whimbrel("schema --json").ok().json();
    assert_eq!(document["result"]["schema"]["engine"], "sqlite");
}
