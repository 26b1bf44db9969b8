import { Button } from '@mantine/core'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { keys } from '../../api/keys'
import { asProblem } from '../../api/problem'
import type { Expiring } from '../../api/types'
import { useSurroundings } from '../../dictionary/context'
import { ProblemNotice } from '../../ui/ProblemNotice'
import pageStyles from '../administration/AdminPage.module.css'
import { ErasureProgress } from './ErasureProgress'
import styles from './ExpiringList.module.css'
import { TypedDialog } from './TypedDialog'

/** What is held longer than the dictionary says, entity by entity, and what does away with it. */
export function ExpiringList() {
  const { t } = useTranslation()
  const { dictionary, source } = useSurroundings()
  const env = dictionary.environment.name
  const found = useQuery({
    queryKey: keys.administration(env, 'expiring'),
    enabled: dictionary.me.powers.includes('protect'),
    queryFn: ({ signal }) => source.protection.expiring({ signal }),
  })
  const rules = found.data?.value.filter((rule) => dictionary.entities[rule.entity]) ?? []
  if (found.error) return <ProblemNotice problem={asProblem(found.error)} retry={() => void found.refetch()} />
  if (rules.length === 0) return null
  return (
    <section className={`${pageStyles.sheet} ${pageStyles.part}`} aria-labelledby="expiring-title">
      <h2 id="expiring-title">{t('protection.expiring.title')}</h2>
      <p className="quiet">{t('protection.expiring.hint')}</p>
      <ul className={styles.rules}>
        {rules.map((rule) => (
          <Rule key={rule.entity} rule={rule} />
        ))}
      </ul>
    </section>
  )
}

function Rule({ rule }: { rule: Expiring }) {
  const { t } = useTranslation()
  const { dictionary, source, label } = useSurroundings()
  const client = useQueryClient()
  const env = dictionary.environment.name
  const [asking, setAsking] = useState(false)
  const [begun, setBegun] = useState<string | null>(null)
  const entity = dictionary.entities[rule.entity]
  const erasure = begun ?? rule.running
  if (!entity) return null
  const name = label(entity.plural)
  return (
    <li>
      <div className={styles.rule}>
        <div>
          <p>
            <strong>{name}</strong> · {t('protection.expiring.rule', { months: rule.months })},{' '}
            {t(`protection.expiring.${rule.action}`)}
          </p>
          <p className="quiet">{rule.because}</p>
          <p>
            {t('protection.expiring.due', { count: rule.due })}
            {rule.held_back > 0 && (
              <span className="quiet"> · {t('protection.expiring.held', { count: rule.held_back })}</span>
            )}
          </p>
        </div>
        {rule.due > 0 && !erasure && (
          <Button variant="default" className={styles.danger} onClick={() => setAsking(true)}>
            {t('protection.expiring.run')}
            <span className="hidden-text"> {name}</span>
          </Button>
        )}
      </div>
      {erasure && (
        <ErasureProgress
          id={erasure}
          onDone={() => {
            void client.invalidateQueries({ queryKey: keys.administration(env, 'expiring') })
            void client.invalidateQueries({ queryKey: keys.administration(env, 'erasures') })
          }}
        />
      )}
      {asking && (
        <TypedDialog
          name={name}
          title={t('protection.expiring.runTitle', { name })}
          what={t('protection.expiring.what', { count: rule.due })}
          now={t('protection.expiring.now')}
          run={(typed) => source.protection.expire(entity.collection, typed)}
          onClose={() => setAsking(false)}
          onBegun={(erasure) => {
            setAsking(false)
            setBegun(erasure)
          }}
        />
      )}
    </li>
  )
}
