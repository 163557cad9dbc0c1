//! What may happen to a registrar, at random.

use proptest::prelude::*;

#[derive(Clone, Debug)]
pub(super) enum Step {
    Register(Register),
    /// The last one again, with the next CSeq: a refresh.
    Again {
        /// Of its contacts only the last.
        one: bool,
        /// From the other address.
        moved: bool,
    },
    Wait(u64),
    Close(usize),
    Restart,
}

#[derive(Clone, Debug)]
pub(super) struct Register {
    pub(super) user: usize,
    /// Which client: it has a Call-ID and counts its CSeq.
    pub(super) client: usize,
    /// How far the CSeq goes on; 0 and less is what a late request has.
    pub(super) cseq: i64,
    pub(super) contacts: Vec<Bind>,
    pub(super) star: bool,
    pub(super) expires: Option<u32>,
    pub(super) stream: Option<usize>,
    pub(super) path: Path,
    pub(super) outbound: bool,
    /// Which of two addresses it comes from.
    pub(super) moved: bool,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Path {
    None,
    WithOb,
    WithoutOb,
}

#[derive(Clone, Debug)]
pub(super) struct Bind {
    pub(super) host: u8,
    /// The same address, written otherwise.
    pub(super) spelling: bool,
    pub(super) expires: Option<u32>,
    pub(super) instance: Option<u8>,
    pub(super) reg_id: Option<u32>,
    pub(super) q: Option<u16>,
}

impl Bind {
    pub(super) fn written(&self) -> String {
        let host = self.host;
        let mut text = if self.spelling {
            format!("<sip:%70hone@HOST{host}.example;Transport=UDP>")
        } else {
            format!("<sip:phone@host{host}.example;transport=udp>")
        };
        if let Some(q) = self.q {
            text.push_str(&format!(";q=0.{q}"));
        }
        if let Some(instance) = self.instance {
            text.push_str(&format!(";+sip.instance=\"<urn:x:{instance}>\""));
        }
        if let Some(reg_id) = self.reg_id {
            text.push_str(&format!(";reg-id={reg_id}"));
        }
        if let Some(expires) = self.expires {
            text.push_str(&format!(";expires={expires}"));
        }
        text
    }
}

fn expires() -> impl Strategy<Value = Option<u32>> {
    prop_oneof![
        3 => Just(None),
        3 => Just(Some(0)),
        6 => (60..400u32).prop_map(Some),
        1 => (1..60u32).prop_map(Some),
        1 => (7000..9000u32).prop_map(Some),
    ]
}

fn bind() -> impl Strategy<Value = Bind> {
    (
        0..5u8,
        any::<bool>(),
        expires(),
        prop::option::of(0..3u8),
        prop::option::weighted(0.4, 1..3u32),
        prop::option::weighted(0.3, 1..9u16),
    )
        .prop_map(|(host, spelling, expires, instance, reg_id, q)| Bind {
            host,
            spelling,
            expires,
            instance,
            reg_id,
            q,
        })
}

fn of_one_device(contacts: Vec<Bind>) -> Vec<Bind> {
    let of_one = |it| Bind {
        instance: Some(1),
        reg_id: None,
        ..it
    };
    contacts.into_iter().map(of_one).collect()
}

fn register() -> impl Strategy<Value = Register> {
    let contacts = prop_oneof![
        1 => Just(Vec::new()),
        8 => prop::collection::vec(bind(), 1..2),
        3 => prop::collection::vec(bind(), 2..4),
        1 => prop::collection::vec(bind(), 2..3).prop_map(of_one_device),
    ];
    (
        prop::bool::weighted(0.25),
        0..3usize,
        prop_oneof![8 => Just(1i64), 1 => Just(0), 1 => Just(-1)],
        contacts,
        prop::bool::weighted(0.06),
        expires(),
        prop::option::weighted(0.3, 0..3usize),
        prop_oneof![6 => Just(Path::None), 1 => Just(Path::WithOb), 1 => Just(Path::WithoutOb)],
        prop::bool::weighted(0.4),
    )
        .prop_map(
            |(user, client, cseq, contacts, star, expires, stream, path, outbound)| Register {
                user: usize::from(user),
                client,
                cseq,
                // Mostly a star comes as it should.
                expires: if star && client > 0 { Some(0) } else { expires },
                contacts: if star && client > 0 {
                    Vec::new()
                } else {
                    contacts
                },
                star,
                stream,
                path,
                outbound,
                moved: false,
            },
        )
}

pub(super) fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        12 => register().prop_map(Step::Register),
        4 => (prop::bool::weighted(0.3), prop::bool::weighted(0.3)).prop_map(|(one, moved)| Step::Again { one, moved }),
        4 => (1..120u64).prop_map(Step::Wait),
        1 => (120..4000u64).prop_map(Step::Wait),
        1 => (0..3usize).prop_map(Step::Close),
        1 => Just(Step::Restart),
    ]
}
