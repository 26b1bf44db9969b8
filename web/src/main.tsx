import '@fontsource-variable/inter/wght.css'
import '@mantine/core/styles.css'
import './app/tokens.css'
import './app/base.css'
import { MantineProvider } from '@mantine/core'
import { QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { colorSchemeManager } from './app/colourScheme'
import { queryClient } from './app/queryClient'
import { router } from './app/router'
import { link } from './app/source'
import { theme } from './app/theme'
import { startI18n } from './i18n/i18n'
import { Toasts } from './ui/toasts'

startI18n()
link.listen()

const root = document.getElementById('root')
if (!root) throw new Error('index.html has no #root')
createRoot(root).render(
  <StrictMode>
    <MantineProvider
      theme={theme}
      defaultColorScheme="auto"
      colorSchemeManager={colorSchemeManager}
      withCssVariables={false}
      withGlobalClasses={false}
    >
      <QueryClientProvider client={queryClient}>
        <RouterProvider router={router} />
        <Toasts />
      </QueryClientProvider>
    </MantineProvider>
  </StrictMode>,
)
