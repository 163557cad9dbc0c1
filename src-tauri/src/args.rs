//! The words of the command line. No secret is ever one of them.

use std::path::PathBuf;

use clap::Parser;

use crate::begin::Begin;

/// Shows Bellhop in the tray; with --window, its window.
#[derive(Debug, Parser)]
#[command(name = "bellhop-tray", version)]
pub(crate) struct Args {
    /// Where engine, tray and window meet; one of each runs on a directory
    #[arg(long, value_name = "DIR")]
    pub(crate) state_dir: Option<PathBuf>,

    /// The config for an engine that the tray starts, if not the default one
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,

    /// The session has just begun: stay in the tray
    #[arg(long, conflicts_with = "window")]
    pub(crate) at_login: bool,

    /// Open the window, or show the one that is open
    #[arg(long)]
    pub(crate) window: bool,

    /// Begin with the form for a new line
    #[arg(long, requires = "window")]
    pub(crate) add_line: bool,

    /// Begin with the phones at home
    #[arg(long, requires = "window", conflicts_with = "add_line")]
    pub(crate) devices: bool,
}

impl Args {
    /// What the window begins with.
    pub(crate) fn begin(&self) -> Option<Begin> {
        match (self.add_line, self.devices) {
            (true, _) => Some(Begin::AddLine),
            (false, true) => Some(Begin::Devices),
            (false, false) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_words_are_well_formed() {
        Args::command().debug_assert();
    }

    #[test]
    fn the_manual_page_names_every_word() {
        let page = include_str!("../../installers/bellhop-tray.1").replace('\\', "");
        for argument in Args::command().get_arguments() {
            let word = format!("--{}", argument.get_long().unwrap());
            assert!(
                page.contains(&word),
                "installers/bellhop-tray.1 has no {word}"
            );
        }
    }

    #[test]
    fn what_belongs_to_the_window_is_refused_without_it() {
        assert!(Args::try_parse_from(["bellhop-tray", "--add-line"]).is_err());
        assert!(Args::try_parse_from(["bellhop-tray", "--window", "--at-login"]).is_err());
        assert!(Args::try_parse_from(["bellhop-tray", "--window", "--add-line"]).is_ok());
        assert!(Args::try_parse_from(["bellhop-tray", "--devices"]).is_err());
    }

    #[test]
    fn the_words_that_begin_a_window_are_those_that_a_window_knows() {
        for begin in [Begin::AddLine, Begin::Devices] {
            let args = Args::try_parse_from(["bellhop-tray", "--window", begin.word()]);
            assert_eq!(args.unwrap().begin(), Some(begin));
        }
    }
}
