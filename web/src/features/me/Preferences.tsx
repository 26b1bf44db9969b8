import { NativeSelect, SegmentedControl, Select, useMantineColorScheme } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { keys } from '../../api/keys'
import { asProblem } from '../../api/problem'
import type { Session } from '../../api/types'
import { source } from '../../app/source'
import { useSurroundings } from '../../dictionary/context'
import { clock } from '../../format/dates'
import { type Language, locales, type Manner } from '../../format/locale'
import { now } from '../../format/now'
import { speak } from '../../i18n/i18n'
import { ProblemNotice } from '../../ui/ProblemNotice'
import styles from './Me.module.css'
import { MePage } from './MePage'

/** Monday, Saturday, Sunday: the days on which weeks begin somewhere. */
const firstDays = [1, 6, 7]

/** Stands for the zone of the environment, whichever it is. */
const ofCompany = 'company'

/** How the person wants their screens: kept for them, on every device. */
export function Preferences() {
  const { t, i18n } = useTranslation()
  const client = useQueryClient()
  const { dictionary, preferences, prefer, manner, label } = useSurroundings()
  const { colorScheme, setColorScheme } = useMantineColorScheme({ keepTransitions: true })
  const language = useMutation({
    mutationFn: (wanted: Language) => source.session.update({ language: wanted }),
    onMutate: (wanted) => speak(wanted),
    onSuccess: (_nothing, wanted) =>
      client.setQueryData<Session>(keys.session, (session) =>
        session ? { ...session, user: { ...session.user, language: wanted } } : session,
      ),
  })
  const company = dictionary.environment.time_zone
  const lists = dictionary.menu
    .flatMap((group) => group.items)
    .flatMap((item) => (dictionary.entities[item.entity] ? [{ value: item.entity, label: label(item.label) }] : []))
  return (
    <MePage title={t('preferences.title')} hint={t('preferences.hint')}>
      {language.error && <ProblemNotice problem={asProblem(language.error)} />}
      <div className={styles.sheet}>
        <Line id="language" title={t('preferences.language')} hint={t('preferences.languageHint')}>
          <SegmentedControl
            aria-labelledby="language"
            value={i18n.language}
            onChange={(value) => language.mutate(value as Language)}
            data={[
              { value: 'fr', label: 'Français' },
              { value: 'en', label: 'English' },
            ]}
          />
        </Line>
        <Line id="theme" title={t('preferences.theme')}>
          <SegmentedControl
            aria-labelledby="theme"
            value={colorScheme}
            onChange={(value) => {
              const theme = value as 'light' | 'dark' | 'auto'
              setColorScheme(theme)
              prefer({ theme })
            }}
            data={[
              { value: 'light', label: t('preferences.light') },
              { value: 'dark', label: t('preferences.dark') },
              { value: 'auto', label: t('preferences.auto') },
            ]}
          />
        </Line>
        <Line id="density" title={t('preferences.density')} hint={t('preferences.densityHint')}>
          <SegmentedControl
            aria-labelledby="density"
            value={preferences.density ?? 'comfortable'}
            onChange={(value) => prefer({ density: value as 'comfortable' | 'dense' })}
            data={[
              { value: 'comfortable', label: t('preferences.comfortable') },
              { value: 'dense', label: t('preferences.dense') },
            ]}
          />
        </Line>
        <Line id="zone" title={t('preferences.zone')} hint={t('preferences.zoneHint', { time: clock(now(), manner) })}>
          <Select
            className={styles.choice}
            aria-labelledby="zone"
            searchable
            allowDeselect={false}
            nothingFoundMessage={t('preferences.zoneNone')}
            limit={60}
            value={preferences.time_zone ?? ofCompany}
            onChange={(zone) => prefer({ time_zone: zone === ofCompany ? null : zone })}
            data={[
              { value: ofCompany, label: t('preferences.zoneCompany', { zone: zoneWords(company) }) },
              ...zones(preferences.time_zone),
            ]}
          />
        </Line>
        <Line id="first-day" title={t('preferences.firstDay')} hint={t('preferences.firstDayHint')}>
          <SegmentedControl
            aria-labelledby="first-day"
            value={String(manner.firstDay ?? 1)}
            onChange={(day) => prefer({ first_day: Number(day) })}
            data={firstDays.map((day) => ({ value: String(day), label: weekdayName(day, manner) }))}
          />
        </Line>
        <Line id="start" title={t('preferences.start')} hint={t('preferences.startHint')}>
          <NativeSelect
            className={styles.choice}
            aria-labelledby="start"
            value={preferences.start_page ?? ''}
            onChange={(event) => prefer({ start_page: event.currentTarget.value || null })}
            data={[{ value: '', label: t('frame.home') }, ...lists]}
          />
        </Line>
      </div>
    </MePage>
  )
}

function Line({ id, title, hint, children }: { id: string; title: string; hint?: string; children: ReactNode }) {
  return (
    <div className={styles.line}>
      <div>
        <h2 id={id}>{title}</h2>
        {hint && <p className="quiet">{hint}</p>}
      </div>
      {children}
    </div>
  )
}

/** 1 is Monday; the first of January 2024 was one. */
function weekdayName(day: number, { language }: Manner): string {
  const word = new Intl.DateTimeFormat(locales[language], { weekday: 'long', timeZone: 'UTC' }).format(
    Date.UTC(2024, 0, day),
  )
  return word.charAt(0).toLocaleUpperCase(locales[language]) + word.slice(1)
}

/** `Europe/Paris` → `Paris (Europe)`. */
function zoneWords(zone: string): string {
  const [area = zone, ...place] = zone.split('/')
  return place.length ? `${place.join(', ').replaceAll('_', ' ')} (${area})` : area
}

/** The zones that the browser knows, by place; with the one chosen, should it know it under another name. */
function zones(chosen: string | null): { value: string; label: string }[] {
  const known = new Set(['UTC', ...Intl.supportedValuesOf('timeZone'), ...(chosen ? [chosen] : [])])
  return [...known]
    .map((zone) => ({ value: zone, label: zoneWords(zone) }))
    .sort((a, b) => a.label.localeCompare(b.label))
}
