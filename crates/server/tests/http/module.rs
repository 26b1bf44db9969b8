//! The module of the tests: `shop`.

pub const FILES: &[(&str, &str)] = &[
    (
        "module.toml",
        r#"name = "shop"
version = "1.0.0"
label = { fr = "Boutique", en = "Shop" }
"#,
    ),
    (
        "lists/account_kind.toml",
        r#"label = { fr = "Types", en = "Types" }
closed = true
[values.prospect]
label = { fr = "Prospect", en = "Prospect" }
[values.customer]
label = { fr = "Client", en = "Customer" }
colour = "sage"
[values.lost]
label = { fr = "Perdu", en = "Lost" }
"#,
    ),
    (
        "lists/colour_tag.toml",
        r#"label = { fr = "Étiquettes", en = "Tags" }
closed = false
[values.red]
label = { fr = "Rouge", en = "Red" }
[values.blue]
label = { fr = "Bleu", en = "Blue" }
"#,
    ),
    (
        "entities/account.toml",
        r#"label = { fr = "Tiers", en = "Account" }
plural = { fr = "Tiers", en = "Accounts" }
title = "{name}"
code = { prefix = "T", width = 6 }
search = ["name", "main_address.city"]
order = ["name"]
icon = "building"

[fields.name]
type = "text"
label = { fr = "Raison sociale", en = "Name" }
required = true
max_length = 120

[fields.kind]
type = "choice"
list = "account_kind"
label = { fr = "Type", en = "Type" }
default = "prospect"

[fields.tags]
type = "choices"
list = "colour_tag"
label = { fr = "Étiquettes", en = "Tags" }

[fields.siret]
type = "text"
label = { fr = "SIRET", en = "SIRET" }
unique = true
max_length = 14

[fields.owner]
type = "reference"
to = "user"
label = { fr = "Responsable", en = "Owner" }

[fields.main_address]
type = "address"
label = { fr = "Adresse", en = "Address" }

[fields.place]
type = "point"
label = { fr = "Position", en = "Position" }

[fields.turnover]
type = "money"
label = { fr = "Chiffre d'affaires", en = "Turnover" }

[fields.rate]
type = "decimal"
precision = 18
scale = 6
label = { fr = "Taux", en = "Rate" }

[fields.employees]
type = "integer"
min = "0"
label = { fr = "Effectif", en = "Employees" }

[fields.blocked]
type = "boolean"
label = { fr = "Bloqué", en = "Blocked" }
default = "false"

[fields.founded]
type = "date"
label = { fr = "Fondée le", en = "Founded" }

[fields.opens]
type = "time"
label = { fr = "Ouvre à", en = "Opens at" }

[fields.seen]
type = "datetime"
label = { fr = "Vu le", en = "Seen" }

[fields.delay]
type = "duration"
label = { fr = "Délai", en = "Delay" }

[fields.email]
type = "email"
label = { fr = "E-mail", en = "E-mail" }

[fields.notes]
type = "rich_text"
label = { fr = "Notes", en = "Notes" }

[fields.data]
type = "json"
label = { fr = "Données", en = "Data" }

[fields.contract]
type = "file"
label = { fr = "Contrat", en = "Contract" }
max_size_mb = 1
accept = ["application/pdf", "text/*"]

[fields.logo]
type = "image"
label = { fr = "Logo", en = "Logo" }

[fields.secret_note]
type = "text"
label = { fr = "Note secrète", en = "Secret note" }
secret = true

[rules.siret_is_long]
when = "siret != null"
require = "length(siret) = 14"
field = "siret"
message = { fr = "Ce SIRET n'est pas valide.", en = "This SIRET is not valid." }

[notify.owned]
field = "owner"
text = { fr = "vous a confié un tiers", en = "gave you an account" }
when = "not blocked"
[notify.mentioned]
field = "notes"
text = { fr = "vous cite à propos d'un tiers", en = "mentions you about an account" }

[states]
field = "kind"
[states.transitions.convert]
label = { fr = "Convertir", en = "Convert" }
from = ["prospect"]
to = "customer"
[states.transitions.lose]
label = { fr = "Perdre", en = "Lose" }
from = ["prospect", "customer"]
to = "lost"
"#,
    ),
    (
        "entities/quote.toml",
        r#"label = { fr = "Devis", en = "Quote" }
plural = { fr = "Devis", en = "Quotes" }
title = "{subject}"

[fields.subject]
type = "text"
label = { fr = "Objet", en = "Subject" }
required = true

[fields.account]
type = "reference"
to = "account"
label = { fr = "Tiers", en = "Account" }

[fields.about]
type = "related"
on_delete = "nullify"
label = { fr = "Concerne", en = "About" }

[fields.lines]
type = "lines"
of = "quote_line"
by = "quote"
label = { fr = "Lignes", en = "Lines" }

[fields.total]
type = "computed"
returns = "money"
formula = "sum(lines.amount)"
label = { fr = "Total", en = "Total" }
"#,
    ),
    (
        "entities/quote_line.toml",
        r#"label = { fr = "Ligne de devis", en = "Quote line" }
plural = { fr = "Lignes de devis", en = "Quote lines" }
title = "{text}"
lines_of = "quote"

[fields.quote]
type = "reference"
to = "quote"
on_delete = "cascade"
label = { fr = "Devis", en = "Quote" }
required = true

[fields.text]
type = "text"
label = { fr = "Texte", en = "Text" }
required = true

[fields.quantity]
type = "decimal"
scale = 2
precision = 10
min = "0"
label = { fr = "Quantité", en = "Quantity" }

[fields.price]
type = "money"
label = { fr = "Prix", en = "Price" }

[fields.checked_by]
type = "reference"
to = "user"
label = { fr = "Vérifiée par", en = "Checked by" }

[notify.asked]
field = "checked_by"
text = { fr = "vous demande de vérifier un devis", en = "asks you to check a quote" }

[fields.amount]
type = "computed"
returns = "money"
formula = "round(quantity * price, 2)"
label = { fr = "Montant", en = "Amount" }
"#,
    ),
];
