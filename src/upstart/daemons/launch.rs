//! Commands that start a daemon and end, and programs that never go to the background.

use crate::shell::Word;
use crate::shell::program::Program;

/// A command that starts a daemon and ends.
struct Launch {
    names: &'static [&'static str],
    /// All of these are among its arguments, the last of them the one to report.
    words: &'static [&'static str],
}

const fn launch_of(names: &'static [&'static str], words: &'static [&'static str]) -> Launch {
    Launch { names, words }
}

static LAUNCHES: &[Launch] = &[
    launch_of(&["apache2", "httpd"], &["-k", "start"]),
    launch_of(&["apache2ctl", "apachectl"], &["start"]),
    launch_of(&["catalina.sh"], &["start"]),
    launch_of(&["celery"], &["--detach"]),
    launch_of(&["celery", "celeryd-multi"], &["start"]),
    launch_of(&["docker", "podman"], &["run", "-d"]),
    launch_of(&["docker", "podman"], &["run", "--detach"]),
    launch_of(&["docker", "podman"], &["run", "-d=true"]),
    launch_of(&["docker", "docker.io"], &["start"]),
    launch_of(&["docker-compose"], &["up", "-d"]),
    launch_of(&["forever"], &["start"]),
    launch_of(&["git"], &["daemon", "--detach"]),
    launch_of(&["gunicorn", "gunicorn3", "gunicorn_django", "gunicorn_paster"], &["-D"]),
    launch_of(&["gunicorn", "gunicorn3", "gunicorn_django", "gunicorn_paster"], &["--daemon"]),
    launch_of(&["invoke-rc.d", "service"], &["start"]),
    launch_of(&["pm2"], &["start"]),
    launch_of(&["puma", "sidekiq", "thin"], &["-d"]),
    launch_of(&["puma", "sidekiq"], &["--daemon"]),
    launch_of(&["rainbows", "unicorn", "unicorn_rails"], &["-D"]),
];

/// The argument with which a command starts a daemon and ends.
pub(super) fn launch<'p>(program: &'p Program<'_>) -> Option<&'p Word> {
    let (name, arguments) = named(program);
    let find =
        |text: &str| arguments.iter().copied().find(|word| word.literal.as_deref() == Some(text));
    let in_foreground = ["--no-daemon", "-a", "--attach", "-i", "--interactive"];
    if in_foreground.into_iter().any(|option| find(option).is_some()) {
        return None;
    }
    let path = program.word.literal.as_deref().unwrap_or_default();
    if path.starts_with("/etc/init.d/") || path.starts_with("/etc/rc.d/init.d/") {
        return find("start");
    }
    LAUNCHES
        .iter()
        .filter(|launch| launch.names.contains(&name))
        .filter(|launch| launch.words.iter().all(|word| find(word).is_some()))
        .find_map(|launch| find(launch.words.last()?))
}

/// The name of the program that an interpreter or bundler runs, with its arguments; otherwise those
/// of the program itself.
fn named<'a, 'r>(program: &'a Program<'r>) -> (&'a str, &'a [&'r Word]) {
    let own = (program.name, program.arguments.as_slice());
    let arguments = match program.name {
        "python" | "python2" | "python2.7" | "python3" | "ruby" | "node" | "nodejs" => own.1,
        "bundle" if program.flag(&["exec"]).is_some() => own.1.get(1..).unwrap_or_default(),
        _ => return own,
    };
    let Some((first, rest)) = arguments.split_first() else { return own };
    match first.literal.as_deref() {
        Some(path) if !path.starts_with('-') => (path.rsplit('/').next().unwrap_or(path), rest),
        Some(_) | None => own,
    }
}

/// The word for a program that never goes to the background by itself.
pub fn never_leaves<'p>(program: &'p Program<'_>) -> Option<&'p Word> {
    let (name, arguments) = named(program);
    let has = |options: &[&str]| {
        arguments
            .iter()
            .any(|word| word.literal.as_deref().is_some_and(|text| options.contains(&text)))
    };
    let letter = |letter: char| {
        arguments
            .iter()
            .filter_map(|word| word.literal.as_deref())
            .any(|text| text.starts_with('-') && !text.starts_with("--") && text.contains(letter))
    };
    let known = arguments.iter().all(|word| word.literal.is_some());
    let daemonises = arguments
        .iter()
        .filter_map(|word| word.literal.as_deref())
        .any(|text| text.contains("daemon") || text == "start");
    let stays = match name {
        "ssh" => known && letter('N') && !letter('f'),
        "gunicorn" | "gunicorn3" | "gunicorn_django" => {
            known && !daemonises && !has(&["-D", "-c", "--config"])
        }
        "celery" => known && has(&["worker", "beat"]) && !has(&["--detach", "multi"]),
        "catalina.sh" => has(&["run"]),
        "npm" | "yarn" => has(&["start", "run"]),
        "manage.py" => has(&["runserver", "celeryd"]) && !daemonises,
        "java" => !daemonises,
        "forever" | "pm2" => false,
        _ => matches!(program.name, "node" | "nodejs") && !daemonises && name != program.name,
    };
    stays.then_some(program.word)
}

#[cfg(test)]
mod tests {
    use super::never_leaves;
    use crate::shell::program::chain;
    use crate::shell::read;
    use crate::upstart::daemons::leaves;

    #[test]
    fn commands_leave_stay_or_are_not_known() {
        for (text, left, stays) in [
            ("git daemon --detach --base-path=/srv", Some("--detach"), false),
            ("git daemon --base-path=/srv", None, false),
            ("gunicorn -w 4 -D shop:app", Some("-D"), false),
            ("gunicorn -w 4 shop:app", None, true),
            ("gunicorn -c shop.py shop:app", None, false),
            ("bundle exec unicorn -c u.rb -D", Some("-D"), false),
            ("bundle exec unicorn -c u.rb", None, false),
            ("python /srv/bin/celery multi start w1", Some("start"), false),
            ("celery worker --app shop", None, true),
            ("node /usr/bin/forever start shop.js", Some("start"), false),
            ("pm2 start shop.js --no-daemon", None, false),
            ("node shop.js --port 80", None, true),
            ("node", None, false),
            ("java -jar shop.jar", None, true),
            ("java -jar shop.jar --daemon", None, false),
            ("docker run --rm -d shop", Some("-d"), false),
            ("docker start -a shop", None, false),
            ("docker run --rm shop", None, false),
            ("/etc/init.d/shop start", Some("start"), false),
            ("/etc/init.d/shop status", None, false),
            ("/srv/start start", None, false),
            ("apachectl start", Some("start"), false),
            ("apachectl -DFOREGROUND start", None, false),
            ("apache2 -k start", Some("start"), false),
            ("catalina.sh start", Some("start"), false),
            ("catalina.sh run", None, true),
            ("ntpd -g", Some("ntpd"), false),
            ("ntpd -q", None, false),
            ("ntpd -n", None, false),
            ("ntpd $OPTIONS", None, false),
            ("ssh -nNT -L 1:a:1 b", None, true),
            ("ssh -fN -L 1:a:1 b", None, false),
            ("npm start", None, true),
        ] {
            let reading = read(text);
            let chain = reading.commands.first().map(chain).unwrap_or_default();
            let program = chain.last().unwrap();
            let of = |word: Option<&crate::shell::Word>| word.and_then(|word| word.literal.clone());
            assert_eq!(of(leaves(program)).as_deref(), left, "{text}");
            assert_eq!(never_leaves(program).is_some(), stays, "{text}");
        }
    }
}
