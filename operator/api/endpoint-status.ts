/** What the operator reports: `status` of a PostgresPrivateEndpoint. No field changes at rest. */
import {
  flag,
  integer,
  list,
  object,
  optional,
  text,
  time,
  type Infer,
  type Written,
} from './schema.ts'
import {
  armText,
  armTexts,
  conditions,
  lastHandledReconcileAt,
  observedGeneration,
} from './status.ts'

const connection = object("The endpoint's connection to the server, as the endpoint shows it.", {
  name: optional(armText('Its name inside the endpoint.')),
  state: armText('Pending, Approved, Rejected or Disconnected.'),
  description: optional(armText('What the owner of the server wrote with the decision.')),
  actionsRequired: optional(armText('What Azure asks to be done.')),
})

const record = object('One DNS record.', {
  fqdn: armText('The name.'),
  ipAddresses: armTexts('The addresses that it resolves to.', 16),
})

const dns = object('Private DNS as last seen.', {
  zoneId: optional(armText('ARM id of the zone.')),
  zoneGroupId: optional(armText('ARM id of the zone group.')),
  virtualNetworkLinkIds: optional(armTexts('ARM ids of the links of the wanted networks.', 101)),
  records: optional(list('The records of the zone group.', record, { maxItems: 16 })),
})

const difference = object('One setting that is not as the spec wants it.', {
  path: armText('Where, such as tags.team.'),
  desired: optional(armText('What the spec wants; absent: nothing there.')),
  observed: optional(armText('What Azure reports; absent: nothing there.')),
})

/** Data that Azure can't give back. Losing it may cost a repeat, never a wrong act. */
const memory = object(
  "The operator's own notes, which Azure can't give back. Not for others to use; they may change in any release.",
  {
    appliedGeneration: optional(
      integer('The generation whose wishes were last written to Azure in full.', { minimum: 0 }),
    ),
    subnetPolicyGeneration: optional(
      integer("The generation for which the subnet's policies were last set.", { minimum: 0 }),
    ),
    succeeded: optional(flag('The present endpoint has once been Succeeded.')),
    seenSince: optional(
      time('When the present endpoint was first seen: a younger server is another one.'),
    ),
    zoneBegun: optional(
      object('A private DNS zone whose making has begun, and which has not been seen yet.', {
        id: armText('Its ARM id.'),
        at: time('When.'),
      }),
    ),
    configMapName: optional(
      text('The ConfigMap that connectionInfo publishes to.', { maxLength: 253 }),
    ),
    deniedSince: optional(time('When Azure began to refuse for lack of a role.')),
    corrections: optional(
      list(
        'How often a setting was mended and came back different.',
        object('One setting.', {
          path: armText('Where, as in drift.'),
          times: integer('How often.', { minimum: 1 }),
        }),
        { maxItems: 128 },
      ),
    ),
  },
)

export const status = object('What the operator last saw and did.', {
  observedGeneration,
  lastHandledReconcileAt,
  lastHandledRecreate: optional(
    text('The last value of pgpe.dev/recreate that was acted on.', { maxLength: 1024 }),
  ),
  conditions,
  privateEndpointId: optional(
    armText(
      'ARM id of the endpoint: set before the first write of it, cleared when Azure has proved it absent. While it is set, immutable fields cannot change.',
    ),
  ),
  resourceGuid: optional(armText("Azure's GUID of this incarnation of the endpoint.")),
  provisioningState: optional(
    armText('Of the endpoint: Succeeded, Creating, Updating, Deleting, Failed or Canceled.'),
  ),
  server: optional(armText("The server's short name.")),
  serverState: optional(
    armText(
      "The server's state, such as Ready, Stopped or Updating; Unknown when it can't be read.",
    ),
  ),
  connection: optional(connection),
  networkInterfaceId: optional(armText("ARM id of the endpoint's network interface.")),
  privateIPAddresses: optional(armTexts("The network interface's addresses.", 16)),
  fqdns: optional(armTexts('Names that lead to the endpoint.', 16)),
  dns: optional(dns),
  drift: optional(
    list(
      'Where Azure differs from the spec since it was written: left so (driftPolicy Report, Observe, suspended, or what Azure cannot change), or about to be corrected.',
      difference,
      {
        maxItems: 64,
      },
    ),
  ),
  appliedTagKeys: optional(
    list(
      'Keys of the tags that the operator set, so that dropped ones can go.',
      text('A key.', { maxLength: 516 }),
      // 48 and 13 at once, those of the generation before, and whatever was begun in between.
      { maxItems: 256 },
    ),
  ),
  nextRetryTime: optional(
    time(
      'When a failure that needs time or a person is tried again; rewritten when its reason changes.',
    ),
  ),
  memory: optional(memory),
})

export type EndpointStatus = Infer<typeof status>
export type WrittenEndpointStatus = Written<typeof status>
