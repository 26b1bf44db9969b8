//! `usage`: what subscriptions use of what they include, and the statements of months.

use dictionary::Language;
use jiff::Timestamp;
use platform::{Measure, Month, Platform, UsageLine};
use serde_json::json;

use crate::cli::{Usage, UsageCommand};
use crate::console::Console;
use crate::data;
use crate::settings::Settings;

pub(crate) fn run(settings: &Settings, asked: Usage, console: &Console) -> anyhow::Result<()> {
    let opened = data::open(settings, "usage")?;
    let platform = &opened.platform;
    match asked.command {
        Some(UsageCommand::Close { month }) => {
            let month = match month {
                Some(text) => Month::parse(&text)?,
                None => present(platform).before(),
            };
            let count = platform.usage_close(month)?;
            if console.json {
                console.data(&json!({"month": month.to_string(), "closed": count}));
            } else {
                console.out(console.text(
                    &format!("{month} : {count} relevé(s) arrêté(s)."),
                    &format!("{month}: {count} statement(s) closed."),
                ));
            }
            Ok(())
        }
        None => {
            let month = asked.month.as_deref().map(Month::parse).transpose()?;
            let month = month.unwrap_or_else(|| present(platform));
            show(platform, month, asked.client.as_deref(), console)
        }
    }
}

/// The present month, where the platform is.
fn present(platform: &Platform) -> Month {
    let now: Timestamp = platform.clock().now();
    Month::of(platform.zone().to_datetime(now).date())
}

fn show(platform: &Platform, month: Month, client: Option<&str>, console: &Console) -> anyhow::Result<()> {
    let all = platform.usage(month, client)?;
    if console.json {
        let told = all.iter().map(|usage| {
            json!({
                "client": usage.client, "subscription": usage.code, "month": usage.month.to_string(),
                "over": usage.is_over, "closed": usage.is_closed,
                "lines": usage.lines.iter().map(as_json).collect::<Vec<_>>(),
            })
        });
        console.data(&told.collect());
        return Ok(());
    }
    let header = match console.language {
        Language::Fr => ["Client", "Abonnement", "Environnement", "Mesure", "Consommé", "Au plus", "Compris"],
        Language::En => ["Client", "Subscription", "Environment", "Measure", "Used", "At most", "Included"],
    };
    let rows = all.iter().flat_map(|usage| {
        usage.lines.iter().map(|line| {
            let shown = |counted: Option<i64>| amount(line.measure, counted);
            let used = match line.used {
                None => console.text("pas encore en service", "not used yet").to_owned(),
                used => shown(used),
            };
            vec![
                usage.client.clone(),
                usage.code.clone(),
                line.environment.clone().unwrap_or_default(),
                named(line, console),
                used,
                shown(line.most),
                shown(line.included),
            ]
        })
    });
    console.table(&header, &rows.collect::<Vec<_>>());
    Ok(())
}

/// What is counted, in words.
fn named(line: &UsageLine, console: &Console) -> String {
    let measure = match line.measure {
        Measure::NamedUsers => console.text("Utilisateurs nommés", "Named users"),
        Measure::Storage => console.text("Stockage (Mo)", "Storage (MB)"),
        Measure::RecordsWritten => console.text("Fiches écrites", "Records written"),
        Measure::Emails => console.text("E-mails envoyés", "E-mails sent"),
        Measure::Sms => console.text("SMS envoyés", "SMS sent"),
        Measure::Geocoding => console.text("Adresses localisées", "Addresses geocoded"),
    };
    match &line.profile {
        Some(profile) => format!("{measure} ({profile})"),
        None => measure.to_owned(),
    }
}

/// As it is sold: storage by the megabyte, to the kilobyte.
fn amount(measure: Measure, counted: Option<i64>) -> String {
    let Some(counted) = counted else { return String::new() };
    match measure {
        Measure::Storage => {
            let kilobytes = counted.saturating_add(500) / 1_000;
            format!("{}.{:03}", kilobytes / 1_000, kilobytes % 1_000)
        }
        _ => counted.to_string(),
    }
}

fn as_json(line: &UsageLine) -> serde_json::Value {
    json!({
        "measure": line.measure.tag(), "environment": line.environment, "profile": line.profile,
        "used": line.used, "most": line.most, "included": line.included, "position": line.position,
    })
}
