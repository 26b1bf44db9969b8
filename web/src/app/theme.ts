import {
  ActionIcon,
  Button,
  createTheme,
  Drawer,
  defaultVariantColorsResolver,
  Input,
  type MantineColorsTuple,
  Menu,
  Modal,
  Popover,
  Tooltip,
} from '@mantine/core'

// Every shade reads a token, so that light and dark are decided in `tokens.css` alone.
const pastel = Array(10).fill('var(--pastel)') as unknown as MantineColorsTuple

/** Mantine, brought to our measures (`tokens.css`). */
export const theme = createTheme({
  primaryColor: 'pastel',
  colors: { pastel },
  fontFamily: 'var(--font)',
  defaultRadius: 'md',
  cursorType: 'pointer',
  focusRing: 'auto',
  respectReducedMotion: true,
  variantColorResolver: (input) => {
    const colours = defaultVariantColorsResolver(input)
    if (input.variant === 'filled')
      return { ...colours, background: 'var(--pastel)', hover: 'var(--pastel-strong)', color: 'var(--on-accent)' }
    if (input.variant === 'subtle')
      return {
        ...colours,
        color: 'var(--ink-2)',
        hover: 'var(--hover)',
        background: 'transparent',
        border: '1px solid transparent',
      }
    return colours
  },
  components: {
    Button: Button.extend({
      defaultProps: { size: 'compact-md' },
      styles: { root: { height: 32, paddingInline: 12, fontSize: 14 } },
    }),
    ActionIcon: ActionIcon.extend({ defaultProps: { variant: 'subtle', size: 32 } }),
    Input: Input.extend({ defaultProps: { size: 'sm' } }),
    Menu: Menu.extend({ defaultProps: { shadow: 'none', transitionProps: { duration: 120 }, radius: 'md' } }),
    Popover: Popover.extend({ defaultProps: { shadow: 'none', transitionProps: { duration: 120 }, radius: 'md' } }),
    Modal: Modal.extend({
      defaultProps: {
        radius: 'md',
        centered: true,
        lockScroll: false,
        transitionProps: { duration: 140, transition: 'fade' },
      },
    }),
    Drawer: Drawer.extend({ defaultProps: { lockScroll: false, transitionProps: { duration: 140 } } }),
    Tooltip: Tooltip.extend({
      defaultProps: {
        openDelay: 350,
        transitionProps: { duration: 100 },
        events: { hover: true, focus: true, touch: false },
      },
    }),
  },
})
