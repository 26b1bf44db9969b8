//! The table printed at the end.

use std::time::Duration;

/// Measures of one run, by name, in the order of their first round.
#[derive(Default)]
pub(crate) struct Report {
    lines: Vec<Line>,
}

struct Line {
    name: String,
    count: usize,
    rounds: Vec<(Duration, Duration)>,
}

impl Report {
    /// Notes one round: how long `count` took us, and the bare program.
    pub(crate) fn add(&mut self, name: &str, count: usize, ours: Duration, bare: Duration) {
        match self.lines.iter_mut().find(|line| line.name == name) {
            Some(line) => line.rounds.push((ours, bare)),
            None => self.lines.push(Line { name: name.to_owned(), count, rounds: vec![(ours, bare)] }),
        }
    }

    /// A line per measure: the median of the rounds' ratios with the lowest and the highest, and both median rates.
    pub(crate) fn print(&self) {
        println!("\n{:<45} {:>6} {:>15} {:>12} {:>12}", "", "ratio", "(min – max)", "ours /s", "bare /s");
        for line in &self.lines {
            let ratios =
                sorted(line.rounds.iter().map(|(ours, bare)| bare.as_secs_f64() / ours.as_secs_f64()));
            let rate = |pick: fn(&(Duration, Duration)) -> Duration| {
                let rates =
                    sorted(line.rounds.iter().map(|round| line.count as f64 / pick(round).as_secs_f64()));
                rates[rates.len() / 2]
            };
            println!(
                "{:<45} {:>6.2} {:>15} {:>12.0} {:>12.0}",
                line.name,
                ratios[ratios.len() / 2],
                format!("({:.2} – {:.2})", ratios[0], ratios[ratios.len() - 1]),
                rate(|round| round.0),
                rate(|round| round.1),
            );
        }
    }
}

fn sorted(figures: impl Iterator<Item = f64>) -> Vec<f64> {
    let mut figures: Vec<f64> = figures.collect();
    figures.sort_by(f64::total_cmp);
    figures
}
