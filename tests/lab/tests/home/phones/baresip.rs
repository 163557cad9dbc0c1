//! baresip, as Debian has it: over UDP, TCP and TLS.

use std::fs;

use anyhow::{Context, Result};
use bellhop_tests_lab::namespace::program;
use bellhop_tests_lab::peer;

use super::{Phone, Program, Socket, USER, folder};

/// Sound goes to a bridge that leads nowhere.
const CONFIG: &str = "\
sip_listen 0.0.0.0:0
sip_cafile @AUTHORITY@
audio_player aubridge,nowhere
audio_source aubridge,nowhere
audio_alert aubridge,nowhere
module_path @MODULES@
module g711.so
module aubridge.so
module_tmp uuid.so
module_tmp account.so
module_app menu.so
";
/// It refreshes at nine tenths of it.
const SECONDS: u32 = 8;

struct Baresip(Option<Program>, String);

pub(super) fn start(socket: &Socket<'_>) -> Result<Box<dyn Phone>> {
    let folder = folder()?;
    let modules = peer::baresip_modules().context("baresip has no modules here")?;
    let config = CONFIG
        .replace("@AUTHORITY@", &socket.authority.display().to_string())
        .replace("@MODULES@", &modules.display().to_string());
    fs::write(folder.path().join("config"), config)?;
    let (over, registrar) = (socket.over.name(), socket.over.at_home());
    let account = format!(
        "<sip:{USER}@home;transport={over}>;auth_user={USER};auth_pass={};outbound=\"sip:{registrar};transport={over}\";regint={SECONDS};mwi=no\n",
        socket.password
    );
    fs::write(folder.path().join("accounts"), account)?;
    let mut command = program("baresip")?;
    command.arg("-f").arg(folder.path());
    let program = Program::start(socket.host, folder, &mut command)?;
    Ok(Box::new(Baresip(Some(program), String::new())))
}

impl Phone for Baresip {
    fn is_registered(&mut self) -> Result<bool> {
        Ok(self.words().contains("200 OK () [1 binding]"))
    }

    fn refresh(&mut self) -> Result<()> {
        Ok(())
    }

    /// It does so when it ends.
    fn unregister(&mut self) -> Result<()> {
        self.1 = self.words();
        self.0 = None;
        Ok(())
    }

    fn words(&self) -> String {
        self.0
            .as_ref()
            .map_or_else(|| self.1.clone(), Program::output)
    }
}
