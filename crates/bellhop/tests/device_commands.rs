//! `bellhop device` and `bellhop home`: phones at home in a config that is edited in place, and passwords that are shown once and are nowhere else.

#![cfg(target_os = "linux")]

use std::fs;
use std::net::UdpSocket;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, Result};
use bellhop_tests_support::engine::{Engine, Outcome, PASSWORD, command};
use bellhop_tests_support::keyring::Keyring;
use bellhop_tests_support::session::Session;
use bellhop_tests_support::started::comes_within;
use md5::{Digest as _, Md5};
use nix::unistd::Uid;
use serde_json::Value;
use tempfile::TempDir;

/// A config and a state directory on which no engine runs, in a login or in none.
struct Desk {
    directory: TempDir,
    session: Option<Session>,
}

const MINE: &str = "# my phones\n[[line]] # the first\nid = \"work\"\naor = \"sip:tina@example.com\"\npassword = { env = \"TINA\" }\n\n# quiet\n[home] # mine\nenabled = false # for now\n# the end\n";

impl Desk {
    fn with(config: &str) -> Result<Desk> {
        let directory = tempfile::tempdir()?;
        fs::write(directory.path().join("config.toml"), config)?;
        Ok(Desk {
            directory,
            session: None,
        })
    }

    fn config(&self) -> PathBuf {
        self.directory.path().join("config.toml")
    }

    fn text(&self) -> Result<String> {
        Ok(fs::read_to_string(self.config())?)
    }

    fn says(&self, words: &[&str], input: &str) -> Result<Outcome> {
        let mut line = Command::new(bellhop());
        line.args(words)
            .arg("--config")
            .arg(self.config())
            .arg("--state-dir")
            .arg(self.directory.path().join("state"))
            .current_dir(self.directory.path());
        match &self.session {
            Some(session) => session.dress(&mut line),
            None => {
                let nowhere = self.directory.path().join("bus");
                line.env(
                    "DBUS_SESSION_BUS_ADDRESS",
                    format!("unix:path={}", nowhere.display()),
                );
            }
        }
        command(&mut line, input)
    }
}

fn bellhop() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_bellhop"))
}

/// The password that a command showed.
fn shown(outcome: &Outcome) -> Result<String> {
    let row = outcome.stdout.lines().find_map(|row| {
        row.trim()
            .strip_prefix("password")
            .map(|rest| rest.trim().to_owned())
    });
    row.with_context(|| format!("no password: {}", outcome.stdout))
}

#[test]
fn a_phone_gets_a_strong_password_in_the_keyring_which_is_shown_once() -> Result<()> {
    let session = Session::start()?;
    let keyring = Keyring::start(&session)?;
    let desk = Desk {
        session: Some(session),
        ..Desk::with(MINE)?
    };
    let added = desk.says(&["device", "add", "desk"], "")?;
    assert_eq!(added.code, Some(0), "{}", added.stderr);
    assert!(
        added.stdout.contains("with extension 101\n"),
        "{}",
        added.stdout
    );
    let password = shown(&added)?;
    assert_eq!(password.len(), 20);
    assert_eq!(added.stdout.matches(&password).count(), 1);
    assert!(!added.stderr.contains(&password));
    assert_eq!(
        keyring.lookup("device:desk")?.as_deref(),
        Some(password.as_str())
    );
    let on = MINE.replace("enabled = false", "enabled = true");
    let device =
        "\n[[device]]\nname = \"desk\"\nextension = \"101\"\npassword = { keyring = true }\n";
    assert_eq!(desk.text()?, format!("{on}{device}"));

    // It can't be had again.
    for words in [
        ["device", "list"].as_slice(),
        &["device", "list", "--json"],
        &["device", "settings", "desk"],
        &["device", "settings", "desk", "--for", "linphone"],
    ] {
        let outcome = desk.says(words, "")?;
        assert_eq!(outcome.code, Some(0), "{words:?}: {}", outcome.stderr);
        assert!(outcome.stdout.contains("101"), "{words:?}");
        let said = outcome.stdout + &outcome.stderr;
        assert!(!said.contains(&password), "{words:?}");
    }

    // Another one takes its place, once its owner says so.
    let unasked = desk.says(&["device", "qr", "desk"], "")?;
    assert_eq!(unasked.code, Some(2));
    assert!(
        unasked.stderr.contains("can't be read back"),
        "{}",
        unasked.stderr
    );
    assert_eq!(
        keyring.lookup("device:desk")?.as_deref(),
        Some(password.as_str())
    );
    let renewed = desk.says(&["device", "qr", "desk", "--yes"], "")?;
    assert_eq!(renewed.code, Some(0), "{}", renewed.stderr);
    let second = shown(&renewed)?;
    assert_ne!(second, password);
    assert_eq!(
        keyring.lookup("device:desk")?.as_deref(),
        Some(second.as_str())
    );

    let removed = desk.says(&["device", "remove", "desk"], "")?;
    assert_eq!(removed.code, Some(0), "{}", removed.stderr);
    assert_eq!(keyring.lookup("device:desk")?, None);
    assert_eq!(desk.text()?, on);
    Ok(())
}

#[test]
fn a_password_may_come_from_stdin_and_never_from_an_argument() -> Result<()> {
    let session = Session::start()?;
    let keyring = Keyring::start(&session)?;
    let desk = Desk {
        session: Some(session),
        ..Desk::with("")?
    };
    let words = ["device", "add", "desk", "--password-stdin", "--for", "snom"];
    let added = desk.says(&words, "c4nary phone\n")?;
    assert_eq!(added.code, Some(0), "{}", added.stderr);
    assert_eq!(
        keyring.lookup("device:desk")?.as_deref(),
        Some("c4nary phone")
    );
    assert!(
        added
            .stdout
            .contains("Registrar                127.0.0.1:5070"),
        "{}",
        added.stdout
    );
    let refused = desk.says(&["device", "add", "tablet", "--password", "x"], "")?;
    assert_eq!(refused.code, Some(2));
    for bad in ["", "two\nlines\n"] {
        let words = ["device", "add", "tablet", "--password-stdin"];
        let outcome = desk.says(&words, bad)?;
        assert_eq!(outcome.code, Some(2), "{bad:?}");
        assert!(!desk.text()?.contains("tablet"));
    }
    Ok(())
}

#[test]
fn without_a_keyring_the_password_goes_into_a_file_of_its_owner() -> Result<()> {
    let desk = Desk::with(MINE)?;
    let refused = desk.says(&["device", "add", "desk"], "")?;
    assert_eq!(refused.code, Some(1), "{}", refused.stdout);
    assert!(
        refused.stderr.contains("--password-file"),
        "{}",
        refused.stderr
    );
    assert_eq!(desk.text()?, MINE);

    let added = desk.says(&["device", "add", "desk", "--file", "desk.secret"], "")?;
    assert_eq!(added.code, Some(0), "{}", added.stderr);
    let file = desk.directory.path().join("desk.secret");
    assert_eq!(fs::read_to_string(&file)?, format!("{}\n", shown(&added)?));
    assert_eq!(fs::metadata(&file)?.permissions().mode() & 0o777, 0o600);
    assert!(desk.text()?.contains("desk.secret\" }"), "{}", desk.text()?);

    // What is there already is taken as it is, and not shown.
    fs::write(desk.directory.path().join("old.secret"), "c4nary\n")?;
    let added = desk.says(
        &["device", "add", "tablet", "--password-file", "old.secret"],
        "",
    )?;
    assert_eq!(added.code, Some(0), "{}", added.stderr);
    assert!(!(added.stdout + &added.stderr).contains("c4nary"));

    // A refusal leaves no file behind.
    let refused = desk.says(&["device", "add", "desk", "--file", "new.secret"], "")?;
    assert_eq!(refused.code, Some(2));
    assert!(!desk.directory.path().join("new.secret").exists());
    Ok(())
}

#[test]
fn a_new_code_puts_a_new_password_into_the_file_if_it_is_the_phones_alone() -> Result<()> {
    let desk = Desk::with("")?;
    let added = desk.says(&["device", "add", "desk", "--file", "desk.secret"], "")?;
    assert_eq!(added.code, Some(0), "{}", added.stderr);
    let file = desk.directory.path().join("desk.secret");
    let renew = || desk.says(&["device", "qr", "desk", "--yes"], "");

    fs::set_permissions(&file, fs::Permissions::from_mode(0o644))?;
    let renewed = renew()?;
    assert_eq!(renewed.code, Some(0), "{}", renewed.stderr);
    let second = shown(&renewed)?;
    assert_ne!(second, shown(&added)?);
    assert_eq!(fs::read_to_string(&file)?, format!("{second}\n"));
    assert_eq!(fs::metadata(&file)?.permissions().mode() & 0o777, 0o600);

    let refused = |told: &str, kept: &str| -> Result<()> {
        let renewed = renew()?;
        assert_eq!(renewed.code, Some(1), "{}", renewed.stdout);
        let sentence = format!("the config takes the password of desk from {told}");
        assert!(renewed.stderr.contains(&sentence), "{}", renewed.stderr);
        assert_eq!(renewed.stdout, "", "no password is shown");
        assert_eq!(fs::read_to_string(&file)?, kept);
        Ok(())
    };
    let (config, kept) = (desk.text()?, format!("{second}\n"));
    let tablet = "\n[[device]]\nname = \"tablet\"\nextension = \"102\"\npassword = { file = \"desk.secret\" }\n";
    fs::write(desk.config(), format!("{config}{tablet}"))?;
    refused("a file that others share", &kept)?;
    fs::write(desk.config(), config)?;
    if Uid::effective().is_root() {
        std::os::unix::fs::chown(&file, Some(4242), None)?;
        refused("another user's file", &kept)?;
    }
    fs::write(desk.directory.path().join("elsewhere"), "c4nary")?;
    fs::remove_file(&file)?;
    std::os::unix::fs::symlink("elsewhere", &file)?;
    refused("a file behind a link", "c4nary")
}

#[test]
fn hostile_and_taken_names_change_nothing_and_are_told_by_their_option() -> Result<()> {
    let before = "[[device]]\nname = \"desk\"\nextension = \"101\"\n[[group]]\nname = \"all\"\nextension = \"600\"\n";
    let desk = Desk::with(before)?;
    fs::write(desk.directory.path().join("secret"), "c4nary\n")?;
    for (name, more, told) in [
        ("desk", [].as_slice(), "NAME: "),
        ("DESK", &[], "NAME: "),
        ("all", &[], "NAME: "),
        ("", &[], "NAME: "),
        ("a b", &[], "NAME: "),
        ("a\nname = \"b\"", &[], "NAME: "),
        ("../../etc", &[], "NAME: "),
        ("ta\u{202e}blet", &[], "NAME: "),
        ("tablet", &["--extension", "101"], "--extension: "),
        ("tablet", &["--extension", "600"], "--extension: "),
        (
            "tablet",
            &["--extension", "1@evil.example"],
            "--extension: ",
        ),
        ("tablet", &["--digest", "MD4"], "--digest: "),
    ] {
        let words = ["device", "add", name, "--password-file", "secret"];
        let words: Vec<&str> = words.iter().chain(more).copied().collect();
        let outcome = desk.says(&words, "")?;
        assert_eq!(outcome.code, Some(2), "{words:?}: {}", outcome.stderr);
        assert!(
            outcome.stderr.contains(told),
            "{words:?}: {}",
            outcome.stderr
        );
        assert_eq!(desk.text()?, before, "{words:?}");
    }
    for words in [
        ["device", "remove", "tablet"].as_slice(),
        &["device", "settings", "tablet"],
        &["device", "qr", "tablet", "--yes"],
        &["home", "forget", "10.0.0.0/8"],
    ] {
        let outcome = desk.says(words, "")?;
        assert_eq!(outcome.code, Some(1), "{words:?}: {}", outcome.stderr);
        assert_eq!(desk.text()?, before, "{words:?}");
    }
    Ok(())
}

#[test]
fn a_wrong_config_is_not_edited() -> Result<()> {
    let desk = Desk::with("[[device]]\nname = 1\n")?;
    fs::write(desk.directory.path().join("secret"), "c4nary\n")?;
    for words in [
        ["device", "list"].as_slice(),
        &["device", "remove", "desk"],
        &["device", "add", "desk", "--password-file", "secret"],
        &["home", "list"],
    ] {
        let outcome = desk.says(words, "")?;
        assert_eq!(outcome.code, Some(2), "{words:?}");
        assert!(
            outcome.stderr.contains("config.toml:2: name: "),
            "{}",
            outcome.stderr
        );
    }
    Ok(())
}

#[test]
fn a_running_engine_takes_phones_on_and_lets_them_go() -> Result<()> {
    let engine = Engine::start(bellhop(), "# mine\n")?;
    let config = engine.directory().join("config.toml");
    let config = config.to_str().context("a path as text")?;
    let secret = engine.directory().join("desk.secret");
    let secret = secret.to_str().context("a path as text")?;
    let added = engine.cli(&[
        "device",
        "add",
        "desk",
        "--password-file",
        secret,
        "--config",
        config,
    ])?;
    assert_eq!(added.code, Some(0), "{}", added.stderr);
    let password = shown(&added)?;
    let status = engine.status()?;
    assert_eq!(
        status.pointer("/home/devices/0/extension"),
        Some(&Value::from("101"))
    );
    assert_eq!(status.pointer("/home/enabled"), Some(&Value::from(true)));
    assert!(!status.to_string().contains(&password));
    let listed = engine.cli(&["device", "list"])?;
    assert!(
        listed.stdout.starts_with("desk  101  o"),
        "{}",
        listed.stdout
    );
    let text = engine.cli(&["status"])?.stdout;
    assert!(text.contains("Phones at home\n  desk  101  o"), "{text}");
    assert!(!engine.stderr()?.contains(&password));
    let log = fs::read_to_string(engine.state_dir().join("bellhop.log"))?;
    assert!(!log.contains(&password));

    let removed = engine.cli(&["device", "remove", "desk", "--config", config])?;
    assert_eq!(removed.code, Some(0), "{}", removed.stderr);
    assert_eq!(
        engine.status()?.pointer("/home/devices"),
        Some(&Value::Array(Vec::new()))
    );
    assert_eq!(
        fs::read_to_string(config)?,
        "# mine\n\n[home]\nenabled = true\n"
    );
    Ok(())
}

#[test]
fn a_running_engine_takes_the_new_password_out_of_the_file() -> Result<()> {
    let registrar = UdpSocket::bind("127.0.0.1:0")?.local_addr()?.to_string();
    let engine = Engine::start(
        bellhop(),
        &format!(
            "[home]\nenabled = true\nlisten = [\"udp:{registrar}\"]\n[[device]]\nname = \"desk\"\nextension = \"101\"\npassword = {{ file = \"secret\" }}\n"
        ),
    )?;
    let soon = Duration::from_secs(20);
    comes_within(soon, "the first password", || logs_in(&registrar, PASSWORD))?;
    let config = engine.directory().join("config.toml");
    let config = config.to_str().context("a path as text")?;
    let renewed = engine.cli(&["device", "qr", "desk", "--yes", "--config", config])?;
    assert_eq!(renewed.code, Some(0), "{}", renewed.stderr);
    let second = shown(&renewed)?;
    comes_within(soon, "the second password", || logs_in(&registrar, &second))?;
    assert!(!logs_in(&registrar, PASSWORD)?, "the first still counts");
    Ok(())
}

/// Whether the phone 101 gets in with it. Who guessed wrong may have to wait too long for an answer.
fn logs_in(registrar: &str, password: &str) -> Result<bool> {
    let socket = UdpSocket::bind("127.0.0.1:0")?;
    socket.connect(registrar)?;
    socket.set_read_timeout(Some(Duration::from_secs(5)))?;
    let (own, mut buffer) = (socket.local_addr()?, [0; 4096]);
    let mut ask = |cseq: u32, login: &str| -> Result<String> {
        let message = format!(
            "REGISTER sip:home SIP/2.0\r\nVia: SIP/2.0/UDP {own};rport;branch=z9hG4bK{cseq}\r\nMax-Forwards: 70\r\n\
             From: <sip:101@home>;tag=1\r\nTo: <sip:101@home>\r\nCall-ID: {own}\r\nCSeq: {cseq} REGISTER\r\n{login}Content-Length: 0\r\n\r\n"
        );
        socket.send(message.as_bytes())?;
        let length = socket.recv(&mut buffer)?;
        Ok(String::from_utf8_lossy(buffer.get(..length).unwrap_or_default()).into_owned())
    };
    let Ok(challenged) = ask(1, "") else {
        return Ok(false);
    };
    let challenge = challenged.lines().find(|it| it.contains("algorithm=MD5"));
    let nonce = challenge.and_then(|it| it.split("nonce=\"").nth(1)?.split('"').next());
    let nonce = nonce.with_context(|| format!("no challenge: {challenged}"))?;
    let hash = |text: String| -> String {
        let digest = Md5::digest(text);
        digest.iter().map(|byte| format!("{byte:02x}")).collect()
    };
    let secret = hash(format!("101:home:{password}"));
    let asked = hash("REGISTER:sip:home".to_owned());
    let response = hash(format!("{secret}:{nonce}:00000001:c:auth:{asked}"));
    let login = format!(
        "Authorization: Digest username=\"101\", realm=\"home\", nonce=\"{nonce}\", uri=\"sip:home\", response=\"{response}\", algorithm=MD5, qop=auth, nc=00000001, cnonce=\"c\"\r\n"
    );
    Ok(ask(2, &login).is_ok_and(|answer| answer.starts_with("SIP/2.0 200 ")))
}

#[test]
fn home_networks_are_listed_and_forgotten() -> Result<()> {
    let network = |subnet: &str| {
        format!(
            "\n[[home.network]] # flat\ngateway_mac = \"02:00:00:00:00:01\"\nsubnet = \"{subnet}\"\n"
        )
    };
    let both = format!(
        "# mine\n{}{}",
        network("10.0.0.0/8"),
        network("192.168.1.0/24")
    );
    let desk = Desk::with(&both)?;
    let listed = desk.says(&["home", "list"], "")?;
    assert_eq!(
        listed.stdout,
        "10.0.0.0/8  02:00:00:00:00:01  udp:5070 tcp:5070\n192.168.1.0/24  02:00:00:00:00:01  udp:5070 tcp:5070\n"
    );
    assert_eq!(desk.says(&["home", "forget"], "")?.code, Some(2));
    let forgotten = desk.says(&["home", "forget", "192.168.1.0/24"], "")?;
    assert_eq!(forgotten.code, Some(0), "{}", forgotten.stderr);
    assert_eq!(desk.text()?, format!("# mine\n{}", network("10.0.0.0/8")));
    assert_eq!(desk.says(&["home", "forget", "--all"], "")?.code, Some(0));
    assert_eq!(desk.text()?, "# mine\n");
    Ok(())
}
