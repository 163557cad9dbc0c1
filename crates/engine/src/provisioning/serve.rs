//! The answerer: HTTP/1.1 for one thing alone, slow and odd askers kept short.

use std::convert::Infallible;
use std::time::{Duration, Instant};

use bytes::Bytes;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::header::{ALLOW, CACHE_CONTROL, CONTENT_TYPE, HeaderValue, X_CONTENT_TYPE_OPTIONS};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpStream;

use super::document::{Server, document};
use super::offers::Offers;

/// Under which path the token is asked for.
pub(crate) const PATH: &str = "/provisioning/";

/// A phone asks at once and takes what it gets: after so long it is no phone.
const PATIENCE: Duration = Duration::from_secs(10);
/// Bytes that the head of a request may have.
const HEAD: usize = 8 * 1024;

/// Answers what comes on a connection with what is on offer. `sip` is where phones register in that network: the address of the connection stands in for theirs, since
/// that is where the phone is known to reach this machine.
pub(crate) async fn serve(stream: TcpStream, offers: &Offers, sip: Server) {
    let _ = tokio::time::timeout(PATIENCE, answer(stream, offers, sip)).await;
}

async fn answer(stream: TcpStream, offers: &Offers, mut sip: Server) {
    if let Ok(here) = stream.local_addr() {
        sip.address.set_ip(here.ip().to_canonical());
    }
    let service = service_fn(|request: Request<Incoming>| {
        let response = respond(&request, offers, sip);
        async move { Ok::<_, Infallible>(response) }
    });
    let served = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(PATIENCE)
        .keep_alive(false)
        .max_buf_size(HEAD)
        .serve_connection(TokioIo::new(stream), service)
        .await;
    if let Err(error) = served {
        tracing::debug!(%error, "a connection for settings ended early");
    }
}

fn respond(request: &Request<Incoming>, offers: &Offers, sip: Server) -> Response<Full<Bytes>> {
    if request.method() != Method::GET {
        let mut refused = plain(StatusCode::METHOD_NOT_ALLOWED);
        refused
            .headers_mut()
            .insert(ALLOW, HeaderValue::from_static("GET"));
        return refused;
    }
    let token = request.uri().path().strip_prefix(PATH);
    let Some(offer) = token.and_then(|token| offers.take(Instant::now(), token)) else {
        return plain(StatusCode::NOT_FOUND);
    };
    tracing::info!("a phone has fetched its settings");
    let text = document(&offer, sip);
    let mut response = plain(StatusCode::OK);
    response.headers_mut().insert(
        CONTENT_TYPE,
        HeaderValue::from_static("application/xml; charset=utf-8"),
    );
    *response.body_mut() = Full::new(Bytes::copy_from_slice(text.as_bytes()));
    response
}

fn plain(status: StatusCode) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::default());
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

#[cfg(test)]
mod tests {
    use std::net::{IpAddr, Ipv4Addr, SocketAddr};
    use std::sync::Arc;

    use bellhop_sip::Transport;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpListener;

    use super::super::Offer;
    use super::*;

    const SIP: Server = Server {
        transport: Transport::Udp,
        address: SocketAddr::new(IpAddr::V4(Ipv4Addr::UNSPECIFIED), 5070),
    };

    struct Desk {
        address: SocketAddr,
        offers: Arc<Offers>,
    }

    async fn desk() -> Desk {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let offers = Arc::new(Offers::default());
        offers.put(Instant::now(), "t0ken", Offer::of_a_desk());
        let desk = Desk {
            address,
            offers: Arc::clone(&offers),
        };
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                serve(stream, &offers, SIP).await;
            }
        });
        desk
    }

    async fn asked(desk: &Desk, text: &str) -> String {
        let mut stream = TcpStream::connect(desk.address).await.unwrap();
        stream.write_all(text.as_bytes()).await.unwrap();
        let mut answer = String::new();
        let _ = stream.read_to_string(&mut answer).await;
        answer
    }

    fn get(path: &str) -> String {
        format!("GET {path} HTTP/1.1\r\nHost: x\r\n\r\n")
    }

    #[tokio::test]
    async fn the_settings_are_given_once_with_the_address_that_the_phone_reached() {
        let desk = desk().await;
        let first = asked(&desk, &get("/provisioning/t0ken")).await;
        assert!(first.starts_with("HTTP/1.1 200 OK\r\n"), "{first}");
        assert!(first.contains("content-type: application/xml"), "{first}");
        assert!(first.contains("cache-control: no-store"), "{first}");
        assert!(
            first.contains("sip:127.0.0.1:5070;transport=udp"),
            "{first}"
        );
        assert!(first.contains(">c4nary</entry>"), "{first}");
        let second = asked(&desk, &get("/provisioning/t0ken")).await;
        assert!(second.starts_with("HTTP/1.1 404 "), "{second}");
    }

    #[tokio::test]
    async fn whoever_does_not_know_the_token_learns_nothing_and_uses_nothing_up() {
        let desk = desk().await;
        for (text, status) in [
            (get("/"), "404"),
            (get("/provisioning/"), "404"),
            (get("/provisioning/t0ke"), "404"),
            (get("/provisioning/t0ken/"), "404"),
            (get("/provisioning/%740ken"), "404"),
            (
                "HEAD /provisioning/t0ken HTTP/1.1\r\nHost: x\r\n\r\n".into(),
                "405",
            ),
            (
                "POST /provisioning/t0ken HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n".into(),
                "405",
            ),
            ("nonsense\r\n\r\n".into(), "400"),
            (
                format!("GET / HTTP/1.1\r\nX: {}\r\n\r\n", "x".repeat(2 * HEAD)),
                "431",
            ),
        ] {
            let answer = asked(&desk, &text).await;
            let wanted = format!("HTTP/1.1 {status} ");
            assert!(answer.starts_with(&wanted), "{status}: {answer}");
            assert!(!answer.contains("c4nary"));
        }
        assert!(desk.offers.take(Instant::now(), "t0ken").is_some());
    }
}
