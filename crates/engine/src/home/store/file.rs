//! The file itself: one table, a record per account.

use std::collections::HashMap;
use std::fs;
use std::io;
use std::mem::ManuallyDrop;
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
/// Of the file in memory: a home has a few hundred bytes a device, and the system keeps the file in its own cache as well.
const CACHE: usize = 2 * 1024 * 1024;
/// A file up to this is looked at as a whole when it is opened: what a home has takes a millisecond.
const MAX_CHECKED: u64 = 64 * 1024 * 1024;
/// A larger file is not ours.
const MAX_FILE: u64 = 4 * 1024 * 1024 * 1024;

/// By account.
pub(super) type Records = Vec<(String, Vec<u8>)>;

/// Open for writing.
#[derive(Debug)]
pub(super) struct File(ManuallyDrop<Database>);

/// Why a commit failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Failure {
    /// The file makes no sense.
    Damaged,
    /// The system refuses, in its words.
    Unwritable(String),
}

/// What came of opening it.
#[derive(Debug, Default)]
pub(super) struct Opened {
    pub(super) file: Option<File>,
    pub(super) records: Records,
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

/// Keeps the file for whoever wants to know what happened to it, and begins another.
pub(super) fn put_aside(path: &Path, why: &str) -> Opened {
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
            trouble: Some(Trouble::Lost(why.to_owned())),
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

fn open(path: &Path) -> Result<(File, Records), Unusable> {
    if fs::metadata(path).is_ok_and(|it| it.len() > MAX_FILE || !it.is_file()) {
        return Err(Unusable::Damaged(
            "home.redb is no file of Bellhop's".into(),
        ));
    }
    private(path).map_err(|error| Unusable::Unwritable(error.to_string()))?;
    // What redb takes for granted of a file may not hold for one that something else has written to: it panics then, and would again while it is dropped.
    let attempt = catch_unwind(AssertUnwindSafe(|| {
        let mut database =
            ManuallyDrop::new(Database::builder().set_cache_size(CACHE).create(path)?);
        let is_small = fs::metadata(path).is_ok_and(|it| it.len() <= MAX_CHECKED);
        if is_small {
            database.check_integrity()?;
        }
        let records = read(&*database)?;
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
fn read_only(path: &Path) -> Records {
    let attempt = catch_unwind(AssertUnwindSafe(|| {
        let database = ReadOnlyDatabase::open(path)?;
        read(&database)
    }));
    match attempt {
        Ok(Ok(records)) => records,
        Ok(Err(_)) | Err(_) => Vec::new(),
    }
}

fn read(database: &impl ReadableDatabase) -> Result<Records, redb::Error> {
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
    pub(super) fn commit(&mut self, changes: &HashMap<Text, Option<Bytes>>) -> Result<(), Failure> {
        match catch_unwind(AssertUnwindSafe(|| self.try_commit(changes))) {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => Err(match unusable(error) {
                Unusable::Damaged(_) => Failure::Damaged,
                Unusable::Unwritable(why) => Failure::Unwritable(why),
            }),
            Err(_) => Err(Failure::Damaged),
        }
    }

    /// Closes it as one that is in order; without this it is only let go.
    pub(super) fn close(self) {
        let database = ManuallyDrop::into_inner(self.0);
        let _ = catch_unwind(AssertUnwindSafe(|| drop(database)));
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
