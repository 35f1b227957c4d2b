/** ConfigMaps in a map: what the API server would do with versions and names that are taken. */
import type { Found } from '../../operator/kubernetes/identities.ts'
import type { ConfigMap, ConfigMapChange, ConfigMaps } from '../../operator/kubernetes/port.ts'

export class ConfigMapStore implements ConfigMaps {
  readonly #kept = new Map<string, ConfigMap>()
  #version = 0
  writes = 0
  /** What every write is answered with; undefined: it is done. */
  refuses: string | undefined

  get(key: string): ConfigMap | undefined {
    return this.#kept.get(key)
  }

  keep(key: string, data: Readonly<Record<string, string>>, owners: readonly string[] = []): void {
    const [namespace = '', name = ''] = key.split('/')
    const before = this.#kept.get(key)
    const ownerReferences =
      before?.metadata.ownerReferences ??
      owners.map((uid) => ({ apiVersion: 'pgpe.dev/v1alpha1', kind: 'Any', name: 'any', uid }))
    const resourceVersion = String(++this.#version)
    const uid = before?.metadata.uid ?? `uid-${resourceVersion}`
    this.#kept.set(key, {
      metadata: { namespace, name, uid, resourceVersion, ownerReferences },
      data,
    })
  }

  read(namespace: string, name: string): Promise<Found<ConfigMap>> {
    const found = this.#kept.get(`${namespace}/${name}`)
    return Promise.resolve(found ? { is: 'present', value: found } : { is: 'absent' })
  }

  write(change: ConfigMapChange): Promise<string | undefined> {
    this.writes++
    return Promise.resolve(this.refuses ?? this.#do(change))
  }

  #do(change: ConfigMapChange): string | undefined {
    if (change.do === 'create') {
      const { namespace, uid } = change.owner.metadata
      const key = `${namespace}/${change.name}`
      if (this.#kept.has(key)) return `configmaps "${change.name}" already exists`
      this.keep(key, change.data, [uid])
      return undefined
    }
    const { namespace, name, resourceVersion } = change.found.metadata
    const key = `${namespace}/${name}`
    if (this.#kept.get(key)?.metadata.resourceVersion !== resourceVersion) return 'it has changed'
    if (change.do === 'remove') this.#kept.delete(key)
    else this.keep(key, change.data)
    return undefined
  }
}
