//! The pictures of `graph`, from the numbers in them: nothing overlaps, every name is inside its box,
//! every line ends at what it is about, and nothing is wider than a screen.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

#[path = "program/mod.rs"]
mod program;

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use program::program;
use program::test_directory::TestDirectory;
use roxmltree::{Document, Node};

/// The widest picture.
const SCREEN: f64 = 1600.0;

/// A rectangle, and the nodes that it shows.
#[derive(Clone, Debug)]
struct Shown {
    left: f64,
    top: f64,
    right: f64,
    bottom: f64,
    nodes: String,
    /// The corners of a polygon.
    corners: Vec<(f64, f64)>,
    /// How round the corners of a rectangle are.
    round: f64,
}

impl Shown {
    fn overlaps(&self, other: &Self) -> bool {
        self.left < other.right
            && other.left < self.right
            && self.top < other.bottom
            && other.top < self.bottom
    }

    fn contains(&self, (x, y): (f64, f64), within: f64) -> bool {
        x > self.left + within
            && x < self.right - within
            && y > self.top + within
            && y < self.bottom - within
    }

    /// Whether a point is at the border.
    fn is_at_border(&self, (x, y): (f64, f64)) -> bool {
        if self.corners.is_empty() {
            // What is left of a round corner has a middle of its own.
            let nearest = |value: f64, low: f64, high: f64| {
                value.clamp(low + self.round, (high - self.round).max(low + self.round))
            };
            let (middle_x, middle_y) =
                (nearest(x, self.left, self.right), nearest(y, self.top, self.bottom));
            let away = (x - middle_x).hypot(y - middle_y);
            return (away - self.round).abs() < 1.5
                || self.round < 7.0 && [self.left, self.right].contains(&x);
        }
        let ends = self.corners.iter().zip(self.corners.iter().cycle().skip(1));
        ends.into_iter().any(|(from, to)| {
            let (along_x, along_y) = (to.0 - from.0, to.1 - from.1);
            let length = along_x.hypot(along_y);
            let away = ((x - from.0) * along_y - (y - from.1) * along_x).abs() / length;
            let at = ((x - from.0) * along_x + (y - from.1) * along_y) / length;
            away < 1.5 && (-1.0..=length + 1.0).contains(&at)
        })
    }
}

fn number(node: Node<'_, '_>, name: &str) -> f64 {
    node.attribute(name).unwrap_or_else(|| panic!("no `{name}` in {node:?}")).parse().unwrap()
}

fn has_class(node: Node<'_, '_>, class: &str) -> bool {
    node.attribute("class").is_some_and(|classes| classes.split(' ').any(|one| one == class))
}

/// What a rectangle or a polygon takes up.
fn extent(shape: Node<'_, '_>, nodes: &str) -> Shown {
    let nodes = nodes.to_owned();
    if shape.has_tag_name(("http://www.w3.org/2000/svg", "rect")) {
        let (left, top) = (number(shape, "x"), number(shape, "y"));
        let (right, bottom) = (left + number(shape, "width"), top + number(shape, "height"));
        let round = number(shape, "rx");
        return Shown { left, top, right, bottom, nodes, corners: Vec::new(), round };
    }
    let points: Vec<(f64, f64)> = shape
        .attribute("points")
        .unwrap()
        .split(' ')
        .map(|point| point.split_once(',').unwrap())
        .map(|(x, y)| (x.parse().unwrap(), y.parse().unwrap()))
        .collect();
    let all = |pick: fn(&(f64, f64)) -> f64| points.iter().map(pick).collect::<Vec<f64>>();
    let least = |values: Vec<f64>| values.into_iter().fold(f64::INFINITY, f64::min);
    let most = |values: Vec<f64>| values.into_iter().fold(f64::NEG_INFINITY, f64::max);
    Shown {
        left: least(all(|point| point.0)),
        top: least(all(|point| point.1)),
        right: most(all(|point| point.0)),
        bottom: most(all(|point| point.1)),
        nodes,
        corners: points,
        round: 0.0,
    }
}

/// The width of a text in `DejaVu Sans`, by its tables, for the characters of the generated names.
fn width(text: &str, size: f64) -> f64 {
    let units: f64 = text
        .chars()
        .map(|character| match character {
            'i' | 'j' | 'l' => 0.278,
            'f' => 0.352,
            '-' => 0.361,
            't' => 0.392,
            'r' => 0.411,
            's' => 0.521,
            'c' => 0.550,
            'k' => 0.579,
            'w' => 0.818,
            'm' => 0.974,
            '…' => 1.0,
            other if other.is_ascii() => 0.637,
            _ => 1.0,
        })
        .sum();
    units * size
}

/// The points of a path, on curves as well.
fn points(path: &str) -> Vec<(f64, f64)> {
    let mut found: Vec<(f64, f64)> = Vec::new();
    let mut rest = path;
    while let Some(command) = rest.chars().next() {
        let end = rest[1..].find(|c: char| c.is_ascii_alphabetic()).map_or(rest.len(), |at| at + 1);
        let values: Vec<f64> =
            rest[1..end].split_whitespace().map(|value| value.parse().unwrap()).collect();
        rest = &rest[end..];
        let last = found.last().copied().unwrap_or((0.0, 0.0));
        match (command, values.as_slice()) {
            ('M', &[x, y]) => found.push((x, y)),
            ('H', &[x]) => straight(&mut found, last, (x, last.1)),
            ('V', &[y]) => straight(&mut found, last, (last.0, y)),
            ('L', &[x, y]) => straight(&mut found, last, (x, y)),
            ('C', &[x1, y1, x2, y2, x, y]) => {
                for step in 1..=16 {
                    let t = f64::from(step) / 16.0;
                    let u = 1.0 - t;
                    let at = |a: f64, b: f64, c: f64, d: f64| {
                        u * u * u * a + 3.0 * u * u * t * b + 3.0 * u * t * t * c + t * t * t * d
                    };
                    found.push((at(last.0, x1, x2, x), at(last.1, y1, y2, y)));
                }
            }
            other => panic!("{other:?} in {path}"),
        }
    }
    found
}

fn straight(found: &mut Vec<(f64, f64)>, from: (f64, f64), to: (f64, f64)) {
    for step in 1..=24 {
        let t = f64::from(step) / 24.0;
        found.push((from.0 + (to.0 - from.0) * t, from.1 + (to.1 - from.1) * t));
    }
}

fn draw(directory: &Path, options: &[&str]) -> String {
    let output = program().arg("graph").arg(directory).args(options).output().unwrap();
    assert!([Some(0), Some(3)].contains(&output.status.code()), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

/// Checks a picture, and returns the number of its lines.
fn check(svg: &str) -> usize {
    let document = Document::parse(svg).unwrap();
    let root = document.root_element();
    let (width_of_all, height) = (number(root, "width"), number(root, "height"));
    assert!(width_of_all <= SCREEN, "{width_of_all} is wider than a screen");
    let groups = || document.descendants().filter(|node| node.tag_name().name() == "g");
    let mut boxes: Vec<Shown> = Vec::new();
    for group in groups().filter(|group| group.has_attribute("data-node")) {
        let shape = group
            .children()
            .find(|child| ["rect", "polygon"].contains(&child.tag_name().name()))
            .unwrap();
        let shown = extent(shape, group.attribute("data-node").unwrap());
        assert!(shown.right <= width_of_all && shown.bottom <= height, "{shown:?} is cut off");
        let texts = group.children().filter(|child| child.tag_name().name() == "text");
        let mut taken = 0.0;
        for text in texts {
            let size =
                if has_class(text, "note") || has_class(group, "join") { 10.0 } else { 12.0 };
            taken += width(text.text().unwrap_or_default(), size);
            let base = number(text, "y");
            assert!(base - 9.0 >= shown.top && base + 3.0 <= shown.bottom, "{text:?} in {shown:?}");
        }
        assert!(taken <= shown.right - shown.left - 6.0, "{taken} is wider than {shown:?}");
        boxes.push(shown);
    }
    apart(&mut boxes);
    let frames: Vec<Shown> = document
        .descendants()
        .filter(|node| has_class(*node, "frame"))
        .map(|frame| extent(frame, frame.attribute("data-nodes").unwrap()))
        .collect();
    let ends: Vec<&Shown> = boxes.iter().chain(&frames).collect();
    let mut lines = 0;
    for line in groups().filter(|group| has_class(*group, "line")) {
        lines += 1;
        let path = line.children().find(|child| has_class(*child, "line")).unwrap();
        let points = points(path.attribute("d").unwrap());
        for (attribute, point) in [("data-from", points[0]), ("data-to", points[points.len() - 1])]
        {
            let nodes = line.attribute(attribute).unwrap();
            let is_at_end = |shown: &&&Shown| shown.nodes == nodes && shown.is_at_border(point);
            assert!(ends.iter().any(|shown| is_at_end(&shown)), "{attribute} {nodes} at {point:?}");
        }
        let least = points.iter().map(|point| point.1).fold(f64::INFINITY, f64::min);
        let most = points.iter().map(|point| point.1).fold(f64::NEG_INFINITY, f64::max);
        let near = boxes.iter().filter(|shown| shown.top < most + 1.0 && shown.bottom > least);
        let crossed = near.into_iter().find(|shown| {
            // A rhombus and a hexagon have no corners.
            points.iter().any(|&point| shown.contains(point, 1.0))
                && ![line.attribute("data-from"), line.attribute("data-to")]
                    .contains(&Some(shown.nodes.as_str()))
        });
        assert!(crossed.is_none(), "a line crosses {crossed:?}");
    }
    lines
}

/// No two of these overlap.
fn apart(boxes: &mut [Shown]) {
    boxes.sort_by(|first, second| first.top.total_cmp(&second.top));
    for (at, shown) in boxes.iter().enumerate() {
        let below = boxes[at + 1..].iter().take_while(|other| other.top < shown.bottom);
        for other in below {
            assert!(!shown.overlaps(other), "{shown:?} and {other:?}");
        }
    }
}

/// The same numbers in each run (the constants of Numerical Recipes).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, most: u64) -> u64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % most
    }
}

/// A directory with jobs that are related as those of real machines are: half of them follow points of
/// the boot only, some are followed by many, some go in circles.
fn generated(count: u64, seed: u64) -> TestDirectory {
    let directory = TestDirectory::new();
    let mut numbers = Numbers(seed);
    let words = ["web", "queue-worker", "db", "metrics-collector-for-all-of-it", "cache", "mail"];
    let name = |job: u64| format!("{}-{job}", words[usize::try_from(job % 6).unwrap()]);
    let milestones = [
        "startup",
        "local-filesystems",
        "net-device-up IFACE=eth0",
        "runlevel [2345]",
        "runlevel [06]",
        "socket PROTO=inet PORT=80",
    ];
    for job in 0..count {
        let mut text = String::new();
        let milestone = milestones[usize::try_from(numbers.below(6)).unwrap()];
        // Few jobs are followed by many.
        let mut other =
            || name(if numbers.below(3) == 0 { numbers.below(4) } else { numbers.below(count) });
        let (first, second, third) = (other(), other(), other());
        match numbers.below(12) {
            0..6 => writeln!(text, "start on {milestone}").unwrap(),
            6 => writeln!(text, "start on started {first}\nstop on stopping {first}").unwrap(),
            7 => writeln!(text, "start on started {first} and started {second}").unwrap(),
            8 => writeln!(text, "start on (started {first} or event-{}) and {milestone}", job % 9)
                .unwrap(),
            9 => writeln!(text, "start on event-{}\nstop on starting {first}", job % 9).unwrap(),
            10 => writeln!(text, "start on stopped {first}\nstop on started {second}").unwrap(),
            _ => writeln!(text, "manual").unwrap(),
        }
        writeln!(text, "exec /bin/{}", name(job)).unwrap();
        match numbers.below(8) {
            0 => writeln!(text, "post-start exec start {third}").unwrap(),
            1 => writeln!(text, "post-stop exec stop {third}").unwrap(),
            2 => writeln!(text, "post-start exec initctl emit event-{}", (job + 3) % 9).unwrap(),
            _ => {}
        }
        fs::write(directory.path().join(format!("{}.conf", name(job))), text).unwrap();
    }
    directory
}

fn directories(below: &str) -> Vec<PathBuf> {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(below);
    let mut found: Vec<PathBuf> = fs::read_dir(fixtures)
        .unwrap()
        .map(|entry| entry.unwrap().path().join("init"))
        .filter(|path| path.is_dir())
        .collect();
    found.sort();
    found
}

#[test]
fn pictures_of_fixtures_are_in_order() {
    let mut lines = 0;
    for directory in directories("graph").into_iter().chain(directories("migrate")) {
        lines += check(&draw(&directory, &["--view", "both"]));
    }
    assert!(lines > 150, "{lines} lines are few");
}

#[test]
fn pictures_of_many_jobs_are_in_order() {
    for (count, seed) in [(86, 1), (86, 2), (86, 3), (300, 4), (1000, 5)] {
        let directory = generated(count, seed);
        let options = ["--all", "--view", "both"];
        let svg = draw(directory.path(), &options);
        let lines = check(&svg);
        assert!(lines > usize::try_from(count).unwrap(), "{lines} lines for {count} jobs");
        if count < 100 {
            assert_eq!(svg, draw(directory.path(), &options), "the same bytes each run");
        }
    }
}

#[test]
fn a_long_chain_is_divided() {
    let directory = TestDirectory::new();
    for job in 0..60 {
        let start =
            if job == 0 { "startup".to_owned() } else { format!("started link-{:02}", job - 1) };
        let text = format!("start on {start}\nexec /bin/link\n");
        fs::write(directory.path().join(format!("link-{job:02}.conf")), text).unwrap();
    }
    assert_eq!(check(&draw(directory.path(), &[])), 59);
}

#[test]
fn what_is_near_a_job_is_drawn_alone() {
    let init = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/migrate/web-stack/init");
    let jobs = |options: &[&str]| {
        let json = draw(&init, &[&["--format", "json"], options].concat());
        let json: serde_json::Value = serde_json::from_str(&json).unwrap();
        let nodes = json["graphs"][0]["nodes"].as_array().unwrap();
        let jobs = nodes.iter().filter_map(|node| node["job"].as_str());
        jobs.map(str::to_owned).collect::<Vec<String>>()
    };
    assert_eq!(jobs(&["--only", "shop-metrics", "--depth", "0"]), ["shop-metrics"]);
    assert_eq!(jobs(&["--only", "shop-metrics", "--depth", "1"]), ["nginx", "shop-metrics"]);
    // An `and` is whole or not there.
    assert_eq!(jobs(&["--only", "redis", "--depth", "1"]), ["postgresql", "redis", "shop-app"]);
    assert_eq!(jobs(&["--only", "shop-app", "--depth", "0"]), ["shop-app"]);
    assert_eq!(jobs(&["--only", "shop-ex*"]), ["shop-cleanup", "shop-export"]);
    let unknown = program().arg("graph").arg(&init).args(["--only", "shop"]).output().unwrap();
    assert_eq!(unknown.status.code(), Some(3));
    assert!(String::from_utf8_lossy(&unknown.stderr).contains("no job matches `--only`"));
}
