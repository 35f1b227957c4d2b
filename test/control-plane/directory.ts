/**
 * The one directory in which a control plane keeps everything. Decides who owns it, and clears up
 * those whose owner is gone. Must never touch the directory of a control plane that runs.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { identity, isAlive } from '../../operator/lock.cjs'
import { clearDirectory, guardDirectory, type Release } from './guard.ts'

const prefix = 'pgpe-control-plane-'

/** A directory without an owner is one that is being made, unless it stays so. */
const unownedMs = 60_000

export interface OwnedDirectory {
  readonly path: string
  /** Removes the directory; all its processes have ended. */
  readonly remove: () => void
}

/** @param outside the kubeconfig outside the directory; '' if there is none */
export function makeDirectory(outside: string): OwnedDirectory {
  const path = mkdtempSync(join(tmpdir(), prefix))
  writeFileSync(join(path, 'owner'), `${identity()}\n${outside}`)
  const release: Release = guardDirectory(path, outside)
  const remove = (): void => {
    rmSync(path, { recursive: true, force: true, maxRetries: 5 })
    release()
  }
  return { path, remove }
}

/** Ends the processes and removes the files of control planes whose owner was killed. */
export function sweep(progress: (line: string) => void): void {
  for (const entry of readdirSync(tmpdir())) {
    if (!entry.startsWith(prefix)) continue
    const path = join(tmpdir(), entry)
    const stat = statSync(path, { throwIfNoEntry: false })
    if (stat === undefined || stat.uid !== userInfo().uid) continue
    const [owner, outside] = ownerOf(path)
    const isOurs = owner === '' ? Date.now() - stat.mtimeMs < unownedMs : isAlive(owner)
    if (isOurs) continue
    progress(`clearing up after a control plane that was killed: ${path}`)
    clearDirectory(path, outside)
  }
}

function ownerOf(path: string): readonly [identity: string, outside: string] {
  try {
    const [owner = '', outside = ''] = readFileSync(join(path, 'owner'), 'utf8').split('\n')
    return [owner, outside]
  } catch {
    return ['', '']
  }
}
