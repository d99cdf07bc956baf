-- case: what SQLite does only on its own
-- judge
-- finds: cannot-run-in-transaction
VACUUM;
-- finds: cannot-run-in-transaction
PRAGMA journal_mode = WAL;
-- fixed
-- transaction: none
VACUUM;
-- transaction: none
PRAGMA journal_mode = WAL;

-- case: on its own
-- judge
-- transaction: none
VACUUM;
-- transaction: none
PRAGMA journal_mode = WAL;
