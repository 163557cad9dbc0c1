//! Bellhop as `bellhop run`, with a home of so many devices.

use std::path::Path;

use anyhow::{Result, bail};

use super::{Server, Site};

pub(super) fn start(_site: Site, _users: u32, _program: &Path, _durable: bool) -> Result<Server> {
    bail!("not yet")
}

pub(super) fn bindings(_site: &Site, _program: &Path) -> Result<u64> {
    bail!("not yet")
}
