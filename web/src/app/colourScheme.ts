import { localStorageColorSchemeManager } from '@mantine/core'

/** The same place that `public/theme.js` reads before the first paint. */
export const colorSchemeManager = localStorageColorSchemeManager({ key: 'tisserand.theme' })
