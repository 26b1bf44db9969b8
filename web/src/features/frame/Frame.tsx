import { Drawer, useMantineColorScheme } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Outlet, useNavigate, useParams } from '@tanstack/react-router'
import { lazy, Suspense, useEffect, useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { sweepDrafts } from '../../api/drafts'
import { keys } from '../../api/keys'
import { patiently } from '../../app/patiently'
import { source } from '../../app/source'
import { SurroundingsProvider, useSurroundings } from '../../dictionary/context'
import { entityOfCollection } from '../../dictionary/model'
import { now } from '../../format/now'
import { LiveProvider } from '../../live/live'
import { kindWord } from '../../ui/environmentKind'
import { useShortcuts } from '../../ui/shortcuts'
import { noteEnvironment } from '../../visits/lastEnvironment'
import { usePinned } from '../../visits/pinned'
import { AssistedBand } from './AssistedBand'
import { Bell } from './Bell'
import { BottomBar } from './BottomBar'
import styles from './Frame.module.css'
import { LinkBar } from './LinkBar'
import { MenuLinks } from './MenuLinks'
import { Rail } from './Rail'
import { TopBar } from './TopBar'
import { ViewedBand } from './ViewedBand'

const loadPalette = () => import('./Palette')
const Palette = lazy(() => patiently(loadPalette))
const Help = lazy(() => patiently(() => import('./Help')))
const ShortcutSheet = lazy(() => patiently(() => import('./ShortcutSheet')))

/** What stays around every screen of one environment. */
export function Frame() {
  const { env = '' } = useParams({ strict: false })
  const data = useMemo(() => source.environment(env), [env])
  const { data: dictionary } = useQuery({
    queryKey: keys.dictionary(env),
    queryFn: ({ signal }) => data.dictionary({ signal }),
    staleTime: Number.POSITIVE_INFINITY,
  })
  if (!dictionary) return null // the route's loader put it there
  return (
    <SurroundingsProvider dictionary={dictionary} source={data}>
      <LiveProvider dictionary={dictionary} source={data}>
        <Inside />
      </LiveProvider>
    </SurroundingsProvider>
  )
}

function Inside() {
  const { t } = useTranslation()
  const { dictionary, preferences } = useSurroundings()
  const { setColorScheme } = useMantineColorScheme({ keepTransitions: true })
  const navigate = useNavigate()
  const { collection } = useParams({ strict: false })
  const [palette, setPalette] = useState(false)
  const [sheet, setSheet] = useState(false)
  const [menu, setMenu] = useState(false)
  const [help, setHelp] = useState(false)
  const [bell, setBell] = useState(false)
  const [pinned, setPinned] = usePinned()
  const { environment } = dictionary
  // What lies outside of this tree follows the person's preferences: the colours of the page, its density, where they come back to.
  const { theme, density } = preferences
  // biome-ignore lint/correctness/useExhaustiveDependencies: the setter is new at every drawing
  useEffect(() => {
    if (theme) setColorScheme(theme)
  }, [theme])
  useEffect(() => {
    document.documentElement.dataset.density = density ?? 'comfortable'
    noteEnvironment(environment.name)
  }, [density, environment.name])
  // Fetched once the screen stands, so that what is typed right after `Ctrl K` goes into it.
  useEffect(() => void loadPalette(), [])
  useEffect(() => sweepDrafts(now().getTime()), [])
  const entity = collection ? entityOfCollection(dictionary, collection) : undefined
  useShortcuts(
    {
      'ctrl+k': () => {
        setSheet(false)
        setPalette((open) => !open)
      },
    },
    { insideDialogs: true },
  )
  useShortcuts({
    '?': () => setSheet(true),
    h: () => setHelp(true),
    g: () => setBell(true),
    n: entity?.can.create
      ? () =>
          navigate({ to: '/e/$env/$collection/new', params: { env: environment.name, collection: entity.collection } })
      : undefined,
  })
  return (
    <div className={styles.frame} data-pinned={pinned || undefined}>
      <Rail pinned={pinned} pin={setPinned} />
      <div className={styles.main}>
        {dictionary.me.viewed && <ViewedBand until={dictionary.me.viewed.until} />}
        <AssistedBand />
        {environment.kind !== 'production' && <Band kind={environment.kind} />}
        <TopBar
          openPalette={() => setPalette(true)}
          openSheet={() => setSheet(true)}
          openHelp={() => setHelp(true)}
          bell={<Bell opened={bell} setOpened={setBell} />}
        />
        <LinkBar />
        <main className={styles.content} id="content" tabIndex={-1}>
          <Outlet />
        </main>
      </div>
      <BottomBar openMenu={() => setMenu(true)} />
      <Drawer
        opened={menu}
        onClose={() => setMenu(false)}
        position="bottom"
        size="78%"
        title={t('frame.menu')}
        closeButtonProps={{ 'aria-label': t('common.close') }}
      >
        <MenuLinks onGo={() => setMenu(false)} />
      </Drawer>
      <Suspense fallback={null}>
        {palette && (
          <Palette
            close={() => setPalette(false)}
            around={{ help: () => setHelp(true), bell: () => setBell(true), sheet: () => setSheet(true) }}
          />
        )}
        {help && <Help entity={entity} close={() => setHelp(false)} openSheet={() => setSheet(true)} />}
        {sheet && <ShortcutSheet close={() => setSheet(false)} />}
      </Suspense>
    </div>
  )
}

/** Says, as long as one is there, that this is not production. */
function Band({ kind }: { kind: string }) {
  const { t } = useTranslation()
  return (
    <p className={styles.band} role="note">
      {t('environments.band', { kind: kindWord(kind, t) })}
    </p>
  )
}
