use bellhop_control::error::Error;

use super::*;

fn line(state: LineState) -> Line {
    Line {
        registrar: Some("pbx.example.com".into()),
        ..Line::new("work", "sip:tina@example.com", state)
    }
}

fn silent() -> Line {
    let registrar = [("registrar", "pbx.example.com")];
    Line {
        error: Some(Error::new(Code::RegistrarSilent, registrar)),
        ..line(LineState::WaitingToRetry)
    }
}

fn refused() -> Line {
    Line {
        error: Some(Error::new(Code::PasswordRefused, [("user", "tina")])),
        ..line(LineState::Rejected)
    }
}

fn registered() -> Line {
    line(LineState::Registered)
}

const DOWN: &str = "You can't be called | tina@example.com: pbx.example.com does not answer";
const REFUSED: &str =
    "You can't be called | tina@example.com: the company refused the password for tina";
const BACK: &str = "Registered again | tina@example.com at pbx.example.com";

const ENGINE_DOWN: &str =
    "Bellhop's engine stopped | Calls don't come to this laptop until it runs again";
const ENGINE_BACK: &str = "Bellhop's engine runs again | ";

/// The policy and a clock that jumps.
struct Stage {
    now: Instant,
    toasts: Toasts,
}

impl Stage {
    fn new() -> Stage {
        Stage {
            now: Instant::now(),
            toasts: Toasts::default(),
        }
    }

    /// The line is this now; what is told?
    fn sees(&mut self, line: Line) -> Vec<String> {
        let mut snapshot = Snapshot::empty("0.1.0");
        snapshot.lines = vec![line];
        self.toasts.handle_snapshot(&snapshot, self.now);
        self.told()
    }

    /// Time passes, with every wake-up that was asked for.
    fn passes(&mut self, seconds: u64) -> Vec<String> {
        let end = self.now + Duration::from_secs(seconds);
        while let Some(at) = self.toasts.poll_timeout().filter(|at| *at <= end) {
            self.now = self.now.max(at);
            self.toasts.handle_timeout(self.now);
            assert!(self.toasts.poll_timeout().is_none_or(|next| next > at));
        }
        self.now = end;
        self.told()
    }

    fn told(&mut self) -> Vec<String> {
        std::iter::from_fn(|| self.toasts.poll_toast())
            .map(|toast| format!("{} | {}", toast.title, toast.body))
            .collect()
    }
}

const NOTHING: [&str; 0] = [];

#[test]
fn a_line_that_is_down_for_long_is_told_once_and_its_return_too() {
    let mut stage = Stage::new();
    assert_eq!(stage.sees(registered()), NOTHING);
    assert_eq!(stage.sees(silent()), NOTHING);
    assert_eq!(stage.passes(19), NOTHING);
    // An attempt in between is no recovery.
    assert_eq!(stage.sees(line(LineState::Registering)), NOTHING);
    assert_eq!(stage.sees(silent()), NOTHING);
    assert_eq!(stage.passes(1), [DOWN]);
    assert_eq!(stage.passes(3600), NOTHING);
    assert_eq!(stage.sees(silent()), NOTHING);
    assert_eq!(stage.sees(registered()), [BACK]);
    assert_eq!(stage.sees(registered()), NOTHING);
}

#[test]
fn a_short_trouble_is_not_told_nor_that_it_is_over() {
    let mut stage = Stage::new();
    stage.sees(silent());
    assert_eq!(stage.passes(19), NOTHING);
    assert_eq!(stage.sees(registered()), NOTHING);
    assert_eq!(stage.passes(60), NOTHING);
    assert_eq!(stage.toasts.poll_timeout(), None);
}

#[test]
fn what_is_just_starting_is_no_news() {
    let mut stage = Stage::new();
    assert_eq!(stage.sees(line(LineState::Registering)), NOTHING);
    assert_eq!(stage.passes(3), NOTHING);
    assert_eq!(stage.sees(registered()), NOTHING);
}

#[test]
fn time_without_network_does_not_count() {
    let mut stage = Stage::new();
    stage.sees(registered());
    stage.sees(line(LineState::Offline));
    assert_eq!(stage.passes(3600), NOTHING);
    stage.sees(silent());
    assert_eq!(stage.passes(19), NOTHING);
    stage.sees(line(LineState::Offline));
    stage.sees(silent());
    assert_eq!(stage.passes(19), NOTHING);
    assert_eq!(stage.passes(1), [DOWN]);
    // The same trouble, after another network.
    stage.sees(line(LineState::Offline));
    stage.sees(silent());
    assert_eq!(stage.passes(60), NOTHING);
    assert_eq!(stage.sees(registered()), [BACK]);
}

#[test]
fn a_refused_password_is_told_at_once_and_once() {
    let mut stage = Stage::new();
    stage.sees(registered());
    assert_eq!(stage.sees(refused()), [REFUSED]);
    assert_eq!(stage.passes(60), NOTHING);
    assert_eq!(stage.sees(line(LineState::Registering)), NOTHING);
    assert_eq!(stage.sees(refused()), NOTHING);
    assert_eq!(stage.sees(registered()), [BACK]);
    assert_eq!(stage.sees(refused()), [REFUSED]);
}

#[test]
fn what_the_person_paused_or_removed_is_no_news() {
    let mut stage = Stage::new();
    stage.sees(silent());
    stage.sees(line(LineState::Paused));
    assert_eq!(stage.passes(60), NOTHING);
    stage.sees(silent());
    stage
        .toasts
        .handle_snapshot(&Snapshot::empty("0.1.0"), stage.now);
    assert_eq!(stage.passes(60), NOTHING);
    // A pause ends what was told: nobody wonders any more.
    stage.sees(silent());
    assert_eq!(stage.passes(20), [DOWN]);
    stage.sees(line(LineState::Paused));
    assert_eq!(stage.sees(registered()), NOTHING);
}

#[test]
fn an_engine_that_does_not_come_back_is_told_instead_of_its_lines() {
    let mut stage = Stage::new();
    stage.sees(silent());
    stage
        .toasts
        .handle_no_engine(Some("it ended with 101"), stage.now);
    stage
        .toasts
        .handle_no_engine(Some("it ended with 101"), stage.now);
    assert_eq!(
        stage.passes(3600),
        ["Bellhop's engine stopped | Calls don't come to this laptop: it ended with 101"]
    );
    stage.toasts.handle_engine(stage.now);
    assert_eq!(stage.passes(59), NOTHING);
    assert_eq!(stage.passes(1), [ENGINE_BACK]);
    assert_eq!(stage.passes(3600), NOTHING);
}

#[test]
fn an_engine_that_has_a_line_registered_is_back() {
    let mut stage = Stage::new();
    stage.toasts.handle_no_engine(None, stage.now);
    assert_eq!(stage.passes(20), [ENGINE_DOWN]);
    stage.toasts.handle_engine(stage.now);
    assert_eq!(stage.sees(line(LineState::Registering)), NOTHING);
    assert_eq!(stage.sees(registered()), [ENGINE_BACK]);
    assert_eq!(stage.passes(3600), NOTHING);
}

/// It runs for some seconds, and is away for longer than nobody would mind.
fn looping(stage: &mut Stage, line: &Line) -> Vec<String> {
    let mut told = Vec::new();
    for _ in 0..100 {
        stage.toasts.handle_no_engine(None, stage.now);
        told.extend(stage.passes(30));
        stage.toasts.handle_engine(stage.now);
        told.extend(stage.sees(line.clone()));
        told.extend(stage.passes(5));
    }
    told
}

#[test]
fn an_engine_that_crashes_again_and_again_is_told_once() {
    let mut stage = Stage::new();
    let told = looping(&mut stage, &line(LineState::Registering));
    assert_eq!(told, [ENGINE_DOWN]);
    assert_eq!(stage.sees(registered()), [ENGINE_BACK]);
}

#[test]
fn one_that_registers_before_each_crash_is_believed_once() {
    let mut stage = Stage::new();
    let told = looping(&mut stage, &registered());
    assert_eq!(told, [ENGINE_DOWN, ENGINE_BACK, ENGINE_DOWN]);
    // Then it has to last; after that it is as any other.
    assert_eq!(stage.passes(60), [ENGINE_BACK]);
    stage.toasts.handle_no_engine(None, stage.now);
    assert_eq!(stage.passes(20), [ENGINE_DOWN]);
    stage.toasts.handle_engine(stage.now);
    assert_eq!(stage.sees(registered()), [ENGINE_BACK]);
}

#[test]
fn an_engine_that_is_back_soon_is_no_news() {
    let mut stage = Stage::new();
    stage.toasts.handle_no_engine(None, stage.now);
    assert_eq!(stage.passes(5), NOTHING);
    stage.toasts.handle_engine(stage.now);
    assert_eq!(stage.sees(registered()), NOTHING);
    assert_eq!(stage.passes(60), NOTHING);
}
