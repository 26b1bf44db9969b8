//! The table printed at the end.

use std::time::Duration;

/// Measures of one run, by name, in the order of their first round.
#[derive(Default)]
pub(crate) struct Report {
    pairs: Vec<Pair>,
    figures: Vec<(String, String)>,
}

struct Pair {
    name: String,
    count: usize,
    rounds: Vec<(Duration, Duration)>,
}

impl Report {
    /// Notes one round: how long `count` took us, and the bare program.
    pub(crate) fn pair(&mut self, name: &str, count: usize, ours: Duration, bare: Duration) {
        match self.pairs.iter_mut().find(|pair| pair.name == name) {
            Some(pair) => pair.rounds.push((ours, bare)),
            None => self.pairs.push(Pair { name: name.to_owned(), count, rounds: vec![(ours, bare)] }),
        }
    }

    /// Notes a figure that has nothing bare beside it.
    pub(crate) fn figure(&mut self, name: &str, value: String) {
        self.figures.push((name.to_owned(), value));
    }

    /// A line per measure: the median of the rounds' ratios with the lowest and the highest, and both median rates; then the figures.
    pub(crate) fn print(&self) {
        if !self.pairs.is_empty() {
            println!("\n{:<57} {:>6} {:>15} {:>10} {:>10}", "", "ratio", "(min – max)", "ours /s", "bare /s");
        }
        for pair in &self.pairs {
            let ratios =
                sorted(pair.rounds.iter().map(|(ours, bare)| bare.as_secs_f64() / ours.as_secs_f64()));
            let rate = |pick: fn(&(Duration, Duration)) -> Duration| {
                let rates =
                    sorted(pair.rounds.iter().map(|round| pair.count as f64 / pick(round).as_secs_f64()));
                rates[rates.len() / 2]
            };
            println!(
                "{:<57} {:>6.2} {:>15} {:>10.0} {:>10.0}",
                pair.name,
                ratios[ratios.len() / 2],
                format!("({:.2} – {:.2})", ratios[0], ratios[ratios.len() - 1]),
                rate(|round| round.0),
                rate(|round| round.1),
            );
        }
        println!();
        for (name, value) in &self.figures {
            println!("{name:<57} {value}");
        }
    }
}

fn sorted(figures: impl Iterator<Item = f64>) -> Vec<f64> {
    let mut figures: Vec<f64> = figures.collect();
    figures.sort_by(f64::total_cmp);
    figures
}
