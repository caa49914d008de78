//! Whether jobs are those of a whole machine, and not of a package or a repository.

use std::collections::BTreeSet;

/// The jobs without which the systems of Ubuntu and Debian, of RHEL 6, and of ChromeOS do not boot.
const BOOT_JOBS: [&[&str]; 3] = [
    &["rc-sysinit", "mountall"],
    &["rc", "rcS", "start-ttys"],
    &["boot-services", "system-services"],
];

/// Whether the jobs of these names boot a machine. They are in one directory, which may be below the
/// one that was given.
pub fn of_machine<'a>(jobs: impl Iterator<Item = &'a str>) -> bool {
    let jobs: BTreeSet<&str> = jobs.collect();
    BOOT_JOBS.iter().any(|boot| {
        let Some((first, others)) = boot.split_first() else { return false };
        jobs.iter().filter_map(|job| job.strip_suffix(first)).any(|directory| {
            (directory.is_empty() || directory.ends_with('/'))
                && others.iter().all(|other| jobs.contains(format!("{directory}{other}").as_str()))
        })
    })
}

#[cfg(test)]
mod tests {
    use super::of_machine;

    #[test]
    fn the_jobs_of_the_boot_are_in_one_directory() {
        for (jobs, expected) in [
            ("mountall rc-sysinit web", true),
            ("etc/init/mountall etc/init/rc-sysinit", true),
            ("rc rcS start-ttys", true),
            ("a/mountall b/rc-sysinit", false),
            ("xmountall xrc-sysinit", false),
            ("rc-sysinit rc", false),
            ("web", false),
        ] {
            assert_eq!(of_machine(jobs.split(' ')), expected, "{jobs}");
        }
    }
}
