/**
 * Everything that runs during the demo, started in order and ended in the opposite one: the control
 * plane, simulated Azure with its world, the custom resource definitions, kubectl's watches, the
 * operator. Must leave no process and no file behind, however it ends.
 */
import { accessSync, constants, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { type Simulator, startSimulator } from '../arm/simulator.ts'
import { type ControlPlane, Refusal, startControlPlane } from '../control-plane/control-plane.ts'
import { operatorUser } from '../../operator/grants.ts'
import { Arm } from './arm.ts'
import { Kubectl } from './kubectl.ts'
import { Objects } from './objects.ts'
import { Operator } from './operator.ts'
import { installPermissions } from './permissions.ts'
import { root } from './root.ts'
import type { Screen } from './screen.ts'
import { Table } from './table.ts'
import { makeWorld, type People } from './world.ts'

/** So many seconds pass in Azure in one of ours: what takes a minute there takes two seconds here. */
export const timeScale = 30

/** The operator's own times, shortened in about the same proportion; the lease is for a quick restart. */
const pace = [
  ...['--in-flight', '500ms', '--resync', '5s'],
  ...['--lease-duration', '6s', '--lease-renew', '5s', '--lease-retry', '500ms'],
]

export interface Stage {
  readonly screen: Screen
  readonly plane: ControlPlane
  readonly azure: Simulator
  readonly people: People
  readonly kubectl: Kubectl
  readonly objects: Objects
  readonly table: Table
  readonly operator: Operator
  /** For the second terminal: kubeconfig, ca.crt, env, operator.log. */
  readonly directory: string
  /** Ends every wait. */
  readonly signal: AbortSignal
}

export interface StageOptions {
  readonly screen: Screen
  /** Absent: one that goes with the control plane. */
  readonly directory: string | undefined
  /** Somebody wants the demo to end. */
  readonly stop: AbortSignal
  /** Something that all depends on has failed. */
  readonly fail: (error: Error) => void
}

/** Starts everything and hands it to `play`; ends everything when that is over. */
export async function onStage<T>(
  options: StageOptions,
  play: (stage: Stage) => Promise<T>,
): Promise<T> {
  await using ending = new AsyncDisposableStack()
  return await play(await open(options, ending))
}

async function open(options: StageOptions, ending: AsyncDisposableStack): Promise<Stage> {
  const { screen, stop, fail } = options
  const progress = (line: string): void => screen.line(`    ${line}`)
  const wanted = options.directory === undefined ? undefined : made(options.directory)
  const plane = await startControlPlane({ progress, signal: stop })
  ending.defer(() => plane.stop())
  // Its directory goes even when the demo is killed.
  const directory = wanted ?? made(join(plane.directory, 'demo'))
  const kubeconfig = join(directory, 'kubeconfig')
  writeFileSync(kubeconfig, plane.kubeconfig.text, { mode: 0o600 })
  const azure = await startSimulator({ directory, timeScale })
  ending.defer(() => azure.stop())
  void plane.failure.then((sentence) => fail(new Error(sentence)))
  screen.line(`    etcd and kube-apiserver run: ${plane.url}`)
  screen.line(`    Azure is simulated: ${azure.url}, ${timeScale} times as fast as the real one`)
  const people = signIn(azure, stop, ending)
  const kubectl = new Kubectl(plane.binaries.kubectl, plane.kubeconfig.path, root, stop)
  const settle = prepare(kubectl)
  await makeWorld(azure, people)
  await settle
  screen.line('    in it: a network, six PostgreSQL flexible servers, one of them stopped')
  const objects = new Objects()
  const table = new Table(kubectl, objects, screen)
  follow(objects, kubectl, ending)
  const account = await plane.kubeconfigFor(operatorUser)
  const operator = new Operator({
    program: [join(root, 'operator/main.ts'), ...pace],
    root,
    env: { ...withoutForeign(process.env), ...azure.env, KUBECONFIG: account.path },
    logFile: join(directory, 'operator.log'),
    say: (line) => screen.line(`    ! ${line}`),
    fail,
  })
  ending.defer(() => operator.stop())
  azure.clearRequests()
  for (const person of Object.values(people)) person.clearSent()
  await operator.start(stop)
  screen.line(
    `    the operator is ready: pid ${operator.pid}, log ${join(directory, 'operator.log')}`,
  )
  return {
    screen,
    plane,
    azure,
    people,
    kubectl,
    objects,
    table,
    operator,
    directory,
    signal: stop,
  }
}

function made(directory: string): string {
  try {
    mkdirSync(directory, { recursive: true })
    accessSync(directory, constants.W_OK)
  } catch (error) {
    throw new Refusal(`cannot write to --directory: ${(error as Error).message}`)
  }
  return resolve(directory)
}

function signIn(azure: Simulator, signal: AbortSignal, ending: AsyncDisposableStack): People {
  const as = (name: string): Arm => {
    const arm = new Arm(azure, azure.identity(name), signal)
    ending.defer(() => arm.close())
    return arm
  }
  return { owner: as('owner'), vendor: as('vendor') }
}

/** The operator's two kinds, and who may write them. */
async function prepare(kubectl: Kubectl): Promise<void> {
  await must(kubectl, ['apply', '--server-side', '-f', 'crds'])
  await must(kubectl, ['wait', '--for=condition=Established', 'crd', '--all', '--timeout=60s'])
  await installPermissions(kubectl)
}

async function must(kubectl: Kubectl, args: readonly string[]): Promise<void> {
  const { code, output } = await kubectl.run(args)
  if (code !== 0) throw new Error(`kubectl ${args.join(' ')}: ${output.trim()}`)
}

function follow(objects: Objects, kubectl: Kubectl, ending: AsyncDisposableStack): void {
  const over = new AbortController()
  const followed = objects.follow(kubectl, over.signal)
  ending.defer(async () => {
    over.abort()
    await followed
  })
}

/** The user's own Azure, cluster and settings are none of the demo's business. */
function withoutForeign(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const foreign = /^(AZURE_|ARM_|IDENTITY_|MSI_|KUBE|PGPE_(?!DEMO)|https?_proxy$)/i
  return Object.fromEntries(Object.entries(env).filter(([name]) => !foreign.test(name)))
}

/** The directory of kubectl, for the second terminal's PATH. */
export const kubectlDirectory = (stage: Stage): string => dirname(stage.plane.binaries.kubectl)
