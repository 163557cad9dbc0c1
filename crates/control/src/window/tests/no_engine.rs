//! What is shown where no engine is heard.

use super::*;

fn known(engine: EngineState, supervised: Supervised) -> Known {
    Known {
        engine,
        supervised,
        snapshot: None,
        login: StartAtLogin::Off,
        icon: IconState::Shown,
        quit_costs: true,
    }
}

fn lost() -> EngineState {
    let error = Error::plain(Code::EngineLost);
    EngineState::Stopped { error }
}

fn words(known: &Known, time: &str) -> (String, Option<String>, Option<String>, bool) {
    let view = View::of(known, &Granted::default(), here(time));
    let shown = view.no_engine.unwrap();
    (shown.headline, shown.second, shown.why, shown.can_start)
}

#[test]
fn what_the_tray_knows_of_an_engine_that_does_not_run_is_said_with_its_countdown() {
    let why = "config.toml:3: aor: not a SIP URI".to_owned();
    let stopped = Supervised::Stopped {
        why: Some(why.clone()),
        again_at: Some(at("14:02:30")),
    };
    for engine in [EngineState::Starting, lost()] {
        let known = known(engine, stopped.clone());
        let said = |time, second: &str, can_start| {
            let wanted = (
                "Bellhop's engine stopped".into(),
                Some(second.into()),
                Some(why.clone()),
                can_start,
            );
            assert_eq!(words(&known, time), wanted);
        };
        said("14:02:00", "starting it again in 30 s", true);
        let second = Duration::from_secs(1);
        assert_eq!(stays(&known, here("14:02:00")), Some(second));
        said("14:02:29", "starting it again in 1 s", true);
        said("14:02:30", "starting it again", false);
        assert_eq!(stays(&known, here("14:02:30")), None);
    }
}

#[test]
fn an_engine_that_is_newer_is_not_said_to_be_started_again() {
    let newer = known(lost(), Supervised::Newer);
    let view = View::of(&newer, &Granted::default(), here("14:02:00"));
    let shown = view.no_engine.unwrap();
    assert_eq!(
        shown.headline,
        "Bellhop was updated: quit and open it again"
    );
    assert_eq!((shown.second, shown.is_newer), (None, true));
}

#[test]
fn what_the_window_sees_itself_counts_where_the_tray_knows_nothing() {
    let starting = known(EngineState::Starting, Supervised::Kept);
    assert_eq!(words(&starting, "14:02:00").0, "Bellhop is starting …");
    let (headline, _, why, _) = words(&known(lost(), Supervised::Kept), "14:02:00");
    assert_eq!(headline, "Bellhop's engine stopped");
    assert_eq!(why.as_deref(), Some("the engine ended the connection"));
}

#[test]
fn an_engine_that_is_heard_needs_no_words() {
    let version = "0.1.0".to_owned();
    let mut known = known(EngineState::Running { version }, Supervised::Newer);
    known.snapshot = Some(Snapshot::empty("0.1.0"));
    let view = View::of(&known, &Granted::default(), here("14:02:00"));
    assert_eq!(view.no_engine, None);
}
