import { Checkbox, TextInput } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import styles from './CodeFields.module.css'
import type { SigningIn } from './useSignIn'

/** Where the code of the second factor is typed, whichever kind it is. */
export function CodeFields({ signing, size = 'sm' }: { signing: SigningIn; size?: 'sm' | 'md' }) {
  const { t } = useTranslation()
  return (
    <>
      <CodeInput
        label={t('factor.code')}
        description={t('factor.codeHint')}
        size={size}
        value={signing.code}
        error={signing.refusal?.details.fields?.code}
        onChange={signing.setCode}
        focused
      />
      <Checkbox
        label={t('factor.trust')}
        checked={signing.trust}
        onChange={(event) => signing.setTrust(event.currentTarget.checked)}
      />
    </>
  )
}

interface Props {
  label: string
  description?: string
  size?: 'sm' | 'md'
  value: string
  error?: string | undefined
  onChange(code: string): void
  focused?: boolean
}

export function CodeInput({ label, description, size = 'sm', value, error, onChange, focused }: Props) {
  return (
    <TextInput
      label={label}
      description={description}
      inputWrapperOrder={['label', 'input', 'error', 'description']}
      autoComplete="one-time-code"
      autoCapitalize="none"
      autoCorrect="off"
      spellCheck={false}
      required
      withAsterisk={false}
      size={size}
      classNames={{ input: styles.code ?? '' }}
      maxLength={40}
      value={value}
      error={error}
      onChange={(event) => onChange(event.currentTarget.value)}
      data-autofocus={focused || undefined}
      // What was asked for is what one types next.
      autoFocus={focused ?? false}
    />
  )
}
