//! Who is connected: how many there may be, in all and of one source, and who goes when there are more; and how fast they may come.
//!
//! A connection is *fresh* until a whole message has come, and *loose* until a device is bound by it. Room for another one is made by ending the oldest fresh one, or
//! else the oldest loose one, of the same source if that has its share; one that a device is bound by is never ended for another.

mod rates;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use bellhop_registrar::StreamId;
use tokio::sync::watch;

use self::rates::Rates;

/// A home has a few dozen devices.
const MOST: usize = 1024;
/// Of these, those of one source.
const MOST_OF_ONE: usize = 128;
/// Files that the engine needs besides: lines, the control socket and its views, logs, the store.
const RESERVED: usize = 256;
/// Even where files are few.
const FEWEST: usize = 16;

/// Shared by whoever accepts and whoever serves.
#[derive(Clone, Debug)]
pub(crate) struct Connections(Arc<Mutex<Table>>);

/// A place among them. Dropped, it is free.
#[derive(Debug)]
pub(crate) struct Place {
    id: StreamId,
    all: Connections,
    /// Changes when the place is needed or the listener is closed.
    pub(crate) ended: watch::Receiver<bool>,
}

#[derive(Debug)]
struct Table {
    most: usize,
    listeners: u64,
    next: u64,
    open: BTreeMap<StreamId, Entry>,
    fresh: BTreeSet<StreamId>,
    loose: BTreeSet<StreamId>,
    of: HashMap<IpAddr, BTreeSet<StreamId>>,
    banned: HashSet<IpAddr>,
    rates: Rates,
}

#[derive(Debug)]
struct Entry {
    listener: u64,
    source: IpAddr,
    end: watch::Sender<bool>,
}

impl Connections {
    pub(crate) fn new() -> Connections {
        Connections::with_room_for(MOST.min(files().saturating_sub(RESERVED)).max(FEWEST))
    }

    pub(crate) fn with_room_for(most: usize) -> Connections {
        Connections(Arc::new(Mutex::new(Table {
            most,
            listeners: 0,
            next: 1,
            open: BTreeMap::new(),
            fresh: BTreeSet::new(),
            loose: BTreeSet::new(),
            of: HashMap::new(),
            banned: HashSet::new(),
            rates: Rates::default(),
        })))
    }

    /// A number for a listener, never used twice.
    pub(crate) fn new_listener(&self) -> u64 {
        let mut table = self.table();
        table.listeners += 1;
        table.listeners
    }

    /// A place for a connection of `source` to a listener; none where nobody may go for it, or the source is banned or too fast.
    pub(crate) fn enter(&self, now: Instant, listener: u64, source: IpAddr) -> Option<Place> {
        let mut table = self.table();
        let source = source.to_canonical();
        if table.banned.contains(&of_network(source)) || !table.rates.allow(now, source) {
            return None;
        }
        // All of this machine's softphones are one source.
        let share = if source.is_loopback() {
            table.most / 2
        } else {
            MOST_OF_ONE.min(table.most / 4).max(1)
        };
        if let Some(own) = table.of.get(&source).filter(|own| own.len() >= share) {
            let fresh = own.intersection(&table.fresh).next();
            let oldest = fresh.or_else(|| own.intersection(&table.loose).next());
            let oldest = oldest.copied()?;
            table.end(oldest);
        } else if table.open.len() >= table.most {
            let oldest = table.fresh.first().or_else(|| table.loose.first());
            let oldest = oldest.copied()?;
            table.end(oldest);
        }
        let id = StreamId(table.next);
        table.next += 1;
        let (end, ended) = watch::channel(false);
        table.fresh.insert(id);
        table.of.entry(source).or_default().insert(id);
        let entry = Entry {
            listener,
            source,
            end,
        };
        table.open.insert(id, entry);
        Some(Place {
            id,
            all: self.clone(),
            ended,
        })
    }

    /// Somebody has logged in from there.
    pub(crate) fn know(&self, now: Instant, source: IpAddr) {
        self.table().rates.know(now, source.to_canonical());
    }

    /// Ends those of a listener that is closed.
    pub(crate) fn end_all_of(&self, listener: u64) {
        self.end_where(|entry| entry.listener == listener);
    }

    /// Whether a device is bound by it.
    pub(crate) fn set_bound(&self, id: StreamId, bound: bool) {
        let mut table = self.table();
        if bound {
            table.fresh.remove(&id);
            table.loose.remove(&id);
        } else if table.open.contains_key(&id) {
            table.loose.insert(id);
        }
    }

    /// Ends one.
    pub(crate) fn end(&self, id: StreamId) {
        self.table().end(id);
    }

    /// Nobody at that address, of IPv6 in that network, is let in any more.
    pub(crate) fn ban(&self, ip: IpAddr) {
        let ip = of_network(ip.to_canonical());
        self.table().banned.insert(ip);
        self.end_where(|entry| of_network(entry.source) == ip);
    }

    pub(crate) fn free(&self, ip: IpAddr) {
        self.table().banned.remove(&of_network(ip.to_canonical()));
    }

    fn end_where(&self, ends: impl Fn(&Entry) -> bool) {
        let mut table = self.table();
        let ids: Vec<StreamId> = table
            .open
            .iter()
            .filter(|(_, entry)| ends(entry))
            .map(|(id, _)| *id)
            .collect();
        for id in ids {
            table.end(id);
        }
    }

    fn table(&self) -> MutexGuard<'_, Table> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Table {
    /// Its place is free at once; its socket closes in a moment.
    fn end(&mut self, id: StreamId) {
        self.fresh.remove(&id);
        self.loose.remove(&id);
        if let Some(entry) = self.open.remove(&id) {
            let _ = entry.end.send(true);
            if let Some(own) = self.of.get_mut(&entry.source) {
                own.remove(&id);
                if own.is_empty() {
                    self.of.remove(&entry.source);
                }
            }
        }
    }
}

impl Place {
    pub(crate) fn id(&self) -> StreamId {
        self.id
    }

    /// A whole message has come.
    pub(crate) fn has_spoken(&self) {
        let mut table = self.all.table();
        if table.fresh.remove(&self.id) {
            table.loose.insert(self.id);
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.all.table().end(self.id);
    }
}

/// A home or a landlord gives a whole /64 to whoever asks.
fn of_network(ip: IpAddr) -> IpAddr {
    match ip {
        IpAddr::V4(_) => ip,
        IpAddr::V6(v6) => {
            let [a, b, c, d, ..] = v6.segments();
            IpAddr::V6([a, b, c, d, 0, 0, 0, 0].into())
        }
    }
}

/// How many files this process may open, raised as far as that takes.
#[cfg(unix)]
fn files() -> usize {
    use nix::sys::resource::{Resource, getrlimit, setrlimit};
    let wanted = (MOST + RESERVED) as u64;
    let Ok((soft, hard)) = getrlimit(Resource::RLIMIT_NOFILE) else {
        return RESERVED;
    };
    let raised = wanted.min(hard);
    let is_raised = soft < raised && setrlimit(Resource::RLIMIT_NOFILE, raised, hard).is_ok();
    usize::try_from(if is_raised { raised } else { soft }).unwrap_or(usize::MAX)
}

#[cfg(not(unix))]
fn files() -> usize {
    usize::MAX
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn the_oldest_that_has_said_nothing_goes_first() {
        let all = Connections::with_room_for(16);
        let places: Vec<Place> = (0..16_u8)
            .map(|it| {
                all.enter(Instant::now(), 1, ip(&format!("10.0.0.{it}")))
                    .unwrap()
            })
            .collect();
        places[0].has_spoken();
        let newest = all.enter(Instant::now(), 1, ip("10.0.1.1")).unwrap();
        let gone: Vec<bool> = places.iter().map(|it| *it.ended.borrow()).collect();
        assert_eq!(gone.iter().filter(|gone| **gone).count(), 1);
        assert!(gone[1], "the second has waited longest without a word");
        assert!(!*newest.ended.borrow());
    }

    #[test]
    fn who_is_bound_is_ended_for_nobody() {
        let all = Connections::with_room_for(16);
        let places: Vec<Place> = (0..16_u8)
            .map(|it| {
                all.enter(Instant::now(), 1, ip(&format!("10.0.0.{it}")))
                    .unwrap()
            })
            .collect();
        for place in &places {
            place.has_spoken();
            all.set_bound(place.id(), true);
        }
        assert!(all.enter(Instant::now(), 1, ip("10.0.1.1")).is_none());
        all.set_bound(places[3].id(), false);
        assert!(all.enter(Instant::now(), 1, ip("10.0.1.1")).is_some());
        assert!(*places[3].ended.borrow());
        drop(places);
        assert!(all.enter(Instant::now(), 1, ip("10.0.1.1")).is_some());
    }

    #[test]
    fn one_source_has_its_share_and_no_more() {
        let all = Connections::with_room_for(16);
        let many: Vec<Place> = (0..100)
            .map(|_| all.enter(Instant::now(), 1, ip("192.0.2.7")).unwrap())
            .collect();
        let open = many.iter().filter(|it| !*it.ended.borrow()).count();
        assert_eq!(open, 4);
        assert!(all.enter(Instant::now(), 1, ip("192.0.2.8")).is_some());
    }

    #[test]
    fn a_listener_that_closes_and_a_ban_end_what_they_concern() {
        let all = Connections::with_room_for(16);
        let of_one = all.enter(Instant::now(), 1, ip("192.0.2.7")).unwrap();
        let of_two = all.enter(Instant::now(), 2, ip("192.0.2.7")).unwrap();
        all.end_all_of(1);
        assert!(*of_one.ended.borrow() && !*of_two.ended.borrow());
        all.ban(ip("192.0.2.7"));
        assert!(*of_two.ended.borrow());
        assert!(all.enter(Instant::now(), 2, ip("192.0.2.7")).is_none());
        all.free(ip("192.0.2.7"));
        assert!(all.enter(Instant::now(), 2, ip("192.0.2.7")).is_some());
    }
}
