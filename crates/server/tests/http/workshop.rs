//! A module of which every field has a conduct: shown or not, open or not, computed, by default, with rules; with lines.

pub const FILES: &[(&str, &str)] = &[
    (
        "module.toml",
        r#"name = "workshop"
version = "1.0.0"
label = { fr = "Atelier", en = "Workshop" }
"#,
    ),
    (
        "lists/quote_state.toml",
        r#"label = { fr = "États", en = "States" }
closed = true
[values.draft]
label = { fr = "Brouillon", en = "Draft" }
[values.sent]
label = { fr = "Envoyé", en = "Sent" }
[values.won]
label = { fr = "Gagné", en = "Won" }
"#,
    ),
    (
        "lists/quote_kind.toml",
        r#"label = { fr = "Sortes", en = "Kinds" }
closed = true
[values.sale]
label = { fr = "Vente", en = "Sale" }
[values.rental]
label = { fr = "Location", en = "Rental" }
"#,
    ),
    (
        "entities/product.toml",
        r#"label = { fr = "Article", en = "Product" }
plural = { fr = "Articles", en = "Products" }
title = "{name}"
[fields.name]
type = "text"
label = { fr = "Nom", en = "Name" }
required = true
[fields.price]
type = "money"
label = { fr = "Prix", en = "Price" }
required = true
[fields.vat]
type = "decimal"
scale = 2
label = { fr = "TVA", en = "VAT" }
default = "20"
[fields.price_with_vat]
type = "computed"
returns = "money"
formula = "price * (1 + vat / 100)"
label = { fr = "Prix TTC", en = "Price with VAT" }
[fields.sold]
type = "computed"
returns = "decimal"
scale = 3
formula = "sum(quote_lines.quantity)"
label = { fr = "Vendus", en = "Sold" }
[fields.sellable]
type = "boolean"
label = { fr = "Vendable", en = "May be sold" }
default = "true"
"#,
    ),
    (
        "entities/quote.toml",
        r#"label = { fr = "Devis", en = "Quote" }
plural = { fr = "Devis", en = "Quotes" }
collection = "quotes"
title = "{code}"
code = { prefix = "D", width = 6 }
[fields.state]
type = "choice"
list = "quote_state"
label = { fr = "État", en = "State" }
[fields.kind]
type = "choice"
list = "quote_kind"
label = { fr = "Sorte", en = "Kind" }
required = true
default = "sale"
[fields.subject]
type = "text"
label = { fr = "Objet", en = "Subject" }
required = true
min_length = 3
max_length = 20
[fields.months]
type = "integer"
label = { fr = "Durée en mois", en = "Months" }
required = true
min = "1"
max = "120"
visible = "kind = 'rental'"
[fields.starts_on]
type = "date"
label = { fr = "Début", en = "Starts" }
default = "today()"
[fields.ends_on]
type = "date"
label = { fr = "Fin", en = "Ends" }
visible = "months > 12 or starts_on = null"
[fields.discount]
type = "decimal"
scale = 2
min = "0"
max = "100"
label = { fr = "Remise", en = "Discount" }
default = "if(kind = 'rental', 5, 0)"
editable = "state = 'draft'"
[fields.reason]
type = "long_text"
label = { fr = "Motif de la remise", en = "Why the discount" }
visible = "discount > 10"
[fields.warranty_product]
type = "reference"
to = "product"
label = { fr = "Garantie", en = "Warranty" }
[fields.seller]
type = "reference"
to = "user"
label = { fr = "Vendeur", en = "Seller" }
default = "me()"
[fields.origin]
type = "text"
label = { fr = "Origine", en = "Origin" }
editable = "created_at = null"
[fields.lines]
type = "lines"
of = "quote_line"
by = "quote"
label = { fr = "Lignes", en = "Lines" }
visible = "subject != null"
[fields.gross]
type = "computed"
returns = "money"
formula = "sum(lines.amount)"
label = { fr = "Brut", en = "Gross" }
[fields.total]
type = "computed"
returns = "money"
formula = "gross * (1 - coalesce(discount, 0) / 100) + coalesce(warranty_product.price_with_vat, 0)"
label = { fr = "Total", en = "Total" }
[fields.line_count]
type = "computed"
returns = "integer"
formula = "count(lines, quantity > 0)"
label = { fr = "Lignes", en = "Lines" }
[fields.days]
type = "computed"
returns = "integer"
formula = "ends_on - starts_on"
label = { fr = "Jours", en = "Days" }
[fields.is_late]
type = "computed"
returns = "boolean"
formula = "ends_on < today()"
label = { fr = "En retard", en = "Late" }
[fields.mine]
type = "computed"
returns = "boolean"
formula = "seller = me()"
label = { fr = "À moi", en = "Mine" }
[rules.dates]
when = "starts_on != null and ends_on != null"
require = "starts_on <= ends_on"
field = "ends_on"
message = { fr = "La fin vient après le début.", en = "The end comes after the start." }
[rules.reason]
when = "discount > 50"
require = "reason != null"
field = "reason"
message = { fr = "Dites pourquoi.", en = "Say why." }
[rules.enough]
require = "total >= 0 or count(lines) = 0"
message = { fr = "Le total ne peut pas être négatif.", en = "The total cannot be negative." }
[rules.warranty]
when = "warranty_product != null"
require = "warranty_product.sellable"
field = "warranty_product"
message = { fr = "Cette garantie ne se vend plus.", en = "This warranty is no longer sold." }
[rules.stock]
require = "warranty_product = null or warranty_product.sold < 1000"
message = { fr = "Trop vendu.", en = "Sold too much." }
[states]
field = "state"
initial = "draft"
[states.transitions.send]
label = { fr = "Envoyer", en = "Send" }
from = ["draft"]
to = "sent"
require = "line_count > 0"
[states.transitions.win]
label = { fr = "Gagner", en = "Win" }
from = ["sent"]
to = "won"
"#,
    ),
    (
        "entities/quote_line.toml",
        r#"label = { fr = "Ligne", en = "Line" }
plural = { fr = "Lignes", en = "Lines" }
title = "{label}"
lines_of = "quote"
[fields.quote]
type = "reference"
to = "quote"
label = { fr = "Devis", en = "Quote" }
required = true
on_delete = "cascade"
[fields.product]
type = "reference"
to = "product"
label = { fr = "Article", en = "Product" }
[fields.label]
type = "text"
label = { fr = "Libellé", en = "Label" }
required = true
default = "product.name"
[fields.quantity]
type = "decimal"
scale = 3
label = { fr = "Quantité", en = "Quantity" }
required = true
default = "1"
[fields.price]
type = "money"
label = { fr = "Prix", en = "Price" }
default = "product.price"
editable = "quote.kind = 'sale'"
[fields.discount]
type = "decimal"
scale = 2
label = { fr = "Remise", en = "Discount" }
default = "quote.discount"
[fields.note]
type = "text"
label = { fr = "Note", en = "Note" }
visible = "amount > 100"
[fields.amount]
type = "computed"
returns = "money"
formula = "round(quantity * price * (1 - coalesce(discount, 0) / 100), 2)"
label = { fr = "Montant", en = "Amount" }
[fields.share]
type = "computed"
returns = "decimal"
scale = 4
formula = "if(quote.gross = 0, null, amount / quote.gross)"
label = { fr = "Part", en = "Share" }
[rules.quantity]
require = "quantity != 0"
field = "quantity"
message = { fr = "Une quantité n'est pas nulle.", en = "A quantity is not zero." }
[rules.discount]
when = "quote.kind = 'rental'"
require = "discount = null or discount <= 30"
field = "discount"
message = { fr = "Pas plus de 30 % en location.", en = "No more than 30% when renting." }
"#,
    ),
];
