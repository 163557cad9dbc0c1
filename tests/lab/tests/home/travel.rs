//! The laptop leaves home and comes back. Wherever it is meanwhile, nobody there finds anything open, at any instant.

use std::net::Ipv4Addr;
use std::thread;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use bellhop_tests_lab::namespace::Namespace;

use crate::client::{self, Client};
use crate::house::{House, config};
use crate::lan::{GATEWAY_MAC, LAPTOP, Lan, SUBNET, WLAN, address};
use crate::runner::Trials;
use crate::stranger::{self, Door, Stranger};

/// Another router with the same addresses.
const OTHER_MAC: &str = "02:00:00:00:00:66";
/// The laptop's own.
const LAPTOP_MAC: &str = "02:00:00:00:00:20";
/// A Wi-Fi joins another network in more than this: scan, association, keys.
const ASSOCIATION: Duration = Duration::from_millis(50);
/// The laptop stays elsewhere for so long.
const ELSEWHERE: Duration = Duration::from_secs(2);

/// Adds the trials.
pub(crate) fn add(trials: &mut Trials) {
    trials.add(
        "left_without_a_goodbye_home_is_closed_to_the_same_network_with_another_gateway",
        carried_away,
    );
    trials.add(
        "a_new_address_closes_home_before_anybody_there_can_ask",
        renumbered,
    );
    trials.add("without_the_route_to_its_gateway_home_is_closed", rerouted);
    trials.add(
        "a_second_network_does_not_reach_what_is_open_at_home",
        both_at_once,
    );
}

/// A laptop that learnt where home is from its person.
struct Home {
    lan: Lan,
    laptop: Namespace,
    /// The laptop's port at the switch.
    port: String,
    house: House,
    /// What is open there.
    doors: Vec<Door>,
}

fn at_home() -> Result<Home> {
    let (lan, laptop, port) = Lan::with_laptop_at_a_port()?;
    laptop.ip(&format!("link set dev {WLAN} address {LAPTOP_MAC}\n"))?;
    let house = House::start(&laptop, &config(1, ""))?;
    let before = house.home()?;
    ensure!(
        stranger::doors(house.engine().pid(), LAPTOP)?.is_empty(),
        "open before anybody said that this is home: {before}"
    );
    let told = house.engine().cli(&["home", "here"])?;
    ensure!(told.code == Some(0), "{told:?}");
    house.wait("home", is_home)?;
    let home = house.home()?;
    let known = |key: &str| home.pointer(key).and_then(serde_json::Value::as_str);
    ensure!(known("/network/gateway_mac") == Some(GATEWAY_MAC), "{home}");
    ensure!(known("/network/subnet") == Some(SUBNET), "{home}");
    let doors = stranger::doors(house.engine().pid(), LAPTOP)?;
    ensure!(doors.len() >= 2, "{doors:?}");
    Ok(Home {
        lan,
        laptop,
        port,
        house,
        doors,
    })
}

fn is_home(home: &serde_json::Value) -> bool {
    let open = home
        .get("listening")
        .and_then(serde_json::Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(serde_json::Value::as_str);
    let at = format!(":{LAPTOP}:");
    home.get("network").is_some_and(|it| !it.is_null())
        && open.filter(|it| it.contains(&at)).count() >= 2
}

fn is_away(home: &serde_json::Value) -> bool {
    let open = home.get("listening").map(ToString::to_string);
    home.get("network").is_some_and(serde_json::Value::is_null)
        && open.is_some_and(|open| !open.contains(&LAPTOP.to_string()))
}

/// A phone at home is let in.
fn registers(phone: &Namespace, doors: &[Door], password: &str) -> Result<()> {
    for door in doors {
        if let Door::Datagram(at) = door {
            let udp = client::udp(phone, *at)?;
            Client::new(udp, "101", password).register(300)?;
            return Ok(());
        }
    }
    anyhow::bail!("no UDP among {doors:?}")
}

/// Nothing but the carrier goes and comes; address and route stay as they are.
fn carried_away() -> Result<()> {
    let Home {
        lan: home,
        laptop: _laptop,
        port,
        house,
        doors,
    } = at_home()?;
    let phone = home.host("the phone", 31)?;
    registers(&phone, &doors, house.password())?;
    let away = Lan::new(OTHER_MAC)?;
    let elsewhere = away.host("the stranger", 66)?;
    stranger::knows(&elsewhere, "eth0", LAPTOP, LAPTOP_MAC)?;
    stranger::knows(&away.gateway, "lan0", LAPTOP, LAPTOP_MAC)?;
    let stranger = Stranger::at(&elsewhere, &doors)?;
    let gateway = Stranger::at(&away.gateway, &doors)?;
    for round in 0..3 {
        home.hand_over(&port, &away, ASSOCIATION * (1 + round))?;
        house.wait("closed listeners", is_away)?;
        let asked = stranger.asked();
        thread::sleep(ELSEWHERE);
        ensure!(stranger.asked() > asked + 100, "the stranger did not ask");
        let found = (stranger.answered(), gateway.answered());
        ensure!(found == (0, 0), "round {round}: answered {found:?} times");
        ensure!(is_away(&house.home()?), "open again: {}", house.home()?);
        ensure!(
            stranger::doors(house.engine().pid(), LAPTOP)?.is_empty(),
            "sockets are left"
        );
        away.hand_over(&port, &home, ASSOCIATION)?;
        house.wait("home again", is_home)?;
        registers(&phone, &doors, house.password())?;
        let found = (stranger.answered(), gateway.answered());
        ensure!(found == (0, 0), "on the way home: answered {found:?} times");
    }
    Ok(())
}

/// The laptop is given an address of another network on the same link.
fn renumbered() -> Result<()> {
    let Home {
        lan: home,
        laptop,
        house,
        doors,
        ..
    } = at_home()?;
    let other = Ipv4Addr::new(10, 9, 9, 20);
    let elsewhere = home.host("the stranger", 66)?;
    elsewhere.ip(&format!(
        "address add 10.9.9.66/24 dev eth0\nroute add {LAPTOP}/32 via {other} dev eth0\nroute delete {SUBNET} dev eth0\n"
    ))?;
    stranger::knows(&elsewhere, "eth0", other, LAPTOP_MAC)?;
    home.gateway.ip("address add 10.9.9.1/24 dev lan0\n")?;
    let moved: Vec<Door> = doors.iter().map(|door| door.moved_to(other)).collect();
    laptop.ip(&format!(
        "address flush dev {WLAN}\naddress add {other}/24 dev {WLAN}\nroute add default via 10.9.9.1 dev {WLAN}\n"
    ))?;
    let stranger = Stranger::at(&elsewhere, &[moved, doors].concat())?;
    house.wait("closed listeners", is_away)?;
    thread::sleep(ELSEWHERE);
    ensure!(stranger.asked() > 100, "the stranger did not ask");
    ensure!(stranger.answered() == 0, "{}", stranger.answered());
    ensure!(is_away(&house.home()?), "open again: {}", house.home()?);
    drop(stranger);
    laptop.ip(&format!(
        "address flush dev {WLAN}\naddress add {LAPTOP}/24 dev {WLAN}\nroute add default via {} dev {WLAN}\n",
        address(1)
    ))?;
    house.wait("home again", is_home).map(drop)
}

/// The network leads nowhere any more, or through another gateway of its own.
fn rerouted() -> Result<()> {
    let Home {
        lan: home,
        laptop,
        house,
        doors,
        ..
    } = at_home()?;
    let other = home.host("another gateway", 2)?;
    laptop.ip(&format!("route delete default dev {WLAN}\n"))?;
    house.wait("closed listeners", is_away)?;
    laptop.ip(&format!(
        "route add default via {} dev {WLAN}\n",
        address(2)
    ))?;
    let stranger = Stranger::at(&other, &doors)?;
    thread::sleep(ELSEWHERE);
    ensure!(is_away(&house.home()?), "open again: {}", house.home()?);
    ensure!(stranger.answered() == 0, "{}", stranger.answered());
    drop(stranger);
    laptop.ip(&format!(
        "route replace default via {} dev {WLAN}\n",
        address(1)
    ))?;
    house.wait("home again", is_home).map(drop)
}

/// At home by one interface and elsewhere by another: whoever is elsewhere sends to the address at home, by the link that he has.
fn both_at_once() -> Result<()> {
    let Home {
        lan: home,
        laptop,
        house,
        doors,
        ..
    } = at_home()?;
    let away = Lan::new(OTHER_MAC)?;
    away.cable(&laptop, "eth1")?;
    laptop.ip(
        "link set dev eth1 address 02:00:00:00:00:21 up\naddress add 10.9.9.20/24 dev eth1\n",
    )?;
    laptop.set("ipv4/conf/all/rp_filter", "0")?;
    laptop.set("ipv4/conf/eth1/rp_filter", "0")?;
    let elsewhere = away.host("the stranger", 66)?;
    // As a neighbour of the phones, and as what he is.
    elsewhere.ip(&format!(
        "address add 10.9.9.66/24 dev eth0\nroute replace {LAPTOP}/32 via 10.9.9.20 dev eth0 onlink\n"
    ))?;
    stranger::knows(
        &elsewhere,
        "eth0",
        Ipv4Addr::new(10, 9, 9, 20),
        "02:00:00:00:00:21",
    )?;
    house.wait("home still", is_home)?;
    let phone = home.host("the phone", 31)?;
    let stranger = Stranger::at(&elsewhere, &doors)?;
    thread::sleep(ELSEWHERE);
    registers(&phone, &doors, house.password())?;
    ensure!(stranger.asked() > 100, "the stranger did not ask");
    ensure!(stranger.answered() == 0, "{}", stranger.answered());
    ensure!(is_home(&house.home()?), "closed: {}", house.home()?);
    let config = house.engine().directory().join("config.toml");
    let config = config.to_str().context("a path without letters")?;
    let told = house
        .engine()
        .cli(&["home", "forget", SUBNET, "--config", config])?;
    ensure!(told.code == Some(0), "{told:?}");
    house.wait("closed listeners", is_away).map(drop)
}
