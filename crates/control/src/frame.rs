//! How messages are told apart on the control socket: u32 big-endian length, then that many bytes of JSON, at most [`MAX_FRAME`].
//!
//! A frame may carry a password: what was given away or written is wiped.

use std::io;

use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use zeroize::{Zeroize as _, Zeroizing};

/// Longest JSON of a frame, in bytes: no peer makes the other hold more.
pub const MAX_FRAME: usize = 1 << 20;

/// Bytes of the length.
const PREFIX: usize = 4;

/// Why a frame is none.
#[derive(Debug, thiserror::Error)]
pub enum FrameError {
    /// Longer than [`MAX_FRAME`].
    #[error("a frame of {0} bytes is over the limit")]
    TooLong(usize),
    /// No JSON, or not of this protocol.
    #[error("a frame that makes no sense")]
    Nonsense(#[source] serde_json::Error),
    /// The connection ended, between frames or within one.
    #[error("the connection ended")]
    Ended,
    /// The connection broke.
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// The bytes of one frame.
///
/// # Errors
/// [`FrameError::TooLong`], or [`FrameError::Nonsense`] if `message` can't be JSON.
pub fn encode<T: Serialize>(message: &T) -> Result<Vec<u8>, FrameError> {
    // Most frames are smaller: what does not grow leaves nothing behind.
    let mut frame = Vec::with_capacity(4096);
    frame.extend_from_slice(&[0; PREFIX]);
    serde_json::to_writer(&mut frame, message).map_err(FrameError::Nonsense)?;
    let length = frame.len() - PREFIX;
    if length > MAX_FRAME {
        return Err(FrameError::TooLong(length));
    }
    let prefix = u32::try_from(length)
        .map_err(|_| FrameError::TooLong(length))?
        .to_be_bytes();
    for (place, byte) in frame.iter_mut().zip(prefix) {
        *place = byte;
    }
    Ok(frame)
}

/// Takes bytes as they come, gives the JSON of whole frames. After an error it is of no more use: the connection must be closed.
#[derive(Debug, Default)]
pub struct Decoder {
    buffer: Vec<u8>,
    /// Bytes of `buffer` that were given away already.
    taken: usize,
}

impl Decoder {
    /// More bytes of the stream.
    pub fn push(&mut self, bytes: &[u8]) {
        self.wipe();
        let room = self.buffer.capacity() - self.buffer.len();
        if room < bytes.len() {
            // Grown by hand: a vector that grows itself leaves its bytes where it was.
            let length = self.buffer.len() + bytes.len();
            let mut larger = Vec::with_capacity(length.next_power_of_two());
            larger.extend_from_slice(&self.buffer);
            self.buffer.zeroize();
            self.buffer = larger;
        }
        self.buffer.extend_from_slice(bytes);
    }

    /// Wipes what was given away.
    fn wipe(&mut self) {
        if self.taken > 0 {
            let left = self.buffer.len() - self.taken;
            self.buffer.copy_within(self.taken.., 0);
            if let Some(rest) = self.buffer.get_mut(left..) {
                rest.zeroize();
            }
            self.buffer.truncate(left);
            self.taken = 0;
        }
    }

    /// The JSON of the next whole frame, if there is one.
    ///
    /// # Errors
    /// [`FrameError::TooLong`], told as soon as the length is known: nothing is kept for a frame that will be refused.
    pub fn next_frame(&mut self) -> Result<Option<&[u8]>, FrameError> {
        let Some((prefix, rest)) = self
            .buffer
            .get(self.taken..)
            .and_then(|left| left.split_first_chunk::<PREFIX>())
        else {
            return Ok(None);
        };
        let announced = u32::from_be_bytes(*prefix);
        let length = usize::try_from(announced).unwrap_or(usize::MAX);
        if length > MAX_FRAME {
            return Err(FrameError::TooLong(length));
        }
        if rest.len() < length {
            return Ok(None);
        }
        let start = self.taken + PREFIX;
        self.taken = start + length;
        Ok(self.buffer.get(start..self.taken))
    }

    /// Nothing of a frame is waiting for its rest.
    pub fn is_between_frames(&self) -> bool {
        self.taken == self.buffer.len()
    }
}

/// Reads what a frame carries.
///
/// # Errors
/// [`FrameError::Nonsense`].
pub fn decode<T: DeserializeOwned>(json: &[u8]) -> Result<T, FrameError> {
    serde_json::from_slice(json).map_err(FrameError::Nonsense)
}

/// The reading end of a connection. Cancel-safe: what was read stays here.
#[derive(Debug)]
pub struct FrameReader<R> {
    from: R,
    decoder: Decoder,
}

impl<R: AsyncRead + Unpin> FrameReader<R> {
    /// Reads from there.
    pub fn new(from: R) -> FrameReader<R> {
        FrameReader {
            from,
            decoder: Decoder::default(),
        }
    }

    /// The next message.
    ///
    /// # Errors
    /// Any [`FrameError`]; after one the connection must be closed.
    pub async fn read<T: DeserializeOwned>(&mut self) -> Result<T, FrameError> {
        let mut chunk = [0_u8; 8192];
        loop {
            if let Some(json) = self.decoder.next_frame()? {
                let message = decode(json);
                self.decoder.wipe();
                return message;
            }
            let count = self.from.read(&mut chunk).await?;
            match chunk.get(..count) {
                Some(bytes) if count > 0 => {
                    self.decoder.push(bytes);
                    chunk.zeroize();
                }
                _ => return Err(FrameError::Ended),
            }
        }
    }
}

/// Writes one message as a frame.
///
/// # Errors
/// As [`encode`], and if the connection breaks.
pub async fn write<W: AsyncWrite + Unpin, T: Serialize>(
    to: &mut W,
    message: &T,
) -> Result<(), FrameError> {
    let frame = Zeroizing::new(encode(message)?);
    to.write_all(&frame).await?;
    to.flush().await?;
    Ok(())
}

#[cfg(test)]
mod tests;
