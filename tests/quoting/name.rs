//! Names of units and of their instances, made of random bytes.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use upstart2systemd::systemd::{NameTooLong, UnitName};

use crate::systemd::{Reading, commands, values};
use crate::text;

/// The parts of a name.
#[derive(Clone, Debug)]
pub struct Case {
    stem: Vec<u8>,
    instance: Option<Vec<u8>>,
}

/// The result for a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Refused,
    Plain,
    Instance,
}

pub fn cases() -> impl Strategy<Value = Case> {
    let bytes = || prop_oneof![2 => text::bytes(), 1 => "[-a-z.@/:_]{0,12}".prop_map(String::into_bytes), 1 => vec(1..=u8::MAX, 1..60)];
    (bytes(), option::of(bytes())).prop_map(|(stem, instance)| {
        // With an empty instance it is the template itself, which systemd never loads.
        let instance = instance.filter(|instance| !instance.is_empty());
        let stem = if instance.is_some() { stem.into_iter().take(25).collect() } else { stem };
        Case { stem, instance }
    })
}

/// A unit that contains its own name and that of its instance.
pub fn unit(name: &UnitName) -> String {
    format!("[Unit]\nDescription={name}.\nDefaultDependencies=no\n[Service]\nExecStart=/bin/a %I\n")
}

impl Case {
    pub fn name(&self) -> Option<UnitName> {
        let made = |made: Result<UnitName, NameTooLong>| made.ok();
        match &self.instance {
            None => made(UnitName::escaped(&self.stem, "service")),
            Some(instance) => {
                made(made(UnitName::template(&self.stem, "service"))?.instance(instance))
            }
        }
    }

    pub fn check(&self, name: Option<UnitName>, reading: &Reading) -> Result<Kind, String> {
        let bytes = self.stem.len()
            + self.instance.as_ref().map_or(0, |instance| instance.len() + "@".len());
        let Some(name) = name else {
            let may_be_too_long = bytes * 4 + ".service".len() > 255;
            return if may_be_too_long {
                Ok(Kind::Refused)
            } else {
                Err("the name is said to be too long".to_owned())
            };
        };
        let unit = reading.unit(name.as_str()).ok_or_else(|| {
            format!("{name} is not a unit: {:?}", reading.messages_about(name.as_str()))
        })?;
        // If systemd read the name as that of a template, no unit of this name would be loaded.
        if values(unit, "Unit Load State") != [b"loaded"] {
            return Err(format!("{name} is not loaded"));
        }
        let Some(instance) = &self.instance else { return Ok(Kind::Plain) };
        let read = commands(unit, "ExecStart")?.concat();
        if read == [&b"/bin/a"[..], instance] {
            Ok(Kind::Instance)
        } else {
            Err(format!("{name} is of {read:?}, not of {instance:?}"))
        }
    }
}
