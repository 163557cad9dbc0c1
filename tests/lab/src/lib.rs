//! A laptop, two NATs, a company with a real registrar: network namespaces and a wire with delay and loss.
