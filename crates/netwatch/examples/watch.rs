//! Prints the networks of this machine, and again at every change, with milliseconds since the start: `watch [HOST-ADDRESS]...` adds the
//! path to each host.

use std::error::Error;
use std::net::IpAddr;
use std::time::Instant;

use bellhop_netwatch::Watch;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let hosts = std::env::args()
        .skip(1)
        .map(|host| host.parse())
        .collect::<Result<Vec<IpAddr>, _>>()?;
    let start = Instant::now();
    let mut watch = Watch::new().await?;
    loop {
        show(&watch, &hosts, start).await?;
        watch.changed().await?;
    }
}

#[expect(clippy::print_stdout, reason = "it is what the example is for")]
async fn show(watch: &Watch, hosts: &[IpAddr], start: Instant) -> Result<(), Box<dyn Error>> {
    let state = if watch.networks().online() {
        "online"
    } else {
        "offline"
    };
    println!("{:>10.3} {state}", start.elapsed().as_secs_f64() * 1000.0);
    for interface in &watch.networks().interfaces {
        let addresses: Vec<String> = interface
            .addresses
            .iter()
            .map(ToString::to_string)
            .collect();
        println!(
            "           {} {} {} carrier={} ({} changes) default={} via {:?}",
            interface.name,
            interface.kind.as_str(),
            addresses.join(" "),
            interface.carrier,
            interface.carrier_changes,
            interface.default_route,
            interface.gateways,
        );
    }
    for host in hosts {
        match watch.path_to(*host).await? {
            Some(path) => println!("           to {host}: {path:?}"),
            None => println!("           to {host}: unreachable"),
        }
    }
    Ok(())
}
