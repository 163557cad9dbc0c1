//! Who has a port that we want.

use std::net::SocketAddr;

use super::Kind;

/// The program that holds the port, as far as this system tells and we may look: its name and process number.
#[cfg(target_os = "linux")]
pub(crate) fn of(kind: Kind, address: SocketAddr) -> Option<(String, u32)> {
    let protocol = if kind == Kind::Udp { "udp" } else { "tcp" };
    // A socket of IPv6 may hold the port of both.
    let inodes: Vec<String> = [protocol.to_owned(), format!("{protocol}6")]
        .iter()
        .filter_map(|table| std::fs::read_to_string(format!("/proc/net/{table}")).ok())
        .flat_map(|table| inodes_in(&table, kind, address.port()))
        .map(|inode| format!("socket:[{inode}]"))
        .collect();
    if inodes.is_empty() {
        return None;
    }
    for process in std::fs::read_dir("/proc").ok()?.flatten() {
        let Some(pid) = process.file_name().to_str().and_then(|it| it.parse().ok()) else {
            continue;
        };
        let Ok(files) = std::fs::read_dir(process.path().join("fd")) else {
            continue;
        };
        let holds = files.flatten().any(|file| {
            std::fs::read_link(file.path())
                .is_ok_and(|it| inodes.iter().any(|inode| it.as_os_str() == inode.as_str()))
        });
        if holds {
            let name = std::fs::read_to_string(process.path().join("comm")).ok()?;
            return Some((name.trim().to_owned(), pid));
        }
    }
    None
}

/// The system has no simple answer.
#[cfg(not(target_os = "linux"))]
pub(crate) fn of(_: Kind, _: SocketAddr) -> Option<(String, u32)> {
    None
}

/// Of the table's sockets at that port, listening ones if they are of TCP (proc_pid_net(5)).
#[cfg(target_os = "linux")]
fn inodes_in(table: &str, kind: Kind, port: u16) -> Vec<u64> {
    const LISTENING: &str = "0A";
    table
        .lines()
        .skip(1)
        .filter_map(|line| {
            let mut fields = line.split_ascii_whitespace();
            let local = fields.nth(1)?;
            let state = fields.nth(1)?;
            let inode = fields.nth(5)?;
            let at = u16::from_str_radix(local.rsplit(':').next()?, 16).ok()?;
            let is_it = at == port && (kind == Kind::Udp || state == LISTENING);
            is_it.then(|| inode.parse().ok())?
        })
        .collect()
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn the_holder_of_a_port_is_named() {
        let udp = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
        let tcp = std::net::TcpListener::bind("[::1]:0").unwrap();
        let me = std::process::id();
        let (_, pid) = of(Kind::Udp, udp.local_addr().unwrap()).unwrap();
        assert_eq!(pid, me);
        let (_, pid) = of(Kind::Tls, tcp.local_addr().unwrap()).unwrap();
        assert_eq!(pid, me);
    }

    #[test]
    fn a_free_port_has_no_holder() {
        let free = std::net::UdpSocket::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap();
        assert_eq!(of(Kind::Udp, free), None);
    }
}
