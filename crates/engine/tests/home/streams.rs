//! TCP and TLS.

use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore, crypto::ring};

use crate::desk::{Desk, free_port};
use crate::phone::{Phone, options, response};

/// One whole message without a body.
async fn message(stream: &mut (impl AsyncRead + Unpin)) -> Vec<u8> {
    let mut bytes = Vec::new();
    while !bytes.ends_with(b"\r\n\r\n") {
        let byte = timeout(Duration::from_secs(5), stream.read_u8());
        bytes.push(byte.await.expect("an answer").expect("no end"));
    }
    bytes
}

/// A client that trusts the home's certificate.
fn trusting(desk: &Desk) -> TlsConnector {
    let pem = std::fs::read(desk.directory.path().join("state/home-tls.pem")).unwrap();
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(&pem) {
        roots.add(certificate.unwrap()).unwrap();
    }
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    TlsConnector::from(Arc::new(config))
}

async fn registers(stream: &mut (impl AsyncRead + AsyncWrite + Unpin), phone: &mut Phone) {
    for wanted in [401, 200] {
        stream
            .write_all(phone.register(600).as_bytes())
            .await
            .unwrap();
        let answer = message(stream).await;
        assert_eq!(phone.hear(&answer), wanted);
    }
}

#[tokio::test]
async fn a_binding_dies_with_its_connection() {
    let port = free_port();
    let mut desk = Desk::listening(&[format!("tcp:127.0.0.1:{port}")]).await;
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    let local = stream.local_addr().unwrap();
    let mut phone = Phone::new("TCP", &format!("sip:101@{local};transport=tcp"));
    registers(&mut stream, &mut phone).await;
    let seen = desk.phone_where(|it| it.online).await;
    assert_eq!(seen.contacts[0].transport, "tcp");
    drop(stream);
    desk.phone_where(|it| !it.online).await;
    desk.stop().await;
}

#[tokio::test]
async fn pings_are_answered_and_messages_are_cut_out_of_the_stream() {
    let port = free_port();
    let desk = Desk::listening(&[format!("tcp:127.0.0.1:{port}")]).await;
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    stream.write_all(b"\r\n\r\n").await.unwrap();
    let mut pong = [0; 2];
    stream.read_exact(&mut pong).await.unwrap();
    assert_eq!(&pong, b"\r\n");
    let text = options("TCP");
    let (first, rest) = text.split_at(40);
    stream
        .write_all(format!("{text}{first}").as_bytes())
        .await
        .unwrap();
    assert_eq!(response(&message(&mut stream).await).status.code(), 200);
    stream.write_all(rest.as_bytes()).await.unwrap();
    assert_eq!(response(&message(&mut stream).await).status.code(), 200);
    stream
        .write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        .await
        .unwrap();
    let end = timeout(Duration::from_secs(5), stream.read(&mut pong))
        .await
        .unwrap();
    assert!(
        matches!(end, Ok(0) | Err(_)),
        "what can't be followed is closed"
    );
    desk.stop().await;
}

#[tokio::test]
async fn requests_that_come_all_at_once_are_all_answered() {
    let port = free_port();
    let desk = Desk::listening(&[format!("tcp:127.0.0.1:{port}")]).await;
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    let many = 500;
    stream
        .write_all(options("TCP").repeat(many).as_bytes())
        .await
        .unwrap();
    for _ in 0..many {
        assert_eq!(response(&message(&mut stream).await).status.code(), 200);
    }
    desk.stop().await;
}

#[tokio::test]
async fn answers_that_the_store_lets_go_together_all_leave() {
    let port = free_port();
    let mut desk = Desk::listening(&[format!("tcp:127.0.0.1:{port}")]).await;
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    let mut phone = Phone::new("TCP", "sip:101@127.0.0.1:5060;transport=tcp");
    registers(&mut stream, &mut phone).await;
    // Each waits for a commit.
    let many: String = (0..100)
        .map(|number| phone.register(number % 2 * 600))
        .collect();
    stream.write_all(many.as_bytes()).await.unwrap();
    for _ in 0..100 {
        assert_eq!(phone.hear(&message(&mut stream).await), 200);
    }
    desk.phone_where(|it| it.online).await;
    desk.stop().await;
}

#[tokio::test]
async fn whoever_asks_and_takes_no_answer_is_ended() {
    let port = free_port();
    let desk = Desk::listening(&[format!("tcp:127.0.0.1:{port}")]).await;
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    let begun = std::time::Instant::now();
    let text = options("TCP").repeat(100);
    let sending = async { while stream.write_all(text.as_bytes()).await.is_ok() {} };
    timeout(Duration::from_secs(40), sending)
        .await
        .expect("an end");
    println!("ended after {:?}", begun.elapsed());
    desk.stop().await;
}

#[tokio::test]
async fn a_phone_registers_over_tls_with_the_certificate_that_the_home_made() {
    let port = free_port();
    let mut desk = Desk::listening(&[format!("tls:127.0.0.1:{port}")]).await;
    let connector = trusting(&desk);
    for name in ["home", "localhost", "127.0.0.1"] {
        let stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
        let name = ServerName::try_from(name).unwrap();
        let mut stream = connector.connect(name, stream).await.unwrap();
        let mut phone = Phone::new("TLS", "sip:101@127.0.0.1:5061;transport=tls");
        registers(&mut stream, &mut phone).await;
        let seen = desk.phone_where(|it| it.online).await;
        assert_eq!(seen.contacts[0].transport, "tls");
        drop(stream);
        desk.phone_where(|it| !it.online).await;
    }
    desk.stop().await;
}

#[tokio::test]
async fn a_message_that_does_not_end_is_waited_for_ten_seconds() {
    let port = free_port();
    let desk = Desk::listening(&[format!("tcp:127.0.0.1:{port}")]).await;
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    let begun = std::time::Instant::now();
    let mut byte = [0];
    // A byte a second buys no time.
    for piece in options("TCP").as_bytes().chunks(1) {
        if stream.write_all(piece).await.is_err() {
            break;
        }
        let end = timeout(Duration::from_secs(1), stream.read(&mut byte));
        if matches!(end.await, Ok(Ok(0) | Err(_))) {
            break;
        }
    }
    let took = begun.elapsed();
    assert!((9..15).contains(&took.as_secs()), "{took:?}");
    desk.stop().await;
}

#[tokio::test]
async fn another_certificate_and_another_domain_close_no_connection() {
    let (port, second) = (free_port(), free_port());
    let tls = format!("tls:127.0.0.1:{port}");
    let mut desk = Desk::listening(std::slice::from_ref(&tls)).await;
    let name = ServerName::try_from("127.0.0.1").unwrap();
    let stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    let mut stream = trusting(&desk).connect(name, stream).await.unwrap();
    let mut phone = Phone::new("TLS", "sip:101@127.0.0.1:5061;transport=tls");
    registers(&mut stream, &mut phone).await;
    let other = format!("tls:127.0.0.2:{second}");
    desk.edit(
        &format!("listen = [\"{tls}\"]"),
        &format!("domain = \"casa\"\nlisten = [\"{tls}\", \"{other}\"]"),
    );
    let home = desk.home_where(|it| it.listening.len() == 2).await;
    assert_eq!(home.problems, []);
    stream.write_all(options("TLS").as_bytes()).await.unwrap();
    message(&mut stream).await;
    for name in ["casa", "127.0.0.2"] {
        let name = ServerName::try_from(name).unwrap();
        let again = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
        trusting(&desk).connect(name, again).await.unwrap();
    }
    desk.stop().await;
}

#[tokio::test]
async fn a_port_that_changes_its_transport_is_open_again_at_once() {
    let port = free_port();
    let mut desk = Desk::listening(&[format!("tcp:127.0.0.1:{port}")]).await;
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    stream.write_all(options("TCP").as_bytes()).await.unwrap();
    message(&mut stream).await;
    desk.edit("\"tcp:", "\"ws:");
    let open = [format!("ws:127.0.0.1:{port}")];
    let before = [format!("tcp:127.0.0.1:{port}")];
    let home = desk.home_where(|it| it.listening != before).await;
    assert_eq!(
        (&home.listening[..], &home.problems[..]),
        (&open[..], &[][..])
    );
    desk.stop().await;
}
