//! `home`: the networks on which phones besides this laptop are let in.

use std::net::SocketAddr;
use std::time::Duration;

use bellhop_control::config::{ListenOn, Written, mac_text};
use bellhop_control::protocol::{Event, Reply, Request};
use bellhop_control::snapshot::Home;
use bellhop_engine::lines::{self, ConfigFile, Edit, HomeEdit};

use crate::args::HomeCommand;
use crate::device::reload;
use crate::engine::{Connection, Place, unexpected};
use crate::failure::Failure;
use crate::output;

/// A neighbour that the kernel remembers is asked five seconds later.
const GATEWAY: Duration = Duration::from_secs(7);

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
    ))?;
    // Whoever asks next what to type into a phone is told of these listeners.
    if !opens(engine, address)? {
        output::say("they are let in when the gateway has answered; `bellhop status` tells");
    }
    Ok(())
}

/// Whether phones are let in there, or what is in the way is known, within the time that the kernel takes to ask a gateway.
fn opens(engine: Connection, address: &str) -> Result<bool, Failure> {
    let (runtime, client) = engine.into_parts();
    runtime.block_on(async {
        let mut subscription = client.subscribe().await?;
        let settled = async {
            loop {
                if let Event::Snapshot { snapshot } = subscription.next().await?
                    && is_settled(&snapshot.home, address)
                {
                    return Ok(true);
                }
            }
        };
        tokio::time::timeout(GATEWAY, settled)
            .await
            .unwrap_or(Ok(false))
    })
}

/// Where there is no phone yet nobody is let in.
fn is_settled(home: &Home, address: &str) -> bool {
    let problems = home.problems.iter().map(|problem| &problem.listener);
    let mut told = home.listening.iter().chain(problems);
    !home.enabled || told.any(|listener| is_at(listener, address))
}

/// `udp:192.168.1.23:5070` and `udp:[fd00::1]:5070` are at these addresses.
fn is_at(listener: &str, address: &str) -> bool {
    let place = listener.split_once(':').map(|(_, place)| place);
    let parsed = place.and_then(|it| it.parse::<SocketAddr>().ok());
    parsed.is_some_and(|it| it.ip().to_string() == address)
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
