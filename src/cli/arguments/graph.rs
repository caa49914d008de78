//! The arguments of `graph`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::DialectOf;

pub(super) const GRAPH_EXAMPLES: &str = "\
Examples:
  upstart2systemd graph /etc/init -o jobs.svg            a picture for a browser: which job starts and stops which
  upstart2systemd graph /etc/init --view both -o x.svg   the same with the units below it
  upstart2systemd graph /etc/init --only nginx --depth 1 what is next to nginx
  upstart2systemd graph /etc/init --format mermaid       diagrams in Markdown, for a wiki or a pull request
  upstart2systemd graph /etc/init --format dot | dot -Tpdf -o jobs.pdf

Exit status:
  0  done
  2  wrong usage
  3  a file could not be read or written, or init would refuse a job; the others are drawn
  4  a bug in this program";

#[derive(Args, Debug)]
pub(in crate::cli) struct GraphArguments {
    /// Configuration directories, such as /etc/init; the first one that has a job is used for it
    #[arg(value_name = "DIR", required_unless_present = "root")]
    pub(in crate::cli) directories: Vec<PathBuf>,
    /// Read DIR/etc/init, or DIR/etc/event.d for old jobs, of a chroot, a container image or an unpacked package
    #[arg(long, value_name = "DIR", conflicts_with = "directories")]
    pub(in crate::cli) root: Option<PathBuf>,
    /// Take the jobs of the distribution for jobs to convert, as `migrate --all` does
    #[arg(long)]
    pub(in crate::cli) all: bool,
    /// Only these jobs and what is related to them; patterns may be used
    #[arg(long, value_name = "JOB", value_delimiter = ',')]
    pub(in crate::cli) only: Vec<String>,
    /// With --only, how many steps from these jobs to go [default: as far as there are relations]
    #[arg(long, value_name = "N", requires = "only")]
    pub(in crate::cli) depth: Option<usize>,
    /// Whether to draw the jobs, the units that they become, or both
    #[arg(long, value_enum, default_value = "upstart")]
    pub(in crate::cli) view: ShownView,
    /// The form of the output
    #[arg(long, value_enum, default_value = "svg")]
    pub(in crate::cli) format: GraphFormat,
    /// Dialect to parse with
    #[arg(long, value_name = "DIALECT", default_value = "auto")]
    pub(in crate::cli) dialect: DialectOf,
    /// Write the graph to FILE instead of standard output
    #[arg(short, long, value_name = "FILE")]
    pub(in crate::cli) output: Option<PathBuf>,
}

/// What is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum ShownView {
    /// The jobs: what their conditions and scripts name
    Upstart,
    /// The units: what their directives name
    Systemd,
    /// First the jobs, then the units
    Both,
}

/// The form of a graph.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum GraphFormat {
    /// A picture for a browser
    Svg,
    /// A file for the programs of Graphviz
    Dot,
    /// Diagrams in Markdown, as GitHub and GitLab show them
    Mermaid,
    /// One JSON object, for other programs
    Json,
}
