import { Button, Drawer, TextInput } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Entity, Field } from '../../api/types'
import { useSurroundings } from '../../dictionary/context'
import { fold } from '../../format/fold'
import { Icon } from '../../icons/Icon'
import styles from './Help.module.css'

interface Props {
  /** What the screen is about; absent: everything. */
  entity: Entity | undefined
  close(): void
  openSheet(): void
}

/** What the dictionary says of the screen: what its records are for, each of their fields, how they move. */
export default function Help({ entity, close, openSheet }: Props) {
  const { t } = useTranslation()
  const { label } = useSurroundings()
  return (
    <Drawer
      opened
      onClose={close}
      position="right"
      size={440}
      title={entity ? `${t('help.title')} · ${label(entity.plural)}` : t('help.title')}
      closeButtonProps={{ 'aria-label': t('common.close') }}
    >
      <div className={styles.help}>
        {entity ? <About entity={entity} /> : <Everything />}
        <Button
          variant="default"
          className={styles.keys}
          leftSection={<Icon name="keyboard" />}
          onClick={() => {
            close()
            openSheet()
          }}
        >
          {t('help.keys')}
        </Button>
        <p className="quiet">{t('help.api')}</p>
      </div>
    </Drawer>
  )
}

function About({ entity }: { entity: Entity }) {
  const { t } = useTranslation()
  const { dictionary, label } = useSurroundings()
  const [typed, setTyped] = useState('')
  const wanted = fold(typed.trim())
  const fields = entity.fields.filter(
    (field) => !field.system && fold(`${label(field.label)} ${label(field.help)}`).includes(wanted),
  )
  const states = entity.states
  const list = states
    ? dictionary.lists[entity.fields.find((field) => field.name === states.field)?.list ?? '']
    : undefined
  const word = (tag: string) => label(list?.values.find((value) => value.tag === tag)?.label) || tag
  return (
    <>
      {entity.help && (
        <section>
          <h2>{t('help.about')}</h2>
          <p>{label(entity.help)}</p>
        </section>
      )}
      {states && states.transitions.length > 0 && (
        <section>
          <h2>{t('help.steps')}</h2>
          <dl className={styles.steps}>
            {states.transitions.map((transition) => (
              <div key={transition.name}>
                <dt>{label(transition.label)}</dt>
                <dd>{t('help.step', { from: transition.from.map(word).join(', '), to: word(transition.to) })}</dd>
              </div>
            ))}
          </dl>
        </section>
      )}
      <section>
        <h2>{t('help.fields')}</h2>
        <TextInput
          aria-label={t('help.find')}
          placeholder={t('help.find')}
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
          leftSection={<Icon name="search" size={16} />}
        />
        {fields.length === 0 && <p className="quiet">{t('help.none')}</p>}
        <dl className={styles.fields}>
          {fields.map((field) => (
            <OneField key={field.name} field={field} />
          ))}
        </dl>
      </section>
    </>
  )
}

function OneField({ field }: { field: Field }) {
  const { t } = useTranslation()
  const { label } = useSurroundings()
  const traits = [
    field.required && t('help.required'),
    field.unique && t('help.uniqueValue'),
    field.type === 'computed' && t('help.computed'),
  ].filter(Boolean)
  return (
    <div>
      <dt>
        {label(field.label)}
        {traits.length > 0 && <small>{traits.join(', ')}</small>}
      </dt>
      {field.help && <dd>{label(field.help)}</dd>}
    </div>
  )
}

/** Beside the records of one kind: what each kind is for. */
function Everything() {
  const { t } = useTranslation()
  const { dictionary, label } = useSurroundings()
  return (
    <section>
      <h2>{t('help.everything')}</h2>
      <dl className={styles.fields}>
        {dictionary.menu
          .flatMap((group) => group.items)
          .map((item) => {
            const entity = dictionary.entities[item.entity]
            return (
              entity && (
                <div key={item.id}>
                  <dt>
                    <Icon name={item.icon ?? entity.icon} size={16} /> {label(item.label)}
                  </dt>
                  {entity.help && <dd>{label(entity.help)}</dd>}
                </div>
              )
            )
          })}
      </dl>
    </section>
  )
}
