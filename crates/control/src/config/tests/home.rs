use super::*;

/// The one problem of a `[home]` with `entry` at line 2.
fn of_home(entry: &str) -> String {
    one(&format!("[home]\n{entry}\n"))
}

/// The one problem of a device with `entry` at line 4.
fn of_device(entry: &str) -> String {
    one(&format!(
        "[[device]]\nname = \"desk\"\nextension = \"101\"\n{entry}\n"
    ))
}

/// The one problem of a home network with `entry` at line 4.
fn of_network(entry: &str) -> String {
    one(&format!(
        "[[home.network]]\ngateway_mac = \"02:00:00:00:00:01\"\nsubnet = \"192.168.1.0/24\"\n{entry}\n"
    ))
}

fn one(text: &str) -> String {
    let mut problems = problems(text);
    assert_eq!(problems.len(), 1, "{text}: {problems:?}");
    problems.remove(0)
}

fn written(text: &str) -> Written {
    Written::parse(text, "config.toml").unwrap()
}

fn device(name: &str, extension: &str) -> String {
    format!("[[device]]\nname = \"{name}\"\nextension = \"{extension}\"\n")
}

#[test]
fn the_home_of_the_contract_is_read() {
    let home = written(
        "[home]\nenabled = true\ndomain = \"home\"\nlisten = [\"udp:127.0.0.1:5070\", \"tcp:127.0.0.1:5070\"]\ndigest = [\"SHA-256\", \"MD5\"]\nmin_expires = 60\nmax_contacts = 10\n\
         [home.limits]\nrequests_per_second = 200\n\
         [[home.network]]\ngateway_mac = \"aa:bb:cc:dd:ee:ff\"\nsubnet = \"192.168.1.0/24\"\nlisten = [\"udp:5070\", \"tcp:5070\", \"tls:5071\"]\n\
         [[device]]\nname = \"desk\"\nextension = \"101\"\npassword = { file = \"desk.secret\" }\n[[device]]\nname = \"laptop\"\nextension = \"102\"\ndigest = \"MD5\"\n\
         [[group]]\nname = \"office\"\nextension = \"600\"\nmembers = [\"desk\", \"laptop\"]\nstrategy = \"all\"\n",
    );
    let [network] = home.home.networks.as_slice() else {
        panic!("one network")
    };
    assert_eq!(network.gateway_mac, [0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff]);
    assert_eq!(network.subnet.to_string(), "192.168.1.0/24");
    assert_eq!(
        network.listen.last(),
        Some(&ListenOn {
            transport: Transport::Tls,
            port: 5071
        })
    );
    assert_eq!(
        WrittenHome {
            networks: Vec::new(),
            enabled: false,
            ..home.home.clone()
        },
        WrittenHome::default(),
        "what the contract shows is the default"
    );
    let [desk, laptop] = home.devices.as_slice() else {
        panic!("two devices")
    };
    assert_eq!(
        (desk.name.as_str(), desk.extension.as_str()),
        ("desk", "101")
    );
    assert_eq!(
        desk.password.value,
        PasswordSource::File("desk.secret".into())
    );
    assert_eq!(laptop.password.value, PasswordSource::Keyring);
    assert_eq!(laptop.digest.as_ref().map(|it| it.value), Some(Digest::Md5));
    let [office] = home.groups.as_slice() else {
        panic!("one group")
    };
    assert_eq!((office.members.len(), office.strategy), (2, Strategy::All));
}

#[test]
fn devices_may_be_written_before_the_home_is_on() {
    let home = written(&device("desk", "101"));
    assert!(!home.home.enabled);
    assert_eq!(home.devices.len(), 1);
}

#[test]
fn listeners_of_the_home_are_on_loopback_and_a_lan_address_is_sent_to_its_network() {
    for loopback in ["udp:127.0.0.1:5060", "tls:[::1]:5061", "ws:127.9.9.9:80"] {
        assert_eq!(
            written(&format!("[home]\nlisten = [\"{loopback}\"]\n"))
                .home
                .listen
                .len(),
            1
        );
    }
    for elsewhere in ["udp:192.168.1.2:5070", "udp:0.0.0.0:5070", "tcp:[::]:5070"] {
        let told = of_home(&format!("listen = [\"{elsewhere}\"]"));
        assert!(told.starts_with("config.toml:2: listen: "), "{told}");
        assert!(told.contains("[[home.network]]"), "{told}");
    }
    assert!(of_home("listen = [\"udp:5070\"]").contains("[[home.network]]"));
    for nonsense in [
        "sctp:127.0.0.1:5070",
        "udp:localhost:5070",
        "127.0.0.1:5070",
        "UDP:127.0.0.1:5070",
        "udp:127.0.0.1:0",
        "udp:127.0.0.1:70000",
    ] {
        of_home(&format!("listen = [\"{nonsense}\"]"));
    }
    assert_eq!(
        one("[home]\nlisten = [\n  \"udp:127.0.0.1:5070\",\n  \"udp:127.0.0.1:5070\",\n]\n"),
        "config.toml:4: listen: names one port twice"
    );
    assert!(of_home("listen = [\"tcp:127.0.0.1:5070\", \"tls:127.0.0.1:5070\"]").contains("twice"));
    assert!(of_home("listen = \"udp:127.0.0.1:5070\"").contains("a list of texts"));
}

#[test]
fn listeners_of_a_network_are_ports() {
    assert!(of_network("listen = [\"udp:192.168.1.2:5070\"]").contains("must not name an address"));
    for nonsense in ["udp:", "udp:0", "udp:+5070", "5070", "udp:70000"] {
        of_network(&format!("listen = [\"{nonsense}\"]"));
    }
    let home = written(
        "[[home.network]]\ngateway_mac = \"02-00-00-00-00-01\"\nsubnet = \"192.168.1.7/24\"\n",
    );
    let network = home.home.networks.first().unwrap();
    assert_eq!(network.listen, ListenOn::defaults());
    assert_eq!(network.subnet.to_string(), "192.168.1.0/24");
}

#[test]
fn a_network_is_known_by_gateway_and_subnet() {
    let told = problems("[[home.network]]\nlisten = [\"udp:5070\"]\n");
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(told.iter().all(|it| it.starts_with("config.toml:1: ")));
    for mac in [
        "aa:bb:cc:dd:ee",
        "aa:bb:cc:dd:ee:ff:00",
        "aa:bb:cc:dd:ee:f",
        "00:00:00:00:00:00",
        "ff:ff:ff:ff:ff:ff",
        "01:00:5e:00:00:01",
        "+a:bb:cc:dd:ee:ff",
    ] {
        let told = one(&format!(
            "[[home.network]]\ngateway_mac = \"{mac}\"\nsubnet = \"192.168.1.0/24\"\n"
        ));
        assert!(told.starts_with("config.toml:2: gateway_mac: "), "{told}");
    }
    for subnet in [
        "192.168.1.0",
        "192.168.1.0/33",
        "0.0.0.0/0",
        "127.0.0.0/8",
        "::/0",
    ] {
        let told = one(&format!(
            "[[home.network]]\ngateway_mac = \"02:00:00:00:00:01\"\nsubnet = \"{subnet}\"\n"
        ));
        assert!(told.starts_with("config.toml:3: subnet: "), "{told}");
    }
    let twice = "[[home.network]]\ngateway_mac = \"02:00:00:00:00:01\"\nsubnet = \"10.0.0.0/8\"\n";
    assert_eq!(
        one(&twice.repeat(2)),
        "config.toml:4: gateway_mac: another [[home.network]] is the same network"
    );
}

#[test]
fn the_ranges_of_the_home_are_said() {
    for (entry, told) in [
        ("min_expires = 0", "seconds between 1 and 3600"),
        // RFC 3261 §10.3: an interval of an hour or more is never too brief.
        ("min_expires = 3601", "seconds between 1 and 3600"),
        ("max_contacts = 0", "contacts between 1 and 100"),
        ("max_contacts = 101", "contacts between 1 and 100"),
        ("enabled = 1", "must be true or false"),
        ("domain = \"a b\"", "must be a name"),
        ("domain = \"-a\"", "must be a name"),
        ("digest = []", "must name one at least"),
        ("digest = [\"SHA-1\"]", "must be \"SHA-256\" or \"MD5\""),
        ("digest = [\"MD5\", \"md5\"]", "names one twice"),
        ("certificate = { chain = \"c.pem\" }", "two PEM files"),
        ("port = 5070", "there is no such key in [home]"),
        ("limits = 3", "must be written as [home.limits]"),
    ] {
        let problem = of_home(entry);
        assert!(problem.contains(told), "{entry}: {problem}");
    }
    assert!(one("[home.limits]\nrequests_per_second = -1\n").contains("requests between 0 and"));
    assert!(one("[home.limits]\nx = 1\n").contains("there is no such key in [home.limits]"));
    assert!(one("[[home]]\nenabled = true\n").contains("[home], in single brackets"));
    assert!(one("[home.network]\nsubnet = \"10.0.0.0/8\"\n").contains("[[home.network]]"));
}

#[test]
fn the_strongest_digest_comes_first_however_it_is_written() {
    let home = written("[home]\ndigest = [\"md5\", \"sha-256\"]\n");
    assert_eq!(home.home.digest, [Digest::Sha256, Digest::Md5]);
}

#[test]
fn a_device_has_a_name_an_extension_and_no_password_in_clear() {
    assert!(of_device("password = \"hunter2\"").contains("bellhop device qr"));
    assert!(of_device("password = { env = \"X\" }").contains("exactly one of"));
    assert!(of_device("digest = \"MD4\"").contains("must be \"SHA-256\" or \"MD5\""));
    assert!(of_device("ring = true").contains("there is no such key in [[device]]"));
    assert_eq!(
        problems("[[device]]\n"),
        [
            "config.toml:1: name: is missing: what to call it, as \"desk\"",
            "config.toml:1: extension: is missing: what to dial, as \"101\""
        ]
    );
    for extension in ["", "1 01", "-1", "a@b", "#1", "ä", "1;x", &"1".repeat(33)] {
        let told = one(&device("desk", extension));
        assert!(told.starts_with("config.toml:3: extension: "), "{told}");
    }
    for extension in ["101", "*43", "+49301234", "tina.home"] {
        written(&device("desk", extension));
    }
    assert!(one("[[device]]\nname = \"desk\"\nextension = 101\n").contains("in quotes"));
    for name in ["", "de sk", "-desk", "../x", "desk\\u0000", &"x".repeat(65)] {
        let told = one(&device(name, "101"));
        assert!(told.starts_with("config.toml:2: name: "), "{told}");
    }
}

#[test]
fn names_and_extensions_are_unique_over_devices_and_groups() {
    let group = "[[group]]\nname = \"DESK\"\nextension = \"101\"\n";
    assert_eq!(
        problems(&(device("desk", "101") + group)),
        [
            "config.toml:5: name: another device or group has the same name",
            "config.toml:6: extension: another device or group has the same extension"
        ]
    );
}

#[test]
fn members_are_devices_each_once() {
    let group = |members: &str| {
        device("desk", "101")
            + &format!("[[group]]\nname = \"office\"\nextension = \"600\"\nmembers = {members}\n")
    };
    written(&group("[]"));
    assert!(one(&group("[\"tablet\"]")).contains("names a device that there is not"));
    assert!(one(&group("[\"desk\", \"desk\"]")).contains("names one device twice"));
    let told = one(&(device("desk", "101")
        + "[[group]]\nname = \"office\"\nextension = \"600\"\nstrategy = \"random\"\n"));
    assert!(told.contains("\"all\" or \"order\""), "{told}");
}

/// As for lines: whatever is wrong, nothing right of a `=` is repeated.
#[test]
fn no_value_of_the_home_is_repeated() {
    const CANARY: &str = "c4naryPassw0rd";
    for value in [
        "\"c4naryPassw0rd !\"",
        "[\"c4naryPassw0rd !\"]",
        "{ c4naryPassw0rd = 1 }",
        "{ chain = \"c4naryPassw0rd\" }",
    ] {
        for table in [
            "[home]",
            "[home.limits]",
            "[[home.network]]",
            "[[device]]",
            "[[group]]",
        ] {
            for key in [
                "name",
                "extension",
                "password",
                "digest",
                "members",
                "strategy",
                "enabled",
                "domain",
                "listen",
                "certificate",
                "min_expires",
                "gateway_mac",
                "subnet",
                "requests_per_second",
            ] {
                let text = format!("{table}\n{key} = {value}\n");
                for problem in Written::parse(&text, "config.toml")
                    .err()
                    .unwrap_or_default()
                {
                    assert!(!problem.to_string().contains(CANARY), "{text}: {problem}");
                }
            }
        }
    }
}
