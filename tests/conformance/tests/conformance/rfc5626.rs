//! RFC 5626 §6 and §7: outbound at the registrar and in its location service.

use std::time::Duration;

use bellhop_registrar::{Binding, Qualified};
use bellhop_sip::{HeaderName, Response};

use crate::desk::{Desk, Phone, by_stream, contacts, header};

const OUTBOUND: &str = "Supported: path, outbound\r\n";

/// A contact of one instance over one flow.
fn flow(host: u8, instance: u8, reg_id: u8) -> String {
    format!(
        "Contact: <sip:tina@198.51.100.{host};transport=tcp>;reg-id={reg_id};+sip.instance=\"<urn:uuid:0000000{instance}>\"\r\n{OUTBOUND}"
    )
}

fn hosts(desk: &Desk) -> Vec<String> {
    let host = |b: &Binding| b.uri().unwrap().host().unwrap().to_string();
    desk.registrar.bindings("tina").map(host).collect()
}

fn required(response: &Response) -> Vec<String> {
    header(response, &HeaderName::Require)
}

/// §6: "the corresponding binding is between an AOR and the combination of the instance-id … and the value of reg-id"
#[test]
fn a_binding_is_found_again_by_instance_and_reg_id_wherever_it_is() {
    let mut desk = Desk::new();
    Phone::tina("a").register_by(&mut desk, &by_stream(1), &flow(1, 1, 1));
    Phone::tina("b").register_by(&mut desk, &by_stream(2), &flow(2, 1, 1));
    assert_eq!(hosts(&desk), ["198.51.100.2"]);
}

/// §6: "the Contact URI is not used for binding comparisons"
#[test]
fn two_flows_of_one_device_stand_side_by_side_also_with_one_address() {
    let mut desk = Desk::new();
    Phone::tina("a").register_by(&mut desk, &by_stream(1), &flow(1, 1, 1));
    Phone::tina("b").register_by(&mut desk, &by_stream(2), &flow(1, 1, 2));
    let ids: Vec<_> = desk
        .registrar
        .bindings("tina")
        .map(Binding::reg_id)
        .collect();
    assert_eq!(ids, [Some(1), Some(2)]);
}

/// §6: "MUST include the outbound option-tag in a Require header field value in its response", "MAY include a Flow-Timer"
#[test]
fn outbound_is_required_in_the_200_with_a_flow_timer() {
    let mut desk = Desk::new();
    let response = Phone::tina("a").register_by(&mut desk, &by_stream(1), &flow(1, 1, 1));
    assert_eq!(response.status.code(), 200);
    assert_eq!(required(&response), ["outbound"]);
    assert_eq!(header(&response, &HeaderName::FlowTimer), ["120"]);
}

/// §6: "MUST NOT include the outbound option-tag in the Require header field of its response"
#[test]
fn without_reg_id_or_where_it_is_ignored_nothing_is_required() {
    for lines in [
        format!("Contact: <sip:t@198.51.100.1>;+sip.instance=\"<urn:x>\"\r\n{OUTBOUND}"),
        format!("Contact: <sip:t@198.51.100.1>;reg-id=1\r\n{OUTBOUND}"),
        format!("Contact: <sip:t@198.51.100.1>\r\n{OUTBOUND}"),
        flow(1, 1, 1).replace("path, outbound", "path"),
    ] {
        let mut desk = Desk::new();
        let response = Phone::tina("a").register(&mut desk, &lines);
        assert_eq!(response.status.code(), 200, "{lines}");
        assert!(required(&response).is_empty(), "{lines}");
        assert!(header(&response, &HeaderName::FlowTimer).is_empty());
    }
}

/// §6: "if the REGISTER request contains the reg-id and the outbound option tag in a Supported header field, then the registrar MUST respond … with a 439"
#[test]
fn where_the_first_hop_lacks_outbound_the_answer_is_439() {
    for via in [
        "Via: SIP/2.0/UDP edge.example;branch=z9hG4bKe\r\n",
        "Path: <sip:edge.example;lr>\r\n",
        "Path: <sip:one.example;lr>, <sip:two.example;lr;ob>\r\n",
    ] {
        let mut desk = Desk::new();
        let response = Phone::tina("a").register(&mut desk, &format!("{}{via}", flow(1, 1, 1)));
        assert_eq!(response.status.code(), 439, "{via}");
        assert_eq!(&*response.reason, "First Hop Lacks Outbound Support");
        assert_eq!(hosts(&desk).len(), 0);
    }
}

/// §6: "otherwise, the registrar MUST ignore the reg-id parameter of the Contact header"
#[test]
fn where_the_first_hop_lacks_outbound_and_nobody_asked_reg_id_means_nothing() {
    let mut desk = Desk::new();
    let lines = flow(1, 1, 1).replace("path, outbound", "path") + "Path: <sip:edge.example;lr>\r\n";
    let response = Phone::tina("a").register(&mut desk, &lines);
    assert_eq!(response.status.code(), 200);
    assert_eq!(
        desk.registrar.bindings("tina").next().unwrap().reg_id(),
        None
    );
}

#[test]
fn an_edge_proxy_with_ob_makes_outbound_work_without_a_flow_timer_of_ours() {
    let mut desk = Desk::new();
    let lines = format!(
        "{}Via: SIP/2.0/UDP edge.example;branch=z9hG4bKe\r\nPath: <sip:token@edge.example;lr;ob>\r\n",
        flow(1, 1, 1)
    );
    let response = Phone::tina("a").register_by(&mut desk, &by_stream(1), &lines);
    assert_eq!(required(&response), ["outbound"]);
    assert!(header(&response, &HeaderName::FlowTimer).is_empty());
    // The stream is the proxy's: when it closes, another way to the phone may be open.
    desk.registrar
        .handle_stream_closed(desk.now, bellhop_registrar::StreamId(1));
    assert_eq!(hosts(&desk).len(), 1);
}

/// §6: "If the registrar processes a Contact header field value with a reg-id but no instance-id, it simply ignores the reg-id parameter"
#[test]
fn reg_id_without_instance_is_ignored() {
    let mut desk = Desk::new();
    for (host, call_id) in [(1, "a"), (2, "b")] {
        let lines = format!("Contact: <sip:t@198.51.100.{host}>;reg-id=1\r\n{OUTBOUND}");
        Phone::tina(call_id).register(&mut desk, &lines);
    }
    assert_eq!(hosts(&desk).len(), 2);
}

/// §6: "more than one header field value with a non-zero expiration and any of these … contain a reg-id …, the entire registration SHOULD be rejected"
#[test]
fn two_bindings_in_one_request_with_a_reg_id_are_refused_whole() {
    let mut desk = Desk::new();
    let lines = format!("{}Contact: <sip:t@198.51.100.9>\r\n", flow(1, 1, 1));
    assert_eq!(
        Phone::tina("a").register(&mut desk, &lines).status.code(),
        400
    );
    assert_eq!(hosts(&desk).len(), 0);
    Phone::tina("b").register(&mut desk, "Contact: <sip:t@198.51.100.9>\r\n");
    // One bound, one removed, is what a client does that moves.
    let lines = format!(
        "{}Contact: <sip:t@198.51.100.9>;expires=0\r\n",
        flow(1, 1, 1)
    );
    assert_eq!(
        Phone::tina("a").register(&mut desk, &lines).status.code(),
        200
    );
    assert_eq!(hosts(&desk), ["198.51.100.1"]);
}

/// §6: "MUST be prepared to receive, simultaneously for the same AOR, some registrations that use instance-id and reg-id and some … that do not"
#[test]
fn devices_with_and_without_outbound_share_a_number() {
    let mut desk = Desk::new();
    Phone::tina("a").register_by(&mut desk, &by_stream(1), &flow(1, 1, 1));
    let response = Phone::tina("b").register(&mut desk, "Contact: <sip:t@198.51.100.2>\r\n");
    assert_eq!(contacts(&response).len(), 2);
}

/// §6: "MUST store in the binding the Contact URI, all the Contact header field parameters"
#[test]
fn all_parameters_are_kept_and_listed() {
    let mut desk = Desk::new();
    let lines = format!(
        "Contact: <sip:t@198.51.100.1;ob>;+sip.instance=\"<urn:x>\";reg-id=3;+custom=\"a b\";q=0.7;expires=90\r\n{OUTBOUND}"
    );
    let response = Phone::tina("a").register_by(&mut desk, &by_stream(1), &lines);
    assert_eq!(
        contacts(&response),
        [
            "<sip:t@198.51.100.1;ob>;+sip.instance=\"<urn:x>\";reg-id=3;+custom=\"a b\";q=0.7;expires=90"
        ]
    );
}

/// §6: "MUST update any information that uniquely identifies the network flow over which the request arrived"
#[test]
fn a_refresh_over_another_flow_moves_the_binding_to_it() {
    let mut desk = Desk::new();
    let mut tina = Phone::tina("a");
    tina.register_by(&mut desk, &by_stream(1), &flow(1, 1, 1));
    tina.register_by(&mut desk, &by_stream(2), &flow(1, 1, 1));
    desk.registrar
        .handle_stream_closed(desk.now, bellhop_registrar::StreamId(1));
    assert_eq!(hosts(&desk).len(), 1);
    desk.registrar
        .handle_stream_closed(desk.now, bellhop_registrar::StreamId(2));
    assert_eq!(hosts(&desk).len(), 0);
}

/// §7: "MUST invalidate all the bindings in the target set that use that flow (regardless of AOR)"
#[test]
fn a_closed_stream_takes_its_bindings_of_every_user_along_and_no_others() {
    let mut desk = Desk::new();
    let bob = Phone {
        user: "bob",
        password: "b0b",
        aor: "sip:bob@example.com",
        ..Phone::tina("b")
    };
    Phone::tina("a").register_by(&mut desk, &by_stream(1), &flow(1, 1, 1));
    { bob }.register_by(
        &mut desk,
        &by_stream(1),
        "Contact: <sip:bob@198.51.100.3>\r\n",
    );
    Phone::tina("c").register_by(&mut desk, &by_stream(2), &flow(2, 2, 1));
    Phone::tina("d").register(&mut desk, "Contact: <sip:t@198.51.100.4>\r\n");
    desk.events();
    desk.registrar
        .handle_stream_closed(desk.now, bellhop_registrar::StreamId(1));
    assert_eq!(hosts(&desk), ["198.51.100.2", "198.51.100.4"]);
    assert_eq!(desk.registrar.bindings("bob").count(), 0);
    assert_eq!(desk.events().len(), 2);
}

/// §7: "MUST NOT populate the target set with more than one contact with the same AOR and instance-id at a time"
#[test]
fn of_one_device_one_flow_is_called_the_newest_that_answers() {
    let mut desk = Desk::new();
    Phone::tina("a").register_by(&mut desk, &by_stream(1), &flow(1, 1, 1));
    desk.wait(1);
    Phone::tina("b").register_by(&mut desk, &by_stream(2), &flow(2, 1, 2));
    let called = |desk: &Desk| -> Vec<_> {
        let groups = desk.registrar.lookup(desk.now, "tina");
        groups.iter().flatten().map(|b| b.reg_id()).collect()
    };
    assert_eq!(called(&desk), [Some(2)]);
    let newest = desk.registrar.bindings("tina").nth(1).unwrap().key();
    desk.registrar
        .handle_qualified(desk.now, "tina", newest, Qualified::Unreachable);
    assert_eq!(called(&desk), [Some(1)]);
    let rtt = Duration::from_millis(5);
    desk.registrar
        .handle_qualified(desk.now, "tina", newest, Qualified::Reachable { rtt });
    assert_eq!(called(&desk), [Some(2)]);
}

#[test]
fn of_two_flows_refreshed_at_the_same_instant_the_later_one_is_called() {
    let mut desk = Desk::new();
    let (mut one, mut two) = (Phone::tina("a"), Phone::tina("b"));
    for turn in [1_u8, 2, 1] {
        let (phone, stream) = match turn {
            1 => (&mut one, 1),
            _ => (&mut two, 2),
        };
        phone.register_by(&mut desk, &by_stream(stream), &flow(1, 1, turn));
        let groups = desk.registrar.lookup(desk.now, "tina");
        let called: Vec<_> = groups.iter().flatten().map(|b| b.reg_id()).collect();
        assert_eq!(called, [Some(u32::from(turn))]);
    }
}

#[test]
fn outbound_may_be_required() {
    let mut desk = Desk::new();
    let lines = format!("{}Require: outbound\r\n", flow(1, 1, 1));
    let response = Phone::tina("a").register_by(&mut desk, &by_stream(1), &lines);
    assert_eq!(response.status.code(), 200);
}
