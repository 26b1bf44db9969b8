import { PasswordInput } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { asProblem } from '../api/problem'

interface Props {
  /** What the password is called there; *present password* when absent. */
  label?: string
  value: string
  onChange(password: string): void
  /** What was refused: shown here when it is about this field. */
  error: Error | null
  size?: 'sm' | 'md'
  focused?: boolean
}

/** Where somebody who is signed in says their password again, before what only they may do. */
export function PresentPassword({ label, value, onChange, error, size = 'sm', focused }: Props) {
  const { t } = useTranslation()
  return (
    <PasswordInput
      label={label ?? t('password.present')}
      autoComplete="current-password"
      required
      withAsterisk={false}
      size={size}
      value={value}
      error={error ? asProblem(error).details.fields?.present : undefined}
      onChange={(event) => onChange(event.currentTarget.value)}
      autoFocus={focused ?? false}
    />
  )
}
