use std::time::SystemTime;

use bellhop_registrar::{Account, Answer, Arrival, Registrar, RegistrarConfig};
use bellhop_sip::Message;
use md5::{Digest as _, Md5};
use rand::SeedableRng as _;

use super::*;

const PHONE: &str = "192.0.2.7:5060";

/// The binding of a phone that may be behind a NAT.
fn registrar(now: Instant) -> Registrar {
    let accounts = vec![Account::new("101", "secret")];
    let mut registrar = Registrar::new(RegistrarConfig::new("home", accounts), [7; 32]);
    let challenge = register(&mut registrar, now, 1, "");
    let challenge = String::from_utf8(challenge.response.to_vec()).unwrap();
    let challenge = challenge.lines().find(|it| it.contains("MD5")).unwrap();
    let nonce = challenge.split("nonce=\"").nth(1).unwrap();
    let nonce = nonce.split('"').next().unwrap();
    let (ha1, ha2) = (md5("101:home:secret"), md5("REGISTER:sip:home"));
    let response = md5(&format!("{ha1}:{nonce}:00000001:c:auth:{ha2}"));
    let credentials = format!(
        "Authorization: Digest username=\"101\", realm=\"home\", nonce=\"{nonce}\", uri=\"sip:home\", response=\"{response}\", algorithm=MD5, qop=auth, nc=00000001, cnonce=\"c\"\r\n"
    );
    let answer = register(&mut registrar, now, 2, &credentials);
    assert_eq!(answer.status, 200);
    registrar
}

fn register(registrar: &mut Registrar, now: Instant, cseq: u32, credentials: &str) -> Answer {
    let text = format!(
        "REGISTER sip:home SIP/2.0\r\nVia: SIP/2.0/UDP h;branch=z9hG4bK{cseq}\r\nFrom: <sip:101@home>;tag=1\r\nTo: <sip:101@home>\r\n\
         Call-ID: x\r\nCSeq: {cseq} REGISTER\r\nContact: <sip:101@{PHONE}>\r\n{credentials}\r\n"
    );
    let Ok(Message::Request(request)) = Message::parse_datagram(text.into()) else {
        panic!("no request")
    };
    let arrival = Arrival::udp(PHONE.parse().unwrap());
    registrar.handle_request(now, SystemTime::now(), &arrival, &request)
}

fn md5(text: &str) -> String {
    let digest = Md5::digest(text.as_bytes());
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn answer(ask: &Ask) -> Response {
    let branch = ask.branch;
    let text = format!(
        "SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP h;branch={COOKIE}{branch:016x}\r\nFrom: <sip:home>;tag=1\r\nTo: <sip:101@home>;tag=2\r\n\
         Call-ID: x\r\nCSeq: 1 OPTIONS\r\n\r\n"
    );
    match Message::parse_datagram(text.into()) {
        Ok(Message::Response(response)) => response,
        other => panic!("{other:?}"),
    }
}

/// A phone that has answered once, and what it came to until ten minutes later.
fn ten_minutes(mut not_answered: impl FnMut(&mut KeepAlive, Instant, &Ask)) -> Vec<Qualified> {
    let now = Instant::now();
    let registrar = registrar(now);
    let mut keep_alive = KeepAlive::new(ChaCha20Rng::from_seed([7; 32]));
    let bindings = registrar.bindings("101");
    keep_alive.handle_bindings(now, &"101".into(), bindings, None);
    let first = keep_alive.poll_timeout().unwrap();
    let (asks, _) = keep_alive.handle_timeout(first);
    let source = PHONE.parse().unwrap();
    let answered = keep_alive.handle_response(first, source, &answer(&asks[0]));
    assert!(matches!(
        answered.unwrap().qualified,
        Qualified::Reachable { .. }
    ));
    let mut all = Vec::new();
    while let Some(at) = keep_alive.poll_timeout() {
        if at > now + Duration::from_secs(600) {
            break;
        }
        let (asks, outcomes) = keep_alive.handle_timeout(at);
        all.extend(outcomes.into_iter().map(|it| it.qualified));
        for ask in &asks {
            not_answered(&mut keep_alive, at, ask);
        }
    }
    all
}

#[test]
fn who_answered_once_and_no_more_is_unreachable() {
    let came_to = ten_minutes(|_, _, _| {});
    assert_eq!(came_to, [Qualified::Unreachable]);
}

#[test]
fn who_could_not_be_asked_is_what_it_was() {
    let mut asked = 0;
    let came_to = ten_minutes(|keep_alive, now, ask| {
        asked += 1;
        keep_alive.handle_unasked(now, ask);
    });
    assert_eq!(came_to, []);
    assert!((20..25).contains(&asked), "{asked}");
}

#[test]
fn who_is_refreshed_by_another_listener_is_asked_from_there() {
    let now = Instant::now();
    let registrar = registrar(now);
    let mut keep_alive = KeepAlive::new(ChaCha20Rng::from_seed([7; 32]));
    let (one, two) = ("192.0.2.1:5070", "192.0.2.1:5080");
    let (one, two) = (one.parse().ok(), two.parse().ok());
    let bindings = registrar.bindings("101");
    keep_alive.handle_bindings(now, &"101".into(), bindings, one);
    let binding = registrar.bindings("101").next().unwrap().key();
    // The last is one of a listener that is not known, which says nothing.
    for (local, asked_from) in [(one, one), (two, two), (None, two)] {
        keep_alive.handle_refresh(binding, local);
        let at = keep_alive.poll_timeout().unwrap();
        let (asks, _) = keep_alive.handle_timeout(at);
        assert_eq!(asks[0].local, asked_from);
    }
}
