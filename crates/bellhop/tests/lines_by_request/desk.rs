//! An engine with a login, a keyring and a registrar, and a view that is connected to it.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};
use bellhop_control::client::Client;
use bellhop_control::error::Code;
use bellhop_control::protocol::{CheckStep, LineSettings, Reply, Request};
use bellhop_control::snapshot::{ConfigProblem, Line, Snapshot};
use bellhop_tests_support::engine::{Engine, PASSWORD};
use bellhop_tests_support::keyring::Keyring;
use bellhop_tests_support::registrar::Registrar;
use bellhop_tests_support::session::Session;
use tokio::runtime::{Builder, Runtime};

/// Nothing is waited for longer.
pub(crate) const SOON: Duration = Duration::from_secs(20);
/// What the person wrote at the top.
pub(crate) const COMMENT: &str = "# my phones\n";

pub(crate) struct Desk {
    pub(crate) engine: Engine,
    pub(crate) registrar: Registrar,
    pub(crate) keyring: Keyring,
    _session: Session,
    client: Client,
    runtime: Runtime,
}

impl Desk {
    /// With a config that says nothing but a comment.
    pub(crate) fn new() -> Result<Desk> {
        Desk::with(COMMENT)
    }

    pub(crate) fn with(config: &str) -> Result<Desk> {
        let session = Session::start()?;
        let keyring = Keyring::start(&session)?;
        let registrar = Registrar::start(PASSWORD)?;
        let bellhop = Path::new(env!("CARGO_BIN_EXE_bellhop"));
        let engine = Engine::start_as(bellhop, config, |command| session.dress(command))?;
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let client = runtime.block_on(Client::connect(&engine.state_dir()))?;
        Ok(Desk {
            engine,
            registrar,
            keyring,
            _session: session,
            client,
            runtime,
        })
    }

    pub(crate) fn ask(&mut self, request: Request) -> Result<Reply> {
        Ok(self.runtime.block_on(self.client.request(request))?)
    }

    /// Asks, and gives all steps that were told until the reply, or until the time is over.
    pub(crate) fn steps(
        &mut self,
        request: Request,
        limit: Duration,
    ) -> Result<(Vec<CheckStep>, Option<Reply>)> {
        let mut steps = Vec::new();
        let asked = async {
            let asked = self
                .client
                .request_with_progress(request, |step| steps.push(step));
            tokio::time::timeout(limit, asked).await
        };
        let reply = self.runtime.block_on(asked).ok().transpose()?;
        Ok((steps, reply))
    }

    /// Asks for a line, and gives its id.
    pub(crate) fn added(&mut self, request: Request) -> Result<String> {
        let reply = self.ask(request)?;
        let Reply::Added { line } = reply else {
            bail!("not added: {reply:?}")
        };
        Ok(line)
    }

    /// Asks for what is refused.
    pub(crate) fn refused(&mut self, request: Request) -> Result<(Code, Vec<ConfigProblem>)> {
        let reply = self.ask(request)?;
        let Reply::Refused {
            error, problems, ..
        } = reply
        else {
            bail!("not refused: {reply:?}")
        };
        Ok((error.code, problems))
    }

    /// A number at the desk's registrar, as a person types it.
    pub(crate) fn number(&self, user: &str) -> LineSettings {
        LineSettings {
            aor: format!("{user}@company.test"),
            registrar: Some(self.registrar.address().to_string()),
            ..LineSettings::default()
        }
    }

    /// `tina`, added with her password.
    pub(crate) fn with_tina(mut self) -> Result<Desk> {
        let settings = self.number("tina");
        self.added(Request::AddLine {
            settings,
            password: Some(PASSWORD.into()),
        })?;
        self.line_in("tina", "registered")?;
        Ok(self)
    }

    pub(crate) fn snapshot(&mut self) -> Result<Snapshot> {
        let reply = self.ask(Request::Status)?;
        let Reply::Status { snapshot } = reply else {
            bail!("no status: {reply:?}")
        };
        Ok(*snapshot)
    }

    /// The line, once it is in that state.
    pub(crate) fn line_in(&mut self, id: &str, state: &str) -> Result<Line> {
        let end = Instant::now() + SOON;
        loop {
            let snapshot = self.snapshot()?;
            match snapshot.line(id) {
                Some(line) if line.state.as_str() == state => return Ok(line.clone()),
                seen => ensure!(Instant::now() < end, "{id} is not {state}: {seen:?}"),
            }
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// Once the engine has no such line.
    pub(crate) fn without_line(&mut self, id: &str) -> Result<()> {
        let end = Instant::now() + SOON;
        while self.snapshot()?.line(id).is_some() {
            ensure!(Instant::now() < end, "{id} is still there");
            thread::sleep(Duration::from_millis(20));
        }
        Ok(())
    }

    pub(crate) fn config_path(&self) -> PathBuf {
        self.engine.directory().join("config.toml")
    }

    pub(crate) fn config(&self) -> Result<String> {
        Ok(fs::read_to_string(self.config_path())?)
    }

    pub(crate) fn mode(&self) -> Result<u32> {
        Ok(fs::metadata(self.config_path())?.permissions().mode() & 0o777)
    }

    /// What the keyring has for a user of the company, once it is that: a password that goes does so behind the reply.
    pub(crate) fn keyring_has(&self, user: &str, wanted: Option<&str>) -> Result<()> {
        let end = Instant::now() + SOON;
        loop {
            let there = self.keyring.lookup(&format!("sip:{user}@company.test"))?;
            if there.as_deref() == wanted {
                return Ok(());
            }
            ensure!(Instant::now() < end, "another password for {user}");
            thread::sleep(Duration::from_millis(50));
        }
    }

    /// Every file that the engine writes, and all that it says.
    pub(crate) fn all_that_is_written(&self) -> Result<String> {
        let mut text = self.engine.stdout()? + &self.engine.stderr()?;
        for entry in fs::read_dir(self.engine.state_dir())? {
            let path = entry?.path();
            if path.is_file() {
                text += &String::from_utf8_lossy(&fs::read(path)?);
            }
        }
        Ok(text + &self.config()?)
    }

    /// The SIP messages, as views get them.
    pub(crate) fn trace(&mut self) -> Result<String> {
        let reply = self.ask(Request::Trace)?;
        let Reply::Trace { entries } = reply else {
            bail!("no trace: {reply:?}")
        };
        Ok(format!("{entries:?}"))
    }
}

/// The keys that a refusal names.
pub(crate) fn keys(problems: &[ConfigProblem]) -> Vec<&str> {
    problems.iter().filter_map(|it| it.key.as_deref()).collect()
}

/// The place of a step.
pub(crate) fn place(steps: &[CheckStep], wanted: bellhop_control::protocol::Step) -> Result<usize> {
    let at = steps.iter().position(|step| step.step == wanted);
    at.with_context(|| format!("no {wanted:?} in {steps:?}"))
}
