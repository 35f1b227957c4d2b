/** `spec.dns` of a PostgresPrivateEndpoint: which private DNS the operator keeps for the endpoint. */
import { armId, armIds } from './arm-id.ts'
import { azureName, resourceGroupName } from './grammar.ts'
import { choice, defaulted, flag, object, optional } from './schema.ts'
import { tags } from './tags.ts'

/** Fields that say what the operator makes; without Managed it makes none of it. */
const madeFields = ['zoneId', 'resourceGroup', 'additionalVirtualNetworkIds', 'tags'] as const

export const dns = object(
  {
    about: "Private DNS for the server's name.",
    rules: [
      ...madeFields.map((field) => ({
        rule: `self.mode == 'Managed' || !has(self.${field})`,
        message: `${field} works with mode Managed only: with External somebody else makes the DNS, with None there is none. Remove ${field} or set mode to Managed`,
        fieldPath: `.${field}`,
      })),
      {
        rule: '!has(self.zoneId) || !has(self.resourceGroup)',
        message:
          'resourceGroup says where a missing zone is made, zoneId names a zone that exists: set one of them',
        fieldPath: '.resourceGroup',
      },
      {
        rule: 'self.createZone || !has(self.resourceGroup)',
        message:
          'resourceGroup says where a missing zone is made, and createZone is false: set createZone to true or remove resourceGroup',
        fieldPath: '.resourceGroup',
      },
    ],
  },
  {
    mode: defaulted(
      choice(
        'Managed: the operator keeps zone, links and zone group. External: it waits for and reports a zone group that somebody else makes, such as Azure Policy. None: no DNS.',
        ['Managed', 'External', 'None'],
      ),
      'Managed',
    ),
    zoneId: optional(
      armId(
        "An existing private DNS zone, in any subscription. Absent: a zone of the server's required name that is linked to the endpoint's virtual network; else the only one in the subscription; else one is made in resourceGroup, if createZone allows.",
        'zone',
      ),
    ),
    resourceGroup: optional(
      resourceGroupName("Where a missing zone is made; default: the endpoint's resource group."),
    ),
    createZone: defaulted(flag('Make the zone when there is none. Zones are never deleted.'), true),
    zoneGroupName: defaulted(
      azureName(
        "The zone group's name. Changing it remakes the group: a short gap in name resolution.",
      ),
      'default',
    ),
    configName: defaulted(
      azureName("Name of the zone group's configuration, as the portal names it."),
      'privatelink-postgres-database-azure-com',
    ),
    linkOwnVirtualNetwork: defaulted(
      flag(
        "Link the endpoint's virtual network to the zone. A link that exists is reused, whatever its name.",
      ),
      true,
    ),
    additionalVirtualNetworkIds: optional(
      armIds('Further virtual networks to link to the zone.', 'virtualNetwork', { maxItems: 100 }),
    ),
    resolutionPolicy: optional(
      choice(
        'Of the links that the operator makes. NxDomainRedirect: names that the zone lacks are looked up on the internet. Absent: left to Azure, which means Default.',
        ['Default', 'NxDomainRedirect'],
      ),
    ),
    deleteUnusedLinks: defaulted(
      flag(
        "When the object is deleted, remove links that carry our tag if the zone holds nobody else's record.",
      ),
      false,
    ),
    tags: optional(
      tags(
        "Tags of the zone and the links that the operator made. Other people's tags stay; tags dropped from here go.",
        13,
      ),
    ),
  },
)
