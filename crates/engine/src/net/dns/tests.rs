use std::collections::HashMap;
use std::net::UdpSocket;
use std::str::FromStr;

use hickory_resolver::config::{ConnectionConfig, NameServerConfig};
use hickory_resolver::proto::op::{Message, OpCode, ResponseCode};
use hickory_resolver::proto::rr::rdata::{A, NAPTR, SRV};
use hickory_resolver::proto::rr::{Name, Record};

use super::*;

#[derive(Default)]
struct Table {
    naptr: HashMap<&'static str, Vec<Naptr>>,
    srv: HashMap<&'static str, Vec<Srv>>,
    addresses: HashMap<&'static str, Vec<IpAddr>>,
}

impl Records for Table {
    async fn naptr(&self, name: &str) -> Result<Vec<Naptr>, String> {
        self.naptr
            .get(name)
            .cloned()
            .ok_or_else(|| "refused".into())
    }
    async fn srv(&self, name: &str) -> Result<Vec<Srv>, String> {
        Ok(self.srv.get(name).cloned().unwrap_or_default())
    }
    async fn addresses(&self, name: &str) -> Result<Vec<IpAddr>, String> {
        Ok(self.addresses.get(name).cloned().unwrap_or_default())
    }
}

fn ip(text: &str) -> IpAddr {
    text.parse().unwrap()
}

fn service(domain: &str) -> Target {
    Target::Service {
        domain: domain.into(),
        naptr: true,
    }
}

fn resolved(target: &Target, table: &Table) -> Result<Vec<String>, String> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .unwrap();
    runtime
        .block_on(resolve(target, table, 1))
        .map(|all| all.iter().map(ToString::to_string).collect())
}

#[test]
fn naptr_leads_to_srv_and_srv_to_addresses_with_its_port() {
    let mut table = Table::default();
    table.naptr.insert(
        "example.com",
        vec![Naptr {
            order: 1,
            preference: 1,
            flags: "S".into(),
            service: "SIP+D2U".into(),
            replacement: "_sip._udp.voice.example.com".into(),
        }],
    );
    let srv = |priority, port, target: &str| Srv {
        priority,
        weight: 0,
        port,
        target: target.into(),
    };
    table.srv.insert(
        "_sip._udp.voice.example.com",
        vec![
            srv(20, 5062, "two.example.com"),
            srv(10, 5061, "one.example.com"),
        ],
    );
    table
        .addresses
        .insert("one.example.com", vec![ip("192.0.2.1"), ip("2001:db8::1")]);
    table
        .addresses
        .insert("two.example.com", vec![ip("192.0.2.2")]);
    assert_eq!(
        resolved(&service("example.com"), &table).unwrap(),
        ["192.0.2.1:5061", "[2001:db8::1]:5061", "192.0.2.2:5062"]
    );
}

#[test]
fn without_naptr_and_srv_the_domain_itself_answers_at_5060() {
    let mut table = Table::default();
    table.addresses.insert("example.com", vec![ip("192.0.2.3")]);
    assert_eq!(
        resolved(&service("example.com"), &table).unwrap(),
        ["192.0.2.3:5060"]
    );
}

#[test]
fn a_service_that_says_it_is_not_there_falls_back_to_the_domain() {
    let mut table = Table::default();
    table.srv.insert(
        "_sip._udp.example.com",
        vec![Srv {
            priority: 0,
            weight: 0,
            port: 0,
            target: ".".into(),
        }],
    );
    table.addresses.insert("example.com", vec![ip("192.0.2.3")]);
    assert_eq!(
        resolved(&service("example.com"), &table).unwrap(),
        ["192.0.2.3:5060"]
    );
}

#[test]
fn an_unknown_name_is_told_as_such_and_localhost_is_never_asked_for() {
    assert_eq!(
        resolved(&service("nowhere.example"), &Table::default()),
        Err("no such name".into())
    );
    assert_eq!(
        resolved(
            &Target::Host {
                name: "LOCALHOST".into(),
                port: 5070
            },
            &Table::default()
        )
        .unwrap(),
        ["127.0.0.1:5070", "[::1]:5070"]
    );
}

#[tokio::test]
async fn a_real_name_server_is_asked_for_naptr_srv_and_addresses() {
    let dns = name_server(|name, kind| {
        let target = |text: &str| Name::from_str(text).unwrap();
        match (name, kind) {
            ("example.com.", RecordType::NAPTR) => vec![RData::NAPTR(NAPTR::new(
                1,
                1,
                b"s".to_vec().into(),
                b"SIP+D2U".to_vec().into(),
                Vec::new().into(),
                target("_sip._udp.voice.example.com."),
            ))],
            ("_sip._udp.voice.example.com.", RecordType::SRV) => {
                vec![RData::SRV(SRV::new(
                    10,
                    0,
                    5070,
                    target("pbx.example.com."),
                ))]
            }
            ("pbx.example.com.", RecordType::A) => vec![RData::A(A::new(192, 0, 2, 7))],
            _ => Vec::new(),
        }
    });
    assert_eq!(
        resolve(&service("example.com"), &dns, 1).await,
        Ok(vec!["192.0.2.7:5070".parse().unwrap()])
    );
    assert_eq!(
        resolve(&service("nowhere.example"), &dns, 1).await,
        Err("no such name".into())
    );
}

#[tokio::test]
async fn a_silent_name_server_is_told_within_the_limit() {
    let silent = UdpSocket::bind("127.0.0.1:0").unwrap();
    let dns = resolver_at(silent.local_addr().unwrap());
    let begun = std::time::Instant::now();
    let why = resolve(
        &Target::Host {
            name: "pbx.example.com".into(),
            port: 5060,
        },
        &dns,
        1,
    )
    .await
    .unwrap_err();
    assert!(why.contains("answer"), "{why}");
    assert!(begun.elapsed() < LIMIT + Duration::from_secs(1));
}

/// A name server on loopback that knows what `zone` says, and a resolver that asks it.
fn name_server(zone: fn(&str, RecordType) -> Vec<RData>) -> Dns {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    let address = socket.local_addr().unwrap();
    std::thread::spawn(move || {
        let mut buffer = [0; 4096];
        while let Ok((length, from)) = socket.recv_from(&mut buffer) {
            let question = Message::from_vec(&buffer[..length]).unwrap();
            let query = question.queries[0].clone();
            let mut answer = Message::response(question.metadata.id, OpCode::Query);
            let found = zone(&query.name().to_string().to_lowercase(), query.query_type());
            answer.metadata.response_code = if found.is_empty() {
                ResponseCode::NXDomain
            } else {
                ResponseCode::NoError
            };
            answer.add_answers(
                found
                    .into_iter()
                    .map(|data| Record::from_rdata(query.name().clone(), 60, data)),
            );
            answer.queries.push(query);
            socket.send_to(&answer.to_vec().unwrap(), from).unwrap();
        }
    });
    resolver_at(address)
}

fn resolver_at(address: SocketAddr) -> Dns {
    let mut connection = ConnectionConfig::udp();
    connection.port = address.port();
    let mut server = NameServerConfig::udp(address.ip());
    server.connections = vec![connection];
    Dns::new(
        ResolverConfig::from_parts(None, Vec::new(), vec![server]),
        ResolverOpts::default(),
    )
    .unwrap()
}
