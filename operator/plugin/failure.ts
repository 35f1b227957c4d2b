/** Why a command did not do what it was asked, in one line for the person who asked. Not a defect of ours. */
export class Failure extends Error {
  /** Of the process; the table of commands says what each means. */
  readonly exitCode: number
  /** The API server says that the user may not. */
  readonly forbidden: boolean
  /** There is no object of the name. */
  readonly missing: boolean

  constructor(
    message: string,
    given: {
      readonly exitCode?: number
      readonly forbidden?: boolean
      readonly missing?: boolean
    } = {},
  ) {
    super(message)
    this.name = 'Failure'
    this.exitCode = given.exitCode ?? 1
    this.forbidden = given.forbidden ?? false
    this.missing = given.missing ?? false
  }
}

/** Ctrl-C, as shells count it. */
export const interruptedCode = 130
export const interrupted = (): Failure => new Failure('interrupted', { exitCode: interruptedCode })
