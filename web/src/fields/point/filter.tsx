import { NativeSelect, NumberInput } from '@mantine/core'
import { lazy, Suspense } from 'react'
import { useTranslation } from 'react-i18next'
import { patiently } from '../../app/patiently'
import { useSurroundings } from '../../dictionary/context'
import { decimal } from '../../format/numbers'
import styles from '../filters/FilterKinds.module.css'
import { presenceFilter } from '../filters/presence'
import type { FilterEditorProps, FilterUi, FilterValue } from '../types'
import { circleOf, positionWords, whereWithin } from './within'

// The towns it chooses among are for the few who ask.
const PlaceChoice = lazy(() => patiently(() => import('./PlaceChoice')))

const operators = ['within', 'filled', 'empty'] as const

function Editor({ value, onChange }: FilterEditorProps) {
  const { t } = useTranslation()
  const { manner } = useSurroundings()
  const operator = value?.o ?? 'within'
  const km = Number(value?.km)
  const written: FilterValue = value ?? { o: 'within' }
  return (
    <div className={styles.stack}>
      <NativeSelect
        label={t('filter.operator')}
        value={operator}
        data-autofocus
        onChange={(event) => onChange({ km: 10, ...written, o: event.currentTarget.value })}
        data={operators.map((name) => ({ value: name, label: t(`filter.${name}`) }))}
      />
      {operator === 'within' && (
        <>
          <NumberInput
            label={t('view.kilometres')}
            value={Number.isFinite(km) ? km : ''}
            min={0.1}
            max={20_000}
            suffix=" km"
            decimalSeparator={manner.language === 'fr' ? ',' : '.'}
            onChange={(next) => onChange({ ...written, o: 'within', km: Number(next) || 0 })}
          />
          <Suspense fallback={null}>
            <PlaceChoice
              place={circleOf({ ...written, o: 'within', km: 1 })}
              onChoose={({ latitude, longitude, name }) => {
                const { n: _former, ...kept } = written
                onChange({ ...kept, o: 'within', lat: latitude, lon: longitude, ...(name ? { n: name } : {}) })
              }}
            />
          </Suspense>
        </>
      )}
    </div>
  )
}

/** Within so many kilometres of a place, or having a position at all. */
export const pointFilter: FilterUi = {
  first: { o: 'within', km: 10 },
  Editor,
  where: (path, value, field, around) => {
    if (value.o !== 'within') return presenceFilter.where(path, value, field, around)
    const circle = circleOf(value)
    return circle ? whereWithin(path, circle) : null
  },
  text: (value, field, around) => {
    const { t, manner } = around
    if (value.o !== 'within') return presenceFilter.text(value, field, around)
    const circle = circleOf(value)
    if (!circle) return ''
    const place = circle.name ?? positionWords(circle.latitude, circle.longitude, manner, 2)
    return t('filter.withinOf', { km: decimal(circle.km, manner), place })
  },
  exactly: (key) => (key === null ? { o: 'empty' } : null),
}
