//! One page with everything in it.

use std::fmt::Write;

use serde_json::{Value, json};

use crate::bins::Bins;
use crate::feed::{Calls, OutageRule};
use crate::frontier;
use crate::replay::{Step, Told};
use crate::run::Outcomes;
use crate::sets::Named;
use crate::table::{COLUMNS, about, percent, row};

const PAGE: &str = include_str!("page/page.html");
const STYLE: &str = include_str!("page/style.css");
const SCRIPT: &str = include_str!("page/script.js");

/// How many settings of a sweep have a timeline.
const TIMELINES: usize = 8;

/// What a page says beside the results.
pub struct Report {
    source: String,
    rule: String,
}

impl Report {
    pub fn new(source: String, rule: &OutageRule) -> Self {
        let rule = format!("{} of {} calls in a row failed", rule.failures, rule.calls);
        Report { source, rule }
    }

    pub fn replay(&self, named: &[Named], outcomes: &Outcomes) -> String {
        let all: Vec<usize> = (0..named.len()).collect();
        let rows = rows(named, outcomes, &all, None);
        self.page(
            "What these settings would have done",
            named,
            outcomes,
            &all,
            &Parts { sweep: Value::Null, lead: String::new(), rows, picked: None },
        )
    }

    pub fn suggest(
        &self,
        named: &[Named],
        outcomes: &Outcomes,
        edge: &[usize],
        picked: Option<usize>,
        lost_at_most: f64,
    ) -> String {
        let shown = frontier::some(edge, TIMELINES, picked);
        let points: Vec<_> = named
            .iter()
            .zip(&outcomes.told)
            .map(|(named, told)| {
                let figures = &told.figures;
                json!([
                    named.said,
                    figures.lost_share(),
                    figures.spared_share(),
                    figures.rejected.good,
                    figures.rejected.failed
                ])
            })
            .collect();
        let sweep = json!({ "points": points, "edge": edge, "picked": picked, "shown": shown });
        let lead = match picked.filter(|&place| outcomes.told[place].figures.rejected.failed > 0) {
            Some(place) => format!(
                "<p class=\"pick\">Of those that lose at most {lost_at_most} % of the good calls, \
                 <code>{}</code> spares the most: {} of the failures. It fits this trace; replay it on \
                 another before you believe it.</p>",
                escaped(&named[place].said),
                percent(outcomes.told[place].figures.spared_share()),
            ),
            None => format!(
                "<p class=\"pick\">None spares a failure and loses at most {lost_at_most} % of the good calls.</p>"
            ),
        };
        let lead = format!(
            "{lead}<p>Of {} settings {} are on the frontier; {} of these, from end to end, have a timeline and a row of figures.</p>",
            named.len(),
            edge.len(),
            shown.len(),
        );
        let rows = rows(named, outcomes, &shown, picked);
        let title = "What settings could have done";
        self.page(title, named, outcomes, &shown, &Parts { sweep, lead, rows, picked })
    }

    fn page(
        &self,
        title: &str,
        named: &[Named],
        outcomes: &Outcomes,
        shown: &[usize],
        parts: &Parts,
    ) -> String {
        let whole = &outcomes.whole;
        let settings: Vec<_> = shown
            .iter()
            .map(|&place| {
                setting(&named[place], &outcomes.told[place], Some(place) == parts.picked)
            })
            .collect();
        let data = json!({
            "span": whole.span,
            "step": whole.bins.step(),
            "calls": columns(&whole.bins, [|c: &Calls| c.good.into(), |c| c.failed.into(), |c| c.ignored.into()]),
            "outages": whole.spans,
            "settings": settings,
            "sweep": parts.sweep,
        });
        // Within a script only this could end it.
        let data = data.to_string().replace('<', "\\u003c");
        let (mut heads, mut terms) = (String::new(), String::new());
        for (head, says) in COLUMNS {
            let (head, says) = (escaped(head), escaped(says));
            let _ = write!(heads, "<th scope=\"col\" title=\"{says}\">{head}</th>");
            let _ = write!(terms, "<dt>{head}</dt><dd>{says}</dd>");
        }
        let skipped = outcomes.first_bad.as_ref().map_or_else(String::new, |first| {
            format!(
                "<p class=\"pick\">Lines that are no calls were skipped; the first, {}</p>",
                escaped(first)
            )
        });
        filled(
            PAGE,
            &[
                ("title", title),
                ("source", &escaped(&self.source)),
                ("about", &escaped(&about(outcomes))),
                ("skipped", &skipped),
                ("rule", &self.rule),
                ("lead", &parts.lead),
                ("heads", &heads),
                ("rows", &parts.rows),
                ("terms", &terms),
                ("style", STYLE),
                ("script", SCRIPT),
                ("data", &data),
            ],
        )
    }
}

struct Parts {
    sweep: Value,
    lead: String,
    rows: String,
    picked: Option<usize>,
}

fn rows(named: &[Named], outcomes: &Outcomes, shown: &[usize], picked: Option<usize>) -> String {
    let mut rows = String::new();
    for &place in shown {
        let Named { name, said, .. } = &named[place];
        let is_picked = Some(place) == picked;
        let mark = if is_picked { " (picked)" } else { "" };
        let _ = write!(
            rows,
            "<tr{}><th scope=\"row\">{}{mark}<br><code>{}</code></th>",
            if is_picked { " class=\"picked\"" } else { "" },
            escaped(name),
            escaped(said),
        );
        for (cell, (head, _)) in
            row(&outcomes.told[place].figures, outcomes.whole.span).iter().zip(COLUMNS)
        {
            // What belongs to the first number stands beneath it.
            let mut parts = cell.split(", ").map(escaped);
            let first = parts.next().unwrap_or_default();
            let rest = parts.collect::<Vec<_>>().join("<br>");
            let rest = if rest.is_empty() { rest } else { format!("<br><small>{rest}</small>") };
            let _ =
                write!(rows, "<td data-head=\"{}\"><span>{first}{rest}</span></td>", escaped(head));
        }
        rows += "</tr>\n";
    }
    rows
}

fn setting(named: &Named, told: &Told, picked: bool) -> Value {
    let spans: Vec<_> =
        told.spans.iter().map(|span| json!([span.from, span.to, u8::from(span.open)])).collect();
    let shown = told.spans.last().map_or(0, |span| span.to);
    json!({
        "name": if picked { format!("{} (picked)", named.name) } else { named.name.clone() },
        "said": named.said,
        "spans": spans,
        // Behind that, only shares of time are known.
        "spansEnd": if told.figures.open + told.figures.half_open > told.spans.iter().map(|span| span.to - span.from).sum() { Some(shown) } else { None },
        "steps": columns(&told.bins, [
            |s: &Step| s.lost.into(), |s| s.spared.into(), |s| s.failed.into(), |s| s.open, |s| s.half_open,
        ]),
    })
}

/// A list for each column.
fn columns<T, const N: usize>(bins: &Bins<T>, of: [fn(&T) -> u64; N]) -> Vec<Vec<u64>>
where
    T: Copy + Default + std::ops::AddAssign,
{
    of.iter().map(|of| bins.sums().iter().map(of).collect()).collect()
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// Puts each value in its place `{{name}}`; what a value holds is left as it is.
fn filled(page: &str, values: &[(&str, &str)]) -> String {
    let mut parts = page.split("{{");
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        if let Some((name, rest)) = part.split_once("}}") {
            let value = values.iter().find(|(key, _)| *key == name);
            text += value.map_or("", |(_, value)| value);
            text += rest;
        }
    }
    text
}
