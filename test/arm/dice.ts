/**
 * Chance, by seed. A roll depends on the seed, on what it is rolled for and on how often that was
 * rolled before, and on nothing else: the same requests get the same ids and durations, whatever
 * happens between them.
 */
import { createHash } from 'node:crypto'

export class Dice {
  readonly #seed: number
  readonly #rolls = new Map<string, number>()

  constructor(seed: number) {
    this.#seed = seed
  }

  #bytes(purpose: string): Buffer {
    const roll = this.#rolls.get(purpose) ?? 0
    this.#rolls.set(purpose, roll + 1)
    return createHash('sha256').update(`${this.#seed}\n${purpose}\n${roll}`).digest()
  }

  /** A GUID of version 4's form. */
  guid(purpose: string): string {
    const bytes = this.#bytes(purpose)
    bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x40, 6)
    bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8)
    const hex = bytes.toString('hex')
    return [
      hex.slice(0, 8),
      hex.slice(8, 12),
      hex.slice(12, 16),
      hex.slice(16, 20),
      hex.slice(20, 32),
    ].join('-')
  }

  /** Evenly between the two. */
  between(purpose: string, low: number, high: number): number {
    return low + (high - low) * (this.#bytes(purpose).readUInt32BE(0) / 0xffffffff)
  }

  chance(purpose: string, probability: number): boolean {
    return this.#bytes(purpose).readUInt32BE(0) / 0x100000000 < probability
  }

  /** Text for secrets. */
  text(purpose: string): string {
    return this.#bytes(purpose).toString('base64url')
  }
}
