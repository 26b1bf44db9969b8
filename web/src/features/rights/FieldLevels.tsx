import { NativeSelect } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { Entity, Level, ProfileGrant } from '../../api/types'
import { useSurroundings } from '../../dictionary/context'
import { fieldOf } from '../../dictionary/model'
import { IconAction } from '../../ui/IconAction'
import styles from './Grant.module.css'
import { levels } from './grants'

interface Props {
  entity: Entity
  grant: ProfileGrant
  /** What was found wrong when it was sent, by member: `fields.phone`. */
  faults: Record<string, string>
  onChange(change: Pick<ProfileGrant, 'fields' | 'otherwise'>): void
}

/** How far fields are open: those that are set apart, and all others. */
export function FieldLevels({ entity, grant, faults, onChange }: Props) {
  const { t } = useTranslation()
  const { label } = useSurroundings()
  const { fields, otherwise } = grant
  const data = levels.map((value) => ({ value, label: t(`rights.level.${value}`) }))
  const word = (name: string) => label(fieldOf(entity, name)?.label) || name
  const open = entity.fields
    .filter((field) => !field.system && !(field.name in fields))
    .map((field) => ({ value: field.name, label: label(field.label) }))
    .sort((one, other) => one.label.localeCompare(other.label))
  return (
    <div className={styles.part}>
      <h3>{t('rights.edit.fields')}</h3>
      {Object.keys(fields).length === 0 && otherwise === 'write' && (
        <p className="quiet">{t('rights.edit.noFields')}</p>
      )}
      <ul className={styles.part}>
        {Object.entries(fields).map(([name, level]) => (
          <li key={name} className={styles.field}>
            <span>{word(name)}</span>
            <NativeSelect
              aria-label={t('rights.edit.level', { name: word(name) })}
              value={level}
              error={faults[`fields.${name}`]}
              data={data}
              onChange={(event) =>
                onChange({ otherwise, fields: { ...fields, [name]: event.currentTarget.value as Level } })
              }
            />
            <IconAction
              icon="x"
              size={28}
              label={t('rights.edit.removeField', { name: word(name) })}
              onClick={() => {
                const { [name]: _gone, ...rest } = fields
                onChange({ otherwise, fields: rest })
              }}
            />
          </li>
        ))}
        <li className={styles.field}>
          <span>{t('rights.edit.otherwise')}</span>
          <NativeSelect
            aria-label={t('rights.edit.otherwise')}
            value={otherwise}
            error={faults.otherwise}
            data={data}
            onChange={(event) => onChange({ fields, otherwise: event.currentTarget.value as Level })}
          />
          <span />
        </li>
      </ul>
      <NativeSelect
        aria-label={t('rights.edit.addField')}
        value=""
        data={[{ value: '', label: t('rights.edit.addField') }, ...open]}
        onChange={(event) => {
          const name = event.currentTarget.value
          // Whoever sets a field apart wants it less open, or, where the others are closed, seen.
          const level = otherwise === 'write' ? 'hidden' : 'read'
          if (name) onChange({ otherwise, fields: { ...fields, [name]: level } })
        }}
      />
    </div>
  )
}
