//! placeholder
use super::Findings;
/// placeholder
#[must_use]
pub fn markdown(findings: &Findings) -> String {
    format!("{:?}", findings.samples)
}
