//! `organisation`, `project`, `subscription`: what GlobalDirectory knows beside environments.

use dictionary::RecordId;
use platform::NewSubscription;
use serde_json::json;

use crate::cli::{Organisation, Project, Subscription};
use crate::console::Console;
use crate::data;
use crate::settings::Settings;

pub(crate) fn organisation(
    settings: &Settings,
    asked: Organisation,
    console: &Console,
) -> anyhow::Result<()> {
    let opened = data::open(settings, "organisation")?;
    let Organisation::Add { name, kind, integrator } = asked;
    let id = opened.platform.organisation_add(&name, kind.tag(), integrator.as_deref())?;
    added(
        id,
        console,
        &format!("Organisation « {name} » ajoutée."),
        &format!("Organisation “{name}” added."),
    );
    Ok(())
}

pub(crate) fn project(settings: &Settings, asked: Project, console: &Console) -> anyhow::Result<()> {
    let opened = data::open(settings, "project")?;
    let Project::Add { client, name, with } = asked;
    let id = opened.platform.project_add(&client, &name, &with)?;
    added(
        id,
        console,
        &format!("Projet « {name} » de « {client} » ajouté."),
        &format!("Project “{name}” of “{client}” added."),
    );
    Ok(())
}

pub(crate) fn subscription(
    settings: &Settings,
    asked: Subscription,
    console: &Console,
) -> anyhow::Result<()> {
    let opened = data::open(settings, "subscription")?;
    let Subscription::Add { client, project, with, users, environments, storage, emails, from, until } =
        asked;
    let id = opened.platform.subscription_add(&NewSubscription {
        client: client.clone(),
        project,
        modules: with,
        named_users: users,
        environments,
        storage_mb: storage,
        emails,
        starts_on: from,
        ends_on: until,
    })?;
    added(
        id,
        console,
        &format!("Abonnement de « {client} » ajouté."),
        &format!("Subscription of “{client}” added."),
    );
    Ok(())
}

fn added(id: RecordId, console: &Console, fr: &str, en: &str) {
    if console.json {
        console.data(&json!({"id": id.to_string()}));
    } else {
        console.out(console.text(fr, en));
    }
}
