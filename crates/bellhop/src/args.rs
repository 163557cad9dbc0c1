//! The words of the command line. No secret is ever one of them: arguments are for everybody to see.

use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;

use clap::{Parser, Subcommand};

/// Keeps your company number reachable wherever the laptop goes.
#[derive(Debug, Parser)]
#[command(
    name = "bellhop",
    version,
    subcommand_required = true,
    arg_required_else_help = true,
    infer_subcommands = false
)]
pub(crate) struct Args {
    /// Where the engine keeps its socket, lock and store; one engine runs on each
    #[arg(long, value_name = "DIR", global = true)]
    pub(crate) state_dir: Option<PathBuf>,

    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run the engine in the foreground
    Run(RunArgs),
    /// Show how your numbers stand
    Status(StatusArgs),
    /// Register anew over a new flow, as after a network change
    Rebind {
        /// Id of the line; all lines without it
        line: Option<String>,
    },
    /// Unregister a line until it is resumed
    Pause {
        /// Id of the line
        line: String,
    },
    /// End a pause
    Resume {
        /// Id of the line
        line: String,
    },
    /// Check config, passwords, DNS and login, step by step
    Check {
        /// The config to check where no engine runs
        #[arg(long, value_name = "FILE")]
        config: Option<PathBuf>,
    },
    /// Add, list and remove lines of the config, and store their passwords
    #[command(subcommand)]
    Line(LineCommand),
    /// Show the newest SIP messages as a ladder
    Trace(TraceArgs),
    /// Phones at home
    #[command(hide = true, disable_help_flag = true)]
    Device {
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        words: Vec<String>,
    },
    /// The company registrar of the demo
    #[command(hide = true)]
    DemoRegistrar {
        /// UDP port
        #[arg(long, default_value_t = 5060)]
        port: u16,
        /// Address to listen on
        #[arg(long, default_value_t = IpAddr::V4(Ipv4Addr::LOCALHOST))]
        listen: IpAddr,
    },
}

#[derive(Debug, clap::Args)]
pub(crate) struct RunArgs {
    /// The config, if not the default one
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// What starts the engine: terminal, service or tray
    #[arg(long, value_enum, default_value_t = Starter::Terminal, hide = true)]
    pub(crate) started_by: Starter,
    /// Take the networks from stdin, one local address a line, instead of the machine's
    #[arg(long, hide = true)]
    pub(crate) scripted_networks: bool,
}

/// What may start an engine.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
pub(crate) enum Starter {
    Terminal,
    Service,
    Tray,
}

#[derive(Debug, clap::Args)]
pub(crate) struct StatusArgs {
    /// One JSON object, for programs
    #[arg(long)]
    pub(crate) json: bool,
    /// Print again whenever something changes
    #[arg(long)]
    pub(crate) watch: bool,
}

#[derive(Debug, clap::Args)]
pub(crate) struct TraceArgs {
    /// Write a capture (pcapng) for Wireshark and tshark instead; `-` is stdout
    #[arg(long, value_name = "FILE")]
    pub(crate) pcap: Option<PathBuf>,
    /// Keep the bodies of the messages in the capture; keys in them stay masked
    #[arg(long, requires = "pcap")]
    pub(crate) bodies: bool,
    /// Replace FILE if it is there
    #[arg(long, requires = "pcap")]
    pub(crate) force: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum LineCommand {
    /// Add a line to the config and store its password in the keyring
    Add(AddArgs),
    /// List the lines of the config
    List {
        #[command(flatten)]
        config: ConfigArg,
    },
    /// Remove a line from the config
    Remove {
        /// Id of the line
        line: String,
        #[command(flatten)]
        config: ConfigArg,
    },
    /// Store a new password in the keyring
    Password {
        /// Id of the line
        line: String,
        /// Read the password from stdin instead of asking for it
        #[arg(long)]
        password_stdin: bool,
        #[command(flatten)]
        config: ConfigArg,
    },
}

#[derive(Debug, clap::Args)]
pub(crate) struct ConfigArg {
    /// The config, if not the default one
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
}

#[derive(Debug, clap::Args)]
pub(crate) struct AddArgs {
    /// The number to register, as sip:tina@example.com
    #[arg(long, value_name = "URI")]
    pub(crate) aor: String,
    /// Where to register, if not at the number's domain
    #[arg(long, value_name = "URI")]
    pub(crate) registrar: Option<String>,
    /// What to call the line, if not by the number's user
    #[arg(long)]
    pub(crate) id: Option<String>,
    /// Who logs in, if not the number's user
    #[arg(long, value_name = "USER")]
    pub(crate) auth_username: Option<String>,
    /// Read the password from stdin instead of asking for it
    #[arg(long, conflicts_with = "password_file")]
    pub(crate) password_stdin: bool,
    /// Leave the password in this file, for machines without a keyring
    #[arg(long, value_name = "FILE")]
    pub(crate) password_file: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) config: ConfigArg,
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
    fn the_state_directory_stands_before_or_after_the_words_of_a_command() {
        for words in [
            ["bellhop", "--state-dir", "/x", "pause", "work"].as_slice(),
            ["bellhop", "pause", "--state-dir", "/x", "work"].as_slice(),
            ["bellhop", "pause", "work", "--state-dir", "/x"].as_slice(),
            ["bellhop", "line", "list", "--state-dir", "/x"].as_slice(),
            ["bellhop", "--state-dir", "/x", "line", "list"].as_slice(),
        ] {
            assert_eq!(
                Args::try_parse_from(words).unwrap().state_dir,
                Some("/x".into()),
                "{words:?}"
            );
        }
    }

    #[test]
    fn no_word_takes_a_password() {
        assert!(
            Args::try_parse_from([
                "bellhop",
                "line",
                "add",
                "--aor",
                "sip:a@b",
                "--password",
                "x"
            ])
            .is_err()
        );
    }
}
