//! The file itself: one table, a record per account.

use std::collections::HashMap;
use std::fs;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use bellhop_sip::Text;
use bytes::Bytes;
use redb::{
    Database, Durability, ReadOnlyDatabase, ReadableDatabase, ReadableTable, TableDefinition,
    TableError,
};

use super::Trouble;

const LOCATIONS: TableDefinition<'_, &str, &[u8]> = TableDefinition::new("location");
/// Of the file in memory. A home has a few hundred bytes a device.
const CACHE: usize = 16 * 1024 * 1024;
/// A larger file is not ours.
const MAX_FILE: u64 = 4 * 1024 * 1024 * 1024;

/// Open for writing.
#[derive(Debug)]
pub(super) struct File(Database);

/// What came of opening it.
#[derive(Debug, Default)]
pub(super) struct Opened {
    pub(super) file: Option<File>,
    pub(super) records: Vec<(String, Vec<u8>)>,
    pub(super) trouble: Option<Trouble>,
}

/// Opens the file, making it if there is none. One that can't be understood is put aside, and another one begun.
pub(super) fn open_or_put_aside(path: &Path) -> Opened {
    match open(path) {
        Ok((file, records)) => Opened {
            file: Some(file),
            records,
            trouble: None,
        },
        Err(Unusable::Unwritable(why)) => Opened {
            file: None,
            records: read_only(path),
            trouble: Some(Trouble::Unwritable(why)),
        },
        Err(Unusable::Damaged(why)) => put_aside(path, &why),
    }
}

fn put_aside(path: &Path, why: &str) -> Opened {
    let aside = path.with_extension("redb.damaged");
    if let Err(error) = fs::rename(path, &aside) {
        let why = format!("{why}, and it can't be moved aside: {error}");
        return Opened {
            trouble: Some(Trouble::Unwritable(why)),
            ..Opened::default()
        };
    }
    match open(path) {
        Ok((file, records)) => Opened {
            file: Some(file),
            records,
            trouble: Some(Trouble::Lost(format!(
                "{why}; it was kept as {}.damaged",
                super::FILE
            ))),
        },
        Err(Unusable::Unwritable(why) | Unusable::Damaged(why)) => Opened {
            trouble: Some(Trouble::Unwritable(why)),
            ..Opened::default()
        },
    }
}

enum Unusable {
    Damaged(String),
    Unwritable(String),
}

fn open(path: &Path) -> Result<(File, Vec<(String, Vec<u8>)>), Unusable> {
    if fs::metadata(path).is_ok_and(|it| it.len() > MAX_FILE || !it.is_file()) {
        return Err(Unusable::Damaged(
            "home.redb is no file of Bellhop's".into(),
        ));
    }
    private(path).map_err(|error| Unusable::Unwritable(error.to_string()))?;
    // What redb takes for granted of a file may not hold for one that something else has written to.
    let attempt = catch_unwind(AssertUnwindSafe(|| {
        let database = Database::builder().set_cache_size(CACHE).create(path)?;
        let records = read(&database)?;
        Ok::<_, redb::Error>((File(database), records))
    }));
    match attempt {
        Ok(Ok(opened)) => Ok(opened),
        Ok(Err(error)) => Err(unusable(error)),
        Err(_) => Err(Unusable::Damaged("home.redb is damaged".into())),
    }
}

/// Of this account alone from its first moment.
fn private(path: &Path) -> io::Result<()> {
    let mut options = fs::OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(drop)
}

fn unusable(error: redb::Error) -> Unusable {
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "what is not the system's refusal is the file's fault"
    )]
    match error {
        // Not of redb's making: it says so in the words of an I/O error.
        redb::Error::Io(error) if error.kind() == io::ErrorKind::InvalidData => {
            Unusable::Damaged("home.redb is damaged".into())
        }
        redb::Error::Io(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
            Unusable::Damaged("home.redb is damaged".into())
        }
        redb::Error::Io(error) => Unusable::Unwritable(error.to_string()),
        redb::Error::DatabaseAlreadyOpen => {
            Unusable::Unwritable("another program has home.redb open".into())
        }
        redb::Error::PreviousIo => Unusable::Unwritable("an earlier write failed".into()),
        redb::Error::UpgradeRequired(_) => {
            Unusable::Damaged("home.redb is of another version".into())
        }
        _ => Unusable::Damaged("home.redb is damaged".into()),
    }
}

/// As much as can be had of a file that can't be written.
fn read_only(path: &Path) -> Vec<(String, Vec<u8>)> {
    let attempt = catch_unwind(AssertUnwindSafe(|| {
        let database = ReadOnlyDatabase::open(path)?;
        read(&database)
    }));
    match attempt {
        Ok(Ok(records)) => records,
        Ok(Err(_)) | Err(_) => Vec::new(),
    }
}

fn read(database: &impl ReadableDatabase) -> Result<Vec<(String, Vec<u8>)>, redb::Error> {
    let reading = database.begin_read()?;
    let table = match reading.open_table(LOCATIONS) {
        Ok(table) => table,
        Err(TableError::TableDoesNotExist(_)) => return Ok(Vec::new()),
        Err(error) => return Err(error.into()),
    };
    let mut records = Vec::new();
    for entry in table.iter()? {
        let (user, record) = entry?;
        records.push((user.value().to_owned(), record.value().to_vec()));
    }
    Ok(records)
}

impl File {
    /// All of it, durably, or nothing.
    pub(super) fn commit(&mut self, changes: &HashMap<Text, Option<Bytes>>) -> Result<(), String> {
        let attempt = catch_unwind(AssertUnwindSafe(|| self.try_commit(changes)));
        match attempt {
            Ok(done) => done.map_err(|error| match error {
                redb::Error::Io(error) => error.to_string(),
                other => other.to_string(),
            }),
            Err(_) => Err("home.redb is damaged".into()),
        }
    }

    fn try_commit(&mut self, changes: &HashMap<Text, Option<Bytes>>) -> Result<(), redb::Error> {
        let mut writing = self.0.begin_write()?;
        writing.set_durability(Durability::Immediate)?;
        {
            let mut table = writing.open_table(LOCATIONS)?;
            for (user, record) in changes {
                match record {
                    Some(record) => drop(table.insert(user.as_str(), record.as_ref())?),
                    None => drop(table.remove(user.as_str())?),
                }
            }
        }
        writing.commit()?;
        Ok(())
    }
}
