/**
 * The election, in a world where answers are late, lost, or come from a machine that slept. One law
 * holds whatever happens: no two processes may act at once. And one hope: in good times one does.
 */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Call, Transport } from '../operator/kubernetes/call.ts'
import { KubeError } from '../operator/kubernetes/error.ts'
import { microTime } from '../operator/kubernetes/lease-record.ts'
import { Lease } from '../operator/kubernetes/lease.ts'
import { dice, seeds, World } from './kit/virtual-time.ts'

const test = suite('lease')
const settings = { leaseMs: 15_000, renewMs: 10_000, retryMs: 2_000 }

/** One Lease, with the API server's compare and swap. */
class Registry {
  #record: { version: number; body: any } | undefined

  get holder(): string {
    return this.#record?.body.spec.holderIdentity ?? ''
  }

  get spec(): any {
    return this.#record?.body.spec
  }

  touch(): void {
    if (this.#record) this.#record.version++
  }

  vanish(): void {
    this.#record = undefined
  }

  answer({ method = 'GET', body }: Call): unknown {
    const fail = (code: number, reason: string): never => {
      throw new KubeError({ code, reason, message: reason })
    }
    switch (method) {
      case 'GET':
        return this.#record === undefined ? fail(404, 'NotFound') : this.#shown()
      case 'POST':
        if (this.#record !== undefined) return fail(409, 'AlreadyExists')
        this.#record = { version: 1, body }
        return this.#shown()
      case 'PUT': {
        if (this.#record === undefined) return fail(404, 'NotFound')
        const version = (body as any).metadata.resourceVersion
        if (version !== String(this.#record.version)) return fail(409, 'Conflict')
        this.#record = { version: this.#record.version + 1, body }
        return this.#shown()
      }
      case 'PATCH':
      case 'DELETE':
        throw new Error(method)
    }
  }

  #shown(): unknown {
    const { version, body } = this.#record ?? { version: 0, body: {} }
    return structuredClone({
      ...body,
      metadata: { ...body.metadata, resourceVersion: String(version) },
    })
  }
}

/** What happens to a request: when it arrives, and when its answer does; undefined: never. */
interface Weather {
  (): { readonly thereMs: number | undefined; readonly backMs: number | undefined }
}
const fine: Weather = () => ({ thereMs: 5, backMs: 5 })

function network(world: World, registry: Registry, weather: () => Weather): Transport {
  const clock = world.clock()
  const json = <T>(call: Call): Promise<T> =>
    new Promise((resolve, reject) => {
      const { thereMs, backMs } = weather()()
      const late = clock.timer(call.deadlineMs ?? 15_000, () =>
        reject(new KubeError({ reason: 'DeadlineExceeded', message: 'late' })),
      )
      if (thereMs === undefined) return
      clock.timer(thereMs, () => {
        let settle: () => void
        try {
          const answer = registry.answer(call) as T
          settle = () => resolve(answer)
        } catch (error) {
          settle = () => reject(error as Error)
        }
        if (backMs === undefined) return
        clock.timer(backMs, () => {
          late()
          settle()
        })
      })
    })
  return {
    json,
    stream: () => Promise.reject(new Error('no streams here')),
    recycle: () => undefined,
    close: async () => undefined,
  }
}

class Candidate {
  readonly lease: Lease
  weather: Weather = fine
  lost: string | undefined
  leading = false

  constructor(world: World, registry: Registry, identity: string, random = () => 0.5, skewMs = 0) {
    this.lease = new Lease({
      transport: network(world, registry, () => this.weather),
      time: world.clock(skewMs),
      random,
      ...{ namespace: 'ops', name: 'pgpe-operator', identity, settings },
      onLost: (why) => (this.lost = why),
      onTrouble: () => undefined,
      onStandby: () => undefined,
    })
    void this.lease.acquire().then(() => (this.leading = true))
  }
}

function two(): { world: World; registry: Registry; a: Candidate; b: Candidate } {
  const world = new World()
  const registry = new Registry()
  const a = new Candidate(world, registry, 'a')
  return { world, registry, a, b: new Candidate(world, registry, 'b') }
}

const mute: Weather = () => ({ thereMs: undefined, backMs: undefined })

test('one of two leads, and goes on leading', async () => {
  const { world, a, b } = two()
  await world.pass(120_000)
  assert.equal([a.lease.mayAct(), b.lease.mayAct()], [true, false])
  assert.is(b.lease.holder, 'a')
})

test('the record is what other tools read: six digits, whole seconds, transitions', async () => {
  const { world, registry, a } = two()
  await world.pass(3_000)
  assert.match(registry.spec.renewTime, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/)
  assert.is(registry.spec.leaseDurationSeconds, 15)
  assert.is(registry.spec.leaseTransitions, 0)
  const releasing = a.lease.release()
  await world.pass(3_000)
  await releasing
  assert.is(registry.holder, 'b')
  assert.is(registry.spec.leaseTransitions, 1)
  assert.is(microTime(new Date('2026-01-02T03:04:05.678Z')), '2026-01-02T03:04:05.678000Z')
})

test('a leader that is cut off stops acting before another begins, and has to end', async () => {
  const { world, a, b } = two()
  await world.pass(3_000)
  a.weather = mute
  let stoppedAt: number | undefined
  let begunAt: number | undefined
  await world.pass(60_000, () => {
    assert.not.ok(a.lease.mayAct() && b.lease.mayAct())
    if (!a.lease.mayAct()) stoppedAt ??= world.at
    if (b.lease.mayAct()) begunAt ??= world.at
  })
  assert.ok(begunAt !== undefined && stoppedAt !== undefined && begunAt - stoppedAt >= 3_000)
  assert.ok(a.lost)
})

test('a lease that was given back is taken at the next try', async () => {
  const { world, registry, a, b } = two()
  await world.pass(3_000)
  const releasing = a.lease.release()
  await world.pass(100)
  await releasing
  assert.is(a.lease.mayAct(), false)
  assert.is(registry.holder, '')
  await world.pass(2_500)
  assert.is(b.lease.mayAct(), true)
  assert.is(a.lost, undefined)
})

test('a leader whose answers are lost finds its own record and goes on', async () => {
  const { world, a, b } = two()
  await world.pass(3_000)
  let times = 0
  a.weather = () => (times++ === 0 ? { thereMs: 5, backMs: undefined } : fine())
  await world.pass(60_000)
  assert.equal([a.lease.mayAct(), b.lease.mayAct(), a.lost], [true, false, undefined])
})

test('an edit by somebody else, or a removal, does not depose the leader', async () => {
  const { world, registry, a, b } = two()
  await world.pass(3_000)
  registry.touch()
  await world.pass(10_000)
  registry.vanish()
  await world.pass(60_000)
  assert.equal([a.lease.mayAct(), b.lease.mayAct(), a.lost], [true, false, undefined])
})

test('a leader that took the lease without learning of it takes it up', async () => {
  const world = new World()
  const registry = new Registry()
  const a = new Candidate(world, registry, 'a')
  let times = 0
  a.weather = () => (times++ === 1 ? { thereMs: 5, backMs: undefined } : fine())
  await world.pass(8_000)
  assert.is(a.lease.mayAct(), true)
  assert.is(a.leading, true)
})

test('a clock that is hours off changes nothing', async () => {
  const world = new World()
  const registry = new Registry()
  const a = new Candidate(world, registry, 'a', () => 0.5, -7_200_000)
  const b = new Candidate(world, registry, 'b', () => 0.5, 7_200_000)
  await world.pass(60_000)
  assert.equal([a.lease.mayAct(), b.lease.mayAct()], [true, false])
})

test('after the machine was suspended, nothing is done before the lease is renewed', async () => {
  const world = new World()
  const registry = new Registry()
  let suspendedMs = 0
  const clock = world.clock()
  const lease = new Lease({
    transport: network(world, registry, () => fine),
    // The monotonic clock stands still while a machine is suspended; the wall clock does not.
    time: { ...clock, now: () => new Date(clock.now().getTime() + suspendedMs) },
    random: () => 0.5,
    ...{ namespace: 'ops', name: 'pgpe-operator', identity: 'a', settings },
    onLost: () => undefined,
    onTrouble: () => undefined,
    onStandby: () => undefined,
  })
  void lease.acquire()
  await world.pass(3_000)
  assert.is(lease.mayAct(), true)
  suspendedMs = 11_000
  assert.is(lease.mayAct(), false)
})

test('the promise of a holder with a longer duration is kept', async () => {
  const world = new World()
  const registry = new Registry()
  const spec = { holderIdentity: 'old', leaseDurationSeconds: 60, leaseTransitions: 4 }
  registry.answer({ method: 'POST', path: '', body: { metadata: {}, spec } })
  const a = new Candidate(world, registry, 'a')
  await world.pass(55_000)
  assert.is(a.lease.mayAct(), false)
  await world.pass(10_000)
  assert.is(a.lease.mayAct(), true)
  assert.is(registry.spec.leaseTransitions, 5)
})

/** Storms: requests and answers late or lost at random, candidates that come, go and fall silent. */
async function storm(seed: number): Promise<void> {
  const random = dice(seed)
  const world = new World()
  const registry = new Registry()
  const stormy: Weather = () => {
    const lost = (): boolean => random() < 0.25
    const ms = (): number => random() ** 4 * 12_000
    return { thereMs: lost() ? undefined : ms(), backMs: lost() ? undefined : ms() }
  }
  const candidates: Candidate[] = []
  const join = (): void => {
    const made = new Candidate(world, registry, `c${candidates.length}`, random, random() * 1e7)
    made.weather = stormy
    candidates.push(made)
  }
  const acting = (): readonly Candidate[] => candidates.filter(({ lease }) => lease.mayAct())
  const law = (): void => assert.ok(acting().length <= 1, `seed ${seed}: two act at ${world.at}`)
  for (let index = 0; index < 3; index++) join()
  for (let turn = 0; turn < 15; turn++) {
    await world.pass(random() * 20_000, law)
    const one = candidates[Math.floor(random() * candidates.length)]
    if (one !== undefined) one.weather = random() < 0.3 ? mute : stormy
    if (random() < 0.2 && one !== undefined) void one.lease.release()
    if (random() < 0.3) join()
  }
  for (const each of candidates) each.weather = fine
  join()
  ;(candidates.at(-1) as Candidate).weather = fine
  await world.pass(90_000, law)
  assert.is(acting().length, 1, `seed ${seed}: nobody leads in good times`)
  await Promise.all(
    candidates.map(async ({ lease }) => {
      const ending = lease.release()
      await world.pass(20_000)
      await ending
    }),
  )
}

test('in any storm no two act at once, and after it one does', async () => {
  for (const seed of seeds(200)) await storm(seed)
})

test.run()
