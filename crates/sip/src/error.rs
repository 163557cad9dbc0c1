//! Why bytes are no message. Nothing of the bytes is carried along: they are strangers', and errors are logged.

/// Why a message cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParseError {
    /// More than [`crate::limits`] allows.
    #[error("too large: {0}")]
    TooLarge(&'static str),
    /// No empty line ends the headers: the datagram was cut, or is no SIP.
    #[error("the headers do not end")]
    Unfinished,
    /// The first line is neither a request line nor a status line.
    #[error("bad start line: {0}")]
    StartLine(&'static str),
    /// SIP of another version than 2.0: a request of it deserves a 505 (RFC 3261 §21.5.6).
    #[error("another SIP version than 2.0")]
    Version,
    /// A header line is none.
    #[error("bad header line: {0}")]
    Header(&'static str),
    /// Content-Length is no number, differs from another one, or promises more than there is.
    #[error("bad Content-Length: {0}")]
    ContentLength(&'static str),
}

/// Why a text is not the value of a header.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ValueError(pub(crate) &'static str);
