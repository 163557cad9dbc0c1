//! From, Contact and Route.

use bellhop_sip::{Contact, HeaderName};

use crate::common::{contact, contacts, from, register, request};

#[test]
fn probe_05_two_contacts_in_one_line() {
    let contacts = contacts(
        &request(register(
            "Contact: <sip:a@10.0.0.1>;expires=60, <sip:a@10.0.0.2>;expires=30\r\n",
        ))
        .headers,
    );
    let said: Vec<_> = contacts
        .iter()
        .map(|contact| (contact.uri.to_string(), contact.expires()))
        .collect();
    assert_eq!(
        said,
        [
            ("sip:a@10.0.0.1".to_owned(), Some(60)),
            ("sip:a@10.0.0.2".to_owned(), Some(30))
        ]
    );
}

#[test]
fn probe_06_two_contacts_in_two_lines() {
    let contacts = contacts(
        &request(register(
            "Contact: <sip:a@10.0.0.1>;expires=60\r\nContact: <sip:a@10.0.0.2>;expires=30\r\n",
        ))
        .headers,
    );
    assert_eq!(
        contacts
            .iter()
            .map(bellhop_sip::ContactAddr::expires)
            .collect::<Vec<_>>(),
        [Some(60), Some(30)]
    );
}

#[test]
fn probe_07_a_star() {
    let request = request(register("Contact: *\r\nExpires: 0\r\n"));
    assert_eq!(
        request.headers.contacts().collect::<Vec<_>>(),
        [Ok(Contact::Star)]
    );
}

#[test]
fn probe_08_instance_and_reg_id() {
    let contact = contact(
        "<sip:a@10.0.0.1;transport=tcp;ob>;reg-id=1;+sip.instance=\"<urn:uuid:00000000-0000-1000-8000-AABBCCDDEEFF>\";expires=600",
    );
    assert_eq!(
        contact.instance().unwrap(),
        "urn:uuid:00000000-0000-1000-8000-AABBCCDDEEFF"
    );
    assert_eq!((contact.reg_id(), contact.expires()), (Some(1), Some(600)));
    assert!(
        contact
            .to_string()
            .contains("+sip.instance=\"<urn:uuid:00000000-0000-1000-8000-AABBCCDDEEFF>\"")
    );
}

#[test]
fn probe_13_white_space_around_parameters() {
    let contact = contact("<sip:a@h> ; expires = 60 ; q = 0.5");
    assert_eq!((contact.expires(), contact.q()), (Some(60), Some(500)));
}

#[test]
fn probe_27_a_display_name_with_everything() {
    let from = from(r#""Doe, \"J\" <x>" <sip:j@ex.com>;tag=9"#);
    assert_eq!(from.display.as_deref(), Some(r#"Doe, "J" <x>"#));
    assert_eq!(
        (from.uri.as_str(), from.tag().unwrap().as_str()),
        ("sip:j@ex.com", "9")
    );
}

#[test]
fn probe_28_a_display_name_with_a_comma() {
    let contact = contact("\"Doe, J\" <sip:j@ex.com>;expires=5");
    assert_eq!(
        (
            contact.display.as_deref(),
            contact.uri.as_str(),
            contact.expires()
        ),
        (Some("Doe, J"), "sip:j@ex.com", Some(5))
    );
}

#[test]
fn probe_29_parameters_without_brackets_belong_to_the_header() {
    let from = from("sip:c8oqz84zk7z@privacy.org;tag=hyh8");
    assert_eq!(
        (from.uri.as_str(), from.tag().unwrap().as_str()),
        ("sip:c8oqz84zk7z@privacy.org", "hyh8")
    );
}

#[test]
fn probe_58_no_space_before_the_bracket() {
    let from = from("caller<sip:caller@example.com>;tag=323");
    assert_eq!(
        (from.display.as_deref(), from.tag().unwrap().as_str()),
        (Some("caller"), "323")
    );
}

#[test]
fn probe_72_two_routes_in_one_line() {
    let headers = request(register(
        "Route: <sip:p1.ex.com;lr>, <sip:p2.ex.com:5061;transport=tls;lr>\r\n",
    ))
    .headers;
    let routes: Vec<_> = headers
        .routes(HeaderName::Route)
        .map(|route| route.unwrap().uri.to_string())
        .collect();
    assert_eq!(
        routes,
        ["sip:p1.ex.com;lr", "sip:p2.ex.com:5061;transport=tls;lr"]
    );
}

#[test]
fn probe_73_a_route_with_a_display_name_with_a_comma() {
    let headers = request(register("Record-Route: \"P, 1\" <sip:p1.ex.com;lr>\r\n")).headers;
    let routes: Vec<_> = headers
        .routes(HeaderName::RecordRoute)
        .map(Result::unwrap)
        .collect();
    assert_eq!(
        (
            routes.len(),
            routes[0].display.as_deref(),
            routes[0].uri.as_str()
        ),
        (1, Some("P, 1"), "sip:p1.ex.com;lr")
    );
}

#[test]
fn probe_86_a_contact_without_brackets() {
    let contact = contact("sip:a@10.0.0.1:5060;expires=60");
    assert_eq!(
        (contact.expires(), contact.uri.as_str()),
        (Some(60), "sip:a@10.0.0.1:5060")
    );
}
