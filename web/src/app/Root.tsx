import { Button } from '@mantine/core'
import { type ErrorComponentProps, Link, Outlet } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { asProblem } from '../api/problem'
import { SignInAgain } from '../features/session/SignInAgain'
import { EmptyMessage } from '../ui/EmptyMessage'
import { ProblemNotice } from '../ui/ProblemNotice'
import styles from './Root.module.css'

export function Root() {
  const { t } = useTranslation()
  return (
    <>
      <a className="skip-link" href="#content">
        {t('app.skip')}
      </a>
      <Outlet />
      <SignInAgain />
    </>
  )
}

export function NotFound() {
  const { t } = useTranslation()
  return (
    <main className={styles.centre} id="content">
      <EmptyMessage icon="map-pin" title={t('app.notFound.title')} hint={t('app.notFound.hint')}>
        <Button component={Link} to="/">
          {t('app.notFound.action')}
        </Button>
      </EmptyMessage>
    </main>
  )
}

/** A screen that failed: what the server said if it was a refusal, else that the screen stopped and nothing is lost. */
export function Crashed({ error }: ErrorComponentProps) {
  const { t } = useTranslation()
  const problem = asProblem(error)
  return (
    <main className={styles.centre} id="content">
      {problem.status === 404 ? (
        <NotFound />
      ) : problem.code === 'unexpected' && problem.status === 0 ? (
        <EmptyMessage icon="alert-triangle" title={t('app.crashed.title')} hint={t('app.crashed.hint')}>
          <Button onClick={() => window.location.reload()}>{t('app.crashed.action')}</Button>
        </EmptyMessage>
      ) : (
        <ProblemNotice problem={problem} retry={() => window.location.reload()} />
      )}
    </main>
  )
}
