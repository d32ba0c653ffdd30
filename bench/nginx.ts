import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Available } from '../testkit/available.ts'
import { findFreePorts } from '../testkit/free-ports.ts'
import { startServerProcess } from '../testkit/server-process.ts'

export async function findNginx(): Promise<Available<string>> {
  const places = [...(process.env.PATH ?? '').split(':'), '/usr/sbin']
  const found = places.map((place) => join(place, 'nginx')).find((file) => existsSync(file))
  return found ?? { missing: 'nginx: not on this machine (Debian has it in the package nginx-light)' }
}

/** Serves the files below a folder as objects of public buckets, and `list.xml` as the list of `models/` in the bucket `bucket`; all else in it is `empty.xml`. */
export async function startNginx(
  nginx: string,
  workFolder: string,
  root: string,
): Promise<{ readonly endpoint: string; stop(): Promise<void> }> {
  mkdirSync(workFolder, { recursive: true })
  const [port] = await findFreePorts(1)
  const endpoint = `http://127.0.0.1:${port}`
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((name) => `${name}_temp_path ${join(workFolder, name)};`)
    .join(' ')
  // Of root's files only root may read what lies below a private folder.
  const user = process.getuid?.() === 0 ? 'user root;' : ''
  writeFileSync(
    join(workFolder, 'nginx.conf'),
    `daemon off; ${user} worker_processes 1; pid ${join(workFolder, 'pid')}; error_log stderr;
events {}
http {
  access_log off; sendfile on; keepalive_requests 100000; ${temporary}
  server {
    listen 127.0.0.1:${port};
    root ${root};
    error_page 404 @missing;
    location @missing { default_type application/xml; return 404 '<Error><Code>NoSuchKey</Code></Error>'; }
    location ~ ^/bucket/?$ {
      default_type application/xml;
      if ($arg_prefix ~ ^models) { rewrite .* /list.xml break; }
      rewrite .* /empty.xml break;
    }
  }
}
`,
  )
  const server = await startServerProcess({
    command: nginx,
    args: ['-p', workFolder, '-c', join(workFolder, 'nginx.conf'), '-e', 'stderr'],
    isReady: async () => (await fetch(`${endpoint}/list.xml`, { signal: AbortSignal.timeout(2_000) })).ok,
  })
  return { endpoint, stop: () => server.stop() }
}
