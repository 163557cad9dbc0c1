//! `cargo xtask demo | test | mutants | fuzz | bench | dist | ui | pictures | icons | deny`: everything a newcomer or CI runs.
//!
//! It depends on nothing in the workspace, so that it builds in seconds and can look at the rest from outside.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "its whole work is to talk to the person at the terminal"
)]

mod bench;
mod demo;
mod deny;
mod desktop;
mod dist;
mod fuzz;
mod icons;
mod interrupt;
mod mutants;
mod namespaces;
mod packages;
mod pictures;
mod process;
mod run;
mod scratch;
mod test;
mod ui;

use std::process::ExitCode;

/// Whatever went wrong, as a sentence for the terminal.
pub(crate) type Fallible<T> = Result<T, Box<dyn std::error::Error>>;

const USAGE: &str = "\
cargo xtask demo [--yes]            a line that moves between two networks, shown from start to end
cargo xtask test [--quick] [--yes]  every layer of tests; --quick leaves out lab, home and long simulations
cargo xtask mutants [NAME]…         known bugs, put into a copy of the tree one by one: does a test notice?
cargo xtask fuzz [TARGET]… [--seconds N]   what breaks message, headers or registrar? needs cargo-fuzz
cargo xtask bench [NAME …]          how fast it is, beside others; without a name: which benches there are
cargo xtask dist [--test] [--yes]   a deb and an rpm, in target/dist; --test also installs, starts and removes them
cargo xtask ui [--yes]              the window's page, which bellhop-tray has inside; brings Node where there is none
cargo xtask pictures [--yes]        the README's pictures of tray and window
cargo xtask icons                   every picture of the icons anew, from icons/*.svg
cargo xtask deny                    licences, bans and sources of what Bellhop depends on

--yes installs missing system packages without asking.";

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let done = match words.split_first() {
        Some((&"demo", flags)) => switches(flags, ["--yes"]).map(|[yes]| demo::run(yes)),
        Some((&demo::INSIDE, [bellhop, scratch])) => {
            Some(demo::inside(bellhop.as_ref(), scratch.as_ref()))
        }
        Some((&"test", flags)) => {
            switches(flags, ["--quick", "--yes"]).map(|[quick, yes]| test::run(quick, yes))
        }
        Some((&"mutants", names)) if names.iter().all(|name| !name.starts_with('-')) => {
            Some(mutants::run(names))
        }
        Some((&"fuzz", words)) => fuzz::Wanted::of(words).map(|wanted| fuzz::run(&wanted)),
        Some((&"bench", words)) => bench::run(words),
        Some((&"dist", flags)) => switches(flags, ["--test", "--yes"]).map(|[tested, yes]| {
            if tested {
                test::packages(yes)
            } else {
                dist::run(yes)
            }
        }),
        Some((&"ui", flags)) => switches(flags, ["--yes"]).map(|[yes]| ui::run(yes)),
        Some((&"pictures", flags)) => switches(flags, ["--yes"]).map(|[yes]| pictures::run(yes)),
        Some((&"icons", [])) => Some(icons::run()),
        Some((&"deny", [])) => Some(deny::run()),
        Some((&("help" | "--help" | "-h"), [])) => {
            println!("{USAGE}");
            Some(Ok(()))
        }
        _ => None,
    };
    match done {
        Some(Ok(())) => ExitCode::SUCCESS,
        Some(Err(why)) => {
            eprintln!("{why}");
            ExitCode::FAILURE
        }
        None => {
            eprintln!("{USAGE}");
            ExitCode::from(2)
        }
    }
}

/// Which of the known switches were given, in the order of `known`; `None` when there is another word.
fn switches<const N: usize>(given: &[&str], known: [&str; N]) -> Option<[bool; N]> {
    given
        .iter()
        .all(|word| known.contains(word))
        .then(|| known.map(|switch| given.contains(&switch)))
}

#[cfg(test)]
mod tests {
    use super::switches;

    #[test]
    fn switches_are_found_in_any_order() {
        assert_eq!(
            switches(&["--yes"], ["--quick", "--yes"]),
            Some([false, true])
        );
        assert_eq!(
            switches(&["--yes", "--quick"], ["--quick", "--yes"]),
            Some([true, true])
        );
        assert_eq!(switches(&[], ["--yes"]), Some([false]));
    }

    #[test]
    fn an_unknown_word_is_refused() {
        assert_eq!(switches(&["--yse"], ["--yes"]), None);
        assert_eq!(switches(&["--yes", "now"], ["--yes"]), None);
    }
}
