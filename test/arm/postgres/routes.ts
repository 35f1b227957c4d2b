/** Everything of Microsoft.DBforPostgreSQL that can be asked for. */
import type { Route } from '../route.ts'
import { connectionRoutes } from './connection.ts'
import { postgresLocationRoutes } from './location.ts'
import { postgresOperationRoutes } from './operations.ts'
import { serverRoutes } from './server.ts'

export const postgresRoutes: readonly Route[] = [
  ...serverRoutes,
  ...connectionRoutes,
  ...postgresLocationRoutes,
  ...postgresOperationRoutes,
]
