import { lazy, Suspense } from 'react'
import { patiently } from '../../app/patiently'
import { textFilter } from '../filters/text'
import { defineField, textOf } from '../types'
import { plainWords } from './plain'

// The Markdown reader is only fetched by screens that show one.
const Markdown = lazy(() => patiently(() => import('./Markdown')))
const Editor = lazy(() => patiently(() => import('./Editor')))

export const richText = defineField<string>({
  of: textOf,
  text: plainWords,
  Display: ({ value }) => (
    <Suspense fallback={<p>{plainWords(value)}</p>}>
      <Markdown source={value} />
    </Suspense>
  ),
  Cell: ({ value }) => <>{plainWords(value).slice(0, 200)}</>,
  Input: (props) => (
    <Suspense fallback={<textarea id={props.id} defaultValue={props.value ?? ''} readOnly rows={6} />}>
      <Editor {...props} />
    </Suspense>
  ),
  filter: textFilter,
  width: 280,
  wide: true,
})
