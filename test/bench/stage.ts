/**
 * What every measurement begins with: the control plane with our kinds and the operator's permissions,
 * the simulator. Started in order, ended in the opposite one. Leaves nothing behind.
 */
import { mkdirSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { join } from 'node:path'
import { operatorUser } from '../../operator/grants.ts'
import { startControlPlane } from '../control-plane/control-plane.ts'
import { Kubectl } from '../demo/kubectl.ts'
import { installPermissions } from '../demo/permissions.ts'
import { root } from '../demo/root.ts'
import { Azure } from './azure.ts'
import { Cluster } from './cluster.ts'
import { Operator } from './operator.ts'

export interface Stage {
  /** Rejects as soon as the operator or the simulator has ended by itself. */
  readonly wait: (seconds: number) => Promise<void>
  readonly azure: Azure
  readonly cluster: Cluster
  /** Starts the operator, and ends it with the stage; resolves once it leads. */
  readonly operator: (args?: readonly string[]) => Promise<Operator>
  /** As `operator`, but resolves at once. */
  readonly launch: (args?: readonly string[]) => Operator
}

export interface StageSettings {
  readonly timeScale: number
  readonly signal: AbortSignal
  readonly progress: (line: string) => void
  /** A directory for processor profiles of the operator; absent: none are taken. */
  readonly profiles?: string | undefined
}

/** What every part is given. */
export interface PartSettings extends Omit<StageSettings, 'timeScale'> {
  /** How long rest is looked at. */
  readonly seconds: number
}

/** Starts everything and hands it to `measure`; ends everything when that is over. */
export async function onStage<T>(
  settings: StageSettings,
  measure: (stage: Stage) => Promise<T>,
): Promise<T> {
  await using ending = new AsyncDisposableStack()
  const { timeScale, progress } = settings
  const death = new AbortController()
  const signal = AbortSignal.any([settings.signal, death.signal])
  const plane = await startControlPlane({ progress, signal })
  ending.defer(() => plane.stop())
  const directory = join(plane.directory, 'bench')
  mkdirSync(directory)
  const azure = await Azure.start({ directory, timeScale, signal })
  ending.defer(() => azure.stop())
  azure.program.onDeath((error) => death.abort(error))
  const kubectl = new Kubectl(plane.binaries.kubectl, plane.kubeconfig.path, root, signal)
  for (const args of [
    ['apply', '--server-side', '-f', 'crds'],
    ['wait', '--for=condition=Established', 'crd', '--all', '--timeout=60s'],
  ]) {
    const { code, output } = await kubectl.run(args)
    if (code !== 0) throw new Error(`kubectl ${args.join(' ')}: ${output.trim()}`)
  }
  await installPermissions(kubectl)
  const cluster = new Cluster(plane, signal)
  ending.defer(() => cluster.close())
  await cluster.makeNamespace()
  await cluster.follow()
  const account = await plane.kubeconfigFor(operatorUser)
  const given = (args: readonly string[]) => ({
    env: azure.env('network', directory),
    kubeconfig: account.path,
    args,
    logFile: join(directory, 'operator.log'),
    profiles: settings.profiles,
  })
  const ended = (operator: Operator): Operator => {
    ending.defer(() => operator.stop())
    operator.program.onDeath((error) => death.abort(error))
    return operator
  }
  const over = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error))
  })
  const measured = measure({
    wait: (seconds) => sleep(seconds * 1_000, undefined, { signal }),
    azure,
    cluster,
    operator: async (args = []) => ended(await Operator.start(given(args))),
    launch: (args = []) => ended(Operator.launch(given(args))),
  })
  return await Promise.race([measured, over])
}
