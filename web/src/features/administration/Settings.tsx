import { useQueries, useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { keys } from '../../api/keys'
import { asProblem } from '../../api/problem'
import { quoted } from '../../api/where'
import { useSurroundings } from '../../dictionary/context'
import { kindWord } from '../../ui/environmentKind'
import { ProblemNotice } from '../../ui/ProblemNotice'
import { AdminPage } from './AdminPage'
import styles from './AdminPage.module.css'

/** What the environment is, and how its records are numbered. Both are read here: who changes them, and why not here, is said. */
export function Settings() {
  const { t } = useTranslation()
  const { dictionary, source, label } = useSurroundings()
  const { environment, entities, modules } = dictionary
  const env = environment.name
  const administers = dictionary.me.powers.includes('administer')
  const figures = useQuery({
    queryKey: keys.administration(env, 'figures'),
    enabled: administers,
    queryFn: ({ signal }) => source.administration.figures({ signal }),
  })
  const numbered = (figures.data?.numbering ?? []).flatMap((numbering) => {
    const entity = entities[numbering.entity]
    return entity ? [{ ...numbering, entity }] : []
  })
  const last = useQueries({
    queries: numbered.map(({ entity, prefix }) => ({
      queryKey: keys.administration(env, 'last-code', entity.name),
      queryFn: async ({ signal }: { signal: AbortSignal }) => {
        // Codes that people gave have other forms.
        const query = { select: ['code'], where: `code starts with ${quoted(prefix)}`, order: ['-code'], top: 1 }
        const page = await source.list(entity.collection, query, { signal })
        return String(page.value[0]?.code ?? '')
      },
    })),
  })
  return (
    <AdminPage title={t('administration.settings.title')} hint={t('administration.settings.hint')}>
      {figures.error && <ProblemNotice problem={asProblem(figures.error)} retry={() => void figures.refetch()} />}
      <section className={`${styles.sheet} ${styles.part}`} aria-labelledby="environment-title">
        <h2 id="environment-title">{t('administration.settings.environment')}</h2>
        <p className="quiet">{t('administration.settings.operator')}</p>
        <dl className={styles.facts}>
          <dt>{t('administration.settings.name')}</dt>
          <dd className={styles.code}>{environment.name}</dd>
          <dt>{t('administration.settings.kind')}</dt>
          <dd>{kindWord(environment.kind, t)}</dd>
          <dt>{t('administration.settings.zone')}</dt>
          <dd>{environment.time_zone}</dd>
          <dt>{t('administration.settings.currency')}</dt>
          <dd>{environment.currency}</dd>
          <dt>{t('administration.settings.country')}</dt>
          <dd>{environment.country}</dd>
          <dt>{t('administration.settings.modules')}</dt>
          <dd>{modules.map((module) => `${label(module.label)} ${module.version}`).join(', ')}</dd>
        </dl>
      </section>
      <section className={`${styles.sheet} ${styles.part}`} aria-labelledby="numbering-title">
        <h2 id="numbering-title">{t('administration.settings.numbering')}</h2>
        <p className="quiet">{t('administration.settings.numberingHint')}</p>
        <table className={styles.table}>
          <thead>
            <tr>
              <th scope="col">{t('administration.settings.entity')}</th>
              <th scope="col">{t('administration.settings.form')}</th>
              <th scope="col">{t('administration.settings.last')}</th>
            </tr>
          </thead>
          <tbody>
            {numbered.map(({ entity, prefix, width }, index) => (
              <tr key={entity.name}>
                <td>
                  <Link to="/e/$env/$collection" params={{ env, collection: entity.collection }}>
                    {label(entity.plural)}
                  </Link>
                </td>
                <td className={styles.code}>{prefix + '0'.repeat(width)}</td>
                <td className={styles.code}>{last[index]?.data || t('administration.settings.none')}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </AdminPage>
  )
}
