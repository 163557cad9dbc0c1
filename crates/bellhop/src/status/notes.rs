//! What is wrong besides the lines, a sentence each: the config file, the state directory, the phones at home. A pure function.

use bellhop_control::catalogue;
use bellhop_control::snapshot::{Config, ConfigProblem, Home, Snapshot};

pub(super) fn of(snapshot: &Snapshot) -> impl Iterator<Item = String> {
    let state_dir = snapshot.state_dir.error.as_ref();
    let state_dir = state_dir.map(|error| error.message.clone());
    config(&snapshot.config)
        .into_iter()
        .chain(state_dir)
        .chain(home(&snapshot.home))
}

fn home(home: &Home) -> impl Iterator<Item = String> {
    let listeners = home.problems.iter().map(|problem| &problem.error);
    let devices = home.devices.iter().filter_map(|it| it.error.as_ref());
    let errors = home.store.iter().chain(listeners).chain(devices);
    errors.map(|error| error.message.clone())
}

fn config(config: &Config) -> Option<String> {
    let error = config.error.as_ref()?;
    let more = config.problems.len().saturating_sub(1).to_string();
    let (id, why) = match config.problems.as_slice() {
        [] => ("note-config_kept", error.message.clone()),
        [problem] => ("note-config_kept", place(&config.file, problem)),
        [first, ..] => ("note-config_kept_more", place(&config.file, first)),
    };
    Some(catalogue::text(id, &[("why", &why), ("count", &more)]))
}

/// As `bellhop run` says it.
fn place(file: &str, problem: &ConfigProblem) -> String {
    let file = file.rsplit(['/', '\\']).next().unwrap_or(file);
    let key = problem.key.iter().map(|key| format!("{key}: "));
    let key = key.collect::<String>();
    format!("{file}:{}: {key}{}", problem.line, problem.message)
}

#[cfg(test)]
mod tests {
    use bellhop_control::error::{Code, Error};
    use bellhop_control::snapshot::StateDir;

    use super::*;

    fn shown(snapshot: &Snapshot) -> Vec<String> {
        of(snapshot).collect()
    }

    fn broken(problems: &[(usize, Option<&str>, &str)]) -> Snapshot {
        let problems = problems.iter().map(|(line, key, message)| ConfigProblem {
            line: *line,
            key: key.map(str::to_owned),
            message: (*message).to_owned(),
        });
        Snapshot {
            config: Config {
                file: "/home/tina/.config/bellhop/config.toml".into(),
                error: Some(Error::new(Code::ConfigInvalid, [("count", "2")])),
                problems: problems.collect(),
            },
            ..Snapshot::empty("0.1.0")
        }
    }

    #[test]
    fn nothing_is_said_while_nothing_is_wrong() {
        assert!(shown(&Snapshot::empty("0.1.0")).is_empty());
    }

    #[test]
    fn a_broken_config_is_one_sentence_that_names_file_line_and_key() {
        let one = broken(&[(3, Some("expires"), "must be a whole number")]);
        assert_eq!(
            shown(&one),
            ["config.toml:3: expires: must be a whole number; the config before stays in force"]
        );
        let two = broken(&[(1, None, "this is not TOML"), (9, Some("id"), "twice")]);
        assert_eq!(
            shown(&two),
            ["config.toml:1: this is not TOML (and 1 more); the config before stays in force"]
        );
    }

    #[test]
    fn a_config_that_is_gone_and_a_state_directory_that_is_full_are_said() {
        let mut snapshot = broken(&[]);
        snapshot.config.error = Some(Error::new(Code::ConfigMissing, [("path", "/x")]));
        snapshot.state_dir = StateDir {
            path: "/s".into(),
            error: Some(Error::new(
                Code::StateDirUnusable,
                [("path", "/s"), ("why", "No space left on device")],
            )),
        };
        assert_eq!(
            shown(&snapshot),
            [
                "there is no config file /x; the config before stays in force",
                "the state directory /s can't be used: No space left on device"
            ]
        );
    }
}
