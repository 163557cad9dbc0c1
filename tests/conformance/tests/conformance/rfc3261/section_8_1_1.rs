//! RFC 3261 §8.1.1.5: the CSeq of a request.

use crate::desk::{Desk, Phone};

/// "The sequence number value MUST be expressible as a 32-bit unsigned integer and MUST be less than 2**31."
#[test]
fn a_cseq_of_2_31_or_more_is_refused_and_binds_nothing() {
    let mut desk = Desk::new();
    for (cseq, status) in [
        (0x7fff_fffd_u32, 200),
        (0x7fff_ffff, 400),
        (u32::MAX - 1, 400),
    ] {
        let mut tina = Phone {
            cseq,
            ..Phone::tina("a")
        };
        let response = tina.register(&mut desk, "Contact: <sip:tina@198.51.100.7>\r\n");
        assert_eq!(response.status.code(), status, "{cseq}");
    }
    let highest = Phone {
        cseq: 0x7fff_fffe,
        ..Phone::tina("b")
    }
    .request("");
    assert_eq!(desk.send(&highest).status.code(), 401);
}
