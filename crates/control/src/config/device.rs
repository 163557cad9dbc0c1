//! Reading `[[device]]` and `[[group]]` tables: the phones at home, and what they dial.

use std::collections::HashSet;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::field::{Field, PasswordRules, tables};
use super::home::{DIGESTS, Digest};
use super::{At, PasswordSource, Reader};

const DEVICE_KEYS: &str = "name, extension, password, digest";
const GROUP_KEYS: &str = "name, extension, members, strategy";
const DEVICE_PASSWORD: PasswordRules = PasswordRules {
    command: "device qr",
    from_environment: false,
};
/// Longest extension, in characters.
const LONGEST_EXTENSION: usize = 32;

/// A `[[device]]` table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrittenDevice {
    /// Line of the file where the table begins.
    pub line: usize,
    /// Unique among devices and groups, whatever the case.
    pub name: At<String>,
    /// What the others dial, and whom it logs in as; unique among devices and groups.
    pub extension: At<String>,
    /// Keyring (user `device:NAME`) or a file.
    pub password: At<PasswordSource>,
    /// The one digest that it is held to.
    pub digest: Option<At<Digest>>,
}

/// A `[[group]]` table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrittenGroup {
    /// Line of the file where the table begins.
    pub line: usize,
    /// Unique among devices and groups, whatever the case.
    pub name: At<String>,
    /// What reaches them all.
    pub extension: At<String>,
    /// Names of devices.
    pub members: Vec<At<String>>,
    /// In which way they ring.
    pub strategy: Strategy,
}

/// In which way the members of a group ring.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Strategy {
    /// All at once.
    #[default]
    All,
    /// One after the other, as they are listed.
    Order,
}

pub(super) fn read_devices(
    reader: &mut Reader<'_>,
    at: usize,
    value: &Spanned<DeValue<'_>>,
) -> Vec<WrittenDevice> {
    tables(reader, at, "device", value, read_device)
}

pub(super) fn read_groups(
    reader: &mut Reader<'_>,
    at: usize,
    value: &Spanned<DeValue<'_>>,
) -> Vec<WrittenGroup> {
    tables(reader, at, "group", value, read_group)
}

/// What no table can tell alone: names and extensions are unique, and members are devices.
pub(super) fn report_clashes(
    reader: &mut Reader<'_>,
    devices: &[WrittenDevice],
    groups: &[WrittenGroup],
) {
    let devices_told = devices.iter().map(|it| (&it.name, &it.extension));
    let groups_told = groups.iter().map(|it| (&it.name, &it.extension));
    let mut told: Vec<_> = devices_told.chain(groups_told).collect();
    told.sort_by_key(|(name, _)| name.line);
    let (mut names, mut extensions) = (HashSet::new(), HashSet::new());
    for (name, extension) in told {
        if !names.insert(name.to_ascii_lowercase()) {
            reader.report(
                name.line,
                "name",
                "another device or group has the same name",
            );
        }
        if !extensions.insert(extension.to_ascii_lowercase()) {
            reader.report(
                extension.line,
                "extension",
                "another device or group has the same extension",
            );
        }
    }
    for group in groups {
        for (place, member) in group.members.iter().enumerate() {
            let mut before = group.members.iter().take(place);
            if devices.iter().all(|it| it.name.value != member.value) {
                reader.report(member.line, "members", "names a device that there is not");
            } else if before.any(|other| other.value == member.value) {
                reader.report(member.line, "members", "names one device twice");
            }
        }
    }
}

fn read_device(
    reader: &mut Reader<'_>,
    header: usize,
    table: &DeTable<'_>,
) -> Option<WrittenDevice> {
    let (mut name, mut extension, mut digest) = (None, None, None);
    let mut password = At {
        value: PasswordSource::Keyring,
        line: header,
    };
    for (key, value) in table {
        let mut at = Field::of(reader, key, value);
        match at.key {
            "name" => name = at.name(),
            "extension" => extension = read_extension(&mut at),
            "password" => {
                if let Some(source) = at.password(&DEVICE_PASSWORD) {
                    password = source;
                }
            }
            "digest" => digest = read_digest(&mut at),
            _ => at.unknown("[[device]]", DEVICE_KEYS),
        }
    }
    report_missing(reader, header, table, "\"desk\"", "\"101\"");
    Some(WrittenDevice {
        line: header,
        name: name?,
        extension: extension?,
        password,
        digest,
    })
}

fn read_group(reader: &mut Reader<'_>, header: usize, table: &DeTable<'_>) -> Option<WrittenGroup> {
    let (mut name, mut extension, mut members) = (None, None, Vec::new());
    let mut strategy = Strategy::default();
    for (key, value) in table {
        let mut at = Field::of(reader, key, value);
        match at.key {
            "name" => name = at.name(),
            "extension" => extension = read_extension(&mut at),
            "members" => members = at.texts(),
            "strategy" => match at.text().as_deref().map(String::as_str) {
                Some("all") => strategy = Strategy::All,
                Some("order") => strategy = Strategy::Order,
                Some(_) => at.refuse("must be \"all\" or \"order\""),
                None => {}
            },
            _ => at.unknown("[[group]]", GROUP_KEYS),
        }
    }
    report_missing(reader, header, table, "\"office\"", "\"600\"");
    Some(WrittenGroup {
        line: header,
        name: name?,
        extension: extension?,
        members,
        strategy,
    })
}

fn report_missing(
    reader: &mut Reader<'_>,
    header: usize,
    table: &DeTable<'_>,
    name: &str,
    extension: &str,
) {
    if !table.contains_key("name") {
        let message = format!("is missing: what to call it, as {name}");
        reader.report(header, "name", message);
    }
    if !table.contains_key("extension") {
        let message = format!("is missing: what to dial, as {extension}");
        reader.report(header, "extension", message);
    }
}

fn read_digest(at: &mut Field<'_, '_, '_>) -> Option<At<Digest>> {
    let written = at.text()?;
    match Digest::of(&written) {
        Some(digest) => at.found(digest),
        None => {
            at.refuse(DIGESTS);
            None
        }
    }
}

/// What phones can dial and a SIP URI holds as its user without escapes (RFC 3261 §25.1).
fn read_extension(at: &mut Field<'_, '_, '_>) -> Option<At<String>> {
    if at.value.as_integer().is_some() {
        at.refuse("must be a text in quotes: an extension may begin with 0");
        return None;
    }
    let written = at.text()?;
    let begins = |c: char| c.is_ascii_alphanumeric() || matches!(c, '*' | '+');
    let goes_on = |c: char| begins(c) || matches!(c, '.' | '_' | '-');
    if written.len() <= LONGEST_EXTENSION
        && written.starts_with(begins)
        && written.chars().all(goes_on)
    {
        return Some(written);
    }
    at.refuse("must be up to 32 digits, letters, `*`, `+`, `.`, `_` or `-`, and begin with a digit or letter");
    None
}
