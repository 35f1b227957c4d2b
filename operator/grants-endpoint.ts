/** Who may make and change a PostgresPrivateEndpoint: to which server, in whose network, as whom. */
import * as endpoint from './api/private-endpoint.ts'
import { acts, asked, inLowerCase, same, type Policy } from './grants.ts'

const { annotations, labels } = endpoint

const acting = acts([
  same('labels', labels.class),
  same('annotations', annotations.recreate),
  same('annotations', annotations.adoptFrom),
])

const written = {
  plural: endpoint.plural,
  version: endpoint.version,
  operations: ['CREATE', 'UPDATE'],
}

const always = 'true'
const server = inLowerCase('object.spec.serverId')

const endpoints: Policy = {
  ...written,
  name: 'pgpe-endpoints',
  matchConditions: [acting],
  variables: [],
  validations: [
    asked({ verb: 'connect', resource: 'servers', name: server, when: always }),
    asked({
      verb: 'approve',
      resource: 'servers',
      name: server,
      // Whatever is not Manual: an approval that is unknown here must not pass unasked.
      when: "object.spec.?approval.orValue('Automatic') != 'Manual'",
      or: '; or set spec.approval to Manual, and who may approve decides',
    }),
    asked({
      verb: 'join',
      resource: 'subnets',
      name: inLowerCase('object.spec.subnetId'),
      when: always,
    }),
    asked({
      verb: 'join',
      resource: 'zones',
      name: inLowerCase('object.spec.dns.zoneId'),
      when: 'object.spec.?dns.?zoneId.hasValue()',
      or: '; or remove spec.dns.zoneId, and a zone is found',
    }),
    asked({
      verb: 'use',
      resource: 'identities',
      name: 'object.spec.identityRef.name',
      when: 'object.spec.?identityRef.hasValue()',
    }),
  ],
  auditAnnotations: [
    { key: 'server', valueExpression: server },
    { key: 'approval', valueExpression: "string(object.spec.?approval.orValue('Automatic'))" },
    { key: 'subnet', valueExpression: inLowerCase('object.spec.subnetId') },
  ],
}

/** A policy may ask 28 times (10,000,000 for all of its expressions). */
const networksEach = 25
/** As many as the definition allows. */
const networksMost = 100

const count = 'object.spec.?dns.?additionalVirtualNetworkIds.orValue([]).size()'

/** Most objects name no further network, and then none of these is asked. */
const networks = (first: number): Policy => ({
  ...written,
  name: `pgpe-networks-${first}`,
  matchConditions: [{ name: 'names-so-many', expression: `${count} > ${first}` }, acting],
  variables: [
    {
      name: 'ids',
      expression: `object.spec.dns.additionalVirtualNetworkIds.map(id, ${inLowerCase('id')})`,
    },
  ],
  validations: Array.from({ length: networksEach }, (_, index) =>
    asked({
      verb: 'join',
      resource: 'virtualnetworks',
      name: `variables.ids[${first + index}]`,
      when: `variables.ids.size() > ${first + index}`,
    }),
  ),
})

export const endpointPolicies: readonly Policy[] = [
  endpoints,
  ...Array.from({ length: networksMost / networksEach }, (_, index) =>
    networks(index * networksEach),
  ),
]
