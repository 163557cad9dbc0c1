use super::*;
use crate::error::{Code, Error};
use crate::snapshot::{Callable, Flow, FlowState, Proof};

fn now() -> Timestamp {
    Timestamp::parse("2026-11-23T14:02:00Z").unwrap()
}

fn line(state: LineState) -> Line {
    Line {
        id: "work".into(),
        aor: "sip:tina@example.com".into(),
        registrar: Some("pbx.example.com".into()),
        state,
        verified: false,
        callable: Callable {
            proof: Proof::None,
            at: None,
        },
        flows: Vec::new(),
        bindings: Vec::new(),
        last_rebind: None,
        retry_at: None,
        error: None,
    }
}

fn flow() -> Flow {
    Flow {
        interface: "wlan0".into(),
        local: Some("192.168.1.23:40000".into()),
        public: None,
        registrar: "203.0.113.1:5060".into(),
        transport: "udp".into(),
        contact: None,
        reg_id: None,
        expires_at: None,
        rtt_ms: None,
        state: FlowState::Active,
    }
}

fn said(line: &Line) -> (String, String) {
    let face = Face::of(line, now());
    (face.headline, face.second)
}

#[test]
fn registered_is_registered_even_with_proof() {
    let mut registered = line(LineState::Registered);
    registered.flows.push(flow());
    registered.callable = Callable {
        proof: Proof::InboundSeen,
        at: Some(now()),
    };
    assert_eq!(
        said(&registered),
        (
            "Registered".into(),
            "tina@example.com at pbx.example.com · wlan0".into()
        )
    );
}

#[test]
fn a_silent_registrar_is_told_with_the_wait() {
    let mut waiting = line(LineState::WaitingToRetry);
    waiting.error = Some(Error::new(
        Code::RegistrarSilent,
        [("registrar", "pbx.example.com")],
    ));
    waiting.retry_at = Some(Timestamp::parse("2026-11-23T14:02:12Z").unwrap());
    assert_eq!(
        said(&waiting),
        (
            "You can't be called".into(),
            "pbx.example.com does not answer; trying again in 12 s".into()
        )
    );
}

#[test]
fn the_other_states_speak_as_the_face_does() {
    assert_eq!(
        said(&line(LineState::Offline)),
        ("Offline".into(), "no network connection".into())
    );
    assert_eq!(
        said(&line(LineState::Paused)),
        ("Paused".into(), "calls don't come to this laptop".into())
    );
    let mut rejected = line(LineState::Rejected);
    rejected.error = Some(Error::new(Code::PasswordRefused, [("user", "tina")]));
    assert_eq!(
        said(&rejected),
        (
            "You can't be called".into(),
            "the company refused the password for tina".into()
        )
    );
    assert_eq!(
        Face::of(&line(LineState::Registering), now()).reach,
        Reach::Working
    );
}

#[test]
fn lengths_of_time_read_as_people_say_them() {
    let cases = [
        (0, "< 1 ms"),
        (41, "41 ms"),
        (999, "999 ms"),
        (1000, "1.0 s"),
        (1234, "1.2 s"),
        (9949, "9.9 s"),
        (9950, "10 s"),
        (12_000, "12 s"),
        (119_000, "119 s"),
        (119_600, "2 min"),
        (300_000, "5 min"),
        (3_120_000, "52 min"),
        (7_200_000, "2 h"),
        (604_800_000, "168 h"),
    ];
    for (ms, text) in cases {
        assert_eq!(duration(Duration::from_millis(ms)), text);
    }
}

#[test]
fn a_number_has_no_scheme_and_no_parameters() {
    assert_eq!(
        number("sip:tina@example.com;user=phone"),
        "tina@example.com"
    );
    assert_eq!(number("tina"), "tina");
}
