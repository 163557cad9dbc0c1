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
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};
use tokio::task::AbortHandle;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;

use super::connections::{Connections, Place};
use super::framed::{Framed, Incoming, Messages, Over, PATIENCE};
use super::{Kind, Wanted, socket, ws};

/// A connection that no device is bound by is closed after so long without a message.
const IDLE: Duration = Duration::from_secs(60);
/// Messages of one connection that may wait for their answers. Until one has left nothing more is read, and the other end waits as TCP has it wait.
const UNANSWERED: usize = 16;
/// Bytes of answers that may wait for a connection to take them; one that lets more gather is closed.
const MOST_OWED: usize = 256 * 1024;
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
        asked: Asked,
    },
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
