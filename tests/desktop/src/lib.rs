//! A desktop of the tests' own: a person's session with tray and window in it, on the laptop of the lab, and a company with a Kamailio.
//!
//! ```text
//! ┌ the laptop's network namespace ─────────────────────────┐        ┌─────────┐
//! │ Xvfb, openbox · session bus · gnome-keyring             │ wlan0  │ company │
//! │ a place for tray icons · notifications (ours, recorded) ├────────┤Kamailio │
//! │   bellhop-tray ── bellhop run ── bellhop-tray --window  │ eth0   └─────────┘
//! └─────────────────────────────────────────────────────────┘
//! ```
//!
//! Everything is seen and handled as the desktop or a person would: the menu by `com.canonical.dbusmenu` ([`menu`]), the window by WebKitWebDriver ([`page`]), pictures by
//! tesseract ([`words`]), what the company holds by Kamailio itself ([`stage`]). Homes, buses, screens and networks are the tests' own ([`desktop`]); all of it ends with them,
//! and the machine's session is never touched.
//!
//! Pictures of every state, light and dark, are kept in `desktop/` of the target directory, beside `report.md` with what was measured; of a trial that went wrong, `failed/` has the
//! screen and what was said. `BELLHOP_PICTURES=FOLDER` lets the trial `a_real_panel_shows_icon_and_menu` also put there what the README shows: `tray.png`, `window-light.png` and
//! `window-dark.png` (`cargo xtask pictures`).
//!
//! `states/` has every state that the page can show, drawn by WebKit's own browser from the page that is fed by hand ([`fixture`]).
//!
//! Programs under test: `BELLHOP_BIN`, `BELLHOP_TRAY_BIN` (built with the feature `automation`), `BELLHOP_MINIMAL_TRAY`, `BELLHOP_XTASK` and the page `BELLHOP_FIXTURE`; what is not named is built ([`programs`]).
#![cfg(target_os = "linux")]

pub mod absent;
pub mod axe;
pub mod desktop;
pub mod display;
pub mod fixture;
pub mod footprint;
pub mod host;
pub mod look;
pub mod menu;
pub mod notifications;
pub mod page;
pub mod panel;
pub mod picture;
pub mod programs;
pub mod stage;
pub mod words;
