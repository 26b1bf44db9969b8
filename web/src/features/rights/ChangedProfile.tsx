import { useId } from 'react'
import { useTranslation } from 'react-i18next'
import type { Capability, Profile } from '../../api/types'
import { useSurroundings } from '../../dictionary/context'
import { fieldOf } from '../../dictionary/model'
import pageStyles from '../administration/AdminPage.module.css'
import styles from './ChangedProfile.module.css'
import { type Difference, differences, type Said } from './differences'

/** What this environment says of a profile otherwise than its module. */
export function ChangedProfile({ profile, module }: { profile: Profile; module: NonNullable<Profile['module']> }) {
  const { t } = useTranslation()
  const title = useId()
  const told = useTold()
  return (
    <section className={`${pageStyles.sheet} ${styles.changes}`} aria-labelledby={title}>
      <h2 id={title}>{t('rights.changes.title')}</h2>
      <dl>
        {differences(module, profile).map((one) => {
          const { name, from, to } = told(one)
          return (
            <div key={name} className={styles.change}>
              <dt>{name}</dt>
              <dd>
                <span className="quiet">
                  {t('rights.changes.module')} <del>{from}</del>
                </span>
                <span>
                  {t('rights.changes.here')} <ins>{to}</ins>
                </span>
              </dd>
            </div>
          )
        })}
      </dl>
    </section>
  )
}

/** A difference in words: what it is about, and both sides of it. */
function useTold(): (one: Difference) => { name: string; from: string; to: string } {
  const { t } = useTranslation()
  const { dictionary, label } = useSurroundings()
  const nothing = t('rights.changes.nothing')
  const entityWord = (name: string) => label(dictionary.entities[name]?.plural) || name
  const list = (words: string[]) => words.join(', ') || nothing
  const capability = (one: Capability) => t(`rights.capability.${one}`)
  const reach = ({ reach, rule }: Said) => {
    const word = t(`rights.reach.${reach}`)
    return rule ? t('rights.changes.ruled', { reach: word, rule: label(rule) }) : word
  }
  const transitions = (entity: string, names: string[] | null) => {
    if (names === null) return t('rights.changes.everyAction')
    const known = dictionary.entities[entity]?.states?.transitions ?? []
    return list(names.map((name) => label(known.find((one) => one.name === name)?.label) || name))
  }
  const of = <Side,>({ from, to }: { from: Side; to: Side }, word: (side: Side) => string) => ({
    from: word(from),
    to: word(to),
  })
  return (one) => {
    switch (one.kind) {
      case 'label':
        return { name: t('rights.make.name'), ...of(one, (side) => label(side) || nothing) }
      case 'help':
        return { name: t('rights.edit.help'), ...of(one, (side) => label(side) || nothing) }
      case 'restricts':
        return { name: t('rights.make.restricts'), ...of(one, (side) => t(side ? 'common.yes' : 'common.no')) }
      case 'powers':
        return { name: t('rights.powers'), ...of(one, (side) => list(side.map((power) => t(`rights.power.${power}`)))) }
      case 'all':
        return { name: t('rights.matrix.others'), ...of(one, (side) => list(side.map(capability))) }
      case 'reach':
        return { name: `${entityWord(one.entity)} › ${capability(one.capability)}`, ...of(one, reach) }
      case 'level': {
        const entity = dictionary.entities[one.entity]
        const known = one.field && entity && label(fieldOf(entity, one.field)?.label)
        const field = one.field === null ? t('rights.matrix.otherwise') : known || one.field
        return { name: `${entityWord(one.entity)} › ${field}`, ...of(one, (side) => t(`rights.level.${side}`)) }
      }
      case 'actions':
        return {
          name: `${entityWord(one.entity)} › ${t('rights.matrix.actions')}`,
          ...of(one, (side) => transitions(one.entity, side)),
        }
    }
  }
}
