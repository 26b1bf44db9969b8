#![doc = include_str!("../README.md")]

mod account_links;
mod body;
mod calls;
pub mod config;
mod cookies;
mod cx;
mod data;
mod events;
mod health;
mod metrics;
mod odata;
mod openapi;
mod own_password;
mod passkeys;
mod presence;
mod problem;
mod providers;
mod refusal;
mod request;
pub mod routes;
mod scim;
mod second_factor;
pub mod serve;
mod session;
mod shares;
mod sign_in_events;
mod sign_ins;
mod state;
mod turns;
mod web_app;
mod workers;

pub use config::ServerConfig;
pub use openapi::openapi_general;
pub use routes::{ROUTES, Route, SCIM_ROUTES};
pub use serve::{ServeError, Serving, serve};
pub use web_app::has_web_app;
