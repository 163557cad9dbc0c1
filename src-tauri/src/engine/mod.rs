//! The engine: started, watched and brought back by the tray.
