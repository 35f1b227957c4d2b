/** `npm run golden`: renders the chart anew into the files that golden.ts lists. */
import { findBinaries } from '../control-plane/binaries.ts'
import { goldenFiles, writeGolden } from './golden.ts'
import { helmOf } from './helm.ts'

const { helm: program } = await findBinaries({ progress: console.error })
const helm = helmOf(program)
try {
  for (const [path, text] of await goldenFiles(helm)) {
    writeGolden(path, text)
    console.log(`wrote ${path}`)
  }
} finally {
  helm.close()
}
