//! WebSocket (RFC 6455, RFC 7118): a SIP message in each of its messages, and nobody let in who comes from a web page elsewhere.

use std::io;
use std::net::IpAddr;
use std::time::Instant;

use bytes::Bytes;
use futures::{SinkExt as _, StreamExt as _};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_tungstenite::tungstenite::handshake::server::{ErrorResponse, Request, Response};
use tokio_tungstenite::tungstenite::http::header::{HOST, ORIGIN, SEC_WEBSOCKET_PROTOCOL};
use tokio_tungstenite::tungstenite::http::{HeaderValue, StatusCode};
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{Message, Utf8Bytes};
use tokio_tungstenite::{WebSocketStream, accept_hdr_async_with_config};

use super::framed::{Incoming, Messages, Over};

/// RFC 7118 §4.1.
const PROTOCOL: &str = "sip";

/// A connection after its handshake.
pub(super) struct WebSocket<S>(WebSocketStream<S>);

/// Shakes hands with who wants `sip` and comes to us by one of our names.
///
/// # Errors
/// Whoever it is was refused, or did not keep to the protocol.
// The size of the error is tungstenite's choice.
#[expect(
    clippy::result_large_err,
    reason = "the callback's type is tungstenite's"
)]
pub(super) async fn accept<S: AsyncRead + AsyncWrite + Unpin>(
    stream: S,
    local: IpAddr,
    domain: &str,
) -> io::Result<WebSocket<S>> {
    let mut config = WebSocketConfig::default();
    config.read_buffer_size = 4096;
    config.write_buffer_size = 0;
    config.max_write_buffer_size = 4 * bellhop_sip::limits::MAX_MESSAGE;
    config.max_message_size = Some(bellhop_sip::limits::MAX_MESSAGE);
    config.max_frame_size = Some(bellhop_sip::limits::MAX_MESSAGE);
    let judge = |request: &Request, mut response: Response| match judge(request, local, domain) {
        Ok(()) => {
            let protocol = HeaderValue::from_static(PROTOCOL);
            response
                .headers_mut()
                .insert(SEC_WEBSOCKET_PROTOCOL, protocol);
            Ok(response)
        }
        Err(status) => {
            let mut refusal = ErrorResponse::new(None);
            *refusal.status_mut() = status;
            Err(refusal)
        }
    };
    accept_hdr_async_with_config(stream, judge, Some(config))
        .await
        .map(WebSocket)
        .map_err(|error| {
            tracing::debug!(%error, "a WebSocket was refused");
            io::ErrorKind::InvalidData.into()
        })
}

fn judge(request: &Request, local: IpAddr, domain: &str) -> Result<(), StatusCode> {
    let one = |name| {
        let mut values = request.headers().get_all(name).iter();
        let value = values.next().map(|it| it.to_str().unwrap_or_default());
        values.next().is_none().then_some(value)
    };
    let host = one(HOST)
        .flatten()
        .and_then(host_of)
        .ok_or(StatusCode::BAD_REQUEST)?;
    if !is_ours(&host, local, domain) {
        return Err(StatusCode::FORBIDDEN);
    }
    match one(ORIGIN) {
        Some(None) => {}
        // A page of another host may be open in a browser of this very machine.
        Some(Some(origin)) if origin_host(origin).as_ref() == Some(&host) => {}
        Some(Some(_)) | None => return Err(StatusCode::FORBIDDEN),
    }
    let speaks_sip = request
        .headers()
        .get_all(SEC_WEBSOCKET_PROTOCOL)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|name| name.trim().eq_ignore_ascii_case(PROTOCOL));
    if speaks_sip {
        Ok(())
    } else {
        Err(StatusCode::BAD_REQUEST)
    }
}

/// A name from elsewhere that leads here is somebody's trick with DNS.
fn is_ours(host: &str, local: IpAddr, domain: &str) -> bool {
    host == "localhost"
        || host.eq_ignore_ascii_case(domain)
        || host
            .parse::<IpAddr>()
            .is_ok_and(|ip| ip == local.to_canonical())
}

/// Without port and brackets, in lower case.
fn host_of(authority: &str) -> Option<String> {
    let host = match authority.strip_prefix('[') {
        Some(rest) => rest.split_once(']')?.0,
        None => authority.split(':').next()?,
    };
    let host = host.strip_suffix('.').unwrap_or(host);
    (!host.is_empty()).then(|| host.to_ascii_lowercase())
}

fn origin_host(origin: &str) -> Option<String> {
    let (scheme, authority) = origin.trim().split_once("://")?;
    let is_web = scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https");
    (is_web && !authority.contains(['/', '@'])).then(|| host_of(authority))?
}

impl<S: AsyncRead + AsyncWrite + Unpin> Messages for WebSocket<S> {
    async fn next(&mut self) -> Result<Incoming, Over> {
        loop {
            let message = match self.0.next().await {
                Some(Ok(Message::Text(text))) => Bytes::from(text),
                Some(Ok(Message::Binary(bytes))) => bytes,
                // tungstenite answers them.
                Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_))) => continue,
                Some(Ok(Message::Close(_))) | None => return Err(Over::Closed),
                Some(Err(error)) => {
                    tracing::debug!(%error, "a WebSocket from a device");
                    return Err(Over::Garbled(None));
                }
            };
            return Ok(if message.iter().all(|it| matches!(it, b'\r' | b'\n')) {
                Incoming::Ping
            } else {
                Incoming::Message(message)
            });
        }
    }

    async fn send(&mut self, message: &Bytes) -> Result<(), Over> {
        let message = match Utf8Bytes::try_from(message.clone()) {
            Ok(text) => Message::Text(text),
            Err(_) => Message::Binary(message.clone()),
        };
        self.0.send(message).await.map_err(|_| Over::Closed)
    }

    async fn pong(&mut self) -> Result<(), Over> {
        self.send(&Bytes::from_static(b"\r\n")).await
    }

    /// Pieces of a message are tungstenite's; what it has of one is bounded.
    fn begun(&self) -> Option<Instant> {
        None
    }

    fn begin_anew(&mut self) {}
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(headers: &[(&str, &str)]) -> Result<(), u16> {
        let mut request = Request::builder();
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let local = "192.168.1.20".parse().unwrap();
        judge(&request.body(()).unwrap(), local, "home").map_err(|it| it.as_u16())
    }

    #[test]
    fn a_page_from_elsewhere_is_refused() {
        let ours = ("Host", "192.168.1.20:5072");
        let sip = ("Sec-WebSocket-Protocol", "sip");
        assert_eq!(judged(&[ours, sip]), Ok(()));
        assert_eq!(judged(&[("Host", "HOME:5072"), sip]), Ok(()));
        assert_eq!(judged(&[("Host", "localhost"), sip]), Ok(()));
        assert_eq!(
            judged(&[ours, sip, ("Origin", "http://192.168.1.20:8080")]),
            Ok(())
        );
        for origin in [
            "http://evil.example",
            "null",
            "",
            "http://192.168.1.20.evil.example",
            "http://192.168.1.20@evil.example",
            "file://192.168.1.20",
        ] {
            assert_eq!(
                judged(&[ours, sip, ("Origin", origin)]),
                Err(403),
                "{origin}"
            );
        }
        let twice = [
            ours,
            sip,
            ("Origin", "http://192.168.1.20"),
            ("Origin", "http://evil.example"),
        ];
        assert_eq!(judged(&twice), Err(403));
    }

    #[test]
    fn a_name_that_is_not_ours_is_refused() {
        let sip = ("Sec-WebSocket-Protocol", "sip");
        for host in [
            "evil.example",
            "192.168.1.21",
            "home.evil.example",
            "127.0.0.1",
        ] {
            assert_eq!(judged(&[("Host", host), sip]), Err(403), "{host}");
        }
        assert_eq!(judged(&[sip]), Err(400));
    }

    #[test]
    fn who_does_not_want_sip_is_refused() {
        let ours = ("Host", "home");
        assert_eq!(judged(&[ours]), Err(400));
        assert_eq!(
            judged(&[ours, ("Sec-WebSocket-Protocol", "chat")]),
            Err(400)
        );
        assert_eq!(
            judged(&[ours, ("Sec-WebSocket-Protocol", "chat, SIP")]),
            Ok(())
        );
    }
}
