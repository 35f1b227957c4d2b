import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Fault } from './faults.ts'
import { startAzure } from './kit.ts'
import type { Azure } from './kit.ts'
import { raw, secretForm, signIn } from './raw.ts'

const test = suite('faults')
let azure: Azure
test.before(async () => {
  azure = await startAzure()
})
test.after(() => azure.stop())
test.before.each(() => azure.simulator.clearFaults())

const type = 'Microsoft.Resources/resourceGroups'
const json = { 'content-type': 'application/json' }
let groups = 0
/** The path of a group that nobody has used yet. */
const fresh = (): string => `${azure.production}/resourceGroups/group-${groups++}`
const put = (path: string) => azure.owner.put(path, { location: 'westeurope' })
const exists = async (path: string): Promise<boolean> => {
  azure.simulator.clearFaults()
  return (await azure.owner.get(path)).status === 200
}
const set = (fault: Fault): void => azure.simulator.faults([fault])
const broken = (reply: Promise<unknown>): Promise<boolean> =>
  reply.then(
    () => false,
    () => true,
  )

test('an error is answered as asked, and nothing is done', async () => {
  const path = fresh()
  set({
    match: { method: 'PUT', type },
    effect: { kind: 'error', status: 429, code: 'RetryableError', seconds: 7 },
  })
  const refused = await put(path)
  assert.is(refused.status, 429)
  assert.is(refused.code, 'RetryableError')
  assert.is(refused.headers['retry-after'], '7')
  assert.not(await exists(path))
})

test('a lost request breaks the connection, and nothing is done', async () => {
  const path = fresh()
  set({ match: { method: 'PUT', type }, effect: { kind: 'lostRequest' } })
  assert.ok(await broken(put(path)))
  assert.not(await exists(path))
})

test('a lost answer breaks the connection, and it is done', async () => {
  const path = fresh()
  set({ match: { method: 'PUT', type }, effect: { kind: 'lostAnswer' } })
  assert.ok(await broken(put(path)))
  assert.ok(await exists(path))
})

test('a truncated answer breaks in its middle, and it is done', async () => {
  const path = fresh()
  set({ match: { method: 'PUT', type }, effect: { kind: 'truncate' } })
  assert.ok(await broken(put(path)))
  assert.ok(await exists(path))
})

test('a wrong body is no JSON', async () => {
  const path = fresh()
  set({ match: { method: 'PUT', type }, effect: { kind: 'wrongBody' } })
  const failure = await put(path).then(
    () => undefined,
    (error: unknown) => error,
  )
  assert.instance(failure, SyntaxError)
  assert.ok(await exists(path))
})

test('an answer that hangs comes never, though it is done; with seconds the connection breaks', async () => {
  const [never, later] = [fresh(), fresh()]
  const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1)
  set({ match: { method: 'PUT', type, name: nameOf(never) }, effect: { kind: 'hang' } })
  set({
    match: { method: 'PUT', type, name: nameOf(later) },
    effect: { kind: 'hang', seconds: 0.01 },
  })
  const abort = new AbortController()
  let isAnswered = false
  const hanging = broken(hangingPut(never, abort.signal).then(() => (isAnswered = true)))
  assert.ok(await broken(hangingPut(later, abort.signal)))
  const isDone = async (): Promise<boolean> => (await azure.owner.get(never)).status === 200
  while (!(await isDone())) await new Promise(setImmediate)
  assert.not(isAnswered)
  abort.abort()
  assert.ok(await hanging)
  assert.ok(await exists(never))
  assert.ok(await exists(later))
})

async function hangingPut(path: string, signal: AbortSignal) {
  const { simulator } = azure
  const { body } = await signIn(
    simulator,
    simulator.identity('owner').tenantId,
    secretForm(simulator, 'owner'),
  )
  const headers = { ...json, authorization: `Bearer ${body['access_token']}` }
  return raw(simulator, {
    method: 'PUT',
    path: `${path}?api-version=2024-11-01`,
    headers,
    body: '{"location":"westeurope"}',
    signal,
  })
}

test('a delayed answer comes', async () => {
  const path = fresh()
  set({ match: { method: 'PUT', type }, effect: { kind: 'delay', seconds: 0.01 } })
  assert.is((await put(path)).status, 201)
})

test('a flapping request fails every other time, the first one included', async () => {
  const path = fresh()
  set({ match: { method: 'PUT', type }, effect: { kind: 'flap', status: 503 } })
  const statuses = []
  for (let round = 0; round < 4; round++) statuses.push((await put(path)).status)
  assert.equal(statuses, [503, 201, 503, 200])
})

test('the n-th request is struck, so many times, or some of them', async () => {
  const statusesOf = async (fault: Omit<Fault, 'match' | 'effect'>, requests: number) => {
    azure.simulator.clearFaults()
    set({ match: { method: '*', type }, ...fault, effect: { kind: 'error' } })
    const statuses = []
    for (let round = 0; round < requests; round++) {
      statuses.push((await azure.owner.get(`${azure.production}/resourceGroups/none`)).status)
    }
    return statuses
  }
  assert.equal(await statusesOf({ nth: 2 }, 3), [404, 500, 404])
  assert.equal(await statusesOf({ times: 2 }, 3), [500, 500, 404])
  const some = await statusesOf({ rate: 0.5 }, 40)
  assert.ok(some.includes(404) && some.includes(500))
})

test('type, name, subscription and identity must fit', async () => {
  const path = fresh()
  await put(path)
  const name = path.split('/').at(-1) ?? ''
  const effect = { kind: 'error' } as const
  const statusWith = async (match: Fault['match']) => {
    azure.simulator.clearFaults()
    set({ match, effect })
    return (await azure.owner.get(path)).status
  }
  assert.is(await statusWith({ method: 'GET', type: '*', name: name.toUpperCase() }), 500)
  assert.is(await statusWith({ method: 'GET', type: '*', name: 'other' }), 200)
  assert.is(await statusWith({ method: 'GET', type: 'Microsoft.Network/virtualNetworks' }), 200)
  assert.is(await statusWith({ method: 'PUT', type }), 200)
  const [ours = '', another = ''] = azure.simulator.identity('owner').subscriptionIds
  assert.is(await statusWith({ method: '*', type: '*', subscription: ours.toUpperCase() }), 500)
  assert.is(await statusWith({ method: '*', type: '*', subscription: another }), 200)
  assert.is(await statusWith({ method: 'GET', type, identity: 'owner' }), 500)
  assert.is(await statusWith({ method: 'GET', type, identity: 'reader' }), 200)
})

test('sign-in can fail too, for one identity', async () => {
  const { simulator } = azure
  set({
    match: { method: 'POST', type: 'token', identity: 'reader' },
    effect: { kind: 'error', status: 503, code: 'temporarily_unavailable' },
  })
  const asWhom = (name: string) =>
    signIn(simulator, simulator.identity(name).tenantId, secretForm(simulator, name))
  const refused = await asWhom('reader')
  assert.is(refused.status, 503)
  assert.is(refused.body['error'], 'temporarily_unavailable')
  assert.is((await asWhom('owner')).status, 200)
})

test('faults are set and cleared over HTTPS; what is none is refused', async () => {
  const { simulator, owner, production } = azure
  const path = '/_simulator/faults'
  const post = (body: unknown) =>
    raw(simulator, { method: 'POST', path, headers: json, body: JSON.stringify(body) })
  const fault = { match: { method: 'GET', type }, effect: { kind: 'error', status: 502 } }
  assert.is((await post([fault])).status, 204)
  assert.is((await owner.get(`${production}/resourceGroups/none`)).status, 502)
  assert.is((await raw(simulator, { method: 'DELETE', path })).status, 204)
  assert.is((await owner.get(`${production}/resourceGroups/none`)).status, 404)
  for (const wrong of [
    fault,
    [{ ...fault, effect: { kind: 'explode' } }],
    [{ effect: fault.effect }],
    [{ ...fault, when: 'now' }],
  ]) {
    assert.is((await post(wrong)).status, 400)
  }
})

test('what broke is logged without a status', async () => {
  azure.simulator.clearRequests()
  set({ match: { method: 'PUT', type }, effect: { kind: 'lostAnswer' } })
  await broken(put(fresh()))
  assert.equal(azure.simulator.requests(), [
    { method: 'PUT', type, operation: 'put', status: 0, count: 1 },
  ])
})

test.run()
