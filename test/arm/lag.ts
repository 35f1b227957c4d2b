/** How late others see what is. Azure gives no figures; these are what its clients report, on the short side. */
import type { Lag } from './simulator.ts'

/** In seconds of Azure's time. A test that wants none passes `noLag`. */
export const defaultLag: Lag = { get: 1, list: 3, role: 300, name: 0 }
export const noLag: Lag = { get: 0, list: 0, role: 0, name: 0 }
