//! Phones in a network of their own behind the home's: reached through the NAT for as long as they are bound.

use std::net::Ipv4Addr;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use bellhop_tests_lab::namespace::Namespace;

use crate::client::{self, Client};
use crate::house::{Contact, House, LONG, Over};
use crate::lan::{Lan, address};
use crate::phones::{Pjsip, USER};
use crate::runner::Trials;

/// The last byte of the router's address in the home network.
const ROUTER: u8 = 40;
/// Its outer ports begin here.
const LOWEST_PORT: u16 = 40_000;
const PHONE: Ipv4Addr = Ipv4Addr::new(10, 20, 30, 2);
/// Linux's own is twice as long for what was answered: a hasty router. Three of them: longer than the mapping would stand by itself.
const FORGETS_AFTER: Duration = Duration::from_secs(30);
const WATCHED: Duration = Duration::from_secs(65);

/// Adds the trials.
pub(crate) fn add(trials: &mut Trials) {
    trials.add(
        "a_phone_behind_a_nat_that_says_nothing_is_reached_when_its_words_are_forgotten",
        silent,
    );
    trials.add(
        "a_phone_behind_a_nat_is_bound_where_it_is_seen_and_reached_as_long_as_it_is_bound",
        reached,
    );
}

/// A router that masquerades, and a phone behind it.
pub(crate) fn behind(lan: &Lan) -> Result<(Namespace, Namespace)> {
    let router = lan.host("the router", ROUTER)?;
    router.set("ipv4/ip_forward", "1")?;
    router.nft(&format!(
        "table ip router {{ chain leaving {{ type nat hook postrouting priority srcnat; \
         oifname \"eth0\" meta l4proto {{ tcp, udp }} masquerade to :{LOWEST_PORT}-49999; }}\n\
         chain passing {{ type filter hook forward priority filter; policy drop; \
         ct state established,related accept; iifname \"inside\" accept; }}\n}}\n"
    ))?;
    let seconds = FORGETS_AFTER.as_secs().to_string();
    router.set("netfilter/nf_conntrack_udp_timeout", &seconds)?;
    router.set("netfilter/nf_conntrack_udp_timeout_stream", &seconds)?;
    let phone = Namespace::new("the phone")?;
    phone.set("ipv6/conf/all/disable_ipv6", "1")?;
    router.ip(&format!(
        "link add name inside index 2000 type veth peer name eth0 netns {}\naddress add 10.20.30.1/24 dev inside\nlink set dev inside up\n",
        phone.path()
    ))?;
    phone.ip(&format!(
        "link set dev eth0 up\naddress add {PHONE}/24 dev eth0\nroute add default via 10.20.30.1 dev eth0\n"
    ))?;
    phone.wait_until_up("eth0")?;
    Ok((router, phone))
}

/// It came through the router.
pub(crate) fn is_through(contact: &Contact) -> bool {
    contact.source.ip() == address(ROUTER) && contact.source.port() >= LOWEST_PORT
}

/// It names the phone's own address, which nobody in the home network reaches.
pub(crate) fn is_private(contact: &Contact) -> bool {
    contact.uri.contains(&format!("@{PHONE}:"))
}

fn reached() -> Result<()> {
    let (lan, laptop) = Lan::with_laptop()?;
    let house = House::at_home(&laptop, 1, "")?;
    let (_router, host) = behind(&lan)?;
    let mut phone = Pjsip::over_udp(&host, &house)?;
    phone.wait()?;
    let registered = Instant::now();
    let reachable = |contacts: &[Contact]| contacts.iter().any(|it| it.reachable == Some(true));
    let contacts = house.wait_for_contacts("a phone that is reachable", reachable)?;
    ensure!(contacts.len() == 1, "{contacts:?}");
    for contact in &contacts {
        // PJSIP writes what the registrar saw of it, once it knows; where it is sent to is what was seen.
        ensure!(is_through(contact), "{contact:?}");
    }
    thread::sleep(WATCHED.saturating_sub(registered.elapsed()));
    let asked = phone.output().matches("Request msg OPTIONS").count();
    ensure!(
        asked >= 3,
        "{asked} OPTIONS reached it:\n{}",
        phone.output()
    );
    let last = house.contacts()?;
    ensure!(reachable(&last) && last.len() == 1, "{last:?}");
    ensure!(last.iter().all(is_through), "{last:?}");
    Ok(())
}

/// It names its own address, and neither answers nor keeps anything open.
fn silent() -> Result<()> {
    let (lan, laptop) = Lan::with_laptop()?;
    let house = House::at_home(&laptop, 1, "")?;
    let (_router, host) = behind(&lan)?;
    let socket = client::udp(&host, Over::Udp.at_home())?;
    let mut phone = Client::new(socket, USER, house.password());
    phone.register(300)?;
    let silent = Instant::now();
    let fit = |contacts: &[Contact]| contacts.iter().all(|it| is_through(it) && is_private(it));
    let contacts = house.contacts()?;
    ensure!(contacts.len() == 1 && fit(&contacts), "{contacts:?}");
    let mut buffer = [0; 4096];
    phone.carrier.set_read_timeout(Some(LONG))?;
    while silent.elapsed() < FORGETS_AFTER {
        let length = phone.carrier.recv(&mut buffer).context("no datagram")?;
        let heard = String::from_utf8_lossy(buffer.get(..length).unwrap_or_default());
        ensure!(heard.starts_with("OPTIONS "), "{heard}");
    }
    ensure!(house.contacts()?.len() == 1, "{:?}", house.contacts()?);
    Ok(())
}
