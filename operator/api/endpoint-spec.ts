/**
 * What a network administrator writes: `spec` of a PostgresPrivateEndpoint. Field names and rules are
 * the contract with users; rules across fields stand at the end, those of immutability in
 * endpoint-rules.ts, because they need the status.
 */
import { armId, armIds } from './arm-id.ts'
import { dns } from './endpoint-dns.ts'
import { azureName, identityRef, objectName, remark, resourceGroupName } from './grammar.ts'
import {
  choice,
  defaulted,
  flag,
  object,
  optional,
  text,
  type Infer,
  type Written,
} from './schema.ts'
import { tags } from './tags.ts'

const onceMade = 'Immutable while the private endpoint exists.'

const location = text(
  {
    about: `Azure region of the endpoint; it must be the virtual network's, which is the default. ${onceMade}`,
    rules: [
      {
        rule: "self.matches('^[a-z0-9]+$')",
        message:
          "must be a region's name in lower case without spaces, such as westeurope, as `az account list-locations --query [].name` prints it",
      },
    ],
  },
  { minLength: 1, maxLength: 64 },
)

const privateIPAddress = text(
  {
    about: `Static private IPv4 address from the subnet, outside the five that Azure reserves; absent: Azure picks one. ${onceMade}`,
    rules: [
      {
        rule: 'isIP(self) && ip(self).family() == 4',
        message:
          'must be one IPv4 address such as 10.0.1.10, without a prefix length or leading zeros',
      },
    ],
  },
  { minLength: 1, maxLength: 39 },
)

const connectionInfo = object('Where to publish how to connect.', {
  configMapName: objectName(
    "A ConfigMap in the same namespace, owned by this object, with the keys host (the name that the server's certificate is made out to), port, privateIP, privateLinkFQDN and sslmode. Made once the connection is approved and its address known, kept up to date, gone with this object or this field. One that exists already and is not owned by this object is left as it is (Conflicted). Needs the operator's setting --connection-info; without it Ready's message says so. A connection string is host=<host> port=<port> sslmode=<sslmode> with dbname, user and password of your own; add hostaddr=<privateIP> where the name does not resolve (dns.mode None).",
  ),
})

export const spec = object(
  {
    about: 'The private endpoint to keep in Azure.',
    rules: [
      {
        rule: "!has(self.requestMessage) || self.approval == 'Manual'",
        message:
          'requestMessage is shown to whoever approves a manual request: set approval to Manual or remove requestMessage',
        fieldPath: '.requestMessage',
      },
    ],
  },
  {
    serverId: armId(
      `The PostgreSQL flexible server to reach, in any region, subscription or tenant; the sub-resource is postgresqlServer. ${onceMade}`,
      'server',
    ),
    subnetId: armId(
      `The subnet that the endpoint's network interface lives in. Its subscription is the endpoint's. ${onceMade}`,
      'subnet',
    ),
    resourceGroup: resourceGroupName(
      `Name of the resource group that the endpoint is created in, in the subnet's subscription. ${onceMade}`,
    ),
    createResourceGroup: defaulted(
      flag(
        'Make the resource group when it is missing, before the first endpoint only. Never deleted by the operator.',
      ),
      false,
    ),
    endpointName: optional(
      azureName(`The private endpoint's name in Azure; default: metadata.name. ${onceMade}`),
    ),
    connectionName: optional(
      azureName(
        `Name of the connection inside the endpoint; default: the endpoint's name. ${onceMade}`,
      ),
    ),
    location: optional(location),
    networkInterfaceName: optional(
      azureName(`Name of the endpoint's network interface; default: Azure's choice. ${onceMade}`),
    ),
    privateIPAddress: optional(privateIPAddress),
    approval: defaulted(
      choice(
        `Automatic: Azure approves at once if the identity may approve connections on the server, and refuses otherwise. Manual: the owner of the server decides. ${onceMade}`,
        ['Automatic', 'Manual'],
      ),
      'Automatic',
    ),
    requestMessage: optional(
      remark(`Shown to whoever approves a manual request; at most 140 characters. ${onceMade}`),
    ),
    applicationSecurityGroupIds: optional(
      armIds(
        "The endpoint's application security groups: exactly these, none for an empty list. Absent: left alone.",
        'applicationSecurityGroup',
        { maxItems: 20 },
      ),
    ),
    subnetNetworkPolicies: optional(
      choice(
        "The subnet's privateEndpointNetworkPolicies: set once per generation, not watched for drift. Absent: left alone.",
        ['Disabled', 'Enabled', 'NetworkSecurityGroupEnabled', 'RouteTableEnabled'],
      ),
    ),
    dns: defaulted(dns, {}),
    tags: optional(
      tags("Tags of the endpoint. Other people's tags stay; tags dropped from here go.", 48),
    ),
    driftPolicy: defaulted(
      choice(
        'Correct: later differences are mended. Report: a new generation is written once, later differences are reported only.',
        ['Correct', 'Report'],
      ),
      'Correct',
    ),
    managementPolicy: defaulted(
      choice('Manage, or Observe: never write to Azure, hold no finalizer.', ['Manage', 'Observe']),
      'Manage',
    ),
    adoptionPolicy: defaulted(
      choice(
        'An endpoint of that name that the operator did not make: Never take it over, or IfMatching server, subnet and sub-resource.',
        ['Never', 'IfMatching'],
      ),
      'Never',
    ),
    deletionPolicy: defaulted(
      choice('What becomes of endpoint and zone group when this object is deleted.', [
        'Delete',
        'Retain',
      ]),
      'Delete',
    ),
    recreatePolicy: defaulted(
      choice(
        'A Rejected or Disconnected endpoint can only be made anew. Never: when a person sets the annotation pgpe.dev/recreate. OnServerRecreated: also when the server is younger than the endpoint.',
        ['Never', 'OnServerRecreated'],
      ),
      'Never',
    ),
    suspend: defaulted(flag('No writes to Azure while true, deletion included.'), false),
    identityRef,
    connectionInfo: optional(connectionInfo),
  },
)

export type EndpointSpec = Infer<typeof spec>
/** The spec as a user writes it: defaulted fields may be missing. */
export type WrittenEndpointSpec = Written<typeof spec>
