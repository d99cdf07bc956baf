-- revision: caa340515b50
-- parents:  6cae156d0441
-- message:  a subject is a title
-- phase:    expand
-- part:     1 of 3
-- created:  2026-11-23 15:06 UTC

-- upgrade (sqlite)
CREATE TABLE _whimbrel_new_email (
    id INTEGER NOT NULL PRIMARY KEY,
    title VARCHAR,
    size INTEGER NOT NULL,
    subject VARCHAR
);

INSERT INTO _whimbrel_new_email (id, size, subject)
SELECT id, size, subject
FROM email;

DROP TABLE email;

ALTER TABLE _whimbrel_new_email RENAME TO email;

CREATE INDEX ix_email_subject ON email (subject);

CREATE INDEX ix_email_title ON email (title);

CREATE TRIGGER whimbrel_email_subject_title_insert_new AFTER INSERT ON email
WHEN (NEW.title IS NOT NULL) AND NOT ((NEW.title COLLATE BINARY IS (SELECT subject FROM (SELECT NEW.subject AS subject) AS email)) OR (NEW.subject COLLATE BINARY IS (SELECT title FROM (SELECT NEW.title AS title) AS email)))
BEGIN
  UPDATE email SET subject = title WHERE rowid = NEW.rowid;
END;

CREATE TRIGGER whimbrel_email_subject_title_insert_old AFTER INSERT ON email
WHEN NOT (NEW.title IS NOT NULL) AND ((SELECT subject FROM (SELECT NEW.subject AS subject) AS email) IS NOT NULL)
BEGIN
  UPDATE email SET title = subject WHERE rowid = NEW.rowid;
END;

CREATE TRIGGER whimbrel_email_subject_title_update_new AFTER UPDATE OF title ON email
WHEN (NEW.title COLLATE BINARY IS NOT OLD.title) AND NOT ((NEW.title COLLATE BINARY IS (SELECT subject FROM (SELECT NEW.subject AS subject) AS email)) OR (NEW.subject COLLATE BINARY IS (SELECT title FROM (SELECT NEW.title AS title) AS email)))
BEGIN
  UPDATE email SET subject = title WHERE rowid = NEW.rowid;
END;

CREATE TRIGGER whimbrel_email_subject_title_update_old AFTER UPDATE OF subject ON email
WHEN (NEW.subject COLLATE BINARY IS NOT OLD.subject) AND NOT (NEW.title COLLATE BINARY IS NOT OLD.title) AND NOT ((NEW.title COLLATE BINARY IS (SELECT subject FROM (SELECT NEW.subject AS subject) AS email)) OR (NEW.subject COLLATE BINARY IS (SELECT title FROM (SELECT NEW.title AS title) AS email)))
BEGIN
  UPDATE email SET title = subject WHERE rowid = NEW.rowid;
END;

-- upgrade (postgres)
ALTER TABLE email ADD COLUMN title character varying;

CREATE OR REPLACE FUNCTION zz_whimbrel_email_subject_title()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
#variable_conflict use_column
DECLARE
  newer boolean;
  older boolean;
  made record;
BEGIN
  IF TG_OP = 'INSERT' THEN
    newer := NEW.title IS DISTINCT FROM NULL;
    older := NEW.subject IS DISTINCT FROM NULL;
  ELSE
    newer := ROW(NEW.title)::record OPERATOR(pg_catalog.*<>) ROW(OLD.title)::record;
    older := ROW(NEW.subject)::record OPERATOR(pg_catalog.*<>) ROW(OLD.subject)::record;
    IF NOT newer AND NOT older THEN
      RETURN NEW;
    END IF;
    older := older OR NOT (OLD.title IS DISTINCT FROM NULL);
  END IF;
  IF newer AND older THEN
    made := NEW;
    made.title := NEW.subject;
    IF NOT (ROW(made.title)::record OPERATOR(pg_catalog.*<>) ROW(NEW.title)::record) THEN
      RETURN NEW;
    END IF;
  END IF;
  IF newer THEN
    NEW.subject := NEW.title;
  ELSE
    NEW.title := NEW.subject;
  END IF;
  RETURN NEW;
END
$function$;

CREATE TRIGGER zz_whimbrel_email_subject_title BEFORE INSERT OR UPDATE ON email FOR EACH ROW EXECUTE FUNCTION zz_whimbrel_email_subject_title();

-- transaction: none
CREATE INDEX CONCURRENTLY ix_email_title ON email (title);

-- downgrade (sqlite)
CREATE TABLE _whimbrel_new_email (
    id INTEGER NOT NULL PRIMARY KEY,
    subject VARCHAR NOT NULL,
    size INTEGER NOT NULL
);

INSERT INTO _whimbrel_new_email (id, subject, size)
SELECT id, coalesce(subject, title), size
FROM email;

DROP TABLE email;

ALTER TABLE _whimbrel_new_email RENAME TO email;

CREATE INDEX ix_email_subject ON email (subject);

-- downgrade (postgres)
-- transaction: none
DROP INDEX CONCURRENTLY ix_email_title;

DROP TRIGGER zz_whimbrel_email_subject_title ON email;

ALTER TABLE email DROP COLUMN title;

DROP FUNCTION zz_whimbrel_email_subject_title();
