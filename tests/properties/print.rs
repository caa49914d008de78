//! Prints a job file with the given stanzas, so that a comparison shows whether the reader lost
//! something.

use upstart2systemd::text::source::SpannedWord;
use upstart2systemd::upstart::ast::{
    Amount, Cgroup, Console, Expect, File, Historical, Limit, Phase, Process,
};
use upstart2systemd::upstart::ast::{RespawnLimit, Stanza};
use upstart2systemd::upstart::condition::Condition;
use upstart2systemd::upstart::expression::Expr;
use upstart2systemd::upstart::signal::ExitStatus;
use upstart2systemd::upstart::signal::Signal;

pub(crate) fn print(file: &File) -> String {
    file.stanzas.iter().map(|stanza| format!("{}\n", line(&stanza.value))).collect()
}

fn line(stanza: &Stanza) -> String {
    let keyword = stanza.keyword();
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
        | Stanza::PidFile(word) => format!("{keyword} {}", quoted(&word.value)),
        Stanza::Export(words)
        | Stanza::Emits(words)
        | Stanza::Import(words)
        | Stanza::Tmpfiles(words) => {
            format!("{keyword}{}", arguments(words))
        }
        Stanza::StartOn(condition) | Stanza::StopOn(condition) => {
            format!("{keyword} {}", events(condition))
        }
        Stanza::Process(Phase::Main, process) => text(process),
        Stanza::Process(phase, process) => format!("{} {}", phase.name(), text(process)),
        Stanza::OldScript(Phase::PreStart, process) => format!("start {}", text(process)),
        Stanza::OldScript(_, process) => format!("stop {}", text(process)),
        Stanza::RespawnCommand(process) => format!("respawn {}", process.text().value),
        Stanza::Expect(expect) => format!("{keyword} {}", expected(expect.value)),
        Stanza::KillTimeout(seconds) => format!("{keyword} {}", seconds.value),
        Stanza::KillSignal(signal) | Stanza::ReloadSignal(signal) => {
            format!("{keyword} {}", name(signal.value))
        }
        Stanza::RespawnLimit(limit) => match limit.value {
            RespawnLimit::Unlimited => format!("{keyword} unlimited"),
            RespawnLimit::Within { count, interval } => format!("{keyword} {count} {interval}"),
        },
        Stanza::NormalExit(statuses) => {
            let status = |status| match status {
                ExitStatus::Code(code) => format!(" {code}"),
                ExitStatus::Signal(signal) => format!(" {}", name(signal)),
            };
            format!("{keyword}{}", statuses.iter().map(|one| status(one.value)).collect::<String>())
        }
        Stanza::Console(console) => format!("{keyword} {}", place(console.value)),
        Stanza::Umask(mask) => format!("{keyword} {:o}", mask.value),
        Stanza::Nice(level) => format!("{keyword} {}", level.value),
        Stanza::Oom(score) => format!("oom score {}", score.value),
        Stanza::Limit(limit) => {
            let Limit { resource, soft, hard } = limit.value;
            format!("{keyword} {} {} {}", resource.name(), amount(soft), amount(hard))
        }
        Stanza::Cgroup(Cgroup { controller, name, setting }) => {
            let setting = setting.iter().flat_map(|(key, value)| [key, value]);
            format!(
                "{keyword}{}",
                arguments(std::iter::once(controller).chain(name).chain(setting))
            )
        }
        Stanza::Manual | Stanza::Task | Stanza::Respawn | Stanza::Debug | Stanza::Daemon => {
            keyword.to_owned()
        }
        Stanza::Historical(historical) => match historical {
            Historical::Service | Historical::SessionLeader | Historical::ManyInstances => {
                keyword.to_owned()
            }
            // The parser does not keep their arguments.
            Historical::PidBinary => format!("{keyword} x"),
            Historical::PidTimeout => format!("{keyword} 1"),
            Historical::RespawnScript => format!("{keyword}\nend script"),
        },
    }
}

fn text(process: &Process) -> String {
    match process {
        Process::Exec { text, .. } => format!("exec {}", text.value),
        Process::Script { text, dedent: _ } => format!("script\n{}end script", text.value),
    }
}

/// Always quoted, because `and` without quotes is not an event.
fn quoted(value: &str) -> String {
    format!("\"{}\"", value.replace('\\', "\\\\").replace('"', "\"'\"'\""))
}

fn arguments<'a>(words: impl IntoIterator<Item = &'a SpannedWord>) -> String {
    words.into_iter().map(|word| format!(" {}", quoted(&word.value))).collect()
}

fn events(condition: &Condition) -> String {
    match condition {
        Expr::Leaf(event) => format!("{}{}", quoted(&event.name.value), arguments(&event.args)),
        Expr::And(left, right) => format!("({} and {})", events(left), events(right)),
        Expr::Or(left, right) => format!("({} or {})", events(left), events(right)),
    }
}

fn expected(expect: Expect) -> &'static str {
    match expect {
        Expect::None => "none",
        Expect::Stop => "stop",
        Expect::Fork => "fork",
        Expect::Daemon => "daemon",
    }
}

fn place(console: Console) -> &'static str {
    match console {
        Console::None => "none",
        Console::Log => "log",
        Console::Output => "output",
        Console::Owner => "owner",
    }
}

fn name(signal: Signal) -> String {
    signal.name().map_or_else(|| signal.0.to_string(), str::to_owned)
}

fn amount(amount: Amount) -> String {
    match amount {
        Amount::Unlimited => "unlimited".to_owned(),
        Amount::Value(value) => value.to_string(),
    }
}
