/** Regions: short name to display name. PostgreSQL answers with the latter, everything else with the former. */
import { Refusal, gateway } from './answer.ts'
import { shortLocation } from './path.ts'

export const regions: Readonly<Record<string, string>> = {
  australiaeast: 'Australia East',
  brazilsouth: 'Brazil South',
  canadacentral: 'Canada Central',
  centralus: 'Central US',
  eastasia: 'East Asia',
  eastus: 'East US',
  eastus2: 'East US 2',
  francecentral: 'France Central',
  germanywestcentral: 'Germany West Central',
  japaneast: 'Japan East',
  northeurope: 'North Europe',
  norwayeast: 'Norway East',
  polandcentral: 'Poland Central',
  southeastasia: 'Southeast Asia',
  swedencentral: 'Sweden Central',
  switzerlandnorth: 'Switzerland North',
  uksouth: 'UK South',
  westeurope: 'West Europe',
  westus: 'West US',
  westus2: 'West US 2',
  westus3: 'West US 3',
  // Of the US Government's cloud: rules that elsewhere are history.
  usgovvirginia: 'USGov Virginia',
}

/** The short name of a region that has this type; otherwise ARM's refusal. */
export function regionFor(location: string | undefined, type: string): string {
  if (location === undefined || location === '') {
    throw new Refusal(
      400,
      {
        code: 'LocationRequired',
        message: 'The location property is required for this definition.',
      },
      gateway,
    )
  }
  const short = shortLocation(location)
  if (regions[short] === undefined) {
    throw new Refusal(
      400,
      {
        code: 'LocationNotAvailableForResourceType',
        message:
          `The provided location '${location}' is not available for resource type '${type}'. ` +
          `List of available regions for the resource type is '${Object.keys(regions).join(',')}'.`,
      },
      gateway,
    )
  }
  return short
}
