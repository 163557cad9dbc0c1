//! Sockets, names and networks: everything that touches the wire.

pub(crate) mod dns;
pub(crate) mod flow_socket;
pub(crate) mod here;
pub(crate) mod networks;
pub(crate) mod targets;
