//! `chdir` and `chroot`.

use crate::diagnostic::registry::{CHROOT_USER_LOOKUP, RELATIVE_DIRECTORY, UNUSABLE_DIRECTORY};
use crate::lower::lowering::Lowering;
use crate::systemd::value::literal;
use crate::systemd::{Directive, Section};
use crate::text::bytes::lossy;
use crate::text::source::Span;
use crate::upstart::job::Stated;

/// Turns `chdir` and `chroot` into `WorkingDirectory=` and `RootDirectory=` (systemd.exec(5),
/// "Paths").
pub(in crate::lower) fn lower(lowering: &mut Lowering<'_>) {
    let job = lowering.job;
    for (stated, directive) in
        [(&job.chdir, Directive::WorkingDirectory), (&job.chroot, Directive::RootDirectory)]
    {
        if let Some(stated) = stated {
            directory(lowering, stated, directive);
        }
    }
    if let Some(chroot) = &job.chroot
        && !chroot.value.bytes().all(|byte| byte == b'/')
        && (job.setuid.is_some() || job.setgid.is_some())
    {
        let diagnostic = CHROOT_USER_LOOKUP
            .at(chroot.span, "users and groups are looked up on the host, not in the new root")
            .help("make sure that they have the same ids in both");
        lowering.approximate(chroot.stanza, &[], diagnostic);
    }
}

fn directory(lowering: &mut Lowering<'_>, stated: &Stated<String>, directive: Directive) {
    let path = lossy(&stated.value);
    let absolute = if stated.value.starts_with('/') {
        stated.value.clone()
    } else {
        format!("/{}", stated.value)
    };
    let Some(value) =
        literal(&absolute).filter(|_| !stated.value.split('/').any(|part| part == ".."))
    else {
        let diagnostic = UNUSABLE_DIRECTORY
            .at(stated.span, format!("systemd does not accept the directory `{path}`"))
            .note("its path holds `..`, or characters that a unit cannot hold")
            .help(format!("write the directory that it names into `{}=`", directive.name()));
        lowering.remark(
            Section::Service,
            diagnostic.rule,
            &format!("{}={path} is missing: systemd does not accept it.", directive.name()),
        );
        lowering.manual(stated.stanza, &[], diagnostic);
        return;
    };
    if path.starts_with('/') {
        // `/` is the default of both directives.
        if path != "/" {
            lowering.set(directive, value);
        }
        lowering.exact(stated.stanza, &[directive]);
    } else {
        lowering.set(directive, value);
        let diagnostic = RELATIVE_DIRECTORY
            .at(stated.span, format!("`{path}` is taken from `/`"))
            .help("write the path from `/`")
            .changing_edit(Span { end: stated.span.start, ..stated.span }, "/");
        lowering.approximate(stated.stanza, &[directive], diagnostic);
    }
}
