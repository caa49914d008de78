//! Handles panics, all of which are bugs.

use std::any::Any;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook};
use std::sync::{Mutex, PoisonError};

/// The location of the last panic, which only the hook receives.
static PLACE: Mutex<Option<String>> = Mutex::new(None);

/// Prevents panics from printing a message. [`run`](super::run) reports them.
pub fn quiet_panics() {
    set_hook(Box::new(|panic| {
        *PLACE.lock().unwrap_or_else(PoisonError::into_inner) =
            panic.location().map(ToString::to_string);
    }));
}

/// A panic that was caught. Its `Display` is the message for the user.
#[derive(Debug)]
pub(super) struct Bug {
    message: String,
    place: Option<String>,
}

/// Runs a function and catches a panic in it.
pub(super) fn caught<T>(run: impl FnOnce() -> T) -> Result<T, Bug> {
    catch_unwind(AssertUnwindSafe(run)).map_err(|payload| Bug {
        message: message(payload.as_ref()),
        place: PLACE.lock().unwrap_or_else(PoisonError::into_inner).take(),
    })
}

fn message(payload: &(dyn Any + Send)) -> String {
    let text = payload
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| payload.downcast_ref::<String>().map(String::as_str));
    text.unwrap_or("a panic without a message").to_owned()
}

impl fmt::Display for Bug {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { message, place } = self;
        writeln!(
            f,
            "error: bug in {} {}: {}",
            env!("CARGO_PKG_NAME"),
            env!("CARGO_PKG_VERSION"),
            crate::text::visible::visible(message)
        )?;
        if let Some(place) = place {
            writeln!(f, " --> {place}")?;
        }
        writeln!(f, "  = help: please report this with the job file that shows it")
    }
}
