//! SIP as a language: message, URI, header, digest. No state, no time, no I/O.
