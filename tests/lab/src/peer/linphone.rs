//! `linphone-daemon`: a configuration file, and `--pipe`, without which it wants a person at its standard input.

use std::fs;
use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;

use anyhow::Result;

use crate::company::{DOMAIN, USER};

const CONFIG: &str = "\
[sip]
default_proxy=0
sip_port=-1
sip_tcp_port=0
sip_tls_port=0
use_ipv6=0

[proxy_0]
reg_proxy=<sip:@REGISTRAR@;transport=udp>
reg_route=<sip:@REGISTRAR@;transport=udp;lr>
reg_identity=sip:@USER@@@DOMAIN@
reg_expires=3600
reg_sendregister=1
publish=0

[auth_info_0]
username=@USER@
passwd=@PASSWORD@
realm=@DOMAIN@
domain=@DOMAIN@
";

pub(super) fn set_up(
    command: &mut Command,
    folder: &Path,
    registrar: SocketAddr,
    password: &str,
) -> Result<()> {
    // Without the places for its databases it does nothing at all, and it does not make them.
    for place in [".local/share/linphone", ".config/linphone"] {
        fs::create_dir_all(folder.join(place))?;
    }
    // It puts `/tmp/` before the name.
    let pipe = format!("..{}", folder.join("pipe").display());
    let config = folder.join("linphonerc");
    fs::write(
        &config,
        CONFIG
            .replace("@REGISTRAR@", &registrar.to_string())
            .replace("@USER@", USER)
            .replace("@DOMAIN@", DOMAIN)
            .replace("@PASSWORD@", password),
    )?;
    command.arg("--config").arg(config).args(["--pipe", &pipe]);
    Ok(())
}
