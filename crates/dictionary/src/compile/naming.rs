//! Titles, searched paths and default sorts.

use crate::compile::Compiling;
use crate::compile::entities::EntityDraft;
use crate::compile::expressions::type_text;
use crate::compile::reader::Given;
use crate::diagnostics::Finding;
use crate::expression::{Node, Span, Type, Typed};
use crate::model::{Dictionary, Entity, EntityIndex, Sort, Title, TitlePart};

/// Title, search and order of an entity.
pub(crate) fn read(
    cx: &Compiling<'_>,
    dictionary: &Dictionary,
    entity: EntityIndex,
    draft: &EntityDraft<'_>,
) -> (Title, Vec<Typed>, Vec<Sort>) {
    let title = match draft.title {
        Some(given) => read_title(cx, dictionary, entity, given),
        None => default_title(dictionary, entity),
    };
    let search = match &draft.search {
        Some(paths) => read_search(cx, dictionary, entity, paths),
        None => default_search(dictionary, entity, &title),
    };
    let order = match &draft.order {
        Some(paths) => read_order(cx, dictionary, entity, paths),
        // Lines stay in the order they were written in; anything else shows the newest first.
        None => {
            let newest_first = dictionary.entities[entity].lines_of.is_none();
            sort(dictionary, entity, "created_at", newest_first).into_iter().collect()
        }
    };
    (title, search, order)
}

/// Reads `{name} — {account}`; `{{` and `}}` are braces.
fn read_title(cx: &Compiling<'_>, dictionary: &Dictionary, entity: EntityIndex, given: Given<&str>) -> Title {
    let source = given.value;
    let mut parts = Vec::new();
    let mut text = String::new();
    let mut rest = source;
    while let Some(at) = rest.find(['{', '}']) {
        text.push_str(&rest[..at]);
        let brace = &rest[at..=at];
        let after = &rest[at + 1..];
        if let Some(doubled) = after.strip_prefix(brace) {
            text.push_str(brace);
            rest = doubled;
            continue;
        }
        let Some(end) = after.find('}').filter(|_| brace == "{") else {
            let start = source.len() - rest.len() + at;
            cx.findings.push(Finding::new(
                cx.inside(given, Span { start, end: start + 1 }),
                "title",
                "accolade seule : un titre contient des `{champ}`, et `{{` pour une accolade",
                "lone brace: a title holds `{field}`s, and `{{` for a brace",
            ));
            break;
        };
        if !text.is_empty() {
            parts.push(TitlePart::Text(std::mem::take(&mut text)));
        }
        let start = source.len() - after.len();
        let place = cx.inside(given, Span { start, end: start + end });
        if let Some(typed) = cx.path(dictionary, entity, Given { value: &after[..end], place }) {
            parts.push(TitlePart::Path(typed));
        }
        rest = &after[end + 1..];
    }
    text.push_str(rest);
    if !text.is_empty() {
        parts.push(TitlePart::Text(text));
    }
    Title { source: source.to_owned(), parts }
}

/// The first text field; else the number; else the first field that is text in some way; else the identity.
fn default_title(dictionary: &Dictionary, entity: EntityIndex) -> Title {
    let fields = &dictionary.entities[entity].fields;
    let own = || fields.iter().filter(|f| !f.system && !f.secret);
    let is_text = |f: &&crate::model::Field| f.kind.expression_type(&f.options) == Type::Text;
    let field = own()
        .find(|f| f.kind.name() == "text")
        .or_else(|| fields.iter().find(|f| f.system && f.name == "code"))
        .or_else(|| own().find(is_text))
        .or_else(|| own().find(|f| f.kind.name() == "reference"));
    let name = field.map_or("id", |field| field.name.as_str());
    let parts = dictionary.path_at(entity, name).map(TitlePart::Path).into_iter().collect();
    Title { source: format!("{{{name}}}"), parts }
}

fn read_search(
    cx: &Compiling<'_>,
    dictionary: &Dictionary,
    entity: EntityIndex,
    paths: &[Given<&str>],
) -> Vec<Typed> {
    let mut search = Vec::new();
    for given in paths {
        let Some(typed) = cx.path(dictionary, entity, *given) else { continue };
        if typed.ty == Type::Text && matches!(typed.node, Node::Path(_)) {
            search.push(typed);
        } else if typed.ty == Type::Text {
            cx.findings.push(momentary(*given));
        } else {
            let (path, found) = (given.value, type_text(&typed.ty));
            cx.findings.push(Finding::new(
                given.place,
                "type",
                format!("la recherche lit des textes ; `{path}` est de type {found}"),
                format!("search reads texts; `{path}` is of type {found}"),
            ));
        }
    }
    search
}

/// A virtual computed field has no value that an index could hold.
fn momentary(given: Given<&str>) -> Finding {
    let path = given.value;
    Finding::new(
        given.place,
        "type",
        format!("`{path}` dépend du moment ou de la personne : ni tri par défaut, ni recherche"),
        format!("`{path}` depends on the moment or the person: neither default sort nor search"),
    )
}

/// Texts that the title names, and the number.
fn default_search(dictionary: &Dictionary, entity: EntityIndex, title: &Title) -> Vec<Typed> {
    let mut search: Vec<Typed> = Vec::new();
    for part in &title.parts {
        match part {
            TitlePart::Path(typed) if typed.ty == Type::Text && !is_choice(dictionary, typed) => {
                search.push(typed.clone());
            }
            _ => {}
        }
    }
    let numbered = dictionary.entities[entity].code.is_some();
    let number = dictionary.path_at(entity, "code").ok().filter(|_| numbered);
    search.extend(number.filter(|typed| !search.iter().any(|other| other.node == typed.node)));
    search
}

fn is_choice(dictionary: &Dictionary, typed: &Typed) -> bool {
    match &typed.node {
        Node::Path(path) => dictionary.entities[path.entity].fields[path.field].kind.name() == "choice",
        _ => false,
    }
}

/// A sort, as `order` says it; reports what nothing is sorted by.
pub(crate) fn read_order(
    cx: &Compiling<'_>,
    dictionary: &Dictionary,
    entity: EntityIndex,
    paths: &[Given<&str>],
) -> Vec<Sort> {
    let mut order = Vec::new();
    for given in paths {
        let (value, descending) = match given.value.strip_prefix('-') {
            Some(path) => (path, true),
            None => (given.value, false),
        };
        let Some(path) = cx.path(dictionary, entity, Given { value, place: given.place }) else { continue };
        if !matches!(path.node, Node::Path(_)) {
            cx.findings.push(momentary(*given));
        } else if is_sortable(&path.ty) {
            order.push(Sort { path, descending });
        } else {
            let found = type_text(&path.ty);
            cx.findings.push(Finding::new(
                given.place,
                "type",
                format!("on ne trie pas par `{value}`, de type {found}"),
                format!("nothing is sorted by `{value}`, of type {found}"),
            ));
        }
    }
    order
}

/// Whether values of a type have an order that means something to people.
fn is_sortable(ty: &Type) -> bool {
    !matches!(
        ty,
        Type::Tags | Type::Point | Type::Address | Type::File | Type::Json | Type::Records(_) | Type::Null
    )
}

fn sort(dictionary: &Dictionary, entity: EntityIndex, path: &str, descending: bool) -> Option<Sort> {
    dictionary.path_at(entity, path).ok().map(|path| Sort { path, descending })
}

/// Reports titles that need each other: the name of a record would never end.
pub(crate) fn check_circles(cx: &Compiling<'_>, dictionary: &Dictionary, drafts: &[EntityDraft<'_>]) {
    for (entity, draft) in drafts.iter().enumerate() {
        let mut circle = vec![entity];
        if leads_back(dictionary, entity, &mut circle) {
            let names: Vec<&str> =
                circle.iter().chain([&entity]).map(|&e| dictionary.entities[e].name.as_str()).collect();
            let names = names.join(" → ");
            let place = draft.title.map_or(draft.place, |given| given.place);
            cx.findings.push(Finding::new(
                place,
                "title_cycle",
                format!("ce titre contient celui d'une autre fiche, qui le contient à son tour : {names}"),
                format!("this title holds that of another record, which holds it in turn: {names}"),
            ));
        }
    }
}

fn leads_back(dictionary: &Dictionary, start: EntityIndex, circle: &mut Vec<EntityIndex>) -> bool {
    let Some(&at) = circle.last() else { return false };
    for next in title_references(dictionary, &dictionary.entities[at]) {
        if next == start {
            return true;
        }
        if !circle.contains(&next) {
            circle.push(next);
            if leads_back(dictionary, start, circle) {
                return true;
            }
            circle.pop();
        }
    }
    false
}

/// Entities whose titles are part of an entity's title.
fn title_references(dictionary: &Dictionary, entity: &Entity) -> Vec<EntityIndex> {
    let mut entities = Vec::new();
    for part in &entity.title.parts {
        let TitlePart::Path(Typed { node: Node::Path(path), .. }) = part else { continue };
        let field = &dictionary.entities[path.entity].fields[path.field];
        if field.kind.name() == "reference" && path.part.is_none() {
            entities.extend(field.options.to.as_deref().and_then(|to| dictionary.entity_index(to)));
        }
    }
    entities
}
