import { Button } from '@mantine/core'
import { useId } from 'react'
import { useTranslation } from 'react-i18next'
import type { Import } from '../../api/types'
import { useSurroundings } from '../../dictionary/context'
import { decimal } from '../../format/numbers'
import styles from './Advance.module.css'

/** How far the work in hand is, and a way to stop it. */
export function Advance(props: { job: Import; title: string; stopping: boolean; onStop(): void }) {
  const { job, title, stopping, onStop } = props
  const { t } = useTranslation()
  const { manner } = useSurroundings()
  const id = useId()
  const { done, refused, part, whole } = job.advance
  const undoing = job.stage === 'undoing'
  return (
    <section className={styles.advance} aria-labelledby={id}>
      <h2 id={id}>{title}</h2>
      {whole > 0 ? <progress value={part} max={whole} aria-labelledby={id} /> : <progress aria-labelledby={id} />}
      <div className={styles.line}>
        <span className="quiet figures" role="status">
          {t(undoing ? 'import.advance.records' : 'import.advance.rows', { count: done, shown: decimal(done, manner) })}
          {refused > 0 &&
            ` · ${t(undoing ? 'import.advance.left' : 'import.advance.refused', { count: refused, shown: decimal(refused, manner) })}`}
        </span>
        <Button variant="default" loading={stopping} onClick={onStop}>
          {t('import.stop')}
        </Button>
      </div>
      <p className="quiet">{t('import.advance.leave')}</p>
    </section>
  )
}
