import { SegmentedControl, Textarea } from '@mantine/core'
import { useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
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
export default function Editor({ id, value, onChange, describedBy, invalid, required, field }: InputProps<string>) {
  const { t } = useTranslation()
  const [view, setView] = useState('write')
  const area = useRef<HTMLTextAreaElement>(null)
  const source = value ?? ''
  const put = (mark: Mark) => {
    const element = area.current
    if (!element) return
    const result = marked(source, element.selectionStart, element.selectionEnd, mark)
    onChange(result.text)
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
        <Textarea
          id={id}
          ref={area}
          value={source}
          autosize
          minRows={6}
          maxRows={24}
          maxLength={field.max_length}
          aria-describedby={describedBy}
          aria-required={required || undefined}
          error={invalid}
          onChange={(event) => onChange(event.currentTarget.value || null)}
        />
      ) : (
        <div className={styles.preview}>
          <Markdown source={source} />
        </div>
      )}
    </div>
  )
}
