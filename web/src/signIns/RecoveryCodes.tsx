import { Button } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Icon } from '../icons/Icon'
import { Notice } from '../ui/Notice'
import styles from './FactorEnrolment.module.css'

/** Codes for when the application is lost: shown this once, to be kept elsewhere. */
export function RecoveryCodes({ codes, done }: { codes: string[]; done(): void }) {
  const { t } = useTranslation()
  const [copied, setCopied] = useState(false)
  const text = `${t('factor.recovery.file')}\n\n${codes.join('\n')}\n`
  return (
    <div className={styles.form}>
      <Notice tone="warning" title={t('factor.recovery.title')} hint={t('factor.recovery.hint')} />
      <ul className={styles.codes} aria-label={t('factor.recovery.list')}>
        {codes.map((code) => (
          <li key={code}>{code}</li>
        ))}
      </ul>
      <div className={styles.actions}>
        <Button
          variant="default"
          component="a"
          href={`data:text/plain;charset=utf-8,${encodeURIComponent(text)}`}
          download="tisserand.txt"
          leftSection={<Icon name="download" size={16} />}
        >
          {t('factor.recovery.download')}
        </Button>
        <Button
          variant="default"
          onClick={() => void navigator.clipboard.writeText(codes.join('\n')).then(() => setCopied(true))}
        >
          {t(copied ? 'administration.people.copied' : 'administration.people.copy')}
        </Button>
        <Button onClick={done}>{t('factor.recovery.done')}</Button>
      </div>
    </div>
  )
}
