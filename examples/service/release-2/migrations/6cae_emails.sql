-- revision: 6cae156d0441
-- parents:  none
-- message:  emails
-- created:  2026-11-23 15:06 UTC

-- upgrade (sqlite)
CREATE TABLE email (
    id INTEGER NOT NULL PRIMARY KEY,
    subject VARCHAR NOT NULL,
    size INTEGER NOT NULL
);

CREATE INDEX ix_email_subject ON email (subject);

-- upgrade (postgres)
CREATE TABLE email (
    id bigserial,
    subject character varying NOT NULL,
    size bigint NOT NULL,
    CONSTRAINT email_pkey PRIMARY KEY (id)
);

CREATE INDEX ix_email_subject ON email (subject);

-- downgrade
DROP TABLE email;
