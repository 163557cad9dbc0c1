use std::sync::mpsc;

use bellhop_control::window::IconState;

use super::*;
use crate::role::{Standing, watch};

const SHOW: Ask = Ask::Show { add_line: true };

/// Generous: what is waited for comes, or the test hangs that long and fails.
const LONG: Duration = Duration::from_secs(20);

fn run<F: Future>(test: F) -> F::Output {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .unwrap()
        .block_on(test)
}

fn shown() -> Standing {
    Standing {
        icon: IconState::Shown,
        ..Standing::default()
    }
}

async fn held(role: Role, path: &Path) -> Held {
    match claim(role, path, &SHOW).await.unwrap() {
        Claim::Held(held) => *held,
        Claim::Asked => panic!("somebody has it"),
    }
}

#[test]
fn the_second_asks_the_first_and_is_done() {
    run(async {
        let state = tempfile::tempdir().unwrap();
        let (_standing, standing) = tokio::sync::watch::channel(Standing::default());
        let (heard, hears) = mpsc::channel();
        let first = held(Role::Tray, state.path()).await;
        let _serving = first.serve(standing, move |ask| heard.send(ask).unwrap());
        let second = claim(Role::Tray, state.path(), &SHOW).await.unwrap();
        assert!(matches!(second, Claim::Asked));
        assert_eq!(hears.recv_timeout(LONG).unwrap(), SHOW);
        // The other role is free.
        held(Role::Window, state.path()).await;
    });
}

#[test]
fn a_first_that_is_still_starting_is_waited_for() {
    run(async {
        let state = tempfile::tempdir().unwrap();
        let (_standing, standing) = tokio::sync::watch::channel(Standing::default());
        let (heard, hears) = mpsc::channel();
        let first = held(Role::Window, state.path()).await;
        let path = state.path().to_owned();
        let second = tokio::spawn(async move { claim(Role::Window, &path, &SHOW).await });
        // It has asked before anybody answers.
        sleep(Duration::from_millis(300)).await;
        assert!(!second.is_finished());
        let _serving = first.serve(standing, move |ask| heard.send(ask).unwrap());
        assert!(matches!(second.await.unwrap(), Ok(Claim::Asked)));
        assert_eq!(hears.recv_timeout(LONG).unwrap(), SHOW);
    });
}

#[test]
fn a_first_that_hangs_is_told_in_a_sentence() {
    run(async {
        let state = tempfile::tempdir().unwrap();
        let _first = held(Role::Window, state.path()).await;
        let patience = Duration::from_millis(300);
        let told = claim_within(patience, Role::Window, state.path(), &SHOW).await;
        assert_eq!(
            told.map(drop).unwrap_err(),
            "Bellhop's window is open and does not answer"
        );
    });
}

#[test]
fn a_first_that_ends_leaves_its_role_to_the_second() {
    run(async {
        let state = tempfile::tempdir().unwrap();
        let first = held(Role::Tray, state.path()).await;
        let path = state.path().to_owned();
        let second = tokio::spawn(async move { held(Role::Tray, &path).await });
        sleep(Duration::from_millis(100)).await;
        drop(first);
        let second = second.await.unwrap();
        // Its socket was not taken away by the one before.
        assert!(Role::Tray.socket(state.path()).exists());
        drop(second);
        assert!(!Role::Tray.socket(state.path()).exists());
    });
}

#[test]
fn a_role_that_was_given_up_is_free_at_once() {
    let state = tempfile::tempdir().unwrap();
    let (_standing, standing) = tokio::sync::watch::channel(Standing::default());
    let take = || tauri::async_runtime::block_on(held(Role::Window, state.path()));
    // As the toolkit's thread does it, which is none of the runtime's.
    take().serve(standing, |_| {}).close();
    assert!(!Role::Window.socket(state.path()).exists());
    take();
}

#[test]
fn what_a_killed_one_left_behind_is_in_nobodys_way() {
    run(async {
        let state = tempfile::tempdir().unwrap();
        std::fs::write(Role::Tray.lock(state.path()), "").unwrap();
        std::fs::write(Role::Tray.socket(state.path()), "").unwrap();
        assert!(held(Role::Tray, state.path()).await.listener.is_some());
    });
}

#[test]
fn a_watched_tray_tells_how_it_stands_and_when_it_goes() {
    run(async {
        let state = tempfile::tempdir().unwrap();
        let (stand, standing) = tokio::sync::watch::channel(Standing::default());
        let tray = held(Role::Tray, state.path()).await;
        let _serving = tray.serve(standing, |_| {});
        let mut watched = watch(state.path()).await.unwrap();
        assert_eq!(watched.next().await.unwrap(), Standing::default());
        stand.send(shown()).unwrap();
        assert_eq!(watched.next().await.unwrap(), shown());
        drop(stand);
        watched.next().await.unwrap_err();
    });
}

#[test]
fn a_directory_that_can_be_nobodys_is_told() {
    run(async {
        let state = tempfile::tempdir().unwrap();
        let file = state.path().join("file");
        std::fs::write(&file, "").unwrap();
        let told = claim(Role::Tray, &file, &SHOW).await;
        assert!(told.map(drop).unwrap_err().contains("can't be used"));
    });
}
