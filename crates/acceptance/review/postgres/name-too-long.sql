-- case: an index
-- judge
CREATE TABLE email (id bigint PRIMARY KEY, subject text, size bigint);
-- finds: name-too-long
CREATE INDEX ix_email_subject_and_sender_and_recipient_and_everything_else_there_is ON email (subject);

-- case: a long text, and no long name
-- judge
CREATE TABLE email (id bigint PRIMARY KEY, subject text, size bigint);
COMMENT ON TABLE email IS 'one row for each message that came in, whatever became of it afterwards_and_so_on_and_so_on_and_so_on_and_so_on';
