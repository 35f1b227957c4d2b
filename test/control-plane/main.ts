/**
 * `npm run control-plane -- --kubeconfig FILE [--port P]`: a control plane until SIGTERM. Writes the
 * admin's kubeconfig to FILE, then prints one line that begins with `ready`; progress goes to
 * standard error. When it ends, FILE is gone with the cluster that it described.
 */
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { type ControlPlane, Refusal, startControlPlane } from './control-plane.ts'

const usage = 'usage: npm run control-plane -- --kubeconfig FILE [--port P]'

const say = (line: string): void => void process.stderr.write(`control-plane: ${line}\n`)

interface Settings {
  readonly kubeconfigFile: string
  readonly port: number | undefined
}

function settings(): Settings {
  const { kubeconfig, port } = given()
  if (kubeconfig === undefined || kubeconfig === '') throw new Refusal(usage)
  const number = port === undefined ? undefined : Number(port)
  if (number !== undefined && !(Number.isInteger(number) && number > 0 && number < 65_536)) {
    throw new Refusal(`--port ${port} is not a port: name one from 1 to 65535`)
  }
  // npm changes to the project's folder, and tells where the user was.
  const base = process.env['INIT_CWD'] ?? process.cwd()
  return { kubeconfigFile: resolve(base, kubeconfig), port: number }
}

function given(): { kubeconfig?: string | undefined; port?: string | undefined } {
  try {
    const options = { kubeconfig: { type: 'string' }, port: { type: 'string' } } as const
    return parseArgs({ options }).values
  } catch (error) {
    throw new Refusal(`${error instanceof Error ? error.message : String(error)}; ${usage}`)
  }
}

/** Aborts at the first signal that asks us to end, and takes every further one calmly. */
function untilToldToEnd(): AbortSignal {
  const controller = new AbortController()
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
    process.on(signal, () => controller.abort(new Refusal(`stopped by ${signal}`)))
  }
  return controller.signal
}

async function run(): Promise<void> {
  const { kubeconfigFile, port } = settings()
  const signal = untilToldToEnd()
  const plane: ControlPlane = await startControlPlane({
    kubeconfigFile,
    port,
    progress: say,
    signal,
  })
  try {
    console.log(`ready ${plane.url} kubectl=${plane.binaries.kubectl} helm=${plane.binaries.helm}`)
    const told = new Promise<undefined>((end) => {
      signal.addEventListener('abort', () => end(undefined))
      if (signal.aborted) end(undefined)
    })
    const failure = await Promise.race([told, plane.failure])
    if (failure !== undefined) throw new Refusal(failure)
  } finally {
    await plane.stop()
  }
}

// Whoever read our output may be gone before us; that is no reason to end badly.
process.stdout.on('error', () => undefined)
process.stderr.on('error', () => undefined)
try {
  await run()
} catch (error) {
  say(
    error instanceof Refusal ? error.message : String(error instanceof Error ? error.stack : error),
  )
  process.exitCode = 1
}
