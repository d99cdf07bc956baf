use super::*;

fn search(column: &str) -> Search {
    Search::new(vec![Wanted { table: "email".into(), column: Some(column.into()) }])
}

/// Each place as `line certainty why`, in the file's order.
fn told(search: &Search, path: &str, text: &str) -> Vec<String> {
    let line = |at: usize| text[..at].matches('\n').count() + 1;
    let places = search.places(path, text);
    places.iter().map(|it| format!("{} {} {}", line(it.span.start), it.certainty.word(), it.why.words())).collect()
}

fn subject(path: &str, text: &str) -> Vec<String> {
    told(&search("subject"), path, text)
}

#[test]
fn python_is_read_by_its_grammar() {
    let text = "\
class Email(SQLModel, table=True):
    subject: str
def f(session, term, e: Email, other):
    session.exec(select(Email).where(Email.subject.ilike(term)))
    e.subject = other.subject
    email.subject
    Email(subject='x', body='subject to change without notice, as always')
    update(Email).values(subject='y')
    getattr(email, 'subject'), row['subject'], form['a subject']
    ForeignKey('email.subject')
    # Email.subject
    session.execute(text('SELECT subject FROM email'), {'x': 1})
    session.execute(f'SELECT u.subject FROM ticket u JOIN email e ON e.id = u.id WHERE {term}')
    found = session.exec(select(Email)).all()
    return [it.subject for it in found]
";
    assert_eq!(
        subject("app/a.py", text),
        [
            "2 certain its definition",
            "4 certain an attribute",
            "5 likely an attribute",
            "5 possible an attribute",
            "6 likely an attribute",
            "7 certain an argument",
            "8 certain an argument",
            "9 likely a text",
            "9 possible a text",
            "9 possible a text",
            "10 certain a text",
            "12 certain SQL",
            "15 likely an attribute",
        ]
    );
}

#[test]
fn the_models_tell_which_class_and_which_attribute_it_is() {
    let model = "\
class Message(Shared, table=True):
    __tablename__ = 'email'
    title = mapped_column('subject', String)
class Shared(SQLModel):
    subject: str
class MessageCreate(Shared):
    pass
";
    let mut search = search("subject");
    assert!(!search.touches(b"x = message.title"));
    assert!(search.learn([("m.py", model)]), "there are more words to look for");
    assert!(search.touches(b"x = message.title"));
    let uses = "Message.title\nmessage.title\nEmail.subject\nMessageCreate(subject=1)\npage.title\n";
    assert_eq!(
        told(&search, "a.py", uses),
        [
            "1 certain an attribute",
            "2 likely an attribute",
            "3 likely an attribute",
            "4 likely an argument",
            "5 possible an attribute",
        ]
    );
    assert_eq!(
        told(&search, "m.py", model),
        ["3 certain its definition", "3 certain its definition", "5 likely its definition"]
    );
}

#[test]
fn sql_is_read_by_its_tables_and_aliases() {
    let cases: [(&str, &[&str]); 12] = [
        ("SELECT subject FROM email;", &["1 certain SQL"]),
        ("SELECT e.subject, t.subject FROM email e JOIN ticket AS t ON t.id = e.id;", &["1 certain SQL"]),
        ("SELECT subject FROM email JOIN ticket USING (id);", &["1 likely SQL"]),
        ("SELECT subject FROM ticket;", &[]),
        ("UPDATE public.email SET subject = 'subject' WHERE id = 1;", &["1 certain SQL"]),
        ("INSERT INTO \"email\" (id, \"subject\") VALUES (1, :subject);", &["1 certain SQL"]),
        (
            "INSERT INTO email (id) VALUES (1) ON CONFLICT (id) DO UPDATE SET subject = excluded.subject",
            &["1 certain SQL", "1 certain SQL"],
        ),
        ("-- subject\nSELECT 1 FROM email; SELECT subject", &["2 possible SQL"]),
        ("CREATE INDEX ix ON email (subject);", &["1 certain SQL"]),
        ("CREATE TABLE email (id int, subject text);", &["1 certain SQL"]),
        ("SELECT a.b FROM ticket t, email a WHERE a.subject = t.subject", &["1 certain SQL"]),
        ("CREATE FUNCTION f() RETURNS int AS $$ SELECT 1 FROM email WHERE subject IS NULL $$;", &["1 certain SQL"]),
    ];
    for (sql, expected) in cases {
        assert_eq!(subject("a.sql", sql), expected, "{sql}");
    }
}

#[test]
fn sql_is_read_by_its_scopes() {
    let certain = "1 certain SQL";
    let cases: [(&str, &[&str]); 34] = [
        // Queries within queries.
        ("SELECT subject FROM ticket WHERE id IN (SELECT id FROM email)", &[]),
        ("SELECT id FROM ticket WHERE subject IN (SELECT subject FROM email)", &[certain]),
        ("SELECT id FROM email WHERE EXISTS (SELECT 1 FROM ticket WHERE ticket.subject = email.subject)", &[certain]),
        ("SELECT s.subject FROM (SELECT id, subject FROM email) s", &[certain, certain]),
        ("SELECT s.subject FROM (SELECT id, body AS subject FROM email) s", &[]),
        ("SELECT subject FROM (SELECT * FROM email) s", &[certain, "1 possible every column"]),
        ("SELECT subject FROM email JOIN (SELECT id, count(*) AS n FROM ticket GROUP BY id) t USING (id)", &[certain]),
        ("SELECT (SELECT subject FROM ticket LIMIT 1) FROM email", &[]),
        // WITH.
        ("WITH e AS (SELECT * FROM email) SELECT e.subject FROM e", &["1 possible every column", certain]),
        ("WITH e AS (SELECT subject FROM email) SELECT subject FROM e", &[certain, certain]),
        ("WITH e AS (SELECT title FROM email), t AS (SELECT subject FROM ticket) SELECT subject FROM e, t", &[]),
        ("WITH email AS (SELECT subject FROM ticket) SELECT subject FROM email", &[]),
        (
            "WITH RECURSIVE r (id, title) AS (SELECT id, subject FROM email UNION ALL SELECT id, title FROM r) SELECT title FROM r",
            &[certain],
        ),
        // UNION.
        ("SELECT subject FROM ticket UNION ALL SELECT subject FROM email", &[certain]),
        // What something is called.
        ("SELECT body AS subject FROM email ORDER BY subject", &["1 possible SQL"]),
        ("SELECT subject AS subject, lower(subject) FROM email", &[certain, certain]),
        ("SELECT id FROM email AS subject WHERE subject.id = 1", &[]),
        // INSERT and UPDATE write into one table and read from others.
        ("INSERT INTO ticket (id, subject) SELECT id, subject FROM email", &[certain]),
        ("INSERT INTO email (id, subject) SELECT id, subject FROM ticket", &[certain]),
        ("INSERT INTO email VALUES (1, 'x')", &["1 likely every column"]),
        ("UPDATE ticket SET subject = e.subject FROM email e WHERE e.id = ticket.id", &[certain]),
        ("UPDATE email SET title = 1, subject = t.title FROM ticket t", &[certain]),
        (
            "SELECT 1 FROM email FOR UPDATE; DELETE FROM email USING ticket WHERE email.subject = ticket.subject",
            &[certain],
        ),
        // Definitions.
        ("CREATE TABLE note (id int REFERENCES ticket (subject), s text REFERENCES email (subject))", &[certain]),
        ("ALTER TABLE note ADD CONSTRAINT f FOREIGN KEY (subject) REFERENCES email (id)", &[]),
        ("CREATE VIEW subjects AS SELECT subject FROM email", &[certain]),
        (
            "CREATE TRIGGER t AFTER UPDATE OF subject ON email FOR EACH ROW EXECUTE FUNCTION f(NEW.subject)",
            &[certain, certain],
        ),
        ("COMMENT ON COLUMN public.email.subject IS 'subject of it'", &[certain]),
        ("GRANT SELECT (subject) ON email TO reader", &[certain]),
        // Bodies.
        (
            "CREATE TRIGGER t AFTER INSERT ON email BEGIN UPDATE ticket SET subject = NEW.subject; DELETE FROM ticket WHERE subject = OLD.subject; END",
            &[certain, certain],
        ),
        (
            "CREATE FUNCTION f() RETURNS trigger AS $$ BEGIN IF NEW.x THEN INSERT INTO ticket (subject) SELECT subject FROM email; END IF; END $$",
            &[certain],
        ),
        // What is put in.
        (
            "{{ config(a='b') }} WITH e AS (SELECT * FROM {{ ref('email') }}) SELECT e.subject FROM e",
            &["1 possible every column", certain],
        ),
        ("SELECT subject FROM {{ ref('email') }}", &[certain]),
        ("SELECT subject FROM {table} WHERE x = %(subject)s AND y = '{subject}'", &["1 possible SQL"]),
    ];
    for (sql, expected) in cases {
        assert_eq!(subject("a.sql", sql), expected, "{sql}");
    }
}

#[test]
fn sql_that_ends_nowhere_is_read_all_the_same() {
    for sql in [
        "SELECT ((((subject FROM email",
        "WITH a AS (SELECT",
        "INSERT INTO",
        "email (",
        ") subject FROM email",
        "$$ $a$ E'\\",
    ] {
        subject("a.sql", sql);
    }
    let deep = format!("SELECT {} subject FROM email {}", "(SELECT ".repeat(5000), ")".repeat(5000));
    subject("a.sql", &deep);
}

#[test]
fn other_languages_are_read_by_what_stands_around() {
    let cases: [(&str, &str, &[&str]); 12] = [
        (
            "a.ts",
            "const x = email.subject + mail.subject; // subject",
            &["1 likely an attribute", "1 possible an attribute", "1 possible a comment or prose"],
        ),
        ("a.ts", "await prisma.email.findMany({ where: { subject: x } })", &["1 likely an argument"]),
        (
            "a.ts",
            "interface Email {\n  id: number\n  subject: string\n}\ninterface X {\n  subject: string\n}",
            &["3 likely its definition", "6 possible a word"],
        ),
        ("a.js", "db.query(`SELECT subject FROM email WHERE id = $1`)", &["1 certain SQL"]),
        (
            "a.go",
            "type Email struct {\n\tSubject string `db:\"subject\"`\n}\n",
            &["2 likely its definition", "2 likely a text"],
        ),
        ("a.go", "rows.Scan(&email.Subject)", &["1 likely an attribute"]),
        ("a.rs", "fn f<'a>(email: &'a Email) -> &'a str { &email.subject }", &["1 likely an attribute"]),
        (
            "A.java",
            "class Email { @Column(name = \"subject\") String s; } x.of(\"email.subject\");",
            &["1 likely a text", "1 certain a text"],
        ),
        ("a.rb", "Email.where(subject: term) # subject", &["1 likely an argument", "1 possible a comment or prose"]),
        (
            "a.php",
            "$email->subject; $x->subject; $db->query('UPDATE email SET subject = ?');",
            &["1 likely an attribute", "1 possible an attribute", "1 certain SQL"],
        ),
        (
            "a.html",
            "<b>subject</b>{{ email.subject }}<input name=\"subject\">{% if x.subject %}",
            &["1 likely a template", "1 possible a template", "1 possible a template"],
        ),
        ("README.md", "The subject of an email.", &["1 possible a comment or prose"]),
    ];
    for (path, text, expected) in cases {
        assert_eq!(subject(path, text), expected, "{path}: {text}");
    }
}

#[test]
fn a_table_is_found_by_its_class_and_its_name() {
    let mut search = Search::new(vec![Wanted { table: "email".into(), column: None }]);
    let model =
        "class Mail(Base):\n    __tablename__ = 'email'\nclass Note(Base):\n    mail = ForeignKey('email.id')\n";
    search.learn([("m.py", model)]);
    assert_eq!(
        told(&search, "m.py", model),
        ["1 certain its definition", "2 certain its definition", "4 certain a text"]
    );
    assert_eq!(
        told(&search, "a.py", "select(Mail)\ntext('DELETE FROM email')\nprint('email')"),
        ["1 likely the model", "2 certain SQL", "3 possible a text",]
    );
    assert_eq!(
        told(&search, "a.sql", "SELECT email FROM person; SELECT email.x FROM a.email"),
        ["1 possible SQL", "1 certain SQL", "1 certain SQL",]
    );
}

#[test]
fn a_person_may_say_that_a_place_is_something_else() {
    let text = "x = page.subject  # whimbrel: not email.subject\n# whimbrel: not email.subject\ny = email.subject\nz = email.subject # whimbrel: not email.subject_line\n";
    assert_eq!(subject("a.py", text), ["4 likely an attribute"]);
}

#[test]
fn migrations_of_other_tools_are_left_out() {
    assert!(subject("a.py", "down_revision = 'x'\nop.drop_column('email', 'subject')\nEmail.subject\n").is_empty());
}

#[test]
fn what_is_no_python_is_searched_for_words() {
    assert_eq!(
        subject("a.py", "print email.subject\nexec 'SELECT subject FROM email'\n"),
        ["1 likely an attribute", "2 certain SQL"]
    );
}

#[test]
fn no_text_is_too_strange() {
    let mut texts =
        vec!["'".to_string(), "\"\\".into(), "`é".into(), "é'subject\\é".into(), "{{".into(), "/*".into(), "$$".into()];
    texts.push("email.subject".repeat(3));
    texts.push("f'{email.subject!r:>{width}}' 'é' f\"SELECT é{x}subject FROM email\"".into());
    for path in ["a.py", "a.sql", "a.ts", "a.rs", "a.php", "a.html", "a.md", "a"] {
        for text in &texts {
            for found in search("subject").places(path, text) {
                assert!(text.get(found.span.clone()).is_some(), "{path}: {text}");
            }
        }
    }
}
