pub fn direct_argv(text: &str) -> Option<Vec<&str>> {
    if text.contains(['~', '`', '!', '$', '^', '&', '*', '(', ')', '=', '|', '\\', '{', '}', '[', ']', ';', '"', '\'', '<', '>', '?']) { None } else { Some(text.split([' ', '\t', '\r', '\n']).filter(|w| !w.is_empty()).collect()) }
}
