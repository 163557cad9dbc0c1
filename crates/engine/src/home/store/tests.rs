use std::fs;

use super::*;

fn open(directory: &Path) -> (Store, Found, told::UnboundedReceiver<Outcome>) {
    let (outcomes, told) = told::unbounded_channel();
    let (store, found) = Store::open(directory, outcomes).unwrap();
    (store, found, told)
}

fn write(seq: u64, user: &str, record: Option<&'static [u8]>, urgency: Urgency) -> Write {
    Write {
        seq: WriteSeq(seq),
        user: user.into(),
        record: record.map(Bytes::from_static),
        urgency,
    }
}

#[test]
fn what_was_committed_is_there_at_the_next_start() {
    let directory = tempfile::tempdir().unwrap();
    let (store, found, mut told) = open(directory.path());
    assert!(found.records.is_empty() && found.trouble.is_none());
    store.write(vec![write(1, "101", Some(b"a"), Urgency::BeforeAnswer)]);
    assert_eq!(told.blocking_recv(), Some(Outcome::Committed(WriteSeq(1))));
    store.write(vec![write(2, "102", Some(b"b"), Urgency::Soon)]);
    store.write(vec![write(3, "101", None, Urgency::BeforeAnswer)]);
    drop(store);
    let (_, found, _) = open(directory.path());
    assert_eq!(found.records, [("102".to_owned(), b"b".to_vec())]);
}

#[test]
fn what_nobody_waits_for_is_written_within_a_second() {
    let directory = tempfile::tempdir().unwrap();
    let (store, _, mut told) = open(directory.path());
    let begun = Instant::now();
    for seq in 1..=50 {
        store.write(vec![write(seq, "101", Some(b"a"), Urgency::Soon)]);
    }
    assert_eq!(
        told.blocking_recv(),
        Some(Outcome::Committed(WriteSeq(50))),
        "one transaction for all"
    );
    assert!(begun.elapsed() < Duration::from_secs(1));
}

#[test]
fn a_damaged_file_is_kept_aside_and_another_one_begun() {
    for damage in [&b"this is no database"[..], &[0xff; 70_000], &[0; 70_000]] {
        let directory = tempfile::tempdir().unwrap();
        fs::write(directory.path().join(FILE), damage).unwrap();
        let (store, found, mut told) = open(directory.path());
        assert!(found.records.is_empty());
        assert!(
            matches!(found.trouble, Some(Trouble::Lost(_))),
            "{:?}",
            found.trouble
        );
        let aside = directory.path().join("home.redb.damaged");
        assert_eq!(fs::read(aside).unwrap(), damage);
        store.write(vec![write(1, "101", Some(b"a"), Urgency::BeforeAnswer)]);
        assert_eq!(told.blocking_recv(), Some(Outcome::Committed(WriteSeq(1))));
        drop(store);
        let (_, found, _) = open(directory.path());
        assert_eq!(found.records.len(), 1);
        assert_eq!(found.trouble, None, "told once");
    }
}

#[test]
fn a_file_with_a_flipped_byte_anywhere_never_stops_the_start() {
    let directory = tempfile::tempdir().unwrap();
    let (store, _, _told) = open(directory.path());
    for seq in 0..20 {
        store.write(vec![write(
            seq,
            &format!("{seq}"),
            Some(b"record"),
            Urgency::BeforeAnswer,
        )]);
    }
    drop(store);
    let whole = fs::read(directory.path().join(FILE)).unwrap();
    for at in (0..whole.len()).step_by(whole.len() / 61) {
        let mut damaged = whole.clone();
        damaged[at] ^= 0xff;
        fs::write(directory.path().join(FILE), &damaged).unwrap();
        let (store, _, mut told) = open(directory.path());
        store.write(vec![write(100, "new", Some(b"n"), Urgency::BeforeAnswer)]);
        loop {
            match told.blocking_recv() {
                Some(Outcome::Committed(seq)) => break assert_eq!(seq, WriteSeq(100)),
                Some(Outcome::Trouble(_) | Outcome::OpenedAnew) => {}
                None => panic!("the store ended at byte {at}"),
            }
        }
    }
}

#[test]
fn a_directory_that_is_missing_holds_no_answer_back() {
    let directory = tempfile::tempdir().unwrap();
    let missing = directory.path().join("missing");
    let (store, found, mut told) = open(&missing);
    assert!(matches!(found.trouble, Some(Trouble::Unwritable(_))));
    store.write(vec![write(1, "101", Some(b"a"), Urgency::BeforeAnswer)]);
    assert_eq!(told.blocking_recv(), Some(Outcome::Committed(WriteSeq(1))));
    fs::create_dir(&missing).unwrap();
    drop(store);
    let (_, found, _) = open(&missing);
    assert_eq!(found.records.len(), 1, "written as soon as that went again");
}

/// The thread's side, in the hands of a test.
fn keeper(directory: &Path) -> (Keeper, told::UnboundedReceiver<Outcome>) {
    let (outcomes, told) = told::unbounded_channel();
    let (keeper, _) = Keeper::open(directory.join(FILE), outcomes);
    (keeper, told)
}

fn all(told: &mut told::UnboundedReceiver<Outcome>) -> Vec<Outcome> {
    std::iter::from_fn(|| told.try_recv().ok()).collect()
}

#[test]
fn a_file_that_is_damaged_later_is_put_aside_and_everything_is_asked_for() {
    let directory = tempfile::tempdir().unwrap();
    let (mut keeper, mut told) = keeper(directory.path());
    keeper.take(write(1, "101", Some(b"a"), Urgency::BeforeAnswer));
    keeper.commit();
    keeper.take(write(2, "102", Some(b"b"), Urgency::BeforeAnswer));
    all(&mut told);
    keeper.give_up(Failure::Damaged);
    let all = all(&mut told);
    assert!(
        matches!(
            &all[..],
            [
                Outcome::Trouble(Some(Trouble::Lost(_))),
                Outcome::OpenedAnew
            ]
        ),
        "{all:?}"
    );
    assert!(keeper.dirty.is_empty() && keeper.file.is_some());
    assert!(directory.path().join("home.redb.damaged").exists());
}

#[test]
fn a_file_that_is_found_damaged_when_it_is_tried_again_is_told() {
    let directory = tempfile::tempdir().unwrap();
    let (mut keeper, mut told) = keeper(directory.path());
    keeper.give_up(Failure::Unwritable("no space".into()));
    keeper.take(write(1, "101", Some(b"a"), Urgency::Soon));
    all(&mut told);
    fs::write(directory.path().join(FILE), "nonsense").unwrap();
    keeper.reopen();
    let first = all(&mut told);
    assert!(
        matches!(
            &first[..],
            [
                Outcome::Trouble(Some(Trouble::Lost(_))),
                Outcome::OpenedAnew
            ]
        ),
        "{first:?}"
    );
    // What is lost stays lost when the disk was full for a while.
    keeper.give_up(Failure::Unwritable("no space".into()));
    keeper.reopen();
    let then = all(&mut told);
    assert!(
        matches!(
            &then[..],
            [
                Outcome::Trouble(Some(Trouble::Unwritable(_))),
                Outcome::Trouble(Some(Trouble::Lost(_))),
                Outcome::OpenedAnew
            ]
        ),
        "{then:?}"
    );
}
