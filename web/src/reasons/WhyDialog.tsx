import { Modal } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { keys } from '../api/keys'
import { asProblem } from '../api/problem'
import type { WhyQuery } from '../api/source'
import { useSurroundings } from '../dictionary/context'
import { Bar, Late } from '../ui/Late'
import { ProblemNotice } from '../ui/ProblemNotice'
import { Reasons } from './Reasons'
import styles from './Reasons.module.css'

interface Props {
  asked: WhyQuery
  title: string
  /** Whom to turn to, for those who cannot change it themselves. */
  hint?: string | undefined
  onClose(): void
}

/** Why somebody may, or may not, do something. */
export default function WhyDialog({ asked, title, hint, onClose }: Props) {
  const { t } = useTranslation()
  const { dictionary, source } = useSurroundings()
  const found = useQuery({
    queryKey: keys.why(dictionary.environment.name, asked),
    queryFn: ({ signal }) => source.rights.why(asked, { signal }),
    // A change of a profile holds at once: what was true a moment ago says nothing.
    staleTime: 0,
    gcTime: 0,
  })
  return (
    <Modal opened onClose={onClose} title={title} size={620} closeButtonProps={{ 'aria-label': t('common.close') }}>
      <div className={styles.dialog}>
        {found.error ? (
          <ProblemNotice problem={asProblem(found.error)} retry={() => void found.refetch()} />
        ) : found.data ? (
          <Reasons reasons={[found.data]} />
        ) : (
          <Late label={t('common.loading')}>
            <Bar width="60%" />
            <Bar width="75%" />
          </Late>
        )}
        {hint && <p className="quiet">{hint}</p>}
      </div>
    </Modal>
  )
}
