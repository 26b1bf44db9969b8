import { TextInput } from '@mantine/core'
import { Link, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useSurroundings } from '../../dictionary/context'
import { fold } from '../../format/fold'
import { Icon } from '../../icons/Icon'
import { EmptyMessage } from '../../ui/EmptyMessage'
import { Notice } from '../../ui/Notice'
import { ListEditor } from './ListEditor'
import styles from './ValueLists.module.css'

/** Every list of values, and the one chosen. */
export function ValueLists() {
  const { t } = useTranslation()
  const { dictionary, label } = useSurroundings()
  const { list: chosen } = useSearch({ from: '/admin/$env/lists' })
  const [typed, setTyped] = useState('')
  const env = dictionary.environment.name
  const lists = Object.entries(dictionary.lists)
    .map(([name, list]) => ({ name, list, word: label(list.label) }))
    .filter(({ word }) => fold(word).includes(fold(typed.trim())))
    .sort((a, b) => a.word.localeCompare(b.word))
  if (!dictionary.me.powers.includes('administer'))
    return (
      <div className={styles.page}>
        <Notice tone="info" title={t('lists.forbidden')} />
      </div>
    )
  const current = chosen ? dictionary.lists[chosen] : undefined
  return (
    <div className={styles.page} data-chosen={current ? true : undefined}>
      <div className={styles.index}>
        <header>
          <h1>{t('lists.title')}</h1>
          <p className="quiet">{t('lists.intro')}</p>
        </header>
        <TextInput
          type="search"
          aria-label={t('lists.search')}
          placeholder={t('lists.search')}
          leftSection={<Icon name="search" size={16} />}
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
        />
        <ul className={styles.lists}>
          {lists.map(({ name, list, word }) => (
            <li key={name}>
              <Link
                to="/admin/$env/lists"
                params={{ env }}
                search={{ list: name }}
                className={styles.link}
                aria-current={name === chosen ? 'true' : undefined}
              >
                <span className={styles.word}>{word}</span>
                {list.closed && <Icon name="lock" size={14} />}
                <span className="quiet figures">{list.values.length}</span>
              </Link>
            </li>
          ))}
        </ul>
      </div>
      <div className={styles.content}>
        {chosen && current ? (
          <ListEditor key={chosen} name={chosen} list={current} />
        ) : (
          <EmptyMessage icon="list" title={t('lists.choose.title')} hint={t('lists.choose.hint')} />
        )}
      </div>
    </div>
  )
}
