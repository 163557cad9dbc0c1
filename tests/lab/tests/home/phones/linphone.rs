//! `linphone-daemon`, the phone of liblinphone without a window: over UDP, TCP and TLS. It is asked over a socket in the file system.

use std::fs;
use std::io::{Read as _, Write as _};
use std::os::unix::net::UnixStream;
use std::time::Duration;

use anyhow::{Result, ensure};
use bellhop_tests_lab::namespace::program;

use super::{Phone, Program, Socket, USER, folder};

/// The authority is checked over TLS; the name is not, since its library finds no addresses in certificates.
const CONFIG: &str = "\
[sip]
default_proxy=0
sip_port=-1
sip_tcp_port=-1
sip_tls_port=-1
use_ipv6=0
root_ca=@AUTHORITY@
verify_server_certs=1
verify_server_cn=0

[proxy_0]
reg_proxy=<sip:@REGISTRAR@;transport=@OVER@>
reg_route=<sip:@REGISTRAR@;transport=@OVER@;lr>
reg_identity=sip:@USER@@home
reg_expires=8
reg_sendregister=1
publish=0

[auth_info_0]
username=@USER@
passwd=@PASSWORD@
realm=home
domain=home
";

struct Linphone(Program);

pub(super) fn start(socket: &Socket<'_>) -> Result<Box<dyn Phone>> {
    let folder = folder()?;
    // Without the places for its databases it does nothing at all, and it does not make them.
    for place in [".local/share/linphone", ".config/linphone"] {
        fs::create_dir_all(folder.path().join(place))?;
    }
    let config = CONFIG
        .replace("@AUTHORITY@", &socket.authority.display().to_string())
        .replace("@REGISTRAR@", &socket.over.at_home().to_string())
        .replace("@OVER@", socket.over.name())
        .replace("@USER@", USER)
        .replace("@PASSWORD@", socket.password);
    let file = folder.path().join("linphonerc");
    fs::write(&file, config)?;
    // It puts `/tmp/` before the name.
    let pipe = format!("..{}", folder.path().join("pipe").display());
    let mut command = program("linphone-daemon")?;
    command.arg("--config").arg(file).args(["--pipe", &pipe]);
    let program = Program::start(socket.host, folder, &mut command)?;
    Ok(Box::new(Linphone(program)))
}

impl Linphone {
    fn ask(&self, words: &str) -> Result<String> {
        let mut pipe = UnixStream::connect(self.0.folder.path().join("pipe"))?;
        pipe.set_read_timeout(Some(Duration::from_secs(10)))?;
        pipe.write_all(format!("{words}\n").as_bytes())?;
        let mut buffer = [0; 4096];
        let length = pipe.read(&mut buffer)?;
        Ok(String::from_utf8_lossy(buffer.get(..length).unwrap_or_default()).into_owned())
    }
}

impl Phone for Linphone {
    fn is_registered(&mut self) -> Result<bool> {
        Ok(self
            .ask("register-status ALL")?
            .contains("State: LinphoneRegistrationOk"))
    }

    fn refresh(&mut self) -> Result<()> {
        Ok(())
    }

    fn unregister(&mut self) -> Result<()> {
        let told = self.ask("unregister 1")?;
        ensure!(told.contains("Status: Ok"), "{told}");
        Ok(())
    }

    fn words(&self) -> String {
        self.0.output()
    }
}
