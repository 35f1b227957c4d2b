/** Everything of Microsoft.DBforPostgreSQL that can be asked for. */
import type { Route } from '../route.ts'
import { connectionRoutes } from './connection.ts'
import { postgresOperationRoutes } from './operation.ts'
import { privateLinkRoutes } from './private-link.ts'
import { serverRoutes } from './server.ts'

export const postgresRoutes: readonly Route[] = [
  ...serverRoutes,
  ...connectionRoutes,
  ...privateLinkRoutes,
  ...postgresOperationRoutes,
]
