//! The page of a report in a real browser, in light and in dark: nothing is loaded, nothing runs,
//! every link has its target, nothing is wider than the window, all text can be read.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "a test fails by panicking, and says what it skips"
)]

#[path = "../program/mod.rs"]
mod program;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use program::program;
use program::skipped::skipped;
use serde_json::Value;

/// The names under which Chromium is installed.
const BROWSERS: [&str; 3] = ["chromium", "chromium-browser", "google-chrome"];

const FIXTURES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures");

fn browser() -> Option<&'static str> {
    let runs = |name: &&&str| Command::new(name).arg("--version").output().is_ok();
    let found = BROWSERS.iter().find(runs).copied();
    if found.is_none() {
        skipped("there is no Chromium on this machine");
    }
    found
}

/// What the browser measures, once for each width.
fn measured(browser: &str, page: &Path, dark: bool) -> Vec<Value> {
    let directory = page.parent().unwrap();
    let harness = directory.join("harness.html");
    fs::write(&harness, include_str!("harness.html")).unwrap();
    let log = directory.join(format!("net-{dark}.json"));
    let output = Command::new(browser)
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"])
        .arg("--allow-file-access-from-files")
        .args(["--enable-logging=stderr", "--virtual-time-budget=60000", "--dump-dom"])
        .arg(format!("--blink-settings=preferredColorScheme={}", u8::from(!dark)))
        .arg(format!("--user-data-dir={}", directory.join("profile").display()))
        .arg(format!("--log-net-log={}", log.display()))
        .arg(format!(
            "file://{}#{}",
            harness.display(),
            page.file_name().unwrap().to_str().unwrap()
        ))
        .output()
        .unwrap();
    let console: Vec<String> = String::from_utf8_lossy(&output.stderr)
        .lines()
        .filter(|line| line.contains("CONSOLE"))
        .map(str::to_owned)
        .collect();
    assert_eq!(console, Vec::<String>::new());
    // Chromium itself asks for updates of its components; the page must ask for nothing.
    let log = fs::read_to_string(log).unwrap();
    for scheme in ["http://jobs.example", "https://jobs.example"] {
        assert!(!log.contains(scheme), "the page loads something");
    }
    let dom = String::from_utf8(output.stdout).unwrap();
    let start = dom.find("<pre id=\"result\">").unwrap() + "<pre id=\"result\">".len();
    let end = start + dom[start..].find("</pre>").unwrap();
    let text = dom[start..end].replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&");
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text:.300}"))
}

/// Writes the report of a directory and measures it in light and in dark.
fn check(directory: &Path, arguments: &[&str]) -> Option<Vec<Value>> {
    let browser = browser()?;
    let temporary = tempfile::tempdir().unwrap();
    let page = temporary.path().join("report.html");
    program()
        .arg("report")
        .args(arguments)
        .arg(directory)
        .arg("--output")
        .arg(&page)
        .output()
        .unwrap();
    let mut all = Vec::new();
    for dark in [false, true] {
        for result in measured(browser, &page, dark) {
            assert_eq!(result["dark"], dark);
            for empty in ["overflowing", "low_contrasts", "dead_links", "duplicate_ids"] {
                assert_eq!(result[empty], serde_json::json!([]), "{empty} at {}", result["width"]);
            }
            for none in ["scripts", "handlers"] {
                assert_eq!(result[none], 0, "{none}");
            }
            all.push(result);
        }
    }
    assert_eq!(all.len(), 6);
    Some(all)
}

#[test]
fn the_report_of_a_server_is_sound_in_a_browser() {
    let directory = PathBuf::from(FIXTURES).join("migrate/web-stack");
    let jobs = if directory.join("init").is_dir() { directory.join("init") } else { directory };
    let Some(results) = check(&jobs, &[]) else { return };
    let text = results[0]["text"].as_str().unwrap();
    assert!(text.contains("In which order"), "{text}");
}

#[test]
fn the_texts_of_hostile_jobs_are_text() {
    let temporary = tempfile::tempdir().unwrap();
    let hostile = "<script src=\"https://jobs.example/x.js\"></script><img src=https://jobs.example/y.png onerror=alert(1)>";
    let long = "x".repeat(10_000);
    let job = format!(
        "# {hostile}\ndescription \"{hostile} ]]> \u{202e}\u{1b}[31m\"\nauthor '{long}'\nstart on started {hostile}\nenv A={hostile}\nexec /bin/x '{hostile}' {long}\n"
    );
    fs::write(temporary.path().join("\"><script>alert(1)<.conf"), &job).unwrap();
    fs::write(temporary.path().join("wide.conf"), format!("exec /bin/{long}\n")).unwrap();
    fs::write(temporary.path().join("refused.conf"), format!("{hostile}\n")).unwrap();
    let Some(results) = check(temporary.path(), &[]) else { return };
    for result in results {
        let text = result["text"].as_str().unwrap();
        assert!(text.contains("<script src="), "{text:.2000}");
        assert!(text.contains("onerror=alert(1)>"));
    }
}
