//! Where packets can leave: the machine's networks, or a script's for a demo without namespaces.

use std::io::{self, BufRead};
use std::net::IpAddr;
use std::thread;
use std::time::Duration;

use bellhop_netwatch::{Interface, InterfaceKind, Networks, Path, Watch};
use tokio::sync::mpsc;

/// Where the engine takes its networks from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum NetworkSource {
    /// The machine's own.
    #[default]
    Machine,
    /// For the demo on machines without namespaces: one local address a line on stdin, each the machine's only one from then on; an empty
    /// line is no network.
    Scripted,
}

/// After the watch failed it is asked again so much later.
const PAUSE_AFTER_ERROR: Duration = Duration::from_secs(1);

/// The watch over either.
#[derive(Debug)]
pub(crate) enum Source {
    Machine(Box<Watch>),
    Scripted {
        local: Option<IpAddr>,
        networks: Networks,
        lines: mpsc::UnboundedReceiver<Option<IpAddr>>,
    },
}

impl Source {
    /// Starts watching.
    ///
    /// # Errors
    /// The system does not let us ask.
    pub(crate) async fn open(source: NetworkSource) -> io::Result<Source> {
        match source {
            NetworkSource::Machine => Watch::new().await.map(Box::new).map(Source::Machine),
            NetworkSource::Scripted => {
                let (sender, lines) = mpsc::unbounded_channel();
                thread::Builder::new()
                    .name("script".into())
                    .spawn(move || {
                        for line in io::stdin().lock().lines().map_while(Result::ok) {
                            if sender.send(line.trim().parse().ok()).is_err() {
                                break;
                            }
                        }
                    })?;
                Ok(Source::Scripted {
                    local: None,
                    networks: Networks::default(),
                    lines,
                })
            }
        }
    }

    /// Resolves when they differ from before. Cancel-safe.
    pub(crate) async fn changed(&mut self) {
        match self {
            Source::Machine(watch) => {
                if let Err(error) = watch.changed().await {
                    tracing::warn!(%error, "the networks could not be asked for");
                    tokio::time::sleep(PAUSE_AFTER_ERROR).await;
                }
            }
            Source::Scripted {
                local,
                networks,
                lines,
            } => match lines.recv().await {
                Some(address) => {
                    *local = address;
                    *networks = scripted(address);
                }
                // The script ended; what it said last stays.
                None => std::future::pending().await,
            },
        }
    }

    /// The picture of now.
    pub(crate) fn networks(&self) -> &Networks {
        match self {
            Source::Machine(watch) => watch.networks(),
            Source::Scripted { networks, .. } => networks,
        }
    }

    /// The way to `remote`. An error of the system counts as none: the next change asks again.
    pub(crate) async fn path_to(&self, remote: IpAddr) -> Option<Path> {
        match self {
            Source::Machine(watch) => watch.path_to(remote).await.unwrap_or_else(|error| {
                tracing::warn!(%error, "the way to a registrar could not be asked for");
                None
            }),
            Source::Scripted { local, .. } => {
                let local = local.filter(|local| local.is_ipv4() == remote.is_ipv4())?;
                Some(Path {
                    interface: name_of(local),
                    index: 0,
                    local,
                    gateway: None,
                    carrier_changes: 0,
                })
            }
        }
    }
}

fn scripted(local: Option<IpAddr>) -> Networks {
    let interface = |local: IpAddr| Interface {
        name: name_of(local),
        kind: InterfaceKind::Loopback,
        addresses: vec![local.into()],
        carrier: true,
        default_route: true,
        ..Interface::default()
    };
    Networks {
        interfaces: local.map(interface).into_iter().collect(),
    }
}

fn name_of(local: IpAddr) -> String {
    format!("demo-{local}")
}
