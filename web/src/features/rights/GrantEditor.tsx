import { Button, Checkbox, NativeSelect } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { Capability, Entity, Perimeter, ProfileGrant } from '../../api/types'
import { useSurroundings } from '../../dictionary/context'
import { IconAction } from '../../ui/IconAction'
import { Notice } from '../../ui/Notice'
import { FieldLevels } from './FieldLevels'
import { unplaced } from './faults'
import styles from './Grant.module.css'
import { capabilities } from './grants'
import { RuleField } from './RuleField'

interface Props {
  entity: Entity
  grant: ProfileGrant
  perimeters: Perimeter[]
  /** What the server found wrong, by member. */
  faults: Record<string, string>
  onChange(grant: ProfileGrant): void
  /** Says nothing of the entity any more. */
  onForget(): void
}

/** To which records of an entity, how far its fields are open, which actions. */
export function GrantEditor({ entity, grant, perimeters, faults, onChange, onForget }: Props) {
  const { t } = useTranslation()
  const put = (change: Partial<ProfileGrant>) => onChange({ ...grant, ...change })
  const ruled = capabilities.filter((one) => one in grant.only)
  const unruled = grant.allow.filter((one) => !(one in grant.only))
  const word = (capability: Capability) => t(`rights.capability.${capability}`)
  const shown = ['rows', 'otherwise', ...ruled.map((one) => `only.${one}`)]
  const others = unplaced(faults, [...shown, ...Object.keys(grant.fields).map((name) => `fields.${name}`)])
  return (
    <div className={styles.editor}>
      {others.map((message) => (
        <Notice key={message} tone="danger" title={message} />
      ))}
      <RuleField
        entity={entity}
        label={t('rights.edit.rows')}
        hint={t('rights.edit.rowsHint')}
        rule={grant.rows ?? ''}
        fault={faults.rows}
        perimeters={perimeters}
        onChange={(rows) => put({ rows })}
      />
      {ruled.map((capability) => (
        <div key={capability} className={styles.line}>
          <RuleField
            entity={entity}
            label={t('rights.edit.only', { capability: word(capability) })}
            rule={grant.only[capability] ?? ''}
            fault={faults[`only.${capability}`]}
            perimeters={perimeters}
            onChange={(rule) => put({ only: { ...grant.only, [capability]: rule } })}
          />
          <IconAction
            icon="x"
            size={28}
            label={t('rights.edit.removeOnly', { capability: word(capability) })}
            onClick={() => {
              const { [capability]: _gone, ...rest } = grant.only
              put({ only: rest })
            }}
          />
        </div>
      ))}
      {unruled.length > 0 && (
        <NativeSelect
          aria-label={t('rights.edit.addOnly')}
          value=""
          data={[
            { value: '', label: t('rights.edit.addOnly') },
            ...unruled.map((value) => ({ value, label: word(value) })),
          ]}
          onChange={(event) => {
            const capability = event.currentTarget.value
            if (capability) put({ only: { ...grant.only, [capability]: grant.rows ?? '' } })
          }}
        />
      )}
      <FieldLevels entity={entity} grant={grant} faults={faults} onChange={put} />
      <Actions entity={entity} grant={grant} onChange={(actions) => put({ actions })} />
      <div>
        <Button variant="subtle" onClick={onForget}>
          {t('rights.edit.forget')}
        </Button>
      </div>
    </div>
  )
}

/** The transitions that may be made: all of them, until one is taken away. */
function Actions(props: { entity: Entity; grant: ProfileGrant; onChange(actions: string[] | null): void }) {
  const { entity, grant, onChange } = props
  const { t } = useTranslation()
  const { label } = useSurroundings()
  const all = entity.states?.transitions.map((one) => one.name) ?? []
  if (all.length === 0) return null
  const held = grant.actions ?? all
  const toggle = (name: string) => {
    const next = all.filter((one) => (one === name ? !held.includes(name) : held.includes(one)))
    onChange(next.length === all.length ? null : next)
  }
  return (
    <div className={styles.part}>
      <h3>{t('rights.edit.actions')}</h3>
      <div className={styles.choices}>
        {entity.states?.transitions.map((one) => (
          <Checkbox
            key={one.name}
            size="xs"
            label={label(one.label)}
            checked={held.includes(one.name)}
            onChange={() => toggle(one.name)}
          />
        ))}
      </div>
    </div>
  )
}
