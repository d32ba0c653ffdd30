/**
 * The folder that relative paths of a command line are meant from. `npm run` starts its scripts in the project's folder and tells where
 * it was called itself in INIT_CWD; without this, `npm run -s orbital -- publish .` in a folder with a model would publish the checkout.
 */
export function startFolder(env: Readonly<Record<string, string | undefined>>, current: string): string {
  const isOwnScript = env.npm_lifecycle_event === 'orbital'
  return isOwnScript && env.INIT_CWD ? env.INIT_CWD : current
}
