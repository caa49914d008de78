//! Signals that end the program. While files are moved into place they wait, because half of the
//! files would be of no use to anyone.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Context, Result, bail};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::flag;

/// The signals that are held.
const HELD: [i32; 3] = [SIGHUP, SIGINT, SIGTERM];

/// Holds the signals while it exists. After that they end the program again.
pub(in crate::cli) struct Signals {
    came: Arc<AtomicBool>,
    released: Arc<AtomicBool>,
}

impl Signals {
    pub(in crate::cli) fn hold() -> Result<Self> {
        let (came, released) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicBool::new(false)));
        for signal in HELD {
            // An action that is taken back leaves the signal ignored, so these stay.
            flag::register_conditional_default(signal, Arc::clone(&released))
                .and_then(|_| flag::register(signal, Arc::clone(&came)))
                .context("cannot handle signals")?;
        }
        Ok(Self { came, released })
    }

    /// Fails if a signal has come. Nothing may have been changed yet.
    pub(in crate::cli) fn check(&self) -> Result<()> {
        if self.came.load(Ordering::Relaxed) {
            bail!("interrupted by a signal, and nothing was changed");
        }
        Ok(())
    }
}

impl Drop for Signals {
    fn drop(&mut self) {
        self.released.store(true, Ordering::Relaxed);
    }
}
