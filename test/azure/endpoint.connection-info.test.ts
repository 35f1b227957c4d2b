/** `spec.connectionInfo` over the simulator: when the ConfigMap is made, changed, left alone, removed. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { furnish, makeWorld, readyOf, type World } from './endpoint.world.ts'

const test = suite('connectionInfo', { world: undefined as unknown as World })

test.after.each(async ({ world }) => world.stop())

const store = ({ configMaps }: World) => {
  if (configMaps === undefined) throw new Error('this world writes no ConfigMaps')
  return configMaps
}
const messageOf = ({ cluster }: World, key: string): string =>
  cluster.get(key)?.status?.conditions?.find(({ type }) => type === 'Ready')?.message ?? ''

const rest = async (world: World) => {
  await world.until('rest', async () => (world.pass(200), (await world.visitAll()) === 0))
  world.pass(200)
  await world.visitAll()
}

/** One endpoint with a ConfigMap `db`, Ready. */
async function begin(world: World, more: object = {}) {
  const { serverId, subnetId } = await furnish(world, 'rg')
  const key = world.cluster.create('pe', {
    serverId,
    subnetId,
    resourceGroup: 'rg',
    dns: { mode: 'None' },
    connectionInfo: { configMapName: 'db' },
    ...more,
  })
  return { key, serverId }
}

test('says how to connect once the endpoint can be used, and is not written again', async (context) => {
  const world = (context.world = await makeWorld({ connectionInfo: true }))
  const { key, serverId } = await begin(world, { approval: 'Manual' })
  await world.until('pending', () => readyOf(world.cluster, key) === 'False/PendingApproval')
  await rest(world)
  assert.is(store(world).get('team/db'), undefined)

  const [connection] = await world.arm.list(`${serverId}/privateEndpointConnections`)
  await world.arm.put(`${serverId}/privateEndpointConnections/${String(connection?.['name'])}`, {
    properties: { privateLinkServiceConnectionState: { status: 'Approved', description: '' } },
  })
  await world.until('published', () => store(world).get('team/db') !== undefined)
  const { status, metadata } = world.cluster.get(key) ?? {}
  const found = store(world).get('team/db')
  assert.equal(found?.data, {
    host: 'rg-db.postgres.database.azure.com',
    port: '5432',
    privateIP: status?.privateIPAddresses?.[0],
    privateLinkFQDN: 'rg-db.privatelink.postgres.database.azure.com',
    sslmode: 'require',
  })
  assert.equal(
    found?.metadata.ownerReferences?.map(({ uid }) => uid),
    [metadata?.uid],
  )
  await rest(world)
  assert.is(store(world).writes, 1)
})

test('is put right when somebody changed it, and made again when somebody deleted it', async (context) => {
  const world = (context.world = await makeWorld({ connectionInfo: true }))
  const { key } = await begin(world)
  await world.until('published', () => store(world).get('team/db') !== undefined)
  await world.until('Ready', () => readyOf(world.cluster, key) === 'True/Ready')
  const right = store(world).get('team/db')?.data
  store(world).keep('team/db', { host: 'elsewhere.example.com' })
  await rest(world)
  assert.equal(store(world).get('team/db')?.data, right)
})

test('follows a change of its name, and goes when the field goes', async (context) => {
  const world = (context.world = await makeWorld({ connectionInfo: true }))
  const { key } = await begin(world)
  await world.until('published', () => store(world).get('team/db') !== undefined)
  const { spec } = world.cluster.get(key) ?? {}
  world.cluster.edit(key, { spec: { ...spec, connectionInfo: { configMapName: 'other' } } })
  await world.until('renamed', () => store(world).get('team/other') !== undefined)
  assert.is(store(world).get('team/db'), undefined)

  const { connectionInfo: _, ...without } = world.cluster.get(key)!.spec
  world.cluster.replaceSpec(key, without)
  await world.until('gone', () => store(world).get('team/other') === undefined)
  await rest(world)
  assert.is(world.cluster.get(key)?.status?.memory?.configMapName, undefined)
})

test("leaves somebody else's ConfigMap alone, says Conflicted, and is Ready", async (context) => {
  const world = (context.world = await makeWorld({ connectionInfo: true }))
  const theirs = { important: 'yes' }
  const { key } = await begin(world)
  store(world).keep('team/db', theirs, ['another-uid'])
  await world.until('Ready', () => readyOf(world.cluster, key) === 'True/Ready')
  await rest(world)
  assert.equal(store(world).get('team/db')?.data, theirs)
  assert.is(store(world).writes, 0)
  const conditions = world.cluster.get(key)?.status?.conditions ?? []
  const conflicted = conditions.find(({ type }) => type === 'Conflicted')
  assert.is(conflicted?.reason, 'ConfigMapTaken')
  assert.match(messageOf(world, key), /db is not this object's/)
})

test('without the setting Ready says so, and nothing is written', async (context) => {
  const world = (context.world = await makeWorld())
  const { key } = await begin(world)
  await world.until('Ready', () => readyOf(world.cluster, key) === 'True/Ready')
  assert.match(messageOf(world, key), /ConfigMap db is not written.*--connection-info/)
})

test('says why the API server refuses it, stays Ready, and goes on by itself', async (context) => {
  const world = (context.world = await makeWorld({ connectionInfo: true }))
  const { key } = await begin(world)
  store(world).refuses = 'exceeded quota'
  await world.until('Ready', () => readyOf(world.cluster, key) === 'True/Ready')
  await rest(world)
  assert.is(readyOf(world.cluster, key), 'True/Ready')
  assert.match(messageOf(world, key), /db could not be written: exceeded quota/)
  store(world).refuses = undefined
  await rest(world)
  await rest(world)
  assert.ok(store(world).get('team/db'))
  assert.not.match(messageOf(world, key), /quota/)
})

test('a connection string can be built from its keys, in both of the forms that libpq takes', async (context) => {
  const world = (context.world = await makeWorld({ connectionInfo: true }))
  await begin(world)
  await world.until('published', () => store(world).get('team/db') !== undefined)
  const {
    host = '',
    port = '',
    privateIP = '',
    sslmode = '',
  } = store(world).get('team/db')?.data ?? {}
  const user = "o'brien"
  const password = String.raw`p w\d=&?#/@:%`
  const wanted = { host, hostaddr: privateIP, port, sslmode, dbname: 'orders', user, password }

  const words = Object.entries(wanted).map(([key, value]) => `${key}=${quoted(value)}`)
  assert.equal(keywords(words.join(' ')), wanted)
  // None of the published values needs quotes, whoever forgets them.
  const plain = `host=${host} hostaddr=${privateIP} port=${port} sslmode=${sslmode}`
  assert.equal(keywords(plain), { host, hostaddr: privateIP, port, sslmode })

  const [by, secret] = [user, password].map(encodeURIComponent)
  const uri = new URL(
    `postgresql://${by}:${secret}@${host}:${port}/orders?sslmode=${sslmode}&hostaddr=${privateIP}`,
  )
  const parts = {
    ...{ host: uri.hostname, hostaddr: uri.searchParams.get('hostaddr'), port: uri.port },
    ...{ sslmode: uri.searchParams.get('sslmode'), dbname: uri.pathname.slice(1) },
    ...{ user: decodeURIComponent(uri.username), password: decodeURIComponent(uri.password) },
  }
  assert.equal(parts, wanted)
})

/** As libpq wants a value with spaces, quotes or backslashes. */
const quoted = (value: string): string => `'${value.replaceAll(/['\\]/g, String.raw`\$&`)}'`

/** A string of keywords and values, read by the rules of libpq (PostgreSQL's manual, 32.1.1.1). */
function keywords(text: string): Readonly<Record<string, string>> {
  const one = /\s*(\w+)\s*=\s*(?:'((?:[^'\\]|\\.)*)'|((?:[^\s'\\]|\\.)*))(?=\s|$)\s*/gy
  const found: Record<string, string> = {}
  let end = 0
  for (const match of text.matchAll(one)) {
    const [all, key = '', inQuotes, bare = ''] = match
    found[key] = (inQuotes ?? bare).replaceAll(/\\(.)/g, '$1')
    end = match.index + all.length
  }
  assert.is(end, text.length, `not understood: ${text.slice(end)}`)
  return found
}

test.run()
