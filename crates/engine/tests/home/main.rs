//! The home's listeners, as phones meet them: an engine in a thread, real sockets.
#![cfg(unix)]

mod desk;
mod flood;
mod phone;
mod ports;
mod streams;
mod troubles;
mod udp;
mod web_sockets;
