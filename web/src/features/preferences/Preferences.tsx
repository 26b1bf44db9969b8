import { SegmentedControl, useMantineColorScheme } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useRouter } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { keys } from '../../api/keys'
import { asProblem } from '../../api/problem'
import type { Session } from '../../api/types'
import { source } from '../../app/source'
import type { Language } from '../../format/locale'
import { speak } from '../../i18n/i18n'
import { IconAction } from '../../ui/IconAction'
import { ProblemNotice } from '../../ui/ProblemNotice'
import { useShortcuts } from '../../ui/shortcuts'
import { useDense } from '../../visits/pinned'
import styles from './Preferences.module.css'

export function Preferences() {
  const { t, i18n } = useTranslation()
  const client = useQueryClient()
  const router = useRouter()
  // Suspending transitions would need an inline style, which the content security policy forbids.
  const { colorScheme, setColorScheme } = useMantineColorScheme({ keepTransitions: true })
  const [dense, setDense] = useDense()
  const language = useMutation({
    mutationFn: (wanted: Language) => source.session.update({ language: wanted }),
    onMutate: (wanted) => speak(wanted),
    onSuccess: (_nothing, wanted) =>
      client.setQueryData<Session>(keys.session, (session) =>
        session ? { ...session, user: { ...session.user, language: wanted } } : session,
      ),
  })
  const back = () => (router.history.canGoBack() ? router.history.back() : void router.navigate({ to: '/' }))
  useShortcuts({ Escape: back })
  return (
    <main className={styles.page} id="content">
      <header className={styles.head}>
        <IconAction icon="arrow-left" label={t('record.back')} onClick={back} />
        <h1>{t('preferences.title')}</h1>
      </header>
      {language.error && <ProblemNotice problem={asProblem(language.error)} />}
      <div className={styles.sheet}>
        <div className={styles.line}>
          <div>
            <h2 id="language">{t('preferences.language')}</h2>
            <p className="quiet">{t('preferences.languageHint')}</p>
          </div>
          <SegmentedControl
            aria-labelledby="language"
            value={i18n.language}
            onChange={(value) => language.mutate(value as Language)}
            data={[
              { value: 'fr', label: 'Français' },
              { value: 'en', label: 'English' },
            ]}
          />
        </div>
        <div className={styles.line}>
          <div>
            <h2 id="theme">{t('preferences.theme')}</h2>
            <p className="quiet">{t('preferences.themeHint')}</p>
          </div>
          <SegmentedControl
            aria-labelledby="theme"
            value={colorScheme}
            onChange={(value) => setColorScheme(value as 'light' | 'dark' | 'auto')}
            data={[
              { value: 'light', label: t('preferences.light') },
              { value: 'dark', label: t('preferences.dark') },
              { value: 'auto', label: t('preferences.auto') },
            ]}
          />
        </div>
        <div className={styles.line}>
          <div>
            <h2 id="density">{t('preferences.density')}</h2>
            <p className="quiet">{t('preferences.densityHint')}</p>
          </div>
          <SegmentedControl
            aria-labelledby="density"
            value={dense ? 'dense' : 'comfortable'}
            onChange={(value) => setDense(value === 'dense')}
            data={[
              { value: 'comfortable', label: t('preferences.comfortable') },
              { value: 'dense', label: t('preferences.dense') },
            ]}
          />
        </div>
      </div>
    </main>
  )
}
