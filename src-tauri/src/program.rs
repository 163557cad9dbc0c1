//! This very program, to be started again.

use std::path::PathBuf;

/// Where it is, or was: an update puts another in its place while this one runs, and Linux then says that this one was deleted.
///
/// # Errors
/// The system does not tell.
pub(crate) fn own() -> std::io::Result<PathBuf> {
    std::env::current_exe().map(replaced)
}

fn replaced(own: PathBuf) -> PathBuf {
    let path = own
        .to_str()
        .and_then(|path| path.strip_suffix(" (deleted)"));
    match path {
        Some(path) if !own.exists() => path.into(),
        _ => own,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_that_was_updated_is_found_where_it_was() {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("bellhop-tray");
        let deleted = place.path().join("bellhop-tray (deleted)");
        assert_eq!(replaced(deleted.clone()), path);
        assert_eq!(replaced(path.clone()), path);
        std::fs::write(&deleted, "").unwrap();
        assert_eq!(replaced(deleted.clone()), deleted);
    }
}
