import { SegmentedControl } from '@mantine/core'
import { useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useSurroundings } from '../../dictionary/context'
import { entityOfCollection } from '../../dictionary/model'
import { MentionArea } from '../../mentions/MentionArea'
import { shownText, sourceText } from '../../mentions/text'
import { IconAction } from '../../ui/IconAction'
import type { InputProps } from '../types'
import Markdown from './Markdown'
import { type Mark, marked } from './marks'
import styles from './rich_text.module.css'

const marks: { mark: Mark; icon: string; key: 'bold' | 'italic' | 'heading' | 'list' | 'link' }[] = [
  { mark: 'bold', icon: 'bold', key: 'bold' },
  { mark: 'italic', icon: 'italic', key: 'italic' },
  { mark: 'heading', icon: 'heading', key: 'heading' },
  { mark: 'list', icon: 'list', key: 'list' },
  { mark: 'link', icon: 'link', key: 'link' },
]

/** CommonMark written as text, with the usual marks at hand and a preview. */
export default function Editor(props: InputProps<string>) {
  const { id, value, onChange, describedBy, invalid, required, field, collection } = props
  const { t } = useTranslation()
  const { dictionary } = useSurroundings()
  const entity = entityOfCollection(dictionary, collection)
  const offers = entity?.notices.some((notice) => notice.field === field.name) ?? false
  const [view, setView] = useState('write')
  const area = useRef<HTMLTextAreaElement>(null)
  const source = value ?? ''
  const put = (mark: Mark) => {
    const element = area.current
    if (!element) return
    // Marks are put where people see them: the text with names.
    const { text, people } = shownText(source)
    const result = marked(text, element.selectionStart, element.selectionEnd, mark)
    onChange(sourceText(result.text, people))
    requestAnimationFrame(() => {
      element.focus()
      element.setSelectionRange(result.from, result.to)
    })
  }
  return (
    <div>
      <div className={styles.bar}>
        {view === 'write' &&
          marks.map(({ mark, icon, key }) => (
            <IconAction key={mark} icon={icon} label={t(`fields.rich.${key}`)} onClick={() => put(mark)} />
          ))}
        <SegmentedControl
          size="xs"
          value={view}
          onChange={setView}
          data={[
            { value: 'write', label: t('fields.rich.edit') },
            { value: 'preview', label: t('fields.rich.preview') },
          ]}
        />
      </div>
      {view === 'write' ? (
        <MentionArea
          id={id}
          ref={area}
          source={source}
          onSource={(next) => onChange(next || null)}
          offers={offers}
          autosize
          minRows={6}
          maxRows={24}
          maxLength={field.max_length}
          aria-describedby={describedBy}
          aria-required={required || undefined}
          error={invalid}
        />
      ) : (
        <div className={styles.preview}>
          <Markdown source={source} />
        </div>
      )}
    </div>
  )
}
