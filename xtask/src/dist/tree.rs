//! What a package puts on a machine, laid out as it will lie there.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::{VERSION, licences, template};
use crate::desktop::Built;
use crate::{Fallible, run};

/// By this name the desktop knows the app: of its launcher, its icons and its description.
const APP: &str = "app.bellhop.Bellhop";

/// What lies here may be changed by whoever looks after the machine, and is kept as it was changed.
const SETTINGS: &str = "etc";

/// The sizes of the theme's icons, as `cargo xtask icons` draws them.
const ICONS: [u16; 8] = [16, 24, 32, 48, 64, 128, 256, 512];

pub(super) struct Tree {
    root: PathBuf,
    /// Below the root, in the order of their laying.
    files: Vec<PathBuf>,
}

/// Whether it is one of the machine's settings.
pub(super) fn is_setting(file: &Path) -> bool {
    file.starts_with(SETTINGS)
}

impl Tree {
    pub(super) fn lay_out(root: &Path, built: &Built) -> Fallible<Tree> {
        let mut tree = Tree {
            root: root.to_path_buf(),
            files: Vec::new(),
        };
        tree.program("bellhop", &built.bellhop)?;
        tree.program("bellhop-tray", &built.tray)?;
        tree.launcher()?;
        tree.icons()?;
        let unit = template("bellhop.service", &[])?;
        tree.text("usr/lib/systemd/user/bellhop.service", &unit)?;
        for page in ["bellhop.1", "bellhop-tray.1"] {
            let text = template(page, &[("VERSION", VERSION)])?;
            tree.packed(&format!("usr/share/man/man1/{page}"), &text)?;
        }
        tree.papers()?;
        Ok(tree)
    }

    pub(super) fn root(&self) -> &Path {
        &self.root
    }

    pub(super) fn files(&self) -> &[PathBuf] {
        &self.files
    }

    /// The programs, as they lie in the tree.
    pub(super) fn programs(&self) -> impl Iterator<Item = &PathBuf> {
        self.files.iter().filter(|file| file.starts_with("usr/bin"))
    }

    /// Those that packages must not overwrite.
    pub(super) fn settings(&self) -> impl Iterator<Item = &PathBuf> {
        self.files.iter().filter(|file| is_setting(file))
    }

    /// What all files take, in KiB, as packages count it.
    pub(super) fn kib(&self) -> Fallible<u64> {
        let mut kib = 0;
        for file in &self.files {
            kib += fs::metadata(self.root.join(file))?.len().div_ceil(1024);
        }
        Ok(kib)
    }

    fn program(&mut self, name: &str, built: &Path) -> Fallible<()> {
        let place = self.place(&format!("usr/bin/{name}"), 0o755, |place| {
            Ok(fs::copy(built, place).map(drop)?)
        })?;
        run::well(
            Command::new("strip")
                .args(["--strip-unneeded", "--remove-section=.comment"])
                .arg(place),
        )
    }

    fn launcher(&mut self) -> Fallible<()> {
        for (folder, name) in [
            ("applications", format!("{APP}.desktop")),
            ("metainfo", format!("{APP}.metainfo.xml")),
        ] {
            let text = template(&name, &[])?;
            self.text(&format!("usr/share/{folder}/{name}"), &text)?;
        }
        let autostart = template("autostart.desktop", &[])?;
        self.text(
            &format!("{SETTINGS}/xdg/autostart/{APP}.desktop"),
            &autostart,
        )
    }

    fn icons(&mut self) -> Fallible<()> {
        let icons = run::workspace().join("icons");
        let theme = "usr/share/icons/hicolor";
        self.copy(
            &format!("{theme}/scalable/apps/{APP}.svg"),
            &icons.join("app.svg"),
        )?;
        for size in ICONS {
            let size = format!("{size}x{size}");
            self.copy(
                &format!("{theme}/{size}/apps/{APP}.png"),
                &icons.join(format!("app/{size}.png")),
            )?;
        }
        Ok(())
    }

    /// Licences, and what changed.
    fn papers(&mut self) -> Fallible<()> {
        let read = |name: &str| fs::read_to_string(run::workspace().join(name));
        // As Debian wants a licence in its own file: each line moved in, a dot for an empty one.
        let mit: Vec<String> = read("LICENSE-MIT")?
            .lines()
            .map(|line| match line.trim() {
                "" => " .".to_owned(),
                line => format!(" {line}"),
            })
            .collect();
        let copyright = template("copyright", &[("MIT", &mit.join("\n"))])?;
        let doc = "usr/share/doc/bellhop";
        self.text(&format!("{doc}/copyright"), &copyright)?;
        self.text(&format!("{doc}/LICENSE-APACHE"), &read("LICENSE-APACHE")?)?;
        self.packed(&format!("{doc}/CHANGELOG.md"), &read("CHANGELOG.md")?)?;
        let history = template("changelog", &[("VERSION", VERSION), ("DATE", &date()?)])?;
        self.packed(&format!("{doc}/changelog"), &history)?;
        self.packed(
            &format!("{doc}/THIRD-PARTY-LICENSES"),
            &licences::of_others()?,
        )
    }

    fn text(&mut self, path: &str, text: &str) -> Fallible<()> {
        self.place(path, 0o644, |place| Ok(fs::write(place, text)?))
            .map(drop)
    }

    fn copy(&mut self, path: &str, from: &Path) -> Fallible<()> {
        self.place(path, 0o644, |place| Ok(fs::copy(from, place).map(drop)?))
            .map(drop)
    }

    /// As small as it gets, and the same each time: without a name and a time inside.
    fn packed(&mut self, path: &str, text: &str) -> Fallible<()> {
        self.text(path, text)?;
        run::well(
            Command::new("gzip")
                .args(["-9", "--no-name"])
                .arg(self.root.join(path)),
        )?;
        if let Some(last) = self.files.last_mut() {
            last.as_mut_os_string().push(".gz");
        }
        Ok(())
    }

    fn place(
        &mut self,
        path: &str,
        mode: u32,
        make: impl FnOnce(&Path) -> Fallible<()>,
    ) -> Fallible<PathBuf> {
        let place = self.root.join(path);
        if let Some(folder) = place.parent() {
            self.folder(folder)?;
        }
        make(&place).map_err(|why| format!("{path}: {why}"))?;
        fs::set_permissions(&place, PermissionsExt::from_mode(mode))?;
        self.files.push(path.into());
        Ok(place)
    }

    /// Open to everybody, whatever the umask of who packs.
    fn folder(&self, folder: &Path) -> Fallible<()> {
        fs::create_dir_all(folder)?;
        for folder in folder
            .ancestors()
            .take_while(|folder| folder.starts_with(&self.root))
        {
            fs::set_permissions(folder, PermissionsExt::from_mode(0o755))?;
        }
        Ok(())
    }
}

/// When the sources were last changed, as mail and changelogs write it; today where there is no history.
fn date() -> Fallible<String> {
    let mut history = Command::new("git");
    history.args(["log", "-1", "--format=%cD"]);
    let told = run::output(history.current_dir(run::workspace()))
        .or_else(|_| run::output(Command::new("date").arg("--rfc-email")))?;
    Ok(told.trim().to_owned())
}
