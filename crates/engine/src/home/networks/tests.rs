use super::*;

const MAC: [u8; 6] = [0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff];

fn home() -> HomeNetworks {
    let mut home = HomeNetworks::default();
    home.reconfigure(vec![HomeNetwork {
        gateway_mac: MAC,
        subnet: "192.168.1.0/24".parse().unwrap(),
        listen: vec![(Transport::Udp, 5070), (Transport::Tls, 5071)],
    }]);
    home
}

fn wifi() -> Interface {
    Interface {
        name: "wlan0".into(),
        index: 3,
        kind: InterfaceKind::Wifi,
        addresses: vec!["192.168.1.20/24".parse().unwrap()],
        carrier: true,
        default_route: true,
        gateways: vec!["192.168.1.1".parse().unwrap()],
        ..Interface::default()
    }
}

fn networks(interfaces: &[Interface]) -> Networks {
    Networks {
        interfaces: interfaces.to_vec(),
    }
}

/// All gateways answer so.
fn answer(home: &mut HomeNetworks, mac: Option<[u8; 6]>) -> usize {
    let mut asked = 0;
    while let Some(question) = home.poll_question() {
        home.handle_answer(&question, mac);
        asked += 1;
    }
    asked
}

fn open(home: &HomeNetworks) -> Vec<String> {
    home.wanted().iter().map(ToString::to_string).collect()
}

#[test]
fn nothing_is_open_before_the_gateway_has_answered() {
    let mut home = home();
    home.handle_networks(&networks(&[wifi()]));
    assert!(open(&home).is_empty());
    assert_eq!(answer(&mut home, Some(MAC)), 1);
    assert_eq!(
        open(&home),
        ["udp:192.168.1.20:5070", "tls:192.168.1.20:5071"]
    );
    let link = home.wanted()[0].place.link.clone().unwrap();
    assert_eq!((link.interface.as_str(), link.index), ("wlan0", 3));
    let seen = home.home().unwrap();
    assert_eq!(seen.gateway_mac, "aa:bb:cc:dd:ee:ff");
    assert_eq!(seen.address.as_deref(), Some("192.168.1.20"));
}

#[test]
fn another_gateway_at_the_same_addresses_is_not_home() {
    let mut home = home();
    home.handle_networks(&networks(&[wifi()]));
    answer(&mut home, Some([1, 2, 3, 4, 5, 6]));
    assert!(open(&home).is_empty());
    home.handle_networks(&networks(&[Interface {
        carrier_changes: 2,
        ..wifi()
    }]));
    answer(&mut home, None);
    assert!(open(&home).is_empty(), "a gateway that is silent");
}

#[test]
fn the_same_gateway_with_another_subnet_is_not_home() {
    let mut home = home();
    home.handle_networks(&networks(&[Interface {
        addresses: vec!["192.168.2.20/24".parse().unwrap()],
        gateways: vec!["192.168.2.1".parse().unwrap()],
        ..wifi()
    }]));
    assert_eq!(answer(&mut home, Some(MAC)), 0, "it is not even asked for");
    assert!(open(&home).is_empty());
}

#[test]
fn whatever_happens_to_the_interface_closes_it_until_the_gateway_answers_anew() {
    let changes: [fn(&mut Interface); 6] = [
        |it| it.carrier_changes += 2,
        |it| it.carrier = false,
        |it| it.default_route = false,
        |it| it.addresses = vec!["192.168.1.21/24".parse().unwrap()],
        |it| it.gateways.push("192.168.1.2".parse().unwrap()),
        |it| it.index = 4,
    ];
    for change in changes {
        let mut home = home();
        home.handle_networks(&networks(&[wifi()]));
        answer(&mut home, Some(MAC));
        let mut changed = wifi();
        change(&mut changed);
        home.handle_networks(&networks(&[changed]));
        assert!(open(&home).is_empty());
        home.handle_networks(&networks(&[wifi()]));
        assert!(open(&home).is_empty(), "back, and not yet confirmed");
        answer(&mut home, Some(MAC));
        assert_eq!(open(&home).len(), 2);
    }
}

#[test]
fn a_late_answer_from_before_the_change_opens_nothing() {
    let mut home = home();
    home.handle_networks(&networks(&[wifi()]));
    let old = home.poll_question().unwrap();
    home.handle_networks(&networks(&[Interface {
        carrier_changes: 2,
        ..wifi()
    }]));
    home.handle_answer(&old, Some(MAC));
    assert!(open(&home).is_empty());
    answer(&mut home, Some(MAC));
    assert!(!open(&home).is_empty());
}

#[test]
fn another_interface_that_comes_and_goes_closes_nothing() {
    let mut home = home();
    home.handle_networks(&networks(&[wifi()]));
    answer(&mut home, Some(MAC));
    let docker = Interface {
        name: "docker0".into(),
        index: 9,
        ..Interface::default()
    };
    home.handle_networks(&networks(&[wifi(), docker]));
    assert_eq!(open(&home).len(), 2);
    home.handle_networks(&networks(&[wifi()]));
    assert_eq!(open(&home).len(), 2);
}

#[test]
fn a_route_that_the_picture_does_not_show_has_the_gateway_asked_for_again() {
    let mut home = home();
    home.handle_networks(&networks(&[wifi()]));
    answer(&mut home, Some(MAC));
    home.handle_networks(&networks(&[wifi()]));
    assert_eq!(open(&home).len(), 2);
    assert_eq!(answer(&mut home, Some([9; 6])), 1);
    assert!(open(&home).is_empty());
}

#[test]
fn a_sleep_closes_everything_until_the_gateway_answers_after_it() {
    let mut home = home();
    home.handle_networks(&networks(&[wifi()]));
    answer(&mut home, Some(MAC));
    home.handle_sleep();
    assert!(open(&home).is_empty());
    home.handle_networks(&networks(&[wifi()]));
    assert_eq!(answer(&mut home, Some(MAC)), 0, "not while it sleeps");
    home.handle_wake();
    assert!(open(&home).is_empty());
    answer(&mut home, Some(MAC));
    assert_eq!(open(&home).len(), 2);
}

#[test]
fn a_tunnel_is_no_home() {
    let mut home = home();
    home.handle_networks(&networks(&[Interface {
        kind: InterfaceKind::Vpn,
        ..wifi()
    }]));
    assert_eq!(answer(&mut home, Some(MAC)), 0);
    assert!(open(&home).is_empty());
}

#[test]
fn a_network_that_becomes_home_is_opened_without_a_change_of_the_link() {
    let mut home = HomeNetworks::default();
    home.handle_networks(&networks(&[wifi()]));
    assert_eq!(answer(&mut home, Some(MAC)), 0, "nobody has a home");
    home.reconfigure(self::home().known);
    answer(&mut home, Some(MAC));
    assert_eq!(open(&home).len(), 2);
    home.reconfigure(Vec::new());
    assert!(open(&home).is_empty());
}
