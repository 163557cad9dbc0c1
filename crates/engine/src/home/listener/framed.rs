//! Messages out of a stream of bytes, and into it (RFC 3261 §18.3, RFC 5626 §3.5.1).

use std::io;
use std::time::{Duration, Instant};

use bellhop_sip::{Frame, Message, ParseError, frame_stream};
use bytes::{Buf as _, Bytes, BytesMut};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::time::timeout_at;

/// A message that began must be whole, a handshake done and an answer taken within this.
pub(super) const PATIENCE: Duration = Duration::from_secs(10);

/// What comes in.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Incoming {
    /// One whole message.
    Message(Bytes),
    /// A keep-alive that wants an answer.
    Ping,
}

/// Why a stream is over.
#[derive(Debug)]
pub(super) enum Over {
    /// The other end closed it, or the system.
    Closed,
    /// What it says can't be followed any further; where it is a request that can be refused, this.
    Garbled(Option<Bytes>),
    /// A message that began is not whole in time.
    Slow,
}

impl From<io::Error> for Over {
    fn from(_: io::Error) -> Over {
        Over::Closed
    }
}

/// A connection that carries messages.
pub(super) trait Messages {
    /// The next of them. Nothing is lost when the future is dropped.
    async fn next(&mut self) -> Result<Incoming, Over>;
    /// Writes one out.
    async fn send(&mut self, message: &Bytes) -> Result<(), Over>;
    /// Answers a keep-alive.
    async fn pong(&mut self) -> Result<(), Over>;
    /// Since when a message has been coming that is not whole yet.
    fn begun(&self) -> Option<Instant>;
    /// It was not read for a while: such a message has its whole time again.
    fn begin_anew(&mut self);
}

/// TCP or TLS.
#[derive(Debug)]
pub(super) struct Framed<S> {
    stream: S,
    buffer: BytesMut,
    begun: Option<Instant>,
}

impl<S> Framed<S> {
    pub(super) fn new(stream: S) -> Framed<S> {
        Framed {
            stream,
            buffer: BytesMut::new(),
            begun: None,
        }
    }

    /// Where a message ends can't be told (RFC 4475 §3.1.2.3): it is answered as a datagram would be that is refused for the same, if it would.
    fn garbled(&self, error: &ParseError) -> Over {
        tracing::debug!(%error, "a stream from a device");
        let is_refusable = matches!(error, ParseError::ContentLength(_));
        let bytes = is_refusable.then(|| Bytes::copy_from_slice(&self.buffer));
        Over::Garbled(bytes.filter(|it| Message::parse_datagram(it.clone()).is_err()))
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> Messages for Framed<S> {
    async fn next(&mut self) -> Result<Incoming, Over> {
        loop {
            let frame = frame_stream(&self.buffer).map_err(|error| self.garbled(&error))?;
            match frame {
                Frame::Message(length) => {
                    let message = self.buffer.split_to(length).freeze();
                    self.begun = (!self.buffer.is_empty()).then(Instant::now);
                    return Ok(Incoming::Message(message));
                }
                Frame::KeepAlive(length) => {
                    self.buffer.advance(length);
                    self.begun = (!self.buffer.is_empty()).then(Instant::now);
                    if length == 4 {
                        return Ok(Incoming::Ping);
                    }
                }
                Frame::Incomplete => {
                    // A connection that says nothing costs no buffer.
                    self.buffer.reserve(2048);
                    let read = self.stream.read_buf(&mut self.buffer);
                    let length = match self.begun {
                        None => read.await?,
                        // However many bytes come meanwhile.
                        Some(begun) => timeout_at((begun + PATIENCE).into(), read)
                            .await
                            .map_err(|_| Over::Slow)??,
                    };
                    if length == 0 {
                        return Err(Over::Closed);
                    }
                    self.begun = self.begun.or_else(|| Some(Instant::now()));
                }
            }
        }
    }

    async fn send(&mut self, message: &Bytes) -> Result<(), Over> {
        self.stream.write_all(message).await?;
        Ok(self.stream.flush().await?)
    }

    async fn pong(&mut self) -> Result<(), Over> {
        self.send(&Bytes::from_static(b"\r\n")).await
    }

    fn begun(&self) -> Option<Instant> {
        self.begun
    }

    fn begin_anew(&mut self) {
        self.begun = self.begun.map(|_| Instant::now());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MESSAGE: &str = "OPTIONS sip:home SIP/2.0\r\nContent-Length: 3\r\n\r\nabc";

    #[tokio::test]
    async fn messages_and_pings_come_apart_however_they_were_cut() {
        let text = format!("\r\n{MESSAGE}\r\n\r\n{MESSAGE}{MESSAGE}");
        for step in [1, 2, 7, text.len()] {
            let (near, mut far) = tokio::io::duplex(8);
            let bytes = text.clone().into_bytes();
            tokio::spawn(async move {
                for piece in bytes.chunks(step) {
                    far.write_all(piece).await.unwrap();
                }
            });
            let mut framed = Framed::new(near);
            let message = || Incoming::Message(Bytes::from_static(MESSAGE.as_bytes()));
            assert_eq!(framed.next().await.unwrap(), message());
            // A line end at a time is no ping.
            let mut next = framed.next().await.unwrap();
            if next == Incoming::Ping {
                next = framed.next().await.unwrap();
            }
            assert_eq!(next, message());
            assert_eq!(framed.next().await.unwrap(), message());
            assert!(framed.begun().is_none());
            assert!(matches!(framed.next().await, Err(Over::Closed)));
        }
    }

    #[tokio::test]
    async fn a_stream_without_lengths_is_over() {
        let (near, mut far) = tokio::io::duplex(1024);
        far.write_all(b"OPTIONS sip:home SIP/2.0\r\n\r\n")
            .await
            .unwrap();
        assert!(matches!(
            Framed::new(near).next().await,
            Err(Over::Garbled(None))
        ));
    }

    #[tokio::test]
    async fn a_message_that_is_still_coming_tells_since_when() {
        let (near, mut far) = tokio::io::duplex(1024);
        let mut framed = Framed::new(near);
        assert!(framed.begun().is_none());
        far.write_all(b"OPTIONS").await.unwrap();
        let waited = tokio::time::timeout(std::time::Duration::from_millis(20), framed.next());
        assert!(waited.await.is_err());
        assert!(framed.begun().is_some());
    }
}
