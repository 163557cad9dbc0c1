//! All client transactions, found by the caller's id or by their branch.

use std::collections::HashMap;

use super::ClientTransaction;
use crate::{FlowId, RequestId};

/// The two maps hold the same transactions.
#[derive(Debug, Default)]
pub(crate) struct Clients {
    transactions: HashMap<RequestId, ClientTransaction>,
    by_branch: HashMap<String, RequestId>,
}

impl Clients {
    pub(crate) fn insert(&mut self, id: RequestId, transaction: ClientTransaction) {
        self.by_branch.insert(transaction.branch.clone(), id);
        self.transactions.insert(id, transaction);
    }

    pub(crate) fn remove(&mut self, id: RequestId) {
        if let Some(transaction) = self.transactions.remove(&id) {
            self.by_branch.remove(&transaction.branch);
        }
    }

    pub(crate) fn contains(&self, id: RequestId) -> bool {
        self.transactions.contains_key(&id)
    }

    pub(crate) fn get_mut(&mut self, id: RequestId) -> Option<&mut ClientTransaction> {
        self.transactions.get_mut(&id)
    }

    pub(crate) fn by_branch(
        &mut self,
        branch: &str,
    ) -> Option<(RequestId, &mut ClientTransaction)> {
        let id = *self.by_branch.get(branch)?;
        Some((id, self.transactions.get_mut(&id)?))
    }

    pub(crate) fn of_flow(&self, flow: FlowId) -> Vec<RequestId> {
        self.transactions
            .iter()
            .filter(|(_, transaction)| transaction.flow == flow)
            .map(|(id, _)| *id)
            .collect()
    }

    pub(crate) fn len(&self) -> usize {
        self.transactions.len()
    }
}
