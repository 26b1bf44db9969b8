//! What addresses take: `OPTIONS`, and the answer to a method that they don't take.

use axum::http::header::{self, HeaderValue};
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};
use dictionary::model::{Dictionary, Entity};

use crate::body::discard;
use crate::data::resource::{IMPORT_TASKS, Resource};
use crate::data::shape::property_name;
use crate::data::{Asked, entity_of, files};
use crate::problem::Problem;

/// Methods that addresses take, those of one address together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Methods {
    Delete,
    DeleteAlone,
    File,
    FileAndPost,
    Patch,
    PatchAndDelete,
    Post,
    Put,
    PutAndDelete,
    ReadAndPutAndDelete,
    Read,
    ReadAndPatch,
    ReadAndPost,
    Record,
}

impl Methods {
    /// As `Allow` says them.
    pub(crate) fn text(self) -> &'static str {
        match self {
            Methods::Delete => "DELETE, GET, HEAD, OPTIONS",
            Methods::DeleteAlone => "DELETE, OPTIONS",
            Methods::PatchAndDelete => "DELETE, OPTIONS, PATCH",
            Methods::File => "DELETE, GET, HEAD, OPTIONS, PUT",
            Methods::FileAndPost => "DELETE, GET, HEAD, OPTIONS, POST, PUT",
            Methods::Patch => "OPTIONS, PATCH",
            Methods::Post => "OPTIONS, POST",
            Methods::Put => "OPTIONS, PUT",
            Methods::PutAndDelete => "DELETE, OPTIONS, PUT",
            Methods::ReadAndPutAndDelete => "DELETE, GET, HEAD, OPTIONS, PUT",
            Methods::Read => "GET, HEAD, OPTIONS",
            Methods::ReadAndPatch => "GET, HEAD, OPTIONS, PATCH",
            Methods::ReadAndPost => "GET, HEAD, OPTIONS, POST",
            Methods::Record => "DELETE, GET, HEAD, OPTIONS, PATCH, PUT",
        }
    }
}

/// Whether a request only looks, so that whoever looks as somebody else may ask it. A batch is told part by part; going back to oneself is what
/// one may always do. A file with a whole list is more than a look.
pub(crate) fn looks(method: &Method, resource: &Resource) -> bool {
    match resource {
        Resource::Export(_) | Resource::SubjectPart(..) | Resource::Archive | Resource::KeptArchive(_) => {
            false
        }
        Resource::Batch | Resource::Query(_) | Resource::ViewAs => true,
        _ => matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS),
    }
}

/// Methods of an address; not found where its collection or its member is not.
fn allowed(dictionary: &Dictionary, resource: &Resource) -> Result<Methods, Problem> {
    use Resource as R;
    if let R::Collection(collection)
    | R::Count(collection)
    | R::Query(collection)
    | R::Export(collection)
    | R::Record(collection, _)
    | R::History(collection, _)
    | R::Presence(collection, _)
    | R::Restore(collection, _)
    | R::Member(collection, ..)
    | R::Value(collection, ..) = resource
    {
        let entity = entity_of(dictionary, collection)?;
        if let R::Member(_, _, name) = resource {
            return of_member(entity, name).ok_or_else(Problem::not_found);
        }
    }
    Ok(match resource {
        R::Batch
        | R::Files
        | R::Query(_)
        | R::PersonPart(..)
        | R::NotificationsRead
        | R::ProvisioningTokens
        | R::Restore(..)
        | R::ErasureResume(_)
        | R::ExpiringRun(_) => Methods::Post,
        R::SubjectPart(_, _, part) if part == "erase" => Methods::Post,
        R::Archives | R::Collection(_) | R::List(_) | R::Views | R::Favourites | R::Imports | R::People => {
            Methods::ReadAndPost
        }
        R::Preferences | R::SignInRules => Methods::ReadAndPatch,
        R::Favourite(_) | R::ProvisioningToken(_) => Methods::DeleteAlone,
        R::Import(_) => Methods::Delete,
        R::ImportPart(_, part) if IMPORT_TASKS.contains(&part.as_str()) => Methods::Post,
        R::Person(_) => Methods::PatchAndDelete,
        R::ListValue(..) | R::Notification(_) => Methods::Patch,
        R::View(_) => Methods::PatchAndDelete,
        R::Presence(..) | R::Assistance(_) | R::ProvisionedGroup(_) => Methods::Put,
        R::Profile(_) => Methods::PutAndDelete,
        R::ViewAs => Methods::ReadAndPutAndDelete,
        R::Record(..) => Methods::Record,
        R::Service
        | R::Dictionary
        | R::Metadata
        | R::OpenApi
        | R::Search
        | R::Status
        | R::Notifications
        | R::ImportPart(..)
        | R::Journal
        | R::Archive
        | R::KeptArchive(_)
        | R::Logo
        | R::Figures
        | R::Security
        | R::SignIns
        | R::Subject(..)
        | R::SubjectPart(..)
        | R::Erasures
        | R::Expiring
        | R::Accesses
        | R::Exports
        | R::Erasure(_)
        | R::Profiles
        | R::Rights
        | R::Why
        | R::Assistances
        | R::Provisioning
        | R::Subscription
        | R::Count(_)
        | R::Export(_)
        | R::Member(..)
        | R::Value(..)
        | R::History(..) => Methods::Read,
    })
}

/// Methods of a member of records: a value is read, a file also written, a transition run. A name may be that of a value and of a
/// transition.
fn of_member(entity: &Entity, name: &str) -> Option<Methods> {
    let mut shown = entity.fields.iter().filter(|field| !field.secret && !field.kind.is_virtual());
    let field =
        shown.find(|field| property_name(field) == name || field.name == name && files::holds_file(field));
    let mut transitions = entity.states.iter().flat_map(|states| &states.transitions);
    let runs = transitions.any(|transition| transition.name == name);
    Some(match (field.map(files::holds_file), runs) {
        (Some(true), false) => Methods::File,
        (Some(true), true) => Methods::FileAndPost,
        (Some(false), false) => Methods::Read,
        (Some(false), true) => Methods::ReadAndPost,
        (None, true) => Methods::Post,
        (None, false) => return None,
    })
}

/// The refusal of a request for a member that is none, or is one that takes other methods.
pub(crate) fn not_this_way(entity: &Entity, name: &str) -> Problem {
    match of_member(entity, name) {
        Some(methods) => Problem::method_not_allowed(Some(methods)),
        None => Problem::not_found(),
    }
}

/// The request, if a member of a record takes its method: what else is wrong with it does not matter otherwise.
pub(crate) async fn admitted(
    mut asked: Asked,
    method: &Method,
    resource: &Resource,
) -> Result<Asked, Problem> {
    let Resource::Member(collection, _, name) = resource else { return Ok(asked) };
    if !matches!(*method, Method::POST | Method::PUT | Method::DELETE) {
        return Ok(asked);
    }
    let (method, collection, name) = (method.clone(), collection.clone(), name.clone());
    let known = asked.cx.in_environment(&asked.environment, move |entered| {
        let dictionary = entered.dictionary();
        let entity = entity_of(&dictionary, &collection)?;
        let methods = of_member(entity, &name).ok_or_else(Problem::not_found)?;
        let takes = methods.text().split(", ").any(|taken| taken == method.as_str());
        if takes { Ok(()) } else { Err(Problem::method_not_allowed(Some(methods))) }
    });
    if let Err(problem) = known.await {
        discard(std::mem::take(&mut asked.body)).await;
        return Err(problem);
    }
    Ok(asked)
}

/// Says which methods an address takes.
pub(crate) async fn options_show(asked: Asked, resource: Resource) -> Result<Response, Problem> {
    let methods = methods(asked, resource).await?;
    Ok((StatusCode::NO_CONTENT, [(header::ALLOW, HeaderValue::from_static(methods.text()))]).into_response())
}

/// Refuses a method, and says which ones there are.
pub(crate) async fn refuse_method(mut asked: Asked, resource: Resource) -> Result<Response, Problem> {
    discard(std::mem::take(&mut asked.body)).await;
    Err(Problem::method_not_allowed(Some(methods(asked, resource).await?)))
}

async fn methods(asked: Asked, resource: Resource) -> Result<Methods, Problem> {
    let known =
        asked.cx.in_environment(&asked.environment, move |entered| allowed(&entered.dictionary(), &resource));
    known.await
}
