import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface SignInServices {
  readonly url: string
  /** `METHOD path action` of each request, oldest first. */
  readonly requests: readonly string[]
  /** The key id that each request to STS was signed with; empty for those that need none. */
  readonly signedWith: readonly string[]
  /** Answers with this status and a body that a careless client would print, until it is set back. */
  failWith(status: number | undefined): void
  /** Takes connections and says nothing. */
  beSilent(isSilent: boolean): void
}

const expiration = () => new Date(Date.now() + 3_600_000).toISOString()

/**
 * AWS's services that give sign-ins, on one loopback address, as far as their protocols are needed: STS (roles), the SSO portal, a container's role
 * (`/container`, with the token `container-token`), a machine's role (IMDSv2).
 */
export async function startSignInServices(): Promise<SignInServices & { stop(): void }> {
  const requests: string[] = []
  const signedWith: string[] = []
  let failure: number | undefined
  let isSilent = false

  async function handle(request: IncomingMessage, answer: ServerResponse): Promise<void> {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const form = new URLSearchParams(Buffer.concat(chunks).toString())
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://x')
    requests.push([request.method, pathname, form.get('Action')].filter(Boolean).join(' '))
    if (isSilent) return
    const json = (value: unknown, status = 200) =>
      answer.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value))
    if (failure !== undefined) return void json({ message: 'the-secret-of-the-service' }, failure)
    const keys = (accessKeyId: string) => ({
      AccessKeyId: accessKeyId,
      SecretAccessKey: `s-${accessKeyId}`,
      Token: 'token',
      Expiration: expiration(),
    })
    if (form.has('Action')) {
      const action = form.get('Action') ?? ''
      signedWith.push(/Credential=([^/]+)/.exec(request.headers.authorization ?? '')?.[1] ?? '')
      return void answer.writeHead(200, { 'content-type': 'text/xml' }).end(assumed(action, form))
    }
    if (pathname === '/federation/credentials') {
      if (request.headers['x-amz-sso_bearer_token'] !== 'good')
        return void json({ message: 'Session token not found' }, 401)
      const role = `${searchParams.get('account_id')}-${searchParams.get('role_name')}`
      const { AccessKeyId: accessKeyId, SecretAccessKey: secretAccessKey } = keys(`SSO-${role}`)
      const roleCredentials = {
        accessKeyId,
        secretAccessKey,
        sessionToken: 'token',
        expiration: Date.now() + 3_600_000,
      }
      return void json({ roleCredentials })
    }
    if (pathname === '/container')
      return void (request.headers.authorization === 'container-token' ? json(keys('CONTAINER')) : json({}, 401))
    if (pathname === '/latest/api/token' && request.method === 'PUT') return void answer.end('imds-token')
    if (request.headers['x-aws-ec2-metadata-token'] !== 'imds-token') return void answer.writeHead(401).end()
    if (pathname === '/latest/meta-data/iam/security-credentials/') return void answer.end('role-of-machine')
    if (pathname === '/latest/meta-data/iam/security-credentials/role-of-machine')
      return void json({ Code: 'Success', Type: 'AWS-HMAC', LastUpdated: new Date().toISOString(), ...keys('MACHINE') })
    answer.writeHead(404).end()
  }

  const server = createServer((request, answer) => void handle(request, answer).catch(() => answer.destroy()))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    signedWith,
    failWith: (status) => {
      failure = status
    },
    beSilent: (silent) => {
      isSilent = silent
    },
    stop() {
      server.closeAllConnections()
      server.close()
    },
  }
}

/** STS's answer; the key id names the role, the external id and whose token it was. */
function assumed(action: string, form: URLSearchParams): string {
  const role = form.get('RoleArn')?.split('/').at(-1)
  const id = [role, form.get('ExternalId'), form.get('WebIdentityToken')].filter(Boolean).join('-')
  return `<${action}Response xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><${action}Result><Credentials>
    <AccessKeyId>${id}</AccessKeyId><SecretAccessKey>s-${id}</SecretAccessKey><SessionToken>token</SessionToken>
    <Expiration>${expiration()}</Expiration></Credentials>
    <AssumedRoleUser><AssumedRoleId>A:x</AssumedRoleId><Arn>arn:aws:sts::1:assumed-role/x/x</Arn></AssumedRoleUser>
    </${action}Result><ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></${action}Response>`
}
