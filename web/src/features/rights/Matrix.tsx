import { UnstyledButton } from '@mantine/core'
import { Fragment, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { Capability, Entity } from '../../api/types'
import { useSurroundings } from '../../dictionary/context'
import { Icon } from '../../icons/Icon'
import { byModule, capabilities, type Reach } from './grants'
import styles from './Matrix.module.css'

interface Props {
  label: string
  /** What holds for all that is not named, above the rest. */
  others?: { cell(capability: Capability): ReactNode } | undefined
  cell(entity: Entity, capability: Capability): ReactNode
  /** More about an entity; `null` where there is no more. */
  details(entity: Entity): ReactNode
  opened: ReadonlySet<string>
  onToggle(entity: string): void
}

/** Entities, by module, by what may be done to them. On a phone each entity is a card. */
export function Matrix({ label: name, others, cell, details, opened, onToggle }: Props) {
  const { t } = useTranslation()
  const { dictionary, label } = useSurroundings()
  const cells = (of: (capability: Capability) => ReactNode) =>
    capabilities.map((capability) => (
      <td key={capability} data-name={t(`rights.capability.${capability}`)}>
        {of(capability)}
      </td>
    ))
  return (
    <table className={styles.matrix} aria-label={name}>
      <thead>
        <tr>
          <th scope="col">{t('rights.matrix.entity')}</th>
          {capabilities.map((capability) => (
            <th key={capability} scope="col">
              {t(`rights.capability.${capability}`)}
            </th>
          ))}
        </tr>
      </thead>
      {others && (
        <tbody>
          <tr className={styles.others}>
            <th scope="row">{t('rights.matrix.others')}</th>
            {cells(others.cell)}
          </tr>
        </tbody>
      )}
      {byModule(dictionary, (entity) => label(entity.plural ?? entity.label)).map((module) => (
        <tbody key={module.name}>
          <tr className={styles.module}>
            <th colSpan={capabilities.length + 1} scope="rowgroup">
              {label(module.label)}
            </th>
          </tr>
          {module.entities.map((entity) => {
            const more = details(entity)
            const open = more !== null && opened.has(entity.name)
            const word = label(entity.plural ?? entity.label)
            return (
              <Fragment key={entity.name}>
                <tr className={open ? styles.opened : undefined}>
                  <th scope="row">
                    {more === null ? (
                      <span className={styles.entity}>
                        <Icon name={entity.icon} size={16} />
                        {word}
                      </span>
                    ) : (
                      <UnstyledButton
                        className={styles.entity}
                        aria-expanded={open}
                        aria-label={t('rights.matrix.details', { name: word })}
                        onClick={() => onToggle(entity.name)}
                      >
                        <Icon name={entity.icon} size={16} />
                        {word}
                        <Icon name={open ? 'chevron-up' : 'chevron-down'} size={14} className={styles.chevron} />
                      </UnstyledButton>
                    )}
                  </th>
                  {cells((capability) => cell(entity, capability))}
                </tr>
                {open && (
                  <tr className={styles.details}>
                    <td colSpan={capabilities.length + 1}>{more}</td>
                  </tr>
                )}
              </Fragment>
            )
          })}
        </tbody>
      ))}
    </table>
  )
}

const icons = { all: 'circle-check', some: 'circle-dot', none: 'minus', kept: 'circle' } as const

/** To how many records, a mark and its word; `kept` where a profile that restricts leaves things as they are. */
export function ReachMark({ reach }: { reach: Reach | 'kept' }) {
  const { t } = useTranslation()
  return (
    <span className={styles.reach} data-reach={reach}>
      <Icon name={icons[reach]} size={16} />
      {t(`rights.reach.${reach}`)}
    </span>
  )
}
