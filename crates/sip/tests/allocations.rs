//! Reading a typical REGISTER takes a handful of allocations, however much of it is typed. Alone in its binary: the allocator counts for all threads.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test")]
// Expected, not allowed: this is also where it shows that the lint against rsip's parser bites.
#![expect(
    clippy::disallowed_types,
    reason = "rsip's own parser is what is compared with"
)]

use bellhop_sip::{Contact, Message, Method};
use bytes::Bytes;
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<std::alloc::System> = &INSTRUMENTED_SYSTEM;

#[test]
fn a_typical_register_is_read_with_a_handful_of_allocations() {
    let datagram = Bytes::from(include_bytes!("register.sip").to_vec());
    let region = Region::new(ALLOCATOR);
    let message = Message::parse_datagram(datagram).unwrap();
    let headers = message.headers();
    let via = headers.top_via().unwrap();
    let from = headers.from().unwrap();
    let to = headers.to().unwrap();
    let call_id = headers.call_id().unwrap();
    let cseq = headers.cseq().unwrap();
    let contact = headers.contacts().next().unwrap().unwrap();
    let allocations = region.change().allocations;

    let region = Region::new(ALLOCATOR);
    let theirs = rsip::SipMessage::try_from(include_bytes!("register.sip").as_slice()).unwrap();
    let rsip = region.change().allocations;
    drop(theirs);
    println!("allocations: {allocations} with six headers typed; rsip, nothing typed: {rsip}");
    assert!(allocations <= 4, "{allocations} allocations");
    assert_eq!(via.branch().unwrap(), "z9hG4bKnashds7");
    assert_eq!((from.tag().unwrap().as_str(), to.tag()), ("456248", None));
    assert_eq!(call_id, "843817637684230@998sdasdh09");
    assert_eq!((cseq.number, cseq.method), (1826, Method::Register));
    let Contact::Addr(contact) = contact else {
        panic!("an address")
    };
    assert_eq!(
        contact.instance().unwrap(),
        "urn:uuid:00000000-0000-1000-8000-AABBCCDDEEFF"
    );
}
