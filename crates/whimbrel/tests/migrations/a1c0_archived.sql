-- revision: a1c0e4429b1f
-- parents:  8c1f0e7d2b34
-- message:  add archived_at

-- upgrade
ALTER TABLE email ADD COLUMN archived_at TEXT;

-- downgrade
ALTER TABLE email DROP COLUMN archived_at;
