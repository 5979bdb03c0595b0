//! What a sweep found, for the terminal.

use std::fmt::Write;

use crate::replay::Figures;
use crate::run::Outcomes;
use crate::sets::Named;
use crate::table::{about, count, many, percent, time};

const ROWS: usize = 16;

pub struct Suggestion<'a> {
    pub named: &'a [Named],
    pub outcomes: &'a Outcomes,
    /// The places of those that no other beats.
    pub edge: &'a [usize],
    pub picked: Option<usize>,
    /// In percent.
    pub lost_at_most: f64,
    pub width: usize,
}

pub fn suggest(suggestion: &Suggestion) -> String {
    let Suggestion { named, outcomes, edge, picked, lost_at_most, .. } = suggestion;
    let mut text = about(outcomes);
    let _ = writeln!(
        text,
        "; {}, {} of them on the frontier\n",
        many(named.len() as u64, "setting"),
        edge.len()
    );
    text += &picture(suggestion);
    text.push('\n');
    let _ = writeln!(
        text,
        "  {:>18}  {:>18}  {:>9}  {:>11}  settings that no other beats",
        "good calls lost", "failures spared", "openings", "detection"
    );
    for &place in *edge {
        let figures = &outcomes.told[place].figures;
        let lost = format!("{}, {}", count(figures.rejected.good), percent(figures.lost_share()));
        let spared =
            format!("{}, {}", count(figures.rejected.failed), percent(figures.spared_share()));
        let detection = figures.detection.mean().map_or("–".to_owned(), time);
        let openings = count(figures.openings + figures.reopenings);
        let mark = if Some(place) == *picked { '*' } else { ' ' };
        let said = &named[place].said;
        let _ = writeln!(
            text,
            "{mark} {lost:>18}  {spared:>18}  {openings:>9}  {detection:>11}  {said}"
        );
    }
    text.push('\n');
    match picked.filter(|&place| outcomes.told[place].figures.rejected.failed > 0) {
        Some(place) => {
            let _ = writeln!(
                text,
                "* spares the most of those that lose at most {lost_at_most} % of the good calls: '{}'\n  \
                 It fits this trace. Replay it on another before you believe it.",
                named[place].said
            );
        }
        None => {
            let _ = writeln!(
                text,
                "None spares a failure and loses at most {lost_at_most} % of the good calls; --lost-at-most allows more."
            );
        }
    }
    text
}

/// Lost to the right, spared upwards.
fn picture(suggestion: &Suggestion) -> String {
    let Suggestion { outcomes, edge, picked, width, .. } = suggestion;
    let columns = width.saturating_sub(12).max(10);
    let most = |share: fn(&Figures) -> f64| {
        let shares = outcomes.told.iter().map(|told| share(&told.figures));
        shares.fold(0.0, f64::max).max(1e-9)
    };
    let (right, top) = (most(Figures::lost_share), most(Figures::spared_share));
    let mut cells = vec![vec![' '; columns]; ROWS];
    let mut put = |place: usize, mark: char| {
        let figures = &outcomes.told[place].figures;
        let x = (figures.lost_share() / right * (columns - 1) as f64).round() as usize;
        let y = (figures.spared_share() / top * (ROWS - 1) as f64).round() as usize;
        cells[ROWS - 1 - y][x] = mark;
    };
    // What counts more is put over the rest.
    let all = (0..outcomes.told.len()).map(|place| (place, '·'));
    let edge = edge.iter().map(|&place| (place, 'o'));
    for (place, mark) in all.chain(edge).chain(picked.map(|place| (place, '*'))) {
        put(place, mark);
    }
    let mut text = String::from("failures spared\n");
    for (row, cells) in cells.iter().enumerate() {
        let share = match row {
            0 => percent(top),
            row if row + 1 == ROWS => "0 %".to_owned(),
            _ => String::new(),
        };
        let line: String = cells.iter().collect();
        let _ = writeln!(text, "{share:>9} │{}", line.trim_end());
    }
    let _ = writeln!(text, "{:>9} └{}", "", "─".repeat(columns));
    let ends = format!("0{:>1$}", percent(right), columns - 1);
    let _ = writeln!(text, "{:>11}{ends}", "");
    let _ = writeln!(
        text,
        "{:>11}{:>2$}",
        "", "good calls lost   · a setting   o on the frontier   * picked", columns
    );
    text
}
