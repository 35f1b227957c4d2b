/** The scenes in their order. People's part is played in them; the operator's never is. */
import type { Scene } from './scene.ts'
import { automatic, fixed, mistaken, removed, stopped } from './scenes-endpoints.ts'
import { manual, unwanted, vendor } from './scenes-requests.ts'

export const scenes: readonly Scene[] = [
  automatic,
  fixed,
  manual,
  stopped,
  vendor,
  unwanted,
  mistaken,
  removed,
]
