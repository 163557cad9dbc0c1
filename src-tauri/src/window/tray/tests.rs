use bellhop_control::window::Supervised;

use super::*;
use crate::role::{Ask, Claim, Role, Standing, claim};

/// Generous: what is waited for comes, or the test hangs that long and fails.
const LONG: Duration = Duration::from_secs(20);

async fn told(hears: &mut mpsc::Receiver<Input>) -> Standing {
    let heard = timeout(LONG, hears.recv()).await.unwrap();
    let Some(Input::Tray(standing)) = heard else {
        panic!("{heard:?}");
    };
    standing
}

fn standing(icon: IconState) -> Standing {
    Standing {
        icon,
        ..Standing::default()
    }
}

#[tokio::test]
async fn what_the_tray_says_is_told_at_once_and_that_it_goes() {
    let state = tempfile::tempdir().unwrap();
    let show = Ask::Show { add_line: false };
    let Claim::Held(tray) = claim(Role::Tray, state.path(), &show).await.unwrap() else {
        panic!("somebody has it");
    };
    let begun = Instant::now();
    let (stand, stands) = tokio::sync::watch::channel(standing(IconState::NoPlace));
    let _serving = tray.serve(stands, |_| {});
    let (hub, mut hears) = mpsc::channel(8);
    let path = state.path().to_owned();
    let watching = tokio::spawn(async move { watch(&path, &hub).await });
    assert_eq!(told(&mut hears).await.icon, IconState::Shown);
    let newer = Standing {
        engine: Supervised::Newer,
        ..standing(IconState::NoPlace)
    };
    stand.send(newer).unwrap();
    let now = told(&mut hears).await;
    assert_eq!(now.engine, Supervised::Newer);
    if begun.elapsed() < GRACE {
        assert_eq!(now.icon, IconState::Shown);
        assert_eq!(told(&mut hears).await.icon, IconState::NoPlace);
    }
    // Whoever goes is noticed.
    drop(stand);
    timeout(LONG, watching).await.unwrap().unwrap();
}

#[test]
fn an_icon_that_comes_late_is_not_called_missing_and_one_that_does_not_is() {
    let mut late = Late::default();
    let begun = Instant::now();
    let until = Some(begun + GRACE);
    assert_eq!(
        late.seen(IconState::NoPlace, begun),
        (IconState::Shown, until)
    );
    // Other news in between gives it no more time.
    assert_eq!(
        late.seen(IconState::NoPlace, begun + GRACE / 2),
        (IconState::Shown, until)
    );
    assert_eq!(
        late.seen(IconState::Shown, begun + GRACE / 2),
        (IconState::Shown, None)
    );
    let again = begun + 2 * GRACE;
    late.seen(IconState::NoPlace, again);
    for later in [again + GRACE, again + 3 * GRACE] {
        let seen = late.seen(IconState::NoPlace, later);
        assert_eq!(seen, (IconState::NoPlace, None));
    }
    // That a package is missing is known at once.
    let mut late = Late::default();
    let seen = late.seen(IconState::NoLibrary, begun);
    assert_eq!(seen, (IconState::NoLibrary, None));
}
