//! Figures for Prometheus, in its text format. No label names an environment or a person: cardinality stays small and nothing leaks.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use parking_lot::Mutex;

/// Upper bounds of the buckets of durations, seconds.
const BUCKETS_S: [f64; 12] = [0.000_5, 0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0];

/// Method, route and status of requests.
type Series = (&'static str, &'static str, u16);

#[derive(Debug, Default, Clone)]
struct Histogram {
    buckets: [u64; BUCKETS_S.len()],
    count: u64,
    sum_s: f64,
}

/// The figures of one server.
#[derive(Debug, Default)]
pub(crate) struct Metrics {
    requests: Mutex<BTreeMap<Series, Histogram>>,
    writes: AtomicU64,
    refused_busy: AtomicU64,
    events_sent: AtomicU64,
}

/// Figures that are read at the moment they are asked for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Gauges {
    pub(crate) environments_open: usize,
    pub(crate) calls_running: usize,
    pub(crate) calls_waiting: usize,
    pub(crate) environments_standing_back: usize,
    pub(crate) live_connections: usize,
    /// Where the server speaks TLS itself.
    pub(crate) certificates: Option<CertificateGauges>,
}

/// What certificates are like.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CertificateGauges {
    /// Hosts that have none yet.
    pub(crate) missing: usize,
    /// Until the first of those in use ends.
    pub(crate) left_s: Option<i64>,
}

impl Metrics {
    pub(crate) fn request(&self, method: &'static str, route: &'static str, status: u16, took: Duration) {
        let took_s = took.as_secs_f64();
        let mut requests = self.requests.lock();
        let histogram = requests.entry((method, route, status)).or_default();
        for (bucket, bound) in histogram.buckets.iter_mut().zip(BUCKETS_S) {
            *bucket += u64::from(took_s <= bound);
        }
        histogram.count += 1;
        histogram.sum_s += took_s;
    }

    /// A unit of work was committed.
    pub(crate) fn write(&self) {
        self.writes.fetch_add(1, Ordering::Relaxed);
    }

    /// A request was refused because too many were waiting.
    pub(crate) fn refused_busy(&self) {
        self.refused_busy.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn events_sent(&self, count: usize) {
        self.events_sent.fetch_add(count as u64, Ordering::Relaxed);
    }

    /// The page Prometheus reads.
    pub(crate) fn page(&self, gauges: Gauges) -> String {
        let mut page = String::with_capacity(8 * 1024);
        let requests = self.requests.lock().clone();
        page.push_str(
            "# HELP tisserand_http_request_duration_seconds Time to answer, until the head of the response.\n\
             # TYPE tisserand_http_request_duration_seconds histogram\n",
        );
        for ((method, route, status), histogram) in &requests {
            let labels = format!("method=\"{method}\",route=\"{route}\",status=\"{status}\"");
            let name = "tisserand_http_request_duration_seconds";
            for (count, bound) in histogram.buckets.iter().zip(BUCKETS_S) {
                line(&mut page, format_args!("{name}_bucket{{{labels},le=\"{bound}\"}} {count}"));
            }
            line(&mut page, format_args!("{name}_bucket{{{labels},le=\"+Inf\"}} {}", histogram.count));
            line(&mut page, format_args!("{name}_sum{{{labels}}} {}", histogram.sum_s));
            line(&mut page, format_args!("{name}_count{{{labels}}} {}", histogram.count));
        }
        let counters = [
            ("tisserand_writes_total", "Units of work asked for by HTTP and committed.", &self.writes),
            ("tisserand_refused_busy_total", "Requests refused because too many waited.", &self.refused_busy),
            ("tisserand_live_events_total", "Live events sent.", &self.events_sent),
        ];
        for (name, help, value) in counters {
            let value = value.load(Ordering::Relaxed);
            line(&mut page, format_args!("# HELP {name} {help}\n# TYPE {name} counter\n{name} {value}"));
        }
        let certificates = gauges.certificates;
        let gauges = [
            ("tisserand_environments_open", "Environments open.", gauges.environments_open),
            ("tisserand_calls_running", "Calls of the engine running.", gauges.calls_running),
            ("tisserand_calls_waiting", "Calls of the engine waiting for their turn.", gauges.calls_waiting),
            (
                "tisserand_environments_standing_back",
                "Environments that used so much lately that they stand back behind the others.",
                gauges.environments_standing_back,
            ),
            ("tisserand_live_connections", "Live connections open.", gauges.live_connections),
        ];
        for (name, help, value) in gauges {
            line(&mut page, format_args!("# HELP {name} {help}\n# TYPE {name} gauge\n{name} {value}"));
        }
        if let Some(certificates) = certificates {
            let name = "tisserand_certificates_missing";
            let help = "Hosts without a certificate, as long as none was obtained.";
            let missing = certificates.missing;
            line(&mut page, format_args!("# HELP {name} {help}\n# TYPE {name} gauge\n{name} {missing}"));
            if let Some(left_s) = certificates.left_s {
                let name = "tisserand_certificate_left_seconds";
                let help = "Time until the first of the certificates in use ends; below 0 once it has.";
                line(&mut page, format_args!("# HELP {name} {help}\n# TYPE {name} gauge\n{name} {left_s}"));
            }
        }
        page
    }
}

fn line(page: &mut String, text: std::fmt::Arguments<'_>) {
    // Writing to a String cannot fail.
    let _ = writeln!(page, "{text}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_fall_into_every_bucket_above_them() {
        let metrics = Metrics::default();
        metrics.request("GET", "/health", 200, Duration::from_millis(3));
        metrics.request("GET", "/health", 200, Duration::from_secs(9));
        let page = metrics.page(Gauges {
            environments_open: 2,
            calls_running: 0,
            calls_waiting: 0,
            environments_standing_back: 0,
            live_connections: 0,
            certificates: Some(CertificateGauges { missing: 1, left_s: Some(-5) }),
        });
        let labels = "method=\"GET\",route=\"/health\",status=\"200\"";
        for (bound, count) in [("0.002", 0), ("0.005", 1), ("5", 1), ("+Inf", 2)] {
            let wanted = format!(
                "tisserand_http_request_duration_seconds_bucket{{{labels},le=\"{bound}\"}} {count}\n"
            );
            assert!(page.contains(&wanted), "{wanted} not in {page}");
        }
        assert!(page.contains("tisserand_environments_open 2\n"));
        assert!(page.contains("tisserand_certificates_missing 1\n"));
        assert!(page.contains("tisserand_certificate_left_seconds -5\n"));
    }
}
