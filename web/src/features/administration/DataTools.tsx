import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { keys } from '../../api/keys'
import { asProblem } from '../../api/problem'
import { useSurroundings } from '../../dictionary/context'
import { bytes, decimal } from '../../format/numbers'
import { PastImports } from '../../imports/PastImports'
import { ProblemNotice } from '../../ui/ProblemNotice'
import { AdminPage } from './AdminPage'
import styles from './AdminPage.module.css'
import { Archives } from './Archives'
import own from './DataTools.module.css'

/** Imports of every collection, and what the environment holds beside records. */
export function DataTools() {
  const { t } = useTranslation()
  const { dictionary, source, label, manner } = useSurroundings()
  const env = dictionary.environment.name
  const figures = useQuery({
    queryKey: keys.administration(env, 'figures'),
    enabled: dictionary.me.powers.includes('administer'),
    queryFn: ({ signal }) => source.administration.figures({ signal }),
  })
  const files = figures.data?.files
  const collections = dictionary.menu.flatMap(({ items }) =>
    items.flatMap(({ entity }) => {
      const found = dictionary.entities[entity]
      return found?.can.import ? [found] : []
    }),
  )
  return (
    <AdminPage title={t('administration.data.title')} hint={t('administration.data.hint')}>
      <section className={own.imports} aria-labelledby="imports-title">
        <h2 id="imports-title">{t('administration.data.imports')}</h2>
        <PastImports />
        <p className="quiet">{t('administration.data.importInto')}</p>
        <ul className={own.into}>
          {collections.map((entity) => (
            <li key={entity.name}>
              <Link to="/e/$env/$collection/import" params={{ env, collection: entity.collection }}>
                {label(entity.plural)}
              </Link>
            </li>
          ))}
        </ul>
      </section>
      {figures.error && <ProblemNotice problem={asProblem(figures.error)} />}
      <section className={`${styles.sheet} ${styles.part}`} aria-labelledby="files-title">
        <h2 id="files-title">{t('administration.data.files')}</h2>
        <p className="quiet">
          {files &&
            (files.unnamed === 0
              ? t('administration.data.filesNone')
              : t('administration.data.filesSome', {
                  count: files.unnamed,
                  size: bytes(files.unnamed_bytes, manner),
                }))}
        </p>
      </section>
      <section className={`${styles.sheet} ${styles.part}`} aria-labelledby="journal-title">
        <h2 id="journal-title">{t('administration.data.journal')}</h2>
        <p className="quiet">
          {figures.data && t('administration.data.position', { shown: decimal(figures.data.journal.position, manner) })}
        </p>
        <Link to="/admin/$env/audit" params={{ env }}>
          {t('administration.audit.hint')}
        </Link>
      </section>
      {dictionary.me.powers.includes('administer') && env !== 'platform' && <Archives />}
    </AdminPage>
  )
}
