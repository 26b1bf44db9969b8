import { Button } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { asProblem } from '../../../api/problem'
import type { Entity, RecordData } from '../../../api/types'
import { useSurroundings } from '../../../dictionary/context'
import { titleOf } from '../../../dictionary/model'
import { fieldUi } from '../../../fields/registry'
import { dayOf, exactDay, exactInstant, nearDay, nearInstant } from '../../../format/dates'
import { now } from '../../../format/now'
import { Icon } from '../../../icons/Icon'
import { People, Words } from '../../../mentions/Words'
import { Bar, Late } from '../../../ui/Late'
import { ProblemNotice } from '../../../ui/ProblemNotice'
import styles from './Activity.module.css'
import type { Happening, Source } from './line'
import { useActivity } from './useActivity'
import { Write } from './Write'

interface Props {
  owner: Entity
  record: RecordData
  sources: Source[]
}

/** What happens around a record: a note to write, what is to come, what was. */
export function Activity({ owner, record, sources }: Props) {
  const { t } = useTranslation()
  const { past, coming, shown, again } = useActivity(owner, record, sources)
  const fault = past.error ?? coming.error
  if (fault) return <ProblemNotice problem={asProblem(fault)} retry={() => void again()} />
  const written = sources.find((source) => source.activity.writes && source.text && source.entity.can.create)
  return (
    <div className={styles.activity}>
      {written && <Write owner={owner} record={record} source={written} done={() => void again()} />}
      {past.isPending || coming.isPending ? (
        <Late label={t('common.loading')}>
          <Bar width="70%" />
          <Bar width="50%" />
        </Late>
      ) : (
        <>
          <Part title={t('activity.coming')} happenings={coming.data ?? []} />
          <Part title={t('activity.past')} happenings={shown} />
          {(coming.data?.length ?? 0) + shown.length === 0 && <p className="quiet">{t('activity.nothing')}</p>}
          {past.hasNextPage && (
            <Button
              variant="default"
              fullWidth
              loading={past.isFetchingNextPage}
              onClick={() => void past.fetchNextPage()}
            >
              {t('history.more')}
            </Button>
          )}
        </>
      )}
    </div>
  )
}

function Part({ title, happenings }: { title: string; happenings: Happening[] }) {
  if (happenings.length === 0) return null
  return (
    <section aria-label={title}>
      <h3 className={styles.part}>{title}</h3>
      <ol className={styles.line} aria-label={title}>
        {happenings.map((one) => (
          <One key={`${one.source.activity.name} ${one.record.id}`} happening={one} />
        ))}
      </ol>
    </section>
  )
}

function One({ happening }: { happening: Happening }) {
  const { t } = useTranslation()
  const around = useSurroundings()
  const { dictionary, label, manner } = around
  const { source, record } = happening
  const { entity, at, kind, text, who } = source
  const raw = String(record[at.name])
  const when =
    at.type === 'date'
      ? { said: nearDay(raw, dayOf(now(), manner), manner), exact: exactDay(raw, manner) }
      : { said: nearInstant(raw, now(), manner), exact: exactInstant(raw, manner) }
  const held = kind ? fieldUi(kind).read(record, kind) : null
  const Kind = kind ? fieldUi(kind).Cell : null
  const words = text ? fieldUi(text).read(record, text) : null
  const mentions = text?.type === 'rich_text' && typeof words === 'string'
  const told = text && words !== null ? fieldUi(text).text(words, text, around).trim() : ''
  const person = who ? fieldUi(who).read(record, who) : null
  const name = who && person !== null ? fieldUi(who).text(person, who, around) : ''
  const title = titleOf(record) || t('list.unnamed')
  return (
    <li className={styles.one}>
      <span className={styles.mark} title={label(entity.label)}>
        <Icon name={entity.icon} size={16} />
      </span>
      <div className={styles.told}>
        <p className={styles.title}>
          <span className="hidden-text">{label(entity.label)} </span>
          <Link
            to="/e/$env/$collection/$id"
            params={{ env: dictionary.environment.name, collection: entity.collection, id: record.id }}
          >
            {title}
          </Link>
        </p>
        <p className={styles.beside}>
          <time dateTime={raw} title={when.exact}>
            {when.said}
          </time>
          {name && <span>{name}</span>}
          {Kind && kind && held !== null && <Kind field={kind} value={held} />}
        </p>
        {told && told !== title && <p className={styles.words}>{mentions ? <Words source={words} /> : told}</p>}
        {mentions && told === title && (
          <p className={styles.people}>
            <People source={words} />
          </p>
        )}
      </div>
    </li>
  )
}
