import { Button, Textarea, UnstyledButton } from '@mantine/core'
import { lazy, Suspense, useId, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Entity, Perimeter } from '../../api/types'
import { allOf } from '../../api/where'
import { patiently } from '../../app/patiently'
import { type Condition, sentence, textOf, whereOf } from '../../conditions/conditions'
import { readConditions } from '../../conditions/read'
import { KeptSurroundings, type Surroundings, useSurroundings } from '../../dictionary/context'
import { Icon } from '../../icons/Icon'
import styles from './Grant.module.css'
import { either, named, type Offer, offers } from './rules'
import { useRule } from './useRule'

const FilterBuilder = lazy(() => patiently(() => import('../../conditions/FilterBuilder')))

interface Props {
  entity: Entity
  label: string
  hint?: string
  rule: string
  perimeters: Perimeter[]
  /** What saving found wrong with it. */
  fault?: string | undefined
  onChange(rule: string): void
}

/** A row rule: as conditions where it is made of such, as text where it is not or where somebody would rather write. */
export function RuleField(props: Props) {
  return (
    <KeptSurroundings perimeters={props.perimeters}>
      <Inside {...props} />
    </KeptSurroundings>
  )
}

function Inside({ entity, label: name, hint, rule, perimeters, fault, onChange }: Props) {
  const { t } = useTranslation()
  const around = useSurroundings()
  const said = useRule(entity, rule, perimeters)
  const wrong = said && 'wrong' in said ? said.wrong : (fault ?? null)
  const read = readConditions(around, entity, rule)
  // What stays text once it was written, be it while it is half written, is not turned into something else under the hands.
  const [writes, setWrites] = useState('beyond' in read)
  return (
    <div className={styles.part}>
      {writes || 'beyond' in read ? (
        <>
          <Textarea
            className={styles.ruleInput}
            label={name}
            description={hint}
            value={rule}
            autosize
            minRows={1}
            spellCheck={false}
            error={wrong}
            onChange={(event) => {
              setWrites(true)
              onChange(event.currentTarget.value)
            }}
          />
          {'beyond' in read ? (
            <p className="quiet">{t('rights.edit.beyond', { part: read.beyond })}</p>
          ) : (
            <div>
              <Button size="xs" variant="subtle" onClick={() => setWrites(false)}>
                {t('rights.edit.compose')}
              </Button>
            </div>
          )}
        </>
      ) : (
        <Composed
          entity={entity}
          label={name}
          conditions={read.conditions}
          wrong={wrong}
          onWrite={() => setWrites(true)}
          onChange={onChange}
        />
      )}
      {/* Perimeters stand for whoever holds the profile: for an administrator they would count as nothing. */}
      {said && 'count' in said && named(rule, perimeters).length === 0 && (
        <p className="quiet figures" aria-live="polite">
          {t('rights.edit.forYou', { count: said.count })}
        </p>
      )}
      <Offers entity={entity} perimeters={perimeters} onAdd={(text) => onChange(either(rule, text))} />
    </div>
  )
}

/** A rule in words, and the builder that changes it. */
function Composed(props: {
  entity: Entity
  label: string
  conditions: Condition[]
  wrong: string | null
  onWrite(): void
  onChange(rule: string): void
}) {
  const { entity, label: name, conditions, wrong, onWrite, onChange } = props
  const { t } = useTranslation()
  const around = useSurroundings()
  const [opened, setOpened] = useState(false)
  const title = useId()
  const apply = (next: Condition[]) => {
    setOpened(false)
    onChange(allOf(next.map((one) => whereOf(around, entity, one))) ?? '')
  }
  return (
    <fieldset className={styles.composed} aria-labelledby={title}>
      <p id={title} className={styles.composedName}>
        {name}
      </p>
      <p className={styles.sentence} aria-live="polite">
        {said(around, entity, conditions) || t('conditions.everything')}
      </p>
      {wrong && <p className={styles.wrong}>{wrong}</p>}
      <span className={styles.ways}>
        <Button
          size="xs"
          variant="default"
          leftSection={<Icon name="list-tree" size={14} />}
          onClick={() => setOpened(true)}
        >
          {t('rights.edit.conditions')}
        </Button>
        <Button size="xs" variant="subtle" onClick={onWrite}>
          {t('rights.edit.write')}
        </Button>
      </span>
      {opened && (
        <Suspense fallback={null}>
          <FilterBuilder
            entity={entity}
            conditions={conditions}
            title={name}
            onApply={apply}
            onClose={() => setOpened(false)}
          />
        </Suspense>
      )}
    </fieldset>
  )
}

/** Conditions in one sentence, without brackets around the whole. */
function said(around: Surroundings, entity: Entity, conditions: Condition[]): string {
  const [only, ...others] = conditions
  return only && others.length === 0 ? textOf(around, entity, only) : sentence(around, entity, conditions, 'all')
}

/** What rules are mostly made of, to add with one press. */
function Offers(props: { entity: Entity; perimeters: Perimeter[]; onAdd(text: string): void }) {
  const { entity, perimeters, onAdd } = props
  const { t } = useTranslation()
  const { dictionary, label } = useSurroundings()
  const word = ({ path, perimeter }: Offer) => {
    const field = path.map((one) => label(one.label)).join(' › ') || t('rights.edit.themselves')
    return perimeter
      ? t('rights.edit.among', { field, perimeter: label(perimeter.label) })
      : t('rights.edit.me', { field })
  }
  return (
    <div className={styles.offers}>
      <span className="quiet">{t('rights.edit.insert')}</span>
      {offers(dictionary, entity, perimeters).map((offer) => (
        <UnstyledButton key={offer.text} className={styles.offer} title={offer.text} onClick={() => onAdd(offer.text)}>
          <Icon name="plus" size={12} />
          {word(offer)}
        </UnstyledButton>
      ))}
    </div>
  )
}
