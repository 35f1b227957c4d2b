/**
 * What a process has used, as Linux tells: processor time and memory. Elsewhere these figures are
 * missing, and everything else is measured all the same.
 */
import { readFileSync } from 'node:fs'

/** Linux counts in these, on every platform that Node.js runs on. */
const ticksPerSecond = 100

function read(pid: number, file: string): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8')
  } catch {
    return undefined
  }
}

/** Processor seconds, user and system, since the process began. */
export function cpuSeconds(pid: number): number {
  const text = read(pid, 'stat')
  if (text === undefined) return Number.NaN
  // The program's name stands in parentheses, and may hold anything.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond
}

export interface Memory {
  /** Resident now, MiB. */
  readonly now: number
  /** At most until now, MiB. */
  readonly peak: number
}

export function memoryOf(pid: number): Memory {
  const text = read(pid, 'status') ?? ''
  const mebibytes = (name: string): number =>
    Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(text)?.[1] ?? Number.NaN) / 1024
  return { now: mebibytes('VmRSS'), peak: mebibytes('VmHWM') }
}
