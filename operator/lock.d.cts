/** This process, as a text that `isAlive` understands in any other process of this machine. */
export function identity(): string

/** Whether the process that gave this `identity` still runs. */
export function isAlive(identity: string): boolean

/** Has `work` done by one process at a time. */
export function once(task: {
  /** The lock file; its directory exists. */
  readonly lock: string
  /** Looked at once the lock is held, and while waiting for it; true makes `work` needless. */
  readonly isDone: () => boolean
  /** Called once if another process holds the lock. */
  readonly onWait: () => void
  readonly work: () => Promise<void>
}): Promise<void>
