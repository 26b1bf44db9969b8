//! What a move from one store to another needs of an environment: nothing written meanwhile, what the journal does not tell, search.

use store::StoreError;

use crate::caller::Caller;
use crate::environment::Environment;
use crate::error::{EngineError, damaged, failed};
use crate::replay::index_page;

/// Notes that say something of the store they are in begin so.
const OF_THE_STORE: &str = "_";

impl Environment {
    /// Refuses whatever would be written from here on, by whomever and from whatever process, with [`StoreError::Held`]; or no more. Reads go on.
    ///
    /// Errors: the store cannot be written.
    pub fn hold(&self, held: bool) -> Result<(), EngineError> {
        self.shared.write(move |tx| {
            tx.hold(held);
            Ok(())
        })?;
        Ok(())
    }

    /// Whether writes are refused.
    ///
    /// Errors: the store cannot be read.
    pub fn is_held(&self) -> Result<bool, EngineError> {
        Ok(self.head()?.held)
    }

    /// Takes over what `source` keeps beside its journal: notes, and how far numbers are.
    ///
    /// Errors: a store cannot be read or written; this one ends elsewhere than `source`.
    pub fn take_over_rest(&self, source: &Environment) -> Result<(), EngineError> {
        let (notes, counters, head) = {
            let snapshot = source.shared.store.snapshot().map_err(failed("read the environment"))?;
            let notes = snapshot.notes("").map_err(failed("read the notes"))?;
            let counters = snapshot.counters().map_err(failed("read the counters"))?;
            (notes, counters, snapshot.head().map_err(failed("read the journal's head"))?)
        };
        self.shared.write(move |tx| {
            let here = tx.head().map_err(failed("read the journal's head"))?;
            if (here.position, here.digest, here.chain) != (head.position, head.digest, head.chain) {
                return Err(damaged("what was moved does not end where it should"));
            }
            for (key, value) in notes.iter().filter(|(key, _)| !key.starts_with(OF_THE_STORE)) {
                tx.set_note(key, Some(value)).map_err(failed("take a note over"))?;
            }
            for (counter, last) in &counters {
                tx.next_number(counter, *last).map_err(failed("take a counter over"))?;
            }
            Ok(())
        })?;
        Ok(())
    }

    /// Makes full-text search find every record, a page at a time: others may write in between. `each` is told how many more are done.
    ///
    /// Errors: the store cannot be read or written.
    pub fn search_again(
        &self,
        caller: &Caller,
        each: &mut dyn FnMut(u64) -> Result<(), EngineError>,
    ) -> Result<(), EngineError> {
        for index in 0..self.dictionary().entities.len() {
            let mut after = None;
            loop {
                let (inner, who) = (self.shared.clone(), caller.clone());
                let done = self.shared.write(move |tx| {
                    let (prepared, _) = inner.prepared(&*tx)?;
                    index_page(tx, &prepared, index, &inner.context(&who), after)
                })?;
                let (count, last) = done.value;
                each(count)?;
                match last {
                    Some(last) => after = Some(last),
                    None => break,
                }
            }
        }
        Ok(())
    }
}

impl EngineError {
    /// Whether nothing was written because the environment is being moved.
    pub fn is_held(&self) -> bool {
        matches!(self, EngineError::Store { source: StoreError::Held, .. })
    }
}
