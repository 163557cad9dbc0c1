use super::*;
use crate::config::{ListenOn, WrittenNetwork};
use crate::protocol::DeviceSettings;

const HOUSE: &str = "# mine\n[[line]]\naor = \"sip:tina@example.com\"\n\n[home] # of all phones\n# quiet for now\nenabled = false # later\n\n# the desk\n[[device]]\nname = \"desk\"   # oak\nextension = \"101\"\n\n# everybody\n[[group]]\nname = \"all\"\nextension = \"600\"\nmembers = [\"desk\"] # more to come\n# the end\n";

fn device(name: &str) -> DeviceSettings {
    DeviceSettings {
        name: name.into(),
        ..DeviceSettings::default()
    }
}

fn added(text: &str, name: &str) -> (String, String) {
    add_device(text, "config.toml", &device(name)).unwrap()
}

fn removed(text: &str, name: &str) -> String {
    remove_device(text, "config.toml", name).unwrap()
}

fn network(subnet: &str) -> WrittenNetwork {
    WrittenNetwork {
        line: 0,
        gateway_mac: [2, 0, 0, 0, 0, 0xa],
        subnet: subnet.parse().unwrap(),
        listen: ListenOn::defaults(),
    }
}

#[test]
fn the_first_device_of_an_empty_file_reads_as_by_hand_and_turns_the_home_on() {
    let (text, extension) = added("", "desk");
    assert_eq!(extension, "101");
    assert_eq!(
        text,
        "[home]\nenabled = true\n\n[[device]]\nname = \"desk\"\nextension = \"101\"\npassword = { keyring = true }\n"
    );
}

#[test]
fn adding_a_device_keeps_comments_and_comes_last() {
    let (text, extension) = added(HOUSE, "tablet");
    assert_eq!(extension, "102");
    let on = HOUSE.replace("enabled = false # later", "enabled = true # later");
    assert_eq!(
        text,
        format!(
            "{on}\n[[device]]\nname = \"tablet\"\nextension = \"102\"\npassword = {{ keyring = true }}\n"
        )
    );
}

#[test]
fn what_was_written_of_a_device_is_written() {
    let settings = DeviceSettings {
        name: "desk".into(),
        extension: Some("*1".into()),
        password: PasswordPlace::File {
            path: "desk.secret".into(),
        },
        digest: Some("MD5".into()),
    };
    let (text, _) = add_device("[home]\nenabled = true\n", "config.toml", &settings).unwrap();
    assert_eq!(
        text,
        "[home]\nenabled = true\n\n[[device]]\nname = \"desk\"\nextension = \"*1\"\npassword = { file = \"desk.secret\" }\ndigest = \"MD5\"\n"
    );
}

#[test]
fn extensions_that_groups_and_devices_have_are_not_given_again() {
    let text = HOUSE.replace("\"600\"", "\"102\"");
    assert_eq!(added(&text, "tablet").1, "103");
}

#[test]
fn a_home_of_networks_alone_gets_its_header_before_them() {
    let text = "# where I live\n[[home.network]]\ngateway_mac = \"02:00:00:00:00:01\"\nsubnet = \"10.0.0.0/8\"\n";
    let (text, _) = added(text, "desk");
    assert_eq!(
        text,
        "# where I live\n[home]\nenabled = true\n\n[[home.network]]\ngateway_mac = \"02:00:00:00:00:01\"\nsubnet = \"10.0.0.0/8\"\n\n[[device]]\nname = \"desk\"\nextension = \"101\"\npassword = { keyring = true }\n"
    );
}

#[test]
fn a_home_written_inline_is_turned_on_as_well() {
    let (text, _) = added("home = { domain = \"flat\" }\n", "desk");
    assert!(
        text.starts_with("home = { domain = \"flat\" , enabled = true }\n"),
        "{text}"
    );
}

#[test]
fn removing_a_device_undoes_adding_it_but_for_the_home() {
    let on = HOUSE.replace("enabled = false", "enabled = true");
    assert_eq!(removed(&added(HOUSE, "tablet").0, "tablet"), on);
    assert_eq!(
        remove_device(HOUSE, "config.toml", "tablet").unwrap_err(),
        EditError::NoSuchDevice
    );
}

#[test]
fn a_device_that_goes_leaves_its_groups_and_what_is_said_of_others() {
    let text = removed(HOUSE, "desk");
    assert_eq!(
        text,
        "# mine\n[[line]]\naor = \"sip:tina@example.com\"\n\n[home] # of all phones\n# quiet for now\nenabled = false # later\n\n# everybody\n[[group]]\nname = \"all\"\nextension = \"600\"\nmembers = [] # more to come\n# the end\n"
    );
    let three = "members = [\n  \"desk\", # oak\n  \"tablet\",\n]";
    let (two, _) = added(HOUSE, "tablet");
    let two = two.replace("members = [\"desk\"]", three);
    assert!(removed(&two, "tablet").contains("members = [\n  \"desk\","));
    assert!(removed(&two, "desk").contains("members = ["));
}

#[test]
fn a_comment_above_a_device_that_goes_stays_where_it_was() {
    let text = "[[device]]\nname = \"a\"\nextension = \"1\"\n\n# of all that follow\n\n# b\n[[device]]\nname = \"b\"\nextension = \"2\"\n\n[[group]]\nname = \"g\"\nextension = \"3\"\n";
    assert_eq!(
        removed(text, "b"),
        "[[device]]\nname = \"a\"\nextension = \"1\"\n\n# of all that follow\n\n[[group]]\nname = \"g\"\nextension = \"3\"\n"
    );
}

#[test]
fn a_home_network_is_written_and_forgotten() {
    let text = add_network(HOUSE, "config.toml", &network("192.168.1.0/24")).unwrap();
    assert_eq!(
        text,
        format!(
            "{HOUSE}\n[[home.network]]\ngateway_mac = \"02:00:00:00:00:0a\"\nsubnet = \"192.168.1.0/24\"\nlisten = [\"udp:5070\", \"tcp:5070\"]\n"
        )
    );
    let twice = add_network(&text, "config.toml", &network("192.168.1.0/24")).unwrap_err();
    assert!(matches!(twice, EditError::After(_)));
    let both = add_network(&text, "config.toml", &network("10.0.0.0/8")).unwrap();
    let forget = |subnet| forget_networks(&both, "config.toml", subnet);
    assert_eq!(forget(Some("10.0.0.0/8")).unwrap(), (text, 1));
    assert_eq!(forget(None).unwrap(), (HOUSE.to_owned(), 2));
    assert_eq!(
        forget(Some("10.0.0.0/9")).unwrap_err(),
        EditError::NoSuchNetwork
    );
    let first = add_network("", "config.toml", &network("10.0.0.0/8")).unwrap();
    assert!(first.starts_with("[[home.network]]\n"), "{first}");
}

#[test]
fn a_device_that_would_not_be_read_is_not_written() {
    for name in ["desk", "DESK", "all", "", "a b", "x\ny", "../x"] {
        assert!(
            matches!(
                add_device(HOUSE, "config.toml", &device(name)),
                Err(EditError::After(_))
            ),
            "{name}"
        );
    }
    let taken = DeviceSettings {
        extension: Some("600".into()),
        ..device("tablet")
    };
    assert!(matches!(
        add_device(HOUSE, "config.toml", &taken),
        Err(EditError::After(_))
    ));
    assert!(matches!(
        add_device("[home\n", "config.toml", &device("desk")),
        Err(EditError::Before(_))
    ));
    let inline = "device = [{ name = \"a\", extension = \"1\" }]\n";
    assert!(matches!(
        add_device(inline, "config.toml", &device("desk")),
        Err(EditError::Before(_))
    ));
}

#[test]
fn a_new_line_comes_after_the_devices_with_what_stood_at_the_end() {
    let line = LineSettings {
        aor: "sip:tom@example.com".into(),
        ..LineSettings::default()
    };
    let (text, _) = add_line(HOUSE, "config.toml", &line).unwrap();
    assert!(text.starts_with(HOUSE), "{text}");
}
