//! What a content is to be used as, and why one does not fit.

use axum::http::StatusCode;
use contents::PictureError;
use dictionary::field_types::Invalid;
use dictionary::model::Field;
use dictionary::{Label, Language};
use engine::FieldProblem;

use crate::problem::Problem;

/// What a content is to be used as.
#[derive(Debug, Clone)]
pub(in crate::data) enum Use {
    /// In this field, which shows a picture.
    Picture { field: String },
    /// In this field, which keeps what it is given.
    File { field: String },
    /// By a record that is not there yet; a picture is made anew unless the bytes are asked to stay as they are.
    Later { as_it_is: bool },
}

impl Use {
    /// In a field that holds a file.
    pub(in crate::data) fn of(field: &Field) -> Use {
        match field.kind.name() {
            "file" => Use::File { field: field.name.clone() },
            _ => Use::Picture { field: field.name.clone() },
        }
    }

    pub(super) fn is_picture(&self) -> bool {
        matches!(self, Use::Picture { .. })
    }

    /// Whether a picture among what is sent is made anew.
    pub(super) fn wants_anew(&self) -> bool {
        matches!(self, Use::Picture { .. } | Use::Later { as_it_is: false })
    }

    /// What is said to whoever sent a content that does not fit.
    pub(super) fn refuses(&self, unfit: &Unfit) -> Problem {
        let Invalid { code, message } = unfit.said();
        match self {
            Use::Picture { field } | Use::File { field } => {
                FieldProblem { field: field.clone(), code, message }.into()
            }
            Use::Later { .. } => {
                let said = |language| message.text(language).to_owned();
                let (fr, en) = (said(Language::Fr), said(Language::En));
                Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "validation", fr, en)
            }
        }
    }
}

/// Why a content does not fit.
#[derive(Debug)]
pub(in crate::data) enum Unfit {
    Program,
    NoPicture {
        media_type: String,
    },
    /// It was kept as a file, and still says where it was taken.
    NotMadeAnew,
    TooManyPoints {
        width: u32,
        height: u32,
    },
    Damaged,
}

impl From<PictureError> for Unfit {
    fn from(error: PictureError) -> Unfit {
        match error {
            PictureError::TooLarge { width, height } => Unfit::TooManyPoints { width, height },
            PictureError::Unknown | PictureError::Damaged(_) => Unfit::Damaged,
        }
    }
}

impl Unfit {
    pub(in crate::data) fn said(&self) -> Invalid {
        let (code, fr, en) = match self {
            Unfit::Program => (
                "program",
                "C'est un programme, quel que soit son nom : il n'est pas accepté. Mettez-le dans une archive ZIP s'il faut vraiment le transmettre.".to_owned(),
                "This is a program, whatever it is called: it is not taken. Put it into a ZIP archive if it really has to be handed on.".to_owned(),
            ),
            Unfit::NoPicture { media_type } => (
                "file_type",
                format!("Ce contenu ({media_type}) n'est pas une image qui s'affiche ici ; envoyez-la en JPEG, PNG, GIF ou WebP."),
                format!("This content ({media_type}) is no picture that is shown here; send it as JPEG, PNG, GIF or WebP."),
            ),
            Unfit::NotMadeAnew => (
                "not_made_anew",
                "Cette image dit encore où, quand ou par qui elle a été faite : envoyez-la de nouveau par POST à $files, sans ?as=file.".to_owned(),
                "This picture still says where, when or by whom it was made: send it again by POST to $files, without ?as=file.".to_owned(),
            ),
            Unfit::TooManyPoints { width, height } => (
                "picture_too_large",
                format!("Cette image de {width} × {height} points est trop grande ; réduisez-la à 64 millions de points au plus."),
                format!("This picture of {width} × {height} points is too large; make it 64 million points at most."),
            ),
            Unfit::Damaged => (
                "damaged",
                "Cette image est abîmée ; enregistrez-la à nouveau avant de l'envoyer.".to_owned(),
                "This picture is damaged; save it again before sending it.".to_owned(),
            ),
        };
        Invalid { code, message: Label::new(&fr, &en) }
    }
}
