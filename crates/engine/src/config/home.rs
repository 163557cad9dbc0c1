//! What the config says of the home: registrar, networks, devices and groups.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use bellhop_control::config::{
    self as written, Digest, PasswordSource, Strategy, Written, WrittenDevice,
};
use bellhop_sip::Transport;
use bellhop_sip::digest::Algorithm;
use ipnet::IpNet;

use crate::secrets::Source;

/// The home, ready to run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct HomeSettings {
    pub(crate) enabled: bool,
    /// Of the devices' AORs; also the digest realm.
    pub(crate) domain: String,
    /// At loopback addresses.
    pub(crate) listen: Vec<ListenAt>,
    /// Strongest first; never empty.
    pub(crate) digest: Vec<Algorithm>,
    /// Seconds.
    pub(crate) min_expires: u32,
    /// Of one device.
    pub(crate) max_contacts: usize,
    /// Of one source; 0: no limit.
    pub(crate) requests_per_second: u32,
    /// The person's own; one made once where there is none.
    pub(crate) certificate: Option<CertificateFiles>,
    pub(crate) networks: Vec<HomeNetwork>,
    pub(crate) devices: Vec<DeviceSettings>,
    pub(crate) groups: Vec<GroupSettings>,
}

/// A listener.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct ListenAt {
    /// `Udp`, `Tcp`, `Tls`, `Ws` or `Wss`.
    pub(crate) transport: Transport,
    pub(crate) address: SocketAddr,
}

/// PEM files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CertificateFiles {
    pub(crate) chain: PathBuf,
    pub(crate) key: PathBuf,
}

/// A network that is home.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct HomeNetwork {
    pub(crate) gateway_mac: [u8; 6],
    pub(crate) subnet: IpNet,
    /// Ports at the address that this machine has there.
    pub(crate) listen: Vec<(Transport, u16)>,
}

/// A phone at home.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct DeviceSettings {
    pub(crate) name: String,
    /// User of its AOR, and whom it logs in as.
    pub(crate) extension: String,
    pub(crate) secret: Source,
    /// The one that it is held to.
    pub(crate) digest: Option<Algorithm>,
}

/// Several phones under one extension.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct GroupSettings {
    pub(crate) name: String,
    pub(crate) extension: String,
    /// Names of devices.
    pub(crate) members: Vec<String>,
    pub(crate) strategy: Strategy,
}

/// Under which user the keyring has a device's password.
pub(crate) fn keyring_user(device: &str) -> String {
    format!("device:{device}")
}

/// Paths are relative to `directory`.
pub(super) fn resolve(file: &Written, directory: &Path) -> HomeSettings {
    let home = &file.home;
    HomeSettings {
        enabled: home.enabled,
        domain: home.domain.clone(),
        listen: home
            .listen
            .iter()
            .map(|it| ListenAt {
                transport: transport(it.transport),
                address: it.address,
            })
            .collect(),
        digest: home.digest.iter().copied().map(algorithm).collect(),
        min_expires: home.min_expires,
        max_contacts: usize::try_from(home.max_contacts).unwrap_or(usize::MAX),
        requests_per_second: home.requests_per_second,
        certificate: home.certificate.as_ref().map(|it| CertificateFiles {
            chain: directory.join(&it.chain),
            key: directory.join(&it.key),
        }),
        networks: home
            .networks
            .iter()
            .map(|it| HomeNetwork {
                gateway_mac: it.gateway_mac,
                subnet: it.subnet,
                listen: it
                    .listen
                    .iter()
                    .map(|it| (transport(it.transport), it.port))
                    .collect(),
            })
            .collect(),
        devices: file
            .devices
            .iter()
            .map(|it| device(it, directory))
            .collect(),
        groups: file
            .groups
            .iter()
            .map(|it| GroupSettings {
                name: it.name.value.clone(),
                extension: it.extension.value.clone(),
                members: it.members.iter().map(|it| it.value.clone()).collect(),
                strategy: it.strategy,
            })
            .collect(),
    }
}

fn device(device: &WrittenDevice, directory: &Path) -> DeviceSettings {
    DeviceSettings {
        name: device.name.value.clone(),
        extension: device.extension.value.clone(),
        secret: match &device.password.value {
            PasswordSource::Keyring => Source::Keyring {
                user: keyring_user(&device.name),
            },
            PasswordSource::File(path) => Source::File(directory.join(path)),
            PasswordSource::Env(name) => Source::Env(name.clone()),
        },
        digest: device.digest.as_ref().map(|it| algorithm(it.value)),
    }
}

fn transport(written: written::Transport) -> Transport {
    match written {
        written::Transport::Udp => Transport::Udp,
        written::Transport::Tcp => Transport::Tcp,
        written::Transport::Tls => Transport::Tls,
        written::Transport::Ws => Transport::Ws,
        written::Transport::Wss => Transport::Wss,
    }
}

fn algorithm(digest: Digest) -> Algorithm {
    match digest {
        Digest::Sha256 => Algorithm::Sha256,
        Digest::Md5 => Algorithm::Md5,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(text: &str) -> HomeSettings {
        let written = Written::parse(text, "config.toml").unwrap();
        resolve(&written, Path::new("/etc/bellhop"))
    }

    #[test]
    fn without_a_word_it_is_off_and_on_loopback_only() {
        let home = load("");
        assert!(!home.enabled && home.devices.is_empty() && home.networks.is_empty());
        assert_eq!(home.domain, "home");
        let listen: Vec<_> = home
            .listen
            .iter()
            .map(|it| it.address.to_string())
            .collect();
        assert_eq!(listen, ["127.0.0.1:5070", "127.0.0.1:5070"]);
        assert_eq!(home.digest, [Algorithm::Sha256, Algorithm::Md5]);
        assert_eq!(
            (
                home.min_expires,
                home.max_contacts,
                home.requests_per_second
            ),
            (60, 10, 200)
        );
    }

    #[test]
    fn a_devices_password_is_in_the_keyring_under_its_name_or_in_a_file_beside_the_config() {
        let home = load(
            "[[device]]\nname = \"desk\"\nextension = \"101\"\n[[device]]\nname = \"tablet\"\nextension = \"102\"\npassword = { file = \"t\" }\ndigest = \"MD5\"\n",
        );
        let [desk, tablet] = home.devices.as_slice() else {
            panic!("two devices")
        };
        assert_eq!(
            desk.secret,
            Source::Keyring {
                user: "device:desk".into()
            }
        );
        assert_eq!(tablet.secret, Source::File("/etc/bellhop/t".into()));
        assert_eq!(
            (&desk.digest, &tablet.digest),
            (&None, &Some(Algorithm::Md5))
        );
    }
}
