//! Where a change of what a path leads to shows: in entries of directories, one for each link on the way and one for its end.

use std::collections::{BTreeSet, VecDeque};
use std::ffi::OsString;
use std::fs;
use std::path::{Component, Path, PathBuf};

/// As many as Linux follows (path_resolution(7)).
const LINKS: usize = 40;

/// The entries whose change may change what stands at `path`: each link on the way, the last two components, and, where the way ends early,
/// what is missing. Their directories exist, and no link leads there.
pub(super) fn of(path: &Path) -> BTreeSet<PathBuf> {
    let mut shows = BTreeSet::new();
    let Ok(path) = std::path::absolute(path) else {
        return shows;
    };
    let mut at = PathBuf::new();
    let mut ahead = components(&path, &mut at);
    let mut links = 0;
    while let Some(name) = ahead.pop_front() {
        if name == ".." {
            at.pop();
            continue;
        }
        let entry = at.join(name);
        match fs::read_link(&entry) {
            Ok(target) if links < LINKS => {
                links += 1;
                shows.insert(entry);
                let mut more = components(&target, &mut at);
                more.append(&mut ahead);
                ahead = more;
            }
            _ => {
                let last = ahead.len() < 2;
                if last || !entry.is_dir() {
                    shows.insert(entry.clone());
                }
                if !entry.is_dir() {
                    break;
                }
                at = entry;
            }
        }
    }
    shows
}

/// The names in `path`; `at` becomes its root if it has one.
fn components(path: &Path, at: &mut PathBuf) -> VecDeque<OsString> {
    let mut names = VecDeque::new();
    let mut root = PathBuf::new();
    for component in path.components() {
        match component {
            Component::Prefix(_) | Component::RootDir => root.push(component),
            Component::CurDir => {}
            Component::ParentDir | Component::Normal(_) => {
                names.push_back(component.as_os_str().to_owned());
            }
        }
    }
    if root.has_root() {
        *at = root;
    }
    names
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn a_plain_file_shows_in_its_directory_and_the_directory_in_its_parent() {
        let home = tempfile::tempdir().unwrap();
        let directory = home.path().canonicalize().unwrap().join("bellhop");
        fs::create_dir(&directory).unwrap();
        let path = directory.join("config.toml");
        assert_eq!(of(&path), BTreeSet::from([directory, path]));
    }

    #[test]
    fn every_link_on_the_way_shows_and_so_does_its_target() {
        let home = tempfile::tempdir().unwrap();
        let home = home.path().canonicalize().unwrap();
        fs::create_dir_all(home.join("dotfiles/v1")).unwrap();
        symlink("dotfiles", home.join("bellhop")).unwrap();
        symlink("v1", home.join("dotfiles/now")).unwrap();
        symlink("now/real.toml", home.join("dotfiles/config.toml")).unwrap();
        let shows = of(&home.join("bellhop/config.toml"));
        for entry in [
            "bellhop",
            "dotfiles/config.toml",
            "dotfiles/now",
            "dotfiles/v1/real.toml",
        ] {
            assert!(shows.contains(&home.join(entry)), "{entry}: {shows:?}");
        }
        assert!(shows.iter().all(|entry| entry.parent().unwrap().is_dir()));
    }

    #[test]
    fn of_a_way_that_ends_early_the_first_missing_step_shows() {
        let home = tempfile::tempdir().unwrap();
        let home = home.path().canonicalize().unwrap();
        let missing = BTreeSet::from([home.join("a")]);
        assert_eq!(of(&home.join("a/b/config.toml")), missing);
    }

    #[test]
    fn links_in_a_circle_end() {
        let home = tempfile::tempdir().unwrap();
        let home = home.path().canonicalize().unwrap();
        symlink("b", home.join("a")).unwrap();
        symlink("a", home.join("b")).unwrap();
        assert!(of(&home.join("a/config.toml")).contains(&home.join("a")));
    }
}
