import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { AppError } from '../../../shared/errors.ts'
import {
  connection as connectionModel,
  connectionReport,
  type NewConnection,
} from '../../../shared/model/connection.ts'
import { createTempFolder } from '../../../testkit/temp-folder.ts'
import { createNodeDisk } from '../disk/node-disk.ts'
import { createSystemClock } from '../system-clock.ts'
import { createConnections } from './connections.ts'
import { createAskedSecrets, createMemorySecrets, createSecretFile } from './secret-file.ts'

const io = { signal: AbortSignal.timeout(60_000) }
const secretAccessKey = 'SECRET-ac3f6a7e0d'
const quiet = { write: () => {} }

async function start(options: { env?: Record<string, string>; prepare?: (home: string) => Promise<void> } = {}) {
  const folder = await createTempFolder()
  onTestFinished(folder.remove)
  const home = path.join(folder.path, 'home')
  await mkdir(home)
  await options.prepare?.(home)
  const lines: string[] = []
  const log = { write: (...line: unknown[]) => void lines.push(JSON.stringify(line)) }
  const disk = createNodeDisk()
  const secrets = createMemorySecrets()
  const again = () =>
    createConnections({ home, disk, secrets, clock: createSystemClock(), log, env: { HOME: home, ...options.env } })
  const connections = again()
  onTestFinished(connections.close)
  return { home, folder: folder.path, connections, secrets, lines, again }
}

const s3 = (extra: Partial<NewConnection> = {}): NewConnection => ({
  name: 'Team models',
  location: {
    kind: 's3',
    bucket: 'team',
    root: '',
    endpoint: 'http://127.0.0.1:9',
    signIn: { kind: 'keys', accessKeyId: 'AKIA1' },
  },
  secretAccessKey,
  ...extra,
})
const folderAt = (folder: string, name = 'Shared'): NewConnection => ({
  name,
  location: { kind: 'folder', path: folder, root: '' },
})

describe('connections', () => {
  test('a folder that may not be read becomes no connection, and not the default one; one that is away may', async () => {
    const { connections, folder, home } = await start()
    const closed = path.join(folder, 'closed')
    const disk = createNodeDisk()
    const entries = (place: string) => {
      if (place === closed) throw new AppError('folder-unreadable', { path: place })
      return disk.entries(place)
    }
    const log = { write: () => {} }
    const deps = { home, secrets: createMemorySecrets(), clock: createSystemClock(), log, env: { HOME: home } }
    const refusing = createConnections({ ...deps, disk: { ...disk, entries } })
    onTestFinished(refusing.close)
    const refusal = { code: 'folder-unreadable', details: { path: closed, use: 'connection' } }
    const away = await refusing.add(folderAt(closed, 'Away'))
    await mkdir(closed)
    await expect(refusing.add(folderAt(closed))).rejects.toMatchObject(refusal)
    await expect(refusing.update(away.id, folderAt(closed))).rejects.toMatchObject(refusal)
    refusing.setDefault('local')
    expect(() => refusing.setDefault(away.id)).toThrow(expect.objectContaining(refusal))
    expect(connections.list().map(({ id, isDefault }) => [id, isDefault])).toEqual([
      ['local', true],
      ['away', false],
    ])
  })

  test('has the built-in registry from the start, as the default', async () => {
    const { connections, home } = await start()
    expect(connections.list()).toEqual([
      {
        id: 'local',
        name: 'This computer',
        location: { kind: 'folder', path: path.join(home, 'registry'), root: '' },
        isDefault: true,
        origin: 'built-in',
      },
    ])
    const { store } = await connections.open(undefined)
    await store.put('models/a-1.0.0/meta.json', Buffer.from('{}'), io)
    expect(await readFile(path.join(home, 'registry/models/a-1.0.0/meta.json'), 'utf8')).toBe('{}')
  })

  test('makes ids from names, and the first one added the default', async () => {
    const { connections, folder, again } = await start()
    const first = await connections.add(folderAt(folder, 'Équipe: Modèles (2)'))
    const second = await connections.add(folderAt(folder, 'équipe modèles 2'))
    const third = await connections.add(folderAt(folder, 'Local'))
    const fourth = await connections.add(folderAt(folder, '模型'))
    expect([first, second, third, fourth].map(({ id }) => id)).toEqual([
      'equipe-modeles-2',
      'equipe-modeles-2-2',
      'local-2',
      'connection',
    ])
    expect(
      again()
        .list()
        .find(({ isDefault }) => isDefault)?.id,
    ).toBe(first.id)
    connections.setDefault(third.id)
    expect(again().get(undefined).id).toBe('local-2')
    connections.setDefault('local')
    expect(again().get(undefined).id).toBe('local')
    for (const each of connections.list()) expect(connectionModel.parse(each)).toEqual(each)
  })

  test('refuses ids that are taken, reserved or wrong', async () => {
    const { connections, folder } = await start()
    await connections.add({ ...folderAt(folder), id: 'mine' })
    await expect(connections.add({ ...folderAt(folder), id: 'mine' })).rejects.toMatchObject({ code: 'already-exists' })
    for (const id of ['local', 'env', 'Mine', '', '../x']) {
      await expect(connections.add({ ...folderAt(folder), id })).rejects.toMatchObject({ code: 'usage' })
    }
    await expect(connections.remove('local')).rejects.toMatchObject({ code: 'usage' })
    await expect(connections.update('env', folderAt(folder))).rejects.toMatchObject({ code: 'usage' })
    await expect(connections.remove('none')).rejects.toMatchObject({ code: 'connection-not-found' })
    expect(() => connections.setDefault('none')).toThrow(expect.objectContaining({ code: 'connection-not-found' }))
    await expect(connections.open('none')).rejects.toMatchObject({ code: 'connection-not-found' })
  })

  test('the environment comes before the marked default', async () => {
    const { connections, folder } = await start({
      env: {
        BUCKET: 'models',
        AWS_ENDPOINT_URL_S3: 'http://127.0.0.1:9000',
        AWS_REGION: 'eu-west-1',
        AWS_ACCESS_KEY_ID: 'AK',
        AWS_SECRET_ACCESS_KEY: secretAccessKey,
      },
    })
    await connections.add(folderAt(folder))
    const chosen = connections.get(undefined)
    expect(chosen).toMatchObject({ id: 'env', origin: 'environment', isDefault: true })
    expect(chosen.location).toMatchObject({ bucket: 'models', endpoint: 'http://127.0.0.1:9000', region: 'eu-west-1' })
    const spec = await (await connections.open(undefined)).spec(io)
    expect(spec).toMatchObject({ credentials: { kind: 'keys', accessKeyId: 'AK', secretAccessKey } })
  })

  test.each([
    ['AWS_ENDPOINT_URL_S3', { BUCKET: 'team', AWS_ENDPOINT_URL_S3: 'http://user:pw@127.0.0.1:9' }],
    ['AWS_ENDPOINT_URL_S3', { BUCKET: 'team', AWS_ENDPOINT_URL_S3: 'https://store/path?x=1' }],
    ['AWS_ENDPOINT_URL', { BUCKET: 'team', AWS_ENDPOINT_URL: 'minio.local:9000' }],
    ['AWS_DEFAULT_REGION', { BUCKET: 'team', AWS_DEFAULT_REGION: 'r'.repeat(65) }],
    ['BUCKET', { BUCKET: 's3://team' }],
  ])('goes nowhere else where %s can’t be meant', async (name, env) => {
    const { connections } = await start({ env })
    expect(connections.list().filter(({ isDefault }) => isDefault)).toEqual([])
    const problem = expect.stringContaining(`${name} can’t be used: `)
    for (const id of [undefined, 'env']) {
      await expect(connections.open(id)).rejects.toMatchObject({ code: 'usage', details: { problem } })
      await expect(connections.open(id)).rejects.not.toThrow(/pw/)
    }
    expect((await connections.open('local')).id).toBe('local')
    expect(connections.environmentProblem()).toEqual(problem)
  })

  test('names the profile whose address can’t be meant', async () => {
    const prepare = async (home: string) => {
      await mkdir(path.join(home, '.aws'))
      await writeFile(path.join(home, '.aws/config'), '[profile lab]\nendpoint_url = s3.lab.example\n')
    }
    const { connections } = await start({ env: { BUCKET: 'team', AWS_PROFILE: 'lab' }, prepare })
    expect(() => connections.get(undefined)).toThrow(/endpoint_url of the profile “lab” can’t be used/)
  })

  test.each([
    ['s3://team', /“team”\./],
    ['team/models/', /“team”; “models\/” is the folder/],
    ['a_/-b', /3 to 255/],
    ['te am', /3 to 255/],
  ])('refuses the bucket %s', async (bucket, problem) => {
    const { connections } = await start()
    const wanted = s3()
    await expect(connections.add({ ...wanted, location: { ...wanted.location, bucket } as never })).rejects.toThrow(
      problem,
    )
    expect(connections.list()).toHaveLength(1)
  })

  test('what the environment does not say of its bucket, its profile does', async () => {
    const config =
      '[profile lab]\nendpoint_url = http://127.0.0.1:9001\nregion = lab-1\nca_bundle = /srv/ca.pem\n[default]\nregion = eu-west-1\n'
    const prepare = async (home: string) => {
      await mkdir(path.join(home, '.aws'))
      await writeFile(path.join(home, '.aws/config'), config)
    }
    const of = async (env: Record<string, string>) =>
      (await start({ env: { BUCKET: 'models', ...env }, prepare })).connections.get('env').location
    const lab = { endpoint: 'http://127.0.0.1:9001', region: 'lab-1', certificateFile: '/srv/ca.pem' }
    expect(await of({ AWS_PROFILE: 'lab' })).toMatchObject(lab)
    expect(await of({ AWS_PROFILE: 'lab', AWS_ENDPOINT_URL: 'http://127.0.0.1:9002', AWS_REGION: 'r' })).toMatchObject({
      ...lab,
      endpoint: 'http://127.0.0.1:9002',
      region: 'r',
    })
    expect(await of({})).toEqual({
      kind: 's3',
      bucket: 'models',
      root: '',
      region: 'eu-west-1',
      signIn: { kind: 'chain' },
    })
    expect(await of({ AWS_PROFILE: 'lab', AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'true' })).not.toHaveProperty('endpoint')
  })

  test('without any sign-in the environment’s bucket is not entered as a stranger', async () => {
    const { connections } = await start({ env: { BUCKET: 'models' } })
    const open = await connections.open('env')
    const expected = { code: 'sign-in-missing', details: { connection: 'models' } }
    await expect(open.spec(io)).rejects.toMatchObject(expected)
    await expect(open.store.head('models/a', io)).rejects.toMatchObject(expected)
  })

  test('updates and removes; the secret stays unless a new one is typed, and goes with the connection', async () => {
    const { connections, secrets } = await start()
    const { id } = await connections.add(s3())
    const before = await connections.open(id)
    const { secretAccessKey: _, ...withoutSecret } = s3({ name: 'New name' })
    expect(await connections.update(id, withoutSecret)).toMatchObject({ id, name: 'New name', isDefault: true })
    expect(await secrets.get(id)).toEqual({ secretAccessKey })
    expect((await connections.open(id)).store).not.toBe(before.store)
    await connections.remove(id)
    expect(await secrets.get(id)).toBeUndefined()
    expect(connections.get(undefined).id).toBe('local')
  })

  test('sends a stored secret to the address and for the key that it was typed for, and nowhere else', async () => {
    const { connections } = await start()
    const { id } = await connections.add(s3())
    const { secretAccessKey: _, ...untyped } = s3()
    const elsewhere = [
      { ...untyped, location: { ...untyped.location, endpoint: 'http://127.0.0.1:10' } },
      { ...untyped, location: { ...untyped.location, signIn: { kind: 'keys', accessKeyId: 'AKIA2' } } },
    ] as const
    for (const candidate of elsewhere) {
      await expect(connections.update(id, candidate as NewConnection)).rejects.toMatchObject({ code: 'usage' })
      const report = await connections.test({ candidate: { ...(candidate as NewConnection), id } }, io)
      expect(report.failure?.code).toBe('secret-unavailable')
    }
    await connections.update(id, { ...untyped, name: 'Renamed' })
    expect(connections.get(id).name).toBe('Renamed')
  })

  test('takes no address with a password in it, or that is none', async () => {
    const { connections, home } = await start()
    for (const endpoint of ['https://me:hunter2@store.example', 'https://store.example?key=hunter2', 'store.example']) {
      const input = s3({ location: { ...s3().location, endpoint } as NewConnection['location'] })
      await expect(connections.add(input)).rejects.toMatchObject({ code: 'usage' })
    }
    expect(await readdir(home)).toEqual([])
  })

  test('two that are added at once are both there, under ids of their own', async () => {
    const { connections } = await start()
    const added = await Promise.all([connections.add(s3()), connections.add(s3())])
    expect(new Set(added.map(({ id }) => id)).size).toBe(2)
    expect(connections.list()).toHaveLength(3)
  })

  test('goes where another process has said meanwhile', async () => {
    const { connections, folder, again } = await start()
    const [before, after] = [path.join(folder, 'before'), path.join(folder, 'after')]
    await Promise.all([mkdir(before), mkdir(after)])
    const { id } = await connections.add(folderAt(before))
    expect((await connections.open(id)).store.endpoint).toBe(before)
    const other = again()
    await other.remove(id)
    await other.add({ ...folderAt(after), id })
    const now = await connections.open(id)
    expect(now.store.endpoint).toBe(after)
    expect(await connections.open(id)).toBe(now)
  })

  test('says so when the secret is elsewhere', async () => {
    const { connections, secrets } = await start()
    const { id } = await connections.add(s3())
    await secrets.delete(id)
    const expected = { code: 'secret-unavailable', details: { connection: 'Team models' } }
    const { store, spec } = await connections.open(id)
    await expect(spec(io)).rejects.toMatchObject(expected)
    await expect(store.head('models/a', io)).rejects.toMatchObject(expected)
    const report = await connections.test({ id }, io)
    expect(report.failure).toEqual(expected)
    expect(connectionReport.parse(report)).toEqual(report)
  })

  test('keeps a damaged file aside and starts over', async () => {
    const { connections, home, folder, lines, again } = await start({
      prepare: (home) => writeFile(path.join(home, 'connections.json'), '{"format": 1, "connec'),
    })
    expect(connections.list().map(({ id }) => id)).toEqual(['local'])
    await connections.add(folderAt(folder))
    expect(await readFile(path.join(home, 'connections.json.damaged-1'), 'utf8')).toBe('{"format": 1, "connec')
    expect(lines.filter((line) => line.includes('state-damaged'))).toHaveLength(1)
    expect(again().list()).toHaveLength(2)
    expect((await readdir(home)).filter((name) => name.includes('damaged'))).toHaveLength(1)
  })

  test('keeps what can be read of a file with a damaged entry', async () => {
    const good = { id: 'good', name: 'Good', location: { kind: 'folder', path: '/srv/models', root: '' } }
    const text = JSON.stringify({ format: 1, defaultId: 'good', connections: [{ id: 'NOT AN ID' }, good] })
    const { connections, home } = await start({
      prepare: (home) => writeFile(path.join(home, 'connections.json'), text),
    })
    expect(connections.get(undefined).id).toBe('good')
    expect(await readFile(path.join(home, 'connections.json.damaged-1'), 'utf8')).toBe(text)
  })

  test('a folder connection needs an absolute path to a folder', async () => {
    const { connections, folder } = await start()
    await writeFile(path.join(folder, 'file'), '')
    await expect(connections.add(folderAt('relative'))).rejects.toMatchObject({ code: 'usage' })
    await expect(connections.add(folderAt(path.join(folder, 'file')))).rejects.toMatchObject({ code: 'not-a-folder' })
    const gone = await connections.add(folderAt(path.join(folder, 'unmounted')))
    const { store } = await connections.open(gone.id)
    await expect(store.put('models/a', Buffer.from(''), io)).rejects.toMatchObject({ code: 'not-a-folder' })
  })

  test('tests a folder with real requests and leaves nothing behind', async () => {
    const { connections, folder } = await start()
    const shared = path.join(folder, 'shared')
    await mkdir(shared)
    const report = await connections.test({ candidate: folderAt(shared) }, io)
    expect(report.failure).toBeUndefined()
    expect(report.checks.map(({ permission, state }) => `${permission} ${state}`)).toEqual([
      'list allowed',
      'read allowed',
      'publish allowed',
      'record allowed',
      'uploads allowed',
      'conditional allowed',
      'cleanup allowed',
    ])
    const files = (await readdir(shared, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile())
    expect(files).toEqual([])
    const missing = await connections.test({ candidate: folderAt(path.join(folder, 'unmounted')) }, io)
    expect(missing.failure).toMatchObject({ code: 'not-a-folder' })
  })
})

describe('secrets', () => {
  test('no file but the secret store, no log line, error or answer holds one', async () => {
    const { connections, home, lines } = await start()
    const added = await connections.add(s3({ sessionToken: `${secretAccessKey}-token` }))
    const answers: unknown[] = [added, connections.list(), await connections.test({ id: added.id }, io)]
    answers.push(await connections.test({ candidate: s3({ name: 'Other' }) }, io))
    const { store } = await connections.open(added.id)
    const failed = await store
      .put('models/a', Buffer.from('x'), { signal: AbortSignal.timeout(300) })
      .catch((error) => error)
    answers.push(failed.message, failed.stack, failed.details)
    answers.push(await connections.update(added.id, s3()))
    const files = await readdir(home, { recursive: true, withFileTypes: true })
    for (const entry of files.filter((each) => each.isFile())) {
      answers.push(await readFile(path.join(entry.parentPath, entry.name), 'utf8'))
    }
    expect(files.map(({ name }) => name)).toContain('connections.json')
    expect(lines.length).toBeGreaterThan(0)
    expect(JSON.stringify([answers, lines])).not.toContain(secretAccessKey)
  })

  test('a secret file is its owner’s alone', async () => {
    const { home } = await start()
    const secrets = createSecretFile({ disk: createNodeDisk(), home })
    expect(await secrets.get('a')).toBeUndefined()
    await secrets.set('a', { secretAccessKey })
    await secrets.set('b', { secretAccessKey: 'other' })
    await secrets.delete('b')
    const again = createSecretFile({ disk: createNodeDisk(), home })
    expect(await again.get('a')).toEqual({ secretAccessKey })
    expect(await again.get('b')).toBeUndefined()
    expect(await again.get('toString')).toBeUndefined()
    expect((await stat(path.join(home, 'secrets.json'))).mode & 0o777).toBe(0o600)
    await writeFile(path.join(home, 'secrets.json'), '{')
    await expect(again.get('a')).rejects.toMatchObject({ code: 'state-damaged' })
  })

  test('where the person is asked, a secret is on the disk after a yes alone', async () => {
    const { home } = await start()
    const disk = createNodeDisk()
    const secrets = createAskedSecrets({ disk, home })
    const connections = createConnections({ home, disk, secrets, clock: createSystemClock(), log: quiet, env: {} })
    onTestFinished(connections.close)
    const stored = () => createSecretFile({ disk, home }).get('team-models')
    await connections.add(s3())
    expect(await stored()).toBeUndefined()
    expect(await secrets.get('team-models')).toEqual({ secretAccessKey })
    await connections.update('team-models', s3({ storeSecret: true }))
    expect(await stored()).toEqual({ secretAccessKey })
    await connections.update('team-models', s3({ secretAccessKey: 'newer' }))
    expect(await stored()).toBeUndefined()
    expect(await secrets.get('team-models')).toEqual({ secretAccessKey: 'newer' })
    await connections.update('team-models', s3({ storeSecret: true }))
    await connections.remove('team-models')
    expect(await secrets.get('team-models')).toBeUndefined()
  })
})
