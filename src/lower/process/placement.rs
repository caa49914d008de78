//! The slot of each command: when it runs, and by which directive.

use std::collections::BTreeMap;

use super::command::{Wrapping, command};
use super::direct::{PhaseCommand, Streams};
use super::reading::ScriptUse;
use crate::lower::lowering::Lowering;
use crate::lower::shape::Shape;
use crate::systemd::{Argument, Command, Directive};
use crate::upstart::ast::Phase;

/// When a command of the unit runs. The slots are in the order in which they run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::lower) enum Slot {
    /// Creates the files that the job expects (`tmpfiles`), for a pre-start that is the guard.
    FilesOfGuard,
    /// Decides whether the unit starts (`stop` in pre-start).
    Guard,
    /// Loads the `AppArmor` profile of the job.
    Profile,
    /// Creates the files that the job expects (`tmpfiles`).
    Files,
    /// The pre-start process.
    PreStart,
    /// The main process.
    Main,
    /// Waits until the main process is ready (`expect stop`).
    Ready,
    /// The post-start process.
    PostStart,
    /// Sends the reload signal.
    Reload,
    /// Lets a stop by hand reset the count of starts.
    Recount,
    /// The pre-stop process.
    PreStop,
    /// Prevents the restart of a unit whose start has failed. It precedes post-stop, because
    /// systemd skips the commands that follow a failing one.
    StayDown,
    /// The post-stop process.
    PostStop,
    /// Removes the variables of the start that has ended.
    Forget,
}

impl Slot {
    /// The slot of a phase that does not decide whether the unit starts.
    fn of(phase: Phase) -> Self {
        match phase {
            Phase::PreStart => Self::PreStart,
            Phase::Main => Self::Main,
            Phase::PostStart => Self::PostStart,
            Phase::PreStop => Self::PreStop,
            Phase::PostStop => Self::PostStop,
        }
    }

    /// The directive by which a unit of this shape runs the command.
    pub(crate) fn directive(self, shape: Shape) -> Directive {
        match (self, shape) {
            (Self::FilesOfGuard | Self::Guard, _) => Directive::ExecCondition,
            // An inverted unit does its work when it stops.
            (Self::Files | Self::PreStart | Self::Main | Self::PostStart, Shape::Inverted)
            | (Self::Recount | Self::PreStop, _) => Directive::ExecStop,
            // A state has no main process; the unit runs its pre-start.
            (Self::PreStart, Shape::State)
            | (Self::Main, Shape::Service | Shape::Task | Shape::State) => Directive::ExecStart,
            (Self::Profile, _)
            | (Self::Files, Shape::Service | Shape::Task | Shape::State)
            | (Self::PreStart, Shape::Service | Shape::Task) => Directive::ExecStartPre,
            (Self::Ready, _) | (Self::PostStart, Shape::Service | Shape::Task | Shape::State) => {
                Directive::ExecStartPost
            }
            (Self::Reload, _) => Directive::ExecReload,
            (Self::StayDown | Self::PostStop | Self::Forget, _) => Directive::ExecStopPost,
        }
    }
}

/// The commands of a unit by their slots.
#[derive(Debug)]
pub(in crate::lower) struct Commands {
    /// The shape of the unit, which decides the directives.
    shape: Shape,
    slots: BTreeMap<Slot, Vec<Command>>,
}

impl Commands {
    /// No commands yet, for a unit of this shape.
    pub(crate) fn new(shape: Shape) -> Self {
        Self { shape, slots: BTreeMap::new() }
    }

    /// Adds a command after the others of its slot.
    pub(crate) fn add(&mut self, slot: Slot, command: Command) {
        self.slots.entry(slot).or_default().push(command);
    }

    /// Adds several commands after the others of their slot.
    pub(crate) fn extend(&mut self, slot: Slot, commands: impl IntoIterator<Item = Command>) {
        for command in commands {
            self.add(slot, command);
        }
    }

    /// Whether the unit has a command in this directive.
    pub(crate) fn run_by(&self, directive: Directive) -> bool {
        self.slots.keys().any(|slot| slot.directive(self.shape) == directive)
    }

    /// What systemd executes as the main process.
    pub(crate) fn main_program(&self) -> Option<&[u8]> {
        match self.slots.get(&Slot::Main)?.first()?.argv.first()? {
            Argument::Word(program) => Some(program),
            Argument::Script { .. }
            | Argument::Variable(_)
            | Argument::Expanded(_)
            | Argument::Specifier(_)
            | Argument::Unit(_) => None,
        }
    }

    /// Whether a script contains this word, such as the name of a variable.
    pub(crate) fn mention(&self, word: &str) -> bool {
        let texts = self.slots.values().flatten().flat_map(|command| &command.argv);
        texts
            .filter_map(|argument| match argument {
                Argument::Script { text, .. } => Some(text),
                Argument::Word(_)
                | Argument::Variable(_)
                | Argument::Expanded(_)
                | Argument::Specifier(_)
                | Argument::Unit(_) => None,
            })
            .any(|text| text.windows(word.len()).any(|window| window == word.as_bytes()))
    }

    /// The commands in the order in which they run, each with its directive.
    pub(crate) fn by_directive(&self) -> impl Iterator<Item = (Directive, &Command)> {
        self.slots.iter().flat_map(|(slot, commands)| {
            commands.iter().map(|command| (slot.directive(self.shape), command))
        })
    }
}

/// The properties of the unit on which the command of every phase depends.
pub(in crate::lower) struct Placement<'a> {
    /// The shape of the unit.
    pub(crate) shape: Shape,
    /// Shell text that yields the name of the unit.
    pub(crate) own_unit: &'a str,
    /// Whether the unit does its work when the system goes down.
    pub(crate) at_shutdown: bool,
    /// Whether the unit may start before all file systems are mounted.
    pub(crate) at_boot: bool,
}

impl Placement<'_> {
    /// The command of a phase, without further shell text.
    pub(crate) fn command(&self, lowering: &mut Lowering<'_>, reading: &ScriptUse<'_>) -> Command {
        self.wrapped(lowering, reading, Wrapping::default(), &reading.stated.value.text().value)
    }

    /// The command of the main process, and where its output goes.
    pub(crate) fn main(
        &self,
        lowering: &mut Lowering<'_>,
        reading: &ScriptUse<'_>,
    ) -> (Command, Streams) {
        let text = &reading.stated.value.text().value;
        let made = self.made(lowering, reading, Wrapping::default(), text);
        (made.command, made.streams)
    }

    /// The command of a phase that runs `text` within further shell text.
    pub(crate) fn wrapped(
        &self,
        lowering: &mut Lowering<'_>,
        reading: &ScriptUse<'_>,
        wrapping: Wrapping<'_>,
        text: &str,
    ) -> Command {
        self.made(lowering, reading, wrapping, text).command
    }

    fn made(
        &self,
        lowering: &mut Lowering<'_>,
        reading: &ScriptUse<'_>,
        wrapping: Wrapping<'_>,
        text: &str,
    ) -> PhaseCommand {
        // systemd stops every unit when the system goes down.
        let at_shutdown =
            self.at_shutdown || matches!(reading.phase, Phase::PreStop | Phase::PostStop);
        let setting = (self.own_unit, at_shutdown, self.at_boot, self.shape);
        let mut made = command(lowering, reading, setting, wrapping, text);
        let directive = Slot::of(reading.phase).directive(self.shape);
        for comment in &made.comments {
            lowering.draft.comment(directive, comment.clone());
        }
        made.command.prefix.full_privileges |=
            lowering.has_account_of_main && reading.phase != Phase::Main;
        made
    }

    /// Places a pre-start that does not decline to run the job.
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

/// Shell text that yields the name of the job's unit.
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

    /// Each command has the name of its slot. The last slot is filled first.
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
            Files, FilesOfGuard, Forget, Guard, Main, PostStart, PostStop, PreStart, PreStop,
            Profile, Ready, Recount, Reload, StayDown,
        };
        let all = vec![
            FilesOfGuard,
            Guard,
            Profile,
            Files,
            PreStart,
            Main,
            Ready,
            PostStart,
            Reload,
            Recount,
            PreStop,
            StayDown,
            PostStop,
            Forget,
        ];
        assert_eq!(
            lines(Shape::Service, all),
            [
                "ExecCondition=/FilesOfGuard",
                "ExecCondition=/Guard",
                "ExecStartPre=/Profile",
                "ExecStartPre=/Files",
                "ExecStartPre=/PreStart",
                "ExecStart=/Main",
                "ExecStartPost=/Ready",
                "ExecStartPost=/PostStart",
                "ExecReload=/Reload",
                "ExecStop=/Recount",
                "ExecStop=/PreStop",
                "ExecStopPost=/StayDown",
                "ExecStopPost=/PostStop",
                "ExecStopPost=/Forget",
            ]
        );
        assert_eq!(
            lines(Shape::Inverted, vec![PostStart, Main, Files, PreStart]),
            ["ExecStop=/Files", "ExecStop=/PreStart", "ExecStop=/Main", "ExecStop=/PostStart"]
        );
        assert_eq!(
            lines(Shape::State, vec![PreStart, PostStop]),
            ["ExecStart=/PreStart", "ExecStopPost=/PostStop"]
        );
    }
}
