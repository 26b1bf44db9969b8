//! The server over PostgreSQL: the tests of `tests/http` that reach furthest into the store, compiled again with another place for the rows.

#![expect(unreachable_pub, reason = "one program: nothing is public beyond it")]
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![allow(dead_code, reason = "shared with the tests of SQLite, which use all of it")]

use std::sync::Arc;

use store::PostgresDatabase;
use store::postgres::Connections;

/// A place of the test's own in the run's server.
fn database() -> Option<Arc<PostgresDatabase>> {
    Some(PostgresDatabase::open(&test_postgres::address(), Connections::default()).unwrap())
}

#[path = "../http/account_links.rs"]
mod account_links;
#[path = "../http/app.rs"]
mod app;
#[path = "../http/apply.rs"]
mod apply;
#[path = "../http/assistance.rs"]
mod assistance;
#[path = "../http/authenticator.rs"]
mod authenticator;
#[path = "../http/batch.rs"]
mod batch;
#[path = "../http/canaries.rs"]
mod canaries;
#[path = "../http/certificate_authority.rs"]
mod certificate_authority;
#[path = "../http/client.rs"]
mod client;
#[path = "../http/company_directory.rs"]
mod company_directory;
#[path = "../http/delta.rs"]
mod delta;
#[path = "../http/directory.rs"]
mod directory;
#[path = "../http/events.rs"]
mod events;
#[path = "../http/expand.rs"]
mod expand;
#[path = "../http/export.rs"]
mod export;
#[path = "../http/files.rs"]
mod files;
#[path = "../http/idempotency.rs"]
mod idempotency;
#[path = "../http/identity_provider.rs"]
mod identity_provider;
#[path = "../http/issuer.rs"]
mod issuer;
#[path = "../http/lambda.rs"]
mod lambda;
#[path = "../http/ldap.rs"]
mod ldap;
#[path = "../http/lists.rs"]
mod lists;
#[path = "../http/mail_server.rs"]
mod mail_server;
#[path = "../http/module.rs"]
mod module;
#[path = "../http/paging.rs"]
mod paging;
#[path = "../http/passkeys.rs"]
mod passkeys;
#[path = "../http/passwords.rs"]
mod passwords;
#[path = "../http/peer.rs"]
mod peer;
#[path = "../http/personal.rs"]
mod personal;
#[path = "../http/profiles.rs"]
mod profiles;
#[path = "../http/providers.rs"]
mod providers;
#[path = "../http/records.rs"]
mod records;
#[path = "../http/rights/mod.rs"]
mod rights;
#[path = "../http/scim.rs"]
mod scim;
#[path = "../http/second_factor.rs"]
mod second_factor;
#[path = "../http/sessions.rs"]
mod sessions;
#[path = "../http/sign_ins.rs"]
mod sign_ins;
#[path = "../http/subjects.rs"]
mod subjects;
#[path = "../http/surroundings.rs"]
mod surroundings;
#[path = "../http/tls.rs"]
mod tls;
#[path = "../http/usage.rs"]
mod usage;
#[path = "../http/view_as.rs"]
mod view_as;
#[path = "../http/views.rs"]
mod views;
