/** The operator's bundle, made anew for each run: what is measured is what is checked out. */
import { spawn } from 'node:child_process'
import { root } from '../demo/root.ts'

export function builtBundle(): Promise<void> {
  const child = spawn(process.execPath, ['operator/build.ts'], { cwd: root, stdio: 'inherit' })
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) =>
      code === 0 ? resolve() : reject(new Error(`npm run build ended with exit code ${code}`)),
    )
  })
}
