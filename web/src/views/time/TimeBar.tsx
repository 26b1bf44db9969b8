import { Button, SegmentedControl } from '@mantine/core'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { IconAction } from '../../ui/IconAction'
import styles from './TimeBar.module.css'

/** Before, after, today; what is shown; how much of it. */
export function TimeBar<Scale extends string>(props: {
  title: string
  scale: Scale
  scales: { value: Scale; label: string }[]
  onScale(scale: Scale): void
  onStep(by: -1 | 1): void
  onToday(): void
  zone?: string | undefined
  children?: ReactNode
}) {
  const { title, scale, scales, onScale, onStep, onToday, zone, children } = props
  const { t } = useTranslation()
  return (
    <div className={styles.bar}>
      <Button variant="default" size="compact-md" onClick={onToday}>
        {t('view.today')}
      </Button>
      <span className={styles.steps}>
        <IconAction icon="chevron-left" label={t('view.before')} onClick={() => onStep(-1)} />
        <IconAction icon="chevron-right" label={t('view.after')} onClick={() => onStep(1)} />
      </span>
      <h2 className={styles.title} aria-live="polite">
        {title}
      </h2>
      {zone && <span className={styles.zone}>{zone}</span>}
      <span className={styles.end}>
        {children}
        {scales.length > 1 && (
          <SegmentedControl
            size="xs"
            value={scale}
            onChange={(value) => onScale(value as Scale)}
            data={scales}
            aria-label={t('view.scale')}
          />
        )}
      </span>
    </div>
  )
}
