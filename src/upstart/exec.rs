//! How init runs the text of an `exec`.

/// Characters that make init run a command in a shell (`init/job_process.c`, `job_process_start`).
const SHELL_CHARACTERS: &[u8] = b"~`!$^&*()=|\\{}[];\"'<>?";

/// The words of a command that init runs without a shell. `None` if init runs `/bin/sh -e -c "exec
/// TEXT"` (`init/job_process.c`, `job_process_start`).
pub fn direct_argv(text: &str) -> Option<Vec<&str>> {
    if text.bytes().any(|byte| SHELL_CHARACTERS.contains(&byte)) {
        return None;
    }
    Some(text.split([' ', '\t', '\r', '\n']).filter(|word| !word.is_empty()).collect())
}

#[cfg(test)]
mod tests {
    use super::direct_argv;

    #[test]
    fn only_characters_of_the_shell_call_for_it() {
        assert_eq!(
            direct_argv("/bin/foo  -d\t%i @x:1,2+3"),
            Some(vec!["/bin/foo", "-d", "%i", "@x:1,2+3"])
        );
        for text in ["foo --a=b", "foo $X", "foo \"a\"", "[ -e x ]", "a; b", "a\\b"] {
            assert_eq!(direct_argv(text), None, "{text}");
        }
    }
}
