//! The server as its clients see it: over HTTP, with a real platform.

#![expect(unreachable_pub, reason = "one program: nothing is public beyond it")]
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

/// Where the rows of the platforms are: in their folders here. The same tests run on PostgreSQL too, in `tests/http_on_postgres`.
fn database() -> Option<std::sync::Arc<store::PostgresDatabase>> {
    None
}

mod accesses;
mod account_links;
mod administration;
mod app;
mod apply;
mod assistance;
mod authenticator;
mod batch;
mod canaries;
mod certificate_authority;
mod client;
mod company_directory;
mod delta;
mod descriptions;
mod device;
mod directory;
mod events;
mod expand;
mod export;
mod faults;
mod files;
mod idempotency;
mod identity_provider;
mod imports;
mod issuer;
mod lambda;
mod ldap;
mod lists;
mod mail_server;
mod module;
mod negotiation;
mod openapi;
mod out_of_sight;
mod paging;
mod passkeys;
mod passwords;
mod peer;
mod personal;
mod presence;
mod profile_walk;
mod profiles;
mod providers;
mod raw;
mod records;
mod refusals;
mod related;
mod restore;
mod rights;
mod scim;
mod second_factor;
mod sessions;
mod sign_ins;
mod strangers;
mod subjects;
mod surroundings;
mod tls;
mod tokens;
mod usage;
mod value_lists;
mod view_as;
mod views;
mod workshop;
