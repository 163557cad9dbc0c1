//! The companies with a Kamailio.

use bellhop_tests_lab::company::Pbx;
use bellhop_tests_lab::company::kamailio::Habits;

use super::changes::Company;

/// Its nonces hold 300 s: in a lab that is for ever. What comes after that is at the third company, where they hold so short that each
/// change finds the last one run out.
pub(super) fn companies() -> [Company; 3] {
    let usual = Habits::default();
    let company = |name, habits| Company {
        name,
        pbx: Pbx::Kamailio(habits),
    };
    [
        company("a_kamailio", usual),
        company(
            "a_kamailio_that_takes_a_nonce_count_once",
            Habits {
                counts_nonces: true,
                ..usual
            },
        ),
        company(
            "a_kamailio_whose_nonce_has_run_out",
            Habits {
                nonce_seconds: 1,
                ..usual
            },
        ),
    ]
}

/// One that is reached over IPv6.
pub(super) fn with_ipv6() -> Pbx {
    Pbx::Kamailio(Habits {
        ipv6: true,
        ..Habits::default()
    })
}
