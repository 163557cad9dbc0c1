//! Everything that one run found, and the medians of it.

use super::cores::Cores;
use super::lookup::Lookup;
use super::memory::Memory;
use super::round::Sample;
use super::{Contestant, Options};

/// Everything that one run of the bench found.
#[derive(Debug)]
pub struct Findings {
    /// Which Bellhop it was.
    pub made_from: String,
    /// What was measured.
    pub options: Options,
    /// How long all of it took, in seconds.
    pub seconds: f64,
    pub(super) cores: String,
    /// Whether others' work on the cores was kept away.
    pub(super) raised: bool,
    pub(super) samples: Vec<Sample>,
    pub(super) memory: Vec<Memory>,
    pub(super) lookups: Vec<Lookup>,
}

impl Findings {
    pub(super) fn new(made_from: &str, options: Options, cores: &Cores, raised: bool) -> Self {
        Self {
            made_from: made_from.to_owned(),
            options,
            seconds: 0.0,
            cores: cores.line(),
            raised,
            samples: Vec::new(),
            memory: Vec::new(),
            lookups: Vec::new(),
        }
    }

    /// What is wrong, beyond being slow: answers that should not have been, bindings that are missing, and figures that are the generator's.
    #[must_use]
    pub fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        for sample in &self.samples {
            let name = sample.contestant.name();
            faults.extend(sample.faults.iter().map(|fault| format!("{name}: {fault}")));
            if sample.limited && sample.contestant.registers() {
                faults.push(format!(
                    "{name}: the generator was busy {:.0} % of the time and the server only {:.2} cores, so the rate is not the server's",
                    sample.refresh.generator_cores() * 100.0,
                    sample.refresh.server_cores()
                ));
            }
        }
        faults
    }

    /// The median over the rounds of one contestant.
    pub(super) fn median(
        &self,
        contestant: Contestant,
        value: impl Fn(&Sample) -> f64,
    ) -> Option<f64> {
        let samples = self.samples.iter();
        let mut values: Vec<_> = samples
            .filter(|sample| sample.contestant == contestant)
            .map(value)
            .collect();
        values.sort_by(f64::total_cmp);
        let middle = values.len() / 2;
        let upper = *values.get(middle)?;
        Some(match values.len() % 2 {
            0 => f64::midpoint(*values.get(middle - 1)?, upper),
            _ => upper,
        })
    }

    /// Bytes a binding, where that was measured.
    pub(super) fn bytes_at(&self, contestant: Contestant, bindings: u32) -> Option<u64> {
        let mut memory = self.memory.iter();
        memory
            .find(|memory| memory.contestant == contestant && memory.bindings == bindings)
            .map(Memory::per_binding)
    }
}
