//! A job file of any bytes.

#![no_main]

use libfuzzer_sys::fuzz_target;
use upstart2systemd::lower::options::Options;

#[path = "../../tests/common/whole.rs"]
#[allow(dead_code, reason = "the tests of the program ask more")]
mod whole;

fuzz_target!(|bytes: &[u8]| {
    whole::check(&whole::sources(bytes.to_vec(), None), &Options::default());
});
