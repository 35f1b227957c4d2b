/**
 * Downloads a package's programs from their official place and checks their published SHA-256.
 * Must decide within seconds that there is no network: building from Go modules comes next then.
 */
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmodSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { promisify } from 'node:util'
import { EnvHttpProxyAgent, fetch } from 'undici'
import type { Download, Package, Platform } from './packages.ts'

const connectTimeoutMs = 4_000

/** Between two pieces of an answer; a slow line may take as long as it likes for the whole. */
const silenceTimeoutMs = 15_000

interface DownloadOptions {
  readonly progress: (line: string) => void
  readonly signal?: AbortSignal | undefined
}

/**
 * @returns undefined when all programs are in `into`, else the reason why not, as half a sentence.
 */
export async function download(
  item: Package,
  platform: Platform,
  into: string,
  options: DownloadOptions,
): Promise<string | undefined> {
  const agent = new EnvHttpProxyAgent({
    connect: { timeout: connectTimeoutMs },
    headersTimeout: silenceTimeoutMs,
    bodyTimeout: silenceTimeoutMs,
  })
  try {
    return await downloadWith(agent, item, platform, into, options)
  } finally {
    await agent.destroy()
  }
}

async function downloadWith(
  agent: EnvHttpProxyAgent,
  item: Package,
  platform: Platform,
  into: string,
  options: DownloadOptions,
): Promise<string | undefined> {
  for (const program of item.programs) {
    const source = item.download(program, platform)
    if (source === undefined) return `nothing is released for ${platform.os}/${platform.arch}`
    try {
      options.progress(`downloading ${source.url}`)
      const bytes = await fetchChecked(source, agent, options.signal)
      await place(source, bytes, into, program)
    } catch (error) {
      options.signal?.throwIfAborted()
      return `no download (${new URL(source.url).host}: ${reasonOf(error)})`
    }
  }
  return undefined
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error.cause instanceof Error ? error.cause.message : error.message
}

async function fetchChecked(
  { url, checksumUrl }: Download,
  dispatcher: EnvHttpProxyAgent,
  signal: AbortSignal | undefined,
): Promise<Buffer> {
  const get = async (address: string): Promise<Buffer> => {
    const answer = await fetch(address, { dispatcher, signal: signal ?? null })
    if (!answer.ok) throw new Error(`${address} answered ${answer.status}`)
    return Buffer.from(await answer.arrayBuffer())
  }
  // The small file first: without a network it fails as quickly, and it is needed in any case.
  const sums = (await get(checksumUrl)).toString('utf8')
  const bytes = await get(url)
  const sum = createHash('sha256').update(bytes).digest('hex')
  if (publishedSum(sums, basename(url)) !== sum) {
    throw new Error(`${basename(url)} does not have the SHA-256 that ${checksumUrl} publishes`)
  }
  return bytes
}

/** The sum of one file in a list of them; a list of one may hold the sum alone. */
export function publishedSum(sums: string, file: string): string | undefined {
  const lines = sums.trim().split('\n')
  for (const line of lines) {
    const [sum, name] = line.trim().split(/\s+\*?/)
    if (name === file || (name === undefined && lines.length === 1)) return sum?.toLowerCase()
  }
  return undefined
}

async function place({ member }: Download, bytes: Buffer, into: string, program: string) {
  const path = join(into, program)
  if (member === undefined) {
    writeFileSync(path, bytes, { mode: 0o755 })
    return
  }
  const archive = join(into, 'archive.tar.gz')
  const folder = join(into, member.slice(0, member.indexOf('/')))
  writeFileSync(archive, bytes)
  await promisify(execFile)('tar', ['-xzf', archive, '-C', into, member])
  renameSync(join(into, member), path)
  chmodSync(path, 0o755)
  rmSync(archive)
  rmSync(folder, { recursive: true })
}
