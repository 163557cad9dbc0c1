use super::*;
use crate::role::{Ask, Claim, Role, Standing, claim};

/// Generous: what is waited for comes, or the test hangs that long and fails.
const LONG: Duration = Duration::from_secs(20);

async fn shown(hears: &mut mpsc::Receiver<Input>) -> IconState {
    let heard = timeout(LONG, hears.recv()).await.unwrap();
    let Some(Input::Icon(icon)) = heard else {
        panic!("{heard:?}");
    };
    icon
}

#[tokio::test]
async fn an_icon_that_comes_late_is_not_called_missing_and_one_that_does_not_is() {
    let state = tempfile::tempdir().unwrap();
    let show = Ask::Show { add_line: false };
    let Claim::Held(tray) = claim(Role::Tray, state.path(), &show).await.unwrap() else {
        panic!("somebody has it");
    };
    let (stand, standing) = tokio::sync::watch::channel(Standing {
        icon: IconState::NoPlace,
    });
    let _serving = tray.serve(standing, |_| {});
    let (hub, mut hears) = mpsc::channel(8);
    let path = state.path().to_owned();
    let watching = tokio::spawn(async move { watch(&path, &hub).await });
    sleep(GRACE / 10).await;
    stand
        .send(Standing {
            icon: IconState::Shown,
        })
        .unwrap();
    assert_eq!(shown(&mut hears).await, IconState::Shown);
    stand
        .send(Standing {
            icon: IconState::NoPlace,
        })
        .unwrap();
    assert_eq!(shown(&mut hears).await, IconState::NoPlace);
    // Whoever goes is noticed.
    drop(stand);
    timeout(LONG, watching).await.unwrap().unwrap();
}
