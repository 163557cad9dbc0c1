//! Each state is seen on a light panel and on a dark one.
#![allow(
    clippy::unwrap_used,
    reason = "what these functions are given is drawn by the test itself"
)]

use bellhop_tests_icons::{Drawing, STATES};

const GROUNDS: [(&str, [u8; 3]); 2] = [
    ("#f6f6f6", [0xf6, 0xf6, 0xf6]),
    ("#1e1e1e", [0x1e, 0x1e, 0x1e]),
];

/// What WCAG 2.1 asks of graphics (1.4.11).
const LEAST: f64 = 3.0;

/// The smallest size in use, and what panels mostly have.
const SIZES: [u16; 3] = [16, 22, 32];

/// Of what is drawn, weighed by how much of each pixel it covers, at least this share must have full contrast. The rest are soft edges.
const SHARE: f64 = 0.5;

#[test]
fn each_state_has_enough_contrast_on_light_and_dark() {
    for state in STATES {
        let drawing = Drawing::of(state).unwrap();
        for (name, ground) in GROUNDS {
            for size in SIZES {
                let (share, least) = seen(&drawing, size, ground);
                println!(
                    "{state:<12} {size} px on {name}: colour {least:.2}:1, {:.0} % of it at 3:1",
                    share * 100.0
                );
                assert!(least >= LEAST, "{state} on {name}: {least:.2}:1");
                assert!(share >= SHARE, "{state} at {size} px on {name}: {share:.2}");
            }
        }
    }
}

#[test]
fn a_colour_too_dark_for_a_dark_panel_is_noticed() {
    let navy = Drawing::parse(
        r##"<svg xmlns="http://www.w3.org/2000/svg" width="8" height="8"><path fill="#1c2a4f" d="M0 0h8v8H0z"/></svg>"##,
    );
    let (share, least) = seen(&navy.unwrap(), 16, [0x1e; 3]);
    assert!(least < LEAST && share < SHARE, "{least} {share}");
}

/// How much of what is drawn has the contrast that is asked for, edges and all; and the contrast of the colour itself.
fn seen(drawing: &Drawing, size: u16, ground: [u8; 3]) -> (f64, f64) {
    let picture = drawing.at(size).unwrap();
    let (mut drawn, mut clear, mut least) = (0.0, 0.0, f64::INFINITY);
    for [red, green, blue, cover] in picture.pixels().filter(|&[.., cover]| cover > 0) {
        let share = f64::from(cover) / 255.0;
        let mixed: Vec<f64> = [red, green, blue]
            .iter()
            .zip(ground)
            .map(|(&over, under)| f64::from(over) * share + f64::from(under) * (1.0 - share))
            .collect();
        let contrast = contrast(&mixed, &ground.map(f64::from));
        drawn += share;
        if contrast >= LEAST {
            clear += share;
        }
        if cover == 255 {
            least = least.min(contrast);
        }
    }
    (clear / drawn, least)
}

fn contrast(one: &[f64], other: &[f64]) -> f64 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

/// As WCAG 2.1 defines it.
fn luminance(colour: &[f64]) -> f64 {
    let linear = |value: &f64| {
        let value = value / 255.0;
        if value <= 0.04045 {
            value / 12.92
        } else {
            ((value + 0.055) / 1.055).powf(2.4)
        }
    };
    let weights = [0.2126, 0.7152, 0.0722];
    colour
        .iter()
        .map(linear)
        .zip(weights)
        .map(|(part, weight)| part * weight)
        .sum()
}
