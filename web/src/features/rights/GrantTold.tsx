import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { Capability, Entity, Label, Profile, ProfileGrant } from '../../api/types'
import { useSurroundings } from '../../dictionary/context'
import { fieldOf } from '../../dictionary/model'
import styles from './Grant.module.css'

/** All that a profile says of an entity beside what may be done: to which records, how far its fields are open. */
export function GrantTold({
  entity,
  grant,
  words,
}: {
  entity: Entity
  grant: ProfileGrant
  words: RuleWords | undefined
}) {
  const { t } = useTranslation()
  const { label } = useSurroundings()
  const only = Object.entries(grant.only) as [Capability, string][]
  const fields = Object.entries(grant.fields)
  const actions = entity.states?.transitions.filter((one) => grant.actions?.includes(one.name))
  return (
    <dl className={styles.told}>
      {grant.rows && (
        <>
          <dt>{t('rights.matrix.rows')}</dt>
          <dd>
            <Rule rule={grant.rows} words={words?.rows} />
          </dd>
        </>
      )}
      {only.map(([capability, rule]) => (
        <Part key={capability} word={t('rights.matrix.only', { capability: t(`rights.capability.${capability}`) })}>
          <Rule rule={rule} words={words?.only[capability]} />
        </Part>
      ))}
      {(fields.length > 0 || grant.otherwise !== 'write') && (
        <Part word={t('rights.matrix.fields')}>
          <ul className={styles.fields}>
            {fields.map(([name, level]) => (
              <li key={name}>
                {label(fieldOf(entity, name)?.label) || name}{' '}
                <span className="quiet">{t(`rights.level.${level}`)}</span>
              </li>
            ))}
            {grant.otherwise !== 'write' && (
              <li>
                {t('rights.matrix.otherwise')} <span className="quiet">{t(`rights.level.${grant.otherwise}`)}</span>
              </li>
            )}
          </ul>
        </Part>
      )}
      {grant.actions && (
        <Part word={t('rights.matrix.actions')}>
          {actions?.map((one) => label(one.label)).join(', ') || t('rights.matrix.noAction')}
        </Part>
      )}
    </dl>
  )
}

/** Whether there is anything to tell beside what may be done. */
export function tells(grant: ProfileGrant): boolean {
  const parts = [grant.only, grant.fields].some((one) => Object.keys(one).length > 0)
  return parts || Boolean(grant.rows) || grant.otherwise !== 'write' || grant.actions !== null
}

function Part({ word, children }: { word: string; children: ReactNode }) {
  return (
    <>
      <dt>{word}</dt>
      <dd>{children}</dd>
    </>
  )
}

/** The rules of a profile about one entity, in words. */
export type RuleWords = Profile['words'][string]

/** A rule in words, and as it is written. */
export function Rule({ rule, words }: { rule: string; words: Label | null | undefined }) {
  const { label } = useSurroundings()
  const said = label(words)
  return (
    <>
      {said}
      <code className={`${styles.rule} ${said ? styles.written : ''}`}>{rule}</code>
    </>
  )
}
