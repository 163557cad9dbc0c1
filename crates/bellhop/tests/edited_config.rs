//! The config and the passwords' files, edited while the engine runs: seen from outside, against a registrar on loopback.

#![cfg(target_os = "linux")]

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use bellhop_tests_support::engine::{Engine, PASSWORD};
use bellhop_tests_support::registrar::Registrar;
use bellhop_tests_support::sip_text::header;
use serde_json::Value;

const SOON: Duration = Duration::from_secs(15);

fn bellhop() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_bellhop"))
}

fn line(user: &str, registrar: &Registrar, expires: &str) -> String {
    let address = registrar.address();
    format!(
        "[[line]] # of {user}\nid = \"{user}-line\"\naor = \"sip:{user}@company.test\"\nregistrar = \"sip:{address}\"\npassword = {{ file = \"secret\" }}\nexpires = {expires}\n"
    )
}

fn write(engine: &Engine, text: &str) -> Result<()> {
    Ok(fs::write(engine.directory().join("config.toml"), text)?)
}

/// Waits until it holds; fails with what is then.
fn comes_true<T: std::fmt::Debug>(
    what: &str,
    mut look: impl FnMut() -> Result<T>,
    holds: impl Fn(&T) -> bool,
) -> Result<T> {
    let end = Instant::now() + SOON;
    loop {
        let seen = look()?;
        if holds(&seen) {
            return Ok(seen);
        }
        ensure!(Instant::now() < end, "{what}: {seen:?}");
        thread::sleep(Duration::from_millis(20));
    }
}

/// Waits until the lines are there in this order, each registered.
fn registered(engine: &Engine, ids: &[&str]) -> Result<Value> {
    let wanted: Vec<_> = ids.iter().map(|id| (*id, "registered")).collect();
    let stand = |status: &Value| {
        let lines = status.get("lines").and_then(Value::as_array);
        let text = |line: &Value, key| line.get(key).and_then(Value::as_str).map(str::to_owned);
        let lines = lines.into_iter().flatten();
        let pairs: Vec<_> = lines
            .map(|line| (text(line, "id"), text(line, "state")))
            .collect();
        pairs
            == wanted
                .iter()
                .map(|(id, state)| (Some((*id).to_owned()), Some((*state).to_owned())))
                .collect::<Vec<_>>()
    };
    comes_true("the lines", || engine.status(), stand)
}

/// The Expires of all REGISTERs of that user so far.
fn asked(registrar: &Registrar, user: &str) -> Vec<String> {
    let of_user = format!("<sip:{user}@");
    registrar
        .seen()
        .iter()
        .filter(|seen| header(&seen.message, "To").is_some_and(|to| to.contains(&of_user)))
        .map(|seen| header(&seen.message, "Expires").unwrap_or_default())
        .collect()
}

#[test]
fn an_edit_touches_the_lines_that_it_changes_and_no_others() -> Result<()> {
    let [tinas, toms, utes] = [(); 3].map(|()| Registrar::start(PASSWORD));
    let (tinas, toms, utes) = (tinas?, toms?, utes?);
    let (tina, tom, ute) = (
        line("tina", &tinas, "600"),
        line("tom", &toms, "600"),
        line("ute", &utes, "600"),
    );
    let engine = Engine::start(bellhop(), &format!("{tina}{tom}"))?;
    registered(&engine, &["tina-line", "tom-line"])?;
    let untouched = asked(&tinas, "tina");

    let changed = tom.replace("600", "777");
    write(&engine, &format!("# more\n{tina}\n{changed}"))?;
    let last = || Ok(asked(&toms, "tom"));
    comes_true("tom asks anew", last, |all| all.contains(&"777".to_owned()))?;
    registered(&engine, &["tina-line", "tom-line"])?;

    write(&engine, &format!("{ute}{changed}{tina}"))?;
    registered(&engine, &["ute-line", "tom-line", "tina-line"])?;

    write(&engine, &format!("{tina}{ute}"))?;
    registered(&engine, &["tina-line", "ute-line"])?;
    let bound = || Ok(toms.bindings().len());
    comes_true("tom is unregistered", bound, |bound| *bound == 0)?;
    ensure!(asked(&toms, "tom").last() == Some(&"0".to_owned()));

    assert_eq!(
        asked(&tinas, "tina"),
        untouched,
        "nothing of tina's changed"
    );
    Ok(())
}

#[test]
fn an_engine_whose_files_stay_as_they_are_does_nothing() -> Result<()> {
    let registrar = Registrar::start(PASSWORD)?;
    let engine = Engine::start(bellhop(), &line("tina", &registrar, "600"))?;
    registered(&engine, &["tina-line"])?;
    // How often a thread of it began to wait, in all.
    let waits = || -> Result<u64> {
        let mut waits = 0;
        for thread in fs::read_dir(format!("/proc/{}/task", engine.pid()))? {
            let status = fs::read_to_string(thread?.path().join("status"))?;
            let count = status
                .lines()
                .find_map(|row| row.strip_prefix("voluntary_ctxt_switches:"));
            waits += count.context("no count")?.trim().parse::<u64>()?;
        }
        Ok(waits)
    };
    // The looks of the start are over.
    thread::sleep(Duration::from_millis(1500));
    let before = waits()?;
    thread::sleep(Duration::from_secs(1));
    let after = waits()?;
    ensure!(after - before < 100, "{} waits in a second", after - before);
    Ok(())
}

#[test]
fn a_broken_edit_keeps_the_last_good_config_and_is_told_until_it_is_mended() -> Result<()> {
    const CANARY: &str = "hunter2-hunter2";
    let registrar = Registrar::start(PASSWORD)?;
    let good = line("tina", &registrar, "600");
    let engine = Engine::start(bellhop(), &good)?;
    registered(&engine, &["tina-line"])?;
    let before = asked(&registrar, "tina");

    let broken = line("tina", &registrar, &format!("\"{CANARY}\""));
    write(&engine, &broken)?;
    let told = |status: &Value| status.pointer("/config/error/code").is_some();
    let status = comes_true("the status", || engine.status(), told)?;
    let at = |path: &str| status.pointer(path).cloned();
    assert_eq!(at("/config/error/code"), Some("config_invalid".into()));
    assert_eq!(at("/config/problems/0/line"), Some(6.into()));
    assert_eq!(at("/config/problems/0/key"), Some("expires".into()));
    let file = engine.directory().join("config.toml");
    assert_eq!(at("/config/file"), Some(file.to_string_lossy().into()));
    let text = engine.cli(&["status"])?.stdout;
    let place = "config.toml:6: expires: ";
    let sentence = text.lines().find(|row| row.starts_with(place));
    let sentence = sentence.with_context(|| text.clone())?;
    ensure!(
        sentence.ends_with("; the config before stays in force"),
        "{text}"
    );
    registered(&engine, &["tina-line"])?;

    // The same problem again is no news; another one is.
    write(&engine, &format!("\n{broken}"))?;
    let lines = || engine.stderr();
    comes_true("stderr", lines, |said| {
        said.contains("config.toml:7: expires: ")
    })?;
    write(&engine, "[[line]]\naor = \"sip:tina@company.test\n")?;
    comes_true("stderr", lines, |said| {
        said.contains("config.toml:2: aor: ")
    })?;
    assert_eq!(engine.stderr()?.matches(place).count(), 1);

    write(&engine, &good)?;
    comes_true("the status", || engine.status(), |status| !told(status))?;
    ensure!(!engine.cli(&["status"])?.stdout.contains("config"));
    assert_eq!(
        asked(&registrar, "tina"),
        before,
        "nothing changed for the line"
    );
    let log = fs::read_to_string(engine.state_dir().join("bellhop.log"))?;
    for said in [&text, &engine.stderr()?, &log, &status.to_string()] {
        ensure!(!said.contains(CANARY), "{said}");
    }
    ensure!(log.contains(place), "{log}");
    Ok(())
}

#[test]
fn a_config_that_is_removed_where_it_was_named_is_told_and_stays_in_force() -> Result<()> {
    let registrar = Registrar::start(PASSWORD)?;
    let engine = Engine::start(bellhop(), &line("tina", &registrar, "600"))?;
    registered(&engine, &["tina-line"])?;
    fs::remove_file(engine.directory().join("config.toml"))?;
    let missing = Some(Value::from("config_missing"));
    let told = |status: &Value| status.pointer("/config/error/code") == missing.as_ref();
    comes_true("the status", || engine.status(), told)?;
    registered(&engine, &["tina-line"])?;
    write(&engine, &line("tina", &registrar, "777"))?;
    comes_true("the status", || engine.status(), |status| !told(status))?;
    let last = || Ok(asked(&registrar, "tina"));
    comes_true("tina asks anew", last, |all| {
        all.contains(&"777".to_owned())
    })?;
    Ok(())
}

#[test]
fn however_the_file_is_replaced_it_is_read() -> Result<()> {
    let registrar = Registrar::start(PASSWORD)?;
    let engine = Engine::start(bellhop(), &line("tina", &registrar, "600"))?;
    registered(&engine, &["tina-line"])?;
    let directory = engine.directory();
    let (config, new) = (directory.join("config.toml"), directory.join("new.toml"));
    let other = directory.join("dotfiles");
    fs::create_dir(&other)?;
    let text = |expires| line("tina", &registrar, expires);

    // As an editor does that keeps the old file until the new one is whole.
    fs::write(&new, text("601"))?;
    fs::rename(&new, &config)?;
    await_expires(&registrar, "601")?;
    // As one does that moves the old file away first.
    fs::rename(&config, directory.join("config.toml~"))?;
    fs::write(&config, text("602"))?;
    await_expires(&registrar, "602")?;
    // A link into another directory, and its target written.
    fs::write(other.join("bellhop.toml"), text("603"))?;
    symlink("dotfiles/bellhop.toml", &new)?;
    fs::rename(&new, &config)?;
    await_expires(&registrar, "603")?;
    fs::write(other.join("bellhop.toml"), text("604"))?;
    await_expires(&registrar, "604")?;
    Ok(())
}

fn await_expires(registrar: &Registrar, expires: &str) -> Result<()> {
    let last = || Ok(asked(registrar, "tina"));
    comes_true(expires, last, |all| all.contains(&expires.to_owned()))?;
    Ok(())
}

#[test]
fn a_file_that_is_empty_for_a_moment_ends_no_line() -> Result<()> {
    let registrar = Registrar::start(PASSWORD)?;
    let text = line("tina", &registrar, "600");
    let engine = Engine::start(bellhop(), &text)?;
    registered(&engine, &["tina-line"])?;
    let before = asked(&registrar, "tina");
    let begun = Instant::now();
    for _ in 0..3 {
        write(&engine, "")?;
        thread::sleep(Duration::from_millis(100));
        write(&engine, &text)?;
    }
    let took = begun.elapsed();
    thread::sleep(Duration::from_millis(1500));
    // On a machine that stood still for a second the empty file was there long enough to be believed.
    if took < Duration::from_millis(800) {
        assert_eq!(asked(&registrar, "tina"), before);
    }
    // What stays empty is meant.
    write(&engine, "")?;
    registered(&engine, &[])?;
    Ok(())
}

#[test]
fn a_config_that_comes_later_with_its_directory_is_read() -> Result<()> {
    let registrar = Registrar::start(PASSWORD)?;
    // Only its state directory is used: the config is looked for where this account's would be.
    let home = tempfile::tempdir()?;
    let state = home.path().join("state");
    let cli = |words: &[&str]| {
        let mut command = Command::new(bellhop());
        command.args(words).arg("--state-dir").arg(&state);
        command
            .env("HOME", home.path())
            .env_remove("XDG_CONFIG_HOME");
        command
    };
    let mut engine = cli(&["run"]).stdout(Stdio::null()).spawn()?;
    let status = || Ok(String::from_utf8(cli(&["status"]).output()?.stdout)?);
    let result =
        comes_true("no lines", status, |text| text.contains("No numbers yet")).and_then(|_| {
            let directory = home.path().join(".config/bellhop");
            fs::create_dir_all(&directory)?;
            fs::write(directory.join("secret"), PASSWORD)?;
            fs::write(
                directory.join("config.toml"),
                line("tina", &registrar, "600"),
            )?;
            comes_true("a line", status, |text| text.starts_with("Registered "))?;
            fs::remove_dir_all(&directory)?;
            comes_true("no lines", status, |text| text.contains("No numbers yet"))
        });
    engine.kill()?;
    engine.wait()?;
    result.map(drop)
}

#[test]
fn adding_a_line_keeps_comments_and_touches_no_other_line() -> Result<()> {
    let registrar = Registrar::start(PASSWORD)?;
    let text = format!("# mine, all mine\n{}", line("tina", &registrar, "600"));
    let engine = Engine::start(bellhop(), &text)?;
    registered(&engine, &["tina-line"])?;
    let before = asked(&registrar, "tina");
    let (config, secret) = (
        engine.directory().join("config.toml"),
        engine.directory().join("secret"),
    );
    let address = format!("sip:{}", registrar.address());
    let words = [
        "line",
        "add",
        "--aor",
        "sip:tom@company.test",
        "--registrar",
    ];
    let (config, secret) = (config.to_string_lossy(), secret.to_string_lossy());
    let more = [
        address.as_str(),
        "--password-file",
        &secret,
        "--config",
        &config,
    ];
    let added = engine.cli(&[words.as_slice(), more.as_slice()].concat())?;
    assert_eq!(added.code, Some(0), "{}", added.stderr);
    registered(&engine, &["tina-line", "tom"])?;
    let written = fs::read_to_string(config.as_ref())?;
    ensure!(written.starts_with(&text), "{written}");
    assert_eq!(asked(&registrar, "tina"), before);
    Ok(())
}

#[test]
fn a_password_file_that_changes_ends_waiting_and_rejected() -> Result<()> {
    let registrar = Registrar::start(PASSWORD)?;
    let engine = Engine::start(bellhop(), &line("tina", &registrar, "600"))?;
    registered(&engine, &["tina-line"])?;
    let secret = engine.directory().join("secret");
    let put = |password: &str| -> Result<()> {
        fs::write(&secret, password)?;
        Ok(fs::set_permissions(
            &secret,
            fs::Permissions::from_mode(0o600),
        )?)
    };

    // A password that changes while the line is registered is used when the company asks for one.
    put("wrong")?;
    let before = asked(&registrar, "tina").len();
    registered(&engine, &["tina-line"])?;
    assert_eq!(asked(&registrar, "tina").len(), before);
    let state = |status: &Value| status.pointer("/lines/0/state").cloned();
    let rejected = comes_true(
        "the company asks",
        || engine.cli(&["rebind"]).and_then(|_| engine.status()),
        |status| state(status) == Some("rejected".into()),
    )?;
    let code = rejected.pointer("/lines/0/error/code");
    assert_eq!(code, Some(&"password_refused".into()), "{rejected}");

    // The same once more would only be refused once more.
    let before = asked(&registrar, "tina").len();
    put("wrong\n")?;
    thread::sleep(Duration::from_millis(700));
    assert_eq!(asked(&registrar, "tina").len(), before);
    put(PASSWORD)?;
    registered(&engine, &["tina-line"])?;

    // Missing, and there again.
    fs::remove_file(&secret)?;
    write(&engine, &line("tom", &registrar, "600"))?;
    let waiting = engine.wait_for("waiting_for_secret", SOON)?;
    let code = waiting.pointer("/lines/0/error/code");
    assert_eq!(code, Some(&"secret_missing".into()), "{waiting}");
    put(PASSWORD)?;
    registered(&engine, &["tom-line"])?;
    Ok(())
}
