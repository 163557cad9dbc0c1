use super::*;

struct Stage {
    home: tempfile::TempDir,
    login: Login,
}

fn stage() -> Stage {
    let home = tempfile::tempdir().unwrap();
    let login = Login {
        answer: home.path().join(ANSWER),
        words: words(&home.path().join("the state"), None),
        list: Some(List::in_folders(
            home.path(),
            &[home.path().join("machine")],
        )),
    };
    Stage { home, login }
}

impl Stage {
    fn entry(&self) -> PathBuf {
        let folder = self.home.path().join("autostart");
        folder.join("app.bellhop.Bellhop.desktop")
    }
}

#[test]
fn nobody_is_asked_twice() {
    let stage = stage();
    assert_eq!(stage.login.state(), StartAtLogin::NotAsked);
    stage.login.set(true).unwrap();
    assert_eq!(stage.login.state(), StartAtLogin::On);
    stage.login.set(false).unwrap();
    assert_eq!(stage.login.state(), StartAtLogin::Off);
    assert!(!stage.entry().exists());
    stage.login.set(false).unwrap();
}

#[test]
fn the_entry_starts_this_instance_without_a_window() {
    let stage = stage();
    stage.login.set(true).unwrap();
    let entry = fs::read_to_string(stage.entry()).unwrap();
    let exec = entry
        .lines()
        .find(|line| line.starts_with("Exec="))
        .unwrap();
    let own = std::env::current_exe().unwrap();
    let state = stage.home.path().join("the state");
    assert_eq!(
        exec,
        format!(
            "Exec={} --at-login --state-dir \"{}\"",
            own.display(),
            state.display()
        )
    );
}

#[test]
fn an_entry_that_somebody_removed_or_switched_off_is_left_so() {
    let stage = stage();
    for hand in ["Hidden=true", "X-GNOME-Autostart-enabled=false", "hidden"] {
        stage.login.set(true).unwrap();
        if hand == "hidden" {
            fs::remove_file(stage.entry()).unwrap();
        } else {
            let entry = fs::read_to_string(stage.entry()).unwrap();
            fs::write(stage.entry(), format!("{entry}{hand}\n")).unwrap();
        }
        assert_eq!(stage.login.state(), StartAtLogin::Off, "{hand}");
    }
}

#[test]
fn what_is_on_for_everybody_is_asked_of_nobody_and_can_be_switched_off() {
    let stage = stage();
    let folder = stage.home.path().join("machine/autostart");
    fs::create_dir_all(&folder).unwrap();
    let entry = folder.join("app.bellhop.Bellhop.desktop");
    let words = "[Desktop Entry]\nExec=bellhop-tray --at-login\n";
    fs::write(&entry, format!("{words}Hidden=true\n")).unwrap();
    assert_eq!(
        stage.login.state(),
        StartAtLogin::NotAsked,
        "as packages bring it"
    );
    fs::write(&entry, words).unwrap();
    assert_eq!(stage.login.state(), StartAtLogin::On);
    stage.login.set(false).unwrap();
    assert_eq!(stage.login.state(), StartAtLogin::Off);
    assert!(!stage.login.list.as_ref().unwrap().starts_it());
    stage.login.set(true).unwrap();
    assert_eq!(stage.login.state(), StartAtLogin::On);
}

#[test]
fn an_entry_of_an_earlier_install_counts_as_an_answer() {
    let stage = stage();
    stage.login.set(true).unwrap();
    fs::remove_file(&stage.login.answer).unwrap();
    assert_eq!(stage.login.state(), StartAtLogin::On);
}

#[test]
fn what_can_t_be_written_is_said() {
    let stage = stage();
    fs::write(stage.home.path().join("autostart"), "a file").unwrap();
    let error = stage.login.set(true).unwrap_err();
    assert_eq!(error.code, Code::ConfigUnwritable);
    assert_eq!(stage.login.state(), StartAtLogin::NotAsked);
}
