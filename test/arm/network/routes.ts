/** Everything of Microsoft.Network that can be asked for, private DNS aside. */
import type { Route } from '../route.ts'
import { endpointRoutes } from './endpoint.ts'
import { interfaceRoutes } from './interface.ts'
import { networkLocationRoutes } from './location.ts'
import { networkOperationRoutes } from './operations.ts'
import { securityGroupRoutes } from './security-group.ts'
import { subnetRoutes } from './subnet.ts'
import { virtualNetworkRoutes } from './virtual-network.ts'
import { zoneGroupRoutes } from './zone-group.ts'

export const networkRoutes: readonly Route[] = [
  ...virtualNetworkRoutes,
  ...subnetRoutes,
  ...interfaceRoutes,
  ...securityGroupRoutes,
  ...endpointRoutes,
  ...zoneGroupRoutes,
  ...networkLocationRoutes,
  ...networkOperationRoutes,
]
