//! A progress bar for long runs, on terminals only.

use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// The time after which the bar is shown.
const PATIENCE: Duration = Duration::from_secs(1);

pub(super) struct Progress {
    since: Instant,
    bar: ProgressBar,
}

impl Progress {
    pub(super) fn new() -> Self {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden());
        if let Ok(style) = ProgressStyle::with_template("{msg} {wide_bar} {pos}/{len}") {
            bar.set_style(style);
        }
        Self { since: Instant::now(), bar }
    }

    /// Begins a step whose progress is not reported.
    pub(super) fn begin(&self, what: &'static str, total: usize) {
        self.bar.set_message(what);
        self.bar.set_length(total as u64);
        self.show_if_long();
    }

    /// Reports that `done` of `total` steps are finished.
    pub(super) fn step(&self, what: &'static str, done: usize, total: usize) {
        // Limits the number of updates.
        if !done.is_multiple_of(64) && done != total {
            return;
        }
        self.show_if_long();
        self.bar.set_message(what);
        self.bar.set_length(total as u64);
        self.bar.set_position(done as u64);
    }

    fn show_if_long(&self) {
        if self.bar.is_hidden() && self.since.elapsed() > PATIENCE {
            self.bar.set_draw_target(ProgressDrawTarget::stderr());
        }
    }

    /// Removes the bar from the terminal.
    pub(super) fn end(&self) {
        self.bar.finish_and_clear();
    }
}
