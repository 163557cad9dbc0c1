//! Phones and home networks as a window asks for them: through the control socket, with the password on its way in and never on its way back.

#![cfg(target_os = "linux")]

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result, bail, ensure};
use bellhop_control::client::Client;
use bellhop_control::device::{make_password, make_token};
use bellhop_control::error::Code;
use bellhop_control::protocol::{DeviceSettings, Password, PasswordPlace, Reply, Request};
use bellhop_tests_support::engine::{Engine, PASSWORD};
use bellhop_tests_support::keyring::Keyring;
use bellhop_tests_support::session::Session;
use nix::unistd::Uid;
use serde_json::Value;

/// Asks, and looks for what must not come back.
fn ask(engine: &Engine, request: Request) -> Result<Reply> {
    let sent = serde_json::to_value(&request)?;
    let secrets = ["password", "token"].map(|key| sent.get(key).and_then(Value::as_str));
    let secrets: Vec<String> = secrets.into_iter().flatten().map(str::to_owned).collect();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let reply = runtime.block_on(async {
        let mut client = Client::connect(&engine.state_dir()).await?;
        client.request(request).await
    })?;
    let text = serde_json::to_string(&reply)?;
    for secret in secrets.iter().filter(|it| it.len() > 8) {
        ensure!(!text.contains(secret.as_str()), "came back: {text}");
    }
    Ok(reply)
}

fn refused(engine: &Engine, request: Request) -> Result<(Code, Vec<String>)> {
    let reply = ask(engine, request)?;
    let Reply::Refused {
        error, problems, ..
    } = reply
    else {
        bail!("not refused: {reply:?}")
    };
    let keys = problems.into_iter().filter_map(|it| it.key);
    Ok((error.code, keys.collect()))
}

fn desk(name: &str) -> DeviceSettings {
    DeviceSettings {
        name: name.into(),
        ..DeviceSettings::default()
    }
}

fn text(engine: &Engine) -> Result<String> {
    Ok(fs::read_to_string(engine.directory().join("config.toml"))?)
}

#[test]
fn a_phone_is_added_gets_another_password_and_goes() -> Result<()> {
    let session = Session::start()?;
    let keyring = Keyring::start(&session)?;
    let bellhop = Path::new(env!("CARGO_BIN_EXE_bellhop"));
    let engine = Engine::start_as(bellhop, "# mine\n", |command| session.dress(command))?;
    let (first, second) = (make_password(), make_password());
    let added = ask(
        &engine,
        Request::AddDevice {
            settings: desk(" desk "),
            password: Some(first.clone()),
        },
    )?;
    let wanted = Reply::DeviceAdded {
        device: "desk".into(),
        extension: "101".into(),
    };
    assert_eq!(added, wanted);
    assert_eq!(
        keyring.lookup("device:desk")?.as_deref(),
        Some(first.expose())
    );
    assert!(text(&engine)?.starts_with("# mine\n\n[home]\nenabled = true\n"));

    let twice = Request::AddDevice {
        settings: desk("desk"),
        password: Some(second.clone()),
    };
    assert_eq!(
        refused(&engine, twice)?,
        (Code::SettingsInvalid, vec!["name".into()])
    );
    assert_eq!(
        keyring.lookup("device:desk")?.as_deref(),
        Some(first.expose()),
        "a refusal stores nothing"
    );

    let changed = Request::SetDevicePassword {
        device: "desk".into(),
        password: second.clone(),
    };
    assert_eq!(ask(&engine, changed)?, Reply::Done);
    assert_eq!(
        keyring.lookup("device:desk")?.as_deref(),
        Some(second.expose())
    );
    let read = Request::ForgetDeviceSecret {
        device: "desk".into(),
    };
    assert_eq!(ask(&engine, read)?, Reply::Done);

    let removed = Request::RemoveDevice {
        device: "desk".into(),
    };
    assert_eq!(ask(&engine, removed.clone())?, Reply::Done);
    assert_eq!(keyring.lookup("device:desk")?, None);
    assert_eq!(refused(&engine, removed)?.0, Code::NoSuchDevice);
    Ok(())
}

#[test]
fn what_makes_no_sense_changes_nothing() -> Result<()> {
    let before =
        "[[device]]\nname = \"desk\"\nextension = \"101\"\npassword = { file = \"secret\" }\n";
    let engine = Engine::start(Path::new(env!("CARGO_BIN_EXE_bellhop")), before)?;
    let add = |settings: DeviceSettings, password: Option<&str>| Request::AddDevice {
        settings,
        password: password.map(Password::from),
    };
    let in_file = |path: &str| DeviceSettings {
        password: PasswordPlace::File { path: path.into() },
        ..desk("tablet")
    };
    let in_env = DeviceSettings {
        password: PasswordPlace::Env {
            variable: "X".into(),
        },
        ..desk("tablet")
    };
    for (request, key) in [
        (add(desk("a\nb"), None), "name"),
        (add(desk("tablet"), Some("two\nlines")), "password"),
        (add(desk("tablet"), Some("")), "password"),
        (add(in_env, None), "password"),
        (add(in_file("nothing"), None), "password"),
        (add(in_file("secret"), Some("made for it")), "password"),
    ] {
        let told = refused(&engine, request.clone())?;
        assert_eq!(
            told,
            (Code::SettingsInvalid, vec![key.into()]),
            "{request:?}"
        );
        assert_eq!(text(&engine)?, before);
    }
    // The config names the file; what a link makes of it is not what was meant.
    let secret = engine.directory().join("secret");
    fs::rename(&secret, engine.directory().join("elsewhere"))?;
    std::os::unix::fs::symlink("elsewhere", &secret)?;
    let elsewhere = Request::SetDevicePassword {
        device: "desk".into(),
        password: make_password(),
    };
    assert_eq!(refused(&engine, elsewhere)?.0, Code::PasswordElsewhere);
    assert_eq!(fs::read_to_string(&secret)?, format!("{PASSWORD}\n"));
    for token in ["", "short", "../../../../../../../../../etc/pw"] {
        let odd = Request::Provision {
            device: "desk".into(),
            password: make_password(),
            token: token.into(),
        };
        assert_eq!(refused(&engine, odd)?.0, Code::Internal, "{token}");
    }
    let away = Request::Provision {
        device: "desk".into(),
        password: make_password(),
        token: make_token(),
    };
    assert_eq!(refused(&engine, away)?.0, Code::NotAtHome);
    Ok(())
}

/// Bellhop in a network of its own, behind a gateway that is known.
fn behind_a_gateway() -> Result<tempfile::TempDir> {
    let directory = tempfile::tempdir()?;
    let program = directory.path().join("bellhop");
    // The account stays the same, or the control socket would be a stranger's.
    let user = if Uid::effective().is_root() {
        ""
    } else {
        "--map-current-user --keep-caps "
    };
    let setup = "ip link set lo up && ip link add wlan0 type veth peer name air && ip link set air up && ip link set wlan0 up && \
                 ip addr add 192.168.77.20/24 dev wlan0 && ip route add default via 192.168.77.1 && \
                 ip neigh replace 192.168.77.1 lladdr 02:00:00:00:00:0a dev wlan0 nud reachable";
    let script = format!(
        "#!/bin/sh\n[ \"$1\" = run ] || exec \"{0}\" \"$@\"\nexec unshare {user}--net sh -c '{setup} && exec \"{0}\" \"$@\"' sh \"$@\"\n",
        env!("CARGO_BIN_EXE_bellhop")
    );
    fs::write(&program, script)?;
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755))?;
    Ok(directory)
}

#[test]
fn where_a_person_says_so_is_home_until_it_is_forgotten() -> Result<()> {
    let directory = behind_a_gateway()?;
    let engine = Engine::start(&directory.path().join("bellhop"), "# mine\n")?;
    let wanted = "# mine\n\n[[home.network]]\ngateway_mac = \"02:00:00:00:00:0a\"\nsubnet = \"192.168.77.0/24\"\nlisten = [\"udp:5070\", \"tcp:5070\"]\n";
    for _ in 0..2 {
        let said = engine.cli(&["home", "here"])?;
        assert_eq!(
            said.stdout,
            "192.168.77.0/24 behind 02:00:00:00:00:0a is home: phones there reach 192.168.77.20\n",
            "{}",
            said.stderr
        );
        assert_eq!(text(&engine)?, wanted, "once");
    }
    let other = Request::ForgetHome {
        network: Some("10.0.0.0/8".into()),
    };
    assert_eq!(refused(&engine, other)?.0, Code::NoSuchNetwork);
    assert_eq!(
        ask(&engine, Request::ForgetHome { network: None })?,
        Reply::Done
    );
    assert_eq!(text(&engine)?, "# mine\n");
    Ok(())
}

/// Arguments are for everybody to see.
#[test]
fn no_process_has_a_password_among_its_words() -> Result<()> {
    let help = Command::new(env!("CARGO_BIN_EXE_bellhop"))
        .args(["device", "add", "--help"])
        .output()?;
    let help = String::from_utf8(help.stdout)?;
    let words: Vec<&str> = help
        .split_whitespace()
        .filter(|word| word.contains("password"))
        .collect();
    let options: Vec<&&str> = words.iter().filter(|it| it.starts_with("--")).collect();
    assert_eq!(options, [&"--password-stdin", &"--password-file"]);
    help.contains("<FILE>").then_some(()).context("a file")
}
