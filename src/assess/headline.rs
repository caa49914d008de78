//! An assessment in one sentence.

use super::assessed_job::JobOrigin;
use super::assessment::Assessment;
use super::effort::Effort;
use super::minutes::duration;

impl Assessment {
    /// The assessment in one sentence. `subject` is what was assessed.
    pub fn headline(&self, subject: &str) -> String {
        let plural = |count: usize, one: &str, more: &str| {
            format!("{count} {}", if count == 1 { one } else { more })
        };
        let by_package = self.jobs.iter().any(|job| matches!(job.origin, JobOrigin::Package(_)));
        let (one, more) = if by_package {
            ("belongs to a package and stays with it", "belong to packages and stay with them")
        } else {
            (
                "belongs to the distribution and stays with it",
                "belong to the distribution and stay with it",
            )
        };
        let parts: Vec<String> = [
            (Effort::NotNeeded, one, more),
            (Effort::Automatic, "carries over as it is", "carry over as they are"),
            (Effort::Look, "needs a look", "need a look"),
            (Effort::Hand, "needs a hand", "need a hand"),
            (Effort::Refused, "has no unit", "have no unit"),
        ]
        .into_iter()
        .filter_map(|(effort, one, more)| match self.count(effort) {
            0 => None,
            count => Some(plural(count, one, more)),
        })
        .collect();
        let jobs = plural(self.jobs.len(), "job", "jobs");
        let work = match self.task_minutes() {
            0 => "no work besides the tests".to_owned(),
            minutes => format!("{} of work", duration(minutes)),
        };
        let tests = match self.test_minutes() {
            0 => String::new(),
            minutes => format!(", and {} to test each unit", duration(minutes)),
        };
        format!("{jobs} in {subject}: {}: {work}{tests}.", parts.join(", "))
    }
}
