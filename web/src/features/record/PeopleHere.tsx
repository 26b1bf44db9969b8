import { Tooltip } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { Present } from '../../api/types'
import { Icon } from '../../icons/Icon'
import { Initials } from '../../ui/Initials'
import styles from './PeopleHere.module.css'

/** Beyond, faces say less than their number. */
const mostFaces = 4

/** Who else has this record open; whoever changes it comes first, and by name where there is room. */
export function PeopleHere({ people }: { people: Present[] }) {
  const { t } = useTranslation()
  const sorted = [...people].sort((a, b) => Number(b.edits) - Number(a.edits))
  const nameOf = (person: Present) => person.name ?? t('record.somebody')
  const wordsOf = (person: Present) =>
    person.edits ? t('presence.edits', { name: nameOf(person) }) : t('presence.looks', { name: nameOf(person) })
  const editor = sorted.find((person) => person.edits)
  return (
    <div className={styles.people} role="status">
      {people.length > 0 && (
        <>
          {editor && (
            <span className={styles.editor} aria-hidden="true">
              {t('presence.short', { name: nameOf(editor) })}
            </span>
          )}
          <ul className={styles.faces} aria-label={t('presence.who')}>
            {sorted.slice(0, mostFaces).map((person) => (
              <Tooltip key={person.id} label={wordsOf(person)}>
                <li className={styles.face} data-edits={person.edits || undefined}>
                  <Initials name={nameOf(person)} size={24} />
                  {person.edits && (
                    <span className={styles.pencil} aria-hidden="true">
                      <Icon name="pencil" size={10} />
                    </span>
                  )}
                  <span className="hidden-text">{wordsOf(person)}</span>
                </li>
              </Tooltip>
            ))}
            {sorted.length > mostFaces && (
              <li className="quiet">{t('presence.others', { count: sorted.length - mostFaces })}</li>
            )}
          </ul>
        </>
      )}
    </div>
  )
}
