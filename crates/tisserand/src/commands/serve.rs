//! `serve`: a platform behind an address, until it is told to stop.

use std::io::IsTerminal;
use std::sync::Arc;

use anyhow::Context;
use platform::Platform;
use server::ServerConfig;
use tracing_subscriber::EnvFilter;

use crate::cli::Serve;
use crate::console::Console;
use crate::data::{self, Held, Opened};
use crate::settings::Settings;

pub(crate) fn run(settings: &Settings, serve: &Serve, console: &Console) -> anyhow::Result<()> {
    let opened = match serve.create {
        true => {
            let held = Held::take(settings, "serve")?;
            let platform = Platform::open_or_create(data::options(settings, &settings.data)?)?;
            Opened { platform, held }
        }
        false => data::open(settings, "serve")?,
    };
    until_stopped(settings, opened, console, ready)
}

/// Says that it listens: one line that people and programs wait for, the same in every language.
pub(crate) fn ready(url: &str, console: &Console) {
    if console.language == dictionary::Language::Fr {
        console.out("Tisserand est prêt.");
    }
    console.out(format!("Tisserand is ready: {url}"));
}

/// Serves until Ctrl-C or a signal to end. `ready` is called once it listens.
pub(crate) fn until_stopped(
    settings: &Settings,
    mut opened: Opened,
    console: &Console,
    ready: impl FnOnce(&str, &Console),
) -> anyhow::Result<()> {
    logs(settings);
    let config = ServerConfig {
        address: settings.address,
        secure: settings.secure,
        tls: settings.tls.clone(),
        trusted_proxies: settings.trusted_proxies.clone(),
        public: settings.public.clone(),
        ..ServerConfig::default()
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let runtime = runtime.context("start the threads of the server")?;
    let platform = Arc::new(opened.platform);
    runtime.block_on(async {
        let serving = server::serve(config, platform.clone(), stop_asked()).await?;
        let scheme = if settings.tls.is_some() { "https" } else { "http" };
        let url = format!("{scheme}://{}", serving.address());
        opened.held.say(&format!("serve, {url}"));
        ready(&url, console);
        serving.finished().await
    })?;
    drop(runtime);
    // Environments are closed, and their locks let go, before the folder is.
    drop(platform);
    drop(opened.held);
    Ok(())
}

/// Resolves on Ctrl-C, or when the system asks the process to end.
pub(crate) async fn stop_asked() {
    #[cfg(unix)]
    if let Ok(mut terminate) = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
        tokio::select! {
            _ = tokio::signal::ctrl_c() => {}
            _ = terminate.recv() => {}
        }
        return;
    }
    // Without signals there is nothing to wait for but the end of the process.
    let _ = tokio::signal::ctrl_c().await;
}

/// Logs go to standard error: lines for people on a terminal, JSON otherwise.
fn logs(settings: &Settings) {
    let filter = EnvFilter::try_new(&settings.log).unwrap_or_else(|_| EnvFilter::new("info"));
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    // Whoever set logs before keeps them.
    let _ = if std::io::stderr().is_terminal() {
        builder.compact().try_init()
    } else {
        builder.json().try_init()
    };
}
