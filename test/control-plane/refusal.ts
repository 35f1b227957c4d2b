/** A failure that its one line explains to the user; no stack is wanted. */
export class Refusal extends Error {
  override readonly name = 'Refusal'
}
