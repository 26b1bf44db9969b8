//! PostgreSQL: creates through the whole of Tisserand, against `pgbench` doing the same inserts with as many clients.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use store::PostgresDatabase;
use store::postgres::Connections;
use test_postgres::{Server, folder_of, sql};

use crate::account_name;
use crate::load::{self, Ask};
use crate::ours;
use crate::report::Report;

/// Clients at once.
const AT_ONCE: usize = 64;

/// Creates of one round.
const COUNT: usize = 6_400;

/// Accounts that are there before.
const ACCOUNTS: usize = 2_000;

/// The same tables with the same indexes, in a schema of their own.
const BARE: &str = "CREATE SCHEMA bare; GRANT ALL ON SCHEMA bare TO tisserand;
    CREATE TABLE bare.account (LIKE {schema}.account INCLUDING ALL);
    CREATE TABLE bare._entry (LIKE {schema}._entry INCLUDING ALL);
    CREATE TABLE bare._history (LIKE {schema}._history INCLUDING ALL);
    CREATE SEQUENCE bare.positions;
    GRANT ALL ON ALL TABLES IN SCHEMA bare TO tisserand; GRANT ALL ON ALL SEQUENCES IN SCHEMA bare TO tisserand";

/// What a create writes: the row, the entry with a payload of the usual size, its place in the history.
const SCRIPT: &str = r#"\set n random(1, 1000000000)
BEGIN;
INSERT INTO bare.account (id, version, created_at, updated_at, code, code__folded, name, name__folded, kind, kind__folded)
  VALUES (gen_random_uuid(), :n, now(), now(), 'T' || :n || '-' || :client_id, 't' || :n || '-' || :client_id,
    'Chauffage Lenoir ' || :n, 'chauffage lenoir ' || :n, 'prospect', 'prospect');
INSERT INTO bare._entry (position, epoch, at, actor, origin, request, payload_hash, digest, chain, changes)
  VALUES (nextval('bare.positions'), 1, now(), gen_random_uuid(), 1, 'request', decode(repeat('ab', 32), 'hex'),
    decode(repeat('cd', 32), 'hex'), decode(repeat('ef', 32), 'hex'), decode(repeat('00', 220), 'hex'));
INSERT INTO bare._history (record, entity, position, start, length) VALUES (gen_random_uuid(), 1, :n, 0, 220);
COMMIT;
"#;

/// Measures `rounds` rounds.
pub(crate) async fn creates(report: &mut Report, folder: &Path, rounds: usize) -> Result<()> {
    let server = Server::start();
    let address = server.address();
    let database = tokio::task::block_in_place(|| PostgresDatabase::open(&address, Connections::default()))?;
    let ours = ours::start(&folder.join("on-postgres"), Some(database), ACCOUNTS).await?;
    let socket = folder_of(&address);
    let prefix = address.split("prefix=").nth(1).unwrap_or_default();
    sql(&socket, &BARE.replace("{schema}", &format!("{prefix}env_bench")));
    let script = folder.join("pgbench.sql");
    std::fs::write(&script, SCRIPT)?;
    for _ in 0..rounds {
        let body = |number: usize| serde_json::json!({"name": account_name(number), "kind": "prospect"});
        let ask = move |number| Ask::post("/data/bench/accounts", &body(number));
        let mine = load::run(&ours.target, COUNT, AT_ONCE, ask).await?;
        report.pair("PostgreSQL create, 64 in flight", COUNT, mine, pgbench(&socket, &script)?);
    }
    ours.stop().await
}

/// How long `pgbench` takes for as many transactions, its own start left out.
fn pgbench(socket: &Path, script: &Path) -> Result<Duration> {
    let per_client = (COUNT / AT_ONCE).to_string();
    let start = Instant::now();
    let said = Command::new("pgbench")
        .args([
            "--no-vacuum",
            "--protocol=prepared",
            "-U",
            "tisserand",
            "-j",
            "2",
            "-c",
            &AT_ONCE.to_string(),
        ])
        .args(["-t", &per_client, "-h"])
        .arg(socket)
        .arg("-f")
        .arg(script)
        .arg("tisserand")
        .output()
        .context("pgbench")?;
    let whole = start.elapsed();
    let text = String::from_utf8_lossy(&said.stdout);
    if !said.status.success() {
        bail!("pgbench: {text}{}", String::from_utf8_lossy(&said.stderr));
    }
    let rate =
        text.lines().find_map(|line| line.strip_prefix("tps = ")?.split(' ').next()?.parse::<f64>().ok());
    Ok(rate.map_or(whole, |rate| Duration::from_secs_f64(COUNT as f64 / rate)))
}
