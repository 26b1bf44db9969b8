import { Button, TextInput } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useSurroundings } from '../../dictionary/context'
import { decimal, parseDecimal } from '../../format/numbers'
import { Icon } from '../../icons/Icon'
import { defineField, type InputProps, type ValueProps } from '../types'
import { pointFilter } from './filter'
import styles from './point.module.css'
import { positionWords } from './within'

/** GeoJSON: longitude first. */
export interface PointValue {
  type: 'Point'
  coordinates: [longitude: number, latitude: number]
}

function written(value: PointValue, manner: Parameters<typeof decimal>[1]): string {
  return positionWords(value.coordinates[1], value.coordinates[0], manner)
}

function Display({ value }: ValueProps<PointValue>) {
  const { manner, t } = useSurroundings()
  const [longitude, latitude] = value.coordinates
  return (
    <a
      className="figures"
      target="_blank"
      rel="noreferrer noopener"
      title={t('fields.address.map')}
      href={`https://www.openstreetmap.org/?mlat=${latitude}&mlon=${longitude}#map=17/${latitude}/${longitude}`}
    >
      {written(value, manner)}
    </a>
  )
}

function Input({ id, value, onChange, onProblem, describedBy, invalid }: InputProps<PointValue>) {
  const { t } = useTranslation()
  const { manner } = useSurroundings()
  const shown = value ? value.coordinates.map((degrees) => decimal(degrees, manner)) : ['', '']
  const [half, setHalf] = useState<{ latitude: string; longitude: string } | null>(null)
  const latitude = half?.latitude ?? shown[1] ?? ''
  const longitude = half?.longitude ?? shown[0] ?? ''
  const put = (next: { latitude: string; longitude: string }) => {
    setHalf(next)
    const [north, east] = [parseDecimal(next.latitude), parseDecimal(next.longitude)]
    if (next.latitude.trim() === '' && next.longitude.trim() === '') {
      onProblem(null)
      onChange(null)
    } else if (north !== null && east !== null) {
      onProblem(null)
      onChange({ type: 'Point', coordinates: [Number(east), Number(north)] })
    } else onProblem(t('fields.number.invalid'))
  }
  const locate = () =>
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        setHalf(null)
        onProblem(null)
        onChange({ type: 'Point', coordinates: [round(coords.longitude), round(coords.latitude)] })
      },
      () => onProblem(t('fields.point.denied')),
    )
  return (
    <div className={styles.line} id={id} aria-describedby={describedBy}>
      <TextInput
        label={t('fields.point.latitude')}
        inputMode="decimal"
        value={latitude}
        error={invalid}
        onChange={(event) => put({ latitude: event.currentTarget.value, longitude })}
      />
      <TextInput
        label={t('fields.point.longitude')}
        inputMode="decimal"
        value={longitude}
        error={invalid}
        onChange={(event) => put({ latitude, longitude: event.currentTarget.value })}
      />
      <Button variant="default" onClick={locate} leftSection={<Icon name="current-location" size={16} />}>
        {t('fields.point.here')}
      </Button>
    </div>
  )
}

/** Ten centimetres are enough. */
function round(degrees: number): number {
  return Math.round(degrees * 1e6) / 1e6
}

export const point = defineField<PointValue>({
  of: (raw) => {
    const coordinates = (raw as { coordinates?: unknown } | null)?.coordinates
    if (!Array.isArray(coordinates) || coordinates.some((one) => typeof one !== 'number')) return null
    return { type: 'Point', coordinates: [coordinates[0] as number, coordinates[1] as number] }
  },
  text: (value, _field, { manner }) => written(value, manner),
  Display,
  Cell: ({ value }) => <span className="figures">{value.coordinates.map((one) => one.toFixed(4)).join(', ')}</span>,
  Input,
  filter: pointFilter,
  width: 170,
  group: true,
})
