use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use bellhop_control::error::{Code, Error};
use bellhop_control::snapshot::{Line, LineState};
use bellhop_control::timestamp::Timestamp;

use super::*;

/// Generous: what is waited for comes, or the test hangs that long and fails.
const LONG: Duration = Duration::from_secs(20);

struct Running {
    hub: mpsc::Sender<Input>,
    first_words: Arc<AtomicU32>,
}

impl Running {
    fn start(begin: Option<Begin>) -> Running {
        let (hub, hears) = mpsc::channel(8);
        let first_words = Arc::new(AtomicU32::new(0));
        let count = Arc::clone(&first_words);
        let first = move || {
            count.fetch_add(1, Ordering::SeqCst);
        };
        tokio::spawn(Hub::new(StartAtLogin::Off, begin, first).run(hears));
        Running { hub, first_words }
    }

    async fn say(&self, input: Input) {
        self.hub.send(input).await.unwrap();
    }

    async fn page(&self) -> Told {
        let (told, hears) = mpsc::unbounded_channel();
        self.say(Input::Page(Box::new(move |event| told.send(event).is_ok())))
            .await;
        Told(hears)
    }
}

fn no_place() -> Input {
    Input::Tray(role::Standing {
        icon: IconState::NoPlace,
        ..role::Standing::default()
    })
}

struct Told(mpsc::UnboundedReceiver<WindowEvent>);

impl Told {
    async fn event(&mut self) -> WindowEvent {
        let event = tokio::time::timeout(LONG, self.0.recv()).await;
        event.expect("the page is told").expect("the page is kept")
    }

    async fn view(&mut self) -> View {
        match self.event().await {
            WindowEvent::View { view } => *view,
            other @ (WindowEvent::Notice { .. } | WindowEvent::AddLine | WindowEvent::Devices) => {
                panic!("{other:?}")
            }
        }
    }
}

fn running() -> EngineState {
    EngineState::Running {
        version: "0.1.0".into(),
    }
}

fn snapshot(retry_at: Option<Timestamp>) -> Snapshot {
    let mut snapshot = Snapshot::empty("0.1.0");
    snapshot.lines.push(Line {
        registrar: Some("pbx.example.com".into()),
        retry_at,
        error: Some(Error::new(
            Code::RegistrarSilent,
            [("registrar", "pbx.example.com")],
        )),
        ..Line::new("work", "sip:tina@example.com", LineState::WaitingToRetry)
    });
    snapshot
}

fn said(snapshot: Snapshot) -> Input {
    Input::Engine(running(), Some(Box::new(snapshot)))
}

#[tokio::test]
async fn the_page_is_told_all_first_and_then_what_is_other() {
    let hub = Running::start(None);
    let mut page = hub.page().await;
    let first = page.view().await;
    assert_eq!(first.engine, EngineState::Starting);
    assert_eq!(
        (first.login, first.icon),
        (StartAtLogin::Off, IconState::Shown)
    );
    assert!(first.snapshot.is_none() && first.lines.is_empty());

    hub.say(said(snapshot(None))).await;
    hub.say(said(snapshot(None))).await;
    hub.say(no_place()).await;
    let second = page.view().await;
    assert_eq!(second.engine, running());
    assert_eq!(second.lines[0].second, "pbx.example.com does not answer");
    // The one that says the same was not told.
    let third = page.view().await;
    assert_eq!(third.icon, IconState::NoPlace);
    hub.say(Input::Login(StartAtLogin::On)).await;
    assert_eq!(page.view().await.login, StartAtLogin::On);
    assert_eq!(hub.first_words.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn what_an_engine_knew_that_has_gone_is_not_shown() {
    let hub = Running::start(None);
    hub.say(said(snapshot(None))).await;
    let mut page = hub.page().await;
    assert_eq!(page.view().await.lines.len(), 1);
    let error = Error::plain(Code::EngineLost);
    hub.say(Input::Engine(EngineState::Stopped { error }, None))
        .await;
    let view = page.view().await;
    assert!(view.lines.is_empty() && view.snapshot.is_none());
}

#[tokio::test]
async fn a_page_that_is_loaded_anew_is_told_all_anew_and_the_one_before_nothing() {
    let hub = Running::start(None);
    hub.say(said(snapshot(None))).await;
    let mut before = hub.page().await;
    let view = before.view().await;
    let mut after = hub.page().await;
    assert_eq!(after.view().await, view);
    hub.say(no_place()).await;
    assert_eq!(after.view().await.icon, IconState::NoPlace);
    assert!(before.0.recv().await.is_none());
    assert_eq!(hub.first_words.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_form_that_was_wanted_before_there_was_a_page_comes_after_the_view() {
    let hub = Running::start(Some(Begin::AddLine));
    let mut page = hub.page().await;
    page.view().await;
    assert_eq!(page.event().await, WindowEvent::AddLine);
    hub.say(Input::Begin(Begin::AddLine)).await;
    assert_eq!(page.event().await, WindowEvent::AddLine);
}

#[tokio::test]
async fn a_countdown_goes_on_without_news() {
    let hub = Running::start(None);
    let at = Timestamp::from(Timestamp::now().as_utc() + Duration::from_millis(2500));
    hub.say(said(snapshot(Some(at)))).await;
    let mut page = hub.page().await;
    let mut words = Vec::new();
    while words.last().is_none_or(|last: &String| last.contains(';')) {
        words.push(page.view().await.lines.remove(0).second);
    }
    // A busy machine may miss one; none is told twice.
    let last = words.pop().unwrap();
    assert_eq!(last, "pbx.example.com does not answer");
    assert!(words.iter().all(|words| words.contains("trying again in ")));
    assert!(!words.is_empty() && words.len() <= 3, "{words:?}");
    words.dedup();
    assert!(words.is_sorted_by(|a, b| a > b), "{words:?}");
}

#[tokio::test]
async fn a_notice_is_one_sentence_once() {
    let hub = Running::start(None);
    let mut page = hub.page().await;
    page.view().await;
    hub.say(Input::Notice(Notice::RegisteredAgain {
        line: "work".into(),
        took_ms: 41,
        from: None,
        to: None,
    }))
    .await;
    assert_eq!(
        page.event().await,
        WindowEvent::Notice {
            line: "work".into(),
            sentence: "Registered again in 41 ms".into()
        }
    );
}

#[tokio::test]
async fn why_no_engine_runs_is_told_as_the_tray_has_it_until_the_tray_goes() {
    let hub = Running::start(None);
    let mut page = hub.page().await;
    let starting = page.view().await.no_engine.unwrap();
    let wait = Duration::from_millis(1500);
    let again_at = Timestamp::from(Timestamp::now().as_utc() + wait);
    hub.say(Input::Tray(role::Standing {
        icon: IconState::Shown,
        engine: Supervised::Stopped {
            why: Some("config.toml:3: aor: not a SIP URI".into()),
            again_at: Some(again_at),
        },
        quit_costs: false,
    }))
    .await;
    let view = page.view().await;
    assert!(!view.quit_costs);
    let mut shown = view.no_engine.unwrap();
    let why = "config.toml:3: aor: not a SIP URI";
    assert_eq!(shown.why.as_deref(), Some(why));
    // The countdown goes on without news.
    while shown.can_start {
        shown = page.view().await.no_engine.unwrap();
    }
    assert_eq!(shown.second.as_deref(), Some("starting it again"));
    hub.say(Input::NoTray).await;
    assert_eq!(page.view().await.no_engine, Some(starting));
}
