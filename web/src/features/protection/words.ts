import type { TFunction } from 'i18next'
import type { Erasure } from '../../api/types'

/** What was erased of a person, in a sentence. */
export function erasedWords(erasure: Erasure, t: TFunction): string {
  return t('protection.erasures.told', {
    emptied: t('protection.erasures.emptied', { count: erasure.emptied }),
    records: t('protection.erasures.records', { count: erasure.records }),
    entries: t('protection.subject.entries', { count: erasure.entries }),
    files: t('protection.subject.files', { count: erasure.files }),
  })
}
