/** The real helm, its home in a directory of the test's own. */
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseAllDocuments } from 'yaml'

export const root = fileURLToPath(new URL('../..', import.meta.url))
export const chart = join(root, 'charts/pgpe-operator')

export interface Ran {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

export interface Helm {
  run(args: readonly string[], environment?: Readonly<Record<string, string>>): Promise<Ran>
  /** Standard output; rejects with standard error. */
  must(args: readonly string[], environment?: Readonly<Record<string, string>>): Promise<string>
  close(): void
}

/** @param program path of helm */
export function helmOf(program: string): Helm {
  const home = mkdtempSync(join(tmpdir(), 'pgpe-helm-'))
  const own = {
    HELM_CACHE_HOME: join(home, 'cache'),
    HELM_CONFIG_HOME: join(home, 'config'),
    HELM_DATA_HOME: join(home, 'data'),
  }
  const run: Helm['run'] = (args, environment = {}) =>
    new Promise((resolve) => {
      const env = { PATH: process.env['PATH'], HOME: home, ...own, ...environment }
      execFile(program, args, { env, maxBuffer: 64 << 20 }, (error, stdout, stderr) =>
        resolve({ code: error === null ? 0 : Number(error.code ?? 1), stdout, stderr }),
      )
    })
  return {
    run,
    must: async (args, environment) => {
      const { code, stdout, stderr } = await run(args, environment)
      if (code !== 0) throw new Error(`helm ${args.join(' ')}: ${stderr}`)
      return stdout
    },
    close: () => rmSync(home, { recursive: true, force: true }),
  }
}

/** Every object of a rendered release. */
export const objectsIn = (text: string): readonly any[] =>
  parseAllDocuments(text)
    .map((document): unknown => document.toJS())
    .filter((each) => each !== null && each !== undefined)

/** `--set` for each row. */
export const sets = (values: Readonly<Record<string, unknown>>): readonly string[] =>
  Object.entries(values).flatMap(([key, value]) => [
    '--set-json',
    `${key}=${JSON.stringify(value)}`,
  ])
