//! The states are told apart without colour, in the smallest size there is.
#![allow(
    clippy::unwrap_used,
    reason = "what these functions are given is drawn by the test itself"
)]

use bellhop_tests_icons::{Drawing, STATES};

const SIZE: i32 = 16;

/// How many of the 256 pixels differ clearly between two states, however they are moved against each other by a pixel. A tenth of the bell is about 12.
const LEAST: usize = 20;

/// Of 255: half of it is what nobody misses.
const CLEARLY: i32 = 128;

#[test]
fn silhouettes_differ_pairwise_in_greyscale_at_16_px() {
    let drawn: Vec<(&str, Vec<i32>)> = STATES
        .iter()
        .map(|state| (*state, silhouette(&Drawing::of(state).unwrap())))
        .collect();
    for (index, (one, first)) in drawn.iter().enumerate() {
        for (other, second) in drawn.iter().skip(index + 1) {
            let differ = difference(first, second);
            println!("{one} and {other}: {differ} pixels");
            assert!(
                differ >= LEAST,
                "{one} and {other} differ in {differ} pixels only"
            );
        }
    }
}

#[test]
fn a_bell_of_another_colour_or_a_pixel_aside_is_the_same_silhouette() {
    let bell =
        std::fs::read_to_string(bellhop_tests_icons::folder().join("reachable.svg")).unwrap();
    let original = silhouette(&Drawing::parse(&bell).unwrap());
    let red = bell.replace("#2e7d4f", "#c9473d");
    let aside = bell.replace("<g fill", r#"<g transform="translate(2 0)" fill"#);
    for copy in [red, aside] {
        assert_ne!(copy, bell);
        let copy = silhouette(&Drawing::parse(&copy).unwrap());
        assert!(difference(&original, &copy) < LEAST);
    }
}

/// In greys: how much of each pixel is covered. Colour says nothing here, not even by its brightness.
fn silhouette(drawing: &Drawing) -> Vec<i32> {
    let picture = drawing.at(16).unwrap();
    picture
        .pixels()
        .map(|[.., cover]| i32::from(cover))
        .collect()
}

/// The least number of pixels that clearly differ when one is laid over the other, moved by at most a pixel.
fn difference(one: &[i32], other: &[i32]) -> usize {
    let moves = (-1..=1).flat_map(|x| (-1..=1).map(move |y| (x, y)));
    moves
        .map(|(x, y)| {
            let places = (0..SIZE).flat_map(|row| (0..SIZE).map(move |column| (row, column)));
            places
                .filter(|&(row, column)| {
                    let difference = at(one, row, column) - at(other, row + y, column + x);
                    difference.abs() >= CLEARLY
                })
                .count()
        })
        .min()
        .unwrap()
}

fn at(pixels: &[i32], row: i32, column: i32) -> i32 {
    if (0..SIZE).contains(&row) && (0..SIZE).contains(&column) {
        let place = usize::try_from(row * SIZE + column).unwrap();
        pixels.get(place).copied().unwrap()
    } else {
        0
    }
}
