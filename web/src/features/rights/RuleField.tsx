import { Textarea, UnstyledButton } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { Entity, Perimeter } from '../../api/types'
import { useSurroundings } from '../../dictionary/context'
import { Icon } from '../../icons/Icon'
import styles from './Grant.module.css'
import { either, named, type Offer, offers } from './rules'
import { useRule } from './useRule'

interface Props {
  entity: Entity
  label: string
  hint?: string
  rule: string
  perimeters: Perimeter[]
  /** What was found wrong when it was sent. */
  fault?: string | undefined
  onChange(rule: string): void
}

/** A row rule as it is written, what is wrong with it, and what rules are mostly made of to add with one press. */
export function RuleField({ entity, label: name, hint, rule, perimeters, fault, onChange }: Props) {
  const { t } = useTranslation()
  const { dictionary, label } = useSurroundings()
  const said = useRule(entity, rule, perimeters)
  const wrong = said && 'wrong' in said ? said.wrong : null
  const word = ({ path, perimeter }: Offer) => {
    const field = path.map((one) => label(one.label)).join(' › ') || t('rights.edit.themselves')
    return perimeter
      ? t('rights.edit.among', { field, perimeter: label(perimeter.label) })
      : t('rights.edit.me', { field })
  }
  return (
    <div className={styles.part}>
      <Textarea
        className={styles.ruleInput}
        label={name}
        description={hint}
        value={rule}
        autosize
        minRows={1}
        spellCheck={false}
        error={wrong ?? fault}
        onChange={(event) => onChange(event.currentTarget.value)}
      />
      {/* Perimeters stand for whoever holds the profile: for an administrator they would count as nothing. */}
      {said && 'count' in said && named(rule, perimeters).length === 0 && (
        <p className="quiet figures" aria-live="polite">
          {t('rights.edit.forYou', { count: said.count })}
        </p>
      )}
      <div className={styles.offers}>
        <span className="quiet">{t('rights.edit.insert')}</span>
        {offers(dictionary, entity, perimeters).map((offer) => (
          <UnstyledButton
            key={offer.text}
            className={styles.offer}
            title={offer.text}
            onClick={() => onChange(either(rule, offer.text))}
          >
            <Icon name="plus" size={12} />
            {word(offer)}
          </UnstyledButton>
        ))}
      </div>
    </div>
  )
}
