//! The tray: an icon and a menu, without a web view.
//!
//! The toolkit's thread shows what it is given and hands on what is clicked; all else is one task ([`driver`]), which sleeps unless something happens.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use bellhop_control::face::Reach;
use bellhop_control::window::IconState;
use tauri::tray::{TrayIcon, TrayIconBuilder};
use tauri::{AppHandle, RunEvent};
use tokio::sync::{mpsc, watch};

use crate::Start;
use crate::begin::Begin;
use crate::engine::Place;
use crate::role::{Ask, Standing};
use crate::toasts::{self, Toast};
use driver::{Driver, Opening, Order, Screen};
use items::Items;
use tree::{Act, Item};

mod driver;
mod edits;
mod home;
mod host;
mod icon;
mod items;
mod label;
mod left;
mod line;
mod menu;
mod quit;
mod rename;
mod signals;
mod tree;
mod windows;

/// Holds the pictures that the icon has on disk, inside the state directory: nobody else gets at them, and two trays do not overwrite each other's.
const PICTURES: &str = "tray-icon";

/// Runs until Bellhop is quit.
///
/// # Errors
/// A sentence, if it can't run.
pub(crate) fn run(start: Start, at_login: bool) -> Result<(), String> {
    let place = Place {
        state_dir: start.state_dir,
        config: start.config,
    };
    let opening = if at_login {
        Opening::No
    } else {
        Opening::IfNeeded
    };
    let (orders, ordered) = mpsc::unbounded_channel();
    let (standing, stands) = watch::channel(Standing::default());
    let pictures = pictures(&place.state_dir);
    let setup_orders = orders.clone();
    let app = tauri::Builder::default()
        .setup(move |app| {
            let handle = app.handle();
            // Without an icon there is still the window.
            let has_library = host::has_library();
            let surface = has_library
                .then(|| Surface::new(handle, pictures.as_deref()).ok())
                .flatten();
            let to_driver = setup_orders.clone();
            let tell = move |icon| _ = to_driver.send(Order::Icon(icon));
            if surface.is_some() {
                host::watch(move |there| {
                    tell(if there {
                        IconState::Shown
                    } else {
                        IconState::NoPlace
                    });
                });
            } else if has_library {
                tell(IconState::NoPlace);
            } else {
                tell(IconState::NoLibrary);
            }
            let desktop = Desktop {
                app: handle.clone(),
                orders: setup_orders,
                surface: surface.map(|surface| Arc::new(Mutex::new(surface))),
            };
            desktop.listen();
            let driver = Driver::new(place, opening, standing, desktop);
            tauri::async_runtime::spawn(driver.run(ordered));
            Ok(())
        })
        .build(crate::context())
        .map_err(|error| error.to_string())?;
    let serving = start.held.serve(stands, move |ask| {
        let order = match ask {
            Ask::Show { add_line } => Order::Show {
                begin: add_line.then_some(Begin::AddLine),
            },
            Ask::ShowDevices => Order::Show {
                begin: Some(Begin::Devices),
            },
            Ask::StartEngine => Order::Act(Act::StartEngine),
            Ask::Close => Order::Quit,
            Ask::Watch => return,
        };
        let _ = orders.send(order);
    });
    app.run_return(|_, event| {
        // There is never a window here, and its absence no reason to go; only we end this, with a code.
        if let RunEvent::ExitRequested {
            code: None, api, ..
        } = event
        {
            api.prevent_exit();
        }
    });
    serving.close();
    Ok(())
}

/// Where the icon's pictures can be, if the state directory takes them; else they are where everybody's are.
fn pictures(state_dir: &Path) -> Option<PathBuf> {
    let folder = state_dir.join(PICTURES);
    // The last tray's last picture outlived it.
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).ok()?;
    tempfile::tempfile_in(&folder).ok().map(|_| folder)
}

/// Icon and menu; for the main thread.
struct Surface {
    icon: TrayIcon,
    reach: Reach,
    items: Items,
}

impl Surface {
    fn new(app: &AppHandle, pictures: Option<&Path>) -> tauri::Result<Surface> {
        let items = Items::new(app)?;
        let reach = Reach::Working;
        let mut icon = TrayIconBuilder::with_id("bellhop")
            .icon(icon::icon(reach))
            .icon_as_template(cfg!(target_os = "macos"))
            .menu(items.menu());
        if let Some(pictures) = pictures {
            icon = icon.temp_dir_path(pictures);
        }
        let icon = icon.build(app)?;
        Ok(Surface { icon, reach, items })
    }

    fn show(&mut self, items: Vec<Item>, reach: Reach) -> tauri::Result<()> {
        self.items.show(items)?;
        // Each change writes a file and wakes the panel.
        if self.reach != reach {
            self.icon.set_icon(Some(icon::icon(reach)))?;
            self.reach = reach;
        }
        Ok(())
    }
}

/// The screen, as the driver's task reaches it.
struct Desktop {
    app: AppHandle,
    orders: mpsc::UnboundedSender<Order>,
    /// None where there is no library for icons.
    surface: Option<Arc<Mutex<Surface>>>,
}

impl Desktop {
    /// Hands on what is clicked.
    fn listen(&self) {
        let Some(surface) = self.surface.clone() else {
            return;
        };
        let orders = self.orders.clone();
        self.app.on_menu_event(move |_, event| {
            let surface = surface.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(act) = surface.items.act(event.id().as_ref()) {
                let _ = orders.send(Order::Act(act));
            }
        });
    }

    /// On the main thread, soon.
    fn there(&self, what: impl FnOnce() + Send + 'static) {
        // It does not only when the program is ending.
        let _ = self.app.run_on_main_thread(what);
    }
}

impl Screen for Desktop {
    fn show(&mut self, items: Vec<Item>, reach: Reach) {
        if let Some(surface) = self.surface.clone() {
            self.there(move || {
                let mut surface = surface.lock().unwrap_or_else(PoisonError::into_inner);
                // The next change brings what this one did not.
                let _ = surface.show(items, reach);
            });
        }
    }

    fn toast(&mut self, toast: Toast) {
        self.there(move || toasts::show(toast));
    }

    fn ask_to_quit(&mut self) {
        let orders = self.orders.clone();
        self.there(move || quit::ask(move || _ = orders.send(Order::Quit)));
    }

    fn end(&mut self) {
        self.app.exit(0);
    }
}
