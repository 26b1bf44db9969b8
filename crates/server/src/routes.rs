//! Every operation the server answers, in one list: the documentation, the figures and the tests that walk them read it.

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::from_fn_with_state;
use axum::routing::{any, delete, get, patch, post};
use tower_http::compression::predicate::{NotForContentType, Predicate, SizeAbove};
use tower_http::compression::{CompressionLayer, CompressionLevel};

use crate::state::AppState;
use crate::{
    account_links, brand, data, events, health, own_password, passkeys, providers, request, scim,
    second_factor, session, sign_in_events, sign_ins, web_app,
};

/// An operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Route {
    /// HTTP method.
    pub method: &'static str,
    /// Address, parameters in braces.
    pub path: &'static str,
    /// Name of the handler.
    pub name: &'static str,
    /// Answers whoever asks.
    pub open: bool,
}

const fn route(method: &'static str, path: &'static str, name: &'static str) -> Route {
    Route { method, path, name, open: false }
}

const fn open(method: &'static str, path: &'static str, name: &'static str) -> Route {
    Route { method, path, name, open: true }
}

/// Every operation but the files of the web application.
pub const ROUTES: &[Route] = &[
    open("GET", "/health", "health_show"),
    open("GET", "/metrics", "metrics_show"),
    open("POST", "/session", "session_create"),
    route("GET", "/session", "session_show"),
    route("PATCH", "/session", "session_change"),
    open("DELETE", "/session", "session_delete"),
    route("POST", "/session/password", "own_password_change"),
    route("GET", "/session/second_factor", "second_factor_show"),
    route("POST", "/session/second_factor", "second_factor_begin"),
    route("POST", "/session/second_factor/confirm", "second_factor_confirm"),
    route("POST", "/session/second_factor/recovery_codes", "recovery_codes_renew"),
    route("POST", "/session/second_factor/remove", "second_factor_remove"),
    route("GET", "/session/passkeys", "passkey_list"),
    route("POST", "/session/passkeys", "passkey_add"),
    route("POST", "/session/passkeys/begin", "passkey_begin"),
    route("PATCH", "/session/passkeys/{id}", "passkey_rename"),
    route("POST", "/session/passkeys/{id}/remove", "passkey_remove"),
    open("POST", "/passkeys/begin", "passkey_sign_in_begin"),
    open("POST", "/passkeys/sign_in", "passkey_sign_in"),
    route("GET", "/devices", "device_list"),
    route("DELETE", "/devices/{id}", "device_forget"),
    open("POST", "/session/forgotten", "password_forgotten"),
    open("POST", "/session/link", "link_show"),
    open("POST", "/session/link/password", "link_use"),
    open("GET", "/brand", "brand_show"),
    open("GET", "/brand/logo", "brand_logo_show"),
    open("GET", "/providers", "provider_list"),
    open("POST", "/providers/{provider}/begin", "provider_begin"),
    open("GET", "/providers/{provider}/callback", "provider_end"),
    route("GET", "/sessions", "sign_in_list"),
    route("DELETE", "/sessions", "sign_ins_end"),
    route("DELETE", "/sessions/{id}", "sign_in_end"),
    route("GET", "/sign_ins", "sign_in_events"),
    route("GET", "/events/{env}", "events_follow"),
    route("GET", "/data/{env}", "service_show"),
    route("GET", "/data/{env}/$dictionary", "dictionary_show"),
    route("GET", "/data/{env}/$metadata", "metadata_show"),
    route("GET", "/data/{env}/openapi.json", "openapi_show"),
    route("POST", "/data/{env}/$batch", "batch"),
    route("GET", "/data/{env}/$search", "search"),
    route("GET", "/data/{env}/$status", "status_show"),
    route("GET", "/data/{env}/$logo", "logo_show"),
    route("POST", "/data/{env}/$files", "file_keep"),
    route("GET", "/data/{env}/$lists/{list}", "list_show"),
    route("POST", "/data/{env}/$lists/{list}", "list_value_create"),
    route("PATCH", "/data/{env}/$lists/{list}/{tag}", "list_value_change"),
    route("GET", "/data/{env}/$views", "view_list"),
    route("POST", "/data/{env}/$views", "view_create"),
    route("PATCH", "/data/{env}/$views/{id}", "view_change"),
    route("DELETE", "/data/{env}/$views/{id}", "view_delete"),
    route("GET", "/data/{env}/$preferences", "preferences_show"),
    route("PATCH", "/data/{env}/$preferences", "preferences_change"),
    route("GET", "/data/{env}/$favourites", "favourite_list"),
    route("POST", "/data/{env}/$favourites", "favourite_add"),
    route("DELETE", "/data/{env}/$favourites/{id}", "favourite_remove"),
    route("GET", "/data/{env}/$notifications", "notification_list"),
    route("POST", "/data/{env}/$notifications/read", "notifications_read"),
    route("PATCH", "/data/{env}/$notifications/{id}", "notification_mark"),
    route("GET", "/data/{env}/$imports", "import_list"),
    route("POST", "/data/{env}/$imports", "import_create"),
    route("GET", "/data/{env}/$imports/{import}", "import_show"),
    route("DELETE", "/data/{env}/$imports/{import}", "import_delete"),
    route("GET", "/data/{env}/$imports/{import}/rows", "import_rows"),
    route("GET", "/data/{env}/$imports/{import}/left", "import_left"),
    route("GET", "/data/{env}/$imports/{import}/refused", "import_refused"),
    route("POST", "/data/{env}/$imports/{import}/detect", "import_detect"),
    route("POST", "/data/{env}/$imports/{import}/preview", "import_preview"),
    route("POST", "/data/{env}/$imports/{import}/run", "import_run"),
    route("POST", "/data/{env}/$imports/{import}/stop", "import_stop"),
    route("POST", "/data/{env}/$imports/{import}/undo", "import_undo"),
    route("GET", "/data/{env}/$journal", "journal_show"),
    route("GET", "/data/{env}/$archive", "archive_show"),
    route("GET", "/data/{env}/$archives", "archive_list"),
    route("POST", "/data/{env}/$archives", "archive_ask"),
    route("GET", "/data/{env}/$archives/{id}", "archive_get"),
    route("GET", "/data/{env}/$figures", "figures_show"),
    route("GET", "/data/{env}/$security", "security_show"),
    route("GET", "/data/{env}/$people", "people_list"),
    route("POST", "/data/{env}/$people", "person_add"),
    route("PATCH", "/data/{env}/$people/{id}", "person_change"),
    route("DELETE", "/data/{env}/$people/{id}", "person_remove"),
    route("POST", "/data/{env}/$people/{id}/reset", "person_reset"),
    route("POST", "/data/{env}/$people/{id}/sign_out", "person_sign_out"),
    route("GET", "/data/{env}/$sign_in", "sign_in_rules_show"),
    route("PATCH", "/data/{env}/$sign_in", "sign_in_rules_change"),
    route("POST", "/data/{env}/$people/{id}/reset_factor", "person_reset_factor"),
    route("POST", "/data/{env}/$people/{id}/invite", "person_invite"),
    route("GET", "/data/{env}/$sign_ins", "sign_in_events_of_people"),
    route("GET", "/data/{env}/$subjects/{collection}/{id}", "subject_show"),
    route("GET", "/data/{env}/$subjects/{collection}/{id}/export", "subject_export"),
    route("POST", "/data/{env}/$subjects/{collection}/{id}/erase", "subject_erase"),
    route("GET", "/data/{env}/$erasures", "erasure_list"),
    route("GET", "/data/{env}/$erasures/{id}", "erasure_show"),
    route("POST", "/data/{env}/$erasures/{id}/resume", "erasure_resume"),
    route("GET", "/data/{env}/$accesses", "access_list"),
    route("GET", "/data/{env}/$exports", "export_list"),
    route("GET", "/data/{env}/$expiring", "expiring_list"),
    route("POST", "/data/{env}/$expiring/{collection}/run", "expiring_run"),
    route("GET", "/data/{env}/$profiles", "profile_list"),
    route("PUT", "/data/{env}/$profiles/{profile}", "profile_put"),
    route("DELETE", "/data/{env}/$profiles/{profile}", "profile_delete"),
    route("GET", "/data/{env}/$rights", "rights_show"),
    route("GET", "/data/{env}/$why", "why_show"),
    route("GET", "/data/{env}/$assistance", "assistance_list"),
    route("PUT", "/data/{env}/$assistance/{id}", "assistance_answer"),
    route("GET", "/data/{env}/$provisioning", "provisioning_show"),
    route("POST", "/data/{env}/$provisioning/tokens", "provisioning_token_create"),
    route("DELETE", "/data/{env}/$provisioning/tokens/{id}", "provisioning_token_revoke"),
    route("PUT", "/data/{env}/$provisioning/groups/{id}", "provisioning_group_map"),
    route("GET", "/data/{env}/$subscription", "subscription_show"),
    route("GET", "/data/{env}/$view_as", "view_as_show"),
    route("PUT", "/data/{env}/$view_as", "view_as_begin"),
    route("DELETE", "/data/{env}/$view_as", "view_as_end"),
    route("GET", "/data/{env}/{collection}", "record_list"),
    route("POST", "/data/{env}/{collection}", "record_create"),
    route("GET", "/data/{env}/{collection}/$count", "record_count"),
    route("GET", "/data/{env}/{collection}/$export", "record_export"),
    route("POST", "/data/{env}/{collection}/$query", "record_query"),
    route("GET", "/data/{env}/{collection}/{id}", "record_show"),
    route("PATCH", "/data/{env}/{collection}/{id}", "record_change"),
    route("PUT", "/data/{env}/{collection}({key}='{value}')", "record_upsert"),
    route("DELETE", "/data/{env}/{collection}/{id}", "record_delete"),
    route("GET", "/data/{env}/{collection}/{id}/$history", "record_history"),
    route("PUT", "/data/{env}/{collection}/{id}/$presence", "presence_put"),
    route("POST", "/data/{env}/{collection}/{id}/$restore", "record_restore"),
    route("POST", "/data/{env}/{collection}/{id}/{transition}", "record_transition"),
    route("GET", "/data/{env}/{collection}/{id}/{field}", "property_show"),
    route("GET", "/data/{env}/{collection}/{id}/{field}/$value", "value_show"),
    route("PUT", "/data/{env}/{collection}/{id}/{field}", "file_put"),
    route("DELETE", "/data/{env}/{collection}/{id}/{field}", "file_delete"),
];

/// Every operation of SCIM (RFC 7644): for directories, each by a token of one environment, and for nobody else. They describe themselves.
pub const SCIM_ROUTES: &[Route] = &[
    route("GET", "/scim/v2/{env}/ServiceProviderConfig", "scim_service_show"),
    route("GET", "/scim/v2/{env}/ResourceTypes", "scim_resource_types"),
    route("GET", "/scim/v2/{env}/Schemas", "scim_schemas"),
    route("GET", "/scim/v2/{env}/Users", "scim_user_list"),
    route("POST", "/scim/v2/{env}/Users", "scim_user_create"),
    route("GET", "/scim/v2/{env}/Users/{id}", "scim_user_show"),
    route("PUT", "/scim/v2/{env}/Users/{id}", "scim_user_replace"),
    route("PATCH", "/scim/v2/{env}/Users/{id}", "scim_user_change"),
    route("DELETE", "/scim/v2/{env}/Users/{id}", "scim_user_remove"),
    route("GET", "/scim/v2/{env}/Groups", "scim_group_list"),
    route("POST", "/scim/v2/{env}/Groups", "scim_group_create"),
    route("GET", "/scim/v2/{env}/Groups/{id}", "scim_group_show"),
    route("PUT", "/scim/v2/{env}/Groups/{id}", "scim_group_replace"),
    route("PATCH", "/scim/v2/{env}/Groups/{id}", "scim_group_change"),
    route("DELETE", "/scim/v2/{env}/Groups/{id}", "scim_group_remove"),
];

/// The application. Addresses of `/data` are read by `data::resource`: OData's keys do not fit a router's patterns.
pub(crate) fn router(state: AppState) -> Router {
    // Live events must not wait in a compressor, images and archives gain nothing.
    let worth = SizeAbove::new(860)
        .and(NotForContentType::SSE)
        .and(NotForContentType::IMAGES)
        .and(NotForContentType::const_new("application/zip"))
        .and(NotForContentType::const_new("application/pdf"))
        .and(NotForContentType::const_new("application/octet-stream"))
        .and(NotForContentType::const_new("font/woff2"));
    let compression = CompressionLayer::new().quality(CompressionLevel::Fastest).compress_when(worth);
    Router::new()
        .route("/health", get(health::health_show))
        .route("/metrics", get(health::metrics_show))
        .route(
            "/session",
            get(session::session_show)
                .post(session::session_create)
                .patch(session::session_change)
                .delete(session::session_delete),
        )
        .route("/session/password", post(own_password::own_password_change))
        .route(
            "/session/second_factor",
            get(second_factor::second_factor_show).post(second_factor::second_factor_begin),
        )
        .route("/session/second_factor/confirm", post(second_factor::second_factor_confirm))
        .route("/session/second_factor/recovery_codes", post(second_factor::recovery_codes_renew))
        .route("/session/second_factor/remove", post(second_factor::second_factor_remove))
        .route("/session/passkeys", get(passkeys::passkey_list).post(passkeys::passkey_add))
        .route("/session/passkeys/begin", post(passkeys::passkey_begin))
        .route("/session/passkeys/{id}", patch(passkeys::passkey_rename))
        .route("/session/passkeys/{id}/remove", post(passkeys::passkey_remove))
        .route("/passkeys/begin", post(passkeys::passkey_sign_in_begin))
        .route("/passkeys/sign_in", post(passkeys::passkey_sign_in))
        .route("/devices", get(second_factor::device_list))
        .route("/devices/{id}", delete(second_factor::device_forget))
        .route("/session/forgotten", post(account_links::password_forgotten))
        .route("/session/link", post(account_links::link_show))
        .route("/session/link/password", post(account_links::link_use))
        .route("/brand", get(brand::brand_show))
        .route("/brand/logo", get(brand::brand_logo_show))
        .route("/providers", get(providers::provider_list))
        .route("/providers/{provider}/callback", get(providers::provider_end))
        .route("/providers/{provider}/begin", post(providers::provider_begin))
        .route("/sessions", get(sign_ins::sign_in_list).delete(sign_ins::sign_ins_end))
        .route("/sessions/{id}", delete(sign_ins::sign_in_end))
        .route("/sign_ins", get(sign_in_events::sign_in_events))
        .route("/events/{env}", get(events::events_follow))
        .route("/scim/v2/{env}/{*path}", any(scim::dispatch))
        .route("/data/{env}", any(data::dispatch))
        .route("/data/{env}/", any(data::dispatch))
        .route("/data/{env}/{*path}", any(data::dispatch))
        .fallback(web_app::show)
        .method_not_allowed_fallback(health::method_not_allowed)
        // Bodies are bounded where they are read, each kind by its own limit.
        .layer(DefaultBodyLimit::disable())
        .layer(compression)
        .layer(from_fn_with_state(state.clone(), request::observe))
        .with_state(state)
}
