//! Tells jobs from the other files that end in `.conf`.

use crate::text::suggestion::closest;
use crate::upstart::stanza_table::{STANZAS, StanzaRow};

/// Whether a text is meant as a job, be it a broken one.
///
/// One stanza that no other format has is enough, such as `start on` or `expect fork`. The others,
/// such as `exec` and `env`, also occur elsewhere: at least half of the lines have to begin like
/// stanzas.
pub fn looks_like_job(text: &str) -> bool {
    /// More lines outside of scripts than any job has; bounds the work.
    const LINES: usize = 1000;
    let (mut lines, mut stanzas) = (0_usize, 0_usize);
    let mut in_script = false;
    let mut is_continued = false;
    for line in text.lines() {
        let was_continued = is_continued;
        is_continued = line.ends_with('\\');
        let mut words = line.split_whitespace();
        let Some(first) = words.next().filter(|word| !word.starts_with('#')) else { continue };
        let second = words.next().unwrap_or_default();
        if is_of_upstart_alone((first, second), &mut words) {
            return true;
        }
        match (first, second) {
            ("end", "script") => in_script = false,
            _ if in_script || was_continued => {}
            ("script", "") => {
                in_script = true;
                (lines, stanzas) = (lines + 1, stanzas + 1);
            }
            _ if lines < LINES => {
                lines += 1;
                stanzas += usize::from(is_like_stanza(first, second));
            }
            _ => {}
        }
    }
    stanzas > 0 && stanzas * 2 >= lines
}

/// Whether a line is a stanza that is in no other kind of file.
fn is_of_upstart_alone<'a>(
    (first, second): (&str, &str),
    rest: &mut impl Iterator<Item = &'a str>,
) -> bool {
    let third = rest.next();
    match (first, second) {
        ("pre-start" | "post-start" | "pre-stop" | "post-stop", "exec" | "script") => true,
        ("start" | "stop", "on")
        | ("respawn", "limit")
        | ("normal", "exit")
        | ("kill", "timeout" | "signal")
        | ("oom", "score") => third.is_some(),
        ("respawn", "")
        | ("end", "script")
        | ("expect", "fork" | "daemon" | "stop" | "none")
        | ("console", "log" | "output" | "owner" | "none" | "logged" | "default") => {
            third.is_none()
        }
        _ => false,
    }
}

/// Whether the words that begin a line are, or were meant as, those of a stanza with its argument.
fn is_like_stanza(first: &str, second: &str) -> bool {
    let is_value = !second.is_empty() && !["=", ":", "{", "=>", ":="].contains(&second);
    // Words of other formats often resemble stanzas; that of a stanza ends with a blank.
    if !first.bytes().all(|byte| byte.is_ascii_alphabetic() || byte == b'-') {
        return false;
    }
    let known = STANZAS.iter().map(StanzaRow::first_word);
    let Some(meant) = closest(first, known) else { return false };
    match meant {
        "task" | "manual" | "respawn" | "service" => second.is_empty() || second.starts_with('#'),
        // Only the two words together are a stanza.
        "start" | "stop" => second == "on",
        "env" => second.contains('=') && !second.starts_with('='),
        // These are single words with a number or a text in many formats.
        "version" | "usage" | "nice" | "debug" | "limit" | "user" | "import" | "author" => false,
        _ => is_value,
    }
}

#[cfg(test)]
mod tests {
    use super::looks_like_job;

    #[test]
    fn jobs_are_recognized_also_broken_ones() {
        for text in [
            "start on runlevel [2345]\nexce /usr/bin/lamp\n",
            "description \"lamp\"\nexec /usr/bin/lamp\n",
            "exec /usr/bin/lamp\n",
            "exce /usr/bin/lamp\n",
            "strat on startup\nexec /usr/bin/lamp\nexpct fork\n",
            "# a state\nstart on lit\n",
            "pre-start script\nfoo=1\n",
            "script\n  a = b\n  c = d\n  e = f\nend script\n",
            "exec /usr/bin/lamp \\\n  --one 1 \\\n  --two 2 \\\n  --three 3\n",
            "env A=b\nexport A\ntask\nexec true",
            "\tstop on shutdown\r\n",
        ] {
            assert!(looks_like_job(text), "{text}");
        }
    }

    #[test]
    fn files_of_others_are_not() {
        for text in [
            "",
            "# nothing\n",
            "worker_processes 4;\nenv TZ;\nevents { worker_connections 1024; }\n",
            "[www]\nuser = www-data\nlisten = /run/php.sock\n",
            "<VirtualHost *:80>\n  DocumentRoot /srv\n</VirtualHost>\n",
            "/var/log/lamp.log {\n  daily\n  rotate 7\n  postrotate\n    reload lamp\n  endscript\n}\n",
            "<busconfig>\n  <policy user=\"root\"/>\n</busconfig>\n",
            "nameserver 192.0.2.1\nsearch example.org\n",
            "version 2\n",
            "net.ipv4.ip_forward = 1\n",
            "exec = swaybg\ninput * {\n}\nbar {\n}\n",
            "set $mod Mod4\nbindsym $mod+Return exec term\nexec lamp\nfont pango\n",
            "options snd index=0\nalias a b\n",
            "vrrp_script check {\n  script \"/usr/bin/true\"\n  interval 2\n}\n",
            "check process lamp\n  start program = \"/usr/bin/lamp\"\n  stop program = \"/bin/kill\"\n",
        ] {
            assert!(!looks_like_job(text), "{text}");
        }
    }
}
