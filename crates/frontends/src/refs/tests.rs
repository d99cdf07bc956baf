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
    assert!(search.learn([model]), "there are more words to look for");
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
            &["1 certain SQL", "1 likely SQL"],
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
            "@Column(name = \"subject\") String s; email.getId(\"email.subject\");",
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
    search.learn([model]);
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
