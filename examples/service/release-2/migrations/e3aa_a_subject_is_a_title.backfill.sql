-- revision: e3aa17cac422
-- parents:  caa340515b50
-- message:  a subject is a title
-- phase:    backfill
-- part:     2 of 3
-- created:  2026-11-23 15:06 UTC

-- upgrade (sqlite)
-- backfill
UPDATE email SET title = subject WHERE title IS NOT subject;

-- upgrade (postgres)
-- backfill
UPDATE email SET title = subject WHERE title IS DISTINCT FROM subject;

-- downgrade
-- nothing to do: the downgrade of caa340515b50 drops `email.title`
