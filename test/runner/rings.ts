/**
 * The rings of tests, cheapest first, as rows: each answers a question that the one before cannot.
 * A test file belongs to the ring whose pattern its path matches, and to one only.
 */

export interface Ring {
  readonly name: string
  readonly question: string
  /** Of paths from the project's root, with `/`. */
  readonly files: RegExp
  /** Whether each file gets a process of its own, because it starts programs or holds connections. */
  readonly isolated: boolean
  /** Started once for the ring; its tests find it by the variables of environment.ts. */
  readonly needs: 'nothing' | 'control plane'
  /** For a test that asks for no other by `deadline`. */
  readonly testSeconds: number
  /** For all of its files together. */
  readonly ringSeconds: number
}

export const rings: readonly Ring[] = [
  {
    name: 'pure',
    question: 'Is the decision right?',
    files: /^test\/[^/]+\.test\.ts$/,
    isolated: false,
    needs: 'nothing',
    testSeconds: 20,
    ringSeconds: 600,
  },
  {
    name: 'azure',
    question: 'Do the Azure SDKs and our simulator understand each other?',
    files: /^test\/azure\/.+\.test\.ts$/,
    isolated: true,
    needs: 'nothing',
    testSeconds: 60,
    ringSeconds: 600,
  },
  {
    name: 'kubernetes',
    question: 'Are schema, RBAC, watches and the lease on a real API server as we think?',
    files: /^test\/kubernetes\/.+\.test\.ts$/,
    isolated: true,
    needs: 'control plane',
    testSeconds: 90,
    ringSeconds: 1_500,
  },
  {
    name: 'tools',
    question: 'Do the control plane, the simulator, the launcher and this runner do their part?',
    files: /^test\/(control-plane|runner|arm|az|bench)\/.+\.test\.ts$/,
    isolated: true,
    needs: 'nothing',
    testSeconds: 120,
    ringSeconds: 900,
  },
  {
    name: 'chart',
    question: 'Can a platform team install it, and live with it for years?',
    files: /^test\/chart\/.+\.test\.ts$/,
    isolated: true,
    needs: 'nothing',
    testSeconds: 120,
    ringSeconds: 900,
  },
  {
    name: 'demo',
    question: 'Can a newcomer run the whole?',
    files: /^test\/demo\/.+\.test\.ts$/,
    isolated: true,
    needs: 'nothing',
    testSeconds: 300,
    ringSeconds: 1_200,
  },
]
