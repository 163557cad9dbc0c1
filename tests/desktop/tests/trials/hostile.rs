//! What strangers write is shown as text, and the page reaches nothing but its two commands.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};

use anyhow::{Context as _, Result, ensure};
use bellhop_tests_desktop::page::Page;
use bellhop_tests_desktop::stage::{AOR, Stage};
use bellhop_tests_support::peer::{Heard, Peer};
use bellhop_tests_support::sip_text::header;
use bellhop_tests_support::started::comes;
use libtest_mimic::Trial;
use serde_json::{Value, json};

use super::trial;

/// Where the stranger's registrar is.
const COMPANY: Ipv4Addr = Ipv4Addr::new(203, 0, 113, 10);
const MARKUP: &str = "<img src=x onerror=window.owned=1><script>window.owned=1</script>";
/// What a URI may have.
const STRANGER: &str = "'onmouseover='window.owned=1'&lt;b&gt;%3Cimg%20src=x%3E%E2%80%AE";
/// Turns the text after it around, and ends the turn of another.
const BIDI: &str = "\u{202e}\u{2066}";
/// Nearly the longest that a header may be; longer ones are not taken in at all.
const LONG: usize = 4_000;

pub(super) fn add(trials: &mut Vec<Trial>) {
    trials.extend([
        trial(
            "what_strangers_write_is_shown_as_text",
            what_strangers_write_is_shown_as_text,
        ),
        trial(
            "the_page_reaches_nothing_but_its_two_commands",
            the_page_reaches_nothing_but_its_two_commands,
        ),
    ]);
}

fn what_strangers_write_is_shown_as_text(stage: &Stage<'_>) -> Result<()> {
    // Where the line's requests come from: calls go there.
    let place = Arc::new(Mutex::new(None));
    let seen = Arc::clone(&place);
    let peer = stage.lab.company.inside(move || {
        Peer::start_at(COMPANY, move |heard| {
            *seen.lock().ok()? = Some(heard.source());
            Some(hospitable(heard))
        })
    })?;
    stage.desktop.keyring.store(AOR, b"any")?;
    stage.desktop.write_config(&format!(
        "[[line]]\nid = \"work\"\naor = \"{AOR}\"\nregistrar = \"sip:{}\"\npassword = {{ keyring = true }}\n",
        peer.address()
    ))?;
    let _tray = stage.desktop.start_tray(&[])?;
    let menu = stage.desktop.icon()?.menu;
    menu.says("registered at 203.0.113.10")?;
    menu.click("Open Bellhop")?;
    let page = stage.desktop.page()?;
    page.shows("headline", "Registered")?;
    page.tells("others", "onmouseover")?;

    let line = place.lock().ok().and_then(|place| *place);
    let line = line.context("no request came")?;
    for (number, user) in [STRANGER.to_owned(), "W".repeat(LONG)].iter().enumerate() {
        peer.say(&invite(peer.address(), number, user), line)?;
        page.tells("notice", "Missed call from")?;
        ensure_harmless(&page)?;
        let told = page.text_of("notice")?;
        ensure!(
            number != 0 || told.contains("&lt;b&gt;"),
            "not as text: {told:?}"
        );
        ensure!(told.chars().count() < 500, "as long as it came: {told:?}");
        page.shows("notice", "")?;
    }
    stage.seen(&page, "hostile", "Registered")?;
    let shown = menu.read()?;
    for line in shown.all() {
        let odd = line.label.chars().find(|letter| is_odd(*letter));
        ensure!(odd.is_none(), "{odd:?} in {:?}", line.label);
        ensure!(line.label.chars().count() < 200, "{:?}", line.label);
    }
    Ok(())
}

/// Takes everybody in, and has had strange guests before.
fn hospitable(heard: Heard<'_>) -> String {
    let own = header(heard.message, "Contact").unwrap_or_default();
    let own = own.split(';').next().unwrap_or_default().to_owned();
    let guests = [
        format!("\"{MARKUP}{BIDI}\" <sip:1@198.51.100.9:5060>;expires=1800"),
        format!("<sip:{STRANGER}@198.51.100.9>;expires=1800"),
        format!("<sip:{}@198.51.100.9>;expires=1800", "w".repeat(LONG)),
        format!("<sip:{}@198.51.100.9>;expires=1800", "é".repeat(LONG / 6)),
        format!("<sip:2@{}.test>;expires=1800", "w.".repeat(LONG / 2)),
    ];
    let contacts: String = guests
        .iter()
        .map(|guest| format!("Contact: {guest}\r\n"))
        .collect();
    let reason = format!("200 {MARKUP}{BIDI}");
    let server = format!("Server: {MARKUP}\r\n");
    heard.answer(
        &reason,
        &format!("Contact: {own};expires=3600\r\n{contacts}{server}"),
    )
}

fn invite(from: SocketAddr, number: usize, user: &str) -> String {
    format!(
        "INVITE {AOR} SIP/2.0\r\nVia: SIP/2.0/UDP {from};branch=z9hG4bK{number}\r\nMax-Forwards: 70\r\n\
         From: \"{MARKUP}{BIDI}\" <sip:{user}@{from}>;tag={number}\r\nTo: <{AOR}>\r\nCall-ID: call-{number}\r\nCSeq: 1 INVITE\r\n\
         Contact: <sip:stranger@{from}>\r\nContent-Length: 0\r\n\r\n"
    )
}

fn ensure_harmless(page: &Page) -> Result<()> {
    let owned = page.run("return [window.owned ?? null, document.querySelectorAll('img[src=x]').length, document.querySelectorAll('body script').length];")?;
    let scripts = owned.pointer("/2").and_then(Value::as_u64);
    ensure!(
        owned.pointer("/0") == Some(&Value::Null) && owned.pointer("/1") == Some(&json!(0)),
        "it came alive: {owned}"
    );
    ensure!(scripts == Some(0), "a script more: {owned}");
    let text = page.text()?;
    let odd = text.chars().find(|letter| is_odd(*letter));
    ensure!(odd.is_none(), "{odd:?} in {text:?}");
    Ok(())
}

/// Turns text around, or is not to be seen. The page's own marks around names (isolates, in pairs) are not in what is read of it.
fn is_odd(letter: char) -> bool {
    matches!(letter, '\u{202a}'..='\u{202e}' | '\u{0}'..='\u{8}')
}

fn the_page_reaches_nothing_but_its_two_commands(stage: &Stage<'_>) -> Result<()> {
    stage.with_a_line()?;
    let _tray = stage.desktop.start_tray(&[])?;
    stage.desktop.icon()?.menu.click("Open Bellhop")?;
    let page = stage.desktop.page()?;
    page.shows("headline", "Registered")?;
    let begun = page.run("return location.href;")?;

    for command in [
        "plugin:app|version",
        "plugin:window|close",
        "plugin:event|listen",
        "plugin:webview|create_webview_window",
        "plugin:path|resolve_directory",
        "quit",
    ] {
        let answer = page.run_until_done(&format!(
            "window.__TAURI_INTERNALS__.invoke({}, {{}}).then((it) => done('let in: ' + it), () => done('refused'));",
            json!(command)
        ))?;
        ensure!(answer == "refused", "{command}: {answer}");
    }
    // One that is there is answered, so that refusals mean something.
    let answer = page.run_until_done(
        "window.__TAURI_INTERNALS__.invoke('request', { request: { to: 'engine', request: { ask: 'status' } }, progress: '__CHANNEL__:' + window.__TAURI_INTERNALS__.transformCallback(() => {}) }).then((it) => done(it.reply), (error) => done('refused: ' + JSON.stringify(error)));",
    )?;
    ensure!(answer == "status", "a request of its own: {answer}");

    let company = format!("http://{COMPANY}/");
    for attempt in [
        format!("location.href = '{company}';"),
        "location.href = 'data:text/html,<p>elsewhere</p>';".to_owned(),
        format!("window.open('{company}');"),
        format!(
            "const link = document.createElement('a'); link.href = '{company}'; link.target = '_blank'; document.body.append(link); link.click(); link.remove();"
        ),
    ] {
        page.run(&attempt)?;
        page.run_until_done("setTimeout(() => done(true), 300);")?;
        let now = page.run("return location.href;")?;
        ensure!(now == begun, "{attempt} led to {now}");
        let titles = stage.desktop.display.titles()?;
        ensure!(titles.len() == 1, "{attempt} opened {titles:?}");
    }
    for attempt in [
        format!("fetch('{company}').then(() => done('let out'), () => done('refused'));"),
        "const image = new Image(); image.onload = () => done('let out'); image.onerror = () => done('refused'); image.src = 'data:image/gif;base64,R0lGODlhAQABAAAAACwAAAAAAQABAAA=';".to_owned(),
        "window.owned = undefined; const script = document.createElement('script'); script.textContent = 'window.owned = 1'; document.body.append(script); script.remove(); done(window.owned === 1 ? 'ran' : 'refused');".to_owned(),
        "const it = document.createElement('div'); it.setAttribute('onclick', 'window.owned = 1'); document.body.append(it); it.click(); it.remove(); done(window.owned === 1 ? 'ran' : 'refused');".to_owned(),
    ] {
        let answer = page.run_until_done(&attempt)?;
        ensure!(answer == "refused", "{attempt}: {answer}");
    }
    comes("a page that is as before", || {
        Ok(page.text()?.contains("Registered"))
    })
}
