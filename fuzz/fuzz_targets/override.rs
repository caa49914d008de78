//! A job with an override, in any dialect and for any version of systemd. The first byte selects
//! the options, and a NUL separates the job from the override.

#![no_main]

use libfuzzer_sys::fuzz_target;
use upstart2systemd::lower::options::{Logs, Options};
use upstart2systemd::upstart::dialect::Dialect;

#[path = "../../tests/common/whole.rs"]
#[allow(dead_code, reason = "the tests of the program ask more")]
mod whole;

fuzz_target!(|bytes: &[u8]| {
    let Some((&choice, text)) = bytes.split_first() else { return };
    let (conf, overriding) = match text.iter().position(|&byte| byte == 0) {
        Some(end) => (&text[..end], Some(text[end + 1..].to_vec())),
        None => (text, None),
    };
    whole::check(&whole::sources(conf.to_vec(), overriding), &options(choice));
});

fn options(choice: u8) -> Options {
    let bit = |number: u8| choice & (1 << number) != 0;
    Options {
        systemd_version: if bit(0) { Options::OLDEST_SYSTEMD_VERSION } else { Options::DEFAULT_SYSTEMD_VERSION },
        full_env: bit(1),
        logs: if bit(2) { Logs::File } else { Logs::Journal },
        companions: bit(3),
        // The other bits select a dialect, or its detection.
        dialect: Dialect::ALL.get(usize::from(choice >> 4)).copied(),
    }
}
