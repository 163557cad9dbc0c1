//! RFC 3261 §10.3: what a REGISTER does to the bindings.

use bellhop_sip::HeaderName;

use bellhop_registrar::{Binding, Qualified};

use crate::desk::{Desk, Phone, contacts, header};

const HOME: &str = "Contact: <sip:tina@198.51.100.7:5060>\r\n";

#[test]
fn a_contact_is_bound_and_listed_with_its_expiry_and_the_date() {
    let mut desk = Desk::new();
    let response = Phone::tina("a").register(
        &mut desk,
        "Contact: \"Tina\" <sip:tina@198.51.100.7:5060>;q=0.5;expires=600;x=\"y z\"\r\n",
    );
    assert_eq!(
        contacts(&response),
        ["<sip:tina@198.51.100.7:5060>;q=0.5;x=\"y z\";expires=600"]
    );
    assert_eq!(
        header(&response, &HeaderName::Date),
        ["Mon, 23 Nov 2026 20:00:00 GMT"]
    );
    assert!(response.headers.to().unwrap().tag().is_some());
    assert_eq!(
        desk.events(),
        ["bound tina to sip:tina@198.51.100.7:5060 for 600 s (from 198.51.100.7:5060)"]
    );
}

#[test]
fn every_binding_is_listed_with_what_is_left_of_it() {
    let mut desk = Desk::new();
    Phone::tina("a").register(&mut desk, "Contact: <sip:one@198.51.100.7>;expires=600\r\n");
    desk.wait(100);
    let response = Phone::tina("b").register(
        &mut desk,
        "Contact: <sip:two@198.51.100.8>\r\nExpires: 300\r\n",
    );
    assert_eq!(
        contacts(&response),
        [
            "<sip:one@198.51.100.7>;expires=500",
            "<sip:two@198.51.100.8>;expires=300"
        ]
    );
}

#[test]
fn a_request_without_contact_changes_nothing_and_lists() {
    let mut desk = Desk::new();
    assert!(desk.query().is_empty());
    Phone::tina("a").register(&mut desk, HOME);
    assert_eq!(desk.query(), ["<sip:tina@198.51.100.7:5060>;expires=3600"]);
    assert_eq!(desk.events().len(), 1);
}

#[test]
fn the_parameter_beats_the_header_and_the_header_the_default() {
    let mut desk = Desk::new();
    let mixed =
        "Contact: <sip:a@198.51.100.7>;expires=100, <sip:b@198.51.100.7>\r\nExpires: 200\r\n";
    assert_eq!(
        contacts(&Phone::tina("a").register(&mut desk, mixed)),
        [
            "<sip:a@198.51.100.7>;expires=100",
            "<sip:b@198.51.100.7>;expires=200"
        ]
    );
}

#[test]
fn a_long_wish_is_cut_and_a_brief_one_refused_whole() {
    let mut desk = Desk::new();
    let long = Phone::tina("a").register(
        &mut desk,
        "Contact: <sip:a@198.51.100.7>;expires=4294967295\r\n",
    );
    assert_eq!(contacts(&long), ["<sip:a@198.51.100.7>;expires=7200"]);
    let brief = Phone::tina("b").register(
        &mut desk,
        "Contact: <sip:b@198.51.100.7>;expires=600, <sip:c@198.51.100.7>;expires=59\r\n",
    );
    assert_eq!(brief.status.code(), 423);
    assert_eq!(header(&brief, &HeaderName::MinExpires), ["60"]);
    assert_eq!(desk.query().len(), 1);
}

#[test]
fn an_hour_is_never_too_brief() {
    let mut desk = Desk::with(|config| (config.min_expires, config.max_expires) = (7200, 9000));
    assert_eq!(
        contacts(
            &Phone::tina("a").register(&mut desk, "Contact: <sip:a@198.51.100.7>;expires=3600\r\n")
        )
        .len(),
        1
    );
}

#[test]
fn contacts_are_the_same_by_uri_equality_not_by_letters() {
    let mut desk = Desk::new();
    let mut tina = Phone::tina("a");
    tina.register(
        &mut desk,
        "Contact: <sip:%74ina@Phone.Example.com;Transport=TCP>\r\n",
    );
    let response = tina.register(
        &mut desk,
        "Contact: <sip:tina@phone.example.com;transport=tcp>;expires=99\r\n",
    );
    assert_eq!(
        contacts(&response),
        ["<sip:tina@phone.example.com;transport=tcp>;expires=99"]
    );
    assert!(desk.events()[1].starts_with("bound again tina to sip:tina@"));
}

#[test]
fn zero_removes_one_binding_and_an_unknown_one_is_no_error() {
    let mut desk = Desk::new();
    let mut tina = Phone::tina("a");
    tina.register(
        &mut desk,
        "Contact: <sip:a@198.51.100.7>, <sip:b@198.51.100.7>\r\n",
    );
    let response = tina.register(
        &mut desk,
        "Contact: <sip:a@198.51.100.7>;expires=0, <sip:never@198.51.100.7>;expires=0\r\n",
    );
    assert_eq!(contacts(&response), ["<sip:b@198.51.100.7>;expires=3600"]);
    assert_eq!(
        desk.events()[2],
        "unbound tina from sip:a@198.51.100.7 (removed)"
    );
}

#[test]
fn a_star_alone_with_zero_removes_all() {
    let mut desk = Desk::new();
    Phone::tina("a").register(
        &mut desk,
        "Contact: <sip:a@198.51.100.7>, <sip:b@198.51.100.7>\r\n",
    );
    assert!(
        contacts(&Phone::tina("b").register(&mut desk, "Contact: *\r\nExpires: 0\r\n")).is_empty()
    );
    assert!(desk.query().is_empty());
}

#[test]
fn a_star_in_any_other_company_is_refused() {
    let mut desk = Desk::new();
    Phone::tina("a").register(&mut desk, HOME);
    for bad in [
        "Contact: *\r\n",
        "Contact: *\r\nExpires: 1\r\n",
        "Contact: *\r\nContact: *\r\nExpires: 0\r\n",
        "Contact: *\r\nContact: <sip:b@198.51.100.7>\r\nExpires: 0\r\n",
        "Contact: <sip:b@198.51.100.7>\r\nContact: *\r\nExpires: 0\r\n",
    ] {
        assert_eq!(
            Phone::tina("b").register(&mut desk, bad).status.code(),
            400,
            "{bad}"
        );
    }
    assert_eq!(desk.query().len(), 1);
}

#[test]
fn a_late_request_of_the_same_call_id_is_refused_whole() {
    let mut desk = Desk::new();
    let mut tina = Phone::tina("a");
    tina.cseq = 10;
    tina.register(&mut desk, HOME);
    for late in [
        "Contact: <sip:new@198.51.100.9>, <sip:tina@198.51.100.7:5060>;expires=0\r\n",
        "Contact: <sip:new@198.51.100.9>, <sip:tina@198.51.100.7:5060>\r\n",
        "Contact: *\r\nExpires: 0\r\n",
    ] {
        tina.cseq = 10;
        assert_eq!(tina.register(&mut desk, late).status.code(), 500, "{late}");
        assert_eq!(desk.query(), ["<sip:tina@198.51.100.7:5060>;expires=3600"]);
    }
    // Another Call-ID is another client: its numbers do not compare.
    assert_eq!(
        contacts(&Phone::tina("b").register(&mut desk, "Contact: *\r\nExpires: 0\r\n")).len(),
        0
    );
}

#[test]
fn the_same_instance_at_another_address_replaces_its_old_binding() {
    let mut desk = Desk::new();
    let mut tina = Phone::tina("a");
    let instance = "+sip.instance=\"<urn:uuid:00000000-0000-1000-8000-000A95A0E128>\"";
    tina.register(
        &mut desk,
        &format!("Contact: <sip:old@198.51.100.7>;{instance}, <sip:other@198.51.100.8>\r\n"),
    );
    let response = tina.register(
        &mut desk,
        &format!("Contact: <sip:new@203.0.113.9>;{instance}\r\n"),
    );
    let listed = contacts(&response);
    assert_eq!(listed.len(), 2);
    assert!(listed[1].starts_with("<sip:new@203.0.113.9>"), "{listed:?}");
    assert_eq!(
        desk.events()[2],
        "unbound tina from sip:old@198.51.100.7 (replaced)"
    );
}

#[test]
fn another_reg_id_of_the_same_instance_is_another_binding() {
    let mut desk = Desk::new();
    let mut tina = Phone::tina("a");
    for (at, reg_id) in [("198.51.100.7", 1), ("203.0.113.9", 2), ("203.0.113.10", 2)] {
        tina.register(
            &mut desk,
            &format!("Contact: <sip:t@{at}>;+sip.instance=\"<urn:x>\";reg-id={reg_id}\r\n"),
        );
    }
    let listed = desk.query();
    assert!(
        listed.len() == 2
            && listed[0].contains("198.51.100.7")
            && listed[1].contains("203.0.113.10"),
        "{listed:?}"
    );
}

#[test]
fn a_refresh_of_one_of_two_contacts_of_a_device_ends_the_other() {
    let mut desk = Desk::new();
    let mut tina = Phone::tina("a");
    let one = "Contact: <sip:one@198.51.100.7>;+sip.instance=\"<urn:x>\"\r\n";
    let two = "Contact: <sip:two@198.51.100.7>;+sip.instance=\"<urn:x>\"\r\n";
    assert_eq!(
        contacts(&tina.register(&mut desk, &format!("{one}{two}"))).len(),
        2
    );
    let listed = contacts(&tina.register(&mut desk, one));
    assert!(
        listed.len() == 1 && listed[0].starts_with("<sip:one@"),
        "{listed:?}"
    );
}

#[test]
fn new_and_old_in_one_request_leave_the_new_one() {
    let mut desk = Desk::new();
    let mut tina = Phone::tina("a");
    tina.register(
        &mut desk,
        "Contact: <sip:old@198.51.100.7>;+sip.instance=\"<urn:x>\"\r\n",
    );
    let both = "Contact: <sip:new@203.0.113.9>;+sip.instance=\"<urn:x>\", <sip:old@198.51.100.7>;+sip.instance=\"<urn:x>\";expires=0\r\n";
    let listed = contacts(&tina.register(&mut desk, both));
    assert!(
        listed.len() == 1 && listed[0].starts_with("<sip:new@"),
        "{listed:?}"
    );
}

#[test]
fn the_oldest_binding_makes_room_but_never_for_more_than_the_limit_at_once() {
    let mut desk = Desk::with(|config| config.max_contacts = 2);
    for host in 1..=3 {
        desk.wait(1);
        Phone::tina("a").register(
            &mut desk,
            &format!("Contact: <sip:t@198.51.100.{host}>\r\n"),
        );
    }
    let listed = desk.query();
    assert!(
        listed.len() == 2
            && listed[0].contains("198.51.100.2")
            && listed[1].contains("198.51.100.3"),
        "{listed:?}"
    );
    let many = "Contact: <sip:a@203.0.113.1>, <sip:b@203.0.113.1>, <sip:c@203.0.113.1>\r\n";
    assert_eq!(
        Phone::tina("b").register(&mut desk, many).status.code(),
        403
    );
    assert_eq!(desk.query(), listed);
}

/// §7.3.1: "any given parameter-name MUST NOT appear more than once"; §25.1: `qvalue`
#[test]
fn a_contact_with_a_parameter_that_makes_no_sense_is_refused() {
    for params in [
        ";q=1.5",
        ";q=abc",
        ";q=",
        ";q",
        ";q=-0.1",
        ";q=0.12345",
        ";q=0.1;q=0.9",
        ";expires=300;Expires=400",
        ";reg-id=0",
        ";reg-id=2147483648",
        ";+sip.instance=\"<urn:a>\";+sip.instance=\"<urn:b>\"",
    ] {
        let mut desk = Desk::new();
        let lines = format!("Contact: <sip:tina@198.51.100.7>{params}\r\n");
        let response = Phone::tina("a").register(&mut desk, &lines);
        assert_eq!(response.status.code(), 400, "{params}");
        assert_eq!(desk.registrar.bindings("tina").count(), 0, "{params}");
    }
}

#[test]
fn what_nothing_can_be_sent_to_is_not_stored() {
    let mut desk = Desk::new();
    for bad in [
        "<sip:t@0.0.0.0>",
        "<sip:t@[::]:5060>",
        "<tel:+15551234>",
        "<mailto:t@example.com>",
        "<sip:t@198.51.100.7:0>",
        "<sip:t@224.0.1.75>",
        "<sip:t@[ff02::1]>",
        "<sip:t@256.1.1.1>",
        "<sip:t@198.51.100.7;method=INVITE>",
        "<sip:>",
        "<sip:t@198.51.100.7",
    ] {
        assert_eq!(
            Phone::tina("a")
                .register(
                    &mut desk,
                    &format!("Contact: <sip:good@198.51.100.7>, {bad}\r\n")
                )
                .status
                .code(),
            400,
            "{bad}"
        );
    }
    assert!(desk.query().is_empty());
}

#[test]
fn the_address_of_record_is_taken_in_canonical_form() {
    let mut desk = Desk::new();
    for (uri, aor) in [
        ("sip:EXAMPLE.com", "sip:%74ina@Example.Com;user=phone"),
        ("sip:192.0.2.1:5070", "sip:tina@192.0.2.1:5070"),
    ] {
        assert_eq!(
            contacts(
                &Phone {
                    uri,
                    aor,
                    ..Phone::tina("a")
                }
                .register(&mut desk, "")
            )
            .len(),
            0,
            "{aor}"
        );
    }
}

#[test]
fn a_binding_ends_at_its_time_and_is_told() {
    let mut desk = Desk::new();
    Phone::tina("a").register(
        &mut desk,
        "Contact: <sip:a@198.51.100.7>;expires=60, <sip:b@198.51.100.7>;expires=90\r\n",
    );
    assert_eq!(
        desk.registrar.poll_timeout(),
        Some(desk.now + std::time::Duration::from_secs(60))
    );
    desk.wait(60);
    desk.registrar.handle_timeout(desk.now);
    let left: Vec<&str> = desk
        .registrar
        .bindings("tina")
        .map(Binding::contact)
        .collect();
    assert_eq!(left, ["sip:b@198.51.100.7"]);
    desk.wait(30);
    assert!(desk.query().is_empty(), "also without a timeout in between");
    assert_eq!(
        desk.events()[2..],
        [
            "expired tina at sip:a@198.51.100.7",
            "expired tina at sip:b@198.51.100.7"
        ]
    );
    assert_eq!(desk.registrar.poll_timeout(), None);
}

/// "Registrars MUST ignore the Record-Route header field … MUST NOT include a Record-Route header field in any response"
#[test]
fn a_record_route_is_ignored_and_never_answered() {
    let mut desk = Desk::new();
    let lines = format!("{HOME}Record-Route: <sip:proxy.example;lr>\r\n");
    let mut tina = Phone::tina("a");
    for response in [
        desk.send(&tina.request(&lines)),
        tina.register(&mut desk, &lines),
    ] {
        assert!(header(&response, &HeaderName::RecordRoute).is_empty());
    }
    assert_eq!(desk.registrar.bindings("tina").next().unwrap().path(), None);
}

/// "either processed completely or not at all"
#[test]
fn a_broken_second_contact_is_refused_and_the_first_not_stored() {
    for second in [
        "<sip:101@h;x=1",
        "<sip:101@h>>",
        "<sip:101@h>;=1",
        "\"open <sip:101@h>",
        "<sip:>",
        "<mailto:tina@example.com>",
        "<sip:0.0.0.0>",
        "",
        "*",
    ] {
        for lines in [
            format!("Contact: <sip:101@h>, {second}\r\n"),
            format!("Contact: <sip:101@h>\r\nContact: {second}\r\n"),
        ] {
            let mut desk = Desk::new();
            let response = Phone::tina("a").register(&mut desk, &lines);
            assert_eq!(response.status.code(), 400, "{lines}");
            assert_eq!(desk.registrar.bindings("tina").count(), 0, "{lines}");
        }
    }
}

/// §10.2.1: "Malformed values SHOULD be treated as equivalent to 3600"
#[test]
fn a_malformed_expires_parameter_is_an_hour() {
    let mut desk = Desk::new();
    let lines = "Contact: <sip:t@198.51.100.7>;expires=soon\r\nExpires: 600\r\n";
    assert_eq!(
        contacts(&Phone::tina("a").register(&mut desk, lines)),
        ["<sip:t@198.51.100.7>;expires=3600"]
    );
}

/// Step 6: the Call-ID and CSeq of every binding decide, and one that is newer saves all.
#[test]
fn a_late_clear_all_clears_nothing() {
    let mut desk = Desk::new();
    Phone::tina("other").register(&mut desk, "Contact: <sip:t@198.51.100.8>\r\n");
    Phone {
        cseq: 10,
        ..Phone::tina("a")
    }
    .register(&mut desk, HOME);
    let clear = "Contact: *\r\nExpires: 0\r\n";
    assert_eq!(
        Phone::tina("a").register(&mut desk, clear).status.code(),
        500
    );
    assert_eq!(desk.query().len(), 2);
}

/// Another flow of the device that asks goes first, then what does not answer, then what is oldest.
#[test]
fn room_is_made_by_the_same_device_then_the_dead_then_the_oldest() {
    let mut desk = Desk::with(|config| config.max_contacts = 3);
    let bind = |desk: &mut Desk, host: u8, more: &str| {
        desk.wait(1);
        let lines =
            format!("Contact: <sip:t@198.51.100.{host}>{more}\r\nSupported: path, outbound\r\n");
        let call_id = ["a", "b", "c", "d", "e", "f", "g"][usize::from(host)];
        assert_eq!(
            Phone::tina(call_id).register(desk, &lines).status.code(),
            200
        );
        desk.events()
            .into_iter()
            .filter(|event| event.starts_with("unbound"))
            .collect::<Vec<_>>()
    };
    let same = |reg_id: u8| format!(";+sip.instance=\"<urn:x>\";reg-id={reg_id}");
    let pushed = |host: u8| {
        [format!(
            "unbound tina from sip:t@198.51.100.{host} (pushed out)"
        )]
    };
    assert!(bind(&mut desk, 1, "").is_empty());
    assert!(bind(&mut desk, 2, "").is_empty());
    assert!(bind(&mut desk, 3, &same(1)).is_empty());
    assert_eq!(bind(&mut desk, 4, &same(2)), pushed(3));
    let key = desk.registrar.bindings("tina").nth(1).unwrap().key();
    desk.registrar
        .handle_qualified(desk.now, "tina", key, Qualified::Unreachable);
    assert_eq!(bind(&mut desk, 5, ""), pushed(2));
    assert_eq!(bind(&mut desk, 6, ""), pushed(1));
}

/// "A registrar MUST not generate 6xx responses."
#[test]
fn a_contact_with_more_text_than_is_kept_is_refused_with_a_400() {
    let mut desk = Desk::new();
    let long = format!("Contact: <sip:t@198.51.100.7>;x={}\r\n", "y".repeat(5000));
    assert_eq!(
        Phone::tina("a").register(&mut desk, &long).status.code(),
        400
    );
    assert_eq!(desk.registrar.bindings("tina").count(), 0);
}
