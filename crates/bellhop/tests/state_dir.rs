//! State directories that are held, full, read-only or damaged: told, and the line registers all the same. Seen from outside.

#![cfg(target_os = "linux")]

use std::fs;
use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _, PermissionsExt as _};
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use bellhop_tests_support::engine::{Engine, Outcome, PASSWORD, command};
use bellhop_tests_support::registrar::Registrar;
use serde_json::Value;
use tempfile::TempDir;

const SOON: Duration = Duration::from_secs(15);

fn bellhop() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_bellhop"))
}

fn config(registrar: &Registrar) -> String {
    format!(
        "[[line]]\nid = \"work\"\naor = \"sip:tina@company.test\"\nregistrar = \"sip:{}\"\npassword = {{ file = \"secret\" }}\n",
        registrar.address()
    )
}

/// An engine in a mount namespace of its own: what `prepare` (sh) does to the directory `$1` happens there alone.
struct Mounted {
    home: TempDir,
    child: std::process::Child,
}

impl Mounted {
    fn start(registrar: &Registrar, prepare: &str) -> Result<Mounted> {
        let home = tempfile::tempdir()?;
        Mounted::start_in(home, registrar, prepare)
    }

    fn start_in(home: TempDir, registrar: &Registrar, prepare: &str) -> Result<Mounted> {
        fs::write(home.path().join("config.toml"), config(registrar))?;
        let secret = home.path().join("secret");
        fs::write(&secret, PASSWORD)?;
        fs::set_permissions(&secret, fs::Permissions::from_mode(0o600))?;
        let run = home.path().join("run");
        fs::create_dir_all(&run)?;
        fs::set_permissions(&run, fs::Permissions::from_mode(0o700))?;
        fs::create_dir_all(home.path().join("state"))?;
        fs::set_permissions(home.path().join("state"), fs::Permissions::from_mode(0o700))?;
        let script = format!(
            "set -e; {prepare}; exec \"$0\" run --config \"$2/config.toml\" --state-dir \"$1\""
        );
        let child = Command::new("unshare")
            .args(if is_root() {
                &["--mount"][..]
            } else {
                &["--user", "--map-root-user", "--mount"]
            })
            .args(["sh", "-c", &script])
            .arg(bellhop())
            .arg(home.path().join("state"))
            .arg(home.path())
            .env("XDG_RUNTIME_DIR", &run)
            .stdin(Stdio::null())
            .stdout(fs::File::create(home.path().join("out"))?)
            .stderr(fs::File::create(home.path().join("err"))?)
            .spawn()
            .context("unshare (util-linux)")?;
        Ok(Mounted { home, child })
    }

    fn said(&self) -> String {
        fs::read_to_string(self.home.path().join("err")).unwrap_or_default()
    }

    /// A command in the engine's namespaces, where the state directory is what the engine sees.
    fn cli(&self, words: &[&str]) -> Result<Outcome> {
        let target = self.child.id().to_string();
        command(
            Command::new("nsenter")
                .args(["--target", &target, "--mount"])
                .args(namespaces())
                .arg(bellhop())
                .args(words)
                .arg("--state-dir")
                .arg(self.home.path().join("state"))
                .env("XDG_RUNTIME_DIR", self.home.path().join("run")),
            "",
        )
    }

    fn status(&self) -> Result<Value> {
        let outcome = self.cli(&["status", "--json"])?;
        serde_json::from_str(&outcome.stdout)
            .with_context(|| format!("status: {} {}", outcome.stderr, self.said()))
    }

    /// Waits until the line is registered.
    fn registered(&self) -> Result<Value> {
        let end = Instant::now() + SOON;
        loop {
            let status = self.status();
            let is = |status: &Value| {
                status.pointer("/lines/0/state") == Some(&Value::from("registered"))
            };
            match status {
                Ok(status) if is(&status) => return Ok(status),
                status => ensure!(Instant::now() < end, "{status:?} {}", self.said()),
            }
            thread::sleep(Duration::from_millis(50));
        }
    }

    fn inside(&self, script: &str) -> Result<()> {
        let target = self.child.id().to_string();
        let status = Command::new("nsenter")
            .args(["--target", &target, "--mount"])
            .args(namespaces())
            .args(["sh", "-c", script, "sh"])
            .arg(self.home.path().join("state"))
            .status()
            .context("nsenter (util-linux)")?;
        ensure!(status.success(), "{script}: {status}");
        Ok(())
    }
}

impl Drop for Mounted {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Who is root needs no user namespace, which some machines don't allow.
fn is_root() -> bool {
    fs::metadata("/proc/self").is_ok_and(|process| process.uid() == 0)
}

fn namespaces() -> &'static [&'static str] {
    if is_root() {
        &[]
    } else {
        &["--user", "--preserve-credentials"]
    }
}

fn trouble(status: &Value) -> (String, String) {
    let text = |path: &str| {
        let value = status.pointer(path).and_then(Value::as_str);
        value.unwrap_or_default().to_owned()
    };
    (
        text("/state_dir/error/code"),
        text("/state_dir/error/message"),
    )
}

#[test]
fn a_second_engine_ends_with_a_sentence_and_disturbs_nothing() -> Result<()> {
    let registrar = Registrar::start(PASSWORD)?;
    let engine = Engine::start(bellhop(), &config(&registrar))?;
    engine.wait_for("registered", SOON)?;
    let before = registrar.seen().len();
    assert_eq!(engine.twin()?.code(), Some(1));
    let sentence = format!(
        "another engine runs on the state directory {}\n",
        engine.state_dir().display()
    );
    assert_eq!(engine.stderr()?, sentence);
    assert_eq!(registrar.seen().len(), before);
    assert_eq!(engine.cli(&["status"])?.code, Some(0));
    Ok(())
}

#[test]
fn on_a_full_disk_the_line_registers_and_it_is_told_until_there_is_room() -> Result<()> {
    let registrar = Registrar::start(PASSWORD)?;
    let full = "mount -t tmpfs -o size=64k,mode=0700 tmpfs \"$1\"; dd if=/dev/zero of=\"$1/filler\" bs=1k 2>/dev/null || true";
    let engine = Mounted::start(&registrar, full)?;
    let status = engine.registered()?;
    let (code, message) = trouble(&status);
    assert_eq!(code, "state_dir_unusable", "{status}");
    ensure!(message.contains("No space left on device"), "{message}");
    assert_eq!(
        engine.said().matches(&message).count(),
        1,
        "{}",
        engine.said()
    );
    ensure!(engine.cli(&["status"])?.stdout.contains(&message));
    let rebound = engine.cli(&["rebind", "work"])?;
    assert_eq!(rebound.code, Some(0), "{}", rebound.stderr);

    // What is learned next finds room.
    engine.inside("rm \"$1/filler\"")?;
    engine.cli(&["pause", "work"])?;
    engine.cli(&["resume", "work"])?;
    let end = Instant::now() + SOON;
    while !trouble(&engine.status()?).0.is_empty() {
        ensure!(Instant::now() < end, "{:?}", trouble(&engine.status()?));
        thread::sleep(Duration::from_millis(50));
    }
    Ok(())
}

#[test]
fn a_disk_without_room_for_a_single_name_is_no_reason_not_to_register() -> Result<()> {
    let registrar = Registrar::start(PASSWORD)?;
    // One inode, which the directory itself has: neither lock nor socket can be made.
    let full = "mount -t tmpfs -o size=8k,nr_inodes=1,mode=0700 tmpfs \"$1\"";
    let engine = Mounted::start(&registrar, full)?;
    let status = engine.registered()?;
    assert_eq!(trouble(&status).0, "state_dir_unusable", "{status}");
    ensure!(
        engine.said().contains("No space left on device"),
        "{}",
        engine.said()
    );
    Ok(())
}

#[test]
fn a_read_only_state_directory_is_told_and_its_lock_and_socket_are_elsewhere() -> Result<()> {
    let registrar = Registrar::start(PASSWORD)?;
    let home = tempfile::tempdir()?;
    // What an earlier run has learned.
    let read_only = "mount --bind \"$1\" \"$1\"; mount -o remount,bind,ro \"$1\"";
    let mut first = Mounted::start_in(home, &registrar, "true")?;
    first.registered()?;
    first.child.kill()?;
    first.child.wait()?;
    let home = std::mem::replace(&mut first.home, tempfile::tempdir()?);
    let earlier = registrar.seen().pop().context("no REGISTER")?;

    let engine = Mounted::start_in(home, &registrar, read_only)?;
    let status = engine.registered()?;
    let (code, message) = trouble(&status);
    assert_eq!(code, "state_dir_unusable", "{status}");
    ensure!(message.contains("Read-only file system"), "{message}");
    assert_eq!(engine.said(), format!("{message}\n"));
    ensure!(
        engine
            .cli(&["status"])?
            .stdout
            .ends_with(&format!("{message}\n"))
    );
    let later = registrar.seen().pop().context("no REGISTER")?;
    assert_ne!(
        later.call_id, earlier.call_id,
        "its numbers could be used twice"
    );
    let user = |contact: &str| contact.split('@').next().map(str::to_owned);
    let users = |seen: &[String]| seen.first().and_then(|contact| user(contact));
    assert_eq!(
        users(&later.contacts),
        users(&earlier.contacts),
        "the same device"
    );

    // One engine still, and a socket for its owner alone.
    let twin = engine.cli(&["run", "--config", "/dev/null"])?;
    assert_eq!(twin.code, Some(1), "{}", twin.stderr);
    ensure!(
        twin.stderr.starts_with("another engine runs on"),
        "{}",
        twin.stderr
    );
    let run = engine.home.path().join("run");
    let outside = fs::read_dir(&run)?.next().context("nothing outside")??;
    assert_eq!(outside.metadata()?.mode() & 0o777, 0o700);
    let socket = fs::metadata(outside.path().join("control.sock"))?;
    ensure!(socket.file_type().is_socket() && socket.mode() & 0o077 == 0);
    engine.cli(&["status"])?;
    Ok(())
}

#[test]
fn a_directory_that_becomes_read_only_is_still_the_engine_s_that_runs_there() -> Result<()> {
    let registrar = Registrar::start(PASSWORD)?;
    let engine = Mounted::start(&registrar, "true")?;
    engine.registered()?;
    engine.inside("mount --bind \"$1\" \"$1\"; mount -o remount,bind,ro \"$1\"")?;
    let twin = engine.cli(&["run", "--config", "/dev/null"])?;
    assert_eq!(twin.code, Some(1), "{}", twin.stderr);
    ensure!(
        twin.stderr.starts_with("another engine runs on"),
        "{}",
        twin.stderr
    );
    // What it learns now can't be stored, and that is told.
    engine.cli(&["pause", "work"])?;
    let end = Instant::now() + SOON;
    while !trouble(&engine.status()?)
        .1
        .contains("Read-only file system")
    {
        ensure!(Instant::now() < end, "{:?}", engine.status()?);
        thread::sleep(Duration::from_millis(50));
    }
    Ok(())
}

#[test]
fn without_any_place_for_a_socket_the_line_registers_and_that_is_told() -> Result<()> {
    let registrar = Registrar::start(PASSWORD)?;
    let nowhere = "mount --bind \"$1\" \"$1\"; mount -o remount,bind,ro \"$1\"; mount --bind \"$2/run\" \"$2/run\"; mount -o remount,bind,ro \"$2/run\"";
    let engine = Mounted::start(&registrar, nowhere)?;
    let end = Instant::now() + SOON;
    while registrar.bindings().is_empty() {
        ensure!(Instant::now() < end, "{}", engine.said());
        thread::sleep(Duration::from_millis(50));
    }
    let said = engine.said();
    ensure!(said.contains("no control socket can be opened"), "{said}");
    ensure!(said.contains("Read-only file system"), "{said}");
    Ok(())
}

#[test]
fn a_directory_that_its_owner_may_not_write_is_as_good_as_read_only() -> Result<()> {
    let registrar = Registrar::start(PASSWORD)?;
    // Root may write everywhere; without its capabilities it is a user like others.
    let home = tempfile::tempdir()?;
    let mut engine = Mounted::start_in(
        home,
        &registrar,
        "chmod 0500 \"$1\"; set -- \"$1\" \"$2\"; exec setpriv --bounding-set=-all --inh-caps=-all \"$0\" run --config \"$2/config.toml\" --state-dir \"$1\"",
    )?;
    let status = engine.registered()?;
    ensure!(trouble(&status).1.contains("Permission denied"), "{status}");
    engine.child.kill()?;
    Ok(())
}

#[test]
fn a_damaged_store_is_told_kept_and_replaced() -> Result<()> {
    let registrar = Registrar::start(PASSWORD)?;
    let home = tempfile::tempdir()?;
    let state = home.path().join("state");
    fs::create_dir(&state)?;
    fs::write(state.join("instance"), "\0\0\0 not what was written")?;
    let engine = Mounted::start_in(home, &registrar, "true")?;
    let status = engine.registered()?;
    let (code, message) = trouble(&status);
    assert_eq!(code, "store_unusable", "{status}");
    ensure!(message.contains("instance.damaged"), "{message}");
    assert_eq!(engine.said(), format!("{message}\n"));
    ensure!(engine.cli(&["status"])?.stdout.contains(&message));
    let state = engine.home.path().join("state");
    ensure!(fs::read(state.join("instance.damaged"))?.starts_with(b"\0\0\0 not"));
    let now: Value = serde_json::from_slice(&fs::read(state.join("instance"))?)?;
    ensure!(now.get("version").is_some(), "{now}");
    let outside = fs::read_dir(engine.home.path().join("run"))?.count();
    assert_eq!(outside, 0, "nothing is left where nothing is needed");
    Ok(())
}
