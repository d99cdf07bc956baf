-- case: one trigger
-- setup
CREATE TABLE email (id bigint PRIMARY KEY, subject text, size bigint);
CREATE FUNCTION audit() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
CREATE TRIGGER email_audit AFTER UPDATE ON email FOR EACH ROW EXECUTE FUNCTION audit();
-- judge
-- finds: disables-trigger
ALTER TABLE email DISABLE TRIGGER email_audit;

-- case: all of the session
-- judge
-- finds: disables-trigger
SET session_replication_role = replica;

-- case: switched on
-- setup
CREATE TABLE email (id bigint PRIMARY KEY, subject text, size bigint);
CREATE FUNCTION audit() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
CREATE TRIGGER email_audit AFTER UPDATE ON email FOR EACH ROW EXECUTE FUNCTION audit();
-- judge
ALTER TABLE email ENABLE TRIGGER email_audit;
