//! How often an account has used its nonces. Kept by the account: however many users there are, none makes another's count forgotten.

use smallvec::SmallVec;

use super::nonce::NonceId;

/// Nonces that one account may use side by side: one for each of its devices, and some on the way.
const MAX_NONCES: usize = 16;

/// What became of a nonce count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Redeemed {
    /// Never seen.
    Fresh,
    /// The last one of its nonce, in the very same request: a copy made by a network or a transaction layer. `served`: it was answered 200.
    Copy { served: bool },
    /// Seen, or below one that was.
    Stale,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Uses {
    /// Nonces up to this one are stale unless they are in the list: their counts were forgotten.
    floor: Option<NonceId>,
    /// Most accounts have one device, and there may be many accounts.
    list: SmallVec<[Use; 1]>,
}

#[derive(Clone, Copy, Debug)]
struct Use {
    nonce: NonceId,
    count: u32,
    served: bool,
    /// What the request was, by a keyed hash.
    request: u64,
}

impl Uses {
    /// Accepts a use of `nonce` whose digest was right. `over` tells which nonces need not be remembered any more.
    pub(crate) fn redeem(
        &mut self,
        nonce: NonceId,
        count: u32,
        request: u64,
        over: impl Fn(NonceId) -> bool,
    ) -> Redeemed {
        if let Some(used) = self.list.iter_mut().find(|used| used.nonce == nonce) {
            if count == used.count && request == used.request {
                return Redeemed::Copy {
                    served: used.served,
                };
            }
            if count <= used.count {
                return Redeemed::Stale;
            }
            *used = Use {
                nonce,
                count,
                served: false,
                request,
            };
            return Redeemed::Fresh;
        }
        if count == 0 || self.floor.is_some_and(|floor| nonce <= floor) {
            return Redeemed::Stale;
        }
        self.list.retain(|used| !over(used.nonce));
        if self.list.len() >= MAX_NONCES {
            self.forget_oldest();
        }
        if self.list.len() == self.list.capacity() {
            self.list.reserve_exact(1);
        }
        self.list.push(Use {
            nonce,
            count,
            served: false,
            request,
        });
        Redeemed::Fresh
    }

    /// The request that used `nonce` last was answered 200.
    pub(crate) fn served(&mut self, nonce: NonceId) {
        if let Some(used) = self.list.iter_mut().find(|used| used.nonce == nonce) {
            used.served = true;
        }
    }

    fn forget_oldest(&mut self) {
        let oldest = self
            .list
            .iter()
            .enumerate()
            .min_by_key(|(_, used)| used.nonce)
            .map(|(at, _)| at);
        if let Some(at) = oldest {
            let forgotten = self.list.swap_remove(at).nonce;
            self.floor = self.floor.max(Some(forgotten));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn redeem(uses: &mut Uses, nonce: u64, count: u32) -> Redeemed {
        uses.redeem(NonceId(nonce), count, u64::from(count), |_| false)
    }

    #[test]
    fn a_count_is_good_once_and_only_upwards() {
        let mut uses = Uses::default();
        assert_eq!(redeem(&mut uses, 1, 0), Redeemed::Stale);
        assert_eq!(redeem(&mut uses, 1, 2), Redeemed::Fresh);
        assert_eq!(redeem(&mut uses, 1, 1), Redeemed::Stale);
        assert_eq!(redeem(&mut uses, 1, 3), Redeemed::Fresh);
    }

    #[test]
    fn the_same_request_again_is_a_copy_and_another_with_its_count_is_stale() {
        let mut uses = Uses::default();
        assert_eq!(redeem(&mut uses, 1, 1), Redeemed::Fresh);
        assert_eq!(redeem(&mut uses, 1, 1), Redeemed::Copy { served: false });
        uses.served(NonceId(1));
        assert_eq!(redeem(&mut uses, 1, 1), Redeemed::Copy { served: true });
        assert_eq!(uses.redeem(NonceId(1), 1, 99, |_| false), Redeemed::Stale);
    }

    #[test]
    fn a_forgotten_count_makes_its_nonce_stale_not_free() {
        let mut uses = Uses::default();
        for nonce in 1..=MAX_NONCES as u64 + 1 {
            assert_eq!(redeem(&mut uses, nonce, 1), Redeemed::Fresh);
        }
        assert_eq!(uses.list.len(), MAX_NONCES);
        assert_eq!(redeem(&mut uses, 1, 2), Redeemed::Stale);
        assert_eq!(redeem(&mut uses, 2, 2), Redeemed::Fresh);
    }

    #[test]
    fn what_is_over_makes_room() {
        let mut uses = Uses::default();
        for nonce in 1..=MAX_NONCES as u64 {
            redeem(&mut uses, nonce, 1);
        }
        let fresh = uses.redeem(NonceId(99), 1, 1, |nonce| nonce.0 < 9);
        assert_eq!(fresh, Redeemed::Fresh);
        assert_eq!(uses.list.len(), 9);
        assert_eq!(uses.floor, None);
    }
}
