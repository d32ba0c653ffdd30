import path from 'node:path'
import type { Location } from '../../../shared/model/connection.ts'
import { readProxies } from '../object-store/proxies.ts'
import type { Disk, NetworkSpec } from '../ports.ts'
import type { Environment } from './environment.ts'

/**
 * How a connection's sockets are made: the authorities of its own file, of the settings' (`forAll`), of `AWS_CA_BUNDLE` and (where that file is
 * there, as in Node) of `NODE_EXTRA_CA_CERTS`; the proxies of the environment.
 */
export function readNetwork(env: Environment, location: Location, disk: Disk, forAll?: string): NetworkSpec {
  const own = location.kind === 's3' ? location.certificateFile : undefined
  const extra = env.NODE_EXTRA_CA_CERTS
  const isThere = extra !== undefined && path.isAbsolute(extra) && disk.facts(extra) !== undefined
  const files = [own, forAll, env.AWS_CA_BUNDLE, isThere ? extra : undefined]
  const trustFiles = files.flatMap((file) => (file === undefined || file === '' ? [] : [path.resolve(file)]))
  return { trustFiles: [...new Set(trustFiles)], proxies: readProxies(env) }
}
