//! What a registrar has to do, in the order of the RFCs and without any care for speed.

use super::SOURCES;
use super::steps::{Bind, Path, Register};

pub(super) struct Reference {
    max_contacts: usize,
    now: u64,
    /// Counts bindings and refreshes, to tell which is the newer.
    turn: u64,
    users: [Vec<Bound>; 2],
}

#[derive(Clone, Debug)]
struct Bound {
    host: u8,
    params: String,
    q: u16,
    instance: Option<u8>,
    reg_id: Option<u32>,
    client: usize,
    cseq: i64,
    ends: u64,
    updated: u64,
    turn: u64,
    stream: Option<u64>,
    moved: bool,
    fresh: bool,
}

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Listed {
    pub(super) uri: String,
    pub(super) params: String,
    pub(super) expires: u64,
}

pub(super) struct Granted {
    pub(super) listed: Vec<Listed>,
    pub(super) outbound: bool,
}

impl Reference {
    pub(super) fn new(max_contacts: usize) -> Reference {
        Reference {
            max_contacts,
            now: 0,
            turn: 0,
            users: [Vec::new(), Vec::new()],
        }
    }

    pub(super) fn wait(&mut self, seconds: u64) {
        self.now += seconds;
        let now = self.now;
        self.each(|b| b.ends > now);
    }

    pub(super) fn close(&mut self, stream: u64) {
        self.each(|b| b.stream != Some(stream));
    }

    /// What came on streams is gone with them.
    pub(super) fn restart(&mut self) {
        self.each(|b| b.stream.is_none());
    }

    fn each(&mut self, keep: impl Fn(&Bound) -> bool) {
        for user in &mut self.users {
            user.retain(&keep);
        }
    }

    /// The whole list, or the statuses that are right for a refusal.
    pub(super) fn register(
        &mut self,
        wish: &Register,
        cseq: i64,
        stream: Option<u64>,
    ) -> Result<Granted, Vec<u16>> {
        // RFC 5626 §6: without an `ob` of the first hop there is no outbound. Whoever asks for it is told; else reg-id means nothing.
        let outbound_applies = wish.path != Path::WithoutOb;
        let mut faults = Vec::new();
        if wish.outbound && !outbound_applies && wish.contacts.iter().any(|c| c.reg_id.is_some()) {
            faults.push(439);
        }
        let reg_id = |contact: &Bind| {
            contact
                .reg_id
                .filter(|_| outbound_applies && contact.instance.is_some())
        };
        // RFC 3261 §10.3 step 6.
        if wish.star && (!wish.contacts.is_empty() || wish.expires != Some(0)) {
            faults.push(400);
        }
        // Step 7: parameter, header, default.
        let asked = |contact: &Bind| contact.expires.or(wish.expires).unwrap_or(3600);
        if wish.contacts.iter().any(|c| (1..60).contains(&asked(c))) {
            faults.push(423);
        }
        let bound: Vec<&Bind> = wish.contacts.iter().filter(|c| asked(c) > 0).collect();
        if bound.len() > 1 && bound.iter().any(|c| reg_id(c).is_some()) {
            faults.push(400);
        }
        if !faults.is_empty() {
            return Err(faults);
        }
        // All or nothing: on a copy.
        let mut list = self.users[wish.user].clone();
        if wish.star {
            if list
                .iter()
                .any(|b| b.client == wish.client && b.cseq >= cseq)
            {
                return Err(vec![500]);
            }
            list.clear();
        }
        for contact in &wish.contacts {
            let reg_id = reg_id(contact);
            let meant = |b: &Bound| {
                let same_uri = b.host == contact.host;
                let same_instance = contact.instance.is_some()
                    && b.instance == contact.instance
                    && b.reg_id == reg_id;
                (same_instance && !b.fresh)
                    || (same_uri && (reg_id.is_none() || b.reg_id.is_none()))
            };
            if list
                .iter()
                .any(|b| meant(b) && !b.fresh && b.client == wish.client && b.cseq >= cseq)
            {
                return Err(vec![500]);
            }
            list.retain(|b| !meant(b));
            let seconds = u64::from(asked(contact).min(7200));
            if seconds > 0 {
                self.turn += 1;
                let mut written = contact.clone();
                written.expires = None;
                let written = written.written();
                list.push(Bound {
                    host: contact.host,
                    params: written.split_once('>').unwrap().1.to_owned(),
                    q: contact.q.map_or(1000, |q| q * 100),
                    instance: contact.instance,
                    reg_id,
                    client: wish.client,
                    cseq,
                    ends: self.now + seconds,
                    updated: self.now,
                    turn: self.turn,
                    stream: stream.filter(|_| wish.path == Path::None),
                    moved: wish.moved,
                    fresh: true,
                });
            }
        }
        // The limit: other flows of the same device first, then the oldest.
        while list.len() > self.max_contacts {
            let mine: Vec<Option<u8>> = list
                .iter()
                .filter(|b| b.fresh)
                .map(|b| b.instance)
                .collect();
            let first = (0..list.len())
                .filter(|at| !list[*at].fresh)
                .min_by_key(|at| {
                    let b = &list[*at];
                    let same = b.instance.is_some() && mine.contains(&b.instance);
                    (!same, b.updated)
                })
                .unwrap();
            list.remove(first);
        }
        for b in &mut list {
            b.fresh = false;
        }
        let outbound = wish.outbound
            && wish
                .contacts
                .iter()
                .any(|c| reg_id(c).is_some() && asked(c) > 0);
        let mut listed: Vec<Listed> = list
            .iter()
            .map(|b| Listed {
                uri: uri(b.host),
                params: b.params.clone(),
                expires: b.ends - self.now,
            })
            .collect();
        listed.sort();
        self.users[wish.user] = list;
        Ok(Granted { listed, outbound })
    }

    /// By preference; one contact of a device, the one heard of last.
    pub(super) fn callable(&self, user: usize) -> Vec<Vec<String>> {
        let list = &self.users[user];
        let mut called: Vec<&Bound> = list
            .iter()
            .filter(|b| {
                b.instance.is_none()
                    || !list.iter().any(|o| {
                        o.instance == b.instance && (o.updated, o.turn) > (b.updated, b.turn)
                    })
            })
            .collect();
        called.sort_by_key(|b| std::cmp::Reverse(b.q));
        called
            .chunk_by(|one, two| one.q == two.q)
            .map(|group| {
                let mut group: Vec<String> = group.iter().map(place).collect();
                group.sort();
                group
            })
            .collect()
    }
}

fn place(b: &&Bound) -> String {
    format!("{} at {}", uri(b.host), SOURCES[usize::from(b.moved)])
}

fn uri(host: u8) -> String {
    format!("sip:phone@host{host}.example;transport=udp")
}
