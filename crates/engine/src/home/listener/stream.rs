//! Connections: accepted within bounds, served until they end.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use bellhop_registrar::StreamId;
use bytes::Bytes;
use socket2::{SockRef, TcpKeepalive};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::task::AbortHandle;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;

use super::connections::{Connections, Place};
use super::framed::{Framed, Incoming, Messages, Over, PATIENCE};
use super::{Kind, Wanted, socket, ws};

/// A connection that no device is bound by is closed after so long without a message.
const IDLE: Duration = Duration::from_secs(60);
/// Answers that wait for a connection to take them; one that takes none is closed.
const OUTBOX: usize = 16;
/// After an error of the system (no files, no memory) accepting pauses.
const PAUSE_AFTER_ERROR: Duration = Duration::from_millis(100);

/// What connections tell.
#[derive(Debug)]
pub(crate) enum FromStream {
    /// It is ready for messages.
    Opened(StreamId, Handle),
    /// A whole message came.
    Message {
        id: StreamId,
        kind: Kind,
        source: SocketAddr,
        message: Bytes,
    },
    /// Nothing more goes either way.
    Closed(StreamId),
}

/// A connection, to be spoken to.
#[derive(Clone, Debug)]
pub(crate) struct Handle {
    outbox: mpsc::Sender<Bytes>,
    bound: Arc<AtomicBool>,
}

impl Handle {
    /// False where it takes nothing: it is to be ended.
    pub(crate) fn send(&self, message: Bytes) -> bool {
        self.outbox.try_send(message).is_ok()
    }

    /// Whether a device is bound by it: then it may be silent.
    pub(crate) fn set_bound(&self, bound: bool) {
        self.bound.store(bound, Ordering::Relaxed);
    }
}

/// An open listener for connections. Dropped, it is closed, and so are its connections.
#[derive(Debug)]
pub(crate) struct StreamListener {
    number: u64,
    connections: Connections,
    accepting: AbortHandle,
    pub(crate) local: SocketAddr,
}

/// What every connection of a listener needs.
#[derive(Clone)]
struct Service {
    kind: Kind,
    domain: String,
    tls: Option<TlsAcceptor>,
    desk: mpsc::Sender<FromStream>,
}

impl StreamListener {
    /// To be called inside the runtime.
    ///
    /// # Errors
    /// The address is taken, or not this machine's.
    pub(crate) fn open(
        number: u64,
        wanted: &Wanted,
        domain: &str,
        tls: Option<Arc<ServerConfig>>,
        connections: &Connections,
        desk: mpsc::Sender<FromStream>,
    ) -> io::Result<StreamListener> {
        let listener = socket::tcp(&wanted.place)?;
        let local = listener.local_addr()?;
        let service = Service {
            kind: wanted.kind,
            domain: domain.to_owned(),
            tls: tls.map(TlsAcceptor::from),
            desk,
        };
        let accepting = accept(
            number,
            listener,
            wanted.clone(),
            connections.clone(),
            service,
        );
        Ok(StreamListener {
            number,
            connections: connections.clone(),
            accepting: tokio::spawn(accepting).abort_handle(),
            local,
        })
    }
}

impl Drop for StreamListener {
    fn drop(&mut self) {
        self.accepting.abort();
        self.connections.end_all_of(self.number);
    }
}

async fn accept(
    number: u64,
    listener: TcpListener,
    wanted: Wanted,
    connections: Connections,
    service: Service,
) {
    loop {
        match listener.accept().await {
            Ok((stream, source)) => {
                if wanted.place.hears(source)
                    && let Some(place) = connections.enter(number, source.ip())
                {
                    tokio::spawn(serve(stream, source, place, service.clone()));
                }
            }
            Err(error) => {
                tracing::debug!(%error, "accepting a connection");
                tokio::time::sleep(PAUSE_AFTER_ERROR).await;
            }
        }
        // Those that were ended for this one give their files back first.
        tokio::task::yield_now().await;
    }
}

async fn serve(stream: TcpStream, source: SocketAddr, mut place: Place, service: Service) {
    let mut ended = place.ended.clone();
    tokio::select! {
        biased;
        _ = ended.changed() => {}
        () = shake_hands(stream, source, &mut place, &service) => {}
    }
    // A connection that never opened is closed without anybody hearing of it.
    let _ = service.desk.send(FromStream::Closed(place.id())).await;
}

/// The handshakes that come before messages, and then those.
async fn shake_hands(stream: TcpStream, source: SocketAddr, place: &mut Place, service: &Service) {
    let _ = stream.set_nodelay(true);
    // A device that lost its power says no goodbye, and its binding dies with its stream.
    let _ = SockRef::from(&stream).set_tcp_keepalive(
        &TcpKeepalive::new()
            .with_time(Duration::from_secs(30))
            .with_interval(Duration::from_secs(10)),
    );
    let Ok(local) = stream.local_addr() else {
        return;
    };
    match &service.tls {
        None => above_tls(stream, local.ip(), source, place, service).await,
        Some(acceptor) => {
            if let Ok(Ok(stream)) = timeout(PATIENCE, acceptor.accept(stream)).await {
                above_tls(stream, local.ip(), source, place, service).await;
            }
        }
    }
}

async fn above_tls<S: AsyncRead + AsyncWrite + Unpin>(
    stream: S,
    local: IpAddr,
    source: SocketAddr,
    place: &mut Place,
    service: &Service,
) {
    if matches!(service.kind, Kind::Ws | Kind::Wss) {
        let handshake = ws::accept(stream, local, &service.domain);
        if let Ok(Ok(messages)) = timeout(PATIENCE, handshake).await {
            carry(messages, source, place, service).await;
        }
    } else {
        carry(Framed::new(stream), source, place, service).await;
    }
}

async fn carry(
    mut messages: impl Messages,
    source: SocketAddr,
    place: &mut Place,
    service: &Service,
) {
    let id = place.id();
    let (outbox, mut outgoing) = mpsc::channel::<Bytes>(OUTBOX);
    let bound = Arc::new(AtomicBool::new(false));
    let handle = Handle {
        outbox,
        bound: Arc::clone(&bound),
    };
    if service
        .desk
        .send(FromStream::Opened(id, handle))
        .await
        .is_err()
    {
        return;
    }
    let mut heard = Instant::now();
    loop {
        let deadline = messages
            .begun()
            .map_or(heard + IDLE, |begun| begun + PATIENCE);
        let done = tokio::select! {
            biased;
            Some(message) = outgoing.recv() => {
                matches!(timeout(PATIENCE, messages.send(&message)).await, Ok(Ok(())))
            }
            incoming = messages.next() => match incoming {
                Ok(Incoming::Message(message)) => {
                    heard = Instant::now();
                    place.has_spoken();
                    let told = FromStream::Message { id, kind: service.kind, source, message };
                    service.desk.send(told).await.is_ok()
                }
                Ok(Incoming::Ping) => {
                    matches!(timeout(PATIENCE, messages.pong()).await, Ok(Ok(())))
                }
                Err(why) => {
                    if let Over::Garbled(Some(message)) = why {
                        let told = FromStream::Message { id, kind: service.kind, source, message };
                        let _ = service.desk.send(told).await;
                    }
                    return answer_and_end(messages, outgoing, id, service).await;
                }
            },
            () = tokio::time::sleep_until(deadline.into()) => {
                let may_be_silent = messages.begun().is_none() && bound.load(Ordering::Relaxed);
                heard = Instant::now();
                may_be_silent
            }
        };
        if !done {
            return;
        }
    }
}

/// No more comes in. What came before it is answered first: the desk hears of the end after the last message, and then lets go of the outbox.
async fn answer_and_end(
    mut messages: impl Messages,
    mut outgoing: mpsc::Receiver<Bytes>,
    id: StreamId,
    service: &Service,
) {
    let _ = service.desk.send(FromStream::Closed(id)).await;
    while let Some(message) = outgoing.recv().await {
        if !matches!(timeout(PATIENCE, messages.send(&message)).await, Ok(Ok(()))) {
            return;
        }
    }
}
