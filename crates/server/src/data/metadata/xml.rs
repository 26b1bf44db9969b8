//! CSDL XML.

use std::fmt::Write as _;

use super::model::{COMPLEX, EntityType, Model, Navigation, Property, RECORD_OF};
use super::{CAPABILITIES, CONTAINER, FORMATS, NAMESPACE, VOCABULARIES};

pub(super) fn write(model: &Model<'_>) -> String {
    let mut out = String::with_capacity(64 * 1024);
    out.push_str("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n");
    out.push_str("<edmx:Edmx xmlns:edmx=\"http://docs.oasis-open.org/odata/ns/edmx\" Version=\"4.01\">\n");
    for (namespace, alias, address) in VOCABULARIES {
        push(
            &mut out,
            format_args!(
                "<edmx:Reference Uri=\"{address}.xml\">\
                 <edmx:Include Namespace=\"{namespace}\" Alias=\"{alias}\"/></edmx:Reference>\n"
            ),
        );
    }
    push(
        &mut out,
        format_args!(
            "<edmx:DataServices>\n<Schema xmlns=\"http://docs.oasis-open.org/odata/ns/edm\" Namespace=\"{NAMESPACE}\">\n"
        ),
    );
    for (name, parts) in COMPLEX {
        push(&mut out, format_args!("<ComplexType Name=\"{name}\">\n"));
        for (part, ty) in *parts {
            push(&mut out, format_args!("<Property Name=\"{part}\" Type=\"{ty}\"/>\n"));
        }
        out.push_str("</ComplexType>\n");
    }
    push(
        &mut out,
        format_args!(
            "<Term Name=\"{RECORD_OF}\" Type=\"Collection(Edm.String)\" Nullable=\"false\" AppliesTo=\"Property\"/>\n"
        ),
    );
    for ty in &model.types {
        entity_type(&mut out, ty);
    }
    push(&mut out, format_args!("<EntityContainer Name=\"{CONTAINER}\">\n"));
    for ty in &model.types {
        push(
            &mut out,
            format_args!("<EntitySet Name=\"{}\" EntityType=\"{NAMESPACE}.{}\">\n", ty.set, ty.name),
        );
        for navigation in &ty.navigations {
            let (name, set) = (navigation.name, navigation.target.1);
            push(&mut out, format_args!("<NavigationPropertyBinding Path=\"{name}\" Target=\"{set}\"/>\n"));
        }
        annotation(&mut out, "Common.Label", ty.plural);
        capabilities(&mut out, ty);
        out.push_str("</EntitySet>\n");
    }
    container(&mut out);
    out.push_str("</EntityContainer>\n</Schema>\n</edmx:DataServices>\n</edmx:Edmx>\n");
    out
}

fn entity_type(out: &mut String, ty: &EntityType<'_>) {
    push(out, format_args!("<EntityType Name=\"{}\">\n<Key><PropertyRef Name=\"id\"/></Key>\n", ty.name));
    for item in &ty.properties {
        property(out, item);
    }
    for item in &ty.navigations {
        navigation(out, item);
    }
    annotation(out, "Common.Label", ty.label);
    out.push_str("</EntityType>\n");
}

fn annotation(out: &mut String, term: &str, text: &str) {
    push(out, format_args!("<Annotation Term=\"{term}\" String=\"{}\"/>", escaped(text)));
}

/// What requests on a set may ask.
fn capabilities(out: &mut String, ty: &EntityType<'_>) {
    let restriction = |out: &mut String, term: &str, property: &str, holds: bool| {
        push(
            out,
            format_args!(
                "<Annotation Term=\"Capabilities.{term}\"><Record>\
                 <PropertyValue Property=\"{property}\" Bool=\"{holds}\"/></Record></Annotation>"
            ),
        );
    };
    restriction(out, "SearchRestrictions", "Searchable", ty.searchable);
    restriction(out, "CountRestrictions", "Countable", true);
    restriction(out, "ChangeTracking", "Supported", true);
    out.push_str(
        "<Annotation Term=\"Capabilities.TopSupported\" Bool=\"true\"/>\
         <Annotation Term=\"Capabilities.SkipSupported\" Bool=\"true\"/>\n",
    );
}

/// What requests to the whole may ask.
fn container(out: &mut String) {
    for (term, holds) in CAPABILITIES {
        push(out, format_args!("<Annotation Term=\"Capabilities.{term}\" Bool=\"{holds}\"/>"));
    }
    out.push_str("<Annotation Term=\"Capabilities.SupportedFormats\"><Collection>");
    for format in FORMATS {
        push(out, format_args!("<String>{format}</String>"));
    }
    out.push_str("</Collection></Annotation>\n");
}

fn property(out: &mut String, property: &Property<'_>) {
    let ty =
        if property.collection { format!("Collection({})", property.ty) } else { property.ty.to_owned() };
    push(out, format_args!("<Property Name=\"{}\" Type=\"{ty}\"", property.name));
    if !property.nullable {
        out.push_str(" Nullable=\"false\"");
    }
    for (facet, value) in
        [("MaxLength", property.max_length), ("Precision", property.precision), ("Scale", property.scale)]
    {
        if let Some(value) = value {
            push(out, format_args!(" {facet}=\"{value}\""));
        }
    }
    out.push('>');
    annotation(out, "Common.Label", property.label);
    if let Some(help) = property.help {
        annotation(out, "Core.Description", help);
    }
    if property.computed {
        out.push_str(
            "<Annotation Term=\"Core.Computed\" Bool=\"true\"/>\
             <Annotation Term=\"Core.Permissions\"><EnumMember>Core.Permission/Read</EnumMember></Annotation>",
        );
    }
    if !property.choices.is_empty() {
        out.push_str("<Annotation Term=\"Validation.AllowedValues\"><Collection>");
        for (tag, label) in &property.choices {
            push(
                out,
                format_args!("<Record><PropertyValue Property=\"Value\" String=\"{}\"/>", escaped(tag)),
            );
            annotation(out, "Common.Label", label);
            out.push_str("</Record>");
        }
        out.push_str("</Collection></Annotation>");
    }
    if !property.record_of.is_empty() {
        push(out, format_args!("<Annotation Term=\"{NAMESPACE}.{RECORD_OF}\"><Collection>"));
        for entity in &property.record_of {
            push(out, format_args!("<String>{entity}</String>"));
        }
        out.push_str("</Collection></Annotation>");
    }
    out.push_str("</Property>\n");
}

fn navigation(out: &mut String, navigation: &Navigation<'_>) {
    let (target, _) = navigation.target;
    let ty = if navigation.collection {
        format!("Collection({NAMESPACE}.{target})")
    } else {
        format!("{NAMESPACE}.{target}")
    };
    push(out, format_args!("<NavigationProperty Name=\"{}\" Type=\"{ty}\"", navigation.name));
    if !navigation.nullable && !navigation.collection {
        out.push_str(" Nullable=\"false\"");
    }
    match &navigation.constraint {
        Some((own, theirs)) => push(
            out,
            format_args!(
                "><ReferentialConstraint Property=\"{own}\" ReferencedProperty=\"{theirs}\"/></NavigationProperty>\n"
            ),
        ),
        None => out.push_str("/>\n"),
    }
}

fn push(out: &mut String, text: std::fmt::Arguments<'_>) {
    // Writing to a String cannot fail.
    let _ = out.write_fmt(text);
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
