//! The engine, seen from the tray: started, adopted, heard, brought back and ended.

#[cfg(test)]
mod supervisor;
#[cfg(test)]
mod version;
