// Before whatever makes a schema.
import './schemas.ts'
import '@fontsource-variable/inter/opsz.css'
import '@fontsource-variable/jetbrains-mono/wght.css'
import '@mantine/core/styles.layer.css'
import '@mantine/notifications/styles.layer.css'
import '@mantine/spotlight/styles.layer.css'
import './theme/theme.css'
import { MantineProvider } from '@mantine/core'
import { Notifications } from '@mantine/notifications'
import { setNonce } from 'get-nonce'
import { createRoot } from 'react-dom/client'
import { App } from './app.tsx'
import { takeHostRequests } from './shell/host-requests.tsx'
import { startState } from './state/start.ts'
import { setLocale } from './text/units.ts'
import { resolveCssVariables, theme } from './theme/theme.ts'

/** Vite marks its own tags with the nonce that the host put into this response; styles made at run time take the same one. */
const nonce = document.querySelector<HTMLElement>('meta[property="csp-nonce"], script[nonce]')?.nonce ?? ''
setNonce(nonce)

// A browser knows how its person writes numbers; the app's host tells it.
setLocale(navigator.language)
startState(takeHostRequests)

const root = document.getElementById('root')
if (root !== null) {
  createRoot(root).render(
    <MantineProvider
      theme={theme}
      cssVariablesResolver={resolveCssVariables}
      defaultColorScheme="auto"
      getStyleNonce={() => nonce}
    >
      <App />
      <Notifications position="bottom-center" limit={3} />
    </MantineProvider>,
  )
}
