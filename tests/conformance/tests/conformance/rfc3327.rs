//! RFC 3327 §5.3: Path at the registrar.

use bellhop_sip::HeaderName;

use crate::desk::{Desk, Phone, header};

const CONTACT: &str = "Contact: <sip:ua1@192.0.2.4>\r\n";
const PATH: &str = "Path: <sip:p3.home.example;lr>,<sip:p1.visited.example;lr>\r\n";

/// "the registrar constructs an ordered list of route elements … stores this path vector in association with that contact"
#[test]
fn the_path_is_stored_with_the_binding_in_its_order() {
    let mut desk = Desk::new();
    let lines = format!("{CONTACT}Supported: path\r\n{PATH}Path: <sip:p0.far.example;lr>\r\n");
    assert_eq!(
        Phone::tina("a").register(&mut desk, &lines).status.code(),
        200
    );
    let paths: Vec<_> = desk.registrar.bindings("tina").map(|b| b.path()).collect();
    assert_eq!(
        paths,
        [Some(
            "<sip:p3.home.example;lr>, <sip:p1.visited.example;lr>, <sip:p0.far.example;lr>"
        )]
    );
}

/// "copies the Path header field values into a Path header field in the successful (200 class) REGISTER response"
#[test]
fn the_path_is_copied_into_the_200() {
    let mut desk = Desk::new();
    let lines = format!("{CONTACT}Supported: path\r\n{PATH}");
    let response = Phone::tina("a").register(&mut desk, &lines);
    assert_eq!(
        header(&response, &HeaderName::Path),
        ["<sip:p3.home.example;lr>, <sip:p1.visited.example;lr>"]
    );
}

/// "The recommended policy is … to reject the request with a 420 'Bad Extension' response indicating the Path extension"
#[test]
fn a_path_that_the_client_does_not_know_of_is_refused_and_nothing_stored() {
    let mut desk = Desk::new();
    let response = Phone::tina("a").register(&mut desk, &format!("{CONTACT}{PATH}"));
    assert_eq!(response.status.code(), 420);
    assert_eq!(header(&response, &HeaderName::Unsupported), ["path"]);
    assert_eq!(desk.registrar.bindings("tina").count(), 0);
}

#[test]
fn path_may_be_required() {
    let mut desk = Desk::new();
    let lines = format!("{CONTACT}Supported: path\r\nRequire: path\r\n{PATH}");
    assert_eq!(
        Phone::tina("a").register(&mut desk, &lines).status.code(),
        200
    );
}

#[test]
fn a_path_that_cannot_be_read_is_refused_and_nothing_stored() {
    let mut desk = Desk::new();
    let lines = format!("{CONTACT}Supported: path\r\nPath: <sip:p1.example;lr\r\n");
    assert_eq!(
        Phone::tina("a").register(&mut desk, &lines).status.code(),
        400
    );
    assert_eq!(desk.registrar.bindings("tina").count(), 0);
}

#[test]
fn a_refresh_over_another_path_has_that_path() {
    let mut desk = Desk::new();
    let mut tina = Phone::tina("a");
    tina.register(&mut desk, &format!("{CONTACT}Supported: path\r\n{PATH}"));
    tina.register(&mut desk, CONTACT);
    let paths: Vec<_> = desk.registrar.bindings("tina").map(|b| b.path()).collect();
    assert_eq!(paths, [None]);
}
