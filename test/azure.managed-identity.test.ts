/**
 * How a managed identity's token is renewed: the library keeps it in the process, whichever credential asks,
 * and hands it out until five minutes before its end; from then on the machine is asked. So nothing of ours may
 * use it longer than it says.
 */
import { createHttpHeaders, type HttpClient } from '@azure/core-rest-pipeline'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { cloudOf } from '../operator/azure/cloud.ts'
import { fetchTokenOf } from '../operator/azure/credential.ts'
import { TokenSource } from '../operator/azure/token.ts'

const test = suite("a managed identity's token")

const machine = 'http://10.0.0.7:4141'
let identities = 0

interface Machine {
  livesSeconds: number
  status: number
  /** Tokens given out. */
  readonly given: string[]
}

/** By client id: the library sends by the first wire of the process, whoever asks. */
const machines = new Map<string, Machine>()

const sendRequest: HttpClient['sendRequest'] = (request) => {
  const { origin, searchParams } = new URL(request.url)
  assert.is(origin, machine)
  const about = machines.get(searchParams.get('client_id') ?? '')
  if (about === undefined) throw new Error(request.url)
  const { livesSeconds, status, given } = about
  if (status === 200) given.push(`token-${given.length + 1}`)
  const body = {
    access_token: given.at(-1),
    expires_in: String(livesSeconds),
    expires_on: String(Math.floor(Date.now() / 1_000) + livesSeconds),
    resource: 'https://management.azure.com',
    token_type: 'Bearer',
  }
  const bodyAsText = JSON.stringify(status === 200 ? body : { error: 'server_error' })
  return Promise.resolve({ request, status, headers: createHttpHeaders(), bodyAsText })
}

/** An identity of its own: the library shares tokens between all that have one client id. */
function managed(livesSeconds: number) {
  const clientId = `00000000-0000-4000-8000-${String((identities += 1)).padStart(12, '0')}`
  const about: Machine = { livesSeconds, status: 200, given: [] }
  machines.set(clientId, about)
  const fetch = fetchTokenOf(
    { kind: 'operator' },
    {
      cloud: cloudOf({}),
      environment: { AZURE_CLIENT_ID: clientId, AZURE_POD_IDENTITY_AUTHORITY_HOST: machine },
      client: { sendRequest },
      readSecret: () => Promise.reject(new Error('no Secret here')),
      requestToken: () => Promise.reject(new Error('no ServiceAccount here')),
    },
  )
  return { about, given: about.given, fetch }
}

/** The variables that the library itself reads are the process's. */
const before = process.env['AZURE_POD_IDENTITY_AUTHORITY_HOST']
test.before(() => void (process.env['AZURE_POD_IDENTITY_AUTHORITY_HOST'] = machine))
test.after(() => {
  if (before === undefined) delete process.env['AZURE_POD_IDENTITY_AUTHORITY_HOST']
  else process.env['AZURE_POD_IDENTITY_AUTHORITY_HOST'] = before
})

const tokenOf = (answer: Awaited<ReturnType<ReturnType<typeof managed>['fetch']>>) => {
  if (answer.is === 'failed') throw new Error(answer.error.message)
  return answer.token
}

test('one that lives long is kept by the library, with its end as the machine said it', async () => {
  const { given, fetch } = managed(86_400)
  const first = tokenOf(await fetch())
  const second = tokenOf(await fetch())
  assert.is(second.token, first.token, 'asked again it is the same, also after Azure refused it')
  assert.is(second.expiresAt, first.expiresAt, 'nothing makes it live longer')
  assert.ok(Math.abs(first.expiresAt - Date.now() - 86_400_000) < 60_000)
  assert.is(given.length, 1)
})

test('one that ends within five minutes is asked for anew', async () => {
  const { given, fetch } = managed(299)
  assert.is(tokenOf(await fetch()).token, 'token-1')
  assert.is(tokenOf(await fetch()).token, 'token-2')
  assert.is(given.length, 2)
})

test('it is used until it says, and never longer', async () => {
  const { given, fetch } = managed(299)
  let passed = 0
  const clock = { monotonicMs: () => passed, now: () => new Date(Date.now() + passed) }
  const source = new TokenSource(fetch, clock)
  const now = async (): Promise<string> => {
    const answer = await source.token()
    return answer.is === 'token' ? answer.token : answer.error.message
  }
  assert.is(await now(), 'token-1')
  passed = 120_000
  assert.is(await now(), 'token-1')
  passed = 151_000
  assert.is(await now(), 'token-2', 'half its life has passed')
  assert.is(given.length, 2)
})

test('a machine that fails for a moment is tried again soon, though another identity signed in before', async () => {
  const first = managed(3_600)
  await first.fetch()
  const second = managed(3_600)
  second.about.status = 503
  const answer = await second.fetch()
  assert.is(answer.is === 'failed' && answer.error.retry, 'fast')
  second.about.status = 400
  const refused = await second.fetch()
  assert.is(refused.is === 'failed' && refused.error.retry, 'slow')
})

test.run()
