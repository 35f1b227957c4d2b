/**
 * What a ring finds in its environment. Where it needs a control plane, one is started for it:
 *
 * PGPE_TEST_KUBECONFIG     the admin's kubeconfig
 * PGPE_TEST_KUBECTL        the kubectl that suits it
 * PGPE_TEST_HELM           the Helm that suits it
 * PGPE_TEST_CONTROL_PLANE  its directory, for `connectControlPlane`: kubeconfigs of other users
 *
 * Every ring has PGPE_TEST_SEED, from which a test may draw, and a TMPDIR that must be empty in the end.
 */
import { startControlPlane } from '../control-plane/control-plane.ts'
import type { Ring } from './rings.ts'

export interface Environment {
  readonly env: NodeJS.ProcessEnv
  readonly stop: () => Promise<void>
}

export async function environmentOf(ring: Ring, signal: AbortSignal): Promise<Environment> {
  const env = withoutOurs(process.env)
  switch (ring.needs) {
    case 'nothing':
      return { env, stop: async () => undefined }
    case 'control plane': {
      const progress = (line: string): void => console.error(`control plane: ${line}`)
      const { kubeconfig, binaries, directory, stop } = await startControlPlane({
        progress,
        signal,
      })
      const found = {
        PGPE_TEST_KUBECONFIG: kubeconfig.path,
        PGPE_TEST_KUBECTL: binaries.kubectl,
        PGPE_TEST_HELM: binaries.helm,
        PGPE_TEST_CONTROL_PLANE: directory,
      }
      return { env: { ...env, ...found }, stop }
    }
  }
}

/** The user's own cluster and Azure are none of a test's business. */
function withoutOurs(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const foreign = /^(KUBECONFIG|KUBERNETES_.*|AZURE_.*|ARM_.*|INIT_CWD|npm_(?!config_).*)$/
  return Object.fromEntries(Object.entries(env).filter(([name]) => !foreign.test(name)))
}
