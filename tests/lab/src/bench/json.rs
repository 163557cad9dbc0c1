//! The findings for programs: every single change.

use serde_json::{Value, json};

use super::client::Client;
use super::sample::{Cell, Sample};
use super::{Findings, machine};
use crate::peer::Peer;

/// Every change of every client, in milliseconds; `null` where no binding came within the patience.
#[must_use]
pub fn json(findings: &Findings) -> Value {
    let versions = Peer::ALL.map(|peer| (peer.name().to_owned(), peer.version().into()));
    json!({
        "bellhop": findings.program,
        "machine": machine::line(),
        "wire": findings.wire,
        "seconds": findings.seconds,
        "versions": Value::Object(versions.into_iter().collect()),
        "missing": findings.missing.iter().map(|peer| peer.name()).collect::<Vec<_>>(),
        "cells": findings.cells.iter().map(cell).collect::<Vec<_>>(),
        "faults": findings.faults(),
    })
}

fn cell(cell: &Cell) -> Value {
    json!({
        "client": cell.client.name(),
        "phone": matches!(cell.client, Client::Phone(_)),
        "scenario": cell.case.scenario.name(),
        "registrar": cell.case.nonce.name(),
        "round_trip_ms": u64::try_from(cell.case.round_trip_ms()).ok(),
        "limit_ms": cell.case.limit_ms(),
        "patience_s": cell.client.patience().as_secs(),
        "samples": cell.samples.iter().map(sample).collect::<Vec<_>>(),
        "broken": cell.broken,
    })
}

fn sample(sample: &Sample) -> Value {
    json!({
        "took_ms": sample.took_ms,
        "challenges": sample.challenges,
        "left_behind": sample.left_behind,
        "faults": sample.faults,
    })
}
