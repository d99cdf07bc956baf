-- The story of the README: an email gets a moment at which it was archived.

-- from
CREATE TABLE "user" (id integer NOT NULL PRIMARY KEY, name varchar NOT NULL);
CREATE TABLE email (
    id integer NOT NULL PRIMARY KEY,
    subject varchar NOT NULL,
    user_id integer NOT NULL REFERENCES "user" (id)
);
CREATE INDEX ix_email_subject ON email (subject);

-- rows
INSERT INTO "user" VALUES (1, 'ada');
INSERT INTO email VALUES (1, 'hello', 1), (2, 'again', 1);

-- to
CREATE TABLE "user" (id integer NOT NULL PRIMARY KEY, name varchar NOT NULL);
CREATE TABLE email (
    id integer NOT NULL PRIMARY KEY,
    subject varchar NOT NULL,
    user_id integer NOT NULL REFERENCES "user" (id),
    archived_at timestamp
);
CREATE INDEX ix_email_subject ON email (subject);
