/**
 * Time in the simulated Azure: real time times a scale, plus what was skipped. What is due happens when
 * somebody looks (`observe`), in the order of its due times, and each at its own due time; so nothing
 * here needs a timer, and nobody can tell the difference.
 */

interface Task {
  readonly due: number
  readonly order: number
  readonly run: () => void
}

const isBefore = (a: Task, b: Task): boolean =>
  a.due < b.due || (a.due === b.due && a.order < b.order)

export class Clock {
  readonly scale: number
  readonly #real: () => number
  readonly #origin: number
  /** A binary heap, the earliest first. */
  readonly #tasks: Task[] = []
  #skippedMs = 0
  #now: number
  #order = 0

  /** `real`: milliseconds since the epoch. */
  constructor(scale: number, real: () => number) {
    this.scale = scale
    this.#real = real
    this.#origin = real()
    this.#now = this.#origin
  }

  /** Milliseconds since the epoch in Azure, as of the last look; while a task runs, its due time. */
  now(): number {
    return this.#now
  }

  iso(): string {
    return new Date(this.#now).toISOString()
  }

  /** Runs the task so many seconds of Azure's time from now. */
  after(seconds: number, run: () => void): void {
    this.#push({ due: this.#now + seconds * 1000, order: this.#order++, run })
  }

  /** Brings the world up to the present: everything due happens. */
  observe(): void {
    const present = this.#origin + (this.#real() - this.#origin) * this.scale + this.#skippedMs
    let first = this.#tasks[0]
    while (first !== undefined && first.due <= present) {
      this.#shift()
      this.#now = Math.max(this.#now, first.due)
      first.run()
      first = this.#tasks[0]
    }
    this.#now = Math.max(this.#now, present)
  }

  advance(seconds: number): void {
    this.#skippedMs += seconds * 1000
    this.observe()
  }

  /** A provider's Retry-After in real seconds: divided by the scale, never below 1. */
  retryAfter(seconds: number): string {
    return String(Math.max(1, Math.ceil(seconds / this.scale)))
  }

  #push(task: Task): void {
    const tasks = this.#tasks
    let index = tasks.push(task) - 1
    while (index > 0) {
      const parent = (index - 1) >> 1
      const above = tasks[parent] as Task
      if (!isBefore(task, above)) break
      tasks[index] = above
      index = parent
    }
    tasks[index] = task
  }

  #shift(): void {
    const tasks = this.#tasks
    const last = tasks.pop()
    if (last === undefined || tasks.length === 0) return
    let index = 0
    for (;;) {
      const left = 2 * index + 1
      const right = left + 1
      const a = tasks[left]
      if (a === undefined) break
      const b = tasks[right]
      const child = b !== undefined && isBefore(b, a) ? right : left
      const least = tasks[child] as Task
      if (!isBefore(least, last)) break
      tasks[index] = least
      index = child
    }
    tasks[index] = last
  }
}
