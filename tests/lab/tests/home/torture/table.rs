//! What each message is answered by a registrar for `example.com` that serves REGISTER and OPTIONS.
//!
//! A registrar asks who it is before it looks at a Contact (RFC 3261 §10.3, step 3 before 7): REGISTERs that are well-formed, or whose fault is in a Contact, have a
//! 401 here; what they bind with a login, [`super::logins`] asks. Well-formed requests of other methods have a 405, whatever else is to be said of them (§8.2.1 comes
//! first). On a stream, two of the RFC's messages never end (`clerr` is longer than it is, `baddn` lacks the empty line), and those whose end can't be told end the
//! connection.

/// Whose message it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rfc {
    /// RFC 4475.
    Torture,
    /// RFC 5118.
    Ipv6,
}

/// What becomes of it on a stream.
#[derive(Clone, Copy, Debug)]
pub(super) enum Stream {
    /// As many answers, each one of these.
    Answers(&'static [&'static [u16]]),
    /// None, and the connection waits for more.
    Silence,
    /// The end of the connection, after one of these if anything.
    Over(&'static [u16]),
}

/// A row.
#[derive(Clone, Copy, Debug)]
pub(super) struct Case {
    pub(super) rfc: Rfc,
    pub(super) name: &'static str,
    pub(super) section: &'static str,
    /// One of these as a datagram; none is silence.
    pub(super) datagram: &'static [u16],
    pub(super) stream: Stream,
}

const fn torture(section: &'static str, name: &'static str, answer: &'static [u16]) -> Case {
    Case {
        rfc: Rfc::Torture,
        name,
        section,
        datagram: answer,
        stream: Stream::Silence,
    }
}

const fn ipv6(section: &'static str, name: &'static str, answer: &'static [u16]) -> Case {
    Case {
        rfc: Rfc::Ipv6,
        ..torture(section, name, answer)
    }
}

impl Case {
    const fn streamed(mut self, stream: Stream) -> Case {
        self.stream = stream;
        self
    }

    /// What is wrong if these are the answers to it as a datagram.
    pub(super) fn is_otherwise(&self, found: &[u16]) -> Option<String> {
        let fits = match (self.datagram, found) {
            ([], []) => true,
            (wanted, [only]) => wanted.contains(only),
            _ => false,
        };
        let (name, section, wanted) = (self.name, self.section, self.datagram);
        (!fits).then(|| format!("{name} ({section}): {found:?}, not {wanted:?}"))
    }
}

/// Every message, in the order of the RFCs.
pub(super) const CASES: &[Case] = &[
    torture("3.1.1.1", "wsinv", &[405]).streamed(Stream::Answers(&[&[405]])),
    torture("3.1.1.2", "intmeth", &[405, 501]).streamed(Stream::Answers(&[&[405, 501]])),
    torture("3.1.1.3", "esc01", &[405]).streamed(Stream::Answers(&[&[405]])),
    torture("3.1.1.4", "escnull", &[401]).streamed(Stream::Answers(&[&[401]])),
    torture("3.1.1.5", "esc02", &[405, 501]).streamed(Stream::Answers(&[&[405, 501]])),
    torture("3.1.1.6", "lwsdisp", &[200]).streamed(Stream::Answers(&[&[200]])),
    torture("3.1.1.7", "longreq", &[405]).streamed(Stream::Answers(&[&[405]])),
    torture("3.1.1.8", "dblreq", &[401]).streamed(Stream::Answers(&[&[401], &[405]])),
    torture("3.1.1.9", "semiuri", &[200]).streamed(Stream::Answers(&[&[200]])),
    torture("3.1.1.10", "transports", &[200]).streamed(Stream::Answers(&[&[200]])),
    torture("3.1.1.11", "mpart01", &[405]).streamed(Stream::Answers(&[&[405]])),
    torture("3.1.1.12", "unreason", &[]).streamed(Stream::Silence),
    torture("3.1.1.13", "noreason", &[]).streamed(Stream::Silence),
    torture("3.1.2.1", "badinv01", &[400]).streamed(Stream::Answers(&[&[400]])),
    torture("3.1.2.2", "clerr", &[400]).streamed(Stream::Silence),
    torture("3.1.2.3", "ncl", &[400]).streamed(Stream::Over(&[400])),
    torture("3.1.2.4", "scalar02", &[400]).streamed(Stream::Answers(&[&[400]])),
    torture("3.1.2.5", "scalarlg", &[]).streamed(Stream::Silence),
    torture("3.1.2.6", "quotbal", &[400]).streamed(Stream::Answers(&[&[400]])),
    torture("3.1.2.7", "ltgtruri", &[400]).streamed(Stream::Answers(&[&[400]])),
    torture("3.1.2.8", "lwsruri", &[400]).streamed(Stream::Answers(&[&[400]])),
    torture("3.1.2.9", "lwsstart", &[400]).streamed(Stream::Answers(&[&[400]])),
    torture("3.1.2.10", "trws", &[400]).streamed(Stream::Answers(&[&[400]])),
    torture("3.1.2.11", "escruri", &[400, 405]).streamed(Stream::Answers(&[&[400, 405]])),
    torture("3.1.2.12", "baddate", &[405]).streamed(Stream::Answers(&[&[405]])),
    torture("3.1.2.13", "regbadct", &[400, 401]).streamed(Stream::Answers(&[&[400, 401]])),
    torture("3.1.2.14", "badaspec", &[400]).streamed(Stream::Answers(&[&[400]])),
    torture("3.1.2.15", "baddn", &[400, 404]).streamed(Stream::Silence),
    torture("3.1.2.16", "badvers", &[505]).streamed(Stream::Answers(&[&[505]])),
    torture("3.1.2.17", "mismatch01", &[400]).streamed(Stream::Answers(&[&[400]])),
    torture("3.1.2.18", "mismatch02", &[400, 501]).streamed(Stream::Answers(&[&[400, 501]])),
    torture("3.1.2.19", "bigcode", &[]).streamed(Stream::Silence),
    torture("3.2.1", "badbranch", &[200]).streamed(Stream::Answers(&[&[200]])),
    torture("3.3.1", "insuf", &[400]).streamed(Stream::Answers(&[&[400]])),
    torture("3.3.2", "unkscm", &[416]).streamed(Stream::Answers(&[&[416]])),
    torture("3.3.3", "novelsc", &[416]).streamed(Stream::Answers(&[&[416]])),
    torture("3.3.4", "unksm2", &[400]).streamed(Stream::Answers(&[&[400]])),
    torture("3.3.5", "bext01", &[420]).streamed(Stream::Answers(&[&[420]])),
    torture("3.3.6", "invut", &[405, 415]).streamed(Stream::Answers(&[&[405, 415]])),
    torture("3.3.7", "regaut01", &[401]).streamed(Stream::Answers(&[&[401]])),
    torture("3.3.8", "multi01", &[400]).streamed(Stream::Answers(&[&[400]])),
    torture("3.3.9", "mcl01", &[400]).streamed(Stream::Over(&[400])),
    torture("3.3.10", "bcast", &[]).streamed(Stream::Silence),
    torture("3.3.11", "zeromf", &[200]).streamed(Stream::Answers(&[&[200]])),
    torture("3.3.12", "cparam01", &[401]).streamed(Stream::Answers(&[&[401]])),
    torture("3.3.13", "cparam02", &[401]).streamed(Stream::Answers(&[&[401]])),
    torture("3.3.14", "regescrt", &[401]).streamed(Stream::Answers(&[&[401]])),
    torture("3.3.15", "sdp01", &[405]).streamed(Stream::Answers(&[&[405]])),
    torture("3.4.1", "inv2543", &[405]).streamed(Stream::Over(&[])),
    ipv6("4.1", "ipv6-good", &[404]).streamed(Stream::Answers(&[&[404]])),
    ipv6("4.2", "ipv6-bad", &[400]).streamed(Stream::Answers(&[&[400]])),
    ipv6("4.3", "port-ambiguous", &[404]).streamed(Stream::Answers(&[&[404]])),
    ipv6("4.4", "port-unambiguous", &[404]).streamed(Stream::Answers(&[&[404]])),
    ipv6("4.5", "via-received-param-with-delim", &[405, 481])
        .streamed(Stream::Answers(&[&[405, 481]])),
    ipv6("4.5", "via-received-param-no-delim", &[404]).streamed(Stream::Answers(&[&[404]])),
    ipv6("4.6", "ipv6-in-sdp", &[405]).streamed(Stream::Answers(&[&[405]])),
    ipv6("4.7", "mult-ip-in-header", &[405, 481]).streamed(Stream::Answers(&[&[405, 481]])),
    ipv6("4.8", "mult-ip-in-sdp", &[405]).streamed(Stream::Answers(&[&[405]])),
    ipv6("4.9", "ipv4-mapped-ipv6", &[405]).streamed(Stream::Answers(&[&[405]])),
    ipv6("4.10", "ipv6-bug-abnf-3-colons", &[404]).streamed(Stream::Answers(&[&[404]])),
    ipv6("4.10", "ipv6-correct-abnf-2-colons", &[404]).streamed(Stream::Answers(&[&[404]])),
];
