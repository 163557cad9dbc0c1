//! WebSocket, as RFC 7118 has it.

use futures::{SinkExt as _, StreamExt as _};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{WebSocketStream, client_async};

use crate::desk::{Desk, free_port};
use crate::phone::Phone;

async fn connect(
    port: u16,
    headers: &[(&'static str, &str)],
) -> Result<(WebSocketStream<TcpStream>, Option<String>), u16> {
    let stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    let mut request = format!("ws://127.0.0.1:{port}/")
        .into_client_request()
        .unwrap();
    for (name, value) in headers {
        request.headers_mut().insert(*name, value.parse().unwrap());
    }
    match client_async(request, stream).await {
        Ok((socket, response)) => {
            let protocol = response.headers().get("sec-websocket-protocol");
            let protocol = protocol.map(|it| it.to_str().unwrap().to_owned());
            Ok((socket, protocol))
        }
        Err(Error::Http(response)) => Err(response.status().as_u16()),
        Err(error) => panic!("{error}"),
    }
}

#[tokio::test]
async fn a_phone_in_a_browser_registers_and_its_binding_dies_with_the_page() {
    let port = free_port();
    let mut desk = Desk::listening(&[format!("ws:127.0.0.1:{port}")]).await;
    let (mut socket, protocol) = connect(port, &[("sec-websocket-protocol", "sip")])
        .await
        .unwrap();
    assert_eq!(protocol.as_deref(), Some("sip"));
    let mut phone = Phone::new("WS", "sip:101@df7jal23ls0d.invalid;transport=ws");
    for wanted in [401, 200] {
        let register = phone.register(600);
        socket.send(Message::text(register)).await.unwrap();
        let answer = socket.next().await.unwrap().unwrap();
        assert!(answer.is_text());
        assert_eq!(phone.hear(&answer.into_data()), wanted);
    }
    let seen = desk.phone_where(|it| it.online).await;
    assert_eq!(seen.contacts[0].transport, "ws");
    socket.close(None).await.unwrap();
    desk.phone_where(|it| !it.online).await;
    desk.stop().await;
}

#[tokio::test]
async fn a_page_from_elsewhere_gets_no_connection() {
    let port = free_port();
    let desk = Desk::listening(&[format!("ws:127.0.0.1:{port}")]).await;
    let sip = ("sec-websocket-protocol", "sip");
    let same = format!("http://127.0.0.1:{port}");
    assert!(connect(port, &[sip, ("origin", &same)]).await.is_ok());
    for (headers, status) in [
        (vec![sip, ("origin", "https://evil.example")], 403),
        (vec![sip, ("origin", "null")], 403),
        (vec![sip, ("host", "evil.example")], 403),
        (vec![], 400),
    ] {
        assert_eq!(
            connect(port, &headers).await.err(),
            Some(status),
            "{headers:?}"
        );
    }
    desk.stop().await;
}
