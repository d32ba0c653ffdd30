import { type CSSVariablesResolver, createTheme } from '@mantine/core'
import { darkTokens, lightTokens } from './tokens.ts'

/** Names of Mantine's variables that follow ours. */
const mantineColors = {
  '--mantine-color-body': 'var(--o-canvas)',
  '--mantine-color-text': 'var(--o-text)',
  '--mantine-color-bright': 'var(--o-text)',
  '--mantine-color-dimmed': 'var(--o-text-2)',
  '--mantine-color-placeholder': 'var(--o-text-3)',
  '--mantine-color-anchor': 'var(--o-accent-text)',
  '--mantine-color-default': 'var(--o-raised)',
  '--mantine-color-default-hover': 'var(--o-row-hover)',
  '--mantine-color-default-color': 'var(--o-text)',
  '--mantine-color-default-border': 'var(--o-line-strong)',
  '--mantine-color-disabled': 'var(--o-sunken)',
  '--mantine-color-disabled-border': 'var(--o-line)',
  '--mantine-color-disabled-color': 'var(--o-text-3)',
  '--mantine-color-orbit-light': 'var(--o-accent-soft)',
  '--mantine-color-orbit-light-color': 'var(--o-accent-text)',
  '--mantine-color-orbit-filled': 'var(--o-accent)',
  '--mantine-color-orbit-filled-hover': 'var(--o-accent-hover)',
  '--mantine-primary-color-filled-hover': 'var(--o-accent-hover)',
  '--mantine-color-error': 'var(--o-danger)',
  '--mantine-color-success': 'var(--o-ok)',
}

export const resolveCssVariables: CSSVariablesResolver = () => ({
  variables: {},
  light: { ...lightTokens, ...mantineColors },
  dark: { ...darkTokens, ...mantineColors },
})

export const theme = createTheme({
  fontFamily: 'var(--o-font)',
  fontFamilyMonospace: 'var(--o-mono)',
  fontSizes: { xs: '12px', sm: '13px', md: '14px', lg: '15px', xl: '20px' },
  lineHeights: {
    xs: String(16 / 12),
    sm: String(20 / 13),
    md: String(24 / 14),
    lg: String(20 / 15),
    xl: String(28 / 20),
  },
  spacing: { xs: '4px', sm: '8px', md: '12px', lg: '16px', xl: '24px' },
  radius: { xs: '4px', sm: '6px', md: '8px', lg: '12px' },
  defaultRadius: 'sm',
  shadows: { xs: 'var(--o-shadow-control)', md: 'var(--o-shadow-pop)', xl: 'var(--o-shadow-sheet)' },
  fontWeights: { regular: '400', medium: '500', bold: '600' },
  cursorType: 'default',
  focusRing: 'auto',
  colors: {
    orbit: [
      '#eaeffe',
      '#d8e1fd',
      '#c3cffa',
      '#9db1ff',
      '#7f9aff',
      '#5b7cf7',
      '#4467ec',
      '#3355db',
      '#2a48c2',
      '#22389a',
    ],
  },
  primaryColor: 'orbit',
  primaryShade: { light: 7, dark: 6 },
  respectReducedMotion: true,
  components: {
    Button: {
      defaultProps: { size: 'sm' },
      vars: (_theme: unknown, props: { size?: string }) => ({
        root: { '--button-height': props.size === 'xs' ? '28px' : '32px' },
      }),
    },
    Input: {
      defaultProps: { size: 'sm' },
      vars: (_theme: unknown, props: { size?: string }) => ({
        wrapper: { '--input-height': props.size === 'xs' ? '28px' : '32px' },
      }),
    },
    InputWrapper: { defaultProps: { size: 'sm' } },
    Checkbox: { defaultProps: { size: 'xs', radius: 'xs' } },
    Menu: {
      defaultProps: {
        shadow: 'md',
        radius: 'md',
        transitionProps: { duration: 120 },
        // Inside the page's landmark, over everything in it. The first item has the focus: what else Mantine would focus is no item.
        portalProps: { target: '#menu-layer' },
        floatingStrategy: 'fixed',
        withInitialFocusPlaceholder: false,
      },
    },
    MenuDivider: { defaultProps: { role: 'separator' } },
    Select: { defaultProps: { size: 'sm', allowDeselect: false, checkIconPosition: 'right' } },
    Tooltip: {
      defaultProps: { openDelay: 400, withinPortal: true, events: { hover: true, focus: true, touch: false } },
    },
    SegmentedControl: { defaultProps: { size: 'xs', withItemsBorders: false } },
  },
})
