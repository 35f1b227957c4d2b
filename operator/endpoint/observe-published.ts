/** Reads the ConfigMaps of `spec.connectionInfo`: the one that is wanted, and one of a former name. */
import type { PostgresPrivateEndpoint } from '../api/private-endpoint.ts'
import type { ConfigMaps } from '../kubernetes/port.ts'
import type { Observation } from './observation.ts'

type Publication = NonNullable<Observation['publication']>

/** @param trouble why the last write failed, if it did */
export async function published(
  configMaps: ConfigMaps | undefined,
  { metadata, spec, status }: PostgresPrivateEndpoint,
  trouble: string | undefined,
): Promise<Publication | undefined> {
  const wanted = spec.connectionInfo?.configMapName
  const noted = status?.memory?.configMapName
  // With the object goes what it owns.
  if (metadata.deletionTimestamp !== undefined) return undefined
  if (wanted === undefined && noted === undefined) return undefined
  if (configMaps === undefined) return { is: 'off' }
  const read = (name: string) => configMaps.read(metadata.namespace, name)
  const former = noted === wanted ? undefined : noted
  return {
    is: 'seen',
    ...(wanted === undefined ? {} : { wanted: await read(wanted) }),
    ...(former === undefined ? {} : { former: await read(former) }),
    ...(trouble === undefined ? {} : { trouble }),
  }
}
