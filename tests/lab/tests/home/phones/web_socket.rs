//! A phone in a browser's way: tungstenite over WS and, with rustls, over WSS.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::handshake::HandshakeError;
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::tungstenite::{self, Message, WebSocket};

use super::{Phone, Socket, USER};
use crate::client::{self, Carrier, Client};
use crate::house::Over;

/// Anything that bytes go over.
pub(crate) trait Bytes: Read + Write + Send {}
impl<T: Read + Write + Send> Bytes for T {}

/// A connection after its handshake.
pub(crate) struct Connected {
    pub(crate) socket: WebSocket<Box<dyn Bytes>>,
    local: SocketAddr,
    over: Over,
}

struct Browser {
    client: Client<Connected>,
    registered: bool,
}

pub(super) fn start(socket: &Socket<'_>) -> Result<Box<dyn Phone>> {
    let stream = client::tcp(socket.host, socket.over.at_home())?;
    let connected = connect(stream, socket.over, &socket.authority, &[])?;
    let mut client = Client::new(connected, USER, socket.password);
    client.register(60)?;
    Ok(Box::new(Browser {
        client,
        registered: true,
    }))
}

/// Shakes hands, with headers besides the usual ones or in place of them.
pub(crate) fn connect(
    stream: TcpStream,
    over: Over,
    authority: &Path,
    headers: &[(&'static str, &str)],
) -> Result<Connected> {
    let (local, peer) = (stream.local_addr()?, stream.peer_addr()?);
    let stream: Box<dyn Bytes> = if over == Over::Wss {
        Box::new(tls(stream, authority)?)
    } else {
        Box::new(stream)
    };
    let mut request = format!("{}://{peer}/", over.name()).into_client_request()?;
    let own = request.headers_mut();
    own.insert("Sec-WebSocket-Protocol", HeaderValue::from_static("sip"));
    for (name, value) in headers {
        own.insert(*name, HeaderValue::from_str(value)?);
    }
    match tungstenite::client(request, stream) {
        Ok((socket, response)) => {
            let chosen = response.headers().get("Sec-WebSocket-Protocol");
            let chosen = chosen.context("no protocol was chosen")?.to_str()?;
            anyhow::ensure!(chosen == "sip", "{chosen}");
            Ok(Connected {
                socket,
                local,
                over,
            })
        }
        Err(HandshakeError::Failure(why)) => Err(why.into()),
        Err(HandshakeError::Interrupted(_)) => bail!("no answer to the handshake"),
    }
}

/// Shakes hands with who has a certificate of this authority.
pub(crate) fn tls(
    stream: TcpStream,
    authority: &Path,
) -> Result<StreamOwned<ClientConnection, TcpStream>> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(authority)?)?;
    let provider = Arc::new(ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = ServerName::IpAddress(stream.peer_addr()?.ip().into());
    let connection = ClientConnection::new(Arc::new(config), name)?;
    Ok(StreamOwned::new(connection, stream))
}

impl Carrier for Connected {
    fn name(&self) -> &'static str {
        match self.over {
            Over::Wss => "WSS",
            Over::Udp | Over::Tcp | Over::Tls | Over::Ws => "WS",
        }
    }

    fn local(&self) -> Result<SocketAddr> {
        Ok(self.local)
    }

    fn ask(&mut self, message: &str) -> Result<String> {
        self.socket.send(Message::text(message))?;
        match self.socket.read()? {
            Message::Text(text) => Ok(text.to_string()),
            other @ (Message::Binary(_)
            | Message::Ping(_)
            | Message::Pong(_)
            | Message::Close(_)
            | Message::Frame(_)) => bail!("no answer but {other:?}"),
        }
    }
}

impl Phone for Browser {
    fn is_registered(&mut self) -> Result<bool> {
        Ok(self.registered)
    }

    fn refresh(&mut self) -> Result<()> {
        self.client.register(120).map(drop)
    }

    fn unregister(&mut self) -> Result<()> {
        self.client.register(0).map(drop)
    }

    fn words(&self) -> String {
        String::new()
    }
}
