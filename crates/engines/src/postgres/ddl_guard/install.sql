-- What is there already is replaced, except for what was written down.
CREATE SCHEMA IF NOT EXISTS whimbrel_guard;
GRANT USAGE ON SCHEMA whimbrel_guard TO PUBLIC;

CREATE TABLE IF NOT EXISTS whimbrel_guard.installed (
    at timestamptz NOT NULL DEFAULT now(),
    by text NOT NULL DEFAULT session_user
);
DELETE FROM whimbrel_guard.installed;
INSERT INTO whimbrel_guard.installed DEFAULT VALUES;

CREATE TABLE IF NOT EXISTS whimbrel_guard.allowed_roles (name text PRIMARY KEY);
DELETE FROM whimbrel_guard.allowed_roles;

CREATE TABLE IF NOT EXISTS whimbrel_guard.emergencies (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    login text NOT NULL,
    role text NOT NULL,
    application text,
    address text,
    command text NOT NULL,
    objects text,
    statement text,
    reason text NOT NULL
);

-- Whether this session may change the schema: it is one of whimbrel's, it holds the lock of the one that runs revisions
-- (which a revision's own RESET cannot take away), or its role was let through when the guard was installed.
CREATE OR REPLACE FUNCTION whimbrel_guard.lets_through() RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN coalesce(current_setting('whimbrel.session', true), '') <> ''
        OR EXISTS (SELECT FROM whimbrel_guard.allowed_roles WHERE name IN (session_user, current_setting('role')))
        OR EXISTS (
            SELECT FROM pg_locks
            WHERE locktype = 'advisory' AND pid = pg_backend_pid() AND granted AND objsubid = 1
              AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
              AND classid = {lock_high} AND objid = {lock_low}
        );
END $$;

CREATE OR REPLACE FUNCTION whimbrel_guard.emergency() RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT nullif(btrim(current_setting('whimbrel.emergency', true)), '')
$$;

CREATE OR REPLACE FUNCTION whimbrel_guard.refuse(command text, object text) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RAISE EXCEPTION USING
        ERRCODE = 'insufficient_privilege',
        MESSAGE = format('%s%s: the schema of this database is changed by whimbrel', command, coalesce(' of ' || object, '')),
        HINT = 'write it as a revision, then: whimbrel upgrade. In an emergency, first: '
            'SET whimbrel.emergency = ''reason'' (it is written down)';
END $$;

-- Before a command begins: refuses at once what takes locks, so that nobody waits behind what will be refused. What may
-- be about temporary tables, which are everybody's own, is let begin; its end is judged.
CREATE OR REPLACE FUNCTION whimbrel_guard.before() RETURNS event_trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    quick CONSTANT text[] := ARRAY['CREATE TABLE', 'CREATE TABLE AS', 'SELECT INTO', 'CREATE SEQUENCE', 'CREATE VIEW',
        'CREATE OR REPLACE FUNCTION', 'CREATE PROCEDURE', 'CREATE TYPE', 'CREATE DOMAIN', 'CREATE AGGREGATE', 'CREATE OPERATOR'];
    own_things boolean;
BEGIN
    IF TG_TAG = ANY ({exempt}) OR whimbrel_guard.emergency() IS NOT NULL OR whimbrel_guard.lets_through() THEN
        RETURN;
    END IF;
    own_things := pg_my_temp_schema() <> 0 AND (
        EXISTS (SELECT FROM pg_class WHERE relnamespace = pg_my_temp_schema())
        OR EXISTS (SELECT FROM pg_proc WHERE pronamespace = pg_my_temp_schema())
        OR EXISTS (SELECT FROM pg_type WHERE typnamespace = pg_my_temp_schema()));
    -- A command that ends its own transactions could no longer be taken back at its end.
    IF (TG_TAG = ANY (quick) OR own_things) AND current_query() !~* '\mconcurrently\M' THEN
        RETURN;
    END IF;
    PERFORM whimbrel_guard.refuse(TG_TAG, NULL);
END $$;

CREATE OR REPLACE FUNCTION whimbrel_guard.note(command text, objects text) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    INSERT INTO whimbrel_guard.emergencies (login, role, application, address, command, objects, statement, reason)
    VALUES (session_user, current_setting('role'), current_setting('application_name', true), inet_client_addr()::text,
            command, objects, left(current_query(), 10000), whimbrel_guard.emergency())
$$;
REVOKE EXECUTE ON FUNCTION whimbrel_guard.note(text, text) FROM PUBLIC;

CREATE OR REPLACE FUNCTION whimbrel_guard.after() RETURNS event_trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    things text;
BEGIN
    IF TG_TAG = ANY ({exempt}) OR TG_TAG LIKE 'DROP %' OR whimbrel_guard.lets_through() THEN
        RETURN;
    END IF;
    SELECT string_agg(DISTINCT object_identity, ', ' ORDER BY object_identity) INTO things
    FROM pg_event_trigger_ddl_commands()
    WHERE schema_name IS DISTINCT FROM 'pg_temp' AND NOT in_extension;
    IF things IS NULL THEN
        RETURN;
    ELSIF whimbrel_guard.emergency() IS NOT NULL THEN
        PERFORM whimbrel_guard.note(TG_TAG, things);
    ELSE
        PERFORM whimbrel_guard.refuse(TG_TAG, things);
    END IF;
END $$;

CREATE OR REPLACE FUNCTION whimbrel_guard.dropped() RETURNS event_trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    things text;
BEGIN
    IF TG_TAG = ANY ({exempt}) OR TG_TAG NOT LIKE 'DROP %' OR whimbrel_guard.lets_through() THEN
        RETURN;
    END IF;
    SELECT string_agg(DISTINCT object_identity, ', ' ORDER BY object_identity) INTO things
    FROM pg_event_trigger_dropped_objects()
    WHERE original AND NOT is_temporary AND schema_name IS DISTINCT FROM 'pg_temp';
    IF things IS NULL THEN
        RETURN;
    ELSIF whimbrel_guard.emergency() IS NOT NULL THEN
        PERFORM whimbrel_guard.note(TG_TAG, things);
    ELSE
        PERFORM whimbrel_guard.refuse(TG_TAG, things);
    END IF;
END $$;

CREATE EVENT TRIGGER whimbrel_guard_before ON ddl_command_start EXECUTE FUNCTION whimbrel_guard.before();
CREATE EVENT TRIGGER whimbrel_guard_after ON ddl_command_end EXECUTE FUNCTION whimbrel_guard.after();
CREATE EVENT TRIGGER whimbrel_guard_dropped ON sql_drop EXECUTE FUNCTION whimbrel_guard.dropped();
