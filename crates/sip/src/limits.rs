//! What a message may cost at most. Everything beyond is refused, not cut.

/// Bytes of a whole message: what a UDP datagram can carry, and no more over a stream either.
pub const MAX_MESSAGE: usize = 65_536;

/// Header lines of a message. The busiest of RFC 4475 has about 50.
pub const MAX_HEADERS: usize = 128;

/// Bytes of one header, its folded lines included.
pub const MAX_HEADER_LINE: usize = 8_192;

/// Bytes of a start line.
pub const MAX_START_LINE: usize = 8_192;

/// Bytes of a URI. Offsets into a URI are kept in 16 bits.
pub const MAX_URI: usize = 8_192;

/// Elements of all headers of one name together (Via, Contact, Route …), however they are joined.
pub const MAX_ELEMENTS: usize = 256;
