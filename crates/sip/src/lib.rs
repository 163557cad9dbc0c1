//! SIP as a language: message, URI, header, digest. No state, no time, no I/O.
//!
//! [`Message::parse_datagram`] and [`frame_stream`] read what comes from the wire: bounded by [`limits`], never panicking, keeping what they do not
//! understand. Values share the datagram's buffer. [`Headers`] hands out typed headers when asked; [`Request::to_bytes`] and [`Response::to_bytes`] write.
//!
//! ```
//! use bellhop_sip::{HeaderName, Message, Method};
//!
//! let datagram = "OPTIONS sip:b@[2001:db8::1] SIP/2.0\r\nv: SIP/2.0/UDP h;branch=z9hG4bK1\r\nf: <sip:a@h>;tag=1\r\nt: <sip:b@h>\r\ni: x\r\nCSeq: 1 OPTIONS\r\n\r\n";
//! let Ok(Message::Request(request)) = Message::parse_datagram(datagram.into()) else { panic!() };
//! assert_eq!(request.method, Method::Options);
//! assert_eq!(request.headers.from().unwrap().tag().unwrap(), "1");
//! assert!(request.headers.get(&HeaderName::Via).is_some());
//! ```

mod arena;
pub mod digest;
mod error;
mod header;
mod headers;
mod host;
mod lex;
pub mod limits;
mod message;
mod method;
mod params;
mod text;
mod uri;

pub use rsip::{StatusCode, Transport};

pub use self::arena::Arena;
pub use self::error::{ParseError, ValueError};
pub use self::header::{
    BindingParams, CSeq, Contact, ContactAddr, ContactAddrRef, ContactRef, NameAddr, NameAddrRef,
    Via, ViaRef, ViaTransport,
};
pub use self::headers::{HeaderError, HeaderName, HeaderValue, Headers};
pub use self::host::{Host, HostError, HostPort, HostRef};
pub use self::message::{
    Frame, Message, Request, Response, ResponseBuffer, ResponseWriter, frame_stream,
};
pub use self::method::Method;
pub use self::params::{Params, ParamsRef};
pub use self::text::Text;
pub use self::uri::{Scheme, Uri, UriBuilder, UriError, UriRef};
