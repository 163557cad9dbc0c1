//! The window's types: rendered from these here, and the committed file must be what is rendered.
//!
//! `BELLHOP_BLESS=1 cargo test -p bellhop-control typescript` writes it.

use std::any::TypeId;
use std::collections::{BTreeMap, HashSet};
use std::fmt::Write as _;
use std::fs;

use ts_rs::{Config, TS, TypeVisitor};

use crate::catalogue;
use crate::protocol::{Reply, Request};
use crate::window::{WindowEvent, WindowReply, WindowRequest};

/// Where the window has it.
const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../ui/src/lib/control.ts");

/// What the window speaks in. All that these consist of comes along.
fn roots(rendering: &mut Rendering) {
    rendering.visit::<Request>();
    rendering.visit::<Reply>();
    rendering.visit::<WindowRequest>();
    rendering.visit::<WindowReply>();
    rendering.visit::<WindowEvent>();
}

/// Declarations by their names.
struct Rendering {
    config: Config,
    seen: HashSet<TypeId>,
    declarations: BTreeMap<String, String>,
}

impl TypeVisitor for Rendering {
    fn visit<T: TS + 'static + ?Sized>(&mut self) {
        if !self.seen.insert(TypeId::of::<T>()) {
            return;
        }
        T::visit_dependencies(self);
        T::visit_generics(self);
        if T::output_path().is_none() {
            return; // One that TypeScript has itself.
        }
        // A note and imports come first; in one file neither is wanted.
        let text = T::export_to_string(&self.config).unwrap();
        let own: Vec<&str> = text
            .lines()
            .filter(|line| !line.starts_with("import ") && !line.starts_with("// This file"))
            .collect();
        let name = T::ident(&self.config);
        let before = self
            .declarations
            .insert(name.clone(), own.join("\n").trim().to_owned());
        assert_eq!(before, None, "two types are called {name}");
    }
}

fn rendered() -> String {
    let mut rendering = Rendering {
        config: Config::new().with_large_int("number"),
        seen: HashSet::new(),
        declarations: BTreeMap::new(),
    };
    roots(&mut rendering);
    let mut text = String::from(
        "// Rendered from crates/control by `BELLHOP_BLESS=1 cargo test -p bellhop-control typescript`. Not to be edited.\n",
    );
    for declaration in rendering.declarations.values() {
        write!(text, "\n{declaration}\n").unwrap();
    }
    text.push_str(
        "\n/**\n * Ids of all that the message catalogue says.\n */\nexport type Message =\n",
    );
    let ids: Vec<String> = catalogue::ids().map(|id| format!("  | \"{id}\"")).collect();
    text.push_str(&ids.join("\n"));
    text.push_str(";\n");
    text
}

#[test]
fn typescript_is_what_the_window_has() {
    let wanted = rendered();
    if std::env::var_os("BELLHOP_BLESS").is_some() {
        fs::create_dir_all(std::path::Path::new(FILE).parent().unwrap()).unwrap();
        fs::write(FILE, &wanted).unwrap();
    }
    let committed = fs::read_to_string(FILE).unwrap_or_default();
    let differs = committed.lines().zip(wanted.lines()).find(|(a, b)| a != b);
    assert!(
        committed == wanted,
        "ui/src/lib/control.ts is behind the types (first at {differs:?}): BELLHOP_BLESS=1 cargo test -p bellhop-control typescript"
    );
}

#[test]
fn typescript_numbers_codes_and_times_are_what_json_has() {
    let text = rendered();
    assert!(text.contains("took_ms: number"), "{text}");
    assert!(!text.contains("bigint"));
    assert!(text.contains("export type Timestamp = string;"));
    for code in crate::error::Code::ALL {
        assert!(text.contains(&format!("\"{code}\"")), "{code}");
    }
}
