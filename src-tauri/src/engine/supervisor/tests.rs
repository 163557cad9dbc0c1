use super::*;

const OWN: Own = Own {
    protocol: 2,
    version: "0.2.0",
};

fn hello(protocol: u32, version: &str, started_by: StartedBy) -> Hello {
    Hello {
        protocol,
        version: version.into(),
        pid: 7,
        started_by,
    }
}

fn ours() -> Hello {
    hello(2, "0.2.0", StartedBy::Tray)
}

fn no_engine() -> Error {
    Error::plain(Code::NoEngine)
}

fn crash() -> Exit {
    Exit::default()
}

/// A supervisor and a clock that jumps.
struct Stage {
    now: Instant,
    it: Supervisor,
}

impl Stage {
    fn new() -> Stage {
        let mut it = Supervisor::new(OWN);
        assert_eq!(it.poll_effect(), Some(Effect::Connect));
        Stage {
            now: Instant::now(),
            it,
        }
    }

    /// With an engine of its own that is heard.
    fn running() -> Stage {
        let mut stage = Stage::new();
        stage.it.handle_unreachable(&no_engine(), stage.now);
        stage.engine_comes();
        stage
    }

    /// An engine is being started, and lives.
    fn engine_comes(&mut self) {
        self.does(&[Effect::Spawn]);
        self.it.handle_started();
        self.it.handle_ready();
        self.does(&[Effect::Connect]);
        self.it.handle_hello(ours(), self.now);
        self.does(&[Effect::Subscribe]);
        assert_eq!(self.it.standing(), with_the_tray(true));
    }

    fn does(&mut self, wanted: &[Effect]) {
        let effects: Vec<Effect> = std::iter::from_fn(|| self.it.poll_effect()).collect();
        assert_eq!(effects, wanted, "{:?}", self.it);
    }

    fn passes(&mut self, time: Duration) {
        self.now += time;
        self.it.handle_timeout(self.now);
    }

    /// How long it waits now.
    fn wait(&self) -> Duration {
        let standing = self.it.standing();
        let Standing::Stopped { again_at, .. } = standing else {
            panic!("{standing:?}");
        };
        again_at.unwrap() - self.now
    }
}

fn with_the_tray(with_the_tray: bool) -> Standing {
    Standing::Running { with_the_tray }
}

fn stopped(why: Option<&str>) -> Standing {
    Standing::Stopped {
        why: why.map(str::to_owned),
        again_at: None,
    }
}

#[test]
fn adopts_an_engine_that_runs() {
    for started_by in [StartedBy::Terminal, StartedBy::Service, StartedBy::Tray] {
        let mut stage = Stage::new();
        assert_eq!(stage.it.standing(), Standing::Starting);
        stage
            .it
            .handle_hello(hello(2, "0.2.0", started_by), stage.now);
        stage.does(&[Effect::Subscribe]);
        let with = started_by == StartedBy::Tray;
        assert_eq!(stage.it.standing(), with_the_tray(with));
    }
}

#[test]
fn starts_one_where_none_runs() {
    Stage::running();
}

#[test]
fn starts_a_crashed_one_again_at_once_then_ever_later() {
    let mut stage = Stage::running();
    for seconds in [0, 1, 2, 5, 10, 30, 30] {
        stage.it.handle_lost(stage.now);
        stage.it.handle_exit(crash(), stage.now);
        if seconds > 0 {
            assert_eq!(stage.wait(), Duration::from_secs(seconds));
            stage.passes(Duration::from_secs(seconds));
        }
        assert_eq!(stage.it.standing(), stopped(None));
        stage.does(&[Effect::Connect]);
        stage.it.handle_unreachable(&no_engine(), stage.now);
        stage.engine_comes();
    }
}

#[test]
fn one_that_lived_for_a_minute_begins_the_waits_anew() {
    let mut stage = Stage::running();
    stage.it.handle_lost(stage.now);
    stage.it.handle_exit(crash(), stage.now);
    stage.does(&[Effect::Connect]);
    stage.it.handle_unreachable(&no_engine(), stage.now);
    stage.engine_comes();
    stage.now += STEADY;
    stage.it.handle_lost(stage.now);
    stage.does(&[Effect::Connect]);
}

#[test]
fn waits_for_the_process_whose_connection_ended() {
    // The second is what a killed process's socket says while it is torn down.
    for gone in [Code::NoEngine, Code::EngineLost] {
        let mut stage = Stage::running();
        stage.it.handle_lost(stage.now);
        stage.does(&[Effect::Connect]);
        stage.it.handle_unreachable(&Error::plain(gone), stage.now);
        stage.does(&[]);
        let said = Some("out of memory".to_owned());
        let exit = Exit {
            code: Some(1),
            said,
        };
        stage.it.handle_exit(exit, stage.now);
        stage.does(&[Effect::Connect]);
        assert_eq!(stage.it.standing(), stopped(Some("out of memory")));
    }
}

#[test]
fn leaves_a_service_s_manager_time_to_bring_its_engine_back() {
    let mut stage = Stage::new();
    let service = hello(2, "0.2.0", StartedBy::Service);
    stage.it.handle_hello(service, stage.now);
    stage.does(&[Effect::Subscribe]);
    stage.it.handle_lost(stage.now);
    assert_eq!(stage.wait(), GRACE);
}

#[test]
fn a_wrong_config_is_said_and_tried_again_seldom() {
    let mut stage = Stage::new();
    stage.it.handle_unreachable(&no_engine(), stage.now);
    stage.does(&[Effect::Spawn]);
    stage.it.handle_started();
    let said = Some("config.toml:3: aor: not a SIP URI".to_owned());
    stage.it.handle_exit(
        Exit {
            code: Some(2),
            said,
        },
        stage.now,
    );
    assert_eq!(stage.wait(), LONGEST_WAIT);
    let Standing::Stopped { why, .. } = stage.it.standing() else {
        panic!("{:?}", stage.it);
    };
    assert_eq!(why.as_deref(), Some("config.toml:3: aor: not a SIP URI"));
    stage.it.handle_start_now();
    stage.does(&[Effect::Connect]);
}

#[test]
fn a_missing_program_is_said_and_looked_for_seldom() {
    let mut stage = Stage::new();
    stage.it.handle_unreachable(&no_engine(), stage.now);
    stage.does(&[Effect::Spawn]);
    stage
        .it
        .handle_not_started("it is not there".into(), stage.now);
    assert_eq!(stage.wait(), LONGEST_WAIT);
    stage.passes(LONGEST_WAIT);
    stage.does(&[Effect::Connect]);
}

#[test]
fn an_engine_that_speaks_less_or_was_left_by_an_older_tray_makes_room() {
    let old_protocol = hello(1, "0.1.0", StartedBy::Service);
    let old_version = hello(2, "0.1.9", StartedBy::Tray);
    for old in [old_protocol, old_version] {
        let mut stage = Stage::new();
        stage.it.handle_hello(old, stage.now);
        stage.does(&[Effect::ShutDown]);
        assert_eq!(stage.it.standing(), Standing::Starting);
        stage.it.handle_shut_down(stage.now);
        stage.does(&[Effect::Connect]);
        stage.it.handle_unreachable(&no_engine(), stage.now);
        stage.engine_comes();
    }
}

#[test]
fn an_older_version_of_somebody_else_s_is_left_alone() {
    let mut stage = Stage::new();
    let service = hello(2, "0.1.0", StartedBy::Service);
    stage.it.handle_hello(service, stage.now);
    stage.does(&[Effect::Subscribe]);
}

#[test]
fn one_that_comes_back_old_is_not_fought() {
    let old = hello(1, "0.1.0", StartedBy::Service);
    let mut stage = Stage::new();
    stage.it.handle_hello(old.clone(), stage.now);
    stage.does(&[Effect::ShutDown]);
    stage.it.handle_shut_down(stage.now);
    stage.does(&[Effect::Connect]);
    stage.it.handle_hello(old, stage.now);
    stage.does(&[]);
    assert_eq!(stage.wait(), LONGEST_WAIT);
}

#[test]
fn a_newer_protocol_is_said_and_looked_at_seldom() {
    let newer = || hello(3, "0.3.0", StartedBy::Tray);
    let mut stage = Stage::new();
    stage.it.handle_hello(newer(), stage.now);
    stage.does(&[]);
    assert_eq!(stage.it.standing(), Standing::Newer);
    stage.passes(LONGEST_WAIT);
    stage.does(&[Effect::Connect]);
}

#[test]
fn quitting_ends_an_engine_of_the_tray_and_its_process() {
    let mut stage = Stage::running();
    stage.it.handle_quit(stage.now);
    stage.does(&[Effect::ShutDown]);
    stage.it.handle_lost(stage.now);
    stage.it.handle_shut_down(stage.now);
    stage.does(&[]);
    stage.it.handle_exit(
        Exit {
            code: Some(0),
            said: None,
        },
        stage.now,
    );
    stage.does(&[Effect::Finished]);
}

#[test]
fn quitting_ends_an_engine_that_an_earlier_tray_left() {
    let mut stage = Stage::new();
    stage.it.handle_hello(ours(), stage.now);
    stage.does(&[Effect::Subscribe]);
    stage.it.handle_quit(stage.now);
    stage.does(&[Effect::ShutDown]);
    stage.it.handle_shut_down(stage.now);
    stage.does(&[Effect::Finished]);
}

#[test]
fn quitting_leaves_anybody_else_s_engine_alone() {
    let mut stage = Stage::new();
    let service = hello(2, "0.2.0", StartedBy::Service);
    stage.it.handle_hello(service, stage.now);
    stage.does(&[Effect::Subscribe]);
    stage.it.handle_quit(stage.now);
    stage.does(&[Effect::Finished]);
}

#[test]
fn quitting_ends_an_engine_that_is_only_starting() {
    let mut stage = Stage::new();
    stage.it.handle_unreachable(&no_engine(), stage.now);
    stage.does(&[Effect::Spawn]);
    stage.it.handle_quit(stage.now);
    stage.does(&[]);
    stage.it.handle_started();
    stage.does(&[Effect::Terminate]);
    stage.it.handle_exit(crash(), stage.now);
    stage.does(&[Effect::Finished]);
}

#[test]
fn quitting_before_anybody_was_heard_waits_for_who_it_is() {
    let quitting = || {
        let mut stage = Stage::new();
        stage.it.handle_quit(stage.now);
        stage.does(&[]);
        stage
    };
    let mut stage = quitting();
    stage.it.handle_hello(ours(), stage.now);
    stage.does(&[Effect::ShutDown]);
    let mut stage = quitting();
    let service = hello(2, "0.2.0", StartedBy::Service);
    stage.it.handle_hello(service, stage.now);
    stage.does(&[Effect::Finished]);
    let mut stage = quitting();
    stage.it.handle_unreachable(&no_engine(), stage.now);
    stage.does(&[Effect::Finished]);
}

#[test]
fn quitting_takes_no_longer_than_its_limit() {
    let mut stage = Stage::running();
    stage.it.handle_quit(stage.now);
    stage.does(&[Effect::ShutDown]);
    stage.passes(SHUTDOWN);
    stage.does(&[Effect::Finished]);
}

mod progress;
