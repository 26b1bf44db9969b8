//! Who commits for others, and is waited for when an environment is closed.

use std::sync::Arc;

use parking_lot::{Condvar, Mutex};

/// Threads that commit for others. They hold the store a moment longer than those they answer, so that who closes it waits for them.
#[derive(Debug, Default)]
pub(crate) struct Leaders {
    count: Mutex<usize>,
    gone: Condvar,
}

/// One of them, until dropped.
pub(crate) struct Leading(Arc<Leaders>);

impl Leaders {
    pub(crate) fn begin(self: Arc<Leaders>) -> Leading {
        *self.count.lock() += 1;
        Leading(self)
    }

    pub(crate) fn wait_gone(&self) {
        self.gone.wait_while(&mut self.count.lock(), |count| *count > 0);
    }
}

impl Drop for Leading {
    fn drop(&mut self) {
        let mut count = self.0.count.lock();
        *count -= 1;
        if *count == 0 {
            self.0.gone.notify_all();
        }
    }
}
