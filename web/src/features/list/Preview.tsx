import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { keys } from '../../api/keys'
import { asProblem } from '../../api/problem'
import type { Entity } from '../../api/types'
import { useSurroundings } from '../../dictionary/context'
import { effective, fieldOf, titleOf } from '../../dictionary/model'
import { fieldUi } from '../../fields/registry'
import { Icon } from '../../icons/Icon'
import { IconAction } from '../../ui/IconAction'
import { Bar, Late } from '../../ui/Late'
import { ProblemNotice } from '../../ui/ProblemNotice'
import styles from './Preview.module.css'

/** A record beside its list, as its form shows it, to be looked at. */
export default function Preview({ entity, id, onClose }: { entity: Entity; id: string; onClose(): void }) {
  const { t } = useTranslation()
  const { dictionary, source, label } = useSurroundings()
  const env = dictionary.environment.name
  const expand = entity.fields
    .filter((field) => field.type === 'reference')
    .map((field) => ({ name: field.name, select: ['id'] }))
  const found = useQuery({
    // Beneath the key of the record, so that whoever freshens it freshens this too.
    queryKey: [...keys.record(env, entity.name, id), 'preview'],
    queryFn: ({ signal }) => source.record(entity.collection, id, { expand }, { signal }),
    placeholderData: (before) => before,
    retry: false,
  })
  const record = found.data
  const sections = entity.form.tabs.flatMap((tab) => tab.sections)
  const written = sections.length
    ? sections
    : [
        {
          name: 'all',
          label: null,
          columns: 1,
          fields: entity.fields.filter((field) => !field.system).map((field) => ({ field: field.name, span: 1 })),
        },
      ]
  return (
    <aside
      className={styles.panel}
      aria-label={t('preview.title')}
      data-outdated={found.isPlaceholderData || undefined}
    >
      <header className={styles.head}>
        <h2>{record ? titleOf(record) || t('list.unnamed') : ''}</h2>
        <Button
          size="xs"
          variant="default"
          component={Link}
          to={`/e/${env}/${entity.collection}/${id}` as '/'}
          leftSection={<Icon name="arrow-right" size={14} />}
        >
          {t('preview.open')}
        </Button>
        <IconAction icon="x" size={28} label={t('preview.close')} onClick={onClose} />
      </header>
      {found.error ? (
        <ProblemNotice problem={asProblem(found.error)} />
      ) : !record ? (
        <Late label={t('common.loading')}>
          <div className={styles.body}>
            <Bar width="60%" />
            <Bar width="40%" />
            <Bar width="70%" />
          </div>
        </Late>
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
        <section className={styles.body} tabIndex={0} aria-label={titleOf(record)}>
          {written.map((section) => {
            const filled = section.fields.flatMap(({ field: name }) => {
              const raw = fieldOf(entity, name)
              const field = raw && effective(raw)
              const ui = field && fieldUi(field)
              const value = ui && field ? ui.read(record, field) : null
              return field && ui && value !== null && field.type !== 'lines' ? [{ field, ui, value }] : []
            })
            if (!filled.length) return null
            return (
              <section key={section.name}>
                {section.label && <h3>{label(section.label)}</h3>}
                <dl className={styles.fields}>
                  {filled.map(({ field, ui, value }) => (
                    <div key={field.name} className={styles.field} data-wide={ui.wide || undefined}>
                      <dt>{label(field.label)}</dt>
                      <dd>
                        <ui.Display field={field} value={value} record={record} collection={entity.collection} />
                      </dd>
                    </div>
                  ))}
                </dl>
              </section>
            )
          })}
        </section>
      )}
    </aside>
  )
}
