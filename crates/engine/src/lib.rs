//! The tokio shell around the sans-IO machines: sockets, DNS, store, secrets, config. It owns all state.
