//! The output of `initctl list` (`util/initctl.c`, `list_action()` and `job_status()`).

/// A job, or an instance of one, as init listed it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JobBefore {
    /// The name of the job.
    pub job: String,
    /// The name of the instance, if it has one.
    pub instance: Option<String>,
    /// `start` or `stop`.
    pub goal: String,
    /// What the job was doing.
    pub activity: String,
}

impl JobBefore {
    /// Whether the job ran.
    pub fn runs(&self) -> bool {
        self.goal == "start" && self.activity == "running"
    }

    /// The goal and the state, as init shows them.
    pub fn state(&self) -> String {
        format!("{}/{}", self.goal, self.activity)
    }
}

/// What a list has.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Listed {
    /// The jobs, in the order of the list.
    pub jobs: Vec<JobBefore>,
    /// The numbers of the lines that are not of the list, from 1.
    pub strange: Vec<usize>,
}

/// The states of a job (`init/job.c`, `job_state_name()`).
const STATES: [&str; 13] = [
    "waiting",
    "starting",
    "security-spawning",
    "security",
    "pre-starting",
    "pre-start",
    "spawning",
    "spawned",
    "post-starting",
    "post-start",
    "running",
    "pre-stopping",
    "pre-stop",
];

/// The states after those.
const LAST_STATES: [&str; 5] = ["stopping", "killed", "post-stopping", "post-stop", "deleted"];

/// Reads a list.
pub fn read_list(text: &str) -> Listed {
    let mut found = Listed::default();
    for (index, line) in text.lines().enumerate() {
        // Further processes of the job above have lines of their own.
        if line.trim().is_empty() || line.starts_with(['\t', ' ']) {
            continue;
        }
        match job(line.trim_end()) {
            Some(job) if !found.jobs.contains(&job) => found.jobs.push(job),
            Some(_) => {}
            None => found.strange.push(index + 1),
        }
    }
    found
}

/// `JOB (INSTANCE) GOAL/STATE, process PID`
fn job(line: &str) -> Option<JobBefore> {
    let line = match line.rsplit_once(", process ") {
        Some((before, pid)) if pid.bytes().all(|byte| byte.is_ascii_digit()) => before,
        _ => line,
    };
    let (before, state) = line.rsplit_once(' ')?;
    if let Some((goal, activity)) = state.split_once('/') {
        if !is_goal(goal) || !is_state(activity) {
            return None;
        }
        let named = before.strip_suffix(')').and_then(|before| before.split_once(" ("));
        let (job, instance) = match named {
            Some((job, instance)) => (job, Some(instance)),
            None => (before, None),
        };
        return made(job, instance, goal, activity);
    }
    // Before 0.5: `JOB (GOAL) STATE`.
    let (job, goal) = before.strip_suffix(')')?.rsplit_once(" (")?;
    (is_goal(goal) && is_state(state)).then(|| made(job, None, goal, state))?
}

fn made(job: &str, instance: Option<&str>, goal: &str, activity: &str) -> Option<JobBefore> {
    (!job.is_empty()).then(|| JobBefore {
        job: job.to_owned(),
        instance: instance.map(str::to_owned),
        goal: goal.to_owned(),
        activity: activity.to_owned(),
    })
}

fn is_goal(word: &str) -> bool {
    matches!(word, "start" | "stop" | "respawn")
}

fn is_state(word: &str) -> bool {
    STATES.contains(&word) || LAST_STATES.contains(&word)
}
