import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { keys } from '../../api/keys'
import { source } from '../../app/source'
import { speak } from '../../i18n/i18n'
import { Mark } from '../../ui/Mark'
import styles from './SignIn.module.css'
import { Weave } from './Weave'

interface Props {
  title: string
  hint?: string | undefined
  /** Who has signed in may leave again; who has not may change the language. */
  signedIn?: boolean
  children: ReactNode
}

/** The page of who is not in yet: one thing to do, and one way out of it. */
export function Door({ title, hint, signedIn = false, children }: Props) {
  const { t } = useTranslation()
  return (
    <div className={styles.page}>
      <main className={styles.side} id="content">
        <div className={styles.form}>
          <Whose />
          <h1>{title}</h1>
          {hint && <p className="quiet">{hint}</p>}
          {children}
        </div>
        {signedIn ? <Leave /> : <OtherLanguage />}
      </main>
      <aside className={styles.cloth} aria-hidden="true">
        <Weave />
        <p className={styles.tagline}>{t('signIn.tagline')}</p>
      </aside>
    </div>
  )
}

/** The product; or, by a host name of their own, whoever it is used by. */
function Whose() {
  const { t } = useTranslation()
  const { data: brand } = useQuery({
    queryKey: keys.brand,
    queryFn: ({ signal }) => source.session.brand({ signal }),
    staleTime: Number.POSITIVE_INFINITY,
  })
  return (
    <p className={styles.name}>
      {brand?.logo ? <img src={brand.logo} alt="" className={styles.logo} /> : <Mark size={30} />}
      {brand?.name ?? t('app.name')}
    </p>
  )
}

function OtherLanguage() {
  const { i18n } = useTranslation()
  const other = i18n.language === 'fr' ? 'en' : 'fr'
  return (
    <button type="button" className={styles.language} lang={other} onClick={() => speak(other)}>
      {other === 'fr' ? 'Français' : 'English'}
    </button>
  )
}

function Leave() {
  const { t } = useTranslation()
  const leave = async () => {
    await source.session.signOut()
    window.location.assign('/sign-in')
  }
  return (
    <button type="button" className={styles.language} onClick={() => void leave()}>
      {t('frame.signOut')}
    </button>
  )
}
