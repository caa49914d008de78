//! The spans of all parts of a stanza.

use upstart2systemd::text::source::SpannedWord;
use upstart2systemd::text::source::{Span, Spanned};
use upstart2systemd::upstart::ast::{Cgroup, Process, Stanza};
use upstart2systemd::upstart::condition::Condition;

/// The spans of the parts of a stanza, in the order of the text.
pub(crate) fn places(stanza: &Stanza) -> Vec<Span> {
    match stanza {
        Stanza::Description(word)
        | Stanza::Author(word)
        | Stanza::Version(word)
        | Stanza::Usage(word)
        | Stanza::Env(word)
        | Stanza::Instance(word)
        | Stanza::Chroot(word)
        | Stanza::Chdir(word)
        | Stanza::Setuid(word)
        | Stanza::Setgid(word)
        | Stanza::ApparmorLoad(word)
        | Stanza::ApparmorSwitch(word)
        | Stanza::PidFile(word) => vec![word.span],
        Stanza::Export(words)
        | Stanza::Emits(words)
        | Stanza::Import(words)
        | Stanza::Tmpfiles(words) => all(words),
        Stanza::StartOn(condition) | Stanza::StopOn(condition) => events(condition),
        Stanza::Process(_, process)
        | Stanza::OldScript(_, process)
        | Stanza::RespawnCommand(process) => text(process),
        Stanza::Expect(value) => one(value),
        Stanza::KillTimeout(value) => one(value),
        Stanza::KillSignal(value) | Stanza::ReloadSignal(value) => one(value),
        Stanza::RespawnLimit(value) => one(value),
        Stanza::NormalExit(values) => values.iter().map(|value| value.span).collect(),
        Stanza::Console(value) => one(value),
        Stanza::Umask(value) => one(value),
        Stanza::Nice(value) => one(value),
        Stanza::Oom(value) => one(value),
        Stanza::Limit(value) => one(value),
        Stanza::Cgroup(Cgroup { controller, name, setting }) => {
            let setting = setting.iter().flat_map(|(key, value)| [key, value]);
            std::iter::once(controller).chain(name).chain(setting).map(|word| word.span).collect()
        }
        Stanza::Manual
        | Stanza::Task
        | Stanza::Respawn
        | Stanza::Debug
        | Stanza::Daemon
        | Stanza::Historical(_) => Vec::new(),
    }
}

fn one<T>(value: &Spanned<T>) -> Vec<Span> {
    vec![value.span]
}

fn all(words: &[SpannedWord]) -> Vec<Span> {
    words.iter().map(|word| word.span).collect()
}

fn events(condition: &Condition) -> Vec<Span> {
    condition
        .leaves()
        .into_iter()
        .flat_map(|event| std::iter::once(&event.name).chain(&event.args))
        .map(|word| word.span)
        .collect()
}

/// The span of the command or script.
fn text(process: &Process) -> Vec<Span> {
    vec![process.text().span]
}
