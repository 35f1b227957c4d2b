/**
 * Builds a package's programs from their Go modules, for machines that reach a Go module proxy but
 * no release page. The Go checksum database vouches for the sources. Leaves nothing but the
 * programs and what Go itself caches; must never touch a Go workspace of the user's.
 */
import { execFile, spawn } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import type { Package } from './packages.ts'
import { guardGroup } from './guard.ts'
import { Refusal } from './refusal.ts'

const progressEveryMs = 15_000

interface BuildOptions {
  readonly progress: (line: string) => void
  readonly signal?: AbortSignal | undefined
  readonly env?: NodeJS.ProcessEnv
}

interface Workshop {
  /** The folder of the generated module. */
  readonly cwd: string
  readonly env: NodeJS.ProcessEnv
  readonly signal?: AbortSignal | undefined
}

/**
 * @param why what made the build necessary, for the message when there is no Go either
 * @throws Refusal when Go is missing, too old, or fails
 */
export async function build(item: Package, into: string, why: string, options: BuildOptions) {
  const { progress, signal } = options
  const names = item.programs.join(', ')
  const env = {
    ...(options.env ?? process.env),
    CGO_ENABLED: '0',
    GOWORK: 'off',
    GOFLAGS: '-mod=mod -buildvcs=false',
  }
  const workshop: Workshop = { cwd: join(into, 'go'), env, signal }
  mkdirSync(workshop.cwd)
  const goVersion = await promisify(execFile)('go', ['env', 'GOVERSION'], workshop).catch(() => {
    throw new Refusal(
      `cannot get ${names}: ${why}, and there is no Go to build them with; ` +
        `install Go, or set KUBEBUILDER_ASSETS to a folder that holds them`,
    )
  })
  const { takes, ldflags, importPath } = item.build
  progress(`building ${names} with ${goVersion.stdout.trim()}, once: about ${takes} on two cores`)
  const refuse = (text: string): Refusal =>
    new Refusal(`cannot get ${names}: ${why}, and building failed: ${text}`)

  writeFileSync(join(workshop.cwd, 'go.mod'), await goMod(item, workshop, refuse))
  // A folder for the output is filled with programs named for their packages, which suits many.
  const [only, second] = item.programs
  const output = second === undefined ? join(into, only ?? '') : `${into}/`
  const flags = ['-trimpath', '-v', `-ldflags=${['-s', '-w', ...ldflags].join(' ')}`, '-o', output]
  const seen = { packages: 0, modules: 0 }
  const started = performance.now()
  const timer = setInterval(() => {
    const seconds = Math.round((performance.now() - started) / 1000)
    progress(`${item.name}: ${seconds} s, ${seen.modules} modules, ${seen.packages} packages`)
  }, progressEveryMs)
  try {
    await go(['build', ...flags, ...item.programs.map(importPath)], workshop, refuse, (line) => {
      if (line.startsWith('go: downloading ')) seen.modules++
      else if (!line.startsWith('go: ')) seen.packages++
    })
  } finally {
    clearInterval(timer)
  }
  rmSync(workshop.cwd, { recursive: true })
}

/**
 * A module that requires the package's one. Its own go.mod may replace modules by subfolders, which
 * the published module does not contain; they are published as modules of their own.
 */
async function goMod(
  { build: { module, stagingVersion }, version }: Package,
  workshop: Workshop,
  refuse: (text: string) => Refusal,
): Promise<string> {
  const args = ['mod', 'download', '-json', `${module}@${version}`]
  const { GoMod } = JSON.parse(await go(args, workshop, refuse)) as { readonly GoMod: string }
  const theirs = readFileSync(GoMod, 'utf8')
  const language = /^go \S+$/m.exec(theirs)?.[0] ?? ''
  const replaced = [...theirs.matchAll(/^\s*(\S+) => \.\/staging\//gm)].map(([, name]) => name)
  return [
    'module control-plane',
    language,
    `require ${module} ${version}`,
    ...replaced.map((name) => `replace ${name} => ${name} ${stagingVersion}`),
    '',
  ].join('\n')
}

/** Runs Go in a process group of its own, which ends with us even if we are killed. */
async function go(
  args: readonly string[],
  { cwd, env, signal }: Workshop,
  refuse: (text: string) => Refusal,
  onLine: (line: string) => void = () => undefined,
): Promise<string> {
  signal?.throwIfAborted()
  const child = spawn('go', args, { cwd, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] })
  const release = guardGroup(child.pid)
  const stop = (): void => void (child.pid && process.kill(-child.pid, 'SIGTERM'))
  signal?.addEventListener('abort', stop)
  let output = ''
  let complaint = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text))
  createInterface(child.stderr).on('line', (line) => {
    onLine(line)
    // Package names have neither spaces nor a colon; what is left is what Go has to say.
    if (/[ :]/.test(line) && !line.startsWith('go: downloading ')) complaint = line
  })
  try {
    const code = await new Promise((resolve, reject) => {
      child.once('error', reject)
      child.once('close', resolve)
    })
    signal?.throwIfAborted()
    if (code !== 0) throw refuse(complaint || output.trim() || `go exited with ${String(code)}`)
    return output
  } finally {
    signal?.removeEventListener('abort', stop)
    release()
  }
}
