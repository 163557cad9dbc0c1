//! `home`: the networks on which phones besides this laptop are let in.

use std::time::Duration;

use bellhop_control::config::{ListenOn, Written, mac_text};
use bellhop_control::protocol::{Reply, Request};
use bellhop_engine::lines::{self, ConfigFile, Edit, HomeEdit};

use crate::args::HomeCommand;
use crate::device::reload;
use crate::engine::{Place, unexpected};
use crate::failure::Failure;
use crate::output;

pub(crate) fn home(command: HomeCommand, place: &Place) -> Result<(), Failure> {
    match command {
        HomeCommand::Here => here(place),
        HomeCommand::List { config } => list(&ConfigFile::existing(config.config)?),
        HomeCommand::Forget {
            network,
            all: _,
            config,
        } => forget(network, ConfigFile::existing(config.config)?, place),
    }
}

/// The engine knows the networks, and edits its own config.
fn here(place: &Place) -> Result<(), Failure> {
    let mut engine = place.connect()?;
    let reply = engine.request(Request::HomeHere)?;
    let Reply::Home { network } = reply else {
        return Err(unexpected(&reply).into());
    };
    let address = network.address.as_deref().unwrap_or("this laptop");
    output::print(&format!(
        "{} behind {} is home: phones there reach {address}",
        network.subnet, network.gateway_mac
    ))
}

fn list(file: &ConfigFile) -> Result<(), Failure> {
    let written =
        Written::parse(&file.text, &file.name()).map_err(|problems| Failure::config(&problems))?;
    if written.home.networks.is_empty() {
        output::say("no network is home yet; where you are now is: bellhop home here");
        return Ok(());
    }
    let rows = written.home.networks.iter().map(|network| {
        let listen: Vec<String> = network.listen.iter().map(ListenOn::to_string).collect();
        let mac = mac_text(network.gateway_mac);
        format!("{}  {mac}  {}", network.subnet, listen.join(" "))
    });
    output::print(&rows.collect::<Vec<_>>().join("\n"))
}

fn forget(network: Option<String>, file: ConfigFile, place: &Place) -> Result<(), Failure> {
    let edit = Edit::Home(HomeEdit::ForgetNetworks {
        subnet: network.clone(),
    });
    lines::apply(file, edit, None, Duration::ZERO)?;
    output::print(&match network {
        Some(network) => format!("{network} is home no more"),
        None => "no network is home any more".to_owned(),
    })?;
    reload(place)
}
