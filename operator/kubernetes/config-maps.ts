/**
 * ConfigMaps that objects publish: read by name when their object is visited, never listed or watched.
 * Must never change or delete one but in the very version that the caller has looked at, and never
 * write while this process does not lead.
 */
import type { Transport } from './call.ts'
import { isKubeError, lineOf } from './error.ts'
import { fieldManager } from './client.ts'
import type { Found } from './identities.ts'
import type { ConfigMap, ConfigMapChange, ConfigMaps } from './port.ts'
import { collectionPath, objectPath, type Resource } from './resource.ts'

const configMaps: Resource = { apiVersion: 'v1', kind: 'ConfigMap', plural: 'configmaps' }

export function configMapsOf(transport: Transport, mayWrite: () => boolean): ConfigMaps {
  return {
    read: async (namespace, name): Promise<Found<ConfigMap>> => {
      try {
        const path = objectPath(configMaps, { namespace, name })
        return { is: 'present', value: await transport.json<ConfigMap>({ path }) }
      } catch (error) {
        if (isKubeError(error, 404)) return { is: 'absent' }
        return { is: 'unreadable', message: lineOf(error) }
      }
    },
    write: async (change) => {
      if (!mayWrite()) return 'this process does not lead'
      try {
        await send(transport, change)
        return undefined
      } catch (error) {
        return lineOf(error)
      }
    },
  }
}

function send(transport: Transport, change: ConfigMapChange): Promise<unknown> {
  switch (change.do) {
    case 'create': {
      const { apiVersion, kind, metadata } = change.owner
      const { namespace, name, uid } = metadata
      return transport.json({
        method: 'POST',
        path: collectionPath(configMaps, namespace),
        query: { fieldManager },
        body: {
          apiVersion: 'v1',
          kind: 'ConfigMap',
          metadata: {
            name: change.name,
            labels: { 'app.kubernetes.io/managed-by': 'pgpe-operator' },
            ownerReferences: [{ apiVersion, kind, name, uid, controller: true }],
          },
          data: change.data,
        },
      })
    }
    case 'replace': {
      const { uid, resourceVersion } = change.found.metadata
      return transport.json({
        method: 'PATCH',
        path: objectPath(configMaps, change.found.metadata),
        query: { fieldManager },
        contentType: 'application/json-patch+json',
        body: [
          { op: 'test', path: '/metadata/uid', value: uid },
          { op: 'test', path: '/metadata/resourceVersion', value: resourceVersion },
          { op: 'add', path: '/data', value: change.data },
        ],
      })
    }
    case 'remove': {
      const { uid, resourceVersion } = change.found.metadata
      return transport.json({
        method: 'DELETE',
        path: objectPath(configMaps, change.found.metadata),
        body: {
          apiVersion: 'v1',
          kind: 'DeleteOptions',
          preconditions: { uid, resourceVersion },
        },
      })
    }
  }
}
