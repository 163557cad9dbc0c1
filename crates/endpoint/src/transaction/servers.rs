//! All server transactions, found by id or by key, within bounds.

use std::collections::HashMap;
use std::net::IpAddr;

use super::{ServerKey, ServerTransaction};
use crate::{FlowId, Limits, ServerTransactionId};

/// The maps hold the same transactions; the counts are of them.
#[derive(Debug, Default)]
pub(crate) struct Servers {
    transactions: HashMap<ServerTransactionId, ServerTransaction>,
    by_key: HashMap<ServerKey, ServerTransactionId>,
    per_source: HashMap<IpAddr, usize>,
    last_id: u64,
}

impl Servers {
    /// Whether one more from `source` fits; `stranger` says that this is not the remote end of the flow.
    pub(crate) fn has_room(&self, limits: &Limits, source: IpAddr, stranger: bool) -> bool {
        let bound = if stranger {
            limits.server_transactions / 2
        } else {
            limits.server_transactions
        };
        self.transactions.len() < bound
            && self
                .per_source
                .get(&source.to_canonical())
                .copied()
                .unwrap_or(0)
                < limits.server_transactions_per_source
    }

    pub(crate) fn insert(&mut self, transaction: ServerTransaction) -> ServerTransactionId {
        self.last_id += 1;
        let id = ServerTransactionId(self.last_id);
        *self
            .per_source
            .entry(transaction.source.ip().to_canonical())
            .or_insert(0) += 1;
        self.by_key.insert(transaction.key.clone(), id);
        self.transactions.insert(id, transaction);
        id
    }

    pub(crate) fn remove(&mut self, id: ServerTransactionId) {
        let Some(transaction) = self.transactions.remove(&id) else {
            return;
        };
        self.by_key.remove(&transaction.key);
        let source = transaction.source.ip().to_canonical();
        if let Some(count) = self.per_source.get_mut(&source) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                self.per_source.remove(&source);
            }
        }
    }

    pub(crate) fn get_mut(&mut self, id: ServerTransactionId) -> Option<&mut ServerTransaction> {
        self.transactions.get_mut(&id)
    }

    pub(crate) fn by_key(
        &mut self,
        key: &ServerKey,
    ) -> Option<(ServerTransactionId, &mut ServerTransaction)> {
        let id = *self.by_key.get(key)?;
        Some((id, self.transactions.get_mut(&id)?))
    }

    pub(crate) fn of_flow(&self, flow: FlowId) -> Vec<ServerTransactionId> {
        self.transactions
            .iter()
            .filter(|(_, transaction)| transaction.flow == flow)
            .map(|(id, _)| *id)
            .collect()
    }
}
