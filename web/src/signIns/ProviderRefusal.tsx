import { useTranslation } from 'react-i18next'
import { Notice } from '../ui/Notice'

const reasons = [
  'not_begun',
  'denied',
  'unverified',
  'not_theirs',
  'no_group',
  'no_room',
  'inactive',
  'slowed_down',
  'unreachable',
  'failed',
] as const

/** Why somebody who came back from their identity provider was not let in. */
export function ProviderRefusal({ reason }: { reason: string }) {
  const { t } = useTranslation()
  const known = reasons.find((one) => one === reason) ?? 'failed'
  return <Notice tone="danger" title={t(`provider.refused.${known}`)} />
}
