//! `run` and `demo-registrar`: what stays in the foreground.

use std::io;
use std::net::IpAddr;

use bellhop_control::protocol::StartedBy;
use bellhop_engine::{NetworkSource, Options};

use crate::args::{RunArgs, Starter};
use crate::engine::Place;
use crate::failure::Failure;
use crate::output;

pub(crate) fn run(args: RunArgs, place: &Place) -> Result<(), Failure> {
    let options = Options {
        config: args.config,
        state_dir: place.named(),
        started_by: match args.started_by {
            Starter::Terminal => StartedBy::Terminal,
            Starter::Service => StartedBy::Service,
            Starter::Tray => StartedBy::Tray,
        },
        networks: if args.scripted_networks {
            NetworkSource::Scripted
        } else {
            NetworkSource::Machine
        },
        ..Options::default()
    };
    // An engine whose starter stopped listening goes on.
    bellhop_engine::run(options, || _ = output::write("ready"))?;
    Ok(())
}

pub(crate) fn demo_registrar(port: u16, listen: IpAddr) -> Result<(), Failure> {
    bellhop_engine::demo_registrar::run(port, listen, &mut io::stdout())?;
    Ok(())
}
