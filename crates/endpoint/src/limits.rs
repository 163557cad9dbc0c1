//! How much a peer can make us hold.

/// Bounds of an endpoint's tables. Whatever does not fit is dropped as a network would drop it, and counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Server transactions in all. Peers other than the remote end of the flow a request arrives on can take half of them, so
    /// that a flood from strangers does not shut the registrar out.
    pub server_transactions: usize,
    /// Server transactions of one source address. They last 64*T1, so 256 of them are 8 new requests a second, for ever.
    pub server_transactions_per_source: usize,
    /// Client transactions, those that only absorb late answers included.
    pub client_transactions: usize,
    /// Events and, apart, datagrams that wait to be polled.
    pub queue: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            server_transactions: 1024,
            server_transactions_per_source: 256,
            client_transactions: 1024,
            queue: 1024,
        }
    }
}
