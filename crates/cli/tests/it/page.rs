//! The page of a rehearsal, opened in a browser as a reviewer opens it.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::project::Project;

/// `None` where a test may go without a browser.
fn browser() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let names = ["chromium", "chromium-browser", "google-chrome", "chrome"];
    let mut folders = std::env::split_paths(&path);
    let found = folders.find_map(|folder| names.iter().map(|name| folder.join(name)).find(|file| file.is_file()));
    let promised = std::env::var_os("CI").is_some() || std::env::var_os("WHIMBREL_REQUIRE_ENGINES").is_some();
    assert!(found.is_some() || !promised, "no Chromium is installed; run: cargo xtask engines");
    found
}

/// What the document is once it has been laid out. It can reach nobody.
fn document(browser: &Path, profile: &Path, page: &Path) -> String {
    let quiet = "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking \
                 --disable-component-update --disable-sync --allow-file-access-from-files --virtual-time-budget=2000 \
                 --dump-dom";
    let output = Command::new(browser)
        .args(quiet.split_whitespace())
        .arg("--host-resolver-rules=MAP * ~NOTFOUND")
        .arg(format!("--user-data-dir={}", profile.display()))
        .arg(format!("file://{}", page.display()))
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn a_page_is_readable_on_a_screen_and_on_a_phone() {
    let Some(browser) = browser() else { return };
    let project = Project::with_revisions(&[(
        "aaaa00000001",
        "none",
        "CREATE TABLE email (id INTEGER PRIMARY KEY, subject TEXT NOT NULL DEFAULT '')",
    )]);
    project.whimbrel("upgrade head").ok();
    project.sql("INSERT INTO email (subject) VALUES ('one'), ('two')");
    let long = "a_column_with_a_name_that_is_as_long_as_a_name_can_be_before_somebody_complains";
    project.revision_of(
        "bbbb00000002",
        "aaaa00000001",
        "rename subject",
        &format!("ALTER TABLE email RENAME COLUMN subject TO {long};"),
        &format!("ALTER TABLE email RENAME COLUMN {long} TO subject;"),
    );
    project.write("queries/inbox.sql", "SELECT subject FROM email;\n");
    let run = project.whimbrel("rehearse --queries queries --html page.html");
    assert!(run.screen().starts_with("exit 1\n"), "{}", run.screen());

    let measure = "<script>for (const frame of document.querySelectorAll('iframe')) frame.onload = () => { \
                   const page = frame.contentDocument, root = page.documentElement; \
                   document.body.append(`[${frame.width}: ${root.scrollWidth - root.clientWidth} too wide, ` + \
                   `${getComputedStyle(page.body).backgroundColor}, ${page.querySelector('h1').textContent}]`); };</script>";
    let frames =
        "<iframe width=390 height=800 src=page.html></iframe><iframe width=1200 height=800 src=page.html></iframe>";
    project.write("frames.html", &format!("<!doctype html><body>{frames}{measure}"));
    let seen = document(&browser, &project.path("profile"), &project.path("frames.html"));
    // A page that is wider than its window is scrolled sideways, and its style was read.
    for told in ["[390: 0 too wide", "[1200: 0 too wide", "rgb(251, 250, 248), Do not run this]"] {
        assert!(seen.contains(told), "{told} not in\n{seen}");
    }
}
