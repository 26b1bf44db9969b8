//! `/health` and `/metrics`.

use axum::Json;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde_json::json;

use crate::metrics::Gauges;
use crate::problem::Problem;
use crate::request::RouteName;
use crate::state::AppState;

/// Answers as long as requests are: what a load balancer asks. 503 once the server is told to stop, so that none is sent any more.
pub(crate) async fn health_show(State(state): State<AppState>) -> Response {
    let stopping = *state.stopping.borrow();
    let status =
        if stopping { axum::http::StatusCode::SERVICE_UNAVAILABLE } else { axum::http::StatusCode::OK };
    let body = json!({
        "status": if stopping { "stopping" } else { "ok" },
        "version": env!("CARGO_PKG_VERSION"),
        "uptime_s": state.started.elapsed().as_secs(),
    });
    named("/health", (status, [(header::CACHE_CONTROL, "no-store")], Json(body)).into_response())
}

/// Figures for Prometheus.
pub(crate) async fn metrics_show(State(state): State<AppState>) -> Response {
    let page = state.metrics.page(Gauges {
        environments_open: state.platform.open_count(),
        calls_running: state.calls.running() + state.reads.running(),
        calls_waiting: state.calls.waiting() + state.reads.waiting(),
        environments_standing_back: state.engine.standing_back(),
        live_connections: state.live.connections(),
        certificates: state.offered.as_ref().map(|offered| offered.figures()),
    });
    let headers = [
        (header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    named("/metrics", (headers, page).into_response())
}

pub(crate) async fn method_not_allowed() -> Problem {
    Problem::method_not_allowed(None)
}

/// Tells logs and figures which route answered.
pub(crate) fn named(route: &'static str, mut response: Response) -> Response {
    response.extensions_mut().insert(RouteName(route));
    response
}
