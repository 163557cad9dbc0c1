//! Seeded runs in virtual time: the agent against scripted registrars over a bad network.
