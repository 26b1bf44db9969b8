//! Randomness that is the same everywhere: each value has its own stream, from BLAKE3 of where it stands.

use blake3::OutputReader;

/// How draws spread over a range.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Shape {
    /// Equal odds.
    #[default]
    Even,
    /// Most near the first.
    Low,
    /// Most near the last.
    High,
    /// Most in the middle.
    Bell,
}

/// An endless row of numbers.
pub(crate) struct Stream(OutputReader);

impl Stream {
    /// The stream of a place: seed, step, ordinal, field… Each part is length-prefixed, so that no two places share one.
    pub(crate) fn new(seed: i64, place: &[&str]) -> Stream {
        let mut hasher = blake3::Hasher::new();
        hasher.update(&seed.to_le_bytes());
        for part in place {
            hasher.update(&(part.len() as u64).to_le_bytes());
            hasher.update(part.as_bytes());
        }
        Stream(hasher.finalize_xof())
    }

    pub(crate) fn fill(&mut self, bytes: &mut [u8]) {
        self.0.fill(bytes);
    }

    fn next(&mut self) -> u64 {
        let mut bytes = [0; 8];
        self.fill(&mut bytes);
        u64::from_le_bytes(bytes)
    }

    /// From 0 up to, not including, 1.
    pub(crate) fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// As `unit`, spread as `shape` says. Only sums and products: every machine rounds them alike.
    pub(crate) fn shaped(&mut self, shape: Shape) -> f64 {
        let u = self.unit();
        match shape {
            Shape::Even => u,
            Shape::Low => u * u,
            Shape::High => 1.0 - (1.0 - u) * (1.0 - u),
            Shape::Bell => (u + self.unit() + self.unit()) / 3.0,
        }
    }

    /// A number below `n`, which is at least 1.
    pub(crate) fn below(&mut self, n: usize, shape: Shape) -> usize {
        ((self.shaped(shape) * n as f64) as usize).min(n.saturating_sub(1))
    }

    /// Whether something of probability `p` happens.
    pub(crate) fn chance(&mut self, p: f64) -> bool {
        self.unit() < p
    }

    /// Position of a weighted draw; `cumulated` is not empty and ends with the total.
    pub(crate) fn weighted(&mut self, cumulated: &[f64]) -> usize {
        let total = cumulated.last().copied().unwrap_or_default();
        let at = self.unit() * total;
        cumulated.partition_point(|c| *c <= at).min(cumulated.len().saturating_sub(1))
    }
}

/// Running sums of weights.
pub(crate) fn cumulated(weights: impl IntoIterator<Item = f64>) -> Vec<f64> {
    let mut total = 0.0;
    weights
        .into_iter()
        .map(|weight| {
            total += weight.max(0.0);
            total
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_has_its_own_stream_the_same_on_every_run() {
        let draw = |place: &[&str]| Stream::new(1, place).next();
        assert_eq!(draw(&["accounts", "1", "name"]), draw(&["accounts", "1", "name"]));
        assert_ne!(draw(&["accounts", "1", "name"]), draw(&["accounts", "11", "ame"]));
        // Pinned: another value would change every demo company.
        assert_eq!(Stream::new(20_261_123, &["accounts", "1", "name"]).below(1_000_000, Shape::Even), PINNED);
    }
    const PINNED: usize = 893_396;

    #[test]
    fn draws_stay_in_their_range_and_shapes_lean_as_named() {
        let mean = |shape| {
            let mut stream = Stream::new(7, &["x"]);
            (0..4_000).map(|_| stream.shaped(shape)).sum::<f64>() / 4_000.0
        };
        assert!((mean(Shape::Even) - 0.5).abs() < 0.03);
        assert!(mean(Shape::Low) < 0.4 && mean(Shape::High) > 0.6);
        let mut stream = Stream::new(7, &["y"]);
        let cumulated = cumulated([0.0, 3.0, 0.0, 1.0]);
        let draws: Vec<_> = (0..500).map(|_| stream.weighted(&cumulated)).collect();
        assert!(draws.iter().all(|d| [1, 3].contains(d)));
        assert!(draws.iter().filter(|d| **d == 1).count() > 300);
    }
}
