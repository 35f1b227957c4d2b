/**
 * Finds the programs of a control plane: in KUBEBUILDER_ASSETS, else in the cache, else by the
 * official download, else built from Go modules. What was fetched or built stays in the cache,
 * outside the checkout, per version; nothing incomplete is ever left under a final name.
 */
import { accessSync, constants, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { once } from '../../operator/lock.cjs'
import { build } from './build.ts'
import { download } from './download.ts'
import { packages, programs, type Package, type Platform, type Program } from './packages.ts'

/** The absolute path of every program. */
export type Binaries = Readonly<Record<Program, string>>

export interface FindOptions {
  readonly progress: (line: string) => void
  /** Ends a download or a build. */
  readonly signal?: AbortSignal | undefined
  readonly env?: NodeJS.ProcessEnv
}

/** @throws Refusal when a program is nowhere and can neither be downloaded nor built. */
export async function findBinaries(options: FindOptions): Promise<Binaries> {
  const env = options.env ?? process.env
  const found = new Map(given(env, options.progress))
  for (const item of packages) {
    const missing = item.programs.filter((program) => !found.has(program))
    if (missing.length === 0) continue
    const folder = await cached(item, { ...options, env })
    for (const program of missing) found.set(program, join(folder, program))
  }
  return Object.fromEntries(found) as Binaries
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** What the user brings himself. */
function given(env: NodeJS.ProcessEnv, progress: (line: string) => void): [Program, string][] {
  const assets = env['KUBEBUILDER_ASSETS']
  if (assets === undefined || assets === '') return []
  const paths = programs.map((program): [Program, string] => [program, resolve(assets, program)])
  const missing = paths.filter(([, path]) => !isProgram(path)).map(([program]) => program)
  if (missing.length > 0) {
    progress(`KUBEBUILDER_ASSETS (${assets}) has no ${missing.join(', ')}: using our own`)
  }
  return paths.filter(([program]) => !missing.includes(program))
}

/** Where everything that is fetched or built once is kept. */
export function cacheDirectory(env: NodeJS.ProcessEnv = process.env): string {
  const own = env['PGPE_CACHE']
  if (own !== undefined && own !== '') return resolve(own)
  const shared = env['XDG_CACHE_HOME']
  return join(shared ? resolve(shared) : join(homedir(), '.cache'), 'pgpe-operator')
}

function goPlatform(): Platform {
  const arch = process.arch === 'x64' ? 'amd64' : process.arch
  return { os: process.platform === 'win32' ? 'windows' : process.platform, arch }
}

/** The package's folder in the cache, filled if it was not there. */
async function cached(item: Package, options: FindOptions): Promise<string> {
  const platform = goPlatform()
  const cache = cacheDirectory(options.env)
  const name = `${item.name}-${item.version}-${platform.os}-${platform.arch}`
  const folder = join(cache, name)
  const isDone = (): boolean => item.programs.every((program) => isProgram(join(folder, program)))
  if (isDone()) return folder
  mkdirSync(cache, { recursive: true })
  const work = async (): Promise<void> => {
    // We hold the lock, so whatever is partial here was left by a start that was killed.
    for (const entry of readdirSync(cache)) {
      if (entry.startsWith(`${name}.partial`)) rmSync(join(cache, entry), { recursive: true })
    }
    const partial = join(cache, `${name}.partial-${process.pid}`)
    mkdirSync(partial)
    try {
      await fill(item, platform, partial, options)
      rmSync(folder, { recursive: true, force: true })
      renameSync(partial, folder)
    } finally {
      rmSync(partial, { recursive: true, force: true })
    }
  }
  const onWait = (): void => options.progress(`waiting for another start, which makes ${item.name}`)
  await once({ lock: join(cache, `${name}.lock`), isDone, onWait, work })
  return folder
}

async function fill(item: Package, platform: Platform, into: string, options: FindOptions) {
  const why = await download(item, platform, into, options)
  if (why === undefined) return
  options.progress(`${item.name} ${item.version}: ${why}`)
  options.signal?.throwIfAborted()
  await build(item, into, why, options)
}
