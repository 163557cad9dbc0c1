//! Where phones of a home network can fetch their settings: a listener in each, for as long as the machine is there.

use std::net::SocketAddr;
use std::sync::Arc;

use super::listener::connections::{self, Connections};
use super::listener::entrance::Entrance;
use super::listener::{Kind, Place, Wanted};
use crate::provisioning::{Offers, Server, serve};

/// See the module. Who asks is bounded together with all other connections.
#[derive(Debug)]
pub(super) struct Provisioning {
    connections: Connections,
    offers: Arc<Offers>,
    open: Vec<Open>,
}

#[derive(Debug)]
struct Open {
    place: Place,
    server: Server,
    entrance: Entrance,
}

impl Provisioning {
    pub(super) fn new(connections: Connections, offers: Arc<Offers>) -> Provisioning {
        Provisioning {
            connections,
            offers,
            open: Vec::new(),
        }
    }

    /// Where they listen.
    pub(super) fn addresses(&self) -> Vec<SocketAddr> {
        self.open.iter().map(|it| it.entrance.local).collect()
    }

    /// One in each home network of these listeners, at a port of the system's choice. When a network is left nothing is on offer any more.
    pub(super) fn arrange(&mut self, wanted: &[Wanted]) {
        let wanted = at_home(wanted);
        let is_left = |it: &Open| wanted.iter().all(|(place, _)| it.place != *place);
        if self.open.iter().any(is_left) {
            self.offers.clear();
        }
        self.open
            .retain(|it| wanted.contains(&(it.place.clone(), it.server)));
        for (place, server) in wanted {
            if self.open.iter().any(|it| it.place == place) {
                continue;
            }
            match self.entrance(&place, server) {
                Ok(entrance) => self.open.push(Open {
                    place,
                    server,
                    entrance,
                }),
                Err(error) => tracing::debug!(%error, "no settings can be fetched"),
            }
        }
    }

    fn entrance(&self, place: &Place, server: Server) -> std::io::Result<Entrance> {
        let offers = Arc::clone(&self.offers);
        let serve = move |stream, _, mut place: connections::Place| {
            let offers = Arc::clone(&offers);
            async move {
                tokio::select! {
                    biased;
                    _ = place.ended.changed() => {}
                    () = serve(stream, &offers, server) => {}
                }
            }
        };
        Entrance::open(place, &self.connections, serve)
    }
}

/// Where settings can be fetched, and the server that they name: the plainest one of the place, which comes first.
fn at_home(wanted: &[Wanted]) -> Vec<(Place, Server)> {
    let mut places: Vec<(Place, Server)> = Vec::new();
    let at_home = wanted.iter().filter(|it| it.place.link.is_some());
    // What settings can name.
    for it in at_home.filter(|it| !matches!(it.kind, Kind::Ws | Kind::Wss)) {
        let place = Place {
            address: SocketAddr::new(it.place.address.ip(), 0),
            link: it.place.link.clone(),
        };
        if places.iter().all(|(known, _)| *known != place) {
            let server = Server {
                transport: it.kind.transport(),
                address: it.place.address,
            };
            places.push((place, server));
        }
    }
    places
}

#[cfg(test)]
#[cfg(target_os = "linux")]
mod tests {
    use std::net::IpAddr;
    use std::time::{Duration, Instant};

    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::{TcpSocket, TcpStream};
    use tokio::time::timeout;

    use super::*;
    use crate::home::listener::Link;
    use crate::provisioning::Offer;

    const PHONE: &str = "127.0.0.2";

    /// A home of which only the phone's address is.
    fn home() -> (Provisioning, Arc<Offers>, Connections) {
        let offers = Arc::new(Offers::default());
        offers.put(Instant::now(), "t0ken", Offer::of_a_desk());
        let connections = Connections::with_room_for(64);
        let mut provisioning = Provisioning::new(connections.clone(), Arc::clone(&offers));
        let link = Link {
            interface: "lo".into(),
            index: 1,
            subnet: format!("{PHONE}/32").parse().unwrap(),
        };
        provisioning.arrange(&[Wanted {
            kind: Kind::Udp,
            place: Place {
                address: "127.0.0.1:5070".parse().unwrap(),
                link: Some(link),
            },
        }]);
        (provisioning, offers, connections)
    }

    async fn connect(provisioning: &Provisioning, from: &str) -> TcpStream {
        let socket = TcpSocket::new_v4().unwrap();
        let from: IpAddr = from.parse().unwrap();
        socket.bind((from, 0).into()).unwrap();
        let to = provisioning.addresses()[0];
        socket.connect(to).await.unwrap()
    }

    async fn asked(provisioning: &Provisioning, from: &str) -> String {
        let mut stream = connect(provisioning, from).await;
        let _ = stream
            .write_all(b"GET /provisioning/t0ken HTTP/1.1\r\nHost: x\r\n\r\n")
            .await;
        let mut answer = String::new();
        let read = stream.read_to_string(&mut answer);
        let _ = timeout(Duration::from_secs(5), read).await.expect("an end");
        answer
    }

    #[tokio::test]
    async fn who_is_not_of_the_network_or_banned_is_told_nothing() {
        let (provisioning, _, connections) = home();
        assert_eq!(asked(&provisioning, "127.0.0.1").await, "");
        let phone = PHONE.parse().unwrap();
        connections.ban(phone);
        assert_eq!(asked(&provisioning, PHONE).await, "");
        connections.free(phone);
        let answer = asked(&provisioning, PHONE).await;
        assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    }

    #[tokio::test]
    async fn connections_that_say_nothing_keep_nobody_out() {
        let (provisioning, ..) = home();
        let mut silent = Vec::new();
        for _ in 0..100 {
            silent.push(connect(&provisioning, PHONE).await);
        }
        let answer = asked(&provisioning, PHONE).await;
        assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    }

    #[tokio::test]
    async fn away_from_home_nothing_is_on_offer() {
        let (mut provisioning, offers, _) = home();
        provisioning.arrange(&[]);
        assert_eq!(provisioning.addresses(), []);
        assert!(offers.take(Instant::now(), "t0ken").is_none());
    }
}
