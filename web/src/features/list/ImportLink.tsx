import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import type { Entity } from '../../api/types'
import { useSurroundings } from '../../dictionary/context'
import { Icon } from '../../icons/Icon'
import styles from './ImportLink.module.css'

/** The way to the import of a file into a list. */
export function ImportLink({ entity }: { entity: Entity }) {
  const { t } = useTranslation()
  const { dictionary, label } = useSurroundings()
  return (
    <Link
      to="/e/$env/$collection/import"
      params={{ env: dictionary.environment.name, collection: entity.collection }}
      className={styles.link}
      aria-label={t('import.title', { what: label(entity.plural) })}
    >
      <Icon name="upload" size={16} />
      <span className={styles.word}>{t('import.open')}</span>
    </Link>
  )
}
