import { Button } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { keys } from '../../api/keys'
import { asProblem } from '../../api/problem'
import type { KeptArchive } from '../../api/types'
import { useSurroundings } from '../../dictionary/context'
import { saidInstant } from '../../format/dates'
import { now } from '../../format/now'
import { bytes } from '../../format/numbers'
import { Icon } from '../../icons/Icon'
import { ProblemNotice, problemWords } from '../../ui/ProblemNotice'
import { say } from '../../ui/toasts'
import styles from './AdminPage.module.css'
import own from './DataTools.module.css'

/** How often one looks whether an archive is ready. */
const lookMs = 2_000

/** The whole environment as an archive: at once, or prepared while one does something else. */
export function Archives() {
  const { t } = useTranslation()
  const { dictionary, source } = useSurroundings()
  const env = dictionary.environment.name
  const isVisitor = Boolean(dictionary.me.until)
  const client = useQueryClient()
  const key = keys.administration(env, 'archives')
  const found = useQuery({
    queryKey: key,
    queryFn: ({ signal }) => source.administration.archives.list({ signal }),
    enabled: !isVisitor,
    refetchInterval: ({ state }) => (state.data?.some(({ ready }) => !ready) ? lookMs : false),
  })
  const ask = useMutation({
    mutationFn: () => source.administration.archives.ask(),
    onError: (fault) => {
      const { title, hint } = problemWords(asProblem(fault), t)
      say({ tone: 'danger', text: title, hint })
    },
    onSettled: () => client.invalidateQueries({ queryKey: key }),
  })
  const kept = found.data ?? []
  if (isVisitor) {
    return (
      <Part>
        <p>{t('administration.data.archiveVisitor')}</p>
      </Part>
    )
  }
  return (
    <Part>
      {found.error && <ProblemNotice problem={asProblem(found.error)} retry={() => void found.refetch()} />}
      {kept.length > 0 && (
        <ul className={own.archives} aria-label={t('administration.data.archives')}>
          {kept.map((one) => (
            <One key={one.id} one={one} />
          ))}
        </ul>
      )}
      <div className={own.actions}>
        <Button
          component="a"
          variant="default"
          href={source.administration.archiveUrl()}
          download
          leftSection={<Icon name="download" size={16} />}
        >
          {t('administration.data.archiveGet')}
        </Button>
        <Button
          variant="subtle"
          loading={ask.isPending}
          disabled={kept.some(({ ready }) => !ready)}
          onClick={() => ask.mutate()}
        >
          {t('administration.data.archivePrepare')}
        </Button>
      </div>
    </Part>
  )
}

function Part({ children }: { children: ReactNode }) {
  const { t } = useTranslation()
  return (
    <section className={`${styles.sheet} ${styles.part}`} aria-labelledby="archive-title">
      <h2 id="archive-title">{t('administration.data.archive')}</h2>
      <p className="quiet">{t('administration.data.archiveHint')}</p>
      {children}
    </section>
  )
}

function One({ one }: { one: KeptArchive }) {
  const { t } = useTranslation()
  const { source, manner } = useSurroundings()
  if (!one.ready) return <li className="quiet">{t('administration.data.archiveOnItsWay')}</li>
  return (
    <li>
      <a href={source.administration.archives.url(one.id)} download>
        {t('administration.data.archiveReady', { size: bytes(one.size ?? 0, manner) })}
      </a>
      {one.until && (
        <span className="quiet">
          {t('administration.data.archiveUntil', { when: saidInstant(one.until, now(), manner) })}
        </span>
      )}
    </li>
  )
}
