//! The page of a rule: a Markdown file under docs/rules with a heading, a line with severity and
//! category, the text, and the sections `Bad` and `Good`, or one section `Example` if the job
//! cannot be changed to avoid the finding. Each file of a section is a fence.

/// The parts of a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// What the rule is about, why it matters and what to do. Markdown without the heading and
    /// without a newline at the end.
    pub text: &'static str,
    /// The sections in the order of the page.
    pub sections: Vec<PageSection>,
}

/// Jobs that show the rule, or how to avoid the finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageSection {
    /// What the section shows.
    pub kind: SectionKind,
    /// The text before the first fence and between fences; usually empty.
    pub remarks: Vec<&'static str>,
    /// The files; usually one.
    pub files: Vec<ExampleFile>,
}

/// What a section shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SectionKind {
    /// A job with the mistake.
    Bad,
    /// The same job without it.
    Good,
    /// A correct job that the rule reports nevertheless.
    Example,
}

impl SectionKind {
    /// The heading of the section.
    pub fn title(self) -> &'static str {
        match self {
            Self::Bad => "Bad",
            Self::Good => "Good",
            Self::Example => "Example",
        }
    }
}

/// A file in a fence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExampleFile {
    /// The name of the file: the word after `upstart` in the info string of the fence, `job.conf`
    /// if there is none.
    pub name: &'static str,
    /// The rest of the info string after the name. For the first file of a section this is the
    /// command that shows the finding, if the command is not `lint --migration`. For any file it
    /// may be `crlf` (lines end with CR LF) or `no-newline` (the last line has no newline).
    pub options: &'static str,
    /// The text in the fence.
    pub text: &'static str,
}

impl ExampleFile {
    /// The file as it would be on disk, with the line endings that the fence asks for.
    pub fn contents(&self) -> String {
        match self.options {
            "crlf" => self.text.replace('\n', "\r\n"),
            "no-newline" => self.text.trim_end_matches('\n').to_owned(),
            _ => self.text.to_owned(),
        }
    }

    /// The command that shows the finding, with its options, if the page names one.
    pub fn command(&self) -> Option<&'static str> {
        Some(self.options).filter(|options| !["", "crlf", "no-newline"].contains(options))
    }
}

impl Page {
    pub(super) fn read(page: &'static str) -> Self {
        // Skip the heading and the line with the severity.
        let body = page.splitn(3, "\n\n").nth(2).unwrap_or_default();
        let (text, rest) = body.split_once("\n## ").unwrap_or((body, ""));
        let sections = if rest.is_empty() {
            Vec::new()
        } else {
            rest.split("\n## ").filter_map(section).collect()
        };
        Self { text: text.trim_end(), sections }
    }

    /// The files of the section of this kind, or none if the page has no such section.
    pub fn files(&self, kind: SectionKind) -> &[ExampleFile] {
        self.sections
            .iter()
            .find(|section| section.kind == kind)
            .map_or(&[], |section| &section.files)
    }
}

fn section(text: &'static str) -> Option<PageSection> {
    let (title, mut rest) = text.split_once('\n')?;
    let kind = [SectionKind::Bad, SectionKind::Good, SectionKind::Example]
        .into_iter()
        .find(|kind| kind.title() == title)?;
    let (mut remarks, mut files) = (Vec::new(), Vec::new());
    while let Some((before, fence)) = rest.split_once("```upstart") {
        let (info, fence) = fence.split_once('\n')?;
        let (text, after) = fence.split_at(fence.find("\n```").map_or(fence.len(), |end| end + 1));
        let (name, options) = match info.trim().split_once(' ') {
            Some((name, options)) if name.contains('.') => (name, options),
            None if info.contains('.') => (info.trim(), ""),
            Some(_) | None => ("job.conf", info.trim()),
        };
        remarks.extend(Some(before.trim()).filter(|remark| !remark.is_empty()));
        files.push(ExampleFile { name, options, text });
        rest = after.strip_prefix("```").unwrap_or(after);
    }
    Some(PageSection { kind, remarks, files })
}

#[cfg(test)]
mod tests {
    use super::{ExampleFile, Page, SectionKind};

    #[test]
    fn a_page_is_taken_apart() {
        let page = Page::read(
            "# two-jobs (U399)\n\nSeverity: note. Category: between jobs.\n\nA text.\n\n    with code\n\nMore.\n\n## Bad\n\nTwo jobs:\n\n\
             ```upstart a.conf lint --dialect 0.6\nexec a\n```\n\n```upstart b.conf no-newline\nexec b\n```\n\n## Good\n\n```upstart crlf\nexec a\n\nexec b\n```\n",
        );
        assert_eq!(page.text, "A text.\n\n    with code\n\nMore.");
        let bad = [
            ExampleFile { name: "a.conf", options: "lint --dialect 0.6", text: "exec a\n" },
            ExampleFile { name: "b.conf", options: "no-newline", text: "exec b\n" },
        ];
        assert_eq!(page.files(SectionKind::Bad), bad);
        assert_eq!(bad.map(|file| file.command()), [Some("lint --dialect 0.6"), None]);
        assert_eq!(bad.map(|file| file.contents()), ["exec a\n", "exec b"]);
        assert_eq!(page.sections[0].remarks, ["Two jobs:"]);
        assert_eq!(
            page.files(SectionKind::Good),
            [ExampleFile { name: "job.conf", options: "crlf", text: "exec a\n\nexec b\n" }]
        );
        assert_eq!(page.files(SectionKind::Good)[0].contents(), "exec a\r\n\r\nexec b\r\n");
        assert_eq!(page.files(SectionKind::Good)[0].command(), None);
        assert_eq!(page.files(SectionKind::Example), []);
    }
}
