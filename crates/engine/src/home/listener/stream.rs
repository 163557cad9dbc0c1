//! Connections: accepted within bounds, served until they end.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use bellhop_registrar::StreamId;
use bytes::Bytes;
use socket2::{SockRef, TcpKeepalive};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, watch};
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;

use super::connections::{Connections, Place};
use super::entrance::Entrance;
use super::framed::{Framed, Incoming, Messages, Over, PATIENCE};
use super::{Kind, Wanted, ws};

/// A connection that no device is bound by is closed after so long without a message.
const IDLE: Duration = Duration::from_secs(60);
/// Messages of one connection that may wait for their answers. Until one has left nothing more is read, and the other end waits as TCP has it wait.
const UNANSWERED: usize = 16;
/// Bytes of answers that may wait for a connection to take them; one that lets more gather is closed.
const MOST_OWED: usize = 256 * 1024;

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
        asked: Asked,
    },
    /// A handshake came to nothing.
    Failed(IpAddr),
    /// Nothing more goes either way.
    Closed(StreamId),
}

/// A message that waits for its answer. Dropped when that has left, or when there is none, it makes room for another one.
#[derive(Debug)]
pub(crate) struct Asked {
    _room: OwnedSemaphorePermit,
}

/// What leaves on a connection.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) payload: Bytes,
    /// What it answers.
    pub(crate) asked: Option<Asked>,
}

/// A connection, to be spoken to.
#[derive(Clone, Debug)]
pub(crate) struct Handle {
    outbox: mpsc::UnboundedSender<Answer>,
    /// Bytes in it.
    owed: Arc<AtomicUsize>,
    bound: Arc<AtomicBool>,
}

impl Handle {
    /// False where it takes too little: it is to be ended.
    pub(crate) fn send(&self, answer: Answer) -> bool {
        let length = answer.payload.len();
        let owed = self.owed.fetch_add(length, Ordering::Relaxed) + length;
        owed <= MOST_OWED && self.outbox.send(answer).is_ok()
    }

    /// Whether a device is bound by it: then it may be silent.
    pub(crate) fn set_bound(&self, bound: bool) {
        self.bound.store(bound, Ordering::Relaxed);
    }
}

/// What handshakes are made with.
#[derive(Clone, Debug, Default)]
pub(crate) struct Shown {
    /// The name by which a WebSocket may be asked for.
    pub(crate) domain: String,
    /// None until a listener needs it.
    pub(crate) tls: Option<Arc<ServerConfig>>,
}

/// What every connection of a listener needs.
#[derive(Clone)]
struct Service {
    kind: Kind,
    /// As it is when a connection comes.
    shown: watch::Receiver<Shown>,
    desk: mpsc::Sender<FromStream>,
}

/// Opens a listener for connections. To be called inside the runtime.
///
/// # Errors
/// The address is taken, or not this machine's.
pub(crate) fn listen(
    wanted: &Wanted,
    shown: watch::Receiver<Shown>,
    connections: &Connections,
    desk: mpsc::Sender<FromStream>,
) -> io::Result<Entrance> {
    let service = Service {
        kind: wanted.kind,
        shown,
        desk,
    };
    let serve = move |stream, source, place| serve(stream, source, place, service.clone());
    Entrance::open(&wanted.place, connections, serve)
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
    if !service.kind.is_tls() {
        return above_tls(stream, local.ip(), source, place, service).await;
    }
    let Some(tls) = service.shown.borrow().tls.clone() else {
        return;
    };
    let handshake = TlsAcceptor::from(tls).accept(stream);
    match timeout(PATIENCE, handshake).await {
        Ok(Ok(stream)) => above_tls(stream, local.ip(), source, place, service).await,
        Ok(Err(_)) | Err(_) => failed(source, service).await,
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
        let domain = service.shown.borrow().domain.clone();
        let handshake = ws::accept(stream, local, &domain);
        match timeout(PATIENCE, handshake).await {
            Ok(Ok(messages)) => carry(messages, source, place, service).await,
            Ok(Err(_)) | Err(_) => failed(source, service).await,
        }
    } else {
        carry(Framed::new(stream), source, place, service).await;
    }
}

async fn failed(source: SocketAddr, service: &Service) {
    let _ = service.desk.send(FromStream::Failed(source.ip())).await;
}

async fn carry(
    mut messages: impl Messages,
    source: SocketAddr,
    place: &mut Place,
    service: &Service,
) {
    let id = place.id();
    let (outbox, outgoing) = mpsc::unbounded_channel();
    let (owed, bound) = (Arc::default(), Arc::default());
    let handle = Handle {
        outbox,
        owed: Arc::clone(&owed),
        bound: Arc::clone(&bound),
    };
    let mut outgoing = Outgoing { outgoing, owed };
    if service
        .desk
        .send(FromStream::Opened(id, handle))
        .await
        .is_err()
    {
        return;
    }
    let room = Arc::new(Semaphore::new(UNANSWERED));
    let mut asked = None;
    let mut heard = Instant::now();
    loop {
        let deadline = messages
            .begun()
            .map_or(heard + IDLE, |begun| begun + PATIENCE);
        let done = tokio::select! {
            biased;
            Some(answer) = outgoing.next() => answer.leaves_on(&mut messages).await,
            Ok(room) = Arc::clone(&room).acquire_owned(), if asked.is_none() => {
                // While there was none nothing was read, which is not the other end's delay.
                messages.begin_anew();
                heard = Instant::now();
                asked = Some(Asked { _room: room });
                true
            }
            incoming = messages.next(), if asked.is_some() => match (incoming, asked.take()) {
                (Ok(Incoming::Message(message)), Some(asked)) => {
                    heard = Instant::now();
                    place.has_spoken();
                    let told = FromStream::Message { id, kind: service.kind, source, message, asked };
                    service.desk.send(told).await.is_ok()
                }
                (Ok(Incoming::Ping), still) => {
                    asked = still;
                    matches!(timeout(PATIENCE, messages.pong()).await, Ok(Ok(())))
                }
                (Err(Over::Garbled(Some(message))), Some(asked)) => {
                    let told = FromStream::Message { id, kind: service.kind, source, message, asked };
                    let _ = service.desk.send(told).await;
                    return answer_and_end(messages, outgoing, id, service).await;
                }
                (Ok(Incoming::Message(_)) | Err(_), _) => {
                    return answer_and_end(messages, outgoing, id, service).await;
                }
            },
            () = tokio::time::sleep_until(deadline.into()), if asked.is_some() => {
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
    mut outgoing: Outgoing,
    id: StreamId,
    service: &Service,
) {
    let _ = service.desk.send(FromStream::Closed(id)).await;
    while let Some(answer) = outgoing.next().await {
        if !answer.leaves_on(&mut messages).await {
            return;
        }
    }
}

/// The other end of the outbox.
struct Outgoing {
    outgoing: mpsc::UnboundedReceiver<Answer>,
    owed: Arc<AtomicUsize>,
}

impl Outgoing {
    /// Cancel-safe.
    async fn next(&mut self) -> Option<Answer> {
        let answer = self.outgoing.recv().await?;
        self.owed.fetch_sub(answer.payload.len(), Ordering::Relaxed);
        Some(answer)
    }
}

impl Answer {
    /// False where it is not taken in time.
    async fn leaves_on(self, messages: &mut impl Messages) -> bool {
        let Answer { payload, asked } = self;
        let sent = timeout(PATIENCE, messages.send(&payload)).await;
        drop(asked);
        matches!(sent, Ok(Ok(())))
    }
}
