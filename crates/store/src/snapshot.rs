//! What snapshots and transactions of every store have in common.

/// Bytes of changes that entries are read by at once, whatever how many: an import writes a megabyte by one entry.
pub(crate) const PAGE_BYTES: usize = 8 << 20;

/// The methods of [`crate::Snapshot`] that read rows and the journal, as `self.reads()` does; one row as `self.$get()` does, if given.
macro_rules! delegate_reads {
    ($get:ident) => {
        fn get(
            &self,
            entity: &dictionary::model::Entity,
            id: dictionary::RecordId,
        ) -> Result<Option<$crate::Row>, $crate::StoreError> {
            self.$get(entity, id)
        }

        $crate::snapshot::delegate_reads!(but get);
    };

    () => {
        fn get(
            &self,
            entity: &dictionary::model::Entity,
            id: dictionary::RecordId,
        ) -> Result<Option<$crate::Row>, $crate::StoreError> {
            self.reads().get(entity, id)
        }

        $crate::snapshot::delegate_reads!(but get);
    };

    (but get) => {
        fn get_many(
            &self,
            entity: &dictionary::model::Entity,
            ids: &[dictionary::RecordId],
        ) -> Result<Vec<$crate::Row>, $crate::StoreError> {
            self.reads().get_many(entity, ids)
        }

        fn find(
            &self,
            entity: &dictionary::model::Entity,
            field: dictionary::model::FieldIndex,
            value: &dictionary::Value,
        ) -> Result<Option<$crate::Row>, $crate::StoreError> {
            self.reads().find(entity, field, value)
        }

        fn scan(
            &self,
            entity: &dictionary::model::Entity,
            after: Option<dictionary::RecordId>,
            limit: u32,
        ) -> Result<Vec<$crate::Row>, $crate::StoreError> {
            self.reads().scan(entity, after, limit)
        }

        fn select(
            &self,
            dictionary: &dictionary::Dictionary,
            select: &$crate::Select<'_>,
        ) -> Result<Vec<$crate::Row>, $crate::StoreError> {
            self.reads().select(dictionary, select)
        }

        fn count(
            &self,
            dictionary: &dictionary::Dictionary,
            select: &$crate::Select<'_>,
            cap: u64,
        ) -> Result<u64, $crate::StoreError> {
            self.reads().count(dictionary, select, cap)
        }

        fn aggregate(
            &self,
            dictionary: &dictionary::Dictionary,
            select: &$crate::Select<'_>,
            aggregation: &$crate::Aggregation<'_>,
        ) -> Result<dictionary::Value, $crate::StoreError> {
            self.reads().aggregate(dictionary, select, aggregation)
        }

        fn group(
            &self,
            dictionary: &dictionary::Dictionary,
            select: &$crate::Select<'_>,
            grouping: &$crate::Grouping<'_>,
        ) -> Result<Vec<Vec<dictionary::Value>>, $crate::StoreError> {
            self.reads().group(dictionary, select, grouping)
        }

        fn search(
            &self,
            entity: &dictionary::model::Entity,
            text: &str,
            limit: u32,
        ) -> Result<Vec<dictionary::RecordId>, $crate::StoreError> {
            self.reads().search(entity, text, limit)
        }

        fn entries(
            &self,
            after: journal::Position,
            limit: u32,
        ) -> Result<Vec<journal::Entry>, $crate::StoreError> {
            self.reads().entries(after, limit)
        }

        fn history(
            &self,
            entity: &str,
            id: dictionary::RecordId,
            before: Option<journal::Position>,
            limit: u32,
        ) -> Result<Vec<journal::Entry>, $crate::StoreError> {
            self.reads().history(entity, id, before, limit)
        }

        fn indexed_changes(&self) -> Result<u64, $crate::StoreError> {
            self.reads().indexed_changes()
        }

        fn counters(&self) -> Result<Vec<(String, u64)>, $crate::StoreError> {
            self.reads().counters()
        }

        fn note(&self, key: &str) -> Result<Option<String>, $crate::StoreError> {
            self.reads().note(key)
        }

        fn notes(&self, beginning: &str) -> Result<Vec<(String, String)>, $crate::StoreError> {
            self.reads().notes(beginning)
        }
    };
}
pub(crate) use delegate_reads;
