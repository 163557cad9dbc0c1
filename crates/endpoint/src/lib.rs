//! What carries SIP: transactions, flows, and who gets which message. Sans-IO.
