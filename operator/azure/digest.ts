/**
 * A number for a text: equal texts have equal numbers, and two different ones hardly ever. Tells whether
 * something has changed, never who somebody is. Pure.
 */

/** 53 bits: two chains of 32-bit products over the text's code units. */
export function digestOf(text: string): number {
  let a = 0x1234567
  let b = 0x89abcde
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at)
    a = Math.imul(a ^ unit, 0x01000193)
    b = Math.imul(b + unit, 0x5bd1e995) ^ (b >>> 13)
  }
  return (a >>> 0) * 0x200000 + ((b >>> 0) & 0x1fffff)
}
