/** Starts the simulator in this process: its world, its certificates, its wire, the files for its clients. */
import { mkdirSync, mkdtempSync, rmdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { makeCertificates } from './certificate.ts'
import { dnsRoutes } from './dns/routes.ts'
import { Faults } from './faults.ts'
import { Applications } from './identity/application.ts'
import { Tokens } from './identity/token.ts'
import { defaultLag } from './lag.ts'
import { networkRoutes } from './network/routes.ts'
import { postgresRoutes } from './postgres/routes.ts'
import { RequestLog } from './requests.ts'
import { resourceGroupRoutes } from './resource-group.ts'
import { Router } from './route.ts'
import { Wire } from './server.ts'
import type { SimulatedIdentity, Simulator, SimulatorOptions } from './simulator.ts'
import { subscriptionRoutes } from './subscription.ts'
import { Throttle } from './throttle.ts'
import { makeWorld } from './world.ts'

const realNow = (): number => Date.now()
export const router = new Router([
  ...subscriptionRoutes,
  ...resourceGroupRoutes,
  ...networkRoutes,
  ...dnsRoutes,
  ...postgresRoutes,
])

/** Rejects with EADDRINUSE when the port is taken. */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const { port: wanted = 0, timeScale = 1, throttle: mode = 'off', seed = 1, lag = {} } = options
  const certificates = await makeCertificates(realNow())
  const wire = new Wire()
  const port = await wire.listen(certificates, wanted)
  const url = `https://localhost:${port}`
  const world = makeWorld({ url, seed, timeScale, lag: { ...defaultLag, ...lag }, realNow })
  const { identities } = world.directory
  const tokens = new Tokens({
    secret: world.dice.text('token key'),
    directory: world.directory,
    url,
    realNow,
  })
  const log = new RequestLog()
  const faults = new Faults(world.dice)
  const applications = new Applications()
  const throttle = new Throttle(mode, realNow)
  wire.serve({ world, tokens, applications, realNow, router, throttle, log, faults })
  let place: Place
  try {
    place = write(options.directory, certificates.authority, identities, url)
  } catch (error) {
    await wire.close()
    throw error
  }
  let stopping: Promise<void> | undefined
  return {
    url,
    port,
    directory: place.directory,
    caFile: place.caFile,
    ca: certificates.authority,
    identities,
    identity: (name) => identityOf(identities, name),
    credentials: (name, given) => applications.set(identityOf(identities, name).clientId, given),
    env: place.env,
    requests: () => log.rows(),
    clearRequests: () => log.clear(),
    faults: (list) => faults.add(list),
    clearFaults: () => faults.clear(),
    advance: (seconds) => world.clock.advance(seconds),
    stop: () => (stopping ??= wire.close().then(place.remove)),
  }
}

export function identityOf(
  identities: readonly SimulatedIdentity[],
  name: string,
): SimulatedIdentity {
  const found = identities.find((each) => each.name === name)
  if (found === undefined) throw new Error(`the simulator has no identity ${name}`)
  return found
}

interface Place {
  readonly directory: string
  readonly caFile: string
  readonly env: Readonly<Record<string, string>>
  /** Takes away what was written. */
  readonly remove: () => void
}

function write(
  wanted: string | undefined,
  ca: string,
  identities: readonly SimulatedIdentity[],
  url: string,
): Place {
  const directory = wanted ?? mkdtempSync(join(tmpdir(), 'pgpe-arm-'))
  const made = wanted === undefined ? directory : mkdirSync(directory, { recursive: true })
  const [caFile, envFile, identitiesFile] = ['ca.crt', 'env', 'identities.json'].map((name) =>
    join(directory, name),
  ) as [string, string, string]
  const env = environmentOf(url, caFile, identities[0])
  const lines = Object.entries(env).map(([name, value]) => `export ${name}=${quoted(value)}\n`)
  writeFileSync(caFile, ca)
  writeFileSync(envFile, lines.join(''), { mode: 0o600 })
  writeFileSync(identitiesFile, `${JSON.stringify(identities, undefined, 2)}\n`, { mode: 0o600 })
  const remove = (): void => {
    for (const file of [caFile, envFile, identitiesFile]) rmSync(file, { force: true })
    if (made === undefined) return
    try {
      rmdirSync(directory)
    } catch {
      // Somebody else put something there.
    }
  }
  return { directory, caFile, env, remove }
}

/** Of `owner`, who may do everything in the first subscription. */
export function environmentOf(
  url: string,
  caFile: string,
  owner: SimulatedIdentity | undefined,
): Readonly<Record<string, string>> {
  return {
    AZURE_RESOURCE_MANAGER_ENDPOINT: url,
    AZURE_RESOURCE_MANAGER_AUDIENCE: url,
    AZURE_AUTHORITY_HOST: url,
    AZURE_TENANT_ID: owner?.tenantId ?? '',
    AZURE_CLIENT_ID: owner?.clientId ?? '',
    AZURE_CLIENT_SECRET: owner?.clientSecret ?? '',
    AZURE_SUBSCRIPTION_ID: owner?.subscriptionIds[0] ?? '',
    NODE_EXTRA_CA_CERTS: caFile,
    REQUESTS_CA_BUNDLE: caFile,
    SSL_CERT_FILE: caFile,
  }
}

const quoted = (value: string): string =>
  /^[\w@%+:,./-]+$/.test(value) ? value : `'${value.replaceAll("'", `'\\''`)}'`
