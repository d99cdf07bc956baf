-- The rows of base.sql's tables.
INSERT INTO plan SELECT n, 'plan ' || n FROM generate_series(1, 50) n;
INSERT INTO account SELECT n, 'a' || n || '@example.org', 'name ' || n, n, 'new', now(), '{}', 1 + n % 50, 'note', n % 7 FROM generate_series(1, 20000) n;
INSERT INTO purchase SELECT n, 1 + n % 20000, 1 + n % 50, n % 100, 'EUR', now(), 'open', 1, 'text' FROM generate_series(1, 20000) n;
INSERT INTO note_line SELECT n, n, 'body', now() FROM generate_series(1, 20000) n;
INSERT INTO event SELECT n, date '2025-01-01' + n % 700, 'kind' FROM generate_series(1, 20000) n;
INSERT INTO event_old SELECT n, date '2024-01-01' + n % 300, 'kind' FROM generate_series(1, 20000) n;
INSERT INTO event_older SELECT n, date '2023-01-01' + n % 300, 'kind' FROM generate_series(1, 20000) n;
REFRESH MATERIALIZED VIEW spent;
