//! The companies with an Asterisk, however they set up their lines.

use bellhop_tests_lab::company::Pbx;
use bellhop_tests_lab::company::asterisk::Habits;

use super::changes::Company;

/// What it does with a contact that is one too many.
pub(super) fn companies() -> [Company; 4] {
    let company = |name, max_contacts, remove_existing| Company {
        name,
        pbx: Pbx::Asterisk(Habits {
            max_contacts,
            remove_existing,
            ..Habits::default()
        }),
    };
    [
        company("an_asterisk_that_replaces_the_only_contact", 1, true),
        company("an_asterisk_that_refuses_a_second_contact", 1, false),
        company("an_asterisk_that_replaces_above_five_contacts", 5, true),
        company("an_asterisk_that_refuses_above_five_contacts", 5, false),
    ]
}
