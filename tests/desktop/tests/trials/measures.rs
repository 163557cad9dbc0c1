//! What it costs: time to be there, memory, wake-ups. Bounds are for a change of kind; the figures are printed and kept in `desktop/report.md` of the target directory.

use std::fs;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use bellhop_tests_desktop::desktop::{Desktop, Program, are_gone};
use bellhop_tests_desktop::footprint::{Memory, Process, switches_within};
use bellhop_tests_desktop::menu::Menu;
use bellhop_tests_desktop::programs::Programs;
use bellhop_tests_desktop::stage::{Stage, kept};
use bellhop_tests_support::started::{comes, comes_within};
use libtest_mimic::Trial;

use super::trial;

/// Starts of each tray.
const STARTS: usize = 7;
/// What starts has started after so long: nothing of it is left to be done.
const SETTLED: Duration = Duration::from_secs(5);
/// And so long threads are kept that have nothing to do.
const QUIET: Duration = Duration::from_secs(12);
const IDLE: Duration = Duration::from_secs(30);
const WINDOW: &str = "Bellhop";

/// Of the memory of a Tauri tray that does nothing.
const MOST_OF_MINIMAL: f64 = 1.1;
const MOST_OF_ENGINE_KIB: u64 = 25 * 1024;
/// What may be left after a window was open.
const MOST_LEFT: f64 = 1.05;

pub(super) fn add(trials: &mut Vec<Trial>) {
    trials.push(trial("what_it_costs", what_it_costs));
}

fn what_it_costs(stage: &Stage<'_>) -> Result<()> {
    stage.with_a_line()?;
    let desktop = &stage.desktop;
    let programs = Programs::gathered()?;

    let minimal_starts = starts(
        || {
            let minimal = desktop.start_program(&programs.minimal(), &[])?;
            Ok((minimal, false))
        },
        desktop,
    )?;
    let starts = starts(|| Ok((desktop.start_tray(&["--at-login"])?, true)), desktop)?;

    let minimal = desktop.start_program(&programs.minimal(), &[])?;
    thread::sleep(SETTLED);
    let minimal_has = of(desktop, minimal.pid())?.memory()?;
    drop(minimal);
    let icons = desktop.icons();
    let tray = desktop.start_tray(&["--at-login"])?;
    comes("the icon", || Ok(desktop.icons() > icons))?;
    desktop.line_is("registered")?;
    thread::sleep(SETTLED);
    let own = of(desktop, tray.pid())?;
    let (tray_has, engine_has) = (own.memory()?, desktop.engine()?.memory()?);

    // Of the tray: the latest icon is soon another's.
    let menu = desktop.icon()?.menu;
    let idle = idle(desktop, &programs, &own)?;
    let before = sum(desktop)?;
    let (in_view, with_window) = window(desktop, &menu)?;
    are_gone(desktop, "the window", is_of_the_window)?;
    let mut after = Memory::default();
    // What was cached for the window goes with the next turn of its caches.
    let back = comes_within(Duration::from_secs(10), "the memory", || {
        after = sum(desktop)?;
        Ok(share(after.whole, before.whole) <= MOST_LEFT)
    });

    let report = format!(
        "# What tray and window cost\n\n\
         | | Bellhop | the least Tauri tray |\n|---|---|---|\n\
         | start to icon, median of {STARTS} (least to most) | {starts} | {minimal_starts} |\n\
         | memory of the tray: all of it (its share, less the more others run) | {} | {} |\n\
         | the same, as a share | {:.2} | 1 |\n\
         | memory of the engine | {} | |\n\
         | click to window in view, three times | {in_view} | |\n\
         | tray, engine and window in view | {} | |\n\
         | tray and engine before a window | {} | |\n\
         | the same after it closed | {} ({:+.1} %) | |\n\
         | switches in {} s of idleness: tray | {} | {} |\n\
         | the same: engine | {} | |\n",
        mib(tray_has),
        mib(minimal_has),
        share(tray_has.whole, minimal_has.whole),
        mib(engine_has),
        mib(with_window),
        mib(before),
        mib(after),
        (share(after.whole, before.whole) - 1.0) * 100.0,
        IDLE.as_secs(),
        idle.tray,
        idle.minimal,
        idle.engine,
    );
    println!("\n{report}");
    fs::write(kept()?.join("report.md"), report)?;

    ensure!(
        share(tray_has.whole, minimal_has.whole) <= MOST_OF_MINIMAL,
        "the tray has {} and a minimal one {}",
        mib(tray_has),
        mib(minimal_has)
    );
    ensure!(
        engine_has.share <= MOST_OF_ENGINE_KIB,
        "the engine has {}",
        mib(engine_has)
    );
    back.with_context(|| format!("{} before and {} after", mib(before), mib(after)))
}

/// Median, least and most of the times from start to icon.
fn starts(start: impl Fn() -> Result<(Program, bool)>, desktop: &Desktop) -> Result<String> {
    let mut times = Vec::new();
    for _ in 0..STARTS {
        let (icons, begun) = (desktop.icons(), Instant::now());
        let (mut program, ends_when_asked) = start()?;
        comes("the icon", || Ok(desktop.icons() > icons))?;
        times.push(desktop.icon()?.since - begun);
        if ends_when_asked {
            desktop.line_is("registered")?;
            program.ask_to_end()?;
            program.ends()?;
        }
        drop(program);
        are_gone(desktop, "the program", |_| true)?;
    }
    times.sort_unstable();
    let at = |place: usize| times.get(place).map_or(0, Duration::as_millis);
    Ok(format!(
        "{} ms ({} to {})",
        at(STARTS / 2),
        at(0),
        at(STARTS - 1)
    ))
}

/// How often each was woken or interrupted.
struct Idle {
    tray: u64,
    engine: u64,
    minimal: u64,
}

fn idle(desktop: &Desktop, programs: &Programs, tray: &Process) -> Result<Idle> {
    let minimal = desktop.start_program(&programs.minimal(), &[])?;
    thread::sleep(QUIET);
    let minimal = of(desktop, minimal.pid())?;
    let engine = desktop.engine()?;
    let counts = switches_within(IDLE, &[tray, &engine, &minimal])?;
    let mut counts = counts.into_iter();
    let mut next = || counts.next().context("a count");
    Ok(Idle {
        tray: next()?,
        engine: next()?,
        minimal: next()?,
    })
}

/// Opens and closes the window some times: how long each took to be drawn, and what all had meanwhile.
fn window(desktop: &Desktop, menu: &Menu) -> Result<(String, Memory)> {
    let mut times = Vec::new();
    let mut most = Memory::default();
    for _ in 0..3 {
        let begun = Instant::now();
        menu.click("Open Bellhop")?;
        comes("the window", || {
            let Ok(place) = desktop.display.place(WINDOW) else {
                return Ok(false);
            };
            // The headline is there, and not only the ground.
            let colours = desktop.display.picture()?.part(place).colours();
            Ok(colours > 16)
        })?;
        times.push(begun.elapsed().as_millis().to_string());
        thread::sleep(SETTLED);
        most = sum(desktop)?;
        desktop.display.close(WINDOW)?;
        are_gone(desktop, "the window", is_of_the_window)?;
    }
    Ok((format!("{} ms", times.join(", ")), most))
}

fn is_of_the_window(process: &Process) -> bool {
    process.program().starts_with("WebKit") || process.words.iter().any(|word| word == "--window")
}

fn of(desktop: &Desktop, pid: u32) -> Result<Process> {
    let all = desktop.processes()?;
    let found = all.iter().find(|process| process.pid == pid).cloned();
    found.with_context(|| format!("{pid} is not among {all:?}"))
}

fn sum(desktop: &Desktop) -> Result<Memory> {
    desktop.processes()?.iter().map(Process::memory).sum()
}

fn share(part: u64, whole: u64) -> f64 {
    part as f64 / whole as f64
}

fn mib(memory: Memory) -> String {
    let mib = |kib: u64| kib as f64 / 1024.0;
    format!("{:.1} MiB ({:.1})", mib(memory.whole), mib(memory.share))
}
