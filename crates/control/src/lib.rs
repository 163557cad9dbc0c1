//! What engine and views share: commands, snapshot, config schema, error codes, framing, client.
