use super::*;
use crate::role::{Ask, Claim, Role, Standing, claim};

/// Generous: what is waited for comes, or the test hangs that long and fails.
const LONG: Duration = Duration::from_secs(20);

async fn shown(hears: &mut mpsc::Receiver<Input>) -> bool {
    let heard = timeout(LONG, hears.recv()).await.unwrap();
    let Some(Input::Icon(shown)) = heard else {
        panic!("{heard:?}");
    };
    shown
}

#[tokio::test]
async fn an_icon_that_comes_late_is_not_called_missing_and_one_that_does_not_is() {
    let state = tempfile::tempdir().unwrap();
    let show = Ask::Show { add_line: false };
    let Claim::Held(tray) = claim(Role::Tray, state.path(), &show).await.unwrap() else {
        panic!("somebody has it");
    };
    let (stand, standing) = tokio::sync::watch::channel(Standing { icon: false });
    let _serving = tray.serve(standing, |_| {});
    let (hub, mut hears) = mpsc::channel(8);
    let path = state.path().to_owned();
    let watching = tokio::spawn(async move { watch(&path, &hub).await });
    sleep(GRACE / 10).await;
    stand.send(Standing { icon: true }).unwrap();
    assert!(shown(&mut hears).await);
    stand.send(Standing { icon: false }).unwrap();
    assert!(!shown(&mut hears).await);
    // Whoever goes is noticed.
    drop(stand);
    timeout(LONG, watching).await.unwrap().unwrap();
}
