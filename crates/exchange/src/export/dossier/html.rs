//! `person.html`: what is held about a person, for themselves to read.

use std::fmt::Write;

use dictionary::{Entity, FieldIndex, Label, Language, Value, value};
use engine::{Past, Record, Told};
use journal::{Operation, Origin};

use super::Telling;
use crate::export::columns::{Column, From};
use crate::export::reading::{self, Manner};

const STYLE: &str = "
:root { color-scheme: light dark; --ink: #1c2430; --quiet: #56606e; --page: #faf8f4; --sheet: #fff; --line: #e2ddd3; --link: #2b5c8a }
@media (prefers-color-scheme: dark) { :root { --ink: #e8ecf1; --quiet: #a3aebb; --page: #12161c; --sheet: #1b212a; --line: #333c48; --link: #8db8de } }
body { font: 15px/1.5 Inter, system-ui, sans-serif; color: var(--ink); background: var(--page); margin: 0 auto; padding: 2rem 1rem; max-width: 60rem }
h1 { font-size: 1.6rem; margin: 0 } h2 { font-size: 1.1rem; margin: 0 0 .5rem } a { color: var(--link) }
header p, .quiet { color: var(--quiet) }
section { background: var(--sheet); border: 1px solid var(--line); border-radius: 6px; padding: 1rem 1.25rem; margin: 1rem 0; overflow-wrap: anywhere }
dl { display: grid; grid-template-columns: minmax(9rem, 1fr) 3fr; gap: .25rem 1rem; margin: 0 } dt { color: var(--quiet) } dd { margin: 0; white-space: pre-line }
table { border-collapse: collapse; width: 100% } th, td { text-align: left; vertical-align: top; padding: .25rem .5rem .25rem 0; border-bottom: 1px solid var(--line) }
th { font-weight: 500; color: var(--quiet) } summary { cursor: pointer; margin-top: .75rem; color: var(--link) }
@media (max-width: 40rem) { dl { grid-template-columns: 1fr } dd { margin-bottom: .5rem } }
";

pub(super) fn document(telling: &Telling<'_>) -> String {
    let mut page = Page { telling, out: String::new() };
    page.write();
    page.out
}

/// The value of a field as screens say it.
pub(super) fn text_of(telling: &Telling<'_>, record: &Record, field: FieldIndex) -> String {
    let manner = Manner { language: telling.language, zone: telling.zone.clone() };
    let column = Column { name: String::new(), through: Vec::new(), from: From::Field(field) };
    reading::text(&manner, &telling.dossier.dictionary, &column, record)
}

struct Page<'t> {
    telling: &'t Telling<'t>,
    out: String,
}

impl Page<'_> {
    fn say(&self, fr: &'static str, en: &'static str) -> &'static str {
        if self.telling.language == Language::Fr { fr } else { en }
    }

    fn put(&mut self, html: impl AsRef<str>) {
        self.out.push_str(html.as_ref());
    }

    fn label<'l>(&self, label: &'l Label) -> &'l str {
        label.text(self.telling.language)
    }

    fn moment(&self, at: jiff::Timestamp) -> String {
        let form = self.say("%d/%m/%Y %H:%M", "%Y-%m-%d %H:%M");
        self.telling.zone.to_datetime(at).strftime(form).to_string()
    }

    fn write(&mut self) {
        let dossier = self.telling.dossier;
        let heading = self.say("Vos données personnelles", "Your personal data");
        let title = if dossier.title.is_empty() { heading } else { &dossier.title };
        let language = self.say("fr", "en");
        self.put(format!(
            "<!doctype html><html lang=\"{language}\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><title>{} — {}</title><style>{STYLE}</style></head><body><header><h1>{}</h1>",
            escaped(title), escaped(heading), escaped(title)
        ));
        let about =
            self.say("Ce que nous conservons sur cette personne, au", "What we keep about this person, on");
        let (at, environment) = (self.moment(dossier.at), escaped(self.telling.environment));
        self.put(format!("<p>{about} {at} · {environment}</p></header><main>"));
        for told in &dossier.records {
            self.record(told);
        }
        self.named_by();
        self.put("</main></body></html>");
    }

    fn record(&mut self, told: &Told) {
        let dossier = self.telling.dossier;
        let entity = dossier.dictionary.entity(&told.entity);
        let kind = entity.map_or(&*told.entity, |entity| self.label(&entity.label));
        let title = told.record.as_ref().map_or("", |record| &*record.title);
        let deleted = if told.record.is_none() { self.say(" (supprimé)", " (deleted)") } else { "" };
        let between = if title.is_empty() { "" } else { " — " };
        self.put(format!("<section><h2>{}{between}{}{deleted}</h2>", escaped(kind), escaped(title)));
        if let (Some(record), Some(entity)) = (&told.record, entity) {
            self.fields(entity, record);
        }
        if !told.past.is_empty() {
            let history = self.say("Historique", "History");
            self.put(format!("<details><summary>{history} ({})</summary><table>", told.past.len()));
            let heads = [
                self.say("Moment", "Moment"),
                self.say("Ce qui s'est passé", "What happened"),
                self.say("Champ", "Field"),
                self.say("Avant", "Before"),
                self.say("Après", "After"),
            ];
            self.put("<thead><tr>");
            heads.iter().for_each(|head| self.put(format!("<th scope=\"col\">{head}</th>")));
            self.put("</tr></thead><tbody>");
            told.past.iter().for_each(|past| self.past(entity, past));
            self.put("</tbody></table></details>");
        }
        self.put("</section>");
    }

    fn fields(&mut self, entity: &Entity, record: &Record) {
        self.put("<dl>");
        for (index, field) in entity.fields.iter().enumerate() {
            let value = record.row.get(index);
            let shown =
                !field.secret && !field.kind.is_virtual() && field.name != "version" && !value.is_null();
            if !shown {
                continue;
            }
            let text = match value {
                Value::File(_) => self.past_value(value),
                _ => escaped(&text_of(self.telling, record, index)),
            };
            if !text.is_empty() {
                let label = escaped(self.label(&field.label));
                self.put(format!("<dt>{label}</dt><dd>{text}</dd>"));
            }
        }
        self.put("</dl>");
    }

    fn past(&mut self, entity: Option<&Entity>, past: &Past) {
        let happened = match past.operation {
            Operation::Create => self.say("création", "created"),
            Operation::Update => self.say("modification", "changed"),
            Operation::Delete => self.say("suppression", "deleted"),
        };
        let door = match past.origin {
            Origin::Import => self.say(", par un import", ", by an import"),
            Origin::Restore => self.say(", par une restauration", ", by a restoration"),
            Origin::Api | Origin::Flow | Origin::Script => self.say(", par un programme", ", by a program"),
            Origin::Web | Origin::Sync | Origin::System => "",
        };
        let at = self.moment(past.at);
        let count = past.changes.len().max(1);
        let head = format!("<td rowspan=\"{count}\">{at}</td><td rowspan=\"{count}\">{happened}{door}</td>");
        if past.changes.is_empty() {
            self.put(format!("<tr>{head}<td></td><td></td><td></td></tr>"));
        }
        for (place, change) in past.changes.iter().enumerate() {
            let known = entity.and_then(|entity| entity.field(&change.field));
            let label = escaped(known.map_or(&*change.field, |field| self.label(&field.label)));
            let (old, new) = (self.past_value(&change.old), self.past_value(&change.new));
            let head = if place == 0 { &*head } else { "" };
            self.put(format!("<tr>{head}<td>{label}</td><td>{old}</td><td>{new}</td></tr>"));
        }
    }

    fn past_value(&self, value: &Value) -> String {
        match value {
            Value::File(file) => match self.telling.files.get(&file.hash) {
                Some(name) => format!("<a href=\"{}\">{}</a>", escaped(name), escaped(&file.name)),
                None => escaped(&file.name),
            },
            Value::DateTime(at) => self.moment(*at),
            Value::Boolean(yes) => reading::yes_or_no(*yes, self.telling.language).to_owned(),
            value => escaped(&value::to_text(value)),
        }
    }

    fn named_by(&mut self) {
        let dossier = self.telling.dossier;
        if dossier.named_by.is_empty() {
            return;
        }
        let heading =
            self.say("Autres fiches qui nomment cette personne", "Other records that name this person");
        self.put(format!("<section><h2>{heading}</h2><table><tbody>"));
        for named in &dossier.named_by {
            let entity = dossier.dictionary.entity(&named.entity);
            let field = entity.and_then(|entity| entity.field(&named.field));
            let plural = escaped(entity.map_or(&*named.entity, |entity| self.label(&entity.plural)));
            let label = escaped(field.map_or(&*named.field, |field| self.label(&field.label)));
            let _ = write!(self.out, "<tr><td>{plural}</td><td>{label}</td><td>{}</td></tr>", named.count);
        }
        self.put("</tbody></table></section>");
    }
}

/// A text in HTML, be it in an attribute.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}
