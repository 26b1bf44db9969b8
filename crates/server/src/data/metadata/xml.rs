//! CSDL XML.

use std::fmt::Write as _;

use super::model::{COMPLEX, EntityType, Model, Navigation, Property};
use super::{CONTAINER, NAMESPACE};

pub(super) fn write(model: &Model<'_>) -> String {
    let mut out = String::with_capacity(64 * 1024);
    out.push_str("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n");
    out.push_str("<edmx:Edmx xmlns:edmx=\"http://docs.oasis-open.org/odata/ns/edmx\" Version=\"4.01\">\n");
    out.push_str(
        "<edmx:Reference Uri=\"https://oasis-tcs.github.io/odata-vocabularies/vocabularies/Org.OData.Core.V1.xml\">\
         <edmx:Include Namespace=\"Org.OData.Core.V1\" Alias=\"Core\"/></edmx:Reference>\n",
    );
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
        out.push_str("</EntitySet>\n");
    }
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
    push(
        out,
        format_args!(
            "<Annotation Term=\"Core.Description\" String=\"{}\"/>\n</EntityType>\n",
            escaped(ty.label)
        ),
    );
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
    push(
        out,
        format_args!("><Annotation Term=\"Core.Description\" String=\"{}\"/>", escaped(property.label)),
    );
    if property.computed {
        out.push_str("<Annotation Term=\"Core.Computed\" Bool=\"true\"/>");
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
