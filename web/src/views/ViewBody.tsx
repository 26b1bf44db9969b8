import { Suspense } from 'react'
import { useTranslation } from 'react-i18next'
import { Bar, Late } from '../ui/Late'
import { rendererOf, type ViewKind, type ViewProps } from './kinds'
import styles from './ViewBody.module.css'

/** A view of a collection, drawn by what its kind has. */
export function ViewBody({ kind, ...props }: Omit<ViewProps, 'view'> & { kind: ViewKind }) {
  const { t } = useTranslation()
  const Renderer = rendererOf(kind)
  const view = props.entity.views[kind]
  if (!Renderer || !view) return null
  return (
    <section className={styles.body} aria-label={t(`view.${kind}`)}>
      <Suspense
        fallback={
          <Late label={t('list.loading')}>
            <Bar width="60%" />
          </Late>
        }
      >
        <Renderer {...props} view={view} />
      </Suspense>
    </section>
  )
}
