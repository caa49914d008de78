//! Where the commands of a job go: when each runs, and by which directive systemd runs it then.

use std::collections::BTreeMap;

use super::command::{Wrapping, command};
use super::reading::ScriptUse;
use crate::lower::lowering::Lowering;
use crate::lower::shape::Shape;
use crate::systemd::{Command, Directive};

/// When a command of the unit runs, in the order in which they run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::lower) enum Slot {
    /// Decides whether the unit starts at all.
    Guard,
    /// Loads the profile that confines the main process.
    Profile,
    /// Makes the files that the job is to find.
    Files,
    PreStart,
    Main,
    /// Waits until the main process is ready.
    Ready,
    PostStart,
    Reload,
    PreStop,
    /// Keeps systemd from restarting a unit whose start has failed. What follows a failing command
    /// is left out, so that this comes before post-stop.
    StayDown,
    PostStop,
}

impl Slot {
    /// The directive by which a unit of this shape runs the command.
    pub(crate) fn directive(self, shape: Shape) -> Directive {
        match (self, shape) {
            (Self::Guard, _) => Directive::ExecCondition,
            // An inverted unit does its work when it stops.
            (Self::Files | Self::PreStart | Self::Main, Shape::Inverted) | (Self::PreStop, _) => {
                Directive::ExecStop
            }
            // A state has no main process, so that its pre-start is what the unit runs.
            (Self::PreStart, Shape::State)
            | (Self::Main, Shape::Service | Shape::Task | Shape::State) => Directive::ExecStart,
            (Self::Profile, _)
            | (Self::Files, Shape::Service | Shape::Task | Shape::State)
            | (Self::PreStart, Shape::Service | Shape::Task) => Directive::ExecStartPre,
            (Self::Ready | Self::PostStart, _) => Directive::ExecStartPost,
            (Self::Reload, _) => Directive::ExecReload,
            (Self::StayDown | Self::PostStop, _) => Directive::ExecStopPost,
        }
    }
}

/// The commands of a unit by their slots.
#[derive(Debug)]
pub(in crate::lower) struct Commands {
    shape: Shape,
    slots: BTreeMap<Slot, Vec<Command>>,
}

impl Commands {
    pub(crate) fn new(shape: Shape) -> Self {
        Self { shape, slots: BTreeMap::new() }
    }

    pub(crate) fn add(&mut self, slot: Slot, command: Command) {
        self.slots.entry(slot).or_default().push(command);
    }

    pub(crate) fn extend(&mut self, slot: Slot, commands: impl IntoIterator<Item = Command>) {
        for command in commands {
            self.add(slot, command);
        }
    }

    /// Whether any command goes to this directive.
    pub(crate) fn run_by(&self, directive: Directive) -> bool {
        self.slots.keys().any(|slot| slot.directive(self.shape) == directive)
    }

    /// In the order in which they run.
    pub(crate) fn by_directive(&self) -> impl Iterator<Item = (Directive, &Command)> {
        self.slots.iter().flat_map(|(slot, commands)| {
            commands.iter().map(|command| (slot.directive(self.shape), command))
        })
    }
}

/// What the command of every phase depends on: the unit that it goes to.
pub(in crate::lower) struct Placement<'a> {
    pub(crate) shape: Shape,
    /// Shell text that names it.
    pub(crate) own_unit: &'a str,
}

impl Placement<'_> {
    pub(crate) fn command(&self, lowering: &mut Lowering<'_>, reading: &ScriptUse<'_>) -> Command {
        self.wrapped(lowering, reading, Wrapping::default(), &reading.stated.value.text().value)
    }

    pub(crate) fn wrapped(
        &self,
        lowering: &mut Lowering<'_>,
        reading: &ScriptUse<'_>,
        wrapping: Wrapping<'_>,
        text: &str,
    ) -> Command {
        command(lowering, reading, self.own_unit, wrapping, text)
    }

    /// A pre-start that does not decline.
    pub(crate) fn run_before(
        &self,
        lowering: &mut Lowering<'_>,
        reading: &ScriptUse<'_>,
        text: &str,
    ) -> (Slot, Command) {
        let command = self.wrapped(lowering, reading, Wrapping::default(), text);
        lowering.exact(reading.stated.stanza, &[Slot::PreStart.directive(self.shape)]);
        (Slot::PreStart, command)
    }
}

/// How a script finds its own unit.
pub(in crate::lower) fn own_unit(lowering: &Lowering<'_>) -> String {
    let name = lowering.name.as_str();
    if lowering.instance.is_template() {
        format!("\"$(systemd-escape --template='{name}' -- \"$UPSTART_INSTANCE\")\"")
    } else if name.contains('\\') {
        format!("'{name}'")
    } else {
        name.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::systemd::Value;

    /// Each command is named for its slot; the last slot is filled first.
    fn lines(shape: Shape, mut slots: Vec<Slot>) -> Vec<String> {
        let mut commands = Commands::new(shape);
        slots.sort();
        for slot in slots.into_iter().rev() {
            commands.add(slot, Command::words([format!("/{slot:?}")]));
        }
        commands
            .by_directive()
            .map(|(directive, command)| {
                format!("{}={}", directive.name(), Value::command(command).as_str())
            })
            .collect()
    }

    #[test]
    fn commands_run_in_their_order_whichever_came_first() {
        use Slot::{
            Files, Guard, Main, PostStart, PostStop, PreStart, PreStop, Profile, Ready, Reload,
            StayDown,
        };
        let all = vec![
            Guard, Profile, Files, PreStart, Main, Ready, PostStart, Reload, PreStop, StayDown,
            PostStop,
        ];
        assert_eq!(
            lines(Shape::Service, all),
            [
                "ExecCondition=/Guard",
                "ExecStartPre=/Profile",
                "ExecStartPre=/Files",
                "ExecStartPre=/PreStart",
                "ExecStart=/Main",
                "ExecStartPost=/Ready",
                "ExecStartPost=/PostStart",
                "ExecReload=/Reload",
                "ExecStop=/PreStop",
                "ExecStopPost=/StayDown",
                "ExecStopPost=/PostStop",
            ]
        );
        assert_eq!(
            lines(Shape::Inverted, vec![Main, Files, PreStart]),
            ["ExecStop=/Files", "ExecStop=/PreStart", "ExecStop=/Main"]
        );
        assert_eq!(
            lines(Shape::State, vec![PreStart, PostStop]),
            ["ExecStart=/PreStart", "ExecStopPost=/PostStop"]
        );
    }
}
