import { Button, TextInput, UnstyledButton } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useSurroundings } from '../../dictionary/context'
import { fold } from '../../format/fold'
import { parseDecimal } from '../../format/numbers'
import { Icon } from '../../icons/Icon'
import { readTowns, townsKey } from '../../places/towns'
import styles from './point.module.css'
import { type Circle, positionWords } from './within'

type Place = Omit<Circle, 'km'>

/** Towns offered at once: what is typed narrows them. */
const offeredMost = 6

/** A place by the name of a town, by its coordinates, or where one is. */
export default function PlaceChoice({ place, onChoose }: { place: Place | null; onChoose(place: Place): void }) {
  const { t } = useTranslation()
  const { manner } = useSurroundings()
  const [typed, setTyped] = useState('')
  const [problem, setProblem] = useState<string | null>(null)
  const towns = useQuery({
    queryKey: townsKey,
    queryFn: ({ signal }) => readTowns(signal),
    staleTime: Number.POSITIVE_INFINITY,
  })
  const wanted = fold(typed.trim())
  const found: Place[] = wanted ? [...atCoordinates(typed), ...named(towns.data ?? [], wanted)] : []
  const choose = ({ latitude, longitude, name }: Place) => {
    setTyped('')
    setProblem(null)
    onChoose({ latitude, longitude, name })
  }
  const here = () =>
    navigator.geolocation.getCurrentPosition(
      ({ coords }) =>
        choose({
          latitude: Number(coords.latitude.toFixed(4)),
          longitude: Number(coords.longitude.toFixed(4)),
          name: undefined,
        }),
      () => setProblem(t('fields.point.denied')),
    )
  return (
    <div className={styles.place}>
      <TextInput
        label={t('filter.around')}
        placeholder={t('filter.aroundHint')}
        value={typed}
        error={problem}
        onChange={(event) => setTyped(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key !== 'Enter' || !found[0]) return
          event.preventDefault()
          choose(found[0])
        }}
      />
      {found.length > 0 && (
        <ul aria-label={t('filter.around')}>
          {found.slice(0, offeredMost).map((one) => (
            <li key={`${one.latitude},${one.longitude}`}>
              <UnstyledButton className={styles.town} onClick={() => choose(one)}>
                {one.name ?? positionWords(one.latitude, one.longitude, manner, 4)}
                {/* Many towns share a name. */}
                {one.name && <small className="figures">{positionWords(one.latitude, one.longitude, manner, 1)}</small>}
              </UnstyledButton>
            </li>
          ))}
        </ul>
      )}
      <p className={styles.chosen}>
        {place && (
          <span className="figures">
            {[place.name, positionWords(place.latitude, place.longitude, manner, 4)].filter(Boolean).join(' · ')}
          </span>
        )}
        <Button
          variant="subtle"
          size="compact-sm"
          onClick={here}
          leftSection={<Icon name="current-location" size={16} />}
        >
          {t('fields.point.here')}
        </Button>
      </p>
    </div>
  )
}

/** Towns whose name begins so, then those that have it within; of each the largest first. */
function named(towns: Place[], wanted: string): Place[] {
  const known = towns.map((town) => ({ town, name: fold(town.name ?? '') }))
  const first = known.filter(({ name }) => name.startsWith(wanted))
  const then = known.filter(({ name }) => !name.startsWith(wanted) && name.includes(wanted))
  return [...first, ...then].map(({ town }) => town)
}

/** `48,57 ; 7,75`, `48.57, 7.75`: latitude, then longitude. */
function atCoordinates(typed: string): Place[] {
  const halves = /^(-?\d+(?:[.,]\d+)?)\s*(?:;|,\s|\s)\s*(-?\d+(?:[.,]\d+)?)$/.exec(typed.trim())
  const [latitude, longitude] = [parseDecimal(halves?.[1] ?? ''), parseDecimal(halves?.[2] ?? '')].map((one) =>
    one === null ? Number.NaN : Number(one),
  )
  if (latitude === undefined || longitude === undefined) return []
  return Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180 ? [{ latitude, longitude }] : []
}
