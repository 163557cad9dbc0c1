use std::fs;
use std::io::Write;
use std::sync::mpsc::Receiver;

use super::*;

const SOON: Duration = Duration::from_secs(10);

/// What stood in the file at each look.
fn watched(path: PathBuf) -> (FileWatch, Receiver<Option<String>>) {
    let (looks, seen) = mpsc::channel();
    let watch = FileWatch::start(move |path, _| {
        let _ = looks.send(fs::read_to_string(path).ok());
        Look::Done
    })
    .unwrap();
    watch.want(vec![path]);
    (watch, seen)
}

fn await_text(seen: &Receiver<Option<String>>, text: Option<&str>) {
    let until = Instant::now() + SOON;
    loop {
        let left = until.saturating_duration_since(Instant::now());
        match seen.recv_timeout(left) {
            Ok(found) if found.as_deref() == text => return,
            Ok(_) => {}
            Err(error) => panic!("{text:?} is not seen: {error}"),
        }
    }
}

#[test]
fn a_file_that_is_written_replaced_removed_and_made_anew_is_seen_each_time() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("config.toml");
    fs::write(&path, "one").unwrap();
    let (_watch, seen) = watched(path.clone());
    await_text(&seen, Some("one"));
    fs::write(&path, "two").unwrap();
    await_text(&seen, Some("two"));
    fs::write(home.path().join("new"), "three").unwrap();
    fs::rename(home.path().join("new"), &path).unwrap();
    await_text(&seen, Some("three"));
    fs::remove_file(&path).unwrap();
    await_text(&seen, None);
    fs::write(&path, "four").unwrap();
    await_text(&seen, Some("four"));
}

#[test]
fn a_file_in_directories_that_come_later_go_and_come_again_is_seen() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("a/b/config.toml");
    let (_watch, seen) = watched(path.clone());
    await_text(&seen, None);
    for text in ["one", "two"] {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        await_text(&seen, Some(text));
        fs::remove_dir_all(home.path().join("a")).unwrap();
        await_text(&seen, None);
    }
}

#[cfg(unix)]
#[test]
fn the_target_of_a_link_is_seen_and_a_link_that_is_turned_too() {
    let home = tempfile::tempdir().unwrap();
    let (path, real) = (home.path().join("config.toml"), home.path().join("store"));
    fs::create_dir(&real).unwrap();
    fs::write(real.join("one"), "one").unwrap();
    fs::write(real.join("two"), "two").unwrap();
    std::os::unix::fs::symlink(real.join("one"), &path).unwrap();
    let (_watch, seen) = watched(path.clone());
    await_text(&seen, Some("one"));
    fs::write(real.join("one"), "changed").unwrap();
    await_text(&seen, Some("changed"));
    std::os::unix::fs::symlink(real.join("two"), home.path().join("new")).unwrap();
    fs::rename(home.path().join("new"), &path).unwrap();
    await_text(&seen, Some("two"));
    fs::write(real.join("two"), "changed too").unwrap();
    await_text(&seen, Some("changed too"));
}

#[cfg(target_os = "linux")]
#[test]
fn a_file_that_is_being_written_is_not_seen_half() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("config.toml");
    fs::write(&path, "before").unwrap();
    let (_watch, seen) = watched(path.clone());
    await_text(&seen, Some("before"));
    let mut file = fs::File::create(&path).unwrap();
    for _ in 0..10 {
        file.write_all(b"x").unwrap();
        thread::sleep(Duration::from_millis(5));
    }
    drop(file);
    assert_eq!(seen.recv_timeout(SOON).unwrap().unwrap(), "x".repeat(10));
}

#[test]
fn a_look_that_asks_for_another_gets_it() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("config.toml");
    let (looks, seen) = mpsc::channel();
    let watch = FileWatch::start(move |_, again| {
        let _ = looks.send(again);
        if again {
            Look::Done
        } else {
            Look::Again(QUIET)
        }
    })
    .unwrap();
    watch.want(vec![path.clone()]);
    assert!(!seen.recv_timeout(SOON).unwrap());
    assert!(seen.recv_timeout(SOON).unwrap());
    fs::write(path, "").unwrap();
    assert!(!seen.recv_timeout(SOON).unwrap());
    assert!(seen.recv_timeout(SOON).unwrap());
}

#[test]
fn what_nobody_wants_is_not_looked_at() {
    let home = tempfile::tempdir().unwrap();
    let (_watch, seen) = watched(home.path().join("config.toml"));
    await_text(&seen, None);
    fs::write(home.path().join("config.toml.swp"), "x").unwrap();
    fs::write(home.path().join("config.toml"), "x").unwrap();
    await_text(&seen, Some("x"));
    assert!(seen.try_recv().is_err(), "one look for one change");
}

#[test]
fn who_wants_the_same_at_each_look_is_not_told_without_end() {
    let home = tempfile::tempdir().unwrap();
    let paths = vec![home.path().join("config.toml"), home.path().join("secret")];
    let (looks, seen) = mpsc::channel();
    let watch = FileWatch::start(move |path, _| {
        let _ = looks.send(path.to_owned());
        Look::Done
    })
    .unwrap();
    watch.want(paths.clone());
    let mut told = 0;
    while seen.recv_timeout(QUIET * 2).is_ok() {
        told += 1;
        assert!(told < 10, "it does not end");
        watch.want(paths.clone());
    }
    assert_eq!(told, 2);
}
