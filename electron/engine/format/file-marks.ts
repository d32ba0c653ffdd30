import { windowsProblem } from '../../../shared/model/package-path.ts'

export type FileMark = 'secret' | 'runs-code' | 'not-portable'

const secretNames =
  /^(?:\.env(?:\..+)?|id_(?:rsa|dsa|ecdsa|ed25519)|\.netrc|_netrc|\.npmrc|\.pypirc|\.htpasswd|\.git-credentials|credentials(?:\.json)?|client_secret.*\.json|service[-_]account.*\.json|secrets?\.(?:json|ya?ml|toml|txt|env)|.+\.(?:pem|key|p12|pfx|jks|keystore|kdbx|ppk))$/i
const sampleNames = /(?:\.example|\.sample|\.template|\.pub)$/i
const codeNames = /(?:\.(?:pkl|pickle|joblib|dill|pt|pth|ckpt)|^pytorch_model.*\.bin|^training_args\.bin)$/i

/** What a person should know of a file before it is published, by its name alone. */
export function markOf(parts: readonly string[]): FileMark | undefined {
  const name = parts.at(-1) ?? ''
  if ((secretNames.test(name) && !sampleNames.test(name)) || parts.includes('.ssh') || parts.includes('.aws'))
    return 'secret'
  if (windowsProblem(parts) !== undefined) return 'not-portable'
  return codeNames.test(name) ? 'runs-code' : undefined
}
