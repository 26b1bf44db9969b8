import { ActionIcon, type ActionIconProps, Tooltip } from '@mantine/core'
import { forwardRef, type MouseEventHandler } from 'react'
import { Icon } from '../icons/Icon'

interface Props extends Pick<ActionIconProps, 'size' | 'variant' | 'className'> {
  icon: string
  /** Always there: a picture alone names nothing. */
  label: string
  /** Shown beside the label. */
  shortcut?: string
  onClick?: MouseEventHandler<HTMLButtonElement>
  disabled?: boolean
}

/** A button that is an icon, named for those who cannot see it and, on hover or focus, for everybody. */
export const IconAction = forwardRef<HTMLButtonElement, Props>(
  ({ icon, label, shortcut, size = 32, disabled, ...rest }, ref) => (
    <Tooltip label={shortcut ? `${label}  ·  ${shortcut}` : label}>
      <ActionIcon
        ref={ref}
        aria-label={label}
        size={size}
        aria-disabled={disabled || undefined}
        {...rest}
        type="button"
      >
        <Icon name={icon} size={Number(size) <= 28 ? 16 : 18} />
      </ActionIcon>
    </Tooltip>
  ),
)
IconAction.displayName = 'IconAction'
