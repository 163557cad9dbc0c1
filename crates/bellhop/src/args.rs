//! The words of the command line. No secret is ever one of them: arguments are for everybody to see.

use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;

use bellhop_control::device::Phone;
use clap::builder::{PossibleValuesParser, TypedValueParser};
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
    /// Add, list and remove phones at home, and show what to type into them
    #[command(subcommand)]
    Device(DeviceCommand),
    /// Say on which networks phones at home are let in
    #[command(subcommand)]
    Home(HomeCommand),
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

#[derive(Debug, Subcommand)]
pub(crate) enum DeviceCommand {
    /// Add a phone with a password that is made for it and shown once
    Add(DeviceAddArgs),
    /// List the phones: extension, since when online, what they are
    List {
        /// One JSON array, for programs
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        config: ConfigArg,
    },
    /// Remove a phone from the config, and its password from the keyring
    Remove {
        /// Name of the phone
        name: String,
        #[command(flatten)]
        config: ConfigArg,
    },
    /// Make a new password for a phone and show it, on a home network as a QR code that Linphone reads
    Qr {
        /// Name of the phone
        name: String,
        /// Don't ask whether the old password may go
        #[arg(long)]
        yes: bool,
        #[command(flatten)]
        config: ConfigArg,
    },
    /// Show what to type into a phone, all but its password
    Settings {
        /// Name of the phone
        name: String,
        /// The kind of phone; all of them without it
        #[arg(long = "for", value_name = "PHONE", value_parser = phone())]
        phone: Option<Phone>,
        #[command(flatten)]
        config: ConfigArg,
    },
}

#[derive(Debug, clap::Args)]
pub(crate) struct DeviceAddArgs {
    /// What to call it
    pub(crate) name: String,
    /// What the others dial; the next free one from 101 without it
    #[arg(long)]
    pub(crate) extension: Option<String>,
    /// Read a password from stdin instead of making one
    #[arg(long)]
    pub(crate) password_stdin: bool,
    /// Hold the phone to one digest: SHA-256 or MD5
    #[arg(long, value_name = "DIGEST")]
    pub(crate) digest: Option<String>,
    /// Leave the password in this file, which is made if it is not there, for machines without a keyring
    #[arg(long, visible_alias = "file", value_name = "FILE")]
    pub(crate) password_file: Option<PathBuf>,
    /// The kind of phone that is shown what to type; all of them without it
    #[arg(long = "for", value_name = "PHONE", value_parser = phone())]
    pub(crate) phone: Option<Phone>,
    #[command(flatten)]
    pub(crate) config: ConfigArg,
}

#[derive(Debug, Subcommand)]
pub(crate) enum HomeCommand {
    /// The network that this laptop is in is home: phones there are let in
    Here,
    /// List the home networks of the config
    List {
        #[command(flatten)]
        config: ConfigArg,
    },
    /// A network is home no more
    #[command(group(clap::ArgGroup::new("which").required(true).args(["network", "all"])))]
    Forget {
        /// Its addresses as `bellhop home list` shows them, like 192.168.1.0/24
        network: Option<String>,
        /// Every network
        #[arg(long)]
        all: bool,
        #[command(flatten)]
        config: ConfigArg,
    },
}

/// Kinds of phones by their names.
fn phone() -> impl TypedValueParser<Value = Phone> {
    PossibleValuesParser::new(Phone::ALL.map(Phone::as_str)).try_map(|name| {
        let mut all = Phone::ALL.into_iter();
        all.find(|it| it.as_str() == name)
            .ok_or("there is no such phone")
    })
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
