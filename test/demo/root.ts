/** The project's root: everything in the demo that names a file starts there. */
import { resolve } from 'node:path'

export const root = resolve(import.meta.dirname, '../..')
