use bellhop_agent::OldContact;

use super::*;

fn identity(store: &Store) -> Identity {
    Identity {
        instance: store.instance_urn(),
        call_id: "call@id".into(),
        contact_user: "u5er".into(),
        cseq: 41,
        contacts: vec![OldContact {
            uri: "sip:u5er@192.0.2.4:40000".into(),
            public: Some("203.0.113.9:40000".parse().unwrap()),
        }],
        realm: Some("example.com".into()),
        proxy_realm: None,
    }
}

#[test]
fn a_restart_finds_everything_again() {
    let directory = tempfile::tempdir().unwrap();
    let mut store = Store::open(directory.path(), None).unwrap();
    let saved = identity(&store);
    store.save_identity("work", "sip:tina@example.com", &saved);
    store.save_paused("work", "sip:tina@example.com", true);
    store.save_last_good(
        "work",
        "sip:tina@example.com",
        &["192.0.2.1:5060".parse().unwrap()],
    );
    let urn = store.instance_urn();
    drop(store);

    let store = Store::open(directory.path(), None).unwrap();
    assert_eq!(store.instance_urn(), urn);
    let found = store.identity("work", "sip:tina@example.com").unwrap();
    assert_eq!(
        (found.call_id, found.cseq, found.contacts.len(), found.realm),
        (saved.call_id, saved.cseq, 1, saved.realm)
    );
    assert!(store.paused("work", "sip:tina@example.com"));
    assert_eq!(store.last_good("work", "sip:tina@example.com").len(), 1);
    assert!(
        store.identity("work", "sip:other@example.com").is_none(),
        "another AOR is another line"
    );
}

#[test]
fn a_crash_right_after_the_start_repeats_no_number() {
    let directory = tempfile::tempdir().unwrap();
    let mut store = Store::open(directory.path(), None).unwrap();
    let saved = identity(&store);
    store.save_identity("work", "sip:tina@example.com", &saved);
    drop(store);
    let first = Store::open(directory.path(), None).unwrap();
    let numbers = |store: &Store| store.identity("work", "sip:tina@example.com").unwrap().cseq;
    // Nothing of this run was written, and another one finds what it left.
    let crashed = tempfile::tempdir().unwrap();
    fs::copy(
        directory.path().join("instance"),
        crashed.path().join("instance"),
    )
    .unwrap();
    assert_eq!(numbers(&first), saved.cseq);
    assert!(numbers(&Store::open(crashed.path(), None).unwrap()) > saved.cseq);
}

#[test]
fn a_copied_disk_takes_new_identities_and_keeps_the_pause() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("instance");
    let mut store = Store::open(directory.path(), None).unwrap();
    let saved = identity(&store);
    store.save_identity("work", "sip:tina@example.com", &saved);
    store.save_paused("work", "sip:tina@example.com", true);
    let urn = store.instance_urn();
    drop(store);

    let mut kept: Instance = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    kept.machine = Machine::Id("another".into());
    fs::write(&path, serde_json::to_vec(&kept).unwrap()).unwrap();
    let store = Store::open(directory.path(), None).unwrap();
    if matches!(Machine::here(String::new), Machine::Id(_)) {
        assert_ne!(store.instance_urn(), urn);
        assert!(store.identity("work", "sip:tina@example.com").is_none());
    } else {
        assert_eq!(store.instance_urn(), urn);
    }
    assert!(store.paused("work", "sip:tina@example.com"));
}

#[test]
fn a_damaged_file_is_moved_aside() {
    for damage in [
        "{\"version\":1,",
        "{\"version\":99,\"machine\":{\"id\":\"x\"},\"instance\":\"urn:uuid:x\",\"lines\":[]}",
        "",
    ] {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("instance");
        fs::write(&path, damage).unwrap();
        drop(Store::open(directory.path(), None).unwrap());
        assert_eq!(
            fs::read_to_string(path.with_extension("damaged")).unwrap(),
            damage
        );
        assert!(serde_json::from_slice::<Instance>(&fs::read(&path).unwrap()).is_ok());
    }
}

#[cfg(unix)]
#[test]
fn the_file_is_readable_by_its_owner_alone() {
    use std::os::unix::fs::MetadataExt;
    let directory = tempfile::tempdir().unwrap();
    drop(Store::open(directory.path(), None).unwrap());
    assert_eq!(
        fs::metadata(directory.path().join("instance"))
            .unwrap()
            .mode()
            & 0o777,
        0o600
    );
}

#[test]
fn another_server_is_not_held_to_the_addresses_and_realms_of_the_one_before() {
    let home = tempfile::tempdir().unwrap();
    let (id, aor) = ("work", "sip:tina@example.com");
    let mut store = Store::open(home.path(), None).unwrap();
    store.save_server(id, aor, "sip:pbx.example.com tina");
    let mut known = identity(&store);
    known.realm = Some("pbx".into());
    store.save_identity(id, aor, &known);
    store.save_last_good(id, aor, &["192.0.2.1:5060".parse().unwrap()]);
    store.save_server(id, aor, "sip:pbx.example.com tina");
    assert_eq!(store.identity(id, aor).unwrap().realm, known.realm);
    store.save_server(id, aor, "sip:new.example.com tina");
    let moved = store.identity(id, aor).unwrap();
    assert_eq!((moved.realm, moved.cseq), (None, known.cseq));
    assert!(store.last_good(id, aor).is_empty());
}

#[test]
fn a_store_that_cannot_be_written_uses_no_number_of_a_run_that_could() {
    let directory = tempfile::tempdir().unwrap();
    let (id, aor) = ("work", "sip:tina@example.com");
    let mut store = Store::open(directory.path(), None).unwrap();
    let saved = identity(&store);
    store.save_identity(id, aor, &saved);
    drop(store);
    let trouble = unusable(directory.path(), "Read-only file system".into());
    let store = Store::open(directory.path(), Some(&trouble)).unwrap();
    assert_eq!(store.unwritten(), Some(&trouble));
    let found = store.identity(id, aor).unwrap();
    assert_ne!(found.call_id, saved.call_id);
    assert_eq!(
        (found.instance, found.contact_user, found.contacts),
        (saved.instance, saved.contact_user, saved.contacts),
        "what is bound is still known as ours"
    );
}

#[test]
fn what_could_not_be_used_is_told() {
    let directory = tempfile::tempdir().unwrap();
    fs::write(directory.path().join("instance"), "{").unwrap();
    let store = Store::open(directory.path(), None).unwrap();
    assert_eq!(store.unread().unwrap().code, Code::StoreUnusable);
    assert_eq!(store.unwritten(), None);
    drop(store);
    let store = Store::open(directory.path(), None).unwrap();
    assert_eq!(store.unread(), None);
}
