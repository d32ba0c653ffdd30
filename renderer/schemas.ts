import { config } from 'zod'

/** The window's content security policy lets no text become code, and zod would ask whether it may: each time a violation. */
config({ jitless: true })
