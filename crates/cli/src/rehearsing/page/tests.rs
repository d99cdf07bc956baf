use serde_json::{Value, json};

use super::text;
use crate::rehearsing::screen::Shown;

const HOSTILE: &str = "<script>alert('x')</script>";

/// A statement that locks and writes anew, with what was measured of it.
fn revision() -> Value {
    json!({
        "id": "aaaa00000001", "message": HOSTILE, "checksum": "sha256:33", "phase": "expand",
        "part": {"number": 1, "of": 2}, "began_us": 1_000, "took_us": 400_000, "notices": [HOSTILE],
        "statements": [{
            "number": 1, "of": 1, "sql": "ALTER TABLE email RENAME subject TO title -- </style>",
            "file": "migrations/a.sql", "line": 8, "within": "transaction", "began_us": 1_000, "took_us": 100_000,
            "over_us": 401_000, "measuring_us": 0, "rows": 0,
            "reading": {
                "relations": [{
                    "on": {"relation": {"namespace": null, "name": "email"}}, "part_of": null, "kind": "table",
                    "locks": [{"name": "ACCESS EXCLUSIVE", "blocks": "reads_and_writes"}], "fate": "rewritten",
                    "rows_read": 1_200, "bytes": {"from": 1_000, "to": 3_000}
                }],
                "wal_bytes": 5_000, "temporary_bytes": null, "database_bytes": null, "sampled": false
            },
            "understood": true, "prediction": {"touches": [], "dangers": [], "undo": "free"},
            "under": ["`email` was written anew, and that was not predicted"],
            "waited": [{"query": 0, "began_us": 101_000, "waited_us": 250_000}]
        }]
    })
}

/// A rename that breaks a query, with something hostile in every place that people write.
fn shown(change: impl Fn(&mut Value)) -> Shown {
    let revision = revision();
    let mut found = json!({
        "format": 1, "whimbrel": "0.1.0", "engine": "postgres", "server": {"major": 15, "minor": 18, "patch": 0},
        "copy": {"how": "existing", "place": "PostgreSQL 15.18 · copy", "took_us": 0},
        "began_at": "2026-11-22T09:41:07.000Z", "took_us": 900_000, "plan": "sha256:0011", "applied": [],
        "schema": "sha256:22", "revisions": [revision],
        "stopped": null,
        "tables": [
            {"table": {"namespace": null, "name": "email"}, "columns": ["id"], "outcome": {"same": {"rows": 1_200}}},
            {"table": {"namespace": null, "name": HOSTILE}, "columns": [], "outcome": {"unknown": {"why": HOSTILE}}}
        ],
        "destroyed": [], "undone": {"passed": {"took_us": 5_000, "told": "every row came back"}},
        "killed": {"not_done": {"why": "it was not asked for"}}, "seed": 1,
        "queries": [{
            "name": "inbox.sql:1", "version": "old", "sql": HOSTILE,
            "answers": [
                {"after": null, "took_us": 400, "came": {"worked": {"rows": 3, "plan": {"lines": [], "cost": 1.0, "reads": []}}}},
                {"after": "aaaa00000001", "took_us": 0,
                 "came": {"failed": {"message": "column \"subject\" does not exist", "code": "42703"}}}
            ]
        }],
        "findings": [{
            "code": "query-breaks", "severity": "broken", "revision": "aaaa00000001", "statement": null, "query": 0,
            "message": "`inbox.sql:1` (old code) fails: column \"subject\" does not exist"
        }],
        "unknown": []
    });
    change(&mut found);
    Shown {
        place: format!("dev · {HOSTILE}"),
        rehearsal: serde_json::from_value(found).unwrap(),
        receipt: None,
        file: None,
        signed: false,
        left: None,
        next: Vec::new(),
    }
}

#[test]
fn it_is_one_file_that_runs_nothing_and_asks_nobody() {
    let page = text(&shown(|_| ())).unwrap();
    for word in ["<script", "http:", "https:", "src=", "@import", "url(", "onload", "</style> "] {
        assert!(!page.contains(word), "{word} in\n{page}");
    }
    assert_eq!(page.matches("</style>").count(), 1);
    assert!(page.matches("&lt;script&gt;").count() >= 5, "{page}");
}

#[test]
fn the_verdict_and_its_reason_come_first() {
    let page = text(&shown(|_| ())).unwrap();
    let body = page.split("<body>").nth(1).unwrap();
    let (header, rest) = body.split_once("</header>").unwrap();
    assert!(header.contains("<h1>Do not run this</h1>"), "{header}");
    assert!(header.contains("<code>inbox.sql:1</code> (old code) fails: column &quot;subject&quot;"), "{header}");
    for told in [
        "ACCESS EXCLUSIVE on <code>email</code>: blocks reads and writes, 400 ms",
        "inbox.sql:1 waited 250 ms",
        "<code>email</code>: written anew",
        "not foretold: <code>email</code> was written anew",
        "left:0.000%;width:100.000%",
        "left:25.000%",
        "every value is there, unchanged",
    ] {
        assert!(rest.contains(told), "{told} not in\n{rest}");
    }
}

#[test]
fn what_went_well_is_said_to_be_safe() {
    let page = text(&shown(|found| {
        found["findings"] = json!([]);
        found["queries"] = json!([]);
        found["revisions"][0]["statements"][0]["waited"] = json!([]);
    }));
    let page = page.unwrap();
    assert!(page.contains("<h1>Safe to run</h1>") && page.contains("no row was lost and no query broke"), "{page}");
    assert!(!page.contains("Queries in every state"));
}
