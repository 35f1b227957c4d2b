/**
 * The life of the process's parts: watches → lease → two controllers, and the way back. Must hold no
 * logic of theirs.
 *
 * Order of the start: the cluster answers, the caches are full, the lease is held, visits begin.
 * Order of the end: no new visit, those under way end, Azure is closed, the lease goes last.
 */
import { connect } from './connect.ts'
import { makeParts, type Parts, type Surroundings } from './parts.ts'
import { Problem } from './problem.ts'
import { type Health, serveHealth } from './runtime/health.ts'
import { createMetrics, type Meters } from './runtime/metrics.ts'
import { collect, readiness } from './telemetry.ts'

export class Operator {
  readonly #given: Surroundings
  readonly #parts: Parts
  #health: Health | undefined
  #stopping = false

  private constructor(given: Surroundings, parts: Parts) {
    this.#given = given
    this.#parts = parts
  }

  /** Resolves once it watches; leading comes later. Throws `Problem`. */
  static async start(given: Surroundings): Promise<Operator> {
    const meters: Meters = createMetrics((metrics) => collect(metrics, parts, given.clock))
    const { metrics } = meters
    const onAnswer = (method: string, code: number | string): void =>
      metrics.kubernetesRequests.inc({ method, code: String(code) })
    const connection = await connect({ ...given, onAnswer })
    const parts: Parts = makeParts(given, connection, meters)
    const { log, userAgent, instance } = given
    log.info('starting', { userAgent, instance, clusterId: connection.clusterId })
    const operator = new Operator(given, parts)
    try {
      await operator.#serve()
      if (parts.part.decisions) await parts.gate.start()
    } catch (error) {
      await operator.stop()
      throw error
    }
    for (const each of parts.watched) each.start()
    return operator
  }

  /** Resolves once it acts; never when it is stopped before. */
  async lead(): Promise<void> {
    const { watched, lease, controllers } = this.#parts
    await Promise.all(watched.map(({ cache }) => cache.whenSynced()))
    if (this.#stopping) return
    await lease.acquire()
    controllers.start()
  }

  /** @returns whether all visits under way have ended in time */
  async stop(): Promise<boolean> {
    this.#stopping = true
    const { controllers, gate, watched, events, azure, lease, connection } = this.#parts
    const { clock, config } = this.#given
    const tooLate = new AbortController()
    const late = clock.sleep(config.graceMs, tooLate.signal).then(() => false)
    const drained = await Promise.race([controllers.stop().then(() => true), late])
    tooLate.abort()
    await Promise.race([events.flush(), clock.sleep(flushMs)])
    await gate.stop()
    await Promise.all(watched.map((each) => each.stop()))
    // Nothing of ours may be on its way to Azure any more when another process may begin.
    await azure.stop()
    await lease.release()
    await this.#health?.close()
    await connection.transport.close()
    return drained
  }

  async #serve(): Promise<void> {
    const { config, log, clock } = this.#given
    if (config.healthPort === undefined) return
    try {
      this.#health = await serveHealth({
        address: config.healthAddress,
        port: config.healthPort,
        live: () => [],
        ready: () => readiness(this.#parts, clock),
        metrics: () => this.#parts.meters.page(),
      })
    } catch (error) {
      const where = `${config.healthAddress}:${config.healthPort}`
      const why = error instanceof Error ? error.message : String(error)
      throw new Problem(`no health pages at ${where}: ${why}; see --health-port`)
    }
    log.info('serving', { healthPort: this.#health.port })
  }
}

/** ms that recording the last events may take. */
const flushMs = 2_000
