//! Full-text search: one index for the whole environment, as on SQLite. Texts are folded and cut into words here, not by PostgreSQL, so that
//! words are the same everywhere.

use std::collections::BTreeSet;

use dictionary::RecordId;
use dictionary::text::fold;

use crate::layout::Layout;
use crate::postgres::cell::Cell;
use crate::postgres::connection::Request;

/// Bytes of a word that PostgreSQL's index takes.
const WORD_MAX: usize = 2_000;

/// Bytes of words of one record, well under what an index entry may hold.
const WORDS_MAX: usize = 500_000;

const ACTION: &str = "index a row";

fn cut(folded: &str) -> impl DoubleEndedIterator<Item = &str> {
    folded.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty())
}

fn shortened(word: &str) -> &str {
    let mut end = word.len().min(WORD_MAX);
    while !word.is_char_boundary(end) {
        end -= 1;
    }
    &word[..end]
}

/// The words of a text, each once.
fn words(text: &str) -> Cell {
    let folded = fold(text);
    let mut room = WORDS_MAX;
    let words: BTreeSet<&str> = cut(&folded)
        .map(shortened)
        .take_while(|word| {
            let fits = room >= word.len();
            room = room.saturating_sub(word.len());
            fits
        })
        .collect();
    Cell::List(words.into_iter().map(|word| Cell::Text(word.to_owned())).collect())
}

/// A query of every word, the last of which may go on. `None` without any word.
pub(crate) fn query_of(text: &str) -> Option<String> {
    let folded = fold(text);
    // Words hold letters and digits only: nothing in them means anything to a query.
    let mut words: Vec<String> = cut(&folded).map(|word| format!("'{}'", shortened(word))).collect();
    let last = words.last_mut()?;
    if folded.chars().next_back().is_some_and(char::is_alphanumeric) {
        last.push_str(":*");
    }
    Some(words.join(" & "))
}

/// Makes a row found by `text` and nothing else.
pub(crate) fn replace(layout: &Layout, id: RecordId, text: Option<&str>) -> Request {
    let entity = Cell::Text(layout.entity.to_string());
    match text {
        None => remove(layout, id),
        Some(text) => {
            // Left alone when nothing changes: an update that keeps the text costs no index.
            let sql = "INSERT INTO _search AS s (record, entity, words)
                SELECT $1, number, array_to_tsvector($3::text[]) FROM _name WHERE name = $2
                ON CONFLICT (record, entity) DO UPDATE SET words = excluded.words WHERE s.words <> excluded.words";
            Request::new(ACTION, sql, vec![Cell::id(id), entity, words(text)])
        }
    }
}

/// Makes a row found no more.
pub(crate) fn remove(layout: &Layout, id: RecordId) -> Request {
    let sql = "DELETE FROM _search WHERE record = $1 AND entity = (SELECT number FROM _name WHERE name = $2)";
    Request::new(ACTION, sql, vec![Cell::id(id), Cell::Text(layout.entity.to_string())])
}
