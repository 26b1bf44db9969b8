import { Button, NumberInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import 'leaflet/dist/leaflet.css'
import { type CSSProperties, useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { asProblem } from '../../api/problem'
import { isField } from '../../conditions/conditions'
import { useSurroundings } from '../../dictionary/context'
import { type Circle, circleOf, withinOf } from '../../fields/point/within'
import { decimal } from '../../format/numbers'
import { Icon } from '../../icons/Icon'
import { Notice } from '../../ui/Notice'
import { ProblemNotice } from '../../ui/ProblemNotice'
import type { ViewProps } from '../kinds'
import { LookValues } from '../LookValues'
import { useLook } from '../look'
import { useCount } from '../useCount'
import { readBase } from './base'
import { MapCanvas, type Sight } from './canvas'
import { kmBetween, parseSight, townAt } from './geometry'
import styles from './MapView.module.css'
import { usePlaces } from './usePlaces'

/** The address that this page was opened at, before screens followed each other. */
const openedPath = new URL(performance.getEntriesByType('navigation')[0]?.name ?? window.location.href).pathname

/** Where a map stands when nothing says better: France. */
const farAway = { latitude: 46.8, longitude: 2.6, zoom: 6 }
/** How far from its middle a town still gives a circle its name: nobody is misled. */
const nameKm = (radius: number) => Math.min(3, radius / 3)
/** Rows of the list beside: more are found by going nearer. */
const mostRows = 100

/** Records where they are, with the list of those in sight; narrowed to a circle when one is drawn. */
export function MapView({ entity, view, asked, conditions, onConditions, state, onState }: ViewProps<'map'>) {
  const { t } = useTranslation()
  const { dictionary, manner } = useSurroundings()
  const frame = useRef<HTMLDivElement>(null)
  const canvas = useRef<MapCanvas | null>(null)
  const fitted = useRef(false)
  const list = useRef<HTMLUListElement>(null)
  const [sight, setSight] = useState<Sight | null>(null)
  const [chosen, setChosen] = useState<string | null>(null)
  const look = useLook(entity, view, [view.point])
  const { places, data, loading, tooMany, problem, again } = usePlaces(entity, view.point, look, asked)
  const all = useCount(entity, asked, true)
  const base = useQuery({
    queryKey: ['map-base'],
    queryFn: ({ signal }) => readBase(signal),
    staleTime: Number.POSITIVE_INFINITY,
  })
  const drawn = conditions.findIndex((one) => isField(one) && one.p === view.point && circleOf(one.v) !== null)
  const held = conditions[drawn]
  const circle = held && isField(held) ? circleOf(held.v) : null
  /** Puts a circle among the conditions, in the place of the one there is; `null` takes it away. */
  const setCircle = (next: Circle | null) => {
    const others = conditions.filter((_, position) => position !== drawn)
    const named = next && { ...next, name: next.name ?? townAt(base.data?.towns ?? [], next, nameKm(next.km))?.name }
    onConditions(named ? [...others, { p: view.point, v: withinOf(named) }] : others)
  }
  const latest = useRef({ onState, setCircle })
  latest.current = { onState, setCircle }

  // The policy of a page is that of the environment that it was opened in: from another one, tiles are let in by opening it anew.
  const { tiles, name: env } = dictionary.environment
  const foreign = tiles !== null && !openedPath.startsWith(`/e/${env}/`) && openedPath !== `/e/${env}`
  useEffect(() => {
    if (foreign) window.location.reload()
  }, [foreign])

  // The map is Leaflet's: it is made once, told what changes, and taken away with the screen.
  // biome-ignore lint/correctness/useExhaustiveDependencies: made once; what it starts from is read at that time
  useEffect(() => {
    if (!frame.current) return
    const start = parseSight(state.sight)
    fitted.current = start !== null
    const made = new MapCanvas(
      frame.current,
      start ?? farAway,
      { in: t('view.zoomIn'), out: t('view.zoomOut'), credit: tiles ? '' : t('view.mapCredit') },
      tiles,
      {
        onSight: (next) => {
          setSight(next)
          latest.current.onState({
            sight: `${next.latitude.toFixed(4)},${next.longitude.toFixed(4)},${Number(next.zoom.toFixed(1))}`,
          })
        },
        onCircle: (next) => latest.current.setCircle(next),
        onPlace: setChosen,
      },
    )
    canvas.current = made
    setSight(made.sight())
    return () => {
      made.remove()
      canvas.current = null
    }
  }, [])
  useEffect(() => {
    if (base.data) canvas.current?.setBase(base.data)
  }, [base.data])

  // biome-ignore lint/correctness/useExhaustiveDependencies: places are made anew at every drawing from what was read
  useEffect(() => {
    canvas.current?.setPlaces(places, (place) => look.colour(place.record))
    if (data && !fitted.current) {
      fitted.current = true
      canvas.current?.fit(places)
    }
  }, [data])
  // biome-ignore lint/correctness/useExhaustiveDependencies: the circle as the address says it
  useEffect(() => canvas.current?.setCircle(circle), [circle?.latitude, circle?.longitude, circle?.km])
  useEffect(() => {
    canvas.current?.choose(chosen)
    list.current?.querySelector(`[data-place="${CSS.escape(chosen ?? '')}"]`)?.scrollIntoView({ block: 'nearest' })
  }, [chosen])

  const seen = sight
    ? places.filter(
        ({ latitude, longitude }) =>
          latitude >= sight.south && latitude <= sight.north && longitude >= sight.west && longitude <= sight.east,
      )
    : []
  const from = circle ?? sight
  const rows = from
    ? seen
        .map((place) => ({ place, km: kmBetween(from, place) }))
        .sort((a, b) => a.km - b.km)
        .slice(0, mostRows)
    : []
  const elsewhere = all.count === null || all.capped || tooMany ? 0 : all.count - places.length
  const drawHere = () => {
    if (!sight) return
    const km =
      circle?.km ?? Math.max(1, Math.round(kmBetween(sight, { latitude: sight.north, longitude: sight.longitude }) / 2))
    setCircle({ latitude: sight.latitude, longitude: sight.longitude, km })
  }
  return (
    <div className={styles.view}>
      <div className={styles.side}>
        <div className={styles.tools}>
          <p className={styles.count} aria-live="polite">
            {t('view.inSight', { count: seen.length, shown: decimal(seen.length, manner) })}
            {elsewhere > 0 && (
              <small>{t('view.noPlace', { count: elsewhere, shown: decimal(elsewhere, manner) })}</small>
            )}
          </p>
          <div className={styles.radius}>
            <Button
              variant="default"
              size="compact-md"
              onClick={drawHere}
              leftSection={<Icon name="current-location" size={16} />}
            >
              {t(circle ? 'view.circleHere' : 'view.circle')}
            </Button>
            {circle && (
              <>
                <NumberInput
                  aria-label={t('view.kilometres')}
                  className={styles.km}
                  value={circle.km}
                  min={0.1}
                  max={2000}
                  suffix=" km"
                  decimalSeparator={manner.language === 'fr' ? ',' : '.'}
                  onChange={(km) => {
                    if (typeof km === 'number' && km > 0) setCircle({ ...circle, km })
                  }}
                />
                <Button variant="subtle" size="compact-md" onClick={() => setCircle(null)}>
                  {t('view.circleAway')}
                </Button>
              </>
            )}
          </div>
        </div>
        {problem && <ProblemNotice problem={asProblem(problem)} retry={again} />}
        {tooMany && <Notice tone="warning" title={t('view.tooMany')} hint={t('view.tooManyHint')} />}
        {!loading && rows.length === 0 && <p className={styles.none}>{t('view.nothingHere')}</p>}
        <ul className={styles.list} ref={list} aria-label={t('view.placesInSight')}>
          {rows.map(({ place, km }) => (
            <li
              key={place.record.id}
              className={styles.row}
              data-place={place.record.id}
              data-chosen={chosen === place.record.id || undefined}
              style={{ '--mark': look.colour(place.record) ?? 'var(--pastel)' } as CSSProperties}
              onMouseEnter={() => canvas.current?.choose(place.record.id)}
              onMouseLeave={() => canvas.current?.choose(chosen)}
            >
              <i className={styles.dot} aria-hidden="true" />
              <span className={styles.what}>
                <Link
                  to="/e/$env/$collection/$id"
                  params={{ env: dictionary.environment.name, collection: entity.collection, id: place.record.id }}
                  className={styles.link}
                  onFocus={() => canvas.current?.choose(place.record.id)}
                >
                  {place.title}
                </Link>
                <span className={styles.beside}>
                  {circle && <span className="figures">{decimal(km.toFixed(km < 10 ? 1 : 0), manner)} km</span>}
                  <LookValues look={look} record={place.record} entity={entity} />
                </span>
              </span>
            </li>
          ))}
        </ul>
        {seen.length > rows.length && (
          <p className={styles.none}>{t('view.nearer', { shown: decimal(seen.length - rows.length, manner) })}</p>
        )}
      </div>
      <div className={styles.map} ref={frame} role="application" aria-label={t('view.mapOf')} />
    </div>
  )
}
